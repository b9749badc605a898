// Waiting to be let in, as people and application servers meet it over REST (spec/native 1 and 5).
// Takes about 10 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, ROOM, USER } from '../conformance/rt/client.mjs';
import { connectionId, randomId, startCardea, until } from '../support/cardea.mjs';
import { makeMeeting, registerGuest } from '../support/meetings.mjs';

let cardea;

before(async () => {
  cardea = await startCardea();
});
after(() => cardea?.stop());

const once = (body) => cardea.request('POST', '/api/v1/enter', { body });

/** `enter`, again after the time it names if that ticket has asked just now. */
async function enter(body) {
  const answer = await once(body);
  if (answer.status !== 429) return answer;
  await sleep(answer.headers['retry-after'] * 1000);
  return once(body);
}

/** The native calls of a room, as @p headers say who calls. */
function calls(room, headers) {
  const call = (method, path, body) => cardea.request(method, `/api/v1/rooms/${room}${path}`, { body, headers });
  return {
    list: () => call('GET', '/waiting'),
    admitAll: () => call('POST', '/admit-all'),
    admit: (id) => call('POST', `/participants/${id}/admit`),
    deny: (id, body) => call('POST', `/participants/${id}/deny`, body),
    wait: (id) => call('POST', `/participants/${id}/wait`),
  };
}

/** A meeting with a waiting room that its host has begun. */
async function begun(options = { waiting_room: true }) {
  const meeting = await makeMeeting(cardea, { options });
  const host = await (await cardea.enter(meeting.host)).create();
  await host.join('receive', connectionId());
  const room = host.entered.room.id;
  const by = calls(room, { Authorization: `Bearer ${meeting.host}` });
  await until(async () => (await cardea.request('GET', `/rooms/${meeting.host}`)).body.room.started_at, 'begun');
  return { ...meeting, seat: host, room, by };
}

/** Somebody at the door: {credential, client_key, ticket}. */
async function knock(meeting, name = 'Ann') {
  const client_key = randomId() + randomId();
  const answer = await enter({ credential: meeting.guestToken, name, client_key });
  assert.equal(answer.status, 202, answer.raw);
  return { ...answer.body, client_key };
}

function refused(answer, status, code) {
  assert.equal(answer.status, status, answer.raw);
  assert.deepEqual(Object.keys(answer.body), ['error', 'code']);
  assert.equal(answer.body.code, code);
}

