/** Devices whose tracks are objects: what LocalMedia needs of a browser. */

interface FakeTrack {
  kind: string;
  enabled: boolean;
  readyState: string;
  contentHint: string;
  onended: (() => void) | null;
  stop(): void;
  getSettings(): MediaTrackSettings;
}

export class FakeDevices {
  /** Of the camera from now on. */
  size = { width: 1280, height: 720 };
  /** Whether the user shares the sound of the screen, too. */
  sound = true;
  /** What was asked for, in order. */
  readonly asked: Record<string, unknown>[] = [];
  readonly tracks: FakeTrack[] = [];

  install(): void {
    Object.defineProperty(globalThis, 'navigator', {
      configurable: true,
      value: {
        mediaDevices: {
          addEventListener: () => {},
          enumerateDevices: async () => [],
          getSupportedConstraints: () => ({}),
          getUserMedia: async (options: Record<string, unknown>) => this.#stream(options),
          getDisplayMedia: async (options: Record<string, unknown>) =>
            this.#stream({ ...options, ...(this.sound ? {} : { audio: false }) }),
        },
      },
    });
  }

  #stream(options: Record<string, unknown>): unknown {
    this.asked.push(options);
    const audio = options.audio ? [this.#track('audio')] : [];
    const video = options.video ? [this.#track('video')] : [];
    return {
      getAudioTracks: () => audio,
      getVideoTracks: () => video,
      getTracks: () => [...audio, ...video],
    };
  }

  #track(kind: string): FakeTrack {
    const { size } = this;
    const track: FakeTrack = {
      kind,
      enabled: true,
      readyState: 'live',
      contentHint: '',
      onended: null,
      stop: () => {
        track.readyState = 'ended';
      },
      getSettings: () => (kind === 'video' ? size : {}),
    };
    this.tracks.push(track);
    return track;
  }
}
