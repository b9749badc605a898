// What a meeting costs Janus with our plugin and with Debian's VideoRoom, which native peers
// (tests/peers) fill alike, one after the other in turn. docs/performance.md has the method.
//
// usage: tests/support/netns.sh node tests/bench/media.mjs [runs [seconds [sizes [loops]]]]
//   sizes: people in the all-unmuted meetings, with commas; 0 for none of these
//   loops: event loops of Janus, by default as many as cores

import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { CAMERA, MediaPeers, MICROPHONE } from '../support/peers.mjs';
import { busySeconds, cpuSeconds, memoryAndThreads, udpDrops } from '../support/proc.mjs';
import { median, report } from './figures.mjs';
import { drain, startWay, WAYS } from './meetings.mjs';

const RUNS = Number(process.argv[2] ?? 5);
const SECONDS = Number(process.argv[3] ?? 8);
const SIZES = (process.argv[4] ?? '2,5,10,20,30,50').split(',').map(Number).filter((n) => n > 1);
const LOOPS = Number(process.argv[5] ?? os.availableParallelism());
const WARM_UP_MS = 2000;
const SAMPLE = 16; // decrypt every 16th packet of a stream: the peers share the cores
const GOOD = 0.99;
const QUIET_CORES = 0.2; // what everything else on the machine may use meanwhile
const QUIET_POLLS = 60; // seconds to wait for that
const ATTEMPTS = 3;

const unmuted = { tracks: [MICROPHONE, CAMERA], slots: { audio: 3, video: 9 } };
const everyone = { tracks: [CAMERA], slots: { audio: 0, video: 19 } };

/** Name, people, way and what is sent and shown. */
const SCENARIOS = [
  ...SIZES.flatMap((n) => [
    { name: 'unmuted', n, way: 'cardea', ...unmuted },
    { name: 'unmuted', n, way: 'videoroom', ...unmuted },
    ...(n === 30 ? [{ name: 'unmuted', n, way: 'same_slots', ...unmuted }] : []),
  ]),
  { name: 'all_video', n: 20, way: 'cardea', ...everyone },
  { name: 'all_video', n: 20, way: 'videoroom', ...everyone },
];

const perSecond = (tracks, audio) => tracks
  .filter(({ kind }) => (kind === 'microphone') === audio)
  .reduce((sum, { fps, per_frame: packets }) => sum + fps * packets, 0);

/** Everybody sends for so long, then all of it has arrived or is lost; the seconds it was. */
async function send(peers, ms) {
  const start = performance.now();
  await peers.pauseAll(false);
  await sleep(ms);
  await peers.pauseAll(true);
  const seconds = (performance.now() - start) / 1000;
  await drain(peers);
  return seconds;
}

async function snapshot(janus, peers) {
  return {
    at: performance.now() / 1000,
    janus: cpuSeconds(janus.pid),
    peers: cpuSeconds(peers.pid),
    busy: busySeconds(),
    totals: await peers.totals(),
    drops: udpDrops(peers.ports),
  };
}

/** What happened in the measured time, and what should have. */
function compare(before, after, seconds, { n, tracks, way, slots }) {
  const delta = (name) => after.totals[name] - before.totals[name];
  const shown = WAYS[way].shown(n, slots);
  const nominal = n * seconds * (perSecond(tracks, true) + perSecond(tracks, false));
  const faults = ['lost', 'back', 'jumps', 'ts_back', 'hidden', 'unexpected', 'undecrypted']
    .map((name) => [name, delta(name)]).filter(([, count]) => count > 0);
  const used = (name) => (after[name] - before[name]) / seconds;
  return {
    seconds,
    cores: used('janus'),
    peerCores: used('peers'),
    others: (used('busy') - used('janus') - used('peers')) * seconds / (after.at - before.at),
    delivered: delta('received'),
    expected: shown.audio * delta('sent_audio') + shown.video * delta('sent_video'),
    sentShare: delta('sent') / nominal,
    late: delta('late'),
    sent: delta('sent'),
    peerDrops: after.drops.matched - before.drops.matched,
    janusDrops: after.drops.other - before.drops.other,
    delayMs: delta('delay_sum_us') / Math.max(delta('stamps'), 1) / 1000,
    faults: Object.fromEntries(faults),
  };
}

async function joinMs(people) {
  const seen = people.filter(({ receiver }) => receiver).slice(1); // the first one waits for a second
  return median(await Promise.all(seen.map(async ({ receiver, startedAt }) => await receiver.firstMedia() - startedAt)));
}

async function runIn(janus, peers, scenario) {
  const idle = memoryAndThreads(janus.pid);
  const people = await WAYS[scenario.way].fill(janus, { ...scenario, peers, sample: SAMPLE, loops: LOOPS });
  await send(peers, WARM_UP_MS);
  const before = await snapshot(janus, peers);
  const seconds = await send(peers, 1000 * SECONDS);
  const after = await snapshot(janus, peers);
  const now = memoryAndThreads(janus.pid);
  return {
    ...compare(before, after, seconds, scenario),
    kb: (now.rssKb - idle.rssKb) / scenario.n,
    threads: now.threads,
    joinMs: await joinMs(people),
    sdpBytes: people.reduce((sum, person) => sum + person.sdpBytes, 0),
    negotiations: people.reduce((sum, person) => sum + person.negotiations, 0),
  };
}

