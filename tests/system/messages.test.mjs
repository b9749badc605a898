// Messages, raised hands and moderation through the real gateway and the real Janus: who gets what,
// in which order, what the log keeps, and that nothing is lost or told twice when the gateway is
// killed in between. Run inside tests/support/netns.sh. Takes about 30 s.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionId, ended, randomId, startCardea, until } from '../support/cardea.mjs';
import { PUBLISH_OFFER, publishRequest } from '../support/offers.mjs';

const KILLS = Number(process.env.CARDEA_MESSAGE_KILLS ?? 4);

/** Somebody with both handles and a published microphone. */
async function join(cardea, room, name, role) {
  const added = await cardea.api('POST', `/api/v1/rooms/${encodeURIComponent(room)}/participants`, {
    display_name: name, ...(role ? { role } : {}),
  });
  assert.equal(added.status, 201, added.raw);
  const seat = await (await cardea.enter(added.body.access_token)).create();
  seat.credential = added.body.access_token;
  seat.name = name;
  seat.id = seat.entered.participant.id;
  const connection = connectionId();
  ({ handle: seat.receive, data: seat.joined } = await seat.join('receive', connection));
  ({ handle: seat.publish } = await seat.join('publish', connection));
  return seat;
}

async function meeting(cardea, names = ['Ann', 'Bob', 'Cy']) {
  const room = `messages ${randomId()}`;
  const seats = [];
  for (const name of names) seats.push(await join(cardea, room, name, name === 'Ann' ? 'host' : 'participant'));
  return { room, roomId: seats[0].entered.room.id, seats };
}

const told = (seat, event) =>
  seat.tunnel.messages.map((m) => m.plugindata?.data).filter((data) => data?.event === event);
const said = (seat) => told(seat, 'said').map(({ data }) => data);
const texts = (seat) => said(seat).map(({ text }) => text);
const chat = (text, to) => ({ request: 'send', type: 'chat', text, ...(to ? { to } : {}) });
const verdict = ({ cardea, code }) => code ?? cardea;
const close = (seats) => Promise.all(seats.map((seat) => seat.tunnel.close()));

function logged(cardea, roomId, type) {
  const rows = cardea.sql(
    `SELECT json_object('seq', seq, 'data', json(data)) FROM events WHERE room = '${roomId}' AND type = '${type}' ORDER BY seq`);
  return rows.split('\n').filter(Boolean).map((row) => JSON.parse(row));
}

/** Back as a client comes back: a new socket, claim, sync. */
async function comeBack(seat) {
  const before = seat.tunnel.messages;
  const last = said(seat).at(-1)?.id ?? 0;
  await until(async () => {
    try {
      return (await seat.claim()).janus === 'success';
    } catch {
      return false; // nobody accepts yet
    }
  }, 'claim after the restart', 30000);
  seat.tunnel.messages.unshift(...before);
  const synced = await seat.message(seat.receive, { request: 'sync', said: last });
  assert.equal(synced.cardea, 'synced', JSON.stringify(synced));
  // What came as an event between claim and sync is in both; as in the client, the number decides.
  const events = said(seat).filter(({ id }) => id > last);
  seat.tunnel.messages = seat.tunnel.messages.filter(
    (message) => !events.includes(message.plugindata?.data?.data));
  const all = new Map([...events, ...synced.said].map((data) => [data.id, data]));
  for (const data of [...all.values()].sort((a, b) => a.id - b.id)) {
    seat.tunnel.messages.push({ plugindata: { data: { event: 'said', data } } });
  }
}

