// The zero-byte lobby (DESIGN 5): what somebody who waits tries, to get media, ICE candidates, a TURN
// credential, the names of others or a Janus handle. Each attempt is made by a guest who was let in as
// well, for whom it works. Takes about 20 s.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client, ROOM, USER } from '../conformance/rt/client.mjs';
import { connectionId, PLUGIN, randomId, Seat, startCardea, until } from '../support/cardea.mjs';
import { makeMeeting, registerGuest } from '../support/meetings.mjs';

const HOST_NAME = 'Hedwig Hostess';
const SECRET = 'a secret of this test, long enough for TURN';
/** Between a question that gets no answer and the verdict. */
const QUIET_MS = 250;
/** Attempts of somebody who waits. */
let attempts = 0;
let folder;
let cardea;
let meeting;

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-'));
  const settings = path.join(folder, 'cardea.jcfg');
  // There is no TURN server; what counts is the credential. All of these come from one address.
  fs.writeFileSync(settings, `
    turn: { urls = [ "turn:127.0.0.1:3478" ]; secrets = [ "${SECRET}" ]; };
    limits: { enter_failures_burst = 100000; enter_burst = 100000; };`, { mode: 0o600 });
  cardea = await startCardea({ args: ['--config', settings] });
  meeting = await open();
});
after(async () => {
  console.log(`# ${attempts} attempts of somebody who waits`);
  await cardea?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A meeting with a waiting room, its host inside: {…, room, seat, call(path)}. */
async function open() {
  const made = await makeMeeting(cardea, { options: { waiting_room: true }, user: { name: HOST_NAME } });
  const seat = await (await cardea.enter(made.host)).create();
  const connection = connectionId();
  const receive = await seat.join('receive', connection);
  const room = seat.entered.room.id;
  await until(async () => (await cardea.request('GET', `/rooms/${made.host}/users/host`)).status === 200, 'the host is in');
  const call = (path) => cardea.request('POST', `/api/v1/rooms/${room}/${path}`, { headers: { Authorization: `Bearer ${made.host}` } });
  return { ...made, room, seat, receive, call };
}

const enter = (body) => cardea.request('POST', '/api/v1/enter', { body });

/** Whoever is admitted or waits, in @p at: two seats, by POST /guests and by the guest link. */
async function guest(isIn, at = meeting) {
  const userId = `guest-${randomId()}`;
  const registered = await registerGuest(cardea, at.guestToken, { id: userId, name: 'Gast' });
  assert.equal(registered.status, 201, registered.raw);
  const clientKey = randomId() + randomId();
  const knocked = await enter({ credential: at.guestToken, name: 'Gast', client_key: clientKey });
  assert.equal(knocked.status, 202, knocked.raw);
  const asked = await enter({ credential: registered.body.access_key });
  const who = {
    isIn, userId, clientKey, at,
    key: registered.body.access_key,
    callToken: registered.body.signaling.options.auth_token,
    ticket: asked.body.ticket,
    linkTicket: knocked.body.ticket,
  };
  who.ids = await waitingIds(at, 2);
  if (isIn) {
    for (const id of who.ids) assert.equal((await at.call(`participants/${id}/admit`)).status, 200);
    who.callToken = (await cardea.request('GET', `/rooms/${who.key}`)).body.signaling.options.auth_token;
  }
  return who;
}

async function waitingIds(at, count) {
  const { body } = await cardea.request('GET', `/api/v1/rooms/${at.room}/waiting`, { headers: { Authorization: `Bearer ${at.host}` } });
  return body.slice(-count).map(({ participant }) => participant);
}

/** What a guest who is in has of media: the answer of `enter` by access key. */
async function entered(who) {
  const { body, raw, status } = await enter({ credential: who.key });
  assert.equal(status, 201, raw);
  return body;
}

/** What of value is in @p text. */
function yielded(text) {
  const signs = {
    'a join token': /"join_token":"[^"]/,
    'a resume string': /"resume":"[^"]/,
    'a TURN credential': /"turn_servers":\[\{|"password"/,
    'a way to Janus': /"janus_url"/,
    'a name': new RegExp(HOST_NAME),
    'a Janus session or handle': /"janus":"(success|ack|event|timeout)"/,
    'ICE': /candidate:|"jsep"/,
    'an admission': /"admitted":true/,
    'an act': /"acted":true/,
  };
  return Object.keys(signs).filter((name) => signs[name].test(text));
}

/** @p attempt(who) gives a text that is worth something to who is in, and nothing to who waits. */
async function attempted(name, attempt, { inside, waiting } = {}) {
  const good = yielded(await attempt(inside ?? await guest(true)));
  assert.notDeepEqual(good, [], `${name}: works for who is in`);
  const text = await attempt(waiting ?? await guest(false));
  assert.deepEqual(yielded(text), [], `${name}: ${text}`);
  attempts += 1;
}

const textOf = async (answer) => JSON.stringify((await answer).body);

// ---- enter ----

test('enter by everything that a guest holds', async () => {
  const tries = {
    'the access key': ({ key }) => ({ credential: key }),
    'the guest link of this page': ({ at, clientKey }) => ({ credential: at.guestToken, client_key: clientKey }),
    'the guest link with the name of the host': ({ at, clientKey }) => ({ credential: at.guestToken, client_key: clientKey, name: HOST_NAME }),
    'the ticket': ({ ticket }) => ({ credential: ticket }),
    'the ticket of the link': ({ linkTicket }) => ({ credential: linkTicket }),
    'a role in the body': ({ key }) => ({ credential: key, role: 'host', participant: { role: 'host', guest: false }, admission: 'admitted' }),
    'fields of rights': ({ key }) => ({ credential: key, hidden: true, publish: ['camera'], waiting: false, admitted: true }),
    'no slots at all': ({ key }) => ({ credential: key, slots: { audio: 0, video: 0 } }),
    'the key of a page with the access key': ({ key, clientKey }) => ({ credential: key, client_key: clientKey }),
  };
  for (const [name, body] of Object.entries(tries)) {
    await attempted(name, (who) => textOf(enter(body(who))));
  }
});

test('a ticket that was used, a second tab, and registering again', async () => {
  await attempted('the ticket again', async ({ ticket }) => {
    const first = await textOf(enter({ credential: ticket }));
    return first + await textOf(enter({ credential: ticket }));
  });
  await attempted('two tabs at once', async ({ key }) => (await Promise.all([
    textOf(enter({ credential: key })), textOf(enter({ credential: key })),
  ])).join());
  await attempted('registered again, then entered', async ({ key, userId, at }) => {
    await registerGuest(cardea, at.guestToken, { id: userId, name: 'Gast' });
    return textOf(enter({ credential: key }));
  });
  await attempted('registered again by another name and level', async ({ userId, at }) =>
    textOf(registerGuest(cardea, at.guestToken, { id: userId, name: 'Gast', guest: false, role: 'host', ready: true })));
});

test('enter with the proof of somebody who is in', async () => {
  const other = await entered(await guest(true));
  await attempted('a resume string', async (who) => {
    const resume = who.isIn ? (await entered(who)).resume : other.resume;
    return textOf(enter({ credential: who.key, resume }));
  });
  await attempted('a resume string with the guest link', async (who) => {
    const fields = { credential: who.at.guestToken, client_key: who.clientKey };
    const resume = who.isIn ? (await enter(fields)).body.resume : who.ticket.slice(3);
    return textOf(enter({ ...fields, resume }));
  });
  await attempted('the access key of another meeting', async (who) => textOf(
    enter({ credential: who.isIn ? who.key : (await guest(false, await open())).key })));
});

// ---- the meetings dialect and /rt ----

test('REST calls with the access key', async () => {
  const body = { type: 'chat', content: 'x' };
  const headers = { 'Content-Type': 'application/json' };
  const acted = async (answer) => JSON.stringify({ acted: (await answer).status < 300 });
  const calls = {
    'GET /rooms/KEY': ({ key }) => textOf(cardea.request('GET', `/rooms/${key}`)),
    'GET the host by user id': ({ key }) => textOf(cardea.request('GET', `/rooms/${key}/users/host`)),
    'GET the host by client id': ({ key, at }) => textOf(
      cardea.request('GET', `/rooms/${key}/users/${at.seat.entered.participant.client_id}`)),
    'POST a message': ({ key }) => acted(cardea.request('POST', `/rooms/${key}/messages`, { body, headers })),
    'POST a layout': ({ key }) => acted(cardea.request('POST', `/rooms/${key}/layout`, { body: { layout: 'auto' }, headers })),
  };
  for (const [name, call] of Object.entries(calls)) await attempted(name, call);
  // What only hosts may do is refused to guests who are in, so a host shows that it works, on somebody else.
  const host = { ...await guest(false), key: meeting.host };
  await attempted('admit oneself', ({ key, userId }) => acted(cardea.request('POST', `/rooms/${key}/users/${userId}/admit`)),
    { inside: host });
  await attempted('admit oneself by the native call', ({ key, ids }) => acted(cardea.request('POST',
    `/api/v1/rooms/${meeting.room}/participants/${ids[1]}/admit`, { headers: { Authorization: `Bearer ${key}` } })),
  { inside: host });
  await attempted('read who waits', async ({ key }) => {
    const answer = await cardea.request('GET', `/api/v1/rooms/${meeting.room}/waiting`, { headers: { Authorization: `Bearer ${key}` } });
    return JSON.stringify({ acted: answer.status < 300 });
  }, { inside: host });
});

/** Everything that comes on /rt to who subscribes, while the host speaks. */
async function overheard(query, identifier) {
  const client = new Client(cardea.port, { query });
  await client.opened;
  client.command('subscribe', identifier);
  await until(() => client.frames.some((frame) => frame.includes('_subscription')), 'an answer');
  await cardea.request('POST', `/rooms/${meeting.host}/messages`, {
    body: { type: 'chat', content: `Said by ${HOST_NAME}` }, headers: { 'Content-Type': 'application/json' },
  });
  await new Promise((resolve) => { setTimeout(resolve, QUIET_MS); });
  client.ws.close();
  return client.frames.map((frame) => JSON.stringify(JSON.parse(frame).message ?? null)).join();
}

test('/rt', async () => {
  const byKey = ({ key }) => `access_key=${key}`;
  await attempted('RoomChannel', (who) => overheard(byKey(who), ROOM));
  await attempted('UserChannel', (who) => overheard(byKey(who), USER));
  await attempted('RoomChannel from the first event on', (who) =>
    overheard(byKey(who), JSON.stringify({ channel: 'RoomChannel', after: 0 })));
  await attempted('UserChannel by ticket', ({ ticket }) => overheard(`ticket=${encodeURIComponent(ticket)}`, USER));
  await attempted('UserChannel by the ticket of the link', ({ linkTicket }) =>
    overheard(`ticket=${encodeURIComponent(linkTicket)}`, USER));
});

// ---- the Janus API through the tunnel ----

/** All that is answered to @p frames on one new socket. */
async function through(...frames) {
  const tunnel = await cardea.tunnel();
  let open = true;
  tunnel.closed.then(() => { open = false; });
  for (const frame of frames) {
    if (!open) break;
    await Promise.race([
      tunnel.request(typeof frame === 'function' ? frame(tunnel) : frame).catch(() => {}),
      tunnel.closed,
    ]);
  }
  await tunnel.close();
  return JSON.stringify(tunnel.messages);
}

const part = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');
const parts = (token) => token.split('.').slice(0, 2).map((one) => JSON.parse(Buffer.from(one, 'base64url')));

test('create with anything but a join token of one who was let in', async () => {
  const other = await entered(await guest(true));
  const [header, claims] = parts(other.join_token);
  const signature = other.join_token.split('.')[2];
  const forged = (who) => ({ ...claims, sub: who.ids[0], jti: randomId(), role: 'host' });
  const tokens = {
    'the ticket': ({ ticket }) => ticket,
    'the ticket without its prefix': ({ ticket }) => ticket.slice(3),
    'the fake auth_token': ({ callToken }) => callToken,
    'the access key': ({ key }) => key,
    'the guest token': ({ at }) => at.guestToken,
    'no token': () => undefined,
    'an empty token': () => '',
    'a resume string of another': () => other.resume,
    'a join token of another with the own id': (who) => `${part(header)}.${part(forged(who))}.${signature}`,
    'a token without an algorithm': (who) => `${part({ ...header, alg: 'none' })}.${part(forged(who))}.`,
    'a token signed with the access key': (who) => {
      const text = `${part({ ...header, alg: 'HS256' })}.${part(forged(who))}`;
      return `${text}.${createHmac('sha256', who.key).update(text).digest('base64url')}`;
    },
    'claims of the fake auth_token': ({ callToken }) => {
      const [, fake] = parts(callToken);
      return `${part(header)}.${part({ ...fake, aud: 'cardea-media' })}.${callToken.split('.')[2]}`;
    },
  };
  for (const [name, token] of Object.entries(tokens)) {
    await attempted(`create with ${name}`, async (who) => through(
      { janus: 'create', token: who.isIn ? (await entered(who)).join_token : token(who) },
      ({ messages }) => ({ janus: 'attach', plugin: PLUGIN, session_id: messages[0]?.data?.id ?? 1 }),
    ));
  }
  const used = await new Seat(cardea, other).create();
  await attempted('create with a join token that another has used', async (who) => through(
    { janus: 'create', token: who.isIn ? (await entered(who)).join_token : other.join_token }));
  await used.tunnel.close();
});

test('sessions and handles: made up, and those of others', async () => {
  const victim = await (await cardea.enter((await guest(true)).key)).create();
  const { handle } = await victim.join('receive', connectionId());
  /** For who is in, by its own session on its own socket; for who waits, as the first frame. */
  const own = async (who, frame) => {
    const seat = await new Seat(cardea, await entered(who)).create();
    const mine = await seat.attach();
    const at = seat.tunnel.messages.length;
    const transaction = randomId();
    seat.tunnel.raw(JSON.stringify({ ...frame(seat.session, mine), transaction }));
    const answer = await until(() => seat.tunnel.messages.slice(at).find((m) => m.transaction === transaction), 'an answer');
    await seat.tunnel.close();
    return JSON.stringify(answer);
  };
  const made = () => Math.floor(Math.random() * 2 ** 53);
  const frames = {
    attach: (session_id) => ({ janus: 'attach', plugin: PLUGIN, session_id }),
    message: (session_id, handle_id) => ({ janus: 'message', session_id, handle_id, body: { request: 'sync' } }),
    trickle: (session_id, handle_id) => ({ janus: 'trickle', session_id, handle_id, candidate: { completed: true } }),
    keepalive: (session_id) => ({ janus: 'keepalive', session_id }),
    hangup: (session_id, handle_id) => ({ janus: 'hangup', session_id, handle_id }),
    detach: (session_id, handle_id) => ({ janus: 'detach', session_id, handle_id }),
    destroy: (session_id) => ({ janus: 'destroy', session_id }),
  };
  for (const [name, frame] of Object.entries(frames)) {
    await attempted(`${name} in a session made up`, (who) =>
      (who.isIn ? own(who, frame) : through(frame(made(), made()))));
    await attempted(`${name} in the session of another`, (who) =>
      (who.isIn ? own(who, frame) : through(frame(victim.session, handle))));
  }
  await attempted('claim', async (who) => {
    if (!who.isIn) {
      const tries = [who.ticket, who.ticket.slice(3), who.key, who.callToken, undefined];
      return (await Promise.all(tries.map((token) => through({ janus: 'claim', session_id: victim.session, token })))).join();
    }
    const seat = await new Seat(cardea, await entered(who)).create();
    await seat.tunnel.close();
    return JSON.stringify(await seat.claim());
  });
  // All that was tried has not touched the one whose session it was.
  assert.equal((await victim.message(handle, { request: 'sync' })).cardea, 'synced');
  await victim.tunnel.close();
});

test('an accomplice who is in lends a handle', async () => {
  const accomplice = await (await cardea.enter((await guest(true)).key)).create();
  const [header, claims] = parts(accomplice.entered.join_token);
  await attempted('join on a lent handle', async (who) => {
    if (who.isIn) {
      const seat = await new Seat(cardea, await entered(who)).create();
      const { data } = await seat.join('receive', connectionId());
      await seat.tunnel.close();
      return JSON.stringify(data);
    }
    const forged = `${part(header)}.${part({ ...claims, sub: who.ids[0] })}.${accomplice.entered.join_token.split('.')[2]}`;
    const answers = [];
    for (const token of [who.ticket, who.callToken, who.key, forged]) {
      const handle = await accomplice.attach();
      answers.push(await accomplice.message(handle, { request: 'join', handle: 'receive', token, connection: connectionId() }));
    }
    assert.ok(answers.every(({ cardea: kind }) => kind === 'error'), JSON.stringify(answers));
    return JSON.stringify(answers);
  });
  await accomplice.tunnel.close();
});

// ---- put back ----

/** Who was in, has taken this away, and was put back. */
async function putBack(who) {
  for (const id of who.ids) {
    const answer = await who.at.call(`participants/${id}/wait`);
    assert.equal(answer.status, 200, answer.raw);
  }
}

test('after being put back, by all that was held before', async () => {
  /** @p use(who, before) by one who is still in, and by one who was put back since @p take. */
  const pairwise = async (name, take, use) => {
    const inside = await guest(true);
    const goes = await guest(true);
    goes.goes = true;
    await attempted(name, async (who) => {
      const before = await take(who);
      if (who.goes) await putBack(who);
      return use(who, before);
    }, { inside, waiting: goes });
  };
  await pairwise('the join token', entered, (who, { join_token: token }) => through({ janus: 'create', token }));
  await pairwise('the resume string at the tunnel', async (who) => {
    const seat = await new Seat(cardea, await entered(who)).create();
    await seat.join('receive', connectionId());
    await seat.tunnel.close();
    return seat;
  }, async (who, seat) => JSON.stringify(await seat.claim()));
  await pairwise('the resume string at enter', entered, (who, { resume }) => textOf(enter({ credential: who.key, resume })));
  await pairwise('the ticket', entered, ({ ticket }) => textOf(enter({ credential: ticket })));
  await pairwise('the access key', entered, ({ key }) => textOf(enter({ credential: key })));
  await pairwise('GET /rooms/KEY', entered, ({ key }) => textOf(cardea.request('GET', `/rooms/${key}`)));
  await pairwise('GET the host', entered, ({ key }) => textOf(cardea.request('GET', `/rooms/${key}/users/host`)));
  await pairwise('RoomChannel', entered, ({ key }) => overheard(`access_key=${key}`, ROOM));
  await pairwise('the socket and the handle', async (who) => {
    const seat = await new Seat(cardea, await entered(who)).create();
    const { handle } = await seat.join('receive', connectionId());
    return { seat, handle };
  }, async (who, { seat, handle }) => {
    if (who.goes) await seat.tunnel.closed;
    const at = seat.tunnel.messages.length;
    const asked = seat.message(handle, { request: 'sync' }).catch(() => {});
    await Promise.race([asked, seat.tunnel.closed]);
    return JSON.stringify(seat.tunnel.messages.slice(at));
  });
  await pairwise('the join token on the handle of an accomplice', entered, async (who, before) => {
    const seat = who.goes
      ? await (await cardea.enter((await guest(true)).key)).create()
      : await new Seat(cardea, before).create();
    const handle = await seat.attach();
    const data = await seat.message(handle, {
      request: 'join', handle: 'receive', token: before.join_token, connection: connectionId(),
    });
    await seat.tunnel.close();
    return JSON.stringify(data);
  });
});

test('a socket on /rt that was open before', async () => {
  const listen = async (who) => {
    const client = new Client(cardea.port, { query: `access_key=${who.key}` });
    await client.opened;
    client.command('subscribe', ROOM);
    await until(() => client.frames.some((frame) => frame.includes('confirm')), 'subscribed');
    return client;
  };
  const inside = await guest(true);
  const goes = await guest(true);
  const sockets = new Map([[inside, await listen(inside)], [goes, await listen(goes)]]);
  await putBack(goes);
  await attempted('RoomChannel', async (who) => {
    const client = sockets.get(who);
    const at = client.frames.length;
    await cardea.request('POST', `/rooms/${meeting.host}/messages`, {
      body: { type: 'chat', content: `Said by ${HOST_NAME}` }, headers: { 'Content-Type': 'application/json' },
    });
    await new Promise((resolve) => { setTimeout(resolve, QUIET_MS); });
    return client.frames.slice(at).join();
  }, { inside, waiting: goes });
  for (const client of sockets.values()) client.ws.close();
});

test('the token of an application server\'s participant who was put back', async () => {
  const add = () => cardea.api('POST', `/api/v1/rooms/${meeting.room}/participants`, { display_name: 'Gast' });
  const [inside, goes] = (await Promise.all([add(), add()])).map(({ body }) => ({
    token: body.access_token, id: body.participant.id,
  }));
  assert.equal((await meeting.call(`participants/${goes.id}/wait`)).status, 200);
  const ask = (path) => ({ token }) => textOf(cardea.api('GET', `/api/v1/rooms/${meeting.room}${path}`, undefined, { token }));
  await attempted('the list of participants', ask('/participants?active=true'), { inside, waiting: goes });
  await attempted('enter', ({ token }) => textOf(enter({ credential: token })), { inside, waiting: goes });
});

// ---- races ----

test('races with admit, deny, lock and kick: no answer before the admission is worth anything', async () => {
  for (let round = 0; round < 5; round += 1) {
    // Whoever is let in while asking gets in or waits, and gets in afterwards.
    const lucky = await guest(false);
    const [admitted, ...answers] = await Promise.all([
      meeting.call(`participants/${lucky.ids[0]}/admit`), meeting.call(`participants/${lucky.ids[1]}/admit`),
      ...Array.from({ length: 8 }, () => enter({ credential: lucky.key })),
    ]);
    assert.equal(admitted.status, 200);
    for (const { status, raw } of answers.slice(1)) {
      assert.ok(status === 201 || status === 202, raw);
      if (status === 202) assert.deepEqual(yielded(raw), [], raw);
    }
    assert.equal((await enter({ credential: lucky.key })).status, 201, 'works for who is let in');

    // Whoever is denied while asking never gets in.
    const denied = await guest(false);
    const refusals = await Promise.all([
      ...denied.ids.map((id) => meeting.call(`participants/${id}/deny`)),
      ...Array.from({ length: 8 }, () => enter({ credential: denied.key })),
    ]);
    refusals.push(await enter({ credential: denied.key }), await enter({ credential: denied.linkTicket }));
    for (const { raw } of refusals.slice(2)) assert.deepEqual(yielded(raw), [], raw);
    assert.equal(refusals.at(-1).status, 403);
    attempts += 1;

    // Whoever is put back, or kicked, while asking holds nothing that opens Janus.
    for (const end of ['wait', 'kick']) {
      const goes = await guest(true);
      const [, ...got] = await Promise.all([
        end === 'wait' ? putBack(goes) : cardea.request('DELETE', `/rooms/${meeting.host}/users/${goes.userId}`),
        ...Array.from({ length: 8 }, () => enter({ credential: goes.key })),
      ]);
      // A kick lets come back who asks (spec/meetings 11.6): into the waiting room.
      assert.equal((await enter({ credential: goes.key })).status, 202);
      const tokens = got.filter(({ status }) => status === 201).map(({ body }) => body.join_token);
      for (const token of tokens) {
        const text = await through({ janus: 'create', token });
        assert.deepEqual(yielded(text), [], text);
      }
      attempts += 1;
    }

    // A lock that comes first keeps everybody out; one that comes later changes nothing for who is in.
    const other = await open();
    const caught = await guest(false, other);
    const [locked, ...admissions] = await Promise.all([
      cardea.request('POST', `/rooms/${other.host}/lock`),
      ...caught.ids.map((id) => other.call(`participants/${id}/admit`)),
    ]);
    assert.equal(locked.status, 201);
    assert.ok(admissions.every(({ status }) => status === 200 || status === 423));
    const after = await enter({ credential: caught.key });
    // Present are those who were in (spec/meetings 11.5), and nobody of these was.
    assert.deepEqual([after.status, yielded(after.raw)], [423, []], after.raw);
    attempts += 1;
    await other.seat.tunnel.close();
  }
});

test('all in all at least 40 attempts', () => {
  assert.ok(attempts >= 40, `${attempts}`);
});
