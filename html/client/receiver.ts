/**
 * The receive side: answers the plugin's offer of fixed slots, once, and keeps the track of each
 * line. Which participant a line carries is told by the slot map and never by SDP.
 */

import type { Channel } from './channel.ts';
import { type CardeaError, toCardeaError } from './errors.ts';
import { Emitter } from './events.ts';
import type { Jsep } from './janus.ts';
import { Peer } from './peer.ts';
import type { IceAnswer, SlotMap } from './types.ts';
import { type Picture, Wishes } from './wishes.ts';

export class Receiver extends Emitter<{
  track: [string, MediaStreamTrack];
  failed: [CardeaError];
}> {
  readonly peer: Peer;
  readonly tracks = new Map<string, MediaStreamTrack>();
  /** Resolves when the first offer has been answered. */
  readonly answered: Promise<void>;
  readonly #wishes = new Wishes();
  #channel: Channel | null = null;
  #resolveAnswered: () => void = () => {};
  #answered = 0;
  #negotiation: Promise<void> = Promise.resolve();

  constructor(iceTransportPolicy?: RTCIceTransportPolicy) {
    super();
    this.peer = new Peer(iceTransportPolicy);
    this.answered = new Promise((resolve) => {
      this.#resolveAnswered = resolve;
    });
    this.peer.on('track', (mid, track) => {
      this.tracks.set(mid, track);
      this.emit('track', mid, track);
    });
  }

  bind(channel: Channel): void {
    this.#channel = channel;
    this.peer.bind(channel);
    channel.on('event', (event, jsep) => {
      if (event.event === 'offer' && jsep) this.#accept(event.offer, jsep);
      else if (event.event === 'moved') this.#wishes.forget();
    });
    channel.on('synced', () => {
      // An offer that is unanswered comes again by itself.
      if (this.peer.stalled) void this.restart();
      this.#wishes.reset();
    });
  }

  /** The room has let us in, and these are our lines. */
  joined(map: SlotMap | undefined): void {
    const mids = (map?.video ?? []).map(({ mid }) => mid);
    if (this.#channel) this.#wishes.bind(this.#channel, mids);
  }

  /** What to show, the most important first; null leaves it to the plugin. */
  watch(pictures: readonly Picture[] | null): void {
    this.#wishes.set(pictures);
  }

  /** New servers, and a new path through them. */
  async restart(): Promise<void> {
    const channel = this.#channel;
    if (!channel) return;
    try {
      const { data } = await channel.request<IceAnswer>({ request: 'ice', restart: true });
      this.peer.setServers(data);
    } catch (reason) {
      this.#report(reason);
    }
  }

  close(): void {
    this.#channel = null;
    this.#wishes.close();
    this.peer.close();
    this.tracks.clear();
    this.removeAllListeners();
  }

  #accept(offer: number, jsep: Jsep): void {
    this.#negotiation = this.#negotiation
      .then(() => this.#answer(offer, jsep))
      .catch((reason) => this.#report(reason));
  }

  async #answer(offer: number, jsep: Jsep): Promise<void> {
    const { pc } = this.peer;
    if (!this.#channel || offer <= this.#answered) return;
    await this.peer.setRemoteDescription(jsep);
    const answer = await pc.createAnswer();
    this.#answered = offer;
    // Sent while the browser applies it: the two do not depend on each other.
    const sent = this.#send(offer, answer);
    await Promise.all([pc.setLocalDescription(answer).then(this.#resolveAnswered), sent]);
  }

  async #send(offer: number, answer: RTCSessionDescriptionInit): Promise<void> {
    const jsep: Jsep = { type: 'answer', sdp: answer.sdp ?? '' };
    await this.#channel?.request({ request: 'answer', offer }, jsep);
  }

  #report(reason: unknown): void {
    const error = toCardeaError(reason);
    // Stale: a newer offer is on its way. Transient: `sync` follows when the socket is back.
    if (error.code === 'offer_stale' || error.transient || error.code === 'closed') return;
    this.emit('failed', error);
  }
}
