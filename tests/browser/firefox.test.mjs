// Firefox as a receiver: a page there hears and sees people in Chromium, on lines of the plugin's first
// offer and of its second, and a moderator's mute is silence there, too.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST, eventually } from '../support/browser.mjs';
import { launchFirefox } from '../support/firefox.mjs';

const { ada, ben, cleo, dora } = CAST;
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

/** What getStats knows of the line that carries this person's voice. */
async function voiceOf(fox, role) {
  const mid = await fox.page.evaluate((name) => {
    const { participants, slots } = window.meeting;
    const { id } = [...participants.values()].find((one) => one.name === name);
    return slots.audio.find(({ participant }) => participant === id).mid;
  }, role.name);
  return (await fox.inbound()).find(({ stream }) => stream.endsWith(`:${mid}`));
}

test('Firefox hears and sees three people in Chromium, and one of them leave', async () => {
  const start = Date.now();
  const { senders, fox } = await gather('foxes');
  await Promise.all([fox.sees(SENDERS), fox.hears(SENDERS)]);
  console.log(`${firefox.version}: all heard and seen ${Date.now() - start} ms after the room was opened`);
  const before = await fox.negotiated();
  assert.equal(before.find(({ createAnswer }) => createAnswer > 0).setRemoteDescription, 2, 'two offers');

  // All that ever came; the picture that is paused now, while the estimate is new, included.
  const rows = await fox.inbound();
  const [sounds, pictures] = ['audio', 'video'].map((kind) => rows.filter((row) => row.kind === kind));
  const lines = (some) => some.map(({ stream }) => stream.split(':')[1]).sort();
  assert.deepEqual(lines(sounds), ['a0', 'a1', 'a2']);
  assert.deepEqual(lines(pictures), ['v0', 'v1', 'v2'], 'one line of the first offer, two of the second');
  for (const row of sounds) assert.ok(row.packetsReceived > 0 && row.totalAudioEnergy > 0, JSON.stringify(row));
  for (const row of pictures) assert.ok(row.framesDecoded > 0 && row.codec === 'video/VP8', JSON.stringify(row));

  await senders[2].page.evaluate(() => window.meeting.leave());
  await Promise.all([fox.sees([ada, ben]), fox.hears([ada, ben])]);
  assert.deepEqual(await fox.counters(), before, 'no SDP, no new connection');
});

test("a moderator's mute stops the sound in Firefox, and nothing else", async () => {
  const { senders: [a], fox } = await gather('mute');
  await Promise.all([fox.sees(SENDERS), fox.hears(SENDERS)]);
  const { stream, totalAudioEnergy: early } = await voiceOf(fox, ada);
  const line = async () => (await fox.inbound()).find((row) => row.stream === stream);
  await eventually(line, ({ totalAudioEnergy: now }) => assert.ok(now > early), { what: 'the voice of Ada' });

  await bare.control.request({ request: 'mute', room: 'mute', epoch: 1, seat: 'seat-ada', kind: 'microphone' });
  const answered = Date.now();
  // Until nothing has come for a second.
  await eventually(line, ({ at, lastPacketReceivedTimestamp: last }) => {
    assert.ok(at - last >= 1000, `a packet ${at - last} ms ago`);
  }, { what: 'no more of Ada' });
  const silent = await line();
  const late = silent.lastPacketReceivedTimestamp - answered;
  console.log(`mute: the last packet ${late.toFixed(0)} ms after the answer (goal ${MUTE_GOAL_MS})`);
  assert.ok(late > -1000, 'packets came until then');
  assert.ok(late < 5 * MUTE_GOAL_MS);
  await Promise.all([fox.hears([ben, cleo]), fox.sees(SENDERS)]);
  assert.equal((await line()).packetsReceived, silent.packetsReceived);

  await a.page.evaluate(() => window.meeting.media.setMicrophone(true));
  await fox.hears(SENDERS);
});
