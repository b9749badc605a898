// What hosts do to people (spec/native 4), on packets: whoever has no right is not heard or seen, whatever
// their client sends. The peers here are such clients: they send on, and never look at `rights`. Takes
// about 30 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ended, randomId, startCardea, until } from '../support/cardea.mjs';
import { CAMERA, CardeaPerson, MediaPeers, MICROPHONE } from '../support/peers.mjs';

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

/** A room with a meeting; @p policy: columns of the session that no native call sets. */
async function newRoom(policy) {
  const { body } = await cardea.api('POST', '/api/v1/rooms', { name: `moderated ${randomId()}` });
  if (policy) {
    const set = Object.entries(policy).map(([column, value]) => `${column} = ${value}`).join(', ');
    cardea.sql(`UPDATE sessions SET ${set} WHERE room = '${body.id}'`);
  }
  return body.id;
}

/** Adds somebody to the room: the answer. */
async function add(room, fields = {}) {
  const added = await cardea.api('POST', `/api/v1/rooms/${room}/participants`, { display_name: 'Somebody', ...fields });
  assert.equal(added.status, 201, added.raw);
  return added.body;
}

const enter = (credential) => cardea.request('POST', '/api/v1/enter', { body: { credential } });

/** Somebody in the room, with media: a CardeaPerson with `entered` and `added`. */
async function person(room, { tracks = [MICROPHONE, CAMERA], added, ...fields } = {}) {
  added ??= await add(room, fields);
  const { status, body, raw } = await enter(added.access_token);
  assert.equal(status, 201, raw);
  senders += 1;
  const joined = await CardeaPerson.join({
    janus: { wsUrl: `${cardea.wsUrl}/janus/n1` }, peers, sender: senders, entered: body, tracks, slots: { audio: 3, video: 4 },
  });
  return Object.assign(joined, { entered: body, added });
}

/** Of somebody whose Janus session is gone. */
const forget = async (who) => {
  await who.session.socket.close();
  await Promise.all([who.sending?.close(), who.receiver.close()]);
};

/** A host's call about @p whom, or about the room. */
async function moderate(host, room, whom, act, body, method = 'POST') {
  const where = whom ? `participants/${whom.id}/${act}` : act;
  const answer = await cardea.api(method, `/api/v1/rooms/${room}/${where}`, body, { token: host.added.access_token });
  return answer;
}

async function moderated(...args) {
  const answer = await moderate(...args);
  assert.equal(answer.status, 200, answer.raw);
  return answer.body;
}

const permit = (host, room, whom, body) => moderated(host, room, whom, 'permissions', body, 'PATCH');
/** Until @p viewer receives exactly these people of a kind. */
const receives = (viewer, kind, people, what) => until(
  async () => (await viewer.receives(kind)).join() === people.map(({ sender }) => sender).sort((a, b) => a - b).join(), what, 10000);
const eventsOf = async (room, type) => {
  const { body } = await cardea.api('GET', `/api/v1/rooms/${room}/events?limit=500`);
  return body.events.filter((event) => event.type === type);
};

