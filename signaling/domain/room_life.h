/*
 * room_life: finding, making, opening and ending rooms: what the dialects' calls and `enter` share.
 * Every step writes the row and one event. Inside a command.
 */
#ifndef CARDEA_DOMAIN_ROOM_LIFE_H
#define CARDEA_DOMAIN_ROOM_LIFE_H

#include "cardea_seal.h"
#include "domain/domain.h"
#include "store/rooms.h"
#include "store/sessions.h"
#include "store/tenants.h"

/* UUIDv5 of the tenant and lower(trim(name)) (spec/participants 6): parallel first joins by a name
 * make the same room. CARDEA_E_INVALID for a name that is blank or not UTF-8, CARDEA_E_TOO_LONG. */
int cardea_room_id_for_name(const char *tenant, const char *name, char out[CARDEA_UUID_SIZE]);

/* By id, if @id_or_name is a UUID; else the newest of that exact name, else by the id for that name
 * (Decision P9). The room's seats are settled. CARDEA_E_ROOM_UNKNOWN. */
int cardea_room_find(struct cardea_tx *tx, const char *tenant, const char *id_or_name,
                     struct cardea_room_row *out);

/* The same for the dialects whose callers choose the key (spec/native 9): a room of that key, else
 * one that the participants dialect knows by that id or name. CARDEA_E_ROOM_UNKNOWN. */
int cardea_room_find_key(struct cardea_tx *tx, const char *tenant, const char *key,
                         struct cardea_room_row *out);

/* What a new session is made from. Borrowed until the command ends. */
struct cardea_session_spec {
	int64_t empty_timeout_ms; /* 0 = does not end by itself */
	bool has_guest_token;
	bool has_begun; /* guests need not wait for a host */
	bool waiting_room, kick_available, lock_available;
	const char *options; /* opaque, NULL = none */
	struct cardea_session_policy policy;
	int64_t duration_ms; /* it ends so long after it began, whoever is in it; 0 = never */
	const char *welcome_text, *exit_url, *waiting_text; /* NULL = none */
	const char *metadata;              /* text of the dialect that books it, NULL = none */
	bool has_made_ids, is_early_empty; /* store/sessions.h */
};

/* As the participants dialect has it: ends when empty for as long as @tenant says (Decision P4). */
struct cardea_session_spec cardea_session_spec_of(const struct cardea_tenant_row *tenant);

/* What a new room is made from. Borrowed until the command ends. */
struct cardea_room_spec {
	const char *id;  /* NULL = a random one */
	const char *key; /* NULL = none */
	const char *name;
	struct cardea_room_config config;
	struct cardea_session_spec session;
};

#define CARDEA_ROOM_CONFIG_ABSENT                                                                  \
	((struct cardea_room_config){                                                                  \
	        .max_participants = -1, .recording_enabled = -1, .chat_enabled = -1})

/* A new room, active with the session @session. CARDEA_E_CONCURRENT_ROOMS. */
int cardea_room_make(struct cardea_tx *tx, const struct cardea_seal *seal,
                     const struct cardea_tenant_row *tenant, const struct cardea_room_spec *spec,
                     struct cardea_room_row *out, struct cardea_session_row *session);
/* A new room without a session, for a time to come. */
struct cardea_room_times {
	int64_t start_at, end_at; /* ms; end_at 0 = none */
	int64_t allow_early_join_minutes;
};
int cardea_room_schedule(struct cardea_tx *tx, const struct cardea_tenant_row *tenant,
                         const struct cardea_room_spec *spec, const struct cardea_room_times *times,
                         struct cardea_room_row *out);
/* The new session @session of a scheduled or ended room. CARDEA_E_CONCURRENT_ROOMS. */
int cardea_room_open(struct cardea_tx *tx, const struct cardea_seal *seal,
                     const struct cardea_tenant_row *tenant, const struct cardea_session_spec *spec,
                     struct cardea_room_row *room, struct cardea_session_row *session);
/* A host has come: guests need not wait any more, unless the session has a waiting room
 * (spec/meetings 12.1). Once per session. */
int cardea_room_begin(struct cardea_tx *tx, const struct cardea_room_row *room);
/* Ends the session: everybody has left, its credentials are dead (spec/model I2). */
int cardea_room_end(struct cardea_tx *tx, struct cardea_room_row *room, const char *reason);
/* Ends what runs in it; from now on nobody finds it. */
int cardea_room_delete(struct cardea_tx *tx, struct cardea_room_row *room);
/* Where and how an open room is, as its node is told; its arrays are memory of the tx. @entering:
 * the seat whose rights go with it; NULL = those of everybody who is in. */
int cardea_room_placement(struct cardea_tx *tx, const struct cardea_tenant_row *tenant,
                          const struct cardea_room_row *room, const char *entering,
                          struct cardea_placement *out);

#endif
