// `./dev up --tls`: nginx with a self-signed certificate in front of the gateway, from the sample
// conf/nginx.conf: pages, REST and the tunnel by https and wss.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { ROOT } from '../support/build.mjs';
import { randomId, startCardea, until } from '../support/cardea.mjs';
import { freePort } from '../support/janus.mjs';

let cardea;
let port;
let front;
let exited;
let printed = '';

before(async () => {
  cardea = await startCardea();
  port = await freePort();
  front = spawn(path.join(ROOT, 'conf/tls-front.sh'),
    [path.join(cardea.stateDir, 'tls'), '127.0.0.1', String(port), String(cardea.port)],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [front.stdout, front.stderr]) stream.on('data', (text) => { printed += text; });
  exited = new Promise((resolve) => { front.on('exit', (code) => resolve(code)); });
  await until(() => request('GET', '/healthz').then(() => true, () => false), 'nginx to answer');
});

after(async () => {
  front?.kill('SIGTERM');
  await exited;
  await cardea?.stop();
});

function request(method, pathname, body) {
  return new Promise((resolve, reject) => {
    const call = https.request({ host: '127.0.0.1', port, method, path: pathname, rejectUnauthorized: false,
      headers: { 'Content-Type': 'application/json' } }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    call.on('error', reject);
    call.end(body && JSON.stringify(body));
  });
}

test('the page comes by https, with the fingerprint that was printed', async () => {
  const page = await request('GET', '/');
  assert.equal(page.status, 200);
  assert.match(page.headers['content-type'], /^text\/html/);
  const fresh = await new Promise((resolve, reject) => {
    https.get({ host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false, agent: false }, (answer) => {
      resolve(answer.socket.getPeerCertificate());
      answer.resume();
    }).on('error', reject);
  });
  assert.ok(printed.includes(fresh.fingerprint256), printed);
  assert.ok(fresh.subjectaltname.includes('DNS:localhost'));
});

test('enter gives a wss address, and the tunnel works through it', async () => {
  const token = new URL(cardea.dev.guest_link).searchParams.get('guest');
  const entered = await request('POST', '/api/v1/enter', { credential: token, name: 'Ada' });
  assert.equal(entered.status, 201, entered.text);
  const { janus_url: url, join_token: joinToken } = JSON.parse(entered.text);
  assert.equal(url, `wss://127.0.0.1:${port}/janus/n1`);
  const socket = new WebSocket(url, 'janus-protocol', { rejectUnauthorized: false });
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  const answer = new Promise((resolve) => { socket.on('message', (text) => resolve(JSON.parse(text))); });
  socket.send(JSON.stringify({ janus: 'create', transaction: randomId(), token: joinToken }));
  assert.equal((await answer).janus, 'success');
  socket.terminate();
});

function certificate() {
  return new Promise((resolve, reject) => {
    https.get({ host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false, agent: false }, (answer) => {
      resolve(answer.socket.getPeerCertificate().fingerprint256);
      answer.resume();
    }).on('error', reject);
  });
}

test('a new certificate is served within seconds, while an open WebSocket lives on', async (t) => {
  const folder = path.join(cardea.stateDir, 'tls');
  const token = new URL(cardea.dev.guest_link).searchParams.get('guest');
  const entered = JSON.parse((await request('POST', '/api/v1/enter', { credential: token, name: 'Ben' })).text);
  const socket = new WebSocket(entered.janus_url, 'janus-protocol', { rejectUnauthorized: false });
  let closed = false;
  socket.on('close', () => { closed = true; });
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  const ask = (body) => {
    const answer = new Promise((resolve) => { socket.once('message', (text) => resolve(JSON.parse(text))); });
    socket.send(JSON.stringify({ ...body, transaction: randomId() }));
    return answer;
  };
  const session = (await ask({ janus: 'create', token: entered.join_token })).data.id;
  const old = await certificate();
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '2', '-subj', '/CN=renewed', '-keyout', 'next.key', '-out', 'next.crt'], { cwd: folder, stdio: 'ignore' });
  const start = Date.now();
  // First the one, then the other: in between they do not fit, and the old ones stay in force.
  fs.renameSync(path.join(folder, 'next.crt'), path.join(folder, 'tls.crt'));
  assert.equal(await certificate(), old);
  fs.renameSync(path.join(folder, 'next.key'), path.join(folder, 'tls.key'));
  const renewed = await until(async () => {
    const now = await certificate();
    return now !== old && now;
  }, 'the new certificate', 15000);
  t.diagnostic(`after ${Date.now() - start} ms`);
  await until(() => printed.includes(`reloaded, sha256 Fingerprint=${renewed}`), `${renewed} in: ${printed}`);
  assert.equal((await ask({ janus: 'keepalive', session_id: session })).janus, 'ack');
  assert.equal(closed, false);
  socket.terminate();
});

test('the key is nobody else\'s, and kept', () => {
  const folder = path.join(cardea.stateDir, 'tls');
  assert.equal(fs.statSync(path.join(folder, 'tls.key')).mode & 0o777, 0o600);
  assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
});
