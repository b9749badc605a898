// spec/meetings 2 to 4: how requests may come and answers must go, who may call, the encodings of
// bodies. Names begin with the section. Takes about 3 s.

import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { randomId, until } from '../../support/cardea.mjs';
import { addTenant, body, empty, form, FORM_TYPE, multipart, refused, startMeetings } from '../../support/meetings.mjs';
import { exchange, parseAnswers } from '../support.mjs';

let meetings;
let port;
let key;

before(async () => {
  meetings = await startMeetings();
  ({ key, cardea: { port } } = meetings);
});
after(() => meetings?.cardea.stop());

const JANE = { name: 'Jane Doe', id: 'janedoe' };
const UNKNOWN = 'a'.repeat(24);

/** A request of exactly these lines; the answer with its JSON. */
async function raw(lines, content = '') {
  const [answer] = parseAnswers(await exchange(port, [`${lines.join('\r\n')}\r\nHost: x\r\nConnection: close\r\n\r\n${content}`]));
  return { status: answer.status, headers: answer.fields, raw: answer.body, body: answer.body ? JSON.parse(answer.body) : null };
}

/** @p content in chunks of 7 bytes, as node sends what it does not know the length of. */
function chunked(pathname, content, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path: pathname, method: 'POST', agent: false, headers }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => resolve({ status: response.statusCode, raw: text, body: text ? JSON.parse(text) : null }));
    });
    request.on('error', reject);
    for (const part of content.match(/.{1,7}/gsu)) request.write(part);
    request.end();
  });
}

/** The encodings of 4: [name, (content) => { type, text }]. */
const ENCODINGS = [
  ['JSON', async (content) => ({ type: 'application/json', text: JSON.stringify(content) })],
  ['JSON with a charset', async (content) => ({ type: 'application/json; charset=utf-8', text: JSON.stringify(content) })],
  ['a form', async (content) => ({ type: FORM_TYPE, text: form(content) })],
  ['a form with bare brackets', async (content) => ({ type: FORM_TYPE, text: form(content, { bare: true }) })],
  ['multipart', multipart],
];

// ---- 2, requests ----

for (const [name, encode] of ENCODINGS) {
  test(`meetings 2: a chunked body, ${name}`, async () => {
    const id = randomId();
    const { type, text } = await encode({ id, user: { name: 'J\u00fcrgen \u20ac & Co', id: 'j' } });
    const meeting = body(await chunked('/rooms', text, { Authorization: key, 'Content-Type': type }), 201);
    assert.equal(meeting.room.id, id);
    assert.equal(meeting.user.name, 'J\u00fcrgen \u20ac & Co');
  });
}

test('meetings 2: a POST with neither body nor Content-Length', async () => {
  const headers = [[], [`Content-Type: ${FORM_TYPE}`], ['Content-Type: application/json'], ['Content-Length: 0'],
    ['Content-Type: application/json', 'Content-Length: 0'], ['Content-Type: multipart/form-data; boundary=x']];
  for (const lines of headers) {
    const jane = await meetings.room();
    empty(await raw([`POST /rooms/${jane.access_key}/presentation HTTP/1.1`, ...lines]), 201);
    empty(await raw([`POST /rooms/${jane.access_key}/lock HTTP/1.1`, ...lines]), 201);
    for (const path of ['/rooms', `/guests/${(await meetings.room()).room.guest_token}`]) {
      const answer = await raw([`POST ${path} HTTP/1.1`, `Authorization: ${key}`, ...lines]);
      refused(answer, 400);
      assert.doesNotMatch(answer.body.error, /JSON/, 'an empty body is no broken JSON');
    }
  }
});

