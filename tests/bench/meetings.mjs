// Meetings of native peers for media.mjs: the same people with the same streams, in a Cardea room
// and in two ways in a VideoRoom. Each fills a room of a Janus that runs no other plugin.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PLUGIN_DIR } from '../support/build.mjs';
import { Control, startJanus } from '../support/janus.mjs';
import { CardeaPerson } from '../support/peers.mjs';
import { openVideoRoom, VIDEOROOM_FILE, VideoRoomPerson } from '../support/videoroom.mjs';

const VIDEOROOM_ID = 1;
const DRAIN_POLL_MS = 100;
const MAX_DRAIN_POLLS = 50;
const PEOPLE_PER_LOOP = 32;
const isAudio = ({ kind }) => kind === 'microphone';

/** A folder with nothing but one plugin. */
function folderOf(file) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cardea-plugin-'));
  fs.symlinkSync(file, path.join(folder, path.basename(file)));
  return folder;
}

/** Who @p person shows when each shows the first who came: { audio: [person], video: [person] }. */
function firstOthers(people, person, slots) {
  const others = people.filter((other) => other !== person);
  return { audio: others.slice(0, slots.audio), video: others.slice(0, slots.video) };
}

/**
 * What somebody sends while the meeting forms: only the first one, which everybody shows, so that
 * joins are measured with the same load everywhere, and a mesh that is too much forms at all.
 */
function atFirst(sender, tracks) {
  return sender === 1 ? tracks : tracks.map((track) => ({ ...track, paused: true }));
}

/** In which event loop the gateway has people in a room (signaling/session/tunnel_server.c). */
const loopOf = (sender, loops) => Math.floor((sender - 1) / PEOPLE_PER_LOOP) % loops;

async function fillCardea(janus, { peers, n, tracks, slots, sample, loops }) {
  const control = await Control.open(janus);
  await control.openRoom('bench');
  const people = [];
  for (let sender = 1; sender <= n; sender += 1) {
    people.push(await CardeaPerson.join({
      janus, control, peers, room: 'bench', sender, tracks: atFirst(sender, tracks), slots, sample, loop: loopOf(sender, loops),
    }));
  }
  return people;
}

/** Everybody receives everybody: who comes subscribes to all, and all to them. */
async function fillMesh(janus, { peers, n, tracks, sample }) {
  await openVideoRoom(janus, VIDEOROOM_ID, n);
  const people = [];
  for (let sender = 1; sender <= n; sender += 1) {
    const newcomer = await VideoRoomPerson.join({ janus, peers, room: VIDEOROOM_ID, sender, tracks: atFirst(sender, tracks), sample });
    await Promise.all([
      ...people.map((person) => person.follow([{ feed: sender }])),
      ...(people.length > 0 ? [newcomer.follow(people.map(({ id }) => ({ feed: id })))] : []),
    ]);
    people.push(newcomer);
  }
  return people;
}

/** Everybody receives as many as Cardea's slots carry, and subscribes once. */
async function fillSameSlots(janus, { peers, n, tracks, slots, sample }) {
  await openVideoRoom(janus, VIDEOROOM_ID, n);
  const people = [];
  for (let sender = 1; sender <= n; sender += 1) {
    people.push(await VideoRoomPerson.join({ janus, peers, room: VIDEOROOM_ID, sender, tracks: atFirst(sender, tracks), sample }));
  }
  const mid = (audio) => String(tracks.findIndex((track) => isAudio(track) === audio));
  for (const person of people) {
    const shown = firstOthers(people, person, slots);
    await person.follow([
      ...shown.audio.map(({ id }) => ({ feed: id, mid: mid(true) })),
      ...shown.video.map(({ id }) => ({ feed: id, mid: mid(false) })),
    ]);
  }
  return people;
}

/** What is on its way arrives or is lost: afterwards sums are exact. */
export async function drain(peers) {
  let before;
  let now = (await peers.totals()).received;
  for (let polls = 0; now !== before && polls < MAX_DRAIN_POLLS; polls += 1) {
    await sleep(DRAIN_POLL_MS);
    before = now;
    now = (await peers.totals()).received;
  }
}

const limited = (n, slots) => ({ audio: Math.min(n - 1, slots.audio), video: Math.min(n - 1, slots.video) });

/** By name: the plugin's file, how the room is filled, and how many streams each receives. */
export const WAYS = {
  cardea: { file: path.join(PLUGIN_DIR, 'libjanus_cardea.so'), fill: fillCardea, shown: limited },
  videoroom: { file: VIDEOROOM_FILE, fill: fillMesh, shown: (n) => ({ audio: n - 1, video: n - 1 }) },
  same_slots: { file: VIDEOROOM_FILE, fill: fillSameSlots, shown: limited },
};

/** Janus with the plugin of a way alone: { janus, close }. */
export async function startWay({ file }, eventLoops) {
  const pluginDir = folderOf(file);
  const janus = await startJanus({ pluginDir, eventLoops, stopTimeoutMs: 60000 });
  return {
    janus,
    close: async () => {
      await janus.stop();
      fs.rmSync(pluginDir, { recursive: true });
    },
  };
}
