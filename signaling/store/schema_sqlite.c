/*
 * schema_sqlite: the migrations of the SQLite engine. A released one is never changed: what it made
 * is changed by the next.
 *
 * Times are milliseconds since 1970 UTC, 0 = never. Secrets are in two forms (spec/native 10): the
 * digest in `credentials`, which alone is looked up, and, where it must be shown or used again,
 * sealed beside what it belongs to. Everything but the nodes is under a tenant.
 *
 * Tables with other ways in than a key that begins with the tenant are not WITHOUT ROWID: the
 * planner, which knows no numbers, would take reading all of a tenant for the cheapest way.
 */
#include "store/schema_sqlite.h"

#define BOOLEAN(column) column " INTEGER NOT NULL CHECK (" column " IN (0, 1)), "

/* clang-format off */
static const char *const initial[] = {
		"CREATE TABLE tenants ("
		"tenant TEXT NOT NULL, "
		"name TEXT NOT NULL, "
		BOOLEAN("is_active")
		"max_concurrent_rooms INTEGER NOT NULL, " /* 0 = no limit */
		"max_participants_per_room INTEGER NOT NULL, " /* 0 = no limit */
		"created_at INTEGER NOT NULL, "
		"updated_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant)) STRICT, WITHOUT ROWID",

		"CREATE TABLE tenant_config ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		BOOLEAN("allow_early_join")
		BOOLEAN("first_participant_is_host")
		BOOLEAN("force_recording")
		BOOLEAN("transcription_enabled")
		"duplicate_policy INTEGER NOT NULL, "
		"empty_room_timeout_minutes INTEGER NOT NULL, "
		"PRIMARY KEY (tenant)) STRICT, WITHOUT ROWID",

		"CREATE TABLE api_keys ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"api_key TEXT NOT NULL, " /* its id */
		"key_sealed BLOB NOT NULL, "
		"secret_sealed BLOB NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, api_key)) STRICT, WITHOUT ROWID",

		/* The subject is an api_key, a session (guest token) or a seat (access key). */
		"CREATE TABLE credentials ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"digest TEXT NOT NULL, "
		"kind INTEGER NOT NULL, "
		"subject TEXT NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, digest)) STRICT, WITHOUT ROWID",
		"CREATE UNIQUE INDEX credentials_by_digest ON credentials (digest)",

		/* node, boot: where the room is placed, NULL = nowhere. The epoch counts its placements over
		 * all its sessions, because nodes compare it by room. */
		"CREATE TABLE rooms ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"room TEXT NOT NULL, "
		"name TEXT, "
		"status INTEGER NOT NULL, "
		"session TEXT, " /* the running one */
		"max_participants INTEGER, "
		"recording_enabled INTEGER, "
		"chat_enabled INTEGER, "
		"config_extra TEXT, "
		BOOLEAN("locked")
		"allow_early_join_minutes INTEGER NOT NULL, "
		"scheduled_start_at INTEGER NOT NULL, "
		"scheduled_end_at INTEGER NOT NULL, "
		"started_at INTEGER NOT NULL, "
		"ended_at INTEGER NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"updated_at INTEGER NOT NULL, "
		"node TEXT, "
		"boot TEXT, "
		"epoch INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, room)) STRICT",
		"CREATE UNIQUE INDEX rooms_by_id ON rooms (room)",
		"CREATE INDEX rooms_by_name ON rooms (tenant, name, created_at)",
		"CREATE INDEX rooms_by_status ON rooms (tenant, status)",
		"CREATE INDEX rooms_by_node ON rooms (node) WHERE node IS NOT NULL",

		"CREATE TABLE sessions ("
		"tenant TEXT NOT NULL, "
		"session TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"guest_token_sealed BLOB NOT NULL, "
		"started_at INTEGER NOT NULL, "
		"ended_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, session), "
		"FOREIGN KEY (tenant, room) REFERENCES rooms (tenant, room)) STRICT, WITHOUT ROWID",

		/* ordinal: the number of the event that added the seat, so the order within a room.
		 * leaves_at: when a seat that is not online counts as left. */
		"CREATE TABLE participants ("
		"tenant TEXT NOT NULL, "
		"seat TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"session TEXT NOT NULL, "
		"ordinal INTEGER NOT NULL, "
		"client_id TEXT NOT NULL, "
		"display_name TEXT NOT NULL, "
		"avatar TEXT, "
		"external_user_id TEXT, "
		"client_key TEXT, " /* digest */
		"access_key_sealed BLOB, "
		"metadata TEXT, "
		"role INTEGER NOT NULL, "
		"gen INTEGER NOT NULL, "
		BOOLEAN("guest")
		BOOLEAN("hidden")
		BOOLEAN("removed")
		BOOLEAN("online")
		"connection TEXT, "
		"joined_at INTEGER NOT NULL, "
		"left_at INTEGER NOT NULL, "
		"leaves_at INTEGER NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, seat), "
		"FOREIGN KEY (tenant, session) REFERENCES sessions (tenant, session)) STRICT",
		"CREATE INDEX participants_by_room ON participants (tenant, room, joined_at, ordinal)",
		"CREATE INDEX participants_active ON participants (tenant, room) WHERE left_at = 0",
		"CREATE INDEX participants_overdue ON participants (tenant, room, leaves_at) "
		"WHERE leaves_at > 0",
		"CREATE INDEX participants_by_user ON participants (tenant, session, external_user_id) "
		"WHERE external_user_id IS NOT NULL",
		"CREATE UNIQUE INDEX participants_by_client ON participants (tenant, session, client_key) "
		"WHERE client_key IS NOT NULL",

		"CREATE TABLE media_sessions ("
		"tenant TEXT NOT NULL, "
		"node TEXT NOT NULL, "
		"janus_session INTEGER NOT NULL, "
		"boot TEXT NOT NULL, "
		"jti TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"seat TEXT NOT NULL, "
		"gen INTEGER NOT NULL, "
		"state INTEGER NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, node, janus_session), "
		"FOREIGN KEY (tenant, seat) REFERENCES participants (tenant, seat)) STRICT",
		"CREATE UNIQUE INDEX media_sessions_by_janus ON media_sessions (node, janus_session)",
		"CREATE UNIQUE INDEX media_sessions_by_jti ON media_sessions (jti)",
		"CREATE INDEX media_sessions_by_room ON media_sessions (tenant, room, state)",

		/* A counter row and not a sequence: numbers of what was rolled back are used again. */
		"CREATE TABLE event_counters ("
		"tenant TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"last INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, room)) STRICT, WITHOUT ROWID",

		"CREATE TABLE events ("
		"tenant TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"seq INTEGER NOT NULL, "
		"session TEXT, "
		"at INTEGER NOT NULL, "
		"type TEXT NOT NULL, "
		"data TEXT NOT NULL, "
		"PRIMARY KEY (tenant, room, seq)) STRICT, WITHOUT ROWID",

		"CREATE TABLE nodes ("
		"node TEXT NOT NULL, "
		"boot TEXT NOT NULL, "
		"seen_at INTEGER NOT NULL, "
		"PRIMARY KEY (node)) STRICT, WITHOUT ROWID",

		/* The last event of a room that was taken from a node's life into the log. */
		"CREATE TABLE node_events ("
		"tenant TEXT NOT NULL, "
		"node TEXT NOT NULL, "
		"boot TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"seq INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, node, boot, room)) STRICT, WITHOUT ROWID",
		NULL,
};

