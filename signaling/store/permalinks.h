/* permalinks: rows of permalinks and of the users who may start their meetings. Inside a command.
 */
#ifndef CARDEA_STORE_PERMALINKS_H
#define CARDEA_STORE_PERMALINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "store/store.h"

struct cardea_permalink_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_OBJECT_ID_SIZE];   /* also the key of its room */
	const char *name;                 /* of the room; NULL = none */
	struct cardea_sealed guest_token; /* empty = there is none */
	bool waiting_room, kick_available, lock_available;
	const char *options;            /* opaque text of a dialect, NULL = none */
	int64_t expires_at;             /* ms; 0 = never */
	int64_t created_at, updated_at; /* ms */
};

struct cardea_permalink_user_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_UUID_SIZE];
	char permalink[CARDEA_OBJECT_ID_SIZE];
	int64_t ordinal;
	const char *external_user_id, *display_name;
	const char *avatar, *locale; /* NULL = none */
	struct cardea_sealed token;
	int64_t created_at; /* ms */
};

int cardea_store_permalink_insert(struct cardea_tx *tx, const struct cardea_permalink_row *row);
/* Writes everything but tenant, id and created_at. */
int cardea_store_permalink_update(struct cardea_tx *tx, const struct cardea_permalink_row *row);
/* Its users have to be deleted before. */
int cardea_store_permalink_delete(struct cardea_tx *tx, const char *tenant, const char *id);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_permalink_get(struct cardea_tx *tx, const char *tenant, const char *id,
                               struct cardea_permalink_row *out);

/* Those of a tenant: all, or by whether they have expired at @now_ms. */
struct cardea_permalink_filter {
	const char *tenant;
	int expired; /* 1, 0, or -1 = all */
	int64_t now_ms;
};
int cardea_store_permalink_count(struct cardea_tx *tx, const struct cardea_permalink_filter *filter,
                                 int64_t *out);
/* The newest first, up to @limit after the first @offset. */
int cardea_store_permalink_list(struct cardea_tx *tx, const struct cardea_permalink_filter *filter,
                                int64_t limit, int64_t offset,
                                const struct cardea_permalink_row **out, size_t *count);

/* Gives the row the ordinal after the last. CARDEA_E_STORE_CONFLICT if the permalink has that user
 * id already. */
int cardea_store_permalink_user_insert(struct cardea_tx *tx, struct cardea_permalink_user_row *row);
/* Writes display_name, avatar and locale. */
int cardea_store_permalink_user_update(struct cardea_tx *tx,
                                       const struct cardea_permalink_user_row *row);
int cardea_store_permalink_user_delete(struct cardea_tx *tx, const char *tenant, const char *id);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_permalink_user_get(struct cardea_tx *tx, const char *tenant, const char *id,
                                    struct cardea_permalink_user_row *out);
/* By external_user_id. CARDEA_E_NOT_FOUND. */
int cardea_store_permalink_user_by_id(struct cardea_tx *tx, const char *tenant,
                                      const char *permalink, const char *external_user_id,
                                      struct cardea_permalink_user_row *out);
/* Who was added first. CARDEA_E_NOT_FOUND if there is nobody. */
int cardea_store_permalink_user_first(struct cardea_tx *tx, const char *tenant,
                                      const char *permalink, struct cardea_permalink_user_row *out);
/* In the order in which they were added. */
int cardea_store_permalink_user_list(struct cardea_tx *tx, const char *tenant,
                                     const char *permalink,
                                     const struct cardea_permalink_user_row **out, size_t *count);

#endif
