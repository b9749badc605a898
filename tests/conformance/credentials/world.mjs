// One meeting with every kind of credential that leads to it, all valid at the same time; and for each
// a stranger: the same form, of nobody.

import crypto from 'node:crypto';
import { body } from '../../support/meetings.mjs';
import { Plugnmeet } from '../../support/plugnmeet.mjs';
import { Spaces } from '../../support/spaces.mjs';

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits of @p text changed for others of their class, so that its form stays. */
const scrambled = (text) => text.replace(/[a-z]/g, () => ALNUM[26 + crypto.randomInt(26)]).replace(/[A-Z]/g, () => ALNUM[crypto.randomInt(26)])
  .replace(/[0-9]/g, () => String(crypto.randomInt(10)));

/** A credential of the form of @p value that is nobody's. */
export function strangerOf(value) {
  if (/^[\w-]+(\.[\w-]+){2}$/.test(value)) { // a signed token: the signature is another
    const [header, payload, signature] = value.split('.');
    return [header, payload, scrambled(signature)].join('.');
  }
  if (/^ck_live_/.test(value)) return `ck_live_${scrambled(value.slice(8))}`;
  if (/^[0-9a-f-]{36}$/.test(value)) return crypto.randomUUID();
  if (/^[0-9a-f]{24}$/.test(value)) return crypto.randomBytes(12).toString('hex');
  if (/^\w{24}$|^\w{10}$/.test(value)) return scrambled(value);
  return value.slice(0, 8) + scrambled(value.slice(8)); // sealed text, after the prefix that names it
}

const people = new WeakMap(); // by gateway: passwords cost time

/** Someone with an account, and the tokens of the client. */
function signedIn(cardea, isFresh) {
  const make = async () => {
    const spaces = new Spaces(cardea);
    return { spaces, user: await spaces.user('ann'), client: body(await spaces.auth({ grant_type: 'client_credentials' })) };
  };
  if (isFresh) return make();
  if (!people.has(cardea)) people.set(cardea, make());
  return people.get(cardea);
}

/** A user with a public room in a public space, and all tokens that lead to it (spec/spaces). */
async function accounts(cardea, isFresh) {
  const { spaces, user, client } = await signedIn(cardea, isFresh);
  const space = await spaces.space(user, { isPublic: true });
  const room = await spaces.room(user, space, { isPublic: true });
  const link = await spaces.link(user, room, { isPermanent: true });
  const seat = body(await spaces.participant(room, link.token));
  const signaling = body(await spaces.call('POST', `/spaces/${space}/participants/${seat.id}/signaling-token`, undefined, seat.access_token));
  return {
    space, spaceRoom: room.id, client: spaces.client, seat: seat.id,
    kinds: {
      'access token of a user': user.token,
      'refresh token of a user': user.refresh,
      'access token of a client': client.access_token,
      'refresh token of a client': client.refresh_token,
      'token of an access link': link.token,
      'access token of a seat': seat.access_token,
      'refresh token of a seat': seat.refresh_token,
      'signaling token': signaling.signalingToken,
      'alias of a public room': room.alias,
    },
  };
}

/** As an application server signs one itself (spec/native 8). */
function appToken({ api_key_id: iss, api_secret: secret }, room) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss, aud: 'cardea-enter', sub: 'app-user', room, exp, jti: crypto.randomUUID() })}`;
  return `${text}.${crypto.createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/**
 * @p meetings: of startMeetings; @p isFresh: with an account of its own. Answers {kinds: {name: credential}, and what calls name
 * in their paths}.
 */
export async function makeWorld(meetings, { isFresh = false } = {}) {
  const { cardea } = meetings;
  const host = await meetings.room();
  const arrived = await meetings.arrive(host);
  const guest = await meetings.joined(host.room.guest_token, { name: 'Guest', id: 'guest' });
  const hall = await meetings.room({ options: { waiting_room: true } });
  const waiting = await meetings.enter(hall.room.guest_token, { name: 'Waits' });
  const { permalink, room } = body(await meetings.call('POST', '/permalink', { user: { name: 'Jane', id: 'jane' } }, { key: meetings.key }), 201);
  const entered = body(await meetings.enter(guest.access_key), 201);
  const name = host.room.id;
  const added = async (role) => body(await cardea.api('POST', `/api/v1/rooms/${encodeURIComponent(name)}/participants`, {
    display_name: role, external_user_id: role, role,
  }), 201);
  const post = async (pathname, fields) => body(await cardea.api('POST', `/api/v1${pathname}`, fields));
  const ofTenant = await post('/auth/token', { api_key: cardea.dev.api_key });
  const link = await post(`/rooms/${encodeURIComponent(name)}/join-token`);
  const ofLink = await post('/public/join-token/exchange', link);
  const plugnmeet = new Plugnmeet(cardea, cardea.dev.api_key_id, cardea.dev.api_secret);
  const ofBackend = await plugnmeet.token(name, { user_id: 'booked' });
  const [chair, member] = [await added('host'), await added('participant')];
  const { kinds: ofAccounts, ...places } = await accounts(cardea, isFresh);
  return {
    ...places, room: name, id: chair.room.id, tenant: cardea.sql('SELECT tenant FROM tenants LIMIT 1'), user: 'guest', participant: member.participant.id,
    permalink: permalink.id, permalinkRoom: room,
    kinds: {
      ...ofAccounts,
      'API key': cardea.dev.api_key,
      'API secret': cardea.dev.api_secret,
      'access key of a host': host.access_key,
      'access key of a guest': guest.access_key,
      'guest token': host.room.guest_token,
      'guest token of a permalink': permalink.guest_token,
      'user token of a permalink': permalink.user_token,
      'token for SEPP': host.signaling.options.auth_token,
      'ticket of who waits': waiting.body.ticket,
      'media join token': entered.join_token,
      'resume string': entered.resume,
      'resume string of a host': arrived.entered.resume,
      'access token of the tenant': ofTenant.access_token,
      'refresh token of the tenant': ofTenant.refresh_token,
      'join token of a room': link.join_token,
      'token that the application signs': appToken(cardea.dev, name),
      'token for a join token': ofLink.access_token,
      'join token of a backend': ofBackend,
      'access token of a host': chair.access_token,
      'auth token of a host': chair.auth_token,
      'refresh token of a host': chair.refresh_token,
      'access token of a participant': member.access_token,
      'auth token of a participant': member.auth_token,
      'refresh token of a participant': member.refresh_token,
    },
  };
}
