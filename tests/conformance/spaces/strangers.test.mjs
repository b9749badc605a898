// spec/native 9, spec/spaces 10: who comes by an access link, and people of other dialects in the same room. About 2 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { body, startSpaces } from '../../support/spaces.mjs';

let spaces;
let owner;
let room;

before(async () => {
  spaces = await startSpaces();
  owner = await spaces.user('owner');
});
after(() => spaces?.cardea.stop());

async function newRoom() {
  room = await spaces.room(owner, await spaces.space(owner), { isPublic: false });
  return room;
}

const removal = (seat) => {
  const id = spaces.cardea.sql(`SELECT room FROM participants WHERE seat = '${seat}'`);
  return spaces.cardea.request('POST', `/api/v1/rooms/${id}/participants/${seat}/remove`,
    { body: { block: true }, headers: { 'X-API-Key': spaces.cardea.dev.api_key } });
};

test('who is blocked does not come back by the same link, on either way in', async () => {
  await newRoom();
  const mallory = await spaces.link(owner, room, { externalUserId: 'mallory', isPermanent: true });
  const other = await spaces.link(owner, room, { externalUserId: 'other', isPermanent: true });
  const { participant } = body(await spaces.enter(mallory.token), 201);
  const removed = await removal(participant.id);
  assert.equal(removed.status, 200, removed.raw);
  assert.equal((await spaces.enter(mallory.token, { client_key: 'another-page-of-the-same-person' })).status, 403);
  assert.equal((await spaces.participant(room, mallory.token)).status, 403);
  assert.equal((await spaces.enter(other.token)).status, 201);
  assert.equal((await spaces.participant(room, other.token)).status, 200);
});

test('a guest link of the meetings dialect opens no seat of an access link', async () => {
  await newRoom();
  const { cardea } = spaces;
  const meeting = body(await cardea.request('POST', '/rooms', {
    body: { id: room.id, user: { id: 'host', name: 'Host' } }, headers: { Authorization: cardea.dev.api_key } }), 201);
  cardea.sql('UPDATE sessions SET begun_at = 1'); // its guests do not wait
  const { token } = await spaces.link(owner, room, { externalUserId: 'john' });
  const { participant } = body(await spaces.enter(token), 201);
  assert.equal(participant.guest, true);
  const guest = (id) => cardea.request('POST', `/guests/${meeting.room.guest_token}`, { body: { id, name: 'Mallory' } });
  assert.equal((await guest('john')).status, 409);
  assert.equal((await guest('mallory')).status, 201);
  assert.equal((await guest('mallory')).status, 201);
});
