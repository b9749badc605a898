/*
 * dialect_meetings: the REST API of spec/meetings 7 and 8. Each call reads who calls and what,
 * calls the domain once and renders the answer.
 */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/body.h"
#include "api/meeting_calls.h"
#include "api/meeting_options.h"
#include "api/meeting_person.h"
#include "api/meetings_json.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"
#include "net/ratelimit.h"

#define MAX_MESSAGE 32768 /* spec/meetings 8 */

/* ---- registering ---- */

static void start(struct cardea_meeting_call *call, const json_t *body, const json_t *user,
                  const struct cardea_meeting_inputs *inputs)
{
	g_autofree char *name = NULL;
	char *options = inputs->changes ? cardea_json_dump(inputs->changes) : NULL;
	struct cardea_meeting_start command = {
	        .api_key = cardea_meeting_api_key(call->request),
	        .options = options,
	        .has_guest_token = inputs->has_guest_token,
	        .waiting_room = inputs->waiting_room,
	        .kick_available = inputs->kick_available,
	        .lock_available = inputs->lock_available,
	};

	if (cardea_meeting_name_read(call, body, "id", CARDEA_MAX_ROOM_KEY, &command.room) &&
	    cardea_meeting_name_read(call, body, "name", CARDEA_MAX_NAME, &command.room_name) &&
	    cardea_meeting_person_read(call, user, &command.user, &name)) {
		int err = cardea_domain_meeting_start(call->api->domain, &command,
		                                      cardea_meeting_call_meeting, call);

		if (err) {
			cardea_meeting_call_fail(call, err);
		}
	}
	free(options);
}

static void read_start(struct cardea_meeting_call *call, const json_t *body)
{
	struct cardea_meeting_inputs inputs;
	const json_t *user = NULL;
	const char *bad = "user";
	int err = cardea_body_object(body, "user", &user);

	if (!err) {
		err = cardea_meeting_options_read(body, &inputs, &bad);
	}
	if (err) {
		cardea_meeting_call_refuse_field(call, bad, "not valid");
		return;
	}
	start(call, body, user, &inputs);
	json_decref(inputs.changes);
}

static void post_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, 201);
	json_t *body = call ? cardea_meeting_keyed_body(call) : NULL;

	(void)params;
	if (body) {
		read_start(call, body);
		json_decref(body);
	}
}

/* A call of which one credential may make so many: NULL if there were more; then it is answered. */
static struct cardea_meeting_call *new_limited_call(struct cardea_http_request *request,
                                                    const struct cardea_api *api,
                                                    struct cardea_ratelimit *limit,
                                                    const char *credential)
{
	uint64_t who = cardea_ratelimit_key(limit, credential);
	int64_t wait = cardea_ratelimit_wait_s(limit, who);

	if (wait > 0) {
		cardea_reply_limited(request, wait);
		return NULL;
	}
	cardea_ratelimit_charge(limit, who);
	return cardea_meeting_call_new(request, api, 201);
}

static void post_guest(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_meeting_call *call =
	        new_limited_call(request, api, api->enters, params->value[0]);
	struct cardea_meeting_person person = {0};
	g_autofree char *name = NULL;
	json_t *body = call ? cardea_meeting_body(call) : NULL;

	if (!body) {
		return;
	}
	if (cardea_meeting_person_read(call, body, &person, &name)) {
		int err = cardea_domain_meeting_guest(call->api->domain, params->value[0], &person,
		                                      cardea_meeting_call_meeting, call);

		if (err) {
			cardea_meeting_call_fail(call, err);
		}
	}
	json_decref(body);
}

/* ---- with an access key, without a body that matters ---- */

/* A call that needs nothing but what its path says: @run gets it and the decoded segments. */
typedef int (*simple_h)(struct cardea_meeting_call *call, char *const *segments);

static void run_simple(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg, int success,
                       simple_h run)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, success);
	int err;

	if (!call) {
		return;
	}
	err = run(call, params->value);
	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

