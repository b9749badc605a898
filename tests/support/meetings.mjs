// The meetings dialect (spec/meetings) for tests: a whole gateway that gives out TURN credentials and
// does not count wrong keys, its calls, the encodings of bodies, people who come in, a second tenant.
//
//   const meetings = await startMeetings();
//   const host = await meetings.started({ id: 'room', user: { name: 'Jane', id: 'jane' } });
//   const guest = await meetings.guest(host.room.guest_token, { name: 'John' });   // the whole answer
//   await meetings.arrive(host);                                                   // media: it has begun
//   await meetings.cardea.stop();

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connectionId, randomId, startCardea, until } from './cardea.mjs';

export const TURN_SECRET = 'a-secret-of-the-relay';
export const TURN_URLS = ['turn:turn.example:3478', 'turn:turn.example:3478?transport=tcp', 'turns:turn.example:443?transport=tcp'];
export const STUN_URLS = ['stun:turn.example:3478'];

const list = (texts) => `[ ${texts.map((text) => `"${text}"`).join(', ')} ]`;
const TURN_CONF = `turn: { stun_urls = ${list(STUN_URLS)}; urls = ${list(TURN_URLS)}; secrets = ${list([TURN_SECRET])} }\n`;

// ---- encodings ----

function* pairs(value, name) {
  if (Array.isArray(value)) {
    for (const item of value) yield* pairs(item, `${name}[]`);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) yield* pairs(item, name ? `${name}[${key}]` : key);
  } else {
    yield [name, String(value)];
  }
}

/** @p body as application/x-www-form-urlencoded with brackets, which are escaped unless @p bare. */
export function form(body, { bare = false } = {}) {
  const escape = (text) => encodeURIComponent(text).replace(/%20/g, '+');
  const name = (text) => (bare ? text : escape(text));
  return [...pairs(body)].map(([key, value]) => `${name(key)}=${escape(value)}`).join('&');
}

/** @p body as multipart/form-data, written by the FormData of fetch: { type, text }. */
export async function multipart(body) {
  const data = new FormData();
  for (const [key, value] of pairs(body)) data.append(key, value);
  const request = new Request('http://x/', { method: 'POST', body: data });
  return { type: request.headers.get('content-type'), text: await request.text() };
}

// ---- calls ----

export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The payload of a token, unchecked. */
export const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

/** Checks that @p answer refuses as clients can read it (spec/meetings 2). */
export function refused(answer, status, error) {
  assert.equal(answer.status, status, answer.raw);
  assert.match(answer.headers['content-type'] ?? '', /^application\/json\b/);
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  assert.deepEqual(Object.keys(answer.body), ['error']);
  assert.equal(typeof answer.body.error, 'string');
  assert.notEqual(answer.body.error, '');
  if (error) assert.equal(answer.body.error, error);
}

/** Checks that @p answer has this status and no body. */
export function empty(answer, status) {
  assert.equal(answer.status, status, answer.raw);
  assert.equal(answer.raw, '');
}

/** Checks the status of @p answer; its body. */
export function body(answer, status = 200) {
  assert.equal(answer.status, status, answer.raw);
  return answer.body;
}

class Meetings {
  constructor(cardea, key = cardea.dev.api_key) {
    this.cardea = cardea;
    this.key = key;
  }

  /** The same gateway with another API key. */
  as(key) {
    return new Meetings(this.cardea, key);
  }

  /** One request. An object as @p content is sent as JSON; @p type overrides the content type. */
  call(method, pathname, content, { key, type, headers = {} } = {}) {
    const own = { ...headers };
    const contentType = type ?? (typeof content === 'object' ? 'application/json' : undefined);
    if (key) own.Authorization = key;
    if (contentType) own['Content-Type'] = contentType;
    return this.cardea.request(method, pathname, { body: content, headers: own });
  }

  // With the API key.
  start(content, options) {
    return this.call('POST', '/rooms', content, { key: this.key, ...options });
  }

  async started(content, options) {
    return body(await this.start(content, options), 201);
  }

  /** A new meeting with the host Jane. */
  room(fields = {}) {
    return this.started({ id: crypto.randomUUID().slice(0, 13), user: { name: 'Jane Doe', id: 'janedoe' }, ...fields });
  }

  register(content, options) {
    return this.call('POST', '/webhooks', content, { key: this.key, ...options });
  }

  webhook(options) {
    return this.call('GET', '/webhooks', undefined, { key: this.key, ...options });
  }

  unregister(id, options) {
    return this.call('DELETE', `/webhooks/${encodeURIComponent(id)}`, undefined, { key: this.key, ...options });
  }

  users(room, query = '') {
    return this.call('GET', `/rooms/${encodeURIComponent(room)}/users${query}`, undefined, { key: this.key });
  }

  rooms() {
    return this.call('GET', '/rooms', undefined, { key: this.key });
  }

  // Without.
  guest(token, content, options) {
    return this.call('POST', `/guests/${token}`, content, options);
  }

  async joined(token, content) {
    return body(await this.guest(token, content), 201);
  }

  get(key) {
    return this.call('GET', `/rooms/${key}`);
  }

  user(key, id) {
    return this.call('GET', `/rooms/${key}/users/${encodeURIComponent(id)}`);
  }

  kick(key, id) {
    return this.call('DELETE', `/rooms/${key}/users/${encodeURIComponent(id)}`);
  }

