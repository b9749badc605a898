/**
 * The Janus API over one WebSocket: transactions, handles, keepalive, and coming back by `claim`
 * after the socket was lost. It knows nothing of Cardea's messages.
 */

import { CardeaError, closedError, toCardeaError } from './errors.ts';
import { Emitter } from './events.ts';
import { Backoff, networkEvents, sleep } from './retry.ts';
import type { JanusId } from './types.ts';

export type ConnectionState = 'connecting' | 'open' | 'reconnecting' | 'closed';

export interface Jsep {
  type: 'offer' | 'answer';
  sdp: string;
}

export type RemoteCandidate = RTCIceCandidateInit | { completed: true };

/** A frame from Janus; which fields are there depends on `janus`. */
interface Frame {
  janus: string;
  transaction?: string;
  session_id?: JanusId;
  sender?: JanusId;
  data?: { id: JanusId };
  plugindata?: { plugin: string; data: unknown };
  jsep?: Jsep;
  candidate?: RemoteCandidate;
  reason?: string;
  error?: { code: number; reason: string };
}

interface Pending {
  /** A `message` is answered by an event; its `ack` only says that Janus has it. */
  awaitsEvent: boolean;
  resolve: (frame: Frame) => void;
  reject: (error: CardeaError) => void;
  timer: ReturnType<typeof setTimeout>;
}

export interface PluginAnswer<Data> {
  data: Data;
  jsep: Jsep | null;
}

const SUBPROTOCOL = 'janus-protocol';
const KEEPALIVE_MS = 25_000;
const DIAL_TIMEOUT_MS = 10_000;
const TRANSACTION_TIMEOUT_MS = 10_000;
const PROBE_TIMEOUT_MS = 4_000;
/** Answers to `claim` after which there is no point in another one. */
const CLAIM_REFUSALS = new Set(['janus_403', 'janus_458']);
/** Sockets that open and give no success to `claim`, after which the session counts as lost. */
const MAX_FAILED_CLAIMS = 6;

export interface JanusConnectionOptions {
  url: string;
  /** Proves, in a `claim`, that the session is ours. */
  resume: string;
  /** How long to try to come back before the session counts as lost. */
  reconnectDeadlineMs: number;
}