/* hand: the number of the event that raised it, so the order of raised hands; 0 = not raised. */
static const char *const hands[] = {
		"ALTER TABLE participants ADD COLUMN hand INTEGER NOT NULL DEFAULT 0",
		"CREATE INDEX participants_by_hand ON participants (tenant, room, hand) WHERE hand > 0",
		NULL,
};

/* key: the caller's own name for the room (spec/native 9). conf_id, client_id: 24 hex digits that
 * begin with the time. begun_at: when guests no longer had to wait for somebody. empties_at: when a
 * meeting with nobody in it ends, 0 = never. options: text of the dialect that nobody here reads.
 * admission: enum cardea_seat_admission; present: was in the meeting and not removed since;
 * admitted_by_event: its number, what came before it is not for that person. */
static const char *const meetings[] = {
		"ALTER TABLE rooms ADD COLUMN key TEXT",
		"CREATE UNIQUE INDEX rooms_by_key ON rooms (tenant, key) WHERE key IS NOT NULL",

		"ALTER TABLE sessions ADD COLUMN conf_id TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE sessions ADD COLUMN begun_at INTEGER NOT NULL DEFAULT 1",
		"ALTER TABLE sessions ADD COLUMN empty_timeout_ms INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN empties_at INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN waiting_room INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN kick_available INTEGER NOT NULL DEFAULT 1",
		"ALTER TABLE sessions ADD COLUMN lock_available INTEGER NOT NULL DEFAULT 1",
		"ALTER TABLE sessions ADD COLUMN options TEXT",
		"ALTER TABLE sessions ADD COLUMN presenter TEXT",
		"CREATE INDEX sessions_by_end ON sessions (empties_at) "
		"WHERE ended_at = 0 AND empties_at > 0",

		"ALTER TABLE participants ADD COLUMN admission INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE participants ADD COLUMN present INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE participants ADD COLUMN admitted_by_event INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE participants ADD COLUMN locale TEXT",
		"CREATE INDEX participants_waiting ON participants (tenant, session, ordinal) "
		"WHERE admission = 1",
		NULL,
};

