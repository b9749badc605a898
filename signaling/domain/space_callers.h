/* space_callers: who calls in the dialect of spaces, and what they are where they call. Inside a
 * command. */
#ifndef CARDEA_DOMAIN_SPACE_CALLERS_H
#define CARDEA_DOMAIN_SPACE_CALLERS_H

#include "domain/account_tokens.h"
#include "domain/space_grants.h"
#include "store/invites.h"
#include "store/spaces.h"
#include "store/tenants.h"

enum cardea_space_caller_kind {
	CARDEA_CALLER_NOBODY, /* no token, so no tenant either */
	CARDEA_CALLER_CLIENT,
	CARDEA_CALLER_USER,
	CARDEA_CALLER_LINK,
	CARDEA_CALLER_SEAT,
};

struct cardea_space_caller {
	enum cardea_space_caller_kind kind;
	struct cardea_tenant_row tenant;
	struct cardea_account_claims claims;
	struct cardea_account_row account; /* USER */
	struct cardea_link_row link;       /* LINK */
};

/* CARDEA_E_UNAUTHENTICATED; CARDEA_E_LINK_EXPIRED; CARDEA_E_FORBIDDEN: a token of another use. */
int cardea_space_authenticate(const struct cardea_domain *domain, struct cardea_tx *tx,
                              const char *token, struct cardea_space_caller *out);

/* The tenant of a client, if both are there and active. CARDEA_E_UNAUTHENTICATED. */
int cardea_space_tenant(struct cardea_tx *tx, const char *client, struct cardea_tenant_row *out);

/* @space and @room (NULL = no room is addressed). */
int cardea_space_standing(struct cardea_tx *tx, const struct cardea_space_caller *who,
                          const struct cardea_space_row *space,
                          const struct cardea_space_room_row *room, unsigned *out);
/* The same of an account that need not be the caller. */
int cardea_space_standing_of(struct cardea_tx *tx, const char *tenant, const char *account,
                             const char *space, const char *room, unsigned *out);

#endif
