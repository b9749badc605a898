// spec/participants 10: the sockets /ws and /api/v1/ws. Takes about 5 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { until } from '../../support/cardea.mjs';
import { body as bodyOf, startParticipants } from '../../support/participants.mjs';

let api;

before(async () => {
  api = await startParticipants();
});
after(() => api?.cardea.stop());

/** A socket; all that came is in `messages` as [type, payload, seq]. */
class Socket {
  static async open(token, { path = '/ws', query = false, headers } = {}) {
    const socket = new Socket();
    socket.names = path === '/ws' ? ['type', 'payload'] : ['event', 'data'];
    socket.messages = [];
    const url = `${api.cardea.wsUrl}${path}${query ? `?token=${token}` : ''}`;
    socket.ws = new WebSocket(url, query ? [] : ['chalk', `token.${token}`], { headers });
    socket.closed = new Promise((resolve) => { socket.ws.on('close', (code, reason) => resolve([code, reason.toString()])); });
    socket.ws.on('message', (data) => {
      const message = JSON.parse(data);
      socket.messages.push([message[socket.names[0]], message[socket.names[1]], message.seq]);
    });
    await new Promise((resolve, reject) => {
      socket.ws.on('open', resolve);
      socket.ws.on('unexpected-response', (_, response) => reject(Object.assign(new Error(`${response.statusCode}`), { status: response.statusCode })));
      socket.ws.on('error', reject);
    });
    return socket;
  }

  send(type, payload) {
    this.ws.send(JSON.stringify({ [this.names[0]]: type, [this.names[1]]: payload }));
  }

  /** The payloads of a type so far. */
  got(type) {
    return this.messages.filter((message) => message[0] === type).map((message) => message[1]);
  }

  /** The payload of the first message of a type that fits. */
  next(type, fits = () => true) {
    return until(() => this.got(type).find(fits), `${type} in ${JSON.stringify(this.messages)}`);
  }
}

const status = (token, options) => Socket.open(token, options).then((socket) => socket.ws.terminate() ?? 101, (error) => error.status);

test('P11: both paths, each with its envelope; the subprotocol is chalk, the token may be in the query', async () => {
  const room = await api.room({ name: 'Sockets' });
  const seat = await api.added(room.id, { display_name: 'Jane' });
  for (const options of [{ path: '/ws' }, { path: '/api/v1/ws' }, { path: '/ws', query: true }]) {
    const socket = await Socket.open(seat.access_token, options);
    assert.equal(socket.ws.protocol, options.query ? '' : 'chalk');
    const connected = await socket.next('connected');
    assert.deepEqual([connected.participant_id, connected.room_id], [seat.participant.id, room.id]);
    const snapshot = await socket.next('room.snapshot');
    assert.deepEqual(snapshot.room, { id: room.id, name: 'Sockets' });
    assert.deepEqual(snapshot.participants.map(({ id }) => id), [seat.participant.id]);
    socket.send('ping');
    await socket.next('pong');
    socket.ws.close();
    await socket.closed;
  }
});

test('2.4: only a participant\'s access token opens a socket', async () => {
  const room = await api.room();
  const seat = await api.added(room.id);
  const tenant = bodyOf(await api.cardea.request('POST', '/api/v1/auth/token', { body: { api_key: api.cardea.dev.api_key } }));
  const link = bodyOf(await api.rooms('POST', room.id, '/join-token'));
  const exchanged = bodyOf(await api.cardea.request('POST', '/api/v1/public/join-token/exchange', { body: link }));
  for (const path of ['/ws', '/api/v1/ws']) {
    assert.equal(await status(seat.access_token, { path }), 101);
    for (const token of [seat.auth_token, seat.refresh_token, tenant.access_token, exchanged.access_token, api.cardea.dev.api_key, api.expired(seat.access_token), 'x']) {
      assert.equal(await status(token, { path }), 401);
    }
  }
  await api.remove(room.id, seat.participant.id);
  assert.equal(await status(seat.access_token), 401);
});

test('origins: where the tenant has a list, others get no socket', async () => {
  const room = await api.room();
  const { access_token: token } = await api.added(room.id);
  const from = (origin) => status(token, { headers: { Origin: origin } });
  assert.equal(await from('https://elsewhere.example'), 101);
  await api.configured('allowed_origins', '\'https://app.example\'', async () => {
    assert.equal(await from('https://elsewhere.example'), 403);
    assert.equal(await from('https://app.example'), 101);
    assert.equal(await from(api.cardea.url), 101);
  });
});

