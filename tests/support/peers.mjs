// Native WebRTC peers: the process tests/peers/media_peers, whose commands are in
// tests/peers/commands.h. Signalling stays here, in janus.mjs' sessions.
//
//   const peers = await MediaPeers.start();
//   const person = await CardeaPerson.join({ janus, control, peers, room, sender: 1 });
//   const { received } = await person.received();
//   await peers.stop();

import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { BUILD } from './build.mjs';
import { connectionId, Inbox, JanusSession, join } from './janus.mjs';
import { answerSdp, LEVEL, MID, offerSdp, parseCandidate, parseSdp } from './sdp.mjs';

const PROGRAM = path.join(BUILD, 'tests/peers/media_peers');
const DEADLINE_MS = 30000;
const SAMPLE_MS = 300;

/** Kinds as they stand in the packets' stamps. */
export const KIND = { microphone: 1, camera: 2, screen: 3 };

/** What is sent by default: 50 and 60 packets a second. */
export const MICROPHONE = { kind: 'microphone', fps: 50, per_frame: 1, size: 80, level: 30 };
export const CAMERA = { kind: 'camera', fps: 30, per_frame: 2, size: 1000 };
export const SCREEN = { ...CAMERA, kind: 'screen' };

// ---------------------------------------------------------------------------------------------
// the process

/** The namespace's address: the first of IPv4 that is not loopback's. */
export function mediaAddress() {
  const found = Object.values(os.networkInterfaces()).flat()
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!found) throw new Error('no address for media: run it inside tests/support/netns.sh');
  return found.address;
}

export class MediaPeers {
  static async start({ threads = 2 } = {}) {
    const peers = new MediaPeers();
    peers.child = spawn(PROGRAM, [String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
    peers.child.stdin.on('error', () => {}); // it ended, which `exited` tells
    peers.pid = peers.child.pid;
    peers.address = mediaAddress();
    peers.waiting = new Map();
    peers.events = new Inbox();
    peers.ids = 0;
    peers.peerIds = 0;
    peers.ports = new Set();
    peers.exited = new Promise((resolve, reject) => {
      peers.child.on('exit', (code, signal) => resolve({ code, signal }));
      peers.child.on('error', reject);
    });
    readline.createInterface({ input: peers.child.stdout }).on('line', (line) => peers.receive(JSON.parse(line)));
    await peers.request({ command: 'report' });
    return peers;
  }

  receive(message) {
    if (message.event) {
      this.events.push(message);
      return;
    }
    const { resolve, reject, command } = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.ok) resolve(message);
    else reject(new Error(`media_peers: ${command}: ${message.error}`));
  }

  /** One command; its answer, or an error. */
  request(fields) {
    this.ids += 1;
    const id = this.ids;
    const answer = new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, command: fields.command });
    });
    this.child.stdin.write(`${JSON.stringify({ id, ...fields })}\n`);
    return Promise.race([answer, this.exited.then((exit) => {
      throw new Error(`media_peers ended: ${JSON.stringify(exit)}`);
    })]);
  }

  async create(role) {
    this.peerIds += 1;
    const peer = this.peerIds;
    const local = await this.request({ command: 'create', peer, role, address: this.address });
    this.ports.add(local.port);
    return { ...local, peer };
  }

  /** All streams stop or go on together, also those that were `paused` from the start. */
  pauseAll(paused) {
    return this.request({ command: 'set', paused });
  }

  /** Sums over all peers. */
  async totals() {
    return (await this.request({ command: 'report' })).report;
  }

  async report(peer) {
    return (await this.request({ command: 'report', peer })).report;
  }

  /** Waits for an event of a peer; its time. A peer that failed throws. */
  async event(name, peer) {
    const found = await this.events.waitFor(
      (e) => e.peer === peer && (e.event === name || e.event === 'failed'),
      { timeoutMs: DEADLINE_MS, what: `${name} of peer ${peer}` },
    );
    if (found.event === 'failed') throw new Error(`peer ${peer} failed`);
    return found.at;
  }

  async stop() {
    this.child.stdin.write(`${JSON.stringify({ id: 0, command: 'quit' })}\n`);
    this.waiting.set(0, { resolve() {}, reject() {} });
    return this.exited;
  }
}

