// docs/openapi.yaml is true: its calls are the routes of the gateway, and what a running gateway answers,
// with every status that the document names for a call, is what the document says. Objects have exactly
// the documented fields. Takes about 10 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { ROOT } from '../support/build.mjs';
import { until } from '../support/cardea.mjs';
import { form, FORM_TYPE, multipart, startMeetings } from '../support/meetings.mjs';
import { PASSWORD, Spaces } from '../support/spaces.mjs';
import { adminRoutes, publicRoutes, shape } from '../support/routes.mjs';

const document = parse(fs.readFileSync(path.join(ROOT, 'docs/openapi.yaml'), 'utf8'));
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Its calls: {name, method, path, operation}; the name is the operationId, or method and path. */
const calls = Object.entries(document.paths).flatMap(([route, item]) => METHODS.filter((method) => item[method])
  .map((method) => ({
    name: item[method].operationId ?? `${method.toUpperCase()} ${route}`, method: method.toUpperCase(), path: route, operation: item[method],
  })));
const callOf = new Map(calls.map((call) => [call.name, call]));

// ---- schemas ----

/** Adds to every object with named properties that it has no others. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isObject = schema.type === 'object' || schema.type?.includes?.('object');
  return isObject && schema.properties && !('additionalProperties' in schema) ? { ...copy, additionalProperties: false } : copy;
}

const moved = (value) => JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', 'doc#/$defs/'));
const ajv = new Ajv({ strict: true, strictTypes: false, strictTuples: false, validateFormats: false });
ajv.addSchema({ $id: 'doc', $defs: closed(moved(document.components.schemas)) });

function checkSchema(value, schema, what) {
  const validate = ajv.compile(closed(moved(schema)));
  assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
}

const resolve = (object) => (object?.$ref ? object.$ref.slice(2).split('/').reduce((at, key) => at[key], document) : object);

// ---- routes ----

test('the calls of the document are the routes of the gateway', () => {
  assert.deepEqual(calls.map((call) => `${call.method} ${shape(call.path)}`).sort(), publicRoutes().sort());
});

// ---- a running gateway ----

let pages;
let meetings;
let cardea;
let receiver;
const CONF = 'webhooks: { allow_http = true; allow_private = true };\nhttp: { allowed_origins = [ "https://app.example" ] };\n';
const told = []; // to the webhook
const answered = new Set(); // "name status"
const unknownToken = () => crypto.randomBytes(12).toString('hex');

before(async () => {
  pages = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-pages-'));
  fs.writeFileSync(path.join(pages, 'index.html'), '<!doctype html><title>the page</title>');
  receiver = http.createServer(async (request, response) => {
    const parts = await request.toArray();
    told.push({ headers: request.headers, body: JSON.parse(Buffer.concat(parts)) });
    response.writeHead(204).end();
  });
  await new Promise((listening) => { receiver.listen(0, '127.0.0.1', listening); });
  meetings = await startMeetings({ pages, conf: CONF });
  cardea = meetings.cardea;
});
after(async () => {
  await meetings?.cardea.stop();
  receiver?.close();
  fs.rmSync(pages, { recursive: true, force: true });
});

/** Path parameters, by what a call means unless it is about something else. */
const usual = () => ({
  access_key: unknownToken(), id: unknownToken(), guest_token: unknownToken(), user_token: unknownToken(), webhook: unknownToken(),
  room: 'no-such-room', permalink: unknownToken(), user: 'nobody', participant: crypto.randomUUID(), node: 'n1', platform: 'generic',
  index: '1', what: 'source', snapshot: 'x', recording: 'x', playback: 'x',
});

function checkAnswer(call, answer) {
  const what = `${call.name} ${answer.status}`;
  const response = resolve(call.operation.responses[answer.status]);
  assert.ok(response, `${what} is not documented: ${answer.raw}`);
  answered.add(what);
  const type = answer.headers['content-type']?.split(';')[0];
  if (!response.content) {
    assert.equal(answer.raw, '', what);
  } else {
    assert.ok(response.content[type], `${what}: ${type} is not documented`);
    if (type === 'application/json') checkSchema(answer.body, response.content[type].schema, what);
  }
  for (const name of Object.keys(response.headers ?? {})) assert.ok(answer.headers[name.toLowerCase()], `${what}: ${name}`);
}

/**
 * Makes a call of the document, which must answer with @p status; its body. @p at: path parameters; the
 * rest: query, key (meetings dialect), headers, body, type of the body.
 */
async function ask(name, status, at = {}, { query = '', key, headers = {}, body, type } = {}) {
  const call = callOf.get(name);
  const values = { ...usual(), ...at };
  const target = call.path.replace(/\{(\w+)\}/g, (_, parameter) => encodeURIComponent(values[parameter])) + query;
  const answer = await meetings.call(call.method, target, body, { key, type, headers });
  assert.equal(answer.status, status, `${name}: ${answer.raw}`);
  checkAnswer(call, answer);
  if (status < 300 && typeof body === 'object') {
    checkSchema(body, resolve(call.operation.requestBody).content['application/json'].schema, `the request of ${name}`);
  }
  return answer.body;
}

/** Asks all @p names. */
async function askAll(names, status, ...rest) {
  for (const name of names) await ask(name, status, ...rest);
}

const withKey = (more = {}) => ({ key: meetings.key, ...more });
const asTenant = (more = {}) => ({ ...more, headers: { 'X-API-Key': meetings.key } });
const as = (credential, more = {}) => ({ ...more, headers: { Authorization: `Bearer ${credential}` } });

/** A new meeting: the answer of its host. */
const started = (fields = {}) => ask('startMeeting', 201, {}, withKey({ body: { id: `room-${unknownToken()}`, user: { name: 'Jane', id: 'jane' }, ...fields } }));
const joined = (host, fields = {}) => ask('addGuest', 201, { guest_token: host.room.guest_token }, { body: { name: 'John', ...fields } });

/** A meeting that goes on, with people in every state. */
async function people() {
  const host = await started({ options: { waiting_room: true } });
  const guest = await joined(host, { id: 'guest' });
  const waiting = await joined(host, { id: 'waiting' });
  const kicked = await started({ id: host.room.id, user: { name: 'Kim', id: 'kim' } });
  await ask('admitUser', 200, { id: host.access_key, user: 'guest' });
  await ask('removeUser', 200, { access_key: host.access_key, user: 'kim' });
  const over = await started();
  await ask('endMeeting', 204, { id: over.access_key });
  return { host, guest, waiting, kicked, over };
}

