/* spaces_rooms: rooms of spaces, and the way of a guest into one (spec/spaces 6, 11). */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/reply.h"
#include "api/spaces_calls.h"
#include "cardea_error.h"
#include "cardea_text.h"

/* ---- rooms ---- */

static const struct cardea_json_field room_fields[] = {
        {"name", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_NAME},
        {"isPublic", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"type", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
        {"waitingRoomAudience", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
        {"redirectUrl", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_HTTP_TARGET},
        {"joinSettings", CARDEA_JSON_OBJECT, false, 0, 0},
};

static const struct {
	const char *name;
	enum cardea_room_switch bit;
} switches[] = {
        {"isChatAllowed", CARDEA_SWITCH_CHAT},
        {"isRecordAllowed", CARDEA_SWITCH_RECORD},
        {"isAutoRecordingAllowed", CARDEA_SWITCH_AUTO_RECORDING},
        {"isMicrophonePublishingAllowed", CARDEA_SWITCH_MICROPHONE},
        {"isCameraPublishingAllowed", CARDEA_SWITCH_CAMERA},
        {"isScreenMediaPublishingAllowed", CARDEA_SWITCH_SCREEN_MEDIA},
        {"isScreensharingAllowed", CARDEA_SWITCH_SCREEN_SHARING},
        {"isAvatarsAllowed", CARDEA_SWITCH_AVATARS},
        {"isSelfRenamingAllowed", CARDEA_SWITCH_SELF_RENAMING},
        {"isHandRaisingAllowed", CARDEA_SWITCH_HAND_RAISING},
        {"isRemoteDrawingAllowed", CARDEA_SWITCH_REMOTE_DRAWING},
};

/* Kept and given back, never read. */
static const char *const extras[] = {"redirectUrl", "joinSettings", "breakoutRooms"};

static void add_extra(json_t *room, const char *text)
{
	json_t *extra = NULL;

	if (!text || cardea_json_parse_object(text, strlen(text), &extra)) {
		extra = json_object();
	}
	for (size_t i = 0; i < G_N_ELEMENTS(extras); i++) {
		json_t *value = json_object_get(extra, extras[i]);

		json_object_set(room, extras[i], value ? value : json_null());
	}
	json_decref(extra);
}

static json_t *room_object(const struct cardea_space_room_view *view)
{
	json_t *room =
	        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s?}", "id", view->id,
	                  "appId", view->client, "channelId", view->channel, "name", view->name,
	                  "spaceId", view->space, "alias", view->alias, "isPublic", view->is_public,
	                  "type", view->is_webinar ? "webinar" : "lesson", "waitingRoomAudience",
	                  "nobody", "roleInRoom", cardea_spaces_room_role(view->rank));

	for (size_t i = 0; i < G_N_ELEMENTS(switches); i++) {
		json_object_set_new(room, switches[i].name, json_boolean(view->switches & switches[i].bit));
	}
	add_extra(room, view->extra);
	return room;
}

static json_t *render_room(const struct cardea_space_result *result,
                           const struct cardea_http_request *request, const struct cardea_api *api)
{
	(void)request;
	(void)api;
	return room_object(&result->room);
}

static json_t *render_new_room(const struct cardea_space_result *result,
                               const struct cardea_http_request *request,
                               const struct cardea_api *api)
{
	(void)request;
	(void)api;
	return json_pack("{s:s, s:s, s:s}", "id", result->room.id, "alias", result->room.alias,
	                 "channelId", result->room.channel);
}

static json_t *render_rooms(const struct cardea_space_result *result,
                            const struct cardea_http_request *request, const struct cardea_api *api)
{
	json_t *items = json_array();

	(void)request;
	(void)api;
	for (size_t i = 0; i < result->count; i++) {
		json_array_append_new(items, room_object(&result->rooms[i]));
	}
	return json_pack("{s:o}", "items", items);
}

/* NULL, or the field that is wrong. */
static const char *read_switches(const json_t *body, struct cardea_space_command *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(switches); i++) {
		const json_t *value = json_object_get(body, switches[i].name);

		if (value && !json_is_null(value) && !json_is_boolean(value)) {
			return switches[i].name;
		}
		if (json_is_boolean(value)) {
			out->switches_given |= switches[i].bit;
			out->switches |= json_is_true(value) ? switches[i].bit : 0;
		}
	}
	return NULL;
}

/* What is kept of the body, as text for free(); NULL if there is nothing. */
static char *read_extra(const json_t *body)
{
	json_t *extra = json_object();
	char *text = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(extras); i++) {
		json_t *value = json_object_get(body, extras[i]);

		if (value) {
			json_object_set(extra, extras[i], value);
		}
	}
	if (json_object_size(extra) > 0) {
		text = cardea_json_dump(extra);
	}
	json_decref(extra);
	return text;
}

/* NULL, or the field that is wrong. */
static const char *read_room(const json_t *body, struct cardea_space_command *out)
{
	const char *type = cardea_json_string(body, "type", NULL);
	const json_t *is_public = json_object_get(body, "isPublic");

	out->name = cardea_json_string(body, "name", NULL);
	if (json_is_boolean(is_public)) {
		out->is_public = json_is_true(is_public);
	}
	if (type) {
		out->is_webinar = strcmp(type, "webinar") == 0;
	}
	if (out->name && !cardea_text_is_name(out->name, CARDEA_MAX_NAME)) {
		return "name";
	}
	if (type && !out->is_webinar && strcmp(type, "lesson") != 0) {
		return "type";
	}
	/* The only value that is known (spec/spaces 6). */
	if (strcmp(cardea_json_string(body, "waitingRoomAudience", "nobody"), "nobody") != 0) {
		return "waitingRoomAudience";
	}
	return read_switches(body, out);
}

