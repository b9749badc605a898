// POST /api/v1/enter (spec/native 1): any credential becomes media. Takes about 6 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectionId, randomId, startCardea, until } from '../support/cardea.mjs';

let cardea;
let hostKey;
let guestToken;

before(async () => {
  cardea = await startCardea();
  hostKey = new URL(cardea.dev.host_link).search.slice(1);
  guestToken = new URL(cardea.dev.guest_link).searchParams.get('guest');
});
after(() => cardea.stop());

const enter = (body, headers) => cardea.request('POST', '/api/v1/enter', { body, headers });
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

function refused(answer, status, code) {
  assert.equal(answer.status, status, answer.raw);
  assert.deepEqual(Object.keys(answer.body), ['error', 'code']);
  if (code) assert.equal(answer.body.code, code);
}

async function newParticipant(fields = {}) {
  const answer = await cardea.api('POST', `/api/v1/rooms/${randomId()}/participants`, {
    display_name: 'John Doe', ...fields,
  });
  assert.equal(answer.status, 201, answer.raw);
  return answer.body;
}

test('the host link: everything a page needs', async () => {
  const { status, body, headers } = await enter({ credential: hostKey, slots: { video: 4 } });
  assert.equal(status, 201);
  assert.equal(headers['cache-control'], 'no-store');
  assert.deepEqual(Object.keys(body), [
    'participant', 'room', 'join_token', 'expires_in', 'resume', 'janus_url', 'slots', 'stun_servers', 'turn_servers',
  ]);
  assert.equal(body.participant.role, 'host');
  assert.equal(body.participant.guest, false);
  assert.equal(body.participant.hidden, false);
  assert.equal(body.participant.avatar, null);
  assert.deepEqual(body.participant.publish, ['microphone', 'camera', 'screen', 'data']);
  assert.deepEqual(body.participant.locks, {});
  assert.deepEqual(body.slots, { audio: 3, video: 4 });
  assert.equal(body.expires_in, 120);
  assert.equal(body.janus_url, `${cardea.wsUrl}/janus/n1`);
  assert.match(body.stun_servers.join(), /^stun:[^,]+:\d+$/);
  assert.equal(body.turn_servers.length, 1);
  assert.equal(body.turn_servers[0].username.split(':')[1], body.participant.client_id);
  const token = claims(body.join_token);
  assert.equal(token.aud, 'cardea-media');
  assert.equal(token.sub, body.participant.id);
  assert.equal(token.room, body.room.id);
  assert.equal(token.exp - token.iat, 120);
});

test('the address follows the proxy in front', async () => {
  const { body } = await enter({ credential: hostKey }, { Host: 'meet.example', 'X-Forwarded-Proto': 'https' });
  assert.equal(body.janus_url, 'wss://meet.example/janus/n1');
});

test('a guest link: a new guest each time, the same one for the same client', async () => {
  const first = await enter({ credential: guestToken, name: 'Ann', client_key: 'key-0123456789ab' });
  assert.equal(first.status, 201, first.raw);
  assert.equal(first.body.participant.name, 'Ann');
  assert.equal(first.body.participant.guest, true);
  assert.equal(first.body.participant.role, 'participant');
  const again = await enter({ credential: guestToken, name: 'Ann', client_key: 'key-0123456789ab' });
  assert.equal(again.body.participant.id, first.body.participant.id);
  const other = await enter({ credential: guestToken, name: 'Bob' });
  assert.notEqual(other.body.participant.id, first.body.participant.id);
  refused(await enter({ credential: guestToken }), 400, 'name_required');
  refused(await enter({ credential: guestToken, name: '\u0001' }), 400);
});

test('a page with its resume string keeps its seat', async () => {
  const first = (await enter({ credential: guestToken, name: 'Ann' })).body;
  const again = await enter({ credential: guestToken, name: 'Ann', resume: first.resume });
  assert.equal(again.status, 201, again.raw);
  assert.equal(again.body.participant.id, first.participant.id);
  assert.notEqual(again.body.join_token, first.join_token);
  const broken = first.resume.slice(0, -2) + (first.resume.endsWith('AA') ? 'BB' : 'AA');
  refused(await enter({ credential: guestToken, name: 'Ann', resume: broken }), 403);
  refused(await enter({ credential: hostKey, resume: first.resume }), 403); // of another seat
});

