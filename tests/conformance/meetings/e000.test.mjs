// The rows E000 of spec/acceptance.md against the whole gateway: names begin with the row. The rows
// of /rt (16) are in rt.test.mjs. Takes about 3 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { randomId } from '../../support/cardea.mjs';
import {
  addTenant, body, claims, empty, form, FORM_TYPE, refused, startMeetings, TURN_SECRET, TURN_URLS,
} from '../../support/meetings.mjs';
import { checkMeeting } from './shapes.mjs';

let meetings;
let other; // with the API key of a second tenant

before(async () => {
  meetings = await startMeetings();
  other = meetings.as(await addTenant(meetings.cardea));
});
after(() => meetings?.cardea.stop());

const JANE = { name: 'Jane Doe', id: 'janedoe' };
const JOHN = { name: 'John Doe', id: 'johndoe' };
const HEX = /^[0-9a-f]{24}$/;
const TOKEN = /^[A-Za-z0-9]{24}$/;
const unused = () => crypto.randomBytes(12).toString('hex').toUpperCase();
const seconds = (id) => parseInt(id.slice(0, 8), 16);
const post = (id, user = JANE, more = {}) => meetings.start({ id, user, ...more });

/** A meeting of Jane's with John as guest. */
async function pair(fields) {
  const jane = await meetings.room(fields);
  return { jane, john: await meetings.joined(jane.room.guest_token, JOHN) };
}

test('E000-01 a meeting starts with one call', async () => {
  const id = `janesroom-${randomId()}`;
  const meeting = body(await post(id), 201);
  assert.equal(meeting.room.id, id);
  assert.equal(meeting.user.id, 'janedoe');
  assert.equal(meeting.user.guest, false);
  assert.match(meeting.access_key, TOKEN);
  assert.match(meeting.room.guest_token, TOKEN);
  assert.ok(meeting.links.gui.includes(meeting.access_key));
  assert.ok(meeting.links.guest_join.includes(meeting.room.guest_token));
  assert.equal(meeting.signaling.type, 'sepp');
});

test('E000-02 the same as a form is the same user', async () => {
  const id = randomId();
  const first = body(await post(id), 201);
  const again = body(await meetings.start(`id=${id}&user[name]=Jane+Doe&user[id]=janedoe`, { type: FORM_TYPE }), 201);
  assert.equal(again.access_key, first.access_key);
  assert.equal(again.user.name, 'Jane Doe');
});

test('E000-02b JSON under the content type of a form', async () => {
  const id = randomId();
  const first = body(await post(id), 201);
  const again = body(await meetings.start(JSON.stringify({ id, user: JANE }), { type: FORM_TYPE }), 201);
  assert.equal(again.access_key, first.access_key);
  assert.equal(again.room.id, id);
});

test('E000-03 a user needs a name', async () => {
  const id = randomId();
  refused(await post(id, { id: 'janedoe' }), 400);
  refused(await post(id, { id: 'janedoe', name: '' }), 400);
  refused(await meetings.start({ id }), 400);
  refused(await meetings.start(form({ id, user: { name: '', id: 'janedoe' } }), { type: FORM_TYPE }), 400);
  refused(await meetings.users(id), 404); // none of these has made a room
  body(await post(id, { id: 'janedoe', name: 'J' }), 201);
});

test('E000-03b what a shell leaves of unescaped quotes', async () => {
  const left = '{ name: John, id: johndoe}';
  const { jane } = await pair();
  for (const type of [FORM_TYPE, 'application/json']) {
    refused(await meetings.start(left, { type }), 400, 'body is not valid JSON');
    refused(await meetings.guest(jane.room.guest_token, left, { type }), 400, 'body is not valid JSON');
  }
});

test('E000-04a a start without a key is 403', async () => {
  const content = { user: JANE };
  refused(await meetings.call('POST', '/rooms', content), 403);
  refused(await meetings.call('POST', '/rooms', content, { headers: { Authorization: '' } }), 403);
  body(await meetings.call('POST', '/rooms', content, { key: meetings.key }), 201);
});

