// The publish side: a camera in layers, layers that pause, the codec of the room's policy, and a
// screen with its sound, all on lines that were negotiated once.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBare } from '../support/bare.mjs';
import { CAST, eventually } from '../support/browser.mjs';

const { ada, ben, emil } = CAST;
const HD = { width: 1280, height: 720 };
const SMALL = { width: 640, height: 360 };

let bare;

before(async () => {
  bare = await startBare();
});

afterEach(() => bare?.browser.clear());

after(async () => {
  assert.deepEqual(await bare?.stop(), { code: 0, signal: null }, 'Janus ends in an orderly way');
});

/** What goes out on the second line: the encodings of the camera. */
const camera = async (person) =>
  (await person.page.evaluate(() => window.cardeaPeers.outbound()))
    .filter(({ kind, stream }) => kind === 'video' && stream.endsWith(':1'));

/**
 * Waits until the plugin receives exactly these layers of the camera, low to high, each twice as
 * high as the one before, and wants those. How high they are is up to the browser, which scales
 * down when it is busy.
 */
function arrive(role, room, rids, wants = null) {
  let last = [];
  return eventually(
    () => bare.source(role, room, 'camera'),
    ({ layers }) => {
      const before = last;
      last = layers;
      const arriving = layers.filter(({ packets }, i) => packets > (before[i]?.packets ?? packets));
      assert.deepEqual(arriving.map(({ rid }) => rid), rids);
      if (wants) assert.deepEqual(layers.map(({ wanted }) => wanted), wants);
      for (const [i, { height }] of arriving.entries()) {
        assert.ok(Math.abs(height - arriving[0].height * 2 ** i) <= 2 ** i, 'heights in steps of two');
      }
    },
    { what: `the layers of ${role.name}`, timeoutMs: 60_000 },
  );
}

/** The page is not told which layers are watched, so that it sends all. */
async function deaf(page) {
  await page.routeWebSocket(/^ws:/, (socket) => {
    socket.connectToServer().onMessage((text) => {
      socket.send(text.replace('"event":"layers"', '"event":"unheard"'));
    });
  });
}

/** What was called on the publish connection, once all stand. */
const publishCalls = async (person) =>
  (await person.connected()).find(({ createOffer }) => createOffer > 0);

/** What a person sees of Ada: the height of the picture. */
const heightOfAda = async (person) =>
  (await person.see()).find(({ name }) => name === ada.name)?.height ?? 0;

const watchAda = (person, height) =>
  person.page.evaluate((lines) =>
    window.meeting.watch([{ participant: 'seat-ada', kind: 'camera', height: lines }]), height);

const useCamera = (person, size) =>
  person.page.evaluate(async (captured) => {
    window.cardeaDevices.setSize(captured);
    await window.meeting.media.selectDevice('camera', 'camera-1');
  }, size);

test('a camera of 1280x720 is sent in three layers of one offer', async () => {
  await bare.control.openRoom('hd');
  const a = await bare.enter(ada, 'hd', { ...HD, prepare: deaf });
  await arrive(ada, 'hd', ['l', 'm', 'h']);
  assert.deepEqual((await camera(a)).map(({ codec }) => codec), Array(3).fill('video/VP8'));
  assert.equal((await publishCalls(a)).createOffer, 1);
});

test('one of 640x360 in two, and a small device in place of a large one without an offer', async () => {
  await bare.control.openRoom('small');
  const [a, b] = await Promise.all([
    bare.enter(ada, 'small', { ...SMALL, prepare: deaf }),
    bare.enter(ben, 'small', { ...HD, prepare: deaf }),
  ]);
  await arrive(ada, 'small', ['m', 'h']);
  await arrive(ben, 'small', ['l', 'm', 'h']);
  const calls = await publishCalls(b);
  await useCamera(b, SMALL);
  await arrive(ben, 'small', ['m', 'h']);
  await a.sees([ben]);
  await useCamera(b, HD);
  await arrive(ben, 'small', ['l', 'm', 'h']);
  await a.sees([ben]);
  assert.deepEqual(await publishCalls(b), calls);
});

test('a camera that is off at first comes in three layers', async () => {
  await bare.control.openRoom('late');
  const a = await bare.enter(ada, 'late', { ...HD, open: false, prepare: deaf });
  const calls = await publishCalls(a);
  await a.page.evaluate(() => window.meeting.media.setCamera(true));
  await arrive(ada, 'late', ['l', 'm', 'h']);
  assert.deepEqual(await publishCalls(a), calls);
});

