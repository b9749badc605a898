// spec/meetings 5, 6, 8, 9, 10: identifiers and tokens, the objects with all their keys and types,
// options, messages, layout, presentation, lists, features that this build lacks. Takes about 3 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { randomId } from '../../support/cardea.mjs';
import { body, claims, empty, form, FORM_TYPE, refused, startMeetings, STUN_URLS } from '../../support/meetings.mjs';
import {
  check, checkMeeting, DEFAULT_OPTIONS, mismatch, OBJECT_ID, PARTICIPANT, PRESENTATION, ROOM, TIME, TOKEN, USER_INFO,
} from './shapes.mjs';

let meetings;
let key;

before(async () => {
  meetings = await startMeetings();
  ({ key } = meetings);
});
after(() => meetings?.cardea.stop());

const JANE = { name: 'Jane Doe', id: 'janedoe' };
const JOHN = { name: 'John Doe', id: 'johndoe' };

/** A meeting that has begun, with a guest. */
async function begun(fields) {
  const jane = await meetings.room(fields);
  await meetings.arrive(jane);
  return { jane: body(await meetings.get(jane.access_key)), john: await meetings.joined(jane.room.guest_token, JOHN) };
}

const optionsOf = async (accessKey) => body(await meetings.get(accessKey)).options;
const layout = (accessKey, content, type) => meetings.call('POST', `/rooms/${accessKey}/layout`, content, { type });
const present = (method, accessKey) => meetings.call(method, `/rooms/${accessKey}/presentation`);

// ---- 5 ----

test('meetings 5: keys and ids are of their alphabets, and no two alike', async () => {
  const all = await Promise.all(Array.from({ length: 50 }, () => meetings.started({ user: { name: 'Jane' } })));
  for (const of of [(m) => m.access_key, (m) => m.room.guest_token]) {
    all.forEach((meeting) => assert.match(of(meeting), TOKEN));
    assert.equal(new Set(all.map(of)).size, 50);
    // 62 characters, and 18 of 24 random ones in each: 900 of them leave none out but by a chance of 1e-4.
    assert.ok(new Set(all.map((meeting) => of(meeting).slice(6)).join('')).size >= 60);
  }
  for (const of of [(m) => m.room.id, (m) => m.user.id, (m) => m.signaling.options.client_id, (m) => m.signaling.options.conf_id]) {
    all.forEach((meeting) => assert.match(of(meeting), OBJECT_ID));
    assert.equal(new Set(all.map(of)).size, 50);
  }
});

test('meetings 5: a room id is any text, also in paths', async () => {
  const ids = ['+43 660', 'a/b', 'a%2Fb', 'jane@example.com', 'J\u00fcrgens \u20ac', 'x'.repeat(255), '0', 'null', crypto.randomUUID(),
    crypto.randomUUID().toUpperCase(), 'a'.repeat(24), 'rooms', 'a?b=c&d#e'].map((id) => (id.length < 24 ? `${id} ${randomId(3)}` : id));
  for (const id of ids) {
    const meeting = await meetings.room({ id });
    assert.equal(meeting.room.id, id);
    assert.equal(meeting.user.room_id, id);
    assert.deepEqual(body(await meetings.users(id)).map((user) => user.room_id), [id]);
    empty(await meetings.end(id, { key }), 204);
    refused(await meetings.get(meeting.access_key), 410);
  }
});

test('meetings 5: a segment of a path is decoded once', async () => {
  const id = `a+b %2F/\u00e4 ${randomId(3)}`;
  await meetings.room({ id });
  const users = (segment) => meetings.call('GET', `/rooms/${segment}/users`, undefined, { key });
  body(await users(encodeURIComponent(id)));
  body(await users(encodeURIComponent(id).replace(/%2B/g, '+')));
  body(await users(encodeURIComponent(id).toLowerCase().replace('%252f', '%252F')));
  refused(await users(encodeURIComponent(encodeURIComponent(id))), 404);
  refused(await users(encodeURIComponent(id).replace(/%20/g, '+')), 404);
  for (const bad of ['%zz', '%', '%2', '%ff', '%00', 'a%00b', '%c3']) {
    const answer = await users(bad);
    assert.ok(answer.status === 400 || answer.status === 404, `${bad}: ${answer.status}`);
    assert.equal(typeof answer.body.error, 'string');
  }
});

