// spec/meetings 12: guests who wait: when, what they get and what they cannot do, whom hosts see, who
// lets in or refuses. Takes about 4 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { body, empty, refused, startMeetings } from '../../support/meetings.mjs';
import { check, checkMeeting, DEFAULT_OPTIONS, USER_INFO, WAITING } from './shapes.mjs';

let meetings;
let key;

before(async () => {
  meetings = await startMeetings();
  ({ key } = meetings);
});
after(() => meetings?.cardea.stop());

const JOHN = { name: 'John Doe', id: 'johndoe', avatar: 'https://a.example/j.png' };

/** A meeting with a waiting room that has begun, and John who waits. */
async function room(options = {}) {
  const jane = await meetings.room({ options: { waiting_room: true, ...options } });
  await meetings.arrive(jane);
  return { jane, john: await meetings.joined(jane.room.guest_token, JOHN) };
}

const isReady = async ({ access_key: ak }) => body(await meetings.get(ak)).ready;
const waiting = async ({ access_key: ak }) => body(await meetings.get(ak)).waiting_list;
const names = async (meeting) => (await waiting(meeting)).map((user) => user.id);

// ---- 12.1 ----

test('meetings 12.1: POST /rooms and POST /guests alone leave the guest waiting', async () => {
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  await meetings.started({ id: jane.room.id, user: { name: 'Ann', id: 'ann' } });
  body(await meetings.get(jane.access_key));
  assert.equal(await isReady(john), false);
});

test('meetings 12.1: the first regular user in a call lets all in, for good', async () => {
  const jane = await meetings.room();
  const early = await Promise.all(['a', 'b', 'c'].map((id) => meetings.joined(jane.room.guest_token, { name: id, id })));
  const seat = await meetings.arrive(jane);
  for (const guest of early) assert.equal(await isReady(guest), true);
  assert.deepEqual(await waiting(jane), []);
  await seat.leave();
  const late = await meetings.joined(jane.room.guest_token, { name: 'd' });
  assert.equal(late.ready, true); // it stays started
});

test('meetings 12.1: with a waiting room nobody is let in by the start', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  const early = await meetings.joined(jane.room.guest_token, JOHN);
  await meetings.arrive(jane);
  assert.equal(await isReady(early), false);
  assert.equal((await meetings.joined(jane.room.guest_token, { name: 'late' })).ready, false);
});

test('meetings 12.1: regular users never wait', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  const ann = await meetings.started({ id: jane.room.id, user: { name: 'Ann', id: 'ann' } });
  assert.equal(jane.ready, true);
  assert.equal(ann.ready, true);
  await (await meetings.arrive(ann)).leave();
});

test('meetings 12.1: an admission lasts for the meeting, not for the next', async () => {
  const { jane, john } = await room();
  body(await meetings.admit(jane.access_key, 'johndoe'));
  await (await meetings.arrive(john)).leave();
  assert.equal((await meetings.joined(jane.room.guest_token, JOHN)).ready, true);
  await (await meetings.arrive(john)).leave();
  empty(await meetings.end(jane.access_key), 204);
  const next = await meetings.room({ id: jane.room.id, options: { waiting_room: true } });
  await meetings.arrive(next);
  assert.equal((await meetings.joined(next.room.guest_token, JOHN)).ready, false);
});

// ---- 12.2 ----

test('meetings 12.2: what a waiting guest sees of the meeting', async () => {
  const { jane, john } = await room({ custom_fields: { logo: 'x' } });
  empty(await meetings.call('POST', `/rooms/${jane.access_key}/presentation`), 201);
  const again = await meetings.joined(jane.room.guest_token, JOHN);
  for (const seen of [john, again, body(await meetings.get(john.access_key))]) {
    checkMeeting(seen, { guest: true, ready: false });
    assert.equal(seen.room.ready, true);
    assert.deepEqual(seen.signaling.options.turn_servers, []);
    assert.equal(seen.signaling.options.stun_servers.length, 1);
    for (const list of ['waiting_list', 'playbacks', 'broadcasts', 'snapshots']) assert.deepEqual(seen[list], []);
    assert.equal(seen.presentation, null);
    assert.equal(seen.recording, null);
    assert.deepEqual(seen.options, { ...DEFAULT_OPTIONS, custom_fields: { logo: 'x' } });
    assert.deepEqual([seen.signaling.options.client_id, seen.signaling.options.conf_id],
      [john.signaling.options.client_id, jane.signaling.options.conf_id]);
  }
});

test('meetings 12.2: a waiting guest may look himself up, nobody else', async () => {
  const { jane, john } = await room();
  const ann = await meetings.joined(jane.room.guest_token, { name: 'Ann', id: 'ann' });
  for (const id of ['johndoe', john.signaling.options.client_id]) {
    assert.equal(body(await meetings.user(john.access_key, id)).id, 'johndoe');
  }
  const unknown = await meetings.user(john.access_key, 'nobody');
  refused(unknown, 404);
  for (const id of ['janedoe', jane.signaling.options.client_id, 'ann', ann.signaling.options.client_id]) {
    const answer = await meetings.user(john.access_key, id);
    refused(answer, 404);
    assert.equal(answer.raw, unknown.raw);
  }
});

