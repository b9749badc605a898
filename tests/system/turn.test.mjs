// TURN (spec/acceptance J-04, E000-05d): our own coturn as the supervisor runs it. Who gets an
// allocation, how many, and what a relay reaches: the media node's address and nothing else.
// About 25 s. What a kernel without IPv6 cannot have is left out of the namespace, not of the attempts.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, test } from 'node:test';
import { ROOT } from '../support/build.mjs';
import { isAlive, startCardea, until } from '../support/cardea.mjs';
import { freePort } from '../support/janus.mjs';
import { TCP, TurnClient } from '../support/turn_client.mjs';

const LONG = { timeout: 60000 };
const NODE = '10.231.0.1'; // of tests/support/netns.sh
const NODE6 = 'fd31:231::1';

/** Every kind of address that a machine can have beside the media node's, and a relay must not reach. */
const OTHERS = [
  '10.231.0.2', '10.0.0.5', '10.255.255.254', '172.16.0.5', '172.31.255.254', '192.168.0.5', '192.168.255.254',
  '100.64.0.5', '100.127.255.254', '169.254.169.254', '192.0.0.5', '192.0.2.5', '192.88.99.5', '198.18.0.5',
  '198.51.100.5', '203.0.113.5', '8.8.8.8',
];
const OTHERS6 = ['fd31:231::2', 'fc00::5', '2001:db8::5', '2606:4700::5'];
const GROUP = '239.1.2.3';

/** Names of the same or other places that a relay must not reach. */
const FORBIDDEN = [
  ...OTHERS, ...OTHERS6, GROUP,
  '127.0.0.1', '127.0.0.2', '127.255.255.255', '0.0.0.0', '0.0.0.1', '0.1.2.3', '255.255.255.255', '10.231.0.255', '10.231.0.254',
  '224.0.0.1', '224.0.0.251', '240.0.0.1',
  '::', '::1', '::ffff:127.0.0.1', '::ffff:0.0.0.0', '::ffff:10.231.0.2', `::ffff:${NODE}`, '::ffff:169.254.169.254',
  '::127.0.0.1', '::10.231.0.2', '::ffff:0:127.0.0.1', '64:ff9b::127.0.0.1', '64:ff9b::10.231.0.2', '64:ff9b:1::127.0.0.1',
  '2002:7f00:1::1', '2002:ae7:2::1', '2001:0:7f00:1::1', '100::1', 'fe80::1', 'fec0::1', 'ff02::1', 'ff01::1', 'fdff:ffff::1',
];

/** A UDP and a TCP listener on one port of every address there is. */
class Listeners {
  static async open() {
    const self = new Listeners();
    self.messages = [];
    self.connections = 0;
    self.tcp = net.createServer((socket) => {
      self.connections += 1;
      socket.destroy();
    });
    const any = self.hasIpv6 ? '::' : '0.0.0.0';
    await new Promise((resolve) => { self.tcp.listen(0, any, resolve); });
    self.port = self.tcp.address().port;
    self.udp = dgram.createSocket(self.hasIpv6 ? 'udp6' : 'udp4');
    self.udp.on('message', (message) => self.messages.push(message.toString()));
    await new Promise((resolve) => { self.udp.bind(self.port, any, resolve); });
    if (!self.hasIpv6) self.udp.addMembership(GROUP, NODE);
    return self;
  }

  hasIpv6 = fs.existsSync('/proc/net/if_inet6');

  /** Waits for a message; nothing else may have come before it. */
  got(message) {
    return until(() => this.messages.includes(message), `${message} to arrive`);
  }

  close() {
    this.tcp.close();
    this.udp.close();
  }
}

let cardea;
let listeners;
const gateways = [];
const clients = []; // an open one would keep the test from ending

/** Another gateway, stopped at the end; its media node has one address unless @p args say otherwise. */
async function start(...args) {
  const gateway = await startCardea({ args: ['--rtp-address', NODE, ...args] });
  gateways.push(gateway);
  return gateway;
}

before(async () => {
  for (const address of OTHERS) execFileSync('ip', ['addr', 'add', `${address}/32`, 'dev', 'cardea0']);
  listeners = await Listeners.open();
  if (listeners.hasIpv6) {
    for (const address of [NODE6, ...OTHERS6]) {
      execFileSync('ip', ['addr', 'add', `${address}/128`, 'dev', 'cardea0', 'nodad']);
    }
  }
  const listen = listeners.hasIpv6 ? `${NODE},${NODE6}` : NODE;
  cardea = await start('--set', 'turn.user_quota=60', '--set', `turn.listen=${listen}`);
});

