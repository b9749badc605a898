// spec/meetings 8 and 11.4: permalinks, their users and what their tokens open; the registration of
// webhooks. Takes about 2 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { addTenant, body, empty, form, FORM_TYPE, refused, startMeetings } from '../../support/meetings.mjs';
import { checkMeeting, DEFAULT_OPTIONS, mismatch, OBJECT_ID, OPTIONS, TIME, TOKEN, USER_INFO } from './shapes.mjs';

let meetings;
let other;
let key;

before(async () => {
  meetings = await startMeetings();
  other = meetings.as(await addTenant(meetings.cardea));
  key = meetings.cardea.dev.api_key;
});
after(() => meetings?.cardea.stop());

const JANE = { name: 'Jane Doe', id: 'janedoe' };
const JOHN = { name: 'John Doe', id: 'johndoe' };
const unused = () => crypto.randomBytes(12).toString('hex');

const call = (method, rest, content, { as = key, type } = {}) => meetings.call(method, `/permalink${rest}`, content, { key: as, type });
const open = (method, rest, content) => meetings.call(method, `/permalink${rest}`, content);
const create = async (fields = {}) => body(await call('POST', '', { user: JANE, ...fields }), 201);

const PERMALINK = {
  permalink: { id: 'string', created_at: TIME, user_token: TOKEN, guest_token: TOKEN, expires_at: { or: [null, TIME] } },
  room: { id: 'string', name: 'string', started_at: { or: [null, TIME] } },
  team: { name: 'string' },
  user: 'object',
  options: OPTIONS,
  links: { self: /^https?:/, gui: /^https?:/, guest_join: /^https?:/ },
};

function checkPermalink(permalink) {
  assert.equal(mismatch(permalink, PERMALINK), null);
  const { id, user_token: user, guest_token: guest } = permalink.permalink;
  const { url } = meetings.cardea;
  assert.deepEqual(permalink.links, {
    self: `${url}/permalink/${id}`, gui: `${url}/permalink?${user}`, guest_join: `${url}/permalink?guest=${guest}`,
  });
}

test('meetings 8: a permalink with all its keys', async () => {
  const plain = await create();
  checkPermalink(plain);
  assert.equal(plain.room.started_at, null);
  assert.equal(plain.permalink.expires_at, null);
  assert.equal(plain.user.id, 'janedoe');
  assert.equal(plain.user.name, 'Jane Doe');
  assert.deepEqual(plain.options, DEFAULT_OPTIONS);
  const content = { name: 'Weekly', user: { ...JANE, avatar: 'https://a.example/j.png' }, options: { widescreen: false }, expires_at: '2099-01-02T03:04:05.678Z' };
  for (const [text, type] of [[content, undefined], [form(content), FORM_TYPE]]) {
    const full = body(await call('POST', '', text, { type }), 201);
    checkPermalink(full);
    assert.equal(full.room.name, 'Weekly');
    assert.equal(full.permalink.expires_at, '2099-01-02T03:04:05.678Z');
    assert.equal(full.user.avatar, 'https://a.example/j.png');
    assert.deepEqual(full.options, { ...DEFAULT_OPTIONS, widescreen: false });
  }
});

test('meetings 8: a permalink needs a name of its user, and good values', async () => {
  for (const content of [{}, { user: {} }, { user: { name: '' } }, { user: JANE, expires_at: 'tomorrow' }, { user: JANE, options: { widescreen: 'x' } },
    { user: { ...JANE, avatar: 'javascript:x' } }, '{']) {
    refused(await call('POST', '', content), 400);
  }
});

test('meetings 3: wrong and missing API keys are 401 on permalinks', async () => {
  const { permalink } = await create();
  const calls = [['POST', '', { user: JANE }], ['GET', ''], ['PUT', `/${permalink.id}`, { name: 'x' }], ['DELETE', `/${permalink.id}`],
    ['POST', `/${permalink.id}/users`, { user: JOHN }], ['DELETE', `/${permalink.id}/users/${permalink.user_token}`]];
  for (const [method, rest, content] of calls) {
    refused(await call(method, rest, content, { as: 'wrong' }), 401);
    refused(await open(method, rest, content), 401);
  }
  checkPermalink(body(await call('GET', `/${permalink.id}`)));
});