/* permalink: 24 hex digits, also the key of the room in which its meetings run. expires_at: since then
 * it starts none, 0 = never. options: as of sessions. Its tokens are sealed beside what they belong to.
 * ordinal: the order in which the users of a permalink were added. */
static const char *const permalinks[] = {
		"CREATE TABLE permalinks ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"permalink TEXT NOT NULL, "
		"name TEXT, "
		"guest_token_sealed BLOB, "
		BOOLEAN("waiting_room")
		BOOLEAN("kick_available")
		BOOLEAN("lock_available")
		"options TEXT, "
		"expires_at INTEGER NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"updated_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, permalink)) STRICT",
		"CREATE INDEX permalinks_by_time ON permalinks (tenant, created_at, permalink)",

		"CREATE TABLE permalink_users ("
		"tenant TEXT NOT NULL, "
		"permalink_user TEXT NOT NULL, "
		"permalink TEXT NOT NULL, "
		"ordinal INTEGER NOT NULL, "
		"external_user_id TEXT NOT NULL, "
		"display_name TEXT NOT NULL, "
		"avatar TEXT, "
		"locale TEXT, "
		"token_sealed BLOB NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, permalink_user), "
		"FOREIGN KEY (tenant, permalink) REFERENCES permalinks (tenant, permalink)) STRICT",
		"CREATE UNIQUE INDEX permalink_users_by_ordinal "
		"ON permalink_users (tenant, permalink, ordinal)",
		"CREATE UNIQUE INDEX permalink_users_by_id "
		"ON permalink_users (tenant, permalink, external_user_id)",
		NULL,
};

/* denial: what a host said to who was not let in. */
static const char *const denials[] = {
		"ALTER TABLE participants ADD COLUMN denial TEXT",
		NULL,
};

/* types: set of the domain's. last_response_code: status of the last answer, 0 = there was none.
 * position: the lowest is the oldest of a webhook's queue. */
