/*
 * api_keys: key pairs of a tenant: the id is public (header API-KEY of plugNmeet, `iss` of tokens
 * that a caller signs), `key` is the bearer of the meetings and participants dialects, `secret`
 * makes and checks HMACs. Both rest sealed (spec/native 10).
 */
#ifndef CARDEA_DOMAIN_API_KEYS_H
#define CARDEA_DOMAIN_API_KEYS_H

#include "domain/domain.h"
#include "store/tenants.h"

struct cardea_api_key {
	const char *id, *key, *secret;
	int64_t created_at; /* ms */
};

/* ---- the operator's calls; as domain.h ---- */

#define CARDEA_MIN_API_SECRET 32 /* bytes: the output size of the HMAC (RFC 7518 3.2) */
#define CARDEA_MAX_API_SECRET 128

typedef void (*cardea_api_key_h)(int err, const struct cardea_api_key *key, void *arg);
/* A new pair of the first tenant. @id, @secret: NULL = random. CARDEA_E_INVALID for an id that is
 * not plain or a secret out of its bounds, CARDEA_E_STORE_CONFLICT for an id that is taken. */
int cardea_domain_api_key_add(struct cardea_domain *domain, const char *id, const char *secret,
                              cardea_api_key_h done, void *arg);

typedef void (*cardea_api_keys_h)(int err, const struct cardea_api_key *list, size_t count,
                                  void *arg);
/* Those of the first tenant, the oldest first, without key and secret. */
int cardea_domain_api_keys(struct cardea_domain *domain, cardea_api_keys_h done, void *arg);

/* ---- inside a command; text is memory of the tx ---- */

/* A new pair; as cardea_domain_api_key_add. */
int cardea_api_key_make(struct cardea_tx *tx, const struct cardea_seal *seal, const char *tenant,
                        const char *id, const char *secret, struct cardea_api_key *out);
/* The tenant's oldest, opened. CARDEA_E_NOT_FOUND. */
int cardea_api_key_first(struct cardea_tx *tx, const struct cardea_seal *seal, const char *tenant,
                         struct cardea_api_key *out);
/* A new key for the pair whose key @presented is, else for the tenant's oldest; the old one is good
 * no more. Id and secret stay. */
int cardea_api_key_rotate(struct cardea_tx *tx, const struct cardea_seal *seal, const char *tenant,
                          const char *presented, const char **out);
/* The tenant of the pair @id and its secret. CARDEA_E_NOT_FOUND. */
int cardea_api_key_secret(struct cardea_tx *tx, const struct cardea_seal *seal, const char *id,
                          char tenant[CARDEA_UUID_SIZE], const char **secret);

#endif