const CHAT = { type: 'chat', content: 'hello' };
const at = (meeting) => ({ access_key: meeting.access_key, id: meeting.access_key, user: 'nobody' });
const isMissing = ({ operation }) => operation.tags.includes('missing');
const ofKey = calls.filter((call) => call.path.startsWith('/rooms/{access_key}/')).map(({ name }) => name);
const missingOfKey = ofKey.filter((name) => isMissing(callOf.get(name)));
const ofTenant = calls.filter(({ operation }) => operation.security.some(({ meetingsKey }) => meetingsKey) && operation.responses['423'])
  .map(({ name }) => name);

test('each path takes the documented methods, and the operator\'s are elsewhere', async () => {
  for (const route of Object.keys(document.paths)) {
    const answer = await cardea.request('OPTIONS', route.replace(/\{\w+\}/g, 'x'));
    // A fixed name is also what a parameter of another path may stand for.
    const same = Object.keys(document.paths).filter((other) => new RegExp(`^${other.replace(/\{\w+\}/g, '[^/]+')}$`).test(route));
    const methods = same.flatMap((path) => METHODS.filter((method) => document.paths[path][method])).map((method) => method.toUpperCase());
    assert.equal(answer.status, 204, route);
    assert.deepEqual(answer.headers.allow.split(', ').filter((method) => method !== 'HEAD' && method !== 'OPTIONS').sort(),
      [...new Set(methods)].sort(), route);
  }
  for (const route of adminRoutes()) {
    assert.equal((await cardea.request('OPTIONS', route.split(' ')[1])).status, 404, route);
  }
});

test('it is OpenAPI 3.1, of this version', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors));
  assert.match(document.openapi, /^3\.1\./);
  assert.equal(document.info.version, (await cardea.admin('GET', '/version')).body.version);
});

test('meetings: what is answered to hosts, guests and those who wait', async () => {
  const { host, waiting } = await people();
  assert.equal((await ask('getMeeting', 200, at(host))).waiting_list.length, 1);
  assert.equal((await ask('getMeeting', 200, at(waiting))).ready, false);
  await ask('getUser', 200, { access_key: host.access_key, user: 'guest' });
  await ask('listMeetings', 200, {}, withKey());
  await ask('listUsers', 200, { room: host.room.id }, withKey({ query: '?online=false' }));
  await ask('sendMessage', 201, at(host), { body: CHAT });
  await ask('setLayout', 200, at(host), {
    body: { layout: 'custom', users: ['jane', ''], name: 'two', map: [[0, 0, 640, 720, 'cover'], [640, 0, 640, 720]], voice_activation: true, show_names: 'false' },
  });
  await ask('startPresentation', 201, at(host));
  assert.equal((await ask('getMeeting', 200, at(host))).presentation.user.id, 'jane');
  await ask('stopPresentation', 200, at(host));
  await ask('lockMeeting', 201, at(host));
});

test('meetings: every input', async () => {
  const person = { name: 'Jane', id: 'jane', avatar: 'https://example.com/a.png', custom_fields: { locale: 'de' } };
  const options = {
    guest_token_available: false, kick_available: true, lock_available: true, layout_available: true, reaction_available: false,
    suggest_guest_names: false, show_names: false, show_label: false, voice_activation: true, widescreen: false, waiting_room: true,
    exit_url: 'https://example.com/', sfu_mode: 'ptp', background_color: '#123456', layout: 'custom', layout_users: ['jane'],
    layout_name: 'one', layout_map: '[[0,0,1280,720]]', custom_fields: { logo: 'x', hide_chat: true },
  };
  const made = await started({ name: 'All of it', user: person, options });
  assert.equal(made.room.guest_token, '');
  const { guest_token_available: _a, waiting_room: _b, ...shown } = options;
  assert.deepEqual(made.options, {
    ...made.options, ...shown, layout_map: [[0, 0, 1280, 720]], custom_fields: { logo: 'x', hide_chat: 'true', locale: 'de' },
  });
});

test('bodies may be forms, in every call that says so', async () => {
  const { host, guest } = await people();
  const { permalink } = await ask('createPermalink', 201, {}, withKey({ body: { user: { name: 'Jane', id: 'jane' } } }));
  const url = `http://127.0.0.1:${receiver.address().port}/`;
  const bodies = {
    startMeeting: [201, { id: host.room.id, user: { name: 'Ann' } }], addGuest: [201, { name: 'Bob' }], sendMessage: [201, CHAT],
    setLayout: [200, { users: ['jane'] }], createPermalink: [201, { user: { name: 'Ann' } }], updatePermalink: [200, { options: { widescreen: false } }],
    addPermalinkUser: [201, { user: { name: 'Cid' } }], setWebhook: [201, { url, types: 'room_update' }],
  };
  const takers = calls.filter(({ operation }) => operation.requestBody?.content[FORM_TYPE]).map(({ name }) => name);
  assert.deepEqual(Object.keys(bodies).sort(), takers.sort());
  for (const [name, [status, body]] of Object.entries(bodies)) {
    const where = { ...at(guest), guest_token: host.room.guest_token };
    if (name.includes('Permalink')) Object.assign(where, { id: permalink.id, permalink: permalink.id });
    assert.ok(callOf.get(name).operation.requestBody.content['multipart/form-data'], name);
    await ask(name, status, where, withKey({ body: form(body), type: FORM_TYPE }));
    const { type, text } = await multipart(body);
    await ask(name, status, where, withKey({ body: text, type }));
  }
});

