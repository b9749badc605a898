/**
 * One media connection: a Janus session with its publish and its receive handle, from a join token
 * to its end. It survives a lost socket and a changed network; when it cannot, it says so and a new
 * one takes its place (see Meeting).
 */

import { Channel } from './channel.ts';
import { CardeaError, closedError, toCardeaError } from './errors.ts';
import { Emitter } from './events.ts';
import { JanusConnection } from './janus.ts';
import type { LocalMedia } from './local.ts';
import type { Peer } from './peer.ts';
import { Publisher } from './publisher.ts';
import { randomToken } from './random.ts';
import { Receiver } from './receiver.ts';
import { networkEvents } from './retry.ts';
import type {
  Entry,
  JoinedAnswer,
  PluginEvent,
  RemovedReason,
  SlotCounts,
  SyncedAnswer,
} from './types.ts';
import type { Picture } from './wishes.ts';

export type SessionEnd =
  | { kind: 'removed'; reason: RemovedReason; text: string | null }
  | { kind: 'lost'; error: CardeaError };

export interface SessionOptions {
  entry: Entry;
  media: LocalMedia;
  slots?: Partial<SlotCounts>;
  reconnectDeadlineMs: number;
  iceTransportPolicy?: RTCIceTransportPolicy;
  /** Number of the last message that was seen, so that `sync` brings those that were missed. */
  lastMessage: () => number;
}

/** Restarts of one path in a row, after which the whole connection is made anew. */
const MAX_RESTARTS = 3;
const FAREWELL_MS = 1_000;
/** How long publishing waits at most for the receive side's answer. */
const PUBLISH_DELAY_MS = 300;

