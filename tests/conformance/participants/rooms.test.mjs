// spec/participants 6 and 7: rooms, early join, schedules, limits. Takes about 8 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { randomId, until } from '../../support/cardea.mjs';
import { body as bodyOf, claims, refused, startParticipants, TIME } from '../../support/participants.mjs';

let api;

before(async () => {
  api = await startParticipants();
});
after(() => api?.cardea.stop());

const MINUTE = 60000;
const inMinutes = (minutes) => new Date(Date.now() + minutes * MINUTE).toISOString();
const schedule = (fields, options) => api.call('POST', '/api/v1/rooms/schedule', fields, options);
const scheduled = async (fields) => bodyOf(await schedule({ scheduled_start_at: inMinutes(20), ...fields }), 201);
const get = (id, options) => api.rooms('GET', id, '', undefined, options);
const end = (id, options) => api.rooms('POST', id, '/end', undefined, options);
const remove = (id, options) => api.rooms('DELETE', id, '', undefined, options);
const change = (id, fields, options) => api.rooms('PATCH', id, '', fields, options);
const listed = async (query) => bodyOf(await api.call('GET', `/api/v1/rooms${query}`));

test('7: a schedule, and each thing that is wrong with one', async () => {
  const room = await scheduled({ name: 'Lecture', scheduled_end_at: inMinutes(80), allow_early_join_minutes: 5, config: { max_participants: 3 } });
  assert.equal(room.status, 'scheduled');
  assert.equal(room.started_at, null);
  assert.match(room.scheduled_start_at, TIME);
  assert.match(room.scheduled_end_at, TIME);
  assert.equal(room.allow_early_join_minutes, 5);
  assert.deepEqual(bodyOf(await get(room.id)), { ...room, participant_count: 0 });
  const offset = bodyOf(await schedule({ scheduled_start_at: '2099-06-01T12:00:00.5+02:00' }), 201);
  assert.equal(offset.scheduled_start_at, '2099-06-01T10:00:00Z');

  const good = { scheduled_start_at: inMinutes(20), scheduled_end_at: inMinutes(30), allow_early_join_minutes: 0 };
  bodyOf(await schedule(good), 201);
  refused(await schedule({ ...good, scheduled_start_at: inMinutes(-1) }), 400, 'scheduled_start_at must be in the future');
  refused(await schedule({ ...good, scheduled_end_at: inMinutes(19) }), 400, 'scheduled_end_at must be after scheduled_start_at');
  refused(await schedule({ ...good, scheduled_end_at: good.scheduled_start_at }), 400, 'scheduled_end_at must be after scheduled_start_at');
  refused(await schedule({ ...good, allow_early_join_minutes: -1 }), 400, 'allow_early_join_minutes must be >= 0');
  for (const [field, value] of [['scheduled_start_at', undefined], ['scheduled_start_at', 'tomorrow'], ['scheduled_start_at', 7],
    ['scheduled_start_at', '2099-01-01T10:00:00'], ['scheduled_end_at', 'x'], ['allow_early_join_minutes', '5'], ['allow_early_join_minutes', 1e9]]) {
    const answer = await schedule({ ...good, [field]: value });
    assert.equal(answer.status, 400, `${field} ${value}: ${answer.raw}`);
  }
});

test('E001-17a, 17b: a scheduled room opens before its time by its own minutes, whatever the tenant says', async () => {
  const early = await scheduled({ name: `early ${randomId()}`, allow_early_join_minutes: 30 });
  const late = await scheduled({ allow_early_join_minutes: 10 });
  await api.configured('allow_early_join', 0, async () => {
    refused(await api.add(late.id, { display_name: 'J' }), 400, 'room is not active');
    const added = await api.added(early.name);
    assert.equal(added.room_created, true);
    assert.deepEqual(added.room, { id: early.id, name: early.name, status: 'active' });
    assert.equal((await api.added(early.name)).room_created, false);
  });
  assert.deepEqual((await api.events(early.id)).map(({ type }) => type).slice(0, 3), ['room.scheduled', 'room.opened', 'participant.added']);
});

test('7: the list, by status, in parts, the newest first', async () => {
  const own = await Promise.all(['a', 'b', 'c'].map((name) => api.room({ name })));
  await api.added(own[2].id);
  assert.equal((await end(own[0].id)).status, 200);
  const ids = (list) => list.rooms.map(({ id }) => id).filter((id) => own.some((room) => room.id === id));
  const active = await listed('');
  assert.equal(active.limit, 20);
  assert.equal(active.offset, 0);
  assert.ok(active.rooms.every(({ status }) => status === 'active'));
  assert.equal(active.rooms.find(({ id }) => id === own[2].id).participant_count, 1);
  assert.deepEqual(ids(await listed('?status=Ended')), [own[0].id]);
  const all = await listed('?status=ended,active,SCHEDULED&limit=100');
  assert.equal(all.total, all.rooms.length);
  const times = all.rooms.map(({ created_at: at }) => at);
  assert.deepEqual(times, [...times].sort().reverse());
  const part = await listed('?status=ended,active,scheduled&limit=2&offset=1');
  assert.deepEqual(part.rooms, all.rooms.slice(1, 3));
  assert.deepEqual([part.total, part.limit, part.offset], [all.total, 2, 1]);
  for (const [query, limit] of [['?limit=500', 100], ['?limit=0', 20], ['?limit=x', 20], ['?limit=-1', 20], ['?offset=-1', 20]]) {
    assert.equal((await listed(query)).limit, limit, query);
  }
  for (const status of ['gone', 'active,', 'deleted', ',']) {
    refused(await api.call('GET', `/api/v1/rooms?status=${status}`), 400, 'invalid status filter');
  }
});

