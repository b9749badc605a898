/* rooms: rows of rooms. Inside a command. */
#ifndef CARDEA_STORE_ROOMS_H
#define CARDEA_STORE_ROOMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cardea_limits.h"
#include "store/store.h"

enum cardea_room_row_status {
	CARDEA_ROOM_ROW_SCHEDULED = 0,
	CARDEA_ROOM_ROW_ACTIVE,
	CARDEA_ROOM_ROW_ENDED,
	CARDEA_ROOM_ROW_DELETED, /* stays for its log; nobody finds it any more */
};

struct cardea_room_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_UUID_SIZE];
	const char *key;  /* the caller's own name for it, unique; NULL = none */
	const char *name; /* NULL = none */
	enum cardea_room_row_status status;
	char session[CARDEA_UUID_SIZE];                            /* the running one; "" = none */
	int64_t max_participants, recording_enabled, chat_enabled; /* -1 = absent */
	const char *config_extra;                                  /* NULL = none */
	bool is_locked;
	int64_t allow_early_join_minutes;
	int64_t scheduled_start_at, scheduled_end_at; /* ms, 0 = none; so all that follow */
	int64_t started_at, ended_at, created_at, updated_at;
	char node[CARDEA_MAX_ID + 1]; /* "" = not placed */
	char boot[CARDEA_UUID_SIZE];
	int64_t epoch;   /* number of placements so far */
	bool has_blocks; /* somebody is, or was, not to come in (store/blocks.h) */
};

/* CARDEA_E_STORE_CONFLICT if the id is taken. */
int cardea_store_room_insert(struct cardea_tx *tx, const struct cardea_room_row *row);
/* Writes everything but tenant, id and key. */
int cardea_store_room_update(struct cardea_tx *tx, const struct cardea_room_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_room_get(struct cardea_tx *tx, const char *tenant, const char *id,
                          struct cardea_room_row *out);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_room_by_key(struct cardea_tx *tx, const char *tenant, const char *key,
                             struct cardea_room_row *out);
/* Of the statuses in @set (1 << enum cardea_room_row_status), the newest first. */
int cardea_store_room_list(struct cardea_tx *tx, const char *tenant, unsigned set, int64_t limit,
                           int64_t offset, const struct cardea_room_row **out, size_t *count);
int cardea_store_room_count(struct cardea_tx *tx, const char *tenant, unsigned set, int64_t *out);
/* It is DELETED: its key and its name are free, and its seats are in no list any more. */
int cardea_store_room_delete(struct cardea_tx *tx, const char *tenant, const char *id);
/* The newest without a key that has exactly that name. CARDEA_E_NOT_FOUND. */
int cardea_store_room_by_name(struct cardea_tx *tx, const char *tenant, const char *name,
                              struct cardea_room_row *out);
/* For what nodes report, which know no tenants. CARDEA_E_NOT_FOUND. */
int cardea_store_room_by_id(struct cardea_tx *tx, const char *id, struct cardea_room_row *out);
/* Those with a running session, by when it started. */
int cardea_store_room_list_active(struct cardea_tx *tx, const char *tenant, int64_t limit,
                                  const struct cardea_room_row **out, size_t *count);
int cardea_store_room_count_active(struct cardea_tx *tx, const char *tenant, int64_t *out);
/* Every room placed on @node, of all tenants. */
int cardea_store_room_list_on_node(struct cardea_tx *tx, const char *node,
                                   const struct cardea_room_row **out, size_t *count);

#endif