test('people come, change and go; rooms change and end', async () => {
  const room = await api.room({ name: 'Before' });
  const [host, guest] = [await api.added(room.id, { display_name: 'Host', role: 'host' }), await api.added(room.id, { display_name: 'Guest' })];
  const socket = await Socket.open(host.access_token);
  const own = await Socket.open(guest.access_token, { path: '/api/v1/ws' });
  const late = await api.added(room.id, { display_name: 'Late' });
  assert.deepEqual(await socket.next('participant.joined'), { id: late.participant.id, display_name: 'Late', role: 'participant' });
  bodyOf(await api.update(room.id, late.participant.id, { display_name: 'Later', role: 'host' }));
  assert.deepEqual(await socket.next('participant.updated'), { id: late.participant.id, display_name: 'Later', role: 'host' });
  bodyOf(await api.rooms('PATCH', room.id, '', { name: 'After' }));
  assert.equal((await socket.next('room.updated')).name, 'After');
  await api.remove(room.id, late.participant.id);
  assert.deepEqual(await socket.next('participant.left'), { id: late.participant.id });
  await api.remove(room.id, guest.participant.id);
  assert.deepEqual(await own.closed, [1008, 'removed']);
  await api.rooms('POST', room.id, '/end');
  assert.deepEqual(await socket.closed, [1000, 'room ended']);
  assert.equal(socket.got('room.ended').length, 1);
  const numbers = socket.messages.map((message) => message[2]).filter(Boolean);
  assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
});

test('who is put back to wait is told nothing more', async () => {
  const room = await api.room();
  const [ann, bob] = [await api.added(room.id), await api.added(room.id)];
  const [one, two] = [await Socket.open(ann.access_token), await Socket.open(bob.access_token)];
  await Promise.all([one.next('room.snapshot'), two.next('room.snapshot')]);
  bodyOf(await api.rooms('POST', room.id, `/participants/${bob.participant.id}/wait`));
  await until(() => two.ws.readyState === WebSocket.CLOSED, 'the socket of who waits is closed');
  assert.deepEqual(await two.closed, [1008, 'waiting']);
  one.send('chat.send', { text: 'only us' });
  await one.next('chat.message');
  assert.equal(await status(bob.access_token), 403);
  one.ws.terminate();
});

test('where others see hosts only they hear of nobody else, until they are hosts, and then no more', async () => {
  const room = await api.room();
  api.cardea.sql(`UPDATE sessions SET lists_hosts_only = 1 WHERE room = '${room.id}'`);
  const host = await api.added(room.id, { display_name: 'Host', role: 'host' });
  const [bob, cy] = [await api.added(room.id, { display_name: 'Bob' }), await api.added(room.id, { display_name: 'Cy' })];
  const socket = await Socket.open(bob.access_token);
  assert.deepEqual((await socket.next('room.snapshot')).participants.map(({ display_name: name }) => name), ['Host', 'Bob']);
  const rename = async (who, name) => bodyOf(await api.update(room.id, who.participant.id, { display_name: name }));
  const named = (name) => socket.next('participant.updated', ({ display_name: now }) => now === name);
  const names = () => socket.got('participant.updated').map(({ display_name: name }) => name).filter((name) => /\d/.test(name));
  await rename(cy, 'Cy 1');
  await rename(host, 'Host 1');
  await named('Host 1');
  assert.deepEqual(names(), ['Host 1']);
  bodyOf(await api.update(room.id, bob.participant.id, { role: 'host' }));
  await rename(cy, 'Cy 2');
  await named('Cy 2');
  bodyOf(await api.update(room.id, bob.participant.id, { role: 'participant' }));
  await socket.next('permission.changed', ({ id, role }) => id === bob.participant.id && role === 'participant');
  await rename(cy, 'Cy 3');
  await rename(host, 'Host 2');
  await named('Host 2');
  assert.deepEqual(names(), ['Host 1', 'Cy 2', 'Host 2']);
  socket.ws.terminate();
});

