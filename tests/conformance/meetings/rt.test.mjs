// /rt of the whole gateway: the rows E000-16 of spec/acceptance.md and the rules of spec/meetings 13,
// 12.1 and 12.2 that concern it. How frames go is in conformance/rt. Takes about 8 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as ActionCable from '@rails/actioncable';
import { createCable } from '@anycable/core';
import { WebSocket } from 'ws';
import { randomId, until } from '../../support/cardea.mjs';
import { addTenant, body, empty, startMeetings } from '../../support/meetings.mjs';
import { Client, confirmed, PROTOCOL, rejected, ROOM, USER, WELCOME } from '../rt/client.mjs';
import { check, checkMeeting, DEFAULT_OPTIONS, OPTIONS, PARTICIPANT, PRESENTATION, ROOM as ROOM_SHAPE, TIME, USER_INFO, WAITING } from './shapes.mjs';

let meetings;
let other;
let key;
const open = new Set();

before(async () => {
  meetings = await startMeetings();
  other = meetings.as(await addTenant(meetings.cardea));
  key = meetings.cardea.dev.api_key;
});
after(async () => {
  for (const client of open) client.close();
  await meetings?.cardea.stop();
});

const JOHN = { name: 'John Doe', id: 'johndoe' };
const REFUSED = '{"type":"disconnect","reason":"unauthorized","reconnect":false}';
const GONE = '{"type":"disconnect","reason":"remote","reconnect":false}';

function connect(query, options) {
  const client = new Client(meetings.cardea.port, { query, ...options });
  open.add(client);
  return client;
}

/** The events that came: { type, channel, ... }. */
const events = (client, type) => client.frames.map((text) => JSON.parse(text)).filter((frame) => 'message' in frame)
  .map(({ identifier, message }) => ({ channel: JSON.parse(identifier).channel, ...message }))
  .filter((event) => type === undefined || event.type === type);

const types = (client) => events(client).map(({ type }) => type);

/** The first event of this type that @p match likes. */
function next(client, type, match = () => true) {
  return until(() => events(client, type).find(match), `${type}, have ${client.frames.map((text) => text.slice(0, 200)).join('\n')}`);
}

/** An observer of a room that has got its first room_update. */
async function observer(room, options = { headers: { Authorization: key } }) {
  const client = connect(`room_id=${encodeURIComponent(room)}`, options);
  await client.opened;
  client.command('subscribe', ROOM);
  await next(client, 'room_update');
  return client;
}

/** A user with both channels, as JS and Android have them; set up, and ready unless it waits. */
async function user(meeting, options) {
  const client = connect(`access_key=${meeting.access_key}`, options);
  await client.opened;
  client.command('subscribe', ROOM);
  client.command('subscribe', USER);
  const { content } = await next(client, 'room_setup');
  if (content.ready) await next(client, 'room_ready');
  return client;
}

/** The first @p count frames, once they are there. */
const frames = async (client, count) => {
  await client.opened;
  return client.read(count);
};

/** All that has come to @p clients is there: a message of @p meeting has reached them. */
async function flush(meeting, ...clients) {
  const content = randomId();
  empty(await meetings.message(meeting.access_key, 'chat', content), 201);
  for (const client of clients) await next(client, 'chat', (event) => event.content === content);
}

// ---- E000-16 ----

test('E000-16a an observer by header, by query, by subprotocol', async () => {
  const { room } = await meetings.room();
  const id = `room_id=${room.id}`;
  const ways = [
    [id, { headers: { Authorization: key } }, PROTOCOL],
    [id, { headers: { Authorization: key }, protocols: [] }, ''],
    [`${id}&api_key=${key}`, {}, PROTOCOL],
    [`${id}&api_key=${key}`, { protocols: [] }, ''],
    [id, { protocols: [key] }, key],
    [id, { protocols: [PROTOCOL, key] }, PROTOCOL],
    [id, { protocols: [key, PROTOCOL, 'actioncable-unsupported'] }, PROTOCOL],
    [id, { protocols: [PROTOCOL, `anycable-token.${key}`] }, PROTOCOL],
    [id, { protocols: [`anycable-token.${key}`] }, `anycable-token.${key}`],
  ];
  for (const [query, options, protocol] of ways) {
    const client = connect(query, options);
    const [first] = await frames(client, 1);
    assert.equal(first, WELCOME);
    assert.equal(client.ws.protocol, protocol);
    client.command('subscribe', ROOM);
    await next(client, 'room_update');
  }
});

