/* participants_rooms: the room calls of the participants dialect (spec/participants 7). */
#include "api/participants_calls.h"

#include <stdlib.h>
#include <glib.h>
#include "api/participants_json.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_text.h"
#include "domain/rooms.h"

static const struct cardea_json_field room_fields[] = {
        {"name", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_NAME},
        {"config", CARDEA_JSON_OBJECT, false, 0, 0},
};
static const struct cardea_json_field schedule_fields[] = {
        {"scheduled_start_at", CARDEA_JSON_STRING, true, 0, 0},
        {"scheduled_end_at", CARDEA_JSON_STRING, false, 0, 0},
        {"allow_early_join_minutes", CARDEA_JSON_INTEGER, false, 0, 0},
};
static const struct cardea_json_field config_fields[] = {
        {"max_participants", CARDEA_JSON_INTEGER, false, 0, INT32_MAX},
        {"recording_enabled", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"chat_enabled", CARDEA_JSON_BOOLEAN, false, 0, 0},
};

/* ---- name and configuration ---- */

/* The keys of @config that are not ours to read, as text; NULL if there are none. free(). */
static char *extra_text(const json_t *config)
{
	json_t *extra = config ? json_copy((json_t *)config) : json_object();
	char *text = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(config_fields); i++) {
		json_object_del(extra, config_fields[i].name);
	}
	if (json_object_size(extra) > 0) {
		text = cardea_json_dump(extra);
	}
	json_decref(extra);
	return text;
}

static int flag(const json_t *config, const char *name)
{
	const json_t *value = json_object_get(config, name);

	return json_is_boolean(value) ? json_is_true(value) : -1;
}

/* The body of a call that names a room and configures it, or NULL if it was answered. */
static json_t *read_room(struct cardea_http_request *request)
{
	const char *bad, *name;
	json_t *body;
	int err;

	body = cardea_participants_body(request, room_fields, G_N_ELEMENTS(room_fields));
	if (!body) {
		return NULL;
	}
	err = cardea_json_check(json_object_get(body, "config"), config_fields,
	                        G_N_ELEMENTS(config_fields), &bad);
	name = cardea_json_string(body, "name", "");
	if (!err && (!name[0] || cardea_text_is_name(name, CARDEA_MAX_NAME))) {
		return body;
	}
	if (err) {
		cardea_participants_bad_field(request, err, bad);
	} else {
		cardea_reply_error(request, 400, "name: invalid value");
	}
	json_decref(body);
	return NULL;
}

/* `extra` is the caller's to free. */
static struct cardea_room_config config_of(const json_t *body)
{
	const json_t *config = json_object_get(body, "config");

	return (struct cardea_room_config){
	        .max_participants = cardea_json_integer(config, "max_participants", -1),
	        .recording_enabled = flag(config, "recording_enabled"),
	        .chat_enabled = flag(config, "chat_enabled"),
	        .extra = extra_text(config),
	};
}

static struct cardea_room_create create_of(const json_t *body)
{
	const char *name = cardea_json_string(body, "name", "");

	return (struct cardea_room_create){.name = name[0] ? name : NULL, .config = config_of(body)};
}

/* ---- create, schedule ---- */

static void room_created(int err, const struct cardea_room_view *room, void *arg)
{
	if (err || !room) {
		cardea_participants_fail(arg, err, "failed to create room");
		return;
	}
	cardea_reply_json(arg, 201, cardea_json_room(room));
}

static void post_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_room_create command;
	struct cardea_presented who;
	json_t *body;
	int err;

	(void)params;
	if (!cardea_participants_caller(request, &who) || !(body = read_room(request))) {
		return;
	}
	command = create_of(body);
	err = cardea_domain_room_create(api->domain, &who, &command, room_created, request);
	free((char *)command.config.extra);
	json_decref(body);
	if (err) {
		room_created(err, NULL, request);
	}
}

static void room_scheduled(int err, const struct cardea_room_view *room, void *arg)
{
	if (err || !room) {
		cardea_participants_fail(arg, err, "failed to schedule room");
		return;
	}
	cardea_reply_json(arg, 201, cardea_json_room(room));
}

