// spec/meetings 8: the registration of webhooks. Takes about 1 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { addTenant, body, empty, FORM_TYPE, refused, startMeetings } from '../../support/meetings.mjs';
import { mismatch } from './shapes.mjs';

let meetings;
let other;
let key;

before(async () => {
  meetings = await startMeetings();
  other = meetings.as(await addTenant(meetings.cardea));
  key = meetings.cardea.dev.api_key;
});
after(() => meetings?.cardea.stop());

const unused = () => crypto.randomBytes(12).toString('hex');

const WEBHOOK = {
  id: 'string', url: 'string', types: { every: 'string' },
  last_request_sent_at: { or: [null, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/] }, last_response_code: { or: [null, 'string'] },
};

const hooks = (method, rest = '', content, { as = key, type } = {}) => meetings.call(method, `/webhooks${rest}`, content, { key: as, type });

test('meetings 8: one webhook for each API key', async () => {
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

test('meetings 8: webhooks that are none, and wrong keys', async () => {
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
