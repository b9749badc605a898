/* invites: rows of invites to spaces and of links into rooms. Inside a command. */
#ifndef CARDEA_STORE_INVITES_H
#define CARDEA_STORE_INVITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cardea_hash.h"
#include "store/store.h"

struct cardea_invite_row {
	char tenant[CARDEA_UUID_SIZE];
	char digest[CARDEA_DIGEST_SIZE]; /* of its id, which is the secret */
	char space[CARDEA_OBJECT_ID_SIZE];
	struct cardea_sealed id;
	int64_t role;
	char created_by[CARDEA_OBJECT_ID_SIZE];
	char used_by[CARDEA_OBJECT_ID_SIZE]; /* "" = pending */
	int64_t created_at;
};

int cardea_store_invite_insert(struct cardea_tx *tx, const struct cardea_invite_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_invite_get(struct cardea_tx *tx, const char *tenant, const char *digest,
                            struct cardea_invite_row *out);
/* By when they were made. */
int cardea_store_invite_list(struct cardea_tx *tx, const char *tenant, const char *space,
                             const struct cardea_invite_row **out, size_t *count);
int cardea_store_invite_use(struct cardea_tx *tx, const struct cardea_invite_row *row,
                            const char *account);
int cardea_store_invite_delete(struct cardea_tx *tx, const struct cardea_invite_row *row);

struct cardea_link_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_OBJECT_ID_SIZE];
	char object[CARDEA_OBJECT_ID_SIZE]; /* the room in a space */
	const char *display_name;
	bool is_moderator, is_permanent, is_revoked;
	const char *external_user_id, *email, *phone, *external_meeting_id; /* NULL = none */
	char seat[CARDEA_UUID_SIZE]; /* whom it let in last, "" = nobody yet */
	char created_by[CARDEA_OBJECT_ID_SIZE];
	int64_t created_at, expires_at; /* ms */
};

int cardea_store_link_insert(struct cardea_tx *tx, const struct cardea_link_row *row);
/* Writes is_revoked and seat. */
int cardea_store_link_update(struct cardea_tx *tx, const struct cardea_link_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_link_get(struct cardea_tx *tx, const char *tenant, const char *id,
                          struct cardea_link_row *out);
/* By when they were made. */
int cardea_store_link_list(struct cardea_tx *tx, const char *tenant, const char *object,
                           const struct cardea_link_row **out, size_t *count);

#endif