// ---------------------------------------------------------------------------------------------
// connections over Janus

/** Janus trickles: its candidate may come before or after the description. */
async function candidateOf(handle, description) {
  if (description.candidate) return description.candidate;
  const message = await handle.janus.waitFor(
    (m) => m.janus === 'trickle' && m.candidate?.candidate && parseCandidate(m.candidate.candidate),
    { timeoutMs: DEADLINE_MS, what: 'a candidate of Janus' },
  );
  return parseCandidate(message.candidate.candidate);
}

function transport({ ufrag, pwd, fingerprint, setup }, candidate) {
  return { ufrag, pwd, fingerprint, setup, ...candidate };
}

let nextSsrc = 1000;

/** Somebody who sends on one connection of a plugin's handle. */
export class Sender {
  /** @p negotiate takes the SDP offer and resolves with the answer. @p tracks are those of
   * MICROPHONE, CAMERA and SCREEN, maybe with other fields. */
  static async connect(peers, handle, sender, tracks, negotiate) {
    const self = new Sender();
    self.peers = peers;
    self.local = await peers.create('offer');
    self.tracks = tracks.map((track) => {
      nextSsrc += 1;
      return { ...track, ssrc: nextSsrc };
    });
    const offer = offerSdp(self.local, self.tracks);
    const answer = await negotiate(offer);
    self.sdpBytes = offer.length + answer.length;
    const remote = parseSdp(answer);
    self.remote = remote;
    await peers.request({
      command: 'remote', peer: self.local.peer, ...transport(remote, await candidateOf(handle, remote)),
    });
    await Promise.all(self.tracks.map((track, index) => self.start(track, remote.mlines[index], sender)));
    return self;
  }

  start({ kind, ...track }, line, sender) {
    const audio = kind === 'microphone';
    return this.peers.request({
      command: 'stream', peer: this.local.peer, sender, ...track, kind: KIND[kind], video: !audio, pt: line.pt,
      mid: line.mid, mid_id: line.extensions[MID.uri] ?? 0, level_id: line.extensions[LEVEL.uri] ?? 0,
    });
  }

  /** Changes what is sent of a kind: { level, paused }. */
  set(kind, fields) {
    const { ssrc } = this.tracks.find((track) => track.kind === kind);
    return this.peers.request({ command: 'set', peer: this.local.peer, ssrc, ...fields });
  }

  up() {
    return this.peers.event('up', this.local.peer);
  }

  close() {
    return this.peers.request({ command: 'close', peer: this.local.peer });
  }
}

/** Somebody who receives on one connection; further offers change the streams only. */
export class Receiver {
  constructor(peers, handle, { sample = 1, remb = 20_000_000 } = {}) {
    this.peers = peers;
    this.handle = handle;
    this.options = { sample, remb };
    this.sdpBytes = 0;
    this.negotiations = 0;
  }

  /** Takes Janus' offer; @p reply sends the answer and resolves when Janus has it. */
  async negotiate(offer, reply) {
    const remote = parseSdp(offer);
    const first = !this.local;
    this.local ??= await this.peers.create('answer');
    const answer = answerSdp(this.local, remote);
    const receive = remote.mlines.filter(({ ssrc }) => ssrc).map(({ ssrc, pt }) => ({ ssrc, pt }));
    this.mlines = remote.mlines;
    await this.peers.request({
      command: 'remote', peer: this.local.peer, ...this.options, receive,
      // Janus, which offered actpass, is the DTLS server.
      ...(first ? transport({ ...remote, setup: 'passive' }, await candidateOf(this.handle, remote)) : {}),
    });
    await reply(answer);
    this.sdpBytes += offer.length + answer.length;
    this.negotiations += 1;
  }

  up() {
    return this.peers.event('up', this.local.peer);
  }

  /** When the first RTP packet came. */
  firstMedia() {
    return this.peers.event('media', this.local.peer);
  }

  report() {
    return this.peers.report(this.local.peer);
  }

  close() {
    return this.peers.request({ command: 'close', peer: this.local.peer });
  }
}

