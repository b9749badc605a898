/*
 * dialect_participants: adding and listing participants by spec/participants 5.1 and 5.2.
 *
 * The order of checks in this dialect is: a credential is there; the path and the body are
 * well-formed; then the domain authenticates, authorises and acts in one transaction.
 */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/participants_calls.h"
#include "api/participants_json.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_text.h"

static const struct cardea_json_field add_fields[] = {
        {"display_name", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_NAME},
        {"external_user_id", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_EXTERNAL_ID},
        {"role", CARDEA_JSON_STRING, false, 0, 0},
        {"metadata", CARDEA_JSON_OBJECT, false, 0, 0},
};

static void participant_added(int err, const struct cardea_participant_added *added, void *arg)
{
	if (err) {
		cardea_participants_fail(arg, err, "failed to add participant");
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
		cardea_participants_fail(request, err, "failed to add participant");
	}
}

static void post_participant(struct cardea_http_request *request,
                             const struct cardea_route_params *params, void *arg)
{
	struct cardea_participant_add command = {.room = params->value[0]};
	struct cardea_presented who;
	const char *external;
	json_t *body;

	if (!cardea_participants_caller(request, &who) ||
	    !cardea_participants_room(request, command.room) ||
	    !(body = cardea_participants_body(request, add_fields, G_N_ELEMENTS(add_fields)))) {
		return;
	}
	command.display_name = cardea_json_string(body, "display_name", NULL);
	external = cardea_json_string(body, "external_user_id", "");
	command.external_user_id = external[0] ? external : NULL;
	if (cardea_participants_role(body, &command.role)) {
		cardea_participants_fail(request, CARDEA_E_ROLE_INVALID, "");
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
		cardea_participants_fail(arg, err, "failed to list participants");
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

	if (!cardea_participants_caller(request, &who) ||
	    !cardea_participants_room(request, params->value[0])) {
		return;
	}
	active = cardea_http_query_value(request, "active");
	err = cardea_domain_participant_list(api->domain, &who, params->value[0],
	                                     active && strcmp(active, "true") == 0, participants_listed,
	                                     request);
	if (err) {
		cardea_participants_fail(request, err, "failed to list participants");
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants", post_participant},
        {CARDEA_HTTP_GET, "/api/v1/rooms/{id}/participants", get_participants},
};

void cardea_participants_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
	cardea_participants_auth_add(router, api);
	cardea_participants_rooms_add(router, api);
	cardea_participants_room_acts_add(router, api);
	cardea_participants_seats_add(router, api);
	cardea_participants_tenants_add(router, api);
	cardea_participants_recordings_add(router, api);
}
