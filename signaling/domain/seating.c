/* seating: one more participant of the participants dialect. */
#include "domain/seating.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/blocks.h"
#include "domain/domain_private.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "store/sessions.h"

int cardea_seating_room(struct cardea_tx *tx, struct cardea_seating *seating, const char *wanted,
                        bool makes)
{
	const struct cardea_tenant_row *tenant = &seating->tenant;
	struct cardea_room_spec spec = {.name = wanted,
	                                .config = CARDEA_ROOM_CONFIG_ABSENT,
	                                .session = cardea_session_spec_of(tenant)};
	struct cardea_session_row session;
	char id[CARDEA_UUID_SIZE];
	int err = cardea_grant_room(&seating->principal, wanted);

	seating->room_created = false;
	if (!err) {
		err = cardea_room_find(tx, tenant->id, wanted, &seating->room);
	}
	if (err != CARDEA_E_ROOM_UNKNOWN || !makes || cardea_id_is_uuid(wanted) ||
	    seating->principal.kind != CARDEA_PRINCIPAL_TENANT) {
		return err;
	}
	if (!tenant->allow_early_join) {
		return CARDEA_E_ROOM_INACTIVE;
	}
	err = cardea_room_id_for_name(tenant->id, wanted, id);
	if (err) {
		return err;
	}
	spec.id = id;
	seating->room_created = true;
	return cardea_room_make(tx, seating->domain->options.keys.seal, tenant, &spec, &seating->room,
	                        &session);
}

/* What is done about a seat that the user has already (spec/participants 5.1.4). */
enum duplicate {
	NO_DUPLICATE,
	REUSE,     /* the same seat, for several devices of one user */
	TAKE_BACK, /* of the meetings dialect: registered, but not in the meeting (spec/model I3) */
	REPLACE,
};

struct plan {
	enum duplicate duplicate;
	struct cardea_seat_row existing; /* unless NO_DUPLICATE; as it will be if it is kept */
	enum cardea_role role;
	bool has_to_wait; /* of a new seat */
};

static int plan_active(const struct cardea_seating *seating, struct plan *plan)
{
	if (seating->keeps_seat) {
		plan->duplicate = REUSE;
		return 0;
	}
	switch (seating->tenant.duplicate_policy) {
	case CARDEA_DUPLICATE_REJECT:
		return CARDEA_E_ALREADY_IN_ROOM;
	case CARDEA_DUPLICATE_DISCONNECT_EXISTING:
		plan->duplicate = REPLACE;
		return 0;
	case CARDEA_DUPLICATE_ALLOW:
	default:
		plan->duplicate = REUSE;
		return 0;
	}
}

static void plan_return(struct plan *plan)
{
	struct cardea_seat_row *seat = &plan->existing;

	plan->duplicate = TAKE_BACK;
	if (seat->is_removed && seat->admission == CARDEA_SEAT_DENIED) {
		seat->admission = CARDEA_SEAT_WAITING;
	}
}

static int plan_duplicate(struct cardea_tx *tx, const struct cardea_seating *seating,
                          const char *user, struct plan *plan)
{
	int err;

	if (!user || !seating->room.session[0]) {
		return 0;
	}
	err = cardea_store_seat_by_registration(tx, seating->tenant.id, seating->room.session, user,
	                                        &plan->existing);
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	/* Guests choose their ids: a user of the tenant does not get what a guest holds. */
	if (plan->existing.is_guest) {
		return 0;
	}
	err = cardea_grant_reuse(&seating->principal, &plan->existing);
	if (err) {
		return err;
	}
	if (!plan->existing.left_at) {
		return plan_active(seating, plan);
	}
	plan_return(plan);
	return 0;
}

static bool keeps(const struct plan *plan)
{
	return plan->duplicate == REUSE || plan->duplicate == TAKE_BACK;
}

