// /janus/<node> (spec/native 13): the only wall between clients of one Janus. Takes about 20 s, 10 of
// which are the time a socket may be silent.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionId, PLUGIN, randomId, startCardea, Tunnel, until } from '../support/cardea.mjs';
import { fakeOffer } from '../support/offers.mjs';

let cardea;

before(async () => {
  cardea = await startCardea();
});
after(() => cardea.stop());

/** A participant of a new room with a Janus session. */
const newSeat = async () => (await cardea.participant(`tunnel ${randomId()}`)).create();

const isRefused = (answer, code) => {
  assert.equal(answer.janus, 'error', JSON.stringify(answer));
  assert.equal(answer.error.code, code, JSON.stringify(answer));
  assert.equal(typeof answer.error.reason, 'string');
};

test('create, attach, join, keepalive, destroy', async () => {
  const seat = await cardea.participant(`tunnel ${randomId()}`);
  seat.tunnel = await cardea.tunnel();
  // A session id of the client's choice is not heeded.
  const created = await seat.tunnel.request({ janus: 'create', id: 4711, token: seat.entered.join_token });
  assert.equal(created.janus, 'success');
  assert.ok(Number.isSafeInteger(created.data.id) && created.data.id > 0 && created.data.id !== 4711);
  seat.session = created.data.id;
  const { handle } = await seat.join('receive', connectionId());
  assert.equal((await seat.message(handle, { request: 'sync' })).cardea, 'synced');
  seat.tunnel.raw(JSON.stringify({ janus: 'keepalive', session_id: seat.session, transaction: 'k' }));
  const destroyed = await seat.tunnel.request({ janus: 'destroy', session_id: seat.session });
  assert.equal(destroyed.janus, 'success');
  await seat.tunnel.close();
  const text = JSON.stringify(seat.tunnel.messages);
  assert.ok(!text.includes('secret') && !text.includes('cardea-control'));
});

/** Has Janus log what it does with handles. */
async function logHandles() {
  const secret = fs.readFileSync(path.join(cardea.stateDir, 'keys/janus-admin.secret'), 'utf8').trim();
  const admin = await Tunnel.connect(`ws+unix://${cardea.dev.janus_admin_socket}:/`, { protocol: 'janus-admin-protocol' });
  const answer = await admin.request({ janus: 'set_log_level', level: 5, admin_secret: secret });
  assert.equal(answer.janus, 'success', JSON.stringify(answer));
  await admin.close();
}

