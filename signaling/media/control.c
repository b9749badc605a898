/*
 * control: the connection: messages to the plugin and its events, the rooms' links, the heartbeat.
 */
#include "media/control_private.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_json.h"
#include "conf/log.h"
#include "media/control_wire.h"
#include "net/loop.h"

#define HEARTBEAT_MS 2000

static const char *const state_names[] = {
        [CARDEA_NODE_CONNECTING] = "connecting",
        [CARDEA_NODE_JANUS_MISSING] = "janus_missing",
        [CARDEA_NODE_PLUGIN_MISSING] = "plugin_missing",
        [CARDEA_NODE_REFUSED] = "refused",
        [CARDEA_NODE_READY] = "ready",
};
static const char *const state_texts[] = {
        [CARDEA_NODE_CONNECTING] = "Janus answers, the control connection is being set up",
        [CARDEA_NODE_JANUS_MISSING] =
                "Janus is not running or not reachable: start it, or read its log",
        [CARDEA_NODE_PLUGIN_MISSING] =
                "Janus runs but has not loaded " CARDEA_PLUGIN_PACKAGE
                ": install the plugin in its plugins folder, or read Janus' log",
        [CARDEA_NODE_REFUSED] = "the plugin refuses this gateway: control secret or version differ",
        [CARDEA_NODE_READY] = "ready",
};

const char *cardea_node_state_name(enum cardea_node_state state)
{
	return state_names[state];
}

const char *cardea_node_state_text(enum cardea_node_state state)
{
	return state_texts[state];
}

void cardea_control_set_state(struct cardea_control *control, enum cardea_node_state state)
{
	if (control->state == state) {
		return;
	}
	control->state = state;
	cardea_log(state == CARDEA_NODE_READY || state == CARDEA_NODE_CONNECTING ? CARDEA_LOG_INFO
	                                                                         : CARDEA_LOG_WARNING,
	           "control", "event=node_state node=%s state=%s text=\"%s\"", control->options.node,
	           state_names[state], state_texts[state]);
	if (control->options.changed) {
		control->options.changed(control->options.arg);
	}
}

/* ---- messages to the plugin ---- */

struct message {
	struct cardea_control *control;
	cardea_link_answer_h answer;
	void *arg;
};

static void message_answered(int err, const json_t *answer, void *arg)
{
	struct message *message = arg;
	const json_t *data = NULL;

	if (err == CARDEA_E_NODE_TIMEOUT || err == CARDEA_E_INVALID) {
		/* It hangs, or has lost our session or handle. */
		cardea_janus_client_drop(message->control->client);
	}
	if (!err) {
		err = cardea_wire_plugin_data(answer, &data);
	}
	message->answer(err, data, message->arg);
	g_free(message);
}

/* struct cardea_room_link_options.send */
int cardea_control_message(void *arg, json_t *body, cardea_link_answer_h answer, void *answer_arg)
{
	struct cardea_control *control = arg;
	struct message *message = g_new0(struct message, 1);
	int err;

	message->control = control;
	message->answer = answer;
	message->arg = answer_arg;
	err = cardea_janus_client_request(
	        control->client, cardea_wire_message(control->session, control->handle, body),
	        CARDEA_JANUS_EVENT, CARDEA_CONTROL_ANSWER_MS, message_answered, message);
	if (err) {
		g_free(message);
	}
	return err;
}

/* ---- rooms ---- */

struct cardea_room_link *cardea_control_link(struct cardea_control *control, const char *room,
                                             int64_t ingested)
{
	struct cardea_room_link_options options = {
	        .loop = control->options.loop,
	        .domain = control->domain,
	        .send = cardea_control_message,
	        .arg = control,
	};
	struct cardea_room_link *link = g_hash_table_lookup(control->links, room);

	if (!link) {
		link = cardea_room_link_new(&options, room, ingested);
		g_hash_table_insert(control->links, g_strdup(room), link);
	}
	return link;
}

