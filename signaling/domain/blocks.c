#include "domain/blocks.h"

#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "store/blocks.h"

struct cardea_block_person cardea_block_person_of(const struct cardea_seat_row *seat)
{
	return (struct cardea_block_person){.user = seat->external_user_id,
	                                    .client_key = seat->client_key,
	                                    .seat = seat->id,
	                                    .is_guest = seat->is_guest};
}

struct name {
	const char *form, *value;
};

/* Forms of their own, because user ids are anybody's text. */
static void names_of(const struct cardea_block_person *person, struct name names[3])
{
	names[0] = (struct name){person->is_guest ? "guest:" : "user:", person->user};
	names[1] = (struct name){"client:", person->client_key};
	names[2] = (struct name){"seat:", person->seat};
}

int cardea_block_add(struct cardea_tx *tx, struct cardea_room_row *room,
                     const struct cardea_seat_row *seat, enum cardea_block scope, bool *added)
{
	const struct cardea_block_person person = cardea_block_person_of(seat);
	const char *session = scope == CARDEA_BLOCK_ROOM ? "" : room->session;
	struct name names[3];
	bool is_new = false;
	int err = 0;

	*added = false;
	names_of(&person, names);
	for (size_t i = 0; i < G_N_ELEMENTS(names) && !err; i++) {
		g_autofree char *name = g_strconcat(names[i].form, names[i].value, NULL);

		if (names[i].value) {
			err = cardea_store_block_add(tx, room->tenant, room->id, session, name, &is_new);
			*added |= is_new;
		}
	}
	if (err || room->has_blocks) {
		return err;
	}
	room->has_blocks = true;
	return cardea_store_room_update(tx, room);
}

int cardea_block_find(struct cardea_tx *tx, const struct cardea_room_row *room,
                      const struct cardea_block_person *person, bool *found)
{
	struct name names[3];
	int err = 0;

	*found = false;
	names_of(person, names);
	for (size_t i = 0; i < G_N_ELEMENTS(names) && room->has_blocks && !err && !*found; i++) {
		g_autofree char *name = g_strconcat(names[i].form, names[i].value, NULL);

		if (names[i].value) {
			err = cardea_store_block_find(tx, room->tenant, room->id, room->session, name, found);
		}
	}
	return err;
}

int cardea_block_check(struct cardea_tx *tx, const struct cardea_room_row *room,
                       const struct cardea_block_person *person)
{
	bool is_blocked = false;
	int err = cardea_block_find(tx, room, person, &is_blocked);

	CARDEA_REFUSE_IF(BLOCKED, !err && is_blocked);
	return err;
}
