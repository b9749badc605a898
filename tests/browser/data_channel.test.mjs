// The data channel of a receive handle (docs/plugin-api.md 2.12) in Chromium, without a gateway: the
// page's join asks for it, and the test speaks the requests on it. Takes about 15 s.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST, eventually } from '../support/browser.mjs';
import { adminPlugin } from '../support/janus.mjs';

const { ada, ben } = CAST;
let bare;
let control;

before(async () => {
  bare = await startBare();
  ({ control } = bare);
});

afterEach(() => bare?.browser.clear());

after(async () => {
  assert.deepEqual(await bare?.stop(), { code: 0, signal: null }, 'Janus ends in an orderly way');
});

/** Runs in the page: its receive handle joins with `data`, and all connections are kept. */
function askForData() {
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function sendWithData(text) {
    const frame = JSON.parse(text);
    if (frame.body?.request === 'join' && frame.body.handle === 'receive') frame.body.data = true;
    send.call(this, JSON.stringify(frame));
  };
  const Native = window.RTCPeerConnection;
  window.testConnections = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      window.testConnections.push(this);
    }
  };
}

const claims = { publish: ['microphone', 'camera', 'screen', 'data'] };

/** Opens the channel and keeps what comes on it. */
async function openChannel(person) {
  await person.page.waitForFunction(() => window.testConnections.some(
    ({ sctp, connectionState }) => sctp?.state === 'connected' && connectionState === 'connected'));
  await person.page.evaluate(async () => {
    const connection = window.testConnections.find(({ sctp }) => sctp?.state === 'connected');
    const channel = connection.createDataChannel('cardea', { ordered: true });
    window.testChannel = channel;
    window.testMessages = [];
    const keep = ({ data }) => window.testMessages.push(JSON.parse(data));
    channel.onmessage = keep;
    // The plugin may have had something to say before there was one.
    connection.ondatachannel = (event) => { event.channel.onmessage = keep; };
    if (channel.readyState !== 'open') await new Promise((resolve) => { channel.onopen = resolve; });
  });
}

const write = (person, message) => person.page.evaluate((text) => window.testChannel.send(text),
  typeof message === 'string' ? message : JSON.stringify(message));
const came = (person) => person.page.evaluate(() => window.testMessages);
const answer = (person, id) => eventually(async () => (await came(person)).find((one) => one.id === id),
  (found) => assert.ok(found), { what: `the answer to ${id}` });
const dropped = async () => (await adminPlugin(bare.janus, { request: 'stats' })).stats.data_dropped;

test('requests go in and events come out on the channel; whoever has none gets them by signalling', async () => {
  await control.openRoom('data');
  const [a, b] = await Promise.all([
    bare.enter(ada, 'data', { before: askForData, claims }), bare.enter(ben, 'data', { claims })]);
  await a.sees([ben]);
  await openChannel(a);

  await write(a, { request: 'send', type: 'chat', text: 'by data', id: 'one' });
  assert.equal((await answer(a, 'one')).cardea, 'ok');
  const up = await control.event('message', { match: ({ room }) => room === 'data' });
  assert.deepEqual([up.seat, up.text], ['seat-ada', 'by data']);
  await write(a, { request: 'hand', raised: true, id: 2 });
  assert.equal((await answer(a, 2)).cardea, 'ok');
  await control.event('hand', { match: ({ room, raised }) => room === 'data' && raised });

  await control.request({ request: 'say', room: 'data', epoch: 1, id: 5,
    data: { type: 'chat', id: 5, at: 1, from: 'seat-ada', name: 'Ada', to: null, text: 'by data' } });
  await control.request({ request: 'hands', room: 'data', epoch: 1, hands: ['seat-ada'] });
  const events = await eventually(async () => (await came(a)).filter(({ cardea }) => cardea === 'event'),
    (list) => assert.equal(list.length, 2), { what: 'said and hands' });
  assert.deepEqual(events.map(({ event, seq }) => [event, seq]), [['said', undefined], ['hands', undefined]]);
  assert.equal(events[0].data.text, 'by data');
  assert.deepEqual(events[1].hands, ['seat-ada']);
  const heard = (person) => person.page.evaluate(() => window.meeting.messages.map(({ text }) => text));
  await eventually(() => heard(b), (texts) => assert.deepEqual(texts, ['by data']));
  assert.deepEqual(await heard(a), [], 'not twice');

  // Other requests, and those of somebody who may not, are refused there.
  await write(a, { request: 'leave', id: 3 });
  assert.equal((await answer(a, 3)).code, 'wrong_handle');
  await write(a, { request: 'moderate', action: 'remove', participant: 'seat-ben', id: 4 });
  assert.equal((await answer(a, 4)).code, 'not_permitted');
  await write(a, { request: 'send', type: 'chat', text: 'x'.repeat(4097), id: 5 });
  assert.equal((await answer(a, 5)).code, 'json_range');
});

test('what is no request is dropped and counted, and a flood does not get through', async () => {
  await control.openRoom('flood');
  const a = await bare.enter(ada, 'flood', { before: askForData, claims });
  await openChannel(a);
  const start = await dropped();
  const chat = JSON.stringify({ request: 'send', type: 'chat', text: 'x', id: 'last' });
  await write(a, 'no JSON');
  await write(a, '[1]');
  await write(a, chat.replace('"x"', `"${'x'.repeat(17000)}"`));
  await a.page.evaluate(() => window.testChannel.send(new Uint8Array([1, 2, 3])));
  await eventually(dropped, (count) => assert.equal(count - start, 4), { what: 'four dropped' });
  await write(a, chat);
  assert.equal((await answer(a, 'last')).cardea, 'ok');

  await a.page.evaluate((text) => {
    for (let i = 0; i < 2000; i += 1) window.testChannel.send(text);
  }, chat.replace('last', 'flood'));
  await eventually(async () => (await came(a)).filter(({ id }) => id === 'flood').length + await dropped() - start,
    (count) => assert.equal(count, 2004), { what: 'each is answered or counted' });
  const answers = (await came(a)).filter(({ id }) => id === 'flood');
  const messages = control.events.items.filter(({ room, event }) => room === 'flood' && event === 'message');
  assert.ok(messages.length < 100, `${messages.length} messages`);
  const verdicts = new Set(answers.map(({ code, cardea }) => code ?? cardea));
  assert.ok([...verdicts].every((one) => ['ok', 'rate_limited', 'queue_full'].includes(one)), [...verdicts].join());
});
