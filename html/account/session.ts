/**
 * Who is signed in here: the tokens of an account, kept for as long as the tab lives, and the calls
 * made with them (spec/spaces). A token that has run out is replaced once, else the person signs in
 * again.
 */

import { call } from '../client/api.ts';
import { toCardeaError } from '../client/errors.ts';
import { Emitter } from '../client/events.ts';

interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** Where tokens are kept; a page without any keeps them in memory. */
export type TokenStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const STORED = 'cardea.account';

export class AccountSession extends Emitter<{ change: [] }> {
  readonly #gateway: string;
  readonly #storage: TokenStorage | null;
  #tokens: Tokens | null;
  #renewal: Promise<void> | null = null;

  constructor(gateway: string, storage: TokenStorage | null) {
    super();
    this.#gateway = gateway;
    this.#storage = storage;
    this.#tokens = read(storage);
  }

  get isSignedIn(): boolean {
    return this.#tokens !== null;
  }

  /** Rejects with `invalid_grant` where name or password are wrong. */
  async signIn(username: string, password: string): Promise<void> {
    this.#keep(await this.#ask({ username, password }));
  }

  signOut(): void {
    this.#keep(null);
  }

  /** A call below /v1; rejects with a CardeaError. */
  async request<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    try {
      return await this.#send<Answer>(method, path, body);
    } catch (reason) {
      if (toCardeaError(reason).status !== 401 || !this.#tokens) throw reason;
    }
    // Several calls that find the token expired ask for one new pair: a refresh token works once.
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
    await this.#renewal;
    return this.#send<Answer>(method, path, body);
  }

  async #send<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const bearer = this.#tokens?.access_token;
    const answer = await call(this.#gateway, `v1/${path}`, {
      method,
      body,
      ...(bearer ? { bearer } : {}),
    });
    return answer.body as Answer;
  }

  async #renew(): Promise<void> {
    try {
      this.#keep(await this.#ask({ refresh_token: this.#tokens?.refresh_token }));
    } catch (reason) {
      if (!toCardeaError(reason).transient) this.signOut();
      throw reason;
    }
  }

  async #ask(body: object): Promise<Tokens> {
    const answer = await call(this.#gateway, 'v1/auth/page', { method: 'POST', body });
    return answer.body as Tokens;
  }

  #keep(tokens: Tokens | null): void {
    this.#tokens = tokens;
    try {
      if (tokens) this.#storage?.setItem(STORED, JSON.stringify(tokens));
      else this.#storage?.removeItem(STORED);
    } catch {
      // Then a reload asks again.
    }
    this.emit('change');
  }
}

function read(storage: TokenStorage | null): Tokens | null {
  try {
    return JSON.parse(storage?.getItem(STORED) ?? 'null') as Tokens | null;
  } catch {
    return null;
  }
}
