import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Meeting } from '../client/meeting.ts';
import type { Participant } from '../client/types.ts';
import { FakeGateway } from './support/gateway.ts';
import { until } from './support/until.ts';

let gateway: FakeGateway;
const meetings: Meeting[] = [];

beforeEach(() => {
  gateway = new FakeGateway();
  gateway.install();
});

afterEach(() => {
  for (const meeting of meetings.splice(0)) meeting.leave();
});

function person(id: string): Participant {
  return { id, name: id, role: 'participant', guest: false, sources: [] };
}

function newMeeting(storage: Storage | null = null): Meeting {
  const meeting = new Meeting({ baseUrl: 'http://gateway', credential: 'credential', storage });
  meetings.push(meeting);
  return meeting;
}

async function joined(): Promise<Meeting> {
  const meeting = newMeeting();
  await meeting.join();
  await until('published', () => gateway.requests('publish').length === 1);
  return meeting;
}

test('joins with both handles of one connection and publishes a line per source', async () => {
  gateway.roster = [person('ada')];
  const meeting = await joined();
  const joins = gateway.requests('join').map(({ body }) => body);
  assert.deepEqual(joins.map((body) => body?.handle).sort(), ['publish', 'receive']);
  assert.equal(joins[0]?.connection, joins[1]?.connection);
  assert.match(String(joins[0]?.connection), /^[\w-]{22}$/);
  assert.equal(meeting.state, 'connected');
  assert.deepEqual([...meeting.participants.keys()], ['ada']);
  const tracks = gateway.requests('publish')[0]?.body?.tracks as { kind: string }[];
  assert.deepEqual(
    tracks.map(({ kind }) => kind),
    ['microphone', 'camera', 'screen', 'screen_audio'],
  );
});

test('events in order are applied; a gap is closed by sync', async () => {
  const meeting = await joined();
  gateway.push({ event: 'roster', joined: [person('ada')] });
  assert.deepEqual([...meeting.participants.keys()], ['ada']);
  assert.equal(gateway.requests('sync').length, 0);

  gateway.roster = [person('ada'), person('ben'), person('cleo')];
  gateway.push({ event: 'roster', joined: [person('cleo')] }, 3);
  assert.deepEqual([...meeting.participants.keys()], ['ada'], 'not applied out of order');
  await until('synced', () => meeting.participants.size === 3);
  assert.equal(gateway.requests('sync').length, 1);

  gateway.push({ event: 'roster', left: ['ada'] });
  assert.deepEqual([...meeting.participants.keys()], ['ben', 'cleo']);
  gateway.push({ event: 'roster', left: ['ben'] }, 2);
  assert.equal(meeting.participants.size, 2, 'an old number is ignored');
});

test('a move replaces the room and everything told about it, without a negotiation', async () => {
  gateway.roster = [person('ada')];
  const meeting = await joined();
  gateway.push({ event: 'slots', audio: [{ mid: 'a0', participant: 'ada' }], video: [] });
  const told: string[] = [];
  meeting.on('moved', (room) => told.push(`moved ${room} ${[...meeting.participants.keys()]}`));
  meeting.on('rights', (kinds) => told.push(`rights ${kinds}`));
  meeting.on('roster', () => told.push('roster'));
  const frames = gateway.requests('publish').length + gateway.requests('answer').length;
  const moved = {
    event: 'moved',
    room: { id: 'annex', epoch: 3 },
    participant: { ...meeting.self, id: 'me-2', name: 'Me too', publish: ['microphone'] },
  };
  gateway.push({
    ...moved,
    roster: [person('ben')],
    map: { audio: [{ mid: 'a0', participant: 'ben' }], video: [] },
    speaking: { dominant: 'ben', speaking: ['ben'] },
  });
  assert.deepEqual(told, ['rights microphone', 'moved annex ben', 'roster']);
  assert.deepEqual(meeting.room, { id: 'annex', name: '' });
  assert.deepEqual([meeting.self?.id, meeting.self?.name], ['me-2', 'Me too']);
  assert.deepEqual(meeting.slots.audio, [{ mid: 'a0', participant: 'ben' }]);
  assert.deepEqual(meeting.speaking, { dominant: 'ben', speaking: ['ben'] });
  assert.equal(meeting.state, 'connected');
  gateway.push({ event: 'roster', joined: [person('cleo')] });
  assert.deepEqual([...meeting.participants.keys()], ['ben', 'cleo']);
  assert.equal(gateway.requests('publish').length + gateway.requests('answer').length, frames);
});

