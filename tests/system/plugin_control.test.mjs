// The plugin without a gateway and without media: control protocol, joins and their refusals,
// messages at the wrong time, events and their replay, epochs, leases, teardown in any order.
// Contract: docs/plugin-api.md. Run inside tests/support/netns.sh; declares 60 seconds.
//
// CARDEA_PLUGIN_DIR: folder of libjanus_cardea.so. CARDEA_TEST_ROUNDS: rounds of the teardown loop.
// CARDEA_TEST_SEED: its random seed. CARDEA_JANUS_PRELOAD: a library for LD_PRELOAD (libasan).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  Control, JanusSession, adminPlugin, adminRequest, connectionId, join, makeKey,
  mintToken, randomId, requestAfterHangup, startPlugin, stopPlugin, until,
} from '../support/janus.mjs';

const rounds = Number(process.env.CARDEA_TEST_ROUNDS ?? 200);
const seed = Number(process.env.CARDEA_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

let janus;
let control;

before(async () => {
  ({ janus, control } = await startPlugin());
});

after(() => stopPlugin(janus));

/** A room of its own for each test. */
async function newRoom(fields = {}) {
  const room = `room-${randomId(6)}`;
  const opened = await control.openRoom(room, fields);
  return { room, opened };
}

function tokenFor(room, claims = {}) {
  return control.token({ room, ...claims });
}

/** A joined handle in a Janus session of its own. */
async function joinAs(room, seat, fields = {}, claims = {}) {
  const session = await JanusSession.create(janus);
  const handle = await join(session, {
    handle: 'receive',
    connection: connectionId(),
    token: tokenFor(room, { sub: seat, name: seat, ...claims }),
    ...fields,
  });
  return handle;
}

async function refusal(handle, body, jsep) {
  const { data } = await handle.message(body, jsep);
  assert.equal(data.cardea, 'error', JSON.stringify(data));
  assert.equal(typeof data.error_code, 'number');
  assert.equal(typeof data.error, 'string');
  assert.equal(typeof data.retry, 'boolean');
  return data;
}

async function freshHandle() {
  const session = await JanusSession.create(janus);
  return session.attach();
}

/** Upward events of a room, in order, once there are @p count: they come on a socket of their own. */
async function upward(room, count) {
  const seen = () => control.events.items.filter((e) => e.cardea === 'control' && e.room === room);
  await until(() => seen().length >= count, `${count} upward events of ${room}`);
  return seen();
}

// ---------------------------------------------------------------------------------------------

test('hello tells node, boot and clock, and refuses a wrong secret and a foreign version', async () => {
  assert.equal(control.hello.node, 'n1');
  assert.match(control.hello.boot, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
  assert.ok(Math.abs(control.hello.clock - Date.now()) < 60000);
  const handle = await freshHandle();
  const hello = { request: 'hello', secret: janus.secret, gateway: 'gw-2', api: 1, min: 1 };
  const cases = [
    [{ secret: `${janus.secret}x` }, 'control_refused'],
    [{ secret: janus.secret.slice(1) }, 'control_refused'],
    [{ secret: '' }, 'control_refused'],
    [{ api: 9, min: 2 }, 'version'],
    [{ secret: undefined }, 'json_missing'],
    [{ secret: 7 }, 'json_type'],
  ];
  for (const [change, code] of cases) {
    assert.equal((await refusal(handle, { ...hello, ...change })).code, code);
  }
  assert.equal((await refusal(handle, { request: 'rooms' })).code, 'not_joined');
  assert.equal((await handle.request(hello)).cardea, 'hello');
  assert.equal((await handle.request(hello)).cardea, 'hello', 'again is fine');
  await handle.session.close();
});

test('keys: a bad set changes nothing, two keys overlap, a replaced key is unknown', async () => {
  const { room } = await newRoom();
  const [one, two] = [makeKey(), makeKey()];
  const handle = await freshHandle();
  const attempt = async (key) => {
    const { data } = await handle.message({
      request: 'join', handle: 'receive', connection: 'bad', token: mintToken(key, { room }),
    });
    return data.code;
  };
  const joinWith = async (key) => {
    const { data } = await handle.message({
      request: 'join', handle: 'receive', connection: connectionId(),
      token: mintToken(key, { room, exp: 1, iat: 0, nbf: 0 }),
    });
    return data.code;
  };
  assert.equal(await attempt(one), 'connection_id', 'the connection id is checked first');
  assert.equal(await joinWith(one), 'token_kid_unknown');
  await assert.rejects(
    control.request({ request: 'keys', issuer: 'x', keys: { keys: [{ kty: 'EC' }] } }),
  );
  await control.setKeys([control.key, one, two]);
  assert.equal(await joinWith(one), 'token_expired');
  assert.equal(await joinWith(two), 'token_expired');
  await control.setKeys([control.key, two]);
  assert.equal(await joinWith(one), 'token_kid_unknown');
  await control.setKeys([control.key]);
  await handle.session.close();
});

test('a join is answered with everything the client needs, before any offer', async () => {
  const { room } = await newRoom();
  await control.request({
    request: 'turn', stun: ['stun:192.0.2.1:3478'], urls: ['turn:192.0.2.1:3478'],
    secrets: ['new-secret', 'old-secret'], ttl_s: 600,
  });
  const handle = await joinAs(room, 'alice', { slots: { audio: 2, video: 4 } }, { role: 'host' });
  const { joined } = handle;
  assert.equal(joined.cardea, 'joined');
  assert.equal(joined.handle, 'receive');
  assert.equal(joined.seq, 0);
  assert.deepEqual(joined.room, { id: room, epoch: 1 });
  assert.deepEqual(joined.slots, { audio: 2, video: 4 });
  assert.deepEqual(joined.roster, []);
  assert.deepEqual(joined.map.audio.map((s) => s.mid), ['a0', 'a1']);
  assert.deepEqual(joined.map.video.map((s) => s.mid), ['v0', 'v1', 'v2', 'v3']);
  assert.deepEqual(joined.participant, {
    id: 'alice', client_id: 'client-1', name: 'alice', role: 'host', guest: false, hidden: false,
    publish: ['microphone', 'camera', 'screen'],
  });
  assert.deepEqual(joined.stun_servers, ['stun:192.0.2.1:3478']);
  const [turn] = joined.turn_servers;
  assert.deepEqual(turn.urls, ['turn:192.0.2.1:3478']);
  assert.match(turn.username, /^\d+:client-1$/);
  assert.equal(turn.expires_in, 600);
  assert.match(turn.password, /^[A-Za-z0-9+/]{27}=$/);
  const offer = await handle.event('offer');
  assert.equal(offer.data.seq, 1);
  assert.equal(offer.data.offer, 1);
  assert.equal(offer.jsep.type, 'offer');
  const lines = offer.jsep.sdp.split('\r\n');
  assert.deepEqual(lines.filter((l) => l.startsWith('a=mid:')), ['a=mid:a0', 'a=mid:v0'], 'the others follow when media flows');
  assert.equal(lines.filter((l) => l === 'a=sendonly').length, 2);
  assert.ok(!offer.jsep.sdp.includes('transport-cc'));
  assert.ok(offer.jsep.sdp.includes('goog-remb'));
  const msids = lines.filter((l) => l.startsWith('a=msid:'));
  assert.equal(new Set(msids.map((l) => l.split(' ')[0])).size, 2, 'a stream for each slot');
  await control.request({ request: 'turn', stun: [], urls: [], secrets: [], ttl_s: 600 });
  const ice = await handle.request({ request: 'ice', restart: false });
  assert.deepEqual([ice.stun_servers, ice.turn_servers], [[], []]);
  await handle.session.close();
});

test('joins are refused for one reason each, and a refusal changes nothing', async () => {
  const { room } = await newRoom({
    epoch: 5, min_gen: { seat: 2 }, policy: { max_participants: 1 },
  });
  const good = { room, epoch: 5, sub: 'seat', gen: 2 };
  const holder = await joinAs(room, 'holder', {}, { epoch: 5 });
  await holder.request({ request: 'leave' });
  const now = Math.floor(Date.now() / 1000);
  const none = (payload) => `${payload.split('.').slice(0, 2).join('.')}.`;
  const cases = [
    [{ token: undefined }, 'token_missing'],
    [{ token: 'x'.repeat(5000) }, 'token_too_long'],
    [{ token: 'a.b' }, 'token_parts'],
    [{ token: control.token(good, { header: { alg: 'none' } }) }, 'token_alg_none'],
    [{ token: control.token(good, { header: { alg: 'HS256' } }) }, 'token_alg_mismatch'],
    [{ token: control.token(good, { header: { kid: 'nobody' } }) }, 'token_kid_unknown'],
    [{ token: control.token(good, { header: { typ: 'JWT' } }) }, 'token_typ'],
    [{ token: control.token(good, { key: makeKey(control.key.kid) }) }, 'token_signature'],
    [{ token: none(control.token(good)) }, 'token_signature_length'],
    [{ token: control.token({ ...good, iss: 'other' }) }, 'token_iss'],
    [{ token: control.token({ ...good, aud: 'other' }) }, 'token_aud'],
    [{ token: control.token({ ...good, iat: now - 400, nbf: now - 400, exp: now - 300 }) }, 'token_expired'],
    [{ token: control.token({ ...good, nbf: now + 300, exp: now + 400 }) }, 'token_not_yet_valid'],
    [{ token: control.token({ ...good, exp: now + 86400 }) }, 'token_lifetime'],
    [{ token: control.token({ ...good, sub: undefined }) }, 'token_sub'],
    [{ token: control.token({ ...good, hidden: true }) }, 'token_hidden_publish'],
    [{ token: control.token({ ...good, room: `${room}-no` }) }, 'room_not_open', true],
    [{ token: control.token({ ...good, tenant: 'tenant-2' }) }, 'tenant_mismatch'],
    [{ token: control.token({ ...good, epoch: 4 }) }, 'epoch_stale'],
    [{ token: control.token({ ...good, epoch: 6 }) }, 'epoch_ahead'],
    [{ token: control.token({ ...good, conf_id: 'conf-2' }) }, 'conf_mismatch'],
    [{ token: control.token({ ...good, gen: 1 }) }, 'gen_stale'],
    [{ connection: undefined }, 'connection_id'],
    [{ connection: 'AAAA' }, 'connection_id'],
    [{ handle: 'both' }, 'json_range'],
    [{ handle: undefined }, 'json_missing'],
    [{ slots: { video: 26 } }, 'json_range'],
    [{ slots: { audio: 'x' } }, 'json_type'],
    [{ slots: [] }, 'json_type'],
  ];
  const before = (await adminPlugin(janus, { request: 'inspect', room })).participants;
  const handle = await freshHandle();
  const body = (change) => ({
    request: 'join', handle: 'receive', connection: connectionId(), token: control.token(good), ...change,
  });
  for (const [change, code, retry = false] of cases) {
    const data = await refusal(handle, body(change));
    assert.deepEqual([data.code, data.retry], [code, retry], code);
    assert.equal(data.request, 'join');
  }
  assert.deepEqual((await adminPlugin(janus, { request: 'inspect', room })).participants, before);
  // The same handle, the same token unchanged: admitted.
  assert.equal((await handle.request(body({}))).cardea, 'joined');
  const full = await freshHandle();
  assert.equal(
    (await refusal(full, body({ token: control.token({ ...good, sub: 'late', gen: 0 }) }))).code,
    'room_full',
  );
  await Promise.all([handle, full, holder].map((h) => h.session.close()));
});

test('a token admits one connection id; the same one may join both handles and again', async () => {
  const { room } = await newRoom();
  const token = tokenFor(room, { sub: 'alice' });
  const connection = connectionId();
  const session = await JanusSession.create(janus);
  const publish = await join(session, { handle: 'publish', token, connection });
  assert.equal(publish.joined.map, undefined);
  const receive = await join(session, { handle: 'receive', token, connection });
  const thief = await freshHandle();
  assert.equal(
    (await refusal(thief, { request: 'join', handle: 'receive', token, connection: connectionId() })).code,
    'token_bound',
  );
  const again = await join(session, { handle: 'receive', token, connection });
  assert.equal((await receive.event('removed')).data.reason, 'replaced');
  assert.equal((await refusal(receive, { request: 'sync' })).code, 'left');
  assert.equal((await again.request({ request: 'sync' })).cardea, 'synced');
  assert.deepEqual((await upward(room, 1)).map((e) => e.event), ['online']);
  await Promise.all([session.close(), thief.session.close()]);
  await control.event('offline', { match: (e) => e.room === room });
});

test('another connection of a seat replaces or is refused, as its token says', async () => {
  const { room } = await newRoom();
  const first = await joinAs(room, 'alice');
  const second = await freshHandle();
  const body = (dup) => ({
    request: 'join', handle: 'receive', connection: connectionId(), token: tokenFor(room, { sub: 'alice', dup }),
  });
  assert.equal((await refusal(second, body('refuse'))).code, 'duplicate_refused');
  assert.equal((await second.request(body('replace'))).cardea, 'joined');
  assert.equal((await first.event('removed')).data.reason, 'replaced');
  const events = (await upward(room, 3)).map((e) => [e.event, e.reason, e.connection]);
  assert.deepEqual(events.map(([e, r]) => [e, r]), [['online', undefined], ['offline', 'replaced'], ['online', undefined]]);
  assert.equal(events[0][2], events[1][2]);
  assert.notEqual(events[1][2], events[2][2]);
  await Promise.all([first, second].map((h) => h.session.close()));
});

test('messages before join, twice, after leave and on the wrong handle are refused', async () => {
  const { room } = await newRoom();
  const session = await JanusSession.create(janus);
  const handle = await session.attach();
  for (const request of ['sync', 'leave', 'ice', 'source', 'publish', 'answer', 'open', 'ack']) {
    assert.equal((await refusal(handle, { request })).code, 'not_joined', request);
  }
  assert.equal((await refusal(handle, { request: 'fly' })).code, 'unknown_request');
  assert.equal((await refusal(handle, {})).code, 'json_missing');
  assert.equal((await refusal(handle, { request: 7 })).code, 'json_type');
  const body = {
    request: 'join', handle: 'receive', connection: connectionId(), token: tokenFor(room, { sub: 'alice' }),
  };
  await handle.request(body);
  assert.equal((await refusal(handle, body)).code, 'already_joined');
  assert.equal((await refusal(handle, { request: 'publish', offer: 1, tracks: [] })).code, 'wrong_handle');
  assert.equal((await refusal(handle, { request: 'open', room })).code, 'wrong_handle');
  assert.equal(
    (await refusal(handle, { request: 'hello', secret: janus.secret, gateway: 'g', api: 1, min: 1 })).code,
    'wrong_handle',
  );
  assert.equal((await refusal(control.handle, body)).code, 'wrong_handle');
  assert.equal((await refusal(handle, { request: 'answer', offer: 1 })).code, 'jsep_missing');
  assert.equal((await handle.request({ request: 'leave' })).cardea, 'left');
  for (const request of ['sync', 'leave', 'ice', 'join', 'answer']) {
    assert.equal((await refusal(handle, { ...body, request })).code, 'left', request);
  }
  await session.close();
});

test('bodies that are too long, too deep or of the wrong type are refused', async () => {
  const { room } = await newRoom();
  const handle = await joinAs(room, 'alice');
  const deep = (n) => (n === 0 ? {} : { a: deep(n - 1) });
  assert.equal((await refusal(handle, { request: 'sync', x: 'y'.repeat(70000) })).code, 'too_long');
  assert.equal((await refusal(handle, { request: 'sync', x: deep(40) })).code, 'json_depth');
  assert.equal((await refusal(handle, { request: 'sync', x: Array(70000).fill(0) })).code, 'too_long');
  assert.equal((await handle.request({ request: 'sync', x: deep(20) })).cardea, 'synced');
  assert.equal((await refusal(handle, { request: 'ice', restart: 'yes' })).code, 'json_type');
  await handle.session.close();
});

test('two joins at once on one handle: one is admitted, for whatever room', async () => {
  const rooms = [(await newRoom()).room, (await newRoom()).room];
  for (let i = 0; i < 20; i++) {
    const handle = await freshHandle();
    const answers = await Promise.all([0, 1, 0, 1].map((k) => handle.message({
      request: 'join', handle: 'receive', connection: connectionId(),
      token: tokenFor(rooms[k], { sub: `s-${i}` }),
    })));
    const codes = answers.map((a) => a.data.code ?? 'joined').sort();
    assert.deepEqual(codes, ['already_joined', 'already_joined', 'already_joined', 'joined']);
    await handle.session.close();
  }
  await until(async () => (await adminPlugin(janus, { request: 'list' })).rooms
    .filter((r) => rooms.includes(r.room)).every((r) => r.participants.length === 0), 'rooms empty');
});

test('rosters tell who joins and leaves, never oneself and never hidden ones', async () => {
  const { room } = await newRoom();
  const alice = await joinAs(room, 'alice');
  const ghost = await joinAs(room, 'ghost', {}, { hidden: true, publish: [] });
  const bob = await joinAs(room, 'bob');
  assert.deepEqual(ghost.joined.roster.map((p) => p.id), ['alice']);
  assert.deepEqual(bob.joined.roster, [
    { id: 'alice', name: 'alice', role: 'participant', guest: false, sources: [] },
  ]);
  const seen = await alice.event('roster');
  assert.deepEqual(seen.data.joined.map((p) => p.id), ['bob']);
  await bob.request({ request: 'leave' });
  const left = await alice.event('roster', { match: (e) => e.left.length > 0 });
  assert.deepEqual([left.data.left, left.data.joined], [['bob'], []]);
  const sync = await alice.request({ request: 'sync' });
  assert.equal(sync.seq, left.data.seq);
  assert.deepEqual(sync.roster, []);
  // Numbers per handle have no gaps.
  assert.deepEqual(alice.events.items.map((e) => e.data.seq), alice.events.items.map((_, i) => i + 1));
  await Promise.all([alice, ghost, bob].map((h) => h.session.close()));
});

test('sync after a lost offer brings a new one with candidates', async () => {
  const { room } = await newRoom();
  const handle = await joinAs(room, 'alice');
  await handle.event('offer');
  await handle.janus.waitFor((m) => m.janus === 'trickle');
  handle.janus.items = [];
  await handle.session.socket.terminate();
  await handle.session.claim();
  const sync = await handle.request({ request: 'sync' });
  assert.deepEqual([sync.offer, sync.media, sync.seq], [1, 'offered', 1]);
  const offer = await handle.event('offer', { match: (e) => e.offer === 2 });
  assert.equal(offer.data.seq, 2);
  assert.match(offer.jsep.sdp, /m=audio/);
  await handle.janus.waitFor((m) => m.janus === 'trickle' && m.candidate?.candidate);
  assert.equal((await handle.request({ request: 'sync' })).offer, 2, 'still joined');
  assert.deepEqual((await upward(room, 1)).map((e) => e.event), ['online']);
  await handle.session.close();
});

test('grants, locks and policy change the rights in force and tell both handles', async () => {
  const { room } = await newRoom();
  const connection = connectionId();
  const token = tokenFor(room, { sub: 'alice', gen: 1 });
  const session = await JanusSession.create(janus);
  const publish = await join(session, { handle: 'publish', token, connection });
  const receive = await join(session, { handle: 'receive', token, connection });
  const host = await joinAs(room, 'host', {}, { role: 'host' });
  const grant = (fields) => control.request({ request: 'grant', room, epoch: 1, seat: 'alice', gen: 1, ...fields });
  const told = async (kinds) => {
    const match = (e) => JSON.stringify(e.publish) === JSON.stringify(kinds);
    await publish.event('rights', { match });
    await receive.event('rights', { match });
    assert.deepEqual((await receive.request({ request: 'sync' })).participant.publish, kinds);
  };
  await grant({ publish: ['microphone'], subscribe: 'hosts', locks: [] });
  await told(['microphone']);
  await grant({ publish: ['microphone', 'screen'], locks: ['microphone'] });
  await told(['screen']);
  // Late and older: without effect. Of another generation: without effect on this one.
  await grant({ gen: 0, publish: [], locks: [] });
  assert.deepEqual((await receive.request({ request: 'sync' })).participant.publish, ['screen']);
  await control.request({ request: 'policy', room, epoch: 1, policy: { locks: ['screen', 'camera'] } });
  await told([]);
  assert.deepEqual((await host.request({ request: 'sync' })).participant.publish,
    ['microphone', 'camera', 'screen'], 'hosts are above locks');
  await control.request({ request: 'policy', room, epoch: 1, policy: {} });
  await grant({ publish: ['camera'] });
  await told(['camera']);
  await assert.rejects(grant({ publish: ['piano'] }), { code: 'json_range' });
  await assert.rejects(grant({ subscribe: 5 }), { code: 'json_type' });
  await Promise.all([session.close(), host.session.close()]);
});

test('revoke removes at once and kills older tokens; a newer generation may come', async () => {
  const { room } = await newRoom();
  const alice = await joinAs(room, 'alice', {}, { gen: 3 });
  await control.request({ request: 'revoke', room, epoch: 1, seat: 'alice', min_gen: 3 });
  assert.equal((await alice.request({ request: 'sync' })).cardea, 'synced', 'not older than 3');
  await control.request({ request: 'revoke', room, epoch: 1, seat: 'alice', min_gen: 4, text: 'Bye' });
  const removed = (await alice.event('removed')).data;
  assert.deepEqual([removed.reason, removed.text], ['revoked', 'Bye']);
  assert.equal((await control.event('offline', { match: (e) => e.room === room })).reason, 'revoked');
  await assert.rejects(joinAs(room, 'alice', {}, { gen: 3 }), { code: 'gen_stale' });
  await joinAs(room, 'alice', {}, { gen: 4 });
  // Re-opening with older knowledge does not lower it.
  await control.openRoom(room, { min_gen: { alice: 1 } });
  await assert.rejects(joinAs(room, 'alice', {}, { gen: 3 }), { code: 'gen_stale' });
  await alice.session.close();
});

test('say reaches all or those named, on their receive handles', async () => {
  const { room } = await newRoom();
  const [alice, bob] = [await joinAs(room, 'alice'), await joinAs(room, 'bob')];
  await control.request({ request: 'say', room, epoch: 1, data: { n: 1 } });
  await control.request({ request: 'say', room, epoch: 1, to: ['bob', 'nobody'], data: { n: 2 } });
  await bob.event('said', { match: (e) => e.data.n === 2 });
  await alice.event('said', { match: (e) => e.data.n === 1 });
  assert.equal(alice.events.items.filter((e) => e.data.event === 'said').length, 1);
  await Promise.all([alice, bob].map((h) => h.session.close()));
});

test('events are kept until acknowledged, replayed from a number, else a snapshot comes', async () => {
  const { room, opened } = await newRoom();
  assert.equal(opened.seq, 0);
  const handles = [];
  for (const seat of ['a', 'b', 'c']) handles.push(await joinAs(room, seat));
  await handles[1].request({ request: 'leave' });
  await control.event('offline', { match: (e) => e.room === room });
  assert.deepEqual((await upward(room, 4)).map((e) => e.seq), [1, 2, 3, 4]);

  // A second gateway, as after a restart.
  const second = await Control.open(janus, { key: null, gateway: 'gw-2' });
  const summary = second.hello.rooms.find((r) => r.room === room);
  assert.deepEqual(summary, { room, tenant: 'tenant-1', epoch: 1, seq: 4, acked: 0, told: 0 });
  const replay = async (from) => {
    const start = second.events.items.length;
    const answer = await second.request({ request: 'sync', room, from });
    assert.deepEqual([answer.cardea, answer.room, answer.from, answer.seq], ['replayed', room, from, 4]);
    return second.events.items.slice(start).filter((e) => e.room === room);
  };
  assert.deepEqual((await replay(1)).map((e) => `${e.seq}${e.event}`),
    ['1online', '2online', '3online', '4offline']);
  assert.deepEqual(await replay(1), await upward(room, 4), 'the very same events');
  assert.deepEqual((await replay(3)).map((e) => e.seq), [3, 4]);
  assert.deepEqual(await replay(5), []);
  await control.request({ request: 'ack', room, seq: 2 });
  assert.deepEqual((await replay(3)).map((e) => e.seq), [3, 4]);
  const [snapshot] = await replay(1);
  assert.equal(snapshot.event, 'snapshot');
  assert.equal(snapshot.seq, 4);
  assert.deepEqual(snapshot.participants.map((p) => p.seat).sort(), ['a', 'c']);
  assert.deepEqual(snapshot.participants.find((p) => p.seat === 'a'), {
    seat: 'a', client_id: 'client-1', conf_id: 'conf-1', gen: 0,
    connection: handles[0].joined.connection, hidden: false, sources: [],
  });
  assert.equal((await replay(9))[0].event, 'snapshot', 'from the future: start over');

  // A closed room owes its events until they are acknowledged.
  await control.closeRoom(room, { reason: 'over' });
  assert.equal((await handles[0].event('removed')).data.reason, 'closed');
  await second.event('offline', { match: (e) => e.room === room && e.seq === 6 });
  let rooms = (await control.request({ request: 'rooms' })).rooms;
  assert.equal(rooms.find((r) => r.room === room).seq, 6);
  await control.request({ request: 'ack', room, seq: 6 });
  rooms = (await control.request({ request: 'rooms' })).rooms;
  assert.equal(rooms.find((r) => r.room === room), undefined);
  // Numbers go on when it opens again.
  assert.equal((await control.openRoom(room)).seq, 6);
  await second.close();
  await Promise.all(handles.map((h) => h.session.close()));
});

test('more than 4096 unacknowledged events are dropped and a resync is asked for', async () => {
  const { room } = await newRoom();
  const token = tokenFor(room, { sub: 'alice' });
  const session = await JanusSession.create(janus);
  // Each replacement gives offline and online: two events.
  for (let i = 0; i < 2049; i++) {
    const handle = await session.attach();
    await handle.request({
      request: 'join', handle: 'publish', connection: connectionId(), token: tokenFor(room, { sub: 'alice' }),
    });
    if (i % 64 === 63) {
      for (const old of [...session.handles.values()].slice(0, -1)) {
        await old.detach();
        session.handles.delete(old.id);
      }
    }
  }
  const resync = await control.event('resync', { match: (e) => e.room === room });
  assert.ok(resync.seq > 4096 - 1);
  const start = control.events.items.length;
  await control.request({ request: 'sync', room, from: 1 });
  const answer = control.events.items.slice(start).filter((e) => e.room === room);
  assert.equal(answer[0].event, 'snapshot');
  assert.deepEqual(answer[0].participants.map((p) => p.seat), ['alice']);
  assert.ok(token);
  await session.close();
});

test('epochs: lower is stale, higher is ahead, a higher open removes everyone', async () => {
  const { room } = await newRoom({ epoch: 3 });
  const alice = await joinAs(room, 'alice', {}, { epoch: 3 });
  await assert.rejects(control.openRoom(room, { epoch: 2 }), { code: 'epoch_stale' });
  const requests = [
    { request: 'close' },
    { request: 'policy', policy: {} },
    { request: 'grant', seat: 's', gen: 0 },
    { request: 'revoke', seat: 's', min_gen: 1 },
    { request: 'say', data: {} },
  ];
  for (const request of requests) {
    await assert.rejects(control.request({ ...request, room, epoch: 2 }), { code: 'epoch_stale' });
    await assert.rejects(control.request({ ...request, room, epoch: 4 }), { code: 'epoch_ahead' });
  }
  // The same again keeps everyone.
  await control.openRoom(room, { epoch: 3 });
  assert.equal((await alice.request({ request: 'sync' })).cardea, 'synced');
  const opened = await control.openRoom(room, { epoch: 4 });
  assert.equal((await alice.event('removed')).data.reason, 'epoch');
  assert.equal(opened.seq, 2);
  await assert.rejects(joinAs(room, 'alice', {}, { epoch: 3 }), { code: 'epoch_stale' });
  const bob = await joinAs(room, 'bob', {}, { epoch: 4 });
  // Another meeting in the room removes everyone too.
  await control.openRoom(room, { epoch: 4, conf_id: 'conf-2' });
  assert.equal((await bob.event('removed')).data.reason, 'epoch');
  assert.deepEqual((await upward(room, 4)).map((e) => [e.seq, e.event, e.epoch]),
    [[1, 'online', 3], [2, 'offline', 3], [3, 'online', 4], [4, 'offline', 4]]);
  // Unknown rooms: closing is done, the rest is refused.
  await control.closeRoom('never-opened');
  await control.request({ request: 'ack', room: 'never-opened', seq: 5 });
  await assert.rejects(control.request({ request: 'say', room: 'never-opened', epoch: 1, data: {} }),
    { code: 'room_not_open' });
  await Promise.all([alice, bob].map((h) => h.session.close()));
});

test('a lease is renewed by heartbeats; once it ran out everyone is removed until the next open', async () => {
  const { room } = await newRoom({ lease_ms: 1500 });
  const alice = await joinAs(room, 'alice');
  for (let i = 0; i < 6; i++) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    const rooms = i % 2 ? [{ room, epoch: 1 }] : undefined;
    const answer = await control.request({ request: 'heartbeat', clock: Date.now(), ...(rooms ? { rooms } : {}) });
    assert.equal(answer.cardea, 'ok');
  }
  assert.equal((await alice.request({ request: 'sync' })).cardea, 'synced');
  // Heartbeats for another epoch or other rooms do not count.
  const started = Date.now();
  const removed = alice.event('removed');
  await control.request({ request: 'heartbeat', rooms: [{ room, epoch: 2 }, { room: 'no', epoch: 1 }] });
  assert.equal((await removed).data.reason, 'lease');
  assert.ok(Date.now() - started < 5000);
  await control.request({ request: 'heartbeat' });
  await assert.rejects(joinAs(room, 'bob'), { code: 'lease_expired' });
  await control.openRoom(room, { lease_ms: 60000 });
  const bob = await joinAs(room, 'bob');
  await Promise.all([alice, bob].map((h) => h.session.close()));
});

test('an offer that is refused closes the PeerConnection that Janus made for it', async () => {
  const { room } = await newRoom();
  const sdp = [
    'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0',
    'a=fingerprint:sha-256 ' + Array(32).fill('AB').join(':'), 'a=setup:actpass',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=sendonly', 'a=rtcp-mux',
    'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx', 'a=rtpmap:111 opus/48000/2', '',
  ].join('\r\n');
  const offer = { type: 'offer', sdp };
  const handle = await freshHandle();
  assert.equal((await refusal(handle, { request: 'sync' }, offer)).code, 'not_joined');
  await handle.janus.waitFor((m) => m.janus === 'hangup');
  handle.janus.items = [];
  await handle.request({
    request: 'join', handle: 'publish', connection: connectionId(), token: tokenFor(room, { sub: 'alice' }),
  });
  assert.equal((await refusal(handle, { request: 'publish', offer: 1, tracks: 5 }, offer)).code, 'json_type');
  await handle.janus.waitFor((m) => m.janus === 'hangup');
  // Still joined, and a good offer is answered.
  const published = await requestAfterHangup(handle,
    { request: 'publish', offer: 2, tracks: [
      { mid: '0', kind: 'microphone' }, { mid: '7', kind: 'camera' }, { mid: '0', kind: 'piano' },
    ] }, offer);
  assert.deepEqual(published.tracks.map((t) => t.accepted), [true, false, false]);
  assert.match(published.jsep.sdp, /a=recvonly/);
  assert.match(published.jsep.sdp, /useinbandfec=1/);
  const sync = await handle.request({ request: 'sync' });
  assert.deepEqual(sync.tracks, [{ mid: '0', kind: 'microphone', active: true }]);
  await control.event('source', { match: (e) => e.room === room && e.state === 'active' });
  await handle.request({ request: 'source', kind: 'microphone', active: false });
  await control.event('source', { match: (e) => e.room === room && e.state === 'inactive' });
  assert.equal((await refusal(handle, { request: 'source', kind: 'screen', active: true })).code, 'not_found');
  assert.equal((await refusal(handle, { request: 'publish', offer: 2, tracks: [] }, offer)).code, 'offer_stale');
  await handle.session.close();
});

test('admin: list, inspect, kick, stats and query_session', async () => {
  const { room } = await newRoom();
  const alice = await joinAs(room, 'alice', {}, { gen: 5 });
  const list = await adminPlugin(janus, { request: 'list' });
  assert.equal(list.boot, control.hello.boot);
  assert.deepEqual(list.rooms.find((r) => r.room === room).participants.map((p) => [p.id, p.handles]),
    [['alice', ['receive']]]);
  const inspected = await adminPlugin(janus, { request: 'inspect', room });
  assert.equal(inspected.participants[0].slots.length, 12);
  const info = await adminRequest(janus, {
    janus: 'handle_info', session_id: alice.session.id, handle_id: alice.id,
  });
  assert.deepEqual(info.info.plugin_specific,
    { handle: 'receive', state: 'joined', media: 'offered', seq: 1, participant: 'alice' });
  assert.equal((await adminPlugin(janus, { request: 'kick', room, participant: 'nobody' })).code, 'not_found');
  assert.equal((await adminPlugin(janus, { request: 'kick', room, participant: 'alice', reason: 'no' })).cardea, 'ok');
  const removed = (await alice.event('removed')).data;
  assert.deepEqual([removed.reason, removed.text], ['revoked', 'no']);
  await assert.rejects(joinAs(room, 'alice', {}, { gen: 5 }), { code: 'gen_stale' });
  const { stats } = await adminPlugin(janus, { request: 'stats' });
  assert.ok(stats.joins > 0 && stats.refusals.gen_stale > 0, JSON.stringify(stats));
  assert.equal((await adminPlugin(janus, { request: 'inspect', room: 'no' })).code, 'room_not_open');
  assert.equal((await adminPlugin(janus, { request: 'fly' })).code, 'unknown_request');
  await alice.session.close();
});

// ---------------------------------------------------------------------------------------------

/** Small reproducible generator (mulberry32). */
function generator(start) {
  let state = start;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

test(`teardown in any order under load, ${rounds} rounds (seed ${seed})`, async () => {
  const random = generator(seed);
  const names = Array.from({ length: 4 }, (_, i) => `storm-${i}-${randomId(3)}`);
  for (const room of names) await control.openRoom(room);
  const live = new Set();
  const quiet = () => {};

  const enter = async (room, seat) => {
    const session = await JanusSession.create(janus);
    const handles = [await session.attach(), await session.attach()];
    const token = control.token({ room, sub: seat });
    const connection = connectionId();
    // Without waiting for answers: what follows overtakes them.
    handles[0].message({ request: 'join', handle: 'publish', token, connection }).catch(quiet);
    const joined = handles[1].message({ request: 'join', handle: 'receive', token, connection }).catch(quiet);
    if (random(2)) await joined;
    live.add({ session, handles });
  };
  const endings = [
    (p) => p.session.destroy(),
    (p) => p.session.socket.terminate(),
    (p) => p.handles[0].detach(),
    (p) => p.handles[1].detach(),
    (p) => Promise.all(p.handles.map((h) => h.detach())),
    (p) => p.handles[random(2)].hangup(),
    (p) => p.handles[random(2)].message({ request: 'leave' }),
    (p) => Promise.all([p.handles[0].message({ request: 'leave' }), p.handles[1].detach()]),
    (p) => Promise.all([p.handles[1].hangup(), p.handles[1].hangup(), p.handles[1].detach()]),
    (p) => Promise.all([p.handles[1].message({ request: 'sync' }), p.handles[1].detach()]),
    (p) => Promise.all([p.handles[1].message({ request: 'ice', restart: true }), p.session.destroy()]),
  ];
  for (let round = 0; round < rounds; round++) {
    const room = names[random(names.length)];
    await Promise.all([0, 1, 2].map(() => enter(room, `seat-${random(6)}`)));
    for (const participant of [...live]) {
      if (random(3) === 0) continue;
      Promise.resolve(endings[random(endings.length)](participant)).catch(quiet);
      if (random(2)) live.delete(participant);
      setTimeout(() => participant.session.socket.terminate(), 2000).unref();
    }
    const upset = random(8);
    if (upset === 0) await control.closeRoom(room).then(() => control.openRoom(room));
    if (upset === 1) await control.openRoom(room, { conf_id: `c-${round}` }).then(() => control.openRoom(room));
    if (upset === 2) {
      await control.request({ request: 'revoke', room, epoch: 1, seat: `seat-${random(6)}`, min_gen: 0 });
    }
    if (upset === 3) await adminPlugin(janus, { request: 'list' });
    assert.ok(janus.alive(), `janus died in round ${round}`);
  }
  for (const participant of live) participant.session.destroy().catch(quiet);
  for (const room of names) await control.closeRoom(room);
  for (const { room, seq } of (await control.request({ request: 'rooms' })).rooms) {
    if (names.includes(room)) await control.request({ request: 'ack', room, seq });
  }
  // Whatever Janus still keeps for sockets that went away is ended here.
  const { sessions } = await adminRequest(janus, { janus: 'list_sessions' });
  for (const id of sessions) {
    if (id !== control.session.id) {
      await adminRequest(janus, { janus: 'destroy_session', session_id: id }).catch(quiet);
    }
  }
  await until(async () => {
    const { rooms } = await adminPlugin(janus, { request: 'list' });
    return rooms.every((r) => r.participants.length === 0);
  }, 'every room is empty');
  const { rooms } = await adminPlugin(janus, { request: 'list' });
  assert.deepEqual(rooms.filter((r) => names.includes(r.room)), []);
  assert.ok(janus.alive());
  // Every event came, in order and once.
  for (const room of names) {
    const seqs = control.events.items.filter((e) => e.room === room && e.event !== 'snapshot').map((e) => e.seq);
    assert.deepEqual(seqs, seqs.map((_, i) => i + 1));
    const online = new Map();
    for (const e of control.events.items.filter((x) => x.room === room)) {
      if (e.event === 'online') {
        assert.ok(!online.has(e.seat), 'offline comes before the next online of a seat');
        online.set(e.seat, e.connection);
      }
      if (e.event === 'offline') {
        assert.equal(online.get(e.seat), e.connection);
        online.delete(e.seat);
      }
    }
    assert.equal(online.size, 0);
  }
});