/* Defines the route handler @name that runs @name_run with @success. */
#define SIMPLE(name, success)                                                                      \
	static void name(struct cardea_http_request *request,                                          \
	                 const struct cardea_route_params *params, void *arg)                          \
	{                                                                                              \
		run_simple(request, params, arg, (success), name##_run);                                   \
	}

static int get_meeting_run(struct cardea_meeting_call *call, char *const *segments)
{
	return cardea_domain_meeting_get(call->api->domain, segments[0], cardea_meeting_call_meeting,
	                                 call);
}
SIMPLE(get_meeting, 200)

static int get_user_run(struct cardea_meeting_call *call, char *const *segments)
{
	return cardea_domain_meeting_user(call->api->domain, segments[0], segments[1],
	                                  cardea_meeting_call_user, call);
}
SIMPLE(get_user, 200)

static int delete_user_run(struct cardea_meeting_call *call, char *const *segments)
{
	return cardea_domain_meeting_kick(call->api->domain, segments[0], segments[1],
	                                  cardea_meeting_call_done, call);
}
SIMPLE(delete_user, 200)

static struct cardea_meeting_caller caller(const struct cardea_meeting_call *call, const char *id)
{
	return (struct cardea_meeting_caller){.id = id,
	                                      .api_key = cardea_meeting_api_key(call->request)};
}

static int admit_user_run(struct cardea_meeting_call *call, char *const *segments)
{
	const struct cardea_meeting_caller who = caller(call, segments[0]);

	return cardea_domain_meeting_admit(call->api->domain, &who, segments[1],
	                                   cardea_meeting_call_user, call);
}
SIMPLE(admit_user, 200)

static int post_lock_run(struct cardea_meeting_call *call, char *const *segments)
{
	return cardea_domain_meeting_lock(call->api->domain, segments[0], cardea_meeting_call_done,
	                                  call);
}
SIMPLE(post_lock, 201)

static int delete_room_run(struct cardea_meeting_call *call, char *const *segments)
{
	const struct cardea_meeting_caller who = caller(call, segments[0]);

	return cardea_domain_meeting_end(call->api->domain, &who, cardea_meeting_call_done, call);
}
SIMPLE(delete_room, 204)

static int post_presentation_run(struct cardea_meeting_call *call, char *const *segments)
{
	return cardea_domain_meeting_present(call->api->domain, segments[0], true,
	                                     cardea_meeting_call_done, call);
}
SIMPLE(post_presentation, 201)

static int delete_presentation_run(struct cardea_meeting_call *call, char *const *segments)
{
	return cardea_domain_meeting_present(call->api->domain, segments[0], false,
	                                     cardea_meeting_call_done, call);
}
SIMPLE(delete_presentation, 200)

/* ---- lists ---- */

static void rooms_listed(int err, const struct cardea_meeting_room *list, size_t count, void *arg)
{
	json_t *array;

	if (err) {
		cardea_meeting_call_fail(arg, err);
		return;
	}
	array = json_array();
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(array, cardea_json_meeting_room(&list[i]));
	}
	cardea_meeting_call_answer(arg, array);
}

static int get_rooms_run(struct cardea_meeting_call *call, char *const *segments)
{
	(void)segments;
	return cardea_domain_meeting_rooms(call->api->domain, cardea_meeting_api_key(call->request),
	                                   rooms_listed, call);
}
SIMPLE(get_rooms, 200)

static void users_listed(int err, const struct cardea_meeting_report *report, void *arg)
{
	json_t *array;

	if (err) {
		cardea_meeting_call_fail(arg, err);
		return;
	}
	array = json_array();
	for (size_t i = 0; i < report->count; i++) {
		const struct cardea_meeting_user *user = &report->users[i];

		json_array_append_new(
		        array, cardea_json_meeting_participant(user, report->room.id, user->is_online));
	}
	cardea_meeting_call_answer(arg, array);
}

static int get_users_run(struct cardea_meeting_call *call, char *const *segments)
{
	const struct cardea_meeting_caller who = {.id = segments[0],
	                                          .api_key = cardea_meeting_api_key(call->request)};
	g_autofree char *filter = cardea_http_query_value(call->request, "online");
	int online = g_strcmp0(filter, "true") == 0 ? 1 : g_strcmp0(filter, "false") == 0 ? 0 : -1;

	return cardea_domain_meeting_users(call->api->domain, &who, online, users_listed, call);
}
SIMPLE(get_users, 200)

/* ---- in the meeting, with a body ---- */

