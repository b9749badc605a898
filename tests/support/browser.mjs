// People in front of Chromium: pages with a camera of one colour and a microphone of one tone, and
// what each of them hears and sees. Must run in tests/support/netns.sh.
//
//   const browser = await launchBrowser();
//   const ada = await browser.person(CAST.ada);
//   await ada.page.goto(link);
//   await ada.hears([CAST.ben]);               // and nobody else of the cast
//   await ada.sees([CAST.ben]);
//   await browser.close();

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { installDevices } from './page/devices.mjs';
import { installPeers } from './page/peers.mjs';
import { installSenses } from './page/senses.mjs';

const CHROMIUM = process.env.CARDEA_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** Tones are no harmonics of each other and far apart; so are the colours. */
export const CAST = {
  ada: { name: 'Ada', tone: 400, colour: 'rgb(210, 30, 30)' },
  ben: { name: 'Ben', tone: 1000, colour: 'rgb(20, 170, 50)' },
  cleo: { name: 'Cleo', tone: 2200, colour: 'rgb(40, 60, 220)' },
  dora: { name: 'Dora', tone: 3100, colour: 'rgb(220, 200, 30)' },
  emil: { name: 'Emil', tone: 1500, colour: 'rgb(160, 40, 180)' },
};
const EVERYBODY = Object.values(CAST);

/** A tone is there if it stands this far above the floor, and not if it is this far below others. */
const PRESENT_DB = 30;
const ABSENT_DB = 20;
const COLOUR_DISTANCE = 70;
const DEADLINE_MS = 30_000; // a busy machine is no defect
/** What Chromium itself says about requests that are refused or reach nobody. */
const NO_DEFECT = /^(Failed to load resource|WebSocket connection to \S+ failed)/;

/**
 * Calls @p probe until @p accept(value) does not throw; the value. After the deadline the last
 * complaint is thrown, with what was seen.
 */
