// spec/acceptance E002, and the traps of this dialect: every row by its id. Takes about 6 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { connectionId, until } from '../../support/cardea.mjs';
import { addSpacesTenant, body, claims, PASSWORD, refused, startSpaces } from '../../support/spaces.mjs';

let spaces;
let other; // another tenant
let stranger; // its user
let A; // owner of spaces
let B;
let C; // client token
const HEX = /^[0-9a-f]{24}$/;
const hex = () => crypto.randomBytes(12).toString('hex');

before(async () => {
  spaces = await startSpaces();
  ({ spaces: other, user: stranger } = await addSpacesTenant(spaces));
  A = await spaces.user('a');
  B = await spaces.user('b');
  C = await spaces.clientToken();
});
after(() => spaces?.cardea.stop());

/** An OAuth error. */
function denied(answer, status, error) {
  assert.equal(answer.status, status, answer.raw);
  assert.deepEqual(Object.keys(answer.body).sort(), ['error', 'error_description']);
  assert.equal(answer.body.error, error);
}

test('E002-01a: a client token names the client, and lives seven days', async () => {
  const pair = body(await spaces.auth({ grant_type: 'client_credentials' }));
  assert.equal(pair.token_type, 'Bearer');
  const { sub, aud, type, cId, sgn, iat, exp, jti } = claims(pair.access_token);
  assert.deepEqual([aud, type, sub, sgn, exp - iat], ['client', 'accessToken', cId, undefined, 604800]);
  assert.match(jti, /^[\w-]{21}$/);
  assert.equal(claims(pair.refresh_token).type, 'refreshToken');
  assert.equal(JSON.parse(Buffer.from(pair.access_token.split('.')[0], 'base64url')).alg, 'HS256');
});

test('E002-01b: a wrong client secret, and an unknown client', async () => {
  denied(await spaces.auth({ grant_type: 'client_credentials', client_secret: 'x' }), 401, 'invalid_client');
  denied(await spaces.auth({ grant_type: 'client_credentials', client_id: hex() }), 401, 'invalid_client');
  denied(await spaces.auth({ grant_type: 'magic' }), 400, 'unsupported_grant_type');
  denied(await spaces.auth({ grant_type: 'password', username: A.email }), 400, 'invalid_request');
});

test('E002-02a: a user token by e-mail', async () => {
  const pair = body(await spaces.login(A.email.toUpperCase()));
  const access = claims(pair.access_token);
  assert.equal(access.aud, 'user');
  assert.equal(access.sub, A.id);
  assert.match(access.sgn, /^[0-9a-f]{10}$/);
  const refresh = claims(pair.refresh_token);
  assert.equal(refresh.exp - refresh.iat, 1814400);
  assert.equal(refresh.sgn, access.sgn);
});

test('E002-02b, 02c: by a user name that one account has; a bad password, an unknown name and a name of two alike', async () => {
  body(await spaces.login(A.username));
  const twin = { email: `${hex()}@x.io`, username: B.username, password: PASSWORD };
  const answers = [await spaces.login(A.email, 'wrong'), await spaces.login('nobody@x.io')];
  body(await spaces.login(B.username));
  body(await spaces.cardea.admin('POST', '/users', twin));
  answers.push(await spaces.login(B.username));
  for (const answer of answers) {
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.body, { error: 'invalid_grant', error_description: 'Invalid credentials' });
  }
  body(await spaces.login(B.email));
  body(await spaces.login(twin.email));
});

test('E002-03a to 03g: making accounts', async () => {
  const sample = { email: `${hex()}@x.io`, password: 'gmi28abc', username: 'Some Username Here', phone: '+79671234567', captchaToken: 'string' };
  const make = (fields, token) => spaces.call('POST', '/users', { ...sample, ...fields }, token);
  refused(await make({}, C), 403, 'forbidden');
  refused(await make({}), 401, 'unauthorized');
  for (const field of ['email', 'username', 'password']) refused(await make({ [field]: undefined }, A.token), 422, 'validation_error');
  for (const email of ['', 'x', 'x@', '@x.io', 'a b@x.io', 'a@b@c']) refused(await make({ email }, A.token), 422);
  refused(await make({ username: 5 }, A.token), 422);
  assert.match(body(await make({}, A.token)).id, HEX);
  refused(await make({}, A.token), 409, 'email_taken');
  refused(await make({ email: sample.email.toUpperCase() }, A.token), 409);
});

