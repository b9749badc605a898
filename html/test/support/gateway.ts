/**
 * A gateway, a Janus and the plugin in one object: enough of them to test the client's side of the
 * protocol. It replaces `fetch`, `WebSocket` and `RTCPeerConnection`; media is not simulated.
 */

import type { Participant, Self, SlotMap, Speaking } from '../../client/types.ts';

interface Frame {
  janus: string;
  transaction: string;
  session_id?: number;
  handle_id?: number;
  token?: string;
  body?: { request: string; [field: string]: unknown };
}

type Answer = { status: number; body: unknown; headers?: Record<string, string> };

const SELF: Self = {
  id: 'me',
  client_id: 'me',
  name: 'Me',
  role: 'participant',
  guest: false,
  hidden: false,
  publish: ['microphone', 'camera', 'screen'],
};

export class FakeGateway {
  /** Every request body of `enter`, and every frame, in order. */
  readonly entered: Record<string, unknown>[] = [];
  readonly frames: Frame[] = [];
  readonly sockets = new Set<FakeSocket>();
  /** Answers to `enter` to give first; 201 after that. */
  readonly refusals: (Answer | 'network')[] = [];
  /** Answers to `join` to give first. */
  readonly joinErrors: { code: string; retry: boolean }[] = [];
  /** Where the participant is. */
  room = 'room';
  roster: Participant[] = [];
  map: SlotMap = { audio: [], video: [] };
  speaking: Speaking = { dominant: null, speaking: [] };
  hands: string[] = [];
  /** What `sync` brings of what was said. */
  said: Record<string, unknown>[] = [];
  /** Answers to `send`, `hand` and `moderate` to give first. */
  readonly askErrors: string[] = [];
  /** The number of the last event of the receive handle. */
  seq = 0;
  reachable = true;
  /** Whether the Janus session is still there when it is claimed. */
  sessionAlive = true;
  receiveHandle = 0;
  publishHandle = 0;
  #handles = 100;
  #offers = 0;

  install(): void {
    Object.assign(globalThis, {
      fetch: (url: URL, init: RequestInit) => this.#fetch(url, init),
      WebSocket: fakeSocketClass(this),
      RTCPeerConnection: FakePeerConnection,
      RTCRtpSender: {},
    });
    // Node has one of its own from version 21 on.
    globalThis.navigator ??= {} as Navigator;
  }

  requests(name: string): Frame[] {
    return this.frames.filter((frame) => frame.body?.request === name);
  }

  sent(kind: string): Frame[] {
    return this.frames.filter((frame) => frame.janus === kind);
  }

  /** An event of the plugin on the receive handle; without a number, the next one. */
  push(event: Record<string, unknown>, seq?: number): void {
    this.seq = seq ?? this.seq + 1;
    this.#toAll({
      janus: 'event',
      sender: this.receiveHandle,
      ...(event.event === 'offer' ? { jsep: { type: 'offer', sdp: 'v=0' } } : {}),
      plugindata: { data: { cardea: 'event', seq: this.seq, ...event } },
    });
  }

  /** Janus' notice that the PeerConnection of the receive handle is closed. */
  hangup(): void {
    this.#toAll({ janus: 'hangup', sender: this.receiveHandle, reason: 'Close PC' });
  }

  /** All sockets break, as when the gateway is killed. */
  drop(): void {
    for (const socket of [...this.sockets]) socket.serverClose(1006);
  }

  receive(socket: FakeSocket, frame: Frame): void {
    this.frames.push(frame);
    const answer = (fields: Record<string, unknown>) =>
      socket.serverSend({ transaction: frame.transaction, ...fields });
    switch (frame.janus) {
      case 'create':
        this.sessionAlive = true;
        answer({ janus: 'success', data: { id: 4242 } });
        return;
      case 'claim':
        if (this.sessionAlive) answer({ janus: 'success' });
        else answer({ janus: 'error', error: { code: 458, reason: 'No such session' } });
        return;
      case 'attach':
        this.#handles += 1;
        answer({ janus: 'success', data: { id: this.#handles } });
        return;
      case 'message':
        answer({ janus: 'ack' });
        answer({
          janus: 'event',
          sender: frame.handle_id,
          plugindata: { data: this.#plugin(frame) },
        });
        return;
      default:
        answer({ janus: 'ack' });
    }
  }

  #plugin({ body, handle_id = 0 }: Frame): Record<string, unknown> {
    switch (body?.request) {
      case 'join': {
        const refusal = this.joinErrors.shift();
        if (refusal) return { cardea: 'error', request: 'join', error: refusal.code, ...refusal };
        if (body.handle === 'publish') this.publishHandle = handle_id;
        else this.receiveHandle = handle_id;
        this.seq = 0;
        return {
          cardea: 'joined',
          ...this.#state(body.handle),
          stun_servers: [],
          turn_servers: [],
        };
      }
      case 'sync': {
        const handle = handle_id === this.publishHandle ? 'publish' : 'receive';
        const said = handle === 'receive' ? { said: this.said } : {};
        return {
          cardea: 'synced',
          media: 'up',
          offer: this.#offers,
          ...this.#state(handle),
          ...said,
        };
      }
      case 'publish': {
        this.#offers = body.offer as number;
        const tracks = body.tracks as object[];
        return {
          cardea: 'published',
          offer: body.offer,
          tracks: tracks.map((track) => ({ ...track, accepted: true })),
        };
      }
      case 'send':
      case 'hand':
      case 'moderate': {
        const code = this.askErrors.shift();
        return code
          ? { cardea: 'error', request: body.request, code, error: code, retry: false }
          : { cardea: 'ok' };
      }
      case 'ice':
        return { cardea: 'ice', stun_servers: [], turn_servers: [] };
      default:
        return { cardea: 'ok' };
    }
  }

  #state(handle: unknown): Record<string, unknown> {
    const shared = { handle, room: { id: this.room, epoch: 1 }, participant: SELF };
    return handle === 'receive'
      ? {
          ...shared,
          seq: this.seq,
          roster: this.roster,
          map: this.map,
          speaking: this.speaking,
          hands: this.hands,
        }
      : { ...shared, seq: 0, tracks: [] };
  }

  #toAll(frame: Record<string, unknown>): void {
    for (const socket of this.sockets) socket.serverSend(frame);
  }

  async #fetch(_url: URL, init: RequestInit): Promise<Response> {
    const refusal = this.refusals.shift();
    if (!this.reachable || refusal === 'network') throw new TypeError('fetch failed');
    this.entered.push(JSON.parse(String(init.body)));
    if (refusal) return json(refusal);
    return json({
      status: 201,
      body: {
        participant: SELF,
        room: { id: 'room', name: 'Room', options: {}, locked: false },
        join_token: `token-${this.entered.length}`,
        resume: `resume-${this.entered.length}`,
        janus_url: 'ws://gateway/janus/n1',
        slots: { audio: 3, video: 9 },
        stun_servers: [],
        turn_servers: [],
      },
    });
  }
}

