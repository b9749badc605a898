// Guessing: wrong access keys, guest tokens and API keys from many addresses admit nobody, leave the
// gateway's memory as it is, and a legitimate client hardly notices. CARDEA_FULL=1: 2,000,000, else 100,000.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import test from 'node:test';
import { startCardea } from '../support/cardea.mjs';
import { memoryAndThreads } from '../support/proc.mjs';

const TRIES = process.env.CARDEA_FULL ? 2_000_000 : 100_000;
const SOCKETS = 32;
/** More than an address may fail at once (limits.enter_failures_burst). */
const OF_AN_ADDRESS = 64;
const PIPELINED = 16;
const P99_MS = 250;
const GROWTH_KB = 2 * 1024;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const guess = () => [...crypto.randomBytes(24)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');

const GUESSES = [
  () => `GET /rooms/${guess()} HTTP/1.1\r\nHost: x\r\n\r\n`,
  () => `POST /guests/${guess()} HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{"name":"A"}`,
  () => `GET /rooms HTTP/1.1\r\nHost: x\r\nAuthorization: ck_live_${guess()}${guess()}\r\n\r\n`,
  () => `POST /api/v1/enter HTTP/1.1\r\nHost: x\r\nContent-Length: 54\r\n\r\n{"credential":"${guess()}","name":"A"}  `,
];

/** @p count tries from one address; counts the statuses into @p statuses. */
function guessFrom(port, localAddress, count, statuses) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', localAddress });
    let sent = 0;
    let answered = 0;
    let rest = '';
    const send = () => {
      const batch = Math.min(PIPELINED, count - sent);
      for (let i = 0; i < batch; i++) socket.write(GUESSES[(sent + i) % GUESSES.length]());
      sent += batch;
    };
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('data', (text) => {
      rest += text;
      for (let at; (at = rest.indexOf('HTTP/1.1 ')) >= 0 && rest.length >= at + 12;) {
        const status = rest.slice(at + 9, at + 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        answered++;
        rest = rest.slice(at + 12);
      }
      if (answered === count) {
        socket.destroy();
        resolve();
      } else if (answered === sent) {
        send();
      }
    });
    socket.on('connect', send);
  });
}

function timed(url, agent) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    http.get(url, { agent, localAddress: '127.0.0.1' }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, ms: performance.now() - start }));
    }).on('error', reject);
  });
}

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)];

test(`${TRIES} wrong keys from many addresses`, { timeout: 60000 + TRIES }, async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const made = await fetch(`${cardea.url}/rooms`, {
    method: 'POST', headers: { authorization: cardea.dev.api_key }, body: JSON.stringify({ id: 'safe', user: { name: 'Ada' } }),
  });
  const { access_key: key } = await made.json();
  const statuses = {};
  const agent = new http.Agent({ keepAlive: true });
  const latencies = [];
  let address = 0;
  let started = 0;
  let over = false;

  const nextAddress = () => {
    address++;
    return `127.${1 + (address >> 16) % 250}.${(address >> 8) % 256}.${address % 256}`;
  };
  const guesser = async (limit) => {
    while (started < limit) {
      started += OF_AN_ADDRESS;
      await guessFrom(cardea.port, nextAddress(), OF_AN_ADDRESS, statuses);
    }
  };
  const flood = (limit) => Promise.all(Array.from({ length: SOCKETS }, () => guesser(limit)));
  const legitimate = async () => {
    while (!over) {
      const { status, ms } = await timed(`${cardea.url}/rooms/${key}`, agent);
      assert.equal(status, 200);
      latencies.push(ms);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  // What the tables of addresses and the allocator want, they have after the first ones.
  await flood(TRIES / 5);
  const before = memoryAndThreads(cardea.dev.pids.gateway).rssKb;
  const client = legitimate();
  await flood(TRIES);
  over = true;
  await client;
  const growth = memoryAndThreads(cardea.dev.pids.gateway).rssKb - before;
  const total = Object.values(statuses).reduce((sum, n) => sum + n, 0);
  const p99 = quantile(latencies, 0.99);

  t.diagnostic(`${total} tries from ${address} addresses: ${JSON.stringify(statuses)}; memory ${growth} KiB; `
    + `legitimate client: ${latencies.length} requests, p99 ${p99.toFixed(1)} ms`);
  assert.ok(total >= TRIES);
  for (const status of Object.keys(statuses)) {
    assert.ok(['401', '403', '404', '410', '429'].includes(status), `status ${status}`);
  }
  assert.ok(statuses[429] > 0, 'nobody was limited');
  assert.ok(growth < GROWTH_KB, `memory grew by ${growth} KiB`);
  assert.ok(p99 < P99_MS, `p99 ${p99} ms`);
});
