// wrk, the load generator: one run of it, and what it says.

import { spawn } from 'node:child_process';

export const CONNECTIONS = 64;

/** One run of @p seconds: {rate, p99 (ms), requests, failed}. @p script: a Lua file, or undefined. */
export async function wrk(url, { script, env = {}, seconds = 4 } = {}) {
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', ...(script ? ['-s', script] : []), url];
  const child = spawn('wrk', args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part) => { text += part; });
  const status = await new Promise((resolve, reject) => {
    child.on('error', (error) => {
      reject(error.code === 'ENOENT' ? new Error('wrk is missing: apt-get install wrk') : error);
    });
    child.on('close', resolve);
  });
  if (status !== 0) throw new Error(`wrk: ${text}`);
  const number = (pattern) => Number(text.match(pattern)?.[1] ?? 0);
  const [, p99, unit] = text.match(/99%\s+([\d.]+)(us|ms|s)/) ?? [null, NaN, 'ms'];
  const errors = text.match(/Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/) ?? [];
  return {
    rate: number(/Requests\/sec:\s+([\d.]+)/),
    p99: Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit],
    requests: number(/(\d+) requests in/),
    failed: number(/Non-2xx or 3xx responses: (\d+)/) + errors.slice(1).reduce((sum, n) => sum + Number(n), 0),
  };
}
