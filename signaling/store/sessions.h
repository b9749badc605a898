/* sessions: rows of sessions (running meetings). Inside a command. */
#ifndef CARDEA_STORE_SESSIONS_H
#define CARDEA_STORE_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "store/policy.h"
#include "store/store.h"

struct cardea_session_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_UUID_SIZE];
	char room[CARDEA_UUID_SIZE];
	char conf_id[CARDEA_OBJECT_ID_SIZE];
	struct cardea_sealed guest_token; /* empty = there is none */
	int64_t started_at, ended_at;     /* ms; ended_at 0 = runs */
	int64_t begun_at;                 /* ms; since then guests wait for nobody; 0 = not yet */
	int64_t empty_timeout_ms;         /* 0 = does not end by itself */
	int64_t empties_at;               /* ms; when it ends if nobody is in it; 0 = never */
	bool waiting_room, kick_available, lock_available;
	const char *options;              /* opaque text of a dialect, NULL = none */
	char presenter[CARDEA_UUID_SIZE]; /* a seat; "" = nobody */
	struct cardea_session_policy policy;
	int64_t rights_event;     /* number of the event that changed the policy last; 0 = none */
	int64_t ends_at;          /* ms; when it ends, whoever is in it; 0 = never */
	const char *metadata;     /* text of the dialect that booked it, NULL = none did */
	const char *welcome_text; /* for everybody who comes in, NULL = none; so are the next two */
	const char *exit_url;     /* where people go when they have left */
	const char *waiting_text; /* for those who wait */
	bool has_made_ids;        /* people get user ids of ours */
	bool is_early_empty; /* empty_timeout_ms counts from its start, not from the last who left */
};

int cardea_store_session_insert(struct cardea_tx *tx, const struct cardea_session_row *row);
/* Writes what changes: begun_at, empties_at, waiting_room, waiting_text, options, presenter,
 * policy, rights_event, ends_at. */
int cardea_store_session_update(struct cardea_tx *tx, const struct cardea_session_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_session_get(struct cardea_tx *tx, const char *tenant, const char *id,
                             struct cardea_session_row *out);
/* If @seat presents, nobody does any more: *@cleared. */
int cardea_store_session_clear_presenter(struct cardea_tx *tx, const char *tenant, const char *id,
                                         const char *seat, bool *cleared);
int cardea_store_session_end(struct cardea_tx *tx, const char *tenant, const char *id,
                             int64_t ended_at);
/* An empty session ends its time after @from_ms. */
int cardea_store_session_postpone(struct cardea_tx *tx, const char *tenant, const char *id,
                                  int64_t from_ms);
/* Up to @limit running sessions of all tenants whose empties_at is over, the longest first, and as
 * many whose ends_at is. One can be in both. */
int cardea_store_session_list_due(struct cardea_tx *tx, int64_t now_ms, int64_t limit,
                                  const struct cardea_session_row **out, size_t *count);

/* Looks again at @at_ms whether somebody is in it; for those with is_early_empty. */
int cardea_store_session_look_again(struct cardea_tx *tx, const char *tenant, const char *id,
                                    int64_t at_ms);
/* A session that was booked and has ended. */
struct cardea_past_session {
	const char *session, *room_key, *room_name, *metadata;
	int64_t started_at, ended_at; /* ms */
	int64_t participants;         /* who was ever in it and is not hidden */
};

struct cardea_past_query {
	const char *keys; /* of rooms: each between blanks (" a b "); "" = all */
	bool oldest_first;
	int64_t from, limit;
};
/* Those of @tenant by the time of their end; *@total: how many there are in all. */
int cardea_store_session_list_past(struct cardea_tx *tx, const char *tenant,
                                   const struct cardea_past_query *query,
                                   const struct cardea_past_session **out, size_t *count,
                                   int64_t *total);

#endif
