// The dialect of spaces (spec/spaces) for tests: a whole gateway, people with accounts, spaces and rooms
// with somebody of every role, a second tenant.
//
//   const spaces = await startSpaces();
//   const ann = await spaces.user('ann');                        // {id, email, username, token, refresh}
//   const { status, body } = await spaces.call('POST', '/spaces', { name: 's' }, ann.token);
//   await spaces.cardea.stop();

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { body, claims, seal } from './meetings.mjs';
import { randomId, startCardea } from './cardea.mjs';

export { body, claims } from './meetings.mjs';

export const PASSWORD = 'gmi28abc';
/** No limits of tries: tests sign in and are refused often. */
export const UNLIMITED = ['--set', 'limits.enter_failures_per_second=0', '--set', 'limits.login_failures_per_minute=0'];

/** Checks that @p answer refuses as clients can read it (Decision S3). */
export function refused(answer, status, code) {
  assert.equal(answer.status, status, answer.raw);
  assert.deepEqual(Object.keys(answer.body).sort(), ['code', 'message']);
  if (code) assert.equal(answer.body.code, code);
}

export class Spaces {
  constructor(cardea, client) {
    this.cardea = cardea;
    this.client = client ?? { client_id: cardea.dev.client_id, client_secret: cardea.dev.client_secret };
    this.count = 0;
  }

  /** The same gateway with the OAuth client of another tenant. */
  as(client) {
    return new Spaces(this.cardea, client);
  }

  /** One request below /v1 with a bearer token; an object as @p content is sent as JSON. */
  call(method, pathname, content, token, headers = {}) {
    const own = { ...(content === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers };
    if (token) own.Authorization = `Bearer ${token}`;
    return this.cardea.request(method, `/v1${pathname}`, { body: content, headers: own });
  }

  /** POST /auth/token. */
  auth(fields) {
    return this.call('POST', '/auth/token', { ...this.client, ...fields });
  }

  login(username, password = PASSWORD) {
    return this.auth({ grant_type: 'password', username, password });
  }

  async clientToken() {
    return body(await this.auth({ grant_type: 'client_credentials' })).access_token;
  }

  /** A new account, made by the operator or, with @p token, by a user, and signed in. */
  async user(name, { token } = {}) {
    this.count += 1;
    const fields = { email: `${name}-${randomId()}@x.io`, username: `${name} ${randomId()}`, password: PASSWORD };
    const made = token ? await this.call('POST', '/users', fields, token) : await this.cardea.admin('POST', '/users', fields);
    const pair = body(await this.login(fields.email));
    return { ...fields, id: body(made).id, token: pair.access_token, refresh: pair.refresh_token };
  }

  /** A space of @p owner; its id. */
  async space(owner, fields = {}) {
    return body(await this.call('POST', '/spaces', { name: 'Space', ...fields }, owner.token)).id;
  }

  /** A room that @p owner makes: {id, alias, channelId, space}. */
  async room(owner, space, fields = {}) {
    return { ...body(await this.call('POST', `/spaces/${space}/rooms`, { name: 'Room', ...fields }, owner.token)), space };
  }

  /** @p who becomes a member of @p space, invited by @p owner. */
  async invite(owner, space, who, role = 'role_space_user') {
    const { id } = body(await this.call('POST', `/spaces/${space}/invites`, { role }, owner.token));
    body(await this.call('POST', `/spaces/${space}/invites/${id}/activate`, undefined, who.token));
    return id;
  }

  grant(by, room, who, role = 'role_room_user') {
    return this.call('POST', `/spaces/${room.space}/rooms/${room.id}/roles`, { targetUserId: who.id, role }, by.token);
  }

  /** A link into @p room: {url, token, name}. */
  async link(by, room, fields = {}) {
    const answer = await this.call('POST', `/spaces/${room.space}/rooms/${room.id}/generate-access`,
      { username: 'JohnSmith', role: 'user', ...fields }, by.token);
    const { url } = body(answer);
    const query = new URL(url).searchParams;
    return { url, token: query.get('accessToken'), name: query.get('participantName') };
  }

  /** Step 1 of the way in (spec/spaces 11). */
  participant(room, token, fields = {}) {
    return this.call('POST', `/spaces/${room.space}/participants`,
      { name: 'Guest', role: 'host', roomId: room.id, clientUniqueId: crypto.randomBytes(12).toString('hex'), ...fields }, token);
  }

  /** Steps 1 to 3; the signaling token. */
  async signaling(room, token, fields) {
    const made = body(await this.participant(room, token, fields));
    const own = made.access_token ?? token;
    const { signalingToken } = body(await this.call('POST', `/spaces/${room.space}/participants/${made.id}/signaling-token`, undefined, own));
    body(await this.call('POST', `/spaces/${room.space}/rooms/${room.id}/join`, { participantId: made.id }, own));
    return signalingToken;
  }

  enter(credential, fields = {}) {
    return this.cardea.request('POST', '/api/v1/enter', { body: { credential, ...fields } });
  }
}

export async function startSpaces({ args = UNLIMITED, ...options } = {}) {
  return new Spaces(await startCardea({ ...options, args }));
}

/** A second tenant with an OAuth client and an account: its rows are written while the gateway is stopped. */
export async function addSpacesTenant(spaces, password = PASSWORD) {
  const { cardea } = spaces;
  const donor = await spaces.user('donor'); // for a hash of the password
  const [tenant, secret, now] = [crypto.randomUUID(), crypto.randomBytes(32).toString('base64url'), Date.now()];
  const [client, account] = [0, 0].map(() => crypto.randomBytes(12).toString('hex'));
  const email = `other-${randomId()}@x.io`;
  assert.equal(password, PASSWORD);
  await cardea.stop({ keep: true });
  cardea.sql(`INSERT INTO tenants (tenant, name, is_active, max_concurrent_rooms, max_participants_per_room,
      created_at, updated_at) VALUES ('${tenant}', 'second', 1, 0, 0, ${now}, ${now});
    INSERT INTO tenant_config (tenant, allow_early_join, first_participant_is_host, force_recording,
      transcription_enabled, duplicate_policy, empty_room_timeout_minutes) VALUES ('${tenant}', 1, 0, 0, 0, 0, 30);
    INSERT INTO oauth_clients (tenant, client, secret_sealed, created_at)
      VALUES ('${tenant}', '${client}', x'${seal(cardea.stateDir, `oauth_clients/${client}/secret`, secret)}', ${now});
    INSERT INTO accounts (tenant, account, email, email_key, username, password, created_at, updated_at)
      SELECT '${tenant}', '${account}', '${email}', '${email}', 'other', password, ${now}, ${now}
      FROM accounts WHERE account = '${donor.id}'`);
  await cardea.start();
  const other = spaces.as({ client_id: client, client_secret: secret });
  const pair = body(await other.login(email));
  return { spaces: other, user: { id: account, email, username: 'other', token: pair.access_token, refresh: pair.refresh_token } };
}
