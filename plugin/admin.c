#include "admin.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "inspect.h"
#include "membership.h"
#include "message.h"
#include "room.h"

/* A request on its way to a room's thread. */
struct admin_job {
	struct cardea_room *room;
	const json_t *message;
	json_t *result; /* new object, or NULL */
	int err;
	struct cardea_stats *stats;
};

static void list_job(void *arg)
{
	struct admin_job *job = arg;
	if (atomic_load(&job->room->open))
		job->result = cardea_inspect_room(job->room, false);
}

static void inspect_job(void *arg)
{
	struct admin_job *job = arg;
	if (atomic_load(&job->room->open))
		job->result = cardea_inspect_room(job->room, true);
	else
		job->err = CARDEA_E_ROOM_NOT_OPEN;
}

static void kick_job(void *arg)
{
	struct admin_job *job = arg;
	const char *seat = cardea_json_string(job->message, "participant", "");
	struct cardea_participant *participant = g_hash_table_lookup(job->room->participants, seat);
	if (!participant) {
		job->err = CARDEA_E_NOT_FOUND;
		return;
	}
	int64_t min_gen = participant->claims.gen + 1;
	cardea_membership_remove(job->room, participant, "revoked",
	                         cardea_json_string(job->message, "reason", NULL), NULL);
	cardea_room_raise_gen(job->room, seat, min_gen);
	cardea_room_settle(job->room);
	job->result = json_pack("{s:s}", "cardea", "ok");
}

static void stats_job(void *arg)
{
	struct admin_job *job = arg;
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, job->room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct cardea_session *publisher =
		        ((struct cardea_participant *)value)->handles[CARDEA_PUBLISHER];
		for (unsigned i = 0; publisher && i < CARDEA_SOURCE_KINDS; i++)
			cardea_stats_fold(job->stats, &publisher->sources[i]);
	}
}

static int list(struct cardea_node *node, const json_t *message, json_t **reply)
{
	(void)message;
	json_t *array = json_array();
	GPtrArray *rooms = cardea_node_rooms(node);
	for (unsigned i = 0; i < rooms->len; i++) {
		struct admin_job job = {.room = g_ptr_array_index(rooms, i)};
		if (cardea_queue_call(job.room->queue, list_job, &job) && job.result)
			json_array_append_new(array, job.result);
	}
	g_ptr_array_unref(rooms);
	*reply = json_pack("{s:s, s:s, s:s, s:o}", "cardea", "ok", "node", cardea_node_name(node),
	                   "boot", cardea_node_boot(node), "rooms", array);
	return 0;
}

static int stats(struct cardea_node *node, const json_t *message, json_t **reply)
{
	(void)message;
	/* Of what is gone, to which the living are added. */
	struct cardea_stats *total = cardea_stats_copy(cardea_node_stats(node));
	GPtrArray *rooms = cardea_node_rooms(node);
	for (unsigned i = 0; i < rooms->len; i++) {
		struct admin_job job = {.room = g_ptr_array_index(rooms, i), .stats = total};
		cardea_queue_call(job.room->queue, stats_job, &job);
	}
	g_ptr_array_unref(rooms);
	*reply = json_pack("{s:s, s:s, s:s, s:o}", "cardea", "ok", "node", cardea_node_name(node),
	                   "boot", cardea_node_boot(node), "stats", cardea_stats_to_json(total));
	cardea_stats_put(total);
	return 0;
}

/* Runs @job on the thread of the room that @message names. */
static int on_room(struct cardea_node *node, const json_t *message, cardea_job_h run,
                   json_t **reply)
{
	struct admin_job job = {.message = message};
	job.room = cardea_node_find_room(node, cardea_json_string(message, "room", ""));
	if (!job.room)
		return CARDEA_E_ROOM_NOT_OPEN;
	if (!cardea_queue_call(job.room->queue, run, &job))
		job.err = CARDEA_E_QUEUE_FULL;
	cardea_room_put(job.room);
	*reply = job.result;
	return job.err;
}

static int inspect(struct cardea_node *node, const json_t *message, json_t **reply)
{
	int err = on_room(node, message, inspect_job, reply);
	if (err == 0)
		json_object_set_new(*reply, "cardea", json_string("ok"));
	return err;
}

static int kick(struct cardea_node *node, const json_t *message, json_t **reply)
{
	return on_room(node, message, kick_job, reply);
}

static const struct cardea_json_field room_fields[] = {
        {"room", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
};

static const struct cardea_json_field kick_fields[] = {
        {"room", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"participant", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"reason", CARDEA_JSON_STRING, false, 0, 1024},
};

static const struct {
	const char *name;
	const struct cardea_json_field *fields;
	size_t field_count;
	int (*run)(struct cardea_node *node, const json_t *message, json_t **reply);
} requests[] = {
        {"list", NULL, 0, list},
        {"inspect", room_fields, G_N_ELEMENTS(room_fields), inspect},
        {"kick", kick_fields, G_N_ELEMENTS(kick_fields), kick},
        {"stats", NULL, 0, stats},
};

json_t *cardea_admin_handle(struct cardea_node *node, const json_t *message)
{
	const char *name = json_string_value(json_object_get(message, "request"));
	for (size_t i = 0; name && i < G_N_ELEMENTS(requests); i++) {
		if (strcmp(requests[i].name, name) != 0)
			continue;
		json_t *reply = NULL;
		int err = cardea_json_check(message, requests[i].fields, requests[i].field_count, NULL);
		if (err == 0)
			err = requests[i].run(node, message, &reply);
		return err < 0 ? cardea_message_error(requests[i].name, err) : reply;
	}
	return cardea_message_error(NULL, name ? CARDEA_E_UNKNOWN_REQUEST : CARDEA_E_JSON_MISSING);
}
