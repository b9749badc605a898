import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Channel } from '../client/channel.ts';
import { LocalMedia } from '../client/local.ts';
import { Publisher } from '../client/publisher.ts';
import type { JoinedAnswer, SourceKind } from '../client/types.ts';
import { FakeDevices } from './support/devices.ts';
import { FakeGateway, type FakePeerConnection } from './support/gateway.ts';
import { until } from './support/until.ts';

const RIGHTS = ['microphone', 'camera', 'screen'] as const;
const LINES: SourceKind[] = ['microphone', 'camera', 'screen', 'screen_audio'];

let devices: FakeDevices;
let media: LocalMedia;
let publisher: Publisher;
let requests: Record<string, unknown>[];
let deliver: Record<string, (message: unknown) => void>;

beforeEach(() => {
  new FakeGateway().install();
  devices = new FakeDevices();
  devices.install();
  media = new LocalMedia();
  requests = [];
  deliver = {};
  publisher = new Publisher(media);
  publisher.bind({
    on: (name: string, listener: (message: unknown) => void) => {
      deliver[name] = listener;
    },
    trickle: () => {},
    request: async (body: Record<string, unknown>) => {
      requests.push(body);
      const servers = { stun_servers: [], turn_servers: [] };
      if (body.request !== 'publish') return { data: { cardea: 'ok', ...servers }, jsep: null };
      const tracks = (body.tracks as object[]).map((track) => ({ ...track, accepted: true }));
      return { data: { tracks }, jsep: { type: 'answer', sdp: 'v=0' } };
    },
  } as unknown as Channel);
});

afterEach(() => publisher.close());

const named = (request: string) => requests.filter((body) => body.request === request);
const told = () => named('source').map(({ kind, active }) => [kind, active]);

function sender(kind: SourceKind) {
  const { senders } = publisher.peer.pc as unknown as FakePeerConnection;
  const found = senders[LINES.indexOf(kind)];
  assert.ok(found, kind);
  return found;
}

const activeLayers = () =>
  sender('camera').encodings.flatMap(({ rid, active }) => (active ? [rid] : []));

async function published(): Promise<void> {
  publisher.start(RIGHTS);
  await until('published', () => named('publish').length === 1);
  await until('answered', () => publisher.peer.pc.remoteDescription !== null);
}

test('a screen with its sound is shared on lines that were there', async () => {
  await published();
  await media.setScreen(true);
  await until('told', () => told().length === 2);
  assert.deepEqual(told(), [
    ['screen', true],
    ['screen_audio', true],
  ]);
  assert.equal(sender('screen').track?.contentHint, 'detail');
  assert.equal(sender('screen_audio').track?.contentHint, 'music');
  const audio = devices.asked[0]?.audio as MediaTrackConstraints;
  assert.deepEqual(
    [audio.echoCancellation, audio.noiseSuppression, audio.autoGainControl],
    [false, false, false],
  );
  assert.equal(named('publish').length, 1, 'no negotiation');

  await media.setScreen(false);
  await until('told', () => told().length === 4);
  assert.deepEqual([sender('screen').track, sender('screen_audio').track], [null, null]);
  assert.deepEqual(
    devices.tracks.map(({ readyState }) => readyState),
    ['ended', 'ended'],
  );
});

test('a screen without sound, and one that the browser ends', async () => {
  await published();
  devices.sound = false;
  await media.setScreen(true);
  await until('told', () => told().length === 1);
  assert.deepEqual([media.active('screen'), media.active('screen_audio')], [true, false]);
  await media.setScreen(false);

  devices.sound = true;
  await media.setScreen(true);
  assert.equal(media.active('screen_audio'), true);
  devices.tracks
    .find(({ kind, readyState }) => kind === 'video' && readyState === 'live')
    ?.onended?.();
  assert.deepEqual([media.active('screen'), media.active('screen_audio')], [false, false]);
});

test('only watched layers are sent, and all that fit after a new device', async () => {
  await media.setCamera(true);
  await published();
  assert.deepEqual(activeLayers(), ['h', 'm', 'l']);
  deliver.event?.({ event: 'layers', kind: 'screen', rids: [] });
  deliver.event?.({ event: 'layers', kind: 'camera', rids: ['l'] });
  await until('paused', () => activeLayers().length === 1);
  deliver.event?.({ event: 'layers', kind: 'camera', rids: ['l', 'm', 'h'] });
  await until('resumed', () => activeLayers().length === 3);

  devices.size = { width: 640, height: 360 };
  await media.selectDevice('camera', 'small');
  await until('smaller', () => activeLayers().length === 2);
  assert.deepEqual(activeLayers(), ['h', 'm']);
  assert.equal(named('publish').length, 1, 'no negotiation');
});

test('what a moderator has muted is off until its user switches it on', async () => {
  await media.open();
  await published();
  deliver.event?.({ event: 'muted', kind: 'microphone' });
  await until('muted', () => !media.active('microphone'));
  assert.equal(media.active('camera'), true);
  assert.deepEqual(told(), [], 'the plugin knows');
  await media.setMicrophone(true);
  await until('told', () => told().length === 1);
  assert.deepEqual(told(), [['microphone', true]]);
});

test('a mute and layers that were missed are learnt from sync, and nothing is undone', async () => {
  await media.open();
  await published();
  await until('confirmed', () => sender('microphone').track !== null);
  deliver.synced?.({
    participant: { publish: RIGHTS },
    offer: 1,
    tracks: LINES.map((kind, mid) => ({
      mid: String(mid),
      kind,
      active: kind === 'camera',
      ...(kind === 'camera' ? { rids: ['l'] } : {}),
    })),
  });
  await until('paused', () => activeLayers().length === 1);
  await until('muted', () => !media.active('microphone'));
  assert.deepEqual([media.active('camera'), told()], [true, []]);
});

test('a room without VP8 has the camera in one encoding', async () => {
  publisher.configure({
    video_codecs: ['h264'],
    stun_servers: [],
    turn_servers: [],
  } as unknown as JoinedAnswer);
  await published();
  assert.deepEqual(
    sender('camera').encodings.map(({ rid }) => rid),
    [undefined],
  );
});

test('an offer makes all layers watched', async () => {
  await media.setCamera(true);
  await published();
  deliver.event?.({ event: 'layers', kind: 'camera', rids: ['l'] });
  await until('paused', () => activeLayers().length === 1);
  await publisher.restart();
  await until('resumed', () => activeLayers().length === 3);
});