static void write_room(struct cardea_http_request *request, const struct cardea_api *api,
                       const struct cardea_route_params *params)
{
	struct cardea_spaces_call call;
	bool is_new = params->count == 1;
	const char *bad;
	char *extra;

	if (!cardea_spaces_open(&call, request, api, CARDEA_SPACES_TOKEN, room_fields,
	                        G_N_ELEMENTS(room_fields))) {
		return;
	}
	bad = read_room(call.body, &call.command);
	if (bad || (is_new && !call.command.name)) {
		cardea_spaces_refuse_field(&call, bad ? bad : "name");
		return;
	}
	extra = read_extra(call.body);
	call.command.call = is_new ? CARDEA_SPACE_ROOM_CREATE : CARDEA_SPACE_ROOM_UPDATE;
	call.command.space = params->value[0];
	call.command.room = is_new ? NULL : params->value[1];
	call.command.extra = extra;
	cardea_spaces_run(&call, is_new ? render_new_room : render_room);
	free(extra);
}

static void post_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	write_room(request, arg, params);
}

static void put_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	write_room(request, arg, params);
}

static void get_rooms(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_spaces_call call;

	if (cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, NULL, 0)) {
		call.command.call = CARDEA_SPACE_ROOM_LIST;
		call.command.space = params->value[0];
		cardea_spaces_run(&call, render_rooms);
	}
}

static void get_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	struct cardea_spaces_call call;

	if (cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, NULL, 0)) {
		call.command.call = CARDEA_SPACE_ROOM_READ;
		call.command.space = params->value[0];
		call.command.room = params->value[1];
		cardea_spaces_run(&call, render_room);
	}
}

static void get_room_by_alias(struct cardea_http_request *request,
                              const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;

	if (cardea_spaces_open(&call, request, arg, CARDEA_SPACES_ANYBODY, NULL, 0)) {
		call.command.call = CARDEA_SPACE_ROOM_BY_ALIAS;
		call.command.id = params->value[0];
		cardea_spaces_run(&call, render_room);
	}
}

/* ---- the way in ---- */

/* `role` and `clientUniqueId` are read by nobody: the server knows the role (Decision S10), and
 * who comes twice is two people, or has a user token. */
static const struct cardea_json_field participant_fields[] = {
        {"roomId", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"name", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_NAME},
};
static const struct cardea_json_field join_fields[] = {
        {"participantId", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
};

static json_t *render_participant(const struct cardea_space_result *result,
                                  const struct cardea_http_request *request,
                                  const struct cardea_api *api)
{
	(void)request;
	(void)api;
	return json_pack("{s:s, s:s*, s:s*}", "id", result->id, "access_token", result->seat.access,
	                 "refresh_token", result->seat.refresh);
}

static void post_participant(struct cardea_http_request *request,
                             const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;
	const char *name;

	if (!cardea_spaces_open(&call, request, arg, CARDEA_SPACES_ANYBODY, participant_fields,
	                        G_N_ELEMENTS(participant_fields))) {
		return;
	}
	name = cardea_json_string(call.body, "name", "");
	call.command.call = CARDEA_SPACE_PARTICIPANT_ADD;
	call.command.space = params->value[0];
	call.command.room = cardea_json_string(call.body, "roomId", "");
	call.command.name = name[0] ? name : NULL;
	if (name[0] && !cardea_text_is_name(name, CARDEA_MAX_NAME)) {
		cardea_spaces_refuse_field(&call, "name");
	} else {
		cardea_spaces_run(&call, render_participant);
	}
}

static json_t *render_signaling(const struct cardea_space_result *result,
                                const struct cardea_http_request *request,
                                const struct cardea_api *api)
{
	(void)request;
	(void)api;
	return json_pack("{s:s}", "signalingToken", result->signaling_token);
}

static void post_signaling(struct cardea_http_request *request,
                           const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;

	if (cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, NULL, 0)) {
		call.command.call = CARDEA_SPACE_PARTICIPANT_SIGNAL;
		call.command.space = params->value[0];
		call.command.id = params->value[1];
		cardea_spaces_run(&call, render_signaling);
	}
}

static void post_join(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_spaces_call call;

	if (cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, join_fields,
	                       G_N_ELEMENTS(join_fields))) {
		call.command.call = CARDEA_SPACE_PARTICIPANT_JOIN;
		call.command.space = params->value[0];
		call.command.room = params->value[1];
		call.command.id = cardea_json_string(call.body, "participantId", "");
		cardea_spaces_run(&call, cardea_spaces_nothing);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/v1/spaces/{space}/rooms", post_room},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/rooms", get_rooms},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/rooms/{room}", get_room},
        {CARDEA_HTTP_PUT, "/v1/spaces/{space}/rooms/{room}", put_room},
        {CARDEA_HTTP_GET, "/v1/spaces/room-by-alias/{alias}", get_room_by_alias},
        {CARDEA_HTTP_POST, "/v1/spaces/{space}/participants", post_participant},
        {CARDEA_HTTP_POST, "/v1/spaces/{space}/participants/{participant}/signaling-token",
         post_signaling},
        {CARDEA_HTTP_POST, "/v1/spaces/{space}/rooms/{room}/join", post_join},
};

void cardea_space_rooms_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
