/**
 * The microphone, camera and screen of this page, with the sound of the screen where the user shares
 * it: what is captured, and what the user wants to be heard and seen of it. It knows no meeting, so that a preview can use it before there is one; a
 * meeting follows its `change` events.
 */

import { CAMERA_SIZE, SCREEN_FRAME_RATE, type Size } from './encodings.ts';
import { CardeaError, toCardeaError } from './errors.ts';
import { Emitter } from './events.ts';
import type { SourceKind } from './types.ts';

export type DeviceKind = 'microphone' | 'camera';
/** What the user is asked for at once. */
type CaptureKind = DeviceKind | 'screen';

export interface DeviceList {
  microphone: MediaDeviceInfo[];
  camera: MediaDeviceInfo[];
}

const CAMERA: MediaTrackConstraints = {
  width: { ideal: CAMERA_SIZE.width },
  height: { ideal: CAMERA_SIZE.height },
  frameRate: { ideal: 30, max: 30 },
};
const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};
/** Music and films as they are. */
const SCREEN_AUDIO: MediaTrackConstraints = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};
const CONTENT_HINTS: Record<SourceKind, string> = {
  microphone: 'speech',
  camera: 'motion',
  screen: 'detail',
  screen_audio: 'music',
};

export class LocalMedia extends Emitter<{
  /** A source has another track, or was switched on or off. */
  change: [SourceKind];
  /** Devices were plugged in or out, or their names became readable. */
  devices: [];
}> {
  readonly #tracks: Record<SourceKind, MediaStreamTrack | null> = {
    microphone: null,
    camera: null,
    screen: null,
    screen_audio: null,
  };
  readonly #wanted: Record<SourceKind, boolean> = {
    microphone: false,
    camera: false,
    screen: false,
    screen_audio: false,
  };
  readonly #acquiring: Partial<Record<CaptureKind, Promise<void>>> = {};
  readonly #deviceIds: Record<DeviceKind, string | null> = { microphone: null, camera: null };

  constructor() {
    super();
    navigator.mediaDevices?.addEventListener('devicechange', () => this.emit('devices'));
  }

  /** Browsers give devices to pages from https and localhost only. */
  static get supported(): boolean {
    return typeof navigator.mediaDevices?.getUserMedia === 'function';
  }

  track(kind: SourceKind): MediaStreamTrack | null {
    return this.#tracks[kind];
  }

  /** Whether others are to hear or see this source now. */
  active(kind: SourceKind): boolean {
    return this.#wanted[kind] && this.#tracks[kind]?.readyState === 'live';
  }

  /** Of the camera's picture; while it is off, what it will probably be. */
  get cameraSize(): Size {
    const { width, height } = this.#tracks.camera?.getSettings() ?? {};
    return width && height ? { width, height } : CAMERA_SIZE;
  }

  deviceId(kind: DeviceKind): string | null {
    return this.#tracks[kind]?.getSettings().deviceId ?? this.#deviceIds[kind];
  }

  async listDevices(): Promise<DeviceList> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return {
      microphone: devices.filter((device) => device.kind === 'audioinput' && device.deviceId),
      camera: devices.filter((device) => device.kind === 'videoinput' && device.deviceId),
    };
  }

  /**
   * Asks for microphone and camera with one question to the user and switches both on. Whatever can
   * be had is used; rejects with the first error if one is missing.
   */
  async open(): Promise<void> {
    this.#wanted.microphone = true;
    this.#wanted.camera = true;
    try {
      const stream = await capture({
        audio: this.#constraints('microphone'),
        video: this.#constraints('camera'),
      });
      for (const track of stream.getAudioTracks()) this.#adopt('microphone', track);
      for (const track of stream.getVideoTracks()) this.#adopt('camera', track);
    } catch (reason) {
      const error = toCardeaError(reason);
      if (error.code === 'device_insecure') throw error;
      const kinds: DeviceKind[] = ['microphone', 'camera'];
      const usable = await Promise.all(
        // After a refusal only what is allowed anyway is tried, without a second question.
        kinds.map((kind) => error.code !== 'device_denied' || isGranted(kind)),
      );
      await Promise.allSettled(
        kinds.map((kind, index) => (usable[index] ? this.#acquire(kind) : undefined)),
      );
      throw error;
    } finally {
      this.#forgetMissing();
      this.emit('devices');
    }
  }

  /** Takes effect at once when it mutes. The track stays, so that unmuting does too. */
  async setMicrophone(on: boolean): Promise<void> {
    this.#wanted.microphone = on;
    const track = this.#tracks.microphone;
    if (track) {
      track.enabled = on;
      this.emit('change', 'microphone');
    } else if (on) {
      await this.#acquireOnce('microphone');
    }
  }

  /** Off releases the camera, so that its light goes out. */
  async setCamera(on: boolean): Promise<void> {
    await this.#switch('camera', on);
  }

  /** With its sound, if the user shares that too. */
  async setScreen(on: boolean): Promise<void> {
    this.#wanted.screen_audio = on;
    if (!on) this.#release('screen_audio');
    await this.#switch('screen', on);
  }

  /** As its user would; it stays off until they switch it on. */
  async switchOff(kind: SourceKind): Promise<void> {
    if (kind === 'microphone') await this.setMicrophone(false);
    else if (kind === 'camera') await this.setCamera(false);
    else await this.setScreen(false);
  }

  /** For a moderator; a screen is shared by whoever sits in front of it only. */
  async switchOn(kind: SourceKind): Promise<void> {
    if (kind === 'microphone') await this.setMicrophone(true);
    else if (kind === 'camera') await this.setCamera(true);
  }

  /** Changes the device now if the source is on, else at the next time. */
  async selectDevice(kind: DeviceKind, deviceId: string): Promise<void> {
    this.#deviceIds[kind] = deviceId;
    if (!this.#tracks[kind]) return;
    if (kind === 'camera') this.#release('camera');
    await this.#acquire(kind);
  }

  /** Releases all devices. They can be switched on again. */
  release(): void {
    for (const kind of ['microphone', 'camera', 'screen', 'screen_audio'] as const) {
      this.#wanted[kind] = false;
      this.#release(kind);
    }
  }

  async #switch(kind: 'camera' | 'screen', on: boolean): Promise<void> {
    this.#wanted[kind] = on;
    if (!on) this.#release(kind);
    else if (!this.#tracks[kind]) await this.#acquireOnce(kind);
  }

  #acquireOnce(kind: CaptureKind): Promise<void> {
    let running = this.#acquiring[kind];
    if (!running) {
      running = this.#acquire(kind).finally(() => {
        delete this.#acquiring[kind];
      });
      this.#acquiring[kind] = running;
    }
    return running;
  }

  async #acquire(kind: CaptureKind): Promise<void> {
    try {
      const stream = await this.#captureOne(kind);
      for (const track of stream.getTracks()) {
        this.#adopt(kind === 'screen' && track.kind === 'audio' ? 'screen_audio' : kind, track);
      }
    } catch (error) {
      if (!this.#tracks[kind]) this.#wanted[kind] = false;
      this.emit('change', kind);
      throw error;
    }
  }

  #captureOne(kind: CaptureKind): Promise<MediaStream> {
    switch (kind) {
      case 'microphone':
        return capture({ audio: this.#constraints(kind) });
      case 'camera':
        return capture({ video: this.#constraints(kind) });
      case 'screen':
        return captureScreen();
    }
  }

  #constraints(kind: DeviceKind): MediaTrackConstraints {
    const deviceId = this.#deviceIds[kind];
    const constraints = kind === 'camera' ? CAMERA : MICROPHONE;
    return deviceId ? { ...constraints, deviceId: { exact: deviceId } } : constraints;
  }

  #adopt(kind: SourceKind, track: MediaStreamTrack): void {
    if (!this.#wanted[kind] && kind !== 'microphone') {
      // Switched off while the browser was still asking.
      track.stop();
      return;
    }
    this.#tracks[kind]?.stop();
    this.#tracks[kind] = track;
    track.enabled = this.#wanted[kind];
    track.contentHint = CONTENT_HINTS[kind];
    track.onended = () => {
      // Unplugged, no longer allowed, or "stop sharing" in the browser's own bar.
      if (this.#tracks[kind] !== track) return;
      if (kind === 'screen') {
        void this.setScreen(false);
        return;
      }
      this.#wanted[kind] = false;
      this.#release(kind);
    };
    this.emit('change', kind);
  }

  #release(kind: SourceKind): void {
    const track = this.#tracks[kind];
    if (!track) return;
    track.onended = null;
    track.stop();
    this.#tracks[kind] = null;
    this.emit('change', kind);
  }

  #forgetMissing(): void {
    for (const kind of ['microphone', 'camera'] as const) {
      if (!this.#tracks[kind]) this.#wanted[kind] = false;
    }
  }
}

