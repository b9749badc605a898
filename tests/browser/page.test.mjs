// The join page as the people who use it see it: by the links that `./dev up` prints, and by what
// is on the screen. Screenshots go into the folder that is printed at the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAST } from '../support/browser.mjs';
import { withoutGateway } from '../support/outage.mjs';
import { makeRoom } from '../support/rooms.mjs';
import { openHouse, PHONE } from '../support/visitors.mjs';

const { ada, ben } = CAST;
const house = openHouse();
const { shot, visitor } = house;

/** Ada by the host link and Ben by the guest link, in the call. */
async function hostAndGuest() {
  const [host, guest] = await Promise.all([visitor(ada), visitor(ben)]);
  await host.join(house.cardea.dev.host_link);
  await guest.join(house.cardea.dev.guest_link, { name: 'Ben Guest' });
  await host.roster(['Ben Guest']);
  await guest.roster(['Host']);
  return [host, guest];
}

test('J-07: the host link leads through the door into the call, under the registered name', async () => {
  const host = await visitor(ada);
  await host.open(house.cardea.dev.host_link);
  await host.preview();
  assert.equal(await host.part('name-input').count(), 0, 'nobody asks the host for a name');
  await shot(host, 'prejoin-host');
  await host.pressJoin();
  await host.part('call').waitFor();
  await host.tile('Host (You)', { own: true, muted: false, camera: true, letters: '' });
  assert.equal(new URL(host.page.url()).search, '', 'the key is out of the address bar');
  await shot(host, 'call-alone');
});

test('a guest names themself; both see names, pictures and badges, and hear each other', async () => {
  const guest = await visitor(ben);
  await guest.open(house.cardea.dev.guest_link);
  await guest.preview();
  await guest.pressJoin();
  assert.equal(await guest.part('call').count(), 0, 'no name, no entry');
  await shot(guest, 'prejoin-guest');

  const [hosts, guests] = await hostAndGuest();
  await Promise.all([hosts.person.sees([ben]), guests.person.sees([ada])]);
  await Promise.all([hosts.person.hears([ben]), guests.person.hears([ada])]);
  assert.equal(await hosts.part('participant-count').getAttribute('data-count'), '2');
  await shot(hosts, 'call-two');

  await guests.press('mute');
  await hosts.tile('Ben Guest', { muted: true, camera: true, letters: '' });
  await guests.tile('Ben Guest (You)', { muted: true });
  await hosts.person.hears([]);
  await guests.press('camera');
  await hosts.tile('Ben Guest', { muted: true, camera: false, letters: 'BG' });
  await guests.tile('Ben Guest (You)', { camera: false, letters: 'BG' });
  await hosts.person.sees([]);
  await shot(hosts, 'call-muted-camera-off');
  await guests.press('mute');
  await guests.press('camera');
  await hosts.tile('Ben Guest', { muted: false, camera: true, letters: '' });
  await Promise.all([hosts.person.sees([ben]), hosts.person.hears([ben])]);
});

test('leaving says so and leads back in; a reload is the same person', async () => {
  const [hosts, guests] = await hostAndGuest();
  await guests.leave();
  await hosts.roster([]);
  await shot(guests, 'left');
  await guests.rejoin();
  await hosts.roster(['Ben Guest']);
  await Promise.all([hosts.person.sees([ben]), guests.person.sees([ada])]);
  await Promise.all([hosts.person.hears([ben]), guests.person.hears([ada])]);

  await guests.page.reload();
  await guests.part('prejoin').waitFor();
  await hosts.roster([]);
  await guests.preview();
  await guests.pressJoin();
  await guests.part('call').waitFor();
  await hosts.roster(['Ben Guest']);
  assert.equal(await hosts.part('participant-count').getAttribute('data-count'), '2');
  await Promise.all([hosts.person.sees([ben]), guests.person.sees([ada])]);
});

test('J-08: the host link in a second browser is in use, and the first is not disturbed', async () => {
  const [first, second] = await Promise.all([visitor(ada), visitor(ben)]);
  await first.join(house.cardea.dev.host_link);
  const connections = await first.person.negotiated();
  await second.open(house.cardea.dev.host_link);
  await second.preview();
  await second.pressJoin();
  await second.says('error-message', 'This link is in use on another device.');
  await shot(second, 'refused-in-use');
  assert.equal(await first.part('status').getAttribute('data-state'), 'connected');
  assert.deepEqual(await first.person.counters(), connections);
  await first.leave();
  await second.pressJoin();
  await second.part('call').waitFor();
});

