#include "message.h"

#include <string.h>
#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_id.h"
#include "data.h"

#define MAX_BODY (64 * 1024)
#define MAX_SDP  (256 * 1024)

static const struct cardea_request_type *const tables[] = {
        cardea_requests_join,    cardea_requests_publish,    cardea_requests_receive,
        cardea_requests_state,   cardea_requests_wish,       cardea_requests_message,
        cardea_requests_control, cardea_requests_moderation, cardea_requests_node,
};

/* ---- bounds ---- */

/* Takes about the text size of @json from *@left. Janus has parsed the body already, so this bounds
 * what we do with it. 0, CARDEA_E_TOO_LONG or CARDEA_E_JSON_DEPTH. */
static int check_bounds(const json_t *json, unsigned depth, size_t *left)
{
	size_t size = 4 + json_string_length(json);
	if (depth == 0)
		return CARDEA_E_JSON_DEPTH;
	if (size > *left)
		return CARDEA_E_TOO_LONG;
	*left -= size;
	int err = 0;
	const char *key;
	json_t *value;
	size_t index;
	/* Jansson iterates over non-const objects only; nothing is changed. */
	json_object_foreach((json_t *)json, key, value)
	{
		size = strlen(key) + 4;
		if (size > *left)
			return CARDEA_E_TOO_LONG;
		*left -= size;
		if ((err = check_bounds(value, depth - 1, left)) < 0)
			return err;
	}
	json_array_foreach(json, index, value)
	{
		if ((err = check_bounds(value, depth - 1, left)) < 0)
			return err;
	}
	return 0;
}

int cardea_message_verify(struct cardea_request *request)
{
	const char *token = cardea_json_string(request->message, "token", NULL);
	if (!token)
		return CARDEA_E_TOKEN_MISSING;
	int64_t now_s = cardea_clock_wall_ms(&cardea_clock_system) / 1000;
	return cardea_keys_verify(cardea_node_keys(request->node), token, strlen(token), now_s,
	                          &request->claims);
}

/* ---- answers ---- */

static bool may_retry(int err)
{
	return err == CARDEA_E_ROOM_NOT_OPEN || err == CARDEA_E_LEASE_EXPIRED ||
	       err == CARDEA_E_QUEUE_FULL;
}

json_t *cardea_message_error(const char *request, int err)
{
	json_t *object = json_pack("{s:s}", "cardea", "error");
	if (request)
		json_object_set_new(object, "request", json_string(request));
	json_object_set_new(object, "code", json_string(cardea_error_code(err)));
	json_object_set_new(object, "error_code", json_integer(cardea_error_number(err)));
	json_object_set_new(object, "error", json_string(cardea_error_text(err)));
	json_object_set_new(object, "retry", json_boolean(may_retry(err)));
	return object;
}

/* What the push of the answer returned; takes over @reply and @jsep. On the data channel the
 * client's own `id` tells which request is answered. */
static int respond(struct cardea_request *request, json_t *reply, json_t *jsep)
{
	json_t *id = json_object_get(request->message, "id");
	if (!request->on_data)
		return cardea_session_reply(request->session, request->transaction, reply, jsep);
	if (json_is_string(id) || json_is_integer(id))
		json_object_set(reply, "id", id);
	cardea_data_send(request->session, reply);
	json_decref(reply);
	return 0;
}

/* Answers with @err. Janus has applied an offer before we saw it, so that PeerConnection is closed
 * with every refusal. */
static void refuse(struct cardea_request *request, int err)
{
	struct cardea_session *session = request->session;
	cardea_stats_refusal(cardea_node_stats(request->node), err);
	respond(request, cardea_message_error(request->type ? request->type->name : NULL, err), NULL);
	const char *type = json_string_value(json_object_get(request->jsep, "type"));
	if (!type || strcmp(type, "offer") != 0)
		return;
	/* One that was up before is lost with it, which is a hangup like any other. */
	if (atomic_load(&session->media) != CARDEA_MEDIA_UP)
		atomic_store(&session->offer_refused, true);
	cardea_session_close(session);
}

static void request_free(struct cardea_request *request)
{
	cardea_join_claims_clear(&request->claims);
	json_decref(request->message);
	json_decref(request->jsep);
	json_decref(request->reply_jsep);
	g_free(request->transaction);
	if (request->counted)
		atomic_fetch_sub(&request->session->waiting, 1);
	if (request->room)
		cardea_room_put(request->room);
	if (request->other)
		cardea_room_put(request->other);
	cardea_session_put(request->session);
	g_free(request);
}