test('meetings 12.2: every other call of a waiting guest is 403, and does nothing', async () => {
  const { jane, john } = await room();
  const calls = [['DELETE', ''], ['DELETE', '/users/janedoe'], ['DELETE', '/users/johndoe'], ['DELETE', '/users/nobody'],
    ['POST', '/users/johndoe/admit'], ['POST', '/users/nobody/admit'], ['POST', '/lock'], ['POST', '/messages', { type: 'chat', content: 'x' }],
    ['POST', '/layout', { layout: 'custom' }], ['POST', '/presentation'], ['DELETE', '/presentation']];
  for (const [method, rest, content] of calls) {
    refused(await meetings.call(method, `/rooms/${john.access_key}${rest}`, content), 403);
  }
  const now = body(await meetings.get(jane.access_key));
  assert.equal(now.locked, false);
  assert.equal(now.presentation, null);
  assert.equal(now.options.layout, 'auto');
  assert.deepEqual(now.waiting_list.map((user) => user.id), ['johndoe']);
});

test('meetings 12.2: a waiting guest is in no list, and takes no part in media', async () => {
  const { jane, john } = await room();
  for (const query of ['', '?online=true', '?online=false']) {
    assert.ok(!body(await meetings.users(jane.room.id, query)).some((user) => user.id === 'johndoe'));
  }
  for (const [credential, fields] of [[john.access_key], [jane.room.guest_token, { name: 'New' }]]) {
    const answer = await meetings.enter(credential, fields);
    assert.equal(answer.status, 202, answer.raw);
    assert.equal(answer.body.waiting, true);
    const harmless = ['waiting', 'ticket', 'message', 'waiting_for', 'locale'];
    assert.deepEqual(Object.keys(answer.body).filter((name) => !harmless.includes(name)), []);
  }
});

test('meetings 12.2: other guests who are in do not see who waits', async () => {
  const { jane, john } = await room();
  const ann = await meetings.joined(jane.room.guest_token, { name: 'Ann', id: 'ann' });
  body(await meetings.admit(jane.access_key, 'ann'));
  assert.deepEqual(await waiting(ann), []);
  refused(await meetings.user(ann.access_key, 'johndoe'), 404);
  refused(await meetings.user(ann.access_key, john.signaling.options.client_id), 404);
  assert.equal(body(await meetings.user(jane.access_key, 'johndoe')).id, 'johndoe');
});

test('meetings 12.2: admission gives the whole Meeting with the same credentials', async () => {
  const { jane, john } = await room();
  body(await meetings.admit(jane.access_key, 'johndoe'));
  const now = body(await meetings.get(john.access_key));
  checkMeeting(now, { guest: true, ready: true });
  assert.equal(now.access_key, john.access_key);
  assert.equal(now.signaling.options.client_id, john.signaling.options.client_id);
  assert.ok(body(await meetings.users(jane.room.id)).some((user) => user.id === 'johndoe'));
  await (await meetings.arrive(now)).leave();
});

// ---- 12.3 ----

test('meetings 12.3: hosts see who waits, the oldest first', async () => {
  const { jane, john } = await room();
  const ann = await meetings.joined(jane.room.guest_token, { name: 'Ann', id: 'ann' });
  await meetings.joined(jane.room.guest_token, { name: 'Zoe' });
  const bob = await meetings.started({ id: jane.room.id, user: { name: 'Bob', id: 'bob' } });
  const list = await waiting(jane);
  list.forEach((user) => check(user, WAITING));
  assert.deepEqual(list[0], {
    id: 'johndoe', client_id: john.signaling.options.client_id, name: 'John Doe', avatar: JOHN.avatar, guest: true, joined_at: list[0].joined_at,
  });
  assert.deepEqual(list.map((user) => user.name), ['John Doe', 'Ann', 'Zoe']);
  assert.deepEqual(bob.waiting_list, list); // every regular user, in every Meeting
  body(await meetings.admit(jane.access_key, ann.user.id));
  assert.deepEqual((await waiting(bob)).map((user) => user.name), ['John Doe', 'Zoe']);
});

test('meetings 12.3: admission with an access key or the API key, by user id or client id', async () => {
  const { jane, john } = await room();
  const expected = body(await meetings.user(jane.access_key, 'johndoe'));
  for (const [who, options] of [[jane.access_key], [jane.room.id, { key }]]) {
    for (const id of ['johndoe', john.signaling.options.client_id]) {
      const answer = await meetings.admit(who, id, options);
      check(body(answer), USER_INFO);
      assert.deepEqual(answer.body, expected);
      assert.equal(await isReady(john), true);
      refused(await meetings.admit(who, id, options), 404); // he waits no longer
      empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
      refused(await meetings.admit(who, id, options), 404); // he has not come back
      await meetings.joined(jane.room.guest_token, JOHN);
      assert.equal(await isReady(john), false);
    }
  }
});

