/**
 * Cardea's browser client.
 *
 *     const meeting = new Meeting({ baseUrl: 'https://meet.example', credential });
 *     meeting.on('change', render);
 *     await meeting.media.open();
 *     await meeting.join();
 */

export {
  type AtTheDoor,
  type EnterRequest,
  type EnterResult,
  enter,
  enterWithRetry,
  type RetryOptions,
} from './api.ts';
export { CardeaError } from './errors.ts';
export { Emitter, type Listener } from './events.ts';
export { type DeviceKind, type DeviceList, LocalMedia } from './local.ts';
export {
  type Door,
  type Ending,
  Meeting,
  type MeetingOptions,
  type MeetingState,
} from './meeting.ts';
export type {
  AudioSlot,
  Entry,
  IceServers,
  Lock,
  Locks,
  MediaKind,
  Message,
  Participant,
  Permissions,
  PermissionsChange,
  Removal,
  Role,
  RoomOptions,
  Self,
  SlotCounts,
  SlotMap,
  Source,
  SourceKind,
  Speaking,
  TurnServer,
  VideoSlot,
  WaitingPerson,
  WaitsFor,
} from './types.ts';
export type { Picture } from './wishes.ts';
