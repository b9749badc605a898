/* token_families: rows of tokens that came from one another by refreshing, and of tokens that were
 * good once. Inside a command. */
#ifndef CARDEA_STORE_TOKEN_FAMILIES_H
#define CARDEA_STORE_TOKEN_FAMILIES_H

#include <stdint.h>
#include "store/store.h"

#define CARDEA_FAMILY_ID_SIZE 23

struct cardea_token_family_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_FAMILY_ID_SIZE];
	int64_t step;                               /* of the refresh token that is good */
	int64_t rotated_at, revoked_at, expires_at; /* ms; revoked_at 0 = good */
	struct cardea_sealed pair;                  /* the last answer */
};

/* CARDEA_E_NOT_FOUND: nothing of the family was refreshed yet. */
int cardea_store_token_family_get(struct cardea_tx *tx, const char *tenant, const char *id,
                                  struct cardea_token_family_row *out);
/* Makes or changes the row; forgets those of all tenants whose tokens have expired. */
int cardea_store_token_family_put(struct cardea_tx *tx, const struct cardea_token_family_row *row);

/* Notes that @token was used, until @expires_at. CARDEA_E_STORE_CONFLICT if it was before. */
int cardea_store_token_use(struct cardea_tx *tx, const char *tenant, const char *token,
                           int64_t expires_at);

#endif
