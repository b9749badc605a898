// spec/participants: rooms and participants over REST, by the rows E001 of spec/acceptance.md that
// the built calls have, and bad input. Takes about 10 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { randomId, startCardea } from '../support/cardea.mjs';

let cardea;
let tenant;

before(async () => {
  cardea = await startCardea();
  tenant = cardea.sql('SELECT tenant FROM tenants');
});
after(() => cardea.stop());

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const createRoom = async (body = {}) => {
  const answer = await cardea.api('POST', '/api/v1/rooms', body);
  assert.equal(answer.status, 201, answer.raw);
  return answer.body;
};
const add = (room, body, options) =>
  cardea.api('POST', `/api/v1/rooms/${encodeURIComponent(room)}/participants`, body, options);
const list = (room, query = '', options) =>
  cardea.api('GET', `/api/v1/rooms/${encodeURIComponent(room)}/participants${query}`, undefined, options);
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const configure = (field, value) =>
  cardea.sql(`UPDATE tenant_config SET ${field} = ${value} WHERE tenant = '${tenant}'`);

function refused(answer, status, error) {
  assert.equal(answer.status, status, answer.raw);
  assert.deepEqual(answer.body, { error });
  assert.match(answer.headers['content-type'], /^application\/json/);
}

test('E001-01: a room, and a participant with everything in the answer', async () => {
  const room = await createRoom({ name: 'CS101 Lecture', config: { max_participants: 100, theme: 'dark' } });
  assert.match(room.id, UUID);
  assert.equal(room.tenant_id, tenant);
  assert.equal(room.name, 'CS101 Lecture');
  assert.equal(room.status, 'active');
  assert.deepEqual(room.config, { max_participants: 100, theme: 'dark' });
  assert.equal(room.ended_at, null);
  assert.match(room.created_at, TIME);

  const { status, body, headers } = await add(room.id, {
    display_name: 'John Doe', external_user_id: 'user_123', role: 'participant', metadata: { a: [1, { b: null }] },
  });
  assert.equal(status, 201);
  assert.equal(headers['cache-control'], 'no-store'); // it carries tokens
  assert.deepEqual(Object.keys(body), [
    'participant', 'room', 'room_created', 'tenant_config', 'access_token', 'refresh_token', 'token_type',
    'expires_in', 'auth_token', 'should_start_recording',
  ]);
  assert.deepEqual(body.room, { id: room.id, name: 'CS101 Lecture', status: 'active' });
  assert.equal(body.room_created, false);
  assert.equal(body.token_type, 'Bearer');
  assert.equal(body.expires_in, 3600);
  assert.equal(body.should_start_recording, false);
  assert.deepEqual(body.tenant_config, {
    transcription_enabled: false, first_participant_is_host: false, force_recording: false, allow_early_join: true,
  });
  const { participant } = body;
  assert.match(participant.id, UUID);
  assert.match(participant.joined_at, TIME);
  assert.deepEqual(participant, {
    id: participant.id,
    room_id: room.id,
    display_name: 'John Doe',
    external_user_id: 'user_123',
    role: 'participant',
    joined_at: participant.joined_at,
    left_at: null,
    created_at: participant.created_at,
    metadata: { a: [1, { b: null }] },
  });
  const tokens = [body.access_token, body.refresh_token, body.auth_token];
  assert.equal(new Set(tokens).size, 3);
  assert.deepEqual(tokens.map((t) => claims(t).use), ['access', 'refresh', 'auth']);
  for (const token of tokens) {
    assert.equal(claims(token).sub, participant.id);
    assert.equal(claims(token).room_id, room.id);
    assert.equal(claims(token).role, 'participant');
  }
});

test('E001-02: a room by its name', async () => {
  const name = `CS 102/${randomId()} ä`;
  const room = await createRoom({ name });
  const { status, body } = await add(name, { display_name: 'J' });
  assert.equal(status, 201);
  assert.equal(body.room.id, room.id);
});

test('E001-03, 04: early join of an unknown name', async () => {
  const name = `early ${randomId()}`;
  const first = await add(name, { display_name: 'J' });
  assert.equal(first.status, 201);
  assert.equal(first.body.room_created, true);
  assert.equal(first.body.room.name, name);
  const second = await add(name, { display_name: 'K' });
  assert.equal(second.body.room_created, false);
  assert.equal(second.body.room.id, first.body.room.id);

  configure('allow_early_join', 0);
  try {
    refused(await add(`early ${randomId()}`, { display_name: 'J' }), 400, 'room is not active');
  } finally {
    configure('allow_early_join', 1);
  }
});

test('E001-05: a random UUID is never created', async () => {
  refused(await add(crypto.randomUUID(), { display_name: 'J' }), 404, 'room not found');
});