test('chat, reactions and hands reach everybody, and the log', async () => {
  const room = await api.room();
  const [ann, bob] = [await api.added(room.id), await api.added(room.id)];
  const [one, two] = [await Socket.open(ann.access_token), await Socket.open(bob.access_token, { path: '/api/v1/ws' })];
  await Promise.all([one.next('room.snapshot'), two.next('room.snapshot')]);
  one.send('chat.send', { text: 'hello' });
  two.send('chat.send', { content: 'hi' });
  for (const socket of [one, two]) {
    const { id, timestamp, ...said } = await socket.next('chat.message', ({ text }) => text === 'hello');
    assert.deepEqual(said, { sender_id: ann.participant.id, text: 'hello' });
    assert.ok(id && timestamp);
    assert.equal((await socket.next('chat.message', ({ text }) => text === 'hi')).sender_id, bob.participant.id);
  }
  one.send('reaction.send', { emoji: '👍' });
  assert.deepEqual(await two.next('reaction'), { sender_id: ann.participant.id, emoji: '👍' });
  one.send('hand.raise', {});
  assert.equal((await two.next('hand.raised')).id, ann.participant.id);
  one.send('hand.lower', {});
  assert.equal((await two.next('hand.lowered')).id, ann.participant.id);
  assert.equal((await api.events(room.id, 'message.sent')).length, 3);

  for (const [type, payload] of [['chat.send', { text: '' }], ['chat.send', {}], ['chat.send', { text: 'x'.repeat(5000) }], ['nothing', {}], [undefined, {}]]) {
    const before = one.got('error').length;
    one.send(type, payload);
    await until(() => one.got('error').length > before, `a refusal of ${type}`);
  }
  assert.equal((await api.events(room.id, 'message.sent')).length, 3);
});

test('chat that the room does not have, or that comes too fast', async () => {
  const room = await api.room({ config: { chat_enabled: false } });
  const { access_token: token } = await api.added(room.id);
  const socket = await Socket.open(token);
  await socket.next('room.snapshot');
  for (let i = 0; i < 12; i += 1) socket.send('chat.send', { text: `${i}` });
  await socket.next('error', ({ error }) => error === 'too many requests');
  assert.equal((await api.events(room.id, 'message.sent')).length, 0);
});

test('room.sync: all as it is, or once more what came after a number, but nothing from before one\'s own time', async () => {
  const room = await api.room();
  const early = await api.added(room.id);
  const first = await Socket.open(early.access_token);
  await first.next('room.snapshot');
  first.send('chat.send', { text: 'secret' });
  await first.next('chat.message');
  const late = await api.added(room.id);
  const socket = await Socket.open(late.access_token);
  const { last_seq: last } = await socket.next('connected');
  first.send('chat.send', { text: 'public' });
  await socket.next('chat.message');
  socket.send('room.sync', { last_seq: last });
  await until(() => socket.got('chat.message').length === 2, 'once more');
  socket.send('room.sync', { last_seq: 0 });
  await until(() => socket.got('chat.message').length === 3, 'and again');
  assert.deepEqual(new Set(socket.got('chat.message').map(({ text }) => text)), new Set(['public']));
  socket.send('room.sync', {});
  await until(() => socket.got('room.snapshot').length === 2, 'a second snapshot');
  assert.equal(socket.got('room.snapshot')[1].participants.length, 2);
  assert.equal(socket.got('participant.joined').length, 0);
});

test('permission.*: hosts lock and open the shared screen of others; nobody else', async () => {
  const room = await api.room();
  const [host, guest] = [await api.added(room.id, { role: 'host' }), await api.added(room.id)];
  const [one, two] = [await Socket.open(host.access_token), await Socket.open(guest.access_token)];
  await Promise.all([one.next('room.snapshot'), two.next('room.snapshot')]);
  const payload = { participant_id: guest.participant.id, permission: 'can_screen_share' };
  two.send('permission.revoke', payload);
  assert.equal((await two.next('error')).error, 'host role required');
  one.send('permission.revoke', payload);
  assert.equal((await two.next('permission.changed')).id, guest.participant.id);
  assert.equal((await api.events(room.id, 'participant.permissions')).length, 1);
  one.send('permission.grant', { ...payload, participant_id: crypto.randomUUID() });
  await one.next('error', ({ error }) => error === 'participant not found');
  one.send('permission.grant', { ...payload, permission: 'can_record' });
  await one.next('error', ({ error }) => error === 'not supported');
});
