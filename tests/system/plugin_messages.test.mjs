// Messages, raised hands and moderation requests as the plugin takes them, without a gateway: who may
// ask, in what measure, what goes up, and what comes back. Run inside tests/support/netns.sh.
// Takes about 10 s.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  Control, JanusSession, connectionId, join, randomId, startPlugin, stopPlugin, until,
} from '../support/janus.mjs';
import { PUBLISH_OFFER, publishRequest } from '../support/offers.mjs';

let janus;
let control;

before(async () => {
  ({ janus, control } = await startPlugin());
});

after(() => stopPlugin(janus));

async function newRoom(fields) {
  const room = `room-${randomId(6)}`;
  await control.openRoom(room, fields);
  return room;
}

/** Somebody with both handles. */
async function enter(room, sub, claims = {}) {
  const session = await JanusSession.create(janus);
  const fields = {
    request: 'join', connection: connectionId(), token: control.token({ room, sub, name: sub, publish: ['microphone', 'data'], ...claims }),
  };
  const receive = await join(session, { ...fields, handle: 'receive' });
  const publish = await join(session, { ...fields, handle: 'publish' });
  return { sub, session, receive, publish };
}

const upward = (room, name) => control.events.items.filter((e) => e.room === room && e.event === name);
const events = (person, name) => person.receive.events.items.map(({ data }) => data).filter((e) => e.event === name);
const code = (promise) => promise.then(() => 'ok', (error) => error.code);
const leave = (...people) => Promise.all(people.map(({ session }) => session.close()));
const chat = (text, more) => ({ request: 'send', type: 'chat', text, ...more });

test('what is sent goes up in order, from both handles, and comes back only from the gateway', async () => {
  const room = await newRoom();
  const [ada, ben] = [await enter(room, 'ada'), await enter(room, 'ben')];
  assert.equal((await ada.receive.request(chat('one'))).cardea, 'ok');
  assert.equal((await ada.publish.request(chat('two', { to: 'ben' }))).cardea, 'ok');
  await ben.publish.request({ request: 'send', type: 'reaction', text: '🎉' });
  await until(() => upward(room, 'message').length === 3);
  assert.deepEqual(
    upward(room, 'message').map(({ seat, type, text, to }) => [seat, type, text, to]),
    [['ada', 'chat', 'one', null], ['ada', 'chat', 'two', 'ben'], ['ben', 'reaction', '🎉', null]]);
  assert.deepEqual([...events(ada, 'said'), ...events(ben, 'said')], []);

  await control.request({ request: 'say', room, epoch: 1, id: 7, to: ['ada'], data: { text: 'private' } });
  await control.request({ request: 'say', room, epoch: 1, id: 9, data: { text: 'all' } });
  // A gateway that does not know what it has told tells it again.
  await control.request({ request: 'say', room, epoch: 1, id: 7, data: { text: 'private' } });
  await control.request({ request: 'say', room, epoch: 1, id: 9, data: { text: 'all' } });
  await control.request({ request: 'say', room, epoch: 1, data: { text: 'without a number' } });
  await until(() => events(ben, 'said').length === 2);
  assert.deepEqual(events(ada, 'said').map((e) => e.data.text), ['private', 'all', 'without a number']);
  assert.deepEqual(events(ben, 'said').map((e) => e.data.text), ['all', 'without a number']);
  await leave(ada, ben);
});

test('sync tells what was said while the socket was away, to those who were meant', async () => {
  const room = await newRoom({ told: 10 });
  const say = (id, to) => control.request({
    request: 'say', room, epoch: 1, id, data: { id }, ...(to ? { to } : {}) });
  const [ada, ben] = [await enter(room, 'ada'), await enter(room, 'ben')];
  const missed = async (person, after) =>
    (await person.receive.request({ request: 'sync', said: after })).said.map(({ id }) => id);
  await say(11);
  await say(12, ['ada']);
  await say(13);
  await say(13);
  const late = await enter(room, 'late');
  await say(15);
  assert.deepEqual(await missed(ada, 0), [11, 12, 13, 15]);
  assert.deepEqual(await missed(ada, 12), [13, 15]);
  assert.deepEqual(await missed(ben, 11), [13, 15]);
  assert.deepEqual(await missed(late, 0), [15], 'nothing from before they came');
  assert.equal((await ada.receive.request({ request: 'sync' })).said, undefined);
  for (let id = 16; id < 16 + 300; id++) await say(id);
  assert.deepEqual(await missed(ada, 0), Array.from({ length: 256 }, (_, i) => 60 + i));
  await leave(ada, ben, late);
});

