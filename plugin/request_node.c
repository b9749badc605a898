/* Requests of gateways on the node: hello, keys, turn, rooms, heartbeat. */
#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_id.h"
#include "control.h"
#include "message.h"

/* The one version of docs/plugin-api.md. */
#define API_VERSION 1
#define MAX_SECRET  512
#define MAX_SERVERS 64
#define MAX_TTL_S   (7 * 24 * 60 * 60)
#define MAX_ROOMS   4096

static json_t *room_summaries(struct cardea_node *node)
{
	json_t *array = json_array();
	GPtrArray *rooms = cardea_node_rooms(node);
	for (unsigned i = 0; i < rooms->len; i++) {
		json_t *summary = cardea_room_summary(g_ptr_array_index(rooms, i));
		if (summary)
			json_array_append_new(array, summary);
	}
	g_ptr_array_unref(rooms);
	return array;
}

/* ---- hello ---- */

static const struct cardea_json_field hello_fields[] = {
        {"secret", CARDEA_JSON_STRING, true, 0, MAX_SECRET},
        {"gateway", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"api", CARDEA_JSON_INTEGER, true, 1, INT32_MAX},
        {"min", CARDEA_JSON_INTEGER, true, 1, INT32_MAX},
        {"clock", CARDEA_JSON_INTEGER, false, 0, 0},
};

static int hello_prepare(struct cardea_request *request)
{
	const json_t *message = request->message;
	if (!cardea_node_secret_matches(request->node, cardea_json_string(message, "secret", "")))
		return CARDEA_E_CONTROL_REFUSED;
	if (cardea_json_integer(message, "min", 0) > API_VERSION ||
	    cardea_json_integer(message, "api", 0) < API_VERSION)
		return CARDEA_E_VERSION;
	return 0;
}

/* The handle becomes a control handle, unless a join came first. */
static int become_control(struct cardea_control *control, struct cardea_session *session)
{
	int expected = CARDEA_STATE_NEW;
	if (atomic_load(&session->kind) == CARDEA_HANDLE_CONTROL)
		return 0;
	if (!atomic_compare_exchange_strong(&session->state, &expected, CARDEA_STATE_JOINED))
		return CARDEA_E_WRONG_HANDLE;
	/* The kind last: with it the handle may send `sync`, and what happens after the replay must
	 * reach it. */
	cardea_control_add(control, session);
	if (atomic_load(&session->detached))
		cardea_control_remove(control, session);
	atomic_store(&session->kind, CARDEA_HANDLE_CONTROL);
	return 0;
}

static int hello_run(struct cardea_request *request, json_t **reply)
{
	/* First listen, then tell the numbers: events in between are seen twice at worst. */
	int err = become_control(cardea_node_control(request->node), request->session);
	if (err < 0)
		return err;
	*reply = json_pack("{s:s, s:s, s:s, s:i, s:i, s:I, s:o}", "cardea", "hello", "node",
	                   cardea_node_name(request->node), "boot", cardea_node_boot(request->node),
	                   "api", API_VERSION, "min", API_VERSION, "clock",
	                   (json_int_t)cardea_clock_wall_ms(&cardea_clock_system), "rooms",
	                   room_summaries(request->node));
	return 0;
}

/* ---- keys, turn ---- */

static const struct cardea_json_field keys_fields[] = {
        {"issuer", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"keys", CARDEA_JSON_OBJECT, true, 0, 0},
};

static int keys_run(struct cardea_request *request, json_t **reply)
{
	int err = cardea_keys_replace(cardea_node_keys(request->node),
	                              cardea_json_string(request->message, "issuer", ""),
	                              json_object_get(request->message, "keys"));
	if (err < 0)
		return err;
	*reply = json_pack("{s:s}", "cardea", "ok");
	return 0;
}

static const struct cardea_json_field turn_fields[] = {
        {"stun", CARDEA_JSON_ARRAY, false, 0, MAX_SERVERS},
        {"urls", CARDEA_JSON_ARRAY, false, 0, MAX_SERVERS},
        {"secrets", CARDEA_JSON_ARRAY, false, 0, MAX_SERVERS},
        {"ttl_s", CARDEA_JSON_INTEGER, false, 1, MAX_TTL_S},
};

