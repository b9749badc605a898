// spec/meetings 8, 11.4: permalinks: every call and code, in every encoding; links that are there
// before the meeting; two API keys; expiry by the clock. Takes about 4 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../../support/cardea.mjs';
import { addTenant, body, empty, form, FORM_TYPE, multipart, refused, startMeetings } from '../../support/meetings.mjs';
import { check, checkMeeting, DEFAULT_OPTIONS, PERMALINK } from './shapes.mjs';

const PAGE = '<!doctype html><title>the page</title>';
const JANE = { name: 'Jane Doe', id: 'janedoe' };
const JOHN = { name: 'John Doe', id: 'johndoe' };
const UNKNOWN_ID = '0123456789abcdef01234567';
const unknownToken = () => crypto.randomBytes(12).toString('hex').toUpperCase();

let pages;
let meetings;
let key;
let other; // of a second tenant

before(async () => {
  pages = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-pages-'));
  fs.writeFileSync(path.join(pages, 'index.html'), PAGE);
  meetings = await startMeetings({ pages });
  other = await addTenant(meetings.cardea);
  key = meetings.key;
});
after(async () => {
  await meetings?.cardea.stop();
  fs.rmSync(pages, { recursive: true, force: true });
});

const call = (method, below, content, options = { key }) => meetings.call(method, `/permalink${below}`, content, options);
const open = {}; // options of a call without an API key
const make = async (fields = {}) => body(await call('POST', '', { user: JANE, ...fields }), 201);
const start = (token) => call('POST', `/${token}`, undefined, open);
const started = async (token) => body(await start(token), 201);
const soon = (ms) => new Date(Date.now() + ms).toISOString();

// ---- POST /permalink ----

test('meetings 8: POST /permalink makes the links before the meeting', async () => {
  const made = body(await call('POST', '', { user: JANE, name: 'Monday' }), 201);
  check(made, PERMALINK);
  const { permalink, room, user, options, links } = made;
  assert.equal(room.id, permalink.id);
  assert.equal(room.name, 'Monday');
  assert.equal(room.started_at, null);
  assert.equal(permalink.expires_at, null);
  assert.deepEqual(user, { ...JANE, avatar: null, guest: false, joined_at: permalink.created_at });
  assert.deepEqual(options, DEFAULT_OPTIONS);
  assert.ok(links.self.endsWith(`/permalink/${permalink.id}`), links.self);
  assert.ok(links.gui.endsWith(`/permalink?${permalink.user_token}`), links.gui);
  assert.ok(links.guest_join.endsWith(`/permalink?guest=${permalink.guest_token}`), links.guest_join);
  assert.deepEqual(body(await meetings.rooms()).filter(({ id }) => id === room.id), []);
});

test('meetings 4: POST /permalink in every encoding', async () => {
  const fields = {
    name: 'Tuesday', expires_at: '2036-05-15T12:00:00.250+02:00', user: { ...JANE, custom_fields: { locale: 'de' } },
    options: { widescreen: 'false', background_color: '#00ff00', custom_fields: { logo: 'x' } },
  };
  const parts = await multipart(fields);
  for (const [content, type] of [[fields], [form(fields), FORM_TYPE], [parts.text, parts.type]]) {
    const { room, permalink, options } = body(await call('POST', '', content, { key, type }), 201);
    assert.equal(room.name, 'Tuesday');
    assert.equal(permalink.expires_at, '2036-05-15T10:00:00.250Z');
    assert.deepEqual(options, {
      ...DEFAULT_OPTIONS, widescreen: false, background_color: '#00ff00', custom_fields: { logo: 'x', locale: 'de' },
    });
  }
});

test('meetings 8: the user is named, the rest is made up; an id of the room is not taken', async () => {
  const made = await make({ user: { name: 'Jane' }, id: 'myroom', room: { id: 'myroom' } });
  assert.match(made.user.id, /^[0-9a-f]{24}$/);
  assert.notEqual(made.room.id, 'myroom');
  assert.equal(made.room.name, made.team.name);
});

