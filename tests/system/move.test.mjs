// Sending people to another room (spec/native 4) with real Janus: nothing is negotiated, both rooms and
// the log say the same, and a gateway that dies on the way leaves nothing half. Takes about 20 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ended, randomId, startCardea, until } from '../support/cardea.mjs';
import { CardeaPerson, MediaPeers, MICROPHONE } from '../support/peers.mjs';

let cardea;
let peers;
let senders = 0;

before(async () => {
  [cardea, peers] = await Promise.all([startCardea(), MediaPeers.start()]);
});
after(async () => {
  await peers?.stop();
  await cardea?.stop();
});

async function newRoom() {
  const { body } = await cardea.api('POST', '/api/v1/rooms', { name: `move ${randomId()}` });
  return body.id;
}

async function add(room, fields = {}) {
  const added = await cardea.api('POST', `/api/v1/rooms/${room}/participants`, { display_name: 'Somebody', ...fields });
  assert.equal(added.status, 201, added.raw);
  return added.body;
}

const enter = (credential, fields) => cardea.request('POST', '/api/v1/enter', { body: { credential, ...fields } });

async function person(room, { tracks = [MICROPHONE], ...fields } = {}) {
  const added = await add(room, fields);
  const { status, body, raw } = await enter(added.access_token);
  assert.equal(status, 201, raw);
  senders += 1;
  const joined = await CardeaPerson.join({
    janus: { wsUrl: `${cardea.wsUrl}/janus/n1` }, peers, sender: senders, entered: body, tracks, slots: { audio: 2, video: 1 },
  });
  return Object.assign(joined, { entered: body, added });
}

const move = (from, seat, to, auth) => cardea.api('POST', `/api/v1/rooms/${from}/participants/${seat}/move`, { room: to }, auth);
const hears = (listener, people, what) => until(
  async () => (await listener.receives('microphone')).join() === people.map(({ sender }) => sender).sort((a, b) => a - b).join(), what, 10000);
const row = (seat) => {
  const [online, left, movedTo] = cardea.sql(`SELECT online, left_at > 0, moved_to FROM participants WHERE seat = '${seat}'`).split('|');
  return { online: online === '1', left: left === '1', movedTo };
};
const forget = async (who) => {
  await who.session.socket.close();
  await Promise.all([who.sending?.close(), who.receiver.close()]);
};

test('who is moved hears the other room and is heard there, without a negotiation, and comes back to it', async () => {
  const [from, to] = [await newRoom(), await newRoom()];
  const [ann, bob, eve] = [await person(from), await person(from, { display_name: 'Bob', external_user_id: 'bob', role: 'host' }), await person(to)];
  await hears(bob, [ann], 'Bob hears Ann');
  const { negotiations } = bob;

  const moved = await move(from, bob.id, to);
  assert.equal(moved.status, 200, moved.raw);
  const there = moved.body.id;
  assert.deepEqual(moved.body, { room: to, id: there, name: 'Bob', role: 'host' });
  assert.notEqual(there, bob.id);
  const { data } = await bob.receiveHandle.event('moved');
  assert.deepEqual([data.room.id, data.participant.id, data.participant.role], [to, there, 'host']);
  await Promise.all([hears(bob, [eve], 'Bob hears Eve'), hears(eve, [bob], 'Eve hears Bob'), hears(ann, [], 'Ann hears nobody')]);
  assert.equal(bob.negotiations, negotiations);

  await until(() => !row(bob.id).online && row(there).online, 'the log agrees');
  assert.deepEqual([row(bob.id).left, row(there).left], [true, false]);
  const events = async (room, seat) => (await cardea.api('GET', `/api/v1/rooms/${room}/events?limit=500`)).body.events
    .filter(({ data: about }) => about.participant === seat);
  const last = (await events(from, bob.id)).filter(({ type }) => /left|offline/.test(type));
  assert.deepEqual(last.map(({ type, data: about }) => [type, about.reason]), [['participant.left', 'moved'], ['participant.offline', 'moved']]);
  assert.deepEqual((await events(to, there)).map(({ type }) => type).slice(0, 3), ['participant.added', 'participant.entered', 'participant.online']);
  const listed = async (room) => (await cardea.api('GET', `/api/v1/rooms/${room}/participants`)).body.participants.filter((p) => !p.left_at).map(({ id }) => id).sort();
  assert.deepEqual([await listed(from), await listed(to)], [[ann.id], [eve.id, there].sort()]);

  // Their page's proof is as good as before: for their socket, for calls of the host they are there, and to come back.
  await bob.session.socket.close();
  await bob.session.claim(bob.entered.resume);
  assert.equal((await cardea.api('POST', `/api/v1/rooms/${to}/lock`, undefined, { token: bob.entered.resume })).status, 200);
  assert.equal((await cardea.api('POST', `/api/v1/rooms/${to}/unlock`, undefined, { token: bob.entered.resume })).status, 200);
  assert.equal((await cardea.api('POST', `/api/v1/rooms/${from}/lock`, undefined, { token: bob.entered.resume })).status, 404);
  const back = await enter(bob.added.access_token, { resume: bob.entered.resume });
  assert.deepEqual([back.status, back.body.room.id, back.body.participant.id], [201, to, there], back.raw);
  const again = await enter(bob.added.access_token, { resume: back.body.resume });
  assert.deepEqual([again.status, again.body.participant.id], [201, there], again.raw);

  // Removed there, they are out, and their socket with them.
  assert.equal((await cardea.api('POST', `/api/v1/rooms/${to}/participants/${there}/remove`, {})).status, 200);
  assert.equal((await bob.receiveHandle.event('removed')).data.reason, 'revoked');
  assert.equal((await enter(bob.added.access_token, { resume: again.body.resume })).status, 403);
  // The credential alone leads to its own room, and ends what leads away.
  const home = await enter(bob.added.access_token);
  assert.deepEqual([home.status, home.body.participant.id], [201, bob.id], home.raw);
  assert.equal((await enter(bob.added.access_token, { resume: bob.entered.resume })).status, 403);
  await Promise.all([ann, bob, eve].map(forget));
});

