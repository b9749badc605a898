// spec/meetings 11: the life of a meeting, lock, kick, coming back, many at once, and what a killed
// gateway still knows. Names begin with the section. Takes about 15 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { connectionId, isAlive, randomId, Seat, until } from '../../support/cardea.mjs';
import { body, claims, empty, refused, startMeetings } from '../../support/meetings.mjs';

let meetings;
let key;

before(async () => {
  meetings = await startMeetings();
  ({ key } = meetings);
});
after(() => meetings?.cardea.stop());

const JANE = { name: 'Jane Doe', id: 'janedoe' };
const JOHN = { name: 'John Doe', id: 'johndoe' };
const ANN = { name: 'Ann', id: 'ann' };

const join = (room, user) => meetings.started({ id: room.id, user });
const online = async (room) => body(await meetings.users(room.id, '?online=true')).map((user) => user.id);
const credentials = (meeting) => [meeting.access_key, meeting.signaling.options.client_id, meeting.signaling.options.conf_id,
  meeting.room.guest_token, meeting.room.started_at];

/** `enter` with an access key: what it answers, as "status code". */
async function entering(meeting) {
  const { status, body: answer } = await meetings.enter(meeting.access_key);
  return answer.code ? `${status} ${answer.code}` : String(status);
}

// ---- 11.1 ----

test('meetings 11.1: another meeting of the room has new credentials, and the room stays', async () => {
  const jane = await meetings.room({ name: 'Weekly' });
  empty(await meetings.end(jane.access_key), 204);
  const again = await meetings.room({ id: jane.room.id });
  credentials(jane).forEach((old, i) => assert.notEqual(credentials(again)[i], old));
  assert.equal(again.room.id, jane.room.id);
  assert.equal(again.room.name, 'Weekly');
  assert.equal(again.locked, false);
  refused(await meetings.get(jane.access_key), 410);
});

test('meetings 11.1: ready and started_at from the first answer to the end', async () => {
  const jane = await meetings.room();
  const shown = [jane, body(await meetings.get(jane.access_key)), await join(jane.room, ANN), await meetings.joined(jane.room.guest_token, JOHN)];
  for (const { room } of shown) assert.deepEqual(room, jane.room);
  assert.equal(jane.room.ready, true);
  assert.equal(jane.room.shutdown, false);
});

test('meetings 11.1: after the end every call with an access key is 410', async () => {
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  empty(await meetings.end(john.room.id, { key }), 204);
  for (const { access_key: ak } of [jane, john]) {
    const calls = [['GET', ''], ['DELETE', ''], ['GET', '/users/janedoe'], ['DELETE', '/users/johndoe'], ['POST', '/users/johndoe/admit'],
      ['POST', '/lock'], ['POST', '/messages', { type: 'chat', content: 'x' }], ['POST', '/layout', { layout: 'auto' }],
      ['POST', '/presentation'], ['DELETE', '/presentation']];
    for (const [method, rest, content] of calls) {
      refused(await meetings.call(method, `/rooms/${ak}${rest}`, content), 410, 'Access key expired');
    }
    assert.equal(await entering({ access_key: ak }), '410 meeting_over');
  }
  refused(await meetings.guest(jane.room.guest_token, JOHN), 410);
  assert.equal((await meetings.enter(jane.room.guest_token, { name: 'G' })).status, 410);
});

test('meetings 7: end with the API key, with an access key, of nothing', async () => {
  const jane = await meetings.room();
  refused(await meetings.end(`no ${randomId()}`, { key }), 404);
  refused(await meetings.end('a'.repeat(24)), 404);
  empty(await meetings.end(jane.room.id, { key }), 204);
  refused(await meetings.end(jane.room.id, { key }), 404); // it does not run
  refused(await meetings.end(jane.access_key), 410);
});

test('meetings 7: a guest ends no meeting', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  refused(await meetings.end(john.access_key), 403);
  refused(await meetings.lock(john.access_key), 403);
  refused(await meetings.kick(john.access_key, 'janedoe'), 403);
  refused(await meetings.admit(john.access_key, 'johndoe'), 403);
  const now = body(await meetings.get(jane.access_key));
  assert.equal(now.locked, false);
  assert.equal(now.room.ready, true);
});