test('participant tokens: access and auth enter, refresh and tenant keys do not', async () => {
  const added = await newParticipant({ role: 'host' });
  for (const credential of [added.access_token, added.auth_token]) {
    const { status, body } = await enter({ credential });
    assert.equal(status, 201);
    assert.equal(body.participant.id, added.participant.id);
    assert.equal(body.participant.name, 'John Doe');
    assert.equal(body.participant.role, 'host');
    assert.equal(body.room.id, added.room.id);
  }
  refused(await enter({ credential: added.refresh_token }), 403, 'credential_purpose');
  refused(await enter({ credential: cardea.dev.api_key }), 403, 'credential_purpose');
  const { join_token: join } = (await enter({ credential: added.access_token })).body;
  refused(await enter({ credential: join }), 403, 'credential_purpose');
});

test('credentials that are not ours', async () => {
  const { access_token: token } = await newParticipant();
  const [head, payload, signature] = token.split('.');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const raised = Buffer.from(JSON.stringify({ ...claims(token), role: 'host' })).toString('base64url');
  for (const credential of [
    'a'.repeat(24), hostKey.slice(0, -1) + (hostKey.endsWith('a') ? 'b' : 'a'), 'x', `${token}x`, `${head}.${payload}.`,
    `${none}.${payload}.`, `${head}.${raised}.${signature}`, `${hostKey} `, `ck_live_${'a'.repeat(43)}`,
  ]) {
    const answer = await enter({ credential });
    assert.ok([401, 403].includes(answer.status), `${credential}: ${answer.raw}`);
    assert.deepEqual(Object.keys(answer.body), ['error', 'code']);
  }
});

test('bad input', async () => {
  for (const body of [
    {}, { credential: '' }, { credential: 5 }, { credential: 'a'.repeat(5000) }, { credential: hostKey, name: [] },
    { credential: hostKey, slots: [] }, { credential: hostKey, slots: { audio: 4 } },
    { credential: hostKey, slots: { video: 26 } }, { credential: hostKey, slots: { video: '1' } },
    { credential: hostKey, slots: { audio: -1 } }, { credential: hostKey, client_key: 'a'.repeat(1000) },
    { credential: guestToken, name: 'Ann', client_key: 'key-0123456789a' }, // could be guessed
    { credential: hostKey, resume: 1 }, '{', '[]', '', `{"credential":"${hostKey}","credential":"x"}`,
  ]) {
    refused(await enter(body), 400);
  }
  const answer = await cardea.request('GET', '/api/v1/enter');
  assert.equal(answer.status, 405);
  assert.deepEqual(Object.keys(answer.body), ['error', 'code']);
});

test('a link that is in use answers 409, with the resume string it moves', async () => {
  const seat = await cardea.enter(hostKey);
  await seat.create();
  await seat.join('receive', connectionId());
  await until(
    async () => (await enter({ credential: hostKey })).status === 409,
    'the seat is known to be online',
  );
  refused(await enter({ credential: hostKey }), 409, 'in_use');
  const moved = await enter({ credential: hostKey, resume: seat.entered.resume });
  assert.equal(moved.status, 201, moved.raw);
  assert.equal(moved.body.participant.id, seat.entered.participant.id);
  await seat.tunnel.close();
});

test('a participant joins with what enter gave', async () => {
  const seat = await cardea.participant(`join ${randomId()}`, { display_name: 'Joan' });
  await seat.create();
  const { data } = await seat.join('receive', connectionId());
  assert.equal(data.participant.id, seat.entered.participant.id);
  assert.equal(data.participant.name, 'Joan');
  assert.equal(data.room.id, seat.entered.room.id);
  await seat.tunnel.close();
});