/* 0 with *@out in ms, 0 if there is none; or CARDEA_E_INVALID. */
static int read_time(const json_t *body, const char *name, int64_t *out)
{
	const char *text = cardea_json_string(body, name, NULL);
	g_autoptr(GDateTime) time = text ? g_date_time_new_from_iso8601(text, NULL) : NULL;

	*out = time ? g_date_time_to_unix(time) * 1000 + g_date_time_get_microsecond(time) / 1000 : 0;
	return text && !time ? CARDEA_E_INVALID : 0;
}

/* What is wrong with the times of @body: its field, else NULL. */
static const char *read_times(const json_t *body, struct cardea_room_schedule *out, int *err)
{
	const char *bad = NULL;

	*err = cardea_json_check(body, schedule_fields, G_N_ELEMENTS(schedule_fields), &bad);
	for (size_t i = 0; i < 2 && !*err; i++) {
		bad = schedule_fields[i].name;
		*err = read_time(body, bad, i == 0 ? &out->start_at : &out->end_at);
	}
	out->allow_early_join_minutes =
	        *err ? 0 : cardea_json_integer(body, "allow_early_join_minutes", 0);
	if (out->allow_early_join_minutes > CARDEA_MAX_EARLY_JOIN_MINUTES) {
		bad = "allow_early_join_minutes";
		*err = CARDEA_E_JSON_RANGE;
	}
	return *err ? bad : NULL;
}

static void post_schedule(struct cardea_http_request *request,
                          const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_room_schedule command = {0};
	struct cardea_presented who;
	const char *bad;
	json_t *body;
	int err;

	(void)params;
	if (!cardea_participants_caller(request, &who) || !(body = read_room(request))) {
		return;
	}
	bad = read_times(body, &command, &err);
	if (bad) {
		cardea_participants_bad_field(request, err, bad);
		json_decref(body);
		return;
	}
	command.room = create_of(body);
	err = cardea_domain_room_schedule(api->domain, &who, &command, room_scheduled, request);
	free((char *)command.room.config.extra);
	json_decref(body);
	if (err) {
		room_scheduled(err, NULL, request);
	}
}

/* ---- change ---- */

static void room_changed(int err, const struct cardea_room_view *room, void *arg)
{
	if (err || !room) {
		cardea_participants_fail(arg, err, "failed to update room");
		return;
	}
	cardea_reply_json(arg, 200, cardea_json_room(room));
}

static void patch_room(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_room_change change;
	struct cardea_presented who;
	json_t *body;
	int err;

	if (!cardea_participants_caller(request, &who) ||
	    !cardea_participants_room_id(request, params->value[0]) || !(body = read_room(request))) {
		return;
	}
	change = (struct cardea_room_change){.name = cardea_json_string(body, "name", NULL),
	                                     .config = config_of(body)};
	err = cardea_domain_room_update(api->domain, &who, params->value[0], &change, room_changed,
	                                request);
	free((char *)change.config.extra);
	json_decref(body);
	if (err) {
		room_changed(err, NULL, request);
	}
}

/* ---- read ---- */

static void room_read(int err, const struct cardea_room_view *room, void *arg)
{
	if (err) {
		cardea_participants_fail(arg, err, "failed to retrieve room");
		return;
	}
	cardea_reply_json(arg, 200, cardea_json_room_with_count(room));
}

static void get_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	int err;

	if (!cardea_participants_caller(request, &who) ||
	    !cardea_participants_room_id(request, params->value[0])) {
		return;
	}
	err = cardea_domain_room_get(api->domain, &who, params->value[0], room_read, request);
	if (err) {
		cardea_participants_fail(request, err, "failed to retrieve room");
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/v1/rooms", post_room},
        {CARDEA_HTTP_POST, "/api/v1/rooms/schedule", post_schedule},
        {CARDEA_HTTP_GET, "/api/v1/rooms/{id}", get_room},
        {CARDEA_HTTP_PATCH, "/api/v1/rooms/{id}", patch_room},
};

void cardea_participants_rooms_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