/* Asks the one admission function. @active: who will be there besides. */
static int admit(struct cardea_tx *tx, const struct cardea_seating *seating, struct plan *plan,
                 int64_t active, bool is_hidden, bool is_blocked)
{
	const struct cardea_room_row *room = &seating->room;
	const struct cardea_tenant_row *tenant = &seating->tenant;
	struct cardea_session_row session;
	struct cardea_entrant entrant = {
	        .seat = keeps(plan) ? &plan->existing : NULL,
	        .role = plan->role,
	        .opens = true,
	        .early_join = tenant->allow_early_join,
	        .replaces = true,
	        .active = active,
	        .is_hidden = is_hidden,
	        .is_blocked = is_blocked,
	        .limit = cardea_capacity(room->max_participants, tenant->max_participants_per_room)};
	bool has_session = room->session[0] != '\0';
	int err = has_session ? cardea_store_session_get(tx, tenant->id, room->session, &session) : 0;

	if (err) {
		return err;
	}
	if (has_session) {
		entrant.limit = cardea_capacity_of(room, &session, tenant);
		plan->has_to_wait = session.waiting_room && plan->role != CARDEA_ROLE_HOST &&
		                    !cardea_grant_vouches(&seating->principal);
	}
	return cardea_admit(room, has_session ? &session : NULL, &entrant, cardea_tx_now_ms(tx)).reason;
}

static int check(struct cardea_tx *tx, const struct cardea_seating *seating,
                 const struct cardea_participant_add *who, struct plan *plan)
{
	const struct cardea_block_person person = {.user = who->external_user_id};
	int64_t active = 0;
	bool is_blocked = false;
	int err = plan_duplicate(tx, seating, who->external_user_id, plan);

	if (!err) {
		err = cardea_store_seat_count(tx, seating->tenant.id, seating->room.id, &active);
	}
	if (!err) {
		err = cardea_block_find(tx, &seating->room, &person, &is_blocked);
	}
	if (err) {
		return err;
	}
	active -= plan->duplicate == REPLACE && !plan->existing.is_hidden ? 1 : 0;
	err = cardea_grant_role(&seating->principal, who->role,
	                        seating->tenant.first_participant_is_host && active == 0, &plan->role);
	return err ? err : admit(tx, seating, plan, active, who->is_hidden, is_blocked);
}

static int open_if_closed(struct cardea_tx *tx, struct cardea_seating *seating)
{
	const struct cardea_session_spec spec = cardea_session_spec_of(&seating->tenant);
	struct cardea_session_row session;

	if (seating->room.status == CARDEA_ROOM_ROW_ACTIVE) {
		return 0;
	}
	seating->room_created = true;
	return cardea_room_open(tx, seating->domain->options.keys.seal, &seating->tenant, &spec,
	                        &seating->room, &session);
}

static int keep(struct cardea_tx *tx, struct cardea_seating *seating, struct plan *plan)
{
	struct cardea_seat_row *seat = &seating->seat;
	int err = 0;

	*seat = plan->existing;
	seating->is_reused = true;
	if (seat->is_removed) {
		err = cardea_seat_return(tx, seat, seat->admission);
	}
	return err || plan->duplicate == REUSE ? err : cardea_seat_come_back(tx, seat);
}

static int replace(struct cardea_tx *tx, struct cardea_seating *seating, struct plan *plan)
{
	int err = cardea_seat_remove(tx, &plan->existing,
	                             &(struct cardea_seat_removal){.reason = "duplicate"});

	seating->must_revoke = cardea_seat_revocation(&seating->room, &plan->existing, "duplicate",
	                                              &seating->revocation);
	return err;
}

int cardea_seating_add(struct cardea_tx *tx, struct cardea_seating *seating,
                       const struct cardea_participant_add *who)
{
	struct cardea_seat_spec spec = {.display_name = who->display_name,
	                                .external_user_id = who->external_user_id,
	                                .metadata = who->metadata,
	                                .is_hidden = who->is_hidden,
	                                .has_publish = who->has_publish,
	                                .publish = who->publish,
	                                .leaves_at = who->leaves_at};
	struct plan plan = {0};
	int err;

	seating->is_reused = false;
	seating->must_revoke = false;
	if (!who->display_name || !who->display_name[0]) {
		return CARDEA_E_DISPLAY_NAME_REQUIRED;
	}
	err = check(tx, seating, who, &plan);
	if (!err) {
		err = open_if_closed(tx, seating);
	}
	if (!err && keeps(&plan)) {
		return keep(tx, seating, &plan);
	}
	if (!err && plan.duplicate == REPLACE) {
		err = replace(tx, seating, &plan);
	}
	spec.role = plan.role;
	spec.admission = plan.has_to_wait ? CARDEA_SEAT_EXPECTED : CARDEA_SEAT_ADMITTED;
	return err ? err : cardea_seat_add(tx, &seating->room, &spec, &seating->seat);
}