test('messages, hands and moderation in one meeting', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const { room, roomId, seats } = await meeting(cardea);
  const [ann, bob, cy] = seats;

  await t.test('chat goes to all in one order, the sender included', async () => {
    for (let i = 0; i < 9; i++) {
      const seat = seats[i % 3];
      assert.equal(verdict(await seat.message(i % 2 ? seat.publish : seat.receive, chat(`to all ${i}`))), 'ok');
    }
    await until(() => seats.every((seat) => said(seat).length === 9), 'nine messages at everybody');
    const expected = Array.from({ length: 9 }, (_, i) => `to all ${i}`);
    for (const seat of seats) {
      assert.deepEqual(texts(seat), expected);
      assert.deepEqual(said(seat).map(({ id }) => id), said(ann).map(({ id }) => id));
    }
    const [first] = said(bob);
    assert.deepEqual([first.type, first.from, first.name, first.to], ['chat', ann.id, 'Ann', null]);
    assert.ok(Math.abs(first.at - Date.now()) < 60000);
    const ids = said(cy).map(({ id }) => id);
    assert.deepEqual(ids, [...ids].sort((a, b) => a - b));
    assert.deepEqual(logged(cardea, roomId, 'message.sent').map(({ seq }) => seq), ids);
  });

  await t.test('a private message is for one and nobody else, and in the log', async () => {
    assert.equal(verdict(await ann.message(ann.receive, chat('psst', bob.id))), 'ok');
    assert.equal(verdict(await cy.message(cy.receive, { request: 'send', type: 'reaction', text: '👍' })), 'ok');
    await until(() => texts(cy).includes('👍') && texts(ann).includes('👍') && texts(bob).includes('👍'));
    assert.deepEqual([ann, bob, cy].map((seat) => texts(seat).includes('psst')), [true, true, false]);
    const entry = logged(cardea, roomId, 'message.sent').find(({ data }) => data.text === 'psst');
    assert.equal(entry.data.to, bob.id);
    assert.equal(said(bob).find(({ text }) => text === '👍').type, 'reaction');
  });

  await t.test('hands are in the order of raising, for those who come later too', async () => {
    const raise = (seat, raised) => seat.message(seat.publish, { request: 'hand', raised });
    const hands = (seat) => told(seat, 'hands').at(-1)?.hands;
    assert.equal(verdict(await cy.message(cy.receive, { request: 'hand', raised: true })), 'ok');
    await raise(bob, true);
    await raise(ann, true);
    await until(() => seats.every((seat) => hands(seat)?.length === 3), 'three hands');
    assert.deepEqual(hands(ann), [cy.id, bob.id, ann.id]);
    const dee = await join(cardea, room, 'Dee');
    assert.deepEqual(dee.joined.hands, [cy.id, bob.id, ann.id]);
    await raise(ann, false);
    assert.equal(verdict(await ann.message(ann.receive, { request: 'moderate', action: 'lower_hand', participant: cy.id })), 'ok');
    await until(() => hands(bob)?.length === 1);
    assert.deepEqual(hands(bob), [bob.id]);
    const lowered = logged(cardea, roomId, 'hand.lowered');
    assert.deepEqual(lowered.map(({ data }) => [data.participant, data.by]), [[ann.id, undefined], [cy.id, ann.id]]);
    await dee.tunnel.close();
  });

  await t.test('a host mutes; nobody else does', async () => {
    const published = await bob.message(bob.publish, publishRequest(), PUBLISH_OFFER);
    assert.equal(published.cardea, 'published', JSON.stringify(published));
    const request = { request: 'moderate', action: 'mute', participant: bob.id, kind: 'microphone' };
    assert.equal(verdict(await cy.message(cy.receive, request)), 'not_permitted');
    assert.deepEqual(logged(cardea, roomId, 'participant.muted'), []);
    const start = Date.now();
    assert.equal(verdict(await ann.message(ann.receive, request)), 'ok');
    await until(() => told(bob, 'muted').length === 1, 'bob is told');
    t.diagnostic(`muted ${Date.now() - start} ms after the request`);
    assert.equal(told(bob, 'muted')[0].kind, 'microphone');
    const { tracks } = await bob.message(bob.publish, { request: 'sync' });
    assert.deepEqual(tracks.map(({ kind, active }) => [kind, active]),
      [['microphone', false], ['camera', true], ['screen', false]]);
    assert.deepEqual(logged(cardea, roomId, 'participant.muted').map(({ data }) => [data.participant, data.by, data.kind]),
      [[bob.id, ann.id, 'microphone']]);
  });

  await t.test('the role that counts is the one of the store, not of the token', async () => {
    cardea.sql(`UPDATE participants SET role = 0 WHERE seat = '${ann.id}'`);
    assert.equal(cardea.sql(`SELECT role FROM participants WHERE seat = '${bob.id}'`), '0');
    const muted = logged(cardea, roomId, 'participant.muted').length;
    const request = { request: 'moderate', action: 'mute', participant: cy.id, kind: 'camera' };
    assert.equal(verdict(await ann.message(ann.receive, request)), 'ok'); // the plugin knows the token
    await ann.message(ann.receive, chat('after it'));
    await until(() => texts(bob).includes('after it'));
    assert.equal(logged(cardea, roomId, 'participant.muted').length, muted);
    cardea.sql(`UPDATE participants SET role = 1 WHERE seat = '${ann.id}'`);
  });

  await t.test('who is removed is out, with all tokens', async () => {
    const spare = cy.entered.join_token;
    await sleep(1000); // Ann may have used up her ten messages at once
    assert.equal(verdict(await ann.message(ann.receive, { request: 'moderate', action: 'remove', participant: cy.id })), 'ok');
    await until(() => told(cy, 'removed').length > 0, 'cy is told');
    assert.equal(told(cy, 'removed')[0].reason, 'revoked');
    assert.deepEqual(logged(cardea, roomId, 'participant.removed').map(({ data }) => [data.participant, data.by]),
      [[cy.id, ann.id]]);
    for (const more of [{}, { resume: cy.entered.resume }]) {
      const again = await cardea.request('POST', '/api/v1/enter', { body: { credential: cy.credential, ...more } });
      assert.deepEqual([again.status, again.body.code], [403, 'removed']);
    }
    const stranger = await (await cardea.participant(room, { display_name: 'Eve' })).create();
    const handle = await stranger.attach();
    const refused = await stranger.message(handle, { request: 'join', handle: 'receive', token: spare, connection: connectionId() });
    assert.equal(verdict(refused), 'gen_stale');
    await stranger.tunnel.close();
  });
  await close([ann, bob]);
});

