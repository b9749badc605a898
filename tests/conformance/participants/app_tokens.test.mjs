// spec/native 8: tokens that an application server signs with its API secret, at `enter`. Takes about 5 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { randomId } from '../../support/cardea.mjs';
import { body as bodyOf, startParticipants } from '../../support/participants.mjs';

let api;

before(async () => {
  api = await startParticipants();
});
after(() => api?.cardea.stop());

const now = () => Math.floor(Date.now() / 1000);
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as an application signs it; @p changes its claims, @p header its header. */
function signed(changes = {}, { header = {}, secret = api.cardea.dev.api_secret } = {}) {
  const claims = {
    iss: api.cardea.dev.api_key_id, aud: 'cardea-enter', sub: 'jane', room: 'Signed', name: 'Jane', iat: now(), exp: now() + 3600, jti: randomId(), ...changes,
  };
  const text = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(claims)}`;
  return `${text}.${crypto.createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const enter = (credential, fields = {}) => api.cardea.request('POST', '/api/v1/enter', { body: { credential, ...fields } });
const entered = async (changes, fields) => bodyOf(await enter(signed(changes), fields), 201);

test('it seats its subject in the room of that key, which early join makes, with role, name and what it may publish', async () => {
  const room = `signed ${randomId()}`;
  const host = await entered({ room, role: 'host' });
  assert.equal(host.room.name, room);
  assert.deepEqual([host.participant.name, host.participant.role, host.participant.hidden], ['Jane', 'host', false]);
  const quiet = await entered({ room, sub: 'bob', name: undefined, publish: ['microphone'] });
  assert.deepEqual([quiet.participant.name, quiet.participant.role, quiet.participant.publish], ['bob', 'participant', ['microphone']]);
  const hidden = await entered({ room, sub: 'eve', hidden: true });
  assert.deepEqual([hidden.participant.hidden, hidden.participant.publish], [true, []]);
  assert.equal(hidden.room.id, host.room.id);
  assert.deepEqual((await api.active(room)).map((p) => [p.display_name, p.external_user_id, p.role]), [['Jane', 'jane', 'host'], ['bob', 'bob', 'participant']]);
  assert.equal((await entered({ room, role: 'host' })).participant.id, host.participant.id); // the same user is the same seat
  await api.configured('duplicate_policy', 1, async () => {
    assert.equal((await entered({ room, role: 'host' })).participant.id, host.participant.id);
  });
  await api.configured('allow_early_join', 0, async () => {
    assert.equal((await enter(signed({ room: `none ${room}` }))).status, 400);
  });
});

test('native 9: the room is the one that other dialects call by that key', async () => {
  const key = `shared-${randomId()}`;
  const meeting = bodyOf(await api.cardea.request('POST', '/rooms', {
    body: { id: key, user: { name: 'Host' } }, headers: { 'Authorization': api.cardea.dev.api_key, 'Content-Type': 'application/json' },
  }), 201);
  const { room } = await entered({ room: key });
  assert.equal(room.id, api.cardea.sql(`SELECT room FROM rooms WHERE key = '${meeting.room.id}'`));
});

test('every claim and the signature are checked: one change at a time', async () => {
  const room = `checked ${randomId()}`;
  bodyOf(await enter(signed({ room })), 201);
  const wrong = {
    iss: ['nobody', undefined, api.cardea.dev.api_key], aud: ['cardea-media', undefined, ['cardea-enter']], sub: ['', undefined, 5, 'x'.repeat(256)], room: ['', undefined, 'a\nb'],
    exp: [now() - 1, now() + 90000, undefined, `${now() + 60}`], jti: ['', undefined, 'a b', 'x'.repeat(65)], role: ['admin', 5], name: ['a\nb', '', 5], publish: [['all'], 'microphone'],
    nbf: [now() + 120],
  };
  for (const [claim, values] of Object.entries(wrong)) {
    for (const value of values) {
      const { status, raw } = await enter(signed({ room, [claim]: value }));
      assert.equal(status, 401, `${claim} ${value}: ${raw}`);
    }
  }
  assert.equal((await enter(signed({ room }, { secret: api.cardea.dev.api_key }))).status, 401);
  for (const header of [{ alg: 'none' }, { alg: 'HS384' }, { alg: 'ES256' }]) assert.equal((await enter(signed({ room }, { header }))).status, 401);
  const answer = await api.rooms('GET', api.tenant, '', undefined, { token: signed({ room }) });
  assert.equal(answer.status, 401); // at enter only
});

test('a removal ends what was signed before it; what is signed after it lets in again', async () => {
  const room = `removed ${randomId()}`;
  const old = signed({ room, iat: now() - 10 });
  const { participant } = bodyOf(await enter(old), 201);
  assert.equal((await api.remove(room, participant.id)).status, 204);
  for (const token of [old, signed({ room, iat: now() - 10 }), signed({ room, iat: undefined })]) assert.equal((await enter(token)).status, 403);
  const again = await entered({ room, iat: now() + 2 });
  assert.notEqual(again.participant.id, participant.id);
});

test('a token for one use, where the tenant wants it; renewing what it gave is no second use', async () => {
  const room = `once ${randomId()}`;
  const twice = signed({ room });
  bodyOf(await enter(twice), 201);
  bodyOf(await enter(twice), 201);
  await api.configured('single_use_tokens', 1, async () => {
    const token = signed({ room, sub: 'once' });
    const { resume, participant } = bodyOf(await enter(token), 201);
    assert.equal((await enter(token)).status, 410);
    assert.equal(bodyOf(await enter(token, { resume }), 201).participant.id, participant.id);
    const race = signed({ room, sub: 'race' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => enter(race)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(answers.filter(({ status }) => status === 410).length, 9);
  });
});