/* spec/meetings 13.4: clients would take these for commands or for states of their own. */
static const char *const forbidden_types[] = {
        "accept",
        "podium",
        "snapshot",
        "send_chat",
        "set_layer",
        "set_layout",
        "fetch_room",
        "upload_file",
        "delete_file",
        "request_stfu",
        "change_stream",
        "replace_stream",
        "toggle_camera",
        "start_stream",
        "start_playback",
        "stop_playback",
        "start_recording",
        "stop_recording",
        "start_screen_capture",
        "start_presenting",
        "stop_presenting",
        "start_annotation",
        "stop_annotation",
        "start_rtmp",
        "stop_rtmp",
        "stop_broadcasts",
        "clear_front_layer",
        "request_guest_user",
        "request_permalink_meeting_info",
        "voice_activity_raw",
        "start_mixer",
        "update_mixer",
        "start_media",
        "lock_meeting",
        "terminate_meeting",
        "kick_user",
        "session_termination",
        "change_screen_video",
        "stop_screen_video",
        "suspend_virtual_background",
        "audio_device_ended",
        "video_device_ended",
        "all_devices_ended",
        "start_pip_cam",
        "stop_pip_cam",
        "update_pip_cam",
        "memberlist",
        "exit",
        "error",
        "warning",
        "connection",
        "disconnect",
        "reconnect",
        NULL,
};

static void send_message(struct cardea_meeting_call *call, const json_t *body,
                         const char *access_key)
{
	const char *type = NULL, *content = NULL;
	int err;

	if (cardea_body_text(body, "type", &type) || !type || !type[0] ||
	    g_strv_contains(forbidden_types, type)) {
		cardea_meeting_call_refuse_field(call, "type", "not allowed");
		return;
	}
	if (cardea_body_text(body, "content", &content) || !content || strlen(content) > MAX_MESSAGE) {
		cardea_meeting_call_refuse_field(call, "content", "required, at most 32 kB");
		return;
	}
	err = cardea_domain_meeting_message(call->api->domain, access_key,
	                                    strcmp(type, "chat") == 0 ? "chat" : "custom", content,
	                                    cardea_meeting_call_done, call);
	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

static void post_message(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_meeting_call *call =
	        new_limited_call(request, api, api->messages, params->value[0]);
	json_t *body = call ? cardea_meeting_body(call) : NULL;

	if (body) {
		send_message(call, body, params->value[0]);
		json_decref(body);
	}
}

static void set_layout(struct cardea_meeting_call *call, const json_t *body, const char *access_key)
{
	json_t *changes = NULL;
	const char *bad = NULL;
	char *text;
	int err;

	if (cardea_meeting_layout_read(body, &changes, &bad)) {
		cardea_meeting_call_refuse_field(call, bad, "not valid");
		return;
	}
	text = cardea_json_dump(changes);
	json_decref(changes);
	err = cardea_domain_meeting_options(call->api->domain, access_key, text, "layout_available",
	                                    cardea_meeting_call_done, call);
	free(text);
	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

static void post_layout(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, 200);
	json_t *body = call ? cardea_meeting_body(call) : NULL;

	if (body) {
		set_layout(call, body, params->value[0]);
		json_decref(body);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/rooms", post_room},
        {CARDEA_HTTP_GET, "/rooms", get_rooms},
        {CARDEA_HTTP_GET, "/rooms/{id}", get_meeting},
        {CARDEA_HTTP_DELETE, "/rooms/{id}", delete_room},
        {CARDEA_HTTP_GET, "/rooms/{id}/users", get_users},
        {CARDEA_HTTP_GET, "/rooms/{id}/users/{user}", get_user},
        {CARDEA_HTTP_DELETE, "/rooms/{id}/users/{user}", delete_user},
        {CARDEA_HTTP_POST, "/rooms/{id}/users/{user}/admit", admit_user},
        {CARDEA_HTTP_POST, "/rooms/{id}/lock", post_lock},
        {CARDEA_HTTP_POST, "/rooms/{id}/messages", post_message},
        {CARDEA_HTTP_POST, "/rooms/{id}/layout", post_layout},
        {CARDEA_HTTP_POST, "/rooms/{id}/presentation", post_presentation},
        {CARDEA_HTTP_DELETE, "/rooms/{id}/presentation", delete_presentation},
        {CARDEA_HTTP_POST, "/guests/{token}", post_guest},
};

void cardea_meetings_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
