/* account_sessions: a sign-in and the pairs of tokens that follow from it (spec/spaces 2,
 * spec/native 11). Inside a command. */
#ifndef CARDEA_DOMAIN_ACCOUNT_SESSIONS_H
#define CARDEA_DOMAIN_ACCOUNT_SESSIONS_H

#include "domain/account_tokens.h"
#include "domain/spaces.h"

#define CARDEA_ACCOUNT_ACCESS_S  604800 /* spec/spaces 2.1 */
#define CARDEA_ACCOUNT_REFRESH_S 1814400

/* The first pair for @claims, of which subject, client, sgn, room, gen and is_client are read.
 * @use: ACCESS or SEAT. Texts are memory of the tx. */
int cardea_account_sign_in(const struct cardea_domain *domain, struct cardea_tx *tx,
                           enum cardea_account_use use, const struct cardea_account_claims *claims,
                           struct cardea_token_pair *out);

/* Who asks for the next pair. */
struct cardea_refresher {
	const char *tenant, *client;
	bool has_secret; /* the client has proved itself by its secret; a page has none */
};

/*
 * The next pair for a refresh token; a client's own only with its secret. Shown again within 30 s
 * it gives the same pair (the answer was lost); later somebody else has it, so the whole family is
 * revoked, which is recorded:
 * *@is_reused, and nothing else is given then. CARDEA_E_PASSWORD.
 */
int cardea_account_refresh(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const struct cardea_refresher *who, const char *token,
                           struct cardea_token_pair *out, bool *is_reused);

#endif
