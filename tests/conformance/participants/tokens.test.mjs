// spec/participants 2 and 8, spec/native 11: tokens, what opens what, refreshing, join tokens for browsers.
// Takes about 6 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { randomId } from '../../support/cardea.mjs';
import { body as bodyOf, claims, refused, startParticipants } from '../../support/participants.mjs';

let api;

before(async () => {
  api = await startParticipants();
});
after(() => api?.cardea.stop());

const post = (pathname, fields) => api.cardea.request('POST', pathname, { body: fields });
const tenantTokens = (key) => post('/api/v1/auth/token', { api_key: key });
const refresh = (token) => post('/api/v1/auth/refresh', { refresh_token: token });
const enter = (credential) => post('/api/v1/enter', { credential });
const get = (room, token) => api.rooms('GET', room, '', undefined, { token });
const exchange = (token) => post('/api/v1/public/join-token/exchange', { join_token: token });
const link = async (room, options) => bodyOf(await api.rooms('POST', room, '/join-token', undefined, options)).join_token;

test('2.2: a tenant\'s tokens for its key', async () => {
  const tokens = bodyOf(await tenantTokens(api.cardea.dev.api_key));
  assert.deepEqual(Object.keys(tokens), ['access_token', 'refresh_token', 'token_type', 'expires_in']);
  const room = await api.room({}, { token: tokens.access_token });
  await api.added(room.id, { role: 'host' }, { token: tokens.access_token });
  assert.equal(claims(tokens.access_token).sub, api.tenant);
  assert.ok(!('room_id' in claims(tokens.access_token)));
  refused(await tenantTokens('abc'), 401, 'invalid API key format');
  refused(await tenantTokens(`ck_live_${'a'.repeat(43)}`), 401, 'invalid API key');
  for (const fields of [{}, { api_key: 5 }, { api_key: '' }, '{']) assert.equal((await post('/api/v1/auth/token', fields)).status, 400);
  const fresh = bodyOf(await refresh(tokens.refresh_token));
  assert.deepEqual(Object.keys(fresh), Object.keys(tokens));
  bodyOf(await get(room.id, fresh.access_token));
});

test('2.3: the claims of each token', async () => {
  const room = await api.room();
  const rights = { host: [true, true, true, true], participant: [false, true, false, false] };
  for (const role of ['host', 'participant']) {
    const added = await api.added(room.id, { display_name: 'Jane', role });
    for (const [name, use, life] of [['access_token', 'access', 3600], ['auth_token', 'auth', 3600], ['refresh_token', 'refresh', 604800]]) {
      const payload = claims(added[name]);
      assert.equal(payload.sub, added.participant.id);
      assert.equal(payload.tenant_id, api.tenant);
      assert.equal(payload.room_id, room.id);
      assert.equal(payload.display_name, 'Jane');
      assert.equal(payload.role, role);
      assert.deepEqual(Object.entries(payload.permissions).sort(),
        Object.entries(Object.fromEntries(['can_record', 'can_screen_share', 'can_kick', 'can_mute'].map((right, i) => [right, rights[role][i]]))).sort());
      assert.deepEqual([payload.type, payload.use], [use, use]);
      assert.equal(payload.exp - payload.iat, life);
      assert.match(payload.jti, /^[\w-]{22}$/);
      assert.equal(JSON.parse(Buffer.from(added[name].split('.')[0], 'base64url')).alg, 'HS256');
    }
  }
});

test('2.4, P2: a token opens its row and nothing else', async () => {
  const room = await api.room();
  const seat = await api.added(room.id);
  const tenant = bodyOf(await tenantTokens(api.cardea.dev.api_key));
  const join = bodyOf(await exchange(await link(room.id)));
  const rest = async (token) => (await get(room.id, token)).status;
  const rows = { // REST, enter, refresh
    [seat.access_token]: [200, 201, 401], [seat.auth_token]: [200, 201, 401], [seat.refresh_token]: [401, 403, 200],
    [tenant.access_token]: [200, 403, 401], [tenant.refresh_token]: [401, 403, 200], [join.access_token]: [200, 403, 401],
  };
  for (const [token, [ofRest, ofEnter, ofRefresh]] of Object.entries(rows)) {
    const { use, room_id: of } = claims(token);
    assert.equal(await rest(token), ofRest, `REST, ${use} ${of}`);
    assert.equal((await enter(token)).status, ofEnter, `enter, ${use} ${of}`);
    const answer = await refresh(token);
    assert.equal(answer.status, ofRefresh, `refresh, ${use} ${of}`);
    if (ofRefresh === 401) refused(answer, 401, 'invalid token');
  }
  refused(await get(room.id, seat.refresh_token), 401, 'invalid token');
});

