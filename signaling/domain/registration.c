/* registration: how people get into the list of a meeting. */
#include "domain/registration.h"

#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/blocks.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/secrets.h"

struct cardea_meeting_person cardea_registration_person(struct cardea_op *op,
                                                        const struct cardea_meeting_person *person)
{
	return (struct cardea_meeting_person){
	        .id = cardea_op_filled(op, person->id),
	        .name = cardea_op_strdup(op, person->name),
	        .avatar = cardea_op_filled(op, person->avatar),
	        .locale = cardea_op_filled(op, person->locale),
	};
}

/* ---- a user ---- */

/* How a guest comes in (spec/meetings 12.1). */
static enum cardea_seat_admission admission_of(const struct cardea_session_row *session,
                                               bool is_guest)
{
	return is_guest && (!session->begun_at || session->waiting_room) ? CARDEA_SEAT_WAITING
	                                                                 : CARDEA_SEAT_ADMITTED;
}

static int issue_key(const struct cardea_domain *domain, struct cardea_tx *tx,
                     struct cardea_seat_row *seat)
{
	const struct cardea_secret_place place = {"participants", seat->id, "access_key"};

	return cardea_secret_issue(domain->options.keys.seal, tx, seat->tenant,
	                           CARDEA_CREDENTIAL_ACCESS_KEY, &place, &seat->access_key);
}

static bool is_same(const char *a, const char *b)
{
	return g_strcmp0(a, b) == 0;
}

/* A user of the meeting, also one who is no host any more; but no guest who has become one, and
 * nobody who came by another dialect as a participant. */
static bool is_regular(const struct cardea_seat_row *seat)
{
	return !seat->is_guest && (seat->role == CARDEA_ROLE_HOST || seat->access_key.data);
}

/* Somebody who is registered gets the same credentials; what is new of name and picture is taken
 * over. */
static int register_again(const struct cardea_domain *domain, struct cardea_tx *tx,
                          const struct cardea_meeting_person *user, bool is_guest,
                          struct cardea_meeting_rows *rows)
{
	struct cardea_seat_row *seat = &rows->seat;
	bool is_changed = !is_same(seat->display_name, user->name) ||
	                  !is_same(seat->avatar, user->avatar) || !is_same(seat->locale, user->locale);
	int err = 0;

	/* Participants of other dialects are neither: a guest link is no way into their seats. */
	CARDEA_REFUSE_IF(USER_LEVEL,
	                 is_guest ? !seat->is_guest || !seat->access_key.data : !is_regular(seat));
	seat->display_name = user->name;
	seat->avatar = user->avatar;
	seat->locale = user->locale;
	if (!seat->access_key.data) {
		err = issue_key(domain, tx, seat);
		is_changed = true;
	}
	if (!err && seat->is_removed) {
		return cardea_seat_return(tx, seat, admission_of(&rows->session, is_guest));
	}
	return err || !is_changed ? err : cardea_store_seat_update(tx, seat);
}

static int register_new(const struct cardea_domain *domain, struct cardea_tx *tx,
                        const struct cardea_meeting_person *user, bool is_guest,
                        struct cardea_meeting_rows *rows)
{
	const struct cardea_seat_spec spec = {
	        .display_name = user->name,
	        .external_user_id = user->id,
	        .avatar = user->avatar,
	        .locale = user->locale,
	        .key_seal = domain->options.keys.seal,
	        .role = is_guest ? CARDEA_ROLE_PARTICIPANT : CARDEA_ROLE_HOST,
	        .admission = admission_of(&rows->session, is_guest),
	        .is_guest = is_guest,
	        .is_outside = true,
	};

	return cardea_seat_add(tx, &rows->room, &spec, &rows->seat);
}

/*
 * By the user's own id, or by one that we made for who gave none. Everybody in the meeting sees
 * those, so only the holder of the API key comes back by one; a guest has his access key for that.
 */
static int find_registered(struct cardea_tx *tx, const char *id, bool is_guest,
                           struct cardea_meeting_rows *rows)
{
	int err = cardea_store_seat_by_registration(tx, rows->room.tenant, rows->session.id, id,
	                                            &rows->seat);

	if (err != CARDEA_E_NOT_FOUND) {
		return err;
	}
	err = cardea_store_seat_by_client_id(tx, rows->room.tenant, rows->session.id, id, &rows->seat);
	CARDEA_REFUSE_IF(USER_LEVEL, !err && is_guest);
	return err;
}

int cardea_registration_add(const struct cardea_domain *domain, struct cardea_tx *tx,
                            const struct cardea_meeting_person *user, bool is_guest,
                            struct cardea_meeting_rows *rows)
{
	struct cardea_block_person person = {.user = user->id, .is_guest = is_guest};
	int err = CARDEA_E_NOT_FOUND, blocked;

	if (user->id && !rows->is_new) {
		err = find_registered(tx, user->id, is_guest, rows);
	}
	if (!err) {
		person = cardea_block_person_of(&rows->seat);
	}
	blocked = cardea_block_check(tx, &rows->room, &person);
	if (blocked) {
		return blocked;
	}
	if (err == CARDEA_E_NOT_FOUND) {
		return register_new(domain, tx, user, is_guest, rows);
	}
	return err ? err : register_again(domain, tx, user, is_guest, rows);
}

/* ---- the meeting ---- */

static int make_room(const struct cardea_domain *domain, struct cardea_tx *tx,
                     const struct cardea_meeting_start *start,
                     const struct cardea_session_spec *session, struct cardea_meeting_rows *rows)
{
	struct cardea_room_spec spec = {.key = start->room,
	                                .name = start->room_name,
	                                .config = CARDEA_ROOM_CONFIG_ABSENT,
	                                .session = *session};
	char key[CARDEA_OBJECT_ID_SIZE];

	if (!spec.key) {
		int err = cardea_id_object_id(cardea_tx_random(tx), cardea_tx_now_ms(tx), key);

		if (err) {
			return err;
		}
		spec.key = cardea_tx_strdup(tx, key);
	}
	return cardea_room_make(tx, domain->options.keys.seal, &rows->tenant, &spec, &rows->room,
	                        &rows->session);
}

int cardea_registration_open(const struct cardea_domain *domain, struct cardea_tx *tx,
                             const struct cardea_meeting_start *start,
                             struct cardea_meeting_rows *rows)
{
	const struct cardea_session_spec spec = {
	        .empty_timeout_ms = domain->options.meeting_empty_timeout_ms,
	        .has_guest_token = start->has_guest_token,
	        .waiting_room = start->waiting_room,
	        .kick_available = start->kick_available,
	        .lock_available = start->lock_available,
	        .options = start->options,
	};
	struct cardea_room_row *room = &rows->room;
	int err = CARDEA_E_ROOM_UNKNOWN;

	if (start->room) {
		err = cardea_room_find_key(tx, rows->tenant.id, start->room, room);
	}
	rows->is_new = err == CARDEA_E_ROOM_UNKNOWN || (!err && !room->session[0]);
	if (err == CARDEA_E_ROOM_UNKNOWN) {
		return make_room(domain, tx, start, &spec, rows);
	}
	if (err) {
		return err;
	}
	if (room->session[0]) {
		return cardea_store_session_get(tx, room->tenant, room->session, &rows->session);
	}
	if (start->room_name) {
		room->name = start->room_name;
	}
	return cardea_room_open(tx, domain->options.keys.seal, &rows->tenant, &spec, room,
	                        &rows->session);
}
