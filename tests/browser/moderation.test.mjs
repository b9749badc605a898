// What gateways do to people, in media: who is removed is neither heard nor seen from then on, who is
// replaced neither, limits of bitrate are told to senders and kept, and a changed network is survived.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST, eventually } from '../support/browser.mjs';
import { adminPlugin } from '../support/janus.mjs';

const { ada, ben } = CAST;
/** Between the plugin's answer and a page: what was on its way then. */
const IN_FLIGHT_MS = 100;
let bare;

before(async () => {
  bare = await startBare();
});

afterEach(() => bare?.browser.clear());

after(async () => {
  assert.deepEqual(await bare?.stop(), { code: 0, signal: null });
});

/** Arrival times of all audio packets on the lines of @p person. */
async function arrivals(person) {
  const logs = Object.entries(await person.packets()).filter(([stream]) => !stream.endsWith(':sent'));
  return logs.flatMap(([, log]) => log.map(({ at }) => at));
}

const ending = (person) => eventually(() => person.page.evaluate(() => window.meeting.ending),
  (end) => assert.ok(end), { what: `the end for ${person.name}` });

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test('not a packet of who was removed comes after the answer to the removal', async () => {
  const removals = {
    revoke: (room) => bare.control.request({ request: 'revoke', room, epoch: 1, seat: 'seat-ben', min_gen: 1 }),
    kick: (room) => adminPlugin(bare.janus, { request: 'kick', room, participant: 'seat-ben' }),
  };
  for (const [name, remove] of Object.entries(removals)) {
    await bare.control.openRoom(name);
    const [a, b] = await Promise.all([bare.enter(ada, name, { packetLog: true }), bare.enter(ben, name)]);
    await Promise.all([a.sees([ben]), b.sees([ada]), a.hears([ben]), b.hears([ada])]);
    await remove(name);
    const answered = Date.now();
    assert.equal((await ending(b)).reason, 'revoked');
    await Promise.all([a.sees([]), a.hears([])]);
    const times = await arrivals(a);
    assert.ok(times.some((at) => at > answered - 1000), 'packets came until then');
    const late = times.filter((at) => at > answered);
    console.log(`${name}: ${late.length} packets after the answer, the last ${Math.max(0, ...late.map((at) => at - answered)).toFixed(0)} ms`);
    assert.deepEqual(late.filter((at) => at > answered + IN_FLIGHT_MS), []);
    await bare.browser.clear();
  }
});

test('a closed room is silent for everybody', async () => {
  await bare.control.openRoom('over');
  const people = await Promise.all([ada, ben].map((role) => bare.enter(role, 'over', { packetLog: true })));
  await Promise.all([people[0].hears([ben]), people[1].hears([ada])]);
  await bare.control.closeRoom('over', { reason: 'Good night.' });
  const answered = Date.now();
  for (const person of people) {
    const { reason, text } = await ending(person);
    assert.deepEqual([reason, text], ['closed', 'Good night.']);
    assert.deepEqual((await arrivals(person)).filter((at) => at > answered + IN_FLIGHT_MS), []);
  }
});

test('who is hidden sees and hears everybody, and nobody is told of them', async () => {
  await bare.control.openRoom('hidden');
  // A hidden participant may not even have a handle to publish on.
  await assert.rejects(bare.enter(ben, 'hidden', { claims: { hidden: true } }), /hidden participant cannot publish/);
  await bare.browser.clear();
  const hidden = { open: false, claims: { hidden: true, publish: [] } };
  const [a, b] = await Promise.all([bare.enter(ada, 'hidden'), bare.enter(ben, 'hidden', hidden)]);
  await Promise.all([b.sees([ada]), b.hears([ada])]);
  const c = await bare.enter(CAST.cleo, 'hidden');
  await Promise.all([a.sees([CAST.cleo]), a.hears([CAST.cleo]), c.sees([ada]), c.hears([ada]), b.sees([ada, CAST.cleo])]);
  const told = (person) => person.page.evaluate(() => ({
    roster: [...window.meeting.participants.values()].map(({ name }) => name),
    speaking: JSON.stringify(window.meeting.speaking),
  }));
  for (const [person, other] of [[a, CAST.cleo], [c, ada]]) {
    const { roster, speaking } = await told(person);
    assert.deepEqual(roster, [other.name]);
    assert.ok(!speaking.includes('seat-ben'), speaking);
  }
  assert.deepEqual((await told(b)).roster.sort(), [ada.name, CAST.cleo.name]);
});