test('the people of a room share an event loop of Janus', async () => {
  await logHandles();
  const log = path.join(cardea.stateDir, 'log/janus.log');
  for (let round = 0; round < 2; round += 1) {
    const room = `loop ${randomId()}`;
    const before = fs.statSync(log).size;
    for (let person = 0; person < 3; person += 1) {
      const seat = await (await cardea.participant(room)).create();
      await seat.attach();
      await seat.attach();
    }
    const added = fs.readFileSync(log, 'utf8').slice(before).matchAll(/added handle to loop #(\d+)/g);
    const loops = [...added].map(([, loop]) => loop);
    assert.deepEqual(loops, Array(6).fill(loops[0]));
  }
});

test('what was just hung up takes no offer', async () => {
  const seat = await newSeat();
  const { handle } = await seat.join('publish', connectionId());
  const offer = (number) => seat.tunnel.request({
    janus: 'message', session_id: seat.session, handle_id: handle, jsep: fakeOffer(['audio']),
    body: { request: 'publish', offer: number, tracks: [{ mid: '0', kind: 'microphone' }] },
  });
  assert.equal((await offer(1)).plugindata.data.cardea, 'published');
  const hangup = await seat.tunnel.request({ janus: 'hangup', session_id: seat.session, handle_id: handle });
  assert.equal(hangup.janus, 'success');
  isRefused(await offer(2), 471);
  await sleep(1200);
  // Janus takes it, and the plugin answers: the hangup has ended the handle's part.
  assert.equal((await offer(3)).plugindata.data.code, 'left');
});

test('a stolen session id opens nothing', async () => {
  const victim = await newSeat();
  const { handle } = await victim.join('receive', connectionId());
  const thief = await newSeat();
  for (const body of [
    { janus: 'attach', plugin: 'janus.plugin.cardea' },
    { janus: 'message', handle_id: handle, body: { request: 'leave' } },
    { janus: 'trickle', handle_id: handle, candidate: { completed: true } },
    { janus: 'hangup', handle_id: handle },
    { janus: 'detach', handle_id: handle },
    { janus: 'keepalive' },
    { janus: 'destroy' },
  ]) {
    isRefused(await thief.tunnel.request({ ...body, session_id: victim.session }), 458);
  }
  isRefused(await thief.tunnel.request({ janus: 'claim', session_id: victim.session, token: thief.entered.resume }), 403);
  // A handle of another session is not reached through one's own either.
  const own = await thief.tunnel.request({
    janus: 'message', session_id: thief.session, handle_id: handle, body: { request: 'leave' },
  });
  isRefused(own, 459);

  // On a new socket: without, with a foreign, with the wrong kind of proof.
  for (const [code, first] of [
    [403, { janus: 'claim', session_id: victim.session }],
    [458, { janus: 'claim', session_id: victim.session, token: thief.entered.resume }],
    [403, { janus: 'claim', session_id: victim.session, token: victim.entered.join_token }],
    [403, { janus: 'create', token: victim.entered.resume }],
    [403, { janus: 'create', token: victim.entered.join_token }], // was used
    [403, { janus: 'create' }],
    [403, { janus: 'create', token: `${thief.entered.join_token}x` }],
    [403, { janus: 'attach', session_id: victim.session, plugin: 'janus.plugin.cardea' }],
    [403, { janus: 'message', session_id: victim.session, handle_id: handle, body: { request: 'leave' } }],
    [453, { janus: 'info' }],
  ]) {
    const tunnel = await cardea.tunnel();
    isRefused(await tunnel.request(first), code);
    assert.equal((await tunnel.closed).code, 1008);
  }
  assert.equal((await victim.message(handle, { request: 'sync' })).cardea, 'synced'); // nothing happened
  await Promise.all([victim.tunnel.close(), thief.tunnel.close()]);
});

test('a session has 16 handles at a time, on whatever socket', async () => {
  const seat = await newSeat();
  const attach = () => seat.tunnel.request({ janus: 'attach', session_id: seat.session, plugin: PLUGIN });
  // All at once: those that Janus has not answered count as well.
  const answers = await Promise.all(Array.from({ length: 20 }, attach));
  const handles = answers.filter((answer) => answer.janus === 'success').map((answer) => answer.data.id);
  assert.equal(handles.length, 16);
  for (const answer of answers.slice(16)) isRefused(answer, 403);

  const detach = async (handle) => {
    const { tunnel } = seat;
    assert.equal((await tunnel.request({ janus: 'detach', session_id: seat.session, handle_id: handle })).janus, 'success');
    await until(() => tunnel.messages.some((m) => m.janus === 'detached' && m.sender === handle), 'the handle is gone');
  };
  await detach(handles[0]);
  assert.equal((await attach()).janus, 'success');
  isRefused(await attach(), 403);

  assert.equal((await seat.claim()).janus, 'success');
  isRefused(await attach(), 403);
  await detach(handles[1]);
  assert.equal((await attach()).janus, 'success');
  isRefused(await attach(), 403);
  await seat.tunnel.close();
});

test('control requests, other verbs and other plugins are refused', async () => {
  const seat = await newSeat();
  const handle = await seat.attach();
  const address = { session_id: seat.session, handle_id: handle };
  for (const request of [
    'hello', 'keys', 'turn', 'open', 'close', 'grant', 'revoke', 'policy', 'say', 'ack', 'heartbeat', 'rooms',
  ]) {
    isRefused(await seat.tunnel.request({ janus: 'message', ...address, body: { request } }), 403);
  }
  for (const body of ['{"request":"hello"}', [{ request: 'hello' }], null, 1, undefined]) {
    isRefused(await seat.tunnel.request({ janus: 'message', ...address, body }), 467);
  }
  for (const janus of ['info', 'ping', 'list_sessions', 'message_plugin', 'add_token', 'Message', 'message ']) {
    isRefused(await seat.tunnel.request({ janus, ...address, admin_secret: 'x' }), 453);
  }
  for (const plugin of ['janus.plugin.videoroom', 'janus.plugin.echotest', 'janus.plugin.cardea ', '']) {
    isRefused(await seat.tunnel.request({ janus: 'attach', session_id: seat.session, plugin }), 403);
  }
  isRefused(await seat.tunnel.request({ janus: 'create', token: seat.entered.join_token }), 403);
  isRefused(await seat.tunnel.request({ janus: 'message', session_id: seat.session, body: { request: 'sync' } }), 456);
  // A name that is there twice hides nothing: which one Janus would read does not matter.
  seat.tunnel.raw(
    `{"janus":"message","transaction":"twice","session_id":${seat.session},"handle_id":${handle},` +
      '"body":{"request":"sync","request":"hello"}}',
  );
  seat.tunnel.raw('not json');
  seat.tunnel.raw('[]');
  // The socket is still good.
  assert.equal((await seat.message(handle, { request: 'sync' })).code, 'not_joined');
  assert.equal(seat.tunnel.messages.filter((m) => m.error?.code === 454).length, 3);
  await seat.tunnel.close();
});

test('resume: the newer socket takes over, again and again', async () => {
  const seat = await newSeat();
  const { handle } = await seat.join('receive', connectionId());
  for (let i = 0; i < 5; i++) {
    const old = seat.tunnel;
    if (i % 2) await old.terminate();
    const claimed = await seat.claim();
    assert.equal(claimed.janus, 'success', JSON.stringify(claimed));
    if (!(i % 2)) {
      const { code, reason } = await old.closed;
      assert.equal(code, 4001);
      assert.match(reason, /replaced/);
    }
    assert.equal((await seat.message(handle, { request: 'sync' })).cardea, 'synced');
  }
  const foreign = await cardea.tunnel();
  isRefused(await foreign.request({ janus: 'claim', session_id: seat.session + 1, token: seat.entered.resume }), 458);
  await seat.tunnel.close();
});

test('a removed seat resumes nothing', async () => {
  const seat = await newSeat();
  cardea.sql(`UPDATE participants SET gen = gen + 1 WHERE seat = '${seat.entered.participant.id}'`);
  await seat.tunnel.close();
  isRefused(await seat.claim(), 403);
});

test('removal: told by the plugin, closed, destroyed', async (t) => {
  const policy = (value) => cardea.sql(`UPDATE tenant_config SET duplicate_policy = ${value}`);
  const room = `tunnel ${randomId()}`;
  const seat = await (await cardea.participant(room, { external_user_id: 'u' })).create();
  await seat.join('receive', connectionId());
  policy(2); // disconnect_existing
  t.after(() => policy(0));
  const next = await cardea.participant(room, { external_user_id: 'u' });
  assert.notEqual(next.entered.participant.id, seat.entered.participant.id);
  assert.equal((await seat.tunnel.closed).code, 4003);
  const removed = seat.tunnel.messages.find((m) => m.plugindata?.data?.event === 'removed');
  assert.equal(removed?.plugindata.data.reason, 'revoked');
  const claimed = await seat.claim();
  assert.ok([403, 458].includes(claimed.error?.code), JSON.stringify(claimed)); // removed, or gone already
  await until(
    () => cardea.sql(`SELECT count(*) FROM media_sessions WHERE janus_session = ${seat.session}`) === '0',
    'its Janus session is gone',
  );
});

test('a session that its client destroyed is gone for good', async () => {
  const seat = await newSeat();
  const count = () => Number(cardea.sql(`SELECT count(*) FROM media_sessions WHERE janus_session = ${seat.session}`));
  assert.equal(count(), 1);
  assert.equal((await seat.tunnel.request({ janus: 'destroy', session_id: seat.session })).janus, 'success');
  await seat.tunnel.close();
  await until(() => count() === 0, 'its row is gone');
  isRefused(await seat.claim(), 458);
});

test('floods and large frames end the socket, the session can be claimed', async () => {
  const seat = await newSeat();
  for (let i = 0; i < 400; i++) {
    seat.tunnel.raw(JSON.stringify({ janus: 'keepalive', session_id: seat.session, transaction: `k${i}` }));
  }
  const flood = await seat.tunnel.closed;
  assert.equal(flood.code, 1008);
  assert.match(flood.reason, /too many frames/);

  assert.equal((await seat.claim()).janus, 'success');
  const body = { request: 'sync', x: 'a'.repeat(200 * 1024) };
  const handle = await seat.attach();
  const large = await seat.message(handle, body); // Janus and plugin have limits of their own
  assert.ok(large.cardea === 'error' || large.janus === 'error');
  seat.tunnel.raw(JSON.stringify({ janus: 'keepalive', session_id: seat.session, x: 'a'.repeat(300 * 1024) }));
  assert.equal((await seat.tunnel.closed).code, 1009);

  assert.equal((await seat.claim()).janus, 'success');
  seat.tunnel.ws.send(Buffer.from('{}'));
  assert.equal((await seat.tunnel.closed).code, 1003);
});

test('frames before the answer to the first one are kept, but not many', async () => {
  const seat = await cardea.participant(`tunnel ${randomId()}`);
  const tunnel = await cardea.tunnel();
  const answers = Promise.all([
    tunnel.request({ janus: 'create', token: seat.entered.join_token }),
    tunnel.request({ janus: 'keepalive', session_id: 1 }),
  ]);
  const [created, early] = await answers;
  assert.equal(created.janus, 'success');
  isRefused(early, 458);
  await tunnel.close();
});

test('what is no tunnel', async () => {
  const status = (options, url = `${cardea.wsUrl}/janus/n1`) =>
    Tunnel.connect(url, options).then(() => 101, (error) => error.status);
  assert.equal(await status({}, `${cardea.wsUrl}/janus/n2`), 404);
  assert.equal(await status({ protocol: [] }), 400);
  assert.equal(await status({ protocol: 'janus-admin-protocol' }), 400);
  assert.equal((await cardea.request('GET', '/janus/n1')).status, 426);
  assert.equal((await cardea.request('POST', '/janus/n1', { body: {} })).status, 405);
});

test('no first frame in 10 s, no socket', async () => {
  const start = Date.now();
  const tunnel = await cardea.tunnel();
  const { code, reason } = await tunnel.closed;
  assert.equal(code, 1008);
  assert.match(reason, /no first frame/);
  assert.ok(Date.now() - start >= 9000);
});

test('origins: a list restricts', async (t) => {
  const other = await startCardea({ args: ['--set', 'http.allowed_origins=https://app.example'] });
  t.after(() => other.stop());
  const status = (Origin) =>
    other.tunnel({ headers: Origin === undefined ? {} : { Origin } }).then((s) => s.close() && 101, (e) => e.status);
  assert.equal(await status('https://app.example'), 101);
  assert.equal(await status(undefined), 101); // no browser
  for (const origin of [
    'null', 'http://app.example', 'https://app.example:8443', 'https://app.example.evil', 'https://evil-app.example',
    'https://x.app.example', 'https://APP.example', 'https://app.example.', 'https://app.example@evil.example', '',
  ]) {
    assert.equal(await status(origin), 403, origin);
  }
});