test('meetings 5: user ids are of the API key: in another meeting, at another level', async () => {
  const first = await meetings.room();
  const second = await meetings.started({ user: JOHN });
  const guest = await meetings.joined(second.room.guest_token, JANE);
  assert.equal(guest.user.id, 'janedoe');
  assert.notEqual(guest.access_key, first.access_key);
  assert.notEqual(guest.signaling.options.client_id, first.signaling.options.client_id);
  refused(await meetings.user(first.access_key, 'johndoe'), 404);
});

test('model I3: a user id is one user, whichever dialect registers it', async () => {
  const { jane } = await begun();
  const fields = { display_name: 'Jane', external_user_id: 'janedoe' };
  await meetings.cardea.api('POST', `/api/v1/rooms/${jane.room.id}/participants`, fields);
  const ids = body(await meetings.users(jane.room.id)).map((user) => user.id);
  assert.equal(ids.filter((id) => id === 'janedoe').length, 1);
  const other = await meetings.room();
  await meetings.cardea.api('POST', `/api/v1/rooms/${other.room.id}/participants`, fields);
  assert.equal(body(await meetings.users(other.room.id)).filter((user) => user.id === 'janedoe').length, 1);
});

test('model I3: a guest who knows the id of a participant of another dialect does not get its seat', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  await meetings.arrive(jane);
  const boss = { display_name: 'Boss', external_user_id: 'boss' };
  const added = await meetings.cardea.api('POST', `/api/v1/rooms/${jane.room.id}/participants`, boss);
  assert.equal(added.status, 201, added.raw);
  refused(await meetings.guest(jane.room.guest_token, { name: 'Boss', id: 'boss' }), 409);
  const guest = await meetings.joined(jane.room.guest_token, { name: 'Boss', id: 'not-boss' });
  assert.equal(guest.ready, false); // waits, as guests do
});

test('meetings 5: who calls himself as somebody else\'s client id hides nobody', async () => {
  const { jane } = await begun();
  const { client_id: client } = jane.signaling.options;
  await meetings.guest(jane.room.guest_token, { name: 'Jane Doe', id: client });
  assert.equal(body(await meetings.user(jane.access_key, client)).id, 'janedoe');
});

test('meetings 5: the claims of auth_token, their order and their alphabet', async () => {
  const { jane, john } = await begun();
  for (let i = 0; i < 20; i++) {
    for (const { access_key: accessKey } of [jane, john]) {
      const { signaling: { options } } = body(await meetings.get(accessKey));
      const [, payload] = options.auth_token.split('.');
      assert.doesNotMatch(payload, /[-_=]/);
      assert.equal(Buffer.from(payload, 'base64').toString(), JSON.stringify({
        iss: 'eyeson-comapi',
        client_id: options.client_id,
        exp: claims(options.auth_token).exp,
        conf_id: options.conf_id,
        aud: 'eyeson-sepp',
      }));
      const left = claims(options.auth_token).exp - Date.now() / 1000;
      assert.ok(Number.isInteger(claims(options.auth_token).exp) && left > 3590 && left <= 3601, String(left));
    }
  }
});

test('meetings 5: auth_token is signed with the key for calls', async () => {
  const { jane } = await begun();
  assert.ok(isSigned(jane.signaling.options.auth_token));
});

/** True if a token verifies with the gateway's own key for calls (ES256). */
function isSigned(token) {
  const jwk = JSON.parse(fs.readFileSync(path.join(meetings.cardea.stateDir, 'keys/call.jwk'), 'utf8'));
  const [header, payload, signature] = token.split('.');
  assert.equal(JSON.parse(Buffer.from(header, 'base64url')).alg, 'ES256');
  assert.equal(Buffer.from(signature, 'base64url').length, 64);
  return crypto.verify('sha256', Buffer.from(`${header}.${payload}`), {
    key: crypto.createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363',
  }, Buffer.from(signature, 'base64url'));
}

