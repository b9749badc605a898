// Two pages with the client library, our plugin in Debian's unmodified Janus, and no gateway.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST, eventually } from '../support/browser.mjs';

const { ada, ben } = CAST;
let bare;
let control;
let enter;

before(async () => {
  bare = await startBare();
  ({ control, enter } = bare);
});

afterEach(() => bare?.browser.clear());

after(async () => {
  assert.deepEqual(await bare?.stop(), { code: 0, signal: null }, 'Janus ends in an orderly way');
});

const roster = (person) =>
  person.page.evaluate(() => [...window.meeting.participants.values()].map(({ name }) => name));

test('two pages hear and see each other, and not themselves', async () => {
  await control.openRoom('talk');
  const [a, b] = await Promise.all([enter(ada, 'talk'), enter(ben, 'talk')]);
  await Promise.all([a.sees([ben]), b.sees([ada])]);
  await Promise.all([a.hears([ben]), b.hears([ada])]);
  assert.deepEqual([await roster(a), await roster(b)], [['Ben'], ['Ada']]);
  for (const name of ['seat-ada', 'seat-ben']) {
    await control.event('online', { match: ({ room, seat }) => room === 'talk' && seat === name });
  }
});

test('muting silences, leaving clears the picture, and neither touches the other connection', async () => {
  await control.openRoom('quiet');
  const [a, b] = await Promise.all([enter(ada, 'quiet'), enter(ben, 'quiet')]);
  await Promise.all([a.sees([ben]), b.sees([ada]), a.hears([ben]), b.hears([ada])]);
  const before = await a.negotiated();
  await b.page.evaluate(() => window.meeting.media.setMicrophone(false));
  await a.hears([]);
  await b.page.evaluate(() => window.meeting.media.setMicrophone(true));
  await a.hears([ben]);
  await b.page.evaluate(() => window.meeting.leave());
  await Promise.all([a.sees([]), a.hears([])]);
  await eventually(() => roster(a), (names) => assert.deepEqual(names, []), { what: 'the roster' });
  await control.event('offline', { match: ({ room, seat, reason }) =>
    room === 'quiet' && seat === 'seat-ben' && reason === 'left' });
  assert.deepEqual(await a.counters(), before);
});

test('a revoked participant is out at once and told so; the other talks on', async () => {
  await control.openRoom('revoke');
  const [a, b] = await Promise.all([enter(ada, 'revoke'), enter(ben, 'revoke')]);
  await Promise.all([a.sees([ben]), b.sees([ada])]);
  await control.request({
    request: 'revoke', room: 'revoke', epoch: 1, seat: 'seat-ben', min_gen: 1, text: 'Good bye.',
  });
  const ending = () => b.page.evaluate(() => window.meeting.ending);
  const ended = await eventually(ending, (end) => assert.ok(end), { what: 'the end for Ben' });
  assert.deepEqual([ended.reason, ended.text], ['revoked', 'Good bye.']);
  await Promise.all([a.sees([]), b.sees([])]);
  assert.equal(await a.page.evaluate(() => window.meeting.state), 'connected');
});
