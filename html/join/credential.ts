/**
 * The credential that a link carries. Once it has opened the meeting it is taken out of the address
 * bar and kept in the tab's own storage, so that a reload works and nothing else sees it.
 */

import type { Meeting } from '../client/index.ts';

export interface Credential {
  value: string;
  /** Guests name themselves; the server knows everybody else's name. */
  asksName: boolean;
}

const STORED = 'cardea.credential';
const OPAQUE = /^[A-Za-z0-9]{24}$/;

/**
 * `/?<access key>`, `/?guest=<guest token>` or `/#token=<signed token>`; at `/permalink` the tokens
 * of a permalink in the same form.
 */
export function parseCredential(search: string, hash: string): Credential | null {
  const token = new URLSearchParams(hash.slice(1)).get('token');
  if (token) return { value: token, asksName: false };
  const query = new URLSearchParams(search);
  const guest = query.get('guest');
  if (guest && OPAQUE.test(guest)) return { value: guest, asksName: true };
  const key = [...query].find(([name, value]) => value === '' && OPAQUE.test(name));
  return key ? { value: key[0], asksName: false } : null;
}

/**
 * Where the page is without a credential. Not at `/permalink`, which then is a list for those with
 * an API key.
 */
export function pagePath(path: string): string {
  return path.replace(/\/permalink$/, '/');
}

/** That of the address bar, else that of the page before a reload. */
export function takeCredential(): Credential | null {
  const fromLink = parseCredential(location.search, location.hash);
  if (fromLink) return fromLink;
  try {
    return JSON.parse(sessionStorage.getItem(STORED) ?? 'null') as Credential | null;
  } catch {
    return null;
  }
}

/** Takes the credential out of address bar and history as soon as the meeting is open. */
export function hideCredential(credential: Credential, meeting: Meeting): void {
  const off = meeting.on('state', (state) => {
    if (state !== 'connected') return;
    off();
    try {
      sessionStorage.setItem(STORED, JSON.stringify(credential));
    } catch {
      return; // A reload would lose the link, so it stays where it is.
    }
    history.replaceState(null, '', pagePath(location.pathname));
  });
}
