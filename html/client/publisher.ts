/**
 * The publish side: one send-only line per kind, offered once. Switching a source on or off, or
 * changing its device, replaces the track of its line and tells the plugin; no SDP is involved.
 */

import type { Channel } from './channel.ts';
import { Codecs } from './codecs.ts';
import { cameraEncodings, initialEncodings } from './encodings.ts';
import { type CardeaError, toCardeaError } from './errors.ts';
import { Emitter } from './events.ts';
import type { LocalMedia } from './local.ts';
import { Peer } from './peer.ts';
import type {
  IceAnswer,
  JoinedAnswer,
  MediaKind,
  PluginEvent,
  PublishedAnswer,
  PublishedTrack,
  SourceKind,
  SyncedAnswer,
} from './types.ts';

const KINDS: readonly SourceKind[] = ['microphone', 'camera', 'screen', 'screen_audio'];

export class Publisher extends Emitter<{ failed: [CardeaError] }> {
  readonly peer: Peer;
  readonly #media: LocalMedia;
  readonly #codecs = new Codecs();
  readonly #transceivers = new Map<SourceKind, RTCRtpTransceiver>();
  readonly #stopFollowing: () => void;
  #channel: Channel | null = null;
  /** Kinds in force for us, and kinds whose line the plugin has accepted. */
  #rights: ReadonlySet<MediaKind> = new Set();
  #accepted = new Set<SourceKind>();
  /** What the plugin knows of each source; what it is not known to know is told again. */
  readonly #told = new Map<SourceKind, boolean>();
  /** Layers of the camera that somebody watches; null until that is known. */
  #watched: ReadonlySet<string> | null = null;
  #offer = 0;
  #negotiation: Promise<void> = Promise.resolve();
  #negotiating = false;
  #reconciling = false;
  #changed = false;

  constructor(media: LocalMedia, iceTransportPolicy?: RTCIceTransportPolicy) {
    super();
    this.peer = new Peer(iceTransportPolicy);
    this.#media = media;
    this.#stopFollowing = media.on('change', () => this.#reconcile());
  }