test('meetings 7: every other call is open to a guest who is in', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const { access_key: ak } = await meetings.joined(jane.room.guest_token, JOHN);
  body(await meetings.get(ak));
  body(await meetings.user(ak, 'janedoe'));
  empty(await meetings.message(ak, 'chat', 'x'), 201);
  empty(await meetings.call('POST', `/rooms/${ak}/layout`, { layout: 'auto' }), 200);
  empty(await meetings.call('POST', `/rooms/${ak}/presentation`), 201);
  empty(await meetings.call('DELETE', `/rooms/${ak}/presentation`), 200);
});

test('meetings 11.3: the end takes everybody out of the call', async () => {
  const jane = await meetings.room();
  const seat = await meetings.arrive(jane);
  empty(await meetings.end(jane.access_key), 204);
  assert.deepEqual(await online(jane.room), []);
  await until(() => seat.tunnel.messages.some((message) => JSON.stringify(message).includes('closed')) || seat.tunnel.ws.readyState > 1,
    'the client learns of the end');
});

// ---- 11.5 ----

test('meetings 11.5: a lock is shown to all, twice is once, and there is no unlock', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  empty(await meetings.lock(jane.access_key), 201);
  for (const { access_key: ak } of [jane, john]) {
    const meeting = body(await meetings.get(ak));
    assert.equal(meeting.locked, true);
    assert.equal(meeting.ready, true);
  }
  empty(await meetings.lock(jane.access_key), 201);
  refused(await meetings.call('DELETE', `/rooms/${jane.access_key}/lock`), 405);
  assert.equal(body(await meetings.get(jane.access_key)).locked, true);
});

test('meetings 11.5: while locked, guests are 423, those who were in as well; regular users 201', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  await meetings.arrive(john);
  empty(await meetings.lock(jane.access_key), 201);
  refused(await meetings.guest(jane.room.guest_token, JOHN), 423);
  refused(await meetings.guest(jane.room.guest_token, { name: 'New' }), 423);
  const again = await join(jane.room, JANE);
  assert.equal(again.locked, true);
  assert.equal(again.access_key, jane.access_key);
  const ann = await join(jane.room, ANN);
  assert.equal(ann.locked, true);
  assert.equal(await entering(ann), '423 room_locked'); // the refusal is at the call
});

test('meetings 11.5: who was in the call before the lock may leave and come back, nobody else', async () => {
  const jane = await meetings.room();
  const ann = await join(jane.room, ANN);
  const first = await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const second = await meetings.arrive(john);
  const bob = await meetings.joined(jane.room.guest_token, { name: 'Bob', id: 'bob' });
  const promised = await meetings.cardea.enter(bob.access_key); // has a token, was never in
  await second.leave();
  empty(await meetings.lock(jane.access_key), 201);
  assert.equal(await entering(ann), '423 room_locked');
  assert.equal(await entering(bob), '423 room_locked');
  await assert.rejects(promised.create(), /create/);
  await (await meetings.arrive(john)).leave();
  await first.leave();
  await meetings.arrive(jane);
});

test('meetings 11.5: nor does a guest who entered by the link and never came', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const bob = { name: 'Bob', client_key: randomId() + randomId() };
  const promised = await meetings.cardea.enter(jane.room.guest_token, bob);
  const came = await meetings.cardea.enter(jane.room.guest_token, { name: 'Ann' });
  await came.create();
  await came.join('receive', connectionId());
  await until(async () => (await online(jane.room)).length === 2, 'Ann is there');
  empty(await meetings.lock(jane.access_key), 201);
  assert.equal((await meetings.enter(jane.room.guest_token, bob)).status, 423);
  await assert.rejects(promised.create(), /create/);
  body(await meetings.enter(jane.room.guest_token, { resume: came.entered.resume }), 201);
});

test('meetings 11.5: a kick takes the way back', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  await meetings.arrive(john);
  empty(await meetings.lock(jane.access_key), 201);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  assert.equal(await entering(john), '423 room_locked');
  assert.equal(body(await meetings.get(john.access_key)).locked, true); // the key stays valid
});