test('E000-16b an observer with a wrong key, no key or an unknown room', async () => {
  const { room } = await meetings.room();
  const theirs = await other.room();
  const good = { headers: { Authorization: key } };
  const bad = [[`room_id=${room.id}`, {}], [`room_id=${room.id}`, { headers: { Authorization: 'wrong' } }],
    [`room_id=${room.id}`, { headers: { Authorization: other.key } }], [`room_id=${room.id}&api_key=wrong`, {}],
    [`room_id=${room.id}`, { protocols: ['wrong'] }], [`room_id=${room.id}`, { protocols: [PROTOCOL, 'wrong'] }],
    [`room_id=no${randomId()}`, good], [`room_id=${theirs.room.id}`, good], ['', good], ['room_id=', good],
    [`access_key=${'a'.repeat(24)}`, {}], ['access_key=', {}], [`access_key=${room.guest_token}`, {}]];
  for (const [query, options] of bad) {
    for (const protocols of [options.protocols ?? [PROTOCOL], []]) {
      const client = connect(query, { ...options, protocols });
      await client.end();
      assert.ok(!client.all.includes(WELCOME), query);
      assert.deepEqual(client.frames, [REFUSED], query);
    }
  }
});

test('E000-16c an observer\'s room_update names exactly those in the meeting', async () => {
  const jane = await meetings.room();
  const ann = await meetings.started({ id: jane.room.id, user: { name: 'Ann', id: 'ann' } });
  await meetings.arrive(jane);
  await (await meetings.arrive(ann)).leave();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  await meetings.arrive(john);
  await meetings.joined(jane.room.guest_token, { name: 'Registered only' });
  const client = connect(`room_id=${jane.room.id}`, { headers: { Authorization: key } });
  const [welcome] = await frames(client, 1);
  client.command('subscribe', ROOM);
  const [, confirm, update] = await client.read(3);
  assert.equal(welcome, WELCOME);
  assert.equal(confirm, confirmed(ROOM));
  const { type, content } = JSON.parse(update).message;
  assert.equal(type, 'room_update');
  assert.deepEqual(content.participants.map((p) => [p.id, p.online]).sort(), [['janedoe', true], ['johndoe', true]]);
  const { options, participants, playbacks, presentation, broadcasts, recording, ...room } = content;
  check(room, ROOM_SHAPE);
  assert.deepEqual(room, jane.room);
  check(options, OPTIONS);
  participants.forEach((participant) => check(participant, PARTICIPANT));
  assert.deepEqual([playbacks, presentation, broadcasts, recording], [[], null, [], null]);
});

test('E000-16d a user starts a call and leaves', async () => {
  const jane = await meetings.room();
  const watching = await observer(jane.room.id);
  const seat = await meetings.arrive(jane);
  const joined = await next(watching, 'participant_update');
  check(joined.participant, PARTICIPANT);
  assert.deepEqual(joined.participant, { id: 'janedoe', room_id: jane.room.id, name: 'Jane Doe', avatar: null, guest: false, online: true });
  await seat.leave();
  const left = await next(watching, 'participant_update', (event) => !event.participant.online);
  assert.deepEqual(left.participant, { ...joined.participant, online: false });
  assert.equal(events(watching, 'participant_update').length, 2);
});

test('E000-16e the end of a meeting', async () => {
  const jane = await meetings.room();
  const watching = await observer(jane.room.id);
  const bare = await observer(jane.room.id, { headers: { Authorization: key }, protocols: [] });
  empty(await meetings.end(jane.access_key), 204);
  await watching.end();
  await bare.end();
  for (const client of [watching, bare]) {
    const { content } = events(client, 'room_update').at(-1);
    const { ready, started_at: started, shutdown, participants, id } = content;
    assert.deepEqual([id, ready, started, shutdown, participants], [jane.room.id, false, null, true, []]);
  }
  assert.equal(watching.frames.at(-1), GONE);
  assert.ok(bare.frames.slice(1).every((text) => 'identifier' in JSON.parse(text)), 'no frame without identifier');
});