test('meetings: every refusal', async () => {
  const { host, guest, waiting, kicked, over } = await people();
  const all = [...ofKey, 'getMeeting'];
  await askAll(all, 404, {}, { body: CHAT });
  await askAll(all, 410, at(over), { body: CHAT });
  for (const who of [waiting, kicked]) {
    await askAll(['lockMeeting', 'sendMessage', 'setLayout', 'startPresentation', 'stopPresentation', 'removeUser', 'endMeeting', 'admitUser'],
      403, at(who), { body: CHAT });
  }
  await askAll(missingOfKey, 403, at(waiting));
  await askAll(missingOfKey, 405, at(host));
  await askAll(['lockMeeting', 'removeUser', 'endMeeting', 'admitUser'], 403, at(guest));
  await askAll(['removeUser', 'getUser', 'admitUser', 'stopPresentation'], 404, at(host));
  await ask('endMeeting', 404);
  await ask('endMeeting', 410, at(over));
  await ask('admitUser', 410, at(over));
  await ask('admitUser', 410, { id: over.room.id }, withKey());
  await askAll(['sendMessage', 'setLayout', 'startMeeting', 'addGuest'], 400, { ...at(host), guest_token: host.room.guest_token },
    withKey({ body: '{', type: 'application/json' }));
  await ask('sendMessage', 400, at(host), { body: { type: 'terminate_meeting', content: 'x' } });
  await ask('startPresentation', 201, at(host));
  await ask('startPresentation', 409, at(guest));
  await ask('startMeeting', 409, {}, withKey({ body: { id: host.room.id, user: { name: 'x', id: 'guest' } } }));
  await ask('addGuest', 409, { guest_token: host.room.guest_token }, { body: { name: 'x', id: 'jane' } });
  await ask('addGuest', 410, {}, { body: { name: 'x' } });
  await ask('lockMeeting', 201, at(host));
  await ask('addGuest', 423, { guest_token: host.room.guest_token }, { body: { name: 'x' } });
  await ask('admitUser', 423, { id: host.access_key, user: 'waiting' });
  const plain = await started({ options: { kick_available: false, lock_available: false, layout_available: false } });
  await askAll(['removeUser', 'lockMeeting'], 403, { ...at(plain), user: 'jane' });
  await ask('setLayout', 405, at(plain));
  await ask('GET /call', 503);
});

test('meetings: wrong API keys and unknown rooms', async () => {
  const { host } = await people();
  for (const name of ofTenant) {
    const wrong = callOf.get(name).operation.responses['401'] ? 401 : 403;
    const body = { user: { name: 'x' }, url: 'https://example.com/', types: 'room_update' };
    await ask(name, wrong, {}, { key: `ck_live_${crypto.randomBytes(32).toString('base64url')}`, body });
    if (callOf.get(name).operation.security.length === 1) await ask(name, wrong, {}, { body });
  }
  const items = ofTenant.filter((name) => /^\/(recordings|snapshots)/.test(callOf.get(name).path));
  const ofRoom = ofTenant.filter((name) => callOf.get(name).path.startsWith('/rooms/{room}/'));
  await askAll([...items, ...ofRoom], 404, {}, withKey());
  await askAll(ofRoom.filter((name) => isMissing(callOf.get(name))), 405, { room: host.room.id }, withKey());
  await ask('admitUser', 200, { id: host.room.id, user: 'waiting' }, withKey());
  await ask('endMeeting', 204, { id: host.room.id }, withKey());
});

test('permalinks', async () => {
  const body = { user: { name: 'Jane', id: 'jane' }, name: 'Monday', options: { widescreen: false }, expires_at: '2999-01-01T00:00:00Z' };
  const { permalink, links } = await ask('createPermalink', 201, {}, withKey({ body }));
  const id = { id: permalink.id, permalink: permalink.id };
  await ask('getPermalink', 200, id, withKey());
  await ask('getPermalink', 200, { id: permalink.user_token });
  assert.equal((await ask('getPermalink', 200, { id: permalink.guest_token })).user, null);
  await ask('updatePermalink', 200, id, withKey({ body: { name: 'Tuesday', expires_at: null } }));
  const second = await ask('addPermalinkUser', 201, id, withKey({ body: { user: { name: 'Ann', id: 'ann' } } }));
  await ask('listPermalinks', 200, {}, withKey({ query: '?page=1&limit=1&expired=false' }));
  assert.equal(await ask('listPermalinks', 200, {}, { query: new URL(links.gui).search }), null);
  const host = await ask('startPermalink', 201, { id: permalink.user_token });
  await ask('addGuest', 201, { guest_token: permalink.guest_token }, { body: { name: 'Guest', id: 'ann' } });
  await ask('startPermalink', 409, { id: second.permalink.user_token });
  await ask('startPermalink', 404, { id: permalink.guest_token });
  for (const name of ['createPermalink', 'updatePermalink', 'addPermalinkUser']) {
    await ask(name, 400, id, withKey({ body: '{', type: 'application/json' }));
  }
  await askAll(['getPermalink', 'updatePermalink', 'deletePermalink', 'addPermalinkUser', 'removePermalinkUser'], 404, {}, withKey({ body: { user: { name: 'x' } } }));
  await ask('removePermalinkUser', 200, { ...id, user_token: second.permalink.user_token }, withKey());
  await ask('removePermalinkUser', 404, { ...id, user_token: second.permalink.user_token }, withKey());
  await ask('deletePermalink', 200, id, withKey());
  await ask('endMeeting', 204, { id: host.access_key });
});

test('webhooks: the calls, and what is sent', async () => {
  const url = `http://127.0.0.1:${receiver.address().port}/`;
  const { id } = await ask('setWebhook', 201, {}, withKey({ body: { url, types: ['room_update', 'participant_update'] } }));
  told.length = 0;
  const host = await started();
  const seat = await meetings.arrive(host);
  await seat.leave();
  await ask('endMeeting', 204, { id: host.access_key });
  const mine = () => told.filter(({ body }) => (body.room?.id ?? body.participant.room_id) === host.room.id);
  await until(() => mine().length === 4, 'start, arrival, departure and end to be told');
  const post = document.webhooks.event.post;
  for (const { headers, body } of mine()) {
    checkSchema(body, post.requestBody.content[headers['content-type']].schema, 'the webhook');
    checkSchema(headers['x-eyeson-signature'], post.parameters[0].schema, 'its signature');
  }
  assert.equal((await ask('getWebhook', 200, {}, withKey())).last_response_code, '204');
  await ask('setWebhook', 400, {}, withKey({ body: { url: 'ftp://x/', types: 'room_update' } }));
  await ask('deleteWebhook', 404, {}, withKey());
  await ask('deleteWebhook', 204, { webhook: id }, withKey());
  assert.equal(await ask('getWebhook', 200, {}, withKey()), null);
});

const enter = (status, credential, more = {}) => ask('enter', status, {}, { body: { credential, ...more } });

