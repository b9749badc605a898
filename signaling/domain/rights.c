#include "domain/rights.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/journal.h"
#include "domain/room_life.h"
#include "domain/seats.h"

struct cardea_locks cardea_locks_change(struct cardea_locks locks,
                                        const struct cardea_lock_changes *changes)
{
	unsigned set = (locks.set | changes->set) & ~changes->absent;

	return (struct cardea_locks){
	        .set = set,
	        .on = ((locks.on & ~changes->set) | (changes->on & changes->set)) & set,
	};
}

static bool is_same(struct cardea_locks a, struct cardea_locks b)
{
	return a.set == b.set && a.on == b.on;
}

/* ---- what the node is told ---- */

struct cardea_seat_grant cardea_rights_grant(const struct cardea_standing *at)
{
	const struct cardea_seat_row *seat = at->seat;
	bool is_host = seat->role == CARDEA_ROLE_HOST;
	struct cardea_seat_grant grant = {
	        .gen = seat->gen,
	        .id = seat->rights_event,
	        .publish = cardea_grant_publish(at),
	        .role = seat->role,
	        .locks = is_host ? 0 : cardea_locks_kinds(seat->locks.set & seat->locks.on),
	        .unlocks = is_host ? 0 : cardea_locks_kinds(seat->locks.set & ~seat->locks.on),
	};

	memcpy(grant.seat, seat->id, sizeof(grant.seat));
	return grant;
}

struct cardea_media_policy cardea_rights_policy(const struct cardea_room_row *room,
                                                const struct cardea_session_row *session,
                                                const struct cardea_tenant_row *tenant)
{
	const struct cardea_session_policy *policy = &session->policy;

	return (struct cardea_media_policy){
	        .id = session->rights_event,
	        .max_participants = cardea_capacity_of(room, session, tenant),
	        .locks = cardea_locks_kinds(policy->locks.set & policy->locks.on),
	        .cameras_of_hosts_only = policy->cameras_of_hosts_only,
	        .lists_hosts_only = policy->lists_hosts_only,
	        .mute_on_start = policy->mute_on_start,
	};
}

/* ---- a seat ---- */

static void apply(struct cardea_seat_row *seat, const struct cardea_permissions *to)
{
	if (to->has_role) {
		seat->role = to->role;
	}
	if (to->has_publish || to->clears_publish) {
		seat->has_publish = to->has_publish;
		seat->publish = to->has_publish ? to->publish : 0;
	}
	seat->locks = cardea_locks_change(seat->locks, &to->locks);
	if (seat->role == CARDEA_ROLE_HOST) {
		seat->locks = (struct cardea_locks){0}; /* spec/model I6 */
	}
}

static bool is_changed(const struct cardea_seat_row *a, const struct cardea_seat_row *b)
{
	return a->role != b->role || a->has_publish != b->has_publish || a->publish != b->publish ||
	       !is_same(a->locks, b->locks);
}

static int log_seat(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *by)
{
	const struct cardea_event_data data = {.by = by,
	                                       .role = cardea_role_name(seat->role),
	                                       .locks = &seat->locks,
	                                       .publish = seat->has_publish ? &seat->publish : NULL};

	return cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_RIGHTS, &data,
	                           &seat->rights_event);
}

/* A host never waits (spec/model I6), and the meeting begins with the first who is there. */
static int become_host(struct cardea_tx *tx, const struct cardea_room_row *room,
                       struct cardea_seat_row *seat, const char *by)
{
	bool waits = seat->admission == CARDEA_SEAT_WAITING || seat->admission == CARDEA_SEAT_EXPECTED;
	int err = waits ? cardea_seat_admit(tx, seat, by) : 0;

	return !err && seat->is_online && !seat->is_hidden ? cardea_room_begin(tx, room) : err;
}

/* Chat and reactions are no kinds of media, so the node's own word on rights leaves their locks
 * out. */
static void tell_locks(struct cardea_effects *effects, const struct cardea_standing *at)
{
	struct cardea_telling telling = {.type = CARDEA_TELL_LOCKS,
	                                 .epoch = at->room->epoch,
	                                 .seat = cardea_tx_strdup(effects->tx, at->seat->id),
	                                 .locks = cardea_grant_locks(at)};

	memcpy(telling.room, at->room->id, sizeof(telling.room));
	memcpy(telling.node, at->room->node, sizeof(telling.node));
	cardea_effect_tell(effects, &telling);
}

static int tell_locks_to_all(struct cardea_tx *tx, struct cardea_effects *effects,
                             const struct cardea_room_row *room,
                             const struct cardea_session_row *session)
{
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err =
	        cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_ONLINE, &seats, &count);

	for (size_t i = 0; i < count && !err; i++) {
		tell_locks(effects, &(struct cardea_standing){room, session, &seats[i]});
	}
	return err;
}