after(async () => {
  for (const client of clients) client.close();
  for (const gateway of gateways) await gateway.stop();
  listeners?.close();
});

/** The TURN server that a guest is told by `enter`. */
async function turnServer(gateway = cardea, name = 'Guest') {
  const credential = new URL(gateway.dev.guest_link).searchParams.get('guest');
  const { body } = await gateway.request('POST', '/api/v1/enter', { body: { credential, name } });
  const [server] = body.turn_servers;
  const port = Number(/^turn:[^?]*:(\d+)$/.exec(server.urls[0])[1]);
  return { ...server, port, address: NODE, stun: body.stun_servers };
}

/** A client with an allocation. */
async function relay(server, { allocate, ...options } = {}) {
  const client = await TurnClient.open({ ...server, ...options });
  clients.push(client);
  await client.allocate(allocate);
  return client;
}

/** The code that a request is refused with. */
function refusal(promise) {
  return promise.then(() => 'an allocation', (error) => error.code);
}

/** By the TURN REST scheme. */
function password(secret, username) {
  return crypto.createHmac('sha1', secret).update(username).digest('base64');
}

const secretFile = (gateway) => path.join(gateway.stateDir, 'keys/turn.secret');
const turnLog = (gateway) => fs.readFileSync(path.join(gateway.stateDir, 'log/turn.log'), 'utf8');
let marks = 0;

/** Proves that @p client relays to the media node. */
async function relays(client) {
  const mark = `mark ${marks += 1}`;
  await client.createPermission([NODE]);
  client.send({ address: NODE, port: listeners.port }, mark);
  await listeners.got(mark);
}

test('E000-05d: enter names our server, with a credential by the TURN REST scheme', LONG, async () => {
  const server = await turnServer();
  assert.deepEqual(server.urls, [`turn:${NODE}:${server.port}`, `turn:${NODE}:${server.port}?transport=tcp`]);
  assert.deepEqual(server.stun, [`stun:${NODE}:${server.port}`]);
  assert.match(server.username, /^\d+:[\w-]+$/);
  assert.equal(server.password, password(fs.readFileSync(secretFile(cardea), 'utf8').trim(), server.username));
  const left = Number(server.username.split(':')[0]) - Date.now() / 1000;
  assert.ok(left > 590 && left <= 601, `${left} s`);
  assert.ok(isAlive(cardea.dev.pids.turn));
});

test('J-04: an issued credential allocates; one altered character or a past time is 401', LONG, async () => {
  const server = await turnServer();
  for (const transport of ['udp', 'tcp']) {
    const client = await relay(server, { transport });
    assert.equal(client.relayed.address, NODE);
    await relays(client);
    client.close();
  }
  const altered = (text, at) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
  for (const at of [0, 13, 26]) {
    assert.equal(await refusal(relay({ ...server, password: altered(server.password, at) })), 401, `character ${at}`);
  }
  for (const at of [server.username.length - 1, server.username.indexOf(':') + 1]) {
    assert.equal(await refusal(relay({ ...server, username: altered(server.username, at) })), 401, `name ${at}`);
  }
  const later = server.username.replace(/^\d+/, (time) => String(Number(time) + 1));
  assert.equal(await refusal(relay({ ...server, username: later })), 401, 'a later time');
  assert.equal(await refusal(relay({ ...server, username: 'guest', password: 'guest' })), 401, 'no time');

  const secret = fs.readFileSync(secretFile(cardea), 'utf8').trim();
  const now = Math.floor(Date.now() / 1000);
  const at = (time) => ({ ...server, username: `${time}:someone`, password: password(secret, `${time}:someone`) });
  (await relay(at(now + 60))).close();
  for (const time of [now - 2, now - 86400, 0, -5]) {
    assert.equal(await refusal(relay(at(time))), 401, `${time - now} s from now`);
  }
});

/** What TURN messages can say to bring something to @p address; each answer's code, 0 for success. */
async function attempts(client, address, number) {
  const peer = { address, port: listeners.port };
  const code = (promise) => promise.then(() => 0, (error) => error.code);
  client.send(peer, `send before ${address}`);
  const codes = [
    await code(client.createPermission([address])),
    await code(client.createPermission([NODE, address])),
    await code(client.createPermission([address, NODE])),
    await code(client.channelBind(0x4000 + number, peer)),
    await code(client.connect(peer)),
  ];
  client.send(peer, `send after ${address}`);
  client.channelData(0x4000 + number, `channel ${address}`);
  return codes;
}

