// spec/acceptance E003-10c, 11, 13 and F2-19 on packets: what a backend forbids somebody by the plugNmeet dialect reaches
// nobody, whatever their client sends. The peers here are such clients: they send on, and never look at `rights`.
// Each refusal is one change of somebody who is heard or seen. Takes about 10 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../support/cardea.mjs';
import { CAMERA, CardeaPerson, MediaPeers, MICROPHONE, SCREEN } from '../support/peers.mjs';
import { startPlugnmeet } from '../support/plugnmeet.mjs';

const ALL = [MICROPHONE, CAMERA, SCREEN];

let plugnmeet;
let peers;
let rooms = 0;
let senders = 0;

before(async () => {
  [plugnmeet, peers] = await Promise.all([startPlugnmeet(), MediaPeers.start()]);
});
after(async () => {
  await peers?.stop();
  await plugnmeet?.cardea.stop();
});

async function newRoom(metadata) {
  const id = `media-${++rooms}`;
  const { room_info: { sid } } = await plugnmeet.create(id, metadata);
  return { id, sid };
}

/** Somebody whom the backend asks in with @p user_info, and who sends @p tracks: a CardeaPerson with `token`. */
async function person(room, user_info, tracks = ALL) {
  const token = await plugnmeet.token(room.id, user_info);
  const { status, body, raw } = await plugnmeet.enter(token);
  assert.equal(status, 201, raw);
  const sender = ++senders;
  const joined = await CardeaPerson.join({
    janus: { wsUrl: `${plugnmeet.cardea.wsUrl}/janus/n1` }, peers, sender, entered: body, tracks, slots: { audio: 3, video: 6 },
  });
  return Object.assign(joined, { token, user: user_info.user_id });
}

/** Until @p viewer receives exactly these people of a kind. */
const receives = (viewer, kind, people) => until(
  async () => (await viewer.receives(kind)).join() === people.map(({ sender }) => sender).sort((a, b) => a - b).join(),
  `${viewer.user} receives the ${kind} of ${people.map(({ user }) => user).join(' and ') || 'nobody'}`, 10000);

/** Says of a kind that it is sent, as a client does that is not told what it may not: false if it is refused. */
const insist = (who, kind) => who.publishHandle.request({ request: 'source', kind, active: true }).then(() => true, (error) => {
  assert.equal(error.code, 'not_found'); // never published, though the packets go out
  return false;
});

/** Until @p who has sent some more packets of a kind. */
async function sendsOn(who, kind) {
  const { ssrc } = who.sending.tracks.find((track) => track.kind === kind);
  const sent = async () => (await peers.report(who.sending.local.peer)).sent.find((stream) => stream.ssrc === ssrc).packets;
  const before = await sent();
  await until(async () => await sent() >= before + 25, `${who.user} sends on`);
}

const leave = (people) => Promise.all(people.map((who) => who.leave()));

test('E003-10c: a screen share that is locked for somebody reaches nobody; microphone and camera do', async () => {
  const room = await newRoom({ default_lock_settings: { lock_screen_sharing: false } });
  const [viewer, locked, free, host] = await Promise.all([
    person(room, { user_id: 'viewer', is_admin: true }, []),
    person(room, { user_id: 'locked', is_admin: false, user_metadata: { lock_settings: { lock_screen_sharing: true } } }),
    person(room, { user_id: 'free', is_admin: false, user_metadata: { lock_settings: {} } }),
    person(room, { user_id: 'host', is_admin: true, user_metadata: { lock_settings: { lock_screen_sharing: true } } }),
  ]);
  assert.deepEqual([await insist(locked, 'screen'), await insist(free, 'screen')], [false, true]);
  await receives(viewer, 'microphone', [locked, free, host]);
  await receives(viewer, 'camera', [locked, free, host]);
  await receives(viewer, 'screen', [free, host]);
  await sendsOn(locked, 'screen');
  assert.equal((await viewer.counts('screen')).has(locked.sender), false, 'not one packet');
  await leave([viewer, locked, free, host]);
});

test('E003-11: cameras that the room does not allow reach nobody, microphones do', async () => {
  const room = await newRoom({ room_features: { allow_webcams: false } }); // one change of the rooms of the other tests
  const [viewer, anna, host] = await Promise.all([
    person(room, { user_id: 'viewer', is_admin: true }, []),
    person(room, { user_id: 'anna' }, [MICROPHONE, CAMERA]),
    person(room, { user_id: 'host', is_admin: true }, [MICROPHONE, CAMERA]),
  ]);
  for (const who of [anna, host]) {
    assert.equal(await insist(who, 'camera'), false);
    await sendsOn(who, 'camera');
  }
  await receives(viewer, 'microphone', [anna, host]);
  assert.equal((await viewer.counts('camera')).size, 0, 'not one packet');
  await leave([viewer, anna, host]);
});

test('section 7: a microphone that is locked for all is heard no more, until it is unlocked', async () => {
  const room = await newRoom();
  const [host, anna] = await Promise.all([
    person(room, { user_id: 'host', is_admin: true }, [MICROPHONE]),
    person(room, { user_id: 'anna' }, [MICROPHONE, CAMERA]),
  ]);
  const lock = async (direction) => {
    const { body } = await plugnmeet.api('updateLockSettings', host.token,
      { room_sid: room.sid, room_id: room.id, user_id: 'all', service: 'mic', direction });
    assert.equal(body.status, true, JSON.stringify(body));
  };
  await receives(host, 'microphone', [anna]);
  await lock('lock');
  await receives(host, 'microphone', []);
  assert.equal(await insist(anna, 'microphone'), true); // it was published before
  const late = await person(room, { user_id: 'late' }, [MICROPHONE, CAMERA]);
  assert.equal(await insist(late, 'microphone'), false);
  for (const who of [anna, late]) await sendsOn(who, 'microphone');
  await receives(host, 'camera', [anna, late]);
  await receives(host, 'microphone', []);
  await receives(anna, 'microphone', [host]); // hosts are above locks
  assert.equal((await host.counts('microphone')).has(late.sender), false, 'not one packet');
  await lock('unlock');
  await receives(host, 'microphone', [anna]);
  await leave([host, anna, late]);
});

test('E003-13, F2-19: a hidden one hears and sees, and publishes nothing by any request', async () => {
  const room = await newRoom();
  const [anna, ghost, shown] = await Promise.all([
    person(room, { user_id: 'anna', is_admin: true }, [MICROPHONE]),
    person(room, { user_id: 'ghost', is_admin: true, is_hidden: true }),
    person(room, { user_id: 'shown', is_admin: true }, [MICROPHONE]),
  ]);
  await receives(ghost, 'microphone', [anna, shown]);

  for (const { kind } of ALL) {
    assert.equal(await insist(ghost, kind), false, kind);
    await sendsOn(ghost, kind);
  }
  await assert.rejects(ghost.receiveHandle.request({ request: 'send', type: 'chat', text: 'boo' }), { code: 'not_permitted' });
  await receives(anna, 'microphone', [shown]);
  for (const who of [anna, shown]) assert.equal((await who.counts('microphone')).has(ghost.sender), false, 'not one packet');
  for (const kind of ['camera', 'screen']) await receives(anna, kind, []);
  assert.deepEqual((await anna.receiveHandle.request({ request: 'sync' })).roster.map(({ id }) => id), [shown.id]);
  assert.equal((await plugnmeet.info(room.id)).room_info.joined_participants, '2');
  await leave([anna, ghost, shown]);
});
