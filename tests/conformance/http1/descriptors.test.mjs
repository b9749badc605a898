// What happens when connections or descriptors run out. Takes about 2 s.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { exchange, parseAnswers, startServer } from '../support.mjs';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
let server;
let open = [];

before(async () => {
  server = await startServer();
});
after(async () => {
  for (const socket of open) socket.destroy();
  await server?.stop();
});

async function connect() {
  const socket = net.connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function statusOfOne() {
  const [answer] = parseAnswers(await exchange(server.port, [GET]));
  return answer;
}

test('without a free descriptor a client gets a 503 in JSON, and service comes back', async (t) => {
  if (!server.pid) {
    t.skip('needs a server of its own');
    return;
  }
  assert.equal((await statusOfOne()).status, 200);
  spawnSync('prlimit', ['--pid', String(server.pid), '--nofile=60:60']);
  open = await Promise.all(Array.from({ length: 100 }, connect));
  const answer = await statusOfOne();
  assert.equal(answer.status, 503);
  assert.equal(typeof JSON.parse(answer.body).error, 'string');
  for (const socket of open) socket.destroy();
  open = [];
  const deadline = Date.now() + 5000;
  let status = 503;
  while (status !== 200 && Date.now() < deadline) status = (await statusOfOne()).status;
  assert.equal(status, 200);
});