test('E000-04b an unknown key is 403', async () => {
  const content = { user: JANE };
  for (const key of ['x', 'secret', `ck_live_${'a'.repeat(43)}`, `${meetings.key}x`, meetings.key.slice(0, -1),
    `Bearer ${meetings.key}`]) {
    refused(await meetings.start(content, { key }), 403);
  }
});

test('E000-05 without an id every call makes a room of its own', async () => {
  const first = await meetings.started({ user: JANE });
  const second = await meetings.started({ user: JANE });
  const third = await meetings.started({ id: '', user: JANE });
  assert.equal(new Set([first, second, third].map((m) => m.room.id)).size, 3);
  assert.equal(new Set([first, second, third].map((m) => m.access_key)).size, 3);
  for (const meeting of [first, second, third]) assert.match(meeting.room.id, HEX);
});

test('E000-05b an empty user id is a random one', async () => {
  const id = randomId();
  const ids = [];
  for (const user of [{ name: 'Jane', id: '' }, { name: 'Jane', id: '' }, { name: 'Jane' }]) {
    ids.push(body(await post(id, user), 201).user.id);
  }
  ids.forEach((user) => assert.match(user, HEX));
  assert.equal(new Set(ids).size, 3);
  const { jane } = await pair();
  const guest = await meetings.joined(jane.room.guest_token, { name: 'G', id: '' });
  assert.match(guest.user.id, HEX);
});

test('E000-05c every key of the source document, with its type', async () => {
  const before = Math.floor(Date.now() / 1000);
  const jane = await meetings.room();
  checkMeeting(jane, { guest: false, ready: true });
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  checkMeeting(john, { guest: true, ready: true });
  const until = Math.ceil(Date.now() / 1000);
  for (const meeting of [jane, john]) {
    const { client_id: client, conf_id: conf, auth_token: token } = meeting.signaling.options;
    assert.equal(seconds(conf), Math.floor(Date.parse(meeting.room.started_at) / 1000));
    const user = body(await meetings.user(meeting.access_key, meeting.user.id));
    assert.equal(seconds(client), Math.floor(Date.parse(user.joined_at) / 1000));
    const payload = claims(token);
    assert.deepEqual(payload, {
      iss: 'eyeson-comapi', client_id: client, exp: payload.exp, conf_id: conf, aud: 'eyeson-sepp',
    });
    assert.ok(payload.exp >= before + 3600 && payload.exp <= until + 3600, String(payload.exp));
  }
});

test('E000-05d a credential of the relay for a day', async () => {
  const before = Math.floor(Date.now() / 1000);
  const { client_id: client, turn_servers: servers } = (await meetings.room()).signaling.options;
  const until = Math.ceil(Date.now() / 1000);
  assert.equal(servers.length, 1);
  assert.deepEqual(servers[0].urls, TURN_URLS);
  const [expiry, user] = servers[0].username.split(':');
  assert.equal(user, client);
  assert.ok(Number(expiry) >= before + 86400 && Number(expiry) <= until + 86400, expiry);
  const password = crypto.createHmac('sha1', TURN_SECRET).update(servers[0].username).digest('base64');
  assert.equal(servers[0].password, password);
  assert.equal(password.length, 28);
});

test('E000-06 a guest before any regular user has come', async () => {
  const jane = await meetings.room();
  const john = body(await meetings.guest(jane.room.guest_token, JOHN), 201);
  assert.equal(john.user.guest, true);
  assert.equal(john.user.id, 'johndoe');
  assert.notEqual(john.access_key, jane.access_key);
  assert.equal(john.ready, false);
  assert.equal(john.user.ready, false);
  assert.deepEqual(john.signaling.options.turn_servers, []);
});

