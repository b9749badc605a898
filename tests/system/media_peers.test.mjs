// A meeting of native peers (tests/peers): who receives whom, and that what is received is one line
// of packets a slot, whoever it shows. Run inside tests/support/netns.sh.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomId, startPlugin, until } from '../support/janus.mjs';
import { CAMERA, CardeaPerson, MediaPeers, MICROPHONE } from '../support/peers.mjs';

const PEOPLE = 6;
const QUIET = 80; // -80 dBov
const LOUD = 20;

let janus;
let control;
let peers;
let room;
let people;

before(async () => {
  ({ janus, control } = await startPlugin());
  peers = await MediaPeers.start();
});

after(async () => {
  assert.deepEqual(await peers?.stop(), { code: 0, signal: null });
  const exit = await janus?.stop();
  assert.deepEqual(janus.finalLog.match(/.*(CRITICAL|Sanitizer:).*/g) ?? [], [], janus.finalLog.slice(-6000));
  assert.deepEqual(exit, { code: 0, signal: null }, janus.finalLog.slice(-3000));
});

async function enterAll() {
  room = `room-${randomId(6)}`;
  await control.openRoom(room);
  people = [];
  for (let sender = 1; sender <= PEOPLE; sender += 1) {
    people.push(await CardeaPerson.join({
      janus, control, peers, room, sender, tracks: [{ ...MICROPHONE, level: QUIET }, CAMERA],
    }));
  }
}

const othersOf = (person) => people.filter((other) => other !== person).map(({ sender }) => sender);

/** Waits until somebody receives the cameras of exactly the others. */
function receivesAllCameras(person) {
  const others = String(othersOf(person));
  return until(async () => String(await person.receives('camera')) === others, `cameras of ${person.id}`);
}

/** Loss is no fault: on a busy machine Janus drops what waited for a second. */
async function assertClean() {
  const sums = await peers.totals();
  for (const fault of ['back', 'jumps', 'ts_back', 'wrong_pt', 'unexpected', 'undecrypted', 'failed']) {
    assert.equal(sums[fault], 0, `${fault} of ${JSON.stringify(sums)}`);
  }
}

test('everybody receives the cameras of all others, and never their own', async () => {
  await enterAll();
  await Promise.all(people.map(receivesAllCameras));
});

test('three voices arrive, and who begins to speak is heard by everybody else', async () => {
  const first = await Promise.all(people.map((person) => person.receives('microphone')));
  assert.deepEqual(first.map(({ length }) => length), people.map(() => 3));
  const speakers = people.slice(3);
  await Promise.all(speakers.map(({ sending }) => sending.set('microphone', { level: LOUD })));
  await Promise.all(people.map((person) => {
    const loud = speakers.filter((other) => other !== person).map(({ sender }) => sender);
    return until(async () => {
      const heard = await person.receives('microphone');
      return heard.length === 3 && loud.every((sender) => heard.includes(sender));
    }, `the speakers at ${person.id}`);
  }));
  const { received } = await people[0].received();
  assert.ok(received.some(({ switches }) => switches > 0), 'a slot has changed hands');
});

test('each slot is one line of packets, without a foreign SSRC', async () => {
  for (const { sending } of people) {
    const { sent } = await peers.report(sending.local.peer);
    assert.ok(sent.every(({ packets }) => packets > 0));
    assert.ok(sent.some(({ keyframes }) => keyframes > 0));
  }
  await assertClean();
});

test('when the third leaves their packets stop, and everybody else goes on', async () => {
  const [third] = people.splice(2, 1);
  await third.leave();
  await Promise.all(people.map(async (person) => {
    await receivesAllCameras(person);
    assert.ok(!(await person.receives('microphone')).includes(third.sender));
  }));
  await assertClean();
  await Promise.all(people.map((person) => person.leave()));
});