int cardea_rights_change_seat(struct cardea_tx *tx, const struct cardea_room_row *room,
                              const struct cardea_session_row *session,
                              struct cardea_seat_row *seat, const struct cardea_permissions *to,
                              const char *by, struct cardea_effects *effects)
{
	const struct cardea_standing at = {room, session, seat};
	const struct cardea_seat_row before = *seat;
	struct cardea_seat_grant grant;
	int err = cardea_grant_locks_for(to->has_role ? to->role : seat->role,
	                                 to->locks.set & to->locks.on);

	apply(seat, to);
	if (err || !is_changed(&before, seat)) {
		return err;
	}
	err = log_seat(tx, seat, by);
	if (!err) {
		err = cardea_store_seat_update(tx, seat);
	}
	if (!err && seat->role == CARDEA_ROLE_HOST && before.role != CARDEA_ROLE_HOST) {
		err = become_host(tx, room, seat, by);
	}
	grant = cardea_rights_grant(&at);
	cardea_effect_grant(effects, room, &grant);
	tell_locks(effects, &at);
	return err;
}

/* ---- a meeting ---- */

int cardea_rights_change_defaults(struct cardea_tx *tx, const struct cardea_room_row *room,
                                  struct cardea_session_row *session,
                                  const struct cardea_tenant_row *tenant,
                                  const struct cardea_lock_changes *locks, const char *by,
                                  struct cardea_effects *effects)
{
	struct cardea_locks *defaults = &session->policy.locks;
	struct cardea_locks before = *defaults;
	const struct cardea_event_data data = {.by = by, .locks = defaults};
	struct cardea_media_policy policy;
	int err;

	*defaults = cardea_locks_change(before, locks);
	if (is_same(*defaults, before)) {
		return 0;
	}
	err = cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_PERMISSIONS, &data,
	                          &session->rights_event);
	policy = cardea_rights_policy(room, session, tenant);
	cardea_effect_policy(effects, room, &policy);
	if (!err) {
		err = cardea_store_session_update(tx, session);
	}
	return err ? err : tell_locks_to_all(tx, effects, room, session);
}

int cardea_rights_change_all(struct cardea_tx *tx, const struct cardea_room_row *room,
                             struct cardea_session_row *session,
                             const struct cardea_tenant_row *tenant,
                             const struct cardea_lock_changes *locks, const char *by,
                             struct cardea_effects *effects)
{
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err = cardea_rights_change_defaults(tx, room, session, tenant, locks, by, effects);

	if (!err) {
		err = cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_CHANGED, &seats,
		                             &count);
	}
	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];
		/* What it has of its own of these; the rest it takes from the defaults. */
		unsigned own = seat.locks.set & locks->set;
		const struct cardea_permissions to = {.locks = {.set = own, .on = locks->on & own}};

		if (seat.role != CARDEA_ROLE_HOST && (!by || strcmp(seat.id, by) != 0)) {
			err = cardea_rights_change_seat(tx, room, session, &seat, &to, by, effects);
		}
	}
	return err;
}

/* The rights of @seat are others, because those of its meeting are. */
static int renew_seat(struct cardea_tx *tx, const struct cardea_room_row *room,
                      const struct cardea_session_row *session, struct cardea_seat_row *seat,
                      struct cardea_effects *effects)
{
	const struct cardea_standing at = {room, session, seat};
	struct cardea_seat_grant grant;
	int err = log_seat(tx, seat, NULL);

	grant = cardea_rights_grant(&at);
	cardea_effect_grant(effects, room, &grant);
	return err ? err : cardea_store_seat_update(tx, seat);
}

int cardea_rights_change_policy(struct cardea_tx *tx, const struct cardea_room_row *room,
                                struct cardea_session_row *session,
                                const struct cardea_tenant_row *tenant,
                                const struct cardea_session_policy *policy,
                                struct cardea_effects *effects)
{
	const struct cardea_locks locks = session->policy.locks;
	const struct cardea_event_data data = {.locks = &locks};
	const struct cardea_seat_row *seats = NULL;
	struct cardea_media_policy told;
	size_t count = 0;
	int err = cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_PERMISSIONS, &data,
	                              &session->rights_event);

	session->policy = *policy;
	session->policy.locks = locks;
	told = cardea_rights_policy(room, session, tenant);
	cardea_effect_policy(effects, room, &told);
	if (!err) {
		err = cardea_store_session_update(tx, session);
	}
	if (!err) {
		err = cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_ACTIVE, &seats,
		                             &count);
	}
	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];

		if (seat.role != CARDEA_ROLE_HOST) {
			err = renew_seat(tx, room, session, &seat, effects);
		}
	}
	return err;
}
