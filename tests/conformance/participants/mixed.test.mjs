// One room, several dialects (spec/native 9): what one of them takes away, the other does not give back.
// Takes about 5 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomId } from '../../support/cardea.mjs';
import { body as bodyOf, refused, startParticipants } from '../../support/participants.mjs';
import { KEY, Plugnmeet, SECRET } from '../../support/plugnmeet.mjs';

let api;
let plugnmeet;

before(async () => {
  api = await startParticipants();
  plugnmeet = new Plugnmeet(api.cardea);
  bodyOf(await api.cardea.admin('POST', '/keys', { id: KEY, secret: SECRET }), 201);
});
after(() => api?.cardea.stop());

const enter = (credential, fields = {}) => api.cardea.request('POST', '/api/v1/enter', { body: { credential, ...fields } });
const refresh = (token) => api.cardea.request('POST', '/api/v1/auth/refresh', { body: { refresh_token: token } });
const link = async (room) => bodyOf(await api.rooms('POST', room, '/join-token')).join_token;
const exchanged = async (room) => bodyOf(await api.cardea.request('POST', '/api/v1/public/join-token/exchange', { body: { join_token: await link(room) } }));
const roomOf = (key) => api.cardea.sql(`SELECT room FROM rooms WHERE key = '${key}'`);

/** POST /rooms of the meetings dialect. */
async function started(fields) {
  const answer = await api.cardea.request('POST', '/rooms', { body: fields, headers: { Authorization: api.cardea.dev.api_key } });
  return bodyOf(answer, 201);
}

/** A user of the meetings dialect who has tokens of the participants dialect for the same seat. */
async function twofold() {
  const key = `room-${randomId()}`;
  const meeting = await started({ id: key, user: { id: 'jane', name: 'Jane' } });
  const room = roomOf(key);
  const added = await api.added(room, { external_user_id: 'jane' });
  assert.equal((await enter(added.access_token)).status, 201);
  return { room, meeting, added, key: meeting.access_key };
}

test('P14: a removal is the end of all tokens of a seat that has an access key as well', async () => {
  const { room, added, key } = await twofold();
  const tokens = [added.access_token, added.auth_token];
  assert.equal((await api.remove(room, added.participant.id)).status, 204);
  for (const token of tokens) assert.equal((await enter(token)).status, 403, 'at enter');
  assert.equal((await enter(key)).status, 201); // spec/meetings 11.6: the key is good for coming back
  for (const token of tokens) {
    refused(await api.list(room, '', { token }), 401, 'invalid token');
    assert.ok([401, 403].includes((await enter(token)).status), 'at enter, after the key');
  }
  refused(await refresh(added.refresh_token), 401, 'invalid token');
  const again = bodyOf(await api.tokens(room, added.participant.id)); // new ones are good
  bodyOf(await api.list(room, '', { token: again.access_token }));
  bodyOf(await refresh(again.refresh_token));
  assert.equal((await enter(again.auth_token)).status, 201);
});

test('5.1.4, P14: nor does adding the same person again revive them', async () => {
  const { room, added } = await twofold();
  assert.equal((await api.remove(room, added.participant.id)).status, 204);
  const again = await api.added(room, { external_user_id: 'jane' });
  assert.equal(again.participant.id, added.participant.id);
  refused(await api.list(room, '', { token: added.access_token }), 401, 'invalid token');
  bodyOf(await api.list(room, '', { token: again.access_token }));
});

test('plugnmeet 6: nor of a join token of a backend, whoever comes back by an access key', async () => {
  const key = `room-${randomId()}`;
  const meeting = await started({ id: key, user: { id: 'jane', name: 'Jane' } });
  const token = await plugnmeet.token(key, { user_id: 'jane' });
  const seat = bodyOf(await enter(token), 201).participant.id;
  assert.equal((await api.remove(roomOf(key), seat)).status, 204);
  assert.equal((await enter(token)).status, 403);
  assert.equal(bodyOf(await enter(meeting.access_key), 201).participant.id, seat);
  assert.equal((await enter(token)).status, 403);
  const verified = await plugnmeet.api('verifyToken', token);
  assert.ok(verified.status === 401 || verified.body.status === false, verified.raw);
});

test('5.5: who is blocked fails alone', async () => {
  const room = await api.room();
  const { participant } = await api.added(room.id, { external_user_id: 'bob' });
  bodyOf(await api.rooms('POST', room.id, `/participants/${participant.id}/remove`, { block: true }));
  const { results } = bodyOf(await api.bulk(room.id, [{ display_name: 'A' }, { display_name: 'B', external_user_id: 'bob' }, { display_name: 'C' }]));
  assert.deepEqual(results.map(({ success }) => success), [true, false, true]);
  assert.equal((await api.active(room.id)).length, 2);
});

