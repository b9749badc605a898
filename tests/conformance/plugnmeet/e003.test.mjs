// spec/acceptance E003-01 to 09, 17, 18 and F2-01 to 05, 13, 14, 20: what a backend signs. Each test is
// named by its rows. About 11 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { until } from '../../support/cardea.mjs';
import { claims, hmac, SECRET, startPlugnmeet } from '../../support/plugnmeet.mjs';

let plugnmeet;
let rooms = 0;
const newRoom = () => `room-${++rooms}`;

const SEED = {
  room_id: 'room01',
  user_info: {
    name: 'Your name', user_id: 'Your-Unique-User-Id', is_admin: true, is_hidden: false,
    user_metadata: {
      profile_pic: 'https://profile.pic/im.jpg',
      lock_settings: {
        lock_microphone: false, lock_webcam: false, lock_screen_sharing: true, lock_chat: false, lock_chat_send_message: false,
        lock_chat_file_share: false,
      },
    },
  },
};
const ENVELOPE = ['status', 'msg', 'status_code'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

before(async () => {
  plugnmeet = await startPlugnmeet();
});
after(() => plugnmeet?.cardea.stop());

/** Checks a failure that is answered 200, which has nothing but the envelope. */
function failed(body, msg, code) {
  assert.deepEqual(body, { status: false, msg, status_code: code });
}

function invalid(body, msg = /./) {
  assert.deepEqual(Object.keys(body), ENVELOPE);
  assert.equal(body.status, false);
  assert.equal(body.status_code, 'INVALID_PARAMETERS');
  assert.match(body.msg, msg);
}

// ---- signatures ----

test('section 16: the published signatures are ours', () => {
  assert.equal(hmac('{}'), 'd2a7003d22b6b6f94519230776f45e19d2086b20d1711a8eae6b0ee24d51cfeb');
  assert.equal(hmac(JSON.stringify(SEED)), '7713fee8568bdb583dc68c6a29be3b7155ac70ad52fe2d0fed79d33185bd5acd');
});

test('E003-03, F2-05: each refusal of section 1 is one change of a call that is answered', async () => {
  const call = (headers, body = '{}') => plugnmeet.signed('/auth/room/getActiveRoomsInfo', body, headers);
  assert.equal((await call({})).status, 200);
  const refused = async (headers, msg, code, body) => {
    const answer = await call(headers, body);
    assert.equal(answer.status, 401, answer.raw);
    assert.match(answer.headers['content-type'], /^application\/json\b/);
    failed(answer.body, msg, code);
  };
  await refused({ 'API-KEY': undefined }, 'Missing API-KEY header.', 'MISSING_REQUIRED_PARAMETER'); // E003-03a
  await refused({ 'API-KEY': 'unknown' }, 'Invalid API key provided.', 'INVALID_API_KEY'); // E003-03b
  await refused({ 'API-KEY': plugnmeet.cardea.dev.api_key }, 'Invalid API key provided.', 'INVALID_API_KEY'); // the bearer is no id
  await refused({ 'HASH-SIGNATURE': undefined }, 'Missing HASH-SIGNATURE header.', 'MISSING_REQUIRED_PARAMETER'); // E003-03c
  const mismatch = ['Failed to verify provided authentication details.', 'INVALID_TOKEN_OR_SIGNATURE'];
  await refused({ 'HASH-SIGNATURE': hmac('{}').toUpperCase() }, ...mismatch); // E003-03d
  await refused({ 'HASH-SIGNATURE': hmac('{}') }, ...mismatch, '{} '); // E003-03e
  await refused({ 'HASH-SIGNATURE': hmac('{}').slice(0, -1) }, ...mismatch);
  await refused({ 'HASH-SIGNATURE': hmac('{}', `${SECRET}x`) }, ...mismatch);
  await refused({ 'API-KEY': undefined, 'HASH-SIGNATURE': undefined }, 'Missing API-KEY header.', 'MISSING_REQUIRED_PARAMETER');
  await refused({ 'API-KEY': 'unknown', 'HASH-SIGNATURE': undefined }, 'Invalid API key provided.', 'INVALID_API_KEY');
});

test('of a form with a file the room is signed, and a wrong signature is told before a broken body', async () => {
  const type = 'multipart/form-data; boundary=b';
  const upload = (headers) => plugnmeet.signed('/auth/room/uploadWhiteboardFile', '--b--\r\n', { 'Content-Type': type, ...headers });
  const missing = await upload({});
  assert.equal(missing.status, 401);
  failed(missing.body, 'Missing Room-Id header for multipart request.', 'MISSING_REQUIRED_PARAMETER');
  assert.equal((await upload({ 'Room-Id': 'room01' })).status, 401);
  const known = await upload({ 'Room-Id': 'room01', 'HASH-SIGNATURE': hmac('room01') });
  assert.equal(known.status, 200);
  assert.equal(known.body.status, false);
  assert.equal((await plugnmeet.signed('/auth/room/create', '{', { 'HASH-SIGNATURE': 'x' })).status, 401);
  invalid((await plugnmeet.signed('/auth/room/create', '{')).body);
});

// ---- the SDK ----

test('E003-01, E003-04, E003-05: the unmodified SDK creates, joins, asks and ends', async () => {
  for (const suffix of ['', '/']) { // E003-05: with a slash behind the URL it asks for //auth/...
    const sdk = plugnmeet.sdk(suffix);
    const room_id = newRoom();
    const request = { room_id, metadata: { room_title: 'Test room', room_features: { allow_webcams: true } } };
    const first = await sdk.createRoom(request);
    assert.equal(first.status, true, first.msg);
    assert.match(first.room_info.sid, UUID);
    assert.equal(first.room_info.is_running, 1); // E003-01a
    assert.equal((await sdk.createRoom(request)).room_info.sid, first.room_info.sid); // E003-01b
    const joined = await sdk.getJoinToken({ room_id, user_info: { name: 'Zoë', user_id: 'zoe', is_admin: false, is_hidden: false } });
    assert.equal(joined.status, true, joined.msg); // E003-04
    assert.equal(claims(joined.token).name, 'Zoë');
    assert.deepEqual(await sdk.isRoomActive({ room_id }), { status: true, msg: 'room is active', is_active: true });
    const { room } = await sdk.getActiveRoomInfo({ room_id });
    assert.equal(room.room_info.room_title, 'Test room');
    assert.deepEqual(room.participants_info, []);
    assert.ok((await sdk.getActiveRoomsInfo()).rooms.some(({ room_info }) => room_info.room_id === room_id));
    assert.equal((await sdk.endRoom({ room_id })).status, true);
    assert.equal((await sdk.isRoomActive({ room_id })).is_active, false);
    const past = await sdk.fetchPastRoomsInfo({ room_ids: [room_id] });
    assert.equal(past.status, true, past.msg);
    assert.equal(past.result.rooms_list[0].room_sid, first.room_info.sid);
  }
});

test('the SDK\'s other calls get the answers of their types: what is missing is said to be missing', async () => {
  const sdk = plugnmeet.sdk();
  assert.deepEqual(await sdk.fetchRecordings({ room_ids: ['room01'] }), { status: false, msg: 'no recording found', result: undefined });
  assert.equal((await sdk.deleteRecordings({ record_id: 'x' })).msg, 'recording not found');
  assert.equal((await sdk.getRecordingDownloadToken({ record_id: 'x' })).status, false);
  assert.equal((await sdk.fetchAnalytics({ room_ids: ['room01'] })).status, false);
  assert.equal((await sdk.deleteAnalytics({ file_id: 'x' })).status, false);
  assert.equal((await sdk.getAnalyticsDownloadToken({ file_id: 'x' })).status, false);
  const files = await sdk.getClientFiles();
  assert.equal(files.status, true);
  assert.ok(Array.isArray(files.css) && Array.isArray(files.js));
});

// ---- the seed ----

test('E003-02: the seed\'s request, at both mounts', async () => {
  await plugnmeet.create('room01');
  for (const path of ['/room/getJoinToken', '/auth/room/getJoinToken', '//auth//room/getJoinToken']) {
    const answer = await plugnmeet.signed(path, JSON.stringify(SEED), {
      'HASH-SIGNATURE': '7713fee8568bdb583dc68c6a29be3b7155ac70ad52fe2d0fed79d33185bd5acd',
    });
    assert.equal(answer.status, 200, answer.raw);
    const { token, ...rest } = answer.body;
    assert.deepEqual(rest, { status: true, msg: 'success', status_code: 'SUCCESS' });
    assert.deepEqual(JSON.parse(Buffer.from(token.split('.')[0], 'base64url')), { alg: 'HS256', typ: 'JWT' });
    const { nbf, exp, sid, seat, ...said } = claims(token);
    assert.deepEqual(said, {
      iss: 'plugnmeet', sub: 'Your-Unique-User-Id', user_id: 'Your-Unique-User-Id', room_id: 'room01', name: 'Your name', is_admin: true, use: 'join',
    });
    assert.equal(exp - nbf, 600);
    assert.equal(sid, (await plugnmeet.info('room01')).room_info.sid);
    assert.match(seat, UUID);
    assert.equal(token.split('.')[2], crypto.createHmac('sha256', SECRET).update(token.split('.').slice(0, 2).join('.')).digest('base64url'));
  }
});

test('E003-06, F2-01: a request as PHP writes it: lowerCamelCase, texts for numbers, escaped slashes', async () => {
  const room = newRoom();
  const create = `{"roomId":"${room}","emptyTimeout":300,"maxParticipants":10,"metadata":{"roomTitle":"T","logoutUrl":"https:\\/\\/a.example\\/","roomFeatures":{"allowWebcams":true,"roomDuration":"15","autoGenUserId":false}}}`;
  const { body } = await plugnmeet.signed('/auth/room/create', create);
  assert.equal(body.status, true, JSON.stringify(body));
  assert.equal(JSON.parse(body.room_info.metadata).logout_url, 'https://a.example/');
  assert.equal(JSON.parse(body.room_info.metadata).room_features.room_duration, '15');
  const joined = await plugnmeet.signed('/auth/room/getJoinToken', `{"roomId":"${room}","userInfo":{"name":"N","userId":"u1"}}`);
  assert.deepEqual(Object.keys(joined.body), [...ENVELOPE, 'token']);
});

// ---- what is refused ----

test('E003-07: a room that was not created', async () => {
  failed(await plugnmeet.invite('no-such-room'), 'room is not active', 'ROOM_NOT_FOUND');
});

test('E003-08, F2-02: a request that breaks a rule is one change of one that does not', async () => {
  const room_id = newRoom();
  await plugnmeet.create(room_id);
  const user = { name: 'N', user_id: 'u1', is_admin: false, user_metadata: { profile_pic: 'https://a.example/x.png', extra_data: { a: 'b' } } };
  const ask = (changes = {}, fields = {}) => plugnmeet.ask('getJoinToken', { room_id, user_info: { ...user, ...changes }, ...fields });
  const metadata = (changes) => ask({ user_metadata: { ...user.user_metadata, ...changes } });
  assert.equal((await ask()).status, true);
  invalid(await ask({ name: '' }), /^validation error: user_info\.name: value is required$/); // E003-08a
  invalid(await ask({ name: undefined }), /user_info\.name: value is required/);
  invalid(await ask({ name: ' \u202e ' }), /user_info\.name: value is required/);
  invalid(await ask({}, { user_info: undefined }), /^validation error: user_info: value is required$/); // E003-08b
  invalid(await ask({}, { room_id: 'a b' }), /room_id should only contain letters \(a-z A-Z\), digits \(0-9\) or -_/); // E003-08c
  invalid(await ask({ is_admin: 'yes' })); // E003-08d
  invalid(await metadata({ profile_pic: 'not a url' }), /^validation error: user_info\.user_metadata\.profile_pic: must be a valid URI$/); // E003-08e
  invalid(await metadata({ extra_data: 'x' })); // E003-08f
  assert.equal((await ask({ foo: 1 }, { foo: { bar: [] } })).status, true); // E003-08g
  invalid(await ask({ user_metadata: JSON.stringify(user.user_metadata) })); // E003-08h
  invalid(await metadata({ lock_settings: '{}' }));
  invalid(await metadata({ is_presenter: true }), /is_presenter should not contain any value/);
  invalid(await metadata({ metadata_id: 'x' }), /metadata_id should not contain any value/);
  invalid(await ask({}, { roomId: room_id })); // F2-02
  invalid((await plugnmeet.signed('/auth/room/getJoinToken', '[]')).body);
  invalid(await ask({ name: '' }, { room_id: 'a b' }), /^validation errors:\n - room_id: .*\n - user_info\.name: value is required$/);
});

test('E003-14c, 4.1, 4.2: what create refuses', async () => {
  const metadata = { room_title: 'T', room_features: {} };
  const ask = (fields) => plugnmeet.ask('create', { room_id: newRoom(), metadata, ...fields });
  assert.equal((await ask({})).status, true);
  invalid(await ask({ max_participants: 0 }), /^validation error: max_participants: value must be greater than 0$/); // E003-14c
  invalid(await ask({ empty_timeout: 0 }), /empty_timeout/);
  invalid(await ask({ room_id: 'a b' }), /room_id should only contain ASCII letters \(a-z A-Z\), digits \(0-9\) or -_$/);
  invalid(await ask({ room_id: undefined }));
  invalid(await ask({ room_id: 'x'.repeat(256) }));
  invalid(await ask({ metadata: undefined }), /^validation error: metadata: value is required$/);
  invalid(await ask({ metadata: { ...metadata, room_title: '' } }), /metadata\.room_title: value is required/);
  invalid(await ask({ metadata: { ...metadata, room_features: undefined } }), /metadata\.room_features: value is required/);
  invalid(await ask({ metadata: { ...metadata, webhook_url: 'x y' } }), /webhook_url: must be a valid URI/);
  invalid(await ask({ metadata: { ...metadata, parent_room_id: 'x' } }), /parent_room_id should not contain any value/);
  invalid(await ask({ metadata: { ...metadata, room_features: { end_to_end_encryption_features: { is_enabled: true } } } }), /no end-to-end encryption/);
  failed(await ask({ room_id: 'a-FIELD_b' }), "RoomId cannot contain the reserved pattern '-FIELD_'", 'INTERNAL_SERVER_ERROR');
  failed(await ask({ room_id: 'user_1' }), "RoomId cannot start with the reserved pattern 'user_'", 'INTERNAL_SERVER_ERROR');
});

test('E003-09: user ids', async () => {
  const room_id = newRoom();
  await plugnmeet.create(room_id);
  const refused = async (fields, msg) => failed(await plugnmeet.invite(room_id, fields), msg, 'INTERNAL_SERVER_ERROR');
  const letters = 'user_id should only contain ASCII letters (a-z A-Z), digits (0-9) or -_';
  await refused({ user_id: 'a b' }, letters); // E003-09a
  await refused({ user_id: 'Zoë' }, letters);
  await refused({ user_id: '' }, letters); // E003-09d
  await refused({ user_id: undefined }, letters);
  await refused({ user_id: 'sip_1' }, 'user_id: sip_1 is reserved for internal use only'); // E003-09b
  await refused({ user_id: 'ingres_x' }, 'user_id: ingres_x is reserved for internal use only');
  await refused({ user_id: 'u-native' }, 'user_id: suffix -native is reserved for internal use only');
  await refused({ name: 'PLUGNMEET_RECORDER_AUTH' }, 'name: PLUGNMEET_RECORDER_AUTH is reserved for internal use only');
  await refused({ user_id: 'user_x' }, "user_id cannot start with the reserved pattern 'user_'");
  await refused({ user_id: 'a-FIELD_b' }, "user_id cannot contain the reserved pattern '-FIELD_'");
  failed(await plugnmeet.invite('no-such-room', { user_id: 'sip_1' }), 'room is not active', 'ROOM_NOT_FOUND'); // the order of 5.2

  const made = newRoom();
  await plugnmeet.create(made, { room_features: { auto_gen_user_id: true } });
  const { sub, user_id } = claims(await plugnmeet.token(made, { user_id: undefined })); // E003-09c
  assert.match(sub, UUID);
  assert.equal(user_id, sub);
  assert.match(claims(await plugnmeet.token(made, { user_id: 'a b' })).sub, UUID);
});

// ---- rooms ----

test('E003-17, F2-04: what is told of rooms', async () => {
  assert.deepEqual(await plugnmeet.ask('isRoomActive', { room_id: 'no-such-room' }), // E003-17a
    { status: true, msg: 'room not found', status_code: 'ROOM_NOT_FOUND', is_active: false });
  assert.deepEqual(await plugnmeet.ask('getActiveRoomInfo', { room_id: 'no-such-room' }),
    { status: false, msg: 'room not found in active state', status_code: 'ROOM_NOT_FOUND', room: null });
  const room_id = newRoom();
  const { room_info } = await plugnmeet.create(room_id, { webhook_url: 'https://a.example/hook', extra_data: { a: 'b' } });
  const { room } = await plugnmeet.ask('getActiveRoomInfo', { room_id });
  assert.deepEqual(room, { room_info, participants_info: [] });
  const { sid, creation_time, metadata, ...rest } = room_info; // E003-17b
  assert.deepEqual(rest, {
    room_title: 'Test room', room_id, joined_participants: '0', is_running: 1, is_recording: 0, is_active_rtmp: 0,
    webhook_url: 'https://a.example/hook', is_breakout_room: 0, parent_room_id: '',
  });
  assert.match(sid, UUID);
  assert.match(creation_time, /^\d{10}$/);
  const said = JSON.parse(metadata);
  assert.equal(said.room_title, 'Test room');
  assert.equal(said.started_at, creation_time);
  assert.deepEqual(said.extra_data, { a: 'b' });
});

test('4.3, Decision N1: defaults, and an explicit false over them', async () => {
  const of = async (room_features, more) => JSON.parse((await plugnmeet.create(newRoom(), { room_features, ...more })).room_info.metadata);
  const { room_features: usual, default_lock_settings } = await of({});
  const on = Object.keys(usual).filter((name) => usual[name] === true);
  assert.deepEqual(on.sort(), ['allow_raise_hand', 'allow_reactions', 'allow_screen_share', 'allow_view_other_users_list', 'allow_view_other_webcams',
    'allow_virtual_bg', 'allow_webcams', 'enable_analytics']);
  assert.deepEqual(usual.breakout_room_features, { is_allow: true, allowed_number_rooms: 6 });
  assert.deepEqual(usual.waiting_room_features, { is_active: false, waiting_room_msg: '' });
  assert.equal(usual.recording_features.is_allow_cloud, true);
  assert.deepEqual(default_lock_settings, { lock_screen_sharing: true, lock_whiteboard: true, lock_shared_notepad: true });

  const off = (await of({ allow_webcams: false, chat_features: { is_allow: false }, recordingFeatures: { isAllow: false }, allow_rtmp: false })).room_features;
  assert.equal(off.allow_webcams, false);
  assert.equal(off.allow_screen_share, true);
  assert.deepEqual(off.chat_features, { is_allow: false, is_allow_file_upload: false, allowed_file_types: [] });
  assert.deepEqual(off.recording_features, {
    is_allow: false, is_allow_cloud: false, is_allow_local: false, enable_auto_cloud_recording: false, only_record_admin_webcams: false, recorder_bot_options: null,
  });
  assert.deepEqual(off.external_broadcasting_features, { is_allow: false, is_allow_rtmp: false });
  const locked = await of({}, { default_lock_settings: { lock_screen_sharing: false, lock_chat: true } });
  assert.deepEqual(locked.default_lock_settings, { lock_screen_sharing: false, lock_chat: true, lock_whiteboard: true, lock_shared_notepad: true });
});

test('E003-18: a room ends, and its id is good for another session', async () => {
  const room_id = newRoom();
  const { room_info: { sid } } = await plugnmeet.create(room_id);
  const token = await plugnmeet.token(room_id);
  assert.deepEqual(await plugnmeet.ask('endRoom', { room_id }), { status: true, msg: 'success', status_code: 'SUCCESS' }); // E003-18a
  failed(await plugnmeet.ask('endRoom', { room_id }), 'room not found or not active', 'ROOM_NOT_FOUND'); // E003-18b
  assert.deepEqual(await plugnmeet.ask('isRoomActive', { room_id }),
    { status: true, msg: 'room is not active', status_code: 'ROOM_NOT_ACTIVE', is_active: false });
  assert.equal((await plugnmeet.ask('getActiveRoomInfo', { room_id })).status_code, 'ROOM_NOT_ACTIVE');
  failed(await plugnmeet.invite(room_id), 'room is not active', 'ROOM_NOT_FOUND');
  assert.equal((await plugnmeet.enter(token)).status, 410);
  const again = await plugnmeet.create(room_id); // E003-18d, F2-14
  assert.notEqual(again.room_info.sid, sid);
  assert.equal((await plugnmeet.enter(token)).status, 410);
  assert.equal((await plugnmeet.enter(await plugnmeet.token(room_id))).status, 201);
});

test('past sessions, by pages', async () => {
  const room_id = newRoom();
  const sids = [];
  for (let i = 0; i < 3; i++) {
    sids.push((await plugnmeet.create(room_id)).room_info.sid);
    await plugnmeet.ask('endRoom', { room_id });
  }
  const page = async (fields) => (await plugnmeet.ask('fetchPastRooms', { room_ids: [room_id, 'other'], ...fields })).result;
  const all = await page({});
  assert.deepEqual({ ...all, rooms_list: 0 }, { total_rooms: '3', from: 0, limit: 20, order_by: 'DESC', rooms_list: 0 });
  assert.deepEqual(all.rooms_list.map(({ room_sid }) => room_sid), sids.toReversed());
  assert.deepEqual(Object.keys(all.rooms_list[0]), ['room_title', 'room_id', 'room_sid', 'joined_participants', 'webhook_url', 'created', 'ended']);
  assert.match(all.rooms_list[0].ended, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const second = await page({ from: 1, limit: '1', order_by: 'ASC' });
  assert.deepEqual(second.rooms_list.map(({ room_sid }) => room_sid), [sids[1]]);
  assert.equal((await page({ limit: 1000 })).limit, 100);
  failed(await plugnmeet.ask('fetchPastRooms', { room_ids: ['room'] }), 'no room found', 'NOT_FOUND');
  assert.ok(Number((await page({ room_ids: [] })).total_rooms) >= 3);
});

test('F2-20, Decision N14: what belongs to another key pair of the tenant is shared, unknown calls are 404', async () => {
  const other = (await plugnmeet.cardea.admin('POST', '/keys', {})).body;
  const room_id = newRoom();
  await plugnmeet.create(room_id);
  assert.equal((await plugnmeet.as(other.id, other.secret).ask('isRoomActive', { room_id })).is_active, true); // one tenant
  for (const path of ['/auth/room/nothing', '/auth/nothing', '/room/nothing']) {
    const answer = await plugnmeet.signed(path, {});
    assert.deepEqual([answer.status, answer.raw], [404, 'not found'], path);
  }
});

// ---- ends by themselves; the gateway looks for the first time 10 s after its start ----

test('4.4: a session ends when its time is up, and an empty one when its time since the start is', async () => {
  const [long, empty, held] = [newRoom(), newRoom(), newRoom()];
  await plugnmeet.create(long, { room_features: { room_duration: 1 } });
  await plugnmeet.create(empty, {}, { empty_timeout: 120 });
  const { room_info: { sid } } = await plugnmeet.create(held, {}, { empty_timeout: 120 });
  const { cardea } = plugnmeet;
  const row = (room) => `WHERE session = (SELECT session FROM rooms WHERE key = '${room}')`;
  assert.equal(cardea.sql(`SELECT ends_at - started_at FROM sessions ${row(long)}`).trim(), '60000');
  assert.equal(cardea.sql(`SELECT empties_at - started_at FROM sessions ${row(empty)}`).trim(), '120000');
  const entered = await plugnmeet.enter(await plugnmeet.token(held));
  assert.equal(entered.status, 201);
  await plugnmeet.enter(await plugnmeet.token(long));
  cardea.sql(`UPDATE sessions SET ends_at = started_at + 1 ${row(long)}`);
  for (const room of [empty, held]) cardea.sql(`UPDATE sessions SET empties_at = started_at + 1 ${row(room)}`);
  const isActive = async (room) => (await plugnmeet.ask('isRoomActive', { room_id: room })).is_active;
  await until(async () => !(await isActive(long)) && !(await isActive(empty)), 'both ended', 30000);
  assert.equal((await plugnmeet.info(held)).room_info.sid, sid); // somebody is in it
  const later = Number(cardea.sql(`SELECT empties_at FROM sessions ${row(held)}`)) - Date.now();
  assert.ok(later > 200000 && later <= 300000, `${later} ms`);
});