test('native: enter, and the waiting room', async () => {
  const host = await started({ options: { waiting_room: true }, user: { name: 'Jane', id: 'jane', custom_fields: { locale: 'fr' } } });
  const token = host.room.guest_token;
  const { ticket: early } = await enter(202, token, { name: 'Early', client_key: unknownToken() });
  const seat = await enter(201, host.access_key, { slots: { audio: 1, video: 4 } });
  const room = { room: seat.room.id };
  const arrived = await meetings.arrive(host); // the meeting has begun
  const { ticket } = await enter(202, token, { name: 'Guest' });
  const { ticket: third } = await enter(202, token, { name: 'Third' });
  const often = await Promise.all([1, 2, 3].map(() => meetings.enter(third)));
  assert.ok(often.some(({ status }) => status === 429));
  for (const answer of often) checkAnswer(callOf.get('enter'), answer);
  const [first, second] = await ask('listWaiting', 200, room, as(host.access_key));
  const one = { ...room, participant: first.participant };
  const two = { ...room, participant: second.participant };
  await ask('admit', 200, one, as(host.access_key));
  await ask('deny', 200, two, as(host.access_key, { body: { reason: 'not today' } }));
  await ask('putBack', 200, one, asTenant());
  assert.equal((await ask('admitAll', 200, room, asTenant())).admitted, 2);
  const entered = await enter(201, early);
  await enter(201, token, { resume: entered.resume });

  await enter(400, token);
  await enter(401, unknownToken());
  assert.equal((await enter(403, ticket)).error, 'not today');
  await enter(403, meetings.key);
  await enter(409, host.access_key);
  const waiting = await joined(host);
  await ask('putBack', 403, { ...room, participant: arrived.entered.participant.id }, asTenant());
  await askAll(['admit', 'deny', 'putBack'], 404, room, asTenant());
  const ofHosts = ['listWaiting', 'admitAll', 'admit', 'deny', 'putBack'];
  await askAll(ofHosts, 400, { ...one, room: 'x'.repeat(256) }, asTenant());
  await askAll(ofHosts, 401, one);
  await askAll(ofHosts, 403, one, as(waiting.access_key));
  await askAll(ofHosts, 404, {}, asTenant());
  await ask('lockMeeting', 201, at(host));
  await enter(423, token, { name: 'Late' });
  await ask('admitAll', 423, room, asTenant());
  const [locked] = await ask('listWaiting', 200, room, asTenant());
  await ask('admit', 423, { ...room, participant: locked.participant }, asTenant());
  await arrived.leave();
  await ask('endMeeting', 204, { id: host.access_key });
  await enter(410, token, { name: 'Late' });
  await askAll(ofHosts, 410, one, as(host.access_key));
});

test('native: why', async () => {
  const host = await started({ user: { name: 'Jane', id: 'jane' } });
  const seat = await meetings.arrive(host);
  const guest = await joined(host, { id: 'guest' });
  const { participant, room } = await enter(201, guest.access_key);
  const one = { room: room.id, participant: participant.id };
  await ask('explainParticipant', 200, one, as(host.access_key));
  await ask('explainParticipant', 400, { ...one, room: 'x'.repeat(256) }, asTenant());
  await ask('explainParticipant', 401, one);
  await ask('explainParticipant', 403, one, as(guest.access_key));
  await ask('explainParticipant', 404, { room: room.id }, asTenant());
  for (const credential of [guest.access_key, host.room.guest_token, unknownToken()]) await ask('explainCredential', 200, {}, asTenant({ body: { credential } }));
  const body = { credential: guest.access_key };
  await ask('explainCredential', 400, {}, asTenant({ body: {} }));
  await ask('explainCredential', 401, {}, { body });
  const { id } = await ask('createRoom', 201, {}, asTenant({ body: {} }));
  const added = await ask('addParticipant', 201, { room: id }, asTenant({ body: { display_name: 'x' } }));
  await ask('explainCredential', 403, {}, as(added.access_token, { body }));
  await seat.leave();
  await ask('endMeeting', 204, { id: host.access_key });
  await ask('explainParticipant', 410, one, as(host.access_key));
});

test('native: what hosts do to people', async () => {
  const host = await started({ user: { name: 'Jane', id: 'jane' } });
  const seat = await meetings.arrive(host);
  const guest = await joined(host, { id: 'guest' });
  const { participant, room } = await enter(201, guest.access_key);
  const id = { room: room.id };
  const one = { ...id, participant: participant.id };
  const ofRoom = ['lockRoom', 'unlockRoom'];
  const ofSeat = ['muteParticipant', 'setPermissions', 'removeFromRoom'];
  const all = [...ofRoom, ...ofSeat];
  const body = { kind: 'microphone', muted: true };
  await ask('lockRoom', 200, id, as(host.access_key));
  await ask('unlockRoom', 200, id, asTenant());
  await ask('muteParticipant', 200, one, as(host.access_key, { body }));
  await ask('muteParticipant', 403, one, as(host.access_key, { body: { ...body, muted: false } }));
  await ask('setPermissions', 200, one, as(host.access_key, { body: { publish: ['camera'], locks: { chat: true, reactions: false }, role: 'participant' } }));
  await ask('setPermissions', 200, one, asTenant({ body: { publish: null, locks: { chat: null } } }));
  assert.deepEqual((await ask('setPermissions', 200, one, asTenant({ body: { locks: { webcam: true } } }))).in_force.locks, { webcam: true });
  assert.deepEqual((await enter(201, guest.access_key)).participant.locks, { webcam: true });
  await ask('setPermissions', 403, { ...id, participant: seat.entered.participant.id }, asTenant({ body: { locks: { chat: true } } }));
  await ask('removeFromRoom', 403, { ...id, participant: seat.entered.participant.id }, as(host.access_key, { body: {} }));
  await askAll(ofRoom, 400, { room: 'x'.repeat(256) }, asTenant());
  await askAll(ofSeat, 400, one, asTenant({ body: '[]' }));
  await askAll(all, 401, one, { body });
  await askAll(ofRoom, 403, one, as(guest.access_key));
  await askAll(all, 404, {}, asTenant({ body }));
  await askAll(ofSeat, 404, id, asTenant({ body }));
  const there = await started({ user: { name: 'Jane', id: 'jane' } });
  const into = { body: { room: (await enter(201, there.access_key)).room.id } };
  const present = { ...id, participant: seat.entered.participant.id };
  await ask('moveToRoom', 200, present, asTenant(into));
  await ask('moveToRoom', 409, present, asTenant(into));
  await ask('moveToRoom', 400, one, asTenant({ body: '[]' }));
  await ask('moveToRoom', 401, one, into);
  await ask('moveToRoom', 403, one, as(guest.access_key, into));
  await ask('moveToRoom', 404, one, as(host.access_key, into));
  await ask('lockRoom', 200, { room: into.body.room }, asTenant());
  await ask('moveToRoom', 423, one, asTenant(into));
  await ask('unlockRoom', 200, { room: into.body.room }, asTenant());
  await ask('endMeeting', 204, { id: there.access_key });
  await ask('moveToRoom', 410, one, asTenant(into));
  await ask('removeFromRoom', 200, one, as(host.access_key, { body: { reason: 'no', block: true, scope: 'room' } }));
  const events = (await ask('listEvents', 200, id, asTenant())).events.map(({ type }) => type);
  for (const type of ['room.locked', 'room.unlocked', 'participant.muted', 'participant.permissions', 'participant.removed']) assert.ok(events.includes(type), type);
  await seat.tunnel.close();
  await ask('endMeeting', 204, { id: host.access_key });
  await askAll(all, 410, one, asTenant({ body }));
});