test('E000-06b the same guest again', async () => {
  const { jane, john } = await pair();
  const again = await meetings.joined(jane.room.guest_token, JOHN);
  assert.equal(again.access_key, john.access_key);
  assert.equal(again.signaling.options.client_id, john.signaling.options.client_id);
});

test('E000-06c the guest is let in when a regular user comes', async () => {
  const { jane, john } = await pair();
  await meetings.arrive(jane);
  const now = body(await meetings.get(john.access_key));
  assert.equal(now.ready, true);
  assert.equal(now.user.ready, true);
  assert.deepEqual(now.signaling.options.turn_servers[0].urls, TURN_URLS);
  assert.match(now.signaling.options.turn_servers[0].username, /^\d+:[0-9a-f]{24}$/);
  assert.equal(now.signaling.options.turn_servers[0].password.length, 28);
});

test('E000-06d two hundred guests', async () => {
  const { room } = await meetings.room();
  const guests = Array.from({ length: 200 }, (_, i) => meetings.joined(room.guest_token, { name: `G ${i}`, id: `g${i}` }));
  const keys = (await Promise.all(guests)).map((meeting) => meeting.access_key);
  assert.equal(new Set(keys).size, 200);
});

test('E000-07 a guest needs a name', async () => {
  const { room } = await meetings.room();
  refused(await meetings.guest(room.guest_token, { id: 'johndoe' }), 400);
  refused(await meetings.guest(room.guest_token, { id: 'johndoe', name: '' }), 400);
  refused(await meetings.guest(room.guest_token), 400);
  body(await meetings.guest(room.guest_token, { id: 'johndoe', name: 'J' }), 201);
});

test('E000-08a, 08b, 13a a guest token never issued, or of an ended meeting, is 410', async () => {
  const { jane, john } = await pair();
  refused(await meetings.guest(unused(), JOHN), 410);
  refused(await meetings.guest('x', JOHN), 410);
  refused(await meetings.guest(jane.access_key, JOHN), 410); // a credential of another kind
  empty(await meetings.end(jane.access_key), 204);
  refused(await meetings.guest(jane.room.guest_token, JOHN), 410);
  refused(await meetings.get(john.access_key), 410);
});

test('meetings 15: a refused guest does not learn which tokens ever existed', async () => {
  const { jane } = await pair();
  const never = await meetings.guest(unused(), JOHN);
  empty(await meetings.end(jane.access_key), 204);
  const ended = await meetings.guest(jane.room.guest_token, JOHN);
  assert.equal(ended.status, never.status);
  assert.equal(ended.raw, never.raw);
});

test('E000-09 a regular user cannot be a guest as well', async () => {
  const { jane } = await pair();
  refused(await meetings.guest(jane.room.guest_token, { name: 'J', id: 'janedoe' }), 409);
  assert.equal(body(await meetings.user(jane.access_key, 'janedoe')).name, 'Jane Doe');
});

test('E000-09b a guest cannot be a regular user as well', async () => {
  const { jane } = await pair();
  refused(await post(jane.room.id, JOHN), 409);
  assert.equal(body(await meetings.user(jane.access_key, 'johndoe')).guest, true);
});

test('E000-09c in the next meeting of the room they may change', async () => {
  const { jane } = await pair();
  empty(await meetings.end(jane.access_key), 204);
  const john = body(await post(jane.room.id, JOHN), 201);
  assert.equal(john.user.guest, false);
  const guest = await meetings.joined(john.room.guest_token, JANE);
  assert.equal(guest.user.guest, true);
});

test('E000-10 a locked meeting takes no guest', async () => {
  const jane = await meetings.room();
  empty(await meetings.lock(jane.access_key), 201);
  refused(await meetings.guest(jane.room.guest_token, JOHN), 423);
});

test('E000-11a a user', async () => {
  const { jane } = await pair();
  const user = body(await meetings.user(jane.access_key, 'janedoe'));
  assert.deepEqual(user, { id: 'janedoe', name: 'Jane Doe', avatar: null, guest: false, joined_at: user.joined_at });
  assert.match(user.joined_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Math.abs(Date.now() - Date.parse(user.joined_at)) < 60000);
  assert.equal(body(await meetings.user(jane.access_key, 'johndoe')).guest, true);
});

