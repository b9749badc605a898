// spec/native 9, spec/model I15 and I16, spec/plugnmeet 1: who is in a room by another dialect, or holds a signature of
// something else, gains nothing by what a backend asks. About 3 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { claims, hmac, jwt, startPlugnmeet } from '../../support/plugnmeet.mjs';

let plugnmeet;
let rooms = 0;
const newRoom = () => `shared-${++rooms}`;

before(async () => {
  plugnmeet = await startPlugnmeet();
});
after(() => plugnmeet?.cardea.stop());

const seatOf = (token) => claims(token).seat;

async function made(answer) {
  const { status, raw, body } = await answer;
  assert.equal(status, 201, raw);
  return body;
}

/** A running meeting of the meetings dialect whose guests do not wait. */
async function meeting(id) {
  const { cardea } = plugnmeet;
  const host = await made(cardea.request('POST', '/rooms', { body: { id, user: { id: 'host', name: 'Host' } }, headers: { Authorization: cardea.dev.api_key } }));
  cardea.sql('UPDATE sessions SET begun_at = 1');
  return host;
}

const guest = (host, fields) => plugnmeet.cardea.request('POST', `/guests/${host.room.guest_token}`, { body: { name: 'Guest', ...fields } });
const leave = (seat) => plugnmeet.cardea.sql(`UPDATE participants SET left_at = 1, online = 0 WHERE seat = '${seat}'`);
const roleOf = async (credential) => (await made(plugnmeet.enter(credential))).participant.role;

test('I15: a guest who took the id of somebody does not become a host with them', async () => {
  for (const come of [leave, () => {}]) { // gone, and there
    const room = newRoom();
    const mallory = await made(guest(await meeting(room), { id: 'teacher' }));
    const { participant } = await made(plugnmeet.enter(mallory.access_key));
    come(participant.id);
    const row = () => plugnmeet.cardea.sql(`SELECT gen, role, removed, left_at FROM participants WHERE seat = '${participant.id}'`);
    const before = row();
    const token = await plugnmeet.token(room, { user_id: 'teacher', name: 'Teacher', is_admin: true });
    assert.notEqual(seatOf(token), participant.id);
    assert.equal(row(), before, 'nor are they dropped');
    const again = await made(plugnmeet.enter(mallory.access_key));
    assert.deepEqual([again.participant.id, again.participant.role, again.participant.name], [participant.id, 'participant', 'Guest']);
    assert.equal(await roleOf(token), 'host');
  }
});

test('a guest who is blocked takes nobody with them', async () => {
  const room = newRoom();
  const host = await meeting(room);
  const mallory = await made(guest(host, { id: 'teacher' }));
  const { participant, room: { id } } = await made(plugnmeet.enter(mallory.access_key));
  const path = `/api/v1/rooms/${id}/participants/${participant.id}/remove`;
  const removed = await plugnmeet.cardea.request('POST', path, { body: { block: true }, headers: { Authorization: `Bearer ${host.access_key}` } });
  assert.equal(removed.status, 200, removed.raw);
  assert.equal((await plugnmeet.enter(mallory.access_key)).status, 403);
  assert.equal((await guest(host, { id: 'teacher' })).status, 403);
  assert.equal(await roleOf(await plugnmeet.token(room, { user_id: 'teacher', is_admin: true })), 'host');
});

test('I15: nor does who was added with tokens of the participants dialect', async () => {
  const room = newRoom();
  await plugnmeet.create(room);
  const id = plugnmeet.cardea.sql(`SELECT room FROM rooms WHERE key = '${room}'`);
  const add = (headers) => made(plugnmeet.cardea.request('POST', `/api/v1/rooms/${id}/participants`, {
    body: { display_name: 'Bob', external_user_id: 'teacher' }, headers }));
  const bob = await add({ 'X-API-Key': plugnmeet.cardea.dev.api_key });
  leave(bob.participant.id);
  const token = await plugnmeet.token(room, { user_id: 'teacher', is_admin: true });
  assert.notEqual(seatOf(token), bob.participant.id);
  assert.equal(await roleOf(bob.access_token), 'participant');
  assert.equal(await roleOf(token), 'host');
});

