// Five people in one room with three audio slots: the loudest are heard, whoever they are, nobody
// hears themself, tiles show who speaks, and nothing of it touches a connection.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { CAST, eventually, launchBrowser } from '../support/browser.mjs';
import { startCardea } from '../support/cardea.mjs';
import { JoinPage } from '../support/join_page.mjs';
import { makeRoom } from '../support/rooms.mjs';

const { ada, ben, cleo, dora, emil } = CAST;
const EVERYBODY = [ada, ben, cleo, dora, emil];
const LOUD = 0.2;
/** Five pages decode four pictures each: small ones, this is about voices. */
const SMALL = { width: 160, height: 90, fps: 2, volume: 0 };
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

test('of five people those who speak are heard by all others, without an offer', async () => {
  const { links } = await makeRoom(cardea, 'Five', EVERYBODY);
  const people = await Promise.all(EVERYBODY.map((role) => browser.person(role, SMALL)));
  const pages = people.map((person) => new JoinPage(person));
  await Promise.all(pages.map((page, i) => page.join(links[i])));
  const before = await Promise.all(people.map((person) => person.negotiated()));

  /** Exactly these speak: heard by everybody else, and shown on everybody's tiles. */
  const speak = async (roles) => {
    await Promise.all(people.map((person) => person.setVolume(roles.includes(person.role) ? LOUD : 0)));
    await Promise.all(people.map((person) => person.hears(roles.filter((role) => role !== person.role))));
    const names = roles.map(({ name }) => name).sort();
    await Promise.all(pages.map((page) => eventually(() => page.tiles(), (tiles) => {
      const shown = tiles.filter(({ speaking }) => speaking).map(({ name }) => name.split(' ')[0]).sort();
      assert.deepEqual(shown, names);
    }, { what: `${page.person.name} sees that ${names.join(' and ') || 'nobody'} speaks` })));
  };

  // In each step somebody begins who had no slot at somebody else's.
  await speak([emil]);
  await speak([ada, ben, cleo]);
  await speak([emil, dora, ben]);
  await speak([]);

  // Of four who speak at once each hears the three others, and who is silent three of them. All
  // are equally loud, so that nobody displaces anybody.
  const four = people.slice(0, 4);
  const roles = four.map(({ role }) => role);
  await Promise.all(four.map((person) => person.setVolume(LOUD)));
  await Promise.all(four.map((person) => person.hears(roles.filter((role) => role !== person.role))));
  const heard = async () => {
    const { floor, tones } = await people[4].hear();
    return tones.filter(({ median }) => median - floor >= 30).map(({ name }) => name);
  };
  const first = await eventually(heard, (names) => assert.equal(names.length, 3));
  for (let i = 0; i < 3; i += 1) assert.deepEqual(await heard(), first);

  assert.deepEqual(await Promise.all(people.map((person) => person.counters())), before, 'no connection was touched');
});
