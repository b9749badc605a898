/* tenant_details: what of a tenant is read seldom. Inside a command. */
#ifndef CARDEA_STORE_TENANT_DETAILS_H
#define CARDEA_STORE_TENANT_DETAILS_H

#include <stdbool.h>
#include <stdint.h>
#include "store/store.h"

struct cardea_tenant_details_row {
	bool is_internal;
	int64_t max_recording_duration_minutes;
	int64_t max_total_minutes; /* 0 = no limit */
	bool single_use_tokens;
	const char *extra; /* configuration that is kept and shown: text of the codec, or NULL */
	const char *allowed_origins;  /* with blanks between them; NULL = any */
	struct cardea_sealed webhook; /* text of the codec */
};

/* CARDEA_E_NOT_FOUND. */
int cardea_store_tenant_details_get(struct cardea_tx *tx, const char *tenant,
                                    struct cardea_tenant_details_row *out);
int cardea_store_tenant_details_update(struct cardea_tx *tx, const char *tenant,
                                       const struct cardea_tenant_details_row *row);

#endif