/** Whether the machine itself reaches a listener at @p address. */
async function reachesDirectly(address) {
  const socket = dgram.createSocket(net.isIPv4(address) ? 'udp4' : 'udp6');
  const mark = `direct ${address} ${marks += 1}`;
  await new Promise((resolve) => { socket.bind(0, resolve); });
  if (address === GROUP) socket.setMulticastInterface(NODE);
  const sent = await new Promise((resolve) => {
    socket.on('error', () => resolve(false));
    socket.send(mark, listeners.port, address, (error) => resolve(!error));
  });
  const arrived = sent && await until(() => listeners.messages.includes(mark), mark, 1000).catch(() => false);
  socket.close();
  return arrived;
}

test('a listener stands behind every address that the namespace can have', LONG, async (t) => {
  const expected = [NODE, ...OTHERS, '127.0.0.1', '127.0.0.2', '0.0.0.0',
    ...(listeners.hasIpv6 ? [NODE6, ...OTHERS6, '::1', '::'] : [GROUP])];
  for (const address of expected) assert.ok(await reachesDirectly(address), address);
  t.diagnostic(`${expected.length} addresses, IPv6: ${listeners.hasIpv6}`);
});

test('no spelling of a forbidden peer reaches any listener, by no kind of message', LONG, async (t) => {
  const server = await turnServer();
  const families = listeners.hasIpv6 ? [4, 6] : [4];
  assert.ok(new Set(FORBIDDEN).size === FORBIDDEN.length && FORBIDDEN.length >= 50, `${FORBIDDEN.length} peers`);
  for (const transport of ['udp', 'tcp']) {
    for (const family of families) {
      listeners.messages.length = 0;
      listeners.connections = 0;
      const client = await relay(server, { transport, allocate: { family } });
      // With the permission that a browser has for the media node.
      if (family === 4) await relays(client);
      listeners.messages.length = 0;
      const seen = new Map();
      for (const [number, address] of FORBIDDEN.entries()) {
        for (const code of await attempts(client, address, number)) {
          assert.ok([403, 443].includes(code), `${address} over ${transport}, family ${family}: ${code}`);
          seen.set(code, (seen.get(code) ?? 0) + 1);
        }
      }
      // What was relayed before this has arrived before it.
      if (family === 4) {
        await relays(client);
        listeners.messages.pop();
      }
      assert.deepEqual(listeners.messages, []);
      assert.equal(listeners.connections, 0);
      t.diagnostic(`${transport}, IPv${family}: ${FORBIDDEN.length} peers, ${JSON.stringify([...seen])}`);
      client.close();
    }
  }
});

test('peers that no address is are refused, and the server stays up', LONG, async () => {
  const client = await relay(await turnServer());
  const { pids } = cardea.dev;
  const values = ['00010000', '0001abcd7f', '0003abcd7f000001', '0000abcd7f000001', '0001abcd7f000001ffffffff',
    '0002abcd7f000001', '', '00'];
  for (const value of values) {
    const code = await client.peerValue('createPermission', Buffer.from(value, 'hex')).then(() => 0, (error) => error.code);
    assert.ok(code >= 400, `${value}: ${code}`);
  }
  await relays(client);
  assert.equal(cardea.dev.pids.turn, pids.turn);
  client.close();
});

test('relaying by TCP (RFC 6062) is refused at the allocation', LONG, async () => {
  const server = await turnServer();
  for (const transport of ['udp', 'tcp']) {
    assert.equal(await refusal(relay(server, { transport, allocate: { transport: TCP } })), 442);
  }
  assert.equal(listeners.connections, 0);
});

test('one participant holds so many allocations and no more; another is not hindered', LONG, async () => {
  const gateway = await start('--set', 'turn.user_quota=3');
  const server = await turnServer(gateway);
  const held = [];
  for (let i = 0; i < 3; i += 1) held.push(await relay(server));
  assert.equal(await refusal(relay(server)), 486);
  const other = await relay(await turnServer(gateway, 'Other'));
  await held[0].refresh(0);
  const again = await until(() => relay(server).catch(() => null), 'the place that became free');
  for (const client of [...held, other, again]) client.close();
});

