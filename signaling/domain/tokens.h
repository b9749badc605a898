/*
 * tokens: the JWTs of the participants dialect (spec/participants 2.3): access, refresh and auth,
 * each with a key and a `typ` of its own (spec/model I10). Any thread.
 */
#ifndef CARDEA_DOMAIN_TOKENS_H
#define CARDEA_DOMAIN_TOKENS_H

#include <stdbool.h>
#include <stdint.h>
#include "domain/domain.h"
#include "store/participants.h"
#include "store/token_families.h"

/* What a string claims to be, told by its form alone; nothing is verified. */
enum cardea_token_use {
	CARDEA_TOKEN_NOT, /* no JWT */
	CARDEA_TOKEN_OTHER,
	CARDEA_TOKEN_JOIN,
	CARDEA_TOKEN_ACCESS, /* the three of this module follow */
	CARDEA_TOKEN_REFRESH,
	CARDEA_TOKEN_AUTH,
	CARDEA_TOKEN_EXCHANGE, /* of who came with a room's join token: adds participants to it */
};

enum cardea_token_use cardea_token_peek(const char *text);

#define CARDEA_FAMILY_BYTES 16
#define CARDEA_FAMILY_SIZE  CARDEA_FAMILY_ID_SIZE /* of them in base64url, and NUL */

/* Whom a token speaks for. */
struct cardea_token_claims {
	char tenant[CARDEA_UUID_SIZE];
	char subject[CARDEA_UUID_SIZE]; /* a seat, or the tenant itself; "join" on EXCHANGE */
	char room[CARDEA_UUID_SIZE];    /* "" on a tenant's token */
	enum cardea_role role;
	char family[CARDEA_FAMILY_SIZE]; /* of tokens that came from one another; not on EXCHANGE */
	int64_t step;                    /* of a refresh token: its number in the family, from 0 */
	int64_t key_gen;                 /* of a tenant's token: rotations of its key so far */
	int64_t gen;                     /* of a seat's token: the seat's when it was made */
};

/* When, and from which randomness; a command takes both from its tx. */
struct cardea_token_stamp {
	int64_t now_s;
	const struct cardea_random *random;
};

/* @name: display name of a seat, else NULL. *@out is freed with g_free. */
int cardea_token_mint(const struct cardea_domain *domain, const struct cardea_token_stamp *stamp,
                      enum cardea_token_use use, const struct cardea_token_claims *claims,
                      const char *name, char **out);
/* Now, and from the kernel. */
struct cardea_token_stamp cardea_token_stamp(const struct cardea_domain *domain);
/* A new family for @claims, whose step becomes 0. */
int cardea_token_family(const struct cardea_random *random, struct cardea_token_claims *claims);

/* The tokens of a seat. NULL = none. */
struct cardea_token_set {
	char *access, *refresh, *auth;
};

/* Whom tokens of @seat speak for; without a family. */
void cardea_token_claims_of(const struct cardea_seat_row *seat, struct cardea_token_claims *out);

/* New tokens of a new family for @seat; @has_refresh: a refresh token as well. Cleared by
 * cardea_token_set_clear, also after an error. */
int cardea_token_set_mint(const struct cardea_domain *domain, const struct cardea_seat_row *seat,
                          bool has_refresh, struct cardea_token_set *out);
/* Access and refresh token for @claims, and of a seat the auth token. */
int cardea_token_set_sign(const struct cardea_domain *domain,
                          const struct cardea_token_stamp *stamp,
                          const struct cardea_token_claims *claims, const char *name,
                          struct cardea_token_set *out);
void cardea_token_set_clear(struct cardea_token_set *set);

/* Verifies a token that peeked as @use (ACCESS, REFRESH, AUTH or EXCHANGE). CARDEA_E_AUTH_TOKEN; of
 * a genuine one CARDEA_E_AUTH_EXPIRED, with its claims. That its subject still exists is the
 * caller's business. */
int cardea_token_verify(const struct cardea_domain *domain, enum cardea_token_use use,
                        const char *token, int64_t now_s, struct cardea_token_claims *out);

#endif