test('native: the log of a room', async () => {
  const host = await started({ id: 'logged', options: { waiting_room: true } });
  const guest = await joined(host, { id: 'guest' });
  await ask('admitUser', 200, { id: host.access_key, user: 'guest' });
  const seat = await meetings.arrive(host);
  await ask('sendMessage', 201, at(guest), { body: CHAT });
  await ask('setLayout', 200, at(host), { body: { name: 'nine' } });
  await ask('startPresentation', 201, at(guest));
  await ask('removeUser', 200, { access_key: host.access_key, user: 'guest' });
  await ask('lockMeeting', 201, at(host));
  await seat.leave();
  await ask('endMeeting', 204, { id: host.access_key });
  const { events, last } = await ask('listEvents', 200, { room: 'logged' }, asTenant({ query: '?after=1&limit=1000' }));
  assert.deepEqual(events.map(({ seq }) => seq), Array.from({ length: last - 1 }, (_, i) => i + 2));
  const { length } = (await ask('listEvents', 200, { room: 'logged' }, asTenant())).events;
  assert.equal(length, last);
  await ask('listEvents', 400, { room: 'logged' }, asTenant({ query: '?limit=1001' }));
  await ask('listEvents', 401, { room: 'logged' });
  await ask('listEvents', 404, {}, asTenant());
  const types = fs.readFileSync(path.join(ROOT, 'signaling/domain/event_codec.h'), 'utf8').matchAll(/define CARDEA_EVENT_\w+ +"([^"]+)"/g);
  assert.deepEqual([...document.components.schemas.Event.properties.type.enum].sort(), [...types].map(([, type]) => type).sort());
});

test('participants', async () => {
  const config = { max_participants: 2, recording_enabled: false, chat_enabled: true, color: 'red' };
  const room = await ask('createRoom', 201, {}, asTenant({ body: { name: 'Lecture', config } }));
  assert.deepEqual(room.config, config);
  const id = { room: room.id };
  const body = { display_name: 'Ada', external_user_id: 'ada', role: 'participant', metadata: { a: [1] } };
  const added = await ask('addParticipant', 201, id, asTenant({ body }));
  await ask('addParticipant', 201, { room: 'by name' }, asTenant({ body: { display_name: 'Bob', role: 'host' } }));
  await ask('getRoom', 200, id, as(added.access_token));
  await ask('listParticipants', 200, id, asTenant({ query: '?active=true' }));
  await enter(201, added.auth_token);

  await askAll(['createRoom', 'addParticipant'], 400, id, asTenant({ body: '[]' }));
  await ask('getRoom', 400, { room: 'Lecture' }, asTenant());
  await ask('listParticipants', 400, { room: 'x'.repeat(256) }, asTenant());
  await askAll(['createRoom', 'addParticipant', 'getRoom', 'listParticipants'], 401, id, { body: { display_name: 'x' } });
  await ask('createRoom', 403, {}, as(added.access_token, { body: {} }));
  await ask('addParticipant', 403, id, as(added.access_token, { body: { display_name: 'x', role: 'host' } }));
  await ask('listEvents', 403, id, as(added.access_token));
  await askAll(['addParticipant', 'getRoom', 'listParticipants'], 404, { room: crypto.randomUUID() }, asTenant({ body: { display_name: 'x' } }));

  await ask('addParticipant', 201, id, asTenant({ body: { display_name: 'Cid' } }));
  await ask('addParticipant', 400, id, asTenant({ body: { display_name: 'Dan' } }));
  const host = await started({ id: 'Lecture', user: { name: 'Eve' } });
  await enter(503, host.room.guest_token, { name: 'Fay' });
  await ask('lockMeeting', 201, at(host));
  await ask('addParticipant', 423, id, asTenant({ body: { display_name: 'Gus' } }));
  await ask('putBack', 200, { ...id, participant: added.participant.id }, asTenant());
  await askAll(['addParticipant', 'getRoom', 'listParticipants', 'listEvents'], 403, id, as(added.access_token, { body: { display_name: 'x' } }));
});

test('participants: many at once, changes, new tokens, removal', async () => {
  const room = await ask('createRoom', 201, {}, asTenant({ body: {} }));
  const names = { body: { participants: [{ display_name: 'Ann', external_user_id: 'ann' }, { display_name: 'Bob' }] } };
  const { results: [ann, bob] } = await ask('addParticipants', 200, { room: room.id }, asTenant(names));
  const at = (participant, of = room.id) => ({ room: of, participant });
  const aboutOne = ['removeParticipant', 'makeTokens', 'updateParticipant'];
  const all = ['addParticipants', ...aboutOne];
  const body = { display_name: 'Ann B.', role: 'host', ...names.body };
  await ask('addParticipants', 400, { room: room.id }, asTenant({ body: { participants: [] } }));
  await askAll(aboutOne, 400, at('x'), asTenant({ body }));
  await askAll(all, 401, at(ann.participant_id), { body });
  await askAll(all, 403, at(ann.participant_id), as(bob.access_token, { body }));
  await askAll(all, 404, at(ann.participant_id, crypto.randomUUID()), asTenant({ body }));
  await ask('updateParticipant', 200, at(ann.participant_id), asTenant({ body: { display_name: 'Ann B.', role: 'host' } }));
  await ask('makeTokens', 200, at(bob.participant_id), asTenant());
  await ask('removeParticipant', 204, at(bob.participant_id), as(ann.access_token));
});