test('a move that was missed is told after sync', async () => {
  gateway.roster = [person('ada')];
  const meeting = await joined();
  const told: string[] = [];
  meeting.on('moved', (room) => told.push(room));
  gateway.roster = [person('ben')];
  gateway.room = 'annex';
  gateway.push({ event: 'roster', joined: [person('cleo')] }, 3);
  await until('synced', () => meeting.participants.has('ben'));
  assert.deepEqual([told, meeting.room?.id], [['annex'], 'annex']);
  gateway.push({ event: 'roster', joined: [person('cleo')] }, 9);
  await until('synced again', () => gateway.requests('sync').length === 2);
  assert.deepEqual(told, ['annex'], 'once');
});

test('who speaks is told by events and, after a gap, by sync', async () => {
  gateway.speaking = { dominant: 'ada', speaking: ['ada'] };
  const meeting = await joined();
  assert.deepEqual(meeting.speaking, { dominant: 'ada', speaking: ['ada'] });
  const told: string[][] = [];
  meeting.on('speaking', ({ speaking }) => told.push(speaking));
  gateway.push({ event: 'speaking', dominant: 'ben', speaking: ['ada', 'ben'] });
  assert.deepEqual(told, [['ada', 'ben']]);
  assert.equal(meeting.speaking.dominant, 'ben');

  gateway.speaking = { dominant: 'ben', speaking: [] };
  gateway.push({ event: 'speaking', dominant: 'ben', speaking: ['ben'] }, 3);
  await until('synced', () => meeting.speaking.speaking.length === 0);
  meeting.leave();
  assert.deepEqual(meeting.speaking, { dominant: null, speaking: [] });
});

test('a lost socket is claimed and both handles are synced; nobody enters again', async () => {
  const meeting = await joined();
  gateway.drop();
  assert.equal(meeting.state, 'reconnecting');
  gateway.roster = [person('ada')];
  await until('connected', () => meeting.state === 'connected');
  await until('roster', () => meeting.participants.size === 1);
  assert.equal(gateway.requests('sync').length, 2);
  assert.equal(gateway.entered.length, 1);
});

test('a lost session is entered again with resume, by a new connection', async () => {
  const meeting = await joined();
  gateway.sessionAlive = false;
  gateway.drop();
  await until('joined again', () => gateway.requests('join').length === 4);
  await until('connected', () => meeting.state === 'connected');
  assert.equal(gateway.entered[1]?.resume, 'resume-1');
  assert.equal(gateway.entered[1]?.client_key, gateway.entered[0]?.client_key);
  const [before, , after] = gateway.requests('join').map(({ body }) => body?.connection);
  assert.notEqual(before, after);
});

test('a room that is not open yet is entered again with resume', async () => {
  gateway.joinErrors.push({ code: 'room_not_open', retry: true });
  const meeting = newMeeting();
  await meeting.join();
  assert.equal(gateway.entered.length, 2);
  assert.equal(gateway.entered[1]?.resume, 'resume-1');
});

test('a gateway that is away or not ready is tried again', async () => {
  gateway.refusals.push('network', {
    status: 503,
    body: { error: 'no media node is ready', code: 'no_media_node' },
  });
  const meeting = newMeeting();
  const troubles: string[] = [];
  meeting.on('change', () => {
    if (meeting.trouble) troubles.push(meeting.trouble.code);
  });
  await meeting.join();
  assert.deepEqual(troubles, ['network', 'no_media_node']);
  assert.equal(meeting.trouble, null);
});

test('a refusal is final and keeps its code', async () => {
  gateway.refusals.push({ status: 409, body: { error: 'in use', code: 'in_use' } });
  const meeting = newMeeting();
  await assert.rejects(meeting.join(), { code: 'in_use', status: 409 });
  assert.equal(meeting.ending?.reason, 'refused');
  assert.equal(gateway.entered.length, 1);
});

test('a resume of an earlier page that is refused is forgotten', async () => {
  const storage = memoryStorage();
  const first = newMeeting(storage);
  await first.join();
  first.leave();
  gateway.refusals.push({ status: 410, body: { error: 'over', code: 'meeting_over' } });
  const second = newMeeting(storage);
  await second.join();
  assert.deepEqual(
    gateway.entered.map(({ resume }) => resume),
    [undefined, 'resume-1', undefined],
  );
});