test('meetings 11.5: the next meeting of the room is not locked', async () => {
  const jane = await meetings.room();
  empty(await meetings.lock(jane.access_key), 201);
  empty(await meetings.end(jane.access_key), 204);
  const next = await join(jane.room, JANE);
  assert.equal(next.locked, false);
  body(await meetings.guest(next.room.guest_token, JOHN), 201);
});

// ---- 11.6 ----

test('meetings 11.6: a kick ends the call, takes user id and client id, leaves the access key', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  for (const name of ['id', 'client_id']) {
    const john = await meetings.joined(jane.room.guest_token, { name: 'John', id: `john-${name}` });
    const seat = await meetings.arrive(john);
    const user = name === 'id' ? john.user.id : john.signaling.options.client_id;
    empty(await meetings.kick(jane.access_key, user), 200);
    assert.deepEqual(await online(jane.room), ['janedoe']);
    await until(() => seat.tunnel.ws.readyState === 3, 'its socket is closed');
    refused(await meetings.kick(jane.access_key, john.user.id), 404);
    assert.equal(body(await meetings.get(john.access_key)).ready, true);
    assert.equal(body(await meetings.user(jane.access_key, john.user.id)).id, john.user.id); // may be looked up (7)
  }
});

test('meetings 11.6: whoever is registered can be kicked, in a call or not, and comes back by POST', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const ann = await join(jane.room, ANN);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const bring = { ann: () => join(jane.room, ANN), johndoe: () => meetings.joined(jane.room.guest_token, JOHN) };
  for (const before of [ann, john]) {
    const { id } = before.user;
    empty(await meetings.kick(jane.access_key, id), 200);
    refused(await meetings.kick(jane.access_key, id), 404);
    assert.ok(!body(await meetings.users(jane.room.id)).some((user) => user.id === id));
    const back = await bring[id]();
    assert.equal(back.access_key, before.access_key);
    assert.equal(back.signaling.options.client_id, before.signaling.options.client_id);
    assert.ok(body(await meetings.users(jane.room.id)).some((user) => user.id === id));
    empty(await meetings.kick(jane.access_key, id), 200);
    await (await meetings.arrive(before)).leave(); // a new call with the old key
    empty(await meetings.kick(jane.access_key, id), 200);
  }
});

test('meetings 11.6: until he comes back, the key of a kicked user does nothing', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const ann = await join(jane.room, ANN);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const calls = [['POST', '/messages', { type: 'chat', content: 'x' }], ['POST', '/presentation'], ['DELETE', '/presentation'],
    ['POST', '/layout', { layout: 'custom' }], ['POST', '/lock'], ['DELETE', '/users/janedoe'], ['POST', '/users/janedoe/admit'], ['DELETE', '']];
  for (const { access_key: ak, user } of [ann, john]) {
    empty(await meetings.kick(jane.access_key, user.id), 200);
    for (const [method, rest, content] of calls) {
      refused(await meetings.call(method, `/rooms/${ak}${rest}`, content), 403);
    }
    const seen = body(await meetings.get(ak));
    assert.deepEqual(seen.signaling.options.turn_servers, []);
    assert.equal(seen.locked, false);
    assert.equal(seen.presentation, null);
    assert.equal(seen.options.layout, 'auto');
  }
  const back = await join(jane.room, ANN);
  assert.equal(back.signaling.options.turn_servers.length, 1);
  empty(await meetings.message(back.access_key, 'chat', 'x'), 201);
  const guest = await meetings.joined(jane.room.guest_token, JOHN);
  assert.equal(guest.signaling.options.turn_servers.length, 1);
  empty(await meetings.message(guest.access_key, 'chat', 'x'), 201);
});

test('meetings 11.6: with a waiting room a kick takes the admission', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  body(await meetings.admit(jane.access_key, 'johndoe'));
  await meetings.arrive(john);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  assert.deepEqual(body(await meetings.get(jane.access_key)).waiting_list, []); // he has not come back yet
  const seen = body(await meetings.get(john.access_key)); // its key stays valid
  assert.equal(seen.ready, false);
  assert.deepEqual(seen.signaling.options.turn_servers, []);
  const back = await meetings.joined(jane.room.guest_token, JOHN);
  assert.equal(back.ready, false);
  assert.equal(back.access_key, john.access_key);
  assert.deepEqual(body(await meetings.get(jane.access_key)).waiting_list.map((user) => user.id), ['johndoe']);
});

