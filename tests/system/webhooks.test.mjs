// Webhooks of a whole gateway with real receivers: signed, in the order of the event log, none lost
// while the gateway is killed under people who join and meetings that end, and nobody waits for the
// receiver of another. CARDEA_FULL=1: 200 kills, else 20. Takes about 40 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { connectionId, ended, randomId, until } from '../support/cardea.mjs';
import { addTenant, body, empty, refused, startMeetings } from '../support/meetings.mjs';
import { place, signature, startReceiver, taken } from '../support/receiver.mjs';

const KILLS = process.env.CARDEA_FULL ? 200 : 20;
const SEED = Number(process.env.CARDEA_SEED ?? Date.now() % 2 ** 31);
const CONF = 'webhooks: { allow_http = true; allow_private = true }\n';
const TYPES = ['room_update', 'participant_update'];
// What receivers are told of, as the log names it.
const EVENTS = {
  'room.created': 'room_update',
  'room.opened': 'room_update',
  'room.ended': 'room_update',
  'participant.online': 'participant_update',
  'participant.offline': 'participant_update',
};

let meetings;
let receiver;

before(async () => {
  meetings = await startMeetings({ turn: false, conf: CONF });
  receiver = await startReceiver();
});
after(async () => {
  await receiver?.close();
  await meetings?.cardea.stop();
});

/** Registers a receiver's URL. */
async function register(who, { url }, types = TYPES) {
  return body(await who.register({ url, types }), 201);
}

/** The stored log of a tenant's rooms that its receiver is told, as place() writes it, by room. */
function logged(who) {
  const digest = crypto.createHash('sha256').update(who.key).digest('hex');
  const types = Object.keys(EVENTS).map((type) => `'${type}'`).join(', ');
  const rows = JSON.parse(who.cardea.sql(`SELECT json_group_array(json_object('room', COALESCE(r.key, r.name), 'seq', e.seq, 'type', e.type,
      'at', e.at)) FROM events e JOIN rooms r ON r.tenant = e.tenant AND r.room = e.room JOIN credentials c
    ON c.tenant = e.tenant AND c.digest = '${digest}' WHERE e.type IN (${types}) ORDER BY e.at, r.room, e.seq`));
  return rows.map(({ room, seq, type, at }) => ({ place: `${room} ${seq}`, room, seq, type: EVENTS[type], at }));
}

const queued = ({ cardea }) => Number(cardea.sql('SELECT COUNT(*) FROM webhook_queue'));

/**
 * Checks that @p requests told the log of @p who, but for what was there @p before: all of it, in its
 * order, each event taken once but for repeats.
 */
function checkTold(who, requests, before = []) {
  const told = taken(requests).map(place);
  const known = new Set(before.map((event) => event.place));
  const log = logged(who).filter((event) => !known.has(event.place));
  const at = new Map(log.map((event) => [event.place, event.at]));
  assert.deepEqual(told, [...new Set(told)], 'told again after another');
  const byRoom = new Map();
  for (const name of told) {
    const [, room, seq] = /^(.*) (\d+)$/.exec(name);
    byRoom.set(room, [...(byRoom.get(room) ?? []), Number(seq)]);
  }
  for (const [room, seqs] of byRoom) {
    assert.deepEqual(seqs, log.filter((event) => event.room === room).map(({ seq }) => seq), `the log of ${room}`);
  }
  assert.deepEqual([...told].sort(), log.map((event) => event.place).sort(), 'lost');
  for (let i = 1; i < told.length; i++) assert.ok(at.get(told[i - 1]) <= at.get(told[i]), `${told[i - 1]} before ${told[i]}`);
}

function checkSigned(requests, key) {
  for (const { method, headers, raw } of requests) {
    assert.equal(method, 'POST');
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['x-eyeson-signature'], signature(key, raw));
  }
}