  bind(channel: Channel): void {
    this.#channel = channel;
    this.peer.bind(channel);
    channel.on('event', (event) => this.#onEvent(event));
    channel.on('synced', (synced) => this.#resume(synced));
  }

  /** What `join` said; before `start`. */
  configure(joined: JoinedAnswer): void {
    if (joined.video_codecs) this.#codecs.video = joined.video_codecs;
    this.peer.setServers(joined);
  }

  /** Offers the lines, unless nothing may be published yet. */
  start(rights: readonly MediaKind[]): void {
    this.#rights = new Set(rights);
    if (KINDS.some((kind) => this.#may(kind))) this.#publish(false);
    this.#obey();
  }

  /** After a grant or a lock. */
  setRights(rights: readonly MediaKind[]): void {
    const before = this.#rights;
    this.#rights = new Set(rights);
    const gained = KINDS.filter((kind) => this.#may(kind) && !before.has(rightTo(kind)));
    for (const kind of gained) this.#told.delete(kind);
    if (gained.some((kind) => !this.#accepted.has(kind))) this.#publish(false);
    else this.#reconcile();
    this.#obey();
  }

  /** What is locked is off, so that unlocking it puts nobody on the air who does not know. */
  #obey(): void {
    for (const kind of KINDS) {
      if (!this.#may(kind) && this.#media.active(kind)) this.#switchOff(kind);
    }
  }

  /** New servers, and a new path through them. */
  async restart(): Promise<void> {
    try {
      const answer = await this.#channel?.request<IceAnswer>({ request: 'ice' });
      if (!answer) return;
      this.peer.setServers(answer.data);
      this.#publish(true);
    } catch (reason) {
      this.#report(reason);
    }
  }

  close(): void {
    this.#stopFollowing();
    this.#channel = null;
    this.peer.close();
    this.removeAllListeners();
  }

  #may(kind: SourceKind): boolean {
    return this.#rights.has(rightTo(kind));
  }

  #onEvent(event: PluginEvent): void {
    if (event.event === 'layers' && event.kind === 'camera') {
      this.#watched = new Set(event.rids);
      this.#reconcile();
    } else if (event.event === 'muted') {
      this.#switchOff(event.kind);
    } else if (event.event === 'unmuted') {
      this.#told.set(event.kind, true);
      this.#media.switchOn(event.kind).catch((reason) => this.#report(reason));
    } else if (event.event === 'moved') {
      this.setRights(event.participant.publish);
    }
  }

  /** A moderator did; the plugin knows. */
  #switchOff(kind: SourceKind): void {
    this.#told.set(kind, false);
    this.#media.switchOff(kind).catch((reason) => this.#report(reason));
  }

  #publish(iceRestart: boolean): void {
    this.#negotiation = this.#negotiation
      .then(() => this.#negotiate(iceRestart))
      .catch((reason) => this.#report(reason));
  }

  async #negotiate(iceRestart: boolean): Promise<void> {
    this.#negotiating = true;
    try {
      await this.#exchange(iceRestart);
    } finally {
      this.#negotiating = false;
    }
    this.#reconcile();
  }

  async #exchange(iceRestart: boolean): Promise<void> {
    const channel = this.#channel;
    if (!channel) return;
    const { pc } = this.peer;
    if (this.#transceivers.size === 0) this.#addLines();
    const { sdp = '' } = await pc.createOffer({ iceRestart });
    await pc.setLocalDescription({ type: 'offer', sdp });
    this.#offer += 1;
    const tracks = this.#describeTracks();
    const { data, jsep } = await channel.request<PublishedAnswer>(
      { request: 'publish', offer: this.#offer, tracks },
      { type: 'offer', sdp },
    );
    // With each offer all layers count as watched.
    this.#watched = null;
    if (jsep) await this.peer.setRemoteDescription(jsep);
    this.#accepted = new Set(data.tracks.filter((track) => track.accepted).map(({ kind }) => kind));
    this.#recordTold(tracks);
  }

  #addLines(): void {
    for (const kind of KINDS) {
      this.#transceivers.set(kind, this.#addLine(kind));
    }
  }

  /** A line exists from the start, with or without a track, so that it never needs a negotiation. */
  #addLine(kind: SourceKind): RTCRtpTransceiver {
    const media = kind === 'microphone' || kind === 'screen_audio' ? 'audio' : 'video';
    const transceiver = this.peer.pc.addTransceiver(this.#media.track(kind) ?? media, {
      direction: 'sendonly',
      sendEncodings: initialEncodings(kind, this.#media.cameraSize, this.#codecs.layered),
    });
    this.#codecs.prefer(transceiver, media);
    return transceiver;
  }

  #describeTracks(): PublishedTrack[] {
    return KINDS.flatMap((kind) => {
      const mid = this.#transceivers.get(kind)?.mid;
      return mid ? [{ mid, kind, active: this.#media.active(kind) }] : [];
    });
  }

  #recordTold(tracks: PublishedTrack[]): void {
    for (const { kind, active } of tracks) this.#told.set(kind, active);
  }

  #resume(synced: SyncedAnswer): void {
    this.#rights = new Set(synced.participant.publish);
    // One that is under way ends by itself.
    if (this.#negotiating) return;
    if (this.#offer === 0) {
      this.start(synced.participant.publish);
    } else if (this.peer.stalled) {
      void this.restart();
    } else if (synced.offer < this.#offer || this.peer.pc.signalingState !== 'stable') {
      // The offer or its answer was lost with the socket.
      this.#publish(false);
    } else {
      this.#adoptState(synced.tracks ?? []);
    }
  }

  /** After events that were missed. */
  #adoptState(tracks: PublishedTrack[]): void {
    const rids = tracks.find(({ kind }) => kind === 'camera')?.rids;
    this.#watched = rids ? new Set(rids) : null;
    // What the plugin had confirmed to be on is off: a moderator did it.
    const muted = tracks.filter(({ kind, active }) => !active && this.#told.get(kind));
    this.#recordTold(tracks);
    for (const { kind } of muted) this.#switchOff(kind);
    this.#reconcile();
  }

  /** Brings lines and plugin in step with the local sources; calls during a run cause another. */
  #reconcile(): void {
    this.#changed = true;
    if (!this.#reconciling) void this.#runReconcile();
  }

  async #runReconcile(): Promise<void> {
    this.#reconciling = true;
    try {
      while (this.#changed) {
        this.#changed = false;
        for (const kind of KINDS) await this.#replaceTrack(kind);
        await this.#shapeCamera();
        for (const kind of KINDS) await this.#tell(kind);
      }
    } catch (reason) {
      this.#report(reason);
    } finally {
      this.#reconciling = false;
    }
  }

  async #replaceTrack(kind: SourceKind): Promise<void> {
    const sender = this.#transceivers.get(kind)?.sender;
    const track = this.#media.track(kind);
    if (sender && sender.track !== track && this.#channel) await sender.replaceTrack(track);
  }

  /** Sends the layers that fit the picture and that somebody watches. */
  async #shapeCamera(): Promise<void> {
    const sender = this.#transceivers.get('camera')?.sender;
    // During a negotiation the browser changes the parameters itself.
    if (!sender || this.#negotiating || !this.#accepted.has('camera')) return;
    const parameters = sender.getParameters();
    const now = parameters.encodings;
    const next = cameraEncodings(now, this.#media.cameraSize, this.#watched);
    if (next.every((encoding, index) => isAlike(encoding, now[index]))) return;
    await sender.setParameters({ ...parameters, encodings: next });
  }

  async #tell(kind: SourceKind): Promise<void> {
    const active = this.#media.active(kind);
    if (!this.#accepted.has(kind) || !this.#may(kind) || this.#told.get(kind) === active) {
      return;
    }
    await this.#channel?.request({ request: 'source', kind, active });
    this.#told.set(kind, active);
  }

  #report(reason: unknown): void {
    const error = toCardeaError(reason);
    // Transient: `sync` follows when the socket is back. Not permitted: `rights` tells when it is.
    if (error.transient || error.code === 'closed' || error.code === 'not_permitted') return;
    this.emit('failed', error);
  }
}

function rightTo(kind: SourceKind): MediaKind {
  return kind === 'screen_audio' ? 'screen' : kind;
}

function isAlike(a: RTCRtpEncodingParameters, b: RTCRtpEncodingParameters | undefined): boolean {
  return (
    a.active === b?.active &&
    a.scaleResolutionDownBy === b?.scaleResolutionDownBy &&
    a.maxBitrate === b?.maxBitrate
  );
}