test('meetings 12.3: who may not admit, whom nobody can admit', async () => {
  const { jane, john } = await room();
  const ann = await meetings.joined(jane.room.guest_token, { name: 'Ann', id: 'ann' });
  body(await meetings.admit(jane.access_key, 'ann'));
  refused(await meetings.admit(ann.access_key, 'johndoe'), 403);
  refused(await meetings.admit(john.access_key, 'johndoe'), 403);
  refused(await meetings.admit(jane.access_key, 'nobody'), 404);
  refused(await meetings.admit(jane.access_key, 'janedoe'), 404); // regular users never wait
  refused(await meetings.admit('a'.repeat(24), 'johndoe'), 404);
  refused(await meetings.admit(jane.room.id, 'johndoe'), 404); // no API key
  refused(await meetings.admit(jane.room.id, 'johndoe', { key: 'wrong' }), 403);
  refused(await meetings.admit('no such room', 'johndoe', { key }), 404);
  refused(await meetings.call('POST', `/rooms/${jane.room.guest_token}/users/johndoe/admit`), 404);
  assert.equal(await isReady(john), false);
  empty(await meetings.end(jane.access_key), 204);
  refused(await meetings.admit(jane.access_key, 'johndoe'), 410);
});

test('meetings 12.3: while locked nobody can be admitted', async () => {
  const { jane, john } = await room();
  empty(await meetings.lock(jane.access_key), 201);
  refused(await meetings.admit(jane.access_key, 'johndoe'), 423);
  refused(await meetings.admit(jane.room.id, 'johndoe', { key }), 423);
  assert.equal(await isReady(john), false);
  assert.equal((await meetings.enter(john.access_key)).status, 423);
  refused(await meetings.guest(jane.room.guest_token, JOHN), 423);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200); // but refused
  refused(await meetings.get(john.access_key), 410);
});

test('meetings 12.3: who was waiting for the start when the meeting was locked stays outside', async () => {
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  empty(await meetings.lock(jane.access_key), 201);
  const answer = await meetings.enter(john.access_key);
  assert.equal(answer.status, 423, answer.raw);
});

test('meetings 12.3: who is refused has no key any more, and comes back to the list with the same', async () => {
  for (const options of [{}, { kick_available: false }]) {
    const { jane, john } = await room(options);
    const ann = await meetings.joined(jane.room.guest_token, { name: 'Ann', id: 'ann' });
    for (const user of ['johndoe', john.signaling.options.client_id]) {
      empty(await meetings.kick(jane.access_key, user), 200);
      assert.deepEqual(await names(jane), ['ann']);
      for (const [method, rest] of [['GET', ''], ['GET', '/users/johndoe'], ['POST', '/presentation'], ['DELETE', '']]) {
        refused(await meetings.call(method, `/rooms/${john.access_key}${rest}`), 410);
      }
      assert.equal((await meetings.enter(john.access_key)).status, 403);
      refused(await meetings.admit(jane.access_key, 'johndoe'), 404);
      const again = await meetings.guest(jane.room.guest_token, JOHN);
      checkMeeting(body(again, 201), { guest: true, ready: false });
      assert.equal(again.body.access_key, john.access_key);
      assert.equal(again.body.signaling.options.client_id, john.signaling.options.client_id);
      assert.deepEqual((await names(jane)).sort(), ['ann', 'johndoe']);
      body(await meetings.get(john.access_key));
    }
    body(await meetings.admit(jane.access_key, 'johndoe'));
    assert.equal(await isReady(john), true);
    assert.equal(await isReady(ann), false);
  }
});

test('meetings 12.3: a second refusal of the same guest is 404', async () => {
  const { jane } = await room();
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  refused(await meetings.kick(jane.access_key, 'johndoe'), 404);
});

test('meetings 12.3: refused before the start is not let in by it', async () => {
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  await meetings.arrive(jane);
  refused(await meetings.get(john.access_key), 410);
  assert.equal((await meetings.joined(jane.room.guest_token, JOHN)).ready, true); // until he asks again
});

test('meetings 12.3: admission races with refusal: one of the two, and nothing between', async () => {
  for (let i = 0; i < 20; i++) {
    const { jane, john } = await room();
    const [admitted, kicked] = await Promise.all([meetings.admit(jane.access_key, 'johndoe'), meetings.kick(jane.access_key, 'johndoe')]);
    assert.equal(kicked.status, 200);
    const now = await meetings.get(john.access_key);
    if (admitted.status === 200) {
      // Let in, then kicked: the key stays valid, the admission does not.
      assert.equal(body(now).ready, false);
    } else {
      refused(admitted, 404);
      refused(now, 410);
    }
    assert.deepEqual(await names(jane), []);
  }
});
