/* tenants: rows of tenants with their configuration, and their API keys. Inside a command. */
#ifndef CARDEA_STORE_TENANTS_H
#define CARDEA_STORE_TENANTS_H

#include <stdbool.h>
#include <stdint.h>
#include "cardea_limits.h"
#include "store/store.h"

enum cardea_duplicate_policy {
	CARDEA_DUPLICATE_ALLOW = 0,
	CARDEA_DUPLICATE_REJECT,
	CARDEA_DUPLICATE_DISCONNECT_EXISTING,
};

struct cardea_tenant_row {
	char id[CARDEA_UUID_SIZE];
	const char *name;
	bool is_active;
	int64_t max_concurrent_rooms;      /* 0 = no limit */
	int64_t max_participants_per_room; /* 0 = no limit */
	bool allow_early_join, first_participant_is_host, force_recording, transcription_enabled;
	enum cardea_duplicate_policy duplicate_policy;
	int64_t empty_room_timeout_minutes;
	int64_t key_gen; /* rotations of its key so far */
	int64_t created_at, updated_at;
};

int cardea_store_tenant_insert(struct cardea_tx *tx, const struct cardea_tenant_row *row);
/* Writes everything but id and created_at. */
int cardea_store_tenant_update(struct cardea_tx *tx, const struct cardea_tenant_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_tenant_get(struct cardea_tx *tx, const char *id, struct cardea_tenant_row *out);
/* The oldest one. CARDEA_E_NOT_FOUND. */
int cardea_store_tenant_first(struct cardea_tx *tx, struct cardea_tenant_row *out);

#define CARDEA_API_KEY_ID_SIZE (CARDEA_MAX_ID + 1)

struct cardea_api_key_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_API_KEY_ID_SIZE]; /* public; unique over all tenants */
	struct cardea_sealed key, secret;
	int64_t created_at;
};

/* Writes its key. */
int cardea_store_api_key_set(struct cardea_tx *tx, const struct cardea_api_key_row *row);
int cardea_store_api_key_insert(struct cardea_tx *tx, const struct cardea_api_key_row *row);
/* CARDEA_E_NOT_FOUND. */
int cardea_store_api_key_get(struct cardea_tx *tx, const char *tenant, const char *id,
                             struct cardea_api_key_row *out);
/* Of any tenant. CARDEA_E_NOT_FOUND. */
int cardea_store_api_key_by_id(struct cardea_tx *tx, const char *id,
                               struct cardea_api_key_row *out);
/* The tenant's, the oldest first, @limit at most. */
int cardea_store_api_key_list(struct cardea_tx *tx, const char *tenant, int64_t limit,
                              const struct cardea_api_key_row **out, size_t *count);

#endif