test('E002-04a to 04c: making spaces', async () => {
  assert.match(await spaces.space(A), HEX);
  refused(await spaces.call('POST', '/spaces', { isPublic: false }, A.token), 422, 'validation_error');
  refused(await spaces.call('POST', '/spaces', { name: 's' }, C), 403, 'forbidden');
});

test('E002-05a to 05d: making invites', async () => {
  const space = await spaces.space(A);
  const make = (role, token = A.token, at = space) => spaces.call('POST', `/spaces/${at}/invites`, { role }, token);
  assert.match(body(await make('role_space_moderator')).id, HEX);
  refused(await make('moderator'), 422, 'validation_error');
  refused(await make('role_space_user', B.token), 403, 'forbidden');
  refused(await make('role_space_user', A.token, hex()), 404, 'not_found');
});

test('E002-06a to 06f: an invite works once, for whoever comes first', async () => {
  const [space, elsewhere] = [await spaces.space(A), await spaces.space(A)];
  const invite = async (role = 'role_space_moderator') => body(await spaces.call('POST', `/spaces/${space}/invites`, { role }, A.token)).id;
  const activate = (id, token, at = space) => spaces.call('POST', `/spaces/${at}/invites/${id}/activate`, undefined, token);
  const first = await invite();
  refused(await activate(first, B.token, elsewhere), 404);
  refused(await activate(first, C), 403);
  const states = async () => body(await spaces.call('GET', `/spaces/${space}/invites`, undefined, A.token)).items.map(({ state }) => state);
  assert.deepEqual(await states(), ['pending']);
  assert.deepEqual(body(await activate(first, B.token)), {});
  for (const who of [B, A]) refused(await activate(first, who.token), 410, 'invite_used');
  const roles = async () => body(await spaces.call('GET', `/spaces/${space}/members`, undefined, A.token)).items.map(({ userId, role }) => [userId, role]);
  assert.deepEqual(await roles(), [[A.id, 'role_space_owner'], [B.id, 'role_space_moderator']]);
  body(await activate(await invite('role_space_user'), B.token)); // the higher role stays
  const own = await invite('role_space_user');
  body(await activate(own, A.token));
  refused(await activate(own, A.token), 410);
  assert.deepEqual(await roles(), [[A.id, 'role_space_owner'], [B.id, 'role_space_moderator']]);
  const bare = await invite();
  const answer = await spaces.cardea.request('POST', `/v1/spaces/${space}/invites/${bare}/activate`, { headers: { Authorization: `Bearer ${B.token}` } });
  assert.deepEqual(body(answer), {});
});

