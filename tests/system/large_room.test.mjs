// One large meeting of whom 20 send, everybody with three audio slots and empty video wishes. How fast
// it forms, whether everybody knows everybody else, whether three voices arrive, and whether nobody is
// taken for dead who only listens. Run inside tests/support/netns.sh.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_FULL: 500 people instead of 150, quiet for 40 s
// instead of 25.

import assert from 'node:assert/strict';
import os from 'node:os';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { adminPlugin, JanusSession, randomId, startPlugin, stopPlugin, until } from '../support/janus.mjs';
import { CAMERA, CardeaPerson, MediaPeers, MICROPHONE } from '../support/peers.mjs';
import { cpuSeconds, memoryAndThreads } from '../support/proc.mjs';

const FULL = Boolean(process.env.CARDEA_FULL);
const PEOPLE = FULL ? 500 : 150;
const SENDERS = 20;
const SAMPLED = 25;
const LEAVE = 10;
const AT_ONCE = 32;
const SOCKETS = 8;
const GOAL_MS = 30000; // all have joined, DESIGN 6; asserted at five times that, because machines are shared
const SLACK = 5;
const DEAD_PEER_MS = 20000; // of the plugin
// At 50 a second Janus would send 75,000 packets for 500 people, which takes 1.4 cores to itself.
const AUDIO_FPS = 12;
const QUIET_MS = FULL ? 40000 : DEAD_PEER_MS + 5000;
const ROSTER_INTERVAL_MS = 100; // at most so often a roster event
const PATIENCE_MS = SLACK * 10000;
const QUIET = 80; // -80 dBov
const LOUD = 20;
const TURN_MS = 6000; // how long three people speak

let janus;
let control;
let peers;
let room;
let sockets;
let idle;
let people = [];

before(async () => {
  ({ janus, control } = await startPlugin({ eventLoops: os.availableParallelism() }));
  peers = await MediaPeers.start();
  sockets = await Promise.all(Array.from({ length: SOCKETS }, async () => (await JanusSession.create(janus)).socket));
  room = `room-${randomId(6)}`;
  await control.openRoom(room);
  idle = memoryAndThreads(janus.pid);
});

after(async () => {
  assert.deepEqual(await peers?.stop(), { code: 0, signal: null });
  await stopPlugin(janus);
});

// ---------------------------------------------------------------------------------------------
// people

/** Runs @p job for each item, so many at once; the results. */
async function each(items, job, atOnce = AT_ONCE) {
  const results = [];
  const waiting = items.entries();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const [index, item] of waiting) results[index] = await job(item);
  }));
  return results;
}

const isSampled = (sender) => sender % (PEOPLE / SAMPLED) === 0;
const sampled = () => people.filter(({ sender }) => isSampled(sender));
const senders = () => people.filter(({ sending }) => sending);

function enter(sender) {
  return CardeaPerson.join({
    janus, control, peers, room, sender, early: true,
    socket: sockets[sender % SOCKETS],
    tracks: sender <= SENDERS ? [{ ...MICROPHONE, fps: AUDIO_FPS, level: QUIET }, CAMERA] : [],
    wish: { rest: 'empty', video: [] },
    // The others decrypt a part only, to leave the cores to Janus.
    sample: isSampled(sender) ? 1 : 16,
  });
}

/** The roster as events have made it: Map of id to "name: sources". */
function rosterOf({ receiveHandle }) {
  const roster = new Map();
  const put = ({ id, name, sources }) => roster.set(id, describe(name, sources));
  receiveHandle.joined.roster.forEach(put);
  for (const { data } of receiveHandle.events.items.filter((item) => item.data.event === 'roster')) {
    data.left.forEach((id) => roster.delete(id));
    [...data.joined, ...data.updated].forEach(put);
  }
  return roster;
}

const describe = (name, sources) => `${name}: ${sources.map(({ kind, active }) => kind + (active ? '' : ' off')).sort()}`;

const described = ({ name, sending }) => describe(name,
  (sending?.tracks ?? []).map(({ kind }) => ({ kind, active: true })));

/** Whether somebody knows exactly the others. */
function knowsAll(person) {
  const roster = rosterOf(person);
  return roster.size === people.length - 1
    && people.every((other) => (other === person ? !roster.has(other.id) : roster.get(other.id) === described(other)));
}

async function rostersAreRight() {
  await Promise.all(sampled().map((person) => until(() => knowsAll(person), `roster of ${person.id}`, PATIENCE_MS)));
}

const eventsOf = (person, name) => person.receiveHandle.events.items.filter(({ data }) => data.event === name);
const departures = () => control.events.items.filter(({ event }) => event === 'offline');

/** Loss is no fault: on a busy machine Janus drops what waited for a second. */
async function assertClean() {
  const sums = await peers.totals();
  for (const fault of ['back', 'jumps', 'ts_back', 'wrong_pt', 'unexpected', 'undecrypted', 'failed']) {
    assert.equal(sums[fault], 0, `${fault} of ${JSON.stringify(sums)}`);
  }
}