test('meetings 8: a meeting is told from its start to its end, signed', async () => {
  const before = logged(meetings); // the demonstration's
  const { id } = await register(meetings, receiver);
  const host = await meetings.room({ id: `Zoë's room ${randomId()}`, user: { name: 'Jane Doe', id: 'jane', avatar: 'https://example.com/a.png' } });
  const guest = await meetings.joined(host.room.guest_token, { name: 'John', id: 'john@example.com' });
  const seat = await meetings.arrive(host);
  await seat.leave();
  empty(await meetings.end(host.access_key), 204);
  await until(() => receiver.requests.length >= 4 && queued(meetings) === 0, 'all to be told');

  const events = body(await meetings.cardea.api('GET', `/api/v1/rooms/${encodeURIComponent(host.room.id)}/events?after=0`)).events
    .filter(({ type }) => EVENTS[type]);
  const at = events.map((event) => Math.floor(Date.parse(event.at) / 1000));
  const jane = { id: 'jane', room_id: host.room.id, name: 'Jane Doe', avatar: 'https://example.com/a.png', guest: false };
  assert.deepEqual(receiver.requests.map((request) => request.body), [
    { timestamp: at[0], type: 'room_update', room: host.room, seq: events[0].seq },
    { timestamp: at[1], type: 'participant_update', participant: { ...jane, online: true }, seq: events[1].seq },
    { timestamp: at[2], type: 'participant_update', participant: { ...jane, online: false }, seq: events[2].seq },
    {
      timestamp: at[3], type: 'room_update', seq: events[3].seq,
      room: { ...host.room, ready: false, started_at: null, shutdown: true, guest_token: '' },
    },
  ]);
  assert.equal(guest.ready, false); // who waited was never told of
  assert.equal(receiver.requests[0].path, '/hook?from=cardea');
  checkSigned(receiver.requests, meetings.key);
  checkTold(meetings, receiver.requests, before);

  const webhook = body(await meetings.webhook());
  assert.match(webhook.last_request_sent_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
  assert.ok(Math.abs(Date.parse(webhook.last_request_sent_at) - Date.now()) < 60000);
  assert.equal(webhook.last_response_code, '200');
  // What is logged, not what `./dev up` prints.
  const log = meetings.cardea.log().split('\n').filter((line) => line.includes(' level=')).join('\n');
  for (const secret of [meetings.key, host.room.guest_token, host.access_key, '/hook']) assert.ok(!log.includes(secret), secret);
  empty(await meetings.unregister(id), 204);
});

test('meetings 8: a failed request comes again, before what is newer, and its status is shown', async () => {
  receiver.requests.length = 0;
  receiver.answer = () => (receiver.requests.length === 1 ? 503 : 204);
  const { id } = await register(meetings, receiver, ['room_update']);
  const host = await meetings.room();
  await until(async () => body(await meetings.webhook()).last_response_code === '503', 'the failure to be shown');
  empty(await meetings.end(host.access_key), 204);
  await until(() => receiver.requests.length === 3, 'the second request and the end', 20000);
  const [first, again, end] = receiver.requests;
  assert.equal(again.raw, first.raw);
  assert.equal(again.headers['x-eyeson-signature'], first.headers['x-eyeson-signature']);
  assert.equal(end.body.room.shutdown, true);
  await until(async () => body(await meetings.webhook()).last_response_code === '204', 'the success to be shown');
  // Deleted: nothing more comes, and another registration begins without it.
  empty(await meetings.unregister(id), 204);
  await meetings.room({ id: host.room.id });
  await register(meetings, receiver, ['participant_update', 'recording_update', 'snapshot_update']);
  const seat = await meetings.arrive(await meetings.room({ id: host.room.id }));
  await until(() => receiver.requests.length === 4, 'Jane to be told');
  assert.equal(receiver.requests[3].body.type, 'participant_update');
  await seat.leave();
  empty(await meetings.end(host.room.id, { key: meetings.key }), 204);
  await until(() => queued(meetings) === 0, 'all to be told');
  assert.deepEqual(receiver.requests.slice(4).map((request) => request.body.participant?.online), [false]);
  receiver.answer = () => 200;
  empty(await meetings.unregister(body(await meetings.webhook()).id), 204);
});

test('webhooks on http and on addresses that are not public need the operator\'s leave', async () => {
  const strict = await startMeetings({ turn: false, conf: 'webhooks: { allow_http = true }\n' });
  try {
    await register(strict, receiver);
    const told = receiver.requests.length;
    await strict.room();
    await until(async () => body(await strict.webhook()).last_request_sent_at, 'a try');
    await until(() => strict.cardea.log().includes('why="Address refused"'), 'the refusal in the log');
    assert.equal(body(await strict.webhook()).last_response_code, null);
    assert.equal(receiver.requests.length, told);
    assert.equal(queued(strict), 1);
  } finally {
    await strict.cardea.stop();
  }
  const plain = await startMeetings({ turn: false });
  try {
    refused(await plain.register({ url: receiver.url, types: TYPES }), 400);
  } finally {
    await plain.cardea.stop();
  }
});

// ---- kills ----

test('what was owed when the gateway was killed is told when it is back, without anything new', async () => {
  receiver.requests.length = 0;
  receiver.answer = () => null;
  const { id } = await register(meetings, receiver);
  const host = await meetings.room();
  await until(() => receiver.requests.length === 1, 'the first request');
  await meetings.cardea.kill('gateway');
  receiver.answer = () => 200;
  await until(() => receiver.requests.length === 2, 'the second request', 20000);
  assert.equal(receiver.requests[1].raw, receiver.requests[0].raw);
  await until(() => queued(meetings) === 0, 'it to be settled');
  empty(await meetings.unregister(id), 204);
  empty(await meetings.end(host.access_key), 204);
});

let state = SEED;
const random = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return (state >>> 8) % n;
};

