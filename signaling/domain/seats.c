/* seats: the life of a participant. */
#include "domain/seats.h"

#include <string.h>
#include <glib.h>
#include "domain/journal.h"

/* 24 hex digits (spec/model 1). */
#define CLIENT_ID_BYTES 12

int cardea_seat_client_key(enum cardea_client_key_origin origin, const char *key,
                           char out[CARDEA_DIGEST_SIZE])
{
	char *text = g_strconcat(origin == CARDEA_CLIENT_KEY_PAGE ? "page:" : "link:", key, NULL);
	int err = cardea_digest_hex(text, out);

	explicit_bzero(text, strlen(text));
	g_free(text);
	return err;
}

int cardea_seat_add(struct cardea_tx *tx, const struct cardea_room_row *room,
                    const struct cardea_seat_spec *spec, struct cardea_seat_row *out)
{
	int64_t now = cardea_tx_now_ms(tx);
	struct cardea_event_data data = {.name = spec->display_name,
	                                 .role = cardea_role_name(spec->role),
	                                 .is_guest = spec->is_guest};
	int err;

	*out = (struct cardea_seat_row){.display_name = spec->display_name,
	                                .external_user_id = spec->external_user_id,
	                                .metadata = spec->metadata,
	                                .client_key = spec->client_key,
	                                .role = spec->role,
	                                .is_guest = spec->is_guest,
	                                .is_hidden = spec->is_hidden,
	                                .joined_at = now,
	                                .created_at = now,
	                                .leaves_at = spec->leaves_at};
	g_strlcpy(out->tenant, room->tenant, sizeof(out->tenant));
	g_strlcpy(out->room, room->id, sizeof(out->room));
	g_strlcpy(out->session, room->session, sizeof(out->session));
	err = cardea_id_uuid(cardea_tx_random(tx), out->id);
	if (!err) {
		err = cardea_id_hex(cardea_tx_random(tx), out->client_id, CLIENT_ID_BYTES);
	}
	if (!err) {
		err = cardea_journal_seat(tx, out, CARDEA_EVENT_PARTICIPANT_ADDED, &data, &out->ordinal);
	}
	return err ? err : cardea_store_seat_insert(tx, out);
}

int cardea_seat_online(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *connection)
{
	const struct cardea_event_data data = {.connection = connection};
	int err;

	seat->is_online = true;
	seat->connection = connection;
	seat->left_at = 0;
	seat->leaves_at = 0;
	err = cardea_store_seat_update(tx, seat);
	if (err) {
		return err;
	}
	return cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_ONLINE, &data, NULL);
}

static int leave(struct cardea_tx *tx, struct cardea_seat_row *seat, int64_t at)
{
	int err;

	seat->left_at = at;
	seat->leaves_at = 0;
	seat->hand = 0;
	err = cardea_store_seat_update(tx, seat);
	return err ? err : cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_LEFT, NULL, NULL);
}

int cardea_seat_offline(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *reason)
{
	int64_t now = cardea_tx_now_ms(tx);
	const struct cardea_event_data data = {.connection = seat->connection, .reason = reason};
	int err;

	seat->is_online = false;
	seat->leaves_at = seat->left_at ? 0 : now + CARDEA_SEAT_GRACE_MS;
	err = cardea_store_seat_update(tx, seat);
	if (!err) {
		err = cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_OFFLINE, &data, NULL);
	}
	if (!err && !seat->left_at && reason && strcmp(reason, "left") == 0) {
		err = leave(tx, seat, now);
	}
	return err;
}

int cardea_seat_enter(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *node)
{
	const struct cardea_event_data data = {.node = node};
	const char *event =
	        seat->left_at ? CARDEA_EVENT_PARTICIPANT_RETURNED : CARDEA_EVENT_PARTICIPANT_ENTERED;
	int err;

	seat->left_at = 0;
	if (!seat->is_online) {
		seat->leaves_at = cardea_tx_now_ms(tx) + CARDEA_SEAT_ENTER_MS;
	}
	err = cardea_store_seat_update(tx, seat);
	return err ? err : cardea_journal_seat(tx, seat, event, &data, NULL);
}

int cardea_seat_hand(struct cardea_tx *tx, struct cardea_seat_row *seat, bool is_raised,
                     const char *by)
{
	const struct cardea_event_data data = {.by = by};
	const char *type = is_raised ? CARDEA_EVENT_HAND_RAISED : CARDEA_EVENT_HAND_LOWERED;
	int64_t number = 0;
	int err = cardea_journal_seat(tx, seat, type, &data, &number);

	seat->hand = is_raised ? number : 0;
	return err ? err : cardea_store_seat_update(tx, seat);
}

int cardea_seat_remove(struct cardea_tx *tx, struct cardea_seat_row *seat, const char *reason,
                       const char *by)
{
	struct cardea_event_data data = {.reason = reason, .by = by};
	int err;

	seat->gen++;
	seat->is_removed = true;
	seat->leaves_at = 0;
	seat->hand = 0;
	if (!seat->left_at) {
		seat->left_at = cardea_tx_now_ms(tx);
	}
	data.gen = seat->gen;
	err = cardea_store_seat_update(tx, seat);
	if (err) {
		return err;
	}
	return cardea_journal_seat(tx, seat, CARDEA_EVENT_PARTICIPANT_REMOVED, &data, NULL);
}

int cardea_seat_settle(struct cardea_tx *tx, const struct cardea_room_row *room)
{
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err = cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_OVERDUE, &seats,
	                                 &count);

	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];

		err = leave(tx, &seat, seat.leaves_at);
	}
	return err;
}

int cardea_seat_all_offline(struct cardea_tx *tx, const struct cardea_room_row *room,
                            const char *reason)
{
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err =
	        cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_ONLINE, &seats, &count);

	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];

		err = cardea_seat_offline(tx, &seat, reason);
	}
	return err;
}
