// The participants dialect (spec/participants) for tests: its calls with the tenant's API key or with a
// token, on a whole gateway.
//
//   const api = await startParticipants();
//   const room = await api.room({ name: 'CS101' });
//   const seat = await api.added(room.id, { display_name: 'Jane', role: 'host' });
//   await api.remove(room.id, seat.participant.id, { token: seat.access_token });
//   await api.cardea.stop();

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { startCardea } from './cardea.mjs';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The payload of a token, unchecked. */
export const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

/** Checks that @p answer refuses with exactly this text. */
export function refused(answer, status, error) {
  assert.equal(answer.status, status, answer.raw);
  assert.deepEqual(answer.body, { error });
  assert.match(answer.headers['content-type'], /^application\/json/);
}

/** Checks the status of @p answer; its body. */
export function body(answer, status = 200) {
  assert.equal(answer.status, status, answer.raw);
  return answer.body;
}

class Participants {
  constructor(cardea) {
    this.cardea = cardea;
    this.tenant = cardea.sql('SELECT tenant FROM tenants ORDER BY created_at LIMIT 1');
  }

  /** @p options: { token } or { key }, of another tenant; else the first tenant's key. */
  call(method, pathname, content, { token, key, headers } = {}) {
    const own = key ? { 'X-API-Key': key } : {};
    return key ? this.cardea.request(method, pathname, { body: content, headers: { ...own, ...headers } })
      : this.cardea.api(method, pathname, content, { token, headers });
  }

  rooms(method, room, rest = '', content = undefined, options = undefined) {
    return this.call(method, `/api/v1/rooms/${encodeURIComponent(room)}${rest}`, content, options);
  }

  async room(fields = {}, options) {
    return body(await this.call('POST', '/api/v1/rooms', fields, options), 201);
  }

  add(room, fields, options) {
    return this.rooms('POST', room, '/participants', fields, options);
  }

  async added(room, fields = {}, options = undefined) {
    return body(await this.add(room, { display_name: 'J', ...fields }, options), 201);
  }

  list(room, query = '', options = undefined) {
    return this.rooms('GET', room, `/participants${query}`, undefined, options);
  }

  async active(room) {
    return body(await this.list(room, '?active=true')).participants;
  }

  bulk(room, participants, options) {
    return this.rooms('POST', room, '/participants/bulk', { participants }, options);
  }

  remove(room, id, options) {
    return this.rooms('DELETE', room, `/participants/${id}`, undefined, options);
  }

  tokens(room, id, options) {
    return this.rooms('POST', room, `/participants/${id}/token`, undefined, options);
  }

  update(room, id, fields, options) {
    return this.rooms('PATCH', room, `/participants/${id}`, fields, options);
  }

  /** Sets a column of the tenant's configuration. */
  configure(field, value) {
    this.cardea.sql(`UPDATE tenant_config SET ${field} = ${value} WHERE tenant = '${this.tenant}'`);
  }

  /** The same for the time of @p run. */
  async configured(field, value, run) {
    const before = this.cardea.sql(`SELECT quote(${field}) FROM tenant_config WHERE tenant = '${this.tenant}'`);
    this.configure(field, value);
    try {
      return await run();
    } finally {
      this.configure(field, before);
    }
  }

  /** @p token with other claims, signed with the gateway's own key of this @p use. */
  forge(token, changes, use = 'access') {
    const jwk = JSON.parse(fs.readFileSync(path.join(this.cardea.stateDir, `keys/${use}.jwk`), 'utf8'));
    const payload = Buffer.from(JSON.stringify({ ...claims(token), ...changes })).toString('base64url');
    const signed = `${token.split('.')[0]}.${payload}`;
    return `${signed}.${crypto.createHmac('sha256', Buffer.from(jwk.k, 'base64url')).update(signed).digest('base64url')}`;
  }

  /** @p token with an expiry in the past. */
  expired(token, use) {
    const now = Math.floor(Date.now() / 1000);
    return this.forge(token, { iat: now - 7200, exp: now - 3600 }, use);
  }

  /** Events of a room's log of these types. */
  async events(room, ...types) {
    const { events } = body(await this.rooms('GET', room, '/events?limit=1000'));
    return events.filter(({ type }) => types.length === 0 || types.includes(type));
  }
}

/** Starts a gateway with the options of startCardea that does not count wrong credentials. */
export async function startParticipants({ args = [], ...options } = {}) {
  return new Participants(await startCardea({
    ...options, args: ['--set', 'limits.enter_failures_per_second=0', '--set', 'limits.enter_per_second=0', ...args],
  }));
}
