/* participants_rooms: the room calls of the participants dialect (spec/participants 7). */
#include "api/participants_calls.h"

#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "api/participants_json.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_text.h"

static const struct cardea_json_field room_fields[] = {
        {"name", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_NAME},
        {"config", CARDEA_JSON_OBJECT, false, 0, 0},
};
static const struct cardea_json_field config_fields[] = {
        {"max_participants", CARDEA_JSON_INTEGER, false, 0, INT32_MAX},
        {"recording_enabled", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"chat_enabled", CARDEA_JSON_BOOLEAN, false, 0, 0},
};

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
		cardea_participants_fail(arg, err, "failed to create room");
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
		cardea_participants_fail(request, err, "failed to create room");
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
	if (!cardea_participants_caller(request, &who) ||
	    !(body = cardea_participants_body(request, room_fields, G_N_ELEMENTS(room_fields)))) {
		return;
	}
	err = cardea_json_check(json_object_get(body, "config"), config_fields,
	                        G_N_ELEMENTS(config_fields), &bad);
	if (err) {
		cardea_participants_bad_field(request, err, bad);
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
		cardea_participants_fail(arg, err, "failed to retrieve room");
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
        {CARDEA_HTTP_GET, "/api/v1/rooms/{id}", get_room},
};

void cardea_participants_rooms_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