test('E000-11b an unknown user is 404', async () => {
  const { jane } = await pair();
  refused(await meetings.user(jane.access_key, 'nobody'), 404);
  refused(await meetings.user(jane.access_key, 'JaneDoe'), 404);
});

test('E000-11c a user of an ended meeting is 410', async () => {
  const { jane, john } = await pair();
  empty(await meetings.end(jane.access_key), 204);
  for (const key of [jane.access_key, john.access_key]) {
    refused(await meetings.user(key, 'janedoe'), 410, 'Access key expired');
    refused(await meetings.user(key, 'nobody'), 410);
  }
});

test('E000-11d a user by its client id', async () => {
  const { jane } = await pair();
  const byId = await meetings.user(jane.access_key, 'janedoe');
  const byClient = await meetings.user(jane.access_key, jane.signaling.options.client_id);
  assert.deepEqual(body(byClient), body(byId));
});

test('E000-11e user ids percent-encoded in the path', async () => {
  const jane = await meetings.room();
  const ids = ['jane+1@example.com', '+43660123', 'a/b', 'a%2Fb', 'J\u00fcrgen \u20ac', 'a?b#c', '.', '..', 'a;b=c'];
  for (const id of ids) body(await post(jane.room.id, { name: `is ${id}`, id }), 201);
  for (const id of ids) {
    const user = body(await meetings.user(jane.access_key, id));
    assert.equal(user.id, id);
    assert.equal(user.name, `is ${id}`);
  }
  const plus = body(await meetings.call('GET', `/rooms/${jane.access_key}/users/+43660123`));
  assert.equal(plus.id, '+43660123'); // a plus stays a plus
});

test('E000-12a, 12b a kick, once', async () => {
  const { jane } = await pair();
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  refused(await meetings.kick(jane.access_key, 'johndoe'), 404);
});

test('E000-12a, 12b a kick of a user who was in, once', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  await meetings.arrive(john);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  assert.deepEqual(body(await meetings.users(jane.room.id, '?online=true')).map((user) => user.id), ['janedoe']);
  refused(await meetings.kick(jane.access_key, 'johndoe'), 404);
});

test('E000-12c no kick where kick_available is false', async () => {
  const jane = await meetings.room({ options: { kick_available: false } });
  await meetings.arrive(jane);
  await meetings.joined(jane.room.guest_token, JOHN);
  refused(await meetings.kick(jane.access_key, 'johndoe'), 403);
  assert.equal(body(await meetings.user(jane.access_key, 'johndoe')).id, 'johndoe');
});

test('E000-12d a kicked guest may come back', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  const again = await meetings.joined(jane.room.guest_token, JOHN);
  assert.equal(again.access_key, john.access_key);
  assert.equal(again.ready, true);
  await meetings.arrive(again);
});

test('E000-12e but not once the meeting is locked', async () => {
  const { jane, john } = await pair();
  await meetings.arrive(jane);
  await meetings.arrive(john);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  empty(await meetings.lock(jane.access_key), 201);
  refused(await meetings.guest(jane.room.guest_token, JOHN), 423);
  refused423(await meetings.enter(john.access_key));
});

/** `enter` has a code as well. */
function refused423(answer) {
  assert.equal(answer.status, 423, answer.raw);
  assert.equal(answer.body.code, 'room_locked');
}

test('E000-12f a guest cannot kick', async () => {
  const jane = await meetings.room();
  await meetings.arrive(jane);
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  assert.equal(john.ready, true);
  refused(await meetings.kick(john.access_key, 'janedoe'), 403);
  refused(await meetings.kick(john.access_key, 'johndoe'), 403);
  assert.equal(body(await meetings.users(jane.room.id, '?online=true')).length, 1);
});

