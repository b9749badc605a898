// Audio slots and the event `speaking` without media: who gets a slot while nobody is heard, what
// happens at mute, hiding, locks and leaving, and what is told. Run inside tests/support/netns.sh.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  JanusSession, connectionId, join, randomId, startPlugin, stopPlugin, until,
} from '../support/janus.mjs';
import { fakeOffer } from '../support/offers.mjs';

const OFFER = fakeOffer(['audio']);
const NOBODY = { dominant: null, speaking: [] };

let janus;
let control;

before(async () => {
  ({ janus, control } = await startPlugin());
});

after(() => stopPlugin(janus));

async function newRoom() {
  const room = `room-${randomId(6)}`;
  await control.openRoom(room);
  return room;
}

/** Somebody with both handles and a microphone. */
async function enter(room, sub, claims = {}) {
  const session = await JanusSession.create(janus);
  const fields = {
    request: 'join', connection: connectionId(), token: control.token({ room, sub, name: sub, ...claims }),
  };
  const receive = await join(session, { ...fields, handle: 'receive' });
  const publish = await join(session, { ...fields, handle: 'publish' });
  const published = await publish.request(
    { request: 'publish', offer: 1, tracks: [{ mid: '0', kind: 'microphone' }] }, OFFER);
  return {
    sub, session, receive, publish, published,
    mute: (muted) => publish.request({ request: 'source', kind: 'microphone', active: !muted }),
    sync: () => receive.request({ request: 'sync' }),
  };
}

/** Whom somebody's audio slots carry. */
async function heard(person) {
  const { map } = await person.sync();
  return map.audio.map(({ participant }) => participant);
}

async function leaveAll(people) {
  await Promise.all(people.map(({ session }) => session.close()));
}

/** How often the plugin's clock wakes in a second. */
async function wakesPerSecond() {
  const tasks = `/proc/${janus.pid}/task`;
  const clock = fs.readdirSync(tasks)
    .find((task) => fs.readFileSync(`${tasks}/${task}/comm`, 'utf8').trim() === 'cardea tick');
  const wakes = () =>
    Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(fs.readFileSync(`${tasks}/${clock}/status`, 'utf8'))[1]);
  const before = wakes();
  const start = Date.now();
  await sleep(1500);
  return (1000 * (wakes() - before)) / (Date.now() - start);
}

test('the level extension is accepted, and joined and synced tell who speaks', async () => {
  const room = await newRoom();
  const ada = await enter(room, 'ada');
  assert.match(ada.published.jsep.sdp, /a=extmap:14[^\r\n]* urn:ietf:params:rtp-hdrext:ssrc-audio-level/);
  assert.deepEqual(ada.receive.joined.speaking, NOBODY);
  assert.equal(ada.publish.joined.speaking, undefined);
  assert.deepEqual((await ada.sync()).speaking, NOBODY);
  assert.equal((await ada.publish.request({ request: 'sync' })).speaking, undefined);
  await leaveAll([ada]);
});

test('with four microphones everybody has a slot at the others, and keeps it', async () => {
  const room = await newRoom();
  const people = [];
  for (const sub of ['ada', 'ben', 'cleo', 'dora']) people.push(await enter(room, sub));
  for (const person of people) {
    const others = people.filter((other) => other !== person).map(({ sub }) => sub);
    assert.deepEqual((await heard(person)).sort(), others);
  }
  const [ada] = people;
  const maps = () => ada.receive.events.items.filter(({ data }) => data.event === 'slots').length;
  const before = maps();
  await sleep(500); // several ticks
  assert.equal(maps(), before, 'nothing switches in silence');
  assert.ok(!ada.receive.events.items.some(({ data }) => data.event === 'speaking'), 'nobody spoke');
  await leaveAll(people);
});

test('a fifth one takes a slot that a mute, a lock or a departure leaves, and nobody else moves', async () => {
  const room = await newRoom();
  const people = [];
  for (const sub of ['ada', 'ben', 'cleo', 'dora', 'emil', 'finn']) people.push(await enter(room, sub));
  const [ada, ben, , dora] = people;
  assert.deepEqual(await heard(ada), ['ben', 'cleo', 'dora']);
  await ben.mute(true);
  assert.deepEqual(await heard(ada), ['emil', 'cleo', 'dora']);
  await ben.mute(false);
  assert.deepEqual(await heard(ada), ['emil', 'cleo', 'dora'], 'back is no reason to displace anybody');
  await control.request({ request: 'grant', room, epoch: 1, seat: 'cleo', gen: 0, locks: ['microphone'] });
  const filled = await heard(ada);
  assert.deepEqual([filled[0], filled[2]], ['emil', 'dora']);
  assert.ok(['ben', 'finn'].includes(filled[1]), filled[1]);
  await dora.session.close();
  await until(async () => !(await heard(ada)).includes('dora'), 'the slot of who left is given away');
  assert.deepEqual((await heard(ada)).sort(), ['ben', 'emil', 'finn']);
  await leaveAll(people.filter((person) => person !== dora));
});

test('who is hidden, or whom one may not hear, takes nobody a slot', async () => {
  const room = await newRoom();
  const ghost = await enter(room, 'ghost', { hidden: true, publish: [] });
  const host = await enter(room, 'host', { role: 'host' });
  const others = [];
  for (const sub of ['ada', 'ben', 'cleo']) others.push(await enter(room, sub));
  const listener = await enter(room, 'listener', { subscribe: 'hosts' });
  assert.equal(ghost.published.tracks[0].accepted, false);
  assert.deepEqual(await heard(ghost), ['host', 'ada', 'ben']);
  assert.deepEqual(await heard(listener), ['host', null, null]);
  assert.ok(!(await heard(host)).includes('ghost'));
  await leaveAll([ghost, host, listener, ...others]);
});

test('levels are looked at only where somebody can be heard', async () => {
  const room = await newRoom();
  const ada = await enter(room, 'ada');
  assert.ok(await wakesPerSecond() < 4, 'one person');
  const ben = await enter(room, 'ben');
  assert.ok(await wakesPerSecond() > 5, 'two people');
  await Promise.all([ada.mute(true), ben.mute(true)]);
  await sleep(500); // what is left to tell is told
  assert.ok(await wakesPerSecond() < 4, 'no microphone');
  await ben.mute(false);
  await leaveAll([ada, ben]);
  await sleep(500);
  assert.ok(await wakesPerSecond() < 4, 'nobody');
});
