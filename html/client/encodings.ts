/**
 * What a sender encodes: the layers of a camera by the size of its picture, and the one encoding of
 * everything else. Pure.
 */

import type { SourceKind } from './types.ts';

export interface Size {
  width: number;
  height: number;
}

/** Of the layers, high to low. */
const RIDS = ['h', 'm', 'l'];
/** What is captured unless the device has less; also what a camera that is off may turn out to be. */
export const CAMERA_SIZE: Size = { width: 1280, height: 720 };
export const SCREEN_FRAME_RATE = 15;

/** Pictures from this size on, both ways round, have so many layers. */
const LAYERS: readonly (Size & { layers: number })[] = [
  { width: 960, height: 540, layers: 3 },
  { width: 480, height: 270, layers: 2 },
];
/** Bits per second of a layer from this height on. */
const BITRATES: readonly { height: number; maxBitrate: number }[] = [
  { height: 1080, maxBitrate: 2_500_000 },
  { height: 720, maxBitrate: 1_500_000 },
  { height: 540, maxBitrate: 1_000_000 },
  { height: 360, maxBitrate: 500_000 },
  { height: 270, maxBitrate: 300_000 },
  { height: 180, maxBitrate: 150_000 },
];
const LOWEST_BITRATE = 100_000;

/** The encodings to offer, high to low. Their number is fixed from then on. */
export function initialEncodings(
  kind: SourceKind,
  size: Size,
  layered = true,
): RTCRtpEncodingParameters[] {
  switch (kind) {
    case 'microphone':
      return [{ maxBitrate: 40_000 }];
    case 'screen_audio':
      return [{ maxBitrate: 64_000 }];
    case 'screen':
      return [{ maxBitrate: 2_500_000, maxFramerate: SCREEN_FRAME_RATE }];
    case 'camera': {
      const layers = layered ? layersOf(size) : 1;
      const rids = layers > 1 ? RIDS.slice(0, layers) : [];
      return cameraEncodings(rids.length > 0 ? rids.map((rid) => ({ rid })) : [{}], size, null);
    }
  }
}

/**
 * The same encodings for a picture of this size: those that are too many for it pause, and so do
 * those that nobody watches (null: all are watched), but for the lowest that is left. The first ones
 * are used, because Chromium drops the last ones of a small picture.
 */
export function cameraEncodings(
  encodings: readonly RTCRtpEncodingParameters[],
  size: Size,
  watched: ReadonlySet<string> | null,
): RTCRtpEncodingParameters[] {
  const lowest = Math.min(encodings.length, layersOf(size)) - 1;
  return encodings.map((encoding, index) => {
    const scaleResolutionDownBy = 2 ** index;
    const wanted = !watched || watched.has(encoding.rid ?? '');
    return {
      ...encoding,
      active: index === lowest || (index < lowest && wanted),
      scaleResolutionDownBy,
      maxBitrate: bitrateOf(shortSide(size) / scaleResolutionDownBy),
    };
  });
}

function layersOf(size: Size): number {
  const long = Math.max(size.width, size.height);
  const short = shortSide(size);
  return LAYERS.find(({ width, height }) => long >= width && short >= height)?.layers ?? 1;
}

function bitrateOf(lines: number): number {
  return BITRATES.find(({ height }) => lines >= height)?.maxBitrate ?? LOWEST_BITRATE;
}

function shortSide({ width, height }: Size): number {
  return Math.min(width, height);
}