test('a seat that is hidden is given to tenants only, whoever knows its user id', async () => {
  const key = `room-${randomId()}`;
  await plugnmeet.create(key);
  assert.equal((await enter(await plugnmeet.token(key, { user_id: 'ghost', is_hidden: true }))).status, 201);
  const room = roomOf(key);
  const host = await api.added(room, { role: 'host' });
  const token = host.access_token;
  const answer = await api.add(room, { display_name: 'X', external_user_id: 'ghost' }, { token });
  assert.equal(answer.status, 403, answer.raw);
  const other = await api.add(room, { display_name: 'X', external_user_id: 'ghost' });
  assert.equal(other.status, 201, other.raw);
});

test('who is no host waits in a room that has a waiting room, by whatever link', async () => {
  const key = `room-${randomId()}`;
  await plugnmeet.create(key, { room_features: { waiting_room_features: { is_active: true } } });
  const room = roomOf(key);
  const { access_token: token } = await exchanged(room);
  const added = await api.added(room, {}, { token });
  assert.equal((await enter(added.access_token)).status, 202);
  assert.equal((await api.list(room, '', { token: added.access_token })).status, 403);
  const host = await api.added(room, { role: 'host' });
  assert.equal((await enter(host.access_token)).status, 201);
  bodyOf(await api.rooms('POST', room, `/participants/${added.participant.id}/admit`));
  assert.equal((await enter(added.access_token)).status, 201);
});

test('others than hosts list only those whom they may see', async () => {
  const key = `room-${randomId()}`;
  await plugnmeet.create(key, { room_features: { allow_view_other_users_list: false } });
  const room = roomOf(key);
  const host = await api.added(room, { display_name: 'Host', role: 'host' });
  const bob = await api.added(room, { display_name: 'Bob' });
  await api.added(room, { display_name: 'Cy' });
  const names = async (token) => bodyOf(await api.list(room, '', { token })).participants.map(({ display_name: name }) => name);
  assert.deepEqual(await names(bob.access_token), ['Host', 'Bob']);
  assert.deepEqual(await names(host.access_token), ['Host', 'Bob', 'Cy']);
});

test('whom a deleted room blocked is not blocked in the next one of its name', async () => {
  const name = `Lecture ${randomId()}`;
  const first = await api.added(name, { external_user_id: 'bob' });
  const block = async ({ participant, room }) => bodyOf(
    await api.rooms('POST', room.id, `/participants/${participant.id}/remove`, { block: true, scope: 'room' }));
  await block(first);
  assert.equal((await api.add(name, { display_name: 'B', external_user_id: 'bob' })).status, 403);
  assert.equal((await api.rooms('DELETE', first.room.id)).status, 204);
  const other = await api.added(name, { external_user_id: 'al' });
  assert.equal(other.room.id, first.room.id);
  await block(other);
  await api.added(name, { external_user_id: 'bob' });
});

test('I2: a seat of an ended meeting is not changed any more', async () => {
  const room = await api.room();
  const { participant } = await api.added(room.id);
  bodyOf(await api.rooms('POST', room.id, '/end'));
  await api.added(room.id);
  refused(await api.update(room.id, participant.id, { role: 'host' }), 404, 'participant not found');
});

test('a host removes nobody where the meeting has no kicks; the tenant does', async () => {
  const key = `room-${randomId()}`;
  await started({ id: key, user: { id: 'jane', name: 'Jane' }, options: { kick_available: false } });
  const room = roomOf(key);
  const host = await api.added(room, { role: 'host' });
  const bob = await api.added(room);
  refused(await api.remove(room, bob.participant.id, { token: host.access_token }), 403, 'forbidden');
  assert.equal((await api.remove(room, bob.participant.id)).status, 204);
});

test('more places than a node counts are no limit for it', async () => {
  const room = await api.room({ config: { max_participants: 5000 } });
  const { access_token: token } = await api.added(room.id);
  assert.equal((await enter(token)).status, 201);
});

test('a person who was host and comes again with locks has them on the node', async () => {
  const key = `room-${randomId()}`;
  await plugnmeet.create(key);
  const first = await enter(await plugnmeet.token(key, { user_id: 'u1', is_admin: true }));
  const seat = bodyOf(first, 201).participant.id;
  api.cardea.sql(`UPDATE participants SET left_at = 1 WHERE seat = '${seat}'`);
  const second = bodyOf(await enter(await plugnmeet.token(key, { user_id: 'u1', user_metadata: { lock_settings: { lock_microphone: true } } })), 201);
  assert.equal(second.participant.id, seat);
  assert.notEqual(api.cardea.sql(`SELECT rights_event FROM participants WHERE seat = '${seat}'`), '0');
});
