/*
 * handshake: what happens each time the control connection comes up, one step after the other,
 * because Janus handles messages of one handle on several threads and in any order. Any failure
 * starts it again after a pause.
 */
#include "media/control_private.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "conf/log.h"
#include "media/control_wire.h"
#include "net/loop.h"

#define RETRY_MS 2000

/* The domain's answer to a hello, which may come when the handshake, or the control connection, is
 * over: then `control` is NULL. */
struct cardea_hello_wait {
	struct cardea_control *control;
};

/* Sends a request and reads its answer; then comes the next step. `optional`: whatever the answer.
 */
struct cardea_handshake_step {
	const char *name;
	json_t *(*request)(struct cardea_control *control);
	int (*answer)(struct cardea_control *control, const json_t *answer);
	bool to_plugin, optional;
};

static void nothing_done(int err, void *arg)
{
	(void)err;
	(void)arg;
}

static bool is_placed(const char *room, const struct cardea_placement *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].room, room) == 0) {
			return true;
		}
	}
	return false;
}

/* A room the node has and the log does not place there is a ghost: of a placement that moved. */
static void close_ghosts(struct cardea_control *control, const struct cardea_placement *list,
                         size_t count)
{
	for (size_t i = 0; i < json_array_size(control->node_rooms); i++) {
		const json_t *item = json_array_get(control->node_rooms, i);
		const char *room = cardea_json_string(item, "room", "");

		if (room[0] && !is_placed(room, list, count)) {
			cardea_room_link_request(
			        cardea_control_link(control, room, cardea_json_integer(item, "acked", 0)),
			        cardea_wire_close(room, cardea_json_integer(item, "epoch", 1)),
			        CARDEA_CONTROL_ANSWER_MS, nothing_done, NULL);
		}
	}
}

static struct cardea_room_at at_of(const struct cardea_placement *placement)
{
	struct cardea_room_at at = {.epoch = placement->epoch};

	memcpy(at.room, placement->room, sizeof(at.room));
	memcpy(at.node, placement->node, sizeof(at.node));
	return at;
}

/* Before anything new can be told there, the room is told what it has missed. */
static void open_again(struct cardea_control *control, const struct cardea_placement *placement)
{
	struct cardea_room_link *link =
	        cardea_control_link(control, placement->room, placement->ingested);

	const struct cardea_room_at at = at_of(placement);
	struct cardea_placement bare = *placement;

	/* One by one: of a full room they are more than a message may hold. */
	bare.grant_count = 0;
	cardea_room_link_request(link, cardea_wire_open(&bare), CARDEA_CONTROL_ANSWER_MS, nothing_done,
	                         NULL);
	for (size_t i = 0; i < placement->grant_count; i++) {
		cardea_room_link_request(link, cardea_wire_grant(&at, &placement->grants[i]),
		                         CARDEA_CONTROL_ANSWER_MS, nothing_done, NULL);
	}
	for (size_t i = 0; i < placement->missed_count; i++) {
		cardea_room_link_request(link, cardea_wire_telling(&placement->missed[i]),
		                         CARDEA_CONTROL_ANSWER_MS, nothing_done, NULL);
	}
}

static void handshake_failed(struct cardea_control *control, enum cardea_node_state state);

void cardea_handshake_forget(struct cardea_control *control)
{
	if (control->hello_wait) {
		control->hello_wait->control = NULL;
		control->hello_wait = NULL;
	}
}

static void placements_read(int err, const struct cardea_placement *list, size_t count, void *arg)
{
	struct cardea_hello_wait *wait = arg;
	struct cardea_control *control = wait->control;

	g_free(wait);
	if (!control) {
		return;
	}
	control->hello_wait = NULL;
	if (err) {
		cardea_log(CARDEA_LOG_ERROR, "control", "event=hello_failed node=%s error=%s",
		           control->options.node, cardea_error_code(err));
		handshake_failed(control, CARDEA_NODE_CONNECTING);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		open_again(control, &list[i]);
	}
	close_ghosts(control, list, count);
	cardea_control_is_ready(control);
}

/* ---- the steps ---- */

static json_t *ask_info(struct cardea_control *control)
{
	(void)control;
	return json_pack("{s:s}", "janus", "info");
}

static int read_info(struct cardea_control *control, const json_t *answer)
{
	const json_t *plugins = json_object_get(answer, "plugins");

	control->loops = cardea_json_boolean(answer, "loop-indication", false)
	                         ? (unsigned)cardea_json_integer(answer, "static-event-loops", 0)
	                         : 0;
	return json_object_get(plugins, CARDEA_PLUGIN_PACKAGE) ? 0 : CARDEA_E_NOT_FOUND;
}

/* The session that an earlier connection or life of this gateway left behind: Janus would keep it
 * for reclaim_session_timeout. It has our id because that is derived from the gateway's name. */
static json_t *ask_destroy(struct cardea_control *control)
{
	return json_pack("{s:s, s:I}", "janus", "destroy", "session_id", (json_int_t)control->session);
}

static json_t *ask_create(struct cardea_control *control)
{
	return json_pack("{s:s, s:I}", "janus", "create", "id", (json_int_t)control->session);
}

static json_t *ask_attach(struct cardea_control *control)
{
	return json_pack("{s:s, s:I, s:s}", "janus", "attach", "session_id",
	                 (json_int_t)control->session, "plugin", CARDEA_PLUGIN_PACKAGE);
}

