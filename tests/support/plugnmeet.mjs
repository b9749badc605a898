// The plugNmeet dialect (spec/plugnmeet) for tests: a whole gateway with the sample key pair, signed
// calls as they go over the wire, and the unmodified SDK.
//
//   const plugnmeet = await startPlugnmeet();
//   const { room_info } = await plugnmeet.create('room01', { room_features: { allow_webcams: false } });
//   const token = await plugnmeet.token('room01', { user_id: 'u1' });      // of getJoinToken
//   const answer = await plugnmeet.signed('/room/endRoom', { room_id: 'room01' });   // whole answer
//   await plugnmeet.cardea.stop();

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import sdk from 'plugnmeet-sdk-js';
import { startMeetings } from './meetings.mjs';

export const KEY = 'plugnmeet';
export const SECRET = 'zumyyYWqv7KR2kUqvYdq4z4sXg7XTBD2ljT6';

export const hmac = (text, secret = SECRET) => crypto.createHmac('sha256', secret).update(text).digest('hex');

/** The text of a JWT, of any header and claims. */
export function jwt(claims, { secret = SECRET, header = { alg: 'HS256', typ: 'JWT' }, hash = 'sha256' } = {}) {
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${crypto.createHmac(hash, secret).update(text).digest('base64url')}`;
}

export const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

export class Plugnmeet {
  constructor(cardea, key = KEY, secret = SECRET) {
    this.cardea = cardea;
    this.key = key;
    this.secret = secret;
  }

  /** One signed request. @p body: text as it is, or an object; @p headers are put over the usual ones. */
  signed(path, body = {}, headers = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const all = { 'API-KEY': this.key, 'HASH-SIGNATURE': hmac(text, this.secret), 'Content-Type': 'application/json', ...headers };
    return this.cardea.request('POST', path, { body: text, headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) });
  }

  /** The body of a signed request, which is always answered 200. */
  async ask(call, body) {
    const answer = await this.signed(`/auth/room/${call}`, body);
    assert.equal(answer.status, 200, answer.raw);
    return answer.body;
  }

  /** Books a room; @p metadata and @p fields of the request are put over the usual ones. */
  async create(room_id, metadata = {}, fields = {}) {
    const body = await this.ask('create', { room_id, metadata: { room_title: 'Test room', room_features: {}, ...metadata }, ...fields });
    assert.equal(body.status, true, JSON.stringify(body));
    return body;
  }

  invite(room_id, user_info = {}) {
    return this.ask('getJoinToken', { room_id, user_info: { name: 'Name', user_id: 'u1', ...user_info } });
  }

  async token(room_id, user_info) {
    const body = await this.invite(room_id, user_info);
    assert.equal(body.status, true, JSON.stringify(body));
    return body.token;
  }

  /** The room and who is in it, as the backend sees it. */
  async info(room_id) {
    const body = await this.ask('getActiveRoomInfo', { room_id });
    assert.equal(body.status, true, JSON.stringify(body));
    return body.room;
  }

  /** A call of somebody in the room. */
  api(call, token, body = {}, headers = {}) {
    const all = { ...(token === undefined ? {} : { Authorization: token }), 'Content-Type': 'application/json', ...headers };
    return this.cardea.request('POST', `/api/${call}`, { body, headers: all });
  }

  enter(token, fields = {}) {
    return this.cardea.request('POST', '/api/v1/enter', { body: { credential: token, ...fields } });
  }

  sdk(suffix = '') {
    return new sdk.PlugNmeet(this.cardea.url + suffix, this.key, this.secret);
  }

  as(key, secret) {
    return new Plugnmeet(this.cardea, key, secret);
  }
}

/** Starts a gateway with the options of startMeetings. */
export async function startPlugnmeet(options) {
  const { cardea } = await startMeetings(options);
  const made = await cardea.admin('POST', '/keys', { id: KEY, secret: SECRET });
  assert.equal(made.status, 201, made.raw);
  return new Plugnmeet(cardea);
}