test('E001-06, 07: bodies that are refused', async () => {
  const room = await createRoom();
  refused(await add(room.id, {}), 400, 'display_name is required');
  refused(await add(room.id, { display_name: '' }), 400, 'display_name is required');
  refused(await add(room.id, { display_name: null }), 400, 'display_name is required');
  refused(await add(room.id, { display_name: 'J', role: 'admin' }), 400, 'invalid role');
  const wrong = [
    { display_name: 5 },
    { display_name: ['J'] },
    { display_name: 'a\nb' },
    { display_name: 'a'.repeat(256) },
    { display_name: 'J', external_user_id: 7 },
    { display_name: 'J', role: 1 },
    { display_name: 'J', metadata: 'x' },
    { display_name: 'J', metadata: [1] },
    '{"display_name":"J"',
    '{"display_name":"J","display_name":"K"}',
    '{"display_name":"J\\u0000K"}',
    '["J"]',
    'null',
    '"J"',
    '',
    'display_name=J',
    `{"display_name":"J","metadata":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`,
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('latin1'),
  ];
  for (const body of wrong) {
    const answer = await add(room.id, body);
    assert.equal(answer.status, 400, `${JSON.stringify(body)}: ${answer.raw}`);
    assert.deepEqual(Object.keys(answer.body), ['error']);
  }
  const { body } = await add(room.id, { display_name: 'J', unknown: [1] });
  assert.equal(body.participant.role, 'participant');
  assert.equal((await list(room.id)).body.participants.length, 1); // nobody of the refused
});

test('E001-07c: the first participant may become host', async () => {
  configure('first_participant_is_host', 1);
  try {
    const room = await createRoom();
    assert.equal((await add(room.id, { display_name: 'J' })).body.participant.role, 'host');
    assert.equal((await add(room.id, { display_name: 'K' })).body.participant.role, 'participant');
  } finally {
    configure('first_participant_is_host', 0);
  }
});

test('E001-08: the same user again has the same seat and new tokens', async () => {
  const room = await createRoom();
  const first = (await add(room.id, { display_name: 'J', external_user_id: 'u' })).body;
  const second = await add(room.id, { display_name: 'Other', external_user_id: 'u', role: 'host' });
  assert.equal(second.status, 201);
  assert.deepEqual(second.body.participant, first.participant);
  assert.notEqual(second.body.access_token, first.access_token);
  assert.notEqual(second.body.auth_token, first.auth_token);
  assert.equal((await list(room.id)).body.participants.length, 1);
});

test('5.1.4: the other policies for the same user', async () => {
  const room = await createRoom();
  const user = { display_name: 'J', external_user_id: 'u' };
  const first = (await add(room.id, user)).body;
  configure('duplicate_policy', 1);
  try {
    refused(await add(room.id, user), 409, 'participant already in room');
    configure('duplicate_policy', 2);
    const second = await add(room.id, user);
    assert.equal(second.status, 201);
    assert.notEqual(second.body.participant.id, first.participant.id);
    const seats = (await list(room.id)).body.participants;
    assert.match(seats.find((s) => s.id === first.participant.id).left_at, TIME);
    refused(await list(room.id, '', { token: first.access_token }), 401, 'invalid token');
  } finally {
    configure('duplicate_policy', 0);
  }
});

test('E001-09: capacity', async () => {
  const room = await createRoom({ config: { max_participants: 3 } });
  for (const name of ['a', 'b', 'c']) {
    assert.equal((await add(room.id, { display_name: name, external_user_id: name })).status, 201);
  }
  refused(await add(room.id, { display_name: 'd' }), 400, 'room is full');
  assert.equal((await add(room.id, { display_name: 'a', external_user_id: 'a' })).status, 201);
});

test('E001-10: the list', async () => {
  const room = await createRoom();
  for (const name of ['a', 'b', 'c']) await add(room.id, { display_name: name });
  const seats = (await list(room.id)).body.participants;
  assert.deepEqual(seats.map((s) => s.display_name), ['a', 'b', 'c']);
  assert.ok(seats.every((s) => !('external_user_id' in s) && !('metadata' in s)));
  assert.equal((await cardea.api('GET', `/api/v1/rooms/${room.id}`)).body.participant_count, 3);

  cardea.sql(`UPDATE participants SET left_at = joined_at + 1 WHERE seat = '${seats[0].id}'`);
  const names = async (query) => (await list(room.id, query)).body.participants.map((s) => s.display_name);
  assert.deepEqual(await names(''), ['a', 'b', 'c']);
  assert.deepEqual(await names('?active=true'), ['b', 'c']);
  for (const other of ['1', 'TRUE', 'false', '', 'true ']) {
    assert.deepEqual(await names(`?active=${encodeURIComponent(other)}`), ['a', 'b', 'c']);
  }
  assert.match((await list(room.id)).body.participants[0].left_at, TIME);
});

