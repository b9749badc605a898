// The gateway dies, calls go on: SIGKILL of the worker and of the supervisor, with a participant
// connected (issue 2, "Done when"; media itself is looked at by the browser tests). Takes about 15 s.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionId, ended, isAlive, randomId, startCardea, until } from '../support/cardea.mjs';

/** Two participants of one room, both joined for receiving. */
async function meeting(cardea) {
  const room = `restart ${randomId()}`;
  const seats = [];
  for (const name of ['Ann', 'Bob']) {
    const seat = await (await cardea.participant(room, { display_name: name })).create();
    Object.assign(seat, await seat.join('receive', connectionId()));
    seats.push(seat);
  }
  return { room, seats };
}

/** Back as a client comes back: a new socket, claim, sync. */
async function comeBack(seat) {
  await until(async () => {
    try {
      const answer = await seat.claim();
      assert.equal(answer.janus, 'success', JSON.stringify(answer));
      return true;
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return false; // nobody accepts yet
    }
  }, 'claim after the restart');
  return seat.message(seat.handle, { request: 'sync' });
}

const online = (cardea, seat) =>
  cardea.sql(`SELECT online FROM participants WHERE seat = '${seat.entered.participant.id}'`);

test('the worker is killed: claim and sync', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const { room, seats } = await meeting(cardea);
  const [ann, bob] = seats;
  const { janus } = cardea.dev.pids;
  const sessions = seats.map((seat) => seat.session);

  const start = Date.now();
  await cardea.kill('gateway');
  assert.equal((await ann.tunnel.closed).code, 1006);
  // Bob leaves and nobody sees it: the event waits in the plugin.
  const synced = await comeBack(ann);
  const back = Date.now() - start;
  assert.equal(synced.cardea, 'synced', JSON.stringify(synced));
  assert.equal(synced.participant.id, ann.entered.participant.id);
  t.diagnostic(`state back after ${back} ms`);
  assert.ok(back < 10000);

  await until(() => cardea.isReady(), 'dev.json names the new worker');
  assert.equal(cardea.dev.pids.janus, janus);
  assert.ok(isAlive(janus));
  assert.equal(cardea.log().split('host link').length - 1, 1); // printed once
  assert.deepEqual(seats.map((seat) => seat.session), sessions);
  assert.equal((await comeBack(bob)).cardea, 'synced');
  await until(() => online(cardea, bob) === '1', 'Bob is online');

  // Everything works as before: leaving, joining, the list.
  assert.equal((await bob.message(bob.handle, { request: 'leave' })).cardea, 'left');
  await until(() => online(cardea, bob) === '0', 'the log says that Bob is offline');
  const third = await (await cardea.participant(room, { display_name: 'Cy' })).create();
  const { data } = await third.join('receive', connectionId());
  assert.deepEqual(data.roster.map((p) => p.id), [ann.entered.participant.id]);
  await until(() => online(cardea, third) === '1', 'the third is online');
  assert.equal(online(cardea, ann), '1');
  await Promise.all([ann, bob, third].map((seat) => seat.tunnel.close()));
});

test('what happens while the gateway is away is in the log afterwards', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const { seats } = await meeting(cardea);
  const [ann, bob] = seats;
  await until(() => online(cardea, bob) === '1', 'Bob is online');
  assert.equal(online(cardea, ann), '1');

  // The worker does not get to hear of it: it is stopped when Bob's request goes out, and killed.
  const { gateway } = cardea.dev.pids;
  bob.tunnel.raw(JSON.stringify({
    janus: 'message', session_id: bob.session, handle_id: bob.handle, transaction: 'bye', body: { request: 'leave' },
  }));
  await until(() => bob.tunnel.messages.some((m) => m.transaction === 'bye'), 'Janus has the request');
  process.kill(gateway, 'SIGSTOP');
  process.kill(gateway, 'SIGKILL');
  await ended(gateway);
  await until(() => cardea.isReady() && cardea.dev.pids.gateway !== gateway, 'the next worker');
  await until(() => online(cardea, bob) === '0', 'the log says that Bob is offline');
  assert.equal((await comeBack(ann)).cardea, 'synced');
  assert.equal(online(cardea, ann), '1');
  await ann.tunnel.close();
});

test('the supervisor is killed and started again: the same Janus', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const { seats } = await meeting(cardea);
  const [ann] = seats;
  const { janus, gateway } = cardea.dev.pids;
  const guest = cardea.dev.guest_link;

  await cardea.kill('supervisor');
  await ended(gateway, 'the worker ends with its supervisor');
  assert.ok(isAlive(janus));
  await cardea.start();
  assert.equal(cardea.dev.pids.janus, janus);
  assert.equal(cardea.dev.guest_link, guest);
  assert.equal((await comeBack(ann)).cardea, 'synced');
  assert.equal((await (await cardea.participant('other room')).create()).session > 0, true);
  await ann.tunnel.close();
});

test('Janus is killed: tokens from before are dead, people enter again', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const { room, seats } = await meeting(cardea);
  const [ann] = seats;
  const spare = await cardea.participant(room, { display_name: 'Spare' });

  const start = Date.now();
  await cardea.kill('janus');
  assert.equal((await ann.tunnel.closed).code, 1013);
  const again = await until(
    () => cardea.participant(room, { display_name: 'Dee' }).catch(() => null),
    'enter works again', 20000,
  );
  t.diagnostic(`enter works again after ${Date.now() - start} ms`);
  await again.create();
  const { data } = await again.join('receive', connectionId());
  assert.deepEqual(data.roster, []); // no ghosts
  assert.equal(online(cardea, ann), '0');

  // The old token names the room's epoch on the dead process.
  await spare.create().catch(() => {});
  if (spare.session) {
    const handle = await spare.attach();
    const refused = await spare.message(handle, {
      request: 'join', handle: 'receive', token: spare.entered.join_token, connection: connectionId(),
    });
    assert.equal(refused.code, 'epoch_stale', JSON.stringify(refused));
  }
  await again.tunnel.close();
});

test('Janus hangs and comes back: the same process, the same people', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const { room, seats } = await meeting(cardea);
  const [ann, bob] = seats;
  const { janus } = cardea.dev.pids;
  const state = async () => (await cardea.request('GET', '/readyz')).body.media.n1.state;

  process.kill(janus, 'SIGSTOP');
  try {
    // No answer within 1 s is an answer; the heartbeat finds out in 7 s.
    const enter = await cardea.api('POST', `/api/v1/rooms/${encodeURIComponent(room)}/participants`, { display_name: 'Cy' });
    const refused = await cardea.request('POST', '/api/v1/enter', { body: { credential: enter.body.access_token } });
    assert.equal(refused.status, 503);
    assert.equal(refused.body.code, 'media_node_timeout');
    await until(async () => (await state()) === 'janus_missing', 'the hanging Janus is noticed', 15000);
  } finally {
    process.kill(janus, 'SIGCONT');
  }
  await until(async () => (await state()) === 'ready', 'ready again', 20000);
  assert.equal(cardea.dev.pids.janus, janus);
  assert.equal((await ann.message(ann.handle, { request: 'sync' })).cardea, 'synced');
  assert.equal((await bob.message(bob.handle, { request: 'leave' })).cardea, 'left');
  await until(() => online(cardea, bob) === '0', 'the log says that Bob is offline');
  assert.equal(online(cardea, ann), '1');
  await Promise.all([ann, bob].map((seat) => seat.tunnel.close()));
});