test('a tenant that adds a user by id gets no seat of a guest who chose that id', async () => {
  const { cardea } = plugnmeet;
  const mallory = await made(guest(await meeting(newRoom()), { id: 'teacher' }));
  const { participant, room } = await made(plugnmeet.enter(mallory.access_key));
  const added = await made(cardea.request('POST', `/api/v1/rooms/${room.id}/participants`, {
    body: { display_name: 'Teacher', external_user_id: 'teacher', role: 'host' }, headers: { 'X-API-Key': cardea.dev.api_key } }));
  assert.notEqual(added.participant.id, participant.id);
  assert.equal(added.participant.role, 'host');
});

test('section 5: the same backend meets its own user again', async () => {
  const room = newRoom();
  await plugnmeet.create(room);
  const first = await plugnmeet.token(room);
  assert.equal(seatOf(await plugnmeet.token(room, { is_admin: true })), seatOf(first));
});

test('section 8: who is asked in again as no host, or hidden, presents no more', async () => {
  for (const changes of [{ is_admin: false }, { is_admin: true, is_hidden: true }]) {
    const room = newRoom();
    const { room_info: { sid } } = await plugnmeet.create(room);
    const presenter = () => plugnmeet.cardea.sql(`SELECT presenter FROM sessions WHERE session = '${sid}'`);
    const seat = seatOf(await plugnmeet.token(room, { is_admin: true }));
    assert.equal(presenter(), seat);
    assert.equal(seatOf(await plugnmeet.token(room, changes)), seat);
    assert.notEqual(presenter(), seat);
    const next = seatOf(await plugnmeet.token(room, { user_id: 'u2', is_admin: true }));
    assert.equal(presenter(), next);
  }
});

test('section 1: only an upload is signed by its room; every other call by its body, whatever type it names', async () => {
  const room = newRoom();
  await plugnmeet.create(room);
  const body = JSON.stringify({ room_id: room });
  const headers = { 'Content-Type': 'multipart/form-data; boundary=b', 'Room-Id': '{}', 'HASH-SIGNATURE': hmac('{}') };
  assert.equal((await plugnmeet.signed('/auth/room/uploadWhiteboardFile', '--b--\r\n', headers)).status, 200);
  for (const path of ['/auth/room/endRoom', '/room/endRoom']) {
    const answer = await plugnmeet.signed(path, body, headers);
    assert.equal(answer.status, 401, answer.raw);
  }
  assert.equal((await plugnmeet.ask('isRoomActive', { room_id: room })).is_active, true);
  assert.equal((await plugnmeet.signed('/auth/room/endRoom', body)).body.status, true);
});

test('6.1: each claim of a join token counts', async () => {
  const room = newRoom();
  await plugnmeet.create(room);
  const other = newRoom();
  await plugnmeet.create(other);
  const good = claims(await plugnmeet.token(room));
  const status = async (changes, options) => (await plugnmeet.enter(jwt({ ...good, ...changes }, options))).status;
  const now = Math.floor(Date.now() / 1000);
  assert.equal(await status({}), 201);
  assert.equal(await status({ sid: claims(await plugnmeet.token(other)).sid }), 401);
  assert.equal(await status({ room_id: other }), 401);
  assert.equal(await status({ sub: 'u2', user_id: 'u2' }), 401);
  assert.equal(await status({ sub: 'u2' }), 401);
  assert.equal(await status({ exp: now - 30 }), 201);
  assert.equal(await status({ exp: now - 90 }), 401);
  assert.equal(await status({ nbf: now + 30 }), 201);
  assert.equal(await status({ nbf: now + 90 }), 401);
  assert.equal(await status({ use: 'access' }), 401);
  for (const alg of ['none', 'HS384', 'hs256']) assert.notEqual(await status({}, { header: { alg, typ: 'JWT' } }), 201, alg);
});