/** Repeats @p act until the gateway is killed; what fails before is a failure. */
async function repeat(life, act) {
  while (!life.over) {
    try {
      await Promise.race([act(), life.end]);
    } catch (error) {
      if (!life.over) throw error;
    }
  }
}

async function startOrEnd() {
  const id = `room-${random(6)}`;
  const answer = await meetings.start({ id, user: { id: 'ann', name: 'Ann' } });
  assert.equal(answer.status, 201, answer.raw);
  if (random(2)) await meetings.end(id, { key: meetings.key });
}

/** Somebody new comes into @p lobby and leaves it, or just goes away. */
async function visit(lobby) {
  const user = randomId();
  const { access_key: key } = await meetings.started({ id: lobby, user: { id: user, name: user } });
  const seat = await meetings.cardea.enter(key);
  await seat.create();
  const { handle } = await seat.join('receive', connectionId());
  if (random(3)) await seat.message(handle, { request: 'leave' });
  seat.tunnel.terminate();
}

/** Lets people start, end, come and go for a moment, then kills the gateway and starts it again. */
async function liveAndDie(ms) {
  const { cardea } = meetings;
  const life = { over: false };
  life.end = new Promise((resolve) => { life.resolve = resolve; });
  // One for each life: who just goes away keeps a place for two minutes.
  const visitor = visit.bind(null, `lobby ${randomId()}`);
  const work = [startOrEnd, startOrEnd, visitor, visitor].map((act) => repeat(life, act));
  await Promise.race([new Promise((resolve) => setTimeout(resolve, ms)), ...work]);
  const { gateway, supervisor } = cardea.dev.pids;
  process.kill(gateway, 'SIGKILL');
  // And the supervisor, which would wait longer and longer before it starts the next worker.
  process.kill(supervisor, 'SIGKILL');
  life.over = true;
  life.resolve();
  await Promise.all(work);
  await cardea.exited;
  await ended(gateway);
  await cardea.start();
}

test(`the gateway is killed ${KILLS} times under joins and ends (seed ${SEED})`, { timeout: 60000 + KILLS * 10000 }, async (t) => {
  receiver.requests.length = 0;
  receiver.answer = () => (random(10) ? 200 : 500);
  await register(meetings, receiver);
  const before = logged(meetings);
  for (let i = 0; i < KILLS; i++) await liveAndDie(100 + random(600));
  receiver.answer = () => 200;
  const rooms = body(await meetings.rooms()).map(({ id }) => id);
  for (const id of rooms) empty(await meetings.end(id, { key: meetings.key }), 204);
  await until(() => queued(meetings) === 0, 'all to be told', 120000);
  const told = taken(receiver.requests);
  t.diagnostic(`${told.length} events, ${receiver.requests.length - told.length} repeats`);
  assert.ok(told.length > KILLS, `${told.length} events`);
  assert.ok(told.some(({ body: { type } }) => type === 'participant_update'));
  checkSigned(receiver.requests, meetings.key);
  checkTold(meetings, receiver.requests, before);
  empty(await meetings.unregister(body(await meetings.webhook()).id), 204);
});

// ---- receivers of others ----

test('a receiver that is slow or dead delays nobody else', async (t) => {
  const { cardea } = meetings;
  const [slow, dead, good] = [
    meetings.as(await addTenant(cardea)), meetings.as(await addTenant(cardea)), meetings.as(await addTenant(cardea))];
  const [hanging, gone, quick] = [await startReceiver(), await startReceiver(), await startReceiver()];
  const MEETINGS = 20;
  t.after(() => Promise.all([hanging.close(), quick.close()]));
  hanging.answer = () => null;
  await gone.close();
  await register(slow, hanging);
  await register(dead, gone);
  await register(good, quick);
  for (let i = 0; i < MEETINGS; i++) {
    for (const who of [slow, dead, good]) await who.room();
  }
  await until(() => quick.requests.length === MEETINGS, 'the quick receiver to be told');
  const at = new Map(logged(good).map((event) => [event.place, event.at]));
  const late = quick.requests.map((request) => request.at - at.get(place(request))).sort((a, b) => a - b);
  t.diagnostic(`told after ${late[MEETINGS / 2]} ms in the median, ${late.at(-1)} ms at most`);
  assert.ok(late.at(-1) < 5000, `${late.at(-1)} ms`); // a request may take 10 s
  checkTold(good, quick.requests);
  checkSigned(quick.requests, good.key);
  checkSigned(hanging.requests, slow.key);
  assert.equal(new Set(hanging.requests.map(({ raw }) => raw)).size, 1);
  assert.equal(body(await dead.webhook()).last_response_code, null);
  assert.equal(queued(meetings), 2 * MEETINGS);
});