#define DEFAULT_TTL_S 600

static int turn_run(struct cardea_request *request, json_t **reply)
{
	const json_t *message = request->message;
	int err = cardea_ice_servers_replace(
	        cardea_node_ice_servers(request->node), json_object_get(message, "stun"),
	        json_object_get(message, "urls"), json_object_get(message, "secrets"),
	        cardea_json_integer(message, "ttl_s", DEFAULT_TTL_S));
	if (err < 0)
		return err;
	*reply = json_pack("{s:s}", "cardea", "ok");
	return 0;
}

/* ---- rooms, heartbeat ---- */

static int rooms_run(struct cardea_request *request, json_t **reply)
{
	*reply = json_pack("{s:s, s:o}", "cardea", "ok", "rooms", room_summaries(request->node));
	return 0;
}

static const struct cardea_json_field heartbeat_fields[] = {
        {"clock", CARDEA_JSON_INTEGER, false, 0, 0},
        {"rooms", CARDEA_JSON_ARRAY, false, 0, MAX_ROOMS},
};

static const struct cardea_json_field renewal_fields[] = {
        {"room", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"epoch", CARDEA_JSON_INTEGER, true, 1, INT64_MAX},
};

static int check_renewals(const json_t *array)
{
	size_t i;
	json_t *item;
	json_array_foreach(array, i, item)
	{
		if (!json_is_object(item))
			return CARDEA_E_JSON_TYPE;
		int err = cardea_json_check(item, renewal_fields, G_N_ELEMENTS(renewal_fields), NULL);
		if (err < 0)
			return err;
	}
	return 0;
}

static void renew_listed(struct cardea_node *node, const json_t *array, int64_t now_ms)
{
	size_t i;
	json_t *item;
	json_array_foreach(array, i, item)
	{
		struct cardea_room *room =
		        cardea_node_find_room(node, cardea_json_string(item, "room", ""));
		if (!room)
			continue;
		cardea_room_renew(room, cardea_json_integer(item, "epoch", -1), now_ms);
		cardea_room_put(room);
	}
}

static void renew_all(struct cardea_node *node, int64_t now_ms)
{
	GPtrArray *rooms = cardea_node_rooms(node);
	for (unsigned i = 0; i < rooms->len; i++)
		cardea_room_renew(g_ptr_array_index(rooms, i), 0, now_ms);
	g_ptr_array_unref(rooms);
}

static int heartbeat_run(struct cardea_request *request, json_t **reply)
{
	const json_t *rooms = json_object_get(request->message, "rooms");
	int64_t now_ms = cardea_clock_mono_ms(&cardea_clock_system);
	int err = check_renewals(rooms);
	if (err < 0)
		return err;
	if (json_is_array(rooms))
		renew_listed(request->node, rooms, now_ms);
	else
		renew_all(request->node, now_ms);
	*reply = json_pack("{s:s, s:I}", "cardea", "ok", "clock",
	                   (json_int_t)cardea_clock_wall_ms(&cardea_clock_system));
	return 0;
}

#define ON_NODE(request_name, fields_, run_)                                                       \
	{                                                                                              \
		.name = request_name, .handles = CARDEA_HANDLE_CONTROL, .queue = CARDEA_QUEUE_NODE,        \
		.fields = fields_, .field_count = G_N_ELEMENTS(fields_), .run = run_,                      \
	}

const struct cardea_request_type cardea_requests_node[] = {
        {
                .name = "hello",
                .handles = CARDEA_HANDLE_NEW | CARDEA_HANDLE_CONTROL,
                .queue = CARDEA_QUEUE_NODE,
                .fields = hello_fields,
                .field_count = G_N_ELEMENTS(hello_fields),
                .prepare = hello_prepare,
                .run = hello_run,
        },
        ON_NODE("keys", keys_fields, keys_run),
        ON_NODE("turn", turn_fields, turn_run),
        {
                .name = "rooms",
                .handles = CARDEA_HANDLE_CONTROL,
                .queue = CARDEA_QUEUE_NODE,
                .run = rooms_run,
        },
        ON_NODE("heartbeat", heartbeat_fields, heartbeat_run),
        {.name = NULL},
};
