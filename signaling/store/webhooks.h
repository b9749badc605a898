/*
 * webhooks: rows of webhooks, and the queue of what each is still owed: numbers of events, oldest
 * first. Inside a command.
 */
#ifndef CARDEA_STORE_WEBHOOKS_H
#define CARDEA_STORE_WEBHOOKS_H

#include <stddef.h>
#include <stdint.h>
#include "cardea_id.h"
#include "store/store.h"
#include "store/tenants.h"

struct cardea_webhook_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_OBJECT_ID_SIZE];       /* unique over all tenants */
	char api_key[CARDEA_API_KEY_ID_SIZE]; /* id of the key it belongs to, which signs */
	const char *url;
	int64_t types; /* set of the domain's */
	int64_t created_at;
	int64_t last_request_at; /* ms, 0 = there was none; so is the status of its answer */
	int64_t last_response_code;
};

/* CARDEA_E_STORE_CONFLICT if the API key has one. */
int cardea_store_webhook_insert(struct cardea_tx *tx, const struct cardea_webhook_row *row);
/* Writes types, last_request_at and last_response_code. */
int cardea_store_webhook_update(struct cardea_tx *tx, const struct cardea_webhook_row *row);
/* With all it is owed. */
int cardea_store_webhook_delete(struct cardea_tx *tx, const struct cardea_webhook_row *row);
/* That of an API key. CARDEA_E_NOT_FOUND. */
int cardea_store_webhook_by_key(struct cardea_tx *tx, const char *tenant, const char *api_key,
                                struct cardea_webhook_row *out);
/* For the sender, which knows no tenants. CARDEA_E_NOT_FOUND. */
int cardea_store_webhook_by_id(struct cardea_tx *tx, const char *id,
                               struct cardea_webhook_row *out);
/* Those of all tenants that are owed something. */
int cardea_store_webhook_list_owed(struct cardea_tx *tx, const struct cardea_webhook_row **out,
                                   size_t *count);

/* Owes event @seq of @room to each webhook of @tenant that has one of @types. */
int cardea_store_webhook_owe(struct cardea_tx *tx, const char *tenant, int64_t types,
                             const char *room, int64_t seq);

struct cardea_webhook_item {
	char room[CARDEA_UUID_SIZE];
	int64_t seq;
};

/* The oldest item. CARDEA_E_NOT_FOUND. */
int cardea_store_webhook_oldest(struct cardea_tx *tx, const struct cardea_webhook_row *row,
                                struct cardea_webhook_item *out);
/* Takes @item out if it is the oldest. */
int cardea_store_webhook_settle(struct cardea_tx *tx, const struct cardea_webhook_row *row,
                                const struct cardea_webhook_item *item);

#endif