test('meetings 8: a permalink is read by id with the key, by a token without', async () => {
  const made = await create();
  const { id, user_token: token, guest_token: guest } = made.permalink;
  assert.deepEqual(body(await call('GET', `/${id}`)), made);
  assert.deepEqual(body(await open('GET', `/${token}`)), made);
  const ofGuest = await open('GET', `/${guest}`);
  assert.equal(body(ofGuest).room.id, made.room.id);
  assert.equal(ofGuest.body.room.started_at, null);
  assert.equal(ofGuest.body.permalink.expires_at, null);
  assert.ok(!ofGuest.raw.includes(token), 'a guest learns no user token');
  refused(await open('GET', `/${unused()}`), 404);
  refused(await call('GET', `/${unused()}`), 404);
});

test('meetings 8: a permalink of another API key is unknown', async () => {
  const { permalink } = await create();
  const calls = [['GET', (id) => `/${id}`], ['PUT', (id) => `/${id}`, { name: 'x' }], ['DELETE', (id) => `/${id}`],
    ['POST', (id) => `/${id}/users`, { user: JOHN }], ['DELETE', (id) => `/${id}/users/${permalink.user_token}`]];
  for (const [method, rest, content] of calls) {
    const foreign = await call(method, rest(permalink.id), content, { as: other.key });
    refused(foreign, 404);
    assert.equal(foreign.raw, (await call(method, rest(unused()), content, { as: other.key })).raw);
  }
  body(await call('GET', `/${permalink.id}`));
});

test('meetings 8: the list in pages', async () => {
  const mine = meetings.as(await addTenant(meetings.cardea));
  meetings.key = meetings.cardea.dev.api_key;
  const make = (fields) => mine.call('POST', '/permalink', { user: JANE, ...fields }, { key: mine.key });
  const page = async (query = '') => body(await mine.call('GET', `/permalink${query}`, undefined, { key: mine.key }));
  assert.deepEqual({ ...(await page()), limit: 0 }, { page: 1, limit: 0, total: 0, items: [] });
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push(body(await make({ name: `p${i}` }), 201).permalink.id);
  body(await make({ name: 'gone', expires_at: '2020-01-01T00:00:00.000Z' }), 201);
  const first = await page('?page=1&limit=2&expired=false');
  assert.deepEqual([first.page, first.limit, first.total, first.items.length], [1, 2, 5, 2]);
  first.items.forEach(checkPermalink);
  const seen = [];
  for (const number of [1, 2, 3, 4]) seen.push(...(await page(`?page=${number}&limit=2&expired=false`)).items.map((item) => item.permalink.id));
  assert.deepEqual([...seen].sort(), [...ids].sort());
  assert.equal(seen.length, 5);
  assert.deepEqual((await page('?expired=true')).items.map(({ room }) => room.name), ['gone']);
});

test('meetings 8: a permalink is changed and deleted', async () => {
  const { permalink, user } = await create({ name: 'old', options: { widescreen: false } });
  const changed = body(await call('PUT', `/${permalink.id}`, { name: 'new', options: { show_names: false }, expires_at: '2099-01-01T00:00:00Z' }));
  checkPermalink(changed);
  assert.equal(changed.room.name, 'new');
  assert.equal(changed.permalink.expires_at, '2099-01-01T00:00:00.000Z');
  assert.equal(changed.options.show_names, false);
  assert.equal(changed.permalink.user_token, permalink.user_token);
  assert.deepEqual(changed.user, user);
  assert.deepEqual(body(await call('GET', `/${permalink.id}`)), changed);
  refused(await call('PUT', `/${permalink.id}`, { expires_at: 'x' }), 400);
  empty(await call('DELETE', `/${permalink.id}`), 200);
  refused(await call('DELETE', `/${permalink.id}`), 404);
  refused(await call('GET', `/${permalink.id}`), 404);
  refused(await open('GET', `/${permalink.user_token}`), 404);
  refused(await open('POST', `/${permalink.user_token}`), 404);
  refused(await meetings.guest(permalink.guest_token, JOHN), 410);
});

