/*
 * cardea_join_token: the claims of a media join token (DESIGN 5, spec/native 2). The gateway signs
 * it, only the plugin's `join` accepts it. No state, any thread.
 */
#ifndef CARDEA_JOIN_TOKEN_H
#define CARDEA_JOIN_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cardea_jws.h"
#include "cardea_limits.h"

#define CARDEA_JOIN_TOKEN_TYP "cardea-join+jwt"
#define CARDEA_JOIN_TOKEN_AUD "cardea-media"

enum cardea_role {
	CARDEA_ROLE_PARTICIPANT = 0,
	CARDEA_ROLE_HOST,
};

/* Kinds of published media; a set is an OR of these bits. */
enum cardea_kind {
	CARDEA_KIND_MICROPHONE = 1 << 0,
	CARDEA_KIND_CAMERA = 1 << 1,
	CARDEA_KIND_SCREEN = 1 << 2,
	CARDEA_KIND_DATA = 1 << 3,
	CARDEA_KIND_ALL = (1 << 4) - 1,
};

enum cardea_dup {
	CARDEA_DUP_REPLACE = 0, /* the newest connection of the seat wins */
	CARDEA_DUP_REFUSE,
};

enum cardea_subscribe {
	CARDEA_SUBSCRIBE_ALL = 0,
	CARDEA_SUBSCRIBE_HOSTS,
	CARDEA_SUBSCRIBE_LIST,
};

const char *cardea_role_name(enum cardea_role role);
int cardea_role_parse(const char *name, enum cardea_role *out); /* 0 or CARDEA_E_INVALID */
const char *cardea_kind_name(enum cardea_kind kind);            /* one bit only, else NULL */
int cardea_kind_parse(const char *name, enum cardea_kind *out);
/* New array of the names in @kinds, in the order of the enum. */
json_t *cardea_kinds_to_json(unsigned kinds);
/* Array of distinct known names; CARDEA_E_TOKEN_PUBLISH or CARDEA_E_TOKEN_PUBLISH_DUPLICATE else.
 */
int cardea_kinds_from_json(const json_t *array, unsigned *out);

struct cardea_join_claims {
	char iss[CARDEA_MAX_ID + 1];
	char jti[CARDEA_MAX_ID + 1];
	char sub[CARDEA_MAX_ID + 1]; /* participant (seat) id */
	char client_id[CARDEA_MAX_ID + 1];
	char conf_id[CARDEA_MAX_ID + 1]; /* the meeting instance (session) */
	char tenant[CARDEA_MAX_ID + 1];
	char room[CARDEA_MAX_ID + 1];
	char name[CARDEA_MAX_NAME + 1];     /* never empty: a nameless person gets one before signing */
	char avatar[CARDEA_MAX_AVATAR + 1]; /* address of a picture, "" = none */
	int64_t iat, nbf, exp;              /* unix seconds */
	int64_t epoch;                      /* of the room's placement, >= 1 */
	int64_t gen;                        /* of the participant, >= 0 */
	enum cardea_role role;
	bool guest;
	bool hidden;
	unsigned publish; /* set of enum cardea_kind */
	enum cardea_subscribe subscribe;
	char **subscribe_list; /* NULL-terminated, owned; only for CARDEA_SUBSCRIBE_LIST */
	enum cardea_dup dup;
};

/* Frees what the struct owns and zeroes it. */
void cardea_join_claims_clear(struct cardea_join_claims *claims);

/* Signs @claims (aud is added). *@out is freed with g_free. */
int cardea_join_token_sign(const struct cardea_jwk *key, const struct cardea_join_claims *claims,
                           char **out);

/*
 * Verifies a token: cardea_jws_verify, then every claim: presence, type, form, issuer, audience
 * (a single string), times at @now_s with CARDEA_TOKEN_LEEWAY_S, life of at most
 * CARDEA_JOIN_TOKEN_MAX_LIFE_S. State (room open, epoch, generation, reuse) is admit.c's business.
 * Returns 0 with *@claims filled (clear it later), else one CARDEA_E_TOKEN_*; then nothing is
 * owned.
 */
int cardea_join_token_verify(const struct cardea_jwks *keys, const char *issuer, const char *token,
                             size_t len, int64_t now_s, struct cardea_join_claims *claims);

#endif
