// spec/acceptance E003-10, 12 to 16, 18, 19 and F2-06, 13, 15, 17, 20: join tokens, who comes in with them, and
// what people do to each other. Each test is named by its rows. About 5 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectionId, until } from '../../support/cardea.mjs';
import { claims, jwt, SECRET, startPlugnmeet } from '../../support/plugnmeet.mjs';

let plugnmeet;
let cardea;
let rooms = 0;

before(async () => {
  plugnmeet = await startPlugnmeet({ args: ['--set', 'limits.enter_failures_per_second=0'] });
  ({ cardea } = plugnmeet);
});
after(() => cardea?.stop());

const SUCCESS = { status: true, msg: 'success', status_code: 'SUCCESS' };

/** A new room: {id, sid}. */
async function newRoom(metadata, fields) {
  const id = `people-${++rooms}`;
  const { room_info: { sid } } = await plugnmeet.create(id, metadata, fields);
  return { id, sid };
}

/** Checks a refusal that is answered 200. */
function failed(answer, msg, code) {
  assert.equal(answer.status, 200, answer.raw);
  assert.deepEqual(answer.body, { status: false, msg, status_code: code });
}

function refused(answer, msg) {
  assert.equal(answer.status, 401, answer.raw);
  assert.deepEqual(answer.body, { status: false, msg, status_code: 'INVALID_TOKEN_OR_SIGNATURE' });
}

/** Enters with @p token and joins with media; the Seat, when the backend sees it online. */
async function arrive(room, token) {
  const seat = await cardea.enter(token);
  await seat.create();
  Object.assign(seat, await seat.join('receive', connectionId()));
  const user = claims(token).user_id;
  await until(async () => (await plugnmeet.info(room.id)).participants_info.some(({ sid }) => sid === seat.entered.participant.id), `${user} is online`);
  return seat;
}

const removedEvent = (seat) => until(() => seat.tunnel.messages.map((message) => message.plugindata?.data)
  .find((data) => data?.cardea === 'event' && data.event === 'removed'), 'the removed event');

const person = async (room, user) => (await plugnmeet.info(room.id)).participants_info.find(({ identity }) => identity === user);
const metadataOf = async (room, user) => JSON.parse((await person(room, user)).metadata);

// ---- rights ----

test('E003-10a: locks of somebody over those of the room', async () => {
  const room = await newRoom({ default_lock_settings: { lock_webcam: true } });
  const token = await plugnmeet.token(room.id, { user_metadata: { lock_settings: { lock_microphone: true, lock_webcam: false } } });
  const { entered: { participant } } = await arrive(room, token);
  assert.deepEqual(participant.locks, { microphone: true, screen_sharing: true, whiteboard: true, shared_notepad: true });
  assert.deepEqual(participant.publish, ['camera', 'data']);
  const metadata = await metadataOf(room, 'u1');
  assert.deepEqual(metadata.lock_settings, { lock_microphone: true, lock_webcam: false });
  assert.deepEqual([metadata.is_admin, metadata.ex_user_id, metadata.record_webcam, metadata.wait_for_approval], [false, 'u1', true, false]);
});

test('E003-10b: a host carries no locks; the room, the picture and the texts reach the page', async () => {
  const room = await newRoom({
    welcome_message: 'Hello', logout_url: 'https://a.example/', room_features: { mute_on_start: true },
  });
  const token = await plugnmeet.token(room.id, {
    is_admin: true, user_metadata: { profile_pic: 'https://profile.pic/im.jpg', lock_settings: { lock_screen_sharing: true } },
  });
  const { entered } = await arrive(room, token);
  assert.equal(entered.participant.role, 'host');
  assert.equal(entered.participant.avatar, 'https://profile.pic/im.jpg');
  assert.ok(entered.participant.publish.includes('screen'));
  assert.deepEqual(entered.participant.locks, {}); // he presents, so not even the whiteboard
  assert.equal(entered.room.name, 'Test room');
  assert.deepEqual(entered.room.options, { welcome_message: 'Hello', logout_url: 'https://a.example/', mute_on_start: true });
  const metadata = await metadataOf(room, 'u1');
  assert.deepEqual([metadata.is_admin, metadata.is_presenter, metadata.profile_pic], [true, true, 'https://profile.pic/im.jpg']);
});