test('E000-16f @anycable/core and @rails/actioncable follow a meeting', async (t) => {
  const jane = await meetings.room();
  const address = `${meetings.cardea.wsUrl}/rt?room_id=${jane.room.id}`;

  const cable = createCable(address, {
    websocketImplementation: WebSocket, websocketOptions: { headers: { Authorization: key } }, logLevel: 'error',
  });
  t.after(() => cable.disconnect());
  const channel = cable.subscribeTo('RoomChannel');
  const seenByAny = [];
  channel.on('message', (message) => seenByAny.push(message));
  let closed = false;
  cable.on('close', () => { closed = true; });
  await channel.ensureSubscribed();

  ActionCable.adapters.WebSocket = WebSocket;
  globalThis.addEventListener ??= () => {};
  globalThis.removeEventListener ??= () => {};
  globalThis.document ??= { visibilityState: 'visible' };
  // In a browser the library makes ws: of http: itself.
  const consumer = ActionCable.createConsumer(jane.links.websocket.replace(/^http/, 'ws'));
  t.after(() => consumer.disconnect());
  const seenByRails = [];
  const states = [];
  for (const name of ['RoomChannel', 'UserChannel']) {
    consumer.subscriptions.create(name, {
      connected: () => states.push('connected'),
      disconnected: ({ willAttemptReconnect }) => states.push(willAttemptReconnect ? 'lost' : 'gone'),
      rejected: () => states.push('rejected'),
      received: (message) => seenByRails.push(message),
    });
  }
  await until(() => seenByRails.some(({ type }) => type === 'room_ready'), 'room_ready');

  const seat = await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  empty(await meetings.message(john.access_key, 'chat', 'hello'), 201);
  await seat.leave();
  empty(await meetings.lock(jane.access_key), 201);
  await until(() => seenByAny.some(({ type }) => type === 'lock') && seenByRails.some(({ type }) => type === 'lock'), 'the lock');
  empty(await meetings.end(jane.access_key), 204);
  await until(() => closed && states.filter((state) => state === 'gone').length === 2, 'both are told the end');

  const story = (seen) => seen.map((event) => event.participant?.online ?? event.content?.shutdown ?? event.type);
  assert.deepEqual(story(seenByAny), [false, true, 'chat', false, 'lock', true]);
  const [setup, ready, ...rest] = seenByRails;
  assert.equal(setup.type, 'room_setup');
  assert.equal(ready.type, 'room_ready');
  assert.deepEqual(story(rest), [true, 'chat', false, 'lock']);
  assert.deepEqual(states, ['connected', 'connected', 'gone', 'gone']);
});

// ---- 12.1, 12.2 ----

for (const [name, channels] of [['both channels', [ROOM, USER]], ['UserChannel', [USER]], ['RoomChannel', [ROOM]]]) {
  test(`E000-06c, meetings 12.1: a regular user's subscription of ${name} starts the meeting`, async () => {
    const jane = await meetings.room();
    const john = await meetings.joined(jane.room.guest_token, JOHN);
    const guest = await user(john);
    assert.equal(body(await meetings.get(john.access_key)).ready, false);
    const client = connect(`access_key=${jane.access_key}`);
    await client.opened;
    await client.read(1);
    assert.equal(body(await meetings.get(john.access_key)).ready, false); // a socket alone is no subscription
    for (const channel of channels) client.command('subscribe', channel);
    await next(guest, 'room_ready');
    checkMeeting(body(await meetings.get(john.access_key)), { guest: true, ready: true });
  });
}

test('meetings 12.1: observers and guests start nothing', async () => {
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  await observer(jane.room.id);
  const guest = await user(john);
  await flush(jane, await observer(jane.room.id));
  assert.equal(body(await meetings.get(john.access_key)).ready, false);
  assert.deepEqual(types(guest), ['room_setup']);
});

test('meetings 12.3: the start of a locked meeting lets nobody in', async () => {
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const guest = await user(john);
  empty(await meetings.lock(jane.access_key), 201);
  await flush(jane, await user(jane)); // it has started
  await guest.settled();
  assert.deepEqual(types(guest), ['room_setup']);
  const { ready, signaling } = body(await meetings.get(john.access_key));
  assert.equal(ready, false);
  assert.deepEqual(signaling.options.turn_servers, []);
});

