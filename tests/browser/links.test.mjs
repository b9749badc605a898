// The links that applications hand out, and designs (spec/plugnmeet 6.2, 11; E003-20): what they open,
// whose colours the page has, and the page in a folder of another web server.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../support/build.mjs';
import { CAST, eventually } from '../support/browser.mjs';
import { startCardea } from '../support/cardea.mjs';
import { makeMeeting } from '../support/meetings.mjs';
import { filesBelow, serveStatic } from '../support/static.mjs';
import { fits, openHouse, PHONE } from '../support/visitors.mjs';

const { ada, ben } = CAST;
const DESIGN_HOST = 'design.example';
const house = openHouse({
  name: 'links',
  start: () => startCardea({ args: ['--set', `pages.design_hosts=${DESIGN_HOST}`] }),
});
const { shot, visitor } = house;

/** A person added to @p room: what the participants API hands out. */
async function added(room, fields) {
  const { status, body, raw } = await house.cardea.api('POST', `/api/v1/rooms/${room}/participants`, fields);
  assert.equal(status, 201, raw);
  return body;
}

const tokenLink = (token, design) => `${house.cardea.url}/?access_token=${encodeURIComponent(token)}`
  + (design === undefined ? '' : `&custom_design=${encodeURIComponent(typeof design === 'string' ? design : JSON.stringify(design))}`);

const colours = (page, testId) => page.part(testId).evaluate((element) => {
  const { backgroundColor, color } = getComputedStyle(element);
  return [backgroundColor, color];
});

const bareAddress = (page) => {
  const url = new URL(page.page.url());
  return [url.pathname, url.search, url.hash];
};

test('access and auth token of the participants API open the page under that name and role', async () => {
  const host = await visitor(ada);
  const guest = await visitor(ben);
  await host.join(tokenLink((await added('Tokens', { display_name: 'Ada Host', role: 'host' })).access_token));
  assert.deepEqual(bareAddress(host), ['/', '', '']);
  await guest.join(tokenLink((await added('Tokens', { display_name: 'Ben' })).auth_token));
  await Promise.all([host.roster(['Ben']), guest.roster(['Ada Host'])]);
  await Promise.all([host.person.sees([ben]), guest.person.hears([ada])]);
  assert.equal(await host.part('host-menu').count(), 1);
  assert.equal(await guest.part('host-menu').count(), 0);
});

test('E003-20a: the colours of the link are in use, at the door, inside, and after a reload', async () => {
  const { access_token: token } = await added('Colours', { display_name: 'Ada' });
  const page = await visitor(ada, { context: PHONE });
  const design = { primary_color: '#004D90', secondary_color: '#24AEF7', header_bg_color: '#fff', side_panel_bg_color: 'rgb(250, 244, 230)' };
  await page.open(tokenLink(token, design));
  assert.deepEqual(bareAddress(page), ['/', '', ''], 'the token is out of the address bar before anything else');
  assert.deepEqual(await colours(page, 'join-button'), ['rgb(0, 77, 144)', 'rgb(255, 255, 255)']);
  await page.preview();
  await shot(page, 'design-door-phone');
  await page.page.reload();
  await page.preview();
  assert.deepEqual(await colours(page, 'join-button'), ['rgb(0, 77, 144)', 'rgb(255, 255, 255)']);
  await page.page.setViewportSize({ width: 1280, height: 720 });
  await page.pressJoin();
  await page.part('call').waitFor();
  assert.equal(await page.page.locator('.call-head').evaluate((head) => getComputedStyle(head).backgroundColor), 'rgb(255, 255, 255)');
  await page.press('chat');
  assert.equal((await colours(page, 'chat'))[0], 'rgb(250, 244, 230)');
  await page.page.mouse.move(1, 1); // what is under the pointer has a shade of its own
  await eventually(() => colours(page, 'chat-button'), (seen) => assert.deepEqual(seen, ['rgb(0, 77, 144)', 'rgb(255, 255, 255)']));
  await page.part('chat-input').fill('Hello');
  await page.part('chat-send').click();
  await page.part('chat-message').waitFor();
  await shot(page, 'design-call');
  await fits(page);
  await page.leave();
  const other = await page.page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--secondary'));
  assert.equal(other, 'rgb(36 174 247)');
});