for (const [what, content] of [
  ['nobody', {}], ['a user without a name', { user: { id: 'x' } }], ['an empty name', { user: { name: ' ' } }],
  ['a user that is no object', { user: 'Jane' }], ['a bad picture', { user: { ...JANE, avatar: 'ftp://x' } }],
  ['a bad option', { user: JANE, options: { widescreen: 'maybe' } }], ['options that are none', { user: JANE, options: 5 }],
  ['a bad time', { user: JANE, expires_at: 'tomorrow' }], ['a time that is no text', { user: JANE, expires_at: 5 }],
  ['a day without a time', { user: JANE, expires_at: '2036-05-15' }], ['a time before all time', { user: JANE, expires_at: '1960-01-01T00:00:00Z' }],
  ['a name with a line break', { user: JANE, name: 'a\nb' }], ['broken JSON', '{"user":'],
]) {
  test(`meetings 8: POST /permalink with ${what} is 400`, async () => {
    refused(await call('POST', '', content, { key, type: 'application/json' }), 400);
  });
}

// ---- GET ----

test('meetings 8: GET /permalink by id, user token and guest token', async () => {
  const made = await make();
  const { id, user_token, guest_token } = made.permalink;
  const byId = await call('GET', `/${id}`);
  assert.deepEqual(body(byId), made);
  assert.equal(byId.headers['cache-control'], 'no-store');
  assert.deepEqual(body(await call('GET', `/${user_token}`, undefined, open)), made);
  assert.deepEqual(body(await call('GET', `/${user_token}`, undefined, { key: other })), made); // spec 3: ignored
  const seen = body(await call('GET', `/${guest_token}`, undefined, open));
  check(seen, PERMALINK);
  assert.equal(seen.permalink.user_token, null);
  assert.equal(seen.user, null);
  assert.equal(seen.links.gui, null);
  assert.equal(seen.permalink.guest_token, guest_token);
  const text = JSON.stringify(seen);
  for (const secret of [user_token, JANE.id, JANE.name]) assert.ok(!text.includes(secret), `a guest reads ${secret}`);
});

test('meetings 8: GET /permalink lists page by page', async () => {
  const mine = [];
  for (let i = 0; i < 5; i++) mine.push(await make({ expires_at: i < 2 ? soon(-1000) : null }));
  const newest = mine.toReversed();
  const ids = (list) => list.items.map(({ permalink }) => permalink.id);
  const list = async (query) => body(await call('GET', query));

  const first = await list('?page=1&limit=2');
  assert.deepEqual(Object.keys(first).sort(), ['items', 'limit', 'page', 'total']);
  assert.deepEqual([first.page, first.limit, first.items.length], [1, 2, 2]);
  assert.deepEqual(first.items, newest.slice(0, 2));
  assert.deepEqual(ids(await list('?page=2&limit=2')), newest.slice(2, 4).map(({ permalink }) => permalink.id));
  const all = await list('');
  assert.deepEqual([all.page, all.limit], [1, 25]);
  assert.ok(all.total >= 5);
  assert.deepEqual(await list('?page=0&limit=-1'), all);
  assert.deepEqual(await list('?page=x&limit=1000'), all);
  assert.deepEqual((await list('?page=1000000000')).items, []);

  const expired = await list('?expired=true&limit=100');
  const valid = await list('?expired=false&limit=100');
  assert.deepEqual(ids(expired).slice(0, 2), newest.slice(3).map(({ permalink }) => permalink.id));
  assert.deepEqual(ids(valid).slice(0, 3), newest.slice(0, 3).map(({ permalink }) => permalink.id));
  assert.equal(expired.total + valid.total, all.total);
  assert.equal(body(await call('GET', '', undefined, { key: other })).total, 0);
});

// ---- PUT ----