test('each refusal has one reason, and changes nothing', async () => {
  const [from, to, locked, over] = [await newRoom(), await newRoom(), await newRoom(), await newRoom()];
  const bob = await person(from, { tracks: [], external_user_id: 'bob' });
  const [absent, host, plain] = [await add(from), await add(from, { role: 'host' }), await add(from)];
  const blocked = await newRoom();
  const twin = await add(blocked, { external_user_id: 'bob' });
  await cardea.api('POST', `/api/v1/rooms/${blocked}/participants/${twin.participant.id}/remove`, { block: true });
  assert.equal((await cardea.api('POST', `/api/v1/rooms/${locked}/lock`)).status, 200);
  assert.equal((await cardea.api('POST', `/api/v1/rooms/${over}/end`)).status, 200);
  const { body: full } = await cardea.api('POST', '/api/v1/rooms', { name: `full ${randomId()}`, config: { max_participants: 1 } });
  await add(full.id);
  const unknown = '00000000-0000-7000-8000-000000000000';
  const answers = async (expected, ...args) => {
    const { status, body, raw } = await move(...args);
    assert.deepEqual([status, body.code], expected, raw);
  };
  await answers([404, 'room_not_found'], from, bob.id, unknown);
  await answers([404, 'room_not_found'], unknown, bob.id, to);
  await answers([404, 'participant_not_found'], to, bob.id, from);
  await answers([409, 'not_connected'], from, absent.participant.id, to);
  assert.equal((await move(from, bob.id, from)).status, 400);
  assert.equal((await move(from, bob.id, '')).status, 400);
  assert.equal((await move(from, bob.id, locked)).status, 423);
  assert.equal((await move(from, bob.id, over)).status, 410);
  assert.deepEqual([(await move(from, bob.id, blocked)).body.code], ['blocked']);
  assert.equal((await move(from, bob.id, full.id)).body.code, 'room_is_full');
  await answers([403, 'host_role_required'], from, bob.id, to, { token: plain.access_token });
  // A host of one room knows nothing of another, be there a meeting or not.
  for (const where of [to, over, unknown]) await answers([404, 'room_not_found'], from, bob.id, where, { token: host.access_token });
  // Nor does a name that a host could give anybody make a host there.
  const [named] = [await add(from, { role: 'host', external_user_id: 'boss' }), await add(to, { role: 'host', external_user_id: 'boss' })];
  await answers([404, 'room_not_found'], from, bob.id, to, { token: named.access_token });
  assert.deepEqual(row(bob.id), { online: true, left: false, movedTo: '' });
  assert.equal(bob.receiveHandle.events.items.some(({ data }) => data.event === 'moved'), false);
  await forget(bob);
});