test('meetings 12.2: what a waiting guest hears, and after the admission', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  const host = await user(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const guest = await user(john);
  assert.deepEqual(guest.frames.slice(0, 3).sort(), [WELCOME, confirmed(ROOM), confirmed(USER)].sort());
  const [setup] = events(guest);
  assert.equal(setup.channel, 'UserChannel');
  checkMeeting(setup.content, { guest: true, ready: false });
  // Everything that happens meanwhile.
  const seat = await meetings.arrive(jane);
  empty(await meetings.call('POST', `/rooms/${jane.access_key}/layout`, { layout: 'custom' }), 200);
  empty(await meetings.call('POST', `/rooms/${jane.access_key}/presentation`), 201);
  host.perform(ROOM, { action: 'stfu' });
  await next(host, 'stfu');
  guest.perform(ROOM, { action: 'stfu' });
  await seat.leave();
  await flush(jane, host);
  await guest.settled();
  assert.deepEqual(types(guest), ['room_setup']);
  assert.equal(events(host, 'stfu').length, 1); // nothing of the guest's
  // Also who asks to be caught up, or subscribes again.
  const again = connect(`access_key=${john.access_key}`);
  await again.opened;
  again.command('subscribe', '{"channel":"RoomChannel","after":0}');
  again.command('subscribe', USER);
  await next(again, 'room_setup');
  await again.settled();
  assert.deepEqual(types(again), ['room_setup']);
  body(await meetings.admit(jane.access_key, 'johndoe'));
  for (const client of [guest, again]) {
    const ready = await next(client, 'room_ready');
    assert.equal(ready.channel, 'UserChannel');
    checkMeeting(ready.content, { guest: true, ready: true });
    assert.equal(ready.content.access_key, john.access_key);
    await flush(jane, client); // events flow
  }
});

test('meetings 12.3: a refused guest\'s socket is closed, with a word only under the subprotocol', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  const host = await user(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const cable = await user(john);
  const bare = await user(john, { protocols: [] });
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  await cable.end();
  await bare.end();
  assert.equal(cable.frames.at(-1), GONE);
  assert.ok(!bare.frames.some((text) => text.includes('disconnect')));
  const refusedOne = connect(`access_key=${john.access_key}`);
  await refusedOne.end();
  assert.deepEqual(refusedOne.frames, [REFUSED]);
  await next(host, 'waiting_list_update', (event) => event.waiting_list.length === 0);
});

test('meetings 12.3: regular users and observers hear of each change of the waiting list', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  const host = await user(jane);
  const watching = await observer(jane.room.id);
  const ann = await meetings.joined(jane.room.guest_token, { name: 'Ann', id: 'ann' });
  body(await meetings.admit(jane.access_key, 'ann'));
  const guest = await user(ann);
  const expect = async (...ids) => {
    for (const client of [host, watching]) {
      await until(() => {
        const list = events(client, 'waiting_list_update').at(-1)?.waiting_list;
        return list && JSON.stringify(list.map((one) => one.id)) === JSON.stringify(ids);
      }, `the list ${ids}`);
    }
  };
  await meetings.joined(jane.room.guest_token, JOHN);
  await expect('johndoe');
  const [{ waiting_list: [first] }] = events(host, 'waiting_list_update').slice(-1);
  check(first, WAITING);
  await meetings.joined(jane.room.guest_token, { name: 'Bob', id: 'bob' });
  await expect('johndoe', 'bob');
  body(await meetings.admit(jane.access_key, 'johndoe'));
  await expect('bob');
  empty(await meetings.kick(jane.access_key, 'bob'), 200);
  await expect();
  await meetings.joined(jane.room.guest_token, { name: 'Bob', id: 'bob' });
  await expect('bob');
  await flush(jane, guest);
  assert.deepEqual(events(guest, 'waiting_list_update'), []); // guests do not
});

// ---- 13.1 ----

test('meetings 13.1: an observer of a room that does not run is told when it does', async () => {
  const first = await meetings.room();
  empty(await meetings.end(first.access_key), 204);
  const watching = await observer(first.room.id);
  const [{ content }] = events(watching, 'room_update');
  const { ready, started_at: started, shutdown, guest_token: token, participants } = content;
  assert.deepEqual([ready, started, shutdown, token, participants], [false, null, false, '', []]);
  const next_ = await meetings.room({ id: first.room.id });
  const opened = await next(watching, 'room_update', (event) => event.content.ready);
  const { started_at: startedNow, guest_token: tokenNow, shutdown: shutdownNow } = opened.content;
  assert.deepEqual([startedNow, tokenNow, shutdownNow], [next_.room.started_at, next_.room.guest_token, false]);
});

