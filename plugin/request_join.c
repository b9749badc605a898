/* Requests of connections: join, leave. */
#include <string.h>
#include "admit.h"
#include "cardea_clock.h"
#include "cardea_error.h"
#include "membership.h"
#include "message.h"
#include "receive.h"
#include "state.h"

static const struct cardea_json_field join_fields[] = {
        {"handle", CARDEA_JSON_STRING, true, 1, 16},     {"token", CARDEA_JSON_STRING, false, 0, 0},
        {"connection", CARDEA_JSON_STRING, false, 0, 0}, {"slots", CARDEA_JSON_OBJECT, false, 0, 0},
        {"data", CARDEA_JSON_BOOLEAN, false, 0, 0},
};

static const struct cardea_json_field slot_fields[] = {
        {"audio", CARDEA_JSON_INTEGER, false, 0, CARDEA_MAX_AUDIO_SLOTS},
        {"video", CARDEA_JSON_INTEGER, false, 0, CARDEA_MAX_VIDEO_SLOTS},
};

/* cardea_handle_kind of the field `handle`, or 0. */
static unsigned wanted_kind(const json_t *message)
{
	const char *name = cardea_json_string(message, "handle", "");
	if (strcmp(name, "publish") == 0)
		return CARDEA_HANDLE_PUBLISH;
	return strcmp(name, "receive") == 0 ? CARDEA_HANDLE_RECEIVE : 0;
}

static int check_join(const json_t *message)
{
	const json_t *slots = json_object_get(message, "slots");
	if (wanted_kind(message) == 0)
		return CARDEA_E_JSON_RANGE;
	if (json_is_object(slots)) {
		int err = cardea_json_check(slots, slot_fields, G_N_ELEMENTS(slot_fields), NULL);
		if (err < 0)
			return err;
	}
	return cardea_admit_connection(cardea_json_string(message, "connection", NULL));
}

/* Back to what it was: another join may follow. */
static void join_abandon(struct cardea_request *request)
{
	cardea_session_set_room(request->session, NULL);
	atomic_store(&request->session->state, CARDEA_STATE_NEW);
}

static int join_prepare(struct cardea_request *request)
{
	int err = check_join(request->message);
	if (err == 0)
		err = cardea_message_verify(request);
	if (err < 0)
		return err;
	request->room = cardea_node_find_room(request->node, request->claims.room);
	if (!request->room)
		return CARDEA_E_ROOM_NOT_OPEN;
	/* Two joins of one handle may be here at once, even for two rooms. */
	int expected = CARDEA_STATE_NEW;
	if (!atomic_compare_exchange_strong(&request->session->state, &expected, CARDEA_STATE_JOINING))
		return CARDEA_E_ALREADY_JOINED;
	atomic_fetch_add(&request->session->joins, 1);
	/* From here on a detach is queued behind us (media.c). */
	cardea_session_set_room(request->session, request->room);
	return 0;
}

static json_t *codecs_to_json(const struct cardea_codec_list *list)
{
	json_t *array = json_array();
	for (unsigned i = 0; i < list->count; i++)
		json_array_append_new(array, json_string(cardea_codec_name(list->codecs[i])));
	return array;
}

static json_t *joined(struct cardea_request *request, unsigned kind)
{
	struct cardea_session *session = request->session;
	struct cardea_participant *participant = session->participant;
	json_t *reply = json_pack("{s:s, s:s, s:s, s:i}", "cardea", "joined", "handle",
	                          cardea_handle_name((enum cardea_handle_kind)kind), "connection",
	                          participant->connection, "seq", 0);
	cardea_state_add(request->room, session, reply);
	cardea_ice_servers_add(cardea_node_ice_servers(request->node), reply,
	                       participant->claims.client_id,
	                       cardea_clock_wall_ms(&cardea_clock_system) / 1000);
	if (kind == CARDEA_HANDLE_RECEIVE)
		json_object_set_new(reply, "slots", cardea_session_slot_counts(session));
	else
		json_object_set_new(reply, "video_codecs", codecs_to_json(&participant->video_codecs));
	/* What the answer says needs no event. */
	session->map_changed = false;
	return reply;
}

static int join_run(struct cardea_request *request, json_t **reply)
{
	const json_t *slots = json_object_get(request->message, "slots");
	unsigned kind = wanted_kind(request->message);
	struct cardea_joining joining = {
	        .kind = (enum cardea_handle_kind)kind,
	        .connection = cardea_json_string(request->message, "connection", ""),
	        .audio_slots =
	                (unsigned)cardea_json_integer(slots, "audio", CARDEA_DEFAULT_AUDIO_SLOTS),
	        .video_slots =
	                (unsigned)cardea_json_integer(slots, "video", CARDEA_DEFAULT_VIDEO_SLOTS),
	        .data = cardea_json_boolean(request->message, "data", false),
	};
	/* The handle went away while the request waited. */
	int err = atomic_load(&request->session->detached) ? CARDEA_E_LEFT : 0;
	if (err == 0)
		err = cardea_membership_join(request->room, request->session, &joining, &request->claims);
	if (err < 0) {
		join_abandon(request);
		return err;
	}
	cardea_room_settle(request->room);
	*reply = joined(request, kind);
	return 0;
}

static void join_after(struct cardea_request *request)
{
	struct cardea_session *session = request->session;
	session->announced = true;
	if (atomic_load(&session->kind) == CARDEA_HANDLE_RECEIVE)
		cardea_receive_offer(session);
}

static int leave_run(struct cardea_request *request, json_t **reply)
{
	cardea_membership_remove(request->room, request->session->participant, "left", NULL,
	                         request->session);
	*reply = json_pack("{s:s}", "cardea", "left");
	return 0;
}

const struct cardea_request_type cardea_requests_join[] = {
        {
                .name = "join",
                .handles = CARDEA_HANDLE_NEW,
                .queue = CARDEA_QUEUE_PREPARED,
                .fields = join_fields,
                .field_count = G_N_ELEMENTS(join_fields),
                .prepare = join_prepare,
                .run = join_run,
                .after = join_after,
                .abandon = join_abandon,
        },
        {
                .name = "leave",
                .handles = CARDEA_HANDLE_PUBLISH | CARDEA_HANDLE_RECEIVE,
                .run = leave_run,
        },
        {.name = NULL},
};
