import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAMERA_SIZE, cameraEncodings, initialEncodings } from '../client/encodings.ts';

const HD = { width: 1280, height: 720 };
const layers = (encodings: RTCRtpEncodingParameters[]) =>
  encodings.map(({ rid, active, scaleResolutionDownBy, maxBitrate }) => [
    rid,
    active,
    scaleResolutionDownBy,
    maxBitrate,
  ]);
const active = (encodings: RTCRtpEncodingParameters[]) =>
  encodings.filter((encoding) => encoding.active).map(({ rid }) => rid);

test('a camera offers as many layers as its picture is worth, high to low', () => {
  const hd = [
    ['h', true, 1, 1_500_000],
    ['m', true, 2, 500_000],
    ['l', true, 4, 150_000],
  ];
  assert.deepEqual(layers(initialEncodings('camera', HD)), hd);
  assert.deepEqual(layers(initialEncodings('camera', CAMERA_SIZE)), hd, 'while it is off');
  assert.equal(initialEncodings('camera', { width: 960, height: 540 }).length, 3);
  assert.deepEqual(layers(initialEncodings('camera', { width: 640, height: 360 })), [
    ['h', true, 1, 500_000],
    ['m', true, 2, 150_000],
  ]);
  assert.equal(initialEncodings('camera', { width: 480, height: 270 }).length, 2);
  assert.deepEqual(layers(initialEncodings('camera', { width: 320, height: 180 })), [
    [undefined, true, 1, 150_000],
  ]);
  assert.deepEqual(layers(initialEncodings('camera', HD, false)), [
    [undefined, true, 1, 1_500_000],
  ]);
  assert.equal(initialEncodings('camera', { width: 720, height: 1280 }).length, 3, 'upright');
  assert.equal(initialEncodings('camera', { width: 4000, height: 400 }).length, 2, 'a strip');
});

test('everything else has one encoding without a name', () => {
  for (const kind of ['microphone', 'screen', 'screen_audio'] as const) {
    const encodings = initialEncodings(kind, HD);
    assert.deepEqual([encodings.length, encodings[0]?.rid], [1, undefined], kind);
  }
});

test('a smaller picture has fewer layers, a larger one all again', () => {
  const offered = initialEncodings('camera', HD);
  const small = cameraEncodings(offered, { width: 640, height: 360 }, null);
  assert.deepEqual(layers(small).slice(0, 2), [
    ['h', true, 1, 500_000],
    ['m', true, 2, 150_000],
  ]);
  assert.deepEqual(active(small), ['h', 'm']);
  const tiny = cameraEncodings(small, { width: 320, height: 180 }, null);
  assert.deepEqual(active(tiny), ['h']);
  assert.deepEqual(layers(cameraEncodings(tiny, HD, null)), layers(offered));

  const two = initialEncodings('camera', { width: 640, height: 360 });
  assert.deepEqual(layers(cameraEncodings(two, HD, null)), [
    ['h', true, 1, 1_500_000],
    ['m', true, 2, 500_000],
  ]);
});

test('layers that nobody watches pause, the lowest never', () => {
  const offered = initialEncodings('camera', HD);
  assert.deepEqual(active(cameraEncodings(offered, HD, new Set(['l']))), ['l']);
  assert.deepEqual(active(cameraEncodings(offered, HD, new Set(['l', 'h']))), ['h', 'l']);
  assert.deepEqual(active(cameraEncodings(offered, HD, new Set())), ['l']);
  const small = { width: 640, height: 360 };
  assert.deepEqual(active(cameraEncodings(offered, small, new Set(['l', 'h']))), ['h', 'm']);
  assert.deepEqual(active(cameraEncodings(offered, small, new Set(['l']))), ['m']);
});

test('a line that the plugin takes as one layer is never paused', () => {
  const [only] = initialEncodings('camera', HD);
  assert.ok(only);
  assert.deepEqual(active(cameraEncodings([only], HD, new Set())), ['h']);
});
