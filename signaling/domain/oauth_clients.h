/* oauth_clients: the OAuth client of a tenant (spec/spaces 3). Inside a command. */
#ifndef CARDEA_DOMAIN_OAUTH_CLIENTS_H
#define CARDEA_DOMAIN_OAUTH_CLIENTS_H

#include "cardea_seal.h"
#include "store/accounts.h"

/* Borrowed from the tx. */
struct cardea_oauth_client {
	const char *id, *secret;
};

/* The tenant's, made if there is none. */
int cardea_oauth_client_of(struct cardea_tx *tx, const struct cardea_seal *seal, const char *tenant,
                           struct cardea_oauth_client *out);
/* Opens the secret of @row. */
int cardea_oauth_client_open(struct cardea_tx *tx, const struct cardea_seal *seal,
                             const struct cardea_client_row *row, struct cardea_oauth_client *out);

#endif
