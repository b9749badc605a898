// Rights in the plugin without a gateway and without media: grants and policies in any order, roles,
// unlocks, what `open` carries, microphones that begin switched off. Contract: docs/plugin-api.md 5. Run
// inside tests/support/netns.sh; takes about 3 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectionId, JanusSession, join, randomId, startPlugin, stopPlugin } from '../support/janus.mjs';
import { PUBLISH_OFFER, publishRequest } from '../support/offers.mjs';

const ALL = ['microphone', 'camera', 'screen', 'data'];
let janus;
let control;

before(async () => {
  ({ janus, control } = await startPlugin());
});
after(() => stopPlugin(janus));

async function newRoom(fields = {}) {
  const room = `room-${randomId(6)}`;
  await control.openRoom(room, fields);
  return room;
}

async function enter(room, seat, claims = {}) {
  const session = await JanusSession.create(janus);
  const token = control.token({ room, sub: seat, name: seat, publish: ALL, ...claims });
  const connection = connectionId();
  const publish = await join(session, { handle: 'publish', token, connection });
  const receive = await join(session, { handle: 'receive', token, connection });
  return { session, publish, receive };
}

const own = async ({ publish }) => (await publish.request({ request: 'sync' })).participant;
const rightsOf = async (person) => (await own(person)).publish;
const without = (...kinds) => ALL.filter((kind) => !kinds.includes(kind));
const to = (room) => (request, fields) => control.request({ request, room, epoch: 1, ...fields });

test('an older grant or policy never wins over a later one, whatever carries it', async () => {
  const room = await newRoom();
  const send = to(room);
  const bob = await enter(room, 'bob', { gen: 1 });
  const grant = (fields) => send('grant', { seat: 'bob', gen: 1, ...fields });

  await grant({ id: 7, locks: ['camera'] });
  await grant({ id: 6, locks: [] });
  assert.deepEqual(await rightsOf(bob), without('camera'));
  await grant({ id: 7, locks: ['camera', 'screen'] }); // the same event again
  assert.deepEqual(await rightsOf(bob), without('camera', 'screen'));
  await grant({ gen: 0, id: 9, locks: [] }); // of before the removal
  assert.deepEqual(await rightsOf(bob), without('camera', 'screen'));

  await send('policy', { policy: { id: 8, locks: ['microphone'] } });
  await send('policy', { policy: { id: 5, locks: [] } });
  assert.deepEqual(await rightsOf(bob), ['data']);
  await control.openRoom(room, { policy: { id: 7 }, grants: [{ seat: 'bob', gen: 1, id: 6, locks: [] }] });
  assert.deepEqual(await rightsOf(bob), ['data']);
  await control.openRoom(room, { policy: { id: 9 }, grants: [{ seat: 'bob', gen: 1, id: 10, locks: ['screen'] }] });
  assert.deepEqual(await rightsOf(bob), without('screen'));
  // A new placement has other numbers.
  await control.openRoom(room, { epoch: 2, policy: { id: 1, locks: ['camera'] } });
  const back = await enter(room, 'bob', { epoch: 2, gen: 1 });
  assert.deepEqual(await rightsOf(back), without('camera'));
  await Promise.all([bob, back].map((p) => p.session.close()));
});

test('a grant that is there before the seat counts from the start, unlocks count against room locks', async () => {
  const room = await newRoom({
    policy: { locks: ['microphone', 'camera'] },
    grants: [{ seat: 'bob', gen: 0, id: 1, locks: ['screen'], unlocks: ['microphone'] }, { seat: 'ann', gen: 0, role: 'host' }],
  });
  const [bob, ann, cy] = await Promise.all(['bob', 'ann', 'cy'].map((name) => enter(room, name)));
  assert.deepEqual(bob.publish.joined.participant.publish, ['microphone', 'data']);
  assert.deepEqual(cy.publish.joined.participant.publish, ['screen', 'data']);
  assert.deepEqual([ann.publish.joined.participant.role, ann.publish.joined.participant.publish], ['host', ALL]);
  await Promise.all([bob, ann, cy].map((p) => p.session.close()));
});

