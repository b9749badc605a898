// What hosts let people do, on the pages of both (spec/native 4, spec/plugnmeet 7): locks are shown in
// words and kept by the media node whatever a page sends, roles change while people are there, and
// who is removed and blocked stays out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAST, eventually } from '../support/browser.mjs';
import { makeMeeting } from '../support/meetings.mjs';
import { fits, openHouse, PHONE } from '../support/visitors.mjs';

const { ada, ben } = CAST;
const house = openHouse({ name: 'rights' });
const { shot, visitor } = house;

/** The host of a meeting and a guest of theirs, both inside. */
async function hostAndGuest(guestOptions) {
  const meeting = await makeMeeting(house.cardea);
  const [host, guest] = await Promise.all([visitor(ada), visitor(ben, guestOptions)]);
  await host.join(meeting.hostLink);
  await guest.join(meeting.guestLink, { name: 'Ben Guest' });
  await Promise.all([host.roster(['Ben Guest']), guest.roster(['Host'])]);
  return { meeting, host, guest };
}

/** Through the menu on the other's tile. */
async function choose(host, ...entries) {
  await host.part('host-menu').click();
  for (const entry of entries) await host.part(entry).click();
}

const lockedAt = (page, kinds) => eventually(
  () => page.page.evaluate(() => document.querySelector('[data-testid="lock-note"]')?.dataset.locked ?? ''),
  (locked) => assert.equal(locked, kinds), { what: `the locks of ${page.person.name}` });

/** Packets of one kind that the page has sent. */
const sent = (page, kind) => page.page.evaluate(async (wanted) => {
  const { publish } = await window.cardeaMeeting.getStats();
  return [...publish.values()].filter((row) => row.type === 'outbound-rtp' && row.kind === wanted)
    .reduce((sum, { packetsSent }) => sum + packetsSent, 0);
}, kind);

test('a locked microphone and camera: the page says so, and nobody hears or sees a page that sends them anyway', async () => {
  const { host, guest } = await hostAndGuest({ context: PHONE });
  await Promise.all([host.person.sees([ben]), host.person.hears([ben])]);
  await choose(host, 'host-locks', 'host-lock-microphone');
  await lockedAt(guest, 'microphone');
  await guest.says('lock-note', 'Locked by the host: Microphone');
  assert.equal(await guest.part('mute-button').isDisabled(), true);
  assert.equal(await guest.part('mute-button').getAttribute('title'), 'Microphone is locked by the host');
  await host.tile('Ben Guest', { muted: true, camera: true });
  await host.person.hears([]);
  await choose(host, 'host-locks', 'host-lock-webcam');
  await lockedAt(guest, 'microphone webcam');
  await host.person.sees([]);
  await fits(guest);
  await shot(guest, 'locked-phone');

  for (const kind of ['audio', 'video']) {
    await guest.page.evaluate((which) => window.cardeaPeers.sendAnyway(which), kind);
    const before = await sent(guest, kind);
    await eventually(() => sent(guest, kind), (packets) => assert.ok(packets > before + 20, `${packets}`), { what: `the patched page sends ${kind}` });
  }
  await Promise.all([host.person.hears([]), host.person.sees([])]);

  await host.part('host-menu').click();
  await host.part('host-locks').click();
  await host.page.locator('[data-testid="host-lock-microphone"][aria-pressed="true"]').waitFor();
  await shot(host, 'host-locks');
  await host.part('host-lock-microphone').click();
  await choose(host, 'host-locks', 'host-lock-webcam');
  await lockedAt(guest, '');
  await guest.press('mute');
  await guest.press('camera');
  await Promise.all([host.person.sees([ben]), host.person.hears([ben])]);
});

test('a locked chat takes the field away until it is unlocked', async () => {
  const { host, guest } = await hostAndGuest();
  await guest.press('chat');
  await guest.part('chat-input').waitFor();
  await choose(host, 'host-locks', 'host-lock-chat');
  await guest.part('chat-input').waitFor({ state: 'detached' });
  await guest.says('chat', 'You cannot write here at the moment.');
  await guest.page.evaluate(() => window.cardeaMeeting.send('anyway').catch(() => {}));
  await choose(host, 'host-locks', 'host-lock-chat');
  await guest.part('chat-input').waitFor();
  await guest.part('chat-input').fill('Thank you');
  await guest.part('chat-input').press('Enter');
  await host.says('unread', '1');
  await host.press('chat');
  await host.part('chat-message').waitFor();
  assert.deepEqual(await host.page.locator('.chat-text').allInnerTexts(), ['Thank you'], 'what was sent while it was locked is nowhere');
});

test('who is made a host may do what hosts do, and no more when it is taken back', async () => {
  const { host, guest } = await hostAndGuest();
  assert.equal(await guest.part('host-menu').count(), 0);
  await choose(host, 'host-make-host');
  await guest.part('host-menu').waitFor();
  await choose(guest, 'host-mute');
  await guest.tile('Host', { muted: true });
  await shot(guest, 'made-host');
  await choose(host, 'host-make-participant');
  await guest.part('host-menu').waitFor({ state: 'detached' });
  const refused = await guest.page.evaluate((id) =>
    window.cardeaMeeting.permit(id, { role: 'participant' }).then(() => 0, ({ status }) => status),
  await host.page.evaluate(() => window.cardeaMeeting.self.id));
  assert.equal(refused, 403);
});

test('removed and blocked: out at once, and not in again', async () => {
  const { host, guest } = await hostAndGuest();
  await choose(host, 'host-remove', 'host-block');
  await guest.says('ended', 'You were removed');
  await host.roster([]);
  await guest.page.reload();
  await guest.pressJoin({ name: 'Ben Again' });
  await guest.part('error-message').waitFor();
  await host.roster([]);
});
