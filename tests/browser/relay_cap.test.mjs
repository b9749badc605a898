// A receiver whose line becomes narrow: 500 kbit/s for a picture that takes more. The voice stays
// whole, the picture becomes smaller, and large again when the line is wide again.
//
// Needs a machine that is not busy with anything else, where three encoders and a decoder keep up:
//   CARDEA_FULL=1 tests/support/netns.sh node --test tests/browser/relay_cap.test.mjs

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST } from '../support/browser.mjs';
import { until } from '../support/janus.mjs';
import { startRelay } from '../support/relay.mjs';

const { ada, ben } = CAST;
const ROOM = 'narrow';
const CAP = { bitrate: 500_000, queueMs: 300 };
const ONE_WAY_MS = 15;
const SAMPLE_MS = 200;
/** What is looked at all that long must not take the time of what is measured. */
const LOOK_MS = 1000;
const SECOND = 1000;
/** What is to be reached, from when the cap comes and when it goes. */
const GOAL = { fall: 3 * SECOND, first: 15 * SECOND, back: 30 * SECOND };
/** It is told how late something was, too. */
const LATE = 2;
const skip = process.env.CARDEA_FULL ? false : 'only with CARDEA_FULL=1, on a quiet machine';
const FAILED_PROMOTIONS = 2;
const CAPPED_MS = 12 * SECOND;
const AUDIO_LOSS = 0.01;
const CONCEALED = 0.02; // of the samples
/** From layer to layer the estimate of the line has to grow first, by 8 % a second. */
const CLIMB_MS = 90 * SECOND;
/** For this long the highest layer comes before the cap does. */
const STEADY_MS = 8 * SECOND;
/** Three layers, of which the highest takes about 1 Mbit/s. */
const CAMERA = { width: 960, height: 540, fps: 15, busy: 12 };
const SMALL = { width: 160, height: 90, fps: 2 };

let bare;
let relay;

before(async () => {
  if (!skip) bare = await startBare();
});

afterEach(async () => {
  await relay?.close();
  await bare?.browser.clear();
});

after(async () => {
  if (bare) assert.deepEqual(await bare.stop(), { code: 0, signal: null }, 'Janus ends in an orderly way');
});

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Heights of the picture while it goes on, from samples of one stream: [{at, height}] of changes. */
function heights(samples) {
  const changes = [];
  let frames = 0;
  for (const { at, frameHeight, framesDecoded = 0 } of samples) {
    if (framesDecoded > frames && frameHeight !== changes.at(-1)?.height) changes.push({ at, height: frameHeight });
    frames = framesDecoded;
  }
  return changes;
}

/** A time that was measured, beside what it is to be where it is more than that. */
const time = (ms, goal) => `${Math.round(ms)} ms${ms > goal ? ` (the goal is ${goal} ms)` : ''}`;

/** Growth of a counter from one time to another. */
function growth(samples, counter, from, to) {
  const value = (time) => samples.findLast(({ at }) => at <= time)?.[counter] ?? 0;
  return value(to) - value(from);
}

/** What a page received so far, as it goes on. */
class Watch {
  constructor(person) {
    this.person = person;
  }

  async read() {
    const all = await this.person.samples();
    const of = (wanted) => {
      const rows = all.filter(({ kind }) => kind === wanted);
      const best = rows.reduce((a, b) => ((a?.packetsReceived ?? 0) > b.packetsReceived ? a : b), null);
      return rows.filter(({ stream }) => stream === best?.stream);
    };
    this.audio = of('audio');
    this.video = of('video');
    return heights(this.video);
  }

  /** Waits until the changes of height satisfy @p condition; what that returns. */
  until(condition, what, timeoutMs) {
    return until(async () => {
      await pause(LOOK_MS);
      return condition(await this.read());
    }, what, timeoutMs);
  }
}

