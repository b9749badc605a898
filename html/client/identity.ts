/**
 * What makes a reloaded page the same participant: the `resume` string and the client key of a
 * credential, kept for as long as the tab lives.
 */

import { randomToken } from './random.ts';

export class Identity {
  readonly #storage: Storage | null;
  readonly #prefix: string;
  /** Used where the browser keeps nothing. */
  readonly #memory = new Map<string, string>();

  constructor(credential: string, storage: Storage | null) {
    this.#storage = storage;
    this.#prefix = `cardea.${fingerprint(credential)}`;
  }

  /** Random, made once: entering twice with it takes one seat. */
  get clientKey(): string {
    const kept = this.#get('key');
    if (kept) return kept;
    const made = randomToken();
    this.#set('key', made);
    return made;
  }

  get resume(): string | undefined {
    return this.#get('resume');
  }

  set resume(value: string | undefined) {
    this.#set('resume', value);
  }

  #get(field: string): string | undefined {
    const name = `${this.#prefix}.${field}`;
    try {
      return this.#storage?.getItem(name) ?? this.#memory.get(name);
    } catch {
      return this.#memory.get(name);
    }
  }

  #set(field: string, value: string | undefined): void {
    const name = `${this.#prefix}.${field}`;
    if (value === undefined) this.#memory.delete(name);
    else this.#memory.set(name, value);
    try {
      if (value === undefined) this.#storage?.removeItem(name);
      else this.#storage?.setItem(name, value);
    } catch {
      // Full or forbidden: a reload will be a new connection.
    }
  }
}

/** The tab's own storage, if the browser lets the page have one. */
export function tabStorage(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}

/**
 * Tells credentials apart in names of storage items (FNV-1a, two seeds). It protects nothing: what
 * is stored under it is worth as much as the credential. `crypto.subtle` is missing on plain http.
 */
function fingerprint(text: string): string {
  return [0x811c9dc5, 0x01234567].map((seed) => fnv1a(text, seed)).join('');
}

function fnv1a(text: string, seed: number): string {
  let hash = seed;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
