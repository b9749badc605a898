// spec/native 7: why somebody is in a meeting or not, and what `enter` would answer, which must be what it
// then does answer, while asking changes nothing. Takes about 8 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { connectionId, randomId, until } from '../../support/cardea.mjs';
import { makeMeeting } from '../../support/meetings.mjs';
import { body as bodyOf, startParticipants } from '../../support/participants.mjs';

let api;
let cardea;
let stranger; // API key of another tenant

before(async () => {
  api = await startParticipants();
  cardea = api.cardea;
  stranger = bodyOf(await cardea.admin('POST', '/tenants', { name: 'Second' }), 201).api_key;
});
after(() => cardea?.stop());

const enter = (credential, fields) => cardea.request('POST', '/api/v1/enter', { body: { credential, ...fields } });
const ask = (credential, fields, options) => api.call('POST', '/api/v1/why', { credential, ...fields }, options);
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that the application signs. */
function signed(changes = {}) {
  const now = Math.floor(Date.now() / 1000);
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({
    iss: cardea.dev.api_key_id, aud: 'cardea-enter', sub: 'jane', room: 'Signed', name: 'Jane', iat: now, exp: now + 3600, jti: randomId(), ...changes,
  })}`;
  return `${text}.${crypto.createHmac('sha256', cardea.dev.api_secret).update(text).digest('base64url')}`;
}

/** What asking about @p credential answers; nothing is written by it, down to the last row, nor told. */
async function explained(credential, fields, options) {
  const rows = cardea.sql('.dump');
  const { body, raw, status } = await ask(credential, fields, options);
  assert.equal(status, 200, raw);
  assert.deepEqual(Object.keys(body), ['verdict', 'status', 'rule', 'waiting_for', 'advice']);
  assert.ok(cardea.sql('.dump') === rows, `asking for ${body.verdict} has changed the database`);
  assert.ok(!raw.includes(credential) && !cardea.log().includes(credential), 'the credential is shown');
  return body;
}

/** Asking says what `enter` then answers. */
async function agrees(verdict, credential, fields) {
  const body = await explained(credential, fields);
  assert.equal(body.verdict, verdict);
  assert.equal(typeof body.advice, 'string');
  const answer = await enter(credential, fields);
  assert.equal(answer.status, body.status, answer.raw);
  if (answer.status >= 300) assert.deepEqual([answer.body.code, answer.body.error], [body.verdict, body.rule]);
  assert.equal(answer.body.waiting_for ?? null, body.waiting_for);
  return { body, answer };
}

/** A meeting that its host has begun: with `room`, an id, and `seat`. */
async function begun(options) {
  const meeting = await makeMeeting(cardea, { options });
  const seat = await (await cardea.enter(meeting.host)).create();
  await seat.join('receive', connectionId());
  await until(async () => (await cardea.request('GET', `/rooms/${meeting.host}`)).body.room.started_at, 'begun');
  return { ...meeting, seat, room: seat.entered.room.id };
}

test('admit: tokens, access keys, guests whose seats are not made, and rooms that are not', async () => {
  const { id } = await api.room();
  const { access_token, auth_token } = await api.added(id);
  await agrees('admit', access_token);
  await agrees('admit', auth_token);
  const { seat, guestToken } = await begun();
  await agrees('admit', guestToken, { name: 'Ann' });
  await agrees('admit', signed({ room: `new ${randomId()}` }));
  await seat.tunnel.close();
});

test('a token for one use is not used up by asking', async () => {
  await api.configured('single_use_tokens', 1, async () => {
    const token = signed();
    await explained(token);
    await agrees('admit', token);
    await agrees('credential_used', token);
  });
});

test('wait: for a host to come, and to be let in', async () => {
  const { guestToken } = await makeMeeting(cardea);
  const { body, answer } = await agrees('wait', guestToken, { name: 'Ann', client_key: undefined });
  assert.equal(body.waiting_for, 'host');
  assert.equal((await explained(answer.body.ticket)).verdict, 'wait');
  const meeting = await begun({ waiting_room: true });
  assert.equal((await agrees('wait', meeting.guestToken, { name: 'Ann' })).body.waiting_for, 'admission');
});

test('locked, full, and without a name', async () => {
  const { guestToken, room } = await begun();
  await agrees('name_required', guestToken);
  bodyOf(await api.rooms('POST', room, '/lock'));
  await agrees('room_locked', guestToken, { name: 'Ann' });
  bodyOf(await api.rooms('POST', room, '/unlock'));
  cardea.sql(`UPDATE rooms SET max_participants = 1 WHERE room = '${room}'`);
  await agrees('room_is_full', guestToken, { name: 'Ann' });
  cardea.sql(`UPDATE rooms SET max_participants = 2 WHERE room = '${room}'`);
  await agrees('admit', guestToken, { name: 'Ann' });
});

test('in use, removed, blocked, denied, and over', async () => {
  const meeting = await begun({ waiting_room: true });
  await agrees('in_use', meeting.host);
  const { ticket } = bodyOf(await enter(meeting.guestToken, { name: 'Ann' }), 202);
  const [{ participant }] = bodyOf(await api.rooms('GET', meeting.room, '/waiting'));
  bodyOf(await api.rooms('POST', meeting.room, `/participants/${participant}/deny`, {}));
  assert.equal((await explained(ticket)).verdict, 'denied');
  const { id } = await api.room();
  const [removed, blocked, other] = [await api.added(id), await api.added(id), await api.added(id)];
  assert.equal((await api.remove(id, removed.participant.id)).status, 204);
  await agrees('removed', removed.access_token);
  bodyOf(await api.rooms('POST', id, `/participants/${blocked.participant.id}/remove`, { block: true, scope: 'room' }));
  await agrees('blocked', blocked.access_token);
  await agrees('admit', other.access_token);
  bodyOf(await api.rooms('POST', id, '/end'));
  await agrees('meeting_over', other.access_token);
});

test('expired, of another purpose, malformed and unknown', async () => {
  const { id } = await api.room();
  const { access_token, refresh_token } = await api.added(id);
  await agrees('credential_expired', api.expired(access_token));
  await agrees('credential_expired', signed({ exp: Math.floor(Date.now() / 1000) - 10 }));
  await agrees('credential_purpose', refresh_token);
  await agrees('credential_malformed', 'no credential at all');
  await agrees('unauthenticated', crypto.randomBytes(12).toString('hex'));
  await agrees('unauthenticated', `${access_token.slice(0, -8)}AAAAAAAA`);
});

test('what is of another tenant answers like what is nobody\'s', async () => {
  const nobody = await explained(crypto.randomBytes(12).toString('hex'));
  const { id } = await api.room();
  const [{ access_token }, gone] = [await api.added(id), await api.added(id)];
  await api.remove(id, gone.participant.id);
  const meeting = await makeMeeting(cardea);
  const { ticket } = bodyOf(await enter(meeting.guestToken, { name: 'Ann' }), 202);
  for (const credential of [access_token, api.expired(access_token), gone.access_token, meeting.host, meeting.guestToken, ticket, signed(),
    signed({ exp: 1 })]) {
    assert.notDeepEqual(await explained(credential, { name: 'Ann' }), nobody);
    assert.deepEqual(await explained(credential, { name: 'Ann' }, { key: stranger }), nobody);
  }
});

test('only tenants ask what a credential opens', async () => {
  const { id } = await api.room();
  const host = await api.added(id, { role: 'host' });
  assert.equal((await ask(host.access_token)).status, 200);
  assert.equal((await ask(host.access_token, {}, { token: host.access_token })).status, 403);
  assert.equal((await cardea.request('POST', '/api/v1/why', { body: { credential: host.access_token } })).status, 401);
  assert.equal((await api.call('POST', '/api/v1/why', {})).status, 400);
});

// ---- seats ----

const PHASES = ['credential', 'admit', 'token', 'signal', 'ice', 'dtls', 'first_packet'];

/** Why the participant is where it is: {verdict, ok: by phase, phases: by name}. */
async function why(room, participant, options) {
  const body = bodyOf(await api.rooms('GET', room, `/participants/${participant}/why`, undefined, options));
  assert.deepEqual(body.phases.map(({ phase }) => phase), PHASES);
  for (const { at, ms, ok } of body.phases) {
    assert.ok(at === null || Math.abs(Date.parse(at) - Date.now()) < 60_000);
    assert.ok(ms === null || (Number.isInteger(ms) && ms >= 0));
    assert.ok(ok !== true || at !== null, 'what is known to be done has a time');
  }
  assert.equal(typeof body.advice, 'string');
  return { verdict: body.verdict, ok: body.phases.map(({ ok }) => ok), phases: Object.fromEntries(body.phases.map((phase) => [phase.phase, phase])) };
}

test('a seat is followed from its credential to its connection, and what nobody knows is null', async () => {
  const { id } = await api.room();
  const { access_token, participant } = await api.added(id);
  const of = () => why(id, participant.id);
  let now = await of();
  assert.deepEqual([now.verdict, now.ok], ['not_entered', [true, true, null, null, null, null, null]]);
  const seat = await cardea.enter(access_token);
  now = await of();
  assert.deepEqual([now.verdict, now.ok], ['entering', [true, true, true, null, null, null, null]]);
  assert.equal(now.phases.token.detail, 'n1');
  assert.equal(now.phases.token.ms, Date.parse(now.phases.token.at) - Date.parse(now.phases.admit.at));
  await seat.create();
  const { handle } = await seat.join('receive', connectionId());
  await until(async () => (await of()).verdict === 'online', 'online');
  now = await of();
  assert.deepEqual(now.ok, [true, true, true, true, null, null, null]);
  await seat.message(handle, { request: 'leave' });
  await until(async () => (await of()).verdict === 'left', 'left');
  now = await of();
  assert.deepEqual([now.phases.signal.ok, now.phases.signal.detail], [false, 'left']);
  await cardea.enter(access_token);
  now = await of();
  assert.deepEqual([now.verdict, now.ok], ['entering', [true, true, true, null, null, null, null]]); // a new attempt
  cardea.sql(`UPDATE events SET at = at - 600000 WHERE room = '${id}' AND type = 'participant.returned'`);
  assert.equal(bodyOf(await api.rooms('GET', id, `/participants/${participant.id}/why`)).verdict, 'not_connected');
});

test('who waits, was refused, removed or blocked, and whose meeting is over', async () => {
  const { guestToken, room } = await begun({ waiting_room: true });
  await enter(guestToken, { name: 'Ann' });
  const [{ participant }] = bodyOf(await api.rooms('GET', room, '/waiting'));
  assert.deepEqual([(await why(room, participant)).verdict, (await why(room, participant)).phases.admit.ok], ['waiting', null]);
  bodyOf(await api.rooms('POST', room, `/participants/${participant}/deny`, { reason: 'not today' }));
  const denied = await why(room, participant);
  assert.deepEqual([denied.verdict, denied.phases.admit.ok, denied.phases.admit.detail], ['denied', false, 'not today']);
  const { id } = await api.room();
  const [removed, blocked, other] = [await api.added(id), await api.added(id), await api.added(id)];
  await api.remove(id, removed.participant.id);
  assert.deepEqual([(await why(id, removed.participant.id)).verdict, (await why(id, removed.participant.id)).phases.admit.ok], ['removed', false]);
  bodyOf(await api.rooms('POST', id, `/participants/${blocked.participant.id}/remove`, { block: true }));
  assert.equal((await why(id, blocked.participant.id)).verdict, 'blocked');
  bodyOf(await api.rooms('POST', id, '/end'));
  assert.equal((await why(id, other.participant.id)).verdict, 'meeting_over');
});

test('hosts ask about their room, and know nothing of hidden seats and of other rooms', async () => {
  const { id } = await api.room();
  const host = await api.added(id, { role: 'host' });
  const guest = await api.added(id);
  const token = host.access_token;
  const ask = (room, participant, options) => api.rooms('GET', room, `/participants/${participant}/why`, undefined, options);
  assert.equal((await why(id, guest.participant.id, { token })).verdict, 'not_entered');
  assert.equal((await ask(id, host.participant.id, { token: guest.access_token })).status, 403);
  assert.equal((await cardea.request('GET', `/api/v1/rooms/${id}/participants/${guest.participant.id}/why`)).status, 401);
  cardea.sql(`UPDATE participants SET hidden = 1 WHERE seat = '${guest.participant.id}'`);
  const hidden = await ask(id, guest.participant.id, { token });
  const nobody = await ask(id, crypto.randomUUID(), { token });
  assert.deepEqual([hidden.status, hidden.body], [404, nobody.body]);
  assert.equal((await why(id, guest.participant.id)).verdict, 'not_entered'); // the tenant knows of it
  const other = await api.room();
  const elsewhere = await api.added(other.id);
  assert.deepEqual((await ask(id, elsewhere.participant.id)).body, nobody.body);
  const foreign = await ask(id, host.participant.id, { key: stranger });
  assert.deepEqual([foreign.status, foreign.body], [404, (await ask(crypto.randomUUID(), host.participant.id)).body]);
});
