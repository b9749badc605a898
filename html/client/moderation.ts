/** What hosts do about others by REST: locks, roles, removal with a block (native additions, 4). */

import type { RoomCalls } from './room_calls.ts';
import type { Permissions, PermissionsChange, Removal } from './types.ts';

export class Moderation {
  readonly #calls: RoomCalls;

  constructor(calls: RoomCalls) {
    this.#calls = calls;
  }

  /** What is in force for somebody now. */
  permissions(participantId: string): Promise<Permissions> {
    return this.change(participantId, {});
  }

  change(participantId: string, change: PermissionsChange): Promise<Permissions> {
    return this.#calls.about(participantId, 'PATCH', 'permissions', change);
  }

  async remove(participantId: string, removal: Removal): Promise<void> {
    await this.#calls.about(participantId, 'POST', 'remove', removal);
  }
}
