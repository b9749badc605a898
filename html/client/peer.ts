/**
 * An RTCPeerConnection with what both directions need: candidates both ways, and notice when its
 * path has died.
 */

import type { Channel } from './channel.ts';
import { Emitter } from './events.ts';
import { toRtcIceServers } from './ice.ts';
import type { Jsep, RemoteCandidate } from './janus.ts';
import type { IceServers } from './types.ts';

/** A path that is `disconnected` for this long is treated as dead. */
const DISCONNECTED_GRACE_MS = 3_000;
/** How long an ICE restart may take before the next one. */
const RESTART_INTERVAL_MS = 8_000;

export class Peer extends Emitter<{
  track: [string, MediaStreamTrack];
  /** The path works (again). */
  up: [];
  /** The path has died; again and again until it works. */
  stalled: [];
}> {
  readonly pc: RTCPeerConnection;
  #channel: Channel | null = null;
  /** Candidates since the last description: they may belong to the next one. */
  #candidates: RTCIceCandidateInit[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(iceTransportPolicy: RTCIceTransportPolicy = 'all') {
    super();
    // All lines share one transport; Janus always bundles.
    this.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceTransportPolicy });
    this.pc.onicecandidate = ({ candidate }) => this.#channel?.trickle(candidate);
    this.pc.onconnectionstatechange = () => this.#onStateChange();
    this.pc.ontrack = ({ track, transceiver }) => {
      if (transceiver.mid !== null) this.emit('track', transceiver.mid, track);
    };
  }

  get stalled(): boolean {
    return this.#timer !== undefined;
  }

  bind(channel: Channel): void {
    this.#channel = channel;
    channel.on('candidate', (candidate) => this.#addCandidate(candidate));
  }

  setServers(servers: IceServers): void {
    this.pc.setConfiguration({
      ...this.pc.getConfiguration(),
      iceServers: toRtcIceServers(servers),
    });
  }

  async setRemoteDescription(jsep: Jsep): Promise<void> {
    await this.pc.setRemoteDescription(jsep);
    for (const candidate of this.#candidates.splice(0)) this.#addNow(candidate);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#channel = null;
    this.pc.onconnectionstatechange = null;
    this.pc.close();
    this.removeAllListeners();
  }

  /**
   * Janus trickles on another thread than the one that sends descriptions, so a candidate may come
   * before the description it belongs to, and nothing in it tells. One too many does no harm.
   */
  #addCandidate(candidate: RemoteCandidate): void {
    if ('completed' in candidate) return;
    this.#candidates.push(candidate);
    if (this.pc.remoteDescription) this.#addNow(candidate);
  }

  #addNow(candidate: RTCIceCandidateInit): void {
    this.pc.addIceCandidate(candidate).catch(() => {
      // Of a form that this browser does not know, or of before a restart.
    });
  }

  #onStateChange(): void {
    switch (this.pc.connectionState) {
      case 'connected':
        clearTimeout(this.#timer);
        this.#timer = undefined;
        this.emit('up');
        return;
      case 'disconnected':
        this.#stallIn(DISCONNECTED_GRACE_MS);
        return;
      case 'failed':
        this.#stallIn(0);
        return;
    }
  }

  #stallIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#stallIn(RESTART_INTERVAL_MS);
      this.emit('stalled');
    }, ms);
  }
}
