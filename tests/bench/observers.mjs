// Observers of /rt: what an idle one costs the gateway, and how late an event reaches all of them.
//
//   const figures = await measureObservers({ url, apiKey, roomId, pid, trigger });
//
// @p trigger(marker) causes one event in the room that has the text @p marker in it. Run by itself
// it measures the gateway's net/ code with nothing behind it, beside a server of npm's ws.
//
// usage: tests/support/netns.sh node tests/bench/observers.mjs [observers [events]]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD, ROOT } from '../support/build.mjs';
import { cpuSeconds, memoryAndThreads } from '../support/proc.mjs';
import { report } from './figures.mjs';

const ROOM = JSON.stringify({ channel: 'RoomChannel' });
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const OPEN_AT_ONCE = 200;
/** Each observer must have had as many pings, one every 3 s, before its memory counts as idle. */
const IDLE_PINGS = 2;
/** Events that do not count: Node.js compiles what runs often, which would be taken for latency. */
const WARM_UP = 10;
const EVENTS = 50;

/** A client's frame; a mask of zeros leaves the payload as it is. */
function frame(opcode, payload) {
  const data = Buffer.from(payload);
  if (data.length > 125) throw new Error('only short frames are needed');
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | data.length, 0, 0, 0, 0]), data]);
}

const SUBSCRIBE = frame(TEXT, JSON.stringify({ command: 'subscribe', identifier: ROOM }));
const CONFIRMED = Buffer.from('"confirm_subscription"');
const JSON_PING = Buffer.from('"type":"ping"');

/** The server's frame at @p at of @p bytes: {opcode, start, end}, or null if it is not whole yet. */
function frameAt(bytes, at) {
  if (bytes.length < at + 2) return null;
  let length = bytes[at + 1] & 0x7f;
  let start = at + 2;
  if (length >= 126) {
    start += length === 126 ? 2 : 8;
    if (bytes.length < start) return null;
    length = length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  }
  return bytes.length < start + length ? null : { opcode: bytes[at] & 0xf, start, end: start + length };
}

// Every socket reads into this, which saves an allocation and a stream's machinery for each read:
// the clients share the machine with the gateway, and their time must not count as its.
const shared = Buffer.alloc(65536);

class Observer {
  pings = 0;

  confirmed = false;

  #rest = null; // what is left of a frame that has not come whole

  #head = true; // the handshake is not answered yet

  constructor(group, { host, port, request }) {
    this.group = group;
    this.socket = net.connect({
      host, port, noDelay: true, onread: { buffer: shared, callback: (size) => this.#read(shared.subarray(0, size)) },
    });
    this.ready = new Promise((resolve, reject) => {
      this.onReady = resolve;
      this.socket.on('error', reject);
      this.socket.on('close', () => { this.gone = true; reject(new Error('an observer was closed')); });
    });
    this.ready.catch(() => {}); // it may be closed any time later
    this.socket.write(request);
  }

  #read(chunk) {
    let bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    if (this.#head) {
      at = bytes.indexOf('\r\n\r\n') + 4;
      if (at < 4) at = 0;
      else if (!bytes.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) this.socket.destroy();
      else this.#opened();
    }
    for (let next; !this.#head && (next = frameAt(bytes, at)) !== null; at = next.end) this.#take(bytes, next);
    bytes = bytes.subarray(at);
    this.#rest = bytes.length > 0 ? Buffer.from(bytes) : null; // the shared buffer is read into again
    return true;
  }

  #opened() {
    this.#head = false;
    this.socket.write(SUBSCRIBE);
  }

  #take(bytes, { opcode, start, end }) {
    const payload = bytes.subarray(start, end);
    if (opcode === PING) this.socket.write(frame(PONG, payload));
    else if (opcode === CLOSE) this.socket.end(frame(CLOSE, payload));
    else if (payload.length < 60 && payload.includes(JSON_PING)) this.pings += 1;
    else if (this.confirmed) this.group.heard(this, payload);
    else if (payload.includes(CONFIRMED)) {
      this.confirmed = true;
      this.onReady();
    }
  }
}

/** Sockets that have subscribed to a room's RoomChannel. */
export class Observers {
  #all = [];

  #await = null; // {marker, started, late: Set of Observer, times, done}

  get count() {
    return this.#all.length;
  }

  get alive() {
    return this.#all.filter(({ gone }) => !gone).length;
  }

