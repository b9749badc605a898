// spec/spaces 9: every role by every operation, in its own space, in another of the tenant, and in another
// tenant's. The table is that of docs/spaces.md, read from there. Takes about 10 s.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from '../../support/build.mjs';
import { addSpacesTenant, body, PASSWORD, startSpaces } from '../../support/spaces.mjs';

const hex = () => crypto.randomBytes(12).toString('hex');

/** The table: {roles: [...], rows: [{action, may: {role: bool}}]}. */
function readTable() {
  const lines = fs.readFileSync(path.join(ROOT, 'docs/spaces.md'), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('| action |'));
  const cells = (line) => line.split('|').slice(1, -1).map((cell) => cell.trim());
  const roles = cells(lines[start]).slice(1);
  const rows = [];
  for (let at = start + 2; lines[at].startsWith('|'); at++) {
    const [action, ...may] = cells(lines[at]);
    assert.ok(may.every((one) => one === 'yes' || one === 'no'), action);
    rows.push({ action, may: Object.fromEntries(roles.map((role, i) => [role, may[i] === 'yes'])) });
  }
  return { roles, rows };
}

const { roles, rows } = readTable();

/**
 * How each action is called at a place: {space, room (private), hall (public), invite, link, member, seated}.
 * Every call makes what it takes away, by `boss`, who owns space and rooms.
 */
const actions = {
  createUser: (who) => who.call('POST', '/users', { email: `${hex()}@x.io`, username: 'x', password: PASSWORD }),
  createSpace: (who) => who.call('POST', '/spaces', { name: 's' }),
  createRoom: (who, at) => who.call('POST', `/spaces/${at.space}/rooms`, { name: 'r' }),
  updateSpace: (who, at) => who.call('PUT', `/spaces/${at.space}`, { name: 's', isPublic: true }),
  updateRoom: (who, at) => who.call('PUT', `/spaces/${at.space}/rooms/${at.room}`, { name: 'r' }),
  createInvite: (who, at) => who.call('POST', `/spaces/${at.space}/invites`, { role: 'role_space_user' }),
  listInvites: (who, at) => who.call('GET', `/spaces/${at.space}/invites`),
  revokeInvite: async (who, at) => who.call('DELETE', `/spaces/${at.space}/invites/${await at.invite()}`),
  activateInvite: async (who, at) => who.call('POST', `/spaces/${at.space}/invites/${await at.invite()}/activate`),
  listMembers: (who, at) => who.call('GET', `/spaces/${at.space}/members`),
  removeMember: async (who, at) => who.call('DELETE', `/spaces/${at.space}/members/${await at.member()}`),
  grantRole: (who, at) => who.call('POST', `/spaces/${at.space}/rooms/${at.room}/roles`, { targetUserId: at.somebody, role: 'role_room_user' }),
  listRoles: (who, at) => who.call('GET', `/spaces/${at.space}/rooms/${at.room}/roles`),
  revokeRole: async (who, at) => who.call('DELETE', `/spaces/${at.space}/rooms/${at.room}/roles/${await at.seated()}`),
  generateAccess: (who, at) => who.call('POST', `/spaces/${at.space}/rooms/${at.room}/generate-access`, { username: 'x', role: 'user' }),
  listLinks: (who, at) => who.call('GET', `/spaces/${at.space}/rooms/${at.room}/access-links`),
  revokeLink: async (who, at) => who.call('DELETE', `/spaces/${at.space}/rooms/${at.room}/access-links/${await at.link()}`),
  joinPublicRoom: (who, at) => who.call('POST', `/spaces/${at.space}/participants`, { roomId: at.hall, name: 'x' }),
  joinPrivateRoom: (who, at) => who.call('POST', `/spaces/${at.space}/participants`, { roomId: at.room, name: 'x' }),
};
const EVERYWHERE = ['createUser', 'createSpace']; // about no space

let spaces;
let own;
let elsewhere;
let foreign;
const people = {}; // by role