test('meetings 2: GET and DELETE with a content type and no body, or with a body', async () => {
  for (const [type, content] of [['application/json', undefined], [FORM_TYPE, 'layout='], ['application/json', '{"layout":""}']]) {
    const jane = await meetings.room();
    const ann = await meetings.started({ id: jane.room.id, user: { name: 'Ann', id: 'ann' } });
    const path = `/rooms/${jane.access_key}`;
    body(await meetings.call('GET', path, content, { type }));
    body(await meetings.call('GET', `${path}/users/ann`, content, { type }));
    empty(await meetings.call('POST', `/rooms/${ann.access_key}/presentation`, content, { type }), 201);
    empty(await meetings.call('DELETE', `/rooms/${ann.access_key}/presentation`, content, { type }), 200);
    empty(await meetings.call('DELETE', `${path}/users/ann`, content, { type }), 200);
    empty(await meetings.call('DELETE', path, content, { type }), 204);
  }
});

test('meetings 2: neither Accept nor User-Agent is needed, none is refused', async () => {
  const jane = await meetings.room();
  body(await raw([`GET /rooms/${jane.access_key} HTTP/1.1`]));
  for (const accept of ['*/*', 'application/json', 'text/html']) {
    body(await meetings.call('GET', `/rooms/${jane.access_key}`, undefined, { headers: { Accept: accept } }));
  }
});

test('meetings 2: Expect: 100-continue', async () => {
  const content = JSON.stringify({ user: JANE });
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
  let got = '';
  socket.on('data', (data) => { got += data; });
  socket.write(`POST /rooms HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${key}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${content.length}\r\nExpect: 100-continue\r\n\r\n`);
  await until(() => got.startsWith('HTTP/1.1 100 '), 'the interim answer');
  socket.write(content);
  await until(() => got.includes('HTTP/1.1 201 '), 'the answer');
  socket.destroy();
});

test('meetings 2: a message of 32 kB in each encoding, and not one byte more', async () => {
  const { access_key: jane } = await meetings.room();
  for (const [name, encode] of ENCODINGS) {
    const fits = await encode({ type: 'chat', content: 'x'.repeat(32768) });
    empty(await meetings.call('POST', `/rooms/${jane}/messages`, fits.text, { type: fits.type }), 201);
    const above = await encode({ type: 'chat', content: 'x'.repeat(32769) });
    const answer = await meetings.call('POST', `/rooms/${jane}/messages`, above.text, { type: above.type });
    assert.equal(answer.status, 400, name);
    refused(answer, 400);
  }
});

test('meetings 8: a message of 32 kB whose characters a form escapes', async () => {
  const { access_key: jane } = await meetings.room();
  const text = form({ type: 'chat', content: '\u00e4'.repeat(16384) });
  empty(await meetings.call('POST', `/rooms/${jane}/messages`, text, { type: FORM_TYPE }), 201);
});

test('meetings 8: a message of 100 kB is 400 as well', async () => {
  const { access_key: jane } = await meetings.room();
  refused(await meetings.message(jane, 'chat', 'x'.repeat(100000)), 400);
});

// ---- 2, answers ----

/** One call for each status that this dialect knows: [status, answer]. */
async function everyStatus() {
  const open = await meetings.room();
  await meetings.arrive(open);
  const john = await meetings.joined(open.room.guest_token, { name: 'John', id: 'john' });
  const locked = await meetings.room();
  await meetings.lock(locked.access_key);
  const over = await meetings.room();
  const ended = await meetings.end(over.access_key);
  await meetings.call('POST', `/rooms/${open.access_key}/presentation`);
  return [
    [200, await meetings.get(open.access_key)],
    [200, await meetings.user(open.access_key, 'john')],
    [200, await meetings.users(open.room.id)],
    [200, await meetings.rooms()],
    [200, await meetings.call('POST', `/rooms/${open.access_key}/layout`, { layout: 'auto' })],
    [201, await meetings.start({ user: JANE })],
    [201, await meetings.guest(open.room.guest_token, { name: 'G' })],
    [201, await meetings.message(open.access_key, 'chat', 'x')],
    [204, ended],
    [400, await meetings.start({})],
    [400, await meetings.start('{', {})],
    [403, await meetings.start({ user: JANE }, { key: 'x' })],
    [403, await meetings.lock(john.access_key)],
    [404, await meetings.get(UNKNOWN)],
    [404, await meetings.call('GET', '/rooms/a/b/c/d')],
    [404, await meetings.call('GET', '/guests')],
    [405, await meetings.call('PUT', `/rooms/${open.access_key}`)],
    [405, await meetings.call('GET', `/guests/${open.room.guest_token}`)],
    [409, await meetings.call('POST', `/rooms/${john.access_key}/presentation`)],
    [409, await meetings.guest(open.room.guest_token, JANE)],
    [410, await meetings.get(over.access_key)],
    [410, await meetings.guest(UNKNOWN, JANE)],
    [413, await meetings.start({ user: { name: 'x'.repeat(140000) } })],
    [423, await meetings.guest(locked.room.guest_token, JANE)],
  ];
}

