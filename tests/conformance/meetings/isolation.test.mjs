// spec/meetings 3, spec/model I11: two API keys. What is another's answers like what does not exist,
// byte for byte; wrong keys are counted. Takes about 3 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { randomId } from '../../support/cardea.mjs';
import { addTenant, body, empty, refused, startMeetings } from '../../support/meetings.mjs';
import { Client } from '../rt/client.mjs';

let meetings;
let other;

before(async () => {
  meetings = await startMeetings();
  other = meetings.as(await addTenant(meetings.cardea));
});
after(() => meetings?.cardea.stop());

const JANE = { name: 'Jane Doe', id: 'janedoe' };
const JOHN = { name: 'John Doe', id: 'johndoe' };
const token = () => crypto.randomBytes(12).toString('hex');

/** All of an answer that a client can see but for its own number and time. */
function seen({ status, headers, raw }) {
  const { date, 'x-request-id': id, ...rest } = headers;
  return { status, headers: rest, raw };
}

test('meetings 3: a foreign room and an unknown one answer alike', async () => {
  const id = `theirs ${randomId()}`;
  const theirs = await other.room({ id });
  await other.joined(theirs.room.guest_token, JOHN);
  const unknown = `nobody ${randomId()}`.padEnd(id.length).slice(0, id.length);
  const calls = [
    (room) => meetings.users(room), (room) => meetings.users(room, '?online=true'), (room) => meetings.end(room, { key: meetings.key }),
    (room) => meetings.admit(room, 'johndoe', { key: meetings.key }), (room) => meetings.admit(room, 'nobody', { key: meetings.key }),
    (room) => meetings.call('GET', `/rooms/${encodeURIComponent(room)}`, undefined, { key: meetings.key }),
    (room) => meetings.call('POST', `/rooms/${encodeURIComponent(room)}/lock`, undefined, { key: meetings.key }),
    (room) => meetings.call('GET', `/rooms/${encodeURIComponent(room)}/recordings`, undefined, { key: meetings.key }),
  ];
  for (const call of calls) {
    const foreign = await call(id);
    assert.deepEqual(seen(foreign), seen(await call(unknown)));
    refused(foreign, foreign.status);
  }
  assert.equal(body(await other.get(theirs.access_key)).waiting_list.length, 1); // untouched
});

test('meetings 3: a foreign user and an unknown one answer alike', async () => {
  const id = randomId();
  const ours = await meetings.room({ id });
  const theirs = await other.room({ id });
  const stranger = await other.started({ id, user: { name: 'Ann', id: 'anndoe' } });
  const calls = [(user) => meetings.user(ours.access_key, user), (user) => meetings.kick(ours.access_key, user),
    (user) => meetings.admit(ours.access_key, user), (user) => meetings.admit(id, user, { key: meetings.key })];
  for (const call of calls) {
    assert.deepEqual(seen(await call('anndoe')), seen(await call('nobody')));
    assert.deepEqual(seen(await call(stranger.signaling.options.client_id)), seen(await call(token())));
  }
  assert.equal(body(await other.user(theirs.access_key, 'anndoe')).name, 'Ann');
});

const permalinkOf = async (who) => body(await who.call('POST', '/permalink', { user: JANE }, { key: who.key }), 201);

test('meetings 5: each token opens what it is for, and nothing else', async () => {
  const { permalink } = await permalinkOf(meetings);
  const jane = body(await meetings.call('POST', `/permalink/${permalink.user_token}`), 201);
  refused(await meetings.call('POST', `/permalink/${permalink.guest_token}`), 404);
  refused(await meetings.guest(permalink.user_token, JOHN), 410);
  for (const one of [permalink.user_token, permalink.guest_token]) {
    refused(await meetings.get(one), 404);
    refused(await meetings.lock(one), 404);
  }
  refused(await meetings.call('POST', `/permalink/${jane.access_key}`), 404);
  refused(await meetings.call('GET', `/permalink/${jane.access_key}`), 404);
});

