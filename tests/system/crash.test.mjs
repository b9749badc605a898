// The gateway is killed at any moment and at named points of its I/O while clients register: what was
// acknowledged is there, once, with its event; numbers have no gaps; an observer that comes back with
// the last number it has seen misses nothing. CARDEA_FULL=1: 200 kills, else 24.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import WebSocket from 'ws';
import { ROOT } from '../support/build.mjs';
import { newStateDir, readPids, startGateway } from '../support/gateway.mjs';

const KILLS = process.env.CARDEA_FULL ? 200 : 24;
const POINTS = ['write', 'synced', 'reply', 'push'];
const ROOMS = 5;
const SEED = Number(process.env.CARDEA_SEED ?? Date.now() % 2 ** 31);
// A kill loses no kernel memory: what SQLite wrote is there; what it had not written was not answered.
const ARGS = ['--set', 'media.supervise_janus=false', '--set', 'turn.server=off', '--set', 'limits.messages_per_second=0'];

let state = SEED;
const random = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return (state >>> 8) % n;
};

function buildPreload(folder) {
  const file = path.join(folder, 'kill_point.so');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', file, path.join(ROOT, 'tests/support/kill_point.c'), '-ldl']);
  return file;
}

const start = (folder, preload, point) => {
  const before = { LD_PRELOAD: process.env.LD_PRELOAD, CARDEA_KILL_POINT: process.env.CARDEA_KILL_POINT };
  process.env.LD_PRELOAD = preload;
  process.env.CARDEA_KILL_POINT = point ?? '';
  const started = startGateway({ state: folder, args: ARGS });
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  return started;
};

let messages = 0;

/** Sends a message that is like no other; notes it when it was answered. */
async function chat(gateway, accessKey, sent) {
  const content = `message ${messages++}`;
  const response = await fetch(`${gateway.url}/rooms/${accessKey}/messages`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'chat', content }),
    signal: AbortSignal.timeout(10000),
  });
  if (response.status === 201) sent.push(content);
}

/** Registers and talks until the gateway goes away; notes what was answered in full. */
async function write(gateway, key, noted, sent, until) {
  while (!until.over) {
    const room = `room-${random(ROOMS)}`;
    const user = `user-${random(400)}`;
    try {
      const response = await fetch(`${gateway.url}/rooms`, {
        method: 'POST', headers: { authorization: key, 'content-type': 'application/json' },
        body: JSON.stringify({ id: room, user: { id: user, name: user } }),
        signal: AbortSignal.timeout(10000),
      });
      const meeting = await response.json();
      if (response.status === 201) noted.push({ room, user, key: meeting.access_key, client: meeting.signaling.options.client_id });
      if (random(3) === 0) await chat(gateway, meeting.access_key, sent);
    } catch {
      return;
    }
  }
}