test('a light design can be read, too', async () => {
  const { access_token: token } = await added('Light', { display_name: 'Ada' });
  const page = await visitor(ada);
  await page.open(tokenLink(token, { background_color: '#f4f1ea', primary_color: '#c0392b', footer_icon_bg_color: '#ffffff', footer_icon_color: '#eeeeee' }));
  await page.preview();
  await shot(page, 'design-light-door');
  await page.pressJoin();
  await page.part('call').waitFor();
  await page.part('participant-count').click();
  await shot(page, 'design-light-call');
  assert.equal(await page.page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(244, 241, 234)');
  assert.equal(await page.page.evaluate(() => getComputedStyle(document.body).color), 'rgb(4, 5, 8)');
});

test('somebody’s own picture stands where the camera is off, for themself and for the others', async () => {
  const picture = 'https://pictures.example/ada.svg';
  const meeting = await makeMeeting(house.cardea, { user: { name: 'Ada Host', avatar: picture } });
  const [host, guest] = await Promise.all([visitor(ada), visitor(ben)]);
  for (const { page } of [host, guest]) {
    await page.route(picture, (route) => route.fulfill({
      contentType: 'image/svg+xml',
      body: '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="gold"/><circle cx="32" cy="26" r="12" fill="teal"/><path d="M8 60a24 22 0 0 1 48 0" fill="teal"/></svg>',
    }));
  }
  await host.join(meeting.hostLink);
  await guest.join(meeting.guestLink, { name: 'Ben Guest' });
  await host.press('camera');
  await guest.press('camera');
  for (const page of [host, guest]) {
    const shown = page.part('avatar-picture');
    await shown.waitFor();
    assert.equal(await shown.count(), 1, 'the other one has none');
    assert.equal(await shown.getAttribute('src'), picture);
    await page.page.waitForFunction(() => document.querySelector('[data-testid="avatar-picture"]').naturalWidth > 0);
  }
  await host.tile('Ben Guest', { letters: 'BG' });
  await shot(guest, 'avatar');
});

test('E003-20b: a design that is no JSON is ignored, with a word in the console', async () => {
  const { access_token: token } = await added('NoJson', { display_name: 'Ada' });
  const page = await visitor(ada);
  await page.join(tokenLink(token, '{primary_color'));
  assert.deepEqual(page.person.complaints.splice(0), ['Ada: custom_design is no JSON object and is ignored']);
});

test('N7: style sheet, logo and picture are asked for by https at the operator’s hosts only', async () => {
  const asked = [];
  const { access_token: token } = await added('Hosts', { display_name: 'Ada' });
  const open = async (scheme, host) => {
    const page = await visitor(ada);
    await page.page.route(/\.example\//, (route) => {
      asked.push(route.request().url());
      return route.request().url().endsWith('.css')
        ? route.fulfill({ contentType: 'text/css', body: '.door h1 { letter-spacing: 7px; }' })
        : route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30" fill="tomato"/></svg>' });
    });
    const at = (name) => `${scheme}://${host}/${name}`;
    await page.open(tokenLink(token, { custom_css_url: at('a.css'), custom_logo: at('logo.svg'), background_image: at('ground.svg'), primary_color: '#004D90' }));
    await page.preview();
    assert.deepEqual((await colours(page, 'join-button'))[0], 'rgb(0, 77, 144)', 'the rest of the design is used');
    return page;
  };
  const admitted = await open('https', DESIGN_HOST);
  const spacing = () => admitted.page.locator('.door h1').evaluate((title) => getComputedStyle(title).letterSpacing);
  await admitted.page.waitForFunction(() => getComputedStyle(document.querySelector('.door h1')).letterSpacing === '7px');
  assert.equal(await spacing(), '7px');
  await admitted.page.locator('img.logo').waitFor();
  await admitted.page.waitForFunction(() => document.querySelector('img.logo').naturalWidth === 90);
  await shot(admitted, 'design-logo-picture');
  assert.deepEqual(asked.splice(0).map((url) => new URL(url).pathname).sort(), ['/a.css', '/ground.svg', '/logo.svg']);
  for (const [scheme, host] of [['http', DESIGN_HOST], ['https', 'other.example'], ['https', `${DESIGN_HOST}:8443`]]) {
    const refused = await open(scheme, host);
    assert.equal(await refused.page.locator('img.logo').count(), 0);
    assert.deepEqual(asked, [], `${scheme}://${host}`);
  }
});

test('E003-20c: the token of the cookie opens the page; a link wins over it, also after a reload', async () => {
  const [cookie, link] = await Promise.all(['Ada Cookie', 'Ada Link'].map((name) => added('Cookie', { display_name: name })));
  const page = await visitor(ada);
  await page.person.context.addCookies([{ name: 'pnm_access_token', value: cookie.access_token, url: house.cardea.url }]);
  await page.join(house.cardea.url);
  await page.tile('Ada Cookie (You)', { own: true });
  await page.leave();
  await page.join(tokenLink(link.access_token));
  await page.tile('Ada Link (You)', { own: true });
  await page.page.reload();
  await page.preview();
  await page.pressJoin();
  await page.tile('Ada Link (You)', { own: true });
});

test('E003-20d: the built page in a folder of another web server joins', async () => {
  const files = await filesBelow(path.join(ROOT, 'html/dist'), '/conference/');
  files['/conference/settings.json'] = JSON.stringify({ gateway: house.cardea.url, design_hosts: [] });
  const elsewhere = await serveStatic(files);
  try {
    const [host, guest] = await Promise.all([visitor(ada), visitor(ben)]);
    const { access_token: token } = await added('Elsewhere', { display_name: 'Ada', role: 'host' });
    await host.join(`${elsewhere.url}/conference/?access_token=${token}`);
    assert.deepEqual([...bareAddress(host), new URL(host.page.url()).origin], ['/conference/', '', '', elsewhere.url]);
    await guest.join(tokenLink((await added('Elsewhere', { display_name: 'Ben' })).access_token));
    await Promise.all([host.person.sees([ben]), guest.person.sees([ada]), host.person.hears([ben])]);
    await host.page.reload();
    await host.preview();
    await host.pressJoin();
    await guest.roster(['Ada']);
  } finally {
    await elsewhere.close();
  }
});
