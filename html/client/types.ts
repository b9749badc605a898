/**
 * What travels between a browser and Cardea: the JSON of `POST /api/v1/enter` and of the plugin's
 * messages. `docs/plugin-api.md` is the contract; the section numbers below are its sections.
 */

export type SourceKind = 'microphone' | 'camera' | 'screen' | 'screen_audio';
/** What somebody may be allowed to publish; the sound of a screen goes with its picture. */
export type MediaKind = 'microphone' | 'camera' | 'screen' | 'data';
export type Role = 'host' | 'participant';

/** What somebody who is not a host may be locked out of. */
export type Lock =
  | 'microphone'
  | 'webcam'
  | 'screen_sharing'
  | 'chat'
  | 'chat_send_message'
  | 'chat_file_share'
  | 'private_chat'
  | 'whiteboard'
  | 'shared_notepad'
  | 'reactions';

/** Those that are on. */
export type Locks = Partial<Record<Lock, boolean>>;

export type LockStates = Record<Lock, boolean | null>;

/** What somebody may do, as hosts see and change it. */
export interface Permissions {
  role: Role;
  /** Kinds that this person is bound to; null: none in particular. */
  publish: MediaKind[] | null;
  /** What is said of this person; null: as everywhere in the room. */
  locks: LockStates;
  room_locks: LockStates;
  in_force: {
    publish: MediaKind[];
    locks: LockStates;
    chat: boolean;
    private_chat: boolean;
    reactions: boolean;
  };
}

export interface PermissionsChange {
  role?: Role;
  publish?: MediaKind[];
  locks?: Partial<Record<Lock, boolean | null>>;
}

export interface Removal {
  /** For the person to read. */
  reason?: string;
  /** May not come back into this meeting. */
  block?: boolean;
}

/** A Janus session id or handle id. */
export type JanusId = number;

export interface TurnServer {
  urls: string[];
  username: string;
  password: string;
  expires_in: number;
}

export interface IceServers {
  stun_servers: string[];
  turn_servers: TurnServer[];
}

export interface Source {
  kind: SourceKind;
  active: boolean;
}

/** Somebody else in the room (4). */
export interface Participant {
  id: string;
  name: string;
  role: Role;
  guest: boolean;
  /** Address of a picture. */
  avatar?: string | null;
  sources: Source[];
}

/** The participant that this page is, as the plugin sees it (2.1). */
export interface Self {
  id: string;
  client_id: string;
  name: string;
  role: Role;
  guest: boolean;
  hidden: boolean;
  publish: MediaKind[];
}

export interface SlotCounts {
  audio: number;
  video: number;
}

export interface AudioSlot {
  mid: string;
  participant: string | null;
}

export interface VideoSlot extends AudioSlot {
  kind: 'camera' | 'screen' | null;
}

/** Which source each line of the receive connection carries now (4.2). */
export interface SlotMap {
  audio: AudioSlot[];
  video: VideoSlot[];
}

/** Who speaks, this page's own participant included (4.3). */
export interface Speaking {
  /** Whom a picture should follow. */
  dominant: string | null;
  speaking: string[];
}

/** A chat message or a reaction (2.9), as the event `said` brings it. */
export interface Message {
  type: 'chat' | 'reaction';
  /** Rises with every message of the room. */
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  from: string;
  /** Of who sent it, who may have left since. */
  name: string;
  /** Whom a private message is for. */
  to: string | null;
  text: string;
}

export interface PublishedTrack {
  mid: string;
  kind: SourceKind;
  active: boolean;
  /** Encodings that somebody watches, where there are several. */
  rids?: string[];
}

/** What the room is, as far as a page shows it; others are for programs. */
export interface RoomOptions {
  /** For everybody who comes in. */
  welcome_message?: string | null;
  /** Where people go when they have left. */
  logout_url?: string | null;
  [option: string]: unknown;
}

/** 201 of `POST /api/v1/enter`. */
export interface Entry extends IceServers {
  participant: {
    id: string;
    client_id: string;
    name: string;
    avatar?: string | null;
    /** Language of the person, if the server knows it. */
    locale?: string | null;
    role: Role;
    guest: boolean;
    hidden: boolean;
    publish: MediaKind[];
    locks?: Locks;
  };
  room: { id: string; name: string; options: RoomOptions; locked: boolean };
  join_token: string;
  expires_in: number;
  resume: string;
  janus_url: string;
  slots: SlotCounts;
}

/** What somebody at the door waits for: that a host comes, or that one lets them in. */
export type WaitsFor = 'host' | 'admission';

/** 202 of `POST /api/v1/enter`. */
export interface WaitingAnswer {
  waiting: boolean;
  ticket: string;
  message: string | null;
  waiting_for?: WaitsFor;
  locale?: string | null;
}

/** Somebody at the door, as hosts see it. */
export interface WaitingPerson {
  participant: string;
  name: string;
  /** ISO 8601. */
  since: string;
}

/** What `joined`, `synced` and `moved` tell of the room; on a publish handle the first two only. */
export interface RoomStateAnswer {
  room: { id: string; epoch: number };
  participant: Self;
  roster?: Participant[];
  map?: SlotMap;
  speaking?: Speaking;
  hands?: string[];
  /** Publish handle: those of the room's policy, by preference. */
  video_codecs?: string[];
}

export interface JoinedAnswer extends IceServers, RoomStateAnswer {
  cardea: 'joined';
  handle: 'publish' | 'receive';
  connection: string;
  seq: number;
  slots?: SlotCounts;
}

export interface SyncedAnswer extends RoomStateAnswer {
  cardea: 'synced';
  handle: 'publish' | 'receive';
  connection: string;
  seq: number;
  media: 'new' | 'offered' | 'up' | 'down';
  offer: number;
  slots?: SlotCounts;
  said?: Record<string, unknown>[];
  tracks?: PublishedTrack[];
}

export interface PublishedAnswer {
  cardea: 'published';
  offer: number;
  tracks: { mid: string; kind: SourceKind; accepted: boolean }[];
}

export interface IceAnswer extends IceServers {
  cardea: 'ice';
}

export interface RosterChange {
  joined?: Participant[];
  updated?: Participant[];
  left?: string[];
}

export type RemovedReason =
  'left' | 'replaced' | 'revoked' | 'waiting' | 'closed' | 'epoch' | 'lease';

/** Unsolicited events of the plugin (4). */
export type PluginEvent = { cardea: 'event'; seq: number } & (
  | { event: 'offer'; offer: number }
  | ({ event: 'roster' } & RosterChange)
  | ({ event: 'slots' } & SlotMap)
  | ({ event: 'speaking' } & Speaking)
  | { event: 'rights'; publish: MediaKind[]; role?: Role }
  | { event: 'layers'; kind: SourceKind; rids: string[] }
  | { event: 'muted'; kind: SourceKind }
  | { event: 'unmuted'; kind: SourceKind }
  | { event: 'media'; state: 'up' | 'down' }
  | { event: 'said'; data: Record<string, unknown> }
  | { event: 'hands'; hands: string[] }
  | ({ event: 'moved' } & RoomStateAnswer)
  | { event: 'removed'; reason: RemovedReason; text?: string }
);
