// The supervisor and its processes, for tests of them: needs neither plugin nor a ready Janus, which
// the driver of the whole gateway (cardea.mjs) waits for. State folder of its own, port of the kernel.
//
//   const gateway = await startGateway();            // or { state, args: ['--rtp-address', ...] }
//   const { supervisor, gateway: worker, janus } = gateway.pids();
//   await fetch(`${gateway.url}/healthz`);
//   await gateway.stop();                            // SIGTERM; removes what startGateway made

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BUILD, PLUGIN_DIR, ROOT } from './build.mjs';
import { until } from './janus.mjs';

export const CARDEAD = path.join(BUILD, 'cardead');

/** A short path: unix sockets are in it. */
export function newStateDir() {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-'));
}

/** The processes of a state folder and the bound port: { supervisor, gateway, janus, turn, port }. */
export function readPids(state) {
  const text = fs.readFileSync(path.join(state, 'pids'), 'utf8');
  const entries = text.trim().split('\n').map((line) => line.split(' '));
  return Object.fromEntries(entries.map(([name, value]) => [name, Number(value)]));
}

/** Spawns cardead; its messages are in `messages`, `ended` is its exit code or signal. */
export function spawnGateway(state, args = []) {
  const child = spawn(CARDEAD, ['--dev', '--state', state, '--port', '0', '--pages',
    path.join(ROOT, 'html/dist'), '--plugin-dir', PLUGIN_DIR, '--set', 'turn.port=0', ...args],
  { stdio: ['ignore', 'pipe', 'pipe'] });
  const run = { child, messages: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => { run.messages += text; });
  }
  run.ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
  return run;
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Starts a gateway and waits until it answers; with @p wait "/readyz" until Janus is ready, too. */
export async function startGateway({ state, args = [], wait = '/healthz' } = {}) {
  const own = state === undefined;
  const folder = state ?? newStateDir();
  const run = spawnGateway(folder, args);
  let ended;
  run.ended.then((how) => { ended = how; });
  const gateway = {
    ...run,
    state: folder,
    get messages() { return run.messages; },
    pids: () => readPids(folder),
    async stop() {
      if (ended === undefined) run.child.kill('SIGTERM');
      const how = await run.ended;
      if (own) fs.rmSync(folder, { recursive: true, force: true });
      return how;
    },
  };
  try {
    const pids = await until(() => {
      if (ended !== undefined) throw new Error(`cardead ended (${ended}): ${run.messages}`);
      if (!fs.existsSync(path.join(folder, 'pids'))) return null;
      const now = readPids(folder);
      return now.supervisor === run.child.pid && now.gateway > 0 ? now : null;
    }, 'the supervisor to start its children');
    gateway.port = pids.port;
    gateway.url = `http://127.0.0.1:${pids.port}`;
    await until(() => answers(`${gateway.url}${wait}`), `${wait}\n${run.messages}`, 20000);
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  return gateway;
}