test('who was removed does not come back by themselves', async () => {
  const meeting = await joined();
  gateway.push({ event: 'removed', reason: 'revoked', text: 'Please stop.' });
  await until('ended', () => meeting.state === 'ended');
  assert.deepEqual(meeting.ending, { reason: 'revoked', text: 'Please stop.', error: null });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(gateway.entered.length, 1);
});

test('a connection that is closed to be offered anew is answered and not given up', async () => {
  await joined();
  gateway.push({ event: 'offer', offer: 1 });
  gateway.hangup();
  gateway.push({ event: 'offer', offer: 2 });
  await until('answered', () => gateway.requests('answer').length === 2);
  await new Promise((resolve) => setTimeout(resolve, 1700));
  assert.equal(gateway.entered.length, 1);
});

test('a connection that is closed without a reason is made anew', async () => {
  await joined();
  gateway.hangup();
  await until('entered again', () => gateway.entered.length === 2);
});

test('a room that was placed anew is entered again', async () => {
  const meeting = await joined();
  gateway.push({ event: 'removed', reason: 'epoch' });
  await until('reconnecting', () => meeting.state === 'reconnecting');
  await until('connected', () => meeting.state === 'connected');
  assert.equal(gateway.entered.length, 2);
});

test('who leaves while the gateway is away is taken out when it is back', async () => {
  const meeting = await joined();
  gateway.reachable = false;
  gateway.drop();
  meeting.leave();
  assert.equal(meeting.state, 'ended');
  gateway.reachable = true;
  await until('left', () => gateway.requests('leave').length === 1);
  await until('destroyed', () => gateway.sent('destroy').length === 1);
});

test('a waiting guest polls with the ticket and is let in', async () => {
  gateway.refusals.push({
    status: 202,
    body: { waiting: true, ticket: 'ticket', message: 'Soon' },
  });
  const meeting = newMeeting();
  const done = meeting.join();
  await until('waiting', () => meeting.state === 'waiting');
  assert.equal(meeting.door?.text, 'Soon');
  await done;
  assert.equal(gateway.entered[1]?.credential, 'ticket');
});

test('a guest who asks too often is still at the door', async () => {
  gateway.refusals.push(
    { status: 202, body: { waiting: true, ticket: 'ticket', message: null, waiting_for: 'host' } },
    {
      status: 429,
      body: { error: 'too many', code: 'rate_limited' },
      headers: { 'retry-after': '1' },
    },
  );
  const meeting = newMeeting();
  const done = meeting.join();
  await until('waiting', () => meeting.state === 'waiting');
  assert.deepEqual(meeting.door, { waitsFor: 'host', text: null });
  await done;
  assert.deepEqual(
    gateway.entered.map(({ credential }) => credential),
    ['credential', 'ticket', 'ticket'],
  );
  assert.equal(meeting.door, null);
});

test('who is put back is at the door with nothing of the meeting, and comes back without resume', async () => {
  gateway.roster = [person('ada')];
  const meeting = await joined();
  gateway.refusals.push({
    status: 202,
    body: { waiting: true, ticket: 'ticket', message: null, waiting_for: 'admission' },
  });
  gateway.push({ event: 'removed', reason: 'waiting' });
  await until('waiting', () => meeting.state === 'waiting');
  assert.deepEqual(meeting.door, { waitsFor: 'admission', text: null });
  assert.equal(meeting.participants.size, 0);
  await until('connected', () => meeting.state === 'connected');
  assert.deepEqual(
    gateway.entered.map(({ credential, resume }) => [credential, resume]),
    [
      ['credential', undefined],
      ['credential', undefined],
      ['ticket', undefined],
    ],
  );
  assert.deepEqual([...meeting.participants.keys()], ['ada']);
});

test('who is denied at the door reads what the host said', async () => {
  gateway.refusals.push(
    { status: 202, body: { waiting: true, ticket: 'ticket', message: null } },
    { status: 403, body: { error: 'At noon, please.', code: 'denied' } },
  );
  const meeting = newMeeting();
  await assert.rejects(meeting.join(), { code: 'denied', message: 'At noon, please.' });
  assert.equal(meeting.ending?.reason, 'refused');
});

function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  } as Storage;
}