test('meetings 12.2: the auth_token of a waiting guest is none', async () => {
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const { client_id: client, conf_id: conf, auth_token: token } = john.signaling.options;
  const payload = claims(token);
  assert.deepEqual(payload, { iss: 'eyeson-comapi', client_id: client, exp: payload.exp, conf_id: conf, aud: 'cardea-waiting' });
  assert.ok(!isSigned(token));
  const again = body(await meetings.get(john.access_key)).signaling.options.auth_token;
  assert.notEqual(token.split('.')[2], again.split('.')[2]);
  assert.ok(!isSigned(again));
});

// ---- 6 and 10 ----

test('meetings 6.1: the Meeting of everybody, everywhere it is given', async () => {
  const jane = await meetings.room();
  checkMeeting(jane, { guest: false, ready: true });
  const waiting = await meetings.joined(jane.room.guest_token, JOHN);
  checkMeeting(waiting, { guest: true, ready: false });
  checkMeeting(body(await meetings.get(waiting.access_key)), { guest: true, ready: false });
  checkMeeting(body(await meetings.get(jane.access_key)), { guest: false, ready: true });
  await meetings.arrive(jane);
  checkMeeting(body(await meetings.get(waiting.access_key)), { guest: true, ready: true });
  checkMeeting(await meetings.joined(jane.room.guest_token, { name: 'G' }), { guest: true, ready: true });
  checkMeeting(await meetings.room({ id: jane.room.id }), { guest: false, ready: true });
});

/** As strict clients read a Meeting (10): [path, types], with null only where it is named. */
const TYPED = [
  // Go
  ['access_key', 'string'], ['links.gui', 'string'], ['links.guest_join', 'string'], ['links.websocket', 'string'],
  ['room.id', 'string'], ['room.guest_token', 'string'], ['room.shutdown', 'boolean'], ['user.id', 'string'], ['user.name', 'string'],
  ['ready', 'boolean'], ['options.widescreen', 'boolean'], ['signaling.options.stun_servers', 'array'],
  ['signaling.options.turn_servers.0.urls', 'array'],
  // Android
  ['locked', 'boolean'], ['room.name', 'string'], ['room.ready', 'boolean'], ['room.started_at', 'string'],
  ['user.room_id', 'string'], ['user.guest', 'boolean'], ['user.blocked', 'boolean'], ['user.ready', 'boolean'],
  ['broadcasts', 'array'], ['snapshots', 'array'],
  ['signaling.type', 'string'], ['signaling.options.client_id', 'string'], ['signaling.options.conf_id', 'string'],
  ['signaling.options.auth_token', 'string'], ['signaling.options.endpoint', 'string'], ['signaling.options.turn_servers', 'array'],
  ['signaling.options.turn_servers.0.username', 'string'], ['signaling.options.turn_servers.0.password', 'string'],
  ...['show_names', 'show_label', 'recording_available', 'broadcast_available', 'layout_available', 'reaction_available',
    'suggest_guest_names', 'lock_available', 'kick_available', 'voice_activation', 'widescreen'].map((name) => [`options.${name}`, 'boolean']),
  ['options.layout', 'string'], ['options.sfu_mode', 'string'], ['options.background_color', 'string'], ['options.custom_fields', 'object'],
  ['options.exit_url', 'string', 'null'], ['options.layout_map', 'array', 'null'], ['options.layout_name', 'string', 'null'],
  ['options.layout_users', 'array', 'null'],
];

