#include "session/frame_filter.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"

#define PLUGIN          "janus.plugin.cardea"
#define MAX_TRANSACTION 256

/* Janus' numbers (its apierror.h). */
#define JANUS_FORBIDDEN         403
#define JANUS_UNKNOWN_REQUEST   453
#define JANUS_INVALID_JSON      454
#define JANUS_MISSING_ELEMENT   456
#define JANUS_SESSION_NOT_FOUND 458
#define JANUS_INVALID_ELEMENT   467

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_EXTRA    2

static const struct verb {
	const char *name;
	const char *extra[MAX_EXTRA]; /* fields besides janus, transaction, session_id, handle_id */
	bool has_handle;
} verbs[] = {
        [CARDEA_FRAME_CREATE] = {"create", {NULL}, false},
        [CARDEA_FRAME_CLAIM] = {"claim", {NULL}, false},
        [CARDEA_FRAME_ATTACH] = {"attach", {"plugin"}, false},
        [CARDEA_FRAME_MESSAGE] = {"message", {"body", "jsep"}, true},
        [CARDEA_FRAME_TRICKLE] = {"trickle", {"candidate", "candidates"}, true},
        [CARDEA_FRAME_HANGUP] = {"hangup", {"reason"}, true},
        [CARDEA_FRAME_DETACH] = {"detach", {NULL}, true},
        [CARDEA_FRAME_KEEPALIVE] = {"keepalive", {NULL}, false},
        [CARDEA_FRAME_DESTROY] = {"destroy", {NULL}, false},
};

/* The control family of docs/plugin-api.md 5; `sync` is a client's request as well, and the plugin
 * tells the two apart by the kind of handle. */
static const char *const control_requests[] = {
        "hello", "keys",  "turn",   "open", "close", "grant",     "revoke", "mute",
        "move",  "hands", "policy", "say",  "ack",   "heartbeat", "rooms",  "inspect"};

static const struct cardea_json_field envelope_fields[] = {
        {"janus", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"transaction", CARDEA_JSON_STRING, true, 1, MAX_TRANSACTION},
        {"session_id", CARDEA_JSON_INTEGER, false, 1, INT64_MAX},
        {"handle_id", CARDEA_JSON_INTEGER, false, 1, INT64_MAX},
        {"token", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_TOKEN},
};

static int refuse(struct cardea_frame_refusal *refusal, int code, const char *reason)
{
	refusal->code = code;
	refusal->reason = reason;
	return CARDEA_E_INVALID;
}

static int find_verb(const char *name, enum cardea_frame_verb *out)
{
	for (size_t i = 0; i < COUNT(verbs); i++) {
		if (strcmp(verbs[i].name, name) == 0) {
			*out = (enum cardea_frame_verb)i;
			return 0;
		}
	}
	return CARDEA_E_NOT_FOUND;
}

int cardea_frame_parse(const char *text, size_t len, struct cardea_frame *out,
                       struct cardea_frame_refusal *refusal)
{
	int err;

	memset(out, 0, sizeof(*out));
	if (cardea_json_parse_object(text, len, &out->json)) {
		return refuse(refusal, JANUS_INVALID_JSON, "Not a JSON object without duplicate names");
	}
	err = cardea_json_check(out->json, envelope_fields, COUNT(envelope_fields), NULL);
	if (err == CARDEA_E_JSON_MISSING) {
		return refuse(refusal, JANUS_MISSING_ELEMENT,
		              "Missing mandatory element (janus, transaction)");
	}
	if (err) {
		return refuse(refusal, JANUS_INVALID_ELEMENT,
		              "Invalid element type (janus, transaction, session_id, handle_id, token)");
	}
	if (find_verb(cardea_json_string(out->json, "janus", ""), &out->verb)) {
		return refuse(refusal, JANUS_UNKNOWN_REQUEST, "Unknown or forbidden request");
	}
	return 0;
}

void cardea_frame_clear(struct cardea_frame *frame)
{
	json_decref(frame->json);
	frame->json = NULL;
}

const char *cardea_frame_token(const struct cardea_frame *frame)
{
	return cardea_json_string(frame->json, "token", NULL);
}

uint64_t cardea_frame_session(const struct cardea_frame *frame)
{
	return (uint64_t)cardea_json_integer(frame->json, "session_id", 0);
}

uint64_t cardea_frame_handle(const struct cardea_frame *frame)
{
	return (uint64_t)cardea_json_integer(frame->json, "handle_id", 0);
}

