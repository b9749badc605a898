// The frames of spec /rt (ActionCable, actioncable-v1-json) against the server side of net/cable,
// by a bare client. Takes about 8 s, most of it waiting for pings.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startServer } from '../support.mjs';
import {
  Client, confirmed, counts, endAll, event, first, PROTOCOL, rejected, ROOM, say, subscriber, until, USER, WELCOME,
} from './client.mjs';

let server;
const clients = [];

before(async () => {
  server = await startServer();
});
after(async () => {
  for (const client of clients) client.close();
  await server?.stop();
});

function connect(options) {
  const client = new Client(server.port, options);
  clients.push(client);
  return client;
}

async function subscribed(options) {
  const client = await subscriber(server.port, options);
  clients.push(client);
  return client;
}

const UNAUTHORIZED = '{"type":"disconnect","reason":"unauthorized","reconnect":false}';
const INVALID = '{"type":"disconnect","reason":"invalid_request","reconnect":false}';

describe('handshake', () => {
  test('the subprotocol is chosen among those offered, and the welcome comes first', async () => {
    const client = connect({ protocols: [PROTOCOL, 'actioncable-unsupported'] });
    assert.deepEqual(await client.read(1), [WELCOME]);
    assert.equal(client.ws.protocol, PROTOCOL);
    assert.equal(client.all[0], WELCOME);
  });

  test('none is chosen when none is offered', async () => {
    const client = connect({ protocols: [] });
    assert.deepEqual(await client.read(1), [WELCOME]);
    assert.equal(client.ws.protocol, '');
  });

  for (const [name, options] of Object.entries({
    'Authorization header': { query: 'room_id=r', headers: { Authorization: 'secret' }, protocols: [] },
    'api_key query': { query: 'room_id=r&api_key=secret', protocols: [] },
    'key as the only subprotocol': { query: 'room_id=r', protocols: ['secret'], chosen: 'secret' },
    'token as the only subprotocol': { query: 'room_id=r', protocols: ['anycable-token.secret'], chosen: 'anycable-token.secret' },
    'key behind the subprotocol': { query: 'room_id=r', protocols: [PROTOCOL, 'secret'], chosen: PROTOCOL },
    'token before the subprotocol': { query: 'room_id=r', protocols: ['anycable-token.secret', PROTOCOL], chosen: PROTOCOL },
  })) {
    test(`an API key as ${name}`, async () => {
      const client = connect(options);
      assert.deepEqual(await client.read(1), [WELCOME]);
      assert.equal(client.ws.protocol, options.chosen ?? '');
    });
  }

  for (const protocols of [[PROTOCOL], []]) {
    test(`bad credentials: unauthorized instead of the welcome, ${protocols.length} subprotocols`, async () => {
      const client = connect({ query: 'access_key=wrong', protocols });
      await client.end();
      assert.deepEqual(client.all, [UNAUTHORIZED]);
      assert.equal(client.closed.code, 1008);
    });
  }

  test('what a refused client sends is not obeyed', async () => {
    const client = connect({ query: 'access_key=wrong' });
    await client.opened;
    client.command('subscribe', ROOM);
    await client.end();
    assert.deepEqual(client.all, [UNAUTHORIZED]);
  });

  test('what is no handshake gets an HTTP error', async () => {
    for (const query of ['access_key=user', 'access_key=wrong']) {
      const answer = await fetch(`http://127.0.0.1:${server.port}/rt?${query}`);
      assert.equal(answer.status, 426);
    }
  });
});