/** Follows room-0 from where it left off; gives the numbers it has seen, in order. */
function observe(gateway, key, seen) {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/rt?room_id=room-0`, { headers: { authorization: key } });
  socket.on('open', () => socket.send(JSON.stringify({
    command: 'subscribe', identifier: JSON.stringify({ channel: 'RoomChannel', after: seen.at(-1) ?? 0 }),
  })));
  socket.on('message', (data) => {
    const { message } = JSON.parse(data);
    if (message?.seq !== undefined) seen.push(message.seq);
  });
  socket.on('error', () => {});
  return socket;
}

const gone = (pid) => {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].startsWith('Z');
  } catch {
    return true;
  }
};

async function waitFor(what, condition, ms = 20000) {
  const end = Date.now() + ms;
  while (!condition()) {
    assert.ok(Date.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const sql = (folder, text) => execFileSync('sqlite3', ['-json', path.join(folder, 'cardea.db'), text], { encoding: 'utf8' }).trim();
const rows = (folder, text) => JSON.parse(sql(folder, text) || '[]');

function checkStore(folder) {
  assert.equal(sql(folder, 'PRAGMA integrity_check').includes('ok'), true);
  assert.deepEqual(rows(folder, `SELECT room, COUNT(*) n, MAX(seq) m, MIN(seq) a FROM events GROUP BY tenant, room
    HAVING n <> m OR a <> 1`), [], 'numbers have a gap');
  assert.deepEqual(rows(folder, `SELECT session, external_user_id, COUNT(*) n FROM participants
    GROUP BY session, external_user_id HAVING n > 1`), [], 'somebody is in twice');
  assert.deepEqual(rows(folder, `SELECT p.seat FROM participants p LEFT JOIN events e ON e.tenant = p.tenant AND
    e.room = p.room AND e.seq = p.ordinal AND e.type IN ('participant.added', 'participant.waiting') AND
    instr(e.data, p.seat) WHERE e.seq IS NULL`), [], 'a seat without its event');
}

test(`the gateway is killed ${KILLS} times under clients that register (seed ${SEED})`, { timeout: KILLS * 10000 }, async (t) => {
  const folder = newStateDir();
  const preload = buildPreload(folder);
  const noted = [];
  const sent = [];
  const seen = [];
  const kills = Object.fromEntries([...POINTS, 'random'].map((name) => [name, 0]));
  let gateway;

  t.after(async () => {
    await gateway?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  // With Janus, because only then the file with the key is written.
  gateway = await startGateway({ state: folder, args: ['--set', 'turn.server=off'], wait: '/readyz' });
  await waitFor('dev.json', () => fs.existsSync(path.join(folder, 'dev.json')));
  const key = JSON.parse(fs.readFileSync(path.join(folder, 'dev.json'), 'utf8')).api_key;
  await write(gateway, key, noted, sent, { get over() { return noted.some(({ room }) => room === 'room-0'); } });
  await gateway.stop();

  for (let i = 0; i < KILLS; i++) {
    const name = [...POINTS, 'random'][i % 5];
    const first = name === 'reply' ? 2 : 1; // that it is up is told by an answer, too
    gateway = await start(folder, preload, name === 'random' ? undefined : `${name}:${first + random(name === 'write' ? 400 : 60)}`);
    const { gateway: worker, supervisor } = readPids(folder);
    const until = { over: false };
    const observer = observe(gateway, key, seen);
    const writers = Array.from({ length: 8 }, () => write(gateway, key, noted, sent, until));
    if (name === 'random') {
      await new Promise((resolve) => setTimeout(resolve, random(150)));
      process.kill(worker, 'SIGKILL');
    } else {
      await waitFor(`the worker to be killed at ${name}`, () => gone(worker));
    }
    process.kill(supervisor, 'SIGKILL');
    kills[name]++;
    until.over = true;
    await Promise.all(writers);
    observer.terminate();
    await gateway.stop();
    checkStore(folder);
  }

  gateway = await start(folder, preload);
  const users = new Map();
  for (const { room, user, key: accessKey, client } of noted) {
    const id = `${room}/${user}`;
    if (users.has(id)) assert.deepEqual(users.get(id), { accessKey, client }, `${id} had other credentials before`);
    users.set(id, { accessKey, client });
  }
  for (const [id, { accessKey, client }] of users) {
    const response = await fetch(`${gateway.url}/rooms/${accessKey}`);
    assert.equal(response.status, 200, `${id} was acknowledged and is gone`);
    const meeting = await response.json();
    assert.equal(`${meeting.room.id}/${meeting.user.id}`, id);
    assert.equal(meeting.signaling.options.client_id, client);
  }

  const stored = rows(folder, `SELECT json_extract(data, '$.text') text FROM events WHERE type = 'message.sent'`)
    .map(({ text }) => text);
  assert.deepEqual(stored, [...new Set(stored)], 'a message is there twice');
  for (const content of sent) assert.ok(stored.includes(content), `${content} was acknowledged and is gone`);

  // The observer's numbers grow, and one that follows from the start sees the same and no other.
  assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b), 'out of order or twice');
  const all = [];
  const last = rows(folder, `SELECT MAX(e.seq) m FROM events e JOIN rooms r ON r.room = e.room WHERE r.key = 'room-0'`)[0].m;
  const post = await fetch(`${gateway.url}/rooms/${noted.find(({ room }) => room === 'room-0').key}/messages`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'chat', content: 'end' }),
  });
  assert.equal(post.status, 201);
  const observers = [observe(gateway, key, seen), observe(gateway, key, all)];
  await waitFor('the observers to have caught up', () => seen.at(-1) > last && all.at(-1) > last);
  assert.deepEqual(seen, all);
  for (const socket of observers) socket.terminate();
  t.diagnostic(`${noted.length} answers for ${users.size} users, ${sent.length} messages; kills: ${JSON.stringify(kills)}; ${all.length} events seen by the observer`);
});
