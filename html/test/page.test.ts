import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CardeaError } from '../client/errors.ts';
import { pagePath, parseCredential } from '../join/credential.ts';
import { bestColumns, tileWidth } from '../join/layout.ts';
import { loudness } from '../join/level.ts';
import { chooseLanguage, describeError, describeShutDoor } from '../join/texts.ts';

const KEY = 'abcdefghijklmnopqrstuvWX';

test('each kind of link carries its credential in its own place', () => {
  assert.deepEqual(parseCredential(`?${KEY}`, ''), { value: KEY, asksName: false });
  assert.deepEqual(parseCredential(`?${KEY}&lang=de`, ''), { value: KEY, asksName: false });
  assert.deepEqual(parseCredential(`?guest=${KEY}`, ''), { value: KEY, asksName: true });
  assert.deepEqual(parseCredential('', '#token=a.b.c'), { value: 'a.b.c', asksName: false });
});

test('what is no credential is not taken for one', () => {
  for (const search of ['', '?', '?short', `?${KEY}x`, `?key=${KEY}`, '?guest=', '?guest=short']) {
    assert.equal(parseCredential(search, ''), null, search);
  }
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
