/*
 * conference_tokens: join tokens of the plugNmeet dialect (spec/plugnmeet 6): HS256 with the secret
 * of the backend's key pair. A JWT's payload is JSON by definition.
 */
#ifndef CARDEA_DOMAIN_CONFERENCE_TOKENS_H
#define CARDEA_DOMAIN_CONFERENCE_TOKENS_H

#include "domain/domain.h"
#include "store/store.h"

#define CARDEA_CONFERENCE_TOKEN_LIFE_S   600
#define CARDEA_CONFERENCE_TOKEN_LEEWAY_S 60

/* What is in a token, to mint one. */
struct cardea_conference_claims {
	const char *key; /* id of the pair: `iss` */
	const char *name, *user_id, *room_id, *sid;
	const char *seat; /* whoever was removed gets another one: the old token stays dead */
	int64_t gen;      /* of the seat */
	bool is_host, is_hidden;
	int client_type;
};

/* *@out is freed with g_free. Any thread. */
int cardea_conference_token_mint(const struct cardea_conference_claims *claims, const char *secret,
                                 int64_t now_s, char **out);

/* True for the form of one, genuine or not. */
bool cardea_is_conference_token(const char *text);

/* What a genuine token stands for. */
struct cardea_conference_ticket {
	char tenant[CARDEA_UUID_SIZE];
	char session[CARDEA_UUID_SIZE];
	char seat[CARDEA_UUID_SIZE];
	int64_t gen;                   /* of the seat when it was made */
	const char *user_id, *room_id; /* memory of the tx */
};
/* Inside a command: signature, issuer, times and use; that the session runs and the seat is there
 * is the caller's business. CARDEA_E_AUTH_TOKEN, CARDEA_E_AUTH_EXPIRED. */
int cardea_conference_token_verify(const struct cardea_domain *domain, struct cardea_tx *tx,
                                   const char *token, struct cardea_conference_ticket *out);

#endif