test('rooms of the participants dialect', async () => {
  const body = { name: 'Later', scheduled_start_at: new Date(Date.now() + 3600000).toISOString(), allow_early_join_minutes: 5 };
  const later = await ask('scheduleRoom', 201, {}, asTenant({ body }));
  await ask('listRooms', 200, {}, asTenant({ query: '?status=scheduled,ACTIVE&limit=2' }));
  const { room: { id }, access_token: token } = await ask('addParticipant', 201, { room: 'acts' }, asTenant({ body: { display_name: 'A' } }));
  const changing = ['updateRoom', 'endRoom', 'deleteRoom'];
  await ask('listRooms', 400, {}, asTenant({ query: '?status=none' }));
  await ask('scheduleRoom', 400, {}, asTenant({ body: {} }));
  await askAll(changing, 400, { room: 'acts' }, asTenant({ body }));
  await askAll([...changing, 'listRooms', 'scheduleRoom'], 401, { room: id }, { body });
  await askAll([...changing, 'listRooms', 'scheduleRoom'], 403, { room: id }, as(token, { body }));
  await askAll(changing, 404, { room: crypto.randomUUID() }, asTenant({ body }));
  await ask('updateRoom', 200, { room: id }, asTenant({ body: { name: 'Other', config: { max_participants: 3, color: 'red' } } }));
  await ask('endRoom', 200, { room: id }, asTenant({ body: { reason: 'late' } }));
  await ask('deleteRoom', 204, { room: later.id }, asTenant());
});

test('tokens of the participants dialect', async () => {
  const { room: { id }, access_token: token, refresh_token: refresh } = await ask('addParticipant', 201, { room: 'tokens' }, asTenant({ body: { display_name: 'A' } }));
  await ask('makeTenantTokens', 200, {}, { body: { api_key: meetings.key } });
  await ask('refreshTokens', 200, {}, { body: { refresh_token: refresh } });
  const link = await ask('makeJoinToken', 200, { room: 'tokens' }, asTenant());
  await ask('exchangeJoinToken', 200, {}, { body: link });
  await askAll(['makeTenantTokens', 'refreshTokens', 'exchangeJoinToken'], 400, {}, { body: {} });
  await ask('makeJoinToken', 400, { room: 'x'.repeat(256) }, asTenant());
  await askAll(['makeTenantTokens', 'refreshTokens'], 401, {}, { body: { api_key: 'x', refresh_token: token } });
  await ask('makeJoinToken', 401, { room: 'tokens' });
  await ask('makeJoinToken', 403, { room: id }, as(token));
  await ask('makeJoinToken', 404, {}, asTenant());
  await ask('deleteRoom', 204, { room: id }, asTenant());
  await ask('exchangeJoinToken', 404, {}, { body: link });
});

test('plugNmeet: what a backend signs, rightly and not', async () => {
  const key = (await cardea.admin('POST', '/keys', {})).body;
  const signed = (text) => ({ 'API-KEY': key.id, 'HASH-SIGNATURE': crypto.createHmac('sha256', key.secret).update(text).digest('hex') });
  const call = (name, body) => ask(name, 200, {}, { body, headers: signed(JSON.stringify(body)) });
  const isSigned = ({ operation }) => operation.security.some(({ plugnmeetSignature }) => plugnmeetSignature);
  for (const { name } of calls.filter(isSigned)) {
    await ask(name, 401, {}, { body: {} });
    const text = JSON.stringify({ room_id: 'a', metadata: { room_title: 'T', room_features: {} }, user_info: { name: 'N', user_id: 'u' } });
    assert.notEqual((await ask(name, 200, {}, { body: text, headers: signed(text) })).msg, '');
  }
  const { room_info } = await call('plugnmeetCreate', { room_id: 'b', metadata: { room_title: 'T', room_features: {} } });
  assert.equal((await call('plugnmeetGetActiveRoomInfoShort', { room_id: 'b' })).room.room_info.sid, room_info.sid);
  assert.ok((await call('plugnmeetGetJoinTokenShort', { room_id: 'b', user_info: { name: 'N', user_id: 'u' } })).token);
  await call('plugnmeetEndRoomShort', { room_id: 'b' });
  assert.equal((await call('plugnmeetFetchPastRoomsShort', { room_ids: ['b'] })).result.total_rooms, '1');
  await call('plugnmeetCreateShort', { room_id: 'c', metadata: { room_title: 'T', room_features: { mute_on_start: true }, welcome_message: 'Hello', logout_url: 'https://a.example/' } });
  const { token } = await call('plugnmeetGetJoinToken', { room_id: 'c', user_info: { name: 'N', user_id: 'u' } });
  const text = '{"room_id":"other","user_id":"all","msg":"x","service":"mic","direction":"lock","task":0}'; // another room: nothing is done
  for (const { name } of calls.filter(({ operation }) => operation.security.some(({ plugnmeetToken }) => plugnmeetToken))) {
    await ask(name, 200, { call: 'x' }, { body: text, headers: { Authorization: token } });
    await ask(name, 401, { call: 'x' }, { body: text });
    await ask(name, 415, { call: 'x' }, { body: text, type: 'application/protobuf' });
  }
  assert.deepEqual(Object.keys((await enter(201, token)).room.options), ['welcome_message', 'logout_url', 'mute_on_start']);
  for (const name of ['One', 'Two', 'Short']) await ask(`plugnmeetUnknown${name}`, 404, { call: 'nothing', group: 'nothing' }, { body: {} });
});

