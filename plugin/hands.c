#include "hands.h"

#include <glib.h>
#include "data.h"

void cardea_hands_set(struct cardea_room *room, char **seats)
{
	g_strfreev(room->hands);
	room->hands = seats;
}

/* Those of the list who are here and can be seen. New array. */
static json_t *online(const struct cardea_room *room)
{
	json_t *array = json_array();
	for (char **seat = room->hands; seat && *seat; seat++) {
		const struct cardea_participant *participant =
		        g_hash_table_lookup(room->participants, *seat);
		if (participant && !participant->claims.hidden)
			json_array_append_new(array, json_string(*seat));
	}
	return array;
}

void cardea_hands_tell(struct cardea_room *room)
{
	/* Nearly always: nobody has raised a hand, and nobody had. */
	if (!room->hands && json_array_size(room->hands_told) == 0)
		return;
	json_t *now = online(room);
	if (json_equal(now, room->hands_told)) {
		json_decref(now);
		return;
	}
	json_decref(room->hands_told);
	room->hands_told = now;
	struct cardea_receivers receivers;
	struct cardea_session *receiver;
	cardea_receivers_init(&receivers, room);
	while ((receiver = cardea_receivers_next(&receivers)))
		cardea_data_event(receiver, "hands", json_pack("{s:O}", "hands", now));
}

json_t *cardea_hands_told(const struct cardea_room *room)
{
	return json_copy(room->hands_told);
}
