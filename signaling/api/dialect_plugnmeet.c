/*
 * dialect_plugnmeet: the calls that a backend signs (spec/plugnmeet 3-5). POST /room/... and
 * POST /auth/room/... are the same (Decision N10). After the signature every answer is 200.
 */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/plugnmeet_calls.h"
#include "api/plugnmeet_proto.h"
#include "api/plugnmeet_rooms.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"
#include "cardea_text.h"

#define PAGE     20 /* spec/plugnmeet 3; so is the next */
#define MAX_PAGE 100

/* Starts a call with a body of @message; NULL if it is answered. */
static struct cardea_plugnmeet_call *begin(struct cardea_http_request *request, void *api,
                                           const struct cardea_proto_message *message,
                                           json_t **body)
{
	struct cardea_plugnmeet_call *call = cardea_plugnmeet_call_new(request, api);

	*body = call ? cardea_plugnmeet_read(call, message) : NULL;
	return *body ? call : NULL;
}

/* An operation was not even started. */
static void started(struct cardea_plugnmeet_call *call, int err)
{
	if (err) {
		cardea_plugnmeet_fail(call, err);
	}
}

static const char *room_of(const json_t *body)
{
	return cardea_json_string(body, "room_id", "");
}

static json_t *success(const char *msg)
{
	return cardea_plugnmeet_envelope(true, CARDEA_PLUGNMEET_SUCCESS, msg);
}

/* ---- create ---- */

static const char *reserved_room(const char *room_id)
{
	if (strstr(room_id, "-FIELD_")) {
		return "RoomId cannot contain the reserved pattern '-FIELD_'";
	}
	return g_str_has_prefix(room_id, "user_")
	               ? "RoomId cannot start with the reserved pattern 'user_'"
	               : NULL;
}

static void booked(int err, const struct cardea_conference *conference, void *arg)
{
	struct cardea_plugnmeet_call *call = arg;
	json_t *body;

	if (err) {
		cardea_plugnmeet_fail(call, err);
		return;
	}
	body = success("success");
	json_object_set_new(body, "room_info", cardea_plugnmeet_room_info(conference));
	cardea_plugnmeet_answer(call, body);
}

/* The id is reserved: call->fault says so. */
static void reserved_told(int err, void *arg)
{
	struct cardea_plugnmeet_call *call = arg;

	if (err) {
		cardea_plugnmeet_fail(call, err);
	} else {
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_INTERNAL_SERVER_ERROR, call->fault);
	}
}

static void book(struct cardea_plugnmeet_call *call, json_t *body)
{
	struct cardea_conference_book command;
	const char *reserved = reserved_room(room_of(body));
	char *metadata = NULL;
	char *fault = strlen(room_of(body)) > CARDEA_MAX_ROOM_KEY
	                      ? g_strdup("validation error: room_id: value is too long")
	                      : cardea_plugnmeet_book(body, &command, &metadata);

	if (fault) {
		cardea_plugnmeet_refuse_signed(call, fault);
	} else if (reserved) {
		call->fault = g_strdup(reserved);
		started(call,
		        cardea_domain_signed_check(call->api->domain, &call->who, reserved_told, call));
	} else {
		started(call, cardea_domain_conference_book(call->api->domain, &call->who, &command, booked,
		                                            call));
	}
	free(metadata);
}

static void create(struct cardea_http_request *request, const struct cardea_route_params *params,
                   void *arg)
{
	json_t *body;
	struct cardea_plugnmeet_call *call = begin(request, arg, &cardea_plugnmeet_create, &body);

	(void)params;
	if (call) {
		book(call, body);
		json_decref(body);
	}
}

/* ---- getJoinToken ---- */