/**
 * Somebody in a Cardea room: with both connections, or without `tracks` only the receiving one.
 * `socket`: of a session to share it with; `wish`: fields of a `wish`, sent before the offer is
 * answered; `early`: joined is who receives, and `complete` resolves with the second offer answered.
 * With `entered`, an answer of `enter`, it is somebody of a gateway, whose tunnel is `janus.wsUrl`.
 */
export class CardeaPerson {
  static async join({
    janus, control, peers, room, sender, tracks = [MICROPHONE, CAMERA], slots = { audio: 3, video: 9 }, sample,
    socket, wish, loop, entered, early = false,
  }) {
    const person = new CardeaPerson();
    const sub = entered?.participant.id ?? `seat-${sender}`;
    Object.assign(person, { peers, sender, id: sub, name: `Person ${sender}`, startedAt: Date.now(), shared: Boolean(socket) });
    person.session = await JanusSession.create(janus, { socket, loop, token: entered?.join_token });
    const fields = {
      connection: connectionId(),
      token: entered?.join_token ?? control.token({ room, sub, client_id: sub, name: person.name }),
    };
    await Promise.all([
      person.receive(fields, slots, sample, wish),
      ...(tracks.length > 0 ? [person.publish(fields, tracks)] : []),
    ]);
    if (!early) await person.complete;
    return person;
  }

  async receive(fields, slots, sample, wish) {
    this.receiveHandle = await join(this.session, { ...fields, handle: 'receive', slots });
    if (wish) await this.receiveHandle.request({ request: 'wish', ...wish });
    this.receiver = new Receiver(this.peers, this.receiveHandle, { sample });
    await this.answerOffer(1);
    await this.receiver.up();
    // The first offer has a part of the slots only, a second one follows.
    const more = this.receiver.mlines.length < slots.audio + slots.video;
    this.complete = more ? this.answerOffer(2) : Promise.resolve();
    this.complete.catch(() => {}); // who awaits it is told
  }

  async answerOffer(offer) {
    const { jsep } = await this.receiveHandle.event('offer', {
      match: (event) => event.offer === offer, timeoutMs: DEADLINE_MS,
    });
    await this.receiver.negotiate(jsep.sdp, (answer) => this.receiveHandle.request(
      { request: 'answer', offer }, { type: 'answer', sdp: answer }));
  }

  async publish(fields, tracks) {
    this.publishHandle = await join(this.session, { ...fields, handle: 'publish' });
    this.sending = await Sender.connect(this.peers, this.publishHandle, this.sender, tracks, async (offer) => {
      const published = await this.publishHandle.request(
        { request: 'publish', offer: 1, tracks: tracks.map(({ kind }, index) => ({ mid: String(index), kind })) },
        { type: 'offer', sdp: offer });
      return published.jsep.sdp;
    });
    await this.sending.up();
  }

  get sdpBytes() {
    return (this.sending?.sdpBytes ?? 0) + this.receiver.sdpBytes;
  }

  get negotiations() {
    return 1 + this.receiver.negotiations;
  }

  /** The streams received, each with the slot's name. */
  async received() {
    const report = await this.receiver.report();
    const names = new Map(this.receiver.mlines.map(({ ssrc, mid }) => [ssrc, mid]));
    return { ...report, received: report.received.map((stream) => ({ ...stream, mid: names.get(stream.ssrc) })) };
  }

  /** Packets of each sender on the slots of a kind: Map of sender to count. */
  async counts(kind) {
    const { received } = await this.received();
    const sums = new Map();
    for (const source of received.flatMap(({ sources }) => sources)) {
      if (source.kind === KIND[kind]) sums.set(source.sender, (sums.get(source.sender) ?? 0) + source.packets);
    }
    return sums;
  }

  /** Senders that are received just now, within @p ms, sorted. */
  async receives(kind, ms = SAMPLE_MS) {
    const before = await this.counts(kind);
    await new Promise((resolve) => setTimeout(resolve, ms));
    const now = await this.counts(kind);
    return [...now].filter(([sender, packets]) => packets > (before.get(sender) ?? 0)).map(([sender]) => sender)
      .sort((a, b) => a - b);
  }

  async leave() {
    await (this.shared ? this.session.destroy() : this.session.close());
    await Promise.all([this.sending?.close(), this.receiver.close()]);
  }
}
