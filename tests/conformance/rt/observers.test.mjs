// The benchmark of observers (tests/bench/observers.mjs) on the gateway's net/ code with nothing
// behind it: an idle observer stays below 20 KiB, and an event reaches all. Takes about 8 s.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureObservers, Observers, startEchoServer } from '../../bench/observers.mjs';
import { counts, endAll, until } from './client.mjs';

const COUNT = 1000;
const MAX_KB = 20;
const EVENTS = 10;
/** Five times what 2,000 observers took until the last one had it. */
const MAX_LAST_MS = 200;

test('an idle observer costs at most 20 KiB, an event reaches all of them at once', async () => {
  const server = await startEchoServer();
  try {
    const { figures, delivered, expected } = await measureObservers({ ...server, count: COUNT, events: EVENTS });
    for (const [name, value] of Object.entries(figures)) console.log(`${name} ${value.toPrecision(4)}`);
    assert.equal(expected, COUNT * EVENTS);
    assert.equal(delivered, expected);
    assert.ok(figures.kb_per_observer > 1 && figures.kb_per_observer <= MAX_KB);
    assert.ok(figures.fanout_last_ms <= MAX_LAST_MS);
    assert.ok(figures.fanout_p50_ms <= figures.fanout_p99_ms && figures.fanout_p99_ms <= figures.fanout_max_ms);
  } finally {
    await server.stop();
  }
});

test('observers that are refused or lost are noticed', async () => {
  const server = await startEchoServer();
  const { port } = new URL(server.url);
  const observers = new Observers();
  try {
    await assert.rejects(observers.open({ ...server, apiKey: 'wrong' }, 3));
    observers.close();
    await observers.open(server, 5);
    assert.equal((await observers.hear(server.trigger, 'first')).length, 5);
    await endAll(port, 'reason=remote');
    await until(() => observers.alive === 0, 'all to notice');
    assert.equal((await observers.hear(server.trigger, 'second', 500)).length, 0);
    await until(async () => (await counts(port)).open === 0, 'the end of all');
  } finally {
    observers.close();
    await server.stop();
  }
});
