// Moves between rooms, without media: who is told what, what is refused, and everything that may
// overtake one. Contract: docs/plugin-api.md. Run inside tests/support/netns.sh; declares 60 seconds.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_TEST_ROUNDS: rounds of the races.
// CARDEA_TEST_SEED: their random seed. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD (libasan).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  JanusSession, adminPlugin, adminRequest, connectionId, join, randomId, startPlugin, stopPlugin, until,
} from '../support/janus.mjs';
import { PUBLISH_OFFER, publishRequest } from '../support/offers.mjs';

const rounds = Number(process.env.CARDEA_TEST_ROUNDS ?? 200);
const seed = Number(process.env.CARDEA_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

let janus;
let control;

before(async () => {
  ({ janus, control } = await startPlugin());
});

after(() => stopPlugin(janus));

async function newRoom(fields = {}) {
  const room = `room-${randomId(6)}`;
  await control.openRoom(room, fields);
  return room;
}

/** A participant with both handles in a Janus session of its own. */
async function enter(room, seat, claims = {}) {
  const session = await JanusSession.create(janus);
  const token = control.token({ room, sub: seat, name: seat, ...claims });
  const connection = connectionId();
  const publish = await join(session, { handle: 'publish', token, connection });
  const receive = await join(session, { handle: 'receive', token, connection });
  return { session, publish, receive, connection };
}

/** The request; @p claims of the token, @p fields of the request. */
function moveRequest(from, to, seat, claims = {}, fields = {}) {
  const token = control.token({ room: to, sub: seat, name: seat, ...claims });
  return { request: 'move', room: from, epoch: 1, seat, token, ...fields };
}

const move = (...args) => control.request(moveRequest(...args));

/** Upward events of a room as "name seat reason-or-kind", once @p count are there. */
async function upward(room, count) {
  const seen = () => control.events.items.filter((e) => e.room === room && e.cardea === 'control');
  await until(() => seen().length >= count, `${count} upward events of ${room}`);
  return seen().map((e) => [e.event, e.seat, e.reason ?? e.kind ?? ''].join(' ').trim());
}

const names = (participants) => participants.map(({ id }) => id).sort();
const shown = (map) => [...map.audio, ...map.video].map((slot) => slot.participant).filter(Boolean);

test('who is moved has a new room on both handles, and the two rooms see them go and come', async () => {
  const [from, to] = [await newRoom(), await newRoom()];
  const [anna, ben, cleo] = [await enter(from, 'anna'), await enter(from, 'ben'), await enter(to, 'cleo')];
  for (const person of [anna, ben, cleo]) await person.publish.request(publishRequest(), PUBLISH_OFFER);
  const toAnna = await anna.receive.event('slots', { match: (e) => shown(e).length === 2 });
  await ben.receive.event('slots', { match: (e) => shown(e).length === 2 });
  const offers = () => anna.receive.events.items.filter((e) => e.data.event === 'offer').length;
  assert.equal(offers(), 1);

  // The seat has another name there, and the token other rights.
  const claims = { sub: 'anna-2', name: 'Anna B.', role: 'host', publish: ['microphone'] };
  const request = moveRequest(from, to, 'anna', claims);
  assert.equal((await control.request(request)).cardea, 'ok');
  for (const handle of [anna.publish, anna.receive]) {
    const { data } = await handle.event('moved');
    assert.deepEqual(data.room, { id: to, epoch: 1 });
    assert.deepEqual([data.participant.id, data.participant.name, data.participant.role], ['anna-2', 'Anna B.', 'host']);
    assert.deepEqual(data.participant.publish, ['microphone']);
    assert.equal('roster' in data, handle === anna.receive);
    // Nothing of the new room was told before, and no number is missing.
    const last = handle.events.items.at(-1).data;
    assert.equal(last.event, 'moved');
    assert.deepEqual(handle.events.items.map((e) => e.data.seq), handle.events.items.map((_, i) => i + 1));
  }
  const { data: moved } = await anna.receive.event('moved');
  assert.ok(moved.seq > toAnna.data.seq);
  assert.deepEqual(names(moved.roster), ['cleo']);
  assert.deepEqual(shown(moved.map), ['cleo', 'cleo']);
  assert.deepEqual(moved.speaking, { dominant: null, speaking: [] });

  const gone = await ben.receive.event('roster', { match: (e) => e.left.length > 0 });
  assert.deepEqual(gone.data.left, ['anna']);
  await ben.receive.event('slots', { match: (e) => shown(e).length === 0 });
  const came = await cleo.receive.event('roster', { match: (e) => e.joined.length > 0 });
  assert.deepEqual(came.data.joined.map(({ id, sources }) => [id, sources.filter((s) => s.active).map((s) => s.kind)]),
    [['anna-2', ['microphone']]]);
  await cleo.receive.event('slots', { match: (e) => shown(e).join() === 'anna-2' });
  const sources = ['source ID microphone', 'source ID camera', 'source ID screen'];
  const published = (seat) => sources.map((text) => text.replace('ID', seat));
  assert.deepEqual((await upward(from, 9)).slice(-1), ['offline anna moved']);
  assert.deepEqual(await upward(to, 8), ['online cleo', ...published('cleo'), 'online anna-2', ...published('anna-2')]);
  const online = control.events.items.find((e) => e.room === to && e.seat === 'anna-2');
  assert.equal(online.connection, anna.connection);

  // Again, because the answer was lost: nothing happens.
  assert.equal((await control.request(request)).cardea, 'ok');
  assert.equal((await upward(to, 8)).length, 8);

  assert.equal(offers(), 1, 'nothing was negotiated');

  // Everything goes on there: requests, rights, the end.
  const synced = await anna.receive.request({ request: 'sync' });
  assert.deepEqual([synced.room.id, names(synced.roster)], [to, ['cleo']]);
  await control.request({ request: 'grant', room: to, epoch: 1, seat: 'anna-2', gen: 0, publish: ['camera'] });
  await cleo.receive.event('slots', { match: (e) => e.video[0].participant === 'anna-2' });
  await anna.publish.request({ request: 'source', kind: 'camera', active: false });
  await cleo.receive.event('slots', { match: (e) => shown(e).length === 0 });
  await anna.receive.detach();
  await anna.publish.hangup();
  await control.event('offline', { match: (e) => e.room === to && e.seat === 'anna-2' && e.reason === 'hangup' });
  await Promise.all([anna, ben, cleo].map((p) => p.session.close()));
});

test('a move is refused for one reason each, and then nothing has changed', async () => {
  const from = await newRoom();
  const to = await newRoom({ epoch: 5, min_gen: { anna: 2 }, policy: { max_participants: 1 } });
  const [closed, leased] = [await newRoom(), await newRoom({ lease_ms: 1 })];
  await control.closeRoom(closed);
  const foreign = await newRoom({ tenant: 'tenant-2' });
  const [anna, ghost] = [await enter(from, 'anna'), await enter(from, 'ghost', { hidden: true, publish: [] })];
  await anna.publish.request(publishRequest(), PUBLISH_OFFER);
  await control.event('source', { match: (e) => e.room === from && e.kind === 'camera' });
  const good = { epoch: 5, gen: 2 };
  const used = control.token({ room: to, sub: 'dora', ...good });
  const other = await enter(to, 'other', { epoch: 5 });
  const dora = await JanusSession.create(janus);
  await control.openRoom(to, { epoch: 5, policy: {} });
  await join(dora, { handle: 'receive', token: used, connection: connectionId() });
  await dora.close();
  await control.event('offline', { match: (e) => e.room === to && e.seat === 'dora' });
  await control.openRoom(to, { epoch: 5, policy: { max_participants: 1 } });
  const now = Math.floor(Date.now() / 1000);
  const cases = [
    [{ seat: 'nobody' }, {}, 'not_found'],
    [{ epoch: 2 }, {}, 'epoch_ahead'],
    [{ room: 'unknown' }, {}, 'room_not_open'],
    [{ room: closed }, {}, 'room_not_open'],
    [{ token: undefined }, {}, 'json_missing'],
    [{ token: 'a.b' }, {}, 'token_parts'],
    [{ token: used }, {}, 'token_bound'],
    [{}, { iat: now - 400, nbf: now - 400, exp: now - 300 }, 'token_expired'],
    [{}, { room: 'unknown' }, 'room_not_open'],
    [{}, { room: closed, epoch: 1 }, 'room_not_open'],
    [{}, { room: leased, epoch: 1 }, 'lease_expired'],
    [{}, { room: from, epoch: 1 }, 'invalid'],
    [{}, { room: foreign, epoch: 1 }, 'tenant_mismatch'],
    [{}, { room: foreign, epoch: 1, tenant: 'tenant-2' }, 'tenant_mismatch'],
    [{}, { epoch: 4 }, 'epoch_stale'],
    [{}, { epoch: 6 }, 'epoch_ahead'],
    [{}, { conf_id: 'conf-2' }, 'conf_mismatch'],
    [{}, { gen: 1 }, 'gen_stale'],
    [{}, { sub: 'other', dup: 'refuse' }, 'duplicate_refused'],
    [{}, {}, 'room_full'],
  ];
  const state = () => Promise.all([from, to].map((room) => adminPlugin(janus, { request: 'inspect', room })));
  const before = await state();
  const events = () => [anna, ghost, other].flatMap((p) => [p.publish, p.receive]).flatMap((h) => h.events.items)
    .map((e) => e.data.event).filter((name) => !['offer', 'roster', 'slots'].includes(name));
  const reported = control.events.items.filter((e) => e.cardea === 'control').length;
  for (const [fields, claims, code] of cases) {
    await assert.rejects(move(from, to, 'anna', { ...good, ...claims }, fields), { code }, code);
  }
  // A key frame's age is no change.
  const plain = (rooms) => JSON.parse(JSON.stringify(rooms, (name, value) => (/_ms$/.test(name) ? null : value)));
  assert.deepEqual(plain(await state()), plain(before));
  assert.equal((await anna.receive.request({ request: 'sync' })).room.id, from);
  assert.deepEqual(events(), []);
  assert.equal(control.events.items.filter((e) => e.cardea === 'control').length, reported);

  // Unchanged, as soon as there is room; a hidden one needs none.
  await move(from, to, 'ghost', { epoch: 5, hidden: true, publish: [] });
  await other.receive.request({ request: 'leave' });
  assert.equal((await move(from, to, 'anna', good)).cardea, 'ok');
  await Promise.all([anna, ghost, other].map((p) => p.session.close()));
});

test('a seat that is taken there is replaced, and what a moderator had muted stays so', async () => {
  const [from, to] = [await newRoom(), await newRoom({ policy: { locks: ['camera'] } })];
  const [anna, double, watcher] = [await enter(from, 'anna'), await enter(to, 'anna'), await enter(to, 'watcher')];
  await anna.publish.request(publishRequest(), PUBLISH_OFFER);
  await control.request({ request: 'mute', room: from, epoch: 1, seat: 'anna', kind: 'microphone' });
  await move(from, to, 'anna');
  for (const handle of [double.publish, double.receive]) {
    assert.equal((await handle.event('removed')).data.reason, 'replaced');
  }
  assert.deepEqual((await upward(to, 4)).slice(0, 4), ['online anna', 'online watcher', 'offline anna replaced', 'online anna']);
  const { roster } = await watcher.receive.request({ request: 'sync' });
  assert.deepEqual(roster.map(({ id, sources }) => [id, sources.map((s) => `${s.kind} ${s.active}`)]),
    [['anna', ['microphone false', 'camera false', 'screen false']]]);
  await anna.publish.request({ request: 'source', kind: 'microphone', active: true });
  await watcher.receive.event('slots', { match: (e) => e.audio[0].participant === 'anna' });
  await Promise.all([anna, double, watcher].map((p) => p.session.close()));
});

test('of two moves at once one wins; there and back ends where it began', async () => {
  const rooms = [await newRoom(), await newRoom(), await newRoom()];
  const anna = await enter(rooms[0], 'anna');
  for (let i = 0; i < 20; i++) {
    const answers = await Promise.allSettled([1, 2].map((k) => move(rooms[0], rooms[k], 'anna')));
    assert.deepEqual(answers.map((a) => a.reason?.code ?? a.value.cardea).sort(), ['not_found', 'ok']);
    const at = answers.findIndex((a) => a.status === 'fulfilled') + 1;
    assert.equal((await anna.receive.request({ request: 'sync' })).room.id, rooms[at]);
    await move(rooms[at], rooms[0], 'anna');
  }
  assert.equal((await anna.publish.request({ request: 'sync' })).room.id, rooms[0]);
  assert.deepEqual(anna.receive.events.items.map((e) => e.data.seq), anna.receive.events.items.map((_, i) => i + 1));
  await anna.session.close();
});

test('requests that wait during a move are answered by the room in which they find their participant', async () => {
  const rooms = [await newRoom(), await newRoom()];
  const anna = await enter(rooms[0], 'anna');
  const crowd = await JanusSession.create(janus);
  for (const room of rooms) {
    for (let i = 0; i < 10; i++) {
      await join(crowd, {
        handle: 'receive', connection: connectionId(), token: control.token({ room, sub: `crowd-${i}` }),
      });
    }
  }
  const counts = rooms.map(() => 0);
  const say = (room) => control.handle.post({ request: 'say', room, epoch: 1, data: { text: 'x'.repeat(60000) } });
  for (let round = 0; round < 20; round++) {
    const [from, to] = round % 2 ? [rooms[1], rooms[0]] : rooms;
    // Keeps both rooms busy for a while, and up to 20 requests waiting all the time.
    for (const room of rooms) for (let i = 0; i < 3; i++) say(room);
    let over = false;
    const asking = Array.from({ length: 20 }, async () => {
      const answers = [];
      while (!over) answers.push(await anna.publish.request({ request: 'sync' }));
      return answers;
    });
    await move(from, to, 'anna');
    const { data: moved } = await anna.publish.event('moved', { match: (e) => e.seq === round + 1 });
    over = true;
    assert.equal(moved.room.id, to);
    for (const { seq, room } of (await Promise.all(asking)).flat()) {
      assert.equal(room.id, seq < moved.seq ? from : to);
      counts[seq < moved.seq ? 0 : 1] += 1;
    }
  }
  console.log(`answers before the move: ${counts[0]}, after it: ${counts[1]}`);
  assert.ok(counts[0] > 0 && counts[1] > 0);
  await Promise.all([anna.session.close(), crowd.close()]);
});

// ---------------------------------------------------------------------------------------------

/** Small reproducible generator (mulberry32). */
function generator(start) {
  let state = start;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** Every seat is online in at most one room at a time, and offline in the end. */
function assertNoGhosts(rooms) {
  const online = new Map();
  for (const room of rooms) {
    const seqs = control.events.items.filter((e) => e.room === room).map((e) => e.seq);
    assert.deepEqual(seqs, seqs.map((_, i) => i + 1), 'every event came, in order and once');
  }
  for (const e of control.events.items.filter((x) => rooms.includes(x.room))) {
    if (e.event === 'online') {
      assert.ok(!online.has(e.connection), `${e.connection} came to ${e.room} while in ${online.get(e.connection)}`);
      online.set(e.connection, e.room);
    }
    if (e.event === 'offline') {
      assert.equal(online.get(e.connection), e.room, `${e.connection} left ${e.room}: ${e.reason}`);
      online.delete(e.connection);
    }
  }
  assert.deepEqual([...online], []);
}

test(`moves that anything may overtake, ${rounds} rounds (seed ${seed})`, async () => {
  const random = generator(seed);
  const rooms = Array.from({ length: 4 }, (_, i) => `storm-${i}-${randomId(3)}`);
  for (const room of rooms) await control.openRoom(room);
  let generation = 0;
  const people = new Map(); // seat -> who sits there, and where, as far as we know
  const outcomes = {};
  const note = (name) => {
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  };
  const quiet = () => {};

  const replace = async (seat) => {
    const room = rooms[random(rooms.length)];
    // A kick raises what the room asks for.
    const gen = (generation += 1);
    const person = { ...await enter(room, seat, { gen }), seat, room, gen };
    if (random(2)) await person.publish.request(publishRequest(), PUBLISH_OFFER);
    people.set(seat, person);
    return person;
  };
  // Whatever room a request meets, it is answered; Janus itself refuses it on a handle that is gone.
  const unanswered = [];
  const ask = (person, handle, body) => person[handle].message(body).catch((error) => {
    if (!error.janus) unanswered.push(error.message);
  });
  const moveTo = async (person, to) => {
    const from = person.room;
    if (to === from) return;
    const answer = await move(from, to, person.seat, { gen: person.gen }).then(({ cardea }) => cardea, (error) => error.code);
    note(`move ${answer}`);
    if (answer === 'ok') person.room = to;
  };
  const endings = {
    destroy: (p) => p.session.destroy(),
    terminate: (p) => p.session.socket.terminate(),
    'detach both': (p) => Promise.all([p.publish.detach(), p.receive.detach()]),
    'hangup both': (p) => Promise.all([p.publish.hangup(), p.receive.hangup()]),
    leave: (p) => ask(p, 'receive', { request: 'leave' }),
    revoke: (p) => control.request({ request: 'revoke', room: p.room, epoch: 1, seat: p.seat, min_gen: 0 }),
    kick: (p) => adminPlugin(janus, { request: 'kick', room: p.room, participant: p.seat }),
  };
  const disturbances = {
    sync: (p) => Promise.all([ask(p, 'receive', { request: 'sync' }), ask(p, 'publish', { request: 'sync' })]),
    source: (p) => ask(p, 'publish', { request: 'source', kind: 'camera', active: Boolean(random(2)) }),
    ice: (p) => ask(p, 'receive', { request: 'ice', restart: true }),
    'hangup one': (p) => [p.publish, p.receive][random(2)].hangup(),
    'detach one': (p) => [p.publish, p.receive][random(2)].detach(),
    'second move': (p) => moveTo(p, rooms[random(rooms.length)]),
    'close target': async (p, to) => {
      await control.closeRoom(to);
      await control.openRoom(to);
    },
    'other meeting at the source': async ({ room }) => {
      await control.openRoom(room, { conf_id: `c-${randomId(2)}` });
      await control.openRoom(room);
    },
    list: () => adminPlugin(janus, { request: 'list' }),
  };
  const pick = (table) => Object.entries(table)[random(Object.keys(table).length)];

  for (let round = 0; round < rounds; round++) {
    const seat = `seat-${random(8)}`;
    let person = people.get(seat);
    if (!person || person.ended) person = await replace(seat);
    const others = rooms.filter((room) => room !== person.room);
    const to = others[random(others.length)];
    const [name, act] = random(3) === 0 ? pick(endings) : pick(disturbances);
    const ends = name in endings;
    note(name);
    const order = [() => moveTo(person, to), () => Promise.resolve(act(person, to)).catch(quiet)];
    if (random(2)) order.reverse();
    await Promise.all(order.map((start) => start()));
    // Another one may have come with the same seat since; the old connection is gone then.
    const state = ends ? null : await ask(person, 'receive', { request: 'sync' });
    if (state?.data?.cardea === 'synced') {
      if (state.data.room.id !== person.room) note('elsewhere');
      person.room = state.data.room.id;
      assert.equal(state.data.participant.id, seat);
    } else {
      person.ended = true;
      person.session.socket.terminate();
    }
    assert.ok(janus.alive(), `janus died in round ${round}`);
  }
  console.log(JSON.stringify(outcomes));
  assert.deepEqual(unanswered, []);
  assert.ok(outcomes['move ok'] >= rounds / 4, 'moves took place');

  for (const room of rooms) await control.closeRoom(room);
  const { sessions } = await adminRequest(janus, { janus: 'list_sessions' });
  for (const id of sessions) {
    if (id !== control.session.id) {
      await adminRequest(janus, { janus: 'destroy_session', session_id: id }).catch(quiet);
    }
  }
  await until(async () => (await adminPlugin(janus, { request: 'list' })).rooms
    .every((r) => !rooms.includes(r.room)), 'every room is closed');
  const summaries = (await control.request({ request: 'rooms' })).rooms.filter((r) => rooms.includes(r.room));
  for (const { room, seq } of summaries) {
    await until(() => control.events.items.filter((e) => e.room === room).length >= seq, `${seq} events of ${room}`);
  }
  assertNoGhosts(rooms);
});
