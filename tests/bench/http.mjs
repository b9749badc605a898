// Requests a second of the gateway's HTTP, by wrk: `GET /healthz`, which costs nothing but the loop,
// and `POST /api/v1/rooms`, which is synced to disk before it is answered; each without other
// connections and beside 2,000 idle WebSockets, in turn. docs/performance.md has the method.
//
// usage: tests/support/netns.sh node tests/bench/http.mjs [rounds [seconds]]

import net from 'node:net';
import path from 'node:path';
import { ROOT } from '../support/build.mjs';
import { startCardea } from '../support/cardea.mjs';
import { median, report } from './figures.mjs';
import { wrk } from './wrk.mjs';

const ROUNDS = Number(process.argv[2] ?? 3);
const SECONDS = Number(process.argv[3] ?? 4);
const IDLE = 2000;
/** The gateway closes a tunnel without a first frame after this; no run may last longer. */
const FIRST_FRAME_S = 10;
const POST_ROOMS = path.join(ROOT, 'tests/bench/post_rooms.lua');

if (SECONDS + 3 > FIRST_FRAME_S) throw new Error(`runs of at most ${FIRST_FRAME_S - 3} s`);

/** An upgraded socket to the tunnel that says nothing; resolves with {socket, isOpen()}. */
function openIdle(port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let open = true;
    let head = '';
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => { open = false; });
    socket.on('data', (text) => {
      head += text;
      if (!head.includes('\r\n\r\n')) return;
      socket.removeAllListeners('data');
      socket.on('data', () => { open = false; }); // anything said now is the end of it
      if (head.startsWith('HTTP/1.1 101')) resolve({ socket, isOpen: () => open });
      else reject(new Error(`not upgraded: ${head.split('\r\n')[0]}`));
    });
    socket.write(`GET /janus/n1 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n`
      + 'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: janus-protocol\r\n'
      + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  });
}

async function openMany(port, count) {
  const sockets = [];
  while (sockets.length < count) {
    const batch = Math.min(200, count - sockets.length);
    sockets.push(...await Promise.all(Array.from({ length: batch }, () => openIdle(port))));
  }
  return sockets;
}

const cardea = await startCardea();
const runs = new Map();
const total = { delivered: 0, expected: 0 };

async function run(name, idle, pathname, script) {
  const sockets = await openMany(cardea.port, idle);
  try {
    const result = await wrk(`${cardea.url}${pathname}`, { script, seconds: SECONDS, env: { CARDEA_API_KEY: cardea.dev.api_key } });
    const stayed = sockets.filter(({ isOpen }) => isOpen()).length;
    console.log(`${name}: ${result.rate.toFixed(0)} requests/s, p99 ${result.p99.toFixed(2)} ms, `
      + `${result.failed} failed; ${stayed} of ${idle} idle sockets open at the end`);
    total.expected += result.requests;
    total.delivered += stayed === idle ? result.requests - result.failed : 0;
    runs.set(name, [...(runs.get(name) ?? []), result]);
  } finally {
    for (const { socket } of sockets) socket.destroy();
  }
}

try {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const idle of [0, IDLE]) await run(`healthz_idle${idle}`, idle, '/healthz');
    for (const idle of [0, IDLE]) await run(`rooms_idle${idle}`, idle, '/api/v1/rooms', POST_ROOMS);
  }
} finally {
  await cardea.stop();
}

const of = (name, field) => median(runs.get(name).map((result) => result[field]));
report({
  http_rps_idle0: of('healthz_idle0', 'rate'),
  http_rps_idle2000: of(`healthz_idle${IDLE}`, 'rate'),
  http_ratio: of(`healthz_idle${IDLE}`, 'rate') / of('healthz_idle0', 'rate'),
  rooms_per_second: of('rooms_idle0', 'rate'),
  rooms_per_second_idle2000: of(`rooms_idle${IDLE}`, 'rate'),
  rooms_p99_ms_idle2000: of(`rooms_idle${IDLE}`, 'p99'),
}, total);
