// spec/model I11, acceptance F2-20: on every route of the router's tables, what belongs to another tenant and a
// child under another parent answer byte for byte like what does not exist, and nothing happens to them.
// Takes about 10 s.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { body, startMeetings } from '../../support/meetings.mjs';
import { addSpacesTenant, Spaces } from '../../support/spaces.mjs';
import { Presenter } from './present.mjs';
import { routes } from './routes.mjs';
import { makeWorld, strangerOf } from './world.mjs';

let meetings;
let presenter;
let world;
let foreign;
let other; // Meetings of the other tenant

/** What the tenant of @p theirs and @p user have, by the names that the paths of routes.mjs use. */
async function places(theirs, { spaces, user }) {
  const { cardea } = theirs;
  const { room } = await theirs.room();
  const api = (method, path, fields) => cardea.request(method, path, { body: fields, headers: { 'X-API-Key': theirs.key } });
  const added = body(await api('POST', `/api/v1/rooms/${room.id}/participants`, { display_name: 'Eve', external_user_id: 'eve' }), 201);
  const link = body(await theirs.call('POST', '/permalink', { user: { name: 'Eve', id: 'eve' } }, { key: theirs.key }), 201);
  const webhook = body(await theirs.register({ url: 'https://app.example/theirs', types: 'room_update' }), 201);
  const space = await spaces.space(user, { isPublic: true });
  const spaceRoom = await spaces.room(user, space, { isPublic: true });
  const seat = body(await spaces.participant(spaceRoom, user.token));
  return {
    room: room.id, id: added.room.id, user: 'eve', participant: added.participant.id, permalink: link.permalink.id,
    permalinkUser: link.permalink.user_token, webhook: webhook.id, space, spaceRoom: spaceRoom.id, seat: seat.id,
  };
}

before(async () => {
  meetings = await startMeetings();
  const { cardea } = meetings;
  const accounts = await addSpacesTenant(new Spaces(cardea)); // starts the gateway anew
  other = meetings.as(body(await cardea.admin('POST', '/tenants', { name: 'other' }), 201).api_key);
  foreign = await places(other, accounts);
  presenter = new Presenter(cardea.port);
  world = await makeWorld(meetings);
});
after(async () => {
  presenter?.close();
  await meetings?.cardea.stop();
});

/** Everything that tells whether somebody touched what is theirs. */
async function theirState() {
  const list = await meetings.cardea.request('GET', `/api/v1/rooms/${foreign.id}/participants`, { headers: { 'X-API-Key': other.key } });
  const log = await meetings.cardea.request('GET', `/api/v1/rooms/${foreign.id}/events`, { headers: { 'X-API-Key': other.key } });
  const accounts = meetings.cardea.sql(`SELECT * FROM spaces WHERE space = '${foreign.space}'; SELECT * FROM permalinks WHERE permalink = '${foreign.permalink}'`);
  return [list.raw, log.raw, accounts];
}

/** The ways and kinds of credential that a call is made with: one of each way, of ours and with rights. */
const callers = (route) => Object.entries(routes[route].opens).map(([way, kinds]) => [way, kinds[0]]);

for (const [route, { path, opens }] of Object.entries(routes)) {
  const named = (path ?? []).slice(0, route.split('{}').length - 1);
  if (Object.keys(opens).length === 0 || !named.some((name) => name !== 'nobody')) continue;
  test(`${route}: what is another's answers like nothing`, async () => {
    const before = await theirState();
    for (const [way, kind] of callers(route)) {
      for (let first = way === 'path' ? 1 : 0; first < named.length; first += 1) {
        const places = named.slice(first).filter((name) => name in foreign);
        if (places.length === 0) continue;
        const theirs = { ...world, ...Object.fromEntries(places.map((name) => [name, foreign[name]])) };
        const nobodys = { ...world, ...Object.fromEntries(places.map((name) => [name, name === 'user' ? 'nix' : strangerOf(foreign[name])])) };
        const answer = await presenter.present(route, way, world.kinds[kind], theirs);
        assert.deepEqual(answer, await presenter.present(route, way, world.kinds[kind], nobodys), `${kind} by ${way}, from ${first}`);
        assert.ok(answer.status >= 400 || JSON.parse(answer.raw).status === false, `${kind} by ${way}: ${answer.status} ${answer.raw}`);
      }
    }
    assert.deepEqual(await theirState(), before);
  });
}