test('E003-11, section 9: features that are off take the rights away', async () => {
  const publish = async (room_features, user) => {
    const room = await newRoom({ default_lock_settings: { lock_screen_sharing: false }, room_features });
    const answer = await plugnmeet.enter(await plugnmeet.token(room.id, user));
    assert.equal(answer.status, 201, answer.raw);
    return answer.body.participant.publish;
  };
  assert.deepEqual(await publish({}), ['microphone', 'camera', 'screen', 'data']);
  assert.deepEqual(await publish({ allow_webcams: false }), ['microphone', 'screen', 'data']);
  assert.deepEqual(await publish({ allow_webcams: false }, { is_admin: true }), ['microphone', 'screen', 'data']);
  assert.deepEqual(await publish({ allow_screen_share: false }), ['microphone', 'camera', 'data']);
  assert.deepEqual(await publish({ admin_only_webcams: true }), ['microphone', 'screen', 'data']);
  assert.deepEqual(await publish({ admin_only_webcams: true }, { is_admin: true }), ['microphone', 'camera', 'screen', 'data']);
});

test('E003-13: a hidden one is seen by the backend alone, takes no place and may publish nothing', async () => {
  const room = await newRoom({}, { max_participants: 1 });
  const hidden = await arrive(room, await plugnmeet.token(room.id, { user_id: 'ghost', is_hidden: true }));
  assert.deepEqual(hidden.entered.participant.publish, []);
  const seat = await arrive(room, await plugnmeet.token(room.id, { user_id: 'u2' }));
  const { roster } = await seat.message(seat.handle, { request: 'sync', said: 0 });
  assert.ok(!JSON.stringify(roster).includes(hidden.entered.participant.id));
  const { room_info, participants_info } = await plugnmeet.info(room.id);
  assert.equal(room_info.joined_participants, '1');
  assert.deepEqual(participants_info.map(({ identity, attributes }) => [identity, attributes]).sort(), [['ghost', { hidden: 'true' }], ['u2', {}]]);
});

test('section 8: the first host presents, unless he is hidden', async () => {
  const room = await newRoom();
  await arrive(room, await plugnmeet.token(room.id, { user_id: 'ghost', is_admin: true, is_hidden: true }));
  await arrive(room, await plugnmeet.token(room.id, { user_id: 'first', is_admin: true }));
  await arrive(room, await plugnmeet.token(room.id, { user_id: 'second', is_admin: true }));
  const presents = async (user) => (await metadataOf(room, user)).is_presenter;
  assert.deepEqual([await presents('ghost'), await presents('first'), await presents('second')], [false, true, false]);
});

// ---- places ----

test('E003-14: as many people as there are places; tokens are given to more', async () => {
  const room = await newRoom({}, { max_participants: 1 });
  const first = await plugnmeet.token(room.id, { user_id: 'u1' });
  const second = await plugnmeet.token(room.id, { user_id: 'u2' }); // E003-14a
  await arrive(room, first);
  failed(await plugnmeet.api('verifyToken', second), 'notifications.max-num-participates-exceeded', 'PERMISSION_DENIED'); // E003-14b
  const answer = await plugnmeet.enter(second);
  assert.deepEqual([answer.status, answer.body.code], [503, 'room_is_full']);
});

test('E003-15, F2-13: a token for somebody who is online drops them at once, even if it is never used', async () => {
  const room = await newRoom();
  const first = await plugnmeet.token(room.id);
  const seat = await arrive(room, first);
  failed(await plugnmeet.api('verifyToken', first), 'notifications.room-disconnected-duplicate-entry', 'PERMISSION_DENIED');
  const second = await plugnmeet.token(room.id);
  const event = await removedEvent(seat);
  assert.deepEqual([event.reason, event.text], ['revoked', 'notifications.room-disconnected-duplicate-entry']);
  assert.equal(await person(room, 'u1'), undefined);
  assert.equal((await plugnmeet.enter(first)).status, 403); // and does not come back by the old one
  assert.equal((await plugnmeet.api('verifyToken', second)).body.status, true);
  await arrive(room, second);
});

