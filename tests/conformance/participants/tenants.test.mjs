// spec/participants 3 and 9, spec/native 12: tenants look after themselves, the operator makes them; origins;
// recordings that are not there. Takes about 6 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { randomId } from '../../support/cardea.mjs';
import { body as bodyOf, refused, startParticipants, TIME, UUID } from '../../support/participants.mjs';

let api;

before(async () => {
  api = await startParticipants();
});
after(() => api?.cardea.stop());

/** A new tenant: its object, its key, and its calls. */
async function newTenant(fields = {}) {
  const { tenant, api_key: key } = bodyOf(await api.cardea.admin('POST', '/tenants', { name: `t ${randomId()}`, ...fields }), 201);
  const own = (method, rest = '', content = undefined, options = undefined) => api.call(method, `/api/v1/tenants/${tenant.id}${rest}`, content, { key, ...options });
  return { tenant, key, own, config: (fields_) => own('PATCH', '/config', fields_) };
}

const DEFAULTS = {
  allow_early_join: true, first_participant_is_host: false, force_recording: false, auto_start_recording: false, transcription_enabled: false,
  transcription_language: 'en-US', transcription_profanity_filter: false, transcription_keywords: [], empty_room_timeout_minutes: 30,
  recording_retention_days: 30, duplicate_participant_policy: 'allow', allowed_origins: [], post_meeting_webhook: { enabled: false }, single_use_tokens: false,
};

test('P3: the operator makes tenants, and nobody else', async () => {
  const { tenant, key, own } = await newTenant({ max_concurrent_rooms: 2 });
  assert.match(tenant.id, UUID);
  assert.match(key, /^ck_live_[\w-]{43}$/);
  assert.deepEqual(tenant.config, DEFAULTS);
  assert.match(tenant.created_at, TIME);
  assert.deepEqual([tenant.max_concurrent_rooms, tenant.max_participants_per_room, tenant.max_recording_duration_minutes, tenant.max_total_minutes_of_meetings,
    tenant.is_active, tenant.tenant_kind], [2, 0, 120, 0, true, 'external']);
  assert.deepEqual(bodyOf(await own('GET')), tenant);
  for (const options of [{ key }, {}]) assert.equal((await api.call('POST', '/api/v1/tenants', { name: 'x' }, options)).status, 404);
  for (const fields of [{}, { name: '' }, { name: 'a\nb' }, { name: 'x', max_concurrent_rooms: -1 }]) {
    assert.equal((await api.cardea.admin('POST', '/tenants', fields)).status, 400);
  }
});

test('3.2: only its own, whether another is there or not', async () => {
  const [one, other] = [await newTenant(), await newTenant()];
  for (const [method, rest, fields] of [['GET', ''], ['PATCH', '', {}], ['DELETE', ''], ['PATCH', '/config', {}], ['POST', '/rotate-key']]) {
    for (const id of [other.tenant.id, crypto.randomUUID()]) {
      refused(await api.call(method, `/api/v1/tenants/${id}${rest}`, fields, { key: one.key }), 403, 'access denied: tenant mismatch');
    }
    refused(await api.call(method, `/api/v1/tenants/x${rest}`, fields, { key: one.key }), 400, 'invalid tenant id');
    for (const role of ['host', 'participant']) {
      const { access_token: token } = await api.added(`r ${role}`, { role });
      refused(await api.call(method, `/api/v1/tenants/${api.tenant}${rest}`, fields, { token }), 403, 'insufficient permissions');
    }
  }
  const tokens = bodyOf(await api.cardea.request('POST', '/api/v1/auth/token', { body: { api_key: one.key } }));
  assert.equal(bodyOf(await api.call('GET', `/api/v1/tenants/${one.tenant.id}`, undefined, { token: tokens.access_token })).id, one.tenant.id);
});