test('the gateway is killed in between: every message is told once, hands stay raised', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const { roomId, seats } = await meeting(cardea, ['Ann', 'Bob']);
  const [ann, bob] = seats;
  await bob.message(bob.receive, { request: 'hand', raised: true });
  await until(() => told(ann, 'hands').length === 1);

  const promised = [];
  let unknown = 0;
  for (let round = 0; round < KILLS; round++) {
    const { gateway } = cardea.dev.pids;
    // Sent without waiting, so that the kill comes anywhere between the plugin and the event `said`.
    const answers = Array.from({ length: 8 }, (_, i) => {
      const text = `round ${round} message ${i}`;
      return ann.message(ann.receive, chat(text)).then(
        (data) => { if (verdict(data) === 'ok') promised.push(text); },
        () => { unknown += 1; });
    });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 12));
    process.kill(gateway, 'SIGKILL');
    await ended(gateway);
    ann.tunnel.waiters.forEach((answer) => answer({ error: 'closed' }));
    await Promise.all(answers);
    await until(() => cardea.isReady() && cardea.dev.pids.gateway !== gateway, 'the next worker', 30000);
    for (const seat of seats) await comeBack(seat);
  }
  // What follows comes after all of it.
  assert.equal(verdict(await bob.message(bob.receive, chat('the end'))), 'ok');
  await until(() => texts(bob).includes('the end'), 'the last one', 30000);
  const log = logged(cardea, roomId, 'message.sent').map(({ seq, data }) => [seq, data.text]);
  const logTexts = log.map(([, text]) => text);
  assert.equal(new Set(logTexts).size, logTexts.length, 'nothing twice in the log');
  for (const text of promised) assert.ok(logTexts.includes(text), `${text} is in the log`);
  t.diagnostic(`${KILLS} kills, ${promised.length} promised, ${logTexts.length} logged`);
  for (const seat of seats) assert.deepEqual(texts(seat), logTexts);
  const { hands } = await ann.message(ann.receive, { request: 'sync' });
  assert.deepEqual(hands, [bob.id]);
  await close(seats);
});

test('hands stay raised over a restart of Janus', async (t) => {
  const cardea = await startCardea();
  t.after(() => cardea.stop());
  const { room, seats } = await meeting(cardea, ['Ann', 'Bob']);
  const [ann, bob] = seats;
  await bob.message(bob.receive, { request: 'hand', raised: true });
  await until(() => told(ann, 'hands').length === 1);
  await cardea.kill('janus');
  const again = await until(
    () => cardea.enter(bob.credential, { resume: bob.entered.resume }).catch(() => null),
    'enter works again', 30000);
  assert.equal(again.entered.participant.id, bob.id);
  const back = await again.create();
  const { data } = await back.join('receive', connectionId());
  assert.deepEqual(data.hands, [bob.id], room);
  await back.tunnel.close();
});