test('7: a change keeps what it does not name', async () => {
  const room = await api.room({ name: 'Old', config: { max_participants: 9, theme: 'dark', recording_enabled: true } });
  const changed = bodyOf(await change(room.id, { config: { max_participants: 3, color: 'red' } }));
  assert.deepEqual(changed.config, { max_participants: 3, theme: 'dark', recording_enabled: true, color: 'red' });
  assert.equal(changed.name, 'Old');
  assert.equal(bodyOf(await change(room.id, { name: 'New' })).name, 'New');
  assert.deepEqual(bodyOf(await get(room.id)).config, changed.config);
  assert.equal(bodyOf(await change(room.id, { name: '' })).name, null);
  for (const [fields, name] of [[{ name: 1 }], [{ config: [] }], [{ config: { max_participants: -1 } }], ['{']]) {
    assert.equal((await change(room.id, fields)).status, 400, name);
  }
  assert.equal((await api.events(room.id, 'room.updated')).length, 3);
});

test('7: only UUIDs; unknown, of others, and who may', async () => {
  const room = await api.room({ name: `n ${randomId()}` });
  const [host, guest] = [await api.added(room.id, { role: 'host' }), await api.added(room.id)];
  const other = await api.room();
  for (const run of [get, (id, options) => change(id, {}, options), end, remove]) {
    refused(await run(room.name), 400, 'invalid room id');
    refused(await run(crypto.randomUUID()), 404, 'room not found');
    refused(await run(other.id, { token: host.access_token }), 404, 'room not found');
    if (run !== get) refused(await run(room.id, { token: guest.access_token }), 403, 'host role required');
  }
  for (const call of [['GET', '/api/v1/rooms', undefined], ['POST', '/api/v1/rooms', {}], ['POST', '/api/v1/rooms/schedule', { scheduled_start_at: inMinutes(9) }]]) {
    refused(await api.call(...call, { token: guest.access_token }), 403, 'host role required');
    refused(await api.call(...call, { token: host.access_token }), 403, 'insufficient permissions');
  }
  bodyOf(await change(room.id, { name: 'By host' }, { token: host.access_token }));
  bodyOf(await end(room.id, { token: host.access_token }));
});

test('P16, E001-18a: a room that was ended comes back as a new meeting, and nothing of the old one with it', async () => {
  const room = await api.room();
  const old = await api.added(room.id, { role: 'host', external_user_id: 'u' });
  const ended = bodyOf(await end(room.id));
  assert.equal(ended.status, 'ended');
  assert.match(ended.ended_at, TIME);
  assert.equal(bodyOf(await end(room.id)).ended_at, ended.ended_at); // once more
  assert.match(bodyOf(await api.list(room.id)).participants[0].left_at, TIME);
  refused(await api.list(room.id, '', { token: old.access_token }), 401, 'invalid token');
  await api.configured('allow_early_join', 0, async () => {
    refused(await api.add(room.id, { display_name: 'J' }), 400, 'room is not active');
    const { results } = bodyOf(await api.bulk(room.id, [{ display_name: 'J' }]));
    assert.deepEqual(results, [{ success: false, error: 'room is not active', display_name: 'J' }]);
  });
  const fresh = await api.added(room.id, { external_user_id: 'u' });
  assert.equal(fresh.room_created, true);
  assert.equal(fresh.room.id, room.id);
  assert.notEqual(fresh.participant.id, old.participant.id);
  for (const token of [old.access_token, old.auth_token]) {
    refused(await api.list(room.id, '', { token }), 401, 'invalid token');
    assert.equal((await api.cardea.request('POST', '/api/v1/enter', { body: { credential: token } })).status, 410);
  }
  refused(await api.tokens(room.id, old.participant.id), 404, 'participant not found');
  const sessions = new Set((await api.events(room.id, 'participant.added')).map(({ session }) => session));
  assert.equal(sessions.size, 2);
});

test('7: a deleted room is gone, its name is free, and what comes after it is new', async () => {
  const name = `gone ${randomId()}`;
  const first = await api.added(name);
  const id = first.room.id;
  const gone = await remove(id);
  assert.equal(gone.status, 204);
  assert.equal(gone.raw, '');
  for (const answer of [await get(id), await remove(id), await api.list(name), await api.add(id, { display_name: 'J' }), await end(id)]) {
    refused(answer, 404, 'room not found');
  }
  refused(await api.list(id, '', { token: first.access_token }), 401, 'invalid token');
  assert.ok(!(await listed('?status=scheduled,active,ended&limit=100')).rooms.some((room) => room.id === id));
  const second = await api.added(name);
  assert.equal(second.room_created, true);
  assert.equal(second.room.id, id); // it follows from the name (6)
  assert.deepEqual(bodyOf(await api.list(name)).participants.map((p) => p.id), [second.participant.id]);
  const waits = await scheduled({});
  assert.equal((await remove(waits.id)).status, 204);
  refused(await get(waits.id), 404, 'room not found');
});

