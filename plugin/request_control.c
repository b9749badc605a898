/* Requests of gateways on one room: open, close, policy, say, hands, sync, ack. */
#include "request_control.h"

#include "cardea_error.h"
#include "cardea_id.h"
#include "control.h"
#include "core.h"
#include "data.h"
#include "hands.h"
#include "inspect.h"
#include "membership.h"
#include "rights_json.h"
#include "said.h"

static int64_t epoch_of(const struct cardea_request *request)
{
	return cardea_json_integer(request->message, "epoch", 0);
}

int cardea_control_check_epoch(const struct cardea_request *request)
{
	int64_t epoch = epoch_of(request);
	int64_t ours = atomic_load(&request->room->epoch);
	if (epoch < ours)
		return CARDEA_E_EPOCH_STALE;
	return epoch > ours ? CARDEA_E_EPOCH_AHEAD : 0;
}

int cardea_control_check_open(const struct cardea_request *request)
{
	int err = cardea_control_check_epoch(request);
	if (err == 0 && !atomic_load(&request->room->open))
		err = CARDEA_E_ROOM_NOT_OPEN;
	return err;
}

bool cardea_control_is_news(const struct cardea_request *request)
{
	int64_t id = cardea_json_integer(request->message, "id", 0);
	if (id > 0 && id <= atomic_load(&request->room->told))
		return false;
	if (id > 0)
		atomic_store(&request->room->told, id);
	return true;
}

int cardea_control_reply_ok(json_t **reply)
{
	*reply = json_pack("{s:s}", "cardea", "ok");
	return 0;
}

/* ---- open, close, policy ---- */

static int check_min_gen(const json_t *min_gen)
{
	const char *seat;
	json_t *gen;
	json_object_foreach((json_t *)min_gen, seat, gen)
	{
		if (!cardea_id_is_plain(seat, CARDEA_MAX_ID))
			return CARDEA_E_INVALID;
		if (!json_is_integer(gen))
			return CARDEA_E_JSON_TYPE;
	}
	return 0;
}

static const struct cardea_json_field open_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        {"tenant", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"conf_id", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"lease_ms", CARDEA_JSON_INTEGER, false, 0, 24 * 60 * 60 * 1000},
        {"policy", CARDEA_JSON_OBJECT, false, 0, 0},
        {"min_gen", CARDEA_JSON_OBJECT, false, 0, 0},
        {"hands", CARDEA_JSON_ARRAY, false, 0, CARDEA_MAX_ROOM_PARTICIPANTS},
        {"told", CARDEA_JSON_INTEGER, false, 0, INT64_MAX},
        {"grants", CARDEA_JSON_ARRAY, false, 0, CARDEA_MAX_ROOM_PARTICIPANTS},
};

struct seat_grant {
	const char *seat; /* borrowed */
	struct cardea_grant *grant;
};

static void clear_seat_grant(void *data)
{
	struct seat_grant *item = data;
	cardea_grant_free(item->grant);
}

/* Reads all before one is taken over, because a refusal changes nothing. */
static int read_grants(const json_t *array, GArray *out)
{
	size_t i;
	json_t *object;
	json_array_foreach(array, i, object)
	{
		struct seat_grant item = {.seat = cardea_json_string(object, "seat", "")};
		int err = cardea_rights_read_grant(object, &item.grant);
		if (err < 0)
			return err;
		g_array_append_val(out, item);
	}
	return 0;
}

static void take_grants(struct cardea_room *room, GArray *grants)
{
	for (guint i = 0; i < grants->len; i++) {
		struct seat_grant *item = &g_array_index(grants, struct seat_grant, i);
		cardea_room_set_grant(room, item->seat, item->grant);
		item->grant = NULL;
	}
}

static int open_room(struct cardea_request *request, const struct cardea_room_opening *opening,
                     char **hands)
{
	GArray *grants = g_array_new(FALSE, FALSE, sizeof(struct seat_grant));
	g_array_set_clear_func(grants, clear_seat_grant);
	int err = read_grants(json_object_get(request->message, "grants"), grants);
	if (err == 0)
		err = cardea_room_open(request->room, opening);
	if (err == 0) {
		take_grants(request->room, grants);
		if (hands)
			cardea_hands_set(request->room, hands);
	}
	g_array_unref(grants);
	return err;
}