test('E001-15: credentials', async () => {
  const room = await createRoom();
  const { access_token: access, refresh_token: refresh, auth_token: auth } = (
    await add(room.id, { display_name: 'J' })
  ).body;
  const url = `/api/v1/rooms/${room.id}`;
  const get = (headers) => cardea.request('GET', url, { headers });

  refused(await get({}), 401, 'missing authorization header');
  refused(await get({ Authorization: 'Basic x' }), 401, 'invalid authorization header format');
  refused(await get({ Authorization: 'Bearer ' }), 401, 'invalid authorization header format');
  refused(await get({ 'X-API-Key': '' }), 401, 'missing API key');
  refused(await get({ 'X-API-Key': 'abc' }), 401, 'invalid API key format');
  refused(await get({ 'X-API-Key': `ck_live_${'a'.repeat(43)}` }), 401, 'invalid API key');
  refused(await get({ Authorization: `Bearer ${refresh}` }), 401, 'invalid token');
  refused(await get({ Authorization: `Bearer ${access}x` }), 401, 'invalid token');
  refused(await get({ Authorization: `Bearer ${expire(access)}` }), 401, 'token has expired');

  for (const good of [cardea.dev.api_key, access, auth]) {
    assert.equal((await get({ Authorization: `Bearer ${good}` })).status, 200);
  }
  assert.equal((await get({ authorization: `bearer ${access}` })).status, 200);
  refused(await cardea.api('POST', '/api/v1/rooms', {}, { token: access }), 403, 'host role required');
  refused(await add(room.id, { display_name: 'H', role: 'host' }, { token: access }), 403, 'host role required');
});

/** @p token with an expiry in the past, signed with the gateway's own key. */
function expire(token) {
  const jwk = JSON.parse(fs.readFileSync(path.join(cardea.stateDir, 'keys/access.jwk'), 'utf8'));
  const [header] = token.split('.');
  const now = Math.floor(Date.now() / 1000);
  const payload = Buffer.from(JSON.stringify({ ...claims(token), iat: now - 7200, exp: now - 3600 }));
  const signed = `${header}.${payload.toString('base64url')}`;
  const key = Buffer.from(jwk.k, 'base64url');
  return `${signed}.${crypto.createHmac('sha256', key).update(signed).digest('base64url')}`;
}

test('E001-15e, F2-20: foreign is unknown', async () => {
  const other = crypto.randomUUID();
  const foreign = await createRoom({ name: `foreign ${randomId()}` });
  const own = await createRoom();
  const { access_token: token } = (await add(own.id, { display_name: 'J' })).body;
  cardea.sql(`INSERT INTO tenants SELECT '${other}', 'other', is_active, max_concurrent_rooms,
    max_participants_per_room, created_at, updated_at FROM tenants WHERE tenant = '${tenant}';
    UPDATE rooms SET tenant = '${other}', session = NULL, status = 1 WHERE room = '${foreign.id}'`);
  refused(await cardea.api('GET', `/api/v1/rooms/${foreign.id}`), 404, 'room not found');
  refused(await list(foreign.id), 404, 'room not found');
  refused(await add(foreign.id, { display_name: 'J' }), 404, 'room not found');
  // A room's token does not reach another room of its tenant either, nor any by its name.
  const sibling = await createRoom({ name: `sibling ${randomId()}` });
  refused(await list(sibling.id, '', { token }), 404, 'room not found');
  refused(await list(sibling.name, '', { token }), 404, 'room not found');
  refused(await add(sibling.id, { display_name: 'J' }, { token }), 404, 'room not found');
});

test('E001-17: a scheduled room', async () => {
  const schedule = (id, minutes) =>
    cardea.sql(`UPDATE rooms SET status = 0, session = NULL, started_at = 0, allow_early_join_minutes = ${minutes},
      scheduled_start_at = ${Date.now() + 20 * 60000} WHERE room = '${id}'`);
  const room = await createRoom();
  schedule(room.id, 10);
  refused(await add(room.id, { display_name: 'J' }), 400, 'room is not active');
  schedule(room.id, 30);
  const { status, body } = await add(room.id, { display_name: 'J' });
  assert.equal(status, 201);
  assert.equal(body.room.status, 'active');
  assert.equal(body.room_created, true);
});