describe('subscriptions', () => {
  const ODD = [
    ROOM,
    '{ "channel" : "RoomChannel" }',
    '{"room":"x","channel":"RoomChannel"}',
    '{"channel":"RoomChannel","after":12,"list":[1, 2.50,null]}',
    '{"channel":"RoomChannel","name":"J\u00fcrgen \u20ac \u{1f600}"}',
    '{"channel":"RoomChannel","name":"\\u00fc\\n\\"\\\\\\/"}',
    '\n{"channel":\t"RoomChannel"}\r\n',
    '{"channel":"Room\\u0043hannel"}',
    '{"channel":"RoomChannel","u":"\u2028\u007f"}',
  ];
  for (const identifier of ODD) {
    test(`the identifier comes back as it was: ${JSON.stringify(identifier)}`, async () => {
      const client = connect();
      await client.opened;
      client.command('subscribe', identifier);
      const frames = await client.read(3);
      assert.deepEqual(frames.slice(1).map((text) => JSON.parse(text).identifier), [identifier, identifier]);
      assert.equal(JSON.parse(frames[1]).type, 'confirm_subscription');
      assert.deepEqual(JSON.parse(frames[2]).message, { type: 'subscribed' });
    });
  }

  test('a frame may end with a newline', async () => {
    const client = connect();
    await client.opened;
    client.send(`${JSON.stringify({ command: 'subscribe', identifier: ROOM })}\n`);
    assert.deepEqual(await client.read(3), [WELCOME, confirmed(ROOM), first(ROOM)]);
  });

  test('a client may subscribe before it has seen the welcome', async () => {
    const client = connect({ protocols: [] });
    client.ws.once('upgrade', () => setImmediate(() => {
      client.command('subscribe', ROOM);
      client.command('subscribe', USER);
    }));
    assert.deepEqual(await client.read(5),
      [WELCOME, confirmed(ROOM), first(ROOM), confirmed(USER), first(USER)]);
  });

  test('a repeated subscribe is confirmed again, and nothing else', async () => {
    const client = await subscribed();
    for (let i = 0; i < 3; i += 1) client.command('subscribe', ROOM);
    await client.settled();
    assert.deepEqual(client.frames, Array(3).fill(confirmed(ROOM)));
    await say(server.port, '{"n":1}');
    await client.read(4);
    assert.deepEqual((await client.settled()).slice(3), [event(ROOM, '{"n":1}')]);
  });

  test('a second subscription of a channel is rejected, the first stays', async () => {
    const client = await subscribed();
    const other = '{"channel":"RoomChannel","after":1}';
    client.command('subscribe', other);
    assert.deepEqual(await client.read(1), [rejected(other)]);
    await say(server.port, '{"n":2}');
    assert.deepEqual(await client.read(2), [rejected(other), event(ROOM, '{"n":2}')]);
  });

  for (const [name, identifier] of Object.entries({
    'an unknown channel': '{"channel":"Secrets"}', 'a forbidden one': '{"channel":"RoomChannel","forbidden":true}',
    'no channel': '{"room":1}', 'a channel that is no string': '{"channel":["RoomChannel"]}',
    'an empty channel': '{"channel":""}', 'a long channel': `{"channel":"${'R'.repeat(65)}"}`,
    'no object': '["RoomChannel"]', 'no JSON': 'RoomChannel', 'an empty text': '',
    'a text that is too long': `{"channel":"RoomChannel","x":"${'x'.repeat(1000)}"}`,
    'equal keys': '{"channel":"RoomChannel","channel":"RoomChannel"}',
    'deep nesting': `{"channel":"RoomChannel","x":${'['.repeat(40)}${']'.repeat(40)}}`,
  })) {
    test(`rejected: ${name}`, async () => {
      const client = connect();
      await client.opened;
      client.command('subscribe', identifier);
      assert.deepEqual(await client.read(2), [WELCOME, rejected(identifier)]);
      await say(server.port, '{"n":3}');
      client.command('subscribe', ROOM); // it was only that one
      assert.deepEqual((await client.read(4)).slice(2), [confirmed(ROOM), first(ROOM)]);
    });
  }

  test('an observer may not have the user channel', async () => {
    const client = connect({ query: 'api_key=secret' });
    await client.opened;
    client.command('subscribe', USER);
    assert.deepEqual(await client.read(2), [WELCOME, rejected(USER)]);
  });

  test('unsubscribe ends the events, and the channel can be had again', async () => {
    const client = await subscribed();
    const before = (await counts(server.port)).unsubscribed;
    client.command('unsubscribe', '{"channel": "RoomChannel"}'); // not this one
    client.command('unsubscribe', ROOM);
    client.command('unsubscribe', ROOM);
    await client.settled();
    assert.equal((await counts(server.port)).unsubscribed, before + 1);
    await say(server.port, '{"n":4}');
    const other = '{"channel":"RoomChannel","after":4}';
    client.command('subscribe', other);
    assert.deepEqual(await client.read(2), [confirmed(other), first(other)]);
  });
});

