// What the person in front of a page hears and sees, by spectrum and by pixels. Sent into the page
// as text, like installDevices; makes `window.cardeaSenses`.

/**
 * @param options recorded: hear what is recorded instead of what an AudioContext plays; Firefox's stands
 * still on a machine without a sound card.
 */
export function installSenses({ recorded = false } = {}) {
  // Players outside the document sound, too.
  const players = new Set();
  const { set, get } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    configurable: true,
    enumerable: true,
    get,
    set(stream) {
      players.add(this);
      set.call(this, stream);
    },
  });

  // ---- hearing --------------------------------------------------------------------------------

  const FFT_SIZE = 8192;
  const RECORDED_MS = 700;
  let context = null;
  let mix = null;
  const sources = new Map();

  const audibleTracks = () => {
    const tracks = new Set();
    for (const player of players) {
      if (player.paused || player.muted || player.volume === 0 || !player.srcObject) continue;
      for (const track of player.srcObject.getAudioTracks()) {
        if (track.readyState === 'live' && track.enabled) tracks.add(track);
      }
    }
    return tracks;
  };

  /** Connects what sounds now to the analyser, and nothing else. True if that changed anything. */
  const listen = () => {
    context ??= new AudioContext();
    mix ??= new AnalyserNode(context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
    const tracks = audibleTracks();
    let changed = false;
    for (const [track, source] of sources) {
      if (tracks.has(track)) continue;
      source.disconnect();
      sources.delete(track);
      changed = true;
    }
    for (const track of tracks) {
      if (sources.has(track)) continue;
      const source = context.createMediaStreamSource(new MediaStream([track]));
      source.connect(mix);
      sources.set(track, source);
      changed = true;
    }
    return changed;
  };

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

  /** Level in dB of each tone and of the floor, the median of the bins from 100 to 5000 Hz. */
  const spectrum = (analyser, tones) => {
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const bin = (hz) => Math.round((hz * FFT_SIZE) / analyser.context.sampleRate);
    const level = (hz) => Math.max(...bins.slice(bin(hz) - 2, bin(hz) + 3), -200);
    return {
      floor: Math.max(median(bins.slice(bin(100), bin(5000))), -200),
      levels: tones.map(level),
    };
  };

  /**
   * The levels of the tones in the mix of everything that sounds, as medians and maxima of
   * `readings` spectra 100 ms apart.
   */
  const hear = async (tones, readings = 5) => {
    listen();
    await context.resume();
    await pause((1000 * FFT_SIZE) / context.sampleRate + 100); // the window holds nothing older
    const seen = [];
    for (let i = 0; i < readings; i += 1) {
      seen.push(spectrum(mix, tones));
      await pause(100);
    }
    return summary(sources.size, tones, seen);
  };

  const summary = (count, tones, seen) => ({
    players: count,
    floor: median(seen.map(({ floor }) => floor)),
    tones: tones.map((hz, i) => {
      const levels = seen.map((reading) => reading.levels[i]);
      return { hz, median: median(levels), max: Math.max(...levels) };
    }),
  });

  const record = (track) => new Promise((resolve, reject) => {
    const recorder = new MediaRecorder(new MediaStream([track]), { audioBitsPerSecond: 256000 });
    recorder.ondataavailable = ({ data }) => resolve(data.arrayBuffer());
    recorder.onerror = ({ error }) => reject(error);
    recorder.start();
    void pause(RECORDED_MS).then(() => recorder.stop());
  });

  /** As hear: one spectrum, of the end of a recording of everything that sounds. */
  const hearRecorded = async (tones) => {
    const recordings = await Promise.all([...audibleTracks()].map(record));
    const offline = new OfflineAudioContext(1, 2 * FFT_SIZE, 48000);
    const analyser = new AnalyserNode(offline, { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
    analyser.connect(offline.destination);
    const length = offline.length / offline.sampleRate;
    for (const recording of recordings) {
      const buffer = await offline.decodeAudioData(recording);
      const source = new AudioBufferSourceNode(offline, { buffer });
      source.connect(analyser);
      source.start(0, Math.max(0, buffer.duration - length));
    }
    await offline.startRendering();
    return summary(recordings.length, tones, [spectrum(analyser, tones)]);
  };

  // ---- seeing ---------------------------------------------------------------------------------

  const WIDTH = 64;
  const HEIGHT = 36;
  let canvas = null;

  const look = (video) => {
    canvas ??= new OffscreenCanvas(WIDTH, HEIGHT).getContext('2d', { willReadFrequently: true });
    canvas.drawImage(video, 0, 0, WIDTH, HEIGHT);
    const { data } = canvas.getImageData(0, 0, WIDTH, HEIGHT);
    const sum = [0, 0, 0];
    let marker = { x: -1, light: -1 };
    for (let y = 0; y < HEIGHT; y += 1) {
      for (let x = 0; x < WIDTH; x += 1) {
        const at = 4 * (y * WIDTH + x);
        for (let c = 0; c < 3; c += 1) sum[c] += data[at + c];
        const light = Math.min(data[at], data[at + 1], data[at + 2]);
        if (y === HEIGHT - 3 && light > marker.light) marker = { x, light };
      }
    }
    return { rgb: sum.map((total) => total / (WIDTH * HEIGHT)), marker: marker.x };
  };

  /** Every picture that is on the page now. `remote`: it comes from a connection. */
  const see = () => {
    const received = window.cardeaPeers?.receiverTracks() ?? new Set();
    const pictures = [];
    for (const video of document.querySelectorAll('video')) {
      const { width, height } = video.getBoundingClientRect();
      const shown = width > 0 && height > 0
        && video.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      if (!shown || video.videoWidth === 0 || video.readyState < 2) continue;
      const tracks = video.srcObject?.getVideoTracks() ?? [];
      pictures.push({
        remote: tracks.some((track) => received.has(track)),
        width: video.videoWidth,
        height: video.videoHeight,
        track: tracks[0]?.id,
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        ...look(video),
      });
    }
    return pictures;
  };

  window.cardeaSenses = { hear: recorded ? hearRecorded : hear, see };
}