  /** @p count more; resolves when all are confirmed. */
  async open({ url, apiKey, roomId }, count) {
    const { hostname: host, port } = new URL(url);
    const request = `GET /rt?room_id=${encodeURIComponent(roomId)} HTTP/1.1\r\nHost: ${host}:${port}\r\n`
      + `Authorization: ${apiKey}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n`
      + 'Sec-WebSocket-Protocol: actioncable-v1-json\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    for (let left = count; left > 0; left -= OPEN_AT_ONCE) {
      const batch = Array.from({ length: Math.min(left, OPEN_AT_ONCE) },
        () => new Observer(this, { host, port: Number(port), request }));
      this.#all.push(...batch);
      await Promise.all(batch.map(({ ready }) => ready));
    }
  }

  /** Resolves when each has had @p pings more. */
  async idle(pings = IDLE_PINGS) {
    const wanted = this.#all.map((observer) => observer.pings + pings);
    const end = performance.now() + pings * 3000 + 15000;
    while (this.#all.some((observer, i) => observer.pings < wanted[i])) {
      if (performance.now() > end) throw new Error('observers without pings');
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }

  heard(observer, payload) {
    const now = performance.now();
    const wait = this.#await;
    if (!wait || !payload.includes(wait.marker) || !wait.late.delete(observer)) return;
    wait.times.push(now - wait.started);
    if (wait.late.size === 0) wait.done();
  }

  /** Causes one event; the ms after which each observer had it, of those that had it within @p ms. */
  async hear(trigger, marker, ms = 10000) {
    const times = [];
    const late = new Set(this.#all.filter(({ gone }) => !gone));
    let timer;
    const all = new Promise((done) => {
      this.#await = { marker: Buffer.from(marker), started: performance.now(), late, times, done };
      timer = setTimeout(done, ms);
    });
    try {
      await Promise.all([trigger(marker), all]);
    } finally {
      clearTimeout(timer);
      this.#await = null;
    }
    return times;
  }

  close() {
    for (const { socket } of this.#all) socket.destroy();
    this.#all = [];
  }
}

/** The value below which @p share of the values are. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/**
 * Opens @p count observers and keeps them. What each costs is the growth of the resident memory of
 * process @p pid, which must not have had as many sockets before: freed memory would hide it.
 */
export async function measureMemory({ pid, ...target }, count) {
  const observers = new Observers();
  const before = memoryAndThreads(pid).rssKb;
  await observers.open(target, count);
  const [cpu, start] = [cpuSeconds(pid), performance.now()];
  await observers.idle();
  const cores = (cpuSeconds(pid) - cpu) / ((performance.now() - start) / 1000);
  return { observers, kbPerObserver: (memoryAndThreads(pid).rssKb - before) / count, idleCores: cores };
}

/**
 * How late @p events events, one after the other, are at @p observers: ms from the call of @p trigger.
 * `last` is the median of the times until all had it; the CPU times are per event, of process @p pid
 * and of this one, which shares the machine and can be the slower one.
 */
export async function measureFanOut(observers, { trigger, pid }, events = EVENTS) {
  const all = [];
  const last = [];
  for (let i = 0; i < WARM_UP; i += 1) await observers.hear(trigger, `warm-up-${i}.`);
  const [cpu, own] = [cpuSeconds(pid), process.cpuUsage()];
  for (let i = 0; i < events; i += 1) {
    const times = await observers.hear(trigger, `marker-${i}.`);
    for (const time of times) all.push(time);
    last.push(times.at(-1));
  }
  const { user, system } = process.cpuUsage(own);
  return {
    p50: quantile(all, 0.5), p99: quantile(all, 0.99), max: quantile(all, 1), last: quantile(last, 0.5),
    cpuMs: (cpuSeconds(pid) - cpu) * 1000 / events, clientCpuMs: (user + system) / 1000 / events,
    delivered: all.length, expected: events * observers.count,
  };
}

/** Both; returns {figures, delivered, expected}, for report() of figures.mjs. */
export async function measureObservers({ trigger, count = 2000, events = EVENTS, ...target }) {
  const { observers, kbPerObserver, idleCores } = await measureMemory(target, count);
  try {
    const fanOut = await measureFanOut(observers, { trigger, pid: target.pid }, events);
    return {
      figures: {
        kb_per_observer: kbPerObserver, observers_idle_cores: idleCores,
        fanout_p50_ms: fanOut.p50, fanout_p99_ms: fanOut.p99, fanout_max_ms: fanOut.max, fanout_last_ms: fanOut.last,
        fanout_cpu_ms: fanOut.cpuMs, fanout_client_cpu_ms: fanOut.clientCpuMs,
      },
      delivered: observers.alive === count ? fanOut.delivered : 0,
      expected: fanOut.expected,
    };
  } finally {
    observers.close();
  }
}

/** A child that prints {"port":N} and ends with its stdin; POST /cable/say sends to RoomChannel. */
async function startServer(program, args) {
  const child = spawn(program, args, { env: { ...process.env, ECHO_QUIET: '1' }, stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'error').then(([error]) => { throw error; })]);
  const url = `http://127.0.0.1:${JSON.parse(line).port}`;
  return {
    url,
    pid: child.pid,
    apiKey: 'secret',
    roomId: 'room',
    trigger: async (marker) => {
      const answer = await fetch(`${url}/cable/say?channel=RoomChannel`, {
        method: 'POST', body: JSON.stringify({ type: 'chat', content: marker, padding: 'x'.repeat(200) }),
      });
      await answer.arrayBuffer();
    },
    stop: async () => {
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    },
  };
}

export const startEchoServer = () => startServer(path.join(BUILD, 'tests/support/echo_server'), []);
export const startBaseline = () => startServer(process.execPath, [path.join(ROOT, 'tests/bench/observers_baseline.mjs')]);

async function main(count, events) {
  const total = { delivered: 0, expected: 0 };
  const all = {};
  for (const [prefix, start] of [['', startEchoServer], ['baseline_', startBaseline]]) {
    const server = await start();
    try {
      const { figures, delivered, expected } = await measureObservers({ ...server, count, events });
      for (const [name, value] of Object.entries(figures)) all[prefix + name] = value;
      total.delivered += delivered;
      total.expected += expected;
    } finally {
      await server.stop();
    }
  }
  report(all, total);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await main(Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? EVENTS));