describe('messages', () => {
  test('an event goes to the subscribers of its channel, as an object', async () => {
    const one = await subscribed();
    const two = await subscribed({ protocols: [] });
    const none = connect();
    await none.opened;
    const text = '{"type":"chat","content":"\u00fc \\" \\u2028"}';
    assert.ok(await say(server.port, text) >= 2);
    assert.deepEqual(await one.read(1), [event(ROOM, text)]);
    assert.deepEqual(await two.read(1), [event(ROOM, text)]);
    assert.deepEqual(await none.settled(), [WELCOME]);
  });

  test('perform reaches the channel', async () => {
    const [one, two] = [await subscribed(), await subscribed()];
    one.perform(ROOM, { action: 'say', text: 'hi' });
    for (const client of [one, two])
      assert.deepEqual(await client.read(1), [event(ROOM, '{"type":"said","data":{"action":"say","text":"hi"}}')]);
  });

  test('perform without a subscription, with bad data, and unknown commands are ignored', async () => {
    const client = await subscribed();
    const data = JSON.stringify({ action: 'say' });
    client.perform(USER, { action: 'say' });
    for (const bad of [undefined, null, 7, { action: 'say' }, 'say', '[]', '{', `${data}x`]) client.command('message', ROOM, { data: bad });
    for (const command of ['subscribed', 'history', '', null, 1, ['subscribe'], undefined]) client.command(command, ROOM, { data });
    for (const identifier of [undefined, null, 1, { channel: 'RoomChannel' }]) client.command('subscribe', identifier);
    client.send({ type: 'pong' });
    client.send({});
    assert.deepEqual(await client.settled(), []);
    client.perform(ROOM, { action: 'say' });
    await client.read(1);
  });

  for (const [name, text] of Object.entries({
    'no JSON': 'hello', 'an array': '[]', 'a string': '"subscribe"', 'an empty frame': '', 'a cut object': '{"command":',
    'two objects': '{}{}', 'equal keys': '{"command":"subscribe","command":"unsubscribe"}', 'a NUL': '{"a":"\\u0000"}',
    'half a surrogate pair': '{"a":"\\ud800"}', 'deep nesting': `{"a":${'['.repeat(40)}${']'.repeat(40)}}`,
  })) {
    test(`a frame that is ${name}: invalid_request and a close`, async () => {
      const client = await subscribed();
      client.send(text);
      client.command('unsubscribe', ROOM);
      await client.end();
      assert.deepEqual(client.frames, [INVALID]);
      assert.equal(client.closed.code, 1008);
      const bare = await subscribed({ protocols: [] });
      bare.send(text);
      await bare.end();
      assert.deepEqual(bare.frames, []);
      assert.equal(bare.closed.code, 1008);
    });
  }
});

describe('the end', () => {
  test('a socket that is ended is told why, if it speaks the subprotocol', async () => {
    for (const [reconnect, code] of [[false, 1000], [true, 1012]]) {
      const client = await subscribed();
      const bare = await subscribed({ protocols: [] });
      for (const one of [client, bare]) one.perform(ROOM, { action: 'end', reason: 'remote', reconnect });
      assert.deepEqual(await client.end(), { code, reason: 'remote' });
      assert.deepEqual(await bare.end(), { code, reason: 'remote' });
      assert.deepEqual(client.frames, [`{"type":"disconnect","reason":"remote","reconnect":${reconnect}}`]);
      assert.deepEqual(bare.frames, []);
    }
  });

  test('a client that closes is forgotten', async () => {
    const { open, closed } = await counts(server.port);
    const client = await subscribed();
    assert.equal((await counts(server.port)).open, open + 1);
    client.ws.close();
    assert.equal((await client.end()).code, 1005);
    await until(async () => (await counts(server.port)).closed === closed + 1, 'the server to forget it');
    assert.equal((await counts(server.port)).open, open);
  });

  test('a restart is told to all', async () => {
    const other = await startServer();
    try {
      const all = await Promise.all(Array.from({ length: 40 }, (_, i) => subscriber(other.port, { protocols: i % 2 ? [PROTOCOL] : [] })));
      await endAll(other.port, 'reason=server_restart&reconnect=1');
      await Promise.all(all.map((client) => client.end()));
      all.forEach((client, i) => assert.deepEqual(client.frames,
        i % 2 ? ['{"type":"disconnect","reason":"server_restart","reconnect":true}'] : []));
    } finally {
      await other.stop();
    }
  });
});

test('pings come every 3 s from the welcome on, with the time as an integer', async () => {
  const list = [connect(), connect({ protocols: [] })];
  const times = list.map(() => []);
  list.forEach((client, i) => client.ws.on('message', (data) => times[i].push([performance.now(), data.toString()])));
  await until(() => times.every((seen) => seen.length >= 3), 'two pings', 15000);
  for (const seen of times) {
    for (let i = 1; i < 3; i += 1) {
      const gap = seen[i][0] - seen[i - 1][0];
      const { message, ...rest } = JSON.parse(seen[i][1]);
      console.log(`ping after ${gap.toFixed(0)} ms`);
      assert.ok(gap > 2700 && gap < 5500, `${gap} ms`);
      assert.deepEqual(rest, { type: 'ping' });
      assert.ok(Number.isInteger(message) && Math.abs(message - Date.now() / 1000) < 10, `${message}`);
    }
  }
});
