/**
 * Where one is in the account pages, in the fragment, so that the browser's back button works; and
 * the invites that come as links. An invite's id is a secret, so it is in the fragment, too, which
 * no server sees.
 */

export type Place =
  | { view: 'spaces' }
  | { view: 'space'; space: string }
  | { view: 'room'; space: string; room: string }
  | { view: 'invite'; space: string; invite: string };

const ID = '([0-9a-f]{24})';
const SPACE = new RegExp(`^#/spaces/${ID}$`);
const ROOM = new RegExp(`^#/spaces/${ID}/rooms/${ID}$`);
const INVITE = new RegExp(`^#invite=${ID}\\.${ID}$`);

export function parsePlace(hash: string): Place {
  const space = SPACE.exec(hash)?.[1];
  if (space) return { view: 'space', space };
  const [, roomSpace, room] = ROOM.exec(hash) ?? [];
  if (roomSpace && room) return { view: 'room', space: roomSpace, room };
  const [, inviteSpace, invite] = INVITE.exec(hash) ?? [];
  if (inviteSpace && invite) return { view: 'invite', space: inviteSpace, invite };
  return { view: 'spaces' };
}

export const spaceAddress = (space: string) => `#/spaces/${space}`;
export const roomAddress = (space: string, room: string) => `#/spaces/${space}/rooms/${room}`;

/** The link that whoever is invited opens; `page` is the address of these pages. */
export function inviteAddress(page: string, space: string, invite: string): string {
  const url = new URL(page);
  url.search = '';
  url.hash = `invite=${space}.${invite}`;
  return url.href;
}

/** The join page of a room, beside these pages. */
export function joinAddress(page: string, alias: string): string {
  return new URL(`room/${encodeURIComponent(alias)}`, pageFolder(page)).href;
}

/** The folder in which `account` lies: these pages answer with and without a slash at the end. */
function pageFolder(page: string): URL {
  const url = new URL(page);
  return new URL(url.pathname.replace(/account\/?(index\.html)?$/, ''), url.origin);
}