test('meetings 11.6: a kicked host does not see who waits or presents until he is back', async () => {
  const jane = await meetings.room({ options: { waiting_room: true } });
  await meetings.arrive(jane);
  const ann = await join(jane.room, ANN);
  await meetings.joined(jane.room.guest_token, JOHN);
  empty(await meetings.call('POST', `/rooms/${jane.access_key}/presentation`), 201);
  const seen = async () => {
    const { waiting_list: waiting, presentation } = body(await meetings.get(ann.access_key));
    return [waiting.map((user) => user.id), presentation?.user.id];
  };
  assert.deepEqual(await seen(), [['johndoe'], 'janedoe']);
  empty(await meetings.kick(jane.access_key, 'ann'), 200);
  assert.deepEqual(await seen(), [[], undefined]);
  await join(jane.room, ANN);
  assert.deepEqual(await seen(), [['johndoe'], 'janedoe']);
});

test('meetings 11.6: a host who removes somebody from the call kicks them, where there is a kick', async () => {
  for (const kick_available of [true, false]) {
    const jane = await meetings.room({ options: { waiting_room: true, kick_available } });
    const host = await meetings.cardea.enter(jane.access_key);
    await host.create();
    const { handle } = await host.join('receive', connectionId());
    await until(async () => (await online(jane.room)).length === 1, 'Jane is there');
    const john = await meetings.joined(jane.room.guest_token, JOHN);
    body(await meetings.admit(jane.access_key, 'johndoe'));
    const seat = await meetings.arrive(john);
    await host.message(handle, { request: 'moderate', action: 'remove', participant: seat.entered.participant.id });
    await host.message(handle, { request: 'leave' }); // reported after it
    await until(async () => !(await online(jane.room)).includes('janedoe'), 'Jane has left');
    assert.deepEqual(await online(jane.room), kick_available ? [] : ['johndoe']);
    if (kick_available) {
      await until(() => seat.tunnel.ws.readyState === 3, 'his socket is closed');
      assert.equal((await meetings.enter(john.access_key)).status, 202); // his admission is gone, too
    }
  }
});

test('meetings 11.6: the last host may kick himself and come back', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  empty(await meetings.kick(jane.access_key, 'janedoe'), 200);
  assert.deepEqual(await online(jane.room), []);
  assert.equal((await join(jane.room, JANE)).access_key, jane.access_key);
});

// ---- 11.7 ----

test('meetings 11.7: the same user again is the same registration with a fresh token', async () => {
  const jane = await meetings.room();
  const { joined_at: joined } = body(await meetings.user(jane.access_key, 'janedoe'));
  for (const name of ['Jane Doe', 'Jane D.']) {
    const again = await join(jane.room, { name, id: 'janedoe', avatar: 'https://a.example/j.png' });
    assert.deepEqual(credentials(again), credentials(jane));
    assert.equal(again.user.name, name); // what is new is taken over
    assert.notEqual(again.signaling.options.auth_token, jane.signaling.options.auth_token);
    assert.equal(claims(again.signaling.options.auth_token).client_id, claims(jane.signaling.options.auth_token).client_id);
  }
  const user = body(await meetings.user(jane.access_key, 'janedoe'));
  assert.equal(user.joined_at, joined);
  assert.equal(user.name, 'Jane D.');
  assert.equal(body(await meetings.users(jane.room.id)).length, 1);
});

test('meetings 11.7: one call for each access key', async () => {
  const jane = await meetings.room();
  const seat = await meetings.arrive(jane);
  assert.equal(await entering(jane), '409 in_use');
  await seat.leave();
  await meetings.arrive(jane);
});

test('meetings 11.7: 64 clients register the same user at once: one access key', async () => {
  for (let round = 0; round < 5; round++) {
    const id = randomId();
    const all = await Promise.all(Array.from({ length: 64 }, () => meetings.started({ id, user: JANE })));
    for (let i = 0; i < credentials(all[0]).length; i++) {
      assert.equal(new Set(all.map((meeting) => credentials(meeting)[i])).size, 1);
    }
    const guests = await Promise.all(Array.from({ length: 64 }, () => meetings.joined(all[0].room.guest_token, JOHN)));
    assert.equal(new Set(guests.map((meeting) => meeting.access_key)).size, 1);
    assert.equal(new Set(guests.map((meeting) => meeting.signaling.options.client_id)).size, 1);
    assert.equal(body(await meetings.get(all[0].access_key)).waiting_list.length, 1);
  }
});

