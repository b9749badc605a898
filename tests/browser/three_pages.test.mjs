// Three people in one room, made over REST, each with a tone and a colour of their own: everybody
// hears and sees the two others and not themself, and who comes and goes touches nobody's connection.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { CAST, eventually, launchBrowser } from '../support/browser.mjs';
import { startCardea } from '../support/cardea.mjs';
import { JoinPage } from '../support/join_page.mjs';
import { activeNames, makeRoom } from '../support/rooms.mjs';

const { ada, ben, cleo } = CAST;
let cardea;
let browser;

before(async () => {
  cardea = await startCardea();
  browser = await launchBrowser();
});

afterEach(() => browser?.clear());

after(async () => {
  await browser?.close();
  await cardea?.stop();
});

test('everybody hears and sees the two others; the third one comes and goes without an offer', async () => {
  const { id, links } = await makeRoom(cardea, 'Three', [ada, ben, cleo]);
  const people = await Promise.all([ada, ben, cleo].map((role) => browser.person(role)));
  const [adasPage, bensPage, cleosPage] = people.map((person) => new JoinPage(person));
  const [a, b, c] = people;

  await Promise.all([adasPage.join(links[0]), bensPage.join(links[1])]);
  await Promise.all([a.sees([ben]), b.sees([ada]), a.hears([ben]), b.hears([ada])]);
  const two = await Promise.all([a.negotiated(), b.negotiated()]);

  await cleosPage.join(links[2]);
  await Promise.all([a.sees([ben, cleo]), b.sees([ada, cleo]), c.sees([ada, ben])]);
  await Promise.all([a.hears([ben, cleo]), b.hears([ada, cleo]), c.hears([ada, ben])]);
  await Promise.all([
    adasPage.roster(['Ben', 'Cleo']), bensPage.roster(['Ada', 'Cleo']), cleosPage.roster(['Ada', 'Ben']),
  ]);
  assert.deepEqual(await Promise.all([a.counters(), b.counters()]), two, 'after the third one came');

  await cleosPage.leave();
  await Promise.all([a.sees([ben]), b.sees([ada]), c.sees([])]);
  await Promise.all([a.hears([ben]), b.hears([ada]), c.hears([])]);
  await Promise.all([adasPage.roster(['Ben']), bensPage.roster(['Ada'])]);
  assert.deepEqual(await Promise.all([a.counters(), b.counters()]), two, 'after the third one left');

  await eventually(() => activeNames(cardea, id), (names) => assert.deepEqual(names, ['Ada', 'Ben']), {
    what: 'the participant list by REST',
  });
});
