// Random calls of several people in a few rooms against a model of spec/meetings 3, 7, 11 and 12: who
// is registered, admitted, removed, locked out. 300 sequences, several at once; with CARDEA_FULL 5000.
// CARDEA_SEED=N repeats one. Takes about 10 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { startMeetings } from '../../support/meetings.mjs';
import { Client, USER } from '../rt/client.mjs';

const SEQUENCES = process.env.CARDEA_FULL ? 5000 : 300;
const AT_ONCE = 8;
const STEPS = 40;
const ROOMS = 2;
const PEOPLE = ['ann', 'bob', 'cid', 'dee', 'e/e+@'];

let meetings;

before(async () => {
  meetings = await startMeetings();
});
after(() => meetings?.cardea.stop());

/** mulberry32: numbers in [0, 1) that a seed repeats. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

/** One person in one meeting. */
class Person {
  constructor(id, isGuest, admission, meeting) {
    Object.assign(this, { id, isGuest, admission, name: meeting.user.name, key: meeting.access_key, client: meeting.signaling.options.client_id });
    this.isRemoved = false;
  }

  get isWaiting() {
    return this.admission === 'waiting' && !this.isRemoved;
  }
}

/** A meeting as it should be. */
class Instance {
  constructor(room, options, meeting) {
    Object.assign(this, { room, options, guestToken: meeting.room.guest_token, conf: meeting.signaling.options.conf_id });
    this.people = new Map(); // in the order of registration
    this.isLocked = false;
    this.isOver = false;
    this.hasBegun = false;
    this.presenter = null;
  }

  admission(isGuest) {
    return isGuest && (!this.hasBegun || this.options.waiting_room) ? 'waiting' : 'admitted';
  }

  begin() {
    if (this.hasBegun) return;
    this.hasBegun = true;
    if (this.options.waiting_room || this.isLocked) return;
    for (const person of this.people.values()) if (person.isWaiting) person.admission = 'admitted';
  }

  /** What a registration answers, and does if that is 201. */
  register(id, isGuest, meeting) {
    const known = this.people.get(id);
    if (!known) {
      this.people.set(id, new Person(id, isGuest, this.admission(isGuest), meeting));
      return;
    }
    known.name = meeting.user.name;
    if (!known.isRemoved) return;
    known.isRemoved = false;
    known.admission = this.admission(isGuest);
  }

  /** Why the holder of a key gets nowhere: 410, 403 (@p acting: for who waits or was removed), or 0. */
  gate(person, { acting = true } = {}) {
    if (this.isOver || person.admission === 'denied') return 410;
    return acting && (person.admission !== 'admitted' || person.isRemoved) ? 403 : 0;
  }

  get waiting() {
    return [...this.people.values()].filter((person) => person.isWaiting).map((person) => person.id);
  }

  get listed() {
    return [...this.people.values()].filter((person) => person.admission === 'admitted' && !person.isRemoved).map((person) => person.id);
  }
}