static const char *const webhooks[] = {
		"CREATE TABLE webhooks ("
		"tenant TEXT NOT NULL, "
		"webhook TEXT NOT NULL, "
		"api_key TEXT NOT NULL, "
		"url TEXT NOT NULL, "
		"types INTEGER NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"last_request_at INTEGER NOT NULL, "
		"last_response_code INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, webhook), "
		"FOREIGN KEY (tenant, api_key) REFERENCES api_keys (tenant, api_key)) STRICT",
		"CREATE UNIQUE INDEX webhooks_by_id ON webhooks (webhook)",
		"CREATE UNIQUE INDEX webhooks_by_key ON webhooks (tenant, api_key)",

		"CREATE TABLE webhook_queue ("
		"tenant TEXT NOT NULL, "
		"webhook TEXT NOT NULL, "
		"position INTEGER NOT NULL, "
		"room TEXT NOT NULL, "
		"seq INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, webhook, position), "
		"FOREIGN KEY (tenant, webhook) REFERENCES webhooks (tenant, webhook)) "
		"STRICT, WITHOUT ROWID",
		NULL,
};
/* Names are looked up of rooms without a key only. */
static const char *const fewer_names[] = {
		"DROP INDEX rooms_by_name",
		"CREATE INDEX rooms_by_name ON rooms (tenant, name, created_at) "
		"WHERE name IS NOT NULL AND key IS NULL",
		NULL,
};
/* Its id alone names a key pair. */
static const char *const key_ids[] = {
		"CREATE UNIQUE INDEX api_keys_by_id ON api_keys (api_key)",
		NULL,
};

/* Rights (store/policy.h). closed_kinds, host_kinds, publish: sets of enum cardea_kind; publish NULL =
 * no mask of its own. ends_at: when a session ends, whoever is in it, 0 = never. rights_event: number
 * of the last event that changed these rights, 0 = they are as they were made. blocks: who may not
 * come in any more; session '' = into none of the room's; person: domain/blocks.h. */
static const char *const rights[] = {
		"ALTER TABLE sessions ADD COLUMN locks_set INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN locks_on INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN closed_kinds INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN host_kinds INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN chatless INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN cameras_of_hosts_only INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN lists_hosts_only INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN mute_on_start INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN force_unmute INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN max_participants INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN ends_at INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN rights_event INTEGER NOT NULL DEFAULT 0",
		"CREATE INDEX sessions_by_deadline ON sessions (ends_at) "
		"WHERE ended_at = 0 AND ends_at > 0",

		"ALTER TABLE participants ADD COLUMN locks_set INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE participants ADD COLUMN locks_on INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE participants ADD COLUMN publish INTEGER",
		"ALTER TABLE participants ADD COLUMN rights_event INTEGER NOT NULL DEFAULT 0",

		"ALTER TABLE rooms ADD COLUMN has_blocks INTEGER NOT NULL DEFAULT 0",
		"CREATE TABLE blocks ("
		"tenant TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"session TEXT NOT NULL, "
		"person TEXT NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, room, person, session), "
		"FOREIGN KEY (tenant, room) REFERENCES rooms (tenant, room)) STRICT, WITHOUT ROWID",
		NULL,
};

/* token_families: tokens that came from one another by refreshing (spec/native 11); the row is made by
 * the first refresh. step: of the refresh token that is good; pair_sealed: the last answer. key_gen
 * counts the rotations of a tenant's key. extra: configuration that is kept and shown, as text;
 * allowed_origins: with blanks between them. used_tokens: ids of tokens of the application's own that
 * are good once only. */
