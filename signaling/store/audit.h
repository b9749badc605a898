/* audit: who did what to whom: records that nobody changes, of a tenant, in the order of time.
 * Inside a command. */
#ifndef CARDEA_STORE_AUDIT_H
#define CARDEA_STORE_AUDIT_H

#include <stddef.h>
#include <stdint.h>
#include "store/store.h"

struct cardea_audit_row {
	char id[CARDEA_UUID_SIZE]; /* version 7: its order is that of time */
	int64_t at;
	const char *action;
	const char *actor, *target, *scope, *role; /* NULL = none */
};

/* Gives the record its id and time. */
int cardea_store_audit_append(struct cardea_tx *tx, const char *tenant,
                              const struct cardea_audit_row *row);
/* Up to @limit records behind @after ("" = from the first). */
int cardea_store_audit_list(struct cardea_tx *tx, const char *tenant, const char *after,
                            int64_t limit, const struct cardea_audit_row **out, size_t *count);

#endif