export async function eventually(probe, accept, { timeoutMs = DEADLINE_MS, what = 'condition' } = {}) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    try {
      await accept(value);
      return value;
    } catch (error) {
      if (Date.now() > end) {
        error.message = `${what}, not within ${timeoutMs} ms: ${error.message}\nlast seen: ${JSON.stringify(value)}`;
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function launchBrowser() {
  if (process.env.CARDEA_NETNS !== 'inside') {
    throw new Error('run this in a namespace: tests/support/netns.sh node --test FILE');
  }
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-chromium-'));
  const chromiumProcess = await chromium.launch({
    executablePath: CHROMIUM,
    args: FLAGS,
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  });
  const people = new Set();
  return {
    version: chromiumProcess.version(),
    /**
     * A person with a profile of their own. Options beside those of installDevices and
     * installPeers: before: run in the page before its code (function or { content }); context: more options of
     * Playwright's newContext; relay: of startRelay, through which the receive connection runs.
     */
    async person(role, { before, context: more = {}, relay, ...options } = {}) {
      const context = await chromiumProcess.newContext({
        permissions: options.refuse ? [] : ['camera', 'microphone'],
        viewport: { width: 1280, height: 720 },
        // The worker that logs packets is not the page's own.
        bypassCSP: Boolean(options.packetLog),
        ...more,
      });
      if (before) await context.addInitScript(before);
      await context.addInitScript(installDevices, { ...role, ...options });
      if (relay) {
        await context.exposeFunction('cardeaRelay', (address, port) => relay.towards({ address, port }));
        options.relay = { address: relay.address, port: relay.port };
      }
      await context.addInitScript(installPeers, options);
      await context.addInitScript(installSenses);
      const person = new Person(role, context, await context.newPage());
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
      await chromiumProcess.close();
      fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export class Person {
  constructor(role, context, page) {
    Object.assign(this, { role, context, page, name: role.name, complaints: [] });
    page.on('pageerror', (error) => this.complaints.push(`${role.name}: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (message.type() !== 'error' || NO_DEFECT.test(message.text())) return;
      this.complaints.push(`${role.name}: ${message.text()}`);
    });
  }

  /** Answers what the page asks for at this path of its own origin in the server's place. */
  answer(path, status, body) {
    return this.page.route(`**${path}`, (route) => route.fulfill({ status, json: body }));
  }

  /** One reading: {players, floor, tones: [{name, median, max}]} in dB. */
  async hear() {
    const tones = EVERYBODY.map(({ tone }) => tone);
    const heard = await this.page.evaluate((hz) => window.cardeaSenses.hear(hz), tones);
    return { ...heard, tones: heard.tones.map((tone, i) => ({ name: EVERYBODY[i].name, ...tone })) };
  }

  /**
   * Waits until exactly these are heard: each at least 30 dB above the floor, everybody else, this
   * person included, at least 20 dB below the faintest of them (below the limit if none is).
   */
  hears(roles, options = {}) {
    const wanted = new Set(roles.map(({ name }) => name));
    const accept = ({ floor, tones }) => {
      const present = tones.filter(({ name }) => wanted.has(name));
      for (const { name, median } of present) {
        assert.ok(median - floor >= PRESENT_DB, `${this.name} does not hear ${name}`);
      }
      const limit = present.length > 0
        ? Math.min(...present.map(({ median }) => median)) - ABSENT_DB
        : floor + PRESENT_DB;
      for (const { name, max } of tones.filter((tone) => !wanted.has(tone.name))) {
        assert.ok(max <= limit, `${this.name} hears ${name}`);
      }
    };
    const what = `${this.name} hears ${roles.length > 0 ? [...wanted].join(' and ') : 'nobody'}`;
    return eventually(() => this.hear(), accept, { what, ...options });
  }

  /** The tone of the own microphone; 0.2 is what it begins with, 0 silence. */
  setVolume(gain) {
    return this.page.evaluate((value) => window.cardeaDevices.setVolume(value), gain);
  }

  /** One look: the pictures on the page, each with the name of whose colour it has. */
  async see() {
    const pictures = await this.page.evaluate(() => window.cardeaSenses.see());
    return pictures.map((picture) => ({ ...picture, name: whose(picture.rgb) }));
  }

  /**
   * Waits until the pictures that come from a connection are exactly those of these people, one of
   * each, and all move: decoded frames and the white square.
   */
  async sees(roles, options = {}) {
    const wanted = roles.map(({ name }) => name).sort();
    const remote = async () => (await this.see()).filter((picture) => picture.remote);
    const what = `${this.name} sees ${wanted.length > 0 ? wanted.join(' and ') : 'nobody'}`;
    const first = await eventually(remote, (pictures) => {
      assert.deepEqual(pictures.map(({ name }) => name).sort(), wanted);
    }, { what, ...options });
    const moves = (pictures) => {
      assert.deepEqual(pictures.map(({ name }) => name).sort(), wanted);
      for (const then of first) {
        const now = pictures.find(({ name }) => name === then.name);
        assert.ok(now.frames >= then.frames + 3, `the picture of ${then.name} stands still`);
        assert.notEqual(now.marker, then.marker, `the picture of ${then.name} does not change`);
      }
    };
    return wanted.length > 0 ? eventually(remote, moves, { what: `${what} moving`, ...options }) : [];
  }

  /** Calls of each RTCPeerConnection the page has made so far. */
  counters() {
    return this.page.evaluate(() => window.cardeaPeers.counters());
  }

  /** The same, once every connection stands. */
  connected() {
    return eventually(() => this.counters(), (connections) => {
      assert.ok(connections.length > 0, 'no connection');
      for (const { state } of connections) assert.equal(state, 'connected');
    }, { what: `the connections of ${this.name}` });
  }

  /** The same, once both connections have all their lines: a page offers the one once, and answers
   * the other twice, because the plugin's first offer has one video line (docs/decisions/0007). */
  negotiated() {
    return eventually(() => this.connected(), (connections) => {
      const total = (call) => connections.reduce((sum, one) => sum + one[call], 0);
      assert.equal(connections.length, 2, 'one connection each way');
      assert.deepEqual(
        [total('createOffer'), total('createAnswer'), total('setLocalDescription')], [1, 2, 3]);
    }, { what: `all lines of ${this.name}` });
  }

  /** What comes in now, a row for each line that receives. */
  inbound() {
    return this.page.evaluate(() => window.cardeaPeers.inbound());
  }

  startSampling(intervalMs = 100, { type = 'inbound-rtp', kinds = ['audio'] } = {}) {
    return this.page.evaluate(
      (args) => window.cardeaPeers.startSampling(...args),
      [intervalMs, { type, kinds }],
    );
  }

  /** What was sampled so far. */
  samples() {
    return this.page.evaluate(() => window.cardeaPeers.samples());
  }

  stopSampling() {
    return this.page.evaluate(() => window.cardeaPeers.stopSampling());
  }

  /** Needs the option packetLog. */
  packets() {
    return this.page.evaluate(() => window.cardeaPeers.packets());
  }

  async screenshot(directory, name) {
    const file = path.join(directory, `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  close() {
    return this.context.close();
  }
}

/** Whose colour a mean colour is, or 'black' or 'nobody'. */
export function whose(rgb) {
  if (Math.max(...rgb) < 40) return 'black';
  const distance = ({ colour }) =>
    Math.hypot(...colour.match(/\d+/g).map((value, i) => Number(value) - rgb[i]));
  const nearest = EVERYBODY.reduce((a, b) => (distance(a) <= distance(b) ? a : b));
  return distance(nearest) < COLOUR_DISTANCE ? nearest.name : 'nobody';
}
