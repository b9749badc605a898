// A receiver behind a line that loses 5 % of what comes down, 30 ms away: the picture goes on.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST } from '../support/browser.mjs';
import { adminPlugin } from '../support/janus.mjs';
import { startRelay } from '../support/relay.mjs';

const { ada, ben } = CAST;
const ROOM = 'loss';
const SEED = 1 + Math.floor(Math.random() * 1e6);
const LOSS = 0.05;
const ONE_WAY_MS = 15;
/** The sender's estimate of its own line has settled by then. */
const UP_FIRST_MS = 6000;
const WATCHED_MS = 12_000;
/** Until here the first key frame and what was lost before Janus could repair it may cost time. */
const START_MS = 2000;
const FULL = Boolean(process.env.CARDEA_FULL);
const RUNS = FULL ? 5 : 3;
/** What the middle run has to reach, and what a busy machine may make of it in a short check. */
const GOAL = { decoded: 0.9, freeze: 1000 };
const LIMIT = FULL ? GOAL : { decoded: 0.5, freeze: 5000 };
const SAMPLE_MS = 50;
const CAMERA = { width: 960, height: 540, busy: 4 };
/** The receivers' own picture is nobody's business. */
const SMALL = { width: 160, height: 90, fps: 2 };

let bare;

before(async () => {
  bare = await startBare();
});

afterEach(() => bare?.browser.clear());

after(async () => {
  assert.deepEqual(await bare?.stop(), { code: 0, signal: null }, 'Janus ends in an orderly way');
});

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function keyframesAsked() {
  const { stats } = await adminPlugin(bare.janus, { request: 'stats' });
  return stats.keyframes_asked;
}

/** A counter's value at a time, from the samples of one stream. */
function valueAt(samples, counter, time) {
  return samples.findLast(({ at }) => at <= time)?.[counter] ?? 0;
}

/** The longest time between @p start and @p end in which no frame was decoded. */
function longestFreeze(samples, start, end) {
  let last = start;
  let frames = valueAt(samples, 'framesDecoded', start);
  let longest = 0;
  for (const { at, framesDecoded = 0 } of samples) {
    if (at <= start || at > end || framesDecoded <= frames) continue;
    longest = Math.max(longest, at - last);
    [last, frames] = [at, framesDecoded];
  }
  return Math.max(longest, end - last);
}

/**
 * Frames that were sent between @p start and @p end in the layer that was just shown: of the
 * encodings the one of that height, where there is none the lowest, which is always sent.
 */
function framesToSee(sent, shown, start, end) {
  const before = new Map(); // rid -> framesSent
  const ticks = []; // rows of the same time
  for (const row of sent) (ticks[row.tick] ??= []).push(row);
  let frames = 0;
  for (const rows of ticks.filter(Boolean)) {
    const { at } = rows[0];
    const height = shown.findLast((row) => row.at <= at)?.frameHeight;
    const { rid } = rows.find(({ frameHeight }) => frameHeight === height)
      ?? rows.reduce((low, row) => ((row.frameHeight ?? Infinity) < (low.frameHeight ?? Infinity) ? row : low));
    for (const { rid: id, framesSent = 0 } of rows) {
      if (id === rid && at > start && at <= end) frames += framesSent - (before.get(id) ?? framesSent);
      before.set(id, framesSent);
    }
  }
  return frames;
}

/** What one receiver saw in the first 12 s of the connection, and how the line was meanwhile. */
async function watch(sender, relay) {
  relay.set({ down: { loss: LOSS, delayMs: ONE_WAY_MS }, up: { delayMs: ONE_WAY_MS } });
  const asked = await keyframesAsked();
  await sender.startSampling(SAMPLE_MS, { type: 'outbound-rtp', kinds: ['video'] });
  const receiver = await bare.enter(ben, ROOM, { relay, ...SMALL });
  await receiver.startSampling(SAMPLE_MS, { kinds: ['video'] });
  await receiver.connected();
  await pause(WATCHED_MS + 2 * SAMPLE_MS);
  const samples = await receiver.stopSampling();
  const last = samples.filter(({ framesDecoded }) => framesDecoded > 0).at(-1);
  assert.ok(last, 'not one frame');
  const shown = samples.filter(({ stream }) => stream === last.stream);
  const [id] = last.stream.split(':');
  const begin = (await receiver.page.evaluate(() => window.cardeaPeers.connectedAt()))[id];
  const end = begin + WATCHED_MS;
  const sent = (await sender.stopSampling()).filter(({ rid }) => rid);
  const found = {
    ...last,
    ...relay.counters().down,
    sent: framesToSee(sent, shown, begin, end),
    decoded: valueAt(shown, 'framesDecoded', end),
    start: longestFreeze(shown, begin, begin + START_MS),
    freeze: longestFreeze(shown, begin + START_MS, end),
    asked: (await keyframesAsked()) - asked,
  };
  assert.ok(found.lost > 0 && relay.counters().down.sent >= last.packetsReceived, 'all came through the relay');
  const { participants } = await adminPlugin(bare.janus, { request: 'inspect', room: ROOM });
  const { receive, slots } = participants.find(({ name }) => name === ben.name);
  assert.ok(receive.playout_ms > 2 * ONE_WAY_MS, `pictures wait ${receive.playout_ms} ms for repeats: ${JSON.stringify([receive, slots.filter((slot) => slot.participant)])}`);
  await receiver.page.evaluate(() => window.meeting.leave());
  await receiver.close();
  return found;
}

const describe = (run) =>
  `${run.decoded} of ${run.sent} frames of ${run.frameWidth}x${run.frameHeight}; longest freeze ${Math.round(run.freeze)} ms, `
  + `in the first ${START_MS / 1000} s ${Math.round(run.start)} ms; ${run.lost} of ${run.packets} packets lost, `
  + `${run.nackCount} NACKs, ${run.retransmittedPacketsReceived} retransmitted; ${run.pliCount} PLIs, `
  + `${run.asked} key frames asked for, ${run.keyFramesDecoded} decoded; ${Math.round((8 * run.bytesReceived) / WATCHED_MS)} kbit/s`;

test('with 5 % loss and 30 ms of round trip nine of ten frames are seen, and none stands for a second', async (t) => {
  await bare.control.openRoom(ROOM);
  const sender = await bare.enter(ada, ROOM, CAMERA);
  await sender.connected();
  await pause(UP_FIRST_MS);
  const runs = [];
  while (runs.length < RUNS) {
    const relay = await startRelay({ seed: SEED + runs.length });
    t.diagnostic(`seed ${relay.seed}`);
    const run = await watch(sender, relay).finally(relay.close);
    t.diagnostic(describe(run));
    runs.push(run);
  }
  const decoded = median(runs.map((run) => run.decoded / run.sent));
  const freeze = median(runs.map((run) => run.freeze));
  t.diagnostic(`the middle one of ${RUNS}: ${(100 * decoded).toFixed(1)} % of the frames, longest freeze ${Math.round(freeze)} ms`
    + (decoded < GOAL.decoded || freeze > GOAL.freeze ? `; the goal is ${100 * GOAL.decoded} % and ${GOAL.freeze} ms` : ''));
  assert.ok(decoded >= LIMIT.decoded, `${decoded}`);
  assert.ok(freeze <= LIMIT.freeze, `${freeze} ms`);
});
