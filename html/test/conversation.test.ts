import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Meeting } from '../client/meeting.ts';
import { FakeGateway } from './support/gateway.ts';
import { until } from './support/until.ts';

let gateway: FakeGateway;
let meeting: Meeting;

beforeEach(async () => {
  gateway = new FakeGateway();
  gateway.install();
  gateway.hands = ['ada'];
  meeting = new Meeting({ baseUrl: 'http://gateway', credential: 'credential', storage: null });
  await meeting.join();
  await until('published', () => gateway.requests('publish').length === 1);
});

afterEach(() => meeting.leave());

function chat(id: number, text = `message ${id}`) {
  return { type: 'chat', id, at: 1, from: 'ada', name: 'Ada', to: null, text };
}

test('what people do in writing are requests on the receive handle', async () => {
  await meeting.send('hello');
  await meeting.send('psst', { to: 'ada' });
  await meeting.react('👍');
  await meeting.raiseHand(true);
  await meeting.mute('ada', 'camera');
  await meeting.remove('ada');
  await meeting.lowerHand('ada');
  const asked = [
    ...gateway.requests('send'),
    ...gateway.requests('hand'),
    ...gateway.requests('moderate'),
  ];
  assert.deepEqual(
    asked.map(({ body }) => body),
    [
      { request: 'send', type: 'chat', text: 'hello' },
      { request: 'send', type: 'chat', text: 'psst', to: 'ada' },
      { request: 'send', type: 'reaction', text: '👍' },
      { request: 'hand', raised: true },
      { request: 'moderate', action: 'mute', participant: 'ada', kind: 'camera' },
      { request: 'moderate', action: 'remove', participant: 'ada' },
      { request: 'moderate', action: 'lower_hand', participant: 'ada' },
    ],
  );
  assert.deepEqual(
    new Set(asked.map(({ handle_id }) => handle_id)),
    new Set([gateway.receiveHandle]),
  );
  gateway.askErrors.push('rate_limited');
  await assert.rejects(meeting.send('too fast'), { code: 'rate_limited' });
  meeting.leave();
  await assert.rejects(meeting.send('too late'), { code: 'closed' });
});

test('messages and reactions come as events, anything else as it is', () => {
  const seen: string[] = [];
  meeting.on('message', ({ text }) => seen.push(`message ${text}`));
  meeting.on('reaction', ({ text, from }) => seen.push(`${from} ${text}`));
  meeting.on('said', (data) => seen.push(`said ${data.type}`));
  gateway.push({ event: 'said', data: chat(5, 'hello') });
  gateway.push({ event: 'said', data: { ...chat(7, '🎉'), type: 'reaction' } });
  gateway.push({ event: 'said', data: { type: 'notice' } });
  assert.deepEqual(seen, ['message hello', 'said chat', 'ada 🎉', 'said reaction', 'said notice']);
  assert.deepEqual(
    meeting.messages.map(({ text }) => text),
    ['hello'],
  );
});

test('after a lost socket nothing that was said is missing, and nothing is there twice', async () => {
  gateway.push({ event: 'said', data: chat(5) });
  gateway.said = [chat(5), chat(6), chat(8)];
  gateway.drop();
  await until('synced', () => meeting.messages.length === 3);
  gateway.push({ event: 'said', data: chat(8) });
  gateway.push({ event: 'said', data: chat(9) });
  assert.deepEqual(
    meeting.messages.map(({ id }) => id),
    [5, 6, 8, 9],
  );
  const syncs = gateway.requests('sync').map(({ body }) => body?.said);
  assert.deepEqual(
    syncs.filter((said) => said !== undefined),
    [5],
  );
});

test('hands are told by joined, by events and by sync', async () => {
  assert.deepEqual(meeting.hands, ['ada']);
  const told: string[] = [];
  meeting.on('hands', (hands) => told.push(hands.join()));
  gateway.push({ event: 'hands', hands: ['ada', 'me'] });
  gateway.hands = ['me'];
  gateway.drop();
  await until('synced', () => meeting.hands.length === 1);
  assert.deepEqual(told, ['ada,me', 'me']);
});
