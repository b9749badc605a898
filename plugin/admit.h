/*
 * admit: join token and room state -> admission or one refusal. Pure and without side effects: the
 * room takes the snapshot, this decides, the room acts (docs/plugin-api.md 2.1).
 */
#ifndef CARDEA_PLUGIN_ADMIT_H
#define CARDEA_PLUGIN_ADMIT_H

#include <stdbool.h>
#include <stdint.h>
#include "cardea_join_token.h"

/* What the room knows when a token is presented. Strings are borrowed. */
struct cardea_admit_state {
	bool open;
	bool lease_expired;
	const char *tenant;
	const char *conf_id;
	int64_t epoch;
	int64_t min_gen;              /* of the token's seat: the highest it was told or has seen */
	const char *token_connection; /* connection the token's jti is bound to, or NULL */
	const char *seat_connection;  /* connection of the seat, or NULL if it is offline */
	unsigned present;             /* participants online without this seat */
	unsigned visible;             /* of these, not hidden */
	unsigned max_visible;         /* policy; 0: no limit of the room */
};

/* 0, or CARDEA_E_CONNECTION_ID for what is not 16 bytes in base64url. @connection may be NULL. */
int cardea_admit_connection(const char *connection);

/* 0, or the CARDEA_E_* of the first check that refuses, in the order of the contract. @claims have
 * passed cardea_join_token_verify and @connection cardea_admit_connection. */
int cardea_admit(const struct cardea_join_claims *claims, const char *connection,
                 const struct cardea_admit_state *state);

#endif