test('tenants and recordings', async () => {
  const { body: { tenant, api_key: key } } = await cardea.admin('POST', '/tenants', { name: 'another' });
  const at = { tenant: tenant.id };
  const own = (more = {}) => ({ ...more, headers: { 'X-API-Key': key } });
  const ofOne = ['getTenant', 'updateTenant', 'updateTenantConfig', 'deleteTenant', 'rotateKey'];
  const config = { allow_early_join: false, allowed_origins: ['https://app.example'], post_meeting_webhook: { enabled: true, url: 'https://x.example', secret: 's' } };
  await ask('getTenant', 200, at, own());
  await ask('updateTenant', 200, at, own({ body: { name: 'other', max_concurrent_rooms: 3 } }));
  await ask('updateTenantConfig', 200, at, own({ body: config }));
  await askAll(ofOne, 400, { tenant: 'x' }, own({ body: {} }));
  await askAll(ofOne, 401, at, { body: {} });
  await askAll(ofOne, 403, at, asTenant({ body: {} }));
  const room = await ask('createRoom', 201, {}, own({ body: {} }));
  const { access_token: token } = await ask('addParticipant', 201, { room: room.id }, own({ body: { display_name: 'A' } }));
  const acts = ['startRecording', 'stopRecording', 'syncRecording'];
  const ofAny = ['getRecordingOfTenant', 'deleteRecordingOfTenant', 'downloadRecording'];
  await askAll(acts, 501, { room: room.id }, own());
  await askAll(acts, 400, { room: 'x' }, own());
  await askAll(acts, 404, { room: crypto.randomUUID() }, own());
  await ask('listRecordings', 200, {}, own());
  const none = { recording: crypto.randomUUID() };
  await askAll(ofAny, 404, none, own());
  await askAll(ofAny, 400, { recording: 'x' }, own());
  await askAll([...acts, ...ofAny, 'listRecordings'], 401, { room: room.id, ...none });
  await askAll([...acts, ...ofAny, 'listRecordings'], 403, { room: room.id, ...none }, as(token));
  const { api_key: fresh } = await ask('rotateKey', 200, at, own());
  await ask('deleteTenant', 200, at, { headers: { 'X-API-Key': fresh } });
});

const nobody = () => crypto.randomBytes(12).toString('hex');
const ROOM_CALLS = ['updateSpaceRoom', 'grantRole', 'listRoles', 'revokeRole', 'generateAccess', 'listLinks', 'revokeLink'];
const SPACE_CALLS = ['updateSpace', 'listMembers', 'removeMember', 'createInvite', 'listInvites', 'revokeInvite', 'createSpaceRoom'];
const ACCOUNT_CALLS = ['createAccount', 'readAccount', 'changePassword', 'readSettings', 'writeSettings', 'createSpace', 'listSpaces', 'activateInvite'];
const STEPS = ['signalingToken', 'joinSpaceRoom'];

/** A space with a private room, its owner and somebody who has no part in it. */
async function space() {
  const spaces = new Spaces(cardea);
  const [ann, bob] = [await spaces.user('ann'), await spaces.user('bob')];
  const { id } = await ask('createSpace', 200, {}, as(ann.token, { body: { name: 'Space', isPublic: false } }));
  const room = await ask('createSpaceRoom', 200, { space: id }, as(ann.token, { body: { name: 'Room', type: 'webinar', redirectUrl: 'https://x.io/' } }));
  return { spaces, ann, bob, room: { ...room, space: id }, at: { space: id, object: room.id, user: bob.id, link: nobody(), invite: nobody(), alias: room.alias } };
}

test('spaces: signing in', async () => {
  const { spaces, ann } = await space();
  const signIn = (status, fields) => ask('signIn', status, {}, { body: { ...spaces.client, ...fields } });
  const { refresh_token } = await signIn(200, { grant_type: 'password', username: ann.email, password: PASSWORD });
  await signIn(200, { grant_type: 'refresh_token', refresh_token });
  await signIn(400, { grant_type: 'password', username: ann.email, password: 'x' });
  await signIn(401, { grant_type: 'client_credentials', client_secret: 'x' });
  await ask('signInOnPage', 200, {}, { body: { username: ann.email, password: PASSWORD } });
  await ask('signInOnPage', 400, {}, { body: { username: ann.email } });
});

test('spaces: every call', async () => {
  const { spaces, ann, bob, room, at } = await space();
  const by = (who, body) => as(who.token, body ? { body } : {});
  await ask('createAccount', 200, {}, by(ann, { email: `${nobody()}@x.io`, username: 'x', password: PASSWORD, phone: '+79671234567' }));
  await ask('createAccount', 409, {}, by(ann, { email: bob.email, username: 'x', password: PASSWORD }));
  await ask('readAccount', 200, {}, by(ann));
  await ask('readSettings', 200, {}, by(ann));
  await ask('writeSettings', 200, {}, by(ann, { spaceId: at.space, roomId: at.object }));
  await ask('listSpaces', 200, {}, by(ann));
  await ask('updateSpace', 200, at, by(ann, { name: 'Space', isPublic: true }));
  const { id: invite } = await ask('createInvite', 200, at, by(ann, { role: 'role_space_user' }));
  await ask('listInvites', 200, at, by(ann));
  await ask('activateInvite', 200, { ...at, invite }, by(bob));
  await ask('activateInvite', 410, { ...at, invite }, by(bob));
  await ask('revokeInvite', 410, { ...at, invite }, by(ann));
  const { id: other } = await ask('createInvite', 200, at, by(ann, { role: 'role_space_moderator' }));
  await ask('revokeInvite', 200, { ...at, invite: other }, by(ann));
  await ask('listMembers', 200, at, by(ann));
  await ask('grantRole', 200, at, by(ann, { targetUserId: bob.id, role: 'role_room_user' }));
  await ask('listRoles', 200, at, by(ann));
  await askAll(['listSpaceRooms', 'readSpaceRoom', 'roomByAlias'], 200, at, by(bob));
  await ask('updateSpaceRoom', 200, at, by(ann, { name: 'Hall', isChatAllowed: false, joinSettings: { fields: [] } }));
  const { url } = await ask('generateAccess', 200, at, by(ann, { username: 'Jo', role: 'user', ttl: 60, externalUserId: 'x-1' }));
  const link = new URL(url).searchParams.get('accessToken');
  const participant = await ask('addSpaceParticipant', 200, at, as(link, { body: { roomId: room.id, name: 'Jo' } }));
  await ask('addSpaceParticipant', 410, at, as(link, { body: { roomId: room.id } }));
  const { signalingToken } = await ask('signalingToken', 200, { ...at, object: participant.id }, as(participant.access_token));
  await ask('joinSpaceRoom', 200, at, as(participant.access_token, { body: { participantId: participant.id } }));
  await enter(201, signalingToken);
  const { items: [{ id }] } = await ask('listLinks', 200, at, by(ann));
  await ask('revokeLink', 200, { ...at, link: id }, by(ann));
  await ask('revokeRole', 200, at, by(ann));
  await ask('removeMember', 200, at, by(ann));
  await ask('changePassword', 200, {}, by(bob, { oldPassword: PASSWORD, password: 'another one' }));
});