test('a second page of a seat replaces the first, whose media ends', async () => {
  await bare.control.openRoom('twice');
  const [a, first] = await Promise.all([bare.enter(ada, 'twice'), bare.enter(ben, 'twice')]);
  await Promise.all([a.sees([ben]), a.hears([ben])]);
  // The same seat with another face and voice.
  const second = await bare.enter({ ...CAST.cleo, name: 'Ben' }, 'twice');
  assert.equal((await ending(first)).reason, 'replaced');
  await Promise.all([a.sees([CAST.cleo]), a.hears([CAST.cleo]), second.hears([ada])]);
  await assert.rejects(bare.enter(CAST.dora, 'twice', { claims: { sub: 'seat-ben', dup: 'refuse' } }),
    /duplicate_refused|connected already/);
  await Promise.all([a.sees([CAST.cleo]), a.hears([CAST.cleo])]);
});

test('a limit of bitrate is told to the sender, kept by the plugin, and lifted', async () => {
  await bare.control.openRoom('thin');
  const [a, b] = await Promise.all([
    bare.enter(ada, 'thin', { width: 320, height: 180, fps: 5 }),
    bare.enter(ben, 'thin', { busy: 60 }),
  ]);
  await Promise.all([a.connected(), b.connected()]);
  const policy = (limit) => bare.control.request({
    request: 'policy', room: 'thin', epoch: 1, policy: limit ? { max_bitrate: { participant: { camera: limit } } } : {},
  });
  const estimate = () => b.page.evaluate(async () => {
    const { publish } = await window.meeting.getStats();
    return [...publish.values()].find((s) => s.type === 'candidate-pair' && s.availableOutgoingBitrate)?.availableOutgoingBitrate;
  });
  const received = () => a.page.evaluate(async () => {
    const { receive } = await window.meeting.getStats();
    return [...receive.values()].filter((s) => s.type === 'inbound-rtp' && s.kind === 'video')
      .reduce((sum, s) => sum + s.bytesReceived, 0);
  });
  const capped = async () => (await adminPlugin(bare.janus, { request: 'stats' })).stats.drops.capped;
  await eventually(estimate, (bps) => assert.ok(bps > 400_000), { what: 'more than the limit' });

  await policy(150_000);
  await eventually(estimate, (bps) => assert.ok(bps <= 150_000), { what: 'the sender knows' });
  await pause(3000); // the burst is over, and the sender has followed
  const [bytes, start] = [await received(), Date.now()];
  await pause(5000);
  const bps = ((await received() - bytes) * 8000) / (Date.now() - start);
  console.log(`limit 150 kbit/s: ${(bps / 1000).toFixed(0)} kbit/s arrive`);
  assert.ok(bps < 1.6 * 150_000, `${bps}`);

  // Less than any encoder can do: what is too much is dropped.
  const before = await capped();
  await policy(10_000);
  await eventually(capped, (count) => assert.ok(count > before + 10), { what: 'packets are cut' });
  await policy(0);
  await eventually(estimate, (limit) => assert.ok(limit > 150_000), { what: 'the limit is lifted' });
});

test('when the network changes both connections restart with new credentials, and media goes on', async () => {
  await bare.control.openRoom('roam');
  const [a, b] = await Promise.all([bare.enter(ada, 'roam'), bare.enter(ben, 'roam')]);
  await Promise.all([a.sees([ben]), b.sees([ada]), a.hears([ben]), b.hears([ada])]);
  const state = () => a.page.evaluate(() => window.cardeaPeers.descriptions());
  const before = await state();
  await bare.control.request({
    request: 'turn', stun: [], urls: ['turn:192.0.2.1:3478'], secrets: ['the secret of this test'], ttl_s: 600,
  });
  // What a browser says when it has a network again.
  await a.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await eventually(state, (now) => {
    assert.equal(now.length, 2, 'the same two connections');
    now.forEach(({ local, remote, users }, i) => {
      assert.notEqual(local, before[i].local);
      assert.notEqual(remote, before[i].remote);
      assert.match(users.join(), /^\d+:seat-ada$/);
    });
  }, { what: 'new credentials on both' });
  await bare.control.request({ request: 'turn', stun: [], urls: [], secrets: [], ttl_s: 600 });
  await a.connected();
  await Promise.all([a.sees([ben]), b.sees([ada]), a.hears([ben]), b.hears([ada])]);
});
