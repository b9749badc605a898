/**
 * One handle of `janus.plugin.cardea`: answers and errors of the plugin, and its numbered events in
 * order. Where a number is missing the whole state is asked for with `sync` instead.
 */

import { CardeaError, toCardeaError } from './errors.ts';
import { Emitter } from './events.ts';
import type { JanusConnection, JanusHandle, Jsep, PluginAnswer, RemoteCandidate } from './janus.ts';
import { Backoff, sleep } from './retry.ts';
import type { JoinedAnswer, PluginEvent, SyncedAnswer } from './types.ts';

const PLUGIN = 'janus.plugin.cardea';
/**
 * When the plugin has closed the PeerConnection it says why by `removed`, or makes a new one and
 * offers it; both may come after Janus' own notice.
 */
const HANGUP_GRACE_MS = 1_500;

interface Request {
  request: string;
  [field: string]: unknown;
}

interface PluginError {
  cardea: 'error';
  request: string;
  code: string;
  error: string;
  retry: boolean;
}

export class Channel extends Emitter<{
  event: [PluginEvent, Jsep | null];
  /** The whole state. */
  synced: [SyncedAnswer];
  candidate: [RemoteCandidate];
  /** The handle or its PeerConnection has ended at the server. */
  gone: [CardeaError];
}> {
  readonly #handle: JanusHandle;
  #seq = 0;
  /** Events that wait for the answer to `join` or `sync`; null while events are handed on. */
  #held: [PluginEvent, Jsep | null][] | null = [];
  #syncing = false;
  #closed = false;
  #syncFields: () => Record<string, unknown> = () => ({});
  #hangup: ReturnType<typeof setTimeout> | undefined;

  static async attach(connection: JanusConnection): Promise<Channel> {
    return new Channel(await connection.attach(PLUGIN));
  }

  constructor(handle: JanusHandle) {
    super();
    this.#handle = handle;
    handle.on('event', (data, jsep) => this.#receive(data, jsep));
    handle.on('candidate', (candidate) => this.emit('candidate', candidate));
    handle.on('hangup', (reason) => {
      clearTimeout(this.#hangup);
      this.#hangup = setTimeout(() => this.#gone('hangup', reason), HANGUP_GRACE_MS);
    });
  }

  /**
   * Sends a plugin request. Rejects with the plugin's code, or that of the connection. Where it is
   * not known what became of it, a `sync` follows that tells.
   */
  async request<Data>(body: Request, jsep?: Jsep): Promise<PluginAnswer<Data>> {
    try {
      return await this.#ask<Data>(body, jsep);
    } catch (reason) {
      const error = toCardeaError(reason);
      if (error.code === 'timeout' || error.retry) void this.sync();
      throw error;
    }
  }

  /** Events that come after the answer are handed on once `admit` was called. */
  async join(body: {
    handle: 'publish' | 'receive';
    token: string;
    connection: string;
    slots?: { audio?: number; video?: number };
  }): Promise<JoinedAnswer> {
    const { data } = await this.#ask<JoinedAnswer>({ request: 'join', ...body });
    this.#seq = data.seq;
    return data;
  }

  /** What `sync` is to carry, asked for each time. */
  syncWith(fields: () => Record<string, unknown>): void {
    this.#syncFields = fields;
  }

  /** Starts handing on events, those that came since `join` first. */
  admit(): void {
    this.#release();
  }

  trickle(candidate: RTCIceCandidate | null): void {
    this.#handle.trickle(candidate);
  }

  /** Asks for the whole state, until there is an answer or the connection is away. */
  async sync(): Promise<void> {
    if (this.#syncing || this.#closed) return;
    this.#syncing = true;
    this.#held ??= [];
    const backoff = new Backoff(250, 3000);
    try {
      for (;;) {
        try {
          const { data } = await this.#ask<SyncedAnswer>({
            request: 'sync',
            ...this.#syncFields(),
          });
          this.#seq = data.seq;
          this.#syncing = false;
          this.emit('synced', data);
          this.#release();
          return;
        } catch (reason) {
          const error = toCardeaError(reason);
          if (error.code !== 'timeout' && !error.retry) throw error;
          await sleep(backoff.next());
        }
      }
    } catch (reason) {
      // A lost connection is followed by another sync as soon as the session is reclaimed.
      const error = toCardeaError(reason);
      if (!error.transient && error.code !== 'closed') this.#gone(error.code, error.message);
    } finally {
      this.#syncing = false;
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#hangup);
    this.removeAllListeners();
  }

  async #ask<Data>(body: Request, jsep?: Jsep): Promise<PluginAnswer<Data>> {
    const answer = await this.#handle.request<Data | PluginError>(body, jsep);
    if (isPluginError(answer.data)) {
      const { code, error, retry } = answer.data;
      throw new CardeaError({ code, message: error, retry });
    }
    return answer as PluginAnswer<Data>;
  }

  #receive(data: unknown, jsep: Jsep | null): void {
    const event = data as PluginEvent;
    if (event?.cardea !== 'event') return;
    if (this.#held) this.#held.push([event, jsep]);
    else this.#handOn(event, jsep);
  }

  #handOn(event: PluginEvent, jsep: Jsep | null): void {
    if (event.seq <= this.#seq) return;
    if (event.seq > this.#seq + 1) {
      this.#held = [[event, jsep]];
      void this.sync();
      return;
    }
    this.#seq = event.seq;
    if (event.event === 'offer') clearTimeout(this.#hangup);
    this.emit('event', event, jsep);
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const [event, jsep] of held) {
      // A gap among them starts the next sync, which holds the rest.
      if (this.#held) (this.#held as [PluginEvent, Jsep | null][]).push([event, jsep]);
      else this.#handOn(event, jsep);
    }
  }

  #gone(code: string, message: string): void {
    if (!this.#closed) this.emit('gone', new CardeaError({ code, message }));
  }
}

function isPluginError(data: unknown): data is PluginError {
  return (data as PluginError | null)?.cardea === 'error';
}