  admit(key, id, options) {
    return this.call('POST', `/rooms/${encodeURIComponent(key)}/users/${encodeURIComponent(id)}/admit`, undefined, options);
  }

  lock(key) {
    return this.call('POST', `/rooms/${key}/lock`);
  }

  end(key, options) {
    return this.call('DELETE', `/rooms/${encodeURIComponent(key)}`, undefined, options);
  }

  message(key, type, content) {
    return this.call('POST', `/rooms/${key}/messages`, { type, content });
  }

  enter(credential, fields = {}) {
    return this.cardea.request('POST', '/api/v1/enter', { body: { credential, ...fields } });
  }

  /**
   * The holder of this Meeting joins with media, so that a meeting has begun when it was a host's;
   * resolves when the list of users shows it. `leave()` of the result ends the call.
   */
  async arrive(meeting) {
    const seat = await this.cardea.enter(meeting.access_key);
    await seat.create();
    const { handle } = await seat.join('receive', connectionId());
    const isOnline = async () => body(await this.users(meeting.room.id, '?online=true'))
      .some(({ id }) => id === meeting.user.id);
    await until(isOnline, `${meeting.user.id} is online`);
    seat.leave = async () => {
      await seat.message(handle, { request: 'leave' });
      await seat.tunnel.close();
      await until(async () => !(await isOnline()), `${meeting.user.id} is offline`);
    };
    return seat;
  }
}

/** Starts a gateway with the options of startCardea, and `conf`: more lines of its configuration. */
export async function startMeetings({ conf = '', turn = true, args = [], ...options } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-conf-'));
  const file = path.join(folder, 'cardea.jcfg');
  fs.writeFileSync(file, (turn ? TURN_CONF : '') + conf, { mode: 0o600 });
  const cardea = await startCardea({
    ...options, args: ['--config', file, '--set', 'limits.enter_failures_per_second=0', '--set', 'limits.enter_per_second=0',
      '--set', 'limits.messages_per_second=0', ...args],
  });
  const stop = cardea.stop.bind(cardea);
  cardea.stop = async (how) => {
    const exit = await stop(how);
    if (!how?.keep) fs.rmSync(folder, { recursive: true, force: true });
    return exit;
  };
  return new Meetings(cardea);
}

/** @p text as the gateway of this state folder seals it for a column (spec/native 10), in hex. */
export function seal(stateDir, place, text) {
  const [id, key] = fs.readFileSync(path.join(stateDir, 'keys/seal.key'), 'utf8').trim().split('\n').at(-1).split(' ');
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv('aes-256-gcm', Buffer.from(key, 'base64url'), nonce);
  cipher.setAAD(Buffer.from([Number(id), ...Buffer.from(place)]));
  const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([Buffer.from([Number(id)]), nonce, sealed, cipher.getAuthTag()]).toString('hex');
}

/**
 * A second tenant and its API key. No call makes one yet: its rows are written while the gateway is
 * stopped, which starts anew.
 */
export async function addTenant(cardea, { isActive = true } = {}) {
  const key = `ck_live_${crypto.randomBytes(32).toString('base64url')}`;
  const digest = crypto.createHash('sha256').update(key).digest('hex');
  const [tenant, id] = [crypto.randomUUID(), crypto.randomUUID()];
  const now = Date.now();
  const API_KEY = 1; // the kind of credential
  const sealed = (column) => `x'${seal(cardea.stateDir, `api_keys/${id}/${column}`, key)}'`;
  await cardea.stop({ keep: true });
  cardea.sql(`INSERT INTO tenants (tenant, name, is_active, max_concurrent_rooms, max_participants_per_room,
      created_at, updated_at) VALUES ('${tenant}', 'second', ${Number(isActive)}, 0, 0, ${now}, ${now});
    INSERT INTO tenant_config (tenant, allow_early_join, first_participant_is_host, force_recording,
      transcription_enabled, duplicate_policy, empty_room_timeout_minutes) VALUES ('${tenant}', 1, 0, 0, 0, 0, 30);
    INSERT INTO api_keys (tenant, api_key, key_sealed, secret_sealed, created_at)
      VALUES ('${tenant}', '${id}', ${sealed('key')}, ${sealed('secret')}, ${now});
    INSERT INTO credentials (tenant, digest, kind, subject, created_at)
      VALUES ('${tenant}', '${digest}', ${API_KEY}, '${id}', ${now})`);
  await cardea.start();
  return key;
}

// ---- meetings as an application server makes them, on any gateway ----

/**
 * A new meeting with its host registered: {key, host, guestToken, hostLink, guestLink}. Options:
 * options and user, as in POST /rooms.
 */
export async function makeMeeting(cardea, { options, user } = {}) {
  const key = `meeting-${randomId()}`;
  const answer = await cardea.request('POST', '/rooms', {
    body: { id: key, name: key, user: { id: 'host', name: 'Host', ...user }, ...(options ? { options } : {}) },
    headers: { Authorization: cardea.dev.api_key, 'Content-Type': 'application/json' },
  });
  assert.equal(answer.status, 201, answer.raw);
  const { access_key: host, links, room } = answer.body;
  return { key, host, guestToken: room.guest_token, hostLink: links.gui, guestLink: links.guest_join };
}

/** A guest registered by POST /guests, {status, body}. */
export function registerGuest(cardea, guestToken, fields = {}) {
  return cardea.request('POST', `/guests/${guestToken}`, {
    body: { name: 'Guest', ...fields },
    headers: { 'Content-Type': 'application/json' },
  });
}