/* Names and ids that are the server's own (spec/plugnmeet 5.2, step 5). */
static char *reserved_user(const char *name, const char *user_id)
{
	static const char *const prefixes[] = {"ingres_", "pnm_agent-", "sip_", "pnm_tts_agent-"};

	if (strcmp(name, "PLUGNMEET_RECORDER_AUTH") == 0) {
		return g_strdup("name: PLUGNMEET_RECORDER_AUTH is reserved for internal use only");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		if (g_str_has_prefix(user_id, prefixes[i])) {
			return g_strdup_printf("user_id: %s is reserved for internal use only", user_id);
		}
	}
	return g_str_has_suffix(user_id, "-native")
	               ? g_strdup("user_id: suffix -native is reserved for internal use only")
	               : NULL;
}

/* Step 7. */
static char *bad_user_id(const char *user_id)
{
	size_t len =
	        strspn(user_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

	if (len == 0 || user_id[len] || len > CARDEA_MAX_ROOM_KEY) {
		return g_strdup("user_id should only contain ASCII letters (a-z A-Z), digits (0-9) or -_");
	}
	if (strstr(user_id, "-FIELD_")) {
		return g_strdup("user_id cannot contain the reserved pattern '-FIELD_'");
	}
	return g_str_has_prefix(user_id, "user_")
	               ? g_strdup("user_id cannot start with the reserved pattern 'user_'")
	               : NULL;
}

static void invited(int err, const char *token, void *arg)
{
	struct cardea_plugnmeet_call *call = arg;
	json_t *body;

	switch (err) {
	case 0:
		cardea_http_add_header(call->request, "Cache-Control", "no-store");
		body = success("success");
		json_object_set_new(body, "token", json_string(token));
		cardea_plugnmeet_answer(call, body);
		break;
	case CARDEA_E_BLOCKED:
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_USER_BLOCKED,
		                        "this user is blocked to join this session");
		break;
	case CARDEA_E_ROOM_UNKNOWN:
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_ROOM_NOT_FOUND, "room is not active");
		break;
	case CARDEA_E_INVALID: /* the fault of the name, else of the id */
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_INTERNAL_SERVER_ERROR,
		                        call->fault ? call->fault : call->id_fault);
		break;
	default:
		cardea_plugnmeet_fail(call, err);
	}
}

/* What is kept of a person's metadata, as text for free(): the rest is state of the seat. */
static char *user_metadata(const json_t *metadata, const char *user_id)
{
	json_t *kept = metadata ? json_copy((json_t *)metadata) : json_object();
	char *text;

	json_object_del(kept, "is_admin");
	json_object_del(kept, "lock_settings");
	if (!json_object_get(kept, "record_webcam")) {
		json_object_set_new(kept, "record_webcam", json_true());
	}
	if (!cardea_json_string(kept, "ex_user_id", "")[0]) {
		json_object_set_new(kept, "ex_user_id", json_string(user_id));
	}
	text = cardea_json_dump(kept);
	json_decref(kept);
	return text;
}

/* What a page may show as a picture. */
static const char *avatar_of(const json_t *metadata)
{
	const char *url = cardea_json_string(metadata, "profile_pic", "");

	return g_ascii_strncasecmp(url, "https://", 8) == 0 ||
	                       g_ascii_strncasecmp(url, "http://", 7) == 0
	               ? url
	               : NULL;
}

static void invite(struct cardea_plugnmeet_call *call, const json_t *body)
{
	const json_t *user = json_object_get(body, "user_info");
	const json_t *metadata = json_object_get(user, "user_metadata");
	const char *user_id = cardea_json_string(user, "user_id", "");
	g_autofree char *name =
	        cardea_text_clean_name(cardea_json_string(user, "name", ""), CARDEA_MAX_NAME);
	char *text;
	struct cardea_conference_invite command = {
	        .room_id = room_of(body),
	        .name = name,
	        .user_id = user_id,
	        .avatar = avatar_of(metadata),
	        .locale = cardea_json_string(metadata, "preferred_lang", NULL),
	        .locks = cardea_plugnmeet_locks(json_object_get(metadata, "lock_settings")),
	        .is_host = cardea_json_boolean(user, "is_admin", false),
	        .is_hidden = cardea_json_boolean(user, "is_hidden", false),
	        .client_type = (int)cardea_json_integer(user, "client_type", 0),
	        .keeps_id = strcmp(user_id, "RECORDER_BOT") == 0 || strcmp(user_id, "RTMP_BOT") == 0,
	};

	if (!name) {
		cardea_plugnmeet_refuse_signed(
		        call, g_strdup("validation error: user_info.name: value is required"));
		return;
	}
	text = user_metadata(metadata, user_id);
	command.metadata = text;
	call->fault = reserved_user(name, user_id);
	call->id_fault = bad_user_id(user_id);
	command.fault = call->fault ? CARDEA_E_INVALID : 0;
	command.id_fault = call->id_fault ? CARDEA_E_INVALID : 0;
	started(call, cardea_domain_conference_invite(call->api->domain, &call->who, &command, invited,
	                                              call));
	free(text);
}

