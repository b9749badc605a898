// From `new WebSocket` to the first decoded frame of a late viewer in Chromium, beside Debian's
// VideoRoom in the same Janus: same page shell, same capture (VP8, 640x360, 30 fps, one tone), the
// senders up for at least 5 s, viewers in turn. docs/performance.md has the method.
//
// usage: tests/support/netns.sh node tests/bench/firstframe.mjs [runs]

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CAST, launchBrowser } from '../support/browser.mjs';
import { PLUGIN_DIR } from '../support/build.mjs';
import { connectionId, Control, JanusSession, startJanus } from '../support/janus.mjs';
import { serveStatic } from '../support/static.mjs';
import { median, report } from './figures.mjs';

const RUNS = Number(process.argv[2] ?? 20);
const WARM_UP_MS = 5000;
const RUN_DEADLINE_MS = 10_000;
const VIDEOROOM = '/usr/lib/x86_64-linux-gnu/janus/plugins/libjanus_videoroom.so';
const ROOM = 'bench';

/** A folder with both plugins, for one Janus. */
function bothPlugins() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-plugins-'));
  fs.symlinkSync(path.join(PLUGIN_DIR, 'libjanus_cardea.so'), path.join(folder, 'libjanus_cardea.so'));
  fs.symlinkSync(VIDEOROOM, path.join(folder, 'libjanus_videoroom.so'));
  return folder;
}

async function openVideoRoom(janus) {
  const session = await JanusSession.create(janus);
  const handle = await session.attach('janus.plugin.videoroom');
  const { data } = await handle.message({
    request: 'create', room: 1, publishers: 3, videocodec: 'vp8', audiocodec: 'opus', bitrate: 0,
  });
  if (data.videoroom !== 'created') throw new Error(`VideoRoom: ${JSON.stringify(data)}`);
  return session;
}

const pluginDir = bothPlugins();
const janus = await startJanus({ pluginDir });
const site = await serveStatic({
  '/': '<!doctype html><meta charset="utf-8"><title>first frame</title>',
  '/firstframe.js': new URL('page/firstframe.js', import.meta.url),
  '/janus.js': new URL('page/janus.js', import.meta.url),
});
const browser = await launchBrowser();
const control = await Control.open(janus);
const videoRoom = await openVideoRoom(janus);
let seats = 0;

/** What the page needs to know to enter the Cardea room as somebody new. */
function admission() {
  seats += 1;
  const sub = `seat-${seats}`;
  return {
    url: janus.wsUrl,
    token: control.token({ room: ROOM, sub, client_id: sub, name: sub }),
    connection: connectionId(),
  };
}

const ways = {
  cardea: { send: admission, view: () => ({ ...admission(), slots: { audio: 3, video: 9 } }) },
  cardea_1_slot: { page: 'cardea', view: () => ({ ...admission(), slots: { audio: 1, video: 1 } }) },
  videoroom: {
    send: () => ({ url: janus.wsUrl, room: 1, feed: 7 }),
    view: () => ({ url: janus.wsUrl, room: 1, feed: 7 }),
  },
};

async function startSender(role, name) {
  const sender = await browser.person(role);
  await sender.page.goto(site.url);
  await sender.page.evaluate(async ([plugin, options]) => {
    const { send } = await import('/firstframe.js');
    await send[plugin](options);
  }, [name, ways[name].send()]);
}

/** One viewer in a page of its own; null when no frame came in time. */
async function runViewer(name) {
  const viewer = await browser.person(CAST.cleo);
  try {
    await viewer.page.goto(site.url);
    await viewer.page.evaluate(() => import('/firstframe.js'));
    return await viewer.page.evaluate(async ([plugin, options, deadline]) => {
      const { view } = await import('/firstframe.js');
      const late = new Promise((resolve) => setTimeout(resolve, deadline, null));
      return Promise.race([view[plugin](options), late]);
    }, [ways[name].page ?? name, ways[name].view(), RUN_DEADLINE_MS]);
  } finally {
    await viewer.close();
  }
}

const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
let delivered = 0;
try {
  await control.openRoom(ROOM);
  await startSender(CAST.ada, 'cardea');
  await startSender(CAST.ben, 'videoroom');
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  for (const name of Object.keys(ways)) await runViewer(name); // caches and code warm, for both
  for (let run = 0; run < RUNS; run += 1) {
    for (const name of Object.keys(ways)) {
      const ms = await runViewer(name);
      if (ms === null) continue;
      times[name].push(ms);
      delivered += 1;
    }
  }
} finally {
  await browser.close();
  await control.close();
  await videoRoom.close();
  await janus.stop();
  await site.close();
  fs.rmSync(pluginDir, { recursive: true });
}

const phase = (name, field) => median(times[name].map((run) => run[field]));
for (const [name, runs] of Object.entries(times)) {
  const frames = runs.map(({ frame }) => frame);
  console.log(`${name}: ${runs.length} runs; offer ${phase(name, 'offer').toFixed(1)}, connected `
    + `${phase(name, 'connected').toFixed(1)}, frame ${median(frames).toFixed(1)} ms `
    + `(${Math.min(...frames).toFixed(1)} to ${Math.max(...frames).toFixed(1)})`);
}
report({
  first_frame_ms: phase('cardea', 'frame'),
  first_frame_1_slot_ms: phase('cardea_1_slot', 'frame'),
  videoroom_first_frame_ms: phase('videoroom', 'frame'),
  first_frame_ratio: phase('cardea', 'frame') / phase('videoroom', 'frame'),
}, { delivered, expected: RUNS * Object.keys(ways).length });
