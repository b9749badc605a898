// The waiting room as people meet it on the join page, and what hosts do about it (native 5; J-09, J-10,
// J-12). Screenshots go into the folder that is printed at the end. Takes about 60 s.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAST, eventually } from '../support/browser.mjs';
import { makeMeeting, registerGuest } from '../support/meetings.mjs';
import { fits, openHouse, PHONE } from '../support/visitors.mjs';

const { ada, ben, cleo } = CAST;
/** From the answer to the host until the last packet of who was put back: the goal is at once. */
const SILENT_MS = 500;
const house = openHouse();
const { shot } = house;

/** A person in front of the page; everything the page asks servers for is in `asked`. */
async function visitor(role, options) {
  const page = await house.visitor(role, options);
  page.asked = [];
  page.page.on('request', (request) => page.asked.push(new URL(request.url()).pathname));
  page.page.on('websocket', (socket) => page.asked.push(new URL(socket.url()).pathname));
  return page;
}

/** Through the first door, up to the second. */
async function knock(page, link, name) {
  await page.open(link);
  await page.preview();
  await page.pressJoin({ name });
  await page.part('waiting').waitFor();
}

const visitorNamed = (host, name) => host.page.locator(`[data-testid="visitor"][data-name="${name}"]`);

/** The names at the door, once they are these. */
const atTheDoor = (host, names) => eventually(
  () => host.part('visitor').evaluateAll((rows) => rows.map((row) => row.dataset.name)),
  (shown) => assert.deepEqual(shown, names), { what: 'who waits' });

/** A page at the door has neither a connection nor a socket, and knows of nobody. */
async function holdsNothing(page) {
  assert.deepEqual(await page.person.counters(), []);
  assert.deepEqual(page.asked.filter((asked) => /janus|\/rt|\/call|participants/.test(asked)), []);
  assert.deepEqual(await page.page.evaluate(() => [...window.cardeaMeeting.participants.keys()]), []);
  assert.equal(await page.page.evaluate(() => window.cardeaMeeting.self), null);
}

/** The host in a meeting whose guests wait to be let in. */
async function hostWithWaitingRoom(options) {
  const meeting = await makeMeeting(house.cardea, { options: { waiting_room: true } });
  const host = await visitor(ada, options);
  await host.join(meeting.hostLink);
  return { meeting, host };
}

test('J-09: the guest link before the host; when the host comes, in the meeting without a click', async () => {
  const meeting = await makeMeeting(house.cardea);
  const [guest, host] = await Promise.all([visitor(ben), visitor(ada)]);
  await knock(guest, meeting.guestLink, 'Ben Guest');
  assert.equal(await guest.part('waiting').getAttribute('data-for'), 'host');
  await guest.says('waiting', 'Waiting for the host');
  await guest.preview(); // still
  await shot(guest, 'waiting-for-host');
  await guest.page.setViewportSize(PHONE.viewport);
  await shot(guest, 'waiting-for-host-phone');
  await fits(guest);
  await holdsNothing(guest);
  await host.join(meeting.hostLink);
  await guest.part('call').waitFor();
  await Promise.all([host.roster(['Ben Guest']), guest.roster(['Host'])]);
  await Promise.all([host.person.sees([ben]), guest.person.sees([ada]), host.person.hears([ben])]);
});

test('a host lets one in and refuses another, who reads why', async () => {
  const { meeting, host } = await hostWithWaitingRoom();
  const [guest, other] = await Promise.all([visitor(ben), visitor(cleo)]);
  await knock(guest, meeting.guestLink, 'Ben Guest');
  assert.equal(await guest.part('waiting').getAttribute('data-for'), 'admission');
  await host.says('knock', 'Ben Guest wants to come in');
  await knock(other, meeting.guestLink, 'Cleo Guest');
  await host.says('knock', '2 people are waiting');
  await shot(host, 'host-knock');
  await shot(guest, 'waiting-for-admission');
  await host.part('knock').click();
  await atTheDoor(host, ['Ben Guest', 'Cleo Guest']);
  await fits(host);
  await shot(host, 'host-people');
  await Promise.all([holdsNothing(guest), holdsNothing(other)]);

  await visitorNamed(host, 'Ben Guest').getByTestId('admit').click();
  await guest.part('call').waitFor();
  await host.roster(['Ben Guest']);
  await atTheDoor(host, ['Cleo Guest']);
  await visitorNamed(host, 'Cleo Guest').getByTestId('deny').click();
  await host.part('deny-reason').fill('Please come at noon.');
  await shot(host, 'host-refuses');
  await host.page.setViewportSize(PHONE.viewport);
  await fits(host);
  await shot(host, 'host-refuses-phone');
  await host.part('deny-confirm').click();
  await other.says('error-message', 'Please come at noon.');
  await other.says('ended', 'You were not let in');
  await shot(other, 'denied');
  await atTheDoor(host, []);
  assert.equal(await other.part('rejoin-button').count(), 0);
  await Promise.all([host.person.sees([ben]), host.person.hears([ben]), guest.person.sees([ada])]);
});