test('a second token for somebody who is not there keeps the first one good', async () => {
  const room = await newRoom();
  const first = await plugnmeet.token(room.id, { name: 'One' });
  await plugnmeet.token(room.id, { name: 'Two', is_admin: true });
  const { body } = await plugnmeet.enter(first);
  assert.deepEqual([body.participant.name, body.participant.role], ['Two', 'host']); // the rights are the server's
});

// ---- the waiting room ----

test('E003-12: people wait until a host lets them in, hosts do not', async () => {
  const room = await newRoom({ room_features: { waiting_room_features: { is_active: true, waiting_room_msg: 'Soon' } } });
  const host = await plugnmeet.token(room.id, { user_id: 'host', is_admin: true });
  await arrive(room, host); // E003-12b
  const tokens = [];
  for (const user_id of ['a', 'b', 'c', 'late']) tokens.push(await plugnmeet.token(room.id, { user_id }));
  const wait = async (token, message = 'Soon') => {
    const { status, body } = await plugnmeet.enter(token);
    assert.deepEqual([status, body.waiting, body.message, body.turn_servers, body.join_token], [202, true, message, undefined, undefined]); // E003-12a
    return body.ticket;
  };
  const tickets = [];
  for (const token of tokens.slice(0, 3)) tickets.push(await wait(token));
  assert.deepEqual((await plugnmeet.info(room.id)).participants_info.map(({ identity }) => identity), ['host']);
  const approve = (user_id, token = host) => plugnmeet.api('waitingRoom/approveUsers', token, { room_id: room.id, user_id });
  failed(await approve('a', tokens[1]), 'only admin can perform this task', 'PERMISSION_DENIED');
  failed(await approve('nobody'), "user isn't active now", 'USER_NOT_ACTIVE');
  assert.deepEqual((await plugnmeet.api('waitingRoom/updateMsg', host, { room_id: room.id, msg: 'In a minute' })).body, SUCCESS);
  await wait(tokens[1], 'In a minute');
  assert.deepEqual((await approve('a')).body, SUCCESS);
  assert.equal((await plugnmeet.enter(tickets[0])).status, 201);
  await wait(tokens[1], 'In a minute');
  assert.deepEqual((await approve('all')).body, SUCCESS); // E003-12c
  assert.equal((await plugnmeet.enter(tickets[1])).status, 201);
  assert.equal((await plugnmeet.enter(tokens[2])).status, 201);
  await wait(tokens[3], 'In a minute'); // who comes later waits
});

test('section 9: who waits takes a place and is counted, while they ask; who was only invited does not', async () => {
  const room = await newRoom({ room_features: { waiting_room_features: { is_active: true } } }, { max_participants: 2 });
  const host = await plugnmeet.token(room.id, { user_id: 'host', is_admin: true });
  await arrive(room, host);
  const [a, b] = [await plugnmeet.token(room.id, { user_id: 'a' }), await plugnmeet.token(room.id, { user_id: 'b' })];
  const joined = async () => (await plugnmeet.info(room.id)).room_info.joined_participants;
  const status = async (token) => (await plugnmeet.enter(token)).status;
  const full = async (token) => {
    failed(await plugnmeet.api('verifyToken', token), 'notifications.max-num-participates-exceeded', 'PERMISSION_DENIED');
    const { status: code, body } = await plugnmeet.enter(token);
    assert.deepEqual([code, body.code], [503, 'room_is_full']);
  };
  const good = async (token) => assert.equal((await plugnmeet.api('verifyToken', token)).body.status, true);
  assert.equal(await joined(), '1');
  await good(b);
  assert.equal(await status(a), 202);
  assert.equal(await joined(), '2');
  await full(b);
  await good(a); // has a place
  assert.equal(await status(a), 202);

  // Who stops asking is gone, as who sends nothing for two minutes is.
  const left = (token) => cardea.sql(`UPDATE participants SET leaves_at = 1 WHERE seat = '${claims(token).seat}'`);
  left(a);
  assert.equal(await joined(), '1');
  assert.equal(await status(b), 202);
  await full(a);
  assert.equal((await plugnmeet.api('removeParticipant', host, { room_id: room.id, user_id: 'b' })).body.status, true);
  assert.equal(await joined(), '1');
  assert.equal(await status(a), 202);
  // Let in, they have the place that they had while they waited.
  assert.deepEqual((await plugnmeet.api('waitingRoom/approveUsers', host, { room_id: room.id, user_id: 'a' })).body, SUCCESS);
  const c = await plugnmeet.token(room.id, { user_id: 'c' });
  await full(c);
  assert.equal(await status(a), 201);
  assert.equal(await joined(), '2');
});