test('a locked microphone is heard by nobody, and unlocked it is heard without a negotiation', async () => {
  const room = await newRoom();
  const host = await person(room, { role: 'host', tracks: [] });
  const bob = await person(room);
  await receives(host, 'microphone', [bob], 'Bob is heard');
  const { negotiations } = bob;

  const locked = await permit(host, room, bob, { locks: { microphone: true } });
  assert.deepEqual([locked.locks.microphone, locked.locks.webcam], [true, null]);
  assert.deepEqual(locked.in_force.publish, ['camera', 'screen', 'data']);
  await bob.publishHandle.event('rights', { match: (e) => !e.publish.includes('microphone') });
  await receives(host, 'microphone', [], 'Bob is not heard');
  await receives(host, 'camera', [bob], 'Bob is seen');
  // It is the packets that are refused: his client says that it sends, and does.
  await bob.publishHandle.request({ request: 'source', kind: 'microphone', active: true });
  assert.deepEqual(await host.receives('microphone'), []);

  await permit(host, room, bob, { locks: { microphone: true } }); // once is enough
  await permit(host, room, bob, { locks: { microphone: null } });
  await receives(host, 'microphone', [bob], 'Bob is heard again');
  await permit(host, room, bob, { publish: [] });
  await receives(host, 'camera', [], 'Bob is not seen');
  assert.deepEqual(await host.receives('microphone'), []);
  await permit(host, room, bob, { publish: null });
  await receives(host, 'camera', [bob], 'Bob is seen again');
  assert.equal(bob.negotiations, negotiations);
  const events = await eventsOf(room, 'participant.permissions');
  assert.deepEqual(events.map(({ data }) => [data.locks, data.publish]), [
    [{ microphone: true }, undefined], [{}, undefined], [{}, []], [{}, undefined],
  ]);
  assert.ok(events.every(({ data }) => data.by === host.id && data.participant === bob.id));
  await Promise.all([host, bob].map((p) => p.leave()));
});

test('others than hosts see cameras and names of hosts only, until they are hosts', async () => {
  const room = await newRoom({ cameras_of_hosts_only: 1, lists_hosts_only: 1 });
  const host = await person(room, { role: 'host' });
  const bob = await person(room);
  const cy = await person(room);
  const roster = async (who) => (await who.receiveHandle.request({ request: 'sync' })).roster.map(({ id }) => id).sort();
  const ids = (...people) => people.map(({ id }) => id).sort();

  await receives(cy, 'microphone', [host, bob], 'Cy hears all');
  await receives(cy, 'camera', [host], 'Cy sees the host');
  await receives(host, 'camera', [bob, cy], 'the host sees all');
  assert.deepEqual(await roster(cy), ids(host));
  assert.deepEqual(await roster(host), ids(bob, cy));
  const listed = async (who) => (await cardea.api('GET', `/api/v1/rooms/${room}/participants`, undefined, { token: who.added.access_token }))
    .body.participants.map(({ id }) => id).sort();
  assert.deepEqual([await listed(cy), await listed(host)], [ids(host, cy), ids(host, bob, cy)]);

  // Bob becomes a host: he sees all, and all see him. Then Cy asks for a camera of nobody's.
  const made = await permit(host, room, bob, { role: 'host' });
  assert.equal(made.role, 'host');
  const rights = await bob.receiveHandle.event('rights', { match: (e) => e.role === 'host' });
  assert.deepEqual(rights.data.publish, ['microphone', 'camera', 'screen', 'data']);
  await receives(cy, 'camera', [host, bob], 'Cy sees Bob');
  await receives(bob, 'camera', [host, cy], 'Bob sees Cy');
  assert.deepEqual([await roster(cy), await roster(bob)], [ids(host, bob), ids(host, cy)]);
  assert.ok((await cy.receiveHandle.event('roster', { match: (e) => e.updated.some(({ id, role }) => id === bob.id && role === 'host') })));

  // And no more: what was shown is gone at once, although nothing takes its place.
  await permit(host, room, bob, { role: 'participant' });
  await receives(cy, 'camera', [host], 'Cy sees the host only');
  await receives(bob, 'camera', [host], 'Bob sees the host only');
  assert.deepEqual([await roster(cy), await roster(bob)], [ids(host), ids(host)]);
  await cy.receiveHandle.event('roster', { match: (e) => e.left.includes(bob.id) });
  await bob.receiveHandle.request({ request: 'wish', video: [{ mid: 'v0', participant: cy.id, kind: 'camera' }] });
  await receives(bob, 'camera', [host], 'Bob has asked in vain');
  await Promise.all([host, bob, cy].map((p) => p.leave()));
});

