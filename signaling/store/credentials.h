/* credentials: opaque secrets by their digest. Inside a command. */
#ifndef CARDEA_STORE_CREDENTIALS_H
#define CARDEA_STORE_CREDENTIALS_H

#include <stdint.h>
#include "cardea_hash.h"
#include "cardea_limits.h"
#include "store/store.h"

enum cardea_credential_kind {
	CARDEA_CREDENTIAL_API_KEY = 1,     /* subject: the key's id */
	CARDEA_CREDENTIAL_GUEST_TOKEN,     /* subject: the session */
	CARDEA_CREDENTIAL_ACCESS_KEY,      /* subject: the seat */
	CARDEA_CREDENTIAL_PERMALINK_GUEST, /* subject: the permalink */
	CARDEA_CREDENTIAL_PERMALINK_USER,  /* subject: the permalink's user */
};

/* What a credential is looked up by: the time in it, if it tells one, and its digest. */
#define CARDEA_LOOKUP_SIZE (CARDEA_TOKEN_TIME_CHARS + CARDEA_DIGEST_SIZE)

struct cardea_credential_row {
	char tenant[CARDEA_UUID_SIZE];
	char digest[CARDEA_LOOKUP_SIZE];
	enum cardea_credential_kind kind;
	char subject[CARDEA_MAX_ID + 1];
	int64_t created_at;
};

int cardea_store_credential_insert(struct cardea_tx *tx, const struct cardea_credential_row *row);
/* Of any tenant. CARDEA_E_NOT_FOUND. */
int cardea_store_credential_find(struct cardea_tx *tx, const char *digest,
                                 struct cardea_credential_row *out);
/* From now on there is no such credential. */
int cardea_store_credential_delete(struct cardea_tx *tx, const char *tenant, const char *digest);

#endif