test('E000-12g a regular user who was kicked before the lock', async () => {
  const jane = await meetings.room();
  const ann = await meetings.started({ id: jane.room.id, user: { name: 'Ann', id: 'ann' } });
  await meetings.arrive(jane);
  await meetings.arrive(ann);
  empty(await meetings.kick(jane.access_key, 'ann'), 200);
  empty(await meetings.lock(jane.access_key), 201);
  const back = await meetings.started({ id: jane.room.id, user: { name: 'Ann', id: 'ann' } });
  assert.equal(back.locked, true);
  assert.equal(back.access_key, ann.access_key);
  refused423(await meetings.enter(back.access_key));
});

test('E000-12h a kick of somebody unknown, or after the end', async () => {
  const { jane } = await pair();
  refused(await meetings.kick(jane.access_key, 'nobody'), 404);
  empty(await meetings.end(jane.access_key), 204);
  refused(await meetings.kick(jane.access_key, 'johndoe'), 410);
  refused(await meetings.kick(jane.access_key, 'nobody'), 410);
});

test('E000-12i the kicked user\'s join token is dead', async () => {
  const { jane, john } = await pair();
  await meetings.arrive(jane);
  const unused = await meetings.cardea.enter(john.access_key);
  empty(await meetings.kick(jane.access_key, 'johndoe'), 200);
  await assert.rejects(unused.create(), /create/);
  const seat = await meetings.arrive(john); // a new call with the old access key
  await seat.leave();
});

test('E000-13b the next meeting of a room has new credentials', async () => {
  const { jane } = await pair();
  empty(await meetings.end(jane.access_key), 204);
  const next = body(await post(jane.room.id), 201);
  assert.equal(next.room.id, jane.room.id);
  assert.notEqual(next.room.guest_token, jane.room.guest_token);
  assert.notEqual(next.access_key, jane.access_key);
  assert.notEqual(next.signaling.options.client_id, jane.signaling.options.client_id);
  assert.notEqual(next.signaling.options.conf_id, jane.signaling.options.conf_id);
  refused(await meetings.get(jane.access_key), 410);
  assert.equal(body(await meetings.get(next.access_key)).access_key, next.access_key);
});

test('E000-14a, 14c the language of a guest', async () => {
  const jane = await meetings.room();
  for (const locale of ['de', 'en', 'fr']) {
    const guest = await meetings.joined(jane.room.guest_token, { name: 'G', custom_fields: { locale } });
    assert.deepEqual(guest.options.custom_fields, { locale });
    assert.deepEqual(body(await meetings.get(guest.access_key)).options.custom_fields, { locale });
  }
  const asForm = body(await meetings.guest(jane.room.guest_token, 'name=G&custom_fields[locale]=de', { type: FORM_TYPE }), 201);
  assert.equal(asForm.options.custom_fields.locale, 'de');
  assert.deepEqual(body(await meetings.get(jane.access_key)).options.custom_fields, {});
  const plain = await meetings.joined(jane.room.guest_token, JOHN);
  assert.deepEqual(plain.options.custom_fields, {});
});

test('E000-14c a regular user\'s language goes before the room\'s', async () => {
  const jane = await meetings.room({
    user: { name: 'Jane', id: 'janedoe', custom_fields: { locale: 'fr' } },
    options: { custom_fields: { locale: 'en', logo: 'https://a.example/l.png' } },
  });
  assert.deepEqual(jane.options.custom_fields, { locale: 'fr', logo: 'https://a.example/l.png' });
  const john = await meetings.joined(jane.room.guest_token, JOHN);
  assert.equal(john.options.custom_fields.locale, 'en');
});

test('E000-14b another language is dropped', async () => {
  const jane = await meetings.room();
  for (const locale of ['xx', '', 'DE', 'de-AT', 5, null]) {
    const guest = await meetings.joined(jane.room.guest_token, { name: 'G', custom_fields: { locale } });
    assert.deepEqual(guest.options.custom_fields, {});
  }
});