test('who waits is listed in order, let in one by one, and all at once', async () => {
  const meeting = await begun();
  const before = Date.now();
  const ann = await knock(meeting, 'Ann');
  assert.deepEqual(Object.keys(ann).sort(), ['client_key', 'locale', 'message', 'ticket', 'waiting', 'waiting_for']);
  assert.deepEqual([ann.waiting, ann.message, ann.waiting_for, ann.locale], [true, null, 'admission', null]);
  const ben = await knock(meeting, 'Ben');
  const cleo = await knock(meeting, 'Cleo');
  const listed = await meeting.by.list();
  assert.equal(listed.status, 200, listed.raw);
  assert.deepEqual(listed.body.map(({ name }) => name), ['Ann', 'Ben', 'Cleo']);
  for (const person of listed.body) {
    assert.deepEqual(Object.keys(person), ['participant', 'since', 'name']);
    assert.match(person.since, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(Math.abs(Date.parse(person.since) - before) < 10_000);
  }
  const [first] = listed.body;
  for (let i = 0; i < 2; i += 1) { // the second time it is so already
    const admitted = await meeting.by.admit(first.participant);
    assert.deepEqual([admitted.status, admitted.body], [200, { participant: first.participant, admission: 'admitted' }]);
  }
  const inside = await enter({ credential: ann.ticket });
  assert.equal(inside.status, 201, inside.raw);
  assert.equal(inside.body.participant.id, first.participant);
  assert.deepEqual((await meeting.by.list()).body.map(({ name }) => name), ['Ben', 'Cleo']);
  assert.deepEqual((await meeting.by.admitAll()).body, { admitted: 2 });
  assert.deepEqual((await meeting.by.admitAll()).body, { admitted: 0 });
  assert.deepEqual((await meeting.by.list()).body, []);
  for (const { ticket } of [ben, cleo]) assert.equal((await enter({ credential: ticket })).status, 201);
});

test('who is denied reads why, and is not let in later', async () => {
  const meeting = await begun();
  const [ann, ben] = [await knock(meeting, 'Ann'), await knock(meeting, 'Ben')];
  const [a, b] = (await meeting.by.list()).body.map(({ participant }) => participant);
  const denied = await meeting.by.deny(a, { reason: ' Come back\nat noon. ' });
  assert.deepEqual([denied.status, denied.body], [200, { participant: a, admission: 'denied' }]);
  const again = await enter({ credential: ann.ticket });
  refused(again, 403, 'denied');
  assert.equal(again.body.error, 'Come back at noon.');
  // Nothing that this page holds opens the door, and nobody opens it for this seat.
  refused(await enter({ credential: meeting.guestToken, name: 'Ann', client_key: ann.client_key }), 403, 'denied');
  assert.equal((await meeting.by.deny(a)).status, 200);
  assert.equal((await enter({ credential: ann.ticket })).body.error, 'Come back at noon.');
  refused(await meeting.by.admit(a), 404, 'participant_not_found');
  refused(await meeting.by.wait(a), 404, 'participant_not_found');
  assert.equal((await meeting.by.deny(b)).status, 200);
  assert.equal((await enter({ credential: ben.ticket })).body.error, 'you were not let in');
  refused(await meeting.by.deny(b, { reason: 7 }), 400, 'json_type');
  refused(await meeting.by.deny(b, { reason: 'x'.repeat(501) }), 400, 'json_range');
  refused(await meeting.by.deny(b, '{'), 400, 'json_syntax');
});

test('registered again, who was denied waits again and no longer reads why', async () => {
  const meeting = await begun();
  const guest = await registerGuest(cardea, meeting.guestToken, { id: 'g' });
  assert.equal((await enter({ credential: guest.body.access_key })).status, 202);
  const [{ participant }] = (await meeting.by.list()).body;
  await meeting.by.deny(participant, { reason: 'Not yet.' });
  const denied = await enter({ credential: guest.body.access_key });
  assert.deepEqual([denied.status, denied.body.error], [403, 'Not yet.']);
  await registerGuest(cardea, meeting.guestToken, { id: 'g' });
  assert.equal((await enter({ credential: guest.body.access_key })).status, 202);
  assert.equal((await meeting.by.list()).body[0].participant, participant);
  await meeting.by.deny(participant);
  assert.equal((await enter({ credential: guest.body.access_key })).body.error, 'you were not let in');
});

test('put back: what was held is dead, and the door is as before', async () => {
  const meeting = await begun();
  const ann = await knock(meeting);
  await meeting.by.admitAll();
  const seat = await cardea.enter(ann.ticket);
  await seat.create();
  const { handle } = await seat.join('receive', connectionId());
  const id = seat.entered.participant.id;
  const before = Date.now();
  const end = () => Number(cardea.sql(`SELECT empties_at FROM sessions WHERE room = '${meeting.room}'`));
  const due = end();
  for (let i = 0; i < 2; i += 1) {
    const put = await meeting.by.wait(id);
    assert.deepEqual([put.status, put.body], [200, { participant: id, admission: 'waiting' }]);
  }
  assert.ok(end() > due, 'an empty meeting would end its time after this');
  const removed = await until(() => seat.tunnel.messages.map((m) => m.plugindata?.data)
    .find((data) => data?.event === 'removed'), 'told by the plugin');
  assert.equal(removed.reason, 'waiting');
  await seat.tunnel.closed;
  assert.ok(handle > 0);
  const [waiting] = (await meeting.by.list()).body;
  assert.equal(waiting.participant, id);
  assert.ok(Date.parse(waiting.since) >= before - 1000);
  // By all that the page has, it waits.
  const { resume } = seat.entered;
  for (const fields of [
    { credential: ann.ticket }, { credential: ann.ticket, resume },
    { credential: meeting.guestToken, name: 'Ann', client_key: ann.client_key, resume },
  ]) {
    const answer = await enter(fields);
    assert.deepEqual([answer.status, answer.body.waiting_for], [202, 'admission'], answer.raw);
  }
  assert.equal((await meeting.by.list()).body.length, 1);
  assert.equal((await meeting.by.admit(id)).status, 200);
  assert.equal((await enter({ credential: ann.ticket })).status, 201);
});

test('a participant with a token who is put back sees nothing of the room', async () => {
  const name = randomId();
  const added = await cardea.api('POST', `/api/v1/rooms/${name}/participants`, { display_name: 'Ann' });
  const { access_token: token } = added.body;
  const room = added.body.room.id;
  const list = () => cardea.api('GET', `/api/v1/rooms/${room}/participants`, undefined, { token });
  assert.equal((await list()).status, 200);
  const by = calls(room, { 'X-API-Key': cardea.dev.api_key });
  assert.equal((await by.wait(added.body.participant.id)).status, 200);
  assert.equal((await list()).status, 403);
  assert.equal((await cardea.api('GET', `/api/v1/rooms/${room}`, undefined, { token })).status, 403);
  assert.equal((await enter({ credential: token })).status, 202);
  assert.equal((await by.admit(added.body.participant.id)).status, 200);
  assert.equal((await list()).status, 200);
  assert.equal((await enter({ credential: token })).status, 201);
});

test('who may: the tenant and hosts of the room, nobody else', async () => {
  const meeting = await begun();
  const other = await begun();
  await knock(meeting);
  const [{ participant }] = (await meeting.by.list()).body;
  const guest = await registerGuest(cardea, meeting.guestToken, { id: 'g' });
  const added = async (role) => (await cardea.api('POST', `/api/v1/rooms/${meeting.room}/participants`,
    { display_name: 'X', ...(role ? { role } : {}) })).body.access_token;
  const person = await added();
  const host = await added('host');
  const as = (header) => calls(meeting.room, header);
  const bearer = (token) => as({ Authorization: `Bearer ${token}` });
  const everything = ({ list, admit, deny, wait, admitAll }, id) => [
    list, () => admit(id), () => deny(id), () => wait(id), admitAll];
  for (const [status, code, by] of [
    [401, 'authorization_missing', as({})],
    [401, 'unauthenticated', bearer('A'.repeat(24))],
    [401, 'unauthenticated', bearer(meeting.guestToken)],
    [401, 'api_key_format', bearer('nonsense')],
    [403, 'waiting', bearer(guest.body.access_key)],
    [403, 'host_role_required', bearer(person)],
    [404, 'room_not_found', bearer(other.host)],
    [404, 'room_not_found', calls(randomId(), { 'X-API-Key': cardea.dev.api_key })],
  ]) {
    for (const call of everything(by, participant)) refused(await call(), status, code);
  }
  // Of another meeting, or nobody.
  refused(await other.by.admit(participant), 404, 'participant_not_found');
  refused(await meeting.by.admit('nobody'), 404, 'participant_not_found');
  refused(await meeting.by.wait(meeting.seat.entered.participant.id), 403, 'forbidden');
  assert.equal((await meeting.by.list()).body.length, 2, 'nothing has changed');
  for (const by of [as({ 'X-API-Key': cardea.dev.api_key }), bearer(cardea.dev.api_key), bearer(host), meeting.by]) {
    assert.equal((await by.list()).body.length, 2);
  }
  assert.equal((await bearer(host).admit(participant)).status, 200);
});

test('a page that was kicked does not come back by itself, its person may', async () => {
  const meeting = await begun({});
  const guest = await registerGuest(cardea, meeting.guestToken, { id: 'g' });
  const credential = guest.body.access_key;
  const { resume } = (await enter({ credential })).body;
  const again = await enter({ credential, resume });
  assert.equal(again.status, 201, again.raw);
  assert.equal((await cardea.request('DELETE', `/rooms/${meeting.host}/users/g`)).status, 200);
  refused(await enter({ credential, resume: again.body.resume }), 403, 'gen_stale');
  assert.equal((await enter({ credential })).status, 201);
});

test('a lock lets nobody in; after the end there is nobody to let in', async () => {
  const meeting = await begun();
  const ann = await knock(meeting);
  const [{ participant }] = (await meeting.by.list()).body;
  assert.equal((await cardea.request('POST', `/rooms/${meeting.host}/lock`)).status, 201);
  refused(await meeting.by.admit(participant), 423, 'room_locked');
  refused(await meeting.by.admitAll(), 423, 'room_locked');
  refused(await enter({ credential: ann.ticket }), 423, 'room_locked');
  assert.equal((await meeting.by.deny(participant)).status, 200);
  assert.equal((await cardea.request('DELETE', `/rooms/${meeting.host}`)).status, 204);
  refused(await enter({ credential: ann.ticket }), 410, 'meeting_over');
  refused(await meeting.by.list(), 410, 'meeting_over');
  const tenant = calls(meeting.room, { 'X-API-Key': cardea.dev.api_key });
  assert.deepEqual((await tenant.list()).body, []);
  refused(await tenant.admit(participant), 410, 'meeting_over');
});

test('before the host a guest waits for the host, and for nobody else', async () => {
  const meeting = await makeMeeting(cardea);
  const ann = await knock(meeting);
  assert.equal(ann.waiting_for, 'host');
  const host = await (await cardea.enter(meeting.host)).create();
  await host.join('receive', connectionId());
  await until(async () => {
    const answer = await enter({ credential: ann.ticket });
    assert.ok(answer.status === 202 || answer.status === 201, answer.raw);
    return answer.status === 201;
  }, 'let in', 20_000);
});

test('a ticket asks once in two seconds, and stays the same', async () => {
  const meeting = await begun();
  const [ann, ben] = [await knock(meeting, 'Ann'), await knock(meeting, 'Ben')];
  const first = await once({ credential: ann.ticket });
  assert.deepEqual([first.status, first.body.ticket], [202, ann.ticket]);
  const asked = Date.now();
  const early = await once({ credential: ann.ticket });
  refused(early, 429, 'rate_limited');
  assert.ok(['1', '2'].includes(early.headers['retry-after']));
  assert.equal((await once({ credential: ben.ticket })).status, 202, 'others may ask');
  await sleep(asked + 2050 - Date.now());
  assert.equal((await once({ credential: ann.ticket })).status, 202);
});

/** A socket of a ticket on UserChannel. */
async function follow(ticket) {
  const client = new Client(cardea.port, { query: `ticket=${encodeURIComponent(ticket)}` });
  await client.opened;
  client.command('subscribe', USER);
  await until(() => client.frames.some((frame) => frame.includes('confirm_subscription')), 'subscribed');
  return client;
}

const events = (client) => client.frames.map((frame) => JSON.parse(frame)).filter(({ message }) => message);
const READY = { identifier: USER, message: { type: 'room_ready', admitted: true } };

test('on /rt a ticket is told when it is let in, once, and nothing else', async () => {
  const meeting = await begun();
  const [ann, ben] = [await knock(meeting, 'Ann'), await knock(meeting, 'Ben')];
  const client = await follow(ann.ticket);
  client.command('subscribe', ROOM);
  await until(() => client.frames.some((frame) => frame.includes('reject_subscription')), 'RoomChannel is refused');
  client.perform(USER, { action: 'stfu' });
  await cardea.request('POST', `/rooms/${meeting.host}/messages`, {
    body: { type: 'chat', content: 'Hello' }, headers: { 'Content-Type': 'application/json' },
  });
  const [a, b] = (await meeting.by.list()).body.map(({ participant }) => participant);
  await meeting.by.admit(b);
  await meeting.by.admit(a);
  await until(() => events(client).length > 0, 'room_ready');
  client.command('subscribe', USER); // again: confirmed, not told again
  const late = await follow(ben.ticket); // was let in before
  await until(() => events(late).length > 0, 'room_ready of who comes late');
  await meeting.by.wait(a);
  await meeting.by.admit(a);
  await until(() => events(client).length > 1, 'room_ready after having been put back');
  await sleep(200);
  assert.deepEqual(events(client), [READY, READY]);
  assert.deepEqual(events(late), [READY]);
  for (const one of [client, late]) one.ws.close();
});

test('on /rt a ticket that is refused, or whose meeting ends, is closed for good', async () => {
  const meeting = await begun();
  const [ann, ben] = [await knock(meeting, 'Ann'), await knock(meeting, 'Ben')];
  const clients = [await follow(ann.ticket), await follow(ben.ticket)];
  const [{ participant }] = (await meeting.by.list()).body;
  await meeting.by.deny(participant, { reason: 'No.' });
  await clients[0].ended;
  assert.equal(clients[1].closed, null);
  assert.equal((await cardea.request('DELETE', `/rooms/${meeting.host}`)).status, 204);
  await clients[1].ended;
  for (const client of clients) {
    assert.deepEqual(JSON.parse(client.frames.at(-1)), { type: 'disconnect', reason: 'remote', reconnect: false });
    assert.deepEqual(events(client), []);
  }
  for (const ticket of [ann.ticket, ben.ticket, 'wt_', `${ann.ticket.slice(0, -4)}AAAA`, meeting.guestToken]) {
    const refusedClient = new Client(cardea.port, { query: `ticket=${encodeURIComponent(ticket)}` });
    await refusedClient.ended;
    assert.deepEqual(refusedClient.frames.map((frame) => JSON.parse(frame)),
      [{ type: 'disconnect', reason: 'unauthorized', reconnect: false }]);
  }
});