test('500 kbit/s: the voice stays whole, the picture gets smaller within 3 s, and comes back', { skip }, async (t) => {
  await bare.control.openRoom(ROOM);
  const sender = await bare.enter(ada, ROOM, CAMERA);
  await sender.connected();
  relay = await startRelay();
  relay.set({ down: { delayMs: ONE_WAY_MS }, up: { delayMs: ONE_WAY_MS } });
  const receiver = await bare.enter(ben, ROOM, { relay, ...SMALL });
  await receiver.startSampling(SAMPLE_MS, { kinds: ['audio', 'video'] });
  await receiver.hears([ada]);
  const watch = new Watch(receiver);
  const full = CAMERA.height;
  const joined = Date.now();
  await watch.until((changes) => {
    const last = changes.at(-1);
    return last?.height === full && watch.video.at(-1).at - last.at >= STEADY_MS;
  }, 'the highest layer for a while', CLIMB_MS);
  const climbed = heights(watch.video).map(({ at, height }) => `${height} lines after ${Math.round(at - joined)} ms`);
  t.diagnostic(`without a cap ${climbed.join(', ')}`);
  const rate = (8 * growth(watch.video, 'bytesReceived', watch.video.at(-1).at - STEADY_MS, Infinity)) / STEADY_MS;
  t.diagnostic(`the highest layer takes ${Math.round(rate)} kbit/s`);
  assert.ok(rate * 1000 > CAP.bitrate, 'the picture takes more than the cap');

  // ---- narrow -------------------------------------------------------------------------------
  const capped = Date.now();
  relay.set({ down: CAP });
  const fallen = await watch.until((changes) =>
    changes.find(({ at, height }) => at > capped && height < full), 'a smaller picture', LATE * GOAL.fall);
  t.diagnostic(`${fallen.height} lines after ${time(fallen.at - capped, GOAL.fall)}`);
  assert.ok(fallen.at - capped <= GOAL.fall);
  // What came too much until then was dropped at the queue, whatever it was.
  const settled = Math.max(capped + GOAL.fall, fallen.at + CAP.queueMs);
  await watch.until(() => watch.video.at(-1).at >= settled + CAPPED_MS, 'a while behind the cap', 5 * CAPPED_MS);
  await receiver.hears([ada]);
  const ended = Date.now();
  await watch.read();
  const lost = growth(watch.audio, 'packetsLost', settled, ended);
  const packets = growth(watch.audio, 'packetsReceived', settled, ended);
  const concealed = growth(watch.audio, 'concealedSamples', settled, ended)
    / growth(watch.audio, 'totalSamplesReceived', settled, ended);
  t.diagnostic(`behind the cap: ${lost} of ${lost + packets} audio packets lost, ${(100 * concealed).toFixed(2)} % concealed; `
    + `${growth(watch.audio, 'packetsLost', capped, settled)} lost before`);
  assert.ok(lost / (lost + packets) < AUDIO_LOSS);
  assert.ok(concealed < CONCEALED);

  // ---- wide again -----------------------------------------------------------------------------
  // Not while a larger one is being tried.
  const small = await watch.until((changes) => {
    const { height } = changes.at(-1);
    return height < full && height;
  }, 'a small picture', 30 * SECOND);
  const freed = Date.now();
  relay.set({ down: { bitrate: Infinity } });
  const first = await watch.until((changes) =>
    changes.find(({ at, height }) => at > freed && height > small), 'a larger picture', LATE * GOAL.first);
  const back = await watch.until((changes) =>
    changes.find(({ at, height }) => at > freed && height >= full), 'the former picture', LATE * GOAL.back);
  const after = heights(watch.video).filter(({ at }) => at > freed);
  const failed = after.filter(({ height }, i) => height < (after[i - 1]?.height ?? small)).length;
  t.diagnostic(`without the cap: ${first.height} lines after ${time(first.at - freed, GOAL.first)}, `
    + `${back.height} after ${time(back.at - freed, GOAL.back)}, ${failed} failed promotions`);
  assert.ok(first.at - freed <= GOAL.first);
  assert.ok(back.at - freed <= GOAL.back);
  assert.ok(failed <= FAILED_PROMOTIONS);
  await receiver.hears([ada]);
});