test('meetings 2: every answer says what it is, may be read from anywhere, and is an object', async () => {
  for (const [status, answer] of await everyStatus()) {
    assert.equal(answer.status, status, answer.raw);
    assert.equal(answer.headers['access-control-allow-origin'], '*', `${status} ${answer.raw}`);
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    if (answer.raw === '') continue;
    assert.match(answer.headers['content-type'], /^application\/json\b/);
    assert.equal(typeof answer.body, 'object', answer.raw);
    if (status >= 400) refused(answer, status);
  }
});

test('meetings 2: what is got is not stored', async () => {
  const jane = await meetings.room();
  const answers = [await meetings.get(jane.access_key), await meetings.user(jane.access_key, 'janedoe'),
    await meetings.user(jane.access_key, 'nobody'), await meetings.get(UNKNOWN), await meetings.rooms(), await meetings.users(jane.room.id)];
  for (const { headers } of answers) assert.equal(headers['cache-control'], 'no-store');
});

test('meetings 2: a preflight', async () => {
  for (const path of ['/rooms', `/rooms/${UNKNOWN}`, `/rooms/${UNKNOWN}/users/x`, `/guests/${UNKNOWN}`, '/webhooks', '/permalink/x']) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const answer = await meetings.call('OPTIONS', path, undefined, {
        headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': 'authorization,content-type' },
      });
      assert.ok(answer.status === 200 || answer.status === 204, `${path} ${answer.status}`);
      assert.equal(answer.headers['access-control-allow-origin'], '*');
      const allowed = answer.headers['access-control-allow-methods'].split(/, */).sort();
      assert.deepEqual(allowed, ['DELETE', 'GET', 'OPTIONS', 'POST', 'PUT']);
      const headers = answer.headers['access-control-allow-headers'].toLowerCase().split(/, */).sort();
      assert.deepEqual(headers, ['authorization', 'content-type']);
    }
  }
});

test('meetings 2: the DELETEs of a meeting are 204, all others 200', async () => {
  const jane = await meetings.room();
  await meetings.started({ id: jane.room.id, user: { name: 'Ann', id: 'ann' } });
  await meetings.call('POST', `/rooms/${jane.access_key}/presentation`);
  empty(await meetings.call('DELETE', `/rooms/${jane.access_key}/presentation`), 200);
  empty(await meetings.kick(jane.access_key, 'ann'), 200);
  empty(await meetings.end(jane.access_key), 204);
  const { room } = await meetings.room();
  empty(await meetings.end(room.id, { key }), 204);
});

// ---- 3 ----

