#include "domain/room_lock.h"

#include "domain/grants.h"
#include "domain/journal.h"
#include "domain/seats.h"

/* Who has a join token but has not come yet would still get in: from now on it is dead. */
static int shut_out(struct cardea_tx *tx, const struct cardea_room_row *room,
                    struct cardea_effects *effects)
{
	const struct cardea_seat_row *seats = NULL;
	size_t count = 0;
	int err =
	        cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_ACTIVE, &seats, &count);

	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_seat_row seat = seats[i];

		if (cardea_grant_lock_needs_presence(&seat) && !seat.is_present) {
			err = cardea_seat_shut_out(tx, &seat);
			cardea_effect_revoke(effects, room, &seat, "locked", NULL);
		}
	}
	return err;
}

static int set_locked(struct cardea_tx *tx, struct cardea_room_row *room, bool is_locked)
{
	room->is_locked = is_locked;
	room->updated_at = cardea_tx_now_ms(tx);
	return cardea_store_room_update(tx, room);
}

int cardea_room_lock(struct cardea_tx *tx, struct cardea_room_row *room, const char *by,
                     struct cardea_effects *effects)
{
	const struct cardea_event_data data = {.by = by};
	int err;

	if (room->is_locked) {
		return 0;
	}
	err = set_locked(tx, room, true);
	if (!err) {
		err = shut_out(tx, room, effects);
	}
	return err ? err : cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_LOCKED, &data, NULL);
}

int cardea_room_unlock(struct cardea_tx *tx, struct cardea_room_row *room, const char *by)
{
	const struct cardea_event_data data = {.by = by};
	int err;

	if (!room->is_locked) {
		return 0;
	}
	err = set_locked(tx, room, false);
	return err ? err : cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_UNLOCKED, &data, NULL);
}