static void get_join_token(struct cardea_http_request *request,
                           const struct cardea_route_params *params, void *arg)
{
	json_t *body;
	struct cardea_plugnmeet_call *call = begin(request, arg, &cardea_plugnmeet_join, &body);

	(void)params;
	if (call) {
		invite(call, body);
		json_decref(body);
	}
}

/* ---- what is going on ---- */

static void activity_found(int err, const struct cardea_conference *conference, void *arg)
{
	json_t *body;

	(void)conference;
	switch (err) {
	case 0:
		body = success("room is active");
		break;
	case CARDEA_E_ROOM_UNKNOWN:
		body = cardea_plugnmeet_envelope(true, CARDEA_PLUGNMEET_ROOM_NOT_FOUND, "room not found");
		break;
	case CARDEA_E_SESSION_OVER:
		body = cardea_plugnmeet_envelope(true, CARDEA_PLUGNMEET_ROOM_NOT_ACTIVE,
		                                 "room is not active");
		break;
	default:
		cardea_plugnmeet_fail(arg, err);
		return;
	}
	json_object_set_new(body, "is_active", json_boolean(!err));
	cardea_plugnmeet_answer(arg, body);
}

static void is_room_active(struct cardea_http_request *request,
                           const struct cardea_route_params *params, void *arg)
{
	json_t *body;
	struct cardea_plugnmeet_call *call = begin(request, arg, &cardea_plugnmeet_of_room, &body);

	(void)params;
	if (call) {
		started(call, cardea_domain_conference_get(call->api->domain, &call->who, room_of(body),
		                                           false, activity_found, call));
		json_decref(body);
	}
}

static json_t *active_room(const struct cardea_conference *conference)
{
	json_t *people = json_array();

	for (size_t i = 0; i < conference->count; i++) {
		json_array_append_new(people, cardea_plugnmeet_person_info(&conference->people[i]));
	}
	return json_pack("{s:o, s:o}", "room_info", cardea_plugnmeet_room_info(conference),
	                 "participants_info", people);
}

static void room_found(int err, const struct cardea_conference *conference, void *arg)
{
	json_t *body;

	switch (err) {
	case 0:
		body = success("success");
		break;
	case CARDEA_E_ROOM_UNKNOWN:
		body = cardea_plugnmeet_envelope(false, CARDEA_PLUGNMEET_ROOM_NOT_FOUND,
		                                 "room not found in active state");
		break;
	case CARDEA_E_SESSION_OVER:
		body = cardea_plugnmeet_envelope(false, CARDEA_PLUGNMEET_ROOM_NOT_ACTIVE,
		                                 "room is not active");
		break;
	default:
		cardea_plugnmeet_fail(arg, err);
		return;
	}
	json_object_set_new(body, "room", err ? json_null() : active_room(conference));
	cardea_plugnmeet_answer(arg, body);
}

static void get_active_room(struct cardea_http_request *request,
                            const struct cardea_route_params *params, void *arg)
{
	json_t *body;
	struct cardea_plugnmeet_call *call = begin(request, arg, &cardea_plugnmeet_of_room, &body);

	(void)params;
	if (call) {
		started(call, cardea_domain_conference_get(call->api->domain, &call->who, room_of(body),
		                                           true, room_found, call));
		json_decref(body);
	}
}

