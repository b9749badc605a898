// Chat, reactions, raised hands and what a host may do, as the people in front of two pages see and
// hear it. Screenshots go into the folder that is printed at the end. Takes about 40 s.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAST, eventually } from '../support/browser.mjs';
import { openHouse, PHONE } from '../support/visitors.mjs';

const { ada, ben } = CAST;
const GOAL_MS = 300;
const house = openHouse({ name: 'messages' });
const { shot, visitor } = house;

/** The host by the host link and Ben by the guest link, in the call. */
async function hostAndGuest(guestOptions = {}) {
  const [host, guest] = await Promise.all([visitor(ada), visitor(ben, guestOptions)]);
  await host.join(house.cardea.dev.host_link);
  await guest.join(house.cardea.dev.guest_link, { name: 'Ben Guest' });
  await Promise.all([host.roster(['Ben Guest']), guest.roster(['Host'])]);
  await Promise.all([host.person.sees([ben]), guest.person.sees([ada])]);
  return [host, guest];
}

const idOf = (page) => page.page.evaluate(() => window.cardeaMeeting.self.id);

/** What the chat says: [who, text, private]. */
const chat = (page) => page.page.evaluate(() =>
  [...document.querySelectorAll('[data-testid="chat-message"]')].map((line) => [
    line.querySelector('.chat-who').firstChild.textContent,
    line.querySelector('.chat-text').textContent,
    line.dataset.private === 'true',
  ]));

async function write(page, text) {
  await page.part('chat-input').fill(text);
  await page.part('chat-input').press('Enter');
}

/** The places in the line of raised hands, by participant. */
const hands = (page) => page.page.evaluate(() => Object.fromEntries(
  [...document.querySelectorAll('[data-testid="tile"]')]
    .filter((tile) => tile.querySelector('[data-testid="hand-badge"]'))
    .map((tile) => [tile.dataset.participant, Number(tile.dataset.hand)])));

const handsAre = (page, expected) =>
  eventually(() => hands(page), (seen) => assert.deepEqual(seen, expected), { what: 'raised hands' });

test('two people write, privately too, react and raise hands', async () => {
  const [host, guest] = await hostAndGuest({ context: PHONE });
  const [hostId, guestId] = await Promise.all([idOf(host), idOf(guest)]);

  await host.press('chat');
  assert.equal(await host.page.evaluate(() => document.activeElement.dataset.testid), 'chat-input');
  await write(host, 'Hello <b>Ben</b>');
  await guest.says('unread', '1');
  assert.deepEqual(await chat(host), [['You', 'Hello <b>Ben</b>', false]]);
  assert.equal(await host.part('unread').count(), 0, 'nothing of one\'s own is unread');
  await shot(guest, 'phone-unread');

  await guest.press('chat');
  await eventually(() => chat(guest), (lines) => assert.deepEqual(lines, [['Host', 'Hello <b>Ben</b>', false]]));
  await write(guest, 'Hello\nfrom a phone');
  await guest.part('chat-to').selectOption(hostId);
  await write(guest, 'only for you');
  const lines = [['Host', 'Hello <b>Ben</b>', false], ['You', 'Hello\nfrom a phone', false], ['You', 'only for you', true]];
  await eventually(() => chat(guest), (seen) => assert.deepEqual(seen, lines));
  await eventually(() => chat(host), (seen) => assert.deepEqual(seen.slice(1),
    [['Ben Guest', 'Hello\nfrom a phone', false], ['Ben Guest', 'only for you', true]]));
  await shot(guest, 'phone-chat');
  await guest.part('chat-input').press('Escape');
  assert.equal(await guest.part('chat').count(), 0);
  assert.equal(await guest.page.evaluate(() => document.activeElement.dataset.testid), 'chat-button');

  await guest.press('hand');
  await handsAre(host, { [guestId]: 1 });
  await host.press('hand');
  await handsAre(guest, { [guestId]: 1, [hostId]: 2 });
  await guest.press('reaction');
  await guest.part('emoji').first().click();
  const reaction = host.page.locator(`[data-participant="${guestId}"] [data-testid="reaction"]`);
  await reaction.waitFor();
  assert.match(await reaction.innerText(), /👍/u);
  await shot(host, 'desktop-chat-hands-reaction');
  await shot(guest, 'phone-hands');
  await reaction.waitFor({ state: 'detached' });

  await host.part('host-menu').click();
  await shot(host, 'desktop-host-menu');
  await host.part('host-lower-hand').click();
  await handsAre(guest, { [hostId]: 1 });
  assert.equal(await guest.part('host-menu').count(), 0, 'a guest has no such menu');
});