// ---- moderation ----

test('E003-16, F2-15: a blocked user gets no token until there is a new session', async () => {
  const room = await newRoom();
  const host = await plugnmeet.token(room.id, { user_id: 'host', is_admin: true });
  await arrive(room, host);
  const token = await plugnmeet.token(room.id, { user_id: 'u1' });
  const remove = (fields) => plugnmeet.api('removeParticipant', host, { sid: room.sid, room_id: room.id, user_id: 'u1', msg: 'Bye', ...fields });
  failed(await remove({}), "user isn't active now", 'USER_NOT_ACTIVE'); // has not come
  let seat = await arrive(room, token);
  failed(await remove({ user_id: 'host' }), 'you can\'t remove yourself"', 'INVALID_PARAMETERS');
  failed(await remove({ room_id: 'other' }), 'requested roomId & token roomId mismatched', 'INVALID_PARAMETERS');
  assert.deepEqual((await remove({})).body, SUCCESS);
  assert.equal((await removedEvent(seat)).text, 'Bye');
  assert.equal((await plugnmeet.enter(token)).status, 403);
  refused(await plugnmeet.api('endRoom', token, { room_id: room.id }), 'notifications.invalid-token');
  failed(await plugnmeet.api('verifyToken', token), 'notifications.user-info-not-found', 'USER_NOT_FOUND');

  const again = await plugnmeet.token(room.id, { user_id: 'u1' }); // not blocked: a new token is good
  seat = await arrive(room, again);
  assert.deepEqual((await remove({ block_user: true })).body, SUCCESS);
  assert.deepEqual(await plugnmeet.invite(room.id, { user_id: 'u1' }), // E003-16a
    { status: false, msg: 'this user is blocked to join this session', status_code: 'USER_BLOCKED' });
  failed(await plugnmeet.api('verifyToken', again), 'notifications.you-are-blocked', 'USER_BLOCKED');
  assert.equal((await plugnmeet.enter(again)).status, 403);
  await plugnmeet.ask('endRoom', { room_id: room.id });
  await plugnmeet.create(room.id);
  assert.equal((await plugnmeet.invite(room.id, { user_id: 'u1' })).status, true); // E003-16b
});

test('section 7: locks change while people are in, for one and for all', async () => {
  const room = await newRoom();
  const host = await plugnmeet.token(room.id, { user_id: 'host', is_admin: true });
  await arrive(room, host);
  const a = await plugnmeet.token(room.id, { user_id: 'a' });
  await arrive(room, a);
  await arrive(room, await plugnmeet.token(room.id, { user_id: 'b' }));
  const lock = (fields, token = host) => plugnmeet.api('updateLockSettings', token,
    { room_sid: room.sid, room_id: room.id, user_id: 'a', service: 'webcam', direction: 'lock', ...fields });
  const locksOf = async (user) => (await metadataOf(room, user)).lock_settings;
  assert.deepEqual((await lock({})).body, SUCCESS);
  assert.deepEqual(await locksOf('a'), { lock_webcam: true });
  assert.deepEqual(await locksOf('b'), {});
  assert.deepEqual((await lock({ direction: 'unlock' })).body, SUCCESS);
  assert.deepEqual(await locksOf('a'), { lock_webcam: false });
  assert.deepEqual((await lock({ service: 'nothing' })).body, SUCCESS);
  assert.deepEqual(await locksOf('a'), { lock_webcam: false });
  failed(await lock({ user_id: 'host' }), 'notifications.cannot-lock-admin', 'PERMISSION_DENIED');
  failed(await lock({}, a), 'only admin can perform this task', 'PERMISSION_DENIED');
  failed(await lock({ user_id: 'nobody' }), "user isn't active now", 'USER_NOT_ACTIVE');
  assert.deepEqual((await lock({ user_id: 'all', service: 'mic' })).body, SUCCESS);
  const { body } = await plugnmeet.enter(await plugnmeet.token(room.id, { user_id: 'later' }));
  assert.equal(body.participant.locks.microphone, true);
  const { body: own } = await plugnmeet.enter(a);
  assert.equal(own.participant.locks.microphone, true);
});