/** One run in a Janus and with peers of its own; null when the meeting did not come about. */
async function run(scenario) {
  const { janus, close } = await startWay(WAYS[scenario.way], LOOPS);
  const peers = await MediaPeers.start();
  try {
    return await runIn(janus, peers, scenario);
  } catch (error) {
    console.log(`${label(scenario)}: void: ${error.message.split('\n')[0]}`);
    return null;
  } finally {
    await peers.stop();
    await close();
  }
}

const label = ({ name, n, way }) => `${name} ${n} ${way}`;

/** Packets that are sent late come in bursts, which cost Janus fewer wake-ups. */
function isGood({ delivered, expected, sent, sentShare, late, others }) {
  return delivered >= GOOD * expected && sentShare >= GOOD && late <= (1 - GOOD) * sent && others <= QUIET_CORES;
}

/** Waits a while for a machine on which nobody else works. */
async function quiet() {
  for (let polls = 0; polls < QUIET_POLLS; polls += 1) {
    const before = busySeconds();
    await sleep(1000);
    if (busySeconds() - before <= QUIET_CORES) return;
  }
}

/** One run, again if the machine was not left to it; the last result, or null. */
async function undisturbed(scenario) {
  let result;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await quiet();
    result = await run(scenario);
    if (result) tell(scenario, result);
    if (result && result.others <= QUIET_CORES) break;
  }
  return result;
}

function tell(scenario, result) {
  const { cores, peerCores, delivered, expected, seconds } = result;
  console.log(`${label(scenario)}: ${isGood(result) ? '' : 'void: '}${delivered} of ${expected} delivered `
    + `(${(delivered / seconds).toFixed(0)}/s), janus ${cores.toFixed(3)} cores, peers ${peerCores.toFixed(3)}, others ${result.others.toFixed(3)}, `
    + `sent ${(100 * result.sentShare).toFixed(1)} %, ${result.late} late, drops ${result.peerDrops} at peers `
    + `${result.janusDrops} at janus, delay ${result.delayMs.toFixed(1)} ms, ${result.kb.toFixed(0)} KB each, `
    + `${result.threads} threads, join ${result.joinMs.toFixed(0)} ms, ${result.negotiations} offers with answers of `
    + `${result.sdpBytes} bytes${Object.keys(result.faults).length > 0 ? ` ${JSON.stringify(result.faults)}` : ''}`);
}

const results = new Map(SCENARIOS.map((scenario) => [label(scenario), []]));
for (let round = 0; round < RUNS; round += 1) {
  for (const scenario of SCENARIOS) {
    const result = await undisturbed(scenario);
    if (result) results.get(label(scenario)).push(result);
  }
}

/** Median of @p value over the good runs of a scenario; NaN when there are fewer than half. */
function figure(name, value) {
  const good = (results.get(name) ?? []).filter(isGood);
  return 2 * good.length < RUNS || good.length === 0 ? NaN : median(good.map(value));
}

const share = ({ delivered, expected }) => delivered / expected;
const usPerPacket = ({ cores, delivered, seconds }) => (1e6 * cores * seconds) / delivered;
const columns = [
  ['cores', ({ cores }) => cores, 3], ['packets/s', ({ delivered, seconds }) => delivered / seconds, 0],
  ['us/packet', usPerPacket, 2], ['KB each', ({ kb }) => kb, 0], ['threads', ({ threads }) => threads, 0],
  ['SDP bytes', ({ sdpBytes }) => sdpBytes, 0], ['join ms', ({ joinMs: ms }) => ms, 0],
  ['peers\' cores', ({ peerCores }) => peerCores, 3],
];
console.log(`\n${'medians'.padEnd(24)}${columns.map(([title]) => title.padStart(13)).join('')}`);
for (const name of results.keys()) {
  const cells = columns.map(([, value, digits]) => {
    const number = figure(name, value);
    return (Number.isNaN(number) ? 'void' : number.toFixed(digits)).padStart(13);
  });
  console.log(`${name.padEnd(24)}${cells.join('')}`);
}

const cores = (name) => figure(name, (result) => result.cores);
const needed = ['unmuted 30 cardea', 'all_video 20 cardea'].flatMap((name) => results.get(name) ?? []);
report({
  cpu_ratio_20: cores('unmuted 20 cardea') / cores('unmuted 20 videoroom'),
  cpu_ratio_30: cores('unmuted 30 cardea') / cores('unmuted 30 videoroom'),
  cpu_ratio_30_same_slots: cores('unmuted 30 cardea') / cores('unmuted 30 same_slots'),
  us_per_packet_ratio_20: figure('all_video 20 cardea', usPerPacket) / figure('all_video 20 videoroom', usPerPacket),
  sdp_bytes_30: figure('unmuted 30 cardea', ({ sdpBytes }) => sdpBytes),
  videoroom_sdp_bytes_30: figure('unmuted 30 videoroom', ({ sdpBytes }) => sdpBytes),
  kb_per_participant: figure('unmuted 30 cardea', ({ kb }) => kb),
  delivered_30: figure('unmuted 30 cardea', share),
}, {
  delivered: needed.reduce((sum, { delivered }) => sum + delivered, 0),
  expected: needed.reduce((sum, { expected }) => sum + expected, 0),
});
process.exit(); // sockets of closed meetings may linger
