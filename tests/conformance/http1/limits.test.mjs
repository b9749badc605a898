// Limits that are not in the bytes: time, connections, descriptors. Takes about 32 s, because a slow
// request is given 30; with CARDEA_FULL the idle limit of 60 s as well.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { exchange, parseAnswers, startServer } from '../support.mjs';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
let server;

before(async () => {
  server = await startServer();
});
after(() => server?.stop());

/** Sends `first`, then one byte of `slow` every 400 ms; what came and after how many seconds it ended. */
async function trickle(first, slow) {
  const start = performance.now();
  const socket = net.connect(server.port, '127.0.0.1').setEncoding('latin1');
  let text = '';
  let at = 0;
  socket.on('data', (data) => { text += data; });
  socket.on('error', () => {});
  socket.write(first);
  const timer = setInterval(() => socket.write(slow[at++ % slow.length]), 400);
  await once(socket, 'end');
  clearInterval(timer);
  socket.destroy();
  return { text, seconds: (performance.now() - start) / 1000 };
}

function checkTimeout({ text, seconds }, limit) {
  const [answer] = parseAnswers(text);
  assert.equal(answer.status, 408);
  assert.equal(typeof JSON.parse(answer.body).error, 'string');
  assert.ok(seconds > limit - 1 && seconds < limit + 5, `${seconds} s`);
}

describe('time', { concurrency: true }, () => {
  test('a head that trickles in is refused after 10 s', async () => {
    checkTimeout(await trickle('GET / HTTP/1.1\r\nHost: x\r\nX: ', 'a'), 10);
  });
  test('a body that trickles in is refused after 30 s', async () => {
    checkTimeout(await trickle('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n', 'a'), 30);
  });
  test('chunks that trickle in are refused after 30 s', async () => {
    checkTimeout(await trickle('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\na\r\n'), 30);
  });
  test('a connection that says nothing is closed after 10 s, without an answer', async () => {
    const start = performance.now();
    assert.equal(await exchange(server.port, [], { half: false, ms: 20000 }), '');
    assert.ok(performance.now() - start > 9000);
  });
  test('a kept connection is closed after 60 s', { skip: !process.env.CARDEA_FULL }, async () => {
    const start = performance.now();
    const answers = parseAnswers(await exchange(server.port, [GET], { half: false, ms: 80000 }));
    assert.equal(answers.length, 1);
    assert.ok(performance.now() - start > 59000);
  });
  test('a kept connection is still there after 12 s', async () => {
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write(GET);
    await once(socket, 'data');
    await new Promise((resolve) => setTimeout(resolve, 12000));
    socket.write(GET);
    const [data] = await once(socket, 'data');
    socket.destroy();
    assert.match(String(data), /^HTTP\/1\.1 200 /);
  });
});

test('a client that reads no answers does not fill the memory', async () => {
  const socket = net.connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  socket.on('error', () => {});
  const many = GET.repeat(2000);
  let refused = 0;
  // The server must stop reading: our writes then stay in the socket's own buffer.
  for (let i = 0; i < 200 && refused < 20; i++) {
    if (!socket.write(many)) refused++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(socket.writableLength > 0);
  socket.destroy();
});

test('answers survive a client that goes on sending after a refusal', async () => {
  for (let i = 0; i < 20; i++) {
    const writes = ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n', ...Array(30).fill('x'.repeat(100000))];
    const [answer] = parseAnswers(await exchange(server.port, writes));
    assert.equal(answer.status, 413);
  }
});