static const char *const token_families[] = {
		"CREATE TABLE token_families ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"family TEXT NOT NULL, "
		"step INTEGER NOT NULL, "
		"rotated_at INTEGER NOT NULL, "
		"revoked_at INTEGER NOT NULL, "
		"expires_at INTEGER NOT NULL, "
		"pair_sealed BLOB NOT NULL, "
		"PRIMARY KEY (tenant, family)) STRICT",
		"CREATE INDEX token_families_by_end ON token_families (expires_at)",

		"CREATE TABLE used_tokens ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"token TEXT NOT NULL, "
		"expires_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, token)) STRICT",
		"CREATE INDEX used_tokens_by_end ON used_tokens (expires_at)",

		"ALTER TABLE tenants ADD COLUMN key_gen INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE tenants ADD COLUMN kind INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE tenants ADD COLUMN max_recording_duration_minutes INTEGER NOT NULL DEFAULT 120",
		"ALTER TABLE tenants ADD COLUMN max_total_minutes INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE tenant_config ADD COLUMN single_use_tokens INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE tenant_config ADD COLUMN extra TEXT",
		"ALTER TABLE tenant_config ADD COLUMN allowed_origins TEXT",
		"ALTER TABLE tenant_config ADD COLUMN webhook_sealed BLOB",
		NULL,
};
/* What every registration writes lies in as few trees as its ways in allow. Ids are unique by
 * themselves (credentials: store/credentials.c), so they come first in their keys, which need no
 * index beside the table then; the tenant stays part of every key. The last event of a room is its
 * counter: whoever deletes events leaves it. People are found within their room, by its only index
 * of all; who is in no particular state is in no other. */
