/** The calls of the account pages (spec/spaces), by name. */

import type { AccountSession } from './session.ts';

export interface Me {
  id: string;
  email: string;
  username: string;
}

export interface Space {
  id: string;
  name: string;
  isPublic: boolean;
}

export interface Room {
  id: string;
  spaceId: string;
  name: string;
  alias: string;
  isPublic: boolean;
  type: 'lesson' | 'webinar';
  roleInRoom: string | null;
}

export type SpaceRole = 'role_space_user' | 'role_space_moderator';
export type RoomRole = 'role_room_user' | 'role_room_moderator';

export interface Invite {
  id: string;
  role: SpaceRole;
  state: string;
  createdAt: string;
}

export interface RoleHolder {
  userId: string;
  username: string;
  role: string;
}

export interface AccessLink {
  id: string;
  username: string;
  role: 'user' | 'moderator';
  isPermanent: boolean;
  state: string;
  /** Unix seconds, or ISO 8601. */
  exp: number | string;
}

export interface NewLink {
  username: string;
  role: 'user' | 'moderator';
  ttl: number;
  isPermanent: boolean;
}

interface List<Item> {
  items: Item[];
}

export class Spaces {
  readonly #session: AccountSession;

  constructor(session: AccountSession) {
    this.#session = session;
  }

  me(): Promise<Me> {
    return this.#session.request('GET', 'users/me');
  }

  async spaces(): Promise<Space[]> {
    return (await this.#session.request<List<Space>>('GET', 'spaces')).items;
  }

  createSpace(name: string, isPublic: boolean): Promise<{ id: string }> {
    return this.#session.request('POST', 'spaces', { name, isPublic });
  }

  async rooms(space: string): Promise<Room[]> {
    return (await this.#session.request<List<Room>>('GET', path('spaces', space, 'rooms'))).items;
  }

  room(space: string, room: string): Promise<Room> {
    return this.#session.request('GET', path('spaces', space, 'rooms', room));
  }

  createRoom(
    space: string,
    fields: { name: string; isPublic: boolean; type: Room['type'] },
  ): Promise<{ id: string }> {
    return this.#session.request('POST', path('spaces', space, 'rooms'), fields);
  }

  async invites(space: string): Promise<Invite[]> {
    return (await this.#session.request<List<Invite>>('GET', path('spaces', space, 'invites')))
      .items;
  }

  invite(space: string, role: SpaceRole): Promise<{ id: string }> {
    return this.#session.request('POST', path('spaces', space, 'invites'), { role });
  }

  async revokeInvite(space: string, invite: string): Promise<void> {
    await this.#session.request('DELETE', path('spaces', space, 'invites', invite));
  }

  async activateInvite(space: string, invite: string): Promise<void> {
    await this.#session.request('POST', path('spaces', space, 'invites', invite, 'activate'));
  }

  async roles({ spaceId, id }: Room): Promise<RoleHolder[]> {
    const at = path('spaces', spaceId, 'rooms', id, 'roles');
    return (await this.#session.request<List<RoleHolder>>('GET', at)).items;
  }

  async grant({ spaceId, id }: Room, targetUserId: string, role: RoomRole): Promise<void> {
    const at = path('spaces', spaceId, 'rooms', id, 'roles');
    await this.#session.request('POST', at, { targetUserId, role });
  }

  async revokeRole({ spaceId, id }: Room, user: string): Promise<void> {
    await this.#session.request('DELETE', path('spaces', spaceId, 'rooms', id, 'roles', user));
  }

  async links({ spaceId, id }: Room): Promise<AccessLink[]> {
    const at = path('spaces', spaceId, 'rooms', id, 'access-links');
    return (await this.#session.request<List<AccessLink>>('GET', at)).items;
  }

  /** The link's address, which is told this once. */
  async generateLink({ spaceId, id }: Room, link: NewLink): Promise<string> {
    const at = path('spaces', spaceId, 'rooms', id, 'generate-access');
    return (await this.#session.request<{ url: string }>('POST', at, link)).url;
  }

  async revokeLink({ spaceId, id }: Room, link: string): Promise<void> {
    await this.#session.request(
      'DELETE',
      path('spaces', spaceId, 'rooms', id, 'access-links', link),
    );
  }

  /** A seat in the room; what opens the join page for it. */
  async takeSeat({ spaceId, id }: Room, name: string): Promise<string> {
    const seats = path('spaces', spaceId, 'participants');
    const seat = await this.#session.request<{ id: string }>('POST', seats, {
      name,
      roomId: id,
      clientUniqueId: randomHex(),
    });
    const signaling = await this.#session.request<{ signalingToken: string }>(
      'POST',
      `${seats}/${encodeURIComponent(seat.id)}/signaling-token`,
    );
    await this.#session.request('POST', path('spaces', spaceId, 'rooms', id, 'join'), {
      participantId: seat.id,
    });
    return signaling.signalingToken;
  }
}

function path(...segments: string[]): string {
  return segments.map(encodeURIComponent).join('/');
}

function randomHex(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
