// The meetings API under load, by wrk with 64 connections: POST /rooms, each a new meeting, durable before
// it is answered; GET /rooms/KEY; POST /guests/TOKEN; with and without 2,000 idle observers; POST of a participant
// by a room's name, 20 to a room; getJoinToken of the plugNmeet dialect, each of a new person in one of 64 rooms. Then what an
// observer costs, and how late an event reaches all of them. docs/performance.md has the method.
//
// usage: tests/support/netns.sh node tests/bench/api.mjs [rounds [seconds]]

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/build.mjs';
import { startCardea } from '../support/cardea.mjs';
import { median, report } from './figures.mjs';
import { measureFanOut, measureMemory } from './observers.mjs';
import { wrk } from './wrk.mjs';

const ROUNDS = Number(process.argv[2] ?? 3);
const SECONDS = Number(process.argv[3] ?? 6);
const OBSERVERS = 2000;
const JOIN_ROOMS = 64;
const SCRIPT = path.join(ROOT, 'tests/bench/meetings.lua');

const total = { delivered: 0, expected: 0 };
const runs = new Map();

async function post(cardea, pathname, body, headers = {}) {
  const response = await fetch(`${cardea.url}${pathname}`, {
    method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`${pathname}: ${response.status}`);
  return response.status === 201 && response.headers.get('content-length') !== '0' ? response.json() : null;
}

/** Seconds of CPU time of each thread of @p pid: [loop, writer of the store]. */
function threadSeconds(pid) {
  return fs.readdirSync(`/proc/${pid}/task`).map(Number).sort((a, b) => a - b)
    .map((task) => Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e9);
}

/** Where the time of a request goes, in microseconds. */
async function steps(cardea, run) {
  const stats = async () => (await cardea.admin('GET', '/stats')).body.store;
  const before = [threadSeconds(cardea.dev.pids.gateway), await stats()];
  const result = await run();
  const [cpu, store] = [threadSeconds(cardea.dev.pids.gateway), await stats()];
  const each = (seconds) => (seconds * 1e6) / result.requests;
  const loop = each(cpu[0] - before[0][0]);
  const ran = each((store.run_us - before[1].run_us) / 1e6);
  const committed = each((store.commit_us - before[1].commit_us) / 1e6);
  const batch = (store.commands - before[1].commands) / (store.commits - before[1].commits);
  const sum = loop + ran + committed;
  const share = (us) => `${us.toFixed(0)} us (${((us / sum) * 100).toFixed(0)} %)`;
  console.log(`  of a request: loop (HTTP, JSON, signature) ${share(loop)}, store ${share(ran)}, commit with sync `
    + `${share(committed)}, ${batch.toFixed(1)} requests a commit`);
  return result;
}

async function run(cardea, name, call, pathname, env = {}) {
  const result = await steps(cardea, () => wrk(`${cardea.url}${pathname}`, {
    script: SCRIPT, seconds: SECONDS, env: { CARDEA_CALL: call, CARDEA_PATH: pathname, CARDEA_API_KEY: cardea.dev.api_key, ...env },
  }));
  console.log(`${name}: ${result.rate.toFixed(0)} requests/s, p99 ${result.p99.toFixed(2)} ms, ${result.failed} failed`);
  total.expected += result.requests;
  total.delivered += result.requests - result.failed;
  runs.set(name, [...(runs.get(name) ?? []), result]);
}

/** Rooms that make user ids, and signed requests for a token in each: the environment of the script. */
async function prepareJoins(cardea) {
  const { api_key_id: key, api_secret: secret } = cardea.dev;
  const sign = (text) => crypto.createHmac('sha256', secret).update(text).digest('hex');
  const lines = [];
  for (let i = 0; i < JOIN_ROOMS; i += 1) {
    const create = JSON.stringify({ room_id: `room-${i}`, metadata: { room_title: 'Bench', room_features: { auto_gen_user_id: true } } });
    const made = await fetch(`${cardea.url}/room/create`, { method: 'POST', headers: { 'API-KEY': key, 'HASH-SIGNATURE': sign(create) }, body: create });
    if (!(await made.json()).status) throw new Error('room/create failed');
    const join = JSON.stringify({ room_id: `room-${i}`, user_info: { name: 'Jane Doe', user_id: 'jane', user_metadata: { lock_settings: { lock_webcam: true } } } });
    lines.push(`${sign(join)} ${join}\n`);
  }
  const file = path.join(cardea.stateDir, 'joins.txt');
  fs.writeFileSync(file, lines.join(''), { mode: 0o600 });
  return { CARDEA_KEY_ID: key, CARDEA_REQUESTS: file };
}

// Everybody comes from one address with one link here.
const LIMITS = ['enter_per_second', 'messages_per_second'].flatMap((name) => ['--set', `limits.${name}=0`]);
const cardea = await startCardea({ args: LIMITS });
const figures = {};
try {
  const meeting = await post(cardea, '/rooms', { id: 'watched', user: { name: 'Ada' } }, { authorization: cardea.dev.api_key });
  const calls = [
    ['post_rooms', 'start', '/rooms'],
    ['get_rooms_key', 'get', `/rooms/${meeting.access_key}`],
    ['post_guests', 'guest', `/guests/${meeting.room.guest_token}`],
  ];
  for (const [name, call, pathname] of calls.slice(0, 2)) {
    for (let round = 0; round < ROUNDS; round += 1) await run(cardea, `${name}_alone`, call, pathname);
  }
  const target = { url: cardea.url, apiKey: cardea.dev.api_key, roomId: 'watched', pid: cardea.dev.pids.gateway };
  const { observers, kbPerObserver } = await measureMemory(target, OBSERVERS);
  try {
    for (const [name, call, pathname] of calls.slice(0, 2)) {
      for (let round = 0; round < ROUNDS; round += 1) await run(cardea, name, call, pathname);
    }
    const fanOut = await measureFanOut(observers, {
      pid: target.pid,
      trigger: (marker) => post(cardea, `/rooms/${meeting.access_key}/messages`, { type: 'chat', content: marker }),
    });
    total.expected += fanOut.expected;
    total.delivered += fanOut.delivered;
    Object.assign(figures, { kb_per_observer: kbPerObserver, fanout_p50_ms: fanOut.p50, fanout_p99_ms: fanOut.p99 });
  } finally {
    observers.close();
  }
  // Before and after those with observers, because the database grows.
  for (let round = 0; round < ROUNDS; round += 1) await run(cardea, 'post_rooms_alone', ...calls[0].slice(1));
  for (let round = 0; round < ROUNDS; round += 1) await run(cardea, ...calls[2]);
  for (let round = 0; round < ROUNDS; round += 1) await run(cardea, 'post_participants', 'participant', '/api/v1/rooms');
  const joins = await prepareJoins(cardea);
  for (let round = 0; round < ROUNDS; round += 1) await run(cardea, 'get_join_token', 'join', '/room/getJoinToken', joins);
} finally {
  await cardea.stop();
}

const of = (name, field) => median(runs.get(name).map((result) => result[field]));
report({
  post_rooms_per_s: of('post_rooms', 'rate'),
  post_rooms_p99_ms: of('post_rooms', 'p99'),
  post_rooms_alone_per_s: of('post_rooms_alone', 'rate'),
  post_rooms_observers_ratio: of('post_rooms', 'rate') / of('post_rooms_alone', 'rate'),
  get_rooms_key_per_s: of('get_rooms_key', 'rate'),
  get_rooms_key_p99_ms: of('get_rooms_key', 'p99'),
  post_guests_per_s: of('post_guests', 'rate'),
  post_guests_p99_ms: of('post_guests', 'p99'),
  post_participants_per_s: of('post_participants', 'rate'),
  post_participants_p99_ms: of('post_participants', 'p99'),
  get_join_token_per_s: of('get_join_token', 'rate'),
  get_join_token_p99_ms: of('get_join_token', 'p99'),
  ...figures,
}, total);