test('spaces: what there is not', async () => {
  const { ann, bob, at } = await space();
  const where = { ...at, record: 'x' };
  const missing = ['readSpaceWebhook', 'makeSpaceWebhook', 'updateSpaceWebhook', 'removeSpaceWebhook', 'refreshSpaceWebhook', 'listSpaceCalls', 'readSpaceReport'];
  const all = [...missing, 'listSpaceRecords', 'downloadSpaceRecord'];
  await askAll(missing, 501, where, as(ann.token));
  await ask('listSpaceRecords', 200, where, as(ann.token));
  await ask('downloadSpaceRecord', 404, where, as(ann.token));
  await askAll(all, 401, where);
  await askAll(all, 403, where, as(bob.token));
  await askAll(all, 404, { ...where, space: nobody() }, as(ann.token));
});

test('spaces: every refusal', async () => {
  const { spaces, ann, bob, room, at } = await space();
  const body = { name: 'x', isPublic: true, role: 'role_room_user', targetUserId: bob.id, roomId: room.id, participantId: nobody(),
    email: 'x@x.io', username: 'x', password: PASSWORD, oldPassword: 'wrong', spaceId: at.space };
  const bodies = (name) => ({ ...body, role: { createInvite: 'role_space_user', generateAccess: 'user' }[name] ?? body.role });
  const all = (names, status, where, who) => Promise.all(names.map((name) => ask(name, status, where, as(who, { body: bodies(name) }))));
  const everything = [...ACCOUNT_CALLS, ...SPACE_CALLS, ...ROOM_CALLS, ...STEPS, 'listSpaceRooms', 'readSpaceRoom', 'roomByAlias', 'addSpaceParticipant'];
  await all(everything, 401, at, 'x');
  await all([...ACCOUNT_CALLS], 403, at, await spaces.clientToken());
  await all([...SPACE_CALLS, ...ROOM_CALLS, 'readSpaceRoom', 'roomByAlias', 'addSpaceParticipant'], 403, at, bob.token);
  const unknown = { ...at, space: nobody(), alias: 'nothing' };
  await all([...SPACE_CALLS, ...ROOM_CALLS, ...STEPS, 'activateInvite', 'listSpaceRooms', 'readSpaceRoom', 'roomByAlias', 'addSpaceParticipant'], 404, unknown, ann.token);
  await ask('writeSettings', 404, {}, as(ann.token, { body: { spaceId: nobody(), roomId: room.id } }));
  const wrong = { name: '', role: 'x', ttl: 0, password: '', type: 'x' };
  for (const name of everything.filter((one) => callOf.get(one).operation.responses['422'])) await ask(name, 422, at, as(ann.token, { body: wrong }));
  const link = await spaces.link(ann, room);
  const own = await spaces.participant(room, link.token);
  await all(['signalingToken'], 403, { ...at, object: own.body.id }, ann.token);
  await ask('joinSpaceRoom', 403, at, as(ann.token, { body: { participantId: own.body.id } }));
});

test('sockets and probes', async () => {
  await ask('healthz', 200);
  await ask('readyz', 200);
  const handshake = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  await ask('rt', 426);
  await askAll(['ws', 'apiWs'], 426);
  await askAll(['ws', 'apiWs'], 401, {}, { headers: handshake });
  await ask('rt', 400, {}, { headers: { ...handshake, 'Sec-WebSocket-Key': 'x' } });
  await ask('tunnel', 426);
  await ask('tunnel', 404, { node: 'none' });
  await ask('tunnel', 400, {}, { headers: handshake });
  await ask('tunnel', 403, {}, { headers: { ...handshake, 'Sec-WebSocket-Protocol': 'janus-protocol', Origin: 'https://elsewhere.example' } });
});

test('as many rooms as the tenant may have, and a blocked tenant', async () => {
  const { host, waiting } = await people();
  const { permalink } = await ask('createPermalink', 201, {}, withKey({ body: { user: { name: 'Jane' } } }));
  cardea.sql('UPDATE tenants SET max_concurrent_rooms = 1');
  await ask('startMeeting', 409, {}, withKey({ body: { user: { name: 'x' } } }));
  await ask('createRoom', 409, {}, asTenant({ body: {} }));
  await ask('addParticipant', 409, { room: 'one more' }, asTenant({ body: { display_name: 'x' } }));
  await ask('startPermalink', 409, { id: permalink.user_token });
  cardea.sql('UPDATE tenants SET max_concurrent_rooms = 0, is_active = 0');
  await ask('signInOnPage', 401, {}, { body: { username: 'x', password: PASSWORD } });
  await askAll([...ofKey, 'getMeeting'], 423, at(host), { body: CHAT });
  await askAll(ofTenant, 423, {}, withKey({ body: { user: { name: 'x' }, url: 'https://example.com/', types: 'room_update' } }));
  await ask('addGuest', 423, { guest_token: host.room.guest_token }, { body: { name: 'x' } });
  await ask('startPermalink', 423, { id: permalink.user_token });
  await enter(401, waiting.access_key);
});

// It takes a gateway without Janus: tests/system/health.test.mjs.
// An expired join token: tests/unit/test_participants.c.
const ELSEWHERE = ['exchangeJoinToken 401', 'readyz 503'];

test('every documented answer was seen', () => {
  // Handshakes are in tests/conformance/rt and ws, limits in tests/system/limits.test.mjs.
  const isSingle = (status) => /^\d+$/.test(status) && !['101', '429'].includes(status);
  const documented = calls.flatMap(({ name, operation }) => Object.keys(operation.responses).filter(isSingle).map((status) => `${name} ${status}`));
  assert.deepEqual(documented.filter((one) => !answered.has(one)), ELSEWHERE);
});
