// plugNmeet join tokens on the join page (spec/plugnmeet 6.2, 7-9, 11; E003-10, -12, -13, -20): name,
// role, picture, locks and design of the token's person, the waiting room, and who is hidden.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAST, eventually } from '../support/browser.mjs';
import { Plugnmeet, startPlugnmeet } from '../support/plugnmeet.mjs';
import { openHouse, PHONE } from '../support/visitors.mjs';

const { ada, ben, cleo } = CAST;
let plugnmeet;
const house = openHouse({
  name: 'plugnmeet',
  start: async () => (await startPlugnmeet()).cardea,
  prepare: (cardea) => { plugnmeet = new Plugnmeet(cardea); },
});
const { shot, visitor } = house;

const link = (token, design) => `${house.cardea.url}/?access_token=${token}`
  + (design ? `&custom_design=${encodeURIComponent(JSON.stringify(design))}` : '');

const admin = (room, fields) => plugnmeet.token(room, { user_id: 'ada', name: 'Ada Admin', is_admin: true, ...fields });
const user = (room, fields) => plugnmeet.token(room, { user_id: 'ben', name: 'Ben User', ...fields });

test('E003-20a, -10: a token opens the page under its name, role, picture, locks and design', async () => {
  const picture = 'https://pictures.example/ben.svg';
  await plugnmeet.create('room01', { welcome_message: 'Welcome to the test room', logout_url: `${house.cardea.url}/account` });
  const [host, page] = await Promise.all([visitor(ada), visitor(ben, { context: PHONE })]);
  for (const { page: tab } of [host, page]) {
    await tab.route(picture, (route) => route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="teal"/></svg>' }));
  }
  await host.join(link(await admin('room01'), { primary_color: '#004D90', secondary_color: '#24AEF7' }));
  await host.says('welcome', 'Welcome to the test room');
  await shot(host, 'welcome');
  await host.part('welcome-close').click();
  assert.equal(await host.part('welcome').count(), 0);
  assert.equal(await host.page.evaluate(() => window.cardeaMeeting.self.role), 'host');
  assert.equal(await host.part('lock-note').count(), 0, 'admins carry no locks');
  await host.press('chat');
  await host.page.mouse.move(1, 1); // what is under the pointer has a shade of its own
  await eventually(() => host.part('chat-button').evaluate((button) => getComputedStyle(button).backgroundColor),
    (colour) => assert.equal(colour, 'rgb(0, 77, 144)'));

  const metadata = { profile_pic: picture, lock_settings: { lock_microphone: true, lock_webcam: false } };
  await page.join(link(await user('room01', { user_metadata: metadata })));
  await Promise.all([host.roster(['Ben User']), page.roster(['Ada Admin'])]);
  assert.equal(await page.page.evaluate(() => window.cardeaMeeting.self.role), 'participant');
  await eventually(() => page.page.evaluate(() => document.querySelector('[data-testid="lock-note"]')?.dataset.locked),
    (locked) => assert.equal(locked, 'microphone screen_sharing'), { what: 'the locks of the token and of the room' });
  await shot(page, 'locks-phone');
  await host.person.sees([ben]);
  await host.person.hears([]);
  await page.press('camera');
  await host.part('avatar-picture').waitFor();
  assert.equal(await host.part('avatar-picture').getAttribute('src'), picture);

  await page.press('leave');
  await page.part('sign-in').waitFor();
  assert.equal(page.page.url(), `${house.cardea.url}/account`, 'the room sends people there who leave');
});

test('a room that begins muted: nobody is heard before they say so themselves', async () => {
  await plugnmeet.create('room04', { room_features: { mute_on_start: true } });
  const [host, page] = await Promise.all([visitor(ada), visitor(ben)]);
  await host.join(link(await admin('room04')));
  await page.join(link(await user('room04')));
  await Promise.all([page.tile('Ben User (You)', { muted: true, camera: true }), host.tile('Ben User', { muted: true })]);
  await host.person.hears([]);
  await page.press('mute');
  await host.person.hears([ben]);
});

test('E003-12: users wait, and an admin lets one in, then all', async () => {
  await plugnmeet.create('room02', { room_features: { waiting_room_features: { is_active: true, waiting_room_msg: 'Soon.' } } });
  const host = await visitor(ada);
  await host.join(link(await admin('room02')));
  const guests = await Promise.all([ben, cleo, CAST.dora].map((role) => visitor(role)));
  for (const [i, guest] of guests.entries()) {
    await guest.open(link(await user('room02', { user_id: `u${i}`, name: `User ${i}` })));
    await guest.pressJoin();
    await guest.part('waiting').waitFor();
    assert.deepEqual(await guest.person.counters(), [], 'who waits has no connection');
  }
  await host.says('knock', '3 people are waiting');
  await host.part('knock').click();
  await host.page.locator('[data-testid="visitor"][data-name="User 0"]').getByTestId('admit').click();
  await guests[0].part('call').waitFor();
  await host.roster(['User 0']);
  await host.part('admit-all').click();
  await Promise.all(guests.map((guest) => guest.part('call').waitFor()));
  await host.roster(['User 0', 'User 1', 'User 2']);
});

/** In the page of somebody who is hidden: it takes itself for somebody who may publish everything. */
function publishesAnyway() {
  const { get } = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data');
  Object.defineProperty(MessageEvent.prototype, 'data', {
    get() {
      const data = get.call(this);
      return typeof data === 'string'
        ? data.replace(/"publish": *\[ *\]/g, '"publish":["microphone","camera","screen","data"]') : data;
    },
  });
  const { send } = WebSocket.prototype;
  window.offered = 0;
  WebSocket.prototype.send = function sendAndCount(text) {
    if (String(text).includes('"request":"publish"') || String(text).includes('"handle":"publish"')) window.offered += 1;
    return send.call(this, text);
  };
}

test('E003-13: who is hidden sees everybody; nobody sees, hears or counts them, whatever their page sends', async () => {
  await plugnmeet.create('room03');
  const [host, hidden] = await Promise.all([visitor(ada), visitor(ben, { before: publishesAnyway })]);
  await host.join(link(await admin('room03')));
  await hidden.join(link(await user('room03', { is_hidden: true })));
  await Promise.all([hidden.person.sees([ada]), hidden.person.hears([ada])]);
  await hidden.part('hidden-note').waitFor();
  await shot(hidden, 'hidden');
  assert.ok(await hidden.page.evaluate(() => window.offered) > 0, 'the patched page offers its tracks');
  await hidden.page.evaluate(() => window.cardeaMeeting.send('I am here').catch(() => {}));
  await host.roster([]);
  assert.equal(await host.part('participant-count').getAttribute('data-count'), '1');
  await Promise.all([host.person.sees([]), host.person.hears([])]);
  assert.equal(await host.part('unread').count(), 0);
  const third = await visitor(cleo);
  await third.join(link(await user('room03', { user_id: 'cleo', name: 'Cleo' })));
  await third.roster(['Ada Admin']);
  assert.equal(await third.part('participant-count').getAttribute('data-count'), '2');
});