test('meetings 13.1: the access key of an ended meeting is refused, and its sockets are closed at the end', async () => {
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const clients = [await user(jane), await user(john), await user(jane, { protocols: [] })];
  empty(await meetings.end(jane.access_key), 204);
  for (const client of clients) await client.end();
  assert.equal(clients[0].frames.at(-1), GONE);
  assert.equal(clients[1].frames.at(-1), GONE);
  assert.ok(!clients[2].frames.some((text) => text.includes('disconnect')));
  const late = connect(`access_key=${jane.access_key}`);
  await late.end();
  assert.deepEqual(late.frames, [REFUSED]);
});

test('meetings 13.1: any origin', async () => {
  const jane = await meetings.room();
  for (const origin of ['https://elsewhere.example', 'null']) {
    const client = connect(`access_key=${jane.access_key}`, { headers: { Origin: origin } });
    assert.deepEqual(await frames(client, 1), [WELCOME]);
  }
});

// ---- 13.2, 13.3 ----

test('meetings 13.3: UserChannel is for users only', async () => {
  const jane = await meetings.room();
  const watching = await observer(jane.room.id);
  watching.command('subscribe', USER);
  await until(() => watching.frames.includes(rejected(USER)), 'the refusal');
  await user(jane);
  await flush(jane, watching);
  assert.ok(!types(watching).some((type) => type === 'room_setup' || type === 'room_ready'));
});

test('meetings 13.3: each event comes once, on one channel', async () => {
  const jane = await meetings.room();
  const client = await user(jane);
  const seat = await meetings.arrive(jane);
  await seat.leave();
  await flush(jane, client);
  assert.deepEqual(events(client).map(({ channel, type }) => `${channel} ${type}`), [
    'UserChannel room_setup', 'UserChannel room_ready', 'RoomChannel participant_update', 'RoomChannel participant_update', 'RoomChannel chat']);
  client.command('subscribe', ROOM); // duplicates are confirmed again, no more
  await until(() => client.frames.filter((text) => text === confirmed(ROOM)).length === 2, 'the confirmation');
  await flush(jane, client);
  assert.equal(events(client, 'chat').length, 2);
});

test('meetings 13.4: room_setup and room_ready are the whole Meeting of that user', async () => {
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, { ...JOHN, custom_fields: { locale: 'de' } });
  for (const [meeting, guest] of [[jane, false], [john, true]]) {
    const client = await user(meeting);
    for (const type of ['room_setup', 'room_ready']) {
      const { content } = await next(client, type);
      checkMeeting(content, { guest, ready: true });
      assert.equal(content.access_key, meeting.access_key);
      assert.equal(content.signaling.options.client_id, meeting.signaling.options.client_id);
      assert.deepEqual(content.links, meeting.links);
      assert.deepEqual(content.options.custom_fields, guest ? { locale: 'de' } : {});
    }
  }
});

test('meetings 13.5: an observer that subscribes again is told the state again', async () => {
  const jane = await meetings.room();
  const watching = await observer(jane.room.id);
  await meetings.arrive(jane);
  await next(watching, 'participant_update');
  watching.command('unsubscribe', ROOM);
  watching.command('subscribe', ROOM);
  const update = await next(watching, 'room_update', (event) => event.content.participants.length > 0);
  assert.deepEqual(update.content.participants.map(({ id }) => id), ['janedoe']);
});

// ---- 13.4 ----

test('meetings 13.4: chat and custom messages to all, the sender too', async () => {
  const jane = await meetings.room();
  const clients = [await user(jane), await observer(jane.room.id)];
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  clients.push(await user(john));
  const sent = [['chat', 'h\u00e9llo "x" \u20ac\n', 'chat'], ['custom', '{"a":1}', 'custom'], ['anything', 'x', 'custom'], ['chat', '', 'chat']];
  for (const [type, content] of sent) empty(await meetings.message(john.access_key, type, content), 201);
  await flush(john, ...clients);
  for (const client of clients) {
    const got = events(client).filter(({ type }) => type === 'chat' || type === 'custom').slice(0, -1);
    assert.deepEqual(got.map(({ type, content }) => [type, content]), sent.map(([, content, type]) => [type, content]));
    for (const event of got) {
      assert.equal(event.cid, john.signaling.options.client_id);
      assert.equal(event.user_id, 'johndoe');
      assert.match(event.created_at, TIME);
      assert.equal(event.channel, 'RoomChannel');
    }
  }
});

