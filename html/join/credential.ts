/**
 * The credential that a link carries, of whichever dialect. It is taken out of the address bar as
 * soon as it is read and kept in the tab's own storage, so that a reload works and nothing else
 * sees it.
 */

export interface Credential {
  value: string;
  /** Guests name themselves; the server knows everybody else's name. */
  asksName: boolean;
  /** It is no secret, but the name of a room that everybody may enter, if it is one. */
  isOpen?: boolean;
  /** A name that the link gives: of a guest to begin with, of others to look at. */
  name?: string;
}

/** What a link says. */
export interface Link {
  credential: Credential;
  /** Colours and pictures of the page (spec/plugnmeet 11), as text. */
  design: string | null;
}

/** Where the page is: the parts of `location` that a link is made of. */
export type Address = Pick<Location, 'pathname' | 'search' | 'hash'>;

/** A link as the tab keeps it. */
export interface StoredLink extends Link {
  /** The page that it opened. */
  path: string;
  /** What the cookie said then: a later one is newer than the link. */
  cookie: string | null;
}

const STORED = 'cardea.link';
const COOKIE = 'pnm_access_token';
const OPAQUE = /^[A-Za-z0-9]{24}$/;
const ROOM = /\/room\/([A-Za-z0-9_-]{1,64})$/;

/**
 * `/?<access key>`, `/?guest=<guest token>`, `/?access_token=<join token, or a token of the
 * participants dialect>` or `/#token=<the same>`; at `/permalink` the tokens of a permalink;
 * `/room/<alias>` with or without the token of an access link.
 */
export function parseCredential({ pathname, search, hash }: Address): Credential | null {
  const token = new URLSearchParams(hash.slice(1)).get('token');
  if (token) return { value: token, asksName: false };
  const query = new URLSearchParams(search);
  const alias = ROOM.exec(pathname)?.[1];
  if (alias) return parseRoomLink(alias, query);
  const given = query.get('access_token');
  if (given) return { value: given, asksName: false };
  const guest = query.get('guest');
  if (guest && OPAQUE.test(guest)) return { value: guest, asksName: true };
  const key = [...query].find(([name, value]) => value === '' && OPAQUE.test(name));
  return key ? { value: key[0], asksName: false } : null;
}

/** spec/spaces 10: some clients call the token of a link `refreshToken`. */
function parseRoomLink(alias: string, query: URLSearchParams): Credential {
  const name = query.get('participantName');
  const named = name ? { name } : {};
  const token = query.get('accessToken') || query.get('refreshToken');
  if (token) return { value: token, asksName: false, ...named };
  return { value: alias, asksName: true, isOpen: true, ...named };
}

/** True where the address itself opens the page: the room needs no token, or one was here before. */
function isBare({ search, hash }: Address): boolean {
  return search === '' && hash === '';
}

/** Where the page is without a credential: not at `/permalink`, which is then a list for API keys. */
export function pagePath(path: string): string {
  return path.replace(/\/permalink$/, '/');
}

/** The token of the cookie (spec/plugnmeet 6.2). */
export function cookieToken(cookies: string): string | null {
  for (const pair of cookies.split(';')) {
    const [name, ...value] = pair.trim().split('=');
    if (name === COOKIE && value.length > 0) return value.join('=') || null;
  }
  return null;
}

/** The link of the address bar, else that of the page before a reload, else that of the cookie. */
export function chooseLink(
  address: Address,
  stored: StoredLink | null,
  cookie: string | null,
): Link | null {
  const kept = stored && stored.path === pagePath(address.pathname) ? stored : null;
  const parsed = parseCredential(address);
  const design = new URLSearchParams(address.search).get('custom_design');
  if (parsed && !(kept && isBare(address))) return { credential: parsed, design };
  // The cookie is for the page that no alias names, and counts where it is newer than what was kept.
  if (cookie && !parsed && kept?.cookie !== cookie) {
    return { credential: { value: cookie, asksName: false }, design };
  }
  return kept;
}

/** Reads the link, and keeps it for a reload instead of the address bar. */
export function takeLink(): Link | null {
  const cookie = cookieToken(document.cookie);
  const link = chooseLink(location, readStored(), cookie);
  if (link && keepLink(link, location.pathname, cookie) && !isBare(location)) {
    history.replaceState(null, '', pagePath(location.pathname));
  }
  return link;
}

/** For the page at `path`, when it is opened in this tab. False where the browser keeps nothing. */
export function keepLink(link: Link, path: string, cookie: string | null): boolean {
  const stored: StoredLink = { ...link, path: pagePath(path), cookie };
  try {
    sessionStorage.setItem(STORED, JSON.stringify(stored));
    return true;
  } catch {
    return false; // A reload would lose the link, so it stays where it is.
  }
}

function readStored(): StoredLink | null {
  try {
    return JSON.parse(sessionStorage.getItem(STORED) ?? 'null') as StoredLink | null;
  } catch {
    return null;
  }
}