test('meetings 8: PUT /permalink changes what it names', async () => {
  const made = await make({ name: 'a', options: { show_names: false, exit_url: 'https://x.example', kick_available: false } });
  const { id, user_token } = made.permalink;
  const changed = body(await call('PUT', `/${id}`, { name: 'b', expires_at: '2036-01-01T00:00:00Z' }));
  assert.deepEqual(changed, {
    ...made, room: { ...made.room, name: 'b' }, permalink: { ...made.permalink, expires_at: '2036-01-01T00:00:00.000Z' },
  });
  const again = body(await call('PUT', `/${id}`, form({ options: { show_names: true, kick_available: true, exit_url: '' } }), { key, type: FORM_TYPE }));
  assert.deepEqual(again.options, DEFAULT_OPTIONS);
  assert.equal(again.room.name, 'b');
  assert.equal(again.permalink.expires_at, '2036-01-01T00:00:00.000Z');
  assert.equal(body(await call('PUT', `/${id}`, { expires_at: null })).permalink.expires_at, null);
  assert.deepEqual(body(await call('PUT', `/${id}`)).permalink, made.permalink);
  const { access_key } = await started(user_token);
  empty(await meetings.kick(access_key, JANE.id), 200); // as it is now, not as it was made
  for (const bad of [{ expires_at: 'x' }, { options: { layout: 'x' } }, { name: 5 }]) refused(await call('PUT', `/${id}`, bad), 400);
  assert.equal(body(await call('GET', `/${id}`)).room.name, 'b');
});

test('meetings 9: a permalink without guest token, and with one again', async () => {
  const made = await make({ options: { guest_token_available: false } });
  const { id } = made.permalink;
  assert.equal(made.permalink.guest_token, '');
  assert.equal(made.links.guest_join, '');
  const { room, links } = await started(made.permalink.user_token);
  assert.deepEqual([room.guest_token, links.guest_join], ['', '']);
  const changed = body(await call('PUT', `/${id}`, { options: { guest_token_available: true } }));
  body(await meetings.guest(changed.permalink.guest_token, JOHN), 201);
  empty(await call('DELETE', `/${id}`), 200);
});

// ---- the meeting ----

test('meetings 11.4: POST /permalink/TOKEN starts the meeting, and joins it with the same credentials', async () => {
  const { permalink } = await make({ name: 'Standup', options: { show_label: false, waiting_room: true } });
  const boundary = '--x--\r\n'; // an empty FormData
  const first = body(await call('POST', `/${permalink.user_token}`, boundary, { type: 'multipart/form-data; boundary=x' }), 201);
  checkMeeting(first, { guest: false, ready: true });
  assert.equal(first.room.id, permalink.id);
  assert.equal(first.room.name, 'Standup');
  assert.equal(first.user.id, JANE.id);
  assert.equal(first.options.show_label, false);
  const again = await started(permalink.user_token);
  assert.equal(again.access_key, first.access_key);
  assert.equal(again.signaling.options.client_id, first.signaling.options.client_id);
  assert.equal(again.signaling.options.conf_id, first.signaling.options.conf_id);
  assert.equal(body(await meetings.get(first.access_key)).access_key, first.access_key);
  assert.equal(body(await call('GET', `/${permalink.guest_token}`, undefined, open)).room.started_at, first.room.started_at);
  assert.equal(body(await meetings.rooms()).find(({ id }) => id === permalink.id).started_at, first.room.started_at);

  const guest = body(await meetings.guest(permalink.guest_token, JOHN), 201);
  checkMeeting(guest, { guest: true, ready: false }); // options.waiting_room
  empty(await meetings.end(first.access_key), 204);
  const next = await started(permalink.user_token);
  assert.notEqual(next.access_key, first.access_key);
  assert.notEqual(next.signaling.options.conf_id, first.signaling.options.conf_id);
  refused(await meetings.get(first.access_key), 410);
});

test('meetings 11.4: POST /guests takes the guest token while the meeting runs, else 410', async () => {
  const { permalink } = await make();
  const join = () => meetings.guest(permalink.guest_token, JOHN);
  refused(await join(), 410);
  const jane = await started(permalink.user_token);
  const john = body(await join(), 201);
  assert.equal(john.user.guest, true);
  assert.equal(john.room.started_at, jane.room.started_at);
  assert.equal(body(await join(), 201).access_key, john.access_key);
  refused(await meetings.guest(permalink.guest_token, {}), 400);
  refused(await meetings.guest(permalink.guest_token, JANE), 409);
  refused(await meetings.guest(permalink.user_token, JOHN), 410);
  empty(await meetings.lock(jane.access_key), 201);
  refused(await join(), 423);
  empty(await meetings.end(jane.access_key), 204);
  refused(await join(), 410);
});

