// Rooms as an application server makes them, over REST.

import assert from 'node:assert/strict';

/** A room with these people; {id, links}, one personal link each. */
export async function makeRoom(cardea, name, roles) {
  const room = await cardea.api('POST', '/api/v1/rooms', { name });
  assert.equal(room.status, 201);
  const links = await Promise.all(roles.map(async (role) => {
    const path = `/api/v1/rooms/${room.body.id}/participants`;
    const added = await cardea.api('POST', path, { display_name: role.name });
    assert.equal(added.status, 201);
    return `${cardea.url}/#token=${added.body.auth_token}`;
  }));
  return { id: room.body.id, links };
}

/** Who is in the room: display names, sorted. */
export async function activeNames(cardea, room) {
  const { status, body } = await cardea.api('GET', `/api/v1/rooms/${room}/participants?active=true`);
  assert.equal(status, 200);
  return body.participants.map(({ display_name: name }) => name).sort();
}