export class JanusConnection extends Emitter<{
  state: [ConnectionState];
  /** The session is ours again; events of the time between are lost. */
  reclaimed: [];
  /** The session is gone, or cannot be reached; only a new one helps. */
  lost: [CardeaError];
}> {
  readonly #url: string;
  readonly #resume: string;
  readonly #reconnectDeadlineMs: number;
  readonly #closing = new AbortController();
  readonly #handles = new Map<JanusId, JanusHandle>();
  readonly #pending = new Map<string, Pending>();
  readonly #onOnline = () => this.#probe();

  #state: ConnectionState = 'connecting';
  #socket: WebSocket | null = null;
  #sessionId: JanusId | null = null;
  #counter = 0;
  #keepalive: ReturnType<typeof setInterval> | undefined;
  /** Candidates found while the socket was away. */
  #unsent: Record<string, unknown>[] = [];

  constructor({ url, resume, reconnectDeadlineMs }: JanusConnectionOptions) {
    super();
    this.#url = url;
    this.#resume = resume;
    this.#reconnectDeadlineMs = reconnectDeadlineMs;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Makes the session. Rejects without another try: a join token is for one admission. */
  async open(joinToken: string): Promise<void> {
    try {
      await this.#dial();
      const answer = await this.#transact({ janus: 'create', token: joinToken });
      this.#sessionId = answer.data?.id ?? null;
    } catch (error) {
      this.close();
      throw error;
    }
    this.#enterOpen();
    networkEvents()?.addEventListener('online', this.#onOnline);
  }

  async attach(plugin: string): Promise<JanusHandle> {
    const answer = await this.#transact({ janus: 'attach', plugin, session_id: this.#sessionId });
    const id = answer.data?.id;
    if (id === undefined) throw new CardeaError({ code: 'protocol', message: 'no handle id' });
    const handle = new JanusHandle(this, id);
    this.#handles.set(id, handle);
    return handle;
  }

  /** Ends the Janus session as far as it can be reached, without waiting for an answer. */
  destroy(): void {
    if (this.#state === 'open') {
      this.#trySend({
        janus: 'destroy',
        session_id: this.#sessionId,
        transaction: this.#transaction(),
      });
    }
    this.close();
  }

  /** Closes the socket and leaves the Janus session to the server. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#closing.abort();
    clearInterval(this.#keepalive);
    networkEvents()?.removeEventListener('online', this.#onOnline);
    this.#dropSocket();
    this.#failPending(closedError());
    this.#setState('closed');
    this.removeAllListeners();
  }

  /** @internal used by JanusHandle */
  async message(handle: JanusId, body: object, jsep?: Jsep): Promise<Frame> {
    return this.#transact(
      {
        janus: 'message',
        session_id: this.#sessionId,
        handle_id: handle,
        body,
        ...(jsep ? { jsep } : {}),
      },
      { awaitsEvent: true },
    );
  }

  /** @internal used by JanusHandle; kept until the socket is back */
  trickle(handle: JanusId, candidate: RemoteCandidate): void {
    const frame = {
      janus: 'trickle',
      session_id: this.#sessionId,
      handle_id: handle,
      candidate,
      transaction: this.#transaction(),
    };
    if (this.#state !== 'open' || !this.#trySend(frame)) this.#unsent.push(frame);
  }

  #setState(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('state', state);
  }

  #enterOpen(): void {
    clearInterval(this.#keepalive);
    this.#keepalive = setInterval(() => this.#beat(TRANSACTION_TIMEOUT_MS), KEEPALIVE_MS);
    this.#setState('open');
    for (const frame of this.#unsent.splice(0)) this.#trySend(frame);
  }

  /** Opens a socket; resolves when frames can be sent on it. */
  #dial(): Promise<void> {
    this.#dropSocket();
    const socket = new WebSocket(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new CardeaError({ code: 'timeout', message: 'The server did not answer in time.' }));
        socket.close();
      }, DIAL_TIMEOUT_MS);
      this.#closing.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(closedError());
      });
      socket.onopen = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.onmessage = (event) => {
        if (socket === this.#socket) this.#receive(String(event.data));
      };
      socket.onclose = (event) => {
        clearTimeout(timer);
        const error = new CardeaError({
          code: 'connection_lost',
          message: event.reason || `The connection was closed (${event.code}).`,
        });
        reject(error);
        if (socket === this.#socket) this.#onSocketLost(error);
      };
    });
  }

  #dropSocket(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #onSocketLost(error: CardeaError): void {
    this.#socket = null;
    this.#failPending(error);
    if (this.#state === 'open') void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    clearInterval(this.#keepalive);
    this.#setState('reconnecting');
    const backoff = new Backoff(250, 3000);
    const deadline = performance.now() + this.#reconnectDeadlineMs;
    let failedClaims = 0;
    while (this.#state === 'reconnecting') {
      let dialled = false;
      try {
        await sleep(backoff.next(), this.#closing.signal, networkEvents());
        await this.#dial();
        dialled = true;
        await this.#transact({
          janus: 'claim',
          session_id: this.#sessionId,
          token: this.#resume,
        });
        this.#enterOpen();
        this.emit('reclaimed');
        return;
      } catch (reason) {
        if (this.#state !== 'reconnecting') return;
        const error = toCardeaError(reason);
        if (dialled) failedClaims += 1;
        const refused = CLAIM_REFUSALS.has(error.code) || failedClaims >= MAX_FAILED_CLAIMS;
        if (refused || performance.now() > deadline) {
          this.#giveUp(error);
          return;
        }
      }
    }
  }

  #giveUp(error: CardeaError): void {
    if (this.#state === 'closed') return;
    this.emit('lost', error);
    this.close();
  }

  #beat(timeoutMs: number): void {
    if (this.#state !== 'open') return;
    this.#transact({ janus: 'keepalive', session_id: this.#sessionId }, { timeoutMs }).catch(
      (error: CardeaError) => {
        if (this.#state !== 'open') return;
        if (error.code === 'timeout') {
          // The path is dead although the socket does not know it yet.
          this.#dropSocket();
          this.#onSocketLost(error);
        } else if (error.code.startsWith('janus_')) {
          this.#giveUp(error);
        }
      },
    );
  }

  /** The network came back or changed: find out now whether the socket survived it. */
  #probe(): void {
    this.#beat(PROBE_TIMEOUT_MS);
  }

  #transaction(): string {
    this.#counter += 1;
    return `c${this.#counter.toString(36)}`;
  }

  #transact(
    request: Record<string, unknown>,
    { awaitsEvent = false, timeoutMs = TRANSACTION_TIMEOUT_MS } = {},
  ): Promise<Frame> {
    const transaction = this.#transaction();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(transaction);
        reject(new CardeaError({ code: 'timeout', message: 'The server did not answer in time.' }));
      }, timeoutMs);
      this.#pending.set(transaction, { awaitsEvent, resolve, reject, timer });
      if (!this.#trySend({ ...request, transaction })) {
        this.#settle(transaction)?.reject(
          new CardeaError({ code: 'connection_lost', message: 'The connection is away.' }),
        );
      }
    });
  }

  #trySend(frame: Record<string, unknown>): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #settle(transaction: string | undefined): Pending | undefined {
    if (transaction === undefined) return undefined;
    const pending = this.#pending.get(transaction);
    if (!pending) return undefined;
    this.#pending.delete(transaction);
    clearTimeout(pending.timer);
    return pending;
  }

  #failPending(error: CardeaError): void {
    for (const transaction of [...this.#pending.keys()]) {
      this.#settle(transaction)?.reject(error);
    }
  }

  #receive(text: string): void {
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return;
    }
    switch (frame.janus) {
      case 'ack':
        if (this.#pending.get(frame.transaction ?? '')?.awaitsEvent) return;
        this.#settle(frame.transaction)?.resolve(frame);
        return;
      case 'success':
        this.#settle(frame.transaction)?.resolve(frame);
        return;
      case 'error':
        this.#settle(frame.transaction)?.reject(janusError(frame));
        return;
      case 'timeout':
        this.#giveUp(janusError(frame));
        return;
      default: {
        const pending = this.#settle(frame.transaction);
        if (pending) pending.resolve(frame);
        else this.#handles.get(frame.sender ?? -1)?.receive(frame);
      }
    }
  }
}

