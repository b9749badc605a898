// Firefox as a receiver: a page there hears and sees people in Chromium, on lines of the plugin's first
// offer and of its second, and a moderator's mute is silence there, too.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST, eventually } from '../support/browser.mjs';
import { launchFirefox } from '../support/firefox.mjs';

const { ada, ben, cleo, dora, emil } = CAST;
const SENDERS = [ada, ben, cleo];
const SMALL = { width: 320, height: 180, fps: 10 };
const MUTE_GOAL_MS = 200;
let bare;
let firefox;

before(async () => {
  bare = await startBare();
  firefox = await launchFirefox();
});

afterEach(async () => {
  await firefox?.clear();
  await bare?.browser.clear();
});

after(async () => {
  await firefox?.close();
  assert.deepEqual(await bare?.stop(), { code: 0, signal: null });
});

/** Three who send, and Dora who comes last, to Firefox and without devices of her own. */
async function gather(room) {
  await bare.control.openRoom(room);
  const senders = await Promise.all(SENDERS.map((role) => bare.enter(role, room, SMALL)));
  await Promise.all(senders.map((person) => person.sees(SENDERS.filter((role) => role !== person.role))));
  const fox = await bare.enter(dora, room, { browser: firefox, open: false });
  return { senders, fox };
}

/** The line of the receive connection that carries this source, as getStats knows it. */
async function lineOf(fox, role, kind) {
  const mid = await fox.page.evaluate(([name, type]) => {
    const { participants, slots } = window.meeting;
    const { id } = [...participants.values()].find((one) => one.name === name);
    return slots[type].find(({ participant }) => participant === id)?.mid;
  }, [role.name, kind]);
  return (await fox.inbound()).find(({ stream }) => stream.endsWith(`:${mid}`)) ?? null;
}

test('Firefox hears and sees three people in Chromium, and the fourth who comes later', async () => {
  const start = Date.now();
  const { fox } = await gather('foxes');
  await Promise.all([fox.sees(SENDERS), fox.hears(SENDERS)]);
  console.log(`${firefox.version}: all heard and seen ${Date.now() - start} ms after the room was opened`);
  const before = await fox.negotiated();
  assert.equal(before.find(({ createAnswer }) => createAnswer > 0).setRemoteDescription, 2, 'two offers');

  const used = [];
  for (const role of SENDERS) {
    const sound = await lineOf(fox, role, 'audio');
    assert.ok(sound.packetsReceived > 0 && sound.totalAudioEnergy > 0, JSON.stringify(sound));
    const picture = await lineOf(fox, role, 'video');
    assert.ok(picture.framesDecoded > 0, JSON.stringify(picture));
    assert.equal(picture.codec, 'video/VP8');
    used.push(picture.stream.split(':')[1]);
  }
  assert.deepEqual(used.sort(), ['v0', 'v1', 'v2'], 'one line of the first offer, two of the second');

  const late = await bare.enter(emil, 'foxes', { ...SMALL, volume: 0 });
  await Promise.all([fox.sees([...SENDERS, emil]), late.sees(SENDERS)]);
  await late.page.evaluate(() => window.meeting.leave());
  await fox.sees(SENDERS);
  assert.deepEqual(await fox.counters(), before, 'no SDP, no new connection');
});

test("a moderator's mute stops the sound in Firefox, and nothing else", async () => {
  const { senders: [a], fox } = await gather('mute');
  await Promise.all([fox.sees(SENDERS), fox.hears(SENDERS)]);
  const { stream } = await lineOf(fox, ada, 'audio');
  const line = async () => (await fox.inbound()).find((row) => row.stream === stream);

  await bare.control.request({ request: 'mute', room: 'mute', epoch: 1, seat: 'seat-ada', kind: 'microphone' });
  const answered = Date.now();
  let [packets, last] = [-1, answered];
  // Nothing comes any more, for a second.
  await eventually(line, ({ packetsReceived, lastPacketReceivedTimestamp }) => {
    if (packetsReceived !== packets) [packets, last] = [packetsReceived, Date.now()];
    assert.ok(Date.now() - last >= 1000, `packets still come: ${packetsReceived}, the last at ${lastPacketReceivedTimestamp}`);
  }, { what: 'no more of Ada' });
  const silent = await line();
  const late = Math.max(0, silent.lastPacketReceivedTimestamp - answered);
  console.log(`mute: the last packet ${late.toFixed(0)} ms after the answer (goal ${MUTE_GOAL_MS})`);
  assert.ok(late < 5 * MUTE_GOAL_MS);
  await Promise.all([fox.hears([ben, cleo]), fox.sees(SENDERS)]);
  assert.equal((await line()).packetsReceived, silent.packetsReceived);

  await a.page.evaluate(() => window.meeting.media.setMicrophone(true));
  await fox.hears(SENDERS);
});