test('meetings 3: lists are of one API key', async () => {
  const ours = await meetings.room();
  const theirs = await other.room();
  const rooms = async (who) => body(await who.rooms()).map(({ id }) => id);
  assert.ok((await rooms(meetings)).includes(ours.room.id));
  assert.ok(!(await rooms(meetings)).includes(theirs.room.id));
  assert.ok((await rooms(other)).includes(theirs.room.id));
  assert.ok(!(await rooms(other)).includes(ours.room.id));
});

test('meetings 3: the same room in both: lock, kick and end stay on one side', async () => {
  const id = randomId();
  const ours = await meetings.room({ id });
  const theirs = await other.room({ id });
  assert.notEqual(ours.team.name, theirs.team.name);
  for (const of of [ours, theirs]) await meetings.joined(of.room.guest_token, JOHN);
  empty(await meetings.lock(ours.access_key), 201);
  empty(await meetings.kick(ours.access_key, 'johndoe'), 200);
  refused(await meetings.guest(ours.room.guest_token, { name: 'G' }), 423);
  body(await meetings.guest(theirs.room.guest_token, { name: 'G' }), 201);
  assert.equal(body(await meetings.get(theirs.access_key)).locked, false);
  empty(await meetings.end(id, { key: meetings.key }), 204);
  refused(await meetings.get(ours.access_key), 410);
  body(await meetings.get(theirs.access_key));
});

test('meetings 3: the other dialects see only their own tenant\'s rooms', async () => {
  const id = randomId();
  await other.room({ id });
  const answer = await meetings.cardea.api('GET', `/api/v1/rooms/${id}/participants`);
  assert.equal(answer.status, 404, answer.raw);
});

test('meetings 2, 15: who tries many keys is answered 429, in the same shape', async () => {
  const limited = await startMeetings({ args: ['--set', 'limits.enter_failures_per_second=1', '--set', 'limits.enter_failures_burst=4'] });
  try {
    const tries = [() => limited.start({ user: JANE }, { key: token() }), () => limited.get(token()), () => limited.guest(token(), JOHN)];
    const answers = [];
    for (let i = 0; i < 12; i++) answers.push(await tries[i % 3]());
    const late = answers.filter(({ status }) => status === 429);
    assert.ok(late.length >= 4, String(answers.map(({ status }) => status)));
    for (const answer of late) {
      refused(answer, 429);
      assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
    }
  } finally {
    await limited.cardea.stop();
  }
});

test('DESIGN 9: a path that carries a credential is logged as its template only', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const { permalink } = await permalinkOf(meetings);
  const secrets = [meetings.key, other.key, jane.access_key, john.access_key, jane.room.guest_token, permalink.user_token, permalink.guest_token,
    john.signaling.options.auth_token.split('.')[2]];
  for (const ak of [jane.access_key, john.access_key]) {
    for (const [method, rest] of [['GET', ''], ['GET', '/users/janedoe'], ['POST', '/lock'], ['PUT', ''], ['POST', '/nothing'], ['GET', '/a/b/c/d']]) {
      await meetings.call(method, `/rooms/${ak}${rest}`);
    }
  }
  await meetings.call('POST', `/permalink/${permalink.user_token}`);
  await meetings.call('GET', `/permalink?guest=${permalink.guest_token}`);
  await meetings.call('GET', `/permalink?${permalink.user_token}`);
  await meetings.call('GET', `/?${jane.access_key}`);
  for (const query of [`access_key=${jane.access_key}`, `access_key=${john.access_key}x`, `room_id=${jane.room.id}&api_key=${meetings.key}`,
    `room_id=x&api_key=${other.key}`]) {
    const client = new Client(meetings.cardea.port, { query });
    await client.opened;
    await client.read(1);
    client.close();
  }
  await meetings.call('POST', `/guests/${jane.room.guest_token}`, `{"name":"${jane.access_key}`);
  // The other lines are what --dev prints for its user.
  const lines = meetings.cardea.log().split('\n').filter((line) => line.includes('level='));
  assert.ok(lines.some((line) => line.includes('route=/rooms/{')));
  for (const secret of secrets) assert.equal(lines.find((line) => line.includes(secret)), undefined);
});