test('E001-18: an ended room', async () => {
  const room = await createRoom();
  const old = (await add(room.id, { display_name: 'J' })).body;
  const end = () =>
    cardea.sql(`UPDATE sessions SET ended_at = ${Date.now()} WHERE room = '${room.id}';
      UPDATE participants SET left_at = ${Date.now()} WHERE room = '${room.id}';
      UPDATE rooms SET status = 2, session = NULL, ended_at = ${Date.now()} WHERE room = '${room.id}'`);
  end();
  configure('allow_early_join', 0);
  try {
    refused(await add(room.id, { display_name: 'J' }), 400, 'room is not active');
  } finally {
    configure('allow_early_join', 1);
  }
  const { status, body } = await add(room.id, { display_name: 'K' });
  assert.equal(status, 201);
  assert.equal(body.room_created, true);
  assert.equal(body.room.id, room.id);
  assert.equal(body.room.status, 'active');
  refused(await list(room.id, '', { token: old.access_token }), 401, 'invalid token'); // of the old session
});

test('E001-19: 50 parallel first joins make one room', async () => {
  const name = `rush ${randomId()}`;
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => add(name, { display_name: `p${i}` })));
  assert.ok(answers.every((a) => a.status === 201));
  assert.equal(new Set(answers.map((a) => a.body.room.id)).size, 1);
  assert.equal(answers.filter((a) => a.body.room_created).length, 1);
  assert.equal((await list(name)).body.participants.length, 50);
});

test('E001-21: a list of an unknown room', async () => {
  refused(await list(crypto.randomUUID()), 404, 'room not found');
  refused(await list(`unknown ${randomId()}`), 404, 'room not found');
});

test('rooms: bad input', async () => {
  refused(await cardea.api('GET', '/api/v1/rooms/not-a-uuid'), 400, 'invalid room id');
  refused(await cardea.api('GET', `/api/v1/rooms/${crypto.randomUUID()}`), 404, 'room not found');
  for (const body of [{ name: 1 }, { config: [] }, { config: { max_participants: 'x' } },
    { config: { max_participants: -1 } }, { config: { chat_enabled: 1 } }, '{', '']) {
    const answer = await cardea.api('POST', '/api/v1/rooms', body);
    assert.equal(answer.status, 400, answer.raw);
    assert.deepEqual(Object.keys(answer.body), ['error']);
  }
});

test('unknown routes, wrong methods, large bodies: the shape of the dialect', async () => {
  for (const [method, url] of [['GET', '/api/v1/nothing'], ['POST', '/api/v1/rooms/x/y/z'], ['GET', '/api/v1']]) {
    const answer = await cardea.api(method, url);
    assert.equal(answer.status, 404, url);
    assert.equal(typeof answer.body.error, 'string');
  }
  const wrong = await cardea.api('DELETE', '/api/v1/rooms');
  assert.equal(wrong.status, 405);
  assert.equal(typeof wrong.body.error, 'string');
  assert.match(wrong.headers.allow, /POST/);

  const room = await createRoom();
  const large = await add(room.id, { display_name: 'J', metadata: { x: 'a'.repeat(1 << 20) } }).catch((e) => e);
  assert.equal(large.status, 413, String(large));
  assert.equal(typeof large.body.error, 'string');
});

test('a chunked body of any content type', async () => {
  const answer = await raw(
    'POST /api/v1/rooms HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/plain\r\n' +
      `X-API-Key: ${cardea.dev.api_key}\r\nTransfer-Encoding: chunked\r\n\r\n` +
      '5\r\n{"nam\r\n8\r\ne":"chun\r\n4\r\nks"}\r\n0\r\n\r\n',
  );
  assert.match(answer, /^HTTP\/1\.1 201 /);
  assert.match(answer, /"name":"chunks"/);
});

function raw(text) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(cardea.port, '127.0.0.1');
    let got = '';
    socket.on('data', (data) => {
      got += data;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(got));
    socket.write(text);
  });
}

test('request ids and CORS, on errors as well', async () => {
  const answer = await cardea.request('GET', `/api/v1/rooms/${crypto.randomUUID()}`, {
    headers: { Origin: 'https://app.example', 'X-Request-ID': 'abc-1' },
  });
  assert.equal(answer.status, 401);
  assert.equal(answer.headers['x-request-id'], 'abc-1');
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  const preflight = await cardea.request('OPTIONS', '/api/v1/rooms', {
    headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-origin'], '*');
  assert.match(preflight.headers['access-control-allow-methods'], /POST/);
  assert.match(preflight.headers['access-control-allow-headers'], /Authorization/);
  assert.equal(preflight.headers['access-control-max-age'], '600');
});

test('logs name neither keys nor tokens nor paths with credentials', async () => {
  const log = cardea.log().split('\n').filter((line) => line.includes('level='));
  assert.ok(log.length > 10);
  for (const line of log) {
    assert.ok(!line.includes(cardea.dev.api_key), line);
    assert.ok(!line.includes('eyJ'), line);
  }
});
