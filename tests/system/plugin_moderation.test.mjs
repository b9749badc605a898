// What gateways do to people: mute, capacity, removal, in the plugin without a gateway and without
// media. Contract: docs/plugin-api.md. Run inside tests/support/netns.sh; declares 30 seconds.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { JanusSession, adminPlugin, connectionId, join, randomId, startPlugin, stopPlugin } from '../support/janus.mjs';
import { PUBLISH_OFFER, publishRequest } from '../support/offers.mjs';

let janus;
let control;

before(async () => {
  ({ janus, control } = await startPlugin());
});

after(() => stopPlugin(janus));

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
  // After an answer on the same socket: what the plugin pushed before has come.
  const muted = async () => {
    await tracks();
    return anna.publish.events.items.filter((e) => e.data.event === 'muted').map((e) => e.data.kind);
  };

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
  assert.deepEqual(await muted(), ['microphone']);
  await mute(); // once is enough
  await mute({ kind: 'screen' }); // not active
  await mute({ seat: 'nobody' });
  await mute({ kind: 'data' });
  assert.deepEqual(await muted(), ['microphone']);

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
  assert.deepEqual(await muted(), ['microphone', 'microphone']);
  await anna.publish.request({ request: 'source', kind: 'microphone', active: true });
  const inactive = (s) => s.kind === 'microphone' && !s.active;
  const { roster } = await watcher.receive.request({ request: 'sync' });
  assert.ok(roster[0].sources.some(inactive), JSON.stringify(roster));

  await assert.rejects(mute({ kind: 'piano' }), { code: 'invalid' });
  await assert.rejects(mute({ epoch: 2 }), { code: 'epoch_ahead' });
  await assert.rejects(mute({ seat: undefined }), { code: 'json_missing' });
  await Promise.all([anna, watcher].map((p) => p.session.close()));
});

test('of 64 who join at once exactly ten are let in, whoever is first; hidden ones do not count', async () => {
  const max = 10;
  for (let round = 0; round < 5; round++) {
    const room = await newRoom({ policy: { max_participants: max } });
    const sessions = await Promise.all(Array.from({ length: 8 }, () => JanusSession.create(janus)));
    const ghosts = Array.from({ length: 8 }, (_, i) => ({ sub: `ghost-${i}`, hidden: true, publish: [] }));
    const people = Array.from({ length: 64 }, (_, i) => ({ sub: `seat-${i}` }));
    // Hidden ones come in between, and everybody on a handle of one of eight sockets.
    const all = people.flatMap((claims, i) => (i % 8 === 0 ? [ghosts[i / 8], claims] : [claims]));
    const handles = await Promise.all(all.map((_, i) => sessions[i % sessions.length].attach()));
    const answers = await Promise.all(handles.map((handle, i) => handle.message({
      request: 'join', handle: 'receive', connection: connectionId(), slots: { audio: 0, video: 0 },
      token: control.token({ room, ...all[i] }),
    })));
    const codes = answers.map(({ data }, i) => [all[i].hidden ? 'hidden' : 'visible', data.code ?? data.cardea]);
    const count = (kind, code) => codes.filter(([k, c]) => k === kind && c === code).length;
    assert.deepEqual([count('visible', 'joined'), count('visible', 'room_full')], [max, 54], `round ${round}`);
    assert.equal(count('hidden', 'joined'), ghosts.length);
    const { participants } = await adminPlugin(janus, { request: 'inspect', room });
    assert.equal(participants.filter((p) => !p.hidden).length, max);

    // Whoever leaves makes room for one, and for one only.
    const inside = answers.findIndex(({ data }, i) => data.cardea === 'joined' && !all[i].hidden);
    await handles[inside].request({ request: 'leave' });
    const late = await Promise.all(Array.from({ length: 16 }, async (_, i) => {
      const handle = await sessions[i % sessions.length].attach();
      const { data } = await handle.message({
        request: 'join', handle: 'receive', connection: connectionId(), slots: { audio: 0, video: 0 },
        token: control.token({ room, sub: `late-${i}` }),
      });
      return data.code ?? data.cardea;
    }));
    assert.equal(late.filter((code) => code === 'joined').length, 1, `round ${round}: ${late}`);
    await control.closeRoom(room);
    await Promise.all(sessions.map((session) => session.close()));
  }
});

test('who was removed is told why on both handles, and their token is dead on both', async () => {
  const removals = {
    revoke: async (room) => {
      await control.request({ request: 'revoke', room, epoch: 1, seat: 'anna', min_gen: 1, text: 'Bye' });
      return ['revoked', 'Bye', 'gen_stale'];
    },
    kick: async (room) => {
      await adminPlugin(janus, { request: 'kick', room, participant: 'anna', reason: 'No' });
      return ['revoked', 'No', 'gen_stale'];
    },
    close: async (room) => {
      await control.closeRoom(room, { reason: 'Over' });
      return ['closed', 'Over', 'room_not_open'];
    },
    'close and open again': async (room) => {
      await control.closeRoom(room);
      await control.openRoom(room, { epoch: 2, conf_id: 'conf-2' });
      return ['closed', undefined, 'epoch_stale'];
    },
  };
  for (const [name, remove] of Object.entries(removals)) {
    const room = await newRoom();
    const anna = await enter(room, 'anna');
    await anna.publish.request(publishRequest(), PUBLISH_OFFER);
    await control.event('source', { match: (e) => e.room === room && e.state === 'active' });
    const [reason, text, code] = await remove(room);
    for (const handle of [anna.publish, anna.receive]) {
      const { data } = await handle.event('removed');
      assert.deepEqual([data.reason, data.text], [reason, text], name);
      await handle.janus.waitFor((m) => m.janus === 'hangup', { what: `${name}: hangup` });
    }
    const offline = await control.event('offline', { match: (e) => e.room === room });
    assert.deepEqual([offline.seat, offline.reason], ['anna', reason], name);
    // The same connection and token, from the handles it had and from new ones.
    for (const handle of ['publish', 'receive']) {
      await assert.rejects(join(anna.session, {
        handle, token: anna.token, connection: anna.connection,
      }), { code }, `${name}: ${handle}`);
    }
    const again = await anna.receive.message({ request: 'sync' });
    assert.equal(again.data.code, 'left', name);
    await anna.session.close();
  }
});

test('the limits of a policy are read, and nonsense is refused and changes nothing', async () => {
  const room = await newRoom();
  const policy = (max_bitrate) => control.request({ request: 'policy', room, epoch: 1, policy: { max_bitrate } });
  await policy({ guest: { camera: 300000, microphone: 40000 }, host: {}, stranger: { camera: 1 } });
  await policy({});
  for (const [limits, code] of [
    [{ guest: { camera: 1 } }, 'json_range'],
    [{ guest: { camera: 1e12 } }, 'json_range'],
    [{ guest: { camera: '300000' } }, 'json_type'],
    [{ guest: 300000 }, 'json_type'],
    [[], 'json_type'],
  ]) {
    await assert.rejects(policy(limits), { code }, JSON.stringify(limits));
  }
});
