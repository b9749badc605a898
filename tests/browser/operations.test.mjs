// Two pages in a room where others come and go, mute, share, are muted, locked and moved, and where the
// pages themselves do so, too: 200 random operations, and not one offer or answer on a connection
// that stands. CARDEA_TEST_SEED: the random seed. Declares 60 seconds.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST, eventually } from '../support/browser.mjs';
import { JanusSession, connectionId, join } from '../support/janus.mjs';
import { PUBLISH_OFFER, publishRequest } from '../support/offers.mjs';
import { seededRandom } from '../support/relay.mjs';

const { ada, ben, cleo, dora } = CAST;
const OPERATIONS = 200;
const CHECK_EVERY = 50;
const MOST_GUESTS = 6;
const KINDS = ['microphone', 'camera', 'screen'];
/** Where the pages are, and where guests are moved to and from. */
const ROOMS = ['hall', 'annex'];
const seed = Number(process.env.CARDEA_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = seededRandom(seed);
const any = (list) => list[Math.floor(random() * list.length)];
const some = (list) => list.filter(() => random() < 0.5);
const seatOf = ({ name }) => `seat-${name.toLowerCase()}`;
let bare;

before(async () => {
  bare = await startBare();
});

afterEach(() => bare?.browser.clear());

after(async () => {
  assert.deepEqual(await bare?.stop(), { code: 0, signal: null });
});

/** What the test itself knows: who is where, what they have switched on, and what is locked. */
class Crowd {
  constructor(pages) {
    Object.assign(this, { pages, guests: [], came: 0 });
    this.locks = new Map(ROOMS.map((room) => [room, []])); // and `room/seat`, of a grant
  }

  control(request, fields) {
    return bare.control.request({ request, epoch: 1, ...fields });
  }

  token(id, room) {
    return bare.control.token({ room, sub: id, client_id: id, name: id });
  }

  /** The seat of somebody in the hall: a guest, or one of the pages. */
  anySeat() {
    return any([...this.guests.filter(({ room }) => room === ROOMS[0]).map(({ id }) => id),
      ...this.pages.map(({ role }) => seatOf(role))]);
  }

  /** By id, the sources of each guest in the hall that are active. */
  truth() {
    const here = this.guests.filter(({ room }) => room === ROOMS[0]);
    return Object.fromEntries(here.map(({ id, room, active }) => {
      const locked = [...this.locks.get(room), ...(this.locks.get(`${room}/${id}`) ?? [])];
      return [id, KINDS.filter((kind) => active.has(kind) && !locked.includes(kind))];
    }));
  }

  // ---- operations -----------------------------------------------------------------------------

  async join() {
    if (this.guests.length >= MOST_GUESTS) return this.leave();
    const [id, room] = [`guest-${this.came += 1}`, any(ROOMS)];
    const session = await JanusSession.create(bare.janus);
    const fields = { token: this.token(id, room), connection: connectionId() };
    const publish = await join(session, { handle: 'publish', ...fields });
    await join(session, { handle: 'receive', ...fields });
    const wanted = some(KINDS);
    const { tracks } = await publish.request(publishRequest(1, wanted), PUBLISH_OFFER);
    // What is locked now has no line.
    const kinds = tracks.filter(({ accepted }) => accepted).map(({ kind }) => kind);
    assert.deepEqual(kinds, KINDS.filter((kind) => !this.locks.get(room).includes(kind)));
    const active = new Set(wanted.filter((kind) => kinds.includes(kind)));
    this.guests.push({ id, room, session, publish, kinds, active });
    return undefined;
  }

  async leave() {
    const guest = any(this.guests);
    this.guests.splice(this.guests.indexOf(guest), 1);
    await guest.publish.request({ request: 'leave' });
    await guest.session.close();
  }

  /** A guest mutes or shares, or stops that. */
  async source() {
    const { publish, kinds, active } = any(this.guests);
    if (kinds.length === 0) return;
    const kind = any(kinds);
    const on = !active.delete(kind);
    if (on) active.add(kind);
    await publish.request({ request: 'source', kind, active: on });
  }

  async mute() {
    const [seat, kind] = [this.anySeat(), any(KINDS)];
    await this.control('mute', { room: ROOMS[0], seat, kind });
    this.guests.find(({ id }) => id === seat)?.active.delete(kind);
  }

  async lock() {
    const [room, locks] = [any(ROOMS), some(KINDS)];
    await this.control('policy', { room, policy: { locks } });
    this.locks.set(room, locks);
  }

  async grant() {
    const [seat, locks] = [this.anySeat(), some(KINDS)];
    await this.control('grant', { room: ROOMS[0], seat, gen: 0, locks });
    this.locks.set(`${ROOMS[0]}/${seat}`, locks);
  }

  async move() {
    const guest = any(this.guests);
    const to = ROOMS.find((room) => room !== guest.room);
    await this.control('move', { room: guest.room, seat: guest.id, token: this.token(guest.id, to) });
    guest.room = to;
  }

  /** A page names and pins pictures, or leaves the choice to the plugin. */
  async watch() {
    const people = some([...this.guests.map(({ id }) => id), ...this.pages.map(({ role }) => seatOf(role))]);
    const pictures = people.map((participant) => ({
      participant, kind: any(['camera', 'screen']), height: any([90, 180, 720]), pinned: random() < 0.3,
    }));
    await any(this.pages).page.evaluate((named) => window.meeting.watch(named), random() < 0.3 ? null : pictures);
  }

  /** A page mutes or shares, or stops that. */
  async device() {
    await any(this.pages).page.evaluate(([kind, on]) => window.meeting.media[kind](on),
      [any(['setMicrophone', 'setCamera', 'setScreen']), random() < 0.5]);
  }

  // ---- the end --------------------------------------------------------------------------------

  /** Nothing is locked, and the pages send as they did in the beginning. */
  async calm() {
    for (const key of this.locks.keys()) {
      const [room, seat] = key.split('/');
      if (seat) await this.control('grant', { room, seat, gen: 0, locks: [] });
      else await this.control('policy', { room, policy: {} });
      this.locks.set(key, []);
    }
    await Promise.all(this.pages.map(({ page }) => page.evaluate(async () => {
      const { meeting } = window;
      await Promise.all([
        meeting.media.setMicrophone(true), meeting.media.setCamera(true), meeting.media.setScreen(false),
      ]);
    })));
  }
}

const NEEDS_GUESTS = new Set(['leave', 'source', 'move']);
const NAMES = ['join', 'leave', 'source', 'mute', 'lock', 'grant', 'move', 'watch', 'device'];

/** By id, the active sources of everybody in the roster of a page; without @p pages if given. */
async function rosterOf(person, without = []) {
  const roster = await person.page.evaluate(() => [...window.meeting.participants.values()].map(
    ({ id, sources }) => [id, sources.filter(({ active }) => active).map(({ kind }) => kind)]));
  return Object.fromEntries(roster.filter(([id]) => !without.includes(id)));
}

test(`${OPERATIONS} random operations and not one offer or answer (seed ${seed})`, async () => {
  for (const room of ROOMS) await bare.control.openRoom(room);
  const small = { width: 320, height: 180, fps: 10 };
  const people = await Promise.all([[ada, cleo], [ben, dora]].map(([role, screen]) =>
    bare.enter(role, ROOMS[0], { ...small, screen })));
  const [a, b] = people;
  await Promise.all([a.sees([ben]), b.sees([ada]), a.hears([ben]), b.hears([ada])]);
  const before = await Promise.all(people.map((person) => person.negotiated()));
  const crowd = new Crowd(people);
  const seats = people.map(({ role }) => seatOf(role));
  const done = Object.fromEntries(NAMES.map((name) => [name, 0]));
  const start = Date.now();

  for (let i = 1; i <= OPERATIONS; i += 1) {
    const wanted = any(NAMES);
    const name = NEEDS_GUESTS.has(wanted) && crowd.guests.length === 0 ? 'join' : wanted;
    await crowd[name]();
    done[name] += 1;
    if (i % CHECK_EVERY > 0) continue;
    await Promise.all(people.map((person) => eventually(() => rosterOf(person, seats),
      (roster) => assert.deepEqual(roster, crowd.truth()), { what: `guests at ${person.name}, operation ${i}` })));
    assert.deepEqual(await Promise.all(people.map((person) => person.counters())), before, `operation ${i}`);
  }
  console.log(`${OPERATIONS} operations in ${Date.now() - start} ms: ${JSON.stringify(done)}`);

  // A late word of a moderator may switch a page off once more: until everybody sends.
  await eventually(async () => {
    await crowd.calm();
    return Promise.all(people.map((person) => rosterOf(person)));
  }, (rosters) => {
    const sent = (person) => ({ [seatOf(person.role)]: ['microphone', 'camera'] });
    assert.deepEqual(rosters, [b, a].map((other) => ({ ...crowd.truth(), ...sent(other) })));
  }, { what: 'the rosters at the end' });
  await Promise.all([[a, ben], [b, ada]].map(([person, other]) => person.page.evaluate((participant) =>
    window.meeting.watch([{ participant, kind: 'camera', height: 180 }]), seatOf(other))));
  await Promise.all([a.sees([ben]), b.sees([ada]), a.hears([ben]), b.hears([ada])]);
  assert.deepEqual(await Promise.all(people.map((person) => person.counters())), before, 'no SDP, no new connection');
  while (crowd.guests.length > 0) await crowd.leave();
});