test('all at once, on a phone', async () => {
  const { meeting, host } = await hostWithWaitingRoom({ context: PHONE });
  const guests = await Promise.all([ben, cleo].map((role) => visitor(role)));
  for (const [i, guest] of guests.entries()) await knock(guest, meeting.guestLink, `Guest ${i + 1}`);
  await host.says('knock', '2 people are waiting');
  await shot(host, 'host-knock-phone');
  await host.part('knock').click();
  await atTheDoor(host, ['Guest 1', 'Guest 2']);
  await fits(host);
  await shot(host, 'host-people-phone');
  await host.part('admit-all').click();
  await Promise.all(guests.map((guest) => guest.part('call').waitFor()));
  await host.part('people-close').click();
  await host.roster(['Guest 1', 'Guest 2']);
  assert.equal(await host.part('knock').count(), 0);
});

test('leaving while waiting leads back to the door', async () => {
  const meeting = await makeMeeting(house.cardea);
  const guest = await visitor(ben);
  await knock(guest, meeting.guestLink, 'Ben Guest');
  await guest.leave();
  await guest.part('rejoin-button').click();
  await guest.part('waiting').waitFor();
});

/** Arrival times of all packets at @p person. */
async function arrivals(person) {
  const logs = Object.entries(await person.packets()).filter(([stream]) => !stream.endsWith(':sent'));
  return logs.flatMap(([, log]) => log.map(({ at }) => at));
}

test('put back: media stops at once, and the page is at the door again', async () => {
  const { meeting, host } = await hostWithWaitingRoom({ packetLog: true });
  const guest = await visitor(ben);
  await knock(guest, meeting.guestLink, 'Ben Guest');
  await host.part('knock').click();
  await host.part('admit').click();
  await guest.part('call').waitFor();
  await Promise.all([host.person.sees([ben]), host.person.hears([ben]), guest.person.hears([ada])]);

  await host.part('host-menu').click();
  const answered = host.page.waitForResponse((response) => response.url().endsWith('/wait'));
  await host.part('host-put-back').click();
  assert.equal((await answered).status(), 200);
  const at = Date.now();
  await guest.part('waiting').waitFor();
  assert.equal(await guest.part('waiting').getAttribute('data-for'), 'admission');
  await host.roster([]);
  await Promise.all([host.person.hears([]), host.person.sees([]), guest.person.hears([])]);
  const times = await arrivals(host.person);
  assert.ok(times.some((time) => time > at - 1000), 'packets came until then');
  const late = times.map((time) => time - at).filter((ms) => ms > 0);
  console.log(`# put back: the last packet ${Math.max(0, ...late).toFixed(0)} ms after the answer`);
  assert.deepEqual(late.filter((ms) => ms > SILENT_MS), []);
  await shot(guest, 'put-back');

  await atTheDoor(host, ['Ben Guest']);
  await host.part('admit').click();
  await guest.part('call').waitFor();
  await host.roster(['Ben Guest']);
  await Promise.all([host.person.sees([ben]), host.person.hears([ben]), guest.person.hears([ada])]);
});

test('J-10: the page says that the meeting is locked, and that it is over', async () => {
  const { meeting, host } = await hostWithWaitingRoom();
  const guest = await visitor(ben);
  await knock(guest, meeting.guestLink, 'Ben Guest');
  await host.says('knock', 'Ben Guest wants to come in');
  assert.equal((await house.cardea.request('POST', `/rooms/${meeting.host}/lock`)).status, 201);
  await guest.says('ended', 'The meeting is locked');
  await shot(guest, 'locked');
  await host.part('knock').click();
  await host.part('admit').click();
  await host.says('lobby-error', 'locked');

  const late = await visitor(cleo);
  await late.open(meeting.guestLink);
  await late.pressJoin({ name: 'Cleo Guest' });
  await late.says('ended', 'The meeting is locked');
  assert.equal((await house.cardea.request('DELETE', `/rooms/${meeting.host}`)).status, 204);
  await host.says('ended', 'The meeting is over');
  await late.part('rejoin-button').click();
  await late.says('ended', 'The meeting is over');
  await shot(late, 'over');
  assert.equal(await late.part('rejoin-button').count(), 0);
});

test('J-12: the page speaks the language of the person, at the door and inside', async () => {
  const meeting = await makeMeeting(house.cardea, { user: { custom_fields: { locale: 'de' } } });
  const answer = await registerGuest(house.cardea, meeting.guestToken, { custom_fields: { locale: 'fr' } });
  assert.equal(answer.status, 201, answer.raw);
  const [german, french] = await Promise.all([visitor(ada), visitor(ben, { context: PHONE })]);
  await french.open(answer.body.links.gui);
  await eventually(() => french.part('join-button').innerText(), (text) => assert.equal(text, 'Participer'));
  await french.pressJoin();
  await french.says('waiting', 'En attente de l’hôte');
  assert.equal(await french.page.evaluate(() => document.documentElement.lang), 'fr');
  await shot(french, 'waiting-french-phone');
  await german.open(meeting.hostLink);
  await eventually(() => german.part('join-button').innerText(), (text) => assert.equal(text, 'Teilnehmen'));
  await german.pressJoin();
  await french.part('call').waitFor();
  await german.roster(['Guest']);
  assert.match(await german.part('participant-count').innerText(), /2 Personen/);
  assert.match(await french.part('participant-count').innerText(), /2 personnes/);
  assert.equal(await german.page.evaluate(() => document.documentElement.lang), 'de');
});