test('section 10: mute, presenter, end', async () => {
  const room = await newRoom();
  const host = await plugnmeet.token(room.id, { user_id: 'host', is_admin: true });
  await arrive(room, host);
  const seat = await arrive(room, await plugnmeet.token(room.id, { user_id: 'a' }));
  const mute = (fields) => plugnmeet.api('muteUnmuteTrack', host, { sid: room.sid, room_id: room.id, user_id: 'a', muted: true, ...fields });
  assert.deepEqual((await mute({})).body, SUCCESS);
  assert.deepEqual((await mute({ user_id: 'all' })).body, SUCCESS);
  failed(await mute({ muted: false }), 'footer.notice.failed-to-mute-unmute-track', 'PERMISSION_DENIED');
  failed(await mute({ track_sid: 'TR_x' }), 'footer.notice.no-suitable-track-found', 'INVALID_PARAMETERS');
  failed(await mute({ user_id: 'nobody' }), "user isn't active now", 'USER_NOT_ACTIVE');

  const present = (task, user_id) => plugnmeet.api('switchPresenter', host, { task, user_id });
  assert.deepEqual((await present('PROMOTE', 'a')).body, SUCCESS);
  assert.equal((await metadataOf(room, 'a')).is_presenter, true);
  assert.equal((await metadataOf(room, 'host')).is_presenter, false);
  assert.deepEqual((await present(1, 'a')).body, SUCCESS);
  assert.equal((await metadataOf(room, 'host')).is_presenter, true);

  for (const call of ['changeVisibility', 'recording', 'rtmp', 'polls/create', 'breakoutRoom/create', 'ingress/create']) {
    assert.equal((await plugnmeet.api(call, host)).body.status, false, call);
  }
  assert.deepEqual((await plugnmeet.api('endRoom', host, { room_id: room.id })).body, SUCCESS);
  assert.equal((await removedEvent(seat)).reason, 'closed');
  refused(await plugnmeet.api('verifyToken', host), 'notifications.room-not-active'); // E003-18c
  await plugnmeet.create(room.id);
  refused(await plugnmeet.api('verifyToken', host), 'notifications.room-not-active'); // E003-18d, F2-14
});

test('broadcastToRoom: to everybody, to the hosts, to one', async () => {
  const room = await newRoom();
  const host = await arrive(room, await plugnmeet.token(room.id, { user_id: 'host', is_admin: true }));
  const seat = await arrive(room, await plugnmeet.token(room.id, { user_id: 'a' }));
  const say = (fields) => plugnmeet.ask('broadcastToRoom', { room_id: room.id, ...fields });
  const heard = (who) => who.tunnel.messages.map((message) => message.plugindata?.data).filter((data) => data?.event === 'said').map(({ data }) => data.text);
  assert.deepEqual(await say({ chat_msg: { message: 'hosts' }, only_to_admins: true }), SUCCESS);
  assert.deepEqual(await say({ notification_msg: { text: 'one', type: 'NATS_SYSTEM_NOTIFICATION_WARNING' }, to_user_id: 'a' }), SUCCESS);
  assert.deepEqual(await say({ chat_msg: { message: 'all' } }), SUCCESS);
  await until(() => heard(host).includes('all') && heard(seat).includes('all'), 'the last message');
  assert.deepEqual(heard(host), ['hosts', 'all']);
  assert.deepEqual(heard(seat), ['one', 'all']);
  assert.equal((await say({ chat_msg: { message: 'x' }, to_user_id: 'nobody' })).status_code, 'USER_NOT_FOUND');
  assert.equal((await say({ chat_msg: { message: 'x' }, room_id: 'no-such-room' })).msg, 'room not found');
  assert.equal((await say({})).status_code, 'INVALID_PARAMETERS');
  assert.equal((await say({ chat_msg: { message: 'x' }, notification_msg: { text: 'x' } })).status_code, 'INVALID_PARAMETERS');
});

