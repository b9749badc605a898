/**
 * A meeting as a page sees it: one object from the first `join` to the end, whatever happens to
 * sockets, gateways and media nodes in between.
 */

import { type AtTheDoor, type EnterResult, enterWithRetry } from './api.ts';
import { Conversation } from './conversation.ts';
import { CardeaError, closedError, toCardeaError } from './errors.ts';
import { Emitter } from './events.ts';
import { Identity, tabStorage } from './identity.ts';
import { Lobby } from './lobby.ts';
import { LocalMedia } from './local.ts';
import { Moderation } from './moderation.ts';
import { Backoff, networkEvents, sleep } from './retry.ts';
import { RoomState } from './room.ts';
import { RoomCalls } from './room_calls.ts';
import { Session, type SessionEnd } from './session.ts';
import type {
  Entry,
  Locks,
  MediaKind,
  Message,
  Participant,
  PluginEvent,
  Permissions,
  PermissionsChange,
  Removal,
  Role,
  RoomOptions,
  RoomStateAnswer,
  Self,
  SlotCounts,
  SlotMap,
  SourceKind,
  Speaking,
  WaitingPerson,
  WaitsFor,
} from './types.ts';
import type { Picture } from './wishes.ts';

export type MeetingState =
  'idle' | 'connecting' | 'waiting' | 'connected' | 'reconnecting' | 'ended';

export interface Ending {
  /**
   * `left`: by `leave()`. `replaced`: by another page of the same participant. `revoked`: removed by
   * a host. `closed`: the meeting is over. `refused`: see `error`. `lost`: the server stayed away.
   */
  reason: 'left' | 'replaced' | 'revoked' | 'closed' | 'refused' | 'lost';
  /** A text for people, if somebody gave one. */
  text: string | null;
  error: CardeaError | null;
}

/** What this page waits for, in state `waiting` and until it is in the call. */
export interface Door {
  waitsFor: WaitsFor;
  /** A text of the host, if there is one. */
  text: string | null;
}

export interface MeetingOptions {
  credential: string;
  /** Where the gateway is; the page's own origin by default. */
  baseUrl?: string;
  name?: string;
  slots?: Partial<SlotCounts>;
  /** Microphone, camera and screen, for example those of a preview. The meeting does not release it. */
  media?: LocalMedia;
  /** Where to keep what makes a reloaded page the same participant; null keeps nothing. */
  storage?: Storage | null;
  /** How long to try to get in. */
  joinDeadlineMs?: number;
  /** How long to try to come back. */
  reconnectDeadlineMs?: number;
  /** 'relay': media go through a TURN server only, so that nobody is told this machine's addresses. */
  iceTransportPolicy?: RTCIceTransportPolicy;
}

const TICKET_POLL_MS = 2_500;
/** Sessions in a row that fail, with an answer from the server, before the meeting gives up. */
const MAX_FAILURES = 8;
/** Sessions in a row that never carry media. */
const MAX_MEDIA_FAILURES = 2;
/** A session that lived this long starts the counts anew. */
const PROVEN_MS = 10_000;
/** Refusals of `join` that entering again would not change. */
const FINAL_REFUSALS = new Set(['room_full', 'duplicate_refused', 'tenant_mismatch', 'version']);

