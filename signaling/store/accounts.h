/* accounts: rows of OAuth clients and of people with an account. Inside a command. */
#ifndef CARDEA_STORE_ACCOUNTS_H
#define CARDEA_STORE_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include "store/store.h"

struct cardea_client_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_OBJECT_ID_SIZE];
	struct cardea_sealed secret;
	int64_t created_at;
};

int cardea_store_client_insert(struct cardea_tx *tx, const struct cardea_client_row *row);
/* Of any tenant. CARDEA_E_NOT_FOUND. */
int cardea_store_client_get(struct cardea_tx *tx, const char *id, struct cardea_client_row *out);
/* The tenant's newest. CARDEA_E_NOT_FOUND. */
int cardea_store_client_of(struct cardea_tx *tx, const char *tenant, struct cardea_client_row *out);

struct cardea_account_row {
	char tenant[CARDEA_UUID_SIZE];
	char id[CARDEA_OBJECT_ID_SIZE];
	const char *email;
	const char *email_key; /* as it is looked up; unique */
	const char *username;
	const char *phone;    /* NULL = none */
	const char *password; /* hash */
	char meeting_space[CARDEA_OBJECT_ID_SIZE], meeting_room[CARDEA_OBJECT_ID_SIZE]; /* "" = none */
	int64_t created_at, updated_at;
};

int cardea_store_account_insert(struct cardea_tx *tx, const struct cardea_account_row *row);
/* Writes what changes: password, meeting_space, meeting_room. */
int cardea_store_account_update(struct cardea_tx *tx, const struct cardea_account_row *row);
/* CARDEA_E_NOT_FOUND; so the next two. */
int cardea_store_account_get(struct cardea_tx *tx, const char *tenant, const char *id,
                             struct cardea_account_row *out);
int cardea_store_account_by_email(struct cardea_tx *tx, const char *tenant, const char *email_key,
                                  struct cardea_account_row *out);
/* Also if several have that name. */
int cardea_store_account_by_username(struct cardea_tx *tx, const char *tenant, const char *username,
                                     struct cardea_account_row *out);

#endif