/** One random sequence. */
class Sequence {
  constructor(seed) {
    this.random = generator(seed);
    this.rooms = Array.from({ length: ROOMS }, (_, i) => ({ id: `${seed} ${i} ${crypto.randomUUID()}`, instances: [] }));
    this.log = [];
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  chance(share) {
    return this.random() < share;
  }

  current(room) {
    const last = room.instances.at(-1);
    return last && !last.isOver ? last : null;
  }

  /** Somebody's key: [instance, person], mostly of a meeting that runs; null if there is none. */
  somebody() {
    const instances = this.pick(this.rooms).instances.filter((one) => one.people.size > 0);
    if (instances.length === 0) return null;
    const instance = this.chance(0.9) ? instances.at(-1) : this.pick(instances);
    return [instance, this.pick([...instance.people.values()])];
  }

  /** As somebody, but rather one who may do something. */
  moderator() {
    const found = this.somebody();
    if (!found || this.chance(0.4)) return found;
    const hosts = [...found[0].people.values()].filter((person) => !person.isGuest);
    return [found[0], hosts.length > 0 ? this.pick(hosts) : found[1]];
  }

  /** Somebody as a path names them, rather one of @p likely: [person or null, text]. */
  target(instance, likely = []) {
    const id = this.chance(0.5) && likely.length > 0 ? this.pick(likely) : this.pick(PEOPLE);
    const person = instance.people.get(id) ?? null;
    return [person, person && this.chance(0.3) ? person.client : id];
  }

  note(what, ...expected) {
    this.log.push(what);
    return (answer) => {
      assert.ok(expected.includes(answer.status), `${what}: ${answer.status} ${answer.raw}, expected ${expected}`);
      return answer.status;
    };
  }

  // ---- steps ----

  async start() {
    const room = this.pick(this.rooms);
    const id = this.pick(PEOPLE);
    const running = this.current(room);
    const known = running?.people.get(id);
    const options = { waiting_room: this.chance(0.6), kick_available: this.chance(0.8), lock_available: this.chance(0.8) };
    const answer = await meetings.start({ id: room.id, user: { name: `${id} ${this.pick('xy')}`, id }, options });
    const status = this.note(`start ${this.rooms.indexOf(room)} ${id} ${JSON.stringify(options)}`, known?.isGuest ? 409 : 201)(answer);
    if (status !== 201) return;
    const instance = running ?? new Instance(room, options, answer.body);
    if (!running) room.instances.push(instance);
    instance.register(id, false, answer.body);
    this.compare(answer.body, instance, instance.people.get(id));
  }

  async guest() {
    const room = this.pick(this.rooms);
    if (room.instances.length === 0) return;
    const instance = this.chance(0.9) ? room.instances.at(-1) : this.pick(room.instances);
    const id = this.pick(PEOPLE);
    const known = instance.people.get(id);
    const expected = instance.isOver ? 410 : instance.isLocked ? 423 : known && !known.isGuest ? 409 : 201;
    const answer = await meetings.guest(instance.guestToken, { name: `${id} ${this.pick('xy')}`, id });
    if (this.note(`guest ${this.rooms.indexOf(room)} ${id}`, expected)(answer) !== 201) return;
    instance.register(id, true, answer.body);
    this.compare(answer.body, instance, instance.people.get(id));
  }

  async get(found = this.somebody()) {
    if (!found) return;
    const [instance, person] = found;
    const answer = await meetings.get(person.key);
    const status = this.note(`get ${person.id}`, instance.gate(person, { acting: false }) || 200)(answer);
    if (status === 200) this.compare(answer.body, instance, person);
  }

  async user() {
    const found = this.somebody();
    if (!found) return;
    const [instance, person] = found;
    const [target, text] = this.target(instance);
    const isHidden = target !== person && (person.admission !== 'admitted' || (person.isGuest && target?.admission !== 'admitted'));
    const expected = instance.gate(person, { acting: false }) || (!target || isHidden ? 404 : 200);
    const answer = await meetings.user(person.key, text);
    if (this.note(`${person.id} looks up ${text}`, expected)(answer) === 200) {
      assert.deepEqual([answer.body.id, answer.body.name, answer.body.guest], [target.id, target.name, target.isGuest]);
    }
  }

  async kick() {
    const found = this.moderator();
    if (!found) return;
    const [instance, person] = found;
    const [target, text] = this.target(instance, instance.listed);
    const isThere = target && !target.isRemoved;
    let expected = [instance.gate(person) || (person.isGuest ? 403 : 0)];
    if (!expected[0]) {
      // Whether a kick is allowed at all may be looked at before or after whom it is about.
      if (target?.isWaiting) expected = [200];
      else if (!instance.options.kick_available) expected = isThere ? [403] : [403, 404];
      else expected = [isThere ? 200 : 404];
    }
    const answer = await meetings.kick(person.key, text);
    if (this.note(`${person.id} kicks ${text}`, ...expected)(answer) !== 200) return;
    target.isRemoved = true;
    if (target.isWaiting || target.admission === 'waiting') target.admission = 'denied';
    else if (instance.options.waiting_room && target.isGuest) target.admission = 'waiting';
    if (instance.presenter === target) instance.presenter = null;
  }

  async admit() {
    const found = this.moderator();
    if (!found) return;
    const [instance, person] = found;
    const [target, text] = this.target(instance, instance.waiting);
    const byTenant = this.chance(0.4) && instance === instance.room.instances.at(-1);
    const gate = byTenant ? (instance.isOver ? 410 : 0) : instance.gate(person) || (person.isGuest ? 403 : 0);
    const expected = gate || (!target?.isWaiting ? 404 : instance.isLocked ? 423 : 200);
    const answer = byTenant
      ? await meetings.admit(instance.room.id, text, { key: meetings.key }) : await meetings.admit(person.key, text);
    if (this.note(`${byTenant ? 'tenant' : person.id} admits ${text}`, expected)(answer) === 200) target.admission = 'admitted';
  }

  async lock() {
    const found = this.chance(0.3) ? this.moderator() : null;
    if (!found) return;
    const [instance, person] = found;
    const expected = instance.gate(person) || (person.isGuest || !instance.options.lock_available ? 403 : 201);
    if (this.note(`${person.id} locks`, expected)(await meetings.lock(person.key)) === 201) instance.isLocked = true;
  }

  async end() {
    const found = this.chance(0.4) ? this.somebody() : null;
    if (!found) return;
    const [instance, person] = found;
    const byTenant = this.chance(0.5) && instance === instance.room.instances.at(-1);
    const expected = byTenant ? (instance.isOver ? 404 : 204) : instance.gate(person) || (person.isGuest ? 403 : 204);
    const answer = byTenant ? await meetings.end(instance.room.id, { key: meetings.key }) : await meetings.end(person.key);
    if (this.note(`${byTenant ? 'tenant' : person.id} ends`, expected)(answer) === 204) instance.isOver = true;
  }

  async message() {
    const found = this.somebody();
    if (!found) return;
    const [instance, person] = found;
    this.note(`${person.id} writes`, instance.gate(person) || 201)(await meetings.message(person.key, 'chat', 'x'));
  }

  async present() {
    const found = this.somebody();
    if (!found) return;
    const [instance, person] = found;
    const starts = this.chance(0.6);
    const path = `/rooms/${person.key}/presentation`;
    const isOwn = instance.presenter === person;
    if (starts) {
      const expected = instance.gate(person) || (instance.presenter && !isOwn ? 409 : 201);
      if (this.note(`${person.id} presents`, expected)(await meetings.call('POST', path)) === 201) instance.presenter = person;
    } else {
      const expected = instance.gate(person) || (isOwn ? 200 : 404);
      if (this.note(`${person.id} stops presenting`, expected)(await meetings.call('DELETE', path)) === 200) instance.presenter = null;
    }
  }

  /** Somebody subscribes on /rt and goes again; a host starts the meeting by that. */
  async follow() {
    const found = this.somebody();
    if (!found) return;
    const [instance, person] = found;
    const client = new Client(meetings.cardea.port, { query: `access_key=${person.key}` });
    try {
      await client.opened;
      const refusal = instance.gate(person, { acting: false });
      this.log.push(`${person.id} follows`);
      if (refusal) {
        await client.end();
        assert.ok(client.frames[0].includes('unauthorized'), client.frames[0]);
        return;
      }
      client.command('subscribe', USER);
      const isReady = person.admission === 'admitted';
      await client.read(isReady ? 4 : 3); // welcome, confirmation, room_setup, room_ready
      const { message } = JSON.parse(client.frames[2]);
      assert.equal(message.type, 'room_setup');
      assert.equal(message.content.ready, isReady);
      if (!person.isGuest && !person.isRemoved) instance.begin();
    } finally {
      client.close();
    }
  }

  async list() {
    const room = this.pick(this.rooms);
    const answer = await meetings.users(room.id);
    if (this.note(`list ${this.rooms.indexOf(room)}`, room.instances.length === 0 ? 404 : 200)(answer) === 200) {
      assert.deepEqual(answer.body.map(({ id }) => id), this.current(room)?.listed ?? []);
    }
  }

  /** A Meeting against the model. */
  compare(meeting, instance, person) {
    const isReady = person.admission === 'admitted';
    const seen = {
      key: meeting.access_key,
      client: meeting.signaling.options.client_id,
      conf: meeting.signaling.options.conf_id,
      token: meeting.room.guest_token,
      room: meeting.room.id,
      id: meeting.user.id,
      name: meeting.user.name,
      guest: meeting.user.guest,
      ready: [meeting.ready, meeting.user.ready, meeting.room.ready],
      locked: meeting.locked,
      relay: meeting.signaling.options.turn_servers.length,
      waiting: meeting.waiting_list.map(({ id }) => id),
      presenter: meeting.presentation?.user.id ?? null,
    };
    assert.deepEqual(seen, {
      key: person.key,
      client: person.client,
      conf: instance.conf,
      token: instance.guestToken,
      room: instance.room.id,
      id: person.id,
      name: person.name,
      guest: person.isGuest,
      ready: [isReady, isReady, true],
      locked: instance.isLocked,
      relay: isReady && !person.isRemoved ? 1 : 0,
      waiting: person.isGuest || person.isRemoved ? [] : instance.waiting,
      presenter: isReady && !person.isRemoved ? instance.presenter?.id ?? null : null,
    });
  }

  async run() {
    const steps = ['start', 'guest', 'guest', 'guest', 'get', 'user', 'kick', 'kick', 'admit', 'admit', 'lock', 'end', 'message', 'present', 'follow', 'list'];
    await this.start();
    await this.guest();
    for (let i = 0; i < STEPS; i++) await this[this.pick(steps)]();
    for (const { instances } of this.rooms) {
      for (const instance of instances) for (const person of instance.people.values()) await this.get([instance, person]);
    }
    await this.list();
  }
}

test('meetings 3, 7, 11, 12: random calls do what the model says', async () => {
  const seed = process.env.CARDEA_SEED ? Number(process.env.CARDEA_SEED) : crypto.randomInt(2 ** 31);
  const seeds = Array.from({ length: process.env.CARDEA_SEED ? 1 : SEQUENCES }, (_, i) => seed + i);
  let steps = 0;
  console.log(`# seeds ${seed} to ${seeds.at(-1)}`);
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let one = seeds.shift(); one !== undefined; one = seeds.shift()) {
      const sequence = new Sequence(one);
      try {
        await sequence.run();
      } catch (error) {
        seeds.length = 0;
        error.message = `CARDEA_SEED=${one}: ${error.message}\n${sequence.log.join('\n')}`;
        throw error;
      }
      steps += sequence.log.length;
    }
  }));
  console.log(`# ${steps} calls`);
});