test('where the media node has all addresses of the machine, they are reached, and loopback is not', LONG, async () => {
  const gateway = await start('--rtp-address', '');
  const server = await turnServer(gateway);
  const reached = [[4, NODE], [4, OTHERS[0]], ...(listeners.hasIpv6 ? [[6, NODE6]] : [])];
  for (const [family, address] of reached) {
    const client = await relay({ ...server, address: family === 4 ? NODE : NODE6 }, { allocate: { family } });
    await client.createPermission([address]);
    client.send({ address, port: listeners.port }, `to all of ${address}`);
    await listeners.got(`to all of ${address}`);
    for (const [number, other] of ['127.0.0.1', '0.0.0.0', '::1', '::', `::ffff:${NODE}`, '64:ff9b::127.0.0.1'].entries()) {
      for (const code of await attempts(client, other, number)) assert.ok([403, 443].includes(code), `${other}: ${code}`);
    }
  }
});

test('the first credentials after a start are taken, however many come at once', LONG, async () => {
  // Of threads that open the database side by side, none may find its tables changing.
  for (let i = 0; i < 3; i += 1) {
    const gateway = await start();
    const server = await turnServer(gateway);
    await Promise.all(Array.from({ length: 16 }, () => relay(server)));
    await gateway.stop();
  }
});

test('behind 1:1 NAT the public address is told, and means the private one', LONG, async () => {
  const gateway = await start('--set', 'media.public_address=192.0.2.1');
  const server = await turnServer(gateway);
  assert.equal(server.urls[0], `turn:192.0.2.1:${server.port}`);
  const client = await relay(server);
  assert.equal(client.relayed.address, '192.0.2.1');
  await client.createPermission(['192.0.2.1']);
  client.send({ address: '192.0.2.1', port: listeners.port }, 'by the public address');
  await listeners.got('by the public address');
  const codes = await attempts(client, '192.0.2.5', 1);
  assert.deepEqual(codes, [403, 403, 403, 403, 403]);
  client.close();
});

test('a killed TURN server is started again and takes the same credentials', LONG, async () => {
  const server = await turnServer();
  const { turn, gateway, janus } = cardea.dev.pids;
  process.kill(turn, 'SIGKILL');
  await until(() => ![turn, 0].includes(cardea.dev.pids.turn), 'another TURN server');
  const client = await until(() => relay(server).catch(() => null), 'an allocation');
  await relays(client);
  client.close();
  assert.deepEqual([cardea.dev.pids.gateway, cardea.dev.pids.janus], [gateway, janus]);
});

test('a killed supervisor leaves the TURN server and its allocations to the next one', LONG, async () => {
  const gateway = await start();
  const client = await relay(await turnServer(gateway));
  await relays(client);
  const { turn } = gateway.dev.pids;
  await gateway.kill('supervisor');
  await relays(client);
  await gateway.start();
  assert.equal(gateway.dev.pids.turn, turn);
  assert.match(gateway.log(), new RegExp(`event=adopted child=turn pid=${turn}`));
  await relays(client);
  await relays(await relay(await turnServer(gateway)));
  client.close();
  await gateway.stop();
  assert.ok(!isAlive(turn));
});

test('a new secret signs at once, the old one works until it is taken away, no allocation is cut', LONG, async () => {
  const gateway = await start();
  const server = await turnServer(gateway);
  const client = await relay(server);
  const { turn } = gateway.dev.pids;
  const old = fs.readFileSync(secretFile(gateway), 'utf8').trim();
  const fresh = crypto.randomBytes(32).toString('base64url');
  const reload = async (text) => {
    const { gateway: worker, supervisor } = gateway.dev.pids;
    fs.writeFileSync(secretFile(gateway), text);
    process.kill(supervisor, 'SIGHUP');
    await until(() => ![worker, 0].includes(gateway.dev.pids.gateway), 'another worker');
    await until(() => gateway.request('GET', '/readyz').then(({ status }) => status === 200, () => false), 'ready');
  };
  await reload(`${fresh}\n${old}\n`);
  const next = await turnServer(gateway);
  assert.equal(next.password, password(fresh, next.username));
  (await relay(next)).close();
  (await relay(server)).close();
  await client.refresh(600);
  await reload(`${fresh}\n`);
  assert.equal(await refusal(relay(server)), 401);
  (await relay(next)).close();
  await relays(client);
  assert.equal(gateway.dev.pids.turn, turn);
  client.close();
});