test('meetings 3: an API key beside an access key is ignored, right or wrong', async () => {
  const jane = await meetings.room();
  await meetings.started({ id: jane.room.id, user: { name: 'Ann', id: 'ann' } });
  for (const header of [key, 'wrong', `Bearer ${key}`]) {
    const headers = { Authorization: header };
    const call = (method, rest, content) => meetings.call(method, `/rooms/${jane.access_key}${rest}`, content, { headers });
    assert.equal(body(await call('GET', '')).access_key, jane.access_key);
    assert.equal(body(await call('GET', '/users/ann')).id, 'ann');
    empty(await call('POST', '/messages', { type: 'chat', content: 'x' }), 201);
    empty(await call('POST', '/presentation'), 201);
    empty(await call('DELETE', '/presentation'), 200);
  }
  empty(await meetings.call('DELETE', `/rooms/${jane.access_key}`, undefined, { headers: { Authorization: 'wrong' } }), 204);
});

test('meetings 3: /rooms/X is an access key if X is a known one, else a room', async () => {
  const first = await meetings.room();
  const second = await meetings.room({ id: first.access_key }); // a room named like the key of another
  empty(await meetings.end(first.access_key, { key }), 204);
  refused(await meetings.get(first.access_key), 410);
  assert.equal(body(await meetings.get(second.access_key)).room.id, first.access_key);
});

test('meetings 3: without or with a wrong API key the tenant\'s calls are 403', async () => {
  const jane = await meetings.room();
  const calls = [['GET', '/rooms'], ['GET', `/rooms/${jane.room.id}/users`]];
  for (const [method, path] of calls) {
    refused(await meetings.call(method, path), 403);
    refused(await meetings.call(method, path, undefined, { key: 'wrong' }), 403);
    body(await meetings.call(method, path, undefined, { key }));
  }
  refused(await meetings.end(jane.room.id, { key: 'wrong' }), 403);
  refused(await meetings.end(jane.room.id), 404); // no key: taken as an access key, and an unknown one
  body(await meetings.get(jane.access_key));
});

test('meetings 3: a blocked API key is 423 on everything', async () => {
  const { cardea } = meetings;
  const other = meetings.as(await addTenant(cardea));
  const jane = await other.room();
  const john = await other.joined(jane.room.guest_token, { name: 'John' });
  await cardea.stop({ keep: true });
  cardea.sql('UPDATE tenants SET is_active = 0 WHERE name = \'second\'');
  await cardea.start();
  const { access_key: ak, room } = jane;
  const answers = [await other.start({ user: JANE }), await other.rooms(), await other.users(room.id), await other.end(room.id, { key: other.key }),
    await other.get(ak), await other.get(john.access_key), await other.user(ak, 'janedoe'), await other.kick(ak, 'janedoe'), await other.lock(ak),
    await other.message(ak, 'chat', 'x'), await other.end(ak), await other.guest(room.guest_token, JANE),
    await other.call('POST', `/rooms/${ak}/presentation`), await other.call('POST', `/rooms/${ak}/layout`, { layout: 'auto' }),
    await other.admit(room.id, 'x', { key: other.key })];
  for (const answer of answers) refused(answer, 423);
  body(await meetings.rooms()); // nobody else is blocked
});

// ---- 4 ----

const EVERYTHING = {
  name: 'The \u00dc room',
  user: { name: 'Jane Doe', id: 'janedoe', avatar: 'https://a.example/j.png', custom_fields: { locale: 'de' } },
  options: {
    widescreen: false,
    show_names: false,
    voice_activation: true,
    exit_url: 'https://a.example/?a=b&c=[d]',
    sfu_mode: 'ptp',
    background_color: '#a0B0c0',
    layout: 'custom',
    layout_name: 'four',
    layout_users: ['janedoe', '', 'x'],
    custom_fields: { logo: 'https://a.example/l.png', hide_chat: 'true' },
  },
};

for (const [name, encode] of ENCODINGS) {
  test(`meetings 4: every field as ${name}`, async () => {
    const id = randomId();
    const { type, text } = await encode({ id, ...EVERYTHING });
    const meeting = body(await meetings.start(text, { type }), 201);
    assert.equal(meeting.room.id, id);
    assert.equal(meeting.room.name, EVERYTHING.name);
    assert.equal(meeting.user.avatar, EVERYTHING.user.avatar);
    const { custom_fields: fields, ...options } = EVERYTHING.options;
    for (const [option, value] of Object.entries(options)) assert.deepEqual(meeting.options[option], value, option);
    assert.deepEqual(meeting.options.custom_fields, { ...fields, locale: 'de' });
  });
}