test('hello names the last number that was told; a new placement sets it, the same one does not', async () => {
  const room = await newRoom({ told: 40 });
  const told = async () => (await control.request({ request: 'rooms' })).rooms.find((r) => r.room === room).told;
  assert.equal(await told(), 40);
  await control.request({ request: 'say', room, epoch: 1, id: 41, data: {} });
  await control.openRoom(room, { told: 60 });
  assert.equal(await told(), 41);
  await control.openRoom(room, { epoch: 2, told: 60 });
  assert.equal(await told(), 60);
});

test('each rule of send refuses one change to a message that passes', async () => {
  const room = await newRoom();
  const [ada, ben] = [await enter(room, 'ada'), await enter(room, 'ben')];
  const ghost = await enter(room, 'ghost', { hidden: true, publish: [] });
  const mute = await enter(room, 'mute', { publish: ['microphone', 'camera'] });
  const passes = chat('x'.repeat(4096), { to: 'ben' });
  assert.equal(await code(ada.receive.request(passes)), 'ok');
  const refusals = [
    [{ ...passes, text: 'x'.repeat(4097) }, 'json_range'],
    [{ ...passes, text: 'ä'.repeat(2049) }, 'json_range'], // bytes, not characters
    [{ ...passes, text: '' }, 'json_range'],
    [{ ...passes, text: undefined }, 'json_missing'],
    [{ ...passes, text: 5 }, 'json_type'],
    [{ ...passes, type: 'shout' }, 'json_range'],
    [{ ...passes, type: 'reaction', text: '🎉' }, 'json_range'], // to one
    [{ ...passes, type: 'reaction', to: undefined, text: 'x'.repeat(65) }, 'json_range'],
    [{ ...passes, to: 'nobody' }, 'not_found'],
    [{ ...passes, to: 'ghost' }, 'not_found'],
  ];
  for (const [request, expected] of refusals) {
    assert.equal(await code(ada.receive.request(request)), expected, JSON.stringify(request).slice(0, 120));
  }
  assert.equal(await code(ghost.receive.request(passes)), 'not_permitted');
  assert.equal(await code(mute.receive.request(passes)), 'not_permitted');
  await control.request({ request: 'grant', room, epoch: 1, seat: 'ben', gen: 0, locks: ['data'] });
  assert.equal(await code(ben.receive.request(chat('locked'))), 'not_permitted');
  await control.request({ request: 'policy', room, epoch: 1, policy: { locks: ['data'] } });
  assert.equal(await code(ada.receive.request(chat('locked'))), 'not_permitted');
  assert.equal(upward(room, 'message').length, 1);
  await leave(ada, ben, ghost, mute);
});

test('ten at once and five a second, over both handles and all three requests', async () => {
  const room = await newRoom();
  const host = await enter(room, 'host', { role: 'host' });
  const other = await enter(room, 'other');
  const requests = [
    () => host.receive.request(chat('x')),
    () => host.publish.request({ request: 'hand', raised: true }),
    () => host.publish.request({ request: 'moderate', action: 'lower_hand', participant: 'other' }),
  ];
  const start = Date.now();
  const verdicts = [];
  for (let i = 0; i < 40; i++) verdicts.push(await code(requests[i % 3]()));
  const seconds = (Date.now() - start) / 1000;
  const passed = verdicts.filter((verdict) => verdict === 'ok').length;
  assert.ok(passed >= 10 && passed <= 10 + 5 * seconds + 1, `${passed} in ${seconds} s`);
  assert.deepEqual(new Set(verdicts), new Set(['ok', 'rate_limited']));
  assert.equal(await code(other.receive.request(chat('mine'))), 'ok', 'a bucket of their own');
  await until(async () => (await code(host.receive.request(chat('again')))) === 'ok', 'a token comes');
  await leave(host, other);
});