test('P17: max_concurrent_rooms, whichever way a room becomes active', async () => {
  const ended = await api.room();
  await end(ended.id);
  const waits = await scheduled({ allow_early_join_minutes: 30 });
  const count = (await listed('')).total;
  api.cardea.sql(`UPDATE tenants SET max_concurrent_rooms = ${count}`);
  try {
    const full = 'maximum concurrent room limit reached';
    refused(await api.call('POST', '/api/v1/rooms', {}), 409, full);
    refused(await api.add(`more ${randomId()}`, { display_name: 'J' }), 409, full);
    refused(await api.add(ended.id, { display_name: 'J' }), 409, full);
    refused(await api.add(waits.id, { display_name: 'J' }), 409, full);
    bodyOf(await schedule({ scheduled_start_at: inMinutes(9) }), 201);
  } finally {
    api.cardea.sql('UPDATE tenants SET max_concurrent_rooms = 0');
  }
  await api.added(ended.id);
});

test('5.1.5: the smaller of both limits; hidden ones and those who left take no place, a seat again needs none', async () => {
  const room = await api.room({ config: { max_participants: 3 } });
  const [a] = [await api.added(room.id, { external_user_id: 'a' }), await api.added(room.id)];
  api.cardea.sql('UPDATE tenants SET max_participants_per_room = 2');
  try {
    refused(await api.add(room.id, { display_name: 'J' }), 400, 'room is full');
    assert.equal((await api.added(room.id, { external_user_id: 'a' })).participant.id, a.participant.id);
    const { results } = bodyOf(await api.bulk(room.id, [{ display_name: 'J', external_user_id: 'x' }, { display_name: 'K', external_user_id: 'a' }]));
    assert.deepEqual(results[0], { success: false, error: 'room is full', external_user_id: 'x', display_name: 'J' });
    assert.equal(results[1].participant_id, a.participant.id);
    api.cardea.sql(`UPDATE participants SET hidden = 1 WHERE seat = '${a.participant.id}'`);
    await api.added(room.id);
    assert.equal(bodyOf(await get(room.id)).participant_count, 2);
    assert.ok(!bodyOf(await api.list(room.id)).participants.some(({ id }) => id === a.participant.id));
  } finally {
    api.cardea.sql('UPDATE tenants SET max_participants_per_room = 0');
  }
  await api.added(room.id);
  refused(await api.add(room.id, { display_name: 'J' }), 400, 'room is full'); // its own
});

test('P9, 14: a name leads to the room that was made from it, whatever its case and the blanks around it', async () => {
  const name = `Mixed Case ${randomId()}`;
  const { room } = await api.added(name);
  for (const other of [name.toUpperCase(), ` ${name} `]) assert.equal((await api.added(other)).room.id, room.id);
  const hash = crypto.createHash('sha1').update(Buffer.from(api.tenant.replace(/-/g, ''), 'hex')).update(name.toLowerCase()).digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  assert.equal(room.id.replace(/-/g, ''), hash.subarray(0, 16).toString('hex'));
});

test('P4: a room that nobody is in ends after the tenant\'s time', async () => {
  await api.configured('empty_room_timeout_minutes', 1, async () => {
    const room = await api.room();
    const empty = api.cardea.sql(`SELECT empty_timeout_ms FROM sessions WHERE room = '${room.id}'`);
    assert.equal(empty, '60000');
    api.cardea.sql(`UPDATE sessions SET empties_at = 1 WHERE room = '${room.id}'`);
    await until(async () => bodyOf(await get(room.id)).status === 'ended', 'the empty room has ended', 20000);
    const kept = await api.room();
    await api.added(kept.id);
    api.cardea.sql(`UPDATE sessions SET empties_at = 1 WHERE room = '${kept.id}'`);
    await until(() => Number(api.cardea.sql(`SELECT empties_at FROM sessions WHERE room = '${kept.id}'`)) > 1, 'it was looked at', 20000);
    assert.equal(bodyOf(await get(kept.id)).status, 'active');
  });
});

test('E001-19: a race of 50 to an unknown name makes one room, once in its log', async () => {
  const name = `race ${randomId()}`;
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => api.added(i % 2 ? name : name.toUpperCase(), { display_name: `p${i}` })));
  assert.equal(new Set(answers.map((a) => a.room.id)).size, 1);
  assert.equal(answers.filter((a) => a.room_created).length, 1);
  assert.equal((await api.events(answers[0].room.id, 'room.created')).length, 1);
  assert.equal(new Set(answers.map((a) => claims(a.access_token).sub)).size, 50);
});