test('E002-07: of 64 who activate one invite at once one wins', async () => {
  const space = await spaces.space(A);
  const { id } = body(await spaces.call('POST', `/spaces/${space}/invites`, { role: 'role_space_user' }, A.token));
  const people = [A, B, await spaces.user('c'), await spaces.user('d')];
  const answers = await Promise.all(Array.from({ length: 64 }, (_, i) => spaces.call('POST', `/spaces/${space}/invites/${id}/activate`, undefined, people[i % 4].token)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  for (const answer of answers.filter(({ status }) => status !== 200)) refused(answer, 410, 'invite_used');
});

test('E002-08a to 08f: granting roles', async () => {
  const space = await spaces.space(A);
  const room = await spaces.room(A, space);
  const far = await spaces.room(A, await spaces.space(A));
  const grant = (fields, token = A.token, at = room.id) => spaces.call('POST', `/spaces/${space}/rooms/${at}/roles`, { targetUserId: B.id, role: 'role_room_user', ...fields }, token);
  assert.deepEqual(body(await grant({})), {});
  refused(await grant({ role: 'role_space_user' }), 422);
  refused(await grant({ targetUserId: hex() }), 404);
  refused(await grant({}, A.token, far.id), 404);
  refused(await grant({}, B.token), 403);
  const D = await spaces.user('d');
  body(await grant({ targetUserId: undefined, userId: D.id }));
  refused(await grant({ targetUserId: A.id }), 403); // the room owner's stays
  const roles = body(await spaces.call('GET', `/spaces/${space}/rooms/${room.id}/roles`, undefined, A.token)).items;
  assert.deepEqual(roles.map(({ userId, role }) => [userId, role]), [[A.id, 'role_room_owner'], [B.id, 'role_room_user'], [D.id, 'role_room_user']]);
});

test('E002-08g: the role is that of the seat, in a running meeting too', async () => {
  const room = await spaces.room(A, await spaces.space(A, { isPublic: true }));
  await spaces.grant(A, room, B);
  const seat = await spaces.cardea.enter(await spaces.signaling(room, B.token));
  assert.equal(seat.entered.participant.role, 'participant');
  await seat.create();
  const { handle } = await seat.join('receive', connectionId());
  body(await spaces.grant(A, room, B, 'role_room_moderator'));
  await until(async () => JSON.stringify(await seat.message(handle, { request: 'sync' })).includes('"role":"host"'), 'the node to say so');
  const again = body(await spaces.enter(await spaces.signaling(room, B.token), { resume: seat.entered.resume }), 201);
  assert.equal(again.participant.id, seat.entered.participant.id);
  assert.equal(again.participant.role, 'host');
  // and without any role: out of the meeting, with every token of the seat
  const credential = await spaces.signaling(room, B.token);
  body(await spaces.call('DELETE', `/spaces/${room.space}/rooms/${room.id}/roles/${B.id}`, undefined, A.token));
  await seat.tunnel.closed;
  assert.equal((await spaces.enter(credential)).status, 403);
  refused(await spaces.participant(room, B.token), 403);
  await spaces.grant(A, room, B);
  body(await spaces.enter(await spaces.signaling(room, B.token)), 201);
});

test('E002-09: a link', async () => {
  const room = await spaces.room(A, await spaces.space(A));
  const { url, token, name } = await spaces.link(A, room, { externalUserId: 'ext1', ttl: 86400, isPermanent: true });
  assert.equal(new URL(url).pathname, `/room/${room.alias}`);
  assert.equal(name, 'JohnSmith');
  const { aud, type, exp, iat, roomId } = claims(token);
  assert.deepEqual([aud, type, exp - iat, roomId], ['link', 'linkToken', 86400, room.id]);
  for (const externalUserId of ['', 'a b', 'x'.repeat(129), 'ü']) {
    refused(await spaces.call('POST', `/spaces/${room.space}/rooms/${room.id}/generate-access`, { username: 'x', role: 'user', externalUserId }, A.token), 422);
  }
});

test('E002-10a, 10b, F2-10: the space\'s owner makes no link, until granted, by himself, which is recorded', async () => {
  const space = await spaces.space(A);
  await spaces.invite(A, space, B, 'role_space_moderator');
  const room = await spaces.room(B, space);
  const make = () => spaces.call('POST', `/spaces/${space}/rooms/${room.id}/generate-access`, { username: 'x', role: 'user' }, A.token);
  refused(await make(), 403, 'forbidden');
  body(await spaces.grant(A, room, A, 'role_room_moderator'));
  body(await make());
  const { records } = body(await spaces.cardea.admin('GET', '/audit'));
  const { actor, target, role } = records.find(({ action, scope }) => action === 'role.granted' && scope === room.id);
  assert.deepEqual([actor, target, role], [A.id, A.id, 'role_room_moderator']);
});

test('E002-11a, 11b: the role of a link', async () => {
  const room = await spaces.room(A, await spaces.space(A));
  refused(await spaces.call('POST', `/spaces/${room.space}/rooms/${room.id}/generate-access`, { username: 'x', role: 'role_room_user' }, A.token), 422);
  const roleOf = async (role) => body(await spaces.enter((await spaces.link(A, room, { role })).token), 201).participant.role;
  assert.equal(await roleOf('moderator'), 'host');
  assert.equal(await roleOf('user'), 'participant');
});

test('E002-12a to 12d: links for once, and for as long as they live', async () => {
  const room = await spaces.room(A, await spaces.space(A));
  for (const fields of [{ isPermanent: false }, {}]) {
    const { token } = await spaces.link(A, room, fields);
    body(await spaces.participant(room, token));
    refused(await spaces.participant(room, token), 410, 'link_used');
    const entering = await spaces.enter(token);
    assert.deepEqual([entering.status, entering.body.code], [410, 'link_used']);
  }
  const { token } = await spaces.link(A, room, { isPermanent: true, ttl: 2 });
  for (let i = 0; i < 3; i++) body(await spaces.participant(room, token));
  const { exp } = claims(token);
  while (Date.now() < exp * 1000) await new Promise((resolve) => { setTimeout(resolve, exp * 1000 - Date.now() + 1); });
  refused(await spaces.participant(room, token), 401, 'link_expired');
  assert.equal((await spaces.enter(token)).status, 401);
});

test('E002-12: of 32 who use a link at once one comes in, and a failed try uses nothing up', async () => {
  const room = await spaces.room(A, await spaces.space(A));
  const { token } = await spaces.link(A, room);
  refused(await spaces.call('POST', `/spaces/${room.space}/participants`, {}, token), 422);
  const answers = await Promise.all(Array.from({ length: 32 }, (_, i) => (i % 2 ? spaces.enter(token) : spaces.participant(room, token))));
  assert.equal(answers.filter(({ status }) => status < 300).length, 1);
  assert.equal(answers.filter(({ status }) => status === 410).length, 31);
  // a page that asks again because the answer was lost is the same person
  const again = await spaces.link(A, room);
  const key = { client_key: hex() };
  const seats = [body(await spaces.enter(again.token, key), 201), body(await spaces.enter(again.token, key), 201)];
  assert.equal(seats[0].participant.id, seats[1].participant.id);
  assert.equal(body(await spaces.enter(again.token, { resume: seats[1].resume }), 201).participant.id, seats[0].participant.id);
});

test('E002-13a to 13c: how long links live', async () => {
  const room = await spaces.room(A, await spaces.space(A));
  const make = (ttl) => spaces.call('POST', `/spaces/${room.space}/rooms/${room.id}/generate-access`, { username: 'x', role: 'user', ttl }, A.token);
  for (const ttl of [0, -1, '86400x', '86400', 432001, 1e18, 1.5, true]) refused(await make(ttl), 422, 'validation_error');
  body(await make(432000));
  const { exp, iat } = claims((await spaces.link(A, room)).token);
  assert.equal(exp - iat, 86400);
});

test('E002-14: names survive the link', async () => {
  const room = await spaces.room(A, await spaces.space(A));
  for (const username of ['Jöhn & Söhne', 'a b+c', '名前 🎉', '100% "?#/\\=', "o'x;--"]) {
    const { url, token, name } = await spaces.link(A, room, { username });
    assert.equal(name, username);
    assert.match(url, /^[\x21-\x7e]+$/);
    assert.equal(body(await spaces.enter(token, { name: 'another' }), 201).participant.name, username);
  }
});

test('E002-15a to 15f: who may enter', async () => {
  const [open, closed] = [await spaces.space(A, { isPublic: true }), await spaces.space(A)];
  await spaces.invite(A, closed, B, 'role_space_moderator');
  const hall = await spaces.room(A, open, { isPublic: true });
  const study = await spaces.room(B, closed, {});
  const D = await spaces.user('d');
  assert.equal(body(await spaces.enter(await spaces.signaling(hall, D.token)), 201).participant.role, 'participant'); // 15a
  refused(await spaces.participant(study, A.token), 403); // 15b
  await spaces.invite(A, closed, D);
  refused(await spaces.participant(study, D.token), 403); // 15d
  await spaces.grant(B, study, D);
  body(await spaces.enter(await spaces.signaling(study, D.token)), 201); // 15c
  const E = await spaces.user('e');
  await spaces.grant(B, study, E);
  refused(await spaces.participant(study, E.token), 403); // 15d
  const guest = body(await spaces.enter(hall.alias, { name: 'Guest' }), 201).participant; // 15e
  assert.deepEqual([guest.role, guest.name], ['participant', 'Guest']);
  assert.equal(body(await spaces.enter(await spaces.signaling(hall, undefined)), 201).participant.role, 'participant');
  assert.equal(body(await spaces.enter(await spaces.signaling(hall, C)), 201).participant.role, 'participant');
  const entering = await spaces.enter(study.alias, { name: 'Guest' }); // 15f
  assert.deepEqual([entering.status, entering.body.code], [403, 'forbidden']);
  refused(await spaces.participant(study, undefined), 401);
  refused(await spaces.participant(study, C), 403);
  refused(await spaces.call('GET', `/spaces/room-by-alias/${study.alias}`), 401);
  body(await spaces.call('GET', `/spaces/room-by-alias/${hall.alias}`));
  assert.equal((await spaces.enter('nothing999', { name: 'Guest' })).status, 404);
  // 15d, the other way: a room role alone opens a public room of a private space (Decision S15)
  const lobby = await spaces.room(B, closed, { isPublic: true });
  refused(await spaces.participant(lobby, E.token), 403);
  await spaces.grant(B, lobby, E);
  body(await spaces.participant(lobby, E.token));
});

test('E002-16a to 16c: header and cookie', async () => {
  const me = (token, headers) => spaces.call('GET', '/users/me', undefined, token, headers);
  refused(await me(A.refresh), 401, 'unauthorized');
  const cookie = (who, more = {}) => ({ Cookie: `trClId=LhAdDHgbA5gqFpklo8rw; accessToken=${who.token}; refreshToken=${who.refresh}`, ...more });
  assert.equal(body(await me(undefined, cookie(A))).id, A.id);
  refused(await me(undefined, { Cookie: `refreshToken=${A.refresh}` }), 401);
  assert.equal(body(await me(A.token, cookie(B))).id, A.id);
  refused(await me('x', cookie(B)), 401);
  // no other site's page uses the cookie (spec/native 12)
  refused(await me(undefined, cookie(A, { Origin: 'https://elsewhere.example' })), 401);
  assert.equal(body(await me(undefined, cookie(A, { Origin: spaces.cardea.dev.url }))).id, A.id);
});

test('E002-16d: another password ends all older tokens', async () => {
  const D = await spaces.user('d');
  const change = (fields) => spaces.call('PUT', '/users/me/password', { oldPassword: PASSWORD, password: 'a new password', ...fields }, D.token);
  refused(await change({ oldPassword: 'wrong' }), 403);
  refused(await change({ password: 'short' }), 422);
  body(await spaces.call('GET', '/users/me', undefined, D.token));
  body(await change({}));
  refused(await spaces.call('GET', '/users/me', undefined, D.token), 401);
  denied(await spaces.auth({ grant_type: 'refresh_token', refresh_token: D.refresh }), 400, 'invalid_grant');
  denied(await spaces.login(D.email), 400, 'invalid_grant');
  const { access_token } = body(await spaces.login(D.email, 'a new password'));
  body(await spaces.call('GET', '/users/me', undefined, access_token));
});

test('E002-17: a link token opens its room and nothing else', async () => {
  const space = await spaces.space(A);
  const [room, next] = [await spaces.room(A, space), await spaces.room(A, space)];
  const { token } = await spaces.link(A, room, { isPermanent: true });
  refused(await spaces.participant(next, token), 403, 'forbidden');
  refused(await spaces.call('GET', `/spaces/room-by-alias/${next.alias}`, undefined, token), 403);
  body(await spaces.call('GET', `/spaces/room-by-alias/${room.alias}`, undefined, token));
  refused(await spaces.call('POST', '/users', { email: 'x@x.io', username: 'x', password: PASSWORD }, token), 403);
  refused(await spaces.call('GET', `/spaces/${space}/rooms`, undefined, token), 403);
});

test('spec/spaces 10: links are listed and taken back; a revoked one lets nobody in', async () => {
  const room = await spaces.room(A, await spaces.space(A));
  const { token } = await spaces.link(A, room, { isPermanent: true });
  const at = `/spaces/${room.space}/rooms/${room.id}/access-links`;
  const [link] = body(await spaces.call('GET', at, undefined, A.token)).items;
  assert.deepEqual([link.state, link.username, link.role], ['fresh', 'JohnSmith', 'user']);
  assert.doesNotMatch(JSON.stringify(link), /eyJ/);
  body(await spaces.participant(room, token));
  body(await spaces.call('DELETE', `${at}/${link.id}`, undefined, A.token));
  refused(await spaces.participant(room, token), 401, 'unauthorized');
  assert.equal((await spaces.enter(token)).status, 401);
  assert.equal(body(await spaces.call('GET', at, undefined, A.token)).items[0].state, 'revoked');
});

test('spec/native 11: a refresh token works once; a copy that is used later ends the sign-in', async () => {
  const D = await spaces.user('d');
  const refresh = (refresh_token) => spaces.auth({ grant_type: 'refresh_token', refresh_token });
  const next = body(await refresh(D.refresh));
  assert.deepEqual(body(await refresh(D.refresh)), next); // the answer was lost
  assert.equal(claims(next.access_token).sub, D.id);
  const third = body(await refresh(next.refresh_token));
  body(await spaces.call('GET', '/users/me', undefined, third.access_token));
  denied(await refresh(D.refresh), 400, 'invalid_grant'); // two behind
  denied(await refresh(third.refresh_token), 400, 'invalid_grant');
  refused(await spaces.call('GET', '/users/me', undefined, third.access_token), 401);
  const { records } = body(await spaces.cardea.admin('GET', '/audit'));
  assert.ok(records.some(({ action, actor }) => action === 'refresh_token.reused' && actor === D.id));
  const later = body(await spaces.login(D.email));
  denied(await other.auth({ grant_type: 'refresh_token', refresh_token: later.refresh_token }), 400, 'invalid_grant'); // another client
});

test('F2-11: invite ids have nothing in common', async () => {
  const space = await spaces.space(A);
  const ids = [];
  for (let i = 0; i < 40; i++) {
    const made = await Promise.all(Array.from({ length: 25 }, () => spaces.call('POST', `/spaces/${space}/invites`, { role: 'role_space_user' }, A.token)));
    ids.push(...made.map((answer) => body(answer).id));
  }
  assert.equal(new Set(ids).size, 1000);
  for (let at = 0; at < 24; at += 4) assert.ok(new Set(ids.map((id) => id.slice(at, at + 4))).size > 900, `digits ${at} to ${at + 3}`);
});

test('F2-12: nobody takes over a login by a name', async () => {
  const [D, E] = [await spaces.user('d'), await spaces.user('e')];
  const make = (username) => spaces.call('POST', '/users', { email: `${hex()}@x.io`, username, password: PASSWORD }, A.token);
  refused(await make(D.email), 422, 'validation_error');
  refused(await make(D.email.toUpperCase()), 422);
  body(await make(E.username)); // allowed: names need not be unique
  denied(await spaces.login(E.username), 400, 'invalid_grant');
  for (const who of [D, E]) assert.equal(claims(body(await spaces.login(who.email)).access_token).sub, who.id);
});

test('F2-16: a page that is fetched uses no link up', async () => {
  const room = await spaces.room(A, await spaces.space(A));
  const { url, token } = await spaces.link(A, room);
  const { pathname, search } = new URL(url);
  for (const method of ['GET', 'HEAD', 'GET']) await spaces.cardea.request(method, pathname + search);
  body(await spaces.enter(token), 201);
  assert.ok(!spaces.cardea.log().includes(token.split('.')[2]));
});

test('F2-20: what is another tenant\'s, or elsewhere, answers like what does not exist', async () => {
  const space = await spaces.space(A);
  const room = await spaces.room(A, space);
  const { id: invite } = body(await spaces.call('POST', `/spaces/${space}/invites`, { role: 'role_space_user' }, A.token));
  const far = await spaces.space(A);
  const theirs = await other.space(stranger);
  const seen = ({ status, raw }) => ({ status, raw });
  const routes = (s, r, i, u) => [
    ['PUT', `/spaces/${s}`, { name: 'x', isPublic: true }], ['GET', `/spaces/${s}/members`], ['GET', `/spaces/${s}/invites`], ['GET', `/spaces/${s}/rooms`],
    ['POST', `/spaces/${s}/invites`, { role: 'role_space_user' }], ['POST', `/spaces/${s}/invites/${i}/activate`], ['DELETE', `/spaces/${s}/invites/${i}`],
    ['GET', `/spaces/${s}/rooms/${r}`], ['PUT', `/spaces/${s}/rooms/${r}`, {}], ['GET', `/spaces/${s}/rooms/${r}/roles`],
    ['POST', `/spaces/${s}/rooms/${r}/roles`, { targetUserId: u, role: 'role_room_user' }], ['POST', `/spaces/${s}/rooms/${r}/generate-access`, { username: 'x', role: 'user' }],
    ['GET', `/spaces/${s}/rooms/${r}/access-links`], ['POST', `/spaces/${s}/participants`, { roomId: r }], ['POST', `/spaces/${s}/rooms/${r}/join`, { participantId: hex() }],
  ];
  const unknown = routes(hex(), hex(), hex(), hex());
  for (const [i, [method, path, content]] of routes(space, room.id, invite, A.id).entries()) {
    const [, nowhere, same] = unknown[i];
    const foreign = await other.call(method, path, content, stranger.token);
    assert.deepEqual(seen(foreign), seen(await other.call(method, nowhere, same, stranger.token)), `${method} ${path}`);
    refused(foreign, 404, 'not_found');
  }
  refused(await other.call('GET', `/spaces/room-by-alias/${room.alias}`, undefined, stranger.token), 404);
  refused(await spaces.call('POST', `/spaces/${space}/rooms/${room.id}/roles`, { targetUserId: stranger.id, role: 'role_room_user' }, A.token), 404);
  for (const [method, path, content] of routes(far, room.id, invite, A.id).slice(5)) {
    refused(await spaces.call(method, path, content, A.token), 404, 'not_found');
  }
  refused(await spaces.call('POST', `/spaces/${theirs}/invites/${invite}/activate`, undefined, B.token), 404);
  body(await spaces.call('POST', `/spaces/${space}/invites/${invite}/activate`, undefined, B.token)); // untouched
});

test('spec/spaces 6: a webinar and its switches bind participants, a running meeting too', async () => {
  const room = await spaces.room(A, await spaces.space(A, { isPublic: true }), { isPublic: true, type: 'webinar' });
  const publish = async (token) => body(await spaces.enter(await spaces.signaling(room, token)), 201).participant.publish;
  assert.deepEqual(await publish(B.token), ['data']);
  assert.deepEqual(await publish(A.token), ['microphone', 'camera', 'screen', 'data']);
  const at = `/spaces/${room.space}/rooms/${room.id}`;
  body(await spaces.call('PUT', at, { type: 'lesson', isCameraPublishingAllowed: false }, A.token));
  assert.deepEqual(await publish(B.token), ['microphone', 'screen', 'data']);
  const read = body(await spaces.call('GET', at, undefined, B.token));
  assert.deepEqual([read.type, read.isCameraPublishingAllowed, read.isMicrophonePublishingAllowed, read.name], ['lesson', false, true, 'Room']);
  refused(await spaces.call('PUT', at, { type: 'party' }, A.token), 422);
  refused(await spaces.call('PUT', at, { waitingRoomAudience: 'all' }, A.token), 422);
});