function json({ status, body, headers = {} }: Answer): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

function fakeSocketClass(gateway: FakeGateway) {
  return class extends FakeSocket {
    constructor(url: string, protocol: string) {
      super(gateway, url, protocol);
    }
  };
}

export class FakeSocket {
  static readonly OPEN = 1;
  readonly url: string;
  readonly protocol: string;
  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  readonly #gateway: FakeGateway;

  constructor(gateway: FakeGateway, url: string, protocol: string) {
    this.url = url;
    this.protocol = protocol;
    this.#gateway = gateway;
    queueMicrotask(() => {
      if (!gateway.reachable) {
        this.serverClose(1006);
        return;
      }
      this.readyState = 1;
      gateway.sockets.add(this);
      this.onopen?.();
    });
  }

  send(text: string): void {
    const frame = JSON.parse(text) as Frame;
    setImmediate(() => this.#gateway.receive(this, frame));
  }

  close(): void {
    this.readyState = 3;
    this.#gateway.sockets.delete(this);
  }

  serverSend(frame: Record<string, unknown>): void {
    if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  serverClose(code: number): void {
    this.close();
    this.onclose?.({ code, reason: '' });
  }
}

export class FakePeerConnection {
  /** Candidates that were added, in order. */
  readonly added: (string | undefined)[] = [];
  /** One per line, in order. */
  readonly senders: FakeSender[] = [];
  localDescription: unknown = null;
  remoteDescription: unknown = null;
  signalingState = 'stable';
  connectionState = 'new';
  #mids = 0;

  addTransceiver(_media: unknown, { sendEncodings = [] }: RTCRtpTransceiverInit = {}) {
    this.#mids += 1;
    const sender = new FakeSender(sendEncodings);
    this.senders.push(sender);
    return { mid: String(this.#mids - 1), sender };
  }

  async createOffer() {
    return { type: 'offer', sdp: 'v=0' };
  }

  async createAnswer() {
    return { type: 'answer', sdp: 'v=0' };
  }

  async setLocalDescription(description: unknown) {
    this.localDescription = description;
  }

  async setRemoteDescription(description: unknown) {
    this.remoteDescription = description;
  }

  getConfiguration() {
    return {};
  }

  async addIceCandidate({ candidate }: { candidate?: string }) {
    this.added.push(candidate);
  }

  setConfiguration() {}
  close() {}
}

export class FakeSender {
  track: MediaStreamTrack | null = null;
  encodings: RTCRtpEncodingParameters[];

  constructor(encodings: RTCRtpEncodingParameters[]) {
    this.encodings = encodings;
  }

  async replaceTrack(track: MediaStreamTrack | null) {
    this.track = track;
  }

  getParameters() {
    return { encodings: this.encodings.map((encoding) => ({ ...encoding })) };
  }

  async setParameters({ encodings }: { encodings: RTCRtpEncodingParameters[] }) {
    this.encodings = encodings;
  }
}
