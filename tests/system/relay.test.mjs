// The bad network of the browser tests is as bad as it was set to be, and no worse.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { afterEach, beforeEach, test } from 'node:test';
import { until } from '../support/janus.mjs';
import { startRelay } from '../support/relay.mjs';

const ADDRESS = '127.0.0.1';
const HEADERS = 28;
const SEED = 20;
let relay;
let janus;
let browser;

async function endpoint() {
  const socket = dgram.createSocket('udp4');
  const got = [];
  socket.on('message', (packet) => got.push({ at: performance.now(), number: packet.readUInt32BE(0), length: packet.length }));
  await new Promise((resolve) => { socket.bind(0, ADDRESS, resolve); });
  return { socket, got, close: () => new Promise((resolve) => { socket.close(resolve); }) };
}

beforeEach(async () => {
  [janus, browser] = [await endpoint(), await endpoint()];
  relay = await connect();
});

afterEach(() => Promise.all([relay.close(), janus.close(), browser.close()]));

function send(from, number, bytes, through = relay) {
  const packet = Buffer.alloc(bytes);
  packet.writeUInt32BE(number);
  from.socket.send(packet, through.port, ADDRESS);
}

/** A relay between the two ends, which knows both. */
async function connect() {
  const made = await startRelay({ seed: SEED, address: ADDRESS });
  made.towards({ address: ADDRESS, port: janus.socket.address().port });
  send(browser, 0, 100, made);
  await until(() => made.counters().up.sent === 1, 'the relay learns where the browser is');
  await until(() => janus.got.length === 1, 'the first packet');
  janus.got.length = 0;
  return made;
}

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Of packets: libuv reads three times as many at a turn, and any socket's buffer holds more. */
const BURST = 10;

/** Sends @p count packets, in no larger bursts after a stall either; the times of sending. */
async function stream(from, count, bytes, packetsPerMs = 2) {
  const sent = [];
  const start = performance.now();
  while (sent.length < count) {
    const due = Math.min(count, Math.ceil((performance.now() - start) * packetsPerMs), sent.length + BURST);
    while (sent.length < due) {
      send(from, sent.length, bytes);
      sent.push(performance.now());
    }
    await pause(1);
  }
  return sent;
}

const numbers = (got) => got.map(({ number }) => number);
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

test('without settings everything passes, both ways and in order', async () => {
  await Promise.all([stream(janus, 1000, 1200), stream(browser, 1000, 1200)]);
  await until(() => browser.got.length >= 1000 && janus.got.length >= 1000, 'all packets');
  const all = Array.from({ length: 1000 }, (_, i) => i);
  assert.deepEqual(numbers(browser.got), all);
  assert.deepEqual(numbers(janus.got), all);
  const { down, up } = relay.counters();
  assert.deepEqual(down, {
    packets: 1000, bytes: 1000 * (1200 + HEADERS), lost: 0, dropped: 0, sent: 1000, sentBytes: 1000 * (1200 + HEADERS),
  });
  assert.equal(up.sent, 1001);
});

test('loss is what was set, in that direction only, and the same for the same seed', async (t) => {
  const COUNT = 4000;
  relay.set({ down: { loss: 0.05 } });
  await Promise.all([stream(janus, COUNT, 100), stream(browser, COUNT, 100)]);
  await until(() => relay.counters().down.packets === COUNT && janus.got.length === COUNT, 'all packets');
  const { down, up } = relay.counters();
  await until(() => browser.got.length === down.sent, 'what was not lost');
  t.diagnostic(`${down.lost} of ${COUNT} lost`);
  assert.equal(down.lost + browser.got.length, COUNT);
  // Five standard deviations.
  assert.ok(Math.abs(down.lost / COUNT - 0.05) < 5 * Math.sqrt((0.05 * 0.95) / COUNT), `${down.lost}`);
  assert.equal(up.lost, 0);

  const first = numbers(browser.got);
  for (const end of [browser, janus]) end.got.length = 0;
  await relay.close();
  relay = await connect();
  relay.set({ down: { loss: 0.05 } });
  await stream(janus, COUNT, 100);
  await until(() => relay.counters().down.packets === COUNT, 'all packets again');
  await until(() => browser.got.length === first.length, 'what was not lost again');
  assert.deepEqual(numbers(browser.got), first);
});

test('a delay adds to each packet, and none overtakes another when it is taken away', async (t) => {
  const DELAY = 40;
  relay.set({ down: { delayMs: DELAY } });
  const sent = await stream(janus, 300, 100, 0.5);
  relay.set({ down: { delayMs: 0 } });
  send(janus, 300, 100);
  await until(() => browser.got.length === 301, 'all packets');
  assert.deepEqual(numbers(browser.got), Array.from({ length: 301 }, (_, i) => i));
  const took = browser.got.slice(0, 300).map(({ at, number }) => at - sent[number]);
  t.diagnostic(`${DELAY} ms set: median ${median(took).toFixed(1)} ms, ${Math.min(...took).toFixed(1)} to ${Math.max(...took).toFixed(1)} ms`);
  assert.ok(Math.min(...took) >= DELAY);
  assert.ok(median(took) < 2 * DELAY);
});

test('a cap holds: what is too much waits, then is dropped, and small streams pass', async (t) => {
  const BITRATE = 500_000;
  const QUEUE_MS = 300;
  relay.set({ down: { bitrate: BITRATE, queueMs: QUEUE_MS } });
  // 300 packets of 1200 bytes in 2 s: 1.47 Mbit/s.
  const sent = await stream(janus, 300, 1200, 0.15);
  await until(() => relay.counters().down.packets === 300, 'all packets');
  await until(() => relay.counters().down.sent + relay.counters().down.dropped === 300, 'the queue is empty');
  const { down } = relay.counters();
  await until(() => browser.got.length === down.sent, 'what was not dropped');
  const [first, last] = [browser.got[0], browser.got.at(-1)];
  const rate = (8000 * (down.sentBytes - first.length - HEADERS)) / (last.at - first.at);
  const waited = Math.max(...browser.got.map(({ at, number }) => at - sent[number]));
  t.diagnostic(`${Math.round(rate / 1000)} kbit/s passed, ${down.dropped} of 300 dropped, the longest waited ${Math.round(waited)} ms`);
  // More cannot pass but by a late look at the clock; less does where this process was kept waiting.
  assert.ok(rate < 1.1 * BITRATE && rate > 0.5 * BITRATE, `${rate}`);
  assert.ok(down.dropped > 100, `${down.dropped}`);
  assert.ok(waited > QUEUE_MS && waited < 5 * QUEUE_MS, `${waited}`);
  // Below the cap nothing is lost and nothing waits.
  browser.got.length = 0;
  await stream(janus, 50, 100, 0.05);
  await until(() => browser.got.length === 50, 'a voice passes');
  assert.equal(relay.counters().down.dropped, down.dropped);
});
