// What a review of the plugin found: orders of events that Janus allows and nobody plans.
// Run inside tests/support/netns.sh.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  JanusSession, adminPlugin, connectionId, join, randomId, startPlugin, stopPlugin,
} from '../support/janus.mjs';

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

function joinFields(room, sub, claims = {}) {
  return {
    request: 'join', handle: 'receive', connection: connectionId(),
    token: control.token({ room, sub, name: sub, ...claims }),
  };
}

test('a hangup meant for a refused join says nothing about the room joined next', async () => {
  const [first, second] = [await newRoom(), await newRoom()];
  const audience = await JanusSession.create(janus);
  for (let i = 0; i < 20; i++) await join(audience, joinFields(first, `busy-${i}`));
  // Keeps the first room busy for a while.
  const work = () => {
    const say = { request: 'say', room: first, epoch: 1, data: { text: 'x'.repeat(60000) } };
    for (let i = 0; i < 12; i++) control.handle.post(say);
  };
  for (let round = 0; round < 5; round++) {
    const handle = await (await JanusSession.create(janus)).attach();
    work();
    await sleep(20);
    const refused = handle.message(joinFields(first, 'x', { conf_id: 'another' }));
    await sleep(2);
    work();
    await sleep(10);
    handle.hangup().catch(() => {});
    assert.equal((await refused).data.code, 'conf_mismatch');
    await handle.request(joinFields(second, `s-${round}`));
    await sleep(100);
    await handle.session.close();
  }
  const strangers = control.events.items.filter((e) => e.room === first && !e.seat.startsWith('busy'));
  assert.deepEqual(strangers, []);
  await audience.close();
});

test('a token that renews a seat renews what rosters say', async () => {
  const room = await newRoom();
  const watcher = await join(await JanusSession.create(janus), joinFields(room, 'watcher'));
  const session = await JanusSession.create(janus);
  const connection = connectionId();
  const anna = { ...joinFields(room, 'anna'), connection };
  await join(session, anna);
  await watcher.event('roster', { match: (e) => e.joined.some((p) => p.id === 'anna') });
  const token = control.token({ room, sub: 'anna', name: 'Anna B.', role: 'host' });
  await join(session, { ...anna, handle: 'publish', token });
  const { data } = await watcher.event('roster', { match: (e) => e.updated.length > 0 });
  assert.deepEqual(data.updated.map(({ id, name, role }) => ({ id, name, role })), [
    { id: 'anna', name: 'Anna B.', role: 'host' },
  ]);
  const hidden = control.token({ room, sub: 'anna', name: 'Anna B.', hidden: true, publish: [] });
  await join(session, { ...anna, token: hidden });
  await watcher.event('roster', { match: (e) => e.left.includes('anna') });
  await session.close();
  await watcher.session.close();
});

test('a flood of one client fills no queue for the gateway or for others', async () => {
  const room = await newRoom();
  const [flood, other] = await Promise.all(['flood', 'other'].map(async (seat) =>
    join(await JanusSession.create(janus), joinFields(room, seat))));
  for (let i = 0; i < 3000; i++) flood.post({ request: 'sync' });
  await sleep(50);
  for (let i = 0; i < 20; i++) {
    await control.request({ request: 'say', room, epoch: 1, to: ['other'], data: { i } });
    await other.request({ request: 'ice' });
  }
  const { stats } = await adminPlugin(janus, { request: 'stats' });
  assert.ok(stats.refusals.queue_full > 0, 'the flood was cut');
  await flood.session.close();
  await other.session.close();
});

test('a hangup after many syncs ends the membership', async () => {
  const room = await newRoom();
  const handles = await Promise.all(Array.from({ length: 20 }, async (_, i) =>
    join(await JanusSession.create(janus), joinFields(room, `s-${i}`))));
  await Promise.all(handles.map(async (handle, i) => {
    let synced;
    for (let k = 0; k < 8; k++) {
      synced = await handle.request({ request: 'sync' });
      await sleep(20 * (i % 7));
    }
    // A hangup that meets an offer still being made anew is taken for the end of the old one.
    await handle.event('offer', { match: (e) => e.offer > synced.offer });
  }));
  const { rooms } = await adminPlugin(janus, { request: 'list' });
  assert.equal(rooms.find((r) => r.room === room).participants.length, 20, 'syncs end nothing');
  await Promise.all(handles.map((handle) => handle.hangup()));
  for (let i = 0; i < 20; i++) {
    await control.event('offline', { match: (e) => e.room === room && e.seat === `s-${i}` });
  }
  await Promise.all(handles.map((handle) => handle.session.close()));
});