test('eleven messages at once: the eleventh is not sent, and comes back into the field', async () => {
  const [host] = await hostAndGuest();
  await host.press('chat');
  const sent = await host.page.evaluate(async () => {
    const tries = Array.from({ length: 11 }, (_, i) => window.cardeaMeeting.send(`fast ${i}`));
    const verdicts = await Promise.allSettled(tries);
    return verdicts.map(({ reason }) => reason?.code ?? 'ok');
  });
  assert.equal(sent.filter((verdict) => verdict === 'ok').length >= 10, true, sent.join());
  await eventually(async () => (await chat(host)).length,
    (count) => assert.equal(count, sent.filter((verdict) => verdict === 'ok').length));
  // In one go, because a busy machine types slower than the rate allows.
  await host.part('chat-input').fill('one too many');
  await host.page.evaluate(() => {
    for (let i = 0; i < 12; i += 1) window.cardeaMeeting.send(`faster ${i}`).catch(() => {});
    document.querySelector('.chat-form').requestSubmit();
  });
  await host.part('chat-error').waitFor();
  assert.equal(await host.part('chat-input').inputValue(), 'one too many');
});

/** Presses @p control and measures when the tone has gone from what the page plays, in ms. */
function silenceAfter(page, control, tone) {
  return page.page.evaluate(async ({ testId, hz }) => {
    const context = new AudioContext();
    await context.resume();
    const analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0 });
    for (const audio of document.querySelectorAll('audio')) {
      context.createMediaStreamSource(audio.srcObject).connect(analyser);
    }
    const bins = new Float32Array(analyser.frequencyBinCount);
    const at = Math.round((hz * analyser.fftSize) / context.sampleRate);
    const level = () => {
      analyser.getFloatFrequencyData(bins);
      return Math.max(...bins.slice(at - 1, at + 2), -200);
    };
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    let loud = -200;
    for (let i = 0; i < 40; i += 1) {
      loud = Math.max(loud, level());
      await pause();
    }
    const start = performance.now();
    document.querySelector(`[data-testid="${testId}"]`).click();
    // Gone: 30 dB below what it was, for a tenth of a second.
    let quietSince = null;
    let told = null;
    while (performance.now() - start < 10000) {
      const now = performance.now();
      if (document.querySelector('[data-own="false"][data-muted="true"]')) told ??= Math.round(now - start);
      if (level() > loud - 30) quietSince = null;
      else quietSince ??= now;
      if (quietSince !== null && now - quietSince > 100) break;
      await pause();
    }
    await context.close();
    return { loud, told, ms: quietSince === null ? null : Math.round(quietSince - start) };
  }, { testId: control, hz: tone });
}

test('a host mutes a guest: silence, also when the page goes on sending', async (t) => {
  const [host, guest] = await hostAndGuest();
  await host.person.hears([ben]);
  await host.part('host-menu').click();
  await host.part('host-mute').waitFor();
  const { loud, told, ms } = await silenceAfter(host, 'host-mute', ben.tone);
  assert.ok(loud > -80, `the guest was heard before (${loud} dB)`);
  t.diagnostic(`tone gone ${ms} ms after the click, tile muted after ${told} ms (goal ${GOAL_MS})`);
  assert.ok(ms !== null && ms < 5 * GOAL_MS, `${ms} ms`);
  await host.tile('Ben Guest', { muted: true });
  await guest.tile('Ben Guest (You)', { muted: true });

  // A page that does not do as it is told: it sends on, and tells nobody.
  const sending = await guest.page.evaluate(() => {
    const { media } = window.cardeaMeeting;
    media.track('microphone').enabled = true;
    return media.track('microphone').readyState;
  });
  assert.equal(sending, 'live');
  const sentAudio = () => guest.page.evaluate(async () => {
    const { publish } = await window.cardeaMeeting.getStats();
    return [...publish.values()].filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'audio')
      .reduce((sum, { packetsSent }) => sum + packetsSent, 0);
  });
  const first = await sentAudio();
  await eventually(sentAudio, (packets) => assert.ok(packets > first + 50), { what: 'the patched page sends' });
  await host.person.hears([]);

  // The guest may speak again by their own decision.
  await guest.page.evaluate(() => { window.cardeaMeeting.media.track('microphone').enabled = false; });
  await guest.press('mute');
  await host.tile('Ben Guest', { muted: false });
  await host.person.hears([ben]);
});

test('a removed guest is told so, and no token of theirs works again', async () => {
  const tokens = [];
  const guest = await visitor(ben);
  guest.page.on('response', async (response) => {
    if (response.url().endsWith('/api/v1/enter')) tokens.push((await response.json()).join_token);
  });
  const host = await visitor(ada);
  await host.join(house.cardea.dev.host_link);
  await guest.join(house.cardea.dev.guest_link, { name: 'Ben Guest' });
  await host.roster(['Ben Guest']);

  await host.part('host-menu').click();
  await host.part('host-remove').click();
  await host.part('host-remove-confirm').click();
  await guest.part('ended').waitFor();
  assert.match(await guest.part('ended').innerText(), /You were removed/);
  assert.equal(await guest.part('rejoin-button').count(), 0);
  await shot(guest, 'removed');
  await host.roster([]);
  await host.person.hears([]);

  assert.equal(tokens.length, 1);
  const tunnel = await house.cardea.tunnel();
  const refused = await tunnel.request({ janus: 'create', token: tokens[0] });
  assert.equal(refused.janus, 'error', JSON.stringify(refused));
  tunnel.terminate();

  await guest.page.reload();
  await guest.part('prejoin').waitFor();
  await guest.pressJoin({ name: 'Ben Again' });
  await guest.says('error-message', 'removed from this meeting');
  await host.roster([]);
});
