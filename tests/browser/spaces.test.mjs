// Rooms of spaces as people meet them (spec/spaces 7-11): links that work once, what a link that does
// not says, public rooms by their alias, and the account pages from signing in to a link for somebody
// without an account.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAST, eventually } from '../support/browser.mjs';
import { startCardea } from '../support/cardea.mjs';
import { PASSWORD, Spaces, UNLIMITED } from '../support/spaces.mjs';
import { openHouse, PHONE } from '../support/visitors.mjs';

const { ada, ben, cleo } = CAST;
let spaces;
let owner;
let space;
const house = openHouse({
  name: 'spaces',
  start: () => startCardea({ args: UNLIMITED }),
  async prepare(cardea) {
    spaces = new Spaces(cardea);
    owner = await spaces.user('ann');
    space = await spaces.space(owner, { name: 'School', isPublic: true });
  },
});
const { shot, visitor } = house;

const roleOf = (page) => page.page.evaluate(() => window.cardeaMeeting.self.role);

test('a link that works once: in under its name and role, back after a reload, and used up for anybody else', async () => {
  const room = await spaces.room(owner, space, { name: 'Lesson', isPublic: false });
  const [moderator, guest] = await Promise.all([
    spaces.link(owner, room, { username: 'Ada Moderator', role: 'moderator' }), spaces.link(owner, room, { username: 'Ben Zoë', role: 'user' }),
  ]);
  const [host, page] = await Promise.all([visitor(ada), visitor(ben, { context: PHONE })]);
  await host.join(moderator.url);
  await page.open(guest.url.replace('Ben%20Zo%C3%AB', 'Somebody%20else'));
  assert.equal(page.page.url(), `${house.cardea.url}/room/${room.alias}`, 'neither name nor token stay in the address bar');
  await page.says('known-name', 'Somebody else'); // the link's own picture of it; the server knows better
  await page.preview();
  await shot(page, 'link-door-phone');
  await page.pressJoin();
  await Promise.all([host.roster(['Ben Zoë']), page.roster(['Ada Moderator'])]);
  assert.deepEqual([await roleOf(host), await roleOf(page)], ['host', 'participant']);
  await Promise.all([host.person.sees([ben]), page.person.hears([ada])]);

  await page.page.reload();
  await page.preview();
  await page.pressJoin();
  await page.part('call').waitFor();
  await host.roster(['Ben Zoë']);

  const other = await visitor(cleo);
  await other.open(guest.url);
  await other.pressJoin();
  await other.says('ended', 'This link has been used');
  await shot(other, 'link-used');
  await host.roster(['Ben Zoë']);
  await page.leave();
});

test('links that open nothing say why: expired, taken back, and a room that asks for an invitation', async () => {
  const room = await spaces.room(owner, space, { name: 'Closed', isPublic: false });
  const page = await visitor(ada);
  const refused = async (link, testId, text, fields = {}) => {
    await page.open(link);
    await page.pressJoin(fields);
    await page.says(testId, text);
  };
  const { url } = await spaces.link(owner, room, { ttl: 1 });
  await eventually(() => spaces.enter(new URL(url).searchParams.get('accessToken')), ({ status }) => assert.equal(status, 401));
  await refused(url, 'ended', 'This link has expired');
  const taken = await spaces.link(owner, room);
  const at = `/spaces/${room.space}/rooms/${room.id}/access-links`;
  const { body: { items } } = await spaces.call('GET', at, undefined, owner.token);
  for (const { id } of items) await spaces.call('DELETE', `${at}/${id}`, undefined, owner.token);
  await refused(taken.url, 'error-message', 'This link is unknown or has expired.');
  await page.page.evaluate(() => sessionStorage.clear());
  await refused(`${house.cardea.url}/room/${room.alias}`, 'ended', 'You need an invitation', { name: 'Ada' });
  await shot(page, 'invitation-needed');
  await page.part('sign-in-link').click();
  await page.part('sign-in').waitFor();
});

