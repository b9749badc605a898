// Page code of the first frame benchmark: a sender and a late viewer, for our plugin and for
// Debian's VideoRoom. Everything that is not the plugin's own is shared.

import { Connection, Janus } from './janus.js';

async function capture() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  return { stream, audio: stream.getAudioTracks()[0], video: stream.getVideoTracks()[0] };
}

/** Lines for one microphone and one VP8 camera, offered. */
async function offer(pc, { stream, audio, video }) {
  pc.addTransceiver(audio, { direction: 'sendonly', streams: [stream] });
  const camera = pc.addTransceiver(video, { direction: 'sendonly', streams: [stream] });
  const { codecs } = RTCRtpSender.getCapabilities('video');
  camera.setCodecPreferences(codecs.filter(({ mimeType }) => /VP8|rtx/i.test(mimeType)));
  await pc.setLocalDescription(await pc.createOffer());
  return pc.localDescription;
}

async function connected(pc) {
  while (pc.connectionState !== 'connected') {
    await new Promise((resolve) => pc.addEventListener('connectionstatechange', resolve, { once: true }));
  }
}

export const send = {
  async cardea({ url, token, connection }) {
    const janus = await Janus.connect(url);
    const peer = new Connection();
    const handle = await janus.attach('janus.plugin.cardea', peer.listener);
    peer.bind(janus, handle);
    await janus.message(handle, { request: 'join', handle: 'publish', token, connection });
    const jsep = await offer(peer.pc, await capture());
    const [microphone, camera] = peer.pc.getTransceivers();
    const tracks = [{ mid: microphone.mid, kind: 'microphone' }, { mid: camera.mid, kind: 'camera' }];
    const answer = await janus.message(handle, { request: 'publish', offer: 1, tracks }, jsep);
    await peer.setRemote(answer.jsep);
    await connected(peer.pc);
  },

  async videoroom({ url, room, feed }) {
    const janus = await Janus.connect(url);
    const peer = new Connection();
    const handle = await janus.attach('janus.plugin.videoroom', peer.listener);
    peer.bind(janus, handle);
    await janus.message(handle, { request: 'join', ptype: 'publisher', room, id: feed });
    const jsep = await offer(peer.pc, await capture());
    const answer = await janus.message(handle, { request: 'publish' }, jsep);
    await peer.setRemote(answer.jsep);
    await connected(peer.pc);
  },
};

/** Shows one line of a connection, as a page does that draws a tile for who is there. */
class Screen {
  #tracks = new Map();
  #wanted = null;
  #resolve;
  /** The time of the first frame that can be shown. */
  shown = new Promise((resolve) => { this.#resolve = resolve; });

  constructor(pc) {
    pc.ontrack = ({ track, transceiver }) => {
      if (track.kind === 'video') this.#tracks.set(transceiver.mid, track);
      this.#show();
    };
  }

  /** @param wanted function of a mid: is this the line? */
  choose(wanted) {
    this.#wanted ??= wanted;
    this.#show();
  }

  #show() {
    const mid = this.#wanted && [...this.#tracks.keys()].find(this.#wanted);
    if (!mid || document.querySelector('video')) return;
    const video = document.createElement('video');
    Object.assign(video, { autoplay: true, muted: true, srcObject: new MediaStream([this.#tracks.get(mid)]) });
    document.body.append(video);
    video.requestVideoFrameCallback(() => this.#resolve(performance.now()));
  }
}

/** The answer to an offer; it is applied and sent at once. */
async function answer(peer, jsep, send) {
  await peer.setRemote(jsep);
  const description = await peer.pc.createAnswer();
  await Promise.all([peer.pc.setLocalDescription(description), send(description)]);
}

/**
 * Milliseconds from `new WebSocket` to the offer, the connection and the first decoded frame.
 */
async function measure(begin) {
  const start = performance.now();
  const { janus, pc, offered, shown } = await begin();
  await connected(pc);
  const up = performance.now();
  const frame = await shown;
  janus.close();
  return { offer: offered - start, connected: up - start, frame: frame - start };
}

export const view = {
  cardea: ({ url, token, connection, slots }) => measure(async () => {
    const janus = await Janus.connect(url);
    let take;
    const offer = new Promise((resolve) => { take = resolve; });
    const reply = (number, jsep) => answer(peer, jsep, (description) =>
      janus.message(handle, { request: 'answer', offer: number }, description));
    const peer = new Connection((data, jsep) => {
      // The second offer, with the other lines, comes while the first picture does.
      if (data.event === 'offer' && data.offer > 1) void reply(data.offer, jsep);
      else if (data.event === 'offer') take({ number: data.offer, jsep });
      else if (data.event === 'slots') watch(data);
    });
    const screen = new Screen(peer.pc);
    const watch = ({ video }) => {
      const filled = video.find(({ participant }) => participant);
      if (filled) screen.choose((mid) => mid === filled.mid);
    };
    const handle = await janus.attach('janus.plugin.cardea', peer.listener);
    peer.bind(janus, handle);
    void janus.message(handle, { request: 'join', handle: 'receive', token, connection, slots })
      .then(({ data }) => watch(data.map));
    const { number, jsep } = await offer;
    const offered = performance.now();
    await reply(number, jsep);
    return { janus, pc: peer.pc, offered, shown: screen.shown };
  }),

  videoroom: ({ url, room, feed }) => measure(async () => {
    const janus = await Janus.connect(url);
    const peer = new Connection();
    const screen = new Screen(peer.pc);
    screen.choose(() => true);
    const handle = await janus.attach('janus.plugin.videoroom', peer.listener);
    peer.bind(janus, handle);
    const { jsep } = await janus.message(handle, {
      request: 'join', ptype: 'subscriber', room, streams: [{ feed }],
    });
    const offered = performance.now();
    await answer(peer, jsep, (description) =>
      janus.message(handle, { request: 'start', room }, description));
    return { janus, pc: peer.pc, offered, shown: screen.shown };
  }),
};
