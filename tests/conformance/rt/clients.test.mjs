// Unmodified npm clients on the sockets of net/cable: @rails/actioncable and @anycable/core, both on
// `ws`. Takes about 14 s, most of it waiting for what must not come; all at once, each with a server
// of its own.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as ActionCable from '@rails/actioncable';
import { createCable } from '@anycable/core';
import { WebSocket } from 'ws';
import { startServer } from '../support.mjs';
import { counts, endAll, say, until } from './client.mjs';

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** A test with a server; what the client under test was made by ends before it. */
function withServer(name, body) {
  test(name, async () => {
    const server = await startServer();
    const ends = [];
    try {
      await body(server, (end) => ends.push(end));
    } finally {
      for (const end of ends) end();
      await server.stop();
    }
  });
}

const address = (server, query) => `ws://127.0.0.1:${server.port}/rt?${query}`;

const AT_ONCE = { concurrency: true };

describe('clients', AT_ONCE, () => {
  describe('@rails/actioncable', AT_ONCE, () => {
    // It was made for browsers: it asks for the page's visibility and looks for a WebSocket there.
    before(() => {
      ActionCable.adapters.WebSocket = WebSocket;
      globalThis.addEventListener ??= () => {};
      globalThis.removeEventListener ??= () => {};
      globalThis.document ??= { visibilityState: 'visible' };
    });

    function consume(server, query, atEnd) {
      const consumer = ActionCable.createConsumer(address(server, query));
      atEnd(() => consumer.disconnect());
      return consumer;
    }

    function subscribe(consumer, params) {
      const seen = [];
      const subscription = consumer.subscriptions.create(params, {
        connected: ({ reconnected }) => seen.push(reconnected ? 'reconnected' : 'connected'),
        disconnected: ({ willAttemptReconnect }) => seen.push(willAttemptReconnect ? 'lost' : 'gone'),
        rejected: () => seen.push('rejected'),
        received: (message) => seen.push(message),
      });
      return { seen, subscription };
    }

    withServer('subscribes, hears, performs and unsubscribes', async (server, atEnd) => {
      const consumer = consume(server, 'access_key=user', atEnd);
      const room = subscribe(consumer, { channel: 'RoomChannel', name: 'J\u00fcrgen "x" \u20ac' });
      const user = subscribe(consumer, { channel: 'UserChannel' });
      const other = subscribe(consumer, { channel: 'Other' });
      await until(() => room.seen.length + user.seen.length + other.seen.length >= 5, 'both channels');
      assert.deepEqual(room.seen, ['connected', { type: 'subscribed' }]);
      assert.deepEqual(user.seen, ['connected', { type: 'subscribed' }]);
      assert.deepEqual(other.seen, ['rejected']);
      await say(server.port, '{"type":"chat","content":"hi"}');
      await until(() => room.seen.length === 3, 'the event');
      room.subscription.perform('say', { text: 'you' });
      await until(() => room.seen.length === 4, 'what was performed');
      assert.deepEqual(room.seen.slice(2), [{ type: 'chat', content: 'hi' }, { type: 'said', data: { text: 'you', action: 'say' } }]);
      const { unsubscribed } = await counts(server.port);
      room.subscription.unsubscribe();
      await until(async () => (await counts(server.port)).unsubscribed > unsubscribed, 'the end of it');
      assert.equal(await say(server.port, '{}'), 0);
      assert.equal(user.seen.length, 2);
    });

    withServer('stays connected on pings alone', async (server, atEnd) => {
      const consumer = consume(server, 'access_key=user', atEnd);
      const { seen } = subscribe(consumer, 'RoomChannel');
      await sleep(8000); // its link is stale after 6 s without a frame
      assert.deepEqual(seen, ['connected', { type: 'subscribed' }]);
      assert.equal(consumer.connection.monitor.reconnectAttempts, 0);
    });

    withServer('comes back by itself, unless it is told not to', async (server, atEnd) => {
      const consumer = consume(server, 'access_key=user', atEnd);
      const { seen, subscription } = subscribe(consumer, 'RoomChannel');
      await until(() => seen.length === 2, 'the subscription');
      await endAll(server.port, 'reason=server_restart&reconnect=1');
      await until(() => seen.includes('reconnected'), 'the reconnect', 30000);
      assert.deepEqual(seen, ['connected', { type: 'subscribed' }, 'lost', 'reconnected', { type: 'subscribed' }]);
      subscription.perform('end', { reason: 'remote', reconnect: false });
      await until(() => seen.length === 6, 'the end');
      assert.equal(seen[5], 'gone');
      await sleep(4000); // a reconnect takes 3 s at most
      assert.equal(seen.length, 6);
      assert.equal(consumer.connection.monitor.isRunning(), false);
      assert.equal((await counts(server.port)).open, 0);
    });

    withServer('gives up when it is unauthorized', async (server, atEnd) => {
      const consumer = consume(server, 'access_key=wrong', atEnd);
      subscribe(consumer, 'RoomChannel');
      await until(() => consumer.connection.webSocket && !consumer.connection.isActive(), 'the refusal');
      assert.equal(consumer.connection.monitor.isRunning(), false);
    });
  });

  describe('@anycable/core', AT_ONCE, () => {
    function consume(server, query, atEnd, options = {}) {
      const cable = createCable(address(server, query), { websocketImplementation: WebSocket, logLevel: 'error', ...options });
      atEnd(() => cable.disconnect());
      return cable;
    }

    function listen(cable, name, params) {
      const channel = cable.subscribeTo(name, params);
      const seen = [];
      channel.on('message', (message) => seen.push(message));
      return { channel, seen };
    }

    for (const [name, query, options] of [
      ['with a key in a header', 'room_id=r', { websocketOptions: { headers: { Authorization: 'secret' } } }],
      ['with a key behind the subprotocol', 'room_id=r', { websocketAuthStrategy: 'sub-protocol', auth: { token: 'secret' } }],
    ]) {
      withServer(`an observer ${name}`, async (server, atEnd) => {
        const cable = consume(server, query, atEnd, options);
        const { channel, seen } = listen(cable, 'RoomChannel', { after: 12 });
        await channel.ensureSubscribed();
        await say(server.port, '{"type":"chat","content":"hi"}');
        await until(() => seen.length === 2, 'the event');
        assert.deepEqual(seen, [{ type: 'subscribed' }, { type: 'chat', content: 'hi' }]);
        await channel.perform('say', { text: 'you' });
        await until(() => seen.length === 3, 'what was performed');
        const user = cable.subscribeTo('UserChannel');
        await assert.rejects(user.ensureSubscribed(), /Rejected/);
        const { unsubscribed } = await counts(server.port);
        channel.disconnect();
        await until(async () => (await counts(server.port)).unsubscribed > unsubscribed, 'the end of it');
      });
    }

    withServer('stays connected on pings alone, and comes back after a restart', async (server, atEnd) => {
      const cable = consume(server, 'access_key=user', atEnd, { reconnectStrategy: () => 100 });
      const { channel, seen } = listen(cable, 'RoomChannel');
      await channel.ensureSubscribed();
      await sleep(8000); // two missed pings are 6 s
      assert.equal(cable.state, 'connected');
      assert.equal(seen.length, 1);
      await endAll(server.port, 'reason=server_restart&reconnect=1');
      await until(() => seen.length === 2, 'the subscription again');
      await endAll(server.port, 'reason=remote');
      await until(() => cable.state === 'closed', 'the end');
    });

    withServer('is told that it is unauthorized', async (server, atEnd) => {
      const cable = consume(server, 'access_key=wrong', atEnd);
      const reason = new Promise((resolve) => { cable.on('close', resolve); });
      await assert.rejects(cable.connect(), { reason: 'unauthorized' });
      assert.equal((await reason).reason, 'unauthorized');
    });
  });
});