test('hands go up; the list comes down, cut to who is online', async () => {
  const room = await newRoom({ hands: ['cleo'] });
  const ada = await enter(room, 'ada');
  assert.deepEqual(ada.receive.joined.hands, []); // cleo is not here
  assert.equal(ada.publish.joined.hands, undefined);
  const ben = await enter(room, 'ben');
  await ben.receive.request({ request: 'hand', raised: true });
  await ada.receive.request({ request: 'hand', raised: true });
  await ada.receive.request({ request: 'hand', raised: false });
  await until(() => upward(room, 'hand').length === 3);
  assert.deepEqual(upward(room, 'hand').map(({ seat, raised }) => [seat, raised]),
    [['ben', true], ['ada', true], ['ada', false]]);
  assert.deepEqual(events(ada, 'hands'), []);

  await control.request({ request: 'hands', room, epoch: 1, hands: ['cleo', 'ben', 'ada'] });
  const last = () => events(ada, 'hands').at(-1)?.hands;
  await until(() => last());
  assert.deepEqual(last(), ['ben', 'ada']);
  const cleo = await enter(room, 'cleo');
  assert.deepEqual(cleo.receive.joined.hands, ['cleo', 'ben', 'ada']);
  await until(() => last().length === 3);
  assert.deepEqual((await ada.receive.request({ request: 'sync' })).hands, ['cleo', 'ben', 'ada']);
  await leave(ben);
  await until(() => last().length === 2);
  assert.deepEqual(last(), ['cleo', 'ada']);
  const told = events(ada, 'hands').length;
  await control.request({ request: 'hands', room, epoch: 1, hands: ['cleo', 'ben', 'ada'] });
  assert.equal((await ada.receive.request({ request: 'sync' })).hands.length, 2);
  assert.equal(events(ada, 'hands').length, told, 'nothing new is not told');

  await control.openRoom(room); // the gateway's restart, by one that does not name them
  assert.deepEqual((await ada.receive.request({ request: 'sync' })).hands, ['cleo', 'ada']);
  await control.openRoom(room, { epoch: 2 });
  const late = await enter(room, 'ada', { epoch: 2 });
  assert.deepEqual(late.receive.joined.hands, []);
  await leave(ada, cleo, late);
});

test('moderation requests go up from hosts only', async () => {
  const room = await newRoom();
  const host = await enter(room, 'host', { role: 'host' });
  const guest = await enter(room, 'guest', { guest: true });
  const ghost = await enter(room, 'ghost', { role: 'host', hidden: true, publish: [] });
  const mute = { request: 'moderate', action: 'mute', participant: 'guest', kind: 'microphone' };
  assert.equal(await code(host.receive.request(mute)), 'ok');
  assert.equal(await code(guest.receive.request({ ...mute, participant: 'host' })), 'not_permitted');
  assert.equal(await code(ghost.receive.request(mute)), 'not_permitted');
  const refusals = [
    [{ ...mute, kind: 'data' }, 'json_range'],
    [{ ...mute, kind: undefined }, 'json_missing'],
    [{ ...mute, action: 'ban' }, 'json_range'],
    [{ ...mute, action: 'remove' }, 'json_range'], // with a kind
    [{ ...mute, participant: 'nobody' }, 'not_found'],
    [{ ...mute, participant: 'ghost' }, 'not_found'],
  ];
  for (const [request, expected] of refusals) {
    assert.equal(await code(host.publish.request(request)), expected, JSON.stringify(request));
  }
  assert.equal(await code(host.publish.request({ ...mute, action: 'remove', kind: undefined })), 'ok');
  await until(() => upward(room, 'moderate').length === 2);
  assert.deepEqual(upward(room, 'moderate').map(({ seat, action, participant, kind }) => [seat, action, participant, kind]),
    [['host', 'mute', 'guest', 'microphone'], ['host', 'remove', 'guest', null]]);
  await leave(host, guest, ghost);
});

test('without a gateway messages wait, and come once', async () => {
  const room = await newRoom();
  const ada = await enter(room, 'ada');
  await control.request({ request: 'ack', room, seq: upward(room, 'online').at(-1).seq });
  await control.close();
  assert.equal(await code(ada.receive.request(chat('while away'))), 'ok');
  control = await Control.open(janus, { key: control.key });
  const { seq, acked } = control.hello.rooms.find((r) => r.room === room);
  assert.ok(seq > acked);
  await control.request({ request: 'sync', room, from: acked + 1 });
  assert.deepEqual(upward(room, 'message').map(({ text }) => text), ['while away']);
  await leave(ada);
});

test('nothing is promised that could be forgotten', async () => {
  const room = await newRoom();
  const people = [];
  for (const sub of ['ada', 'ben', 'cleo', 'dora']) {
    const person = await enter(room, sub);
    await person.publish.request(publishRequest(1, ['microphone']), PUBLISH_OFFER);
    people.push(person);
  }
  const [ada] = people;
  // Each change of the lock is an event of every microphone, which this gateway does not acknowledge.
  const unacknowledged = () => control.events.items.filter((e) => e.room === room).at(-1).seq;
  for (let locked = true; unacknowledged() <= 2048; locked = !locked) {
    await control.request({ request: 'policy', room, epoch: 1, policy: { locks: locked ? ['microphone'] : [] } });
  }
  assert.equal(await code(ada.receive.request(chat('too late'))), 'queue_full');
  await control.request({ request: 'ack', room, seq: unacknowledged() });
  assert.equal(await code(ada.receive.request(chat('in time'))), 'ok');
  await leave(...people);
});
