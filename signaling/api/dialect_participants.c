/*
 * dialect_participants: rooms and participants by spec/participants 5-7.
 *
 * The order of checks is: a credential is there; the path and the body are well-formed; then the
 * domain authenticates, authorises and acts in one transaction.
 */
#include "api/dialect.h"

#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "api/participants_json.h"
#include "api/presented.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_text.h"

#define MAX_EXTERNAL_ID 255

static const struct cardea_json_field room_fields[] = {
        {"name", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_NAME},
        {"config", CARDEA_JSON_OBJECT, false, 0, 0},
};
static const struct cardea_json_field config_fields[] = {
        {"max_participants", CARDEA_JSON_INTEGER, false, 0, INT32_MAX},
        {"recording_enabled", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"chat_enabled", CARDEA_JSON_BOOLEAN, false, 0, 0},
};
static const struct cardea_json_field add_fields[] = {
        {"display_name", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_NAME},
        {"external_user_id", CARDEA_JSON_STRING, false, 0, MAX_EXTERNAL_ID},
        {"role", CARDEA_JSON_STRING, false, 0, 0},
        {"metadata", CARDEA_JSON_OBJECT, false, 0, 0},
};

/* ---- errors ---- */

/* @action: what failed, for a 500: "failed to create room". */
static void reply_failure(struct cardea_http_request *request, int err, const char *action)
{
	int status = cardea_error_http(err);

	if (status == 500) {
		g_autofree char *text = g_strdup_printf("%s: %s", action, cardea_error_text(err));

		cardea_reply_error(request, status, text);
		return;
	}
	cardea_reply_error(request, status, cardea_error_text(err));
}

static void reply_bad_field(struct cardea_http_request *request, int err, const char *field)
{
	g_autofree char *text = NULL;

	if (strcmp(field, "display_name") == 0 &&
	    (err == CARDEA_E_JSON_MISSING || err == CARDEA_E_JSON_RANGE)) {
		reply_failure(request, CARDEA_E_DISPLAY_NAME_REQUIRED, "");
		return;
	}
	text = g_strdup_printf("%s: %s", field, cardea_error_text(err));
	cardea_reply_error(request, 400, text);
}

/* Reads who calls, or answers 401. */
static bool read_caller(struct cardea_http_request *request, struct cardea_presented *who)
{
	int err = cardea_presented_read(request, who);

	if (err) {
		reply_failure(request, err, "");
	}
	return !err;
}

/* Reads the body by a table, or answers 400. */
static json_t *read_body(struct cardea_http_request *request,
                         const struct cardea_json_field *fields, size_t count)
{
	json_t *body;
	const char *bad;
	int err = cardea_read_json(request, &body);

	if (err) {
		cardea_reply_error(request, 400, cardea_error_text(err));
		return NULL;
	}
	err = cardea_json_check(body, fields, count, &bad);
	if (err) {
		json_decref(body);
		reply_bad_field(request, err, bad);
		return NULL;
	}
	return body;
}

/* ---- rooms ---- */

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

static void room_created(int err, const struct cardea_room_view *room, void *arg)
{
	if (err) {
		reply_failure(arg, err, "failed to create room");
		return;
	}
	cardea_reply_json(arg, 201, cardea_json_room(room));
}

static void create_room(struct cardea_http_request *request, const struct cardea_api *api,
                        const struct cardea_presented *who, const json_t *body)
{
	const json_t *config = json_object_get(body, "config");
	const char *name = cardea_json_string(body, "name", "");
	char *extra = extra_text(config);
	struct cardea_room_create command = {
	        .name = name[0] ? name : NULL,
	        .config =
	                {
	                        .max_participants = cardea_json_integer(config, "max_participants", -1),
	                        .recording_enabled = flag(config, "recording_enabled"),
	                        .chat_enabled = flag(config, "chat_enabled"),
	                        .extra = extra,
	                },
	};
	int err = cardea_domain_room_create(api->domain, who, &command, room_created, request);

	free(extra);
	if (err) {
		reply_failure(request, err, "failed to create room");
	}
}

static void post_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_presented who;
	const char *bad;
	json_t *body;
	int err;

	(void)params;
	if (!read_caller(request, &who) ||
	    !(body = read_body(request, room_fields, G_N_ELEMENTS(room_fields)))) {
		return;
	}
	err = cardea_json_check(json_object_get(body, "config"), config_fields,
	                        G_N_ELEMENTS(config_fields), &bad);
	if (err) {
		reply_bad_field(request, err, bad);
	} else if (cardea_json_string(body, "name", "")[0] &&
	           !cardea_text_is_name(cardea_json_string(body, "name", ""), CARDEA_MAX_NAME)) {
		cardea_reply_error(request, 400, "name: invalid value");
	} else {
		create_room(request, arg, &who, body);
	}
	json_decref(body);
}