test('E001-20, F2-09a, P12: a participant\'s refresh widens nothing', async () => {
  const room = await api.room();
  const old = await api.added(room.id);
  const fresh = bodyOf(await refresh(old.refresh_token));
  for (const name of ['access_token', 'refresh_token', 'auth_token']) {
    const [now, before] = [claims(fresh[name]), claims(old[name])];
    assert.deepEqual([now.sub, now.tenant_id, now.room_id, now.role, now.use], [before.sub, before.tenant_id, before.room_id, 'participant', before.use]);
    assert.notEqual(fresh[name], old[name]);
  }
  const { access_token: token } = fresh;
  bodyOf(await api.list(room.id, '', { token }));
  refused(await api.remove(room.id, old.participant.id, { token }), 403, 'host role required');
  refused(await api.bulk(room.id, [{ display_name: 'A' }], { token }), 403, 'host role required');
  refused(await api.call('POST', '/api/v1/rooms', {}, { token }), 403, 'host role required');
  assert.equal((await enter(fresh.auth_token)).status, 201);
});

test('native 11: it works once; at once again it gives the same; later it is the end of all that came from it', async () => {
  const room = await api.room();
  const old = await api.added(room.id);
  const first = bodyOf(await refresh(old.refresh_token));
  assert.deepEqual(bodyOf(await refresh(old.refresh_token)), first); // a lost answer
  const second = bodyOf(await refresh(first.refresh_token));
  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.deepEqual(bodyOf(await refresh(first.refresh_token)), second);
  const family = claims(old.access_token).family;
  api.cardea.sql(`UPDATE token_families SET rotated_at = rotated_at - 31000 WHERE family = '${family}'`);
  bodyOf(await get(room.id, second.access_token));
  refused(await refresh(first.refresh_token), 401, 'invalid token');
  for (const token of [old.access_token, first.access_token, second.access_token, second.auth_token]) {
    refused(await get(room.id, token), 401, 'invalid token');
    assert.equal((await enter(token)).status, 401);
  }
  refused(await refresh(second.refresh_token), 401, 'invalid token');
  const audit = await api.events(room.id, 'credential.reused');
  assert.deepEqual(audit.map(({ data }) => data.participant), [old.participant.id]);
  const other = bodyOf(await api.tokens(room.id, old.participant.id)); // the person is not shut out
  bodyOf(await get(room.id, other.access_token));
});

test('native 11: the one before the last is too old even at once', async () => {
  const room = await api.room();
  const old = await api.added(room.id);
  const first = bodyOf(await refresh(old.refresh_token));
  bodyOf(await refresh(first.refresh_token));
  refused(await refresh(old.refresh_token), 401, 'invalid token');
  assert.equal((await api.events(room.id, 'credential.reused')).length, 1);
});

test('native 11: 20 at once get one pair', async () => {
  const room = await api.room();
  const { refresh_token: token } = await api.added(room.id);
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(token)));
  const pairs = new Set(answers.map((answer) => bodyOf(answer).refresh_token));
  assert.equal(pairs.size, 1);
  assert.equal((await api.events(room.id, 'credential.reused')).length, 0);
  bodyOf(await refresh([...pairs][0]));
});

test('2.4: what a removal, an end and a block do to refresh tokens', async () => {
  const room = await api.room();
  const gone = await api.added(room.id);
  await api.remove(room.id, gone.participant.id);
  refused(await refresh(gone.refresh_token), 401, 'invalid token');
  const late = await api.added(room.id);
  refused(await refresh(api.expired(late.refresh_token, 'refresh')), 401, 'token has expired');
  refused(await refresh(`${late.refresh_token}x`), 401, 'invalid token');
  refused(await refresh(api.forge(late.refresh_token, { step: 1 }, 'refresh')), 401, 'invalid token');
  refused(await refresh('x'), 401, 'invalid token');
  await api.rooms('POST', room.id, '/end');
  refused(await refresh(late.refresh_token), 401, 'invalid token');
  const { refresh_token: token } = bodyOf(await tenantTokens(api.cardea.dev.api_key));
  api.cardea.sql('UPDATE tenants SET is_active = 0');
  try {
    refused(await refresh(token), 401, 'tenant not found or inactive');
    refused(await tenantTokens(api.cardea.dev.api_key), 401, 'tenant not found or inactive');
  } finally {
    api.cardea.sql('UPDATE tenants SET is_active = 1');
  }
});