test('a hidden seat is counted nowhere, heard by nobody and told to nobody', async () => {
  const room = await newRoom({ max_participants: 2 });
  const host = await person(room, { role: 'host', tracks: [] });
  const added = await add(room, { display_name: 'Ghost' });
  cardea.sql(`UPDATE participants SET hidden = 1 WHERE seat = '${added.participant.id}'`);
  const ghost = await person(room, { added, tracks: [] });
  const bob = await person(room); // the second who counts
  await receives(ghost, 'microphone', [bob], 'the ghost hears');

  await assert.rejects(ghost.receiveHandle.request({ request: 'send', type: 'chat', text: 'boo' }), { code: 'not_permitted' });
  assert.deepEqual(ghost.receiveHandle.joined.participant.publish, []);
  assert.deepEqual((await host.receiveHandle.request({ request: 'sync' })).roster.map(({ id }) => id), [bob.id]);
  const list = await cardea.api('GET', `/api/v1/rooms/${room}/participants`, undefined, { token: host.added.access_token });
  assert.deepEqual(list.body.participants.map(({ id }) => id).sort(), [host.id, bob.id].sort());
  assert.equal((await cardea.api('GET', `/api/v1/rooms/${room}`)).body.participant_count, 2);
  assert.equal((await cardea.api('POST', `/api/v1/rooms/${room}/participants`, { display_name: 'Third' })).body.error, 'room is full');
  // Hosts do not know of it; the tenant does.
  for (const [act, body, method] of [['remove', {}, 'POST'], ['mute', { kind: 'camera', muted: true }, 'POST'], ['permissions', {}, 'PATCH']]) {
    assert.equal((await moderate(host, room, ghost, act, body, method)).body.code, 'participant_not_found', act);
  }
  assert.equal((await cardea.api('POST', `/api/v1/rooms/${room}/participants/${ghost.id}/remove`, {})).status, 200);
  await ghost.receiveHandle.event('removed', { match: (e) => e.reason === 'revoked' });
  await forget(ghost);
  await Promise.all([host, bob].map((p) => p.leave()));
});

test('messages follow their locks', async () => {
  const room = await newRoom();
  const host = await person(room, { role: 'host', tracks: [] });
  const bob = await person(room, { tracks: [] });
  // Five a second are let through.
  const send = (fields, who = bob) => until(() => who.receiveHandle.request({ request: 'send', ...fields }).catch((error) => {
    if (error.code !== 'rate_limited') throw error;
  }), 'a message is taken');
  const heard = () => host.receiveHandle.events.items.filter((e) => e.data.event === 'said').map((e) => e.data.data.text);
  const all = async (name) => {
    await send({ type: 'chat', text: `chat ${name}` });
    await send({ type: 'chat', text: `private ${name}`, to: host.id });
    await send({ type: 'reaction', text: `r ${name}` });
    // Hosts are above locks, and what comes in comes in order.
    await send({ type: 'chat', text: `end ${name}` }, host);
    await until(() => heard().includes(`end ${name}`), name);
    return heard().filter((text) => text.endsWith(` ${name}`)).map((text) => text.split(' ')[0]);
  };

  assert.deepEqual(await all('0'), ['chat', 'private', 'r', 'end']);
  await permit(host, room, bob, { locks: { private_chat: true } });
  assert.deepEqual(await all('1'), ['chat', 'r', 'end']);
  await permit(host, room, bob, { locks: { private_chat: null, reactions: true } });
  assert.deepEqual(await all('2'), ['chat', 'private', 'end']);
  await permit(host, room, bob, { locks: { reactions: false, chat: true } });
  assert.deepEqual(await all('3'), ['r', 'end']);
  await permit(host, room, bob, { locks: { chat: false, chat_send_message: true } });
  assert.deepEqual(await all('4'), ['r', 'end']);
  await Promise.all([host, bob].map((p) => p.leave()));
});

