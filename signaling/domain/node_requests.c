/* node_requests: what participants ask for through their node. */
#include "domain/node_requests.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/grants.h"
#include "domain/journal.h"
#include "domain/seats.h"
#include "domain/tellings.h"
#include "store/sessions.h"

/* A seat of the running session that is in and that others can see. CARDEA_E_NOT_FOUND. */
static int get_visible(struct cardea_tx *tx, const struct cardea_room_row *room, const char *id,
                       struct cardea_seat_row *out)
{
	int err = cardea_store_seat_get(tx, room->tenant, id, out);

	if (!err && (out->is_removed || out->is_hidden || out->admission != CARDEA_SEAT_ADMITTED ||
	             strcmp(out->session, room->session) != 0)) {
		err = CARDEA_E_NOT_FOUND;
	}
	return err;
}

/* Logs an event about @seat that its node is told. */
static int log_and_tell(struct cardea_tx *tx, const struct cardea_room_row *room,
                        const struct cardea_seat_row *seat, const char *type,
                        const struct cardea_event_data *data, struct cardea_node_outcome *out)
{
	struct cardea_event_data about = *data;
	int64_t id = 0;
	int err = cardea_journal_seat(tx, seat, type, data, &id);

	about.participant = cardea_tx_strdup(tx, seat->id);
	out->has_telling =
	        !err && cardea_telling_of(room, id, cardea_tx_now_ms(tx), type, &about, &out->telling);
	return err;
}

static int take_message(struct cardea_tx *tx, const struct cardea_room_row *room,
                        const struct cardea_node_event *event, struct cardea_node_outcome *out)
{
	struct cardea_seat_row from, to;
	struct cardea_event_data data = {.kind = event->kind, .text = event->text, .to = event->to};
	struct cardea_session_row session;
	int err = get_visible(tx, room, event->seat, &from);

	if (!err) {
		err = cardea_store_session_get(tx, room->tenant, room->session, &session);
	}
	if (!err) {
		err = cardea_grant_send(&(struct cardea_standing){room, &session, &from},
		                        cardea_message_kind_of(event->kind, event->to != NULL));
	}
	if (!err && event->to) {
		err = get_visible(tx, room, event->to, &to);
	}
	if (err) {
		return err;
	}
	data.name = from.display_name;
	return log_and_tell(tx, room, &from, CARDEA_EVENT_MESSAGE_SENT, &data, out);
}

static int set_hand(struct cardea_tx *tx, const struct cardea_room_row *room,
                    struct cardea_seat_row *seat, bool is_raised, const char *by,
                    struct cardea_node_outcome *out)
{
	int err;

	if (is_raised == (seat->hand > 0)) {
		return 0;
	}
	err = cardea_seat_hand(tx, seat, is_raised, by);
	out->has_telling = !err;
	return err ? err : cardea_telling_hands(tx, room, &out->telling);
}

static int take_hand(struct cardea_tx *tx, const struct cardea_room_row *room,
                     const struct cardea_node_event *event, struct cardea_node_outcome *out)
{
	struct cardea_seat_row seat;
	int err = get_visible(tx, room, event->seat, &seat);

	return err ? err : set_hand(tx, room, &seat, event->is_raised, NULL, out);
}

static int remove_seat(struct cardea_tx *tx, const struct cardea_room_row *room,
                       struct cardea_seat_row *seat, const char *by,
                       struct cardea_node_outcome *out)
{
	struct cardea_session_row session;
	int err = cardea_store_session_get(tx, room->tenant, room->session, &session);

	CARDEA_REFUSE_IF(FORBIDDEN, !err && !session.kick_available);
	if (!err) {
		err = cardea_seat_kick(tx, &session, seat, by);
	}
	out->has_revocation = !err && cardea_seat_revocation(room, seat, "host", &out->revocation);
	return err;
}

static int take_moderation(struct cardea_tx *tx, const struct cardea_room_row *room,
                           const struct cardea_node_event *event, struct cardea_node_outcome *out)
{
	const struct cardea_event_data muted = {.kind = event->kind, .by = event->seat};
	struct cardea_seat_row host, target;
	int err = get_visible(tx, room, event->seat, &host);

	if (!err) {
		err = get_visible(tx, room, event->target, &target);
	}
	if (!err) {
		err = cardea_grant_moderate(&host, &target, event->action);
	}
	if (err) {
		return err;
	}
	switch (event->action) {
	case CARDEA_MODERATE_MUTE:
		return log_and_tell(tx, room, &target, CARDEA_EVENT_PARTICIPANT_MUTED, &muted, out);
	case CARDEA_MODERATE_LOWER_HAND:
		return set_hand(tx, room, &target, false, event->seat, out);
	case CARDEA_MODERATE_REMOVE:
		return remove_seat(tx, room, &target, event->seat, out);
	default:
		return CARDEA_E_UNSUPPORTED;
	}
}

static bool is_refusal(int err)
{
	return err == CARDEA_E_NOT_FOUND || err == CARDEA_E_FORBIDDEN || err == CARDEA_E_HOST_REQUIRED;
}

int cardea_node_request_take(struct cardea_tx *tx, const struct cardea_room_row *room,
                             const struct cardea_node_event *event, struct cardea_node_outcome *out)
{
	int err = CARDEA_E_UNSUPPORTED;

	if (event->type == CARDEA_NODE_MESSAGE) {
		err = take_message(tx, room, event, out);
	} else if (event->type == CARDEA_NODE_HAND) {
		err = take_hand(tx, room, event, out);
	} else if (event->type == CARDEA_NODE_MODERATE) {
		err = take_moderation(tx, room, event, out);
	}
	return is_refusal(err) ? 0 : err;
}
