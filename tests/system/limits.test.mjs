// How often a caller may try (spec/native 1: 429). Takes about 15 s.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCardea, Tunnel, until } from '../support/cardea.mjs';

const start = async (t, limits) => {
  const args = Object.entries(limits).flatMap(([name, value]) => ['--set', `limits.${name}=${value}`]);
  const cardea = await startCardea({ args });
  t.after(() => cardea.stop());
  cardea.hostKey = new URL(cardea.dev.host_link).search.slice(1);
  cardea.guestToken = new URL(cardea.dev.guest_link).searchParams.get('guest');
  cardea.tryEnter = (body, headers) => cardea.request('POST', '/api/v1/enter', { body, headers });
  cardea.guess = (headers) => cardea.tryEnter({ credential: 'a'.repeat(24) }, headers);
  return cardea;
};

function isLimited(answer) {
  assert.equal(answer.status, 429, answer.raw);
  assert.deepEqual(Object.keys(answer.body), ['error', 'code']);
  assert.equal(answer.body.code, 'rate_limited');
  assert.ok(Number(answer.headers['retry-after']) >= 1);
  assert.equal(answer.headers['access-control-allow-origin'], '*');
}

/** Calls @p attempt until it is limited: @p burst times, and once more for each second it takes. */
async function exhaust(attempt, burst) {
  const begin = Date.now();
  let count = 0;
  let answer = await attempt();
  for (; answer.status !== 429; count++) answer = await attempt();
  assert.ok(count >= burst && count <= burst + (Date.now() - begin) / 1000 + 1, `${count} tries`);
  return answer;
}

test('an address that guesses waits, whatever it claims to be', async (t) => {
  const cardea = await start(t, { enter_failures_per_second: 1, enter_failures_burst: 5 });
  const early = await cardea.tunnel();
  const { entered } = await cardea.enter(cardea.hostKey);

  isLimited(await exhaust(async () => {
    const answer = await cardea.guess();
    assert.ok([401, 429].includes(answer.status), answer.raw);
    return answer;
  }, 5));
  await Promise.all(Array.from({ length: 10 }, () => cardea.guess())); // those cost nothing any more
  isLimited(await exhaust(() => cardea.guess({ 'X-Forwarded-For': '192.0.2.1' }), 0));
  isLimited(await exhaust(() => cardea.tryEnter('{'), 0));

  // The tunnel asks the same table: before the handshake, and for sockets that were open already.
  await exhaust(() => cardea.guess(), 0);
  const error = await cardea.tunnel().then((tunnel) => tunnel.close(), (e) => e);
  assert.equal(error.status, 429);
  await exhaust(() => cardea.guess(), 0);
  const answer = await early.request({ janus: 'create', token: entered.join_token });
  assert.equal(answer.error?.code, 403);
  assert.equal((await early.closed).code, 1013);

  await until(async () => (await cardea.tryEnter({ credential: cardea.hostKey })).status === 201, 'it may try again');
});

test('refused first frames of a tunnel are guesses, too', async (t) => {
  const cardea = await start(t, { enter_failures_per_second: 1, enter_failures_burst: 5 });
  const { entered } = await cardea.enter(cardea.hostKey);
  await exhaust(async () => {
    let tunnel;
    try {
      tunnel = await cardea.tunnel();
    } catch ({ status }) {
      return { status };
    }
    const refused = await tunnel.request({ janus: 'create', token: `${entered.join_token}x` });
    assert.equal(refused.error.code, 403);
    assert.ok([1008, 1013].includes((await tunnel.closed).code));
    return { status: 101 };
  }, 5);
  isLimited(await cardea.guess());
});

test('a credential enters so often, another one is not held back', async (t) => {
  const cardea = await start(t, { enter_per_second: 1, enter_burst: 4 });
  isLimited(await exhaust(async () => {
    const answer = await cardea.tryEnter({ credential: cardea.hostKey });
    assert.ok([201, 429].includes(answer.status), answer.raw);
    return answer;
  }, 4));
  assert.equal((await cardea.tryEnter({ credential: cardea.guestToken, name: 'Ann' })).status, 201);
  await until(async () => (await cardea.tryEnter({ credential: cardea.hostKey })).status === 201, 'it may enter again');
});

test('0 is no limit', async (t) => {
  const cardea = await start(t, { enter_failures_per_second: 0, enter_per_second: 0 });
  const answers = await Promise.all(Array.from({ length: 100 }, () => cardea.guess()));
  assert.ok(answers.every(({ status }) => status === 401));
  const tunnel = await Tunnel.connect(`${cardea.wsUrl}/janus/n1`);
  await tunnel.close();
});

test('an API key, and an address without one, may call so often, in every dialect', async (t) => {
  const cardea = await start(t, {
    key_requests_per_second: 1, key_requests_burst: 5, address_requests_per_second: 1, address_requests_burst: 5,
    enter_failures_per_second: 0,
  });
  const limited = (answer, keys) => {
    assert.equal(answer.status, 429, answer.raw);
    assert.deepEqual(Object.keys(answer.body), keys);
    assert.ok(Number(answer.headers['retry-after']) >= 1);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
  };
  const key = cardea.dev.api_key;
  const rooms = (value) => cardea.request('GET', '/rooms', { headers: { Authorization: value } });
  const native = (value) => cardea.request('GET', '/api/v1/rooms/x/participants', { headers: { 'X-API-Key': value } });

  limited(await exhaust(() => rooms(key), 5), ['error']);
  limited(await native(key), ['error']); // it is the same key
  assert.equal((await rooms('another')).status, 403);
  assert.equal((await cardea.guess()).status, 401);
  limited(await exhaust(() => cardea.guess(), 3), ['error', 'code']);
  limited(await cardea.request('GET', `/rooms/${'a'.repeat(24)}`), ['error']);
  assert.equal((await cardea.request('GET', '/healthz')).status, 200);
});

test('a guest link registers so many, an access key says so much', async (t) => {
  const cardea = await start(t, { enter_per_second: 1, enter_burst: 3, messages_per_second: 1, messages_burst: 4 });
  const headers = { Authorization: cardea.dev.api_key };
  const { body: meeting } = await cardea.request('POST', '/rooms', { body: { user: { name: 'Ada' } }, headers });
  const guest = () => cardea.request('POST', `/guests/${meeting.room.guest_token}`, { body: { name: 'Ben' } });
  const say = (key) => cardea.request('POST', `/rooms/${key}/messages`, { body: { type: 'chat', content: 'x' } });
  for (const answer of [await exhaust(guest, 3), await exhaust(() => say(meeting.access_key), 4)]) {
    assert.deepEqual(Object.keys(answer.body), ['error']);
    assert.ok(Number(answer.headers['retry-after']) >= 1);
  }
  const other = await cardea.request('POST', '/rooms', { body: { user: { name: 'Cleo' } }, headers });
  assert.equal((await say(other.body.access_key)).status, 201);
  await until(async () => (await guest()).status === 201, 'the link registers again');
});
