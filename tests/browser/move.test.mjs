// A page is moved to another room: it hears and sees the people there and not those it left, on the
// same connections and without a word of SDP. How long ears and eyes get nothing is printed.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST, eventually } from '../support/browser.mjs';

const { ada, ben, cleo } = CAST;
const GOAL_MS = 200;
let bare;

before(async () => {
  bare = await startBare();
});

afterEach(() => bare?.browser.clear());

after(async () => {
  assert.deepEqual(await bare?.stop(), { code: 0, signal: null });
});

const seatOf = (role) => `seat-${role.name.toLowerCase()}`;

function moveTo(role, from, to) {
  const sub = seatOf(role);
  const token = bare.control.token({ room: to, sub, client_id: sub, name: role.name });
  return bare.control.request({ request: 'move', room: from, epoch: 1, seat: sub, token });
}

const names = (person) =>
  person.page.evaluate(() => [...window.meeting.participants.values()].map(({ name }) => name).sort());

/** Notes when each picture of a remote video appears, from now on. */
const watchPictures = (person) => person.page.evaluate(() => {
  window.pictures = [];
  const received = window.cardeaPeers.receiverTracks();
  for (const video of document.querySelectorAll('video')) {
    if (!video.srcObject?.getVideoTracks().some((track) => received.has(track))) continue;
    const note = (now) => {
      window.pictures.push(performance.timeOrigin + now);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  }
});

/** The longest time without anything in @p times (ms, any order) that overlaps [from, to]. */
function longestGap(times, from, to) {
  const sorted = [...times].sort((a, b) => a - b);
  let longest = 0;
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] > from && sorted[i - 1] < to) longest = Math.max(longest, sorted[i] - sorted[i - 1]);
  }
  return longest;
}

/** When audio packets came to this person, on whatever line. */
async function arrivals(person) {
  const logs = Object.entries(await person.packets()).filter(([stream]) => !stream.endsWith(':sent'));
  return logs.flatMap(([, log]) => log.map(({ at }) => at));
}

test('who is moved hears and sees the other room at once, and nobody of the old one', async () => {
  for (const room of ['hall', 'annex']) await bare.control.openRoom(room);
  const [a, b, c] = await Promise.all([
    bare.enter(ada, 'hall', { packetLog: true }), bare.enter(ben, 'hall'), bare.enter(cleo, 'annex'),
  ]);
  await Promise.all([a.sees([ben]), b.sees([ada]), a.hears([ben]), b.hears([ada]), c.sees([]), c.hears([])]);
  const before = await Promise.all([a, b, c].map((person) => person.negotiated()));
  const told = a.page.evaluate(() => new Promise((resolve) => window.meeting.on('moved', resolve)));
  const rounds = [['hall', 'annex'], ['annex', 'hall'], ['hall', 'annex']];
  for (const [from, to] of rounds) {
    const [there, left] = to === 'annex' ? [c, b] : [b, c];
    await watchPictures(a);
    // Both lines carry for a while what the gap is measured against.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const start = Date.now();
    await moveTo(ada, from, to);
    const answered = Date.now();
    await Promise.all([a.sees([there.role]), there.sees([ada]), left.sees([])]);
    await Promise.all([a.hears([there.role]), there.hears([ada]), left.hears([])]);
    assert.deepEqual(await Promise.all([a, there, left].map(names)), [[there.name], ['Ada'], []]);
    const heard = await arrivals(a);
    const seen = await a.page.evaluate(() => window.pictures);
    // What the machine itself leaves out, beside what the move does.
    const [sound, picture] = [heard, seen].map((times) => longestGap(times, start, answered + 1000));
    const usual = [heard, seen].map((times) => longestGap(times, start - 900, start - 100).toFixed(0));
    console.log(`move to ${to}: answered after ${answered - start} ms; no sound for ${sound.toFixed(0)} ms, before it `
      + `${usual[0]}; no picture for ${picture.toFixed(0)} ms, before it ${usual[1]} (goal ${GOAL_MS})`);
    assert.ok(Math.max(sound, picture) < 5 * GOAL_MS);
  }
  assert.equal(await told, 'annex');
  assert.deepEqual(await Promise.all([a, b, c].map((person) => person.counters())), before, 'no SDP, no new connection');
});
