#include "move.h"

#include "admission.h"
#include "cardea_error.h"
#include "membership.h"
#include "state.h"

/* A gateway may ask twice, because it did not hear the answer. */
static bool is_there(struct cardea_room *to, const struct cardea_join_claims *claims)
{
	const char *bound = cardea_admission_connection(to, claims->jti);
	const struct cardea_participant *there = g_hash_table_lookup(to->participants, claims->sub);
	return bound && there && g_str_equal(bound, there->connection);
}

static int check(struct cardea_room *from, struct cardea_room *to,
                 const struct cardea_participant *participant,
                 const struct cardea_join_claims *claims)
{
	if (from == to)
		return CARDEA_E_INVALID;
	if (!participant)
		return is_there(to, claims) ? 0 : CARDEA_E_NOT_FOUND;
	/* Both rooms of one tenant, and the token's. */
	if (!g_str_equal(from->tenant, claims->tenant))
		return CARDEA_E_TENANT_MISMATCH;
	return cardea_admission_check(to, claims, participant->connection);
}

/* The seat may be taken there, by a connection that the newcomer's token replaces. */
static void free_seat(struct cardea_room *to, const struct cardea_join_claims *claims)
{
	/* A newer generation was issued, so older tokens of the seat are dead. */
	cardea_room_raise_gen(to, claims->sub, claims->gen);
	struct cardea_participant *there = g_hash_table_lookup(to->participants, claims->sub);
	if (there)
		cardea_membership_remove(to, there, "replaced", NULL, NULL);
}

static void tell(struct cardea_room *to, struct cardea_session *session)
{
	json_t *fields = json_object();
	cardea_state_add(to, session, fields);
	/* What the event says needs no other. */
	session->map_changed = false;
	session->announced = true;
	cardea_session_event(session, "moved", fields, NULL);
}

static void carry(struct cardea_room *to, struct cardea_participant *participant)
{
	for (unsigned i = 0; i < CARDEA_HANDLES; i++) {
		struct cardea_session *session = participant->handles[i];
		if (!session)
			continue;
		cardea_session_move(session, to, cardea_participant_id(participant));
		/* Quiet until `moved`: what happens to the room on their arrival is part of it. */
		session->announced = false;
	}
	cardea_membership_put(to, participant);
	cardea_room_settle(to);
	for (unsigned i = 0; i < CARDEA_HANDLES; i++) {
		if (participant->handles[i])
			tell(to, participant->handles[i]);
	}
}

int cardea_move(struct cardea_room *from, struct cardea_room *to, const char *seat,
                struct cardea_join_claims *claims)
{
	struct cardea_participant *participant = g_hash_table_lookup(from->participants, seat);
	int err = check(from, to, participant, claims);
	if (err < 0 || !participant)
		return err;
	cardea_admission_bind(to, claims, participant->connection);
	free_seat(to, claims);
	cardea_membership_take(from, participant, "moved");
	cardea_participant_renew(participant, claims);
	carry(to, participant);
	return 0;
}
