#include "admission.h"

#include "admit.h"
#include "cardea_clock.h"

/* A token admits one connection id as long as it lives (docs/plugin-api.md 2.1). */
struct bound_token {
	char connection[CARDEA_CONNECTION_SIZE];
	int64_t until_s; /* wall clock */
};

static void count_present(struct cardea_room *room, const struct cardea_participant *except,
                          struct cardea_admit_state *state)
{
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct cardea_participant *participant = value;
		if (participant == except)
			continue;
		state->present++;
		if (!participant->claims.hidden)
			state->visible++;
	}
}

int cardea_admission_check(struct cardea_room *room, const struct cardea_join_claims *claims,
                           const char *connection)
{
	const struct cardea_participant *seat = g_hash_table_lookup(room->participants, claims->sub);
	const int64_t *min_gen = g_hash_table_lookup(room->min_gens, claims->sub);
	const struct bound_token *token = g_hash_table_lookup(room->tokens, claims->jti);
	struct cardea_admit_state state = {
	        .open = atomic_load(&room->open),
	        .lease_expired =
	                cardea_room_lease_expired(room, cardea_clock_mono_ms(&cardea_clock_system)),
	        .tenant = room->tenant,
	        .conf_id = room->conf_id,
	        .epoch = atomic_load(&room->epoch),
	        .min_gen = min_gen ? *min_gen : 0,
	        .token_connection = token ? token->connection : NULL,
	        .seat_connection = seat ? seat->connection : NULL,
	        .max_visible = room->policy.max_participants,
	};
	count_present(room, seat, &state);
	return cardea_admit(claims, connection, &state);
}

void cardea_admission_bind(struct cardea_room *room, const struct cardea_join_claims *claims,
                           const char *connection)
{
	struct bound_token *token = g_new0(struct bound_token, 1);
	g_strlcpy(token->connection, connection, sizeof(token->connection));
	token->until_s = claims->exp + CARDEA_TOKEN_LEEWAY_S;
	g_hash_table_insert(room->tokens, g_strdup(claims->jti), token);
}

void cardea_admission_prune(struct cardea_room *room)
{
	int64_t now_s = cardea_clock_wall_ms(&cardea_clock_system) / 1000;
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, room->tokens);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct bound_token *token = value;
		if (token->until_s < now_s)
			g_hash_table_iter_remove(&iter);
	}
}

const char *cardea_admission_connection(struct cardea_room *room, const char *jti)
{
	const struct bound_token *token = g_hash_table_lookup(room->tokens, jti);
	return token ? token->connection : NULL;
}
