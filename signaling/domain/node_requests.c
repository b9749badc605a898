/* node_requests: what participants ask for through their node. */
#include "domain/node_requests.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/grants.h"
#include "domain/seats.h"
#include "domain/tellings.h"
#include "store/sessions.h"

static int take_message(struct cardea_tx *tx, const struct cardea_room_row *room,
                        const struct cardea_node_event *event, struct cardea_effects *effects)
{
	struct cardea_seat_row from, to;
	struct cardea_event_data data = {.kind = event->kind, .text = event->text, .to = event->to};
	struct cardea_session_row session;
	int err = cardea_seat_find_visible(tx, room, event->seat, &from);

	if (!err) {
		err = cardea_store_session_get(tx, room->tenant, room->session, &session);
	}
	if (!err) {
		err = cardea_grant_send(&(struct cardea_standing){room, &session, &from},
		                        cardea_message_kind_of(event->kind, event->to != NULL));
	}
	if (!err && event->to) {
		err = cardea_seat_find_visible(tx, room, event->to, &to);
	}
	if (err) {
		return err;
	}
	data.name = from.display_name;
	return cardea_seat_tell(tx, room, &from, CARDEA_EVENT_MESSAGE_SENT, &data, effects);
}

static int set_hand(struct cardea_tx *tx, const struct cardea_room_row *room,
                    struct cardea_seat_row *seat, bool is_raised, const char *by,
                    struct cardea_effects *effects)
{
	struct cardea_telling telling;
	int err;

	if (is_raised == (seat->hand > 0)) {
		return 0;
	}
	err = cardea_seat_hand(tx, seat, is_raised, by);
	if (!err) {
		err = cardea_telling_hands(tx, room, &telling);
	}
	if (!err) {
		cardea_effect_tell(effects, &telling);
	}
	return err;
}

static int take_hand(struct cardea_tx *tx, const struct cardea_room_row *room,
                     const struct cardea_node_event *event, struct cardea_effects *effects)
{
	struct cardea_seat_row seat;
	int err = cardea_seat_find_visible(tx, room, event->seat, &seat);

	return err ? err : set_hand(tx, room, &seat, event->is_raised, NULL, effects);
}

static int remove_seat(struct cardea_tx *tx, const struct cardea_room_row *room,
                       struct cardea_seat_row *seat, const char *by, struct cardea_effects *effects)
{
	struct cardea_session_row session;
	int err = cardea_store_session_get(tx, room->tenant, room->session, &session);

	CARDEA_REFUSE_IF(FORBIDDEN, !err && !session.kick_available);
	if (!err) {
		err = cardea_seat_kick(tx, &session, seat, &(struct cardea_seat_removal){.by = by});
	}
	if (!err) {
		cardea_effect_revoke(effects, room, seat, "host", NULL);
	}
	return err;
}

static int take_moderation(struct cardea_tx *tx, const struct cardea_room_row *room,
                           const struct cardea_node_event *event, struct cardea_effects *effects)
{
	const struct cardea_event_data muted = {.kind = event->kind, .by = event->seat};
	struct cardea_seat_row host, target;
	int err = cardea_seat_find_visible(tx, room, event->seat, &host);

	if (!err) {
		err = cardea_seat_find_visible(tx, room, event->target, &target);
	}
	if (!err) {
		err = cardea_grant_moderate(&host, &target, event->action);
	}
	if (err) {
		return err;
	}
	switch (event->action) {
	case CARDEA_MODERATE_MUTE:
		return cardea_seat_tell(tx, room, &target, CARDEA_EVENT_PARTICIPANT_MUTED, &muted, effects);
	case CARDEA_MODERATE_LOWER_HAND:
		return set_hand(tx, room, &target, false, event->seat, effects);
	case CARDEA_MODERATE_REMOVE:
		return remove_seat(tx, room, &target, event->seat, effects);
	default:
		return CARDEA_E_UNSUPPORTED;
	}
}

static bool is_refusal(int err)
{
	return err == CARDEA_E_NOT_FOUND || err == CARDEA_E_FORBIDDEN || err == CARDEA_E_HOST_REQUIRED;
}

int cardea_node_request_take(struct cardea_tx *tx, const struct cardea_room_row *room,
                             const struct cardea_node_event *event, struct cardea_effects *effects)
{
	int err = CARDEA_E_UNSUPPORTED;

	if (event->type == CARDEA_NODE_MESSAGE) {
		err = take_message(tx, room, event, effects);
	} else if (event->type == CARDEA_NODE_HAND) {
		err = take_hand(tx, room, event, effects);
	} else if (event->type == CARDEA_NODE_MODERATE) {
		err = take_moderation(tx, room, event, effects);
	}
	return is_refusal(err) ? 0 : err;
}
