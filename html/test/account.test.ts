import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  inviteAddress,
  joinAddress,
  parsePlace,
  roomAddress,
  spaceAddress,
} from '../account/address.ts';
import { AccountSession } from '../account/session.ts';
import { ACCOUNT_TEXTS, describeAccountError } from '../account/texts.ts';
import { CardeaError } from '../client/errors.ts';

const SPACE = '0123456789abcdef01234567';
const OTHER = 'fedcba9876543210fedcba98';

test('every place has an address that leads there', () => {
  assert.deepEqual(parsePlace(spaceAddress(SPACE)), { view: 'space', space: SPACE });
  assert.deepEqual(parsePlace(roomAddress(SPACE, OTHER)), {
    view: 'room',
    space: SPACE,
    room: OTHER,
  });
  for (const hash of ['', '#', '#/spaces/x', `#/spaces/${SPACE}/`, `#invite=${SPACE}`]) {
    assert.deepEqual(parsePlace(hash), { view: 'spaces' }, hash);
  }
});

test('an invitation is in the fragment, and leads to the pages it was made on', () => {
  for (const page of ['https://a.example/account', 'https://a.example/x/account/?y#/spaces/z']) {
    const link = new URL(inviteAddress(page, SPACE, OTHER));
    assert.equal(link.pathname, new URL(page).pathname);
    assert.equal(link.search, '');
    assert.deepEqual(parsePlace(link.hash), { view: 'invite', space: SPACE, invite: OTHER });
  }
});

test('the join page of a room is beside the account pages', () => {
  for (const [page, room] of [
    ['https://a.example/account#/spaces', 'https://a.example/room/aB-_567890'],
    ['https://a.example/account/', 'https://a.example/room/aB-_567890'],
    ['https://a.example/x/account/index.html', 'https://a.example/x/room/aB-_567890'],
  ] as const) {
    assert.equal(joinAddress(page, 'aB-_567890'), room);
  }
});

/** A gateway that knows one token at a time. */
class Accounts {
  readonly asked: string[] = [];
  valid = 'access-1';
  refusesRenewal = false;
  #count = 1;

  install(): void {
    Object.assign(globalThis, {
      fetch: (url: URL, init: RequestInit) => this.#answer(url, init),
    });
  }

  async #answer(url: URL, { headers, body }: RequestInit): Promise<Response> {
    const bearer = new Headers(headers).get('authorization');
    this.asked.push(`${url.pathname} ${bearer ?? ''}${body ?? ''}`);
    if (url.pathname === '/v1/auth/page') return this.#token(String(body));
    if (bearer !== `Bearer ${this.valid}`) return json(401, { code: 'unauthorized' });
    return json(200, { items: [] });
  }

  #token(body: string): Response {
    if (body.includes('wrong') || (this.refusesRenewal && body.includes('refresh_token'))) {
      return json(400, { error: 'invalid_grant', error_description: 'Invalid credentials' });
    }
    this.#count += 1;
    this.valid = `access-${this.#count}`;
    return json(200, { access_token: this.valid, refresh_token: `refresh-${this.#count}` });
  }
}

const json = (status: number, body: object) => Response.json(body, { status });

function memory(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  } as unknown as Storage;
}

async function signedIn() {
  const accounts = new Accounts();
  accounts.install();
  const storage = memory();
  const session = new AccountSession('https://a.example/', storage);
  await session.signIn('ada', 'secret');
  return { accounts, storage, session };
}

test('a reload of the tab is still signed in, and signing out forgets the tokens', async () => {
  const { storage, session } = await signedIn();
  assert.equal(new AccountSession('https://a.example/', storage).isSignedIn, true);
  session.signOut();
  assert.equal(session.isSignedIn, false);
  assert.equal(new AccountSession('https://a.example/', storage).isSignedIn, false);
});

test('an expired token is renewed once for all the calls that find it expired', async () => {
  const { accounts, session } = await signedIn();
  accounts.valid = 'none';
  await Promise.all(['spaces', 'users/me'].map((path) => session.request('GET', path)));
  const renewals = accounts.asked.filter((asked) => asked.includes('refresh_token'));
  assert.deepEqual(renewals, ['/v1/auth/page {"refresh_token":"refresh-2"}']);
});

test('where it cannot be renewed one is signed out', async () => {
  const { accounts, session } = await signedIn();
  accounts.valid = 'none';
  accounts.refusesRenewal = true;
  await assert.rejects(session.request('GET', 'spaces'), { code: 'invalid_grant' });
  assert.equal(session.isSignedIn, false);
});

test('a wrong password signs nobody in', async () => {
  new Accounts().install();
  const session = new AccountSession('https://a.example/', null);
  await assert.rejects(session.signIn('ada', 'wrong'), { code: 'invalid_grant' });
  assert.equal(session.isSignedIn, false);
});

test('every refusal has words in every language', () => {
  const said = new Set<string>();
  for (const texts of Object.values(ACCOUNT_TEXTS)) {
    for (const [status, code] of [
      [400, 'invalid_grant'],
      [401, 'unauthorized'],
      [403, 'forbidden'],
      [404, 'not_found'],
      [410, 'invite_used'],
      [422, 'validation_error'],
      [429, 'rate_limited'],
      [0, 'network'],
      [500, 'internal'],
    ] as const) {
      said.add(describeAccountError(new CardeaError({ status, code, message: '' }), texts));
    }
  }
  assert.equal(said.size, 27);
});