test('meetings 8: what has expired starts nothing; its guests read why, its owner can change it', async () => {
  const { permalink } = await make({ expires_at: soon(1500) });
  const jane = await started(permalink.user_token);
  await until(async () => (await start(permalink.user_token)).status === 404, 'the permalink expires', 10000);
  assert.ok(Date.now() >= Date.parse(permalink.expires_at));
  refused(await start(permalink.user_token), 404);
  body(await meetings.get(jane.access_key)); // who is there stays
  const seen = body(await call('GET', `/${permalink.guest_token}`, undefined, open));
  assert.equal(seen.permalink.expires_at, permalink.expires_at);
  body(await call('PUT', `/${permalink.id}`, { expires_at: '' }));
  assert.equal((await started(permalink.user_token)).access_key, jane.access_key);
});

// ---- users ----

test('meetings 8: users of a permalink have a token each', async () => {
  const { permalink: { id, user_token, guest_token } } = await make();
  const added = body(await call('POST', `/${id}/users`, form({ user: JOHN }), { key, type: FORM_TYPE }), 201);
  check(added, PERMALINK);
  assert.equal(added.user.id, JOHN.id);
  assert.equal(added.permalink.guest_token, guest_token);
  assert.notEqual(added.permalink.user_token, user_token);
  assert.ok(added.links.gui.endsWith(`?${added.permalink.user_token}`));
  const token = added.permalink.user_token;
  assert.equal(body(await call('POST', `/${id}/users`, { user: JOHN }), 201).permalink.user_token, token);
  assert.equal(body(await call('GET', `/${id}`)).user.id, JANE.id);

  const john = await started(token);
  assert.equal(john.user.guest, false);
  assert.equal((await started(user_token)).room.started_at, john.room.started_at);
  refused(await call('POST', `/${id}/users`, { user: { id: 'x' } }), 400);
  refused(await call('DELETE', `/${id}/users/${unknownToken()}`), 404);
  refused(await call('DELETE', `/${id}/users/${guest_token}`), 404);
  empty(await call('DELETE', `/${id}/users/${token}`), 200);
  refused(await call('DELETE', `/${id}/users/${token}`), 404);
  refused(await start(token), 404);
  refused(await call('GET', `/${token}`, undefined, open), 404);
  body(await meetings.get(john.access_key)); // the meeting goes on
  body(await start(user_token), 201);
});

test('meetings 8: DELETE /permalink kills its tokens at once; the meeting goes on', async () => {
  const { permalink: { id, user_token, guest_token } } = await make();
  const second = body(await call('POST', `/${id}/users`, { user: JOHN }), 201).permalink.user_token;
  const jane = await started(user_token);
  empty(await call('DELETE', `/${id}`), 200);
  refused(await call('DELETE', `/${id}`), 404);
  refused(await call('GET', `/${id}`), 404);
  for (const token of [user_token, second]) refused(await start(token), 404);
  for (const token of [user_token, second, guest_token]) refused(await call('GET', `/${token}`, undefined, open), 404);
  refused(await meetings.guest(guest_token, { name: 'Ann' }), 410);
  body(await meetings.get(jane.access_key));
  body(await meetings.guest(jane.room.guest_token, { name: 'Ann' }), 201);
});

// ---- keys ----

/** [method, path below /permalink, content] of the calls that an API key makes. */
const OF_OWNERS = [
  ['POST', '', { user: JANE }], ['GET', ''], ['PUT', '/ID', { name: 'x' }], ['DELETE', '/ID'], ['POST', '/ID/users', { user: JOHN }],
  ['DELETE', '/ID/users/TOKEN'],
];