test('a public room opens by its alias for whoever types a name', async () => {
  const room = await spaces.room(owner, space, { name: 'Open house', isPublic: true });
  const [first, second] = await Promise.all([visitor(ada), visitor(ben)]);
  await first.join(`${house.cardea.url}/room/${room.alias}`, { name: 'Ada' });
  await second.open(`${house.cardea.url}/room/${room.alias}?participantName=Ben%20L`);
  assert.equal(await second.part('name-input').inputValue(), 'Ben L');
  await second.preview();
  await second.pressJoin();
  await Promise.all([first.roster(['Ben L']), second.roster(['Ada'])]);
  assert.deepEqual([await roleOf(first), await roleOf(second)], ['participant', 'participant']);
});

async function signIn(page, who, password = PASSWORD) {
  await page.part('username').fill(who.email);
  await page.part('password').fill(password);
  await page.part('sign-in-button').click();
}

test('the account pages: sign in, make a space and a room, invite, give a role, hand out a link, join', async () => {
  const [member, page] = [await spaces.user('bob'), await visitor(ada)];
  await page.page.goto(`${house.cardea.url}/account`);
  await page.part('sign-in').waitFor();
  await signIn(page, owner, 'wrong password');
  await page.says('error-message', 'This name or password is wrong.');
  await shot(page, 'account-sign-in');
  await signIn(page, owner);
  await page.says('my-name', owner.username);
  assert.equal(await page.part('my-id').innerText(), owner.id);
  await page.part('space-name').fill('Choir');
  await page.part('create-space').click();
  await page.part('space').filter({ hasText: 'Choir' }).waitFor();
  await shot(page, 'account-spaces');
  await page.part('space').filter({ hasText: 'Choir' }).click();
  await page.part('room-name').fill('Rehearsal');
  await page.part('create-room').click();
  await page.part('room').filter({ hasText: 'Rehearsal' }).waitFor();
  await page.part('create-invite').click();
  const invitation = await page.part('copy-invite').getAttribute('data-text');
  await shot(page, 'account-space');

  const other = await visitor(ben, { context: PHONE });
  await other.page.goto(invitation);
  await signIn(other, member);
  assert.equal(new URL(other.page.url()).hash, '', 'the invitation is out of the address bar');
  await shot(other, 'account-invited-phone');
  await other.part('accept-invite').click();
  await other.part('room').filter({ hasText: 'Rehearsal' }).waitFor();
  assert.equal(await other.part('invites').count(), 0, 'a member invites nobody');
  await other.page.goto('about:blank');
  await other.page.goto(invitation);
  await other.part('accept-invite').click();
  await other.says('error-message', 'This invitation has been used.');
  await page.page.reload();
  await page.page.locator('[data-testid="invite"][data-state="activated"]').waitFor();

  await page.part('room').filter({ hasText: 'Rehearsal' }).click();
  await page.part('role-user').fill(member.id);
  await page.part('grant-role').click();
  await page.part('role').filter({ hasText: member.username }).waitFor();
  await page.part('link-name').fill('Cleo');
  await page.part('generate-link').click();
  const link = await page.part('new-link').inputValue();
  await page.page.locator('[data-testid="link"][data-state="fresh"]').waitFor();
  await shot(page, 'account-room');
  await page.page.setViewportSize(PHONE.viewport);
  const wide = await page.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.ok(!wide, 'nothing is wider than a phone');
  await shot(page, 'account-room-phone');

  await page.part('join-room').click();
  await page.part('prejoin').waitFor();
  assert.match(page.page.url(), /\/room\/[\w-]+$/, 'no token in the address');
  await page.preview();
  await page.pressJoin();
  await page.part('call').waitFor();
  const guest = await visitor(cleo);
  await guest.join(link);
  await Promise.all([page.roster(['Cleo']), guest.roster([owner.username])]);
  assert.deepEqual([await roleOf(page), await roleOf(guest)], ['host', 'participant']);
  await Promise.all([page.person.sees([cleo]), guest.person.hears([ada])]);
  assert.equal(await page.page.evaluate(() => JSON.stringify(localStorage)).then((kept) => /eyJ/.test(kept)), false, 'no token outlives the tab');
});