static void rooms_found(int err, const struct cardea_conference *list, size_t count, void *arg)
{
	json_t *body, *rooms;

	if (err) {
		cardea_plugnmeet_fail(arg, err);
		return;
	}
	rooms = json_array();
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(rooms, active_room(&list[i]));
	}
	body = count > 0 ? success("success")
	                 : cardea_plugnmeet_envelope(false, CARDEA_PLUGNMEET_NOT_FOUND,
	                                             "no active room found");
	json_object_set_new(body, "rooms", rooms);
	cardea_plugnmeet_answer(arg, body);
}

static void get_active_rooms(struct cardea_http_request *request,
                             const struct cardea_route_params *params, void *arg)
{
	struct cardea_plugnmeet_call *call = cardea_plugnmeet_call_new(request, arg);

	(void)params;
	if (call) {
		started(call, cardea_domain_conferences(call->api->domain, &call->who, rooms_found, call));
	}
}

/* ---- end ---- */

static void room_ended(int err, void *arg)
{
	if (err == CARDEA_E_ROOM_UNKNOWN) {
		cardea_plugnmeet_refuse(arg, CARDEA_PLUGNMEET_ROOM_NOT_FOUND,
		                        "room not found or not active");
	} else if (err) {
		cardea_plugnmeet_fail(arg, err);
	} else {
		cardea_plugnmeet_answer(arg, success("success"));
	}
}

static void end_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	json_t *body;
	struct cardea_plugnmeet_call *call = begin(request, arg, &cardea_plugnmeet_of_room, &body);

	(void)params;
	if (call) {
		started(call, cardea_domain_conference_end(call->api->domain, &call->who, room_of(body),
		                                           room_ended, call));
		json_decref(body);
	}
}

/* ---- past ---- */

static void past_found(int err, const struct cardea_conference_past *list, size_t count,
                       int64_t total, void *arg)
{
	struct cardea_plugnmeet_call *call = arg;
	json_t *rooms, *result, *body;

	if (err) {
		cardea_plugnmeet_fail(call, err);
		return;
	}
	if (total == 0) {
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_NOT_FOUND, "no room found");
		return;
	}
	rooms = json_array();
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(rooms, cardea_plugnmeet_past_info(&list[i]));
	}
	result = json_pack("{s:I, s:I, s:I, s:s, s:o}", "total_rooms", (json_int_t)total, "from",
	                   (json_int_t)call->from, "limit", (json_int_t)call->limit, "order_by",
	                   call->oldest_first ? "ASC" : "DESC", "rooms_list", rooms);
	body = success("success");
	json_object_set_new(body, "result", cardea_proto_encode(&cardea_plugnmeet_past_rooms, result));
	json_decref(result);
	cardea_plugnmeet_answer(call, body);
}

static void find_past(struct cardea_plugnmeet_call *call, const json_t *body)
{
	const json_t *ids = json_object_get(body, "room_ids");
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	struct cardea_conference_query query;

	for (size_t i = 0; i < json_array_size(ids); i++) {
		g_ptr_array_add(list, (char *)json_string_value(json_array_get(ids, i)));
	}
	g_ptr_array_add(list, NULL);
	call->from = cardea_json_integer(body, "from", 0);
	call->limit = cardea_json_integer(body, "limit", 0);
	call->limit = call->limit == 0 ? PAGE : MIN(call->limit, MAX_PAGE);
	call->oldest_first = strcmp(cardea_json_string(body, "order_by", ""), "ASC") == 0;
	query = (struct cardea_conference_query){.room_ids = (const char *const *)list->pdata,
	                                         .oldest_first = call->oldest_first,
	                                         .from = call->from,
	                                         .limit = call->limit};
	started(call,
	        cardea_domain_conference_past(call->api->domain, &call->who, &query, past_found, call));
}

