// Chromium behind a network that lets nothing through but our TURN server: pages that may use relayed
// candidates only, with the credentials that the plugin issues, on the embedded default. About 30 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { barePage, LIBRARY } from '../support/bare.mjs';
import { CAST, eventually, launchBrowser } from '../support/browser.mjs';
import { isAlive, startCardea } from '../support/cardea.mjs';
import { serveStatic } from '../support/static.mjs';

const { ada, ben } = CAST;
let cardea;
let browser;
let site;

before(async () => {
  cardea = await startCardea();
  browser = await launchBrowser();
  site = await serveStatic({ '/': barePage('/cardea-client.js'), '/cardea-client.js': LIBRARY });
});

afterEach(() => browser?.clear());

after(async () => {
  await browser?.close();
  await site?.close();
  await cardea?.stop();
});

/** Notes what gathering says, and changes each TURN server by @p change (in the page) before it is used. */
function watchServers(change) {
  return { content: `{
    window.cardeaGathering = { errors: [], candidates: [] };
    const { setConfiguration } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setConfiguration = function changed(configuration) {
      this.addEventListener('icecandidateerror', ({ errorCode }) => cardeaGathering.errors.push(errorCode));
      this.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate?.candidate) cardeaGathering.candidates.push(candidate.type);
      });
      const change = ${change};
      const iceServers = configuration.iceServers.map((server) => (server.username ? change(server) : server));
      return setConfiguration.call(this, { ...configuration, iceServers });
    };
  }` };
}

/** A guest with the library who may be reached through a relay only. */
async function relayed(role, change = '(server) => server') {
  const person = await browser.person(role, { before: watchServers(change) });
  await person.page.goto(site.url);
  await person.page.waitForFunction(() => window.enter);
  const credential = new URL(cardea.dev.guest_link).searchParams.get('guest');
  await person.page.evaluate((options) => window.enter(true, options),
    { baseUrl: cardea.url, credential, name: role.name, iceTransportPolicy: 'relay' });
  return person;
}

for (const protocol of ['udp', 'tcp']) {
  test(`two pages that may use a relay only hear and see each other over ${protocol}`, async () => {
    const only = `(server) => ({ ...server, urls: server.urls.filter((url) => url.endsWith('transport=tcp') === ${protocol === 'tcp'}) })`;
    const [a, b] = await Promise.all([relayed(ada, only), relayed(ben, only)]);
    await Promise.all([a.sees([ben]), b.sees([ada])]);
    await Promise.all([a.hears([ben]), b.hears([ada])]);
    for (const person of [a, b]) {
      assert.deepEqual(await person.page.evaluate(() => window.cardeaPeers.paths()), [['relay', protocol], ['relay', protocol]]);
      const { candidates } = await person.page.evaluate(() => window.cardeaGathering);
      assert.deepEqual([...new Set(candidates)], ['relay'], 'nobody is told another address');
    }
  });
}

/** The page's gathering ends with 401 for both connections, and nothing connects. */
async function isRefused(person) {
  await eventually(() => person.page.evaluate(() => window.cardeaGathering), ({ errors }) => {
    assert.ok(errors.filter((code) => code === 401).length >= 2, 'two refusals');
  }, { what: 'the TURN server refuses' });
  const states = (await person.counters()).map(({ state }) => state);
  assert.ok(states.length >= 2 && !states.includes('connected'), states.join());
  assert.deepEqual((await person.page.evaluate(() => window.cardeaGathering)).candidates, []);
}

test('J-04: a page with an altered or an expired credential does not connect', async () => {
  const secret = fs.readFileSync(path.join(cardea.stateDir, 'keys/turn.secret'), 'utf8').trim();
  const username = `${Math.floor(Date.now() / 1000) - 1}:somebody`;
  const credential = crypto.createHmac('sha1', secret).update(username).digest('base64');
  const changes = [
    "(server) => ({ ...server, credential: (server.credential[0] === 'A' ? 'B' : 'A') + server.credential.slice(1) })",
    `(server) => ({ ...server, ...${JSON.stringify({ username, credential })} })`,
  ];
  for (const change of changes) {
    const person = await relayed(ada, change);
    await isRefused(person);
    await person.page.evaluate(() => window.meeting.leave());
  }
});

test('a killed TURN server costs a pause, and the pages find their way through the next one', async () => {
  const [a, b] = await Promise.all([relayed(ada), relayed(ben)]);
  await Promise.all([a.sees([ben]), b.sees([ada])]);
  const { turn } = cardea.dev.pids;
  process.kill(turn, 'SIGKILL');
  await eventually(() => cardea.dev.pids.turn, (pid) => assert.ok(pid > 0 && pid !== turn && isAlive(pid)));
  await Promise.all([a.sees([ben], { timeoutMs: 60_000 }), b.sees([ada], { timeoutMs: 60_000 })]);
});