static int open_run(struct cardea_request *request, json_t **reply)
{
	const json_t *message = request->message;
	const json_t *min_gen = json_object_get(message, "min_gen");
	struct cardea_room_opening opening = {
	        .tenant = cardea_json_string(message, "tenant", ""),
	        .conf_id = cardea_json_string(message, "conf_id", ""),
	        .epoch = epoch_of(request),
	        .lease_ms = cardea_json_integer(message, "lease_ms", 0),
	        .min_gen = json_is_object(min_gen) ? min_gen : NULL,
	        .told = cardea_json_integer(message, "told", 0),
	};
	char **hands = NULL;
	if (!cardea_id_is_plain(opening.tenant, CARDEA_MAX_ID) ||
	    !cardea_id_is_plain(opening.conf_id, CARDEA_MAX_ID))
		return CARDEA_E_INVALID;
	int err = cardea_rights_read_policy(json_object_get(message, "policy"), &opening.policy);
	if (err == 0)
		err = check_min_gen(opening.min_gen);
	if (err == 0)
		err = cardea_rights_read_ids(json_object_get(message, "hands"), &hands);
	if (err == 0)
		err = open_room(request, &opening, hands);
	if (err < 0) {
		g_strfreev(hands);
		return err;
	}
	*reply = json_pack("{s:s, s:s, s:I, s:I}", "cardea", "opened", "room", request->room->id,
	                   "epoch", (json_int_t)opening.epoch, "seq",
	                   (json_int_t)cardea_outbox_seq(request->room->outbox));
	return 0;
}

static const struct cardea_json_field close_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        {"reason", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_TEXT},
};

static int close_run(struct cardea_request *request, json_t **reply)
{
	/* A room that was never here is closed already. */
	if (request->room && atomic_load(&request->room->open)) {
		int err = cardea_control_check_epoch(request);
		if (err < 0)
			return err;
		cardea_room_close(request->room, "closed",
		                  cardea_json_string(request->message, "reason", NULL));
	}
	return cardea_control_reply_ok(reply);
}

static const struct cardea_json_field policy_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        {"policy", CARDEA_JSON_OBJECT, true, 0, 0},
};

static int policy_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_policy policy;
	int err = cardea_control_check_open(request);
	if (err == 0)
		err = cardea_rights_read_policy(json_object_get(request->message, "policy"), &policy);
	if (err < 0)
		return err;
	cardea_room_set_policy(request->room, &policy);
	return cardea_control_reply_ok(reply);
}

/* ---- say, hands ---- */

static const struct cardea_json_field say_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        {"to", CARDEA_JSON_ARRAY, false, 0, CARDEA_MAX_ROOM_PARTICIPANTS},
        {"data", CARDEA_JSON_OBJECT, true, 0, 0},
        {"id", CARDEA_JSON_INTEGER, false, 1, INT64_MAX},
};

static void say_to(const struct cardea_participant *participant, json_t *data)
{
	if (participant && participant->handles[CARDEA_RECEIVER])
		cardea_data_event(participant->handles[CARDEA_RECEIVER], "said",
		                  json_pack("{s:O}", "data", data));
}

static int say_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_room *room = request->room;
	json_t *data = json_object_get(request->message, "data");
	json_t *to = json_object_get(request->message, "to");
	int err = cardea_control_check_open(request);
	if (err < 0)
		return err;
	if (!cardea_control_is_news(request))
		return cardea_control_reply_ok(reply);
	to = json_is_array(to) ? to : NULL;
	int64_t id = cardea_json_integer(request->message, "id", 0);
	if (id > 0)
		cardea_said_keep(room, id, data, to);
	if (to) {
		size_t i;
		json_t *seat;
		json_array_foreach(to, i, seat)
		{
			if (json_is_string(seat))
				say_to(g_hash_table_lookup(room->participants, json_string_value(seat)), data);
		}
		return cardea_control_reply_ok(reply);
	}
	GHashTableIter iter;
	void *participant;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &participant))
		say_to(participant, data);
	return cardea_control_reply_ok(reply);
}