test('where the settings name other servers, none is started', LONG, async () => {
  const file = path.join(cardea.stateDir, 'other.jcfg');
  fs.writeFileSync(file, 'turn: { urls = [ "turn:turn.example.org" ] secrets = [ "secret of the others" ] }\n');
  const gateway = await start('--config', file);
  assert.equal(gateway.dev.pids.turn, 0);
  const credential = new URL(gateway.dev.guest_link).searchParams.get('guest');
  const { body } = await gateway.request('POST', '/api/v1/enter', { body: { credential, name: 'Guest' } });
  assert.deepEqual(body.turn_servers[0].urls, ['turn:turn.example.org']);
  assert.deepEqual(body.stun_servers, []);
});

test('without a TURN server the lists are empty', LONG, async () => {
  for (const setting of ['turn.server=off', 'turn.binary=/nonexistent']) {
    const gateway = await start('--set', setting);
    assert.equal(gateway.dev.pids.turn, 0);
    const credential = new URL(gateway.dev.guest_link).searchParams.get('guest');
    const { body } = await gateway.request('POST', '/api/v1/enter', { body: { credential, name: 'Guest' } });
    assert.deepEqual([body.stun_servers, body.turn_servers], [[], []], setting);
    await gateway.stop();
  }
});

test('a new certificate is in force after a reload, and no allocation is cut', LONG, async () => {
  const folder = fs.mkdtempSync(path.join(cardea.stateDir, 'tls-'));
  const certify = () => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
    '-nodes', '-days', '2', '-subj', '/CN=turn', '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder, stdio: 'ignore' });
  certify();
  const tlsPort = await freePort();
  const gateway = await start('--set', `turn.tls_certificate=${folder}/cert.pem`, '--set', `turn.tls_key=${folder}/key.pem`,
    '--set', `turn.tls_port=${tlsPort}`);
  const server = await turnServer(gateway);
  assert.equal(server.urls[2], `turns:${NODE}:${tlsPort}?transport=tcp`);
  const fingerprint = () => new Promise((resolve, reject) => {
    const socket = tls.connect({ host: NODE, port: tlsPort, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
  const client = await relay(server, { transport: 'tls', port: tlsPort });
  await relays(client);
  const first = await fingerprint();
  certify();
  process.kill(gateway.dev.pids.supervisor, 'SIGHUP');
  await until(async () => await fingerprint() !== first, 'the new certificate');
  await relays(client);
  client.close();
});

test('the sample for a machine of its own runs and holds the same walls', LONG, async (t) => {
  const file = path.join(cardea.stateDir, 'sample.conf');
  const port = await freePort();
  const text = fs.readFileSync(path.join(ROOT, 'conf/turnserver.conf'), 'utf8')
    .replaceAll('192.0.2.10', NODE).replaceAll('192.0.2.20', NODE).replace('listening-port=3478', `listening-port=${port}`)
    .replace(/^(tls-listening-port|cert|pkey)=.*$/gm, '') + 'no-tls\npidfile="/dev/null"\nuserdb="/dev/null/none"\nlog-file=stdout\n';
  fs.writeFileSync(file, text, { mode: 0o600 });
  const child = spawn('turnserver', ['-c', file], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  const username = `${Math.floor(Date.now() / 1000) + 60}:someone`;
  for (const [, secret] of text.matchAll(/^static-auth-secret=(.*)$/gm)) {
    const server = { address: NODE, port, username, password: password(secret, username) };
    const client = await until(() => relay(server).catch(() => null), 'an allocation');
    await relays(client);
    for (const [number, address] of ['10.231.0.2', '127.0.0.1', '169.254.169.254', '::1'].entries()) {
      for (const code of await attempts(client, address, number)) assert.ok([403, 443].includes(code), `${address}: ${code}`);
    }
    client.close();
  }
});

test('the log has no secret and no password', LONG, async () => {
  const server = await turnServer();
  await refusal(relay({ ...server, password: 'wrong password' }));
  const log = turnLog(cardea);
  assert.match(log, /Cannot find credentials of user/);
  for (const secret of [fs.readFileSync(secretFile(cardea), 'utf8').trim(), server.password]) {
    assert.ok(!log.includes(secret));
  }
  const conf = fs.readFileSync(path.join(cardea.stateDir, 'turn/turnserver.conf'), 'utf8');
  assert.ok(!conf.includes(fs.readFileSync(secretFile(cardea), 'utf8').trim()));
  for (const name of ['turnserver.conf', 'turndb']) {
    assert.equal(fs.statSync(path.join(cardea.stateDir, 'turn', name)).mode & 0o777, 0o600, name);
  }
});
