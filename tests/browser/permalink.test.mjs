// Permalinks as people use them (spec/meetings 8, 11.4): a guest who comes early waits and is in the
// meeting when the host is; a reload finds the page again. Takes about 15 s.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAST } from '../support/browser.mjs';
import { openHouse } from '../support/visitors.mjs';

const { ada, ben } = CAST;
const house = openHouse();
const { visitor } = house;

async function permalink(fields = {}) {
  const { status, body } = await house.cardea.request('POST', '/permalink', {
    body: { user: { name: 'Ada Host' }, ...fields }, headers: { Authorization: house.cardea.dev.api_key },
  });
  assert.equal(status, 201);
  return body;
}

test('a guest who comes early is in the meeting when the host has come; a reload leads back in', async () => {
  const { links } = await permalink();
  const [host, guest] = await Promise.all([visitor(ada), visitor(ben)]);
  await guest.open(links.guest_join);
  await guest.preview();
  await guest.pressJoin({ name: 'Ben Guest' });
  await guest.part('waiting').waitFor();

  await host.join(links.gui);
  await guest.part('call').waitFor();
  await Promise.all([host.roster(['Ben Guest']), guest.roster(['Ada Host'])]);
  await Promise.all([host.person.sees([ben]), guest.person.sees([ada])]);
  await Promise.all([host.person.hears([ben]), guest.person.hears([ada])]);
  for (const { page } of [host, guest]) assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/');

  await host.page.reload();
  await host.part('prejoin').waitFor();
  await guest.roster([]);
  await host.preview();
  await host.pressJoin();
  await host.part('call').waitFor();
  await guest.roster(['Ada Host']);
});

test('links that have expired say so', async () => {
  const { links } = await permalink({ expires_at: '2026-01-01T00:00:00Z' });
  const host = await visitor(ada);
  for (const link of [links.gui, links.guest_join]) {
    await host.open(link);
    await host.preview();
    await host.pressJoin(link === links.gui ? {} : { name: 'Ada' });
    await host.says('error-message', 'This link is unknown or has expired.');
  }
});