export class Meeting extends Emitter<{
  state: [MeetingState];
  /** This person is at the door. */
  waiting: [Door];
  /** Hosts: who waits to be let in has changed. */
  lobby: [readonly WaitingPerson[]];
  roster: [];
  slots: [SlotMap];
  /** Somebody began or ceased to speak. */
  speaking: [Speaking];
  /** A line of the receive connection has a (new) track. */
  track: [string, MediaStreamTrack];
  /** Kinds that may be published from now on. */
  rights: [readonly MediaKind[]];
  /** Somebody wrote, oneself included. */
  message: [Message];
  reaction: [Message];
  /** Who has a hand up, who raised it first in front. */
  hands: [readonly string[]];
  /** This page goes on in another room, with its id; everything told so far is replaced. */
  moved: [string];
  /** Anything the gateway says, messages and reactions included. */
  said: [Record<string, unknown>];
  ended: [Ending];
  /** After each of the above: something to show may have changed. */
  change: [];
}> {
  readonly media: LocalMedia;
  readonly #baseUrl: string;
  readonly #credential: string;
  readonly #name: string | undefined;
  readonly #slots: Partial<SlotCounts> | undefined;
  readonly #identity: Identity;
  readonly #joinDeadlineMs: number;
  readonly #reconnectDeadlineMs: number;
  readonly #iceTransportPolicy: RTCIceTransportPolicy | undefined;
  readonly #stop = new AbortController();
  readonly #roomState = new RoomState();
  readonly #conversation = new Conversation();
  readonly #calls: RoomCalls;
  readonly #moderation: Moderation;
  readonly #lobby: Lobby;
  readonly #backoff = new Backoff(500, 5000);
  readonly #onPageHide = () => this.#leaveNow();

  #state: MeetingState = 'idle';
  #session: Session | null = null;
  #self: Self | null = null;
  #room: Pick<Entry['room'], 'id' | 'name'> | null = null;
  #options: RoomOptions = {};
  #avatar: string | null = null;
  #locks: Locks = {};
  #ending: Ending | null = null;
  #trouble: CardeaError | null = null;
  #door: Door | null = null;
  #locale: string | null = null;
  #pictures: readonly Picture[] | null = null;
  #failures = 0;
  #mediaFailures = 0;
  #proven: ReturnType<typeof setTimeout> | undefined;

  constructor(options: MeetingOptions) {
    super();
    this.media = options.media ?? new LocalMedia();
    this.#baseUrl = options.baseUrl ?? location.origin;
    this.#credential = options.credential;
    this.#name = options.name;
    this.#slots = options.slots;
    const storage = options.storage === undefined ? tabStorage() : options.storage;
    this.#identity = new Identity(options.credential, storage);
    this.#calls = new RoomCalls(this.#baseUrl, () => this.#identity.resume ?? this.#credential);
    this.#moderation = new Moderation(this.#calls);
    this.#lobby = new Lobby(this.#calls);
    this.#lobby.on('change', () => this.#announce('lobby', this.#lobby.people));
    this.#joinDeadlineMs = options.joinDeadlineMs ?? 120_000;
    this.#reconnectDeadlineMs = options.reconnectDeadlineMs ?? 300_000;
    this.#iceTransportPolicy = options.iceTransportPolicy;
  }

  /** Whether this browser can take part at all. */
  static get supported(): boolean {
    return typeof RTCPeerConnection === 'function' && typeof WebSocket === 'function';
  }

  get state(): MeetingState {
    return this.#state;
  }

  /** Who this page is, once connected. */
  get self(): Self | null {
    return this.#self;
  }

  get room(): { id: string; name: string } | null {
    return this.#room && { id: this.#room.id, name: this.#room.name };
  }

  /** What the room says to pages. */
  get options(): RoomOptions {
    return this.#options;
  }

  /** Address of this person's picture. */
  get avatar(): string | null {
    return this.#avatar;
  }

  /** Everybody else, by id, in the order in which they came. */
  get participants(): ReadonlyMap<string, Participant> {
    return this.#roomState.participants;
  }

  get slots(): SlotMap {
    return this.#roomState.slots;
  }

  /** Who speaks now, oneself included; `dominant` is whom a picture should follow. */
  get speaking(): Speaking {
    return this.#roomState.speaking;
  }

  /** Chat since this page joined, in order. */
  get messages(): readonly Message[] {
    return this.#conversation.messages;
  }

  /** Ids of those with a raised hand, who raised it first in front. */
  get hands(): readonly string[] {
    return this.#conversation.hands;
  }

  /** The track of each line of the receive connection, by mid. */
  get tracks(): ReadonlyMap<string, MediaStreamTrack> {
    return this.#session?.tracks ?? new Map();
  }

  /** Why it takes so long, while the gateway is being tried again. */
  get trouble(): CardeaError | null {
    return this.#trouble;
  }

  /** What this page waits for, if it does. */
  get door(): Door | null {
    return this.#door;
  }

  /** Hosts: who waits to be let in, in the order of coming. */
  get lobby(): readonly WaitingPerson[] {
    return this.#lobby.people;
  }

  /** Language of this person, if the server knows it. */
  get locale(): string | null {
    return this.#locale;
  }

  get ending(): Ending | null {
    return this.#ending;
  }

  /** The track that carries this source of this participant now, if one does. */
  trackOf(participantId: string, kind: SourceKind): MediaStreamTrack | null {
    const mid = this.#roomState.midOf(participantId, kind);
    return (mid && this.tracks.get(mid)) || null;
  }

  /**
   * Names the pictures that the page shows, the most important first, with the height of each; as many as
   * there are video lines are sent, no larger than asked for. Call it whenever that changes. null
   * (as in the beginning) shows whoever came first.
   */
  watch(pictures: readonly Picture[] | null): void {
    this.#pictures = pictures;
    this.#session?.watch(pictures);
  }

  mayPublish(kind: MediaKind): boolean {
    return this.#self?.publish.includes(kind) ?? true;
  }

  /** What is locked for this person, kinds of media included; hosts carry no locks. */
  get locks(): Locks {
    return this.#locks;
  }

  /** Whether this person may write to everybody, to one, or react. */
  maySend(what: 'chat' | 'private_chat' | 'reactions'): boolean {
    const { chat, chat_send_message: send, private_chat: toOne, reactions } = this.#locks;
    if (!this.mayPublish('data')) return false;
    if (what === 'reactions') return !reactions;
    return !chat && !send && (what === 'chat' || !toOne);
  }

  /** Statistics of both connections, while there are any. */
  async getStats(): Promise<{ publish: RTCStatsReport; receive: RTCStatsReport } | null> {
    const connections = this.#session?.peerConnections;
    if (!connections) return null;
    const [publish, receive] = await Promise.all([
      connections.publish.getStats(),
      connections.receive.getStats(),
    ]);
    return { publish, receive };
  }

  /** Resolves when connected for the first time; rejects with the reason why not. */
  async join(): Promise<void> {
    if (this.#state !== 'idle') throw closedError();
    if (!Meeting.supported) {
      const error = new CardeaError({ code: 'unsupported', message: 'No WebRTC in this browser.' });
      this.#end({ reason: 'refused', text: null, error });
      throw error;
    }
    networkEvents()?.addEventListener('pagehide', this.#onPageHide);
    this.#setState('connecting');
    return new Promise((resolve, reject) => {
      this.on('state', (state) => {
        if (state === 'connected') resolve();
        else if (state === 'ended') reject(this.#ending?.error ?? closedError());
      });
      void this.#run();
    });
  }

  /**
   * Writes to everybody, or to one. It comes back as event `message` when the gateway has put it in
   * order. Rejects with `rate_limited` (more than ten at once, or five a second), `not_permitted`,
   * `not_found` (nobody of that id) or `json_range` (over 4096 bytes).
   */
  async send(text: string, { to }: { to?: string } = {}): Promise<void> {
    await this.#ask({ request: 'send', type: 'chat', text, ...(to ? { to } : {}) });
  }

  async react(emoji: string): Promise<void> {
    await this.#ask({ request: 'send', type: 'reaction', text: emoji });
  }

  async raiseHand(raised: boolean): Promise<void> {
    await this.#ask({ request: 'hand', raised });
  }

  /** Hosts: switches a source of somebody off, who may switch it on again. */
  async mute(participantId: string, kind: 'microphone' | 'camera' | 'screen'): Promise<void> {
    await this.#ask({ request: 'moderate', action: 'mute', participant: participantId, kind });
  }

  /** Hosts: for good; with `block` no other credential of the same person opens this meeting either. */
  async remove(participantId: string, removal: Removal = {}): Promise<void> {
    if (removal.block || removal.reason) {
      await this.#moderation.remove(participantId, removal);
    } else {
      await this.#ask({ request: 'moderate', action: 'remove', participant: participantId });
    }
  }

  /** Hosts: what somebody may do. */
  permissions(participantId: string): Promise<Permissions> {
    return this.#moderation.permissions(participantId);
  }

  /** Hosts: locks and unlocks, makes somebody a host or a participant; takes effect at once. */
  permit(participantId: string, change: PermissionsChange): Promise<Permissions> {
    return this.#moderation.change(participantId, change);
  }

  /** Hosts. */
  async lowerHand(participantId: string): Promise<void> {
    await this.#ask({ request: 'moderate', action: 'lower_hand', participant: participantId });
  }

  /** Hosts: lets somebody in who waits. */
  async admit(participantId: string): Promise<void> {
    await this.#lobby.admit(participantId);
  }

  /** Hosts: lets everybody in who waits. */
  async admitAll(): Promise<void> {
    await this.#lobby.admitAll();
  }

  /** Hosts: does not let somebody in, who reads why. */
  async deny(participantId: string, reason?: string): Promise<void> {
    await this.#lobby.deny(participantId, reason);
  }

  /** Hosts: sends somebody back to wait, whose media ends at once. */
  async putBack(participantId: string): Promise<void> {
    await this.#lobby.putBack(participantId);
  }

  async #ask(...args: Parameters<Session['ask']>): Promise<void> {
    if (!this.#session) throw closedError();
    await this.#session.ask(...args);
  }

  /** Takes effect at once; the server is told now, or when it can be reached. */
  leave(): void {
    if (this.#ending) return;
    const session = this.#session;
    this.#session = null;
    session?.leave();
    this.#end({ reason: 'left', text: null, error: null });
  }

  #leaveNow(): void {
    this.#session?.leaveNow();
    this.#session = null;
    this.#end({ reason: 'left', text: null, error: null });
  }

  /** One session after the other, until something ends the meeting. */
  async #run(): Promise<void> {
    try {
      while (!this.#ending) {
        const entry = await this.#enter();
        const end = await this.#live(entry);
        if (this.#ending) return;
        await this.#afterSession(end);
      }
    } catch (reason) {
      const error = toCardeaError(reason);
      if (error.code === 'closed') return;
      this.#end({ reason: error.transient ? 'lost' : 'refused', text: null, error });
    }
  }

  async #enter(): Promise<Entry> {
    const fresh = this.#self === null;
    try {
      return await this.#admission(this.#credential, fresh);
    } catch (reason) {
      const error = toCardeaError(reason);
      // What an earlier page has kept may belong to a meeting that is over. In a running meeting a
      // refused `resume` is the answer to a removal and must not become a second try.
      if (!fresh || error.transient || error.code === 'closed' || !this.#identity.resume)
        throw error;
      this.#identity.resume = undefined;
      return await this.#admission(this.#credential, fresh);
    }
  }

  /** Enters, and stays at the door for as long as it takes. */
  async #admission(credential: string, fresh: boolean): Promise<Entry> {
    let presented = credential;
    for (;;) {
      const result = await this.#knock(presented, fresh);
      this.#setTrouble(null);
      if (!result.waiting) {
        this.#identity.resume = result.entry.resume;
        this.#locale = result.entry.participant.locale ?? null;
        if (fresh || this.#state === 'waiting') this.#setState('connecting');
        return result.entry;
      }
      presented = result.ticket;
      this.#wait(result);
      await sleep(TICKET_POLL_MS, this.#stop.signal);
    }
  }

  async #knock(credential: string, fresh: boolean): Promise<EnterResult> {
    const resume = this.#identity.resume;
    for (;;) {
      try {
        return await enterWithRetry(
          this.#baseUrl,
          {
            credential,
            client_key: this.#identity.clientKey,
            ...(this.#name ? { name: this.#name } : {}),
            ...(this.#slots ? { slots: this.#slots } : {}),
            ...(resume ? { resume } : {}),
          },
          {
            deadlineMs: fresh ? this.#joinDeadlineMs : this.#reconnectDeadlineMs,
            signal: this.#stop.signal,
            onRetry: (error) => this.#setTrouble(error),
          },
        );
      } catch (reason) {
        const error = toCardeaError(reason);
        // Asked too often is no answer for who is at the door.
        if (error.status !== 429 || this.#state !== 'waiting') throw error;
        await sleep((error.retryAfter ?? 1) * 1000, this.#stop.signal);
      }
    }
  }

  /** At the door: whatever this page held before opens nothing any more. */
  #wait({ waitsFor, message, locale }: AtTheDoor): void {
    this.#identity.resume = undefined;
    this.#locale = locale;
    this.#door = { waitsFor, text: message };
    this.#setState('waiting');
    this.#announce('waiting', this.#door);
  }

  /** One session from its start to its end. */
  async #live(entry: Entry): Promise<SessionEnd> {
    this.#room = entry.room;
    this.#options = entry.room.options;
    this.#avatar = entry.participant.avatar ?? null;
    this.#locks = entry.participant.locks ?? {};
    const session = new Session({
      entry,
      media: this.media,
      reconnectDeadlineMs: this.#reconnectDeadlineMs,
      ...(this.#iceTransportPolicy ? { iceTransportPolicy: this.#iceTransportPolicy } : {}),
      lastMessage: () => this.#conversation.last,
      ...(this.#slots ? { slots: this.#slots } : {}),
    });
    const ended = new Promise<SessionEnd>((resolve) => session.on('ended', resolve));
    this.#session = session;
    session.watch(this.#pictures);
    this.#follow(session);
    this.#proven = setTimeout(() => this.#resetCounts(), PROVEN_MS);
    const failed = session.open().then(
      () => ended,
      (reason): SessionEnd => ({ kind: 'lost', error: toCardeaError(reason) }),
    );
    const end = await Promise.race([ended, failed]);
    clearTimeout(this.#proven);
    return end;
  }

  #follow(session: Session): void {
    session.on('joined', (state) => {
      this.#setRoom(state);
      this.#door = null;
      this.#setState('connected');
      this.#watchLobby();
    });
    session.on('signalling', (up) => {
      if (this.#self) this.#setState(up ? 'connected' : 'reconnecting');
    });
    session.on('synced', (state) => {
      this.#setRoom(state);
      for (const data of state.said ?? []) this.#takeSaid(data);
    });
    session.on('event', (event) => this.#onEvent(event));
    session.on('track', (mid, track) => this.#announce('track', mid, track));
    session.on('up', () => {
      this.#mediaFailures = 0;
    });
  }

  #onEvent(event: PluginEvent): void {
    switch (event.event) {
      case 'roster':
        this.#roomState.changeRoster(event);
        this.#announce('roster');
        return;
      case 'slots':
        this.#roomState.setSlots(event);
        this.#announce('slots', this.#roomState.slots);
        return;
      case 'speaking':
        this.#roomState.setSpeaking(event);
        this.#announce('speaking', this.#roomState.speaking);
        return;
      case 'rights':
        this.#setRights(event.publish, event.role);
        return;
      case 'moved':
        this.#setRoom(event);
        return;
      case 'said':
        this.#takeSaid(event.data);
        return;
      case 'hands':
        this.#setHands(event.hands);
        return;
    }
  }

  /** A host did, for this person or for all; one may have become a host. */
  #setRights(publish: MediaKind[], role: Role | undefined): void {
    if (!this.#self) return;
    this.#setSelf({ ...this.#self, publish, role: role ?? this.#self.role });
    this.#watchLobby();
    this.emit('change');
  }

  #watchLobby(): void {
    const follows = this.#self?.role === 'host' && this.#session !== null;
    this.#calls.room = this.#room?.id ?? null;
    this.#lobby.watch(follows ? this.#calls.room : null);
  }

  #setSelf(self: Self): void {
    const before = this.#self?.publish.join();
    this.#self = self;
    if (self.publish.join() !== before) this.#announce('rights', self.publish);
  }

  #setHands(hands: readonly string[] = []): void {
    if (this.#conversation.setHands(hands)) this.#announce('hands', hands);
  }

  #takeSaid(data: Record<string, unknown>): void {
    if (data.type === 'locks') {
      this.#locks = (data.locks ?? {}) as Locks;
      this.emit('change');
      return;
    }
    const message = this.#conversation.take(data);
    if (message === 'seen') return;
    if (message) this.#announce(message.type === 'chat' ? 'message' : 'reaction', message);
    this.#announce('said', data);
  }

  /** The whole state; of another room than before if this page was moved. */
  #setRoom({ room, participant, roster, map, speaking, hands }: RoomStateAnswer): void {
    const moved = this.#room !== null && this.#room.id !== room.id;
    if (moved) {
      // Its name comes from elsewhere, if it has one.
      this.#room = { id: room.id, name: '' };
      this.#conversation.restart();
    }
    if (roster) this.#roomState.setRoster(roster);
    if (map) this.#roomState.setSlots(map);
    if (speaking) this.#roomState.setSpeaking(speaking);
    this.#setSelf(participant);
    if (moved) this.#announce('moved', room.id);
    if (moved) this.#watchLobby();
    this.#announce('roster');
    this.#announce('slots', this.#roomState.slots);
    this.#announce('speaking', this.#roomState.speaking);
    this.#setHands(hands);
  }

  /** Ends the meeting, or returns when it is time for the next session. */
  async #afterSession(end: SessionEnd): Promise<void> {
    this.#session = null;
    this.#watchLobby();
    if (end.kind === 'removed') {
      const { reason, text } = end;
      if (reason === 'waiting') {
        this.#goToTheDoor();
        return;
      }
      if (reason !== 'epoch' && reason !== 'lease') {
        this.#identity.resume = undefined;
        this.#end({ reason, text, error: null });
        return;
      }
      // The room was placed anew: everybody comes back by themselves.
    } else {
      this.#judge(end.error);
    }
    if (this.#self) this.#setState('reconnecting');
    this.#announce('slots', this.#roomState.slots);
    const first = this.#failures <= 1;
    // Up to a second at first, so that a room that moves does not come back as one.
    await sleep(first ? Math.random() * 1000 : this.#backoff.next(), this.#stop.signal);
  }

  /** A host has put this person back: nothing of the meeting is left, and the next `enter` waits. */
  #goToTheDoor(): void {
    this.#identity.resume = undefined;
    this.#roomState.clear();
    this.#conversation.clear();
    // Who is let in again should not find their screen on show.
    this.media.setScreen(false).catch(() => {});
    this.#door = { waitsFor: 'admission', text: null };
    this.#setState('waiting');
    this.#announce('waiting', this.#door);
  }

  /** Throws where another session would fail in the same way. */
  #judge(error: CardeaError): void {
    if (error.code === 'closed' || FINAL_REFUSALS.has(error.code)) throw error;
    this.#failures += 1;
    if (error.code === 'media_failed') {
      this.#mediaFailures += 1;
      if (this.#mediaFailures >= MAX_MEDIA_FAILURES) throw error;
    }
    if (!error.transient && this.#failures > MAX_FAILURES) throw error;
  }

  #resetCounts(): void {
    this.#failures = 0;
    this.#backoff.reset();
  }

  #end(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#stop.abort();
    clearTimeout(this.#proven);
    networkEvents()?.removeEventListener('pagehide', this.#onPageHide);
    this.#session?.close();
    this.#session = null;
    this.#lobby.watch(null);
    this.#roomState.clear();
    this.#conversation.clear();
    this.#setState('ended');
    this.#announce('ended', ending);
  }

  #setTrouble(error: CardeaError | null): void {
    if (this.#trouble === error) return;
    this.#trouble = error;
    this.emit('change');
  }

  #setState(state: MeetingState): void {
    if (this.#state === state || this.#state === 'ended') return;
    this.#state = state;
    this.#announce('state', state);
  }

  #announce: Meeting['emit'] = (name, ...args) => {
    this.emit(name, ...args);
    this.emit('change');
  };
}