void cardea_control_is_ready(struct cardea_control *control)
{
	cardea_timer_start(control->heartbeat, HEARTBEAT_MS);
	cardea_control_set_state(control, CARDEA_NODE_READY);
}

/* ---- the connection ---- */

static void heartbeat_answered(int err, const json_t *data, void *arg)
{
	struct cardea_control *control = arg;

	(void)data;
	if (control->state != CARDEA_NODE_READY || err == CARDEA_E_NO_NODE) {
		return;
	}
	if (err) {
		cardea_janus_client_drop(control->client);
		return;
	}
	cardea_timer_start(control->heartbeat, HEARTBEAT_MS);
}

static void heartbeat(void *arg)
{
	struct cardea_control *control = arg;
	json_t *request = json_pack("{s:s, s:I}", "request", "heartbeat", "clock",
	                            (json_int_t)cardea_clock_wall_ms(control->options.clock));

	if (cardea_control_message(control, request, heartbeat_answered, control)) {
		cardea_janus_client_drop(control->client);
	}
}

static void on_up(void *arg)
{
	struct cardea_control *control = arg;

	cardea_control_set_state(control, CARDEA_NODE_CONNECTING);
	cardea_handshake_start(control);
}

static void on_down(void *arg)
{
	struct cardea_control *control = arg;

	cardea_handshake_forget(control);
	cardea_timer_stop(control->retry);
	cardea_timer_stop(control->heartbeat);
	cardea_control_set_state(control, CARDEA_NODE_JANUS_MISSING);
	g_hash_table_remove_all(control->links);
}

static void on_event(const json_t *message, void *arg)
{
	struct cardea_control *control = arg;
	const json_t *data;

	if (cardea_wire_is_session_end(message, control->session)) {
		cardea_janus_client_drop(control->client);
		return;
	}
	if (control->state != CARDEA_NODE_READY || cardea_wire_plugin_data(message, &data) ||
	    strcmp(cardea_json_string(data, "cardea", ""), "control") != 0) {
		return; /* before READY: `sync` will bring it again */
	}
	if (cardea_json_string(data, "room", NULL)) {
		cardea_room_link_event(
		        cardea_control_link(control, cardea_json_string(data, "room", NULL), 0),
		        (json_t *)data);
	}
}

static const struct cardea_janus_client_callbacks client_callbacks = {
        .up = on_up,
        .down = on_down,
        .event = on_event,
};

/* ---- construction ---- */

static uint64_t session_id(const char *gateway)
{
	g_autofree char *text = g_strconcat("cardea-control/", gateway, NULL);
	uint8_t digest[CARDEA_SHA256_SIZE] = {0};
	uint64_t id = 0;

	cardea_sha256(text, strlen(text), digest);
	memcpy(&id, digest, sizeof(id));
	return (id & ((UINT64_C(1) << 53) - 1)) | 1;
}

int cardea_control_new(const struct cardea_control_options *options, struct cardea_control **out)
{
	struct cardea_janus_client_options client_options = {
	        .loop = options->loop,
	        .path = options->path,
	        .api_secret = options->api_secret,
	};
	struct cardea_control *control = g_new0(struct cardea_control, 1);
	int err;

	control->options = *options;
	control->state = CARDEA_NODE_JANUS_MISSING;
	control->session = session_id(options->gateway);
	control->links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	                                       (GDestroyNotify)cardea_room_link_close);
	control->retry = cardea_timer_new(options->loop, cardea_handshake_start, control);
	control->heartbeat = cardea_timer_new(options->loop, heartbeat, control);
	err = cardea_janus_client_new(&client_options, &client_callbacks, control, &control->client);
	if (err) {
		cardea_control_free(control);
		return err;
	}
	*out = control;
	return 0;
}

void cardea_control_start(struct cardea_control *control, struct cardea_domain *domain)
{
	control->domain = domain;
	cardea_janus_client_start(control->client);
}

enum cardea_node_state cardea_control_state(const struct cardea_control *control)
{
	return control->state;
}