test('meetings 11.7: both levels at once: one wins, all of the other are 409', async () => {
  for (let round = 0; round < 10; round++) {
    const { room } = await meetings.room();
    const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => (i % 2 === 0
      ? meetings.start({ id: room.id, user: ANN }) : meetings.guest(room.guest_token, ANN))));
    const won = answers.filter(({ status }) => status === 201);
    const lost = answers.filter(({ status }) => status !== 201);
    assert.equal(won.length, 8);
    assert.equal(new Set(won.map((answer) => `${answer.body.access_key} ${answer.body.user.guest}`)).size, 1);
    lost.forEach((answer) => refused(answer, 409));
  }
});

test('meetings 11: of 16 kicks at once one is 200', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  await meetings.joined(jane.room.guest_token, JOHN);
  const answers = await Promise.all(Array.from({ length: 16 }, () => meetings.kick(jane.access_key, 'johndoe')));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(15).fill(404)]);
});

test('meetings 11.5: a lock among guests: who is refused is not registered, and after it nobody is taken', async () => {
  for (let round = 0; round < 10; round++) {
    const jane = await meetings.room();
    await meetings.arrive(jane);
    const add = (i) => meetings.guest(jane.room.guest_token, { name: `g${i}`, id: `g${i}` });
    const [locked, ...answers] = await Promise.all([meetings.lock(jane.access_key), ...Array.from({ length: 24 }, (_, i) => add(i))]);
    empty(locked, 201);
    const taken = answers.filter(({ status }) => status === 201).map((answer) => answer.body.user.id);
    answers.filter(({ status }) => status !== 201).forEach((answer) => refused(answer, 423));
    refused(await add('late'), 423);
    const listed = body(await meetings.users(jane.room.id)).map(({ id }) => id).filter((id) => id !== 'janedoe');
    assert.deepEqual(listed.sort(), taken.sort());
  }
});

test('meetings 11.5, 11.6: a kick from a locked meeting among calls of the kicked: none of them gets in', async () => {
  for (let round = 0; round < 10; round++) {
    const jane = await meetings.room();
    await meetings.arrive(jane);
    const john = await meetings.joined(jane.room.guest_token, JOHN);
    await (await meetings.arrive(john)).leave(); // so that he may come back after the lock
    empty(await meetings.lock(jane.access_key), 201);
    const seats = [];
    const comeBack = async () => {
      const { status, body: entered } = await meetings.enter(john.access_key);
      if (status !== 201) return;
      const seat = await new Seat(meetings.cardea, entered).create();
      seats.push(seat);
      await seat.join('receive', connectionId());
    };
    const calls = Array.from({ length: 3 }, () => comeBack().catch(() => {})); // refused on their way
    empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
    await Promise.all(calls);
    await comeBack().catch(() => {});
    assert.deepEqual(await until(async () => {
      const ids = await online(jane.room);
      return ids.length === 1 && ids;
    }, 'only the host is left'), ['janedoe']);
    assert.equal(await entering(john), '423 room_locked');
    seats.forEach((seat) => seat.tunnel.terminate());
  }
});

test('meetings 11: ends and starts at once leave one meeting or none, and no dead key that works', async () => {
  for (let round = 0; round < 10; round++) {
    const { room } = await meetings.room();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 3 === 0
      ? meetings.end(room.id, { key }) : meetings.start({ id: room.id, user: ANN }))));
    for (const { status } of answers) assert.ok([201, 204, 404].includes(status), String(status));
    const keys = [...new Set(answers.filter(({ status }) => status === 201).map((answer) => answer.body.access_key))];
    const states = (await Promise.all(keys.map((ak) => meetings.get(ak)))).map(({ status }) => status);
    assert.ok(states.filter((status) => status === 200).length <= 1, String(states));
    assert.ok(states.every((status) => status === 200 || status === 410), String(states));
    assert.ok(body(await meetings.rooms()).filter(({ id }) => id === room.id).length <= 1);
  }
});

