// Which credential opens which call, and how it is presented. `opens`: by the way of presenting, the kinds
// that are let in; every other kind, in every way, is a stranger. `path`: what stands in the parameters of
// the path, by name of the world (world.mjs); with the way `path` the credential stands in the first.
//
// Ways: path; raw (Authorization as it is), bearer, x-api-key, cookie, body.FIELD, query.FIELD.

const KEY = ['API key'];
const TENANT_TOKEN = ['access token of the tenant'];
const LINK_TOKEN = ['token for a join token'];
const HOST_KEY = ['access key of a host'];
const ACCESS_KEYS = [...HOST_KEY, 'access key of a guest'];
const HOST_TOKENS = ['access token of a host', 'auth token of a host'];
const SEAT_TOKENS = [...HOST_TOKENS, 'access token of a participant', 'auth token of a participant'];

const tenant = { 'raw': KEY };
const tenantOrAccessKey = { raw: KEY, path: ACCESS_KEYS };
const byAccessKey = { path: ACCESS_KEYS };
const regular = { path: HOST_KEY };
const hosts = { 'x-api-key': KEY, 'bearer': [...KEY, ...TENANT_TOKEN, ...HOST_TOKENS] };
const seats = { 'x-api-key': KEY, 'bearer': [...KEY, ...TENANT_TOKEN, ...SEAT_TOKENS] };
const seatsAndLinks = { 'x-api-key': KEY, 'bearer': [...KEY, ...TENANT_TOKEN, ...SEAT_TOKENS, ...LINK_TOKEN] };
const HOST_PAGE = ['resume string of a host'];
const hostsAndKeys = { 'x-api-key': KEY, 'bearer': [...KEY, ...TENANT_TOKEN, ...HOST_TOKENS, ...HOST_KEY, ...HOST_PAGE] };
const tenants = { 'x-api-key': KEY, 'bearer': [...KEY, ...TENANT_TOKEN] };

// Accounts: the cookie is as good as the header.
const USER = ['access token of a user'];
const CLIENT = ['access token of a client'];
const LINK = ['token of an access link'];
const SEAT = ['access token of a seat'];
const both = (kinds) => ({ bearer: kinds, cookie: kinds });
const users = both(USER);
const members = both([...USER, ...CLIENT]);
const steps = both([...LINK, ...SEAT]); // of the seat that they made, or are

/** Opens without a credential, or checks none that could be of another kind. */
const OPEN = { opens: {} };

const missing = Object.fromEntries([
  'POST /rooms/{}/recording', 'DELETE /rooms/{}/recording', 'POST /rooms/{}/snapshot', 'GET /rooms/{}/snapshots/{}', 'POST /rooms/{}/broadcasts',
  'DELETE /rooms/{}/broadcasts', 'PUT /rooms/{}/broadcasts/{}', 'DELETE /rooms/{}/broadcasts/{}', 'POST /rooms/{}/layers', 'DELETE /rooms/{}/layers/{}',
  'POST /rooms/{}/playbacks', 'DELETE /rooms/{}/playbacks/{}',
].map((route) => [route, { opens: byAccessKey, path: ['room', 'user'] }]));

// What a backend signs (tests/conformance/plugnmeet): no credential is presented.
const signed = Object.fromEntries([
  ...['room/create', 'room/getJoinToken', 'room/isRoomActive', 'room/getActiveRoomInfo', 'room/getActiveRoomsInfo', 'room/endRoom', 'room/fetchPastRooms',
    'room/broadcastToRoom', 'room/uploadWhiteboardFile'].flatMap((call) => [`/auth/${call}`, `/${call}`]),
  ...['recording/fetch', 'recording/info', 'recording/recordingInfo', 'recording/updateMetadata', 'recording/mergeRecordings', 'recording/delete',
    'recording/getDownloadToken', 'artifact/fetch', 'artifact/info', 'artifact/delete', 'artifact/getDownloadToken', 'analytics/fetch', 'analytics/delete',
    'analytics/getDownloadToken', 'recorder/notify', 'getClientFiles', '{}', '{}/{}'].map((call) => `/auth/${call}`),
  '/room/{}',
].map((path) => [`POST ${path}`, OPEN]));

