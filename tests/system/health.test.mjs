// /healthz, /readyz, the admin socket, dev.json: what an operator sees, also with parts missing.
// Takes about 10 s.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { startCardea, until } from '../support/cardea.mjs';

const ready = async (cardea) => (await cardea.request('GET', '/readyz')).body;

test('everything is there', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const { dev } = cardea;

  assert.deepEqual((await cardea.request('GET', '/healthz')).body, { status: 'ok' });
  const answer = await cardea.request('GET', '/readyz');
  assert.equal(answer.status, 200);
  assert.equal(answer.body.ready, true);
  assert.equal(answer.body.store.state, 'ready');
  assert.equal(answer.body.media.n1.state, 'ready');

  assert.equal(fs.statSync(path.join(cardea.stateDir, 'dev.json')).mode & 0o777, 0o600);
  assert.deepEqual(Object.keys(dev), [
    'url', 'api_key', 'api_key_id', 'api_secret', 'client_id', 'client_secret', 'host_link', 'guest_link', 'admin_socket', 'janus_admin_socket', 'pids',
  ]);
  assert.match(dev.host_link, /\/\?[A-Za-z0-9]{24}$/);
  assert.match(dev.guest_link, /\/\?guest=[A-Za-z0-9]{24}$/);
  for (const text of [dev.host_link, dev.guest_link, dev.api_key, 'curl -X POST']) {
    assert.ok(cardea.log().includes(text));
  }

  assert.match((await cardea.admin('GET', '/version')).body.version, /^\d+\.\d+/);
  assert.equal((await cardea.admin('GET', '/nodes')).body.nodes[0].state, 'ready');
  const links = await cardea.admin('POST', '/links', { room: 'demo', name: 'Host' });
  assert.equal(links.status, 200, links.raw);
  assert.equal(`${dev.url}${links.body.host_path}`, dev.host_link);
  assert.equal(`${dev.url}${links.body.guest_path}`, dev.guest_link);
  assert.equal((await cardea.admin('POST', '/links', { room: 'demo' })).status, 400);
  assert.equal((await cardea.request('POST', '/links', { body: {} })).status, 404); // admin socket only

  const exit = await cardea.stop();
  assert.deepEqual(exit, { code: 0, signal: null });
});

test('the operator makes a key pair with an id and a secret of his choice', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const pair = { id: 'plugnmeet', secret: 'zumyyYWqv7KR2kUqvYdq4z4sXg7XTBD2ljT6' };
  const made = await cardea.admin('POST', '/keys', pair);
  assert.equal(made.status, 201, made.raw);
  assert.deepEqual({ ...made.body, key: undefined }, { ...pair, key: undefined });
  assert.equal((await cardea.request('POST', '/api/v1/rooms', { headers: { 'X-API-Key': made.body.key }, body: {} })).status, 201);

  const random = (await cardea.admin('POST', '/keys', {})).body;
  assert.ok(random.secret.length >= 32);
  const { keys } = (await cardea.admin('GET', '/keys')).body;
  assert.deepEqual(keys.map(({ id }) => id).sort(), [cardea.dev.api_key_id, 'plugnmeet', random.id].sort());
  for (const key of keys) assert.deepEqual(Object.keys(key), ['id', 'created_at']);

  const refuse = async (fields, status) => {
    const answer = await cardea.admin('POST', '/keys', { ...pair, id: 'another', ...fields });
    assert.equal(answer.status, status, answer.raw);
  };
  await refuse({ id: 'plugnmeet' }, 409);
  await refuse({ id: 'a b' }, 400);
  await refuse({ id: 'x'.repeat(65) }, 400);
  await refuse({ secret: 'x'.repeat(31) }, 400);
  await refuse({ secret: `${pair.secret} ` }, 400);
  await refuse({}, 201);
  assert.equal((await cardea.request('POST', '/keys', { body: pair })).status, 404); // admin socket only
  assert.ok(!cardea.log().includes(pair.secret));
});

test('Janus without our plugin: /readyz says so', async (t) => {
  const pluginDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-empty-'));
  fs.writeFileSync(path.join(pluginDir, 'libjanus_cardea.so'), 'not a library');
  const cardea = await startCardea({ pluginDir, waitReady: false });
  t.after(async () => {
    await cardea.stop();
    fs.rmSync(pluginDir, { recursive: true });
  });
  const body = await until(async () => {
    const found = await ready(cardea).catch(() => null);
    return found?.media.n1.state === 'plugin_missing' ? found : null;
  }, 'plugin_missing');
  assert.equal(body.ready, false);
  assert.match(body.media.n1.text, /janus\.plugin\.cardea/);
  assert.equal((await cardea.request('GET', '/readyz')).status, 503);
  assert.equal((await cardea.request('GET', '/healthz')).status, 200);
});

test('no Janus at all: /readyz says so, REST works, enter answers 503', async (t) => {
  const cardea = await startCardea({ args: ['--set', 'media.supervise_janus=false'], waitReady: false });
  t.after(() => cardea.stop());
  const body = await until(() => ready(cardea).catch(() => null), '/readyz answers');
  assert.equal(body.ready, false);
  assert.equal(body.media.n1.state, 'janus_missing');
  const answer = await cardea.admin('POST', '/links', { room: 'demo', name: 'Host' });
  assert.equal(answer.status, 200, answer.raw);
  const enter = await cardea.request('POST', '/api/v1/enter', { body: { credential: answer.body.host_key } });
  assert.equal(enter.status, 503);
  assert.equal(enter.body.code, 'no_media_node');
  assert.ok(Number(enter.headers['retry-after']) > 0);
});

test('the first tenant is there from the start, and /readyz only reads', async (t) => {
  const cardea = await startCardea({
    args: ['--set', 'media.supervise_janus=false', '--set', 'general.dev_mode=false'], waitReady: false,
  });
  t.after(() => cardea.stop());
  await until(() => cardea.request('GET', '/healthz').catch(() => null), '/healthz answers');
  await until(() => cardea.sql('SELECT count(*) FROM tenants') === '1', 'the first tenant');
  cardea.sql('DELETE FROM tenant_config; DELETE FROM api_keys; DELETE FROM tenants');
  assert.equal((await ready(cardea)).store.state, 'ready');
  assert.equal(cardea.sql('SELECT count(*) FROM tenants'), '0');
});

test('the worker stops within 5 s, with sockets open', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const tunnel = await cardea.tunnel();
  const start = Date.now();
  cardea.child.kill('SIGTERM');
  assert.equal((await tunnel.closed).code, 1012);
  await cardea.exited;
  assert.ok(Date.now() - start < 8000); // the gateway 5 s, then Janus
  assert.equal(cardea.exit.code, 0);
});