static void room_read(int err, const struct cardea_room_view *room, void *arg)
{
	json_t *json;

	if (err) {
		reply_failure(arg, err, "failed to retrieve room");
		return;
	}
	json = cardea_json_room(room);
	json_object_set_new(json, "participant_count", json_integer(room->participant_count));
	cardea_reply_json(arg, 200, json);
}

static void get_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	int err;

	if (!read_caller(request, &who)) {
		return;
	}
	if (!cardea_id_is_uuid(params->value[0])) {
		reply_failure(request, CARDEA_E_ROOM_ID_INVALID, "");
		return;
	}
	err = cardea_domain_room_get(api->domain, &who, params->value[0], room_read, request);
	if (err) {
		reply_failure(request, err, "failed to retrieve room");
	}
}

/* ---- participants ---- */

/* A room that has a name can be addressed by it. */
static bool read_room(struct cardea_http_request *request, const char *room)
{
	if (cardea_text_is_name(room, CARDEA_MAX_ROOM_KEY)) {
		return true;
	}
	reply_failure(request, CARDEA_E_ROOM_ID_INVALID, "");
	return false;
}

static void participant_added(int err, const struct cardea_participant_added *added, void *arg)
{
	if (err) {
		reply_failure(arg, err, "failed to add participant");
		return;
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	cardea_reply_json(arg, 201, cardea_json_participant_added(added));
}

static void add_participant(struct cardea_http_request *request, const struct cardea_api *api,
                            const struct cardea_presented *who,
                            struct cardea_participant_add *command, json_t *body)
{
	const json_t *metadata = json_object_get(body, "metadata");
	char *text = json_is_object(metadata) ? cardea_json_dump(metadata) : NULL;
	int err;

	command->metadata = text;
	err = cardea_domain_participant_add(api->domain, who, command, participant_added, request);
	free(text);
	if (err) {
		reply_failure(request, err, "failed to add participant");
	}
}

/* 0, or CARDEA_E_INVALID for a role there is not. */
static int read_role(const json_t *body, int *out)
{
	const char *name = cardea_json_string(body, "role", NULL);
	enum cardea_role role;

	*out = -1;
	if (!name) {
		return 0;
	}
	if (cardea_role_parse(name, &role)) {
		return CARDEA_E_INVALID;
	}
	*out = role;
	return 0;
}

static void post_participant(struct cardea_http_request *request,
                             const struct cardea_route_params *params, void *arg)
{
	struct cardea_participant_add command = {.room = params->value[0]};
	struct cardea_presented who;
	const char *external;
	json_t *body;

	if (!read_caller(request, &who) || !read_room(request, command.room) ||
	    !(body = read_body(request, add_fields, G_N_ELEMENTS(add_fields)))) {
		return;
	}
	command.display_name = cardea_json_string(body, "display_name", NULL);
	external = cardea_json_string(body, "external_user_id", "");
	command.external_user_id = external[0] ? external : NULL;
	if (read_role(body, &command.role)) {
		reply_failure(request, CARDEA_E_ROLE_INVALID, "");
	} else if (!cardea_text_is_name(command.display_name, CARDEA_MAX_NAME)) {
		cardea_reply_error(request, 400, "display_name: invalid value");
	} else {
		add_participant(request, arg, &who, &command, body);
	}
	json_decref(body);
}

static void participants_listed(int err, const struct cardea_participant_view *list, size_t count,
                                void *arg)
{
	if (err) {
		reply_failure(arg, err, "failed to list participants");
		return;
	}
	cardea_reply_json(arg, 200, cardea_json_participants(list, count));
}

static void get_participants(struct cardea_http_request *request,
                             const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	g_autofree char *active = NULL;
	int err;

	if (!read_caller(request, &who) || !read_room(request, params->value[0])) {
		return;
	}
	active = cardea_http_query_value(request, "active");
	err = cardea_domain_participant_list(api->domain, &who, params->value[0],
	                                     active && strcmp(active, "true") == 0, participants_listed,
	                                     request);
	if (err) {
		reply_failure(request, err, "failed to list participants");
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/v1/rooms", post_room},
        {CARDEA_HTTP_GET, "/api/v1/rooms/{id}", get_room},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants", post_participant},
        {CARDEA_HTTP_GET, "/api/v1/rooms/{id}/participants", get_participants},
};

void cardea_participants_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