test('3.2: a change of name and limits, which are in force at once', async () => {
  const { key, own } = await newTenant();
  const room = await api.room({}, { key });
  const changed = bodyOf(await own('PATCH', '', { name: 'New', max_concurrent_rooms: 1, max_participants_per_room: 1, max_total_minutes_of_meetings: 7 }));
  assert.deepEqual([changed.name, changed.max_concurrent_rooms, changed.max_total_minutes_of_meetings, changed.max_recording_duration_minutes], ['New', 1, 7, 120]);
  refused(await api.call('POST', '/api/v1/rooms', {}, { key }), 409, 'maximum concurrent room limit reached');
  await api.added(room.id, {}, { key });
  refused(await api.add(room.id, { display_name: 'J' }, { key }), 400, 'room is full');
  for (const fields of [{ name: '' }, { name: 5 }, { max_concurrent_rooms: -1 }, { max_concurrent_rooms: 'x' }, '{']) assert.equal((await own('PATCH', '', fields)).status, 400);
  assert.equal(bodyOf(await own('GET')).name, 'New');
});

test('3.3: every key of the configuration is kept, merged, and in force', async () => {
  const { key, own, config } = await newTenant();
  const changes = {
    allow_early_join: false, first_participant_is_host: true, force_recording: true, auto_start_recording: true, transcription_enabled: true,
    transcription_language: 'de-DE', transcription_profanity_filter: true, transcription_keywords: ['Cardea'], empty_room_timeout_minutes: 5,
    recording_retention_days: 9, duplicate_participant_policy: 'reject', allowed_origins: ['https://app.example', 'http://localhost:3000'], single_use_tokens: true,
  };
  for (const [name, value] of Object.entries(changes)) {
    assert.deepEqual(bodyOf(await config({ [name]: value })).config[name], value);
  }
  assert.deepEqual(bodyOf(await own('GET')).config, { ...DEFAULTS, ...changes });
  refused(await api.add(`none ${randomId()}`, { display_name: 'J' }, { key }), 400, 'room is not active');
  const room = await api.room({}, { key });
  assert.equal(api.cardea.sql(`SELECT empty_timeout_ms FROM sessions WHERE room = '${room.id}'`), '300000');
  const first = await api.added(room.id, { external_user_id: 'u' }, { key });
  assert.equal(first.participant.role, 'host');
  assert.equal(first.should_start_recording, true);
  assert.deepEqual(first.tenant_config, { transcription_enabled: true, first_participant_is_host: true, force_recording: true, allow_early_join: false });
  refused(await api.add(room.id, { display_name: 'J', external_user_id: 'u' }, { key }), 409, 'participant already in room');
  const wrong = [{ allow_early_join: 1 }, { duplicate_participant_policy: 'kick' }, { empty_room_timeout_minutes: -1 }, { transcription_keywords: [1] },
    { transcription_keywords: 'x' }, { recording_retention_days: 'x' }, { post_meeting_webhook: [] }, { post_meeting_webhook: { enabled: 1 } }, { allowed_origins: 'x' }];
  for (const fields of wrong) assert.equal((await config(fields)).status, 400, JSON.stringify(fields));
});

test('3.3: the webhook\'s secrets are kept sealed and never shown', async () => {
  const { tenant, own, config } = await newTenant();
  const webhook = { enabled: true, url: 'https://hook.example/done', secret: 'top-secret', include_summary: true, ai: { provider: 'p', api_key: 'ai-key' } };
  const shown = { enabled: true, url: 'https://hook.example/done', include_summary: true, ai: { provider: 'p' } };
  assert.deepEqual(bodyOf(await config({ post_meeting_webhook: webhook })).config.post_meeting_webhook, shown);
  assert.deepEqual(bodyOf(await config({ post_meeting_webhook: { url: 'https://b.example' } })).config.post_meeting_webhook, { ...shown, url: 'https://b.example' });
  assert.deepEqual(bodyOf(await own('GET')).config.post_meeting_webhook, { ...shown, url: 'https://b.example' });
  const row = api.cardea.sql(`SELECT quote(extra) || hex(webhook_sealed) FROM tenant_config WHERE tenant = '${tenant.id}'`);
  assert.ok(!row.includes(Buffer.from('top-secret').toString('hex').toUpperCase()));
});