test('meetings 4: brackets percent-encoded, as browsers send them', async () => {
  const text = 'user%5Bname%5D=Jane%20Doe&user%5bid%5d=janedoe&options%5Bcustom_fields%5D%5Blocale%5D=en';
  const meeting = body(await meetings.start(text, { type: FORM_TYPE }), 201);
  assert.equal(meeting.user.name, 'Jane Doe');
  assert.equal(meeting.user.id, 'janedoe');
  assert.equal(meeting.options.custom_fields.locale, 'en');
});

test('meetings 4: a body that begins with { is JSON under any content type', async () => {
  const text = JSON.stringify({ user: JANE });
  const types = ['application/json', FORM_TYPE, 'text/plain', 'multipart/form-data; boundary=x', 'application/octet-stream', undefined];
  for (const type of types) {
    for (const space of ['', ' ', '\r\n\t ']) {
      assert.equal(body(await meetings.start(space + text, { type }), 201).user.name, 'Jane Doe');
    }
    for (const broken of ['{', '{"user":', `${text}x`, '{"user":{"name":"J"},}', '{user[name]=Jane}', '{}{}', '{"a":1,"a":2}']) {
      refused(await meetings.start(broken, { type }), 400, 'body is not valid JSON');
    }
  }
});

test('meetings 4: no body of another form is an error of the server', async () => {
  const json = ['[]', '"x"', '5', 'null', '[{"user":{"name":"J"}}]', 'x', '{"user":"Jane"}', '{"user":["Jane"]}',
    '{"user":{"name":5}}', '{"user":{"name":{}}}', '{"user":{"name":"J","id":5}}', '{"id":[],"user":{"name":"J"}}',
    '{"user":{"name":"J"},"options":[1]}', '{"user":{"name":"J"},"options":"x"}', `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`,
    '{"user":{"name":"J\\u0000"}}', '{"user":{"name":"\\ud800"}}'];
  for (const text of json) refused(await meetings.start(text, { type: 'application/json' }), 400);
  const forms = ['user=Jane', 'user[name=J', 'user]name[=J', 'user[name]]=J', 'user[][name]=J', 'user[name][x]=J', 'user[name]=J&user=K',
    'user[name]=J&user[name][x]=K', '[name]=J', 'user[name]=%zz', 'user[name]=%ff', 'user[name]=%00', `${'user[a]'.repeat(1)}${'[b]'.repeat(40)}=J`,
    `user[name]=J&${'a=b&'.repeat(300)}`];
  for (const text of forms) refused(await meetings.start(text, { type: FORM_TYPE }), 400);
  const { type, text } = await multipart({ user: JANE });
  const boundary = text.slice(2, text.indexOf('\r\n'));
  const parts = [text.slice(0, -8), text.slice(20), text.replaceAll('form-data', 'attachment'), text.replaceAll('name=', 'nam='), 'x',
    `--${boundary}\r\n`, text.replace('\r\n\r\n', '\r\n')];
  for (const broken of parts) refused(await meetings.start(broken, { type }), 400);
  refused(await meetings.start(text, { type: 'multipart/form-data' }), 400);
});

test('meetings 4: booleans and integers as text, in JSON too', async () => {
  const flags = ['show_names', 'show_label', 'layout_available', 'reaction_available', 'suggest_guest_names', 'lock_available',
    'kick_available', 'voice_activation', 'widescreen'];
  for (const value of [true, false]) {
    const options = Object.fromEntries(flags.map((flag) => [flag, String(value)]));
    for (const content of [{ user: JANE, options }, form({ user: JANE, options })]) {
      const type = typeof content === 'string' ? FORM_TYPE : 'application/json';
      const shown = body(await meetings.start(content, { type }), 201).options;
      for (const flag of flags) assert.equal(shown[flag], value, flag);
    }
  }
  for (const value of ['yes', 'TRUE', 2, [], {}]) {
    refused(await meetings.start({ user: JANE, options: { widescreen: value } }), 400);
  }
});

