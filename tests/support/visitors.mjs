// What the tests of the pages share: a gateway, a browser, and people in front of the join page.
//
//   const house = openHouse();                          // starts and stops with the file
//   const page = await house.visitor(CAST.ada);         // a JoinPage
//   await house.shot(page, 'door');                     // into the folder printed at the end

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before } from 'node:test';
import { eventually, launchBrowser } from './browser.mjs';
import { startCardea } from './cardea.mjs';
import { JoinPage } from './join_page.mjs';

export const PHONE = { viewport: { width: 390, height: 844 } };

/** @p start: starts the gateway, as startCardea does; @p prepare: is given it before the first test. */
export function openHouse({ start = startCardea, prepare = () => {}, name = 'pages' } = {}) {
  const house = {
    cardea: null,
    browser: null,
    pictures: null,
    async visitor(role, options) {
      return new JoinPage(await house.browser.person(role, options));
    },
    shot: (page, picture) => page.person.screenshot(house.pictures, picture),
  };
  before(async () => {
    house.pictures = process.env.CARDEA_SCREENSHOTS
      ?? fs.mkdtempSync(path.join(os.tmpdir(), `cardea-${name}-`));
    house.cardea = await start();
    await prepare(house.cardea);
    house.browser = await launchBrowser();
  });
  afterEach(() => house.browser?.clear());
  after(async () => {
    await house.browser?.close();
    await house.cardea?.stop();
    console.log(`# screenshots: ${house.pictures}`);
  });
  return house;
}

/** Nothing of the page is beyond the edge of the window. */
export const fits = (page) => eventually(() => page.page.evaluate(() => [...document.querySelectorAll('main, main *')]
  .map((element) => element.getBoundingClientRect().right - innerWidth).reduce((a, b) => Math.max(a, b))),
(beyond) => assert.ok(beyond <= 0), { what: `the width of the page of ${page.person.name}` });