static const char *const fewer_trees[] = {
		"DROP TABLE event_counters",

		"CREATE TABLE credentials_new ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"digest TEXT NOT NULL, "
		"kind INTEGER NOT NULL, "
		"subject TEXT NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (digest, tenant)) STRICT, WITHOUT ROWID",
		"INSERT INTO credentials_new (tenant, digest, kind, subject, created_at) "
		"SELECT tenant, digest, kind, subject, created_at FROM credentials ORDER BY digest",
		"DROP TABLE credentials",
		"ALTER TABLE credentials_new RENAME TO credentials",

#define ROOM_COLUMNS                                                                               \
	"tenant, room, key, name, status, session, max_participants, recording_enabled, "              \
	"chat_enabled, config_extra, locked, has_blocks, allow_early_join_minutes, "                   \
	"scheduled_start_at, scheduled_end_at, started_at, ended_at, created_at, updated_at, node, "   \
	"boot, epoch"
		"CREATE TABLE rooms_new ("
		"tenant TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"key TEXT, "
		"name TEXT, "
		"status INTEGER NOT NULL, "
		"session TEXT, "
		"max_participants INTEGER, "
		"recording_enabled INTEGER, "
		"chat_enabled INTEGER, "
		"config_extra TEXT, "
		BOOLEAN("locked")
		"has_blocks INTEGER NOT NULL DEFAULT 0, "
		"allow_early_join_minutes INTEGER NOT NULL, "
		"scheduled_start_at INTEGER NOT NULL, "
		"scheduled_end_at INTEGER NOT NULL, "
		"started_at INTEGER NOT NULL, "
		"ended_at INTEGER NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"updated_at INTEGER NOT NULL, "
		"node TEXT, "
		"boot TEXT, "
		"epoch INTEGER NOT NULL, "
		"PRIMARY KEY (room, tenant)) STRICT, WITHOUT ROWID",
		"INSERT INTO rooms_new (" ROOM_COLUMNS ") SELECT " ROOM_COLUMNS " FROM rooms ORDER BY room",
		"DROP TABLE rooms",
		"ALTER TABLE rooms_new RENAME TO rooms",
		"CREATE UNIQUE INDEX rooms_by_key ON rooms (tenant, key) WHERE key IS NOT NULL",
		"CREATE INDEX rooms_by_name ON rooms (tenant, name, created_at) "
		"WHERE name IS NOT NULL AND key IS NULL",
		"CREATE INDEX rooms_by_status ON rooms (tenant, status)",
		"CREATE INDEX rooms_by_node ON rooms (node) WHERE node IS NOT NULL",
#undef ROOM_COLUMNS

#define SEAT_COLUMNS                                                                               \
	"tenant, seat, room, session, ordinal, client_id, display_name, avatar, external_user_id, "    \
	"client_key, access_key_sealed, metadata, role, gen, guest, hidden, removed, online, "         \
	"connection, joined_at, left_at, leaves_at, created_at, hand, admission, present, "            \
	"admitted_by_event, locale, denial, locks_set, locks_on, publish, rights_event"
		"CREATE TABLE participants_new ("
		"tenant TEXT NOT NULL, "
		"seat TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"session TEXT NOT NULL, "
		"ordinal INTEGER NOT NULL, "
		"client_id TEXT NOT NULL, "
		"display_name TEXT NOT NULL, "
		"avatar TEXT, "
		"external_user_id TEXT, "
		"client_key TEXT, "
		"access_key_sealed BLOB, "
		"metadata TEXT, "
		"role INTEGER NOT NULL, "
		"gen INTEGER NOT NULL, "
		BOOLEAN("guest")
		BOOLEAN("hidden")
		BOOLEAN("removed")
		BOOLEAN("online")
		"connection TEXT, "
		"joined_at INTEGER NOT NULL, "
		"left_at INTEGER NOT NULL, "
		"leaves_at INTEGER NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"hand INTEGER NOT NULL DEFAULT 0, "
		"admission INTEGER NOT NULL DEFAULT 0, "
		"present INTEGER NOT NULL DEFAULT 0, "
		"admitted_by_event INTEGER NOT NULL DEFAULT 0, "
		"locale TEXT, "
		"denial TEXT, "
		"locks_set INTEGER NOT NULL DEFAULT 0, "
		"locks_on INTEGER NOT NULL DEFAULT 0, "
		"publish INTEGER, "
		"rights_event INTEGER NOT NULL DEFAULT 0, "
		"PRIMARY KEY (seat, tenant), "
		"FOREIGN KEY (tenant, session) REFERENCES sessions (tenant, session)) "
		"STRICT, WITHOUT ROWID",
		"INSERT INTO participants_new (" SEAT_COLUMNS ") SELECT " SEAT_COLUMNS
		" FROM participants ORDER BY seat",
		"DROP TABLE participants",
		"ALTER TABLE participants_new RENAME TO participants",
		"CREATE INDEX participants_by_user "
		"ON participants (tenant, room, session, external_user_id)",
		"CREATE INDEX participants_active ON participants (tenant, room) WHERE left_at = 0",
		"CREATE INDEX participants_overdue ON participants (tenant, room, leaves_at) "
		"WHERE leaves_at > 0",
		"CREATE UNIQUE INDEX participants_by_client ON participants (tenant, session, client_key) "
		"WHERE client_key IS NOT NULL",
		"CREATE INDEX participants_by_hand ON participants (tenant, room, hand) WHERE hand > 0",
		"CREATE INDEX participants_waiting ON participants (tenant, session, ordinal) "
		"WHERE admission = 1",
#undef SEAT_COLUMNS
		NULL,
};


/* Sessions of backends that book a room before anybody comes (spec/plugnmeet 4). metadata: text of the
 * dialect that nobody here reads; made_ids: people get ids of ours; early_empty: the time after which
 * it ends when empty counts from its start. */
static const char *const bookings[] = {
		"ALTER TABLE sessions ADD COLUMN metadata TEXT",
		"ALTER TABLE sessions ADD COLUMN made_ids INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE sessions ADD COLUMN early_empty INTEGER NOT NULL DEFAULT 0",
		"CREATE INDEX sessions_past ON sessions (tenant, ended_at) WHERE metadata IS NOT NULL",
		NULL,
};

/* Accounts, spaces, invites, roles, links (spec/spaces). Ids are 24 hex digits. email_key: the e-mail
 * as it is looked up. password: Argon2id. role: the domain's. An invite is known by its digest, and sealed to be
 * listed. rooms of spaces: rows of `rooms`, whose key is `object`. seat: whom a one-time link let in.
 */