test('meetings 4: the text `undefined` in a form is absent', async () => {
  const { room } = await meetings.room();
  for (const [, encode] of ENCODINGS.slice(2)) {
    const guest = await encode({ name: 'John', email: 'undefined', id: 'undefined', avatar: 'undefined', custom_fields: { locale: 'undefined' } });
    const meeting = body(await meetings.guest(room.guest_token, guest.text, { type: guest.type }), 201);
    assert.match(meeting.user.id, /^[0-9a-f]{24}$/);
    assert.equal(meeting.user.avatar, null);
    const nameless = await encode({ name: 'undefined' });
    refused(await meetings.guest(room.guest_token, nameless.text, { type: nameless.type }), 400);
    const start = await encode({ id: 'undefined', name: 'undefined', user: { name: 'Jane', id: 'undefined' }, options: { widescreen: 'undefined' } });
    const started = body(await meetings.start(start.text, { type: start.type }), 201);
    assert.match(started.room.id, /^[0-9a-f]{24}$/);
    assert.match(started.user.id, /^[0-9a-f]{24}$/);
    assert.equal(started.options.widescreen, true);
    assert.equal(started.room.name, started.team.name);
  }
});

test('meetings 4: a guest as the browser client posts it', async () => {
  const { room } = await meetings.room();
  const boundary = '----WebKitFormBoundarymO8MoPYbBQSRVZkT';
  const part = (name, value) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const text = `${part('name', 'John Doe')}${part('id', 'johndoe')}${part('email', 'undefined')}` +
    `${part('avatar', '')}${part('custom_fields[locale]', 'de')}--${boundary}--\r\n`;
  const meeting = body(await meetings.guest(room.guest_token, text, { type: `multipart/form-data; boundary=${boundary}` }), 201);
  assert.equal(meeting.user.name, 'John Doe');
  assert.equal(meeting.user.id, 'johndoe');
  assert.equal(meeting.options.custom_fields.locale, 'de');
  const closing = await meetings.guest(room.guest_token, `--${boundary}--\r\n`, { type: `multipart/form-data; boundary=${boundary}` });
  refused(closing, 400); // no name, but a body like any other
  assert.doesNotMatch(closing.body.error, /JSON|body/);
});

test('meetings 4: unknown fields and files are read over', async () => {
  const text = 'user[name]=Jane&user[shoe][size]=44&utm=1&options[unknown]=x&list[]=1&list[]=2';
  assert.equal(body(await meetings.start(text, { type: FORM_TYPE }), 201).user.name, 'Jane');
  body(await meetings.start({ user: { name: 'Jane', age: 5 }, x: [1], options: { unknown: {} } }), 201);
  const data = new FormData();
  data.append('user[name]', 'Jane');
  data.append('file', new Blob([new Uint8Array([0, 255, 10, 13, 10])]), 'a.png');
  const request = new Request('http://x/', { method: 'POST', body: data });
  const answer = await fetch(`${meetings.cardea.url}/rooms`, {
    method: 'POST', headers: { Authorization: key, 'Content-Type': request.headers.get('content-type') }, body: await request.arrayBuffer(),
  });
  assert.equal(answer.status, 201);
});

test('meetings 6.1: /call says 503 as long as there is no SEPP', async () => {
  const { signaling: { options } } = await meetings.room();
  const answer = await meetings.call('GET', `${new URL(options.endpoint).pathname}?auth_token=${options.auth_token}`);
  assert.equal(answer.status, 503, answer.raw);
  assert.equal(typeof answer.body.error, 'string');
});
