import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CardeaError } from '../client/errors.ts';
import {
  chooseLink,
  cookieToken,
  pagePath,
  parseCredential,
  type StoredLink,
} from '../join/credential.ts';
import { bestColumns, tileWidth } from '../join/layout.ts';
import { loudness } from '../join/level.ts';
import { chooseLanguage, describeError, describeShutDoor } from '../join/texts.ts';

const KEY = 'abcdefghijklmnopqrstuvWX';

const at = (address: string) => new URL(address, 'https://meet.example');
const parse = (address: string) => parseCredential(at(address));

test('each kind of link carries its credential in its own place', () => {
  assert.deepEqual(parse(`/?${KEY}`), { value: KEY, asksName: false });
  assert.deepEqual(parse(`/?${KEY}&lang=de`), { value: KEY, asksName: false });
  assert.deepEqual(parse(`/permalink?${KEY}`), { value: KEY, asksName: false });
  assert.deepEqual(parse(`/?guest=${KEY}`), { value: KEY, asksName: true });
  assert.deepEqual(parse('/#token=a.b.c'), { value: 'a.b.c', asksName: false });
  assert.deepEqual(parse('/?access_token=a.b.c&x=1'), { value: 'a.b.c', asksName: false });
  assert.deepEqual(parse('/conference/?access_token=a.b.c'), { value: 'a.b.c', asksName: false });
  assert.deepEqual(parse('/room/aB-_567890'), {
    value: 'aB-_567890',
    asksName: true,
    isOpen: true,
  });
  assert.deepEqual(parse('/room/aB-_567890?participantName=Zo%C3%AB'), {
    value: 'aB-_567890',
    asksName: true,
    isOpen: true,
    name: 'Zoë',
  });
  for (const token of ['accessToken', 'refreshToken']) {
    assert.deepEqual(parse(`/x/room/aB-_567890?participantName=Ada%20L&${token}=a.b.c`), {
      value: 'a.b.c',
      asksName: false,
      name: 'Ada L',
    });
  }
});

test('what is no credential is not taken for one', () => {
  for (const search of ['', '?', '?short', `?${KEY}x`, `?key=${KEY}`, '?guest=', '?guest=short']) {
    assert.equal(parse(`/${search}`), null, search);
  }
  for (const path of ['/?access_token=', '/room/', '/room/a.b', '/room/a/b', '/rooms/aB-_567890']) {
    assert.equal(parse(path), null, path);
  }
});

test('the token of the cookie is found among others', () => {
  assert.equal(cookieToken('a=b; pnm_access_token=x.y.z=; c=d'), 'x.y.z=');
  assert.equal(cookieToken('xpnm_access_token=x.y.z; pnm_access_token='), null);
  assert.equal(cookieToken(''), null);
});

test('the link wins over the cookie, also after a reload, until there is a newer cookie', () => {
  const value = (address: string, ...rest: [StoredLink | null, string | null]) =>
    chooseLink(at(address), ...rest)?.credential.value;
  const kept = (path: string, token: string, cookie: string | null): StoredLink => ({
    credential: { value: token, asksName: false },
    design: '{}',
    path,
    cookie,
  });
  assert.equal(value('/', null, null), undefined);
  assert.equal(value('/', null, 'cookie'), 'cookie');
  assert.equal(value('/?access_token=link', null, 'cookie'), 'link');
  assert.equal(value('/?access_token=link', kept('/', 'old', 'cookie'), 'cookie'), 'link');
  assert.equal(value('/', kept('/', 'link', 'cookie'), 'cookie'), 'link');
  assert.equal(value('/', kept('/', 'link', 'cookie'), 'newer'), 'newer');
  assert.equal(value('/', kept('/', 'link', 'cookie'), null), 'link');
  assert.equal(chooseLink(at('/'), kept('/', 'link', null), null)?.design, '{}');
  // What was kept is of one page only; a room that everybody may enter needs no cookie.
  assert.equal(value('/', kept('/room/other', 'link', null), null), undefined);
  assert.equal(value('/room/alias', kept('/room/alias', 'link', null), null), 'link');
  assert.equal(value('/room/alias', kept('/room/other', 'link', null), 'cookie'), 'alias');
  assert.equal(value('/?custom_design=x', null, 'cookie'), 'cookie');
  assert.equal(chooseLink(at('/?custom_design=x'), null, 'cookie')?.design, 'x');
});

test('the page stays reachable when the credential is out of its address', () => {
  for (const [path, bare] of [
    ['/', '/'],
    ['/permalink', '/'],
    ['/meet/permalink', '/meet/'],
    ['/room/permalinks', '/room/permalinks'],
  ] as const) {
    assert.equal(pagePath(path), bare);
  }
});

test('the first language of the user that the page speaks is chosen', () => {
  assert.equal(chooseLanguage(['de-AT', 'en']).language, 'de');
  assert.equal(chooseLanguage(['pt-BR', 'fr']).language, 'fr');
  assert.equal(chooseLanguage(['pt']).language, 'en');
  assert.equal(chooseLanguage([]).language, 'en');
});

test('every refusal has a text of its own in every language', () => {
  const refusals: [number, string][] = [
    [400, 'name_required'],
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [403, 'credential_purpose'],
    [404, 'room_not_found'],
    [409, 'in_use'],
    [410, 'meeting_over'],
    [423, 'room_locked'],
    [429, 'rate_limited'],
    [503, 'no_media_node'],
    [0, 'network'],
    [0, 'media_failed'],
    [500, 'internal'],
  ];
  const all = new Set<string>();
  for (const language of ['en', 'de', 'fr']) {
    const { texts } = chooseLanguage([language]);
    for (const [status, code] of refusals) {
      all.add(describeError(new CardeaError({ status, code, message: '' }), texts));
    }
  }
  assert.equal(all.size, refusals.length * 3);
});

test('a door that stays shut has a page of its own, with the words of the host', () => {
  const { texts } = chooseLanguage(['de']);
  const shut = (status: number, code: string, message = '') =>
    describeShutDoor(new CardeaError({ status, code, message }), texts);
  assert.deepEqual(shut(403, 'denied', 'you were not let in'), texts.shut.denied);
  assert.deepEqual(shut(403, 'denied', 'Um zwölf.'), {
    title: texts.shut.denied.title,
    text: 'Um zwölf.',
  });
  assert.deepEqual(shut(410, 'meeting_over'), texts.shut.over);
  assert.deepEqual(shut(423, 'room_locked'), texts.shut.locked);
  assert.deepEqual(shut(410, 'link_used'), texts.shut.used);
  assert.deepEqual(shut(401, 'link_expired'), texts.shut.expired);
  assert.deepEqual(shut(503, 'room_is_full'), texts.shut.full);
  assert.equal(shut(403, 'removed'), null);
});

test('tiles are as large as the stage allows', () => {
  assert.equal(bestColumns(1, 1600, 900, 10), 1);
  assert.equal(bestColumns(2, 1600, 900, 10), 2);
  assert.equal(bestColumns(2, 400, 900, 10), 1);
  assert.equal(bestColumns(4, 1600, 900, 10), 2);
  assert.equal(bestColumns(9, 1600, 900, 10), 3);
  assert.equal(tileWidth(2, 2, 1610, 5000, 10), 800);
  assert.equal(tileWidth(1, 1, 5000, 900, 10), 1600);
});

test('loudness goes from silence to full scale', () => {
  assert.equal(loudness(new Float32Array(64)), 0);
  assert.ok(loudness(new Float32Array(64).fill(1)) > 0.99);
  assert.ok(Math.abs(loudness(new Float32Array(64).fill(0.0316)) - 0.5) < 0.01);
});
