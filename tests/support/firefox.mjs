// People in front of Firefox, as those of browser.mjs in front of Chromium: what they hear, see and
// count is asked in the same words. Driven by WebDriver BiDi. Must run in tests/support/netns.sh.
//
//   const firefox = await launchFirefox();
//   const fox = await firefox.person(CAST.cleo);
//   await fox.page.goto(link);
//   await fox.sees([CAST.ada]);
//   await firefox.close();

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import puppeteer from 'puppeteer-core';
import { Person } from './browser.mjs';
import { installDevices } from './page/devices.mjs';
import { installPeers } from './page/peers.mjs';
import { installSenses } from './page/senses.mjs';

const FIREFOX = process.env.CARDEA_FIREFOX ?? '/usr/bin/firefox-esr';
const PREFERENCES = {
  // Sound without a click.
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // Addresses as they are: a page without devices gets names of mDNS instead, which Janus ignores.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  // Nothing is fetched at the start: no decoder, no list, no news.
  'media.gmp-manager.updateEnabled': false,
  'media.gmp-manager.url': '',
  'media.gmp-provider.enabled': false,
  'app.normandy.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

export async function launchFirefox() {
  if (process.env.CARDEA_NETNS !== 'inside') {
    throw new Error('run this in a namespace: tests/support/netns.sh node --test FILE');
  }
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-firefox-'));
  const firefox = await puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    extraPrefsFirefox: PREFERENCES,
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    defaultViewport: { width: 1280, height: 720 },
  });
  const people = new Set();
  return {
    version: await firefox.version(),
    /** A person with a profile of their own. Options: those of installDevices and installPeers. */
    async person(role, options = {}) {
      const context = await firefox.createBrowserContext();
      const page = await context.newPage();
      await page.evaluateOnNewDocument(installDevices, { ...role, ...options });
      await page.evaluateOnNewDocument(installPeers, options);
      await page.evaluateOnNewDocument(installSenses, { recorded: true });
      const person = new FirefoxPerson(role, context, page);
      people.add(person);
      return person;
    },
    /** Closes all pages, and fails if one of them complained. */
    async clear() {
      const open = [...people];
      people.clear();
      await Promise.all(open.map((person) => person.close()));
      assert.deepEqual(open.flatMap(({ complaints }) => complaints), []);
    },
    async close() {
      await firefox.close();
      fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

class FirefoxPerson extends Person {
  /** As a Person's. Firefox counts no frames of pictures that come from a connection at the element. */
  async see() {
    const [pictures, inbound] = [await super.see(), await this.inbound()];
    const decoded = new Map(inbound.map((row) => [row.trackIdentifier, row.framesDecoded]));
    return pictures.map((picture) => ({ ...picture, frames: decoded.get(picture.track) ?? picture.frames }));
  }

  async answer(path, status, body) {
    await this.page.setRequestInterception(true);
    this.page.on('request', (request) => {
      const answered = new URL(request.url()).pathname === path
        ? request.respond({ status, contentType: 'application/json', body: JSON.stringify(body) })
        : request.continue();
      void answered.catch((error) => this.complaints.push(`${this.name}: ${error}`));
    });
  }
}