test('5.6: a host who was demoted is none by a refresh either', async () => {
  const room = await api.room();
  const host = await api.added(room.id, { role: 'host' });
  const guest = await api.added(room.id);
  const update = (id, fields, token) => api.update(room.id, id, fields, { token });
  refused(await update(host.participant.id, { display_name: 'X' }, guest.access_token), 403, 'forbidden');
  refused(await update(crypto.randomUUID(), { display_name: 'X' }, guest.access_token), 403, 'forbidden');
  refused(await update('me', { role: 'host' }, guest.access_token), 403, 'participants cannot update their own role');
  refused(await update('me', { role: 'admin' }, guest.access_token), 400, 'invalid role');
  refused(await update('x', {}, guest.access_token), 400, 'invalid participant id');
  refused(await api.update(room.id, 'me', {}), 400, 'invalid participant id');
  assert.equal(bodyOf(await update('me', { display_name: 'Ann' }, guest.access_token)).display_name, 'Ann');
  assert.equal(bodyOf(await update(guest.participant.id, { role: 'host' }, host.access_token)).role, 'host');
  bodyOf(await api.bulk(room.id, [{ display_name: 'A' }], { token: guest.access_token })); // the role is the seat's
  assert.equal(bodyOf(await update('me', { role: 'participant' }, host.access_token)).role, 'participant');
  const fresh = bodyOf(await refresh(host.refresh_token));
  assert.equal(claims(fresh.access_token).role, 'participant');
  refused(await api.bulk(room.id, [{ display_name: 'A' }], { token: fresh.access_token }), 403, 'host role required');
  assert.equal(claims(bodyOf(await refresh(guest.refresh_token)).access_token).role, 'participant'); // never wider than it was
  assert.deepEqual((await api.events(room.id, 'participant.updated')).map(({ data }) => data.role), ['participant', 'host', 'participant']);
});

test('8: a join token, its exchange, and what comes of it', async () => {
  const name = `linked ${randomId()}`;
  const room = await api.room({ name });
  const host = await api.added(room.id, { role: 'host', external_user_id: 'boss' });
  const guest = await api.added(room.id);
  refused(await api.rooms('POST', room.id, '/join-token', undefined, { token: guest.access_token }), 403, 'host role required');
  refused(await api.rooms('POST', `no ${name}`, '/join-token'), 404, 'room not found');
  for (const token of [await link(room.id), await link(name), await link(room.id, { token: host.access_token })]) {
    const [version, payload] = token.split('.');
    assert.equal(version, 'v1');
    const { exp, ...rest } = JSON.parse(Buffer.from(payload, 'base64url'));
    assert.deepEqual(rest, { typ: 'join', v: 1, tenant_id: api.tenant, room_name: name });
    assert.ok(Math.abs(exp - Date.now() / 1000 - 86400) < 60);
    const access = bodyOf(await exchange(token));
    assert.deepEqual([access.room_id, access.room_name, access.expires_in], [room.id, name, 3600]);
  }
  const { access_token: token } = bodyOf(await exchange(await link(name)));
  assert.deepEqual([claims(token).sub, claims(token).use, claims(token).role, claims(token).room_id], ['join', 'exchange', 'participant', room.id]);
  bodyOf(await get(room.id, token));
  const added = await api.added(room.id, { external_user_id: 'me' }, { token });
  assert.equal(added.participant.role, 'participant');
  refused(await api.add(room.id, { display_name: 'H', role: 'host' }, { token }), 403, 'host role required'); // P6
  refused(await api.add(room.id, { display_name: 'H', external_user_id: 'boss' }, { token }), 403, 'host role required'); // F2-18
  refused(await api.add(room.id, { display_name: 'H', external_user_id: 'me' }, { token }), 403, 'host role required'); // P7
  const other = await api.room();
  refused(await get(other.id, token), 404, 'room not found');
  refused(await api.add(name, { display_name: 'J' }, { token }), 404, 'room not found');
  for (const answer of [await api.list(room.id, '', { token }), await api.remove(room.id, added.participant.id, { token }),
    await api.bulk(room.id, [{ display_name: 'A' }], { token }), await api.tokens(room.id, added.participant.id, { token }),
    await api.update(room.id, 'me', { display_name: 'x' }, { token }), await api.rooms('POST', room.id, '/join-token', undefined, { token })]) {
    refused(answer, 401, 'invalid token');
  }
  const nameless = await api.room();
  assert.equal(bodyOf(await exchange(await link(nameless.id))).room_id, nameless.id);
});

test('8: join tokens that are refused', async () => {
  const room = await api.room({ name: `r ${randomId()}` });
  const token = await link(room.id);
  const [version, payload, mac] = token.split('.');
  bodyOf(await exchange(token));
  const other = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url')), room_name: 'other' })).toString('base64url');
  const bad = ['', 'x', `${version}.${payload}`, `v2.${payload}.${mac}`, `${version}.${other}.${mac}`, `${token}x`, `${version}.${payload}.`, `${version}..${mac}`, 'v1.'];
  for (const one of bad) refused(await exchange(one), 400, 'invalid join token');
  refused(await post('/api/v1/public/join-token/exchange', {}), 400, 'invalid join token');
  assert.equal((await post('/api/v1/public/join-token/exchange', '{')).status, 400);
  await api.rooms('DELETE', room.id);
  refused(await exchange(token), 404, 'room not found');
});
