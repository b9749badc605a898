// What a client of /rt may not do, against net/cable: flood, send too much, read too slowly, fall
// silent. Takes about 5 s, with CARDEA_FULL 35 s.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { exchangeBytes, startServer } from '../support.mjs';
import { close, readFrames, text } from '../ws/frames.mjs';
import { Client, confirmed, counts, event, first, ROOM, say, subscriber, until, WELCOME } from './client.mjs';

const BURST = 250; // frames at once; 50 more a second
const MAX_FRAME = 16384;
const SUBSCRIBE = JSON.stringify({ command: 'subscribe', identifier: ROOM });
const HANDSHAKE = 'GET /rt?access_key=user HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

let server;
const clients = [];

before(async () => {
  server = await startServer();
});
after(async () => {
  for (const client of clients) client.close();
  await server?.stop();
});

async function subscribed(options) {
  const client = await subscriber(server.port, options);
  clients.push(client);
  return client;
}

test('frames in the packet of the handshake come after the welcome', async () => {
  const got = await exchangeBytes(server.port,
    [Buffer.concat([Buffer.from(HANDSHAKE), text(SUBSCRIBE), text(SUBSCRIBE)]), close(1000)], { half: false });
  assert.deepEqual(readFrames(got.subarray(got.indexOf('\r\n\r\n') + 4)),
    [...[WELCOME, confirmed(ROOM), first(ROOM), confirmed(ROOM)].map((frame) => `text:${frame}`), 'close:1000']);
});

test('a burst passes, a flood is closed', async () => {
  const client = await subscribed();
  const flood = await subscribed();
  for (let i = 0; i < BURST - 1; i += 1) client.send('{"command":"nothing"}');
  for (let i = 0; i < 3 * BURST; i += 1) flood.command('subscribe', ROOM);
  assert.equal((await flood.end()).code, 1008);
  assert.equal(flood.closed.reason, 'too many frames');
  // One burst was answered, and what the time in between allows.
  assert.ok(flood.frames.length >= BURST - 1 && flood.frames.length < 2 * BURST, `${flood.frames.length} answers`);
  assert.deepEqual(await client.settled(), []);
});

test('a frame may have 16 KiB, in one or several pieces, and not a byte more', async () => {
  const shell = { command: 'nothing', x: '' };
  shell.x = 'x'.repeat(MAX_FRAME - JSON.stringify(shell).length);
  const client = await subscribed();
  client.send(shell);
  assert.deepEqual(await client.settled(), []);
  shell.x += 'x';
  client.send(shell);
  assert.equal((await client.end()).code, 1009);
  const pieces = await subscribed();
  for (let i = 0; i < 16; i += 1) pieces.ws.send('x'.repeat(1024), { fin: false });
  assert.deepEqual(await pieces.settled(), []);
  pieces.ws.send('x', { fin: false });
  assert.equal((await pieces.end()).code, 1009);
});

test('what is no text is closed', async () => {
  const client = await subscribed();
  client.ws.send(Buffer.from(SUBSCRIBE));
  assert.equal((await client.end()).code, 1003);
});

/** A subscriber that reads no more once it is confirmed. */
async function deaf() {
  const socket = net.connect(server.port, '127.0.0.1');
  clients.push({ close: () => socket.destroy() });
  socket.on('error', () => {});
  socket.write(Buffer.concat([Buffer.from(HANDSHAKE), text(SUBSCRIBE)]));
  for (let got = ''; !got.includes('subscribed'); got += (await once(socket, 'data'))[0].toString('latin1'));
  socket.pause();
  return socket;
}

test('who reads too slowly is dropped, the others hear everything', async () => {
  const fine = await subscribed();
  await deaf();
  const { open, closed } = await counts(server.port);
  const padding = 'x'.repeat(60000);
  let sent = 0;
  await until(async () => {
    await say(server.port, `{"n":${sent},"x":"${padding}"}`);
    sent += 1;
    return (await counts(server.port)).closed > closed;
  }, 'the slow one to be dropped', 30000);
  console.log(`dropped after ${sent} events of 60 kB`);
  const frames = await fine.read(sent);
  frames.forEach((frame, i) => assert.equal(frame, event(ROOM, `{"n":${i},"x":"${padding}"}`)));
  assert.equal((await counts(server.port)).open, open - 1);
  await say(server.port, '{"n":-1}');
  assert.equal((await fine.read(sent + 1))[sent], event(ROOM, '{"n":-1}'));
});

test('who answers no ping is dropped after 30 s, who answers stays', { skip: !process.env.CARDEA_FULL }, async () => {
  const start = performance.now();
  const silent = new Client(server.port, { autoPong: false });
  const talking = await subscribed({ protocols: [] });
  clients.push(silent);
  let pings = 0;
  silent.ws.on('ping', () => { pings += 1; });
  assert.equal((await silent.end(60000)).code, 1006);
  const seconds = (performance.now() - start) / 1000;
  console.log(`dropped after ${seconds.toFixed(1)} s and ${pings} ping`);
  assert.ok(seconds > 29 && seconds < 40, `${seconds} s`);
  assert.equal(pings, 1);
  await talking.settled();
  assert.equal(talking.closed, null);
});
