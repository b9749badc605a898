// spec/model I10, acceptance F2-17, J-03: every kind of credential on every route of the router's tables, in
// every way of presenting it: only what routes.mjs names is let in, everything else answers as nobody's does.
// Takes about 10 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectionId } from '../../support/cardea.mjs';
import { startMeetings } from '../../support/meetings.mjs';
import { publicRoutes } from '../../support/routes.mjs';
import { Presenter } from './present.mjs';
import { routes } from './routes.mjs';
import { makeWorld, strangerOf } from './world.mjs';

const REFUSALS = [401, 403, 404, 410];
const HEADER_WAYS = ['raw', 'bearer', 'x-api-key', 'cookie'];

let meetings;
let world;
let presenter;
const present = (...what) => presenter.present(...what);

before(async () => {
  meetings = await startMeetings();
  presenter = new Presenter(meetings.cardea.port);
  world = await makeWorld(meetings);
});
after(async () => {
  presenter?.close();
  await meetings?.cardea.stop();
});

/** The ways in which a route could be given a credential. */
const waysOf = (route) => [...new Set([...HEADER_WAYS, ...(route.includes('{}') ? ['path'] : []), ...Object.keys(routes[route].opens)])];

test('the table names every route of the router, and no other', () => {
  assert.deepEqual(Object.keys(routes).sort(), publicRoutes().sort());
});

for (const route of Object.keys(routes)) {
  test(`${route}: opens for what it is meant for, and for nothing else`, async (t) => {
    const { opens } = routes[route];
    if (Object.keys(opens).length === 0) return t.skip('no credential');
    for (const way of waysOf(route)) {
      for (const [kind, value] of Object.entries(world.kinds)) {
        if (opens[way]?.includes(kind)) continue;
        const answer = await present(route, way, value, world);
        if (REFUSALS.includes(answer.status)) continue;
        const stranger = await present(route, way, strangerOf(value), world);
        assert.deepEqual(answer, stranger, `${kind} by ${way}`);
        assert.equal(answer.status, 400, `${kind} by ${way}: ${answer.raw}`);
      }
    }
    for (const [way, kinds] of Object.entries(opens)) {
      for (const kind of kinds) {
        const own = route.startsWith('GET ') ? world : await makeWorld(meetings, { isFresh: /auth|password/.test(route) });
        const answer = await present(route, way, own.kinds[kind], own);
        const stranger = await present(route, way, strangerOf(own.kinds[kind]), own);
        assert.ok(REFUSALS.includes(stranger.status) || stranger.status === 400, `nobody's ${kind} by ${way}: ${stranger.status} ${stranger.raw}`);
        assert.ok(![401, 403, 429].includes(answer.status), `${kind} by ${way}: ${answer.status} ${answer.raw}`);
        assert.notDeepEqual(answer, stranger, `${kind} by ${way}`);
      }
    }
  });
}

test('the tunnel opens for a media join token and a resume string, each in its place (spec/native 13)', async () => {
  const own = await makeWorld(meetings);
  const first = async (frame) => {
    const tunnel = await meetings.cardea.tunnel();
    const answer = await Promise.race([tunnel.request(frame), tunnel.closed]);
    tunnel.terminate();
    return answer;
  };
  for (const [kind, token] of Object.entries(own.kinds)) {
    if (kind !== 'media join token') assert.notEqual((await first({ janus: 'create', token })).janus, 'success', kind);
    if (kind !== 'resume string') assert.notEqual((await first({ janus: 'claim', session_id: 1, token })).janus, 'success', kind);
  }
  assert.equal((await first({ janus: 'create', token: own.kinds['media join token'] })).janus, 'success');
});

test('J-03: the plugin admits with a media join token, and with no other credential', async () => {
  const own = await makeWorld(meetings);
  const seat = await meetings.cardea.enter(own.kinds['access token of a participant']);
  await seat.create();
  const handle = await seat.attach();
  const join = (token) => seat.message(handle, { request: 'join', handle: 'receive', token, connection: connectionId() });
  for (const [kind, token] of Object.entries(own.kinds)) {
    if (kind === 'media join token') continue;
    const data = await join(token);
    assert.equal(data.cardea, 'error', `${kind}: ${JSON.stringify(data)}`);
    assert.doesNotMatch(JSON.stringify(data), /servers|roster|participants/);
  }
  assert.equal((await join(seat.entered.join_token)).cardea, 'joined');
  await seat.tunnel.close();
});