static void fetch_past_rooms(struct cardea_http_request *request,
                             const struct cardea_route_params *params, void *arg)
{
	json_t *body;
	struct cardea_plugnmeet_call *call = begin(request, arg, &cardea_plugnmeet_past, &body);

	(void)params;
	if (call) {
		find_past(call, body);
		json_decref(body);
	}
}

/* ---- broadcast ---- */

static void said(int err, void *arg)
{
	struct cardea_plugnmeet_call *call = arg;

	switch (err) {
	case 0:
		cardea_plugnmeet_answer(call, success("success"));
		break;
	case CARDEA_E_ROOM_UNKNOWN:
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_ROOM_NOT_FOUND, "room not found");
		break;
	case CARDEA_E_SESSION_OVER:
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_ROOM_NOT_ACTIVE, "room is not active");
		break;
	case CARDEA_E_PARTICIPANT_UNKNOWN:
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_USER_NOT_FOUND, "user not found");
		break;
	default:
		cardea_plugnmeet_fail(call, err);
	}
}

/* A notification is shown as a message, too: people read both in the same place. */
static void broadcast(struct cardea_plugnmeet_call *call, const json_t *body)
{
	const json_t *chat = json_object_get(body, "chat_msg");
	const json_t *notification = json_object_get(body, "notification_msg");
	struct cardea_conference_say command = {
	        .room_id = room_of(body),
	        .name = "System",
	        .text = chat ? cardea_json_string(chat, "message", "")
	                     : cardea_json_string(notification, "text", ""),
	        .user_id = cardea_json_string(body, "to_user_id", NULL),
	        .hosts_only = cardea_json_boolean(body, "only_to_admins", false),
	};

	if (!chat && !notification) {
		cardea_plugnmeet_refuse_signed(
		        call, g_strdup("validation error: chat_msg: or notification_msg is required"));
	} else if (strlen(command.text) > CARDEA_MAX_MESSAGE) {
		cardea_plugnmeet_refuse_signed(call, g_strdup("validation error: text: value is too long"));
	} else {
		started(call,
		        cardea_domain_conference_say(call->api->domain, &call->who, &command, said, call));
	}
}

static void broadcast_to_room(struct cardea_http_request *request,
                              const struct cardea_route_params *params, void *arg)
{
	json_t *body;
	struct cardea_plugnmeet_call *call = begin(request, arg, &cardea_plugnmeet_broadcast, &body);

	(void)params;
	if (call) {
		broadcast(call, body);
		json_decref(body);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/auth/room/create", create},
        {CARDEA_HTTP_POST, "/auth/room/getJoinToken", get_join_token},
        {CARDEA_HTTP_POST, "/auth/room/isRoomActive", is_room_active},
        {CARDEA_HTTP_POST, "/auth/room/getActiveRoomInfo", get_active_room},
        {CARDEA_HTTP_POST, "/auth/room/getActiveRoomsInfo", get_active_rooms},
        {CARDEA_HTTP_POST, "/auth/room/endRoom", end_room},
        {CARDEA_HTTP_POST, "/auth/room/fetchPastRooms", fetch_past_rooms},
        {CARDEA_HTTP_POST, "/auth/room/broadcastToRoom", broadcast_to_room},
        {CARDEA_HTTP_POST, "/room/broadcastToRoom", broadcast_to_room},
        {CARDEA_HTTP_POST, "/room/create", create},
        {CARDEA_HTTP_POST, "/room/getJoinToken", get_join_token},
        {CARDEA_HTTP_POST, "/room/isRoomActive", is_room_active},
        {CARDEA_HTTP_POST, "/room/getActiveRoomInfo", get_active_room},
        {CARDEA_HTTP_POST, "/room/getActiveRoomsInfo", get_active_rooms},
        {CARDEA_HTTP_POST, "/room/endRoom", end_room},
        {CARDEA_HTTP_POST, "/room/fetchPastRooms", fetch_past_rooms},
};

void cardea_plugnmeet_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