static const struct cardea_json_field hands_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        {"hands", CARDEA_JSON_ARRAY, true, 0, CARDEA_MAX_ROOM_PARTICIPANTS},
};

static int hands_run(struct cardea_request *request, json_t **reply)
{
	char **hands = NULL;
	int err = cardea_control_check_open(request);
	if (err == 0)
		err = cardea_rights_read_ids(json_object_get(request->message, "hands"), &hands);
	if (err < 0)
		return err;
	cardea_hands_set(request->room, hands);
	return cardea_control_reply_ok(reply);
}

/* ---- sync, ack ---- */

static const struct cardea_json_field sync_fields[] = {
        CARDEA_ROOM_FIELD,
        {"from", CARDEA_JSON_INTEGER, true, 0, INT64_MAX},
};

static void push_event(json_t *event, void *arg)
{
	struct cardea_session *session = arg;
	cardea_core_push(session->handle, NULL, event, NULL);
}

static int sync_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_room *room = request->room;
	int64_t from = cardea_json_integer(request->message, "from", 0);
	if (cardea_outbox_has(room->outbox, from)) {
		cardea_outbox_replay(room->outbox, from, push_event, request->session);
	} else {
		json_t *snapshot = cardea_control_unkept(
		        room, "snapshot",
		        json_pack("{s:o}", "participants", cardea_membership_snapshot(room)));
		push_event(snapshot, request->session);
		json_decref(snapshot);
	}
	*reply = json_pack("{s:s, s:s, s:I, s:I, s:I}", "cardea", "replayed", "room", room->id, "epoch",
	                   (json_int_t)atomic_load(&room->epoch), "from", (json_int_t)from, "seq",
	                   (json_int_t)cardea_outbox_seq(room->outbox));
	return 0;
}

static const struct cardea_json_field ack_fields[] = {
        CARDEA_ROOM_FIELD,
        {"seq", CARDEA_JSON_INTEGER, true, 0, INT64_MAX},
};

static int ack_run(struct cardea_request *request, json_t **reply)
{
	if (request->room)
		cardea_outbox_ack(request->room->outbox, cardea_json_integer(request->message, "seq", 0));
	return cardea_control_reply_ok(reply);
}

/* ---- inspect ---- */

static const struct cardea_json_field inspect_fields[] = {
        CARDEA_ROOM_FIELD,
};

static int inspect_run(struct cardea_request *request, json_t **reply)
{
	if (!atomic_load(&request->room->open))
		return CARDEA_E_ROOM_NOT_OPEN;
	*reply = cardea_inspect_room(request->room, true);
	json_object_set_new(*reply, "cardea", json_string("inspected"));
	return 0;
}

const struct cardea_request_type cardea_requests_control[] = {
        CARDEA_ON_CONTROL("open", CARDEA_QUEUE_NEW_ROOM, open_fields, open_run),
        CARDEA_ON_CONTROL("close", CARDEA_QUEUE_KNOWN_ROOM, close_fields, close_run),
        CARDEA_ON_CONTROL("policy", CARDEA_QUEUE_NAMED_ROOM, policy_fields, policy_run),
        CARDEA_ON_CONTROL("say", CARDEA_QUEUE_NAMED_ROOM, say_fields, say_run),
        CARDEA_ON_CONTROL("hands", CARDEA_QUEUE_NAMED_ROOM, hands_fields, hands_run),
        CARDEA_ON_CONTROL("sync", CARDEA_QUEUE_NAMED_ROOM, sync_fields, sync_run),
        CARDEA_ON_CONTROL("inspect", CARDEA_QUEUE_NAMED_ROOM, inspect_fields, inspect_run),
        CARDEA_ON_CONTROL("ack", CARDEA_QUEUE_KNOWN_ROOM, ack_fields, ack_run),
        {.name = NULL},
};