for (const [method, template, content] of OF_OWNERS) {
  test(`meetings 3: ${method} /permalink${template} needs the API key: 401; foreign and unknown are 404`, async () => {
    const { permalink } = await make();
    const below = (id) => template.replace('ID', id).replace('TOKEN', permalink.user_token);
    refused(await call(method, below(permalink.id), content, open), 401);
    refused(await call(method, below(permalink.id), content, { key: 'wrong' }), 401);
    refused(await call(method, below(permalink.id), content, { key: `ck_live_${'x'.repeat(43)}` }), 401);
    if (template) {
      const foreign = await call(method, below(permalink.id), content, { key: other });
      refused(foreign, 404);
      assert.equal(foreign.raw, (await call(method, below(UNKNOWN_ID), content)).raw);
      refused(await call(method, below(permalink.user_token), content), 404); // a token is no id
    }
    body(await call('GET', `/${permalink.user_token}`, undefined, open)); // untouched
    body(await call(method, below(permalink.id), content), method === 'POST' ? 201 : 200);
  });
}

test('meetings 3: GET /permalink/ID by the wrong key is 401, by none and by another 404', async () => {
  const { permalink: { id } } = await make();
  refused(await call('GET', `/${id}`, undefined, { key: 'wrong' }), 401);
  const [none, unknown] = [await call('GET', `/${id}`, undefined, open), await call('GET', `/${unknownToken()}`, undefined, open)];
  refused(none, 404);
  assert.equal(none.raw, unknown.raw);
  refused(await call('GET', `/${id}`, undefined, { key: other }), 404);
  for (const token of [id, unknownToken(), 'x', `${id}x`]) refused(await start(token), 404);
});

test('meetings 3: the tokens of a blocked API key open nothing: 423', async () => {
  const blocked = await addTenant(meetings.cardea);
  const { permalink: { id, user_token, guest_token } } = body(await call('POST', '', { user: JANE }, { key: blocked }), 201);
  body(await start(user_token), 201);
  await meetings.cardea.stop({ keep: true });
  const digest = crypto.createHash('sha256').update(blocked).digest('hex');
  meetings.cardea.sql(`UPDATE tenants SET is_active = 0 WHERE tenant = (SELECT tenant FROM credentials WHERE digest = '${digest}')`);
  await meetings.cardea.start();
  refused(await call('GET', `/${id}`, undefined, { key: blocked }), 423);
  refused(await start(user_token), 423);
  refused(await call('GET', `/${guest_token}`, undefined, open), 423);
  refused(await meetings.guest(guest_token, JOHN), 423);
});

// ---- the page ----

test('meetings 8: GET /permalink with a token and without a key is the page', async () => {
  const { permalink: { user_token, guest_token } } = await make();
  for (const query of [user_token, `guest=${guest_token}`, `${user_token}&lang=de`, 'guest=']) {
    const answer = await call('GET', `?${query}`, undefined, open);
    assert.equal(answer.status, 200, query);
    assert.match(answer.headers['content-type'], /^text\/html\b/);
    assert.match(answer.headers['content-security-policy'], /default-src 'self'/);
    assert.equal(answer.raw, PAGE);
    assert.ok(Array.isArray(body(await call('GET', `?${query}`)).items)); // with a key: the list
  }
  for (const query of ['', '?page=1', `?x=${user_token}`]) refused(await call('GET', query, undefined, open), 401);
});

test('native 1: enter takes both tokens', async () => {
  const { permalink: { user_token, guest_token } } = await make();
  const early = body(await meetings.enter(guest_token, { name: 'John' }), 202);
  assert.equal(early.waiting, true);
  assert.equal(early.ticket, guest_token);
  const jane = body(await meetings.enter(user_token), 201);
  assert.equal(jane.participant.role, 'host');
  assert.equal(jane.participant.name, JANE.name);
  const late = body(await meetings.enter(early.ticket, { name: 'John' }), 202); // until the host is there
  assert.notEqual(late.ticket, guest_token);
  await meetings.arrive(await started(user_token));
  assert.equal(body(await meetings.enter(late.ticket), 201).participant.guest, true);
});