test('meetings 13.4: lock, options, presentation, stfu', async () => {
  const jane = await meetings.room();
  const host = await user(jane);
  const watching = await observer(jane.room.id);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const guest = await user(john);
  empty(await meetings.call('POST', `/rooms/${john.access_key}/layout`, { layout: 'custom', users: ['janedoe', ''] }), 200);
  empty(await meetings.call('POST', `/rooms/${john.access_key}/presentation`), 201);
  empty(await meetings.call('DELETE', `/rooms/${john.access_key}/presentation`), 200);
  empty(await meetings.lock(jane.access_key), 201);
  empty(await meetings.lock(jane.access_key), 201); // no news
  await flush(jane, host, watching, guest);
  host.perform(ROOM, { action: 'stfu' });
  guest.perform(ROOM, { message: 'stfu', action: 'stfu' });
  guest.perform(ROOM, { action: 'user_joins' }); // needs no reaction
  guest.perform(ROOM, { action: 'unknown' });
  for (const client of [host, watching, guest]) {
    const options = await next(client, 'options_update');
    check(options.options, OPTIONS);
    assert.deepEqual(options.options, { ...DEFAULT_OPTIONS, layout: 'custom', layout_users: ['janedoe', ''] });
    const presentations = events(client, 'presentation_update');
    assert.equal(presentations.length, 2);
    check(presentations[0].presentation, PRESENTATION);
    assert.equal(presentations[0].presentation.user.id, 'johndoe');
    assert.equal(presentations[1].presentation, null);
    const locks = events(client, 'lock');
    assert.equal(locks.length, 1);
    const { channel, type, seq, ...rest } = locks[0];
    assert.deepEqual(rest, { locked: true });
    await until(() => events(client, 'stfu').length === 2, 'both asked');
    events(client, 'stfu').forEach((event) => check(event.user, USER_INFO));
    assert.deepEqual(events(client, 'stfu').map((event) => event.user.id).sort(), ['janedoe', 'johndoe']);
  }
});

test('meetings 11.6: a kick is seen as participant_update alone', async () => {
  const jane = await meetings.room();
  const host = await user(jane);
  const watching = await observer(jane.room.id);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const guest = await user(john);
  await meetings.arrive(john);
  for (const client of [host, watching, guest]) await next(client, 'participant_update');
  const before = new Map([host, watching].map((client) => [client, events(client).length]));
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  for (const client of [host, watching]) {
    await next(client, 'participant_update', (event) => event.participant.id === 'johndoe' && !event.participant.online);
  }
  await flush(jane, host, watching);
  for (const client of [host, watching]) {
    assert.deepEqual(types(client).slice(before.get(client)), ['participant_update', 'chat']);
  }
});

