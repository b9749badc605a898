// The supervisor (docs/decisions/0002): what survives what. Needs no media, so any address does.
// About 15 s.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { isAlive } from '../support/cardea.mjs';
import { newStateDir, readPids, spawnGateway, startGateway } from '../support/gateway.mjs';
import { until } from '../support/janus.mjs';

const LONG = { timeout: 60000 };

/** Whether the port accepts a connection now. */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

async function janusIsUp(gateway) {
  return until(() => gateway.pids().janus, 'a running Janus');
}

test('a killed worker is back within two seconds, Janus untouched, the port always open', LONG,
  async (t) => {
    const gateway = await startGateway();
    t.after(() => gateway.stop());
    const janus = await janusIsUp(gateway);
    const before = gateway.pids();
    let refused = 0;
    let watching = true;
    const watch = (async () => {
      while (watching) {
        if (!(await accepts(gateway.port))) refused += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const start = Date.now();
    process.kill(before.gateway, 'SIGKILL');
    // The request waits in the listener's queue until the new worker takes it.
    const answer = await fetch(`${gateway.url}/healthz`);
    const elapsed = Date.now() - start;
    watching = false;
    await watch;
    assert.equal(answer.status, 200);
    assert.equal(refused, 0);
    t.diagnostic(`back after ${elapsed} ms`);
    assert.ok(elapsed < 10000, `${elapsed} ms`);
    const after = gateway.pids();
    assert.notEqual(after.gateway, before.gateway);
    assert.equal(after.janus, janus);
    assert.ok(isAlive(janus));
  });

test('a killed Janus is started again', LONG, async (t) => {
  const gateway = await startGateway();
  t.after(() => gateway.stop());
  const janus = await janusIsUp(gateway);
  const worker = gateway.pids().gateway;
  process.kill(janus, 'SIGKILL');
  const next = await until(() => {
    const now = gateway.pids().janus;
    return now !== janus && now > 0 ? now : null;
  }, 'another Janus');
  assert.ok(isAlive(next));
  assert.equal(gateway.pids().gateway, worker);
});

test('a killed supervisor takes the worker with it and leaves Janus to the next one', LONG,
  async (t) => {
    const state = newStateDir();
    t.after(() => fs.rmSync(state, { recursive: true, force: true }));
    const first = await startGateway({ state });
    const janus = await janusIsUp(first);
    const before = first.pids();
    process.kill(before.supervisor, 'SIGKILL');
    await first.ended;
    await until(() => !isAlive(before.gateway), 'the worker to end');
    assert.ok(isAlive(janus));
    const second = await startGateway({ state, args: ['--port', String(first.port)] });
    const after = second.pids();
    assert.equal(after.janus, janus);
    assert.notEqual(after.gateway, before.gateway);
    assert.match(second.messages, new RegExp(`event=adopted child=janus pid=${janus}`));
    assert.equal(await second.stop(), 0);
    await until(() => !isAlive(janus), 'the adopted Janus to end');
  });

test('SIGTERM stops everything and leaves no socket, pid file or lock behind', LONG, async (t) => {
  const state = newStateDir();
  t.after(() => fs.rmSync(state, { recursive: true, force: true }));
  const gateway = await startGateway({ state });
  const janus = await janusIsUp(gateway);
  const { gateway: worker } = gateway.pids();
  assert.equal(await gateway.stop(), 0);
  assert.ok(!isAlive(worker) && !isAlive(janus));
  for (const name of ['pids', 'admin.sock', 'janus/janus.pid']) {
    assert.ok(!fs.existsSync(path.join(state, name)), name);
  }
  assert.equal(await accepts(gateway.port), false);
});

test('a second supervisor on the same state folder is refused by name', LONG, async (t) => {
  const gateway = await startGateway();
  t.after(() => gateway.stop());
  const second = spawnGateway(gateway.state);
  assert.equal(await second.ended, 1);
  assert.match(second.messages, /another cardead \(pid \d+\) runs on this state folder/);
  assert.equal(readPids(gateway.state).supervisor, gateway.pids().supervisor);
  assert.ok((await fetch(`${gateway.url}/healthz`)).ok);
});

test('SIGHUP starts the worker anew with settings that are good', LONG, async (t) => {
  const state = newStateDir();
  const file = path.join(state, 'settings');
  fs.writeFileSync(file, 'general: { log_level = "info" }\n');
  const gateway = await startGateway({ state, args: ['--config', file] });
  t.after(async () => {
    await gateway.stop();
    fs.rmSync(state, { recursive: true, force: true });
  });
  const { gateway: worker, supervisor } = gateway.pids();
  fs.writeFileSync(file, 'general: { log_level = "loud" }\n');
  process.kill(supervisor, 'SIGHUP');
  await until(() => /event=reload_refused/.test(gateway.messages), 'the refusal');
  assert.match(gateway.messages, /general\.log_level must be one of/);
  assert.equal(gateway.pids().gateway, worker);
  fs.writeFileSync(file, 'general: { log_level = "debug" }\n');
  process.kill(supervisor, 'SIGHUP');
  await until(() => ![worker, 0].includes(gateway.pids().gateway), 'another worker');
  assert.ok((await fetch(`${gateway.url}/healthz`)).ok);
});

test('without Janus the gateway serves and says so', LONG, async (t) => {
  const gateway = await startGateway({ args: ['--set', 'media.janus_binary=/nonexistent/janus'] });
  t.after(() => gateway.stop());
  const answer = await fetch(`${gateway.url}/readyz`);
  assert.equal(answer.status, 503);
  assert.equal((await answer.json()).ready, false);
  assert.match(gateway.messages, /event=not_started child=janus what=\/nonexistent\/janus/);
});
