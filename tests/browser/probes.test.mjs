// The probes themselves: what the other browser tests prove is worth as much as these can fail. No
// Cardea here; sound and pictures come from the page itself and from a connection with itself.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CAST, launchBrowser } from '../support/browser.mjs';
import { gapsInTransit, packetGaps, sampledGaps } from '../support/gaps.mjs';
import { serveStatic } from '../support/static.mjs';

const { ada, ben, cleo } = CAST;
const SHORT = { timeoutMs: 1500 };
let browser;
let site;

before(async () => {
  site = await serveStatic({ '/': '<!doctype html><title>probes</title>' });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

async function open(role, options) {
  const person = await browser.person(role, options);
  await person.page.goto(site.url);
  return person;
}

/** A player of a tone, as `name` on the window. */
function play(person, hz, options = {}) {
  return person.page.evaluate(async ([frequency, more]) => {
    const context = new AudioContext();
    const oscillator = new OscillatorNode(context, { frequency });
    const output = context.createMediaStreamDestination();
    oscillator.connect(new GainNode(context, { gain: 0.2 })).connect(output);
    oscillator.start();
    const player = Object.assign(new Audio(), { srcObject: output.stream, ...more });
    await player.play();
    window[`player${frequency}`] = player;
  }, [hz, options]);
}

/** Connects the page with itself; its camera and microphone come back in a video element. */
function loopback(person) {
  return person.page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
    a.onicecandidate = ({ candidate }) => b.addIceCandidate(candidate);
    b.onicecandidate = ({ candidate }) => a.addIceCandidate(candidate);
    const video = document.createElement('video');
    video.srcObject = new MediaStream();
    document.body.append(video);
    b.ontrack = ({ track }) => {
      video.srcObject.addTrack(track);
      void video.play();
    };
    for (const track of stream.getTracks()) a.addTrack(track);
    await a.setLocalDescription(await a.createOffer());
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription(await b.createAnswer());
    await a.setRemoteDescription(b.localDescription);
    Object.assign(window, { stream, video });
  });
}

test('hearing: who sounds is heard, muted and stopped players are not, a voice too many is told', async () => {
  const person = await open(ada);
  await person.hears([]);
  await play(person, ben.tone);
  await play(person, cleo.tone);
  await person.hears([ben, cleo]);
  await assert.rejects(person.hears([ben], SHORT), /Ada hears Cleo/);
  await assert.rejects(person.hears([ada, ben, cleo], SHORT), /Ada does not hear Ada/);
  await play(person, ada.tone);
  await assert.rejects(person.hears([ben, cleo], SHORT), /Ada hears Ada/);
  await person.page.evaluate((hz) => { window[`player${hz}`].muted = true; }, ada.tone);
  await person.hears([ben, cleo]);
  await person.page.evaluate((hz) => window[`player${hz}`].pause(), cleo.tone);
  await person.hears([ben]);
  await person.close();
});

test('seeing: only moving pictures from a connection count, and by their colour', async () => {
  const person = await open(ben);
  await loopback(person);
  await person.sees([ben]);
  await person.hears([ben]);
  await assert.rejects(person.sees([cleo], SHORT), /Ben sees Cleo/);
  await person.page.evaluate(() => { window.video.style.visibility = 'hidden'; });
  await person.sees([]);
  await person.page.evaluate(() => { window.video.style.visibility = ''; window.video.pause(); });
  await assert.rejects(person.sees([ben], SHORT), /stands still/);
  await person.page.evaluate(async () => {
    await window.video.play();
    const own = document.createElement('video');
    own.srcObject = window.stream;
    own.muted = true;
    document.body.append(own);
    await own.play();
  });
  await person.sees([ben]); // the preview of the camera is no picture from a connection
  await person.close();
});

test('counting: every call on every connection', async () => {
  const person = await open(ada);
  assert.deepEqual(await person.counters(), []);
  await loopback(person);
  const none = { createOffer: 0, createAnswer: 0, setLocalDescription: 1, setRemoteDescription: 1 };
  const calls = (await person.counters()).map(({ state, ...rest }) => rest);
  assert.deepEqual(calls, [{ ...none, createOffer: 1 }, { ...none, createAnswer: 1 }]);
  await person.page.evaluate(async () => {
    const pc = new RTCPeerConnection();
    await pc.setLocalDescription();
    pc.close();
  });
  const [, , third] = await person.counters();
  assert.equal(third.setLocalDescription, 1, 'a description made implicitly');
  assert.equal(third.state, 'closed');
  await person.close();
});