const JOIN = ['join token of a backend'];
const inRoom = Object.fromEntries(['verifyToken', 'muteUnmuteTrack', 'removeParticipant', 'switchPresenter', 'endRoom', 'updateLockSettings',
  'waitingRoom/approveUsers', 'waitingRoom/updateMsg', 'changeVisibility', 'recording', 'rtmp', 'externalMediaPlayer', 'externalDisplayLink', 'ingress/create',
  'breakoutRoom/{}', 'polls/{}'].map((call) => [`POST /api/${call}`, {
  opens: { raw: JOIN, bearer: JOIN }, body: { room_id: 'other', user_id: 'nobody', msg: 'x', service: 'mic', direction: 'lock' }, path: ['room'],
}]));

export const routes = {
  // ---- meetings ----
  'GET /rooms': { opens: tenant },
  'POST /rooms': { opens: tenant, body: { user: { name: 'Jane' } } },
  'GET /rooms/{}': { opens: { path: ACCESS_KEYS }, path: ['room'] },
  'DELETE /rooms/{}': { opens: { raw: KEY, path: HOST_KEY }, path: ['room'] },
  'GET /rooms/{}/users': { opens: tenant, path: ['room'] },
  'GET /rooms/{}/users/{}': { opens: byAccessKey, path: ['room', 'user'] },
  'DELETE /rooms/{}/users/{}': { opens: regular, path: ['room', 'user'] },
  'POST /rooms/{}/users/{}/admit': { opens: { raw: KEY, path: HOST_KEY }, path: ['room', 'user'] },
  'POST /rooms/{}/lock': { opens: regular, path: ['room'] },
  'POST /rooms/{}/messages': { opens: byAccessKey, path: ['room'], body: { type: 'chat', content: 'hello' } },
  'POST /rooms/{}/layout': { opens: byAccessKey, path: ['room'], body: { layout: 'auto' } },
  'POST /rooms/{}/presentation': { opens: byAccessKey, path: ['room'] },
  'DELETE /rooms/{}/presentation': { opens: byAccessKey, path: ['room'] },
  'POST /guests/{}': { opens: { path: ['guest token'] }, path: ['room'], body: { name: 'John' } },
  'GET /permalink': { opens: tenant },
  'POST /permalink': { opens: tenant, body: { user: { name: 'Jane' } } },
  'GET /permalink/{}': { opens: { raw: KEY, path: ['user token of a permalink', 'guest token of a permalink'] }, path: ['permalink'] },
  'PUT /permalink/{}': { opens: tenant, path: ['permalink'], body: { room: { name: 'x' } } },
  'POST /permalink/{}': { opens: { path: ['user token of a permalink'] }, path: ['permalink'] },
  'DELETE /permalink/{}': { opens: tenant, path: ['permalink'] },
  'POST /permalink/{}/users': { opens: tenant, path: ['permalink'], body: { user: { name: 'Ann' } } },
  'DELETE /permalink/{}/users/{}': { opens: tenant, path: ['permalink', 'permalinkUser'] },
  'GET /webhooks': { opens: tenant },
  'POST /webhooks': { opens: tenant, body: { url: 'https://app.example/told', types: 'room_update' } },
  'DELETE /webhooks/{}': { opens: tenant, path: ['webhook'] },
  ...missing,
  'GET /rooms/{}/recordings': { opens: tenant, path: ['room'] },
  'GET /rooms/{}/snapshots': { opens: tenant, path: ['room'] },
  'POST /rooms/{}/forward/{}': { opens: tenant, path: ['room', 'user'] },
  'DELETE /rooms/{}/forward/{}': { opens: tenant, path: ['room', 'user'] },
  'GET /recordings/{}': { opens: tenant, path: ['user'] },
  'DELETE /recordings/{}': { opens: tenant, path: ['user'] },
  'GET /snapshots/{}': { opens: tenant, path: ['user'] },
  'DELETE /snapshots/{}': { opens: tenant, path: ['user'] },
  'GET /call': OPEN,
  'GET /rt': OPEN, // a WebSocket, as the next: below, and tests/conformance/rt
  'GET /janus/{}': OPEN,
  'GET /ws': OPEN, // tests/conformance/participants/ws.test.mjs, as the next
  'GET /api/v1/ws': OPEN,

  // ---- native ----
  'POST /api/v1/enter': {
    opens: {
      'body.credential': ['token that the application signs', ...ACCESS_KEYS, 'guest token', 'user token of a permalink', 'guest token of a permalink', 'ticket of who waits', ...SEAT_TOKENS,
        'token of an access link', 'signaling token', 'alias of a public room', ...JOIN],
    },
    body: { name: 'Ann' },
  },
  'GET /api/v1/rooms/{}/events': { opens: hosts, path: ['id'] },
  'GET /api/v1/rooms/{}/waiting': { opens: hostsAndKeys, path: ['id'] },
  'POST /api/v1/rooms/{}/admit-all': { opens: hostsAndKeys, path: ['id'] },
  'POST /api/v1/rooms/{}/lock': { opens: hostsAndKeys, path: ['id'] },
  'POST /api/v1/rooms/{}/unlock': { opens: hostsAndKeys, path: ['id'] },
  'POST /api/v1/rooms/{}/participants/{}/mute': { opens: hostsAndKeys, path: ['id', 'participant'], body: { kind: 'camera', muted: true } },
  'PATCH /api/v1/rooms/{}/participants/{}/permissions': { opens: hostsAndKeys, path: ['id', 'participant'], body: {} },
  'POST /api/v1/rooms/{}/participants/{}/remove': { opens: hostsAndKeys, path: ['id', 'participant'], body: {} },
  'POST /api/v1/rooms/{}/participants/{}/move': { opens: hostsAndKeys, path: ['id', 'participant'], body: { room: 'elsewhere' } },
  'POST /api/v1/rooms/{}/participants/{}/admit': { opens: hostsAndKeys, path: ['id', 'participant'] },
  'POST /api/v1/rooms/{}/participants/{}/deny': { opens: hostsAndKeys, path: ['id', 'participant'] },
  'GET /api/v1/rooms/{}/participants/{}/why': { opens: hostsAndKeys, path: ['id', 'participant'] },
  'POST /api/v1/why': { opens: tenants, body: { credential: 'x' } },
  'POST /api/v1/rooms/{}/participants/{}/wait': { opens: hostsAndKeys, path: ['id', 'participant'] },

  // ---- participants ----
  'POST /api/v1/rooms': { opens: tenants, body: {} },
  'GET /api/v1/rooms': { opens: tenants },
  'POST /api/v1/rooms/schedule': { opens: tenants, body: { scheduled_start_at: '2100-01-01T00:00:00Z' } },
  'GET /api/v1/rooms/{}': { opens: seatsAndLinks, path: ['id'] },
  'PATCH /api/v1/rooms/{}': { opens: hosts, path: ['id'], body: {} },
  'DELETE /api/v1/rooms/{}': { opens: hosts, path: ['id'] },
  'POST /api/v1/rooms/{}/end': { opens: hosts, path: ['id'] },
  'GET /api/v1/rooms/{}/participants': { opens: seats, path: ['id'] },
  'POST /api/v1/rooms/{}/participants': { opens: seatsAndLinks, path: ['id'], body: { display_name: 'Ann' } },
  'POST /api/v1/rooms/{}/participants/bulk': { opens: hosts, path: ['id'], body: { participants: [{ display_name: 'Ann' }] } },
  'PATCH /api/v1/rooms/{}/participants/{}': { opens: seats, path: ['id', 'participant'], body: { display_name: 'Ann' } },
  'DELETE /api/v1/rooms/{}/participants/{}': { opens: hosts, path: ['id', 'participant'] },
  'POST /api/v1/rooms/{}/participants/{}/token': { opens: hosts, path: ['id', 'participant'] },
  'POST /api/v1/rooms/{}/join-token': { opens: hosts, path: ['id'] },
  'POST /api/v1/public/join-token/exchange': { opens: { 'body.join_token': ['join token of a room'] } },
  'POST /api/v1/auth/token': { opens: { 'body.api_key': KEY } },
  'POST /api/v1/auth/refresh': { opens: { 'body.refresh_token': ['refresh token of a host', 'refresh token of a participant', 'refresh token of the tenant'] } },
  'GET /api/v1/tenants/{}': { opens: tenants, path: ['tenant'] },
  'PATCH /api/v1/tenants/{}': { opens: tenants, path: ['tenant'], body: {} },
  'DELETE /api/v1/tenants/{}': { opens: {}, path: ['tenant'] }, // tests/conformance/participants/tenants.test.mjs, as the next
  'PATCH /api/v1/tenants/{}/config': { opens: tenants, path: ['tenant'], body: {} },
  'POST /api/v1/tenants/{}/rotate-key': { opens: {}, path: ['tenant'] },
  ...Object.fromEntries(['start', 'stop', 'sync'].map((act) => [`POST /api/v1/rooms/{}/recordings/${act}`, { opens: hosts, path: ['id'] }])),
  'GET /api/v1/recordings': { opens: hosts },
  'GET /api/v1/recordings/{}': { opens: hosts, path: ['tenant'] },
  'DELETE /api/v1/recordings/{}': { opens: hosts, path: ['tenant'] },
  'GET /api/v1/recordings/{}/download': { opens: hosts, path: ['tenant'] },

  // ---- plugNmeet ----
  ...signed,
  ...inRoom,

  // ---- spaces ----
  'POST /v1/auth/token': {
    opens: { 'body.refresh_token': ['refresh token of a user', 'refresh token of a client', 'refresh token of a seat'] },
    body: ({ client }) => ({ ...client, grant_type: 'refresh_token' }),
  },
  'POST /v1/auth/page': { opens: { 'body.refresh_token': ['refresh token of a user', 'refresh token of a seat'] } },
  ...Object.fromEntries(['GET /v1/spaces/{}/webhook', 'POST /v1/spaces/{}/webhook', 'PUT /v1/spaces/{}/webhook', 'DELETE /v1/spaces/{}/webhook',
    'PUT /v1/spaces/{}/webhook/refresh-secret', 'GET /v1/spaces/{}/analytics/calls', 'GET /v1/spaces/{}/analytics/report',
    'GET /v1/spaces/{}/rooms/{}/records', 'GET /v1/spaces/{}/rooms/{}/records/download/{}',
  ].map((route) => [route, { opens: users, path: ['space', 'spaceRoom', 'nobody'] }])),
  'POST /v1/users': { opens: users, body: { email: 'new@x.io', username: 'x', password: 'gmi28abc' } },
  'GET /v1/users/me': { opens: users },
  'PUT /v1/users/me/password': { opens: users, body: { oldPassword: 'gmi28abc', password: 'gmi28abc' } },
  'GET /v1/users/me/settings/meetings': { opens: users },
  'PUT /v1/users/me/settings/meetings': { opens: users, body: ({ space, spaceRoom }) => ({ spaceId: space, roomId: spaceRoom }) },
  'POST /v1/spaces': { opens: users, body: { name: 's' } },
  'GET /v1/spaces': { opens: users },
  'PUT /v1/spaces/{}': { opens: users, path: ['space'], body: { name: 's', isPublic: true } },
  'GET /v1/spaces/{}/members': { opens: users, path: ['space'] },
  'DELETE /v1/spaces/{}/members/{}': { opens: users, path: ['space', 'nobody'] },
  'POST /v1/spaces/{}/invites': { opens: users, path: ['space'], body: { role: 'role_space_user' } },
  'GET /v1/spaces/{}/invites': { opens: users, path: ['space'] },
  'DELETE /v1/spaces/{}/invites/{}': { opens: users, path: ['space', 'nobody'] },
  'POST /v1/spaces/{}/invites/{}/activate': { opens: users, path: ['space', 'nobody'] },
  'POST /v1/spaces/{}/rooms': { opens: users, path: ['space'], body: { name: 'r' } },
  'GET /v1/spaces/{}/rooms': { opens: members, path: ['space'] },
  'GET /v1/spaces/{}/rooms/{}': { opens: members, path: ['space', 'spaceRoom'] },
  'PUT /v1/spaces/{}/rooms/{}': { opens: users, path: ['space', 'spaceRoom'], body: {} },
  'GET /v1/spaces/room-by-alias/{}': { opens: { path: ['alias of a public room'] }, path: ['space'] },
  'POST /v1/spaces/{}/rooms/{}/roles': { opens: users, path: ['space', 'spaceRoom'], body: { targetUserId: 'x', role: 'role_room_user' } },
  'GET /v1/spaces/{}/rooms/{}/roles': { opens: users, path: ['space', 'spaceRoom'] },
  'DELETE /v1/spaces/{}/rooms/{}/roles/{}': { opens: users, path: ['space', 'spaceRoom', 'nobody'] },
  'POST /v1/spaces/{}/rooms/{}/generate-access': { opens: users, path: ['space', 'spaceRoom'], body: { username: 'x', role: 'user' } },
  'GET /v1/spaces/{}/rooms/{}/access-links': { opens: users, path: ['space', 'spaceRoom'] },
  'DELETE /v1/spaces/{}/rooms/{}/access-links/{}': { opens: users, path: ['space', 'spaceRoom', 'nobody'] },
  'POST /v1/spaces/{}/participants': OPEN, // a public room needs none: tests/conformance/spaces
  'POST /v1/spaces/{}/participants/{}/signaling-token': { opens: steps, path: ['space', 'seat'] },
  'POST /v1/spaces/{}/rooms/{}/join': { opens: steps, path: ['space', 'spaceRoom'], body: ({ seat }) => ({ participantId: seat }) },

  // ---- operations ----
  'GET /healthz': OPEN,
  'GET /readyz': OPEN,
};