async function present() {
  const { rooms } = await adminPlugin(janus, { request: 'list' });
  return rooms.find((one) => one.room === room).participants.length;
}

// ---------------------------------------------------------------------------------------------

test(`${PEOPLE} people have joined and receive within ${GOAL_MS / 1000} s`, async (t) => {
  const start = Date.now();
  const cpu = cpuSeconds(janus.pid);
  people = await each(Array.from({ length: PEOPLE }, (_, index) => index + 1), enter);
  const joinedMs = Date.now() - start;
  await Promise.all(people.map(({ complete }) => complete));
  const completeMs = Date.now() - start;
  await Promise.all(people.map(({ receiver }) => receiver.firstMedia()));
  const mediaMs = Date.now() - start;
  t.diagnostic(`all joined after ${joinedMs} ms, with all lines after ${completeMs} ms, receiving after ${mediaMs} ms`);
  t.diagnostic(`Janus: ${(cpuSeconds(janus.pid) - cpu).toFixed(1)} s of CPU, `
    + `${((memoryAndThreads(janus.pid).rssKb - idle.rssKb) / PEOPLE).toFixed(0)} KB for each participant; `
    + `Node ${(process.cpuUsage().user / 1e6).toFixed(1)} s, peers ${cpuSeconds(peers.pid).toFixed(1)} s`);
  assert.ok(mediaMs < SLACK * GOAL_MS, `${mediaMs} ms`);
});

test('everybody knows everybody else, told in few events', async (t) => {
  await rostersAreRight();
  const counts = sampled().map((person) => eventsOf(person, 'roster').length);
  t.diagnostic(`roster events of a participant: ${Math.min(...counts)} to ${Math.max(...counts)}`);
  for (const person of sampled()) {
    const times = eventsOf(person, 'roster').map(({ at }) => at);
    const most = 2 + ((times.at(-1) ?? person.startedAt) - person.startedAt) / ROSTER_INTERVAL_MS;
    assert.ok(times.length <= most, `${times.length} events of at most ${most} at ${person.id}`);
  }
});

test('three voices arrive, whoever speaks, and nobody is removed who only listens', async (t) => {
  const cpu = cpuSeconds(janus.pid);
  const before = await peers.totals();
  const start = Date.now();
  for (let turn = 0; Date.now() - start < QUIET_MS; turn += 1) {
    const speakers = senders().slice((3 * turn) % (SENDERS - 2)).slice(0, 3);
    await Promise.all(speakers.map(({ sending }) => sending.set('microphone', { level: LOUD })));
    await Promise.all(sampled().map((person) => until(async () => {
      const heard = await person.receives('microphone');
      return heard.length === 3 && speakers.every((other) => other === person || heard.includes(other.sender));
    }, `the speakers at ${person.id}`, PATIENCE_MS)));
    await sleep(Math.max(0, start + (turn + 1) * TURN_MS - Date.now()));
    await Promise.all(speakers.map(({ sending }) => sending.set('microphone', { level: QUIET })));
  }
  const seconds = (Date.now() - start) / 1000;
  const after = await peers.totals();
  const received = after.received - before.received;
  t.diagnostic(`${(received / seconds).toFixed(0)} packets/s delivered, ${after.lost - before.lost} lost; `
    + `Janus ${((cpuSeconds(janus.pid) - cpu) / seconds).toFixed(2)} cores, `
    + `${((memoryAndThreads(janus.pid).rssKb - idle.rssKb) / PEOPLE).toFixed(0)} KB for each participant`);
  assert.deepEqual(departures(), []);
  assert.equal(await present(), PEOPLE);
  assert.equal(after.up, PEOPLE + SENDERS);
  await assertClean();
});

test('who leaves is gone from every roster, and who comes back is there again', async () => {
  const leaving = people.filter(({ sender }) => !isSampled(sender))
    .filter((_, index, others) => index % Math.floor(others.length / LEAVE) === 0).slice(0, LEAVE);
  assert.equal(leaving.length, LEAVE);
  people = people.filter((person) => !leaving.includes(person));
  await each(leaving, (person) => person.leave());
  await rostersAreRight();
  const returned = await each(leaving.slice(0, LEAVE / 2), ({ sender }) => enter(sender));
  people.push(...returned);
  await rostersAreRight();
  await Promise.all(returned.map(({ receiver }) => receiver.firstMedia()));
  assert.deepEqual(departures().map(({ seat }) => seat).sort(), leaving.map(({ id }) => id).sort());
  for (const person of sampled()) assert.deepEqual(eventsOf(person, 'removed'), []);
  await assertClean();
});

test('no event is missing, and all leave', async (t) => {
  for (const { id, receiveHandle } of sampled()) {
    receiveHandle.events.items.forEach(({ data }, index) => assert.equal(data.seq, index + 1, id));
  }
  const start = Date.now();
  await each(people, (person) => person.leave());
  await until(async () => (await present()) === 0, 'an empty room', PATIENCE_MS);
  t.diagnostic(`all left after ${Date.now() - start} ms`);
});