export class Session extends Emitter<{
  /** The socket is away (false) or back (true). Media does not depend on it. */
  signalling: [boolean];
  /** The room as it is when its first event has not come yet. */
  joined: [JoinedAnswer];
  /** The whole state of the room, after `sync`. */
  synced: [SyncedAnswer];
  event: [PluginEvent];
  track: [string, MediaStreamTrack];
  /** The receive path carries media. */
  up: [];
  ended: [SessionEnd];
}> {
  readonly #entry: Entry;
  readonly #slots: Partial<SlotCounts> | undefined;
  readonly #connectionId = randomToken();
  readonly #connection: JanusConnection;
  readonly #opened: Promise<void>;
  readonly #receiver: Receiver;
  readonly #publisher: Publisher;
  readonly #channels = new Set<Channel>();
  readonly #lastMessage: () => number;
  #room: Channel | null = null;
  readonly #onOnline = () => this.#restartPaths();
  #over = false;

  constructor(options: SessionOptions) {
    super();
    const { entry, media, slots, reconnectDeadlineMs, iceTransportPolicy, lastMessage } = options;
    this.#entry = entry;
    this.#slots = slots;
    this.#lastMessage = lastMessage;
    this.#connection = new JanusConnection({
      url: entry.janus_url,
      resume: entry.resume,
      reconnectDeadlineMs,
    });
    this.#watchConnection();
    // The PeerConnections are made while the socket opens.
    this.#opened = this.#connection.open(entry.join_token);
    this.#receiver = new Receiver(iceTransportPolicy);
    this.#publisher = new Publisher(media, iceTransportPolicy);
    this.#watchPeer(this.#receiver.peer, () => this.#receiver.restart());
    this.#watchPeer(this.#publisher.peer, () => this.#publisher.restart());
    this.#receiver.on('track', (mid, track) => this.emit('track', mid, track));
    this.#receiver.peer.on('up', () => this.emit('up'));
    this.#receiver.on('failed', (error) => this.#end({ kind: 'lost', error }));
    this.#publisher.on('failed', (error) => this.#end({ kind: 'lost', error }));
    networkEvents()?.addEventListener('online', this.#onOnline);
  }

  get tracks(): ReadonlyMap<string, MediaStreamTrack> {
    return this.#receiver.tracks;
  }

  get peerConnections(): { publish: RTCPeerConnection; receive: RTCPeerConnection } {
    return { publish: this.#publisher.peer.pc, receive: this.#receiver.peer.pc };
  }

  /**
   * Resolves after `joined`; media follows. The two handles are opened side by side, and neither
   * waits for a camera.
   */
  async open(): Promise<void> {
    try {
      await this.#opened;
      const receiving = this.#openReceiver();
      const publishing = this.#openPublisher();
      publishing.catch((reason) => this.#end({ kind: 'lost', error: toCardeaError(reason) }));
      await receiving;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** What the video lines are to show; null leaves it to the plugin. */
  watch(pictures: readonly Picture[] | null): void {
    this.#receiver.watch(pictures);
  }

  /** Asks for something that the gateway decides on; resolves when it is on its way there. */
  async ask(
    body: { request: 'send' | 'hand' | 'moderate' } & Record<string, unknown>,
  ): Promise<void> {
    if (!this.#room || this.#over) throw closedError();
    await this.#room.request(body);
  }

  /** Leaves the room. Nothing more is heard of it here; the server is told now, or when it can be. */
  leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.removeAllListeners();
    const connection = this.#connection;
    const channel = [...this.#channels].at(0);
    const farewell = async () => {
      const left = channel?.request({ request: 'leave' }).catch(() => {});
      await Promise.race([left, pause(FAREWELL_MS)]);
      // Only now: a hangup that came before the word would look like a lost connection.
      this.#closeMedia();
      connection.destroy();
    };
    if (connection.state === 'open') {
      void farewell();
      return;
    }
    this.#closeMedia();
    if (connection.state === 'reconnecting') connection.once('reclaimed', farewell);
    else connection.close();
  }

  /** Leaves from a page that is going away: everything is sent before this returns. */
  leaveNow(): void {
    if (this.#over) return;
    for (const channel of this.#channels) channel.request({ request: 'leave' }).catch(() => {});
    this.#connection.destroy();
    this.#closeMedia();
  }

  /** Drops everything. The seat stays ours: its next connection replaces this one. */
  close(): void {
    this.#closeMedia();
    this.#connection.destroy();
  }

  async #openReceiver(): Promise<void> {
    const channel = await this.#attach();
    this.#receiver.bind(channel);
    channel.syncWith(() => ({ said: this.#lastMessage() }));
    channel.on('event', (event) => this.#onEvent(event));
    channel.on('synced', (synced) => this.emit('synced', synced));
    const joined = await channel.join({
      handle: 'receive',
      token: this.#entry.join_token,
      connection: this.#connectionId,
      ...(this.#slots ? { slots: this.#slots } : {}),
    });
    if (this.#over) throw closedError();
    this.#receiver.peer.setServers(joined);
    this.#receiver.joined(joined.map);
    this.#room = channel;
    this.emit('joined', joined);
    channel.admit();
  }

  async #openPublisher(): Promise<void> {
    const channel = await this.#attach();
    this.#publisher.bind(channel);
    channel.on('event', (event) => {
      if (event.event === 'rights') this.#publisher.setRights(event.publish);
      else if (event.event === 'removed') this.#onEvent(event);
    });
    const joined = await channel.join({
      handle: 'publish',
      token: this.#entry.join_token,
      connection: this.#connectionId,
    });
    this.#publisher.configure(joined);
    // Seeing the others comes first: both negotiations at once would take longer for each.
    await Promise.race([this.#receiver.answered, pause(PUBLISH_DELAY_MS)]);
    if (this.#over) return;
    this.#publisher.start(joined.participant.publish);
    channel.admit();
  }

  async #attach(): Promise<Channel> {
    const channel = await Channel.attach(this.#connection);
    channel.on('gone', (error) => this.#end({ kind: 'lost', error }));
    this.#channels.add(channel);
    return channel;
  }

  #onEvent(event: PluginEvent): void {
    if (event.event === 'removed') {
      this.#end({ kind: 'removed', reason: event.reason, text: event.text ?? null });
    } else {
      this.emit('event', event);
    }
  }

  #watchConnection(): void {
    this.#connection.on('state', (state) => {
      if (state === 'reconnecting') this.emit('signalling', false);
    });
    this.#connection.on('reclaimed', () => {
      this.emit('signalling', true);
      for (const channel of this.#channels) void channel.sync();
    });
    this.#connection.on('lost', (error) => this.#end({ kind: 'lost', error }));
  }

  #watchPeer(peer: Peer, restart: () => Promise<void>): void {
    let restarts = 0;
    peer.on('up', () => {
      restarts = 0;
    });
    peer.on('stalled', () => {
      // Without the socket nothing can be negotiated; `sync` sees to it when it is back.
      if (this.#connection.state !== 'open') return;
      restarts += 1;
      if (restarts <= MAX_RESTARTS) {
        void restart();
        return;
      }
      const error = new CardeaError({ code: 'media_failed', message: 'No path for media.' });
      this.#end({ kind: 'lost', error });
    });
  }

  #restartPaths(): void {
    if (this.#connection.state !== 'open') return;
    if (this.#receiver.peer.pc.remoteDescription) void this.#receiver.restart();
    if (this.#publisher.peer.pc.remoteDescription) void this.#publisher.restart();
  }

  #end(end: SessionEnd): void {
    if (this.#over) return;
    this.emit('ended', end);
    this.close();
  }

  #closeMedia(): void {
    this.#over = true;
    networkEvents()?.removeEventListener('online', this.#onOnline);
    for (const channel of this.#channels) channel.close();
    this.#receiver.close();
    this.#publisher.close();
    this.removeAllListeners();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
