// spec/native 10: a copy of the database without its key file opens nothing: every value in it is tried at
// every place that takes a credential of this dialect. Takes about 10 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { body, PASSWORD, startSpaces } from '../../support/spaces.mjs';

let spaces;
before(async () => { spaces = await startSpaces(); });
after(() => spaces?.cardea.stop());

test('no value of the database is a credential', async () => {
  const [ann, bob] = [await spaces.user('ann'), await spaces.user('bob')];
  const room = await spaces.room(ann, await spaces.space(ann));
  const { id: invite } = body(await spaces.call('POST', `/spaces/${room.space}/invites`, { role: 'role_space_moderator' }, ann.token));
  const { token: link } = await spaces.link(ann, room, { isPermanent: true });
  const seat = body(await spaces.participant(room, link));
  const signaling = body(await spaces.call('POST', `/spaces/${room.space}/participants/${seat.id}/signaling-token`, undefined, seat.access_token)).signalingToken;
  const refreshed = body(await spaces.auth({ grant_type: 'refresh_token', refresh_token: ann.refresh }));
  const secrets = {
    PASSWORD, invite, link, signaling, client: spaces.client.client_secret, access: ann.token, refresh: ann.refresh, next: refreshed.refresh_token,
    seat: seat.access_token, again: seat.refresh_token,
  };
  const dump = spaces.cardea.sql('.dump');
  for (const [name, secret] of Object.entries(secrets)) assert.ok(!dump.includes(secret), name);

  // Texts as they are, blobs as text and in the forms in which a credential travels; not what names a place or a person.
  const texts = [...dump.matchAll(/'((?:[^']|'')*)'/g)].map(([, text]) => text.replaceAll("''", "'"));
  const blobs = [...dump.matchAll(/X'([0-9a-f]+)'/gi)].map(([, hex]) => Buffer.from(hex, 'hex'));
  const values = [...new Set([...texts, ...blobs.flatMap((blob) => [blob.toString('base64url'), blob.toString('hex')])])]
    .filter((value) => value.length >= 8 && value.length < 4000 && /^[\x21-\x7e]+$/.test(value) && !/^[0-9]+$/.test(value));
  assert.ok(values.length > 50, `${values.length} values`);
  const alias = room.alias; // of a private room: known, and no credential
  const opened = [];
  for (const value of values) {
    const tries = await Promise.all([
      spaces.call('GET', '/users/me', undefined, value),
      spaces.participant(room, value),
      spaces.enter(value, { name: 'x' }),
      spaces.auth({ grant_type: 'refresh_token', refresh_token: value }),
      spaces.auth({ grant_type: 'client_credentials', client_secret: value }),
      spaces.login(ann.email, value),
      spaces.call('POST', `/spaces/${room.space}/invites/${encodeURIComponent(value)}/activate`, undefined, bob.token),
    ]);
    if (tries.some(({ status }) => status < 400)) opened.push([value, tries.map(({ status }) => status)]);
  }
  assert.deepEqual(opened, []);
  assert.ok(values.includes(alias));
  // What was tried works with the real ones.
  body(await spaces.call('GET', '/users/me', undefined, ann.token));
  body(await spaces.call('POST', `/spaces/${room.space}/invites/${invite}/activate`, undefined, bob.token));
  body(await spaces.enter(signaling), 201);
});