test('meetings 11.4: a user token starts the meeting and joins it', async () => {
  const { permalink, room } = await create({ name: 'Weekly', options: { widescreen: false } });
  const boundary = '----WebKitFormBoundaryx';
  const answers = [open('POST', `/${permalink.user_token}`),
    meetings.call('POST', `/permalink/${permalink.user_token}`, `--${boundary}--\r\n`, { type: `multipart/form-data; boundary=${boundary}` })];
  const [first, second] = (await Promise.all(answers)).map((answer) => body(answer, 201));
  checkMeeting(first, { guest: false, ready: true });
  assert.equal(first.access_key, second.access_key);
  assert.equal(first.room.id, room.id);
  assert.equal(first.room.name, 'Weekly');
  assert.equal(first.user.id, 'janedoe');
  assert.equal(first.options.widescreen, false);
  assert.equal(body(await open('GET', `/${permalink.guest_token}`)).room.started_at, first.room.started_at);
  empty(await meetings.end(first.access_key), 204);
  assert.equal(body(await open('GET', `/${permalink.guest_token}`)).room.started_at, null);
  const next = body(await open('POST', `/${permalink.user_token}`), 201);
  assert.notEqual(next.access_key, first.access_key);
});

test('meetings 11.4: guests of a permalink come in while its meeting runs', async () => {
  const { permalink } = await create();
  refused(await meetings.guest(permalink.guest_token, JOHN), 410);
  const jane = body(await open('POST', `/${permalink.user_token}`), 201);
  const john = await meetings.joined(permalink.guest_token, JOHN);
  checkMeeting(john, { guest: true, ready: false });
  await meetings.arrive(jane);
  assert.equal(body(await meetings.get(john.access_key)).ready, true);
  empty(await meetings.lock(jane.access_key), 201);
  refused(await meetings.guest(permalink.guest_token, { name: 'G' }), 423);
  empty(await meetings.end(jane.access_key), 204);
  refused(await meetings.guest(permalink.guest_token, JOHN), 410);
  body(await open('POST', `/${permalink.user_token}`), 201);
  body(await meetings.guest(permalink.guest_token, JOHN), 201); // a permalink's token lasts
});

test('meetings 11.4: a permalink that has expired opens nothing', async () => {
  const { permalink } = await create({ expires_at: '2020-01-01T00:00:00.000Z' });
  const answer = await open('POST', `/${permalink.user_token}`);
  assert.ok(answer.status === 404 || answer.status === 410, answer.raw);
  refused(await meetings.guest(permalink.guest_token, JOHN), 410);
});

test('meetings 5: each token opens what it is for, and nothing else', async () => {
  const { permalink } = await create();
  const jane = body(await open('POST', `/${permalink.user_token}`), 201);
  refused(await open('POST', `/${permalink.guest_token}`), 404);
  refused(await meetings.guest(permalink.user_token, JOHN), 410);
  for (const token of [permalink.user_token, permalink.guest_token]) {
    refused(await meetings.get(token), 404);
    refused(await meetings.lock(token), 404);
  }
  for (const token of [jane.access_key, jane.room.guest_token === permalink.guest_token ? unused() : jane.room.guest_token]) {
    refused(await open('POST', `/${token}`), 404);
    refused(await open('GET', `/${token}`), 404);
  }
});