static int read_attach(struct cardea_control *control, const json_t *answer)
{
	json_int_t handle = json_integer_value(json_object_get(json_object_get(answer, "data"), "id"));

	control->handle = (uint64_t)handle;
	return handle > 0 ? 0 : CARDEA_E_INVALID;
}

static json_t *ask_hello(struct cardea_control *control)
{
	const struct cardea_control_options *options = &control->options;

	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:I}", "request", "hello", "secret",
	                 options->control_secret, "gateway", options->gateway, "api",
	                 CARDEA_CONTROL_VERSION, "min", CARDEA_CONTROL_VERSION, "clock",
	                 (json_int_t)cardea_clock_wall_ms(options->clock));
}

static int read_hello(struct cardea_control *control, const json_t *data)
{
	const char *node = cardea_json_string(data, "node", "");
	const char *boot = cardea_json_string(data, "boot", "");

	if (strcmp(node, control->options.node) != 0 || !cardea_id_is_uuid(boot)) {
		cardea_log(CARDEA_LOG_ERROR, "control", "event=other_node expected=%s",
		           control->options.node);
		return CARDEA_E_CONTROL_REFUSED;
	}
	g_strlcpy(control->boot, boot, sizeof(control->boot));
	json_decref(control->node_rooms);
	control->node_rooms = json_copy(json_object_get(data, "rooms"));
	return 0;
}

static json_t *ask_keys(struct cardea_control *control)
{
	return json_pack("{s:s, s:s, s:o}", "request", "keys", "issuer", control->options.issuer,
	                 "keys", cardea_jwks_to_json(control->options.join_keys));
}

static json_t *ask_turn(struct cardea_control *control)
{
	return cardea_ice_control(control->options.ice);
}

static const struct cardea_handshake_step steps[] = {
        {"info", ask_info, read_info, false, false},
        {"destroy", ask_destroy, NULL, false, true},
        {"create", ask_create, NULL, false, false},
        {"attach", ask_attach, read_attach, false, false},
        {"hello", ask_hello, read_hello, true, false},
        {"keys", ask_keys, NULL, true, false},
        {"turn", ask_turn, NULL, true, false},
        {NULL, NULL, NULL, false, false},
};

static void run_step(struct cardea_control *control);

/* What the operator has to be told if a step fails. */
static enum cardea_node_state failure_state(int err)
{
	switch (err) {
	case CARDEA_E_NOT_FOUND:
		return CARDEA_NODE_PLUGIN_MISSING;
	case CARDEA_E_CONTROL_REFUSED:
	case CARDEA_E_VERSION:
		return CARDEA_NODE_REFUSED;
	default:
		return CARDEA_NODE_CONNECTING;
	}
}

static void step_answered(struct cardea_control *control, int err, const json_t *answer)
{
	const struct cardea_handshake_step *step = control->step;

	if (!err && step->answer) {
		err = step->answer(control, answer);
	}
	if (err && !step->optional) {
		cardea_log(CARDEA_LOG_WARNING, "control", "event=handshake_failed node=%s step=%s error=%s",
		           control->options.node, step->name, cardea_error_code(err));
		handshake_failed(control, failure_state(err));
		return;
	}
	control->step++;
	run_step(control);
}

static void janus_step_answered(int err, const json_t *answer, void *arg)
{
	if (err != CARDEA_E_NO_NODE) { /* else `down` follows */
		step_answered(arg, err, answer);
	}
}

static void read_placements(struct cardea_control *control)
{
	struct cardea_hello_wait *wait = g_new0(struct cardea_hello_wait, 1);
	size_t count = json_array_size(control->node_rooms);
	g_autofree struct cardea_node_room *rooms = g_new0(struct cardea_node_room, count);

	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(control->node_rooms, i);

		rooms[i].room = cardea_json_string(item, "room", "");
		rooms[i].told = cardea_json_integer(item, "told", 0);
	}
	wait->control = control;
	if (cardea_domain_node_hello(control->domain, control->options.node, control->boot, rooms,
	                             count, placements_read, wait)) {
		g_free(wait);
		handshake_failed(control, CARDEA_NODE_CONNECTING);
		return;
	}
	control->hello_wait = wait;
}

static void run_step(struct cardea_control *control)
{
	const struct cardea_handshake_step *step = control->step;
	json_t *request;
	int err;

	if (!step->name) {
		read_placements(control);
		return;
	}
	request = step->request(control);
	if (step->to_plugin) {
		err = cardea_control_message(control, request, janus_step_answered, control);
	} else {
		err = cardea_janus_client_request(control->client, request, CARDEA_JANUS_FIRST,
		                                  CARDEA_CONTROL_ANSWER_MS, janus_step_answered, control);
	}
	if (err && err != CARDEA_E_NO_NODE) {
		handshake_failed(control, CARDEA_NODE_CONNECTING);
	}
}

void cardea_handshake_start(void *arg)
{
	struct cardea_control *control = arg;

	if (!cardea_janus_client_is_up(control->client)) {
		return;
	}
	control->step = steps;
	run_step(control);
}

static void handshake_failed(struct cardea_control *control, enum cardea_node_state state)
{
	cardea_control_set_state(control, state);
	cardea_timer_start(control->retry, RETRY_MS);
}