test('meetings 11.6: a kicked user\'s socket hears nothing until he comes back', async () => {
  const jane = await meetings.room();
  const host = await user(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const guest = await user(john);
  await flush(jane, guest);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  empty(await meetings.message(jane.access_key, 'chat', 'about John'), 201);
  await flush(jane, host);
  guest.perform(ROOM, { action: 'stfu' });
  await guest.settled();
  const late = connect(`access_key=${john.access_key}`);
  await late.opened;
  late.command('subscribe', '{"channel":"RoomChannel","after":0}');
  await late.settled();
  await flush(jane, host);
  assert.equal(events(host, 'stfu').length, 0);
  await meetings.joined(jane.room.guest_token, JOHN);
  await flush(jane, guest);
  for (const client of [guest, late]) assert.ok(!client.frames.some((text) => text.includes('about John')));
});

test('meetings 13: events are numbered, and a subscription may be caught up', async () => {
  const jane = await meetings.room();
  const host = await user(jane);
  for (const content of ['a', 'b', 'c', 'd']) empty(await meetings.message(jane.access_key, 'chat', content), 201);
  await next(host, 'chat', ({ content }) => content === 'd');
  const numbers = events(host, 'chat').map(({ seq }) => seq);
  numbers.slice(1).forEach((seq, i) => assert.ok(seq > numbers[i], String(numbers)));
  for (const [query, options] of [[`access_key=${jane.access_key}`, {}], [`room_id=${jane.room.id}`, { headers: { Authorization: key } }]]) {
    const late = connect(query, options);
    await late.opened;
    late.command('subscribe', JSON.stringify({ channel: 'RoomChannel', after: numbers[1] }));
    await next(late, 'chat', ({ content }) => content === 'd');
    await late.settled();
    assert.deepEqual(events(late, 'chat').map(({ content }) => content), ['c', 'd']);
  }
});

test('meetings 13: who subscribes again and again is caught up once at a time', async () => {
  const jane = await meetings.room();
  const texts = Array.from({ length: 100 }, (_, i) => `text ${i}`);
  for (const content of texts) empty(await meetings.message(jane.access_key, 'chat', content), 201);
  const client = connect(`access_key=${jane.access_key}`);
  await client.opened;
  const identifier = '{"channel":"RoomChannel","after":0}';
  const { gateway } = meetings.cardea.dev.pids;
  process.kill(gateway, 'SIGSTOP'); // it finds them all waiting, however fast it is
  for (let i = 0; i < 50; i++) {
    client.command('subscribe', identifier);
    client.command('unsubscribe', identifier);
  }
  client.command('subscribe', identifier);
  process.kill(gateway, 'SIGCONT');
  await flush(jane, client);
  await client.settled();
  const came = events(client, 'chat').map(({ content }) => content);
  assert.deepEqual(came.slice(-texts.length - 1, -1), texts); // the last time whole and in order
  assert.ok(came.length < 10 * texts.length, `${came.length} events`); // each time for itself: 5000
});

test('meetings 13: a meeting\'s events do not reach the next one\'s users by catching up', async () => {
  const first = await meetings.room();
  empty(await meetings.message(first.access_key, 'chat', 'old secret'), 201);
  empty(await meetings.end(first.access_key), 204);
  const jane = await meetings.room({ id: first.room.id });
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  await user(jane);
  for (const meeting of [jane, john]) {
    const late = connect(`access_key=${meeting.access_key}`);
    await late.opened;
    late.command('subscribe', '{"channel":"RoomChannel","after":0}');
    await flush(jane, late);
    assert.ok(!late.frames.some((text) => text.includes('old secret')));
  }
});

test('meetings 12.2: a guest is not caught up to what was said while it waited', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  await user(jane);
  empty(await meetings.message(jane.access_key, 'chat', 'about John'), 201);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  empty(await meetings.message(jane.access_key, 'chat', 'about John again'), 201);
  const guest = connect(`access_key=${john.access_key}`);
  await guest.opened;
  guest.command('subscribe', '{"channel":"RoomChannel","after":0}');
  await guest.settled();
  assert.deepEqual(events(guest), []);
  body(await meetings.admit(jane.access_key, 'johndoe'));
  await flush(jane, guest);
});

test('meetings 11.6: who was kicked and came back is not caught up to what was said meanwhile', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const comeBack = { post: (john) => meetings.joined(jane.room.guest_token, { ...JOHN, id: john.user.id }), call: (john) => meetings.arrive(john) };
  for (const [way, back] of Object.entries(comeBack)) {
    const john = await meetings.joined(jane.room.guest_token, { ...JOHN, id: way });
    const stayed = await user(john);
    empty(await meetings.kick(jane.access_key, way), 200);
    empty(await meetings.message(jane.access_key, 'chat', `about ${way}`), 201);
    await back(john);
    await flush(jane, stayed);
    stayed.command('unsubscribe', ROOM);
    const late = connect(`access_key=${john.access_key}`);
    await late.opened;
    for (const client of [stayed, late]) {
      client.command('subscribe', '{"channel":"RoomChannel","after":0}');
      await flush(jane, client);
      assert.ok(!client.frames.some((text) => text.includes(`about ${way}`)), way);
    }
  }
});

test('meetings 13: both /rt and lists tell the same after the gateway was killed', async () => {
  const { cardea } = meetings;
  const jane = await meetings.room();
  const seat = await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const killed = await cardea.kill('gateway');
  await until(() => cardea.isReady() && cardea.dev.pids.gateway !== killed, 'another gateway', 20000);
  const watching = await until(() => observer(jane.room.id).catch(() => null), 'an observer', 20000);
  assert.deepEqual(events(watching, 'room_update').at(-1).content.participants.map(({ id }) => id), ['janedoe']);
  await meetings.arrive(john);
  await next(watching, 'participant_update', (event) => event.participant.id === 'johndoe' && event.participant.online);
  assert.deepEqual(body(await meetings.users(jane.room.id, '?online=true')).map(({ id }) => id).sort(), ['janedoe', 'johndoe']);
  seat.tunnel.terminate();
});