test('packets: both ends are logged one by one, and samples agree with them', async () => {
  const person = await open(ada, { packetLog: true });
  await loopback(person);
  await person.hears([ada]);
  await person.startSampling();
  await person.page.waitForTimeout(1500); // what is measured is a stretch of time
  const samples = await person.stopSampling();
  const [sampled] = sampledGaps(samples);
  const { '0:sent': sent, [sampled.stream]: all } = await person.packets();
  const received = all.filter(({ at }) => at >= sampled.firstSample && at <= sampled.lastSample);
  const exact = packetGaps(received);
  assert.ok(exact.packets >= 50 && Math.abs(exact.packets - sampled.packets) <= 5, JSON.stringify({ exact, sampled }));
  assert.equal(exact.missing, 0);
  assert.equal(sampled.lost, 0);
  assert.ok(exact.gap < 200 && sampled.gap < 300, JSON.stringify({ exact, sampled }));
  const transit = gapsInTransit(sent, received);
  assert.ok(transit.matched >= received.length - 1, JSON.stringify(transit));
  assert.ok(transit.gap < 200 && transit.delay < 200, JSON.stringify(transit));
  await person.close();
});

const row = (at, packetsReceived, more = {}) => ({
  stream: '0:0', tick: at / 100, at, packetsReceived, packetsLost: 0, ...more,
});

test('sampled gaps: silence is found, and a late sample is not taken for one', () => {
  const even = Array.from({ length: 11 }, (_, i) => row(i * 100, 10 + i * 5));
  assert.equal(sampledGaps(even)[0].gap, 100);
  const silent = even.map((sample) => (sample.at >= 300 && sample.at < 600 ? { ...sample, packetsReceived: 20 } : sample));
  assert.equal(sampledGaps(silent)[0].gap, 400);
  const [late] = sampledGaps(even.filter(({ at }) => at <= 300 || at >= 800));
  assert.deepEqual([late.gap, late.lateGap, late.late], [100, 20, 1]);
  const holed = even.map((sample) => (sample.at >= 800 ? { ...sample, packetsReceived: sample.packetsReceived - 20 } : sample));
  assert.equal(sampledGaps(holed.filter(({ at }) => at <= 300 || at >= 800))[0].lateGap, 420);
  assert.equal(sampledGaps([...even.slice(0, -1), row(1000, 60, { packetsLost: 3 })])[0].lost, 3);
  assert.deepEqual(sampledGaps([row(0, 0), row(100, 0)]), [], 'an idle slot is no stream');
  const later = even.map((sample) => ({ ...sample, stream: '0:1', tick: sample.tick + 5 }));
  assert.equal(sampledGaps([...even, ...later]).length, 1, 'nor one that began later');
});

/** Packets numbered from @p sequence on, one every 20 ms. */
const packets = (count, sequence, timestamp) => Array.from({ length: count }, (_, i) => ({
  at: i * 20, sequence: (sequence + i) % 65536, timestamp: (timestamp + i * 960) >>> 0,
}));

test('packet gaps: the longest pause, and the numbers that never came', () => {
  const log = packets(50, 65520, 0);
  assert.deepEqual(packetGaps(log), { packets: 50, gap: 20, gapAt: 0, missing: 0 });
  const without = log.filter((_, i) => i < 20 || i >= 25);
  assert.deepEqual(packetGaps(without), { packets: 45, gap: 120, gapAt: 380, missing: 5 });
  const swapped = [...log.slice(0, 10), log[11], log[10], ...log.slice(12)];
  assert.equal(packetGaps(swapped).missing, 0);
  assert.equal(packetGaps(without.slice(22)).missing, 0);
});

test('gaps in transit: what the sender made itself is not counted', () => {
  const arrive = (log, late) => log.map((packet, i) => ({
    ...packet, at: packet.at + 3 + late(i), timestamp: (packet.timestamp + 4_000_000_000) >>> 0,
  }));
  const sent = packets(100, 0, 4_294_900_000);
  assert.deepEqual(gapsInTransit(sent, arrive(sent, () => 0)), { gap: 20, sentGap: 20, matched: 100, delay: 0 });
  const stalled = sent.map((packet, i) => ({ ...packet, at: packet.at + (i >= 50 ? 300 : 0) }));
  assert.deepEqual(gapsInTransit(stalled, arrive(stalled, () => 0)), { gap: 20, sentGap: 320, matched: 100, delay: 0 });
  const held = arrive(sent, (i) => (i >= 50 && i < 65 ? 300 - 20 * (i - 50) : 0));
  assert.deepEqual(gapsInTransit(sent, held), { gap: 320, sentGap: 20, matched: 100, delay: 300 });
});