static const char *const spaces[] = {
		"CREATE TABLE oauth_clients ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"client TEXT NOT NULL, "
		"secret_sealed BLOB NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, client)) STRICT, WITHOUT ROWID",
		"CREATE UNIQUE INDEX oauth_clients_by_id ON oauth_clients (client)",

		"CREATE TABLE accounts ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"account TEXT NOT NULL, "
		"email TEXT NOT NULL, "
		"email_key TEXT NOT NULL, "
		"username TEXT NOT NULL, "
		"phone TEXT, "
		"password TEXT NOT NULL, "
		"meeting_space TEXT, "
		"meeting_room TEXT, "
		"created_at INTEGER NOT NULL, "
		"updated_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, account)) STRICT",
		"CREATE UNIQUE INDEX accounts_by_email ON accounts (tenant, email_key)",
		"CREATE INDEX accounts_by_username ON accounts (tenant, username)",

		"CREATE TABLE spaces ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"space TEXT NOT NULL, "
		"name TEXT NOT NULL, "
		"description TEXT, "
		"logo TEXT, "
		BOOLEAN("is_public")
		"webhook_url TEXT, "
		"webhook_secret_sealed BLOB, "
		"webhook_active INTEGER NOT NULL DEFAULT 0, "
		"created_at INTEGER NOT NULL, "
		"updated_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, space)) STRICT, WITHOUT ROWID",

		"CREATE TABLE space_roles ("
		"tenant TEXT NOT NULL, "
		"space TEXT NOT NULL, "
		"account TEXT NOT NULL, "
		"role INTEGER NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, space, account), "
		"FOREIGN KEY (tenant, space) REFERENCES spaces (tenant, space), "
		"FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, account)) STRICT, WITHOUT ROWID",
		"CREATE INDEX space_roles_by_account ON space_roles (tenant, account)",

		"CREATE TABLE space_rooms ("
		"tenant TEXT NOT NULL, "
		"object TEXT NOT NULL, "
		"space TEXT NOT NULL, "
		"room TEXT NOT NULL, "
		"alias TEXT NOT NULL, "
		"channel TEXT NOT NULL, "
		BOOLEAN("is_public")
		BOOLEAN("is_webinar")
		"switches INTEGER NOT NULL, "
		"extra TEXT, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, object), "
		"FOREIGN KEY (tenant, space) REFERENCES spaces (tenant, space), "
		"FOREIGN KEY (room, tenant) REFERENCES rooms (room, tenant)) STRICT",
		"CREATE UNIQUE INDEX space_rooms_by_id ON space_rooms (object)",
		"CREATE UNIQUE INDEX space_rooms_by_alias ON space_rooms (alias)",
		"CREATE UNIQUE INDEX space_rooms_by_room ON space_rooms (tenant, room)",
		"CREATE INDEX space_rooms_by_space ON space_rooms (tenant, space, created_at, object)",

		/* Participants that were made by this dialect. owner: whose token made it, NULL = nobody's. */
		"CREATE TABLE space_seats ("
		"tenant TEXT NOT NULL, "
		"participant TEXT NOT NULL, "
		"seat TEXT NOT NULL, "
		"object TEXT NOT NULL, "
		"owner TEXT, "
		"PRIMARY KEY (tenant, participant), "
		"FOREIGN KEY (seat, tenant) REFERENCES participants (seat, tenant), "
		"FOREIGN KEY (tenant, object) REFERENCES space_rooms (tenant, object)) STRICT, WITHOUT ROWID",

		"CREATE TABLE room_roles ("
		"tenant TEXT NOT NULL, "
		"object TEXT NOT NULL, "
		"account TEXT NOT NULL, "
		"role INTEGER NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, object, account), "
		"FOREIGN KEY (tenant, object) REFERENCES space_rooms (tenant, object), "
		"FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, account)) STRICT, WITHOUT ROWID",

		"CREATE TABLE invites ("
		"tenant TEXT NOT NULL, "
		"digest TEXT NOT NULL, "
		"space TEXT NOT NULL, "
		"id_sealed BLOB NOT NULL, "
		"role INTEGER NOT NULL, "
		"created_by TEXT NOT NULL, "
		"used_by TEXT, "
		"created_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, digest), "
		"FOREIGN KEY (tenant, space) REFERENCES spaces (tenant, space)) STRICT",
		"CREATE INDEX invites_by_space ON invites (tenant, space, created_at, digest)",

		"CREATE TABLE access_links ("
		"tenant TEXT NOT NULL, "
		"link TEXT NOT NULL, "
		"object TEXT NOT NULL, "
		"display_name TEXT NOT NULL, "
		BOOLEAN("is_moderator")
		BOOLEAN("is_permanent")
		BOOLEAN("is_revoked")
		"external_user_id TEXT, "
		"email TEXT, "
		"phone TEXT, "
		"external_meeting_id TEXT, "
		"seat TEXT, "
		"created_by TEXT NOT NULL, "
		"created_at INTEGER NOT NULL, "
		"expires_at INTEGER NOT NULL, "
		"PRIMARY KEY (tenant, link), "
		"FOREIGN KEY (tenant, object) REFERENCES space_rooms (tenant, object)) STRICT",
		"CREATE INDEX access_links_by_room ON access_links (tenant, object, created_at, link)",

		"CREATE TABLE audit ("
		"tenant TEXT NOT NULL REFERENCES tenants (tenant), "
		"record TEXT NOT NULL, "
		"at INTEGER NOT NULL, "
		"action TEXT NOT NULL, "
		"actor TEXT, "
		"target TEXT, "
		"scope TEXT, "
		"role TEXT, "
		"PRIMARY KEY (tenant, record)) STRICT, WITHOUT ROWID",
		NULL,
};

