/*
 * call_tokens: `auth_token` of the meetings dialect: what /call takes (spec/meetings 5), signed
 * with a key of its own. Any thread.
 */
#ifndef CARDEA_DOMAIN_CALL_TOKENS_H
#define CARDEA_DOMAIN_CALL_TOKENS_H

#include "domain/domain.h"

#define CARDEA_CALL_TOKEN_LIFE_S 3600

/* For client @client_id in meeting @conf_id (24 hex digits each). *@out is freed with g_free. */
int cardea_call_token_mint(const struct cardea_domain *domain, const char *client_id,
                           const char *conf_id, char **out);
/* The same in form for somebody who waits: no verifier accepts it, because it has no signature
 * (spec/meetings 12.2). */
int cardea_call_token_fake(const struct cardea_domain *domain, const char *client_id,
                           const char *conf_id, char **out);

#endif