/** One attached plugin handle. */
export class JanusHandle extends Emitter<{
  /** A plugin event that answers no request of ours. */
  event: [unknown, Jsep | null];
  candidate: [RemoteCandidate];
  /** Janus ended the PeerConnection or the handle. */
  hangup: [string];
}> {
  readonly id: JanusId;
  readonly #connection: JanusConnection;

  constructor(connection: JanusConnection, id: JanusId) {
    super();
    this.#connection = connection;
    this.id = id;
  }

  /** Sends a plugin message and resolves with the event that answers it. */
  async request<Data>(body: object, jsep?: Jsep): Promise<PluginAnswer<Data>> {
    const frame = await this.#connection.message(this.id, body, jsep);
    return { data: frame.plugindata?.data as Data, jsep: frame.jsep ?? null };
  }

  /** `null` says that there are no more candidates. */
  trickle(candidate: RTCIceCandidate | null): void {
    this.#connection.trickle(this.id, candidate ? candidate.toJSON() : { completed: true });
  }

  /** @internal called by JanusConnection */
  receive(frame: Frame): void {
    switch (frame.janus) {
      case 'event':
        this.emit('event', frame.plugindata?.data, frame.jsep ?? null);
        return;
      case 'trickle':
        if (frame.candidate) this.emit('candidate', frame.candidate);
        return;
      case 'hangup':
      case 'detached':
        this.emit('hangup', frame.reason ?? frame.janus);
        return;
      // webrtcup, media and slowlink tell nothing that the RTCPeerConnection does not know better.
    }
  }
}

function janusError(frame: Frame): CardeaError {
  const code = frame.error?.code ?? 0;
  return new CardeaError({
    code: `janus_${code}`,
    message: frame.error?.reason ?? `Janus answered "${frame.janus}".`,
  });
}