test('a host moves to a room in which the same user is a host, too, and nowhere else', async () => {
  const [from, to] = [await newRoom(), await newRoom()];
  const bob = await person(from, { tracks: [] });
  const [host, there] = [await add(from, { role: 'host', external_user_id: 'chief' }), await add(to, { role: 'host', external_user_id: 'chief' })];
  const ask = () => move(from, bob.id, to, { token: host.access_token });
  const set = (seat, fields) => cardea.sql(`UPDATE participants SET ${fields} WHERE seat = '${seat.participant.id}'`);
  // As the calls leave it with which a backend invites a user to both.
  set(host, 'invited = 1');
  assert.equal((await ask()).status, 404);
  set(there, 'invited = 1, role = 0');
  assert.equal(cardea.sql(`SELECT DISTINCT role FROM participants WHERE room = '${to}'`), '0');
  assert.equal((await ask()).status, 404);
  set(there, 'role = 1, removed = 1');
  assert.equal((await ask()).status, 404);
  set(there, "removed = 0, external_user_id = 'other'");
  assert.equal((await ask()).status, 404);
  set(there, "external_user_id = 'chief'");
  assert.equal((await ask()).status, 200);
  const { data } = await bob.receiveHandle.event('moved');
  assert.deepEqual([data.room.id, data.participant.role], [to, 'participant']);
  const [event] = (await cardea.api('GET', `/api/v1/rooms/${from}/events?limit=500`)).body.events.filter(({ data: about }) => about.reason === 'moved');
  assert.equal(event.data.by, host.participant.id);
  await forget(bob);
});

/** The room that the node has @p who in; null: none. Their page comes back as pages do. */
async function whereabouts(who) {
  await who.session.claim(who.entered.resume);
  const synced = await who.receiveHandle.request({ request: 'sync' }).catch(() => null);
  return synced?.room?.id ?? null;
}

test('a gateway that is killed on the way leaves nobody half: here, there, or out', async (t) => {
  const rounds = 6;
  const fates = [];
  for (let round = 0; round < rounds; round += 1) {
    const [from, to] = [await newRoom(), await newRoom()];
    const bob = await person(from, { tracks: [] });
    move(from, bob.id, to).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 6 * round));
    await cardea.kill('gateway');
    await until(() => cardea.isReady(), 'the next gateway');
    const { left, movedTo } = row(bob.id);
    assert.equal(left, movedTo !== '');
    const fate = await until(async () => {
      const at = await whereabouts(bob);
      const agrees = left ? !row(bob.id).online && row(movedTo).online === (at === to) && at !== from : row(bob.id).online && at === from;
      return agrees && (at ?? 'out');
    }, 'the node and the log agree', 10000);
    fates.push({ [from]: 'here', [to]: 'there' }[fate] ?? fate);
    await forget(bob);
  }
  assert.equal(fates.length, rounds);
  t.diagnostic(fates.join());
});

test('what was committed and never asked of the node ends the old connection', async () => {
  const [from, to] = [await newRoom(), await newRoom()];
  const [bob, there] = [await person(from, { tracks: [] }), await add(to)];
  const { gateway } = cardea.dev.pids;
  await cardea.kill('supervisor');
  await ended(gateway);
  cardea.sql(`UPDATE participants SET gen = gen + 1, left_at = ${Date.now()}, moved_to = '${there.participant.id}' WHERE seat = '${bob.id}'`);
  cardea.sql(`UPDATE media_sessions SET room = '${to}', seat = '${there.participant.id}' WHERE seat = '${bob.id}'`);
  await cardea.start();
  await until(() => !row(bob.id).online, 'the old connection is ended', 10000);
  assert.equal(await whereabouts(bob), null);
  const back = await enter(bob.added.access_token, { resume: bob.entered.resume });
  assert.deepEqual([back.status, back.body.participant?.id], [201, there.participant.id], back.raw);
  await forget(bob);
});
