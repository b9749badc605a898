#include "domain/moderation_acts.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/journal.h"
#include "domain/room_life.h"
#include "domain/seats.h"

const char *cardea_moderating_by(const struct cardea_moderating *at)
{
	return at->who->kind == CARDEA_PRINCIPAL_SEAT ? at->who->seat : NULL;
}

int cardea_moderation_find(struct cardea_tx *tx, const struct cardea_moderating *at,
                           const char *participant, struct cardea_seat_row *out)
{
	g_autofree char *lower = g_ascii_strdown(participant, -1);
	int err = cardea_store_seat_get(tx, at->room->tenant, lower, out);

	if (!err) {
		err = cardea_grant_target(at->who, at->room, out);
	}
	return err == CARDEA_E_NOT_FOUND ? CARDEA_E_PARTICIPANT_UNKNOWN : err;
}

int cardea_moderation_mute(struct cardea_tx *tx, const struct cardea_moderating *at,
                           struct cardea_seat_row *seat, const char *kind, bool muted)
{
	const struct cardea_event_data data = {.kind = kind, .by = cardea_moderating_by(at)};

	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN,
	                 seat->is_removed || seat->admission != CARDEA_SEAT_ADMITTED);
	CARDEA_REFUSE_IF(UNMUTE_CONSENT, !muted && !at->session->policy.force_unmute);
	return cardea_seat_tell(tx, at->room, seat,
	                        muted ? CARDEA_EVENT_PARTICIPANT_MUTED
	                              : CARDEA_EVENT_PARTICIPANT_UNMUTED,
	                        &data, at->effects);
}

int cardea_moderation_permit(struct cardea_tx *tx, const struct cardea_moderating *at,
                             struct cardea_seat_row *seat, const struct cardea_permissions *to)
{
	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN,
	                 seat->is_removed || seat->admission == CARDEA_SEAT_DENIED);
	return cardea_rights_change_seat(tx, at->room, at->session, seat, to, cardea_moderating_by(at),
	                                 at->effects);
}

/* Somebody who was removed before may not come back now. */
static int log_block(struct cardea_tx *tx, const struct cardea_seat_row *seat,
                     const struct cardea_seat_removal *how)
{
	const struct cardea_event_data data = {
	        .reason = "host", .by = how->by, .block = how->block, .gen = seat->gen};

	return cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_REMOVED, &data, NULL);
}

int cardea_moderation_remove(struct cardea_tx *tx, const struct cardea_moderating *at,
                             struct cardea_seat_row *seat, const char *reason,
                             enum cardea_block block)
{
	const char *by = cardea_moderating_by(at);
	struct cardea_seat_removal removal = {.by = by, .text = reason};
	bool is_blocked_now = false;
	int err = cardea_grant_remove(at->who, at->session, seat);

	if (err) {
		return err;
	}
	if (block != CARDEA_BLOCK_NONE) {
		removal.block = block == CARDEA_BLOCK_ROOM ? "room" : "meeting";
		err = cardea_block_add(tx, at->room, seat, block, &is_blocked_now);
	}
	if (err || seat->is_removed) {
		return err || !is_blocked_now ? err : log_block(tx, seat, &removal);
	}
	if (seat->admission == CARDEA_SEAT_WAITING) {
		return cardea_seat_deny(tx, seat, reason, by);
	}
	err = cardea_seat_kick(tx, at->session, seat, &removal);
	cardea_effect_revoke(at->effects, at->room, seat, "host", reason);
	return err;
}

int cardea_moderation_present(struct cardea_tx *tx, const struct cardea_moderating *at,
                              const struct cardea_seat_row *seat)
{
	struct cardea_session_row *session = at->session;
	const char *id = seat ? seat->id : "";
	const struct cardea_event_data nothing = {0};
	int err;

	/* A hidden one never presents (spec/plugnmeet 8). */
	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN, seat && (seat->is_removed || seat->is_hidden ||
	                                               seat->admission != CARDEA_SEAT_ADMITTED));
	if (strcmp(session->presenter, id) == 0) {
		return 0;
	}
	g_strlcpy(session->presenter, id, sizeof(session->presenter));
	err = cardea_store_session_update(tx, session);
	if (err) {
		return err;
	}
	return seat ? cardea_journal_seat(tx, seat, CARDEA_EVENT_ROOM_PRESENTER, NULL, NULL)
	            : cardea_journal_room(tx, at->room, CARDEA_EVENT_ROOM_PRESENTER, &nothing, NULL);
}

int cardea_moderation_end(struct cardea_tx *tx, const struct cardea_moderating *at,
                          const char *reason)
{
	if (!at->room->session[0]) {
		return 0;
	}
	cardea_effect_close(at->effects, at->room);
	return cardea_room_end(tx, at->room, reason ? reason : "ended");
}
