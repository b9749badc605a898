/*
 * account_tokens: the JWTs of accounts and of access links (spec/spaces 2, 10, 11): each use has a
 * key of its own, derived from one, and names itself in `aud` and `type`. Any thread.
 */
#ifndef CARDEA_DOMAIN_ACCOUNT_TOKENS_H
#define CARDEA_DOMAIN_ACCOUNT_TOKENS_H

#include <stdbool.h>
#include <stdint.h>
#include "domain/domain.h"
#include "store/accounts.h"

enum cardea_account_use {
	CARDEA_USE_ACCESS, /* of a user or a client */
	CARDEA_USE_REFRESH,
	CARDEA_USE_SEAT, /* of a participant */
	CARDEA_USE_SEAT_REFRESH,
	CARDEA_USE_LINK,
	CARDEA_USE_SIGNALING, /* for `enter` */
	CARDEA_ACCOUNT_USES,  /* number of them; also: none of these */
};

#define CARDEA_SGN_SIZE      11 /* with NUL */
#define CARDEA_TOKEN_ID_SIZE 22

/* What does not belong to a use is "" or 0. */
struct cardea_account_claims {
	char subject[CARDEA_OBJECT_ID_SIZE]; /* account, client, link or participant */
	char client[CARDEA_OBJECT_ID_SIZE];
	char jti[CARDEA_TOKEN_ID_SIZE];
	char family[CARDEA_TOKEN_ID_SIZE]; /* not of links and signaling tokens */
	int64_t step;                      /* of a refresh token in its family */
	char sgn[CARDEA_SGN_SIZE];         /* users only */
	char room[CARDEA_OBJECT_ID_SIZE];  /* link, seat, signaling */
	int64_t gen;                       /* seat, signaling: of the participant */
	bool is_client;
	int64_t iat, exp; /* s */
};

struct cardea_account_keys;

/* Derived from @master, an HS256 key. CARDEA_E_INVALID for another one. */
int cardea_account_keys_new(const struct cardea_jwk *master, struct cardea_account_keys **out);
void cardea_account_keys_free(struct cardea_account_keys *keys); /* NULL is fine */

/* What the text says that it is, unverified: CARDEA_ACCOUNT_USES for anything that is not ours. */
enum cardea_account_use cardea_account_token_peek(const struct cardea_account_keys *keys,
                                                  const char *text);
/* *@out is freed with g_free. */
int cardea_account_token_mint(const struct cardea_account_keys *keys, enum cardea_account_use use,
                              const struct cardea_account_claims *claims, char **out);
/* CARDEA_E_UNAUTHENTICATED; of a genuine one that is over CARDEA_E_AUTH_EXPIRED, with
 * its claims. */
int cardea_account_token_verify(const struct cardea_account_keys *keys, enum cardea_account_use use,
                                const char *token, int64_t now_s,
                                struct cardea_account_claims *out);

/* The fingerprint of the account's credential: another password is another one (Decision S4). */
int cardea_account_sgn(const struct cardea_account_keys *keys, const char *account,
                       const char *password_hash, char out[CARDEA_SGN_SIZE]);
/* A new id of a token: 21 characters. */
int cardea_account_token_id(const struct cardea_random *random, char out[CARDEA_TOKEN_ID_SIZE]);

#endif