test('a layer that nobody watches stops, and comes back with a key frame', async () => {
  await bare.control.openRoom('pause');
  const [a, b] = await Promise.all([bare.enter(ada, 'pause', HD), bare.enter(ben, 'pause')]);
  const calls = await publishCalls(a);
  const top = async () =>
    (await camera(a)).find(({ rid }) => rid === 'h') ?? { packetsSent: 0, keyFramesEncoded: 0 };
  await watchAda(b, 90);
  await arrive(ada, 'pause', ['l'], [true, false, false]);
  const paused = await top();
  await arrive(ada, 'pause', ['l'], [true, false, false]);
  assert.equal((await top()).packetsSent, paused.packetsSent, 'nothing of it is sent');
  const low = await eventually(() => heightOfAda(b), assert.ok, { what: 'a picture of Ada' });

  await watchAda(b, 720);
  await eventually(() => heightOfAda(b), (height) => assert.ok(height > 2 * low, `from ${low}`), {
    what: 'a higher picture', timeoutMs: 60_000,
  });
  assert.ok((await top()).keyFramesEncoded > paused.keyFramesEncoded, 'a key frame');
  await watchAda(b, 90);
  await arrive(ada, 'pause', ['l'], [true, false, false]);
  assert.deepEqual(await publishCalls(a), calls);
});

test('a moderator mutes: the source is off where its user sees it, until they switch it on', async () => {
  await bare.control.openRoom('mute');
  const [a, b] = await Promise.all([bare.enter(ada, 'mute'), bare.enter(ben, 'mute')]);
  await b.hears([ada]);
  await bare.control.request({
    request: 'mute', room: 'mute', epoch: 1, seat: 'seat-ada', kind: 'microphone',
  });
  await b.hears([]);
  const active = () => a.page.evaluate(() => window.meeting.media.active('microphone'));
  await eventually(active, (on) => assert.equal(on, false), { what: 'off at Ada' });
  await a.page.evaluate(() => window.meeting.media.setMicrophone(true));
  await b.hears([ada]);
});

for (const codec of ['h264', 'vp9', 'av1']) {
  test(`a room for ${codec} has it in one layer`, async () => {
    const room = `only-${codec}`;
    await bare.control.openRoom(room, { policy: { video_codecs: [codec, 'vp8'] } });
    const [a, b] = await Promise.all([bare.enter(ada, room, SMALL), bare.enter(ben, room, SMALL)]);
    await Promise.all([a.sees([ben]), b.sees([ada])]);
    const sent = (await camera(a)).filter(({ packetsSent }) => packetsSent > 0);
    assert.deepEqual(sent.map((row) => row.codec.toLowerCase()), [`video/${codec}`]);
    const source = await bare.source(ada, room, 'camera');
    assert.deepEqual([source.codec, source.layers.length], [codec, 1]);
  });
}

test('a screen with its sound starts and stops without an offer', async () => {
  await bare.control.openRoom('screen');
  const [a, b] = await Promise.all([
    bare.enter(ada, 'screen', { screen: emil }), bare.enter(ben, 'screen'),
  ]);
  await Promise.all([b.sees([ada]), b.hears([ada])]);
  const calls = await publishCalls(a);
  await a.page.evaluate(() => window.meeting.media.setScreen(true));
  await b.sees([ada, emil]);
  await b.hears([ada, emil]);
  // Muted, Ada's screen goes on to sound, and nobody is said to speak.
  await Promise.all([a, b].map(({ page }) => page.evaluate(() => window.meeting.media.setMicrophone(false))));
  await b.hears([emil]);
  await eventually(() => b.page.evaluate(() => window.meeting.speaking.speaking), (ids) =>
    assert.deepEqual(ids, []), { what: 'nobody speaks' });
  const roster = await b.page.evaluate(() => window.meeting.participants.get('seat-ada').sources);
  assert.deepEqual(roster.find(({ kind }) => kind === 'screen_audio'), { kind: 'screen_audio', active: true });
  await a.page.evaluate(() => window.meeting.media.setScreen(false));
  await b.sees([ada]);
  await b.hears([]);
  assert.deepEqual(await publishCalls(a), calls);
});