bool cardea_frame_is_offer(const struct cardea_frame *frame)
{
	const json_t *jsep = json_object_get(frame->json, "jsep");

	/* Janus takes the type in any case of letters. */
	return frame->verb == CARDEA_FRAME_MESSAGE && jsep &&
	       g_ascii_strcasecmp(cardea_json_string(jsep, "type", ""), "offer") == 0;
}

static bool is_control_request(const char *name)
{
	for (size_t i = 0; i < COUNT(control_requests); i++) {
		if (strcmp(control_requests[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static int check_message(const struct cardea_frame *frame, struct cardea_frame_refusal *refusal)
{
	const json_t *body = json_object_get(frame->json, "body");
	const json_t *jsep = json_object_get(frame->json, "jsep");

	if (!json_is_object(body)) {
		return refuse(refusal, JANUS_INVALID_ELEMENT,
		              "Invalid element type (body is not an object)");
	}
	if (jsep && !json_is_object(jsep)) {
		return refuse(refusal, JANUS_INVALID_ELEMENT,
		              "Invalid element type (jsep is not an object)");
	}
	if (is_control_request(cardea_json_string(body, "request", ""))) {
		return refuse(refusal, JANUS_FORBIDDEN, "Forbidden request of the control protocol");
	}
	return 0;
}

int cardea_frame_check_bound(const struct cardea_frame *frame, uint64_t session,
                             struct cardea_frame_refusal *refusal)
{
	if (frame->verb == CARDEA_FRAME_CREATE || frame->verb == CARDEA_FRAME_CLAIM) {
		return refuse(refusal, JANUS_FORBIDDEN, "This connection has its session already");
	}
	/* The same answer for a foreign session and for one that never was. */
	if (cardea_frame_session(frame) != session) {
		return refuse(refusal, JANUS_SESSION_NOT_FOUND, "No such session on this connection");
	}
	if (verbs[frame->verb].has_handle && !json_object_get(frame->json, "handle_id")) {
		return refuse(refusal, JANUS_MISSING_ELEMENT, "Missing mandatory element (handle_id)");
	}
	if (frame->verb == CARDEA_FRAME_ATTACH &&
	    strcmp(cardea_json_string(frame->json, "plugin", ""), PLUGIN) != 0) {
		return refuse(refusal, JANUS_FORBIDDEN, "Forbidden plugin");
	}
	return frame->verb == CARDEA_FRAME_MESSAGE ? check_message(frame, refusal) : 0;
}

static void copy_field(json_t *to, const json_t *from, const char *name)
{
	json_t *value = json_object_get(from, name);

	if (value) {
		json_object_set(to, name, value);
	}
}

char *cardea_frame_forward(const struct cardea_frame *frame,
                           const struct cardea_frame_addition *addition)
{
	const struct verb *verb = &verbs[frame->verb];
	json_t *out = json_pack("{s:s}", "janus", verb->name);
	char *text;

	if (!out) {
		return NULL;
	}
	copy_field(out, frame->json, "transaction");
	json_object_set_new(out, frame->verb == CARDEA_FRAME_CREATE ? "id" : "session_id",
	                    json_integer((json_int_t)addition->session));
	if (verb->has_handle) {
		copy_field(out, frame->json, "handle_id");
	}
	for (size_t i = 0; i < MAX_EXTRA && verb->extra[i]; i++) {
		copy_field(out, frame->json, verb->extra[i]);
	}
	if (frame->verb == CARDEA_FRAME_ATTACH && addition->loop >= 0) {
		json_object_set_new(out, "loop_index", json_integer(addition->loop));
	}
	if (addition->api_secret) {
		json_object_set_new(out, "apisecret", json_string(addition->api_secret));
	}
	text = cardea_json_dump(out);
	json_decref(out);
	return text;
}

char *cardea_frame_error(const struct cardea_frame *frame, uint64_t session,
                         const struct cardea_frame_refusal *refusal)
{
	json_t *out = json_pack("{s:s}", "janus", "error");
	char *text;

	if (session) {
		json_object_set_new(out, "session_id", json_integer((json_int_t)session));
	}
	if (frame && json_is_string(json_object_get(frame->json, "transaction"))) {
		copy_field(out, frame->json, "transaction");
	}
	json_object_set_new(out, "error",
	                    json_pack("{s:i, s:s}", "code", refusal->code, "reason", refusal->reason));
	text = cardea_json_dump(out);
	json_decref(out);
	return text;
}
