// Shared by the conformance batteries: starts the server under test, talks raw TCP, reads answers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const deadline = (ms, what) =>
  new Promise((_, reject) => setTimeout(() => reject(new Error(`timed out: ${what}`)), ms).unref());

/** The gateway at CARDEA_HTTP_PORT if given, else tests/support/echo_server of CARDEA_BUILD. */
export async function startServer(variant = {}) {
  if (process.env.CARDEA_HTTP_PORT)
    return {port: Number(process.env.CARDEA_HTTP_PORT), echoes: false, stop: async () => {}};
  const program = process.env.CARDEA_ECHO_SERVER ??
    path.join(process.env.CARDEA_BUILD ?? '.', 'tests/support/echo_server');
  const child = spawn(program, [], {
    env: { ...process.env, ECHO_QUIET: '1', ...variant }, stdio: ['pipe', 'pipe', 'inherit']});
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'error').then(([e]) => {
    throw e;
  }), deadline(10000, program)]);
  return {
    port: JSON.parse(line).port, echoes: true, pid: child.pid,
    stop: async () => {
      const gone = once(child, 'exit');
      child.stdin.end();
      const [code, signal] = await Promise.race([gone, deadline(10000, 'echo_server to end')]);
      if (code !== 0)
        throw new Error(`echo_server ended with ${code ?? signal}`);
    },
  };
}

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function answers(port) {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Debian's nginx as an oracle of message boundaries; its limits are set to ours. */
export async function startNginx() {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'cardea-nginx-'));
  const port = await freePort();
  await writeFile(path.join(dir, 'nginx.conf'), `
    daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log crit;
    events { worker_connections 512; }
    http {
      access_log off; client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy;
      fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
      large_client_header_buffers 4 16k; client_max_body_size 128k; lingering_timeout 1s;
      server {
        listen 127.0.0.1:${port};
        location / { add_header X-Echo "$request_method $request_uri"; return 200 "ok"; }
      }
    }`);
  const child = spawn('nginx', ['-p', dir, '-e', `${dir}/error.log`, '-c', `${dir}/nginx.conf`],
    { stdio: ['ignore', 'inherit', 'inherit'] });
  const failed = once(child, 'error').then(([error]) => {
    throw error;
  });
  const up = async () => {
    while (!await answers(port))
      await new Promise(resolve => setTimeout(resolve, 20));
  };
  await Promise.race([up(), failed, deadline(10000, 'nginx to listen')]);
  return {
    port,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await Promise.race([gone, deadline(10000, 'nginx to end')]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Sends the writes one by one, shuts our side if `half`, and gives back all that came. */
export async function exchangeBytes(port, writes, { half = true, ms = 8000 } = {}) {
  const socket = net.connect({port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true});
  const got = [];
  socket.on('data', data => got.push(data));
  // A peer that has answered and closed may reset what we still send; the answer counts.
  socket.on('error', () => {});
  const ended = new Promise(resolve => socket.on('end', resolve).on('close', resolve));
  await once(socket, 'connect');
  for (const piece of writes) {
    if (socket.destroyed)
      break;
    await new Promise(resolve => socket.write(piece, 'latin1', resolve));
  }
  if (half && !socket.destroyed)
    socket.end();
  try {
    await Promise.race([ended, deadline(ms, `an end after ${Buffer.concat(got).subarray(0, 200)}`)]);
  } finally {
    socket.destroy();
  }
  return Buffer.concat(got);
}

export const exchange = async (port, writes, options) =>
  (await exchangeBytes(port, writes, options)).toString('latin1');

/** Splits a byte stream into HTTP/1.1 answers; isHead(i) tells which have no body. */
export function parseAnswers(text, isHead = () => false) {
  const list = [];
  let rest = text;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const match = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/.exec(rest);
    if (end < 0 || !match)
      throw new Error(`not an HTTP answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const fields = {};
    for (const line of rest.slice(match[0].length, end).split('\r\n').filter(Boolean)) {
      const colon = line.indexOf(':');
      fields[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const status = Number(match[1]);
    rest = rest.slice(end + 4);
    if (status === 100) {
      list.continues = (list.continues ?? 0) + 1;
      continue;
    }
    const bodiless = status === 204 || status === 304 || isHead(list.length);
    const length = bodiless ? 0 : Number(fields['content-length']);
    if (!(length <= rest.length))
      throw new Error(`answer ${list.length} is cut: ${length} of ${rest.length}`);
    list.push({status, fields, body: rest.slice(0, length)});
    rest = rest.slice(length);
  }
  return list;
}
