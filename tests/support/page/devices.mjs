// A camera, a microphone and a screen made in the page itself, one colour and one tone per person,
// in the place of the browser's own. This function is sent into the page as text and runs before the
// page's code: it must not use anything outside itself.

/**
 * @param options tone: Hz of the microphone; colour: CSS colour of the camera; refuse: the name of
 * the DOMException that getUserMedia rejects with, as after a user's "no"; null for none; volume: of
 * the tone, changed by `window.cardeaDevices.setVolume`; width, height: of the camera, changed for
 * the next use by `setSize`; screen: {tone, colour} of the screen, null: none is shared; busy: so many patches of each frame are new
 * (4 take about 1 Mbit/s at 960x540, 60 as much as there is; the colour is lost).
 */
export function installDevices({
  tone, colour, refuse = null, width = 640, height = 360, fps = 30, volume: loudness = 0.2,
  busy = 0, screen = null,
}) {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return;
  let audio = null;
  let granted = false;
  const volumes = new Set();

  const named = (kind, deviceId, label) => ({
    kind,
    deviceId: granted ? deviceId : '',
    groupId: granted ? 'fake' : '',
    label: granted ? label : '',
    toJSON() {
      return { kind: this.kind, deviceId: this.deviceId, groupId: this.groupId, label: this.label };
    },
  });

  /** A track that says which device it comes from, as one of a real device does. */
  const labelled = (track, deviceId, more = {}) => {
    const settings = track.getSettings.bind(track);
    track.getSettings = () => {
      const { displaySurface, ...rest } = settings();
      return { ...rest, ...more, deviceId, groupId: 'fake' };
    };
    return track;
  };

  const sound = (frequency) => {
    audio ??= new AudioContext();
    void audio.resume();
    const oscillator = new OscillatorNode(audio, { frequency });
    const volume = new GainNode(audio, { gain: loudness });
    const output = audio.createMediaStreamDestination();
    oscillator.connect(volume).connect(output);
    oscillator.start();
    return { track: output.stream.getAudioTracks()[0], volume };
  };

  const microphone = () => {
    const { track, volume } = sound(tone);
    volumes.add(volume);
    return labelled(track, 'microphone-1');
  };

  const picture = (fill, { width, height }) => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    let frame = 0;
    const draw = () => {
      context.fillStyle = fill;
      context.fillRect(0, 0, width, height);
      // A white square walks along the bottom: no two neighbouring frames are the same.
      context.fillStyle = 'white';
      context.fillRect((frame * 8) % (width - 40), height - 48, 40, 40);
      for (let i = busy; i > 0; i -= 1) {
        context.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
        context.fillRect(Math.random() * width, Math.random() * height, width / 16, height / 16);
      }
      frame += 1;
    };
    draw();
    const track = canvas.captureStream(fps).getVideoTracks()[0];
    const timer = setInterval(() => {
      if (track.readyState === 'ended') clearInterval(timer);
      else draw();
    }, 1000 / fps);
    return track;
  };

  const camera = () =>
    labelled(picture(colour, { width, height }), 'camera-1', { width, height, frameRate: fps });

  const getDisplayMedia = async (constraints = {}) => {
    if (!screen) throw new DOMException('Permission denied', 'NotAllowedError');
    const stream = new MediaStream([picture(screen.colour, { width: 1280, height: 720 })]);
    if (constraints.audio) stream.addTrack(sound(screen.tone).track);
    return stream;
  };

  const getUserMedia = async (constraints = {}) => {
    if (!constraints.audio && !constraints.video) {
      throw new TypeError('At least one of audio and video must be requested');
    }
    if (refuse) throw new DOMException('Permission denied', refuse);
    granted = true;
    const stream = new MediaStream();
    if (constraints.audio) stream.addTrack(microphone());
    if (constraints.video) stream.addTrack(camera());
    return stream;
  };

  const enumerateDevices = async () => [
    named('audioinput', 'microphone-1', 'Fake microphone'),
    named('videoinput', 'camera-1', 'Fake camera'),
    named('audiooutput', 'default', 'Fake speaker'),
  ];

  window.cardeaDevices = {
    /** 0 is silence: the track goes on. */
    setVolume(gain) {
      loudness = gain;
      for (const volume of volumes) volume.gain.value = gain;
    },
    setSize(size) {
      ({ width, height } = size);
    },
  };

  Object.defineProperties(mediaDevices, {
    getUserMedia: { value: getUserMedia },
    getDisplayMedia: { value: getDisplayMedia },
    enumerateDevices: { value: enumerateDevices },
  });
}
