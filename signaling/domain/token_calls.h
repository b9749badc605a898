/*
 * token_calls: tokens of the tenant, and new tokens for old (spec/participants 2.2, spec/native
 * 11). As domain.h: asynchronous, results borrowed for `done`.
 */
#ifndef CARDEA_DOMAIN_TOKEN_CALLS_H
#define CARDEA_DOMAIN_TOKEN_CALLS_H

#include "domain/domain.h"

/* A refresh token that has been used gives the same tokens again for so long: an answer may have
 * been lost. */
#define CARDEA_REFRESH_AGAIN_MS 30000

struct cardea_tokens_given {
	const char *access, *refresh;
	const char *auth; /* NULL on the tenant's */
	int64_t expires_in_s;
};
typedef void (*cardea_tokens_given_h)(int err, const struct cardea_tokens_given *tokens, void *arg);

/* Tokens of the tenant whose key it is. CARDEA_E_API_KEY_FORMAT, CARDEA_E_API_KEY_UNKNOWN,
 * CARDEA_E_TENANT_INACTIVE. */
int cardea_domain_tenant_tokens(struct cardea_domain *domain, const char *api_key,
                                cardea_tokens_given_h done, void *arg);

/* Works once: subject, tenant, room and role stay the same (Decision P12). Shown again within
 * CARDEA_REFRESH_AGAIN_MS it gives the same tokens; later all tokens of its family are dead, and
 * the log says so. CARDEA_E_AUTH_TOKEN, CARDEA_E_AUTH_EXPIRED, CARDEA_E_TENANT_INACTIVE,
 * CARDEA_E_WAITING. */
int cardea_domain_tokens_refresh(struct cardea_domain *domain, const char *refresh_token,
                                 cardea_tokens_given_h done, void *arg);

#endif