/* ---- on the room's or the node's thread ---- */

/* What may have changed while the request waited. */
static int check_still_allowed(const struct cardea_request *request)
{
	const struct cardea_session *session = request->session;
	if (request->type->queue == CARDEA_QUEUE_OWN_ROOM &&
	    atomic_load(&session->state) != CARDEA_STATE_JOINED)
		return CARDEA_E_LEFT;
	return 0;
}

static void answer(struct cardea_request *request, json_t *reply)
{
	bool with_jsep = request->reply_jsep != NULL;
	int err = respond(request, reply, json_incref(request->reply_jsep));
	/* Janus could not use our SDP (or the handle is gone): say so, the answer did not go out. */
	if (err < 0 && with_jsep)
		refuse(request, CARDEA_E_JSEP_INVALID);
}

static void run_request(void *data);

/* True if the participant was moved to another room while the request waited: it goes on there,
 * behind the move. */
static bool passed_on(struct cardea_request *request)
{
	if (request->type->queue != CARDEA_QUEUE_OWN_ROOM)
		return false;
	struct cardea_room *here = request->room;
	request->room = cardea_session_room(request->session);
	cardea_room_put(here);
	if (request->room == here)
		return false;
	if (cardea_queue_post(request->room->queue, run_request, request) < 0) {
		refuse(request, CARDEA_E_QUEUE_FULL);
		request_free(request);
	}
	return true;
}

static void run_request(void *data)
{
	struct cardea_request *request = data;
	json_t *reply = NULL;
	if (passed_on(request))
		return;
	int err = check_still_allowed(request);
	if (err == 0)
		err = request->type->run(request, &reply);
	if (err < 0)
		refuse(request, err);
	else
		answer(request, reply);
	if (err == 0 && request->type->after)
		request->type->after(request);
	if (request->room)
		cardea_room_settle(request->room);
	if (request->other)
		cardea_room_settle(request->other);
	request_free(request);
}

/* ---- on Janus' pool thread ---- */

static const struct cardea_request_type *find(const char *name, unsigned kind, bool *known)
{
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		for (const struct cardea_request_type *type = tables[i]; type->name; type++) {
			if (strcmp(type->name, name) != 0)
				continue;
			*known = true;
			if (type->handles & kind)
				return type;
		}
	}
	return NULL;
}

/* Why a request that exists is not for this handle. */
static int wrong_handle(const struct cardea_session *session, unsigned kind, const char *name)
{
	if (atomic_load(&session->state) == CARDEA_STATE_LEFT)
		return CARDEA_E_LEFT;
	if (kind == CARDEA_HANDLE_NEW)
		return CARDEA_E_NOT_JOINED;
	if (kind != CARDEA_HANDLE_CONTROL && strcmp(name, "join") == 0)
		return CARDEA_E_ALREADY_JOINED;
	return CARDEA_E_WRONG_HANDLE;
}

static int find_type(struct cardea_request *request)
{
	const char *name = json_string_value(json_object_get(request->message, "request"));
	if (!name)
		return json_object_get(request->message, "request") ? CARDEA_E_JSON_TYPE
		                                                    : CARDEA_E_JSON_MISSING;
	bool known = false;
	unsigned kind = (unsigned)atomic_load(&request->session->kind);
	request->type = find(name, kind, &known);
	if (!known)
		return CARDEA_E_UNKNOWN_REQUEST;
	if (!request->type) {
		/* Named in the answer all the same: any row of that name has our own spelling. */
		request->type = find(name, ~0u, &known);
		return wrong_handle(request->session, kind, name);
	}
	if (request->on_data && !request->type->on_data)
		return CARDEA_E_WRONG_HANDLE;
	if (atomic_load(&request->session->state) == CARDEA_STATE_LEFT)
		return CARDEA_E_LEFT;
	return 0;
}

