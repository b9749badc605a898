// spec/meetings 11.3: a meeting with nobody in it ends after its time, and who keeps it alive. Takes
// about 35 s, because the gateway looks for the first time 10 s after its start.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../../support/cardea.mjs';
import { body, empty, refused, startMeetings } from '../../support/meetings.mjs';
import { Client, ROOM, USER } from '../rt/client.mjs';

const DEADLINE_MS = 90000;
let meetings;
const open = new Set();

before(async () => {
  meetings = await startMeetings({ args: ['--set', 'meetings.empty_timeout_s=2'] });
});
after(async () => {
  for (const client of open) client.close();
  await meetings?.cardea.stop();
});

async function socket(query, channels = [], options = {}) {
  const client = new Client(meetings.cardea.port, { query, ...options });
  open.add(client);
  await client.opened;
  for (const channel of channels) client.command('subscribe', channel);
  await client.read(1 + channels.length);
  return client;
}

const follow = (meeting, channels = [ROOM, USER]) => socket(`access_key=${meeting.access_key}`, channels);
const observe = (meeting) => socket(`room_id=${meeting.room.id}`, [ROOM], { headers: { Authorization: meetings.key } });
const status = async ({ access_key: ak }) => (await meetings.get(ak)).status;

function over(...all) {
  return until(async () => (await Promise.all(all.map(status))).every((one) => one === 410), 'the end', DEADLINE_MS);
}

/** Resolves after a meeting that is made now has ended of emptiness: whoever had to end has by then. */
async function another() {
  await over(await meetings.room());
}

test('meetings 11.3: who keeps a meeting alive, and who does not', async () => {
  // These end.
  const nobody = await meetings.room();
  const watched = await meetings.room();
  const watching = await observe(watched);
  const early = await meetings.room({ options: { waiting_room: true } });
  const outside = await follow(await meetings.joined(early.room.guest_token, { name: 'Waits' }));
  const host = await follow(early);
  const begun = await meetings.room({ options: { waiting_room: true } });
  const begunHost = await follow(begun);
  const late = await meetings.joined(begun.room.guest_token, { name: 'Waits' }); // came after the start
  const lobby = await follow(late);
  const back = await meetings.room({ options: { waiting_room: true } });
  const backHost = await follow(back);
  const bob = await meetings.joined(back.room.guest_token, { name: 'Bob', id: 'bob' });
  body(await meetings.admit(back.access_key, 'bob'));
  const putBack = await follow(bob);
  const { room, participant } = body(await meetings.enter(bob.access_key), 201);
  body(await meetings.cardea.api('POST', `/api/v1/rooms/${room.id}/participants/${participant.id}/wait`));
  const kicking = await meetings.room();
  const ann = await meetings.started({ id: kicking.room.id, user: { name: 'Ann', id: 'ann' } });
  const kicked = await follow(ann);
  const seat = await meetings.arrive(ann);
  empty(await meetings.kick(kicking.access_key, 'ann'), 200);
  // These stay.
  const followed = await meetings.room();
  const follower = await follow(followed);
  const called = await meetings.room();
  const call = await meetings.arrive(called);
  const guarded = await meetings.room(); // by a guest who waits for its start
  const guard = await follow(await meetings.joined(guarded.room.guest_token, { name: 'Waits' }));

  host.close(); // the meeting has started: who waits now counts no longer
  begunHost.close();
  backHost.close();
  await over(nobody, watched, early, begun, back, kicking);
  await watching.end();
  const { content } = JSON.parse(watching.frames.filter((text) => text.includes('room_update')).at(-1)).message;
  assert.deepEqual([content.ready, content.started_at, content.shutdown], [false, null, true]);
  await outside.end();
  await lobby.end();
  await putBack.end();
  await kicked.end();
  refused(await meetings.guest(nobody.room.guest_token, { name: 'G' }), 410);
  assert.ok(!body(await meetings.rooms()).some(({ id }) => id === nobody.room.id));
  body(await meetings.start({ id: nobody.room.id, user: { name: 'J' } }), 201); // it may start anew

  await another();
  assert.deepEqual(await Promise.all([followed, called, guarded].map(status)), [200, 200, 200]);
  assert.equal(follower.closed ?? guard.closed, null);

  follower.close();
  guard.close();
  await call.leave();
  await over(followed, called, guarded);
  seat.tunnel.terminate();
});

test('meetings 11.3: a killed gateway ends no meeting whose people come back', async () => {
  const { cardea } = meetings;
  const called = await meetings.room();
  await meetings.arrive(called);
  const followed = await meetings.room();
  await follow(followed);
  const nobody = await meetings.room();
  const killed = await cardea.kill('gateway');
  await until(() => cardea.isReady() && cardea.dev.pids.gateway !== killed, 'another gateway', 20000);
  await until(() => follow(followed).catch(() => null), 'the socket again', 20000);
  await over(nobody);
  await another();
  assert.deepEqual(await Promise.all([called, followed].map(status)), [200, 200]);
});

test('meetings 11.3: with 0 none ends', async () => {
  const never = await startMeetings({ args: ['--set', 'meetings.empty_timeout_s=0'] });
  try {
    await never.room();
    assert.equal(never.cardea.sql('SELECT COUNT(*) FROM sessions WHERE empties_at > 0'), '0');
  } finally {
    await never.cardea.stop();
  }
});