test('mute is at once; switching on is the participant\'s own, unless the room says otherwise', async () => {
  const room = await newRoom();
  const host = await person(room, { role: 'host', tracks: [] });
  const bob = await person(room, { tracks: [MICROPHONE] });
  await receives(host, 'microphone', [bob], 'Bob is heard');
  const mute = (muted) => moderate(host, room, bob, 'mute', { kind: 'microphone', muted });
  assert.equal((await mute(true)).status, 200);
  await bob.publishHandle.event('muted');
  await receives(host, 'microphone', [], 'Bob is muted');
  const refused = await mute(false);
  assert.deepEqual([refused.status, refused.body.code], [403, 'consent_required']);
  cardea.sql(`UPDATE sessions SET force_unmute = 1 WHERE room = '${room}'`);
  assert.equal((await mute(false)).status, 200);
  await bob.publishHandle.event('unmuted', { match: (e) => e.kind === 'microphone' });
  await receives(host, 'microphone', [bob], 'Bob is heard again');
  await Promise.all([host, bob].map((p) => p.leave()));
});

test('who is removed reads why; who is blocked does not come back, by any way of this user', async () => {
  const room = await newRoom();
  const host = await person(room, { role: 'host', tracks: [] });
  const bob = await person(room, { tracks: [], external_user_id: 'bob' });
  const kim = await person(room, { tracks: [], external_user_id: 'kim' });
  const self = await moderate(host, room, host, 'remove', {});
  assert.deepEqual([self.status, self.body.code], [403, 'yourself']);

  await moderated(host, room, kim, 'remove', { reason: 'Not today' });
  const { data } = await kim.receiveHandle.event('removed');
  assert.deepEqual([data.reason, data.text], ['revoked', 'Not today']);
  await moderated(host, room, kim, 'remove', {}); // is already
  assert.equal((await eventsOf(room, 'participant.removed')).length, 1);
  assert.equal((await add(room, { external_user_id: 'kim' })).participant.external_user_id, 'kim'); // not blocked

  await moderated(host, room, bob, 'remove', { block: true });
  await bob.receiveHandle.event('removed');
  assert.equal((await eventsOf(room, 'participant.removed'))[1].data.block, 'meeting');
  const again = await cardea.api('POST', `/api/v1/rooms/${room}/participants`, { display_name: 'Bob', external_user_id: 'bob' });
  assert.equal(again.status, 403, again.raw);
  assert.equal((await enter(bob.added.access_token)).body.code, 'blocked');

  // The next meeting of the room knows nothing of it, but for a block of the room.
  const mallory = await person(room, { tracks: [], external_user_id: 'mallory' });
  await moderated(host, room, mallory, 'remove', { block: true, scope: 'room' });
  assert.equal((await cardea.api('POST', `/api/v1/rooms/${room}/end`)).status, 200);
  cardea.sql('UPDATE tenant_config SET allow_early_join = 1');
  assert.equal((await add(room, { external_user_id: 'bob' })).participant.external_user_id, 'bob');
  const never = await cardea.api('POST', `/api/v1/rooms/${room}/participants`, { display_name: 'M', external_user_id: 'mallory' });
  assert.equal(never.status, 403, never.raw);
  await Promise.all([host, bob, kim, mallory].map(forget));
});

test('a locked room lets nobody in until it is unlocked', async () => {
  const room = await newRoom();
  const host = await person(room, { role: 'host', tracks: [] });
  assert.deepEqual(await moderated(host, room, null, 'lock'), { locked: true });
  assert.deepEqual(await moderated(host, room, null, 'lock'), { locked: true });
  const refused = await cardea.api('POST', `/api/v1/rooms/${room}/participants`, { display_name: 'Late' });
  assert.equal(refused.status, 423, refused.raw);
  assert.deepEqual(await moderated(host, room, null, 'unlock'), { locked: false });
  await add(room);
  assert.deepEqual([(await eventsOf(room, 'room.locked')).length, (await eventsOf(room, 'room.unlocked')).length], [1, 1]);
  await host.leave();
});