test('3.3: origins, and each thing that is wrong with one', async () => {
  const { config } = await newTenant();
  const bad = {
    'ftp://app.example': 'origin must use http or https scheme', 'app.example': 'origin must use http or https scheme', 'https://': 'origin must have a host',
    'https://:443': 'origin must have a host', 'https://*.example': 'wildcards not allowed in origin', 'https://app.example/path': 'origin should not include path',
    'https://app.example?x=1': 'origin should not include path', 'https://a b': 'invalid origin URL', '': 'invalid origin URL', 'https://app.example:x': 'invalid origin URL',
    'https://user@app.example': 'invalid origin URL',
  };
  for (const [origin, error] of Object.entries(bad)) refused(await config({ allowed_origins: ['https://ok.example', origin] }), 400, `${error}: ${origin}`);
  refused(await config({ allowed_origins: Array.from({ length: 21 }, (_, i) => `https://a${i}.example`) }), 400, 'maximum 20 allowed origins per tenant');
  const good = ['https://app.example', 'http://app.example:8080', 'https://[2001:db8::1]:8443', 'http://localhost:3000', 'https://127.0.0.1'];
  assert.deepEqual(bodyOf(await config({ allowed_origins: [...good, 'https://slash.example/'] })).config.allowed_origins, [...good, 'https://slash.example']);
  assert.deepEqual(bodyOf(await config({ allowed_origins: [] })).config.allowed_origins, []);
});

test('native 12: where a list is, pages of other origins are refused', async () => {
  const { key, config } = await newTenant();
  const room = await api.room({}, { key });
  const seat = await api.added(room.id, {}, { key });
  const get = (origin, credential = { 'X-API-Key': key }) => api.cardea.request('GET', `/api/v1/rooms/${room.id}`, {
    headers: { ...credential, ...(origin ? { Origin: origin } : {}) },
  });
  const enter = (origin) => api.cardea.request('POST', '/api/v1/enter', { body: { credential: seat.access_token }, headers: { Origin: origin } });
  bodyOf(await get('https://elsewhere.example'));
  bodyOf(await config({ allowed_origins: ['https://app.example'] }));
  const bearer = { Authorization: `Bearer ${seat.access_token}` };
  for (const credential of [{ 'X-API-Key': key }, bearer]) {
    refused(await get('https://elsewhere.example', credential), 403, 'origin not allowed');
    refused(await get('null', credential), 403, 'origin not allowed');
    bodyOf(await get('https://app.example', credential));
    bodyOf(await get(undefined, credential)); // no page
    bodyOf(await get(api.cardea.url, credential)); // a page of this gateway
  }
  assert.equal((await enter('https://elsewhere.example')).status, 403);
  assert.equal((await enter('https://app.example')).status, 201);
  assert.equal((await enter(api.cardea.url)).status, 201);
});

test('3.2: a new key; the old one stops at once, and refresh tokens made from it', async () => {
  const { tenant, key, own } = await newTenant();
  const auth = (api_key) => api.cardea.request('POST', '/api/v1/auth/token', { body: { api_key } });
  const refresh = (token) => api.cardea.request('POST', '/api/v1/auth/refresh', { body: { refresh_token: token } });
  const old = bodyOf(await auth(key));
  const room = await api.room({}, { key });
  const { api_key: fresh } = bodyOf(await own('POST', '/rotate-key'));
  assert.match(fresh, /^ck_live_[\w-]{43}$/);
  assert.notEqual(fresh, key);
  refused(await api.rooms('GET', room.id, '', undefined, { key }), 401, 'invalid API key');
  refused(await auth(key), 401, 'invalid API key');
  refused(await refresh(old.refresh_token), 401, 'invalid token');
  bodyOf(await api.rooms('GET', room.id, '', undefined, { key: fresh }));
  const tokens = bodyOf(await auth(fresh));
  const { api_key: third } = bodyOf(await api.call('POST', `/api/v1/tenants/${tenant.id}/rotate-key`, undefined, { token: tokens.access_token }));
  refused(await api.rooms('GET', room.id, '', undefined, { key: fresh }), 401, 'invalid API key');
  bodyOf(await api.rooms('GET', room.id, '', undefined, { key: third }));
});

