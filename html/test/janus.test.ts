import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { CardeaError } from '../client/errors.ts';
import { JanusConnection } from '../client/janus.ts';
import { FakeGateway } from './support/gateway.ts';
import { until } from './support/until.ts';

let gateway: FakeGateway;

beforeEach(() => {
  gateway = new FakeGateway();
  gateway.install();
});

async function connect(): Promise<JanusConnection> {
  const connection = new JanusConnection({
    url: 'ws://gateway/janus/n1',
    resume: 'resume',
    reconnectDeadlineMs: 10_000,
  });
  await connection.open('join-token');
  return connection;
}

test('the first frame is create with the join token, on the janus-protocol', async () => {
  const connection = await connect();
  assert.equal([...gateway.sockets][0]?.protocol, 'janus-protocol');
  assert.equal(gateway.frames[0]?.janus, 'create');
  assert.equal(gateway.frames[0]?.token, 'join-token');
  connection.destroy();
});

test('a message is answered by the event of its transaction and not by its ack', async () => {
  const connection = await connect();
  const [first, second] = await Promise.all([connection.attach('p'), connection.attach('p')]);
  const [ice, source] = await Promise.all([
    first.request<{ cardea: string }>({ request: 'ice' }),
    second.request<{ cardea: string }>({ request: 'source' }),
  ]);
  assert.equal(ice.data.cardea, 'ice');
  assert.equal(source.data.cardea, 'ok');
  connection.destroy();
});

test('requests fail with connection_lost, and a claim brings the session back', async () => {
  const connection = await connect();
  const handle = await connection.attach('p');
  let reclaimed = 0;
  connection.on('reclaimed', () => {
    reclaimed += 1;
  });
  const request = handle.request({ request: 'source' });
  gateway.drop();
  await assert.rejects(request, { code: 'connection_lost' });
  assert.equal(connection.state, 'reconnecting');
  await assert.rejects(handle.request({ request: 'source' }), { code: 'connection_lost' });
  await until('reclaimed', () => reclaimed === 1);
  const claim = gateway.sent('claim')[0];
  assert.equal(claim?.token, 'resume');
  assert.equal(claim?.session_id, 4242);
  assert.equal(connection.state, 'open');
  connection.destroy();
});

test('candidates found while the socket is away are sent when it is back', async () => {
  const connection = await connect();
  const handle = await connection.attach('p');
  gateway.drop();
  handle.trickle(null);
  assert.equal(gateway.sent('trickle').length, 0);
  await until('trickled', () => gateway.sent('trickle').length === 1);
  connection.destroy();
});

test('it keeps trying while the gateway is away', async () => {
  const connection = await connect();
  gateway.reachable = false;
  gateway.drop();
  await new Promise((resolve) => setTimeout(resolve, 900));
  assert.equal(connection.state, 'reconnecting');
  gateway.reachable = true;
  await until('open again', () => connection.state === 'open');
  connection.destroy();
});

test('a refused claim means that the session is lost', async () => {
  const connection = await connect();
  let lost: CardeaError | undefined;
  connection.on('lost', (error) => {
    lost = error;
  });
  gateway.sessionAlive = false;
  gateway.drop();
  await until('lost', () => lost !== undefined);
  assert.equal(lost?.code, 'janus_458');
  assert.equal(connection.state, 'closed');
});