/* Texts of a session for people (store/sessions.h). */
static const char *const session_texts[] = {
		"ALTER TABLE sessions ADD COLUMN welcome_text TEXT",
		"ALTER TABLE sessions ADD COLUMN exit_url TEXT",
		"ALTER TABLE sessions ADD COLUMN waiting_text TEXT",
		NULL,
};
/* removed_gen: gen of a seat since its last removal, which ended the tokens from before; 0 = there was
 * none. */
static const char *const removals[] = {
		"ALTER TABLE participants ADD COLUMN removed_gen INTEGER NOT NULL DEFAULT 0",
		"UPDATE participants SET removed_gen = gen WHERE removed = 1",
		NULL,
};

/* Seats that a backend's signed call made (store/participants.h). */
static const char *const invited_seats[] = {
		"ALTER TABLE participants ADD COLUMN invited INTEGER NOT NULL DEFAULT 0",
		NULL,
};

/* Where who was moved to another room sits now (store/participants.h). */
static const char *const moves[] = {
		"ALTER TABLE participants ADD COLUMN moved_to TEXT",
		NULL,
};
/* clang-format on */

const struct cardea_migration cardea_schema_sqlite[CARDEA_SCHEMA_SQLITE_COUNT] = {
        {.name = "initial", .statements = initial},
        {.name = "hands", .statements = hands},
        {.name = "meetings", .statements = meetings},
        {.name = "permalinks", .statements = permalinks},
        {.name = "denials", .statements = denials},
        {.name = "webhooks", .statements = webhooks},
        {.name = "fewer names", .statements = fewer_names},
        {.name = "key ids", .statements = key_ids},
        {.name = "rights", .statements = rights},
        {.name = "token families", .statements = token_families},
        {.name = "fewer trees", .statements = fewer_trees},
        {.name = "bookings", .statements = bookings},
        {.name = "spaces", .statements = spaces},
        {.name = "session texts", .statements = session_texts},
        {.name = "removals", .statements = removals},
        {.name = "invited seats", .statements = invited_seats},
        {.name = "moves", .statements = moves},
};
