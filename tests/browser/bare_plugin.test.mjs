// Two pages with the client library, our plugin in Debian's unmodified Janus, and no gateway: the
// test mints the join tokens and speaks the control protocol itself.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { CAST, eventually, launchBrowser } from '../support/browser.mjs';
import { PLUGIN_DIR } from '../support/build.mjs';
import { Control, startJanus } from '../support/janus.mjs';
import { serveStatic } from '../support/static.mjs';

const { ada, ben } = CAST;
const LIBRARY = new URL('../../html/dist/client/cardea-client.js', import.meta.url);
// The smallest page on the library: every line of the receive connection gets an element, and a
// picture is shown while its slot carries somebody.
const PAGE = `<!doctype html><meta charset="utf-8"><title>bare</title><script type="module">
import { Meeting } from '/cardea-client.js';
const elements = new Map();
const show = (meeting) => {
  for (const [mid, track] of meeting.tracks) {
    if (elements.has(mid)) continue;
    const element = document.createElement(track.kind);
    Object.assign(element, { autoplay: true, muted: track.kind === 'video' });
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    elements.set(mid, element);
  }
  const taken = new Set(meeting.slots.video.filter((slot) => slot.participant).map(({ mid }) => mid));
  for (const [mid, element] of elements) element.hidden = !taken.has(mid);
};
window.enter = async () => {
  const meeting = new Meeting({ credential: 'minted-by-the-test' });
  window.meeting = meeting;
  meeting.on('change', () => show(meeting));
  await meeting.media.open();
  await meeting.join();
};
</script>`;

let janus;
let control;
let site;
let browser;

before(async () => {
  janus = await startJanus({ pluginDir: PLUGIN_DIR });
  assert.ok(janus.pluginLoaded, janus.log());
  control = await Control.open(janus);
  site = await serveStatic({ '/': PAGE, '/cardea-client.js': LIBRARY });
  browser = await launchBrowser();
});

afterEach(() => browser?.clear());

after(async () => {
  await browser?.close();
  await control?.close();
  await site?.close();
  const ended = await janus?.stop();
  assert.deepEqual(ended, { code: 0, signal: null }, 'Janus ends in an orderly way');
});

/** What `POST /api/v1/enter` would answer, with a token of ours in it. */
function entryFor(role, room) {
  const sub = `seat-${role.name.toLowerCase()}`;
  const publish = ['microphone', 'camera', 'screen'];
  return {
    participant: { id: sub, client_id: sub, name: role.name, role: 'participant', guest: false, hidden: false, publish },
    room: { id: room, name: room, options: {}, locked: false },
    join_token: control.token({ room, sub, client_id: sub, name: role.name, publish }),
    expires_in: 120,
    resume: 'none',
    janus_url: janus.wsUrl,
    slots: { audio: 3, video: 9 },
    stun_servers: [],
    turn_servers: [],
  };
}

async function enter(role, room) {
  const person = await browser.person(role);
  await person.page.route('**/api/v1/enter', (route) =>
    route.fulfill({ status: 201, json: entryFor(role, room) }));
  await person.page.goto(site.url);
  await person.page.waitForFunction(() => window.enter);
  await person.page.evaluate(() => window.enter());
  return person;
}

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
  const before = await a.connected();
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
