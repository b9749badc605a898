// spec/meetings 8, 10: registering a webhook, its details, taking it away. What receivers get is in
// tests/system/webhooks.test.mjs. Takes about 6 s.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { addTenant, body, empty, form, FORM_TYPE, multipart, refused, startMeetings } from '../../support/meetings.mjs';

// A special address: the gateway refuses to connect, so nothing leaves this machine.
const URL = 'https://127.0.0.1:9/hook?a=b';
const TYPES = ['room_update', 'recording_update', 'participant_update', 'snapshot_update'];
const HEX = /^[0-9a-f]{24}$/;

let meetings;
let other;

before(async () => {
  meetings = await startMeetings({ turn: false });
  other = meetings.as(await addTenant(meetings.cardea));
});
after(() => meetings?.cardea.stop());

beforeEach(async () => {
  for (const who of [meetings, other]) {
    const { body: webhook } = await who.webhook();
    if (webhook) empty(await who.unregister(webhook.id), 204);
  }
});

async function registered(fields = {}) {
  return body(await meetings.register({ url: URL, types: TYPES, ...fields }), 201);
}

test('meetings 8: without a webhook GET answers null', async () => {
  const answer = await meetings.webhook();
  assert.equal(answer.status, 200);
  assert.equal(answer.raw, 'null');
  assert.match(answer.headers['content-type'], /^application\/json\b/);
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.headers['access-control-allow-origin'], '*');
});

test('meetings 8, 10: details have their keys and types', async () => {
  const { id } = await registered();
  const webhook = body(await meetings.webhook());
  assert.match(id, HEX);
  assert.deepEqual(webhook, { id, url: URL, types: TYPES, last_request_sent_at: null, last_response_code: null });
});

test('meetings 15: types are a text with commas or a list, in any encoding', async () => {
  const types = ['room_update', 'participant_update'];
  const shown = async (answer) => {
    assert.match(body(answer, 201).id, HEX);
    assert.deepEqual(body(await meetings.webhook()).types, types);
  };
  await shown(await meetings.register({ url: URL, types: types.join(',') }));
  await shown(await meetings.register({ url: URL, types: ' participant_update ,room_update, room_update' }));
  await shown(await meetings.register({ url: URL, types: [...types].reverse() }));
  await shown(await meetings.register(form({ url: URL, types: types.join(',') }), { type: FORM_TYPE }));
  await shown(await meetings.register(form({ url: URL, types }), { type: FORM_TYPE }));
  const { type, text } = await multipart({ url: URL, types });
  await shown(await meetings.register(text, { type }));
});

test('meetings 8: what is not a set of known types is 400, and changes nothing', async () => {
  const before = await registered();
  for (const types of [undefined, null, '', ',', 'room_update,', ',room_update', 'chat', 'room_update,chat', 'ROOM_UPDATE', [], [''], ['room_update', 'x'],
    ['room_update', 1], [['room_update']], ['room_update,participant_update'], 1, true, { a: 'room_update' }]) {
    refused(await meetings.register({ url: 'https://other.example/', types }), 400);
  }
  assert.deepEqual(body(await meetings.webhook()), before);
});

test('meetings 8: a URL is https with a host, without credentials, at most 2048 characters', async () => {
  const long = (length) => 'https://example.com/'.padEnd(length, 'x');
  for (const url of ['https://example.com', 'HTTPS://Example.COM:8443/a%20b?c=d&e[]=f#g', 'https://[2001:db8::1]:1/', long(2048)]) {
    assert.equal((await registered({ url })).url, url);
  }
  const before = body(await meetings.webhook());
  for (const url of [undefined, null, '', 1, ['https://example.com/'], {}, long(2049), 'example.com', '//example.com/', '/hook', 'http://example.com/',
    'ftp://example.com/', 'file:///etc/passwd', 'javascript:alert(1)', 'https:', 'https:/', 'https://', 'https:///hook', 'https:example.com', 'https://:443/',
    'https://?x', 'https://user@example.com/', 'https://user:password@example.com/', 'https://@example.com/', 'https://example.com:0/',
    'https://example.com:65536/', 'https://example.com:80:80/', 'https://example.com:x/', 'https://[::1/', 'https://exa mple.com/', ' https://example.com/',
    'https://example.com/a b', 'https://example.com/\n', 'https://example.com\\@evil.example/', 'https://bücher.example/', 'https://example.com/\u0000',
    'https://example.com/"', 'https://example.com/<>']) {
    refused(await meetings.register({ url, types: TYPES }), 400);
  }
  assert.deepEqual(body(await meetings.webhook()), before);
});

test('meetings 8: a new registration replaces the old one', async () => {
  const first = await registered();
  const second = await registered({ url: 'https://other.example/', types: ['room_update'] });
  assert.notEqual(second.id, first.id);
  assert.deepEqual(body(await meetings.webhook()), second);
  refused(await meetings.unregister(first.id), 404);
  // The same receiver registers at each of its starts: it stays the same webhook.
  const again = await registered({ url: 'https://other.example/', types: ['snapshot_update'] });
  assert.deepEqual(again, { ...second, types: ['snapshot_update'] });
});

test('meetings 8: DELETE answers 204 and nothing else, once', async () => {
  const { id } = await registered();
  empty(await meetings.unregister(id), 204);
  assert.equal((await meetings.webhook()).raw, 'null');
  refused(await meetings.unregister(id), 404);
  for (const unknown of ['0'.repeat(24), 'x', `${id}0`, id.toUpperCase(), "' OR 1=1 --"]) refused(await meetings.unregister(unknown), 404);
  await registered();
  for (const unknown of [id, 'null', '%']) refused(await meetings.unregister(unknown), 404);
  assert.match(body(await meetings.webhook()).id, HEX);
});

test('meetings 3: a wrong or missing API key is 403, a blocked one 423', async () => {
  const { id } = await registered();
  const calls = [(options) => meetings.register({ url: URL, types: TYPES }, options), (options) => meetings.webhook(options), (options) => meetings.unregister(id, options)];
  const host = await meetings.room();
  for (const key of [undefined, 'wrong', `Bearer ${meetings.key}`, `${meetings.key}x`, host.access_key, host.room.guest_token]) {
    for (const call of calls) refused(await call({ key }), 403, 'Invalid API key');
  }
  const block = (active) => meetings.cardea.sql(`UPDATE tenants SET is_active = ${active} WHERE name = 'second'`);
  block(0);
  for (const call of calls) refused(await call({ key: other.key }), 423);
  block(1);
  assert.equal(body(await meetings.webhook()).id, id);
});

test('meetings 3: the webhook of another API key answers like an unknown one', async () => {
  const mine = await registered();
  assert.equal((await other.webhook()).raw, 'null');
  const [foreign, unknown] = [await other.unregister(mine.id), await other.unregister('f'.repeat(24))];
  refused(foreign, 404);
  assert.equal(foreign.raw, unknown.raw);
  const theirs = body(await other.register({ url: URL, types: ['room_update'] }), 201);
  assert.notEqual(theirs.id, mine.id);
  assert.deepEqual(body(await meetings.webhook()), mine);
});

test('meetings 2: methods that are not there are 405', async () => {
  for (const [method, path] of [['PUT', '/webhooks'], ['DELETE', '/webhooks'], ['GET', '/webhooks/x'], ['POST', '/webhooks/x']]) {
    refused(await meetings.call(method, path, undefined, { key: meetings.key }), 405);
  }
});
