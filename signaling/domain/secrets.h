/*
 * secrets: opaque credentials and how they rest: looked up by digest, shown again from a seal that
 * is bound to its column (spec/native 10). Inside a command.
 */
#ifndef CARDEA_DOMAIN_SECRETS_H
#define CARDEA_DOMAIN_SECRETS_H

#include "cardea_seal.h"
#include "store/credentials.h"
#include "store/store.h"

/* Where a sealed value rests: the associated data of its seal. */
struct cardea_secret_place {
	const char *table, *row, *column;
};

extern const char cardea_api_key_prefix[]; /* "ck_live_" */

/* Seals @text for @place; *@out is memory of the tx. */
int cardea_secret_close(const struct cardea_seal *seal, struct cardea_tx *tx,
                        const struct cardea_secret_place *place, const char *text,
                        struct cardea_sealed *out);
/* The reverse; CARDEA_E_NOT_FOUND if nothing is sealed there. */
int cardea_secret_open(const struct cardea_seal *seal, struct cardea_tx *tx,
                       const struct cardea_secret_place *place, const struct cardea_sealed *sealed,
                       const char **out);

/* Makes @secret known as a credential of @kind for @subject. */
int cardea_secret_register(struct cardea_tx *tx, const char *tenant, const char *secret,
                           enum cardea_credential_kind kind, const char *subject);
/* A new secret of 24 characters (access key, guest token), registered and sealed for @place, whose
 * row is the subject. */
int cardea_secret_issue(const struct cardea_seal *seal, struct cardea_tx *tx, const char *tenant,
                        enum cardea_credential_kind kind, const struct cardea_secret_place *place,
                        struct cardea_sealed *out);
/* The secret that is sealed in @sealed for @place opens nothing any more. If @sealed is empty there
 * is none. */
int cardea_secret_revoke(const struct cardea_seal *seal, struct cardea_tx *tx, const char *tenant,
                         const struct cardea_secret_place *place,
                         const struct cardea_sealed *sealed);
/* CARDEA_E_NOT_FOUND. */
int cardea_secret_find(struct cardea_tx *tx, const char *secret, struct cardea_credential_row *out);

#endif