function kind(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

test('meetings 10: the types on which Go and Android clients insist', async () => {
  const { jane, john } = await begun({ options: { custom_fields: { a: 'b' }, layout_map: [[0, 0, 1280, 720]] } });
  for (const meeting of [jane, john]) {
    for (const [at, ...types] of TYPED) {
      const value = at.split('.').reduce((object, name) => object?.[name], meeting);
      assert.ok(types.includes(kind(value)), `${at} is ${kind(value)}`);
    }
    for (const value of Object.values(meeting.options.custom_fields)) assert.equal(typeof value, 'string');
    assert.ok(meeting.options.layout_map.flat().every(Number.isInteger));
  }
});

test('meetings 10: the checks of these tests refuse what they should', async () => {
  const { jane } = await begun();
  const wrong = [(m) => { m.x = 1; }, (m) => { delete m.locked; }, (m) => { m.room.started_at = null; }, (m) => { m.user.blocked = true; },
    (m) => { m.room.started_at = '2025-03-17T09:02:22Z'; }, (m) => { m.options.custom_fields.a = 1; }, (m) => { m.options.layout_map = [['1']]; },
    (m) => { m.waiting_list = [{}]; }, (m) => { m.signaling.options.turn_servers[0].urls = 'turn:x'; }, (m) => { m.signaling.options.endpoint += '?a=b'; }];
  for (const change of wrong) {
    const meeting = structuredClone(jane);
    change(meeting);
    assert.throws(() => checkMeeting(meeting, { guest: false, ready: true }), assert.AssertionError);
  }
  assert.match(mismatch({ id: 5 }, { id: 'string' }), /id/);
});

test('meetings 6.1: names of the room and the team', async () => {
  const nameless = await meetings.room();
  assert.equal(nameless.room.name, nameless.team.name); // the owner of the API key
  const named = await meetings.room({ name: 'API magic' });
  assert.equal(named.room.name, 'API magic');
  assert.equal(named.team.name, nameless.team.name);
  const empty_ = await meetings.room({ name: '' });
  assert.equal(empty_.room.name, nameless.team.name);
  const again = await meetings.started({ id: named.room.id, name: 'Other', user: { name: 'Ann' } });
  assert.equal(again.room.name, 'API magic'); // a later call joins, it does not rename
});

test('meetings 6.1: links and servers', async () => {
  const meeting = await meetings.room();
  const { url } = meetings.cardea;
  const { access_key: ak, room: { guest_token: gt } } = meeting;
  assert.deepEqual(meeting.links, {
    self: `${url}/rooms/${ak}`, gui: `${url}/?${ak}`, guest_join: `${url}/?guest=${gt}`, websocket: `${url}/rt?access_key=${ak}`,
  });
  assert.equal(meeting.signaling.options.endpoint, `${url.replace('http', 'ws')}/call`);
  assert.deepEqual(meeting.signaling.options.stun_servers, STUN_URLS);
  assert.equal(body(await meetings.call('GET', new URL(meeting.links.self).pathname)).access_key, ak);
});

test('meetings 6.1: with a public address and pages elsewhere; without any relay', async () => {
  const away = await startMeetings({
    turn: false,
    conf: 'http: { public_url = "https://meet.example.com" }\nmeetings: { pages_url = "https://app.example.com" }\n',
  });
  try {
    const meeting = await away.room();
    assert.equal(meeting.links.self, `https://meet.example.com/rooms/${meeting.access_key}`);
    assert.equal(meeting.links.websocket, `https://meet.example.com/rt?access_key=${meeting.access_key}`);
    assert.equal(meeting.links.gui, `https://app.example.com/?${meeting.access_key}`);
    assert.equal(meeting.links.guest_join, `https://app.example.com/?guest=${meeting.room.guest_token}`);
    assert.equal(meeting.signaling.options.endpoint, 'wss://meet.example.com/call');
    assert.ok(Array.isArray(meeting.signaling.options.turn_servers));
    for (const server of meeting.signaling.options.turn_servers) assert.ok(server.username && server.password);
  } finally {
    await away.cardea.stop();
  }
});

test('meetings 6.3: lists of rooms and users', async () => {
  const { jane, john } = await begun();
  const rooms = body(await meetings.rooms());
  rooms.forEach((room) => check(room, ROOM));
  assert.deepEqual(rooms.find((room) => room.id === jane.room.id), jane.room);
  const users = async (query) => body(await meetings.users(jane.room.id, query));
  const all = await users('');
  all.forEach((user) => check(user, PARTICIPANT));
  const listed = (user, online) => ({ id: user.id, room_id: jane.room.id, name: user.name, avatar: null, guest: user.guest, online });
  assert.deepEqual(all, [listed(jane.user, true), listed(john.user, false)]);
  assert.deepEqual(await users('?online=true'), [listed(jane.user, true)]);
  assert.deepEqual(await users('?online=false'), [listed(john.user, false)]);
  empty(await meetings.end(jane.access_key), 204);
  assert.equal(body(await meetings.rooms()).find((room) => room.id === jane.room.id), undefined);
  assert.deepEqual(await users(''), []);
  assert.deepEqual(await users('?online=true'), []);
});

test('meetings 6.3: a user is a UserInfo, whoever asks', async () => {
  const { jane, john } = await begun();
  for (const { access_key: ak } of [jane, john]) {
    for (const id of ['janedoe', 'johndoe', jane.signaling.options.client_id, john.signaling.options.client_id]) {
      check(body(await meetings.user(ak, id)), USER_INFO);
    }
  }
});

test('meetings 5: times', async () => {
  const before = Date.now();
  const { jane } = await begun();
  for (const text of [jane.room.started_at, body(await meetings.user(jane.access_key, 'janedoe')).joined_at]) {
    assert.match(text, TIME);
    assert.ok(Date.parse(text) >= before - 1 && Date.parse(text) <= Date.now(), text);
  }
});

// ---- 6.2 and 9 ----

test('meetings 6.2: the options of a meeting that asks for none', async () => {
  assert.deepEqual((await meetings.room()).options, DEFAULT_OPTIONS);
  assert.deepEqual((await meetings.room({ options: {} })).options, DEFAULT_OPTIONS);
});

/** [what is asked for, what is shown] */
const ECHOED = [
  [{ show_names: false }], [{ show_label: false }], [{ exit_url: 'https://a.example/' }], [{ layout_available: false }],
  [{ reaction_available: false }], [{ suggest_guest_names: false }], [{ lock_available: false }], [{ kick_available: false }],
  [{ sfu_mode: 'ptp' }], [{ sfu_mode: 'screencast' }], [{ widescreen: false }], [{ background_color: '#0a0B0c' }],
  [{ layout: 'custom' }], [{ layout_name: 'present-two-upper-6' }], [{ layout_users: ['a', '', 'b'] }], [{ voice_activation: true }],
  [{ layout_map: [[0, 0, 640, 720], [640, 0, 640, 720]] }], [{ layout_map: '[[0,0,1280,720]]' }, { layout_map: [[0, 0, 1280, 720]] }],
  [{ layout_map: [[0, 0, 1, 1, 'contain']] }],
  [{ custom_fields: { locale: 'de', logo: 'x', hide_chat: 'true' } }], [{ custom_fields: { hide_chat: true } }, { custom_fields: { hide_chat: 'true' } }],
  [{ exit_url: '' }, {}], [{ exit_url: null }, {}],
  [{ recording_available: true, broadcast_available: true }, {}], [{ recording_available: false }, {}],
  [{ guest_token_available: true, waiting_room: false, audio_insert: 'enabled', audio_insert_position: { x: 1, y: 2 } }, {}],
];

for (const [asked, shown = asked] of ECHOED) {
  test(`meetings 9: ${JSON.stringify(asked)} is shown as ${JSON.stringify(shown)} to everybody`, async () => {
    const { jane, john } = await begun({ options: asked });
    const expected = { ...DEFAULT_OPTIONS, ...shown };
    assert.deepEqual(jane.options, expected);
    assert.deepEqual(john.options, expected);
    assert.deepEqual((await meetings.started({ id: jane.room.id, user: { name: 'Ann' } })).options, expected);
  });
}

test('meetings 9: options that are none', async () => {
  const wrong = [{ background_color: 'red' }, { background_color: '#12121' }, { layout: 'other' }, { layout_users: 'x' }, { layout_users: [1] },
    { layout_map: 'x' }, { layout_map: [[1]] }, { layout_map: [[0, 0, 1, 1, 'other']] }, { layout_map: [[0, 0, 1.5, 1]] },
    { layout_map: Array(11).fill([0, 0, 1, 1]) }, { custom_fields: 'x' }, { custom_fields: { a: {} } }, { exit_url: 5 }, { widescreen: 'maybe' },
    { waiting_room: 'maybe' }, { guest_token_available: [] }, { kick_available: 'no' }];
  for (const options of wrong) {
    refused(await meetings.start({ user: JANE, options }), 400);
  }
});

test('meetings 7: options of later calls are ignored', async () => {
  const jane = await meetings.room({ options: { widescreen: false, waiting_room: true } });
  const ann = await meetings.started({ id: jane.room.id, user: { name: 'Ann' }, options: {
    widescreen: true, show_names: false, waiting_room: false, kick_available: false, lock_available: false, guest_token_available: false,
  } });
  assert.deepEqual(ann.options, { ...DEFAULT_OPTIONS, widescreen: false });
  assert.equal(ann.room.guest_token, jane.room.guest_token);
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  assert.equal(john.ready, false); // still with a waiting room
  empty(await meetings.kick(ann.access_key, 'johndoe'), 200);
  empty(await meetings.kick(ann.access_key, 'janedoe'), 200);
  empty(await meetings.lock(ann.access_key), 201);
});

test('meetings 9: the next meeting of a room has options of its own', async () => {
  const first = await meetings.room({ options: { widescreen: false, waiting_room: true, custom_fields: { a: 'b' } } });
  empty(await layout(first.access_key, { layout: 'custom', name: 'four' }), 200);
  empty(await meetings.end(first.access_key), 204);
  const next = await meetings.room({ id: first.room.id });
  assert.deepEqual(next.options, DEFAULT_OPTIONS);
  await meetings.arrive(next);
  assert.equal((await meetings.joined(next.room.guest_token, JOHN)).ready, true);
});

test('meetings 9: without a guest token there is none', async () => {
  const jane = await meetings.room({ options: { guest_token_available: false } });
  assert.equal(jane.room.guest_token, '');
  assert.equal(jane.links.guest_join, '');
  checkMeeting(jane, { guest: false, ready: true });
  assert.equal(body(await meetings.rooms()).find((room) => room.id === jane.room.id).guest_token, '');
  const answer = await meetings.guest('', JOHN);
  assert.ok(answer.status === 404 || answer.status === 410, String(answer.status));
});

test('meetings 9: lock_available false', async () => {
  const jane = await meetings.room({ options: { lock_available: false } });
  refused(await meetings.lock(jane.access_key), 403);
  assert.equal(body(await meetings.get(jane.access_key)).locked, false);
});

test('meetings 9: layout_available false', async () => {
  const { jane } = await begun({ options: { layout_available: false } });
  refused(await layout(jane.access_key, { layout: 'custom' }), 405);
  assert.equal((await optionsOf(jane.access_key)).layout, 'auto');
});

// ---- 8 ----

test('meetings 8: a layout is stored and shown to all', async () => {
  const { jane, john } = await begun();
  const steps = [
    [{ layout: 'custom', name: 'four', users: ['janedoe', '', 'johndoe'] }, { layout: 'custom', layout_name: 'four', layout_users: ['janedoe', '', 'johndoe'] }],
    [{ voice_activation: true, show_names: false }, { voice_activation: true, show_names: false }],
    [{ map: [[0, 0, 640, 720, 'cover']] }, { layout_map: [[0, 0, 640, 720, 'cover']] }],
    [{ map: '[[0,0,1,1]]' }, { layout_map: [[0, 0, 1, 1]] }],
    [{ layout: 'auto', audio_insert: 'disabled', audio_insert_position: { x: 1, y: 1 } }, { layout: 'auto' }],
    [{ users: [] }, { layout_users: [] }],
  ];
  let expected = { ...DEFAULT_OPTIONS };
  for (const [content, change] of steps) {
    expected = { ...expected, ...change };
    empty(await layout(jane.access_key, content), 200);
    assert.deepEqual(await optionsOf(jane.access_key), expected);
    assert.deepEqual(await optionsOf(john.access_key), expected);
  }
  empty(await layout(john.access_key, form({ layout: 'custom', users: ['x', '', 'y'], name: 'two', voice_activation: 'false' }), FORM_TYPE), 200);
  assert.deepEqual(await optionsOf(jane.access_key), {
    ...expected, layout: 'custom', layout_users: ['x', '', 'y'], layout_name: 'two', voice_activation: false,
  });
  empty(await meetings.call('POST', `/rooms/${jane.access_key}/layout`), 200);
});

test('meetings 8: layouts that are none', async () => {
  const { jane } = await begun();
  const wrong = [{ layout: 'x' }, { users: 'x' }, { users: [5] }, { map: 'x' }, { map: [[1, 2, 3]] }, { map: Array(11).fill([0, 0, 1, 1]) },
    { voice_activation: 'maybe' }, { show_names: 5 }, { name: 5 }];
  for (const content of wrong) refused(await layout(jane.access_key, content), 400);
  assert.deepEqual(await optionsOf(jane.access_key), DEFAULT_OPTIONS);
});

test('meetings 8: a presentation is one person\'s', async () => {
  const { jane, john } = await begun();
  refused(await present('DELETE', jane.access_key), 404); // nobody presents
  empty(await present('POST', john.access_key), 201);
  for (const { access_key: ak } of [jane, john]) {
    const { presentation } = body(await meetings.get(ak));
    check(presentation, PRESENTATION);
    assert.equal(presentation.user.id, 'johndoe');
    assert.deepEqual(presentation.room, jane.room);
  }
  refused(await present('POST', jane.access_key), 409);
  empty(await present('POST', john.access_key), 201); // still the same one
  empty(await present('DELETE', john.access_key), 200);
  assert.equal(body(await meetings.get(jane.access_key)).presentation, null);
  empty(await present('POST', jane.access_key), 201);
  empty(await present('DELETE', jane.access_key), 200);
});

test('meetings 8: who was kicked presents no longer', async () => {
  const { jane, john } = await begun();
  empty(await present('POST', john.access_key), 201);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  assert.equal(body(await meetings.get(jane.access_key)).presentation, null);
  empty(await present('POST', jane.access_key), 201);
});

test('meetings 8: who was kicked and has not come back takes no presentation from the others', async () => {
  const { jane, john } = await begun();
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  await present('POST', john.access_key);
  empty(await present('POST', jane.access_key), 201);
});

test('meetings 8: messages', async () => {
  const { jane, john } = await begun();
  for (const { access_key: ak } of [jane, john]) {
    for (const type of ['chat', 'custom', 'anything', '{"a":1}', 'Chat']) empty(await meetings.message(ak, type, 'hello \u20ac'), 201);
    empty(await meetings.call('POST', `/rooms/${ak}/messages`, 'type=chat&content=a+b', { type: FORM_TYPE }), 201);
    refused(await meetings.call('POST', `/rooms/${ak}/messages`, { type: 'chat' }), 400);
    refused(await meetings.call('POST', `/rooms/${ak}/messages`, { content: 'x' }), 400);
    refused(await meetings.call('POST', `/rooms/${ak}/messages`), 400);
    refused(await meetings.call('POST', `/rooms/${ak}/messages`, { type: 5, content: 'x' }), 400);
    refused(await meetings.call('POST', `/rooms/${ak}/messages`, { type: 'chat', content: {} }), 400);
  }
});

/** spec/meetings 13.4: browser clients would take these for commands, or for states of their own. */
const FORBIDDEN = `accept podium snapshot send_chat set_layer set_layout fetch_room upload_file delete_file request_stfu change_stream
  replace_stream toggle_camera start_stream start_playback stop_playback start_recording stop_recording start_screen_capture
  start_presenting stop_presenting start_annotation stop_annotation start_rtmp stop_rtmp stop_broadcasts clear_front_layer
  request_guest_user request_permalink_meeting_info voice_activity_raw start_mixer update_mixer start_media lock_meeting
  terminate_meeting kick_user session_termination change_screen_video stop_screen_video suspend_virtual_background
  audio_device_ended video_device_ended all_devices_ended start_pip_cam stop_pip_cam update_pip_cam memberlist
  exit error warning connection disconnect reconnect`.split(/\s+/);

test('meetings 13.4: no message is of a type that would command clients', async () => {
  const { jane } = await begun();
  assert.equal(FORBIDDEN.length, 53);
  for (const type of FORBIDDEN) {
    refused(await meetings.message(jane.access_key, type, 'x'), 400);
    refused(await meetings.call('POST', `/rooms/${jane.access_key}/messages`, form({ type, content: 'x' }), { type: FORM_TYPE }), 400);
  }
});

/** What this build lacks: [method, path below /rooms/AK, content]. */
const LACKING = [
  ['POST', 'recording'], ['DELETE', 'recording'], ['POST', 'snapshot'], ['GET', 'snapshots/5'],
  ['POST', 'broadcasts', { stream_url: 'rtmp://a.example/x', player_url: '', platform: 'generic' }],
  ['PUT', 'broadcasts/generic', { player_url: 'https://a.example/' }], ['DELETE', 'broadcasts'], ['DELETE', 'broadcasts/generic'],
  ['POST', 'layers', { url: 'https://a.example/x.png' }], ['DELETE', 'layers/1'], ['DELETE', 'layers/-1'],
  ['POST', 'playbacks', { playback: { url: 'https://a.example/x.webm' } }], ['DELETE', 'playbacks/5'],
];

for (const [method, rest, content] of LACKING) {
  test(`meetings 8: ${method} /rooms/AK/${rest} is not built: 405, after 403, 404 and 410`, async () => {
    const { jane, john } = await begun();
    const call = (ak) => meetings.call(method, `/rooms/${ak}/${rest}`, content);
    refused(await call(jane.access_key), 405);
    refused(await call(john.access_key), 405);
    refused(await call('a'.repeat(24)), 404);
    const early = await meetings.room();
    const waiting = await meetings.joined(early.room.guest_token, JOHN);
    refused(await call(waiting.access_key), 403);
    empty(await meetings.end(jane.access_key), 204);
    refused(await call(jane.access_key), 410);
  });
}

/** The same with the API key: [method, path, status of a wrong key, content]. */
const LACKING_FOR_TENANTS = [
  ['GET', '/rooms/RID/recordings', 403], ['GET', '/rooms/RID/snapshots', 403],
  ['POST', '/rooms/RID/forward/source', 401, { forward_id: 'f', user_id: 'janedoe', type: 'audio', url: 'https://a.example/whip' }],
  ['POST', '/rooms/RID/forward/mcu', 401, { forward_id: 'f', type: 'audio', url: 'https://a.example/whip' }],
  ['POST', '/rooms/RID/forward/playback', 401, { forward_id: 'f', play_id: 'p', type: 'audio', url: 'https://a.example/whip' }],
  ['DELETE', '/rooms/RID/forward/f', 401],
];

for (const [method, template, status, content] of LACKING_FOR_TENANTS) {
  test(`meetings 8: ${method} ${template} is not built: 405, after ${status}`, async () => {
    const { room } = await meetings.room();
    const path_ = template.replace('RID', room.id);
    refused(await meetings.call(method, path_, content, { key }), 405);
    refused(await meetings.call(method, path_, content), status);
    refused(await meetings.call(method, path_, content, { key: 'wrong' }), status);
  });
}

test('meetings 8: no recording and no snapshot is there: 404, after 403', async () => {
  for (const method of ['GET', 'DELETE']) {
    for (const path_ of ['/recordings/5', '/snapshots/5']) {
      refused(await meetings.call(method, path_, undefined, { key }), 404);
      refused(await meetings.call(method, path_), 403);
      refused(await meetings.call(method, path_, undefined, { key: 'wrong' }), 403);
    }
  }
});