test('meetings 8: more users of a permalink', async () => {
  const { permalink, room } = await create();
  const john = body(await call('POST', `/${permalink.id}/users`, { user: JOHN }), 201);
  const { user_token: token } = john.permalink;
  assert.match(token, TOKEN);
  assert.notEqual(token, permalink.user_token);
  assert.equal(john.user.id, 'johndoe');
  refused(await call('POST', `/${permalink.id}/users`, { user: {} }), 400);
  refused(await call('POST', `/${unused()}/users`, { user: JOHN }), 404);
  const first = body(await open('POST', `/${permalink.user_token}`), 201);
  const second = body(await open('POST', `/${token}`), 201);
  assert.deepEqual([first.room.id, second.room.id], [room.id, room.id]);
  assert.equal(second.user.id, 'johndoe');
  assert.equal(second.user.guest, false);
  assert.notEqual(first.access_key, second.access_key);
  empty(await call('DELETE', `/${permalink.id}/users/${token}`), 200);
  refused(await call('DELETE', `/${permalink.id}/users/${token}`), 404);
  refused(await open('POST', `/${token}`), 404);
  body(await open('POST', `/${permalink.user_token}`), 201);
});

test('meetings 8: GET /permalink with a token and without a key is the page', async () => {
  const { permalink } = await create();
  for (const query of [`?${permalink.user_token}`, `?guest=${permalink.guest_token}`]) {
    const answer = await open('GET', query);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^text\/html/);
    assert.ok(Array.isArray(body(await call('GET', query)).items));
  }
  refused(await open('GET', ''), 401);
});

// ---- webhooks ----

const WEBHOOK = {
  id: 'string', url: 'string', types: { every: 'string' },
  last_request_sent_at: { or: [null, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/] }, last_response_code: { or: [null, 'string'] },
};

const hooks = (method, rest = '', content, { as = key, type } = {}) => meetings.call(method, `/webhooks${rest}`, content, { key: as, type });

test('meetings 8: one webhook for each API key (defect 8)', async () => {
  const url = 'https://hooks.example/x?a=b';
  assert.equal(body(await hooks('GET')), null);
  for (const [content, type, types] of [
    [{ url, types: 'room_update,recording_update' }, undefined, ['room_update', 'recording_update']],
    [{ url, types: ['participant_update', 'snapshot_update'] }, undefined, ['participant_update', 'snapshot_update']],
    [`url=${encodeURIComponent(url)}&types=room_update`, FORM_TYPE, ['room_update']],
  ]) {
    const answer = await hooks('POST', '', content, { type });
    assert.equal(answer.status, 201, answer.raw);
    const shown = body(await hooks('GET'));
    assert.equal(mismatch(shown, WEBHOOK), null);
    assert.deepEqual([shown.url, shown.types], [url, types]);
  }
  assert.equal(body(await hooks('GET', '', undefined, { as: other.key })), null);
  const { id } = body(await hooks('GET'));
  refused(await hooks('DELETE', `/${id}`, undefined, { as: other.key }), 404);
  refused(await hooks('DELETE', `/${unused()}`), 404);
  empty(await hooks('DELETE', `/${id}`), 204);
  refused(await hooks('DELETE', `/${id}`), 404);
  assert.equal(body(await hooks('GET')), null);
});

test('meetings 8: webhooks that are none, and wrong keys (defect 8)', async () => {
  const url = 'https://hooks.example/';
  for (const content of [{}, { url }, { url: '', types: 'room_update' }, { url: 'javascript:x', types: 'room_update' }, { url: 'x', types: 'room_update' },
    { url, types: 'other' }, { url, types: [5] }, { url: 5, types: 'room_update' }]) {
    refused(await hooks('POST', '', content), 400);
  }
  for (const [method, rest, content] of [['POST', '', { url, types: 'room_update' }], ['GET', ''], ['DELETE', '/5']]) {
    refused(await hooks(method, rest, content, { as: 'wrong' }), 403);
    refused(await meetings.call(method, `/webhooks${rest}`, content), 403);
  }
});