static int check_jsep(struct cardea_request *request)
{
	static const char *const types[] = {
	        [CARDEA_JSEP_OFFER] = "offer", [CARDEA_JSEP_ANSWER] = "answer"};
	enum cardea_request_jsep wanted = request->type->jsep;
	if (wanted == CARDEA_JSEP_NONE)
		return request->jsep ? CARDEA_E_JSEP_INVALID : 0;
	if (!request->jsep)
		return CARDEA_E_JSEP_MISSING;
	const char *type = json_string_value(json_object_get(request->jsep, "type"));
	request->sdp = json_string_value(json_object_get(request->jsep, "sdp"));
	if (!type || strcmp(type, types[wanted]) != 0 || !request->sdp ||
	    strlen(request->sdp) > MAX_SDP)
		return CARDEA_E_JSEP_INVALID;
	return 0;
}

static int find_room(struct cardea_request *request)
{
	enum cardea_request_queue queue = request->type->queue;
	if (queue == CARDEA_QUEUE_OWN_ROOM) {
		request->room = cardea_session_room(request->session);
		return request->room ? 0 : CARDEA_E_NOT_JOINED;
	}
	if (queue == CARDEA_QUEUE_PREPARED || queue == CARDEA_QUEUE_NODE)
		return 0;
	const char *id = cardea_json_string(request->message, "room", "");
	if (!cardea_id_is_plain(id, CARDEA_MAX_ID))
		return CARDEA_E_INVALID;
	request->room = queue == CARDEA_QUEUE_NEW_ROOM ? cardea_node_make_room(request->node, id)
	                                               : cardea_node_find_room(request->node, id);
	return request->room || queue == CARDEA_QUEUE_KNOWN_ROOM ? 0 : CARDEA_E_ROOM_NOT_OPEN;
}

static int check(struct cardea_request *request)
{
	size_t left = MAX_BODY;
	int err = json_is_object(request->message) ? 0 : CARDEA_E_JSON_SYNTAX;
	if (err == 0)
		err = check_bounds(request->message, CARDEA_MAX_JSON_DEPTH, &left);
	if (err == 0)
		err = find_type(request);
	if (err == 0)
		err = cardea_json_check(request->message, request->type->fields, request->type->field_count,
		                        NULL);
	if (err == 0)
		err = check_jsep(request);
	if (err == 0)
		err = find_room(request);
	if (err == 0 && request->type->prepare)
		err = request->type->prepare(request);
	return err;
}

/* Gateways are trusted, and a full queue must not keep them from removing who fills it. Everybody
 * else has a share of the queue. */
static int put_in_queue(struct cardea_queue *queue, struct cardea_request *request)
{
	struct cardea_session *session = request->session;
	if (request->other)
		return cardea_queue_post_both(queue, request->other->queue, run_request, request);
	if (request->type->handles & CARDEA_HANDLE_CONTROL)
		return cardea_queue_post(queue, run_request, request);
	request->counted = atomic_fetch_add(&session->waiting, 1) < CARDEA_MAX_HANDLE_REQUESTS;
	if (!request->counted) {
		atomic_fetch_sub(&session->waiting, 1);
		return CARDEA_E_QUEUE_FULL;
	}
	return cardea_queue_try(queue, run_request, request);
}

static int enqueue(struct cardea_request *request)
{
	struct cardea_queue *queue =
	        request->room ? request->room->queue : cardea_node_queue(request->node);
	int err = put_in_queue(queue, request);
	if (err < 0 && request->type->abandon)
		request->type->abandon(request);
	return err;
}

static struct cardea_request *request_new(struct cardea_node *node, struct cardea_session *session,
                                          json_t *message)
{
	struct cardea_request *request = g_new0(struct cardea_request, 1);
	request->node = node;
	request->session = cardea_session_get(session);
	request->message = message;
	cardea_stats_add(&cardea_node_stats(node)->requests, 1);
	return request;
}

static void handle(struct cardea_request *request)
{
	int err = check(request);
	if (err == 0)
		err = enqueue(request);
	if (err == 0)
		return;
	refuse(request, err);
	request_free(request);
}

void cardea_message_handle(struct cardea_node *node, struct cardea_session *session,
                           char *transaction, json_t *message, json_t *jsep)
{
	struct cardea_request *request = request_new(node, session, message);
	request->transaction = transaction;
	request->jsep = jsep;
	handle(request);
}

void cardea_message_handle_data(struct cardea_node *node, struct cardea_session *session,
                                json_t *message)
{
	struct cardea_request *request = request_new(node, session, message);
	request->on_data = true;
	handle(request);
}