// ---- tokens ----

test('E003-19, F2-06: each refusal of 6.3 is one change of a token that is good', async () => {
  const room = await newRoom();
  const token = await plugnmeet.token(room.id);
  const good = claims(token);
  const verify = (text, headers) => plugnmeet.api('verifyToken', text, {}, headers);
  const { body } = await verify(token); // F2-06
  assert.deepEqual([body.status, body.msg, body.room_id, body.user_id], [true, 'token is valid', room.id, 'u1']);
  assert.equal((await verify(`Bearer ${token}`)).body.status, true);
  assert.equal((await verify(jwt(good))).body.status, true);
  const now = Math.floor(Date.now() / 1000);
  assert.equal((await verify(jwt({ ...good, nbf: now - 650, exp: now - 50 }))).body.status, true); // leeway

  refused(await verify(undefined), 'notifications.auth-header-missing');
  refused(await verify(jwt({ ...good, nbf: now - 661, exp: now - 61 })), 'notifications.token-expired'); // E003-19a
  const bad = {
    'not valid yet': jwt({ ...good, nbf: now + 70 }),
    'alg none': `${jwt(good, { header: { alg: 'none', typ: 'JWT' } }).split('.').slice(0, 2).join('.')}.`, // E003-19b
    'HS512': jwt(good, { header: { alg: 'HS512', typ: 'JWT' }, hash: 'sha512' }),
    'another secret': jwt(good, { secret: `${SECRET}x` }),
    'another issuer': jwt({ ...good, iss: cardea.dev.api_key_id }),
    'no issuer': jwt({ ...good, iss: undefined }),
    'sub is not user_id': jwt({ ...good, sub: 'u2' }), // E003-19c
    'another use': jwt({ ...good, use: 'link' }),
    'no use': jwt({ ...good, use: undefined }),
    'no session': jwt({ ...good, sid: undefined }),
    'no seat': jwt({ ...good, seat: undefined }),
    'no end': jwt({ ...good, exp: undefined }),
    'changed': `${token.slice(0, -1)}${token.at(-1) === 'A' ? 'B' : 'A'}`,
    'not a token': 'x',
  };
  for (const [what, text] of Object.entries(bad)) {
    const answer = await verify(text);
    assert.deepEqual([answer.status, answer.body.msg], [401, 'notifications.invalid-token'], what);
    assert.ok([401, 403].includes((await plugnmeet.enter(text)).status), what);
  }
  const protobuf = await verify(token, { 'Content-Type': 'application/protobuf' });
  assert.deepEqual([protobuf.status, protobuf.body.status], [415, false]);
});

test('F2-17: a join token opens `enter` and /api alone, and nothing else opens /api', async () => {
  const room = await newRoom();
  const token = await plugnmeet.token(room.id, { is_admin: true });
  const { body: entered } = await plugnmeet.enter(token);
  assert.equal((await cardea.request('GET', '/rooms', { headers: { Authorization: token } })).status, 403);
  assert.equal((await cardea.request('GET', `/rooms/${token}`)).status, 404);
  assert.equal((await cardea.api('GET', '/api/v1/rooms', undefined, { token })).status, 401);
  for (const other of [entered.join_token, entered.resume, cardea.dev.api_key, cardea.dev.api_secret, SECRET]) {
    refused(await plugnmeet.api('verifyToken', other), 'notifications.invalid-token');
  }
  // F2-20: what is in another room answers as what is nowhere
  const elsewhere = await newRoom();
  const stranger = await arrive(elsewhere, await plugnmeet.token(elsewhere.id, { user_id: 'stranger' }));
  const remove = (user_id) => plugnmeet.api('removeParticipant', token, { room_id: room.id, user_id });
  assert.deepEqual((await remove('stranger')).body, (await remove('nobody')).body);
  assert.deepEqual((await remove(stranger.entered.participant.id)).body, (await remove('nobody')).body);
});