test('E000-14d a picture', async () => {
  const jane = await meetings.room();
  const { guest_token: token } = jane.room;
  const avatar = 'https://a.example/j.png';
  assert.equal((await meetings.joined(token, { name: 'G', avatar })).user.avatar, avatar);
  assert.equal((await meetings.joined(token, { name: 'G', avatar: '' })).user.avatar, null);
  const long = `http://a.example/${'a'.repeat(2048)}`;
  assert.equal((await meetings.joined(token, { name: 'G', avatar: long.slice(0, 2048) })).user.avatar, long.slice(0, 2048));
  for (const bad of ['javascript:x', 'data:image/png,x', 'ftp://a.example/', '//a.example/j.png', 'j.png', long.slice(0, 2049)]) {
    refused(await meetings.guest(token, { name: 'G', avatar: bad }), 400);
    refused(await post(jane.room.id, { ...JANE, avatar: bad }), 400);
  }
  assert.equal(body(await post(jane.room.id, { ...JANE, avatar }), 201).user.avatar, avatar);
  assert.equal(body(await meetings.user(jane.access_key, 'janedoe')).avatar, avatar);
});

test('E000-15 two API keys, the same room and user', async () => {
  const id = randomId();
  const ours = body(await post(id), 201);
  const theirs = await other.started({ id, user: JANE });
  assert.equal(theirs.room.id, id);
  assert.equal(theirs.user.id, 'janedoe');
  assert.notEqual(theirs.access_key, ours.access_key);
  assert.notEqual(theirs.room.guest_token, ours.room.guest_token);
  assert.notEqual(theirs.signaling.options.conf_id, ours.signaling.options.conf_id);
  body(await post(id, { name: 'Ann', id: 'ann' }), 201);
  await meetings.arrive(ours);
  await meetings.joined(ours.room.guest_token, JOHN);
  refused(await meetings.user(theirs.access_key, 'ann'), 404);
  refused(await meetings.kick(theirs.access_key, 'johndoe'), 404);
  refused(await meetings.user(theirs.access_key, ours.signaling.options.client_id), 404);
  const ids = async (who) => body(await who.users(id)).map((user) => user.id).sort();
  assert.deepEqual(await ids(meetings), ['ann', 'janedoe', 'johndoe']);
  assert.deepEqual(await ids(other), ['janedoe']);
  body(await other.start({ id, user: JOHN }), 201); // a guest there, a regular user here
  empty(await other.end(theirs.access_key), 204);
  assert.equal(body(await meetings.get(ours.access_key)).room.shutdown, false);
});

test('E000-17a a meeting twice', async () => {
  const { jane, john } = await pair();
  await meetings.arrive(jane);
  for (const { access_key: key } of [jane, john]) {
    const first = body(await meetings.get(key));
    const second = body(await meetings.get(key));
    for (const meeting of [first, second]) {
      const { signaling } = meeting;
      assert.equal(meeting.access_key, key);
      const payload = claims(signaling.options.auth_token);
      assert.equal(payload.client_id, signaling.options.client_id);
      assert.equal(payload.conf_id, signaling.options.conf_id);
      assert.ok(payload.exp > Date.now() / 1000 + 3500);
    }
    assert.equal(first.signaling.options.client_id, second.signaling.options.client_id);
    assert.equal(first.signaling.options.conf_id, second.signaling.options.conf_id);
    assert.notEqual(first.signaling.options.auth_token, second.signaling.options.auth_token);
  }
});

test('E000-17b an access key that is unknown, or of an ended meeting', async () => {
  const { jane } = await pair();
  refused(await meetings.get(unused()), 404);
  refused(await meetings.get('x'), 404);
  refused(await meetings.get(jane.room.guest_token), 404); // a credential of another kind
  empty(await meetings.end(jane.access_key), 204);
  refused(await meetings.get(jane.access_key), 410, 'Access key expired');
});