test('what does not open the meeting says why', async () => {
  const page = await visitor(ada);
  await page.page.goto(house.cardea.url);
  await page.part('no-link').waitFor();
  await shot(page, 'no-link');

  const refused = async (link, text, name) => {
    await page.page.goto('about:blank'); // a change of the fragment alone loads nothing
    await page.open(link);
    await page.pressJoin();
    await page.says('error-message', text);
    await shot(page, name);
  };
  await refused(`${house.cardea.url}/?${'x'.repeat(24)}`, 'This link is unknown', 'refused-unknown');
  const added = await house.cardea.api('POST', '/api/v1/rooms/Purpose/participants', { display_name: 'Ada' });
  assert.equal(added.status, 201);
  const { auth_token: good, refresh_token: refresh } = added.body;
  await refused(`${house.cardea.url}/#token=${refresh}`, 'for something else', 'refused-purpose');
  const forged = good.slice(0, -4) + (good.endsWith('AAAA') ? 'BBBB' : 'AAAA');
  await refused(`${house.cardea.url}/#token=${forged}`, 'This link is unknown', 'refused-forged');
  await page.page.goto('about:blank');
  await page.join(`${house.cardea.url}/#token=${good}`);
});

test('J-13: a browser without WebRTC is told what is needed', async () => {
  const page = await visitor(ada, { before: () => { delete window.RTCPeerConnection; } });
  await page.page.goto(house.cardea.dev.guest_link);
  await page.part('unsupported').waitFor();
  assert.match(await page.part('unsupported').innerText(), /WebRTC/);
  assert.equal(await page.part('join-button').count(), 0);
  await shot(page, 'unsupported');
});

test('without camera and microphone one can still join, listen and watch', async () => {
  const [host, guest] = await Promise.all([visitor(ada), visitor(ben, { refuse: 'NotAllowedError' })]);
  await host.join(house.cardea.dev.host_link);
  await guest.open(house.cardea.dev.guest_link);
  await guest.says('device-error', 'blocked');
  await shot(guest, 'devices-denied');
  await guest.pressJoin({ name: 'Ben Guest' });
  await guest.part('call').waitFor();
  await host.tile('Ben Guest', { muted: true, camera: false, letters: 'BG' });
  await Promise.all([guest.person.sees([ada]), guest.person.hears([ada])]);
  await Promise.all([host.person.sees([]), host.person.hears([])]);
});

test('a lost connection is told while it lasts, and the call goes on', async () => {
  const [hosts, guests] = await hostAndGuest();
  await Promise.all([hosts.person.sees([ben]), guests.person.hears([ada])]);
  await withoutGateway(house.cardea, async () => {
    await Promise.all([hosts, guests].map((page) => page.part('reconnecting').waitFor()));
    await shot(hosts, 'reconnecting');
    await Promise.all([hosts.person.sees([ben]), guests.person.hears([ada])]);
  });
  await Promise.all([hosts, guests].map((page) => page.part('reconnecting').waitFor({ state: 'detached' })));
  await Promise.all([hosts.roster(['Ben Guest']), guests.roster(['Host'])]);
});

test('J-12: the page speaks the language of the browser, and fits a phone', async () => {
  const { links } = await makeRoom(house.cardea, 'Réunion', [ada, ben]);
  const french = await visitor(ada, { context: { locale: 'fr-FR', ...PHONE } });
  await french.join(links[0]);
  const german = await visitor(ben, { context: { locale: 'de-DE', ...PHONE } });
  await german.open(links[1]);
  await german.preview();
  assert.equal(await german.part('join-button').innerText(), 'Teilnehmen');
  assert.equal(await german.page.evaluate(() => document.documentElement.lang), 'de');
  await shot(german, 'prejoin-german-phone');
  await german.pressJoin();
  await french.person.sees([ben]);
  assert.match(await french.part('participant-count').innerText(), /2 personnes/);
  await french.tile('Ada (Vous)', { camera: true });
  await shot(french, 'call-french-phone');
  for (const page of [german, french]) {
    const wide = await page.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.ok(!wide, 'nothing is wider than the phone');
  }
});