// ---- what survives ----

test('meetings 15: what was answered is there after the gateway was killed', async () => {
  const { cardea } = meetings;
  const known = [];
  const rounds = process.env.CARDEA_FULL ? 40 : 4;
  for (let round = 0; round < rounds; round++) {
    const { room, access_key: jane } = await meetings.room();
    let isOver = false;
    // Each notes what it did only after the whole answer.
    const writers = Array.from({ length: 8 }, async (_, i) => {
      for (let n = 0; !isOver; n++) {
        const id = `w${i}-${n}`;
        try {
          const answer = await (i % 2 === 0 ? meetings.start({ id: room.id, user: { name: id, id } }) : meetings.guest(room.guest_token, { name: id, id }));
          if (answer.status === 201) known.push([room, id, answer.body]);
          else assert.ok(answer.status === 503, answer.raw);
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          return; // the connection went with the gateway
        }
      }
    });
    const enough = known.length + 40 + crypto.randomInt(40);
    await until(() => known.length >= enough, 'some are registered');
    const killed = await cardea.kill('gateway');
    isOver = true;
    await Promise.all(writers);
    await until(() => cardea.isReady() && cardea.dev.pids.gateway !== killed && isAlive(cardea.dev.pids.gateway), 'another gateway', 20000);
    await until(() => meetings.get(jane).then(({ status }) => status === 200, () => false), 'it answers', 20000);
  }
  console.log(`# ${known.length} registrations over ${rounds} kills`);
  for (const [room, id, before] of known) {
    const now = body(await meetings.get(before.access_key));
    assert.deepEqual(credentials(now), credentials(before), id);
    assert.equal(now.user.id, id);
    assert.equal(now.room.id, room.id);
  }
  const count = (from) => cardea.sql(`SELECT COUNT(*) FROM ${from}`);
  assert.equal(count('(SELECT 1 FROM events GROUP BY tenant, room HAVING COUNT(*) <> MAX(seq) - MIN(seq) + 1)'), '0', 'numbers without gaps');
  assert.equal(count(`participants p WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.tenant = p.tenant AND e.room = p.room
    AND e.seq = p.ordinal)`), '0', 'nobody without an event');
  assert.equal(count(`(SELECT 1 FROM participants WHERE external_user_id IS NOT NULL GROUP BY tenant, session, external_user_id
    HAVING COUNT(*) > 1)`), '0', 'nobody twice');
});

test('meetings 11.5, 11.6: lock, kick, end and admission survive a killed gateway', async () => {
  const { cardea } = meetings;
  const jane = await meetings.room();
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  const over = await meetings.room();
  const open = await meetings.room({ options: { waiting_room: true } });
  await meetings.arrive(open);
  const admitted = await meetings.joined(open.room.guest_token, JOHN);
  const denied = await meetings.joined(open.room.guest_token, ANN);
  const waits = await meetings.joined(open.room.guest_token, { name: 'Bob', id: 'bob' });
  body(await meetings.admit(open.access_key, 'johndoe'));
  empty(await meetings.kick(open.access_key, 'ann'), 200);
  empty(await meetings.lock(jane.access_key), 201);
  empty(await meetings.end(over.access_key), 204);
  const killed = await cardea.kill('gateway');
  await until(() => cardea.isReady() && cardea.dev.pids.gateway !== killed, 'another gateway', 20000);
  await until(() => meetings.get(jane.access_key).then(({ status }) => status === 200, () => false), 'it answers', 20000);
  assert.equal(body(await meetings.get(jane.access_key)).locked, true);
  refused(await meetings.guest(jane.room.guest_token, JOHN), 423);
  assert.equal(body(await meetings.get(john.access_key)).ready, false);
  refused(await meetings.get(over.access_key), 410);
  assert.equal(body(await meetings.get(admitted.access_key)).ready, true);
  refused(await meetings.get(denied.access_key), 410);
  assert.equal(body(await meetings.get(waits.access_key)).ready, false);
  assert.deepEqual(body(await meetings.get(open.access_key)).waiting_list.map((user) => user.id), ['bob']);
});
