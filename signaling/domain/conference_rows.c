/* conference_rows: a booked session as its calls address it, and how it is shown. */
#include "domain/conference_rows.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/grants.h"
#include "domain/meeting_rows.h"
#include "domain/room_life.h"

int cardea_conference_find(struct cardea_tx *tx, const char *tenant, const char *room_id,
                           struct cardea_conference_rows *out)
{
	int err = cardea_room_find_key(tx, tenant, room_id, &out->room);

	if (err) {
		return err;
	}
	if (!out->room.session[0]) {
		return CARDEA_E_SESSION_OVER;
	}
	return cardea_store_session_get(tx, tenant, out->room.session, &out->session);
}

static struct cardea_conference_person show_person(const struct cardea_conference_rows *rows,
                                                   const struct cardea_seat_row *seat)
{
	const struct cardea_standing standing = {&rows->room, &rows->session, seat};

	return (struct cardea_conference_person){
	        .id = seat->id,
	        .user_id = seat->external_user_id ? seat->external_user_id : "",
	        .name = seat->display_name,
	        .metadata = seat->metadata,
	        .avatar = seat->avatar,
	        .locale = seat->locale,
	        .locks = seat->locks,
	        .is_host = seat->role == CARDEA_ROLE_HOST,
	        .is_hidden = seat->is_hidden,
	        .is_waiting = seat->admission != CARDEA_SEAT_ADMITTED,
	        .is_presenter = strcmp(rows->session.presenter, seat->id) == 0,
	        .can_publish = cardea_grant_rights(&standing).publish != 0,
	        .has_raised_hand = seat->hand > 0,
	        .joined_at = seat->joined_at,
	};
}

static int show_people(struct cardea_tx *tx, const struct cardea_conference_rows *rows,
                       struct cardea_conference *out)
{
	const struct cardea_room_row *room = &rows->room;
	const struct cardea_seat_row *seats = NULL;
	struct cardea_conference_person *people;
	size_t count = 0;
	int err =
	        cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_ONLINE, &seats, &count);

	people = cardea_tx_alloc(tx, count * sizeof(*people));
	for (size_t i = 0; i < count && !err; i++) {
		/* Who was removed a moment ago is not here any more, whatever the node still thinks. */
		if (!seats[i].is_removed && strcmp(seats[i].session, room->session) == 0) {
			people[out->count++] = show_person(rows, &seats[i]);
		}
	}
	out->people = people;
	return err;
}

int cardea_conference_show(struct cardea_tx *tx, const struct cardea_conference_rows *rows,
                           bool with_people, struct cardea_conference *out)
{
	int err;

	*out = (struct cardea_conference){
	        .room_id = cardea_meeting_room_key(&rows->room),
	        .title = rows->room.name ? rows->room.name : "",
	        .sid = rows->session.id,
	        .metadata = rows->session.metadata,
	        .started_at = rows->session.started_at,
	};
	err = cardea_store_seat_count(tx, rows->room.tenant, rows->room.id, &out->joined);
	return err || !with_people ? err : show_people(tx, rows, out);
}