test('3.2: a tenant that was deleted has no meetings and no credentials', async () => {
  const { key, own } = await newTenant();
  const rooms = await Promise.all(Array.from({ length: 40 }, () => api.room({}, { key })));
  const seat = await api.added(rooms[0].id, {}, { key });
  assert.equal(bodyOf(await own('DELETE')).is_active, false);
  refused(await own('GET'), 401, 'tenant not found or inactive');
  refused(await api.list(rooms[0].id, '', { token: seat.access_token }), 401, 'invalid token');
  assert.equal(api.cardea.sql(`SELECT count(*) FROM sessions WHERE ended_at = 0 AND tenant = '${rooms[0].tenant_id}'`), '0');
  assert.equal((await api.cardea.request('POST', '/api/v1/enter', { body: { credential: seat.access_token } })).status, 401);
});

test('E001-15e, F2-20: what is another tenant\'s is unknown', async () => {
  const { key } = await newTenant();
  const room = await api.room({ name: `mine ${randomId()}` }, { key });
  const { participant } = await api.added(room.id, {}, { key });
  const id = participant.id;
  const own = await api.room();
  for (const at of [room.id, crypto.randomUUID()]) {
    for (const answer of [await api.list(at), await api.add(at, { display_name: 'J' }), await api.bulk(at, [{ display_name: 'J' }]), await api.remove(at, id),
      await api.tokens(at, id), await api.update(at, id, {}), await api.rooms('GET', at), await api.rooms('PATCH', at, '', {}), await api.rooms('POST', at, '/end'),
      await api.rooms('DELETE', at), await api.rooms('POST', at, '/join-token')]) {
      refused(answer, 404, 'room not found');
    }
  }
  for (const run of [(one) => api.remove(own.id, one), (one) => api.tokens(own.id, one), (one) => api.update(own.id, one, {})]) {
    const [foreign, unknown] = [await run(id), await run(crypto.randomUUID())];
    assert.deepEqual([foreign.status, foreign.raw], [unknown.status, unknown.raw]);
  }
  refused(await api.list(room.name), 404, 'room not found');
  assert.equal(bodyOf(await api.list(room.id, '', { key })).participants.length, 1);
});

test('P20: recordings are refused truthfully', async () => {
  const room = await api.room();
  const [host, guest] = [await api.added(room.id, { role: 'host' }), await api.added(room.id)];
  for (const act of ['start', 'stop', 'sync']) {
    const call = (options, at = room.id) => api.rooms('POST', at, `/recordings/${act}`, undefined, options);
    refused(await call(), 501, 'recording not available');
    refused(await call({ token: host.access_token }), 501, 'recording not available');
    refused(await call({ token: guest.access_token }), 403, 'host role required');
    refused(await call({}, crypto.randomUUID()), 404, 'room not found');
    refused(await call({}, 'x'), 400, 'invalid room id');
  }
  assert.deepEqual(bodyOf(await api.call('GET', '/api/v1/recordings')), { recordings: [], total: 0, limit: 20, offset: 0 });
  for (const [method, rest] of [['GET', ''], ['DELETE', ''], ['GET', '/download']]) {
    refused(await api.call(method, `/api/v1/recordings/${crypto.randomUUID()}${rest}`), 404, 'recording not found');
    refused(await api.call(method, `/api/v1/recordings/x${rest}`), 400, 'invalid recording id');
  }
});