test('a role is in force everywhere, and outlives the token that says otherwise', async () => {
  const room = await newRoom({ policy: { locks: ['camera'] } });
  const send = to(room);
  const bob = await enter(room, 'bob');
  const cy = await enter(room, 'cy');
  const ask = () => bob.receive.request({ request: 'moderate', action: 'mute', participant: 'cy', kind: 'camera' });
  await assert.rejects(ask(), { code: 'not_permitted' });
  await send('grant', { seat: 'bob', gen: 0, id: 1, role: 'host' });
  await bob.receive.event('rights', { match: (e) => e.role === 'host' && e.publish.length === 4 });
  await cy.receive.event('roster', { match: (e) => e.updated.some(({ id, role }) => id === 'bob' && role === 'host') });
  await ask();
  // A handle that is replaced comes with the token of before.
  const token = control.token({ room, sub: 'bob', name: 'bob', publish: ALL });
  await bob.session.close();
  const again = await JanusSession.create(janus);
  const handle = await join(again, { handle: 'publish', token, connection: connectionId() });
  assert.deepEqual([handle.joined.participant.role, handle.joined.participant.publish], ['host', ALL]);
  await send('grant', { seat: 'bob', gen: 0, id: 2, role: 'participant' });
  await handle.event('rights', { match: (e) => e.role === 'participant' && !e.publish.includes('camera') });
  await Promise.all([again, cy.session].map((session) => session.close()));
});

test('lists of hosts only: who joins, leaves and changes is told to whom it concerns', async () => {
  const room = await newRoom({ policy: { lists_hosts_only: true } });
  const send = to(room);
  const host = await enter(room, 'host', { role: 'host' });
  const bob = await enter(room, 'bob');
  const cy = await enter(room, 'cy');
  const roster = async (who) => (await who.receive.request({ request: 'sync' })).roster.map(({ id }) => id).sort();
  const told = (who) => who.receive.events.items.filter((e) => e.data.event === 'roster')
    .flatMap(({ data }) => [...data.joined, ...data.updated].map(({ id }) => id).concat(data.left));
  assert.deepEqual([await roster(bob), await roster(host)], [['host'], ['bob', 'cy']]);
  await cy.publish.request(publishRequest(), PUBLISH_OFFER);
  await host.receive.event('roster', { match: (e) => [...e.joined, ...e.updated].some(({ id, sources }) => id === 'cy' && sources.length > 0) });
  await cy.session.close();
  await host.receive.event('roster', { match: (e) => e.left.includes('cy') });
  await roster(bob);
  assert.ok(!told(bob).includes('cy'), JSON.stringify(told(bob)));

  const dee = await enter(room, 'dee');
  await send('policy', { policy: { id: 1, lists_hosts_only: false } });
  await bob.receive.event('roster', { match: (e) => e.joined.some(({ id }) => id === 'dee') });
  await send('policy', { policy: { id: 2, lists_hosts_only: true } });
  await bob.receive.event('roster', { match: (e) => e.left.includes('dee') && e.joined.some(({ id }) => id === 'host') });
  assert.deepEqual(await roster(bob), ['host']);
  await Promise.all([host, bob, dee].map((p) => p.session.close()));
});

test('microphones begin switched off where the policy says so, once', async () => {
  const room = await newRoom({ policy: { mute_on_start: true } });
  const bob = await enter(room, 'bob');
  const tracks = async () => Object.fromEntries((await bob.publish.request({ request: 'sync' })).tracks.map(({ kind, active }) => [kind, active]));
  await bob.publish.request(publishRequest(), PUBLISH_OFFER);
  await bob.publish.event('muted', { match: (e) => e.kind === 'microphone' });
  assert.deepEqual(await tracks(), { microphone: false, camera: true, screen: false });
  await bob.publish.request({ request: 'source', kind: 'microphone', active: true });
  await bob.publish.request(publishRequest(2), PUBLISH_OFFER);
  assert.equal((await tracks()).microphone, true);

  const mute = (muted) => to(room)('mute', { seat: 'bob', kind: 'microphone', muted });
  await mute(true);
  assert.equal((await tracks()).microphone, false);
  await mute(false);
  await bob.publish.event('unmuted', { match: (e) => e.kind === 'microphone' });
  assert.equal((await tracks()).microphone, true);
  await bob.session.close();
});

test('nonsense in rights is refused and changes nothing', async () => {
  const room = await newRoom();
  const send = to(room);
  const bob = await enter(room, 'bob');
  for (const fields of [{ role: 'king' }, { unlocks: ['piano'] }, { id: -1 }, { locks: 'camera' }, { gen: undefined }]) {
    await assert.rejects(send('grant', { seat: 'bob', gen: 0, locks: ['camera'], ...fields }), undefined, JSON.stringify(fields));
  }
  for (const policy of [{ id: -1 }, { lists_hosts_only: 1 }, { cameras_of_hosts_only: 'yes' }, { mute_on_start: 0 }]) {
    await assert.rejects(send('policy', { policy: { locks: ['camera'], ...policy } }), undefined, JSON.stringify(policy));
  }
  const bad = [{ seat: 'bob', gen: 0, locks: ['camera'] }, { seat: 'bob' }];
  await assert.rejects(control.openRoom(room, { policy: { locks: ['camera'] }, grants: bad }), { code: 'json_missing' });
  assert.deepEqual(await rightsOf(bob), ALL);
  await bob.session.close();
});