/** A public space with a private and a public room; `boss` owns all of it. */
async function makePlace(api, boss, somebody) {
  const space = await api.space(boss, { isPublic: true });
  const [room, hall] = [await api.room(boss, space), await api.room(boss, space, { isPublic: true })];
  return {
    space, room: room.id, hall: hall.id, somebody: somebody.id, boss,
    invite: async () => body(await api.call('POST', `/spaces/${space}/invites`, { role: 'role_space_user' }, boss.token)).id,
    member: async () => {
      await api.invite(boss, space, somebody);
      return somebody.id;
    },
    seated: async () => {
      body(await api.grant(boss, { space, id: room.id }, somebody));
      return somebody.id;
    },
    link: async () => {
      await api.link(boss, { space, id: room.id });
      return body(await api.call('GET', `/spaces/${space}/rooms/${room.id}/access-links`, undefined, boss.token)).items.at(-1).id;
    },
  };
}

before(async () => {
  spaces = await startSpaces();
  const { spaces: api, user } = await addSpacesTenant(spaces);
  const [boss, somebody] = [await spaces.user('boss'), await spaces.user('somebody')];
  own = await makePlace(spaces, boss, somebody);
  elsewhere = await makePlace(spaces, await spaces.user('else'), somebody);
  foreign = await makePlace(api, user, await api.user('theirs', { token: user.token }));
  for (const role of roles) people[role] = role === 'client token' ? { token: await spaces.clientToken() } : await spaces.user(role.replaceAll(' ', '-'));
  await spaces.invite(boss, own.space, people.role_space_user);
  await spaces.invite(boss, own.space, people.role_space_moderator, 'role_space_moderator');
  for (const role of ['role_room_user', 'role_room_moderator']) body(await spaces.grant(boss, { space: own.space, id: own.room }, people[role], role));
  // Owners are made, not granted: an owner of a space with no role in its rooms, and one of a room with none in its space.
  spaces.cardea.sql(`UPDATE space_roles SET account = '${people['space owner'].id}' WHERE space = '${own.space}' AND role = 3;
    UPDATE room_roles SET account = '${people['room owner'].id}' WHERE object IN ('${own.room}', '${own.hall}') AND role = 3`);
  const [space, room] = [people['space owner'], people['room owner']];
  own.invite = async () => body(await spaces.call('POST', `/spaces/${own.space}/invites`, { role: 'role_space_user' }, space.token)).id;
  own.member = async () => {
    await spaces.invite(space, own.space, somebody);
    return somebody.id;
  };
  own.seated = async () => {
    body(await spaces.grant(room, { space: own.space, id: own.room }, somebody));
    return somebody.id;
  };
  own.link = async () => {
    await spaces.link(room, { space: own.space, id: own.room });
    return body(await spaces.call('GET', `/spaces/${own.space}/rooms/${own.room}/access-links`, undefined, room.token)).items.at(-1).id;
  };
});
after(() => spaces?.cardea.stop());

const caller = (role) => ({ call: (method, at, content) => spaces.call(method, at, content, people[role].token) });

test('the table names every action that there is a call for, and no other', () => {
  assert.deepEqual(rows.map(({ action }) => action), Object.keys(actions));
  assert.equal(roles.length, 8);
});

for (const { action, may } of rows) {
  test(`${action}: every role, in its own space`, async () => {
    for (const role of roles) {
      const answer = await actions[action](caller(role), own);
      assert.equal(answer.status, may[role] ? 200 : 403, `${role}: ${answer.raw}`);
    }
    if (action === 'activateInvite') { // made everybody a member
      const ids = ['plain user', 'role_room_user', 'role_room_moderator', 'room owner'].map((role) => `'${people[role].id}'`);
      spaces.cardea.sql(`DELETE FROM space_roles WHERE account IN (${ids})`);
    }
  });
  if (EVERYWHERE.includes(action)) continue;
  test(`${action}: a role is one of its own space, not of another`, async () => {
    const outside = may['plain user'];
    for (const role of roles.filter((one) => one !== 'client token')) {
      const answer = await actions[action](caller(role), elsewhere);
      assert.equal(answer.status, outside ? 200 : 403, `${role}: ${answer.raw}`);
    }
    if (action === 'activateInvite') spaces.cardea.sql(`DELETE FROM space_roles WHERE space = '${elsewhere.space}' AND role < 3`);
  });
  test(`${action}: another tenant's space is not there, for any role`, async () => {
    for (const role of roles) {
      const answer = await actions[action](caller(role), foreign);
      const never = role === 'client token' && !may[role] && action !== 'joinPrivateRoom';
      assert.equal(answer.status, never ? 403 : 404, `${role}: ${answer.raw}`);
    }
  });
}
