// spec/participants and spec/acceptance 2: the rows E001, each by its id, and bad input. Takes about 10 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { randomId } from '../../support/cardea.mjs';
import { body as bodyOf, claims, refused, startParticipants, TIME, UUID } from '../../support/participants.mjs';

let api;
let cardea;
let tenant;

before(async () => {
  api = await startParticipants();
  ({ cardea, tenant } = api);
});
after(() => cardea?.stop());

const createRoom = (fields) => api.room(fields);
const add = (...args) => api.add(...args);
const list = (...args) => api.list(...args);

test('E001-01a, 01b: a room, and a participant with everything in the answer', async () => {
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

test('E001-03a, 03b, 04: early join of an unknown name', async () => {
  const name = `early ${randomId()}`;
  const first = await add(name, { display_name: 'J' });
  assert.equal(first.status, 201);
  assert.equal(first.body.room_created, true);
  assert.equal(first.body.room.name, name);
  const second = await add(name, { display_name: 'K' });
  assert.equal(second.body.room_created, false);
  assert.equal(second.body.room.id, first.body.room.id);

  api.configure('allow_early_join', 0);
  try {
    refused(await add(`early ${randomId()}`, { display_name: 'J' }), 400, 'room is not active');
  } finally {
    api.configure('allow_early_join', 1);
  }
});

test('E001-05: a random UUID is never created', async () => {
  refused(await add(crypto.randomUUID(), { display_name: 'J' }), 404, 'room not found');
});

test('E001-06a, 06b, 06c, 06d, 07a, 07b: bodies that are refused', async () => {
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
  api.configure('first_participant_is_host', 1);
  try {
    const room = await createRoom();
    assert.equal((await add(room.id, { display_name: 'J' })).body.participant.role, 'host');
    assert.equal((await add(room.id, { display_name: 'K' })).body.participant.role, 'participant');
  } finally {
    api.configure('first_participant_is_host', 0);
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
  api.configure('duplicate_policy', 1);
  try {
    refused(await add(room.id, user), 409, 'participant already in room');
    api.configure('duplicate_policy', 2);
    const second = await add(room.id, user);
    assert.equal(second.status, 201);
    assert.notEqual(second.body.participant.id, first.participant.id);
    const seats = (await list(room.id)).body.participants;
    assert.match(seats.find((s) => s.id === first.participant.id).left_at, TIME);
    refused(await list(room.id, '', { token: first.access_token }), 401, 'invalid token');
  } finally {
    api.configure('duplicate_policy', 0);
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

test('E001-10a, 10b, 10c, 10d: the list', async () => {
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

test('E001-15a, 15b, 15c, 15d: credentials', async () => {
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
  refused(await get({ Authorization: `Bearer ${api.expired(access)}` }), 401, 'token has expired');

  for (const good of [cardea.dev.api_key, access, auth]) {
    assert.equal((await get({ Authorization: `Bearer ${good}` })).status, 200);
  }
  assert.equal((await get({ authorization: `bearer ${access}` })).status, 200);
  refused(await cardea.api('POST', '/api/v1/rooms', {}, { token: access }), 403, 'host role required');
  refused(await add(room.id, { display_name: 'H', role: 'host' }, { token: access }), 403, 'host role required');
});

test('E001-15e, F2-20: foreign is unknown', async () => {
  const other = crypto.randomUUID();
  const foreign = await createRoom({ name: `foreign ${randomId()}` });
  const own = await createRoom();
  const { access_token: token } = (await add(own.id, { display_name: 'J' })).body;
  cardea.sql(`INSERT INTO tenants (tenant, name, is_active, max_concurrent_rooms, max_participants_per_room,
    created_at, updated_at) SELECT '${other}', 'other', 1, 0, 0, 0, 0 FROM tenants WHERE tenant = '${tenant}';
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

test('E001-17a, 17b: a scheduled room', async () => {
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

test('E001-18a, 18b: an ended room', async () => {
  const room = await createRoom();
  const old = (await add(room.id, { display_name: 'J' })).body;
  const end = () =>
    cardea.sql(`UPDATE sessions SET ended_at = ${Date.now()} WHERE room = '${room.id}';
      UPDATE participants SET left_at = ${Date.now()} WHERE room = '${room.id}';
      UPDATE rooms SET status = 2, session = NULL, ended_at = ${Date.now()} WHERE room = '${room.id}'`);
  end();
  api.configure('allow_early_join', 0);
  try {
    refused(await add(room.id, { display_name: 'J' }), 400, 'room is not active');
  } finally {
    api.configure('allow_early_join', 1);
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

test('E001-11a, 11b, 11c, 11d, F2-08a: removal', async () => {
  const [room, other] = [await createRoom(), await createRoom()];
  const [host, john] = [await api.added(room.id, { role: 'host' }), await api.added(room.id)];
  const elsewhere = await api.added(other.id);
  refused(await api.remove(room.id, crypto.randomUUID()), 404, 'participant not found');
  refused(await api.remove(room.id, elsewhere.participant.id), 404, 'participant not found'); // F2-09b
  assert.equal((await api.active(other.id)).length, 1);
  refused(await api.remove(room.id, 'p_abc123'), 400, 'invalid participant id');

  const gone = await api.remove(room.id, john.participant.id, { token: host.access_token });
  assert.equal(gone.status, 204);
  assert.equal(gone.raw, '');
  assert.deepEqual((await api.active(room.id)).map(({ id }) => id), [host.participant.id]);
  assert.match(bodyOf(await list(room.id)).participants[1].left_at, TIME);
  refused(await api.remove(room.id, john.participant.id), 404, 'participant not found');
  for (const token of [john.access_token, john.auth_token]) { // P14
    refused(await list(room.id, '', { token }), 401, 'invalid token');
  }
  assert.equal((await api.cardea.request('POST', '/api/v1/enter', { body: { credential: john.access_token } })).status, 403);
});

test('E001-12a, 12b: new tokens', async () => {
  const room = await createRoom();
  const old = await api.added(room.id, { role: 'host' });
  const answer = await api.tokens(room.id, old.participant.id);
  const fresh = bodyOf(answer);
  assert.deepEqual(Object.keys(fresh).sort(), ['access_token', 'auth_token', 'expires_in', 'refresh_token', 'token_type']);
  assert.equal(answer.headers['cache-control'], 'no-store');
  for (const name of ['access_token', 'auth_token', 'refresh_token']) {
    assert.notEqual(fresh[name], old[name]);
    const [now, before] = [claims(fresh[name]), claims(old[name])];
    assert.deepEqual([now.sub, now.room_id, now.role, now.use], [before.sub, before.room_id, before.role, before.use]);
  }
  const john = await api.added(room.id);
  refused(await api.tokens(room.id, john.participant.id, { token: john.access_token }), 403, 'host role required');
  assert.equal((await api.remove(room.id, john.participant.id)).status, 204);
  refused(await api.tokens(room.id, john.participant.id), 404, 'participant not found');
  const other = await createRoom();
  refused(await api.tokens(other.id, old.participant.id), 404, 'participant not found'); // P13
});

test('E001-13, F2-08b: one bad item of many', async () => {
  const room = await createRoom();
  const { results } = bodyOf(await api.bulk(room.id, [{ display_name: 'Alice' }, { external_user_id: 'x' }, { display_name: 'Bob' }]));
  assert.equal(results.length, 3);
  assert.deepEqual(results[1], { success: false, error: 'display_name is required' });
  for (const at of [0, 2]) {
    assert.deepEqual(Object.keys(results[at]), ['participant_id', 'display_name', 'success', 'access_token', 'auth_token']);
    assert.equal(claims(results[at].access_token).sub, results[at].participant_id);
    bodyOf(await list(room.id, '', { token: results[at].access_token }));
    bodyOf(await list(room.id, '', { token: results[at].auth_token }));
  }
  assert.deepEqual((await api.active(room.id)).map((p) => p.display_name), ['Alice', 'Bob']);
});

test('E001-14a, 14b, 14c: bulk calls that are refused as a whole', async () => {
  const room = await createRoom();
  refused(await api.bulk(room.id, []), 400, 'no participants provided');
  refused(await api.call('POST', `/api/v1/rooms/${room.id}/participants/bulk`, {}), 400, 'no participants provided');
  const name = `none ${randomId()}`;
  refused(await api.bulk(name, [{ display_name: 'A' }]), 404, 'room not found');
  refused(await list(name), 404, 'room not found');
  refused(await api.bulk(room.id, Array.from({ length: 101 }, () => ({ display_name: 'A' }))), 400, 'too many participants');
  assert.equal((await list(room.id)).body.participants.length, 0);
});

test('E001-15d: a participant neither adds many nor removes', async () => {
  const room = await createRoom();
  const { participant, access_token: token } = await api.added(room.id);
  refused(await api.bulk(room.id, [{ display_name: 'A' }], { token }), 403, 'host role required');
  refused(await api.remove(room.id, participant.id, { token }), 403, 'host role required');
  assert.equal((await api.active(room.id)).length, 1);
});

test('E001-16a, 16c: who should record', async () => {
  const room = await createRoom();
  assert.equal((await api.added(room.id, { role: 'host' })).should_start_recording, false);
  await api.configured('force_recording', 1, async () => {
    const host = await api.added(room.id, { role: 'host', external_user_id: 'h' });
    assert.equal(host.should_start_recording, true);
    assert.equal((await api.added(room.id, { role: 'host', external_user_id: 'h' })).should_start_recording, false); // a seat again
    assert.equal((await api.added(room.id)).should_start_recording, false);
  });
});

test('E001-21: list, remove, token and bulk of an unknown room', async () => {
  const id = crypto.randomUUID();
  for (const room of [id, `unknown ${randomId()}`]) {
    refused(await list(room), 404, 'room not found');
    refused(await api.remove(room, id), 404, 'room not found');
    refused(await api.tokens(room, id), 404, 'room not found');
    refused(await api.bulk(room, [{ display_name: 'A' }]), 404, 'room not found');
    refused(await api.update(room, id, { display_name: 'A' }), 404, 'room not found');
  }
});

test('F2-09c, F2-18: a participant gets neither the role nor the seat of a host', async () => {
  const room = await createRoom();
  const host = await api.added(room.id, { role: 'host', external_user_id: 'boss' });
  const { access_token: token } = await api.added(room.id);
  refused(await add(room.id, { display_name: 'H', role: 'host' }, { token }), 403, 'host role required');
  refused(await add(room.id, { display_name: 'H', external_user_id: 'boss' }, { token }), 403, 'host role required');
  assert.equal((await api.added(room.id, { external_user_id: 'boss' }, { token: host.access_token })).participant.id, host.participant.id);
  assert.equal((await api.added(room.id, { display_name: 'Friend' }, { token })).participant.role, 'participant');
});

test('F2-07: access_token and auth_token are both accepted in their own room', async () => {
  const room = await createRoom();
  const { access_token: access, auth_token: auth } = await api.added(room.id, { role: 'host' });
  for (const token of [access, auth]) {
    bodyOf(await list(room.id, '', { token }));
    await api.added(room.id, {}, { token });
  }
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