unsigned cardea_control_loops(const struct cardea_control *control)
{
	return control->loops;
}

const char *cardea_control_boot(const struct cardea_control *control)
{
	return control->state == CARDEA_NODE_READY ? control->boot : NULL;
}

static void request_room(struct cardea_control *control, const char *room, int64_t ingested,
                         json_t *request, int64_t deadline_ms, void (*done)(int err, void *arg),
                         void *arg)
{
	if (control->state != CARDEA_NODE_READY) {
		json_decref(request);
		done(CARDEA_E_NO_NODE, arg);
		return;
	}
	cardea_room_link_request(cardea_control_link(control, room, ingested), request, deadline_ms,
	                         done, arg);
}

void cardea_control_open(struct cardea_control *control, const struct cardea_placement *placement,
                         int64_t deadline_ms, void (*done)(int err, void *arg), void *arg)
{
	request_room(control, placement->room, placement->ingested, cardea_wire_open(placement),
	             deadline_ms, done, arg);
}

void cardea_control_move(struct cardea_control *control, const struct cardea_move *move,
                         void (*done)(int err, void *arg), void *arg)
{
	request_room(control, move->at.room, 0, cardea_wire_move(move), CARDEA_CONTROL_ANSWER_MS, done,
	             arg);
}

static void nothing_done(int err, void *arg)
{
	(void)err;
	(void)arg;
}

void cardea_control_revoke(struct cardea_control *control,
                           const struct cardea_revocation *revocation)
{
	request_room(control, revocation->room, 0, cardea_wire_revoke(revocation),
	             CARDEA_CONTROL_ANSWER_MS, nothing_done, NULL);
}

void cardea_control_policy(struct cardea_control *control, const struct cardea_room_at *at,
                           const struct cardea_media_policy *policy)
{
	request_room(control, at->room, 0, cardea_wire_policy(at, policy), CARDEA_CONTROL_ANSWER_MS,
	             nothing_done, NULL);
}

void cardea_control_grant(struct cardea_control *control, const struct cardea_room_at *at,
                          const struct cardea_seat_grant *grant)
{
	request_room(control, at->room, 0, cardea_wire_grant(at, grant), CARDEA_CONTROL_ANSWER_MS,
	             nothing_done, NULL);
}

void cardea_control_close(struct cardea_control *control, const char *room, int64_t epoch)
{
	request_room(control, room, 0, cardea_wire_close(room, epoch), CARDEA_CONTROL_ANSWER_MS,
	             nothing_done, NULL);
}

void cardea_control_tell(struct cardea_control *control, const struct cardea_telling *telling)
{
	request_room(control, telling->room, 0, cardea_wire_telling(telling), CARDEA_CONTROL_ANSWER_MS,
	             nothing_done, NULL);
}

int cardea_control_janus(struct cardea_control *control, json_t *request, int64_t deadline_ms,
                         cardea_janus_answer_h answer, void *arg)
{
	if (!control->client) { /* stopped, but the loop runs on for a moment */
		json_decref(request);
		return CARDEA_E_NO_NODE;
	}
	return cardea_janus_client_request(control->client, request, CARDEA_JANUS_FIRST, deadline_ms,
	                                   answer, arg);
}

void cardea_control_stop(struct cardea_control *control)
{
	cardea_handshake_forget(control);
	control->options.changed = NULL;
	control->state = CARDEA_NODE_JANUS_MISSING;
	cardea_timer_stop(control->retry);
	cardea_timer_stop(control->heartbeat);
	cardea_janus_client_free(control->client);
	control->client = NULL;
	g_hash_table_remove_all(control->links);
}

void cardea_control_free(struct cardea_control *control)
{
	if (!control) {
		return;
	}
	cardea_control_stop(control);
	g_hash_table_destroy(control->links);
	cardea_timer_free(control->retry);
	cardea_timer_free(control->heartbeat);
	json_decref(control->node_rooms);
	g_free(control);
}
