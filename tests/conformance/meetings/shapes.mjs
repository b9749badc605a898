// What the objects of spec/meetings 6 are made of, and the types on which typed clients insist
// (section 10).

import assert from 'node:assert/strict';

export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const TOKEN = /^[A-Za-z0-9]{24}$/;
export const OBJECT_ID = /^[0-9a-f]{24}$/;

/** Alternatives. */
const or = (...schemas) => ({ or: schemas });
/** An array of this. */
const every = (schema) => ({ every: schema });
/** An object used as a map. */
const mapOf = (schema) => ({ mapOf: schema });

const nullable = (schema) => or(null, schema);

export const ROOM = {
  id: 'string', name: 'string', ready: 'boolean', started_at: TIME, shutdown: 'boolean', guest_token: or('', TOKEN),
};

export const OPTIONS = {
  show_names: 'boolean',
  show_label: 'boolean',
  exit_url: nullable('string'),
  recording_available: 'boolean',
  broadcast_available: 'boolean',
  layout_available: 'boolean',
  layout: /^(auto|custom)$/,
  reaction_available: 'boolean',
  suggest_guest_names: 'boolean',
  lock_available: 'boolean',
  kick_available: 'boolean',
  sfu_mode: 'string',
  layout_users: nullable(every('string')),
  layout_name: nullable('string'),
  layout_map: nullable(every(every('integer'))),
  voice_activation: 'boolean',
  custom_fields: mapOf('string'),
  widescreen: 'boolean',
  background_color: /^#[0-9a-fA-F]{6}$/,
};

export const DEFAULT_OPTIONS = {
  show_names: true,
  show_label: true,
  exit_url: null,
  recording_available: false, // this build has no recording and no broadcast (6.2)
  broadcast_available: false,
  layout_available: true,
  layout: 'auto',
  reaction_available: true,
  suggest_guest_names: true,
  lock_available: true,
  kick_available: true,
  sfu_mode: 'disabled',
  layout_users: null,
  layout_name: null,
  layout_map: null,
  voice_activation: false,
  custom_fields: {},
  widescreen: true,
  background_color: '#121212',
};

export const USER_INFO = { id: 'string', name: 'string', avatar: nullable('string'), guest: 'boolean', joined_at: TIME };

export const PARTICIPANT = {
  id: 'string', room_id: 'string', name: 'string', avatar: nullable('string'), guest: 'boolean', online: 'boolean',
};

export const WAITING = { ...USER_INFO, client_id: OBJECT_ID };

export const PRESENTATION = { room: ROOM, user: USER_INFO };

const TURN_SERVER = { urls: every(/^turns?:/), username: /^\d+:[0-9a-f]{24}$/, password: /^[A-Za-z0-9+/]{27}=$/ };

export const MEETING = {
  access_key: TOKEN,
  ready: 'boolean',
  locked: 'boolean',
  room: ROOM,
  team: { name: 'string' },
  user: {
    id: 'string', room_id: 'string', name: 'string', avatar: nullable('string'), guest: 'boolean', blocked: false, ready: 'boolean',
  },
  links: { self: /^https?:/, gui: /^https?:/, guest_join: or('', /^https?:/), websocket: /^https?:/ },
  options: OPTIONS,
  playbacks: every('object'),
  presentation: nullable(PRESENTATION),
  broadcasts: every('object'),
  recording: null,
  snapshots: every('object'),
  waiting_list: every(WAITING),
  signaling: {
    type: 'sepp',
    options: {
      client_id: OBJECT_ID,
      conf_id: OBJECT_ID,
      auth_token: /^[A-Za-z0-9_-]+\.[A-Za-z0-9]+\.[A-Za-z0-9_-]+$/,
      endpoint: /^wss?:\/\/[^?#]+\/call$/,
      stun_servers: every(/^stun:/),
      turn_servers: every(TURN_SERVER),
    },
  },
};

/** A permalink; `user_token`, `user` and `gui` are null for who may not see them. */
export const PERMALINK = {
  permalink: { id: OBJECT_ID, created_at: TIME, user_token: nullable(TOKEN), guest_token: or('', TOKEN), expires_at: nullable(TIME) },
  room: { id: OBJECT_ID, name: 'string', started_at: nullable(TIME) },
  team: { name: 'string' },
  user: nullable(USER_INFO),
  options: OPTIONS,
  links: { self: /^https?:/, gui: nullable(/^https?:/), guest_join: or('', /^https?:/) },
};

const TYPES = new Set(['string', 'boolean', 'integer', 'object']);

function typeOf(value) {
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** Why @p value is not of @p schema, or null. Objects have exactly the keys of theirs. */
export function mismatch(value, schema, at = '$') {
  if (schema instanceof RegExp) {
    return typeof value === 'string' && schema.test(value) ? null : `${at}: ${JSON.stringify(value)} is not ${schema}`;
  }
  if (TYPES.has(schema)) {
    return value !== null && typeOf(value) === schema ? null : `${at}: ${JSON.stringify(value)} is no ${schema}`;
  }
  if (schema === null || typeof schema !== 'object') {
    return value === schema ? null : `${at}: ${JSON.stringify(value)} is not ${JSON.stringify(schema)}`;
  }
  if (schema.or) {
    const reasons = schema.or.map((one) => mismatch(value, one, at));
    return reasons.includes(null) ? null : reasons.at(-1);
  }
  if (schema.every) {
    if (!Array.isArray(value)) return `${at}: ${JSON.stringify(value)} is no array`;
    return value.map((item, i) => mismatch(item, schema.every, `${at}[${i}]`)).find(Boolean) ?? null;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return `${at}: ${JSON.stringify(value)} is no object`;
  }
  if (schema.mapOf) {
    return Object.keys(value).map((key) => mismatch(value[key], schema.mapOf, `${at}.${key}`)).find(Boolean) ?? null;
  }
  const missing = Object.keys(schema).filter((key) => !(key in value));
  const surplus = Object.keys(value).filter((key) => !(key in schema));
  if (missing.length > 0 || surplus.length > 0) return `${at}: without ${missing}, with ${surplus} too much`;
  return Object.keys(schema).map((key) => mismatch(value[key], schema[key], `${at}.${key}`)).find(Boolean) ?? null;
}

/** Fails unless @p value is of @p schema. */
export function check(value, schema) {
  assert.equal(mismatch(value, schema), null);
}

/** A whole Meeting, of a guest or not, ready or not, and what follows from that (6.1, 12.2). */
export function checkMeeting(meeting, { guest, ready }) {
  check(meeting, MEETING);
  const { signaling: { options: signaling }, links, room, user } = meeting;
  assert.equal(user.guest, guest);
  assert.equal(meeting.ready, ready);
  assert.equal(user.ready, ready);
  assert.equal(meeting.ready, room.ready && user.ready);
  assert.equal(room.ready, true);
  assert.equal(room.shutdown, false);
  assert.equal(user.room_id, room.id);
  assert.ok(links.self.endsWith(`/rooms/${meeting.access_key}`), links.self);
  assert.ok(links.gui.endsWith(`/?${meeting.access_key}`), links.gui);
  assert.ok(links.guest_join === '' || links.guest_join.endsWith(`/?guest=${room.guest_token}`), links.guest_join);
  assert.equal(links.guest_join === '', room.guest_token === '');
  assert.ok(links.websocket.endsWith(`/rt?access_key=${meeting.access_key}`), links.websocket);
  assert.equal(signaling.turn_servers.length, ready ? 1 : 0);
  if (guest) assert.deepEqual(meeting.waiting_list, []);
}
