// What gateways do to people: mute, capacity, removal, in the plugin without a gateway and without
// media. Contract: docs/plugin-api.md. Run inside tests/support/netns.sh; declares 30 seconds.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { JanusSession, connectionId, join, randomId, startPlugin } from '../support/janus.mjs';
import { PUBLISH_OFFER, publishRequest } from '../support/offers.mjs';

let janus;
let control;

before(async () => {
  ({ janus, control } = await startPlugin());
});

after(async () => {
  const exit = await janus?.stop();
  assert.deepEqual(janus.finalLog.match(/.*Sanitizer:.*/g) ?? [], [], janus.finalLog.slice(-6000));
  assert.deepEqual(exit, { code: 0, signal: null }, janus.finalLog.slice(-3000));
});

async function newRoom(fields = {}) {
  const room = `room-${randomId(6)}`;
  await control.openRoom(room, fields);
  return room;
}

/** A participant with both handles in a Janus session of its own. */
async function enter(room, seat, claims = {}) {
  const session = await JanusSession.create(janus);
  const token = control.token({ room, sub: seat, name: seat, ...claims });
  const connection = connectionId();
  const publish = await join(session, { handle: 'publish', token, connection });
  const receive = await join(session, { handle: 'receive', token, connection });
  return { session, publish, receive, token, connection };
}

/** The room's upward events about a source, as "kind state". */
const sourceEvents = (room) =>
  control.events.items.filter((e) => e.room === room && e.event === 'source').map((e) => `${e.kind} ${e.state}`);

test('mute makes a source inactive, everybody is told, and its owner may switch it on again', async () => {
  const room = await newRoom();
  const [anna, watcher] = [await enter(room, 'anna'), await enter(room, 'watcher')];
  const mute = (fields = {}) =>
    control.request({ request: 'mute', room, epoch: 1, seat: 'anna', kind: 'microphone', ...fields });
  const tracks = async () => Object.fromEntries(
    (await anna.publish.request({ request: 'sync' })).tracks.map(({ kind, active }) => [kind, active]));
  const muted = () => anna.publish.events.items.filter((e) => e.data.event === 'muted').map((e) => e.data.kind);

  await mute(); // nothing there yet
  await anna.publish.request(publishRequest(), PUBLISH_OFFER);
  await watcher.receive.event('slots', { match: (e) => e.audio[0].participant === 'anna' });
  await mute();
  const { data } = await watcher.receive.event('roster', {
    match: (e) => e.updated[0]?.sources.some((s) => s.kind === 'microphone' && !s.active),
  });
  assert.deepEqual(data.updated[0].sources.find((s) => s.kind === 'camera'), { kind: 'camera', active: true });
  await watcher.receive.event('slots', { match: (e) => e.audio.every((s) => s.participant === null) });
  assert.deepEqual(await tracks(), { microphone: false, camera: true, screen: false });
  assert.deepEqual(muted(), ['microphone']);
  await mute(); // once is enough
  await mute({ kind: 'screen' }); // not active
  await mute({ seat: 'nobody' });
  await mute({ kind: 'data' });
  assert.deepEqual(muted(), ['microphone']);

  // A renegotiation does not undo it, for example one that was on its way; only `source` does.
  await anna.publish.request(publishRequest(2), PUBLISH_OFFER);
  assert.equal((await tracks()).microphone, false);
  await anna.publish.request({ request: 'source', kind: 'microphone', active: true });
  assert.equal((await tracks()).microphone, true);
  await anna.publish.request(publishRequest(3), PUBLISH_OFFER);
  assert.equal((await tracks()).microphone, true);
  await control.event('source', { match: (e) => e.room === room && e.kind === 'screen' });
  assert.deepEqual(sourceEvents(room).filter((e) => e.startsWith('microphone')),
    ['microphone active', 'microphone inactive', 'microphone active']);

  // Without the right it stays off.
  await control.request({ request: 'policy', room, epoch: 1, policy: { locks: ['microphone'] } });
  await mute();
  assert.deepEqual(muted(), ['microphone', 'microphone']);
  await anna.publish.request({ request: 'source', kind: 'microphone', active: true });
  const inactive = (s) => s.kind === 'microphone' && !s.active;
  const { roster } = await watcher.receive.request({ request: 'sync' });
  assert.ok(roster[0].sources.some(inactive), JSON.stringify(roster));

  await assert.rejects(mute({ kind: 'piano' }), { code: 'invalid' });
  await assert.rejects(mute({ epoch: 2 }), { code: 'epoch_ahead' });
  await assert.rejects(mute({ seat: undefined }), { code: 'json_missing' });
  await Promise.all([anna, watcher].map((p) => p.session.close()));
});