test('only hosts of this room, only people of this room', async () => {
  const [room, other] = [await newRoom(), await newRoom()];
  const [host, bob, stranger] = [await add(room, { role: 'host' }), await add(room), await add(other, { role: 'host' })];
  const acts = [['POST', 'lock'], ['POST', 'unlock'], ...[['POST', 'mute', { kind: 'camera', muted: true }], ['PATCH', 'permissions', { locks: { chat: true } }],
    ['POST', 'remove', {}]].map(([method, act, body]) => [method, `participants/${bob.participant.id}/${act}`, body])];
  for (const [method, path, body] of acts) {
    const call = (token, where = room) => cardea.api(method, `/api/v1/rooms/${where}/${path}`, body, { token });
    assert.equal((await call(bob.access_token)).body.code, 'host_role_required', path);
    assert.equal((await call(stranger.access_token)).body.code, 'room_not_found', path);
    if (body) assert.equal((await call(stranger.access_token, other)).body.code, 'participant_not_found', path);
    if (body) assert.equal((await cardea.api(method, `/api/v1/rooms/${room}/${path}`, '{', { token: host.access_token })).status, 400, path);
    assert.equal((await call(host.access_token)).status, 200, path);
  }
  const on = (body) => cardea.api('PATCH', `/api/v1/rooms/${room}/participants/${host.participant.id}/permissions`, body);
  assert.equal((await on({ locks: { chat: true } })).body.code, 'host_lock');
  for (const body of [{ locks: { piano: true } }, { locks: { chat: 1 } }, { publish: ['piano'] }, { role: 'king' }, { locks: [] }]) {
    assert.equal((await on(body)).status, 400, JSON.stringify(body));
  }
  assert.equal((await on({ role: 'participant', locks: { chat: true } })).body.in_force.chat, false);
});

test('a meeting ends when its time is over, whoever is in it, and when only hidden ones are', async () => {
  const [timed, left] = [await newRoom({ ends_at: Date.now() }), await newRoom({ empties_at: Date.now() })];
  const ann = await person(timed, { tracks: [] });
  const ghost = await add(left);
  cardea.sql(`UPDATE participants SET hidden = 1 WHERE seat = '${ghost.participant.id}'`);
  const { data } = await ann.receiveHandle.event('removed', { timeoutMs: 15000 });
  assert.equal(data.reason, 'closed');
  await until(async () => (await cardea.api('GET', `/api/v1/rooms/${left}`)).body.status === 'ended', 'the other room ends', 15000);
  const ends = [await eventsOf(timed, 'room.ended'), await eventsOf(left, 'room.ended')];
  assert.deepEqual(ends.map(([event]) => event.data.reason), ['duration', 'empty']);
  await forget(ann);
});

test('locks outlive the gateway and Janus', async () => {
  const room = await newRoom();
  const host = await person(room, { role: 'host', tracks: [] });
  const bob = await person(room);
  await permit(host, room, bob, { locks: { microphone: true } });
  await receives(host, 'microphone', [], 'Bob is locked');
  await cardea.kill('gateway');
  await until(() => cardea.isReady(), 'the next gateway');
  await receives(host, 'camera', [bob], 'Bob is seen');
  assert.deepEqual(await host.receives('microphone'), []);

  // What a gateway wrote and did not get to tell, the next one tells.
  const { gateway } = cardea.dev.pids;
  await cardea.kill('supervisor');
  await ended(gateway);
  cardea.sql(`UPDATE participants SET locks_set = 2, locks_on = 2, rights_event = rights_event + 1 WHERE seat = '${bob.id}'`);
  await cardea.start();
  await receives(host, 'microphone', [bob], 'Bob is heard');
  await receives(host, 'camera', [], 'Bob is not seen');

  await cardea.kill('janus');
  await until(async () => (await cardea.request('GET', '/readyz')).status === 200, 'the next Janus', 20000);
  const back = await until(async () => {
    const { status, body } = await enter(bob.added.access_token);
    return status === 201 && body;
  }, 'Bob enters again', 20000);
  assert.deepEqual(back.participant.publish, ['microphone', 'screen', 'data']);
  await Promise.all([host, bob].map(forget));
});
