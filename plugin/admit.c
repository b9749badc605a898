#include "admit.h"

#include <string.h>
#include "cardea_base64.h"
#include "cardea_limits.h"
#include "cardea_refusal.h"

#define CONNECTION_BYTES 16

int cardea_admit_connection(const char *connection)
{
	uint8_t bytes[CONNECTION_BYTES];
	size_t len = 0;
	CARDEA_REFUSE_IF(CONNECTION_ID,
	                 !connection ||
	                         cardea_base64url_decode(connection, strlen(connection), bytes,
	                                                 sizeof(bytes), &len) < 0 ||
	                         len != CONNECTION_BYTES);
	return 0;
}

static bool is_other(const char *bound, const char *connection)
{
	return bound && strcmp(bound, connection) != 0;
}

static bool is_full(const struct cardea_join_claims *claims, const struct cardea_admit_state *state)
{
	if (state->present >= CARDEA_MAX_ROOM_PARTICIPANTS)
		return true;
	return !claims->hidden && state->max_visible != 0 && state->visible >= state->max_visible;
}

int cardea_admit(const struct cardea_join_claims *claims, const char *connection,
                 const struct cardea_admit_state *state)
{
	CARDEA_REFUSE_IF(ROOM_NOT_OPEN, !state->open);
	CARDEA_REFUSE_IF(TENANT_MISMATCH, strcmp(claims->tenant, state->tenant) != 0);
	/* Cut off from the gateways for too long: the room may be placed on another node. */
	CARDEA_REFUSE_IF(LEASE_EXPIRED, state->lease_expired);
	/* A token from before the node's restart or the room's move (DESIGN 5). */
	CARDEA_REFUSE_IF(EPOCH_STALE, claims->epoch < state->epoch);
	CARDEA_REFUSE_IF(EPOCH_AHEAD, claims->epoch > state->epoch);
	CARDEA_REFUSE_IF(CONF_MISMATCH, strcmp(claims->conf_id, state->conf_id) != 0);
	/* Kick, ban and revoke raise the seat's generation: older tokens are dead (DESIGN 5). */
	CARDEA_REFUSE_IF(GEN_STALE, claims->gen < state->min_gen);
	/* A token seen on the wire is of no use on a second connection (spec/native 2). */
	CARDEA_REFUSE_IF(TOKEN_BOUND, is_other(state->token_connection, connection));
	CARDEA_REFUSE_IF(DUPLICATE_REFUSED, claims->dup == CARDEA_DUP_REFUSE &&
	                                            is_other(state->seat_connection, connection));
	CARDEA_REFUSE_IF(ROOM_FULL, is_full(claims, state));
	return 0;
}
