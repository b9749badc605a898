/* domain_private: the domain and its operations, for domain/ only. */
#ifndef CARDEA_DOMAIN_PRIVATE_H
#define CARDEA_DOMAIN_PRIVATE_H

#include <glib.h>
#include "cardea_jwk.h"
#include "domain/domain.h"
#include "store/store.h"

struct cardea_account_keys;

/* Immutable after construction: commands read it on the store's thread. */
struct cardea_domain {
	struct cardea_domain_options options;
	char *issuer;
	struct cardea_jwks *join, *access, *refresh, *auth, *exchange;
	struct cardea_jwk *exchange_key; /* HS256, derived from the seal */
	struct cardea_account_keys *accounts;
};

/* What every operation begins with; the first member of its struct. */
struct cardea_op {
	struct cardea_domain *domain;
	GPtrArray *strings; /* copies of its arguments, wiped at the end */
};

/* A zeroed operation of @size bytes. */
void *cardea_op_new(struct cardea_domain *domain, size_t size);
/* NULL for NULL. Lives as long as the operation. */
const char *cardea_op_strdup(struct cardea_op *op, const char *text);
/* The same, but NULL for the empty text, too. */
const char *cardea_op_filled(struct cardea_op *op, const char *text);
struct cardea_presented cardea_op_presented(struct cardea_op *op,
                                            const struct cardea_presented *who);
void cardea_op_free(struct cardea_op *op);
/* Queues the operation as one command; frees it if the store refuses. @done frees it else. */
int cardea_op_run(struct cardea_op *op, cardea_store_command_h command, cardea_store_done_h done);

#endif