async function capture(constraints: MediaStreamConstraints): Promise<MediaStream> {
  if (!LocalMedia.supported) {
    throw new CardeaError({
      code: 'device_insecure',
      message: 'Browsers give cameras and microphones only to pages from https or localhost.',
    });
  }
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    throw deviceError(error);
  }
}

/**
 * The sound of the whole system contains the meeting's own, which would come back to everybody; only
 * browsers that can leave it out are asked for it. A tab or window has just its own.
 */
async function captureScreen(): Promise<MediaStream> {
  const { mediaDevices } = navigator;
  const clean = 'restrictOwnAudio' in mediaDevices.getSupportedConstraints();
  const options = {
    video: { frameRate: { max: SCREEN_FRAME_RATE } },
    audio: { ...SCREEN_AUDIO, ...(clean ? { restrictOwnAudio: true } : {}) },
    systemAudio: clean ? 'include' : 'exclude',
  };
  try {
    return await mediaDevices.getDisplayMedia(options);
  } catch (error) {
    throw deviceError(error);
  }
}

function deviceError(reason: unknown): CardeaError {
  const codes: Record<string, string> = {
    NotAllowedError: 'device_denied',
    NotFoundError: 'device_missing',
    OverconstrainedError: 'device_missing',
    NotReadableError: 'device_in_use',
    AbortError: 'device_in_use',
  };
  const { name, message } = reason as DOMException;
  return new CardeaError({ code: codes[name] ?? 'device_failed', message, cause: reason });
}

async function isGranted(kind: DeviceKind): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: kind as PermissionName });
    return state === 'granted';
  } catch {
    return false;
  }
}
