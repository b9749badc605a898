#include "said.h"

#include <string.h>
#include <glib.h>
#include "cardea_clock.h"

/* Janus' reclaim_session_timeout: who stays away longer has no handle any more. */
#define KEEP_MS    (120 * 1000)
#define KEEP_COUNT 256

struct said {
	int64_t id, at_ms;
	json_t *data, *to; /* references; to NULL: everybody */
};

static void said_free(void *data)
{
	struct said *said = data;
	json_decref(said->data);
	json_decref(said->to);
	g_free(said);
}

static void drop_head(struct cardea_room *room)
{
	said_free(g_queue_pop_head(&room->said));
}

void cardea_said_keep(struct cardea_room *room, int64_t id, json_t *data, json_t *to)
{
	struct said *said = g_new0(struct said, 1);
	said->id = id;
	said->at_ms = cardea_clock_mono_ms(&cardea_clock_system);
	said->data = json_incref(data);
	said->to = json_incref(to);
	g_queue_push_tail(&room->said, said);
	if (g_queue_get_length(&room->said) > KEEP_COUNT)
		drop_head(room);
}

static bool is_for(const struct said *said, const char *seat)
{
	size_t i;
	json_t *item;
	json_array_foreach(said->to, i, item)
	{
		if (g_strcmp0(json_string_value(item), seat) == 0)
			return true;
	}
	return !said->to;
}

json_t *cardea_said_since(const struct cardea_room *room,
                          const struct cardea_participant *participant, int64_t after)
{
	json_t *array = json_array();
	after = MAX(after, participant->told_before);
	for (GList *link = room->said.head; link; link = link->next) {
		const struct said *said = link->data;
		if (said->id > after && is_for(said, cardea_participant_id(participant)))
			json_array_append(array, said->data);
	}
	return array;
}

void cardea_said_prune(struct cardea_room *room, int64_t now_ms)
{
	const struct said *oldest;
	while ((oldest = g_queue_peek_head(&room->said)) && now_ms - oldest->at_ms > KEEP_MS)
		drop_head(room);
}

void cardea_said_clear(struct cardea_room *room)
{
	g_queue_clear_full(&room->said, said_free);
}
