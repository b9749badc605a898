/* native_move: sending somebody to another room, for a tenant or a host of both (spec/native 4). */
#include "api/dialect.h"

#include <glib.h>
#include "api/native_call.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "domain/moves.h"

#define MAX_ROOM 255 /* bytes of an id or a name */

static const struct cardea_json_field fields[] = {
        {"room", CARDEA_JSON_STRING, true, 1, MAX_ROOM},
};

struct call {
	struct cardea_http_request *request;
	const struct cardea_api *api;
};

/* Answers and frees @call. */
static void refuse(struct call *call, int err)
{
	cardea_native_refuse(call->request, call->api, err);
	g_free(call);
}

static void done(int err, const struct cardea_moved *result, void *arg)
{
	struct call *call = arg;

	if (err) {
		refuse(call, err);
		return;
	}
	cardea_reply_json(call->request, 200,
	                  json_pack("{s:s, s:s, s:s, s:s}", "room", result->room, "id",
	                            result->participant, "name", result->display_name, "role",
	                            cardea_role_name(result->role)));
	g_free(call);
}

static void post_move(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_move_command command = {.room = params->value[0],
	                                      .participant = params->value[1]};
	struct cardea_presented who;
	struct call *call;
	json_t *body;
	int err;

	if (!cardea_native_caller(request, api, &who)) {
		return;
	}
	err = cardea_native_body(request, fields, G_N_ELEMENTS(fields), &body);
	if (err) {
		cardea_native_refuse(request, api, err);
		return;
	}
	command.to = cardea_json_string(body, "room", NULL);
	call = g_new0(struct call, 1);
	call->request = request;
	call->api = api;
	err = cardea_domain_move(api->domain, &who, &command, done, call);
	if (err) {
		refuse(call, err);
	}
	json_decref(body);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants/{participant}/move", post_move},
};

void cardea_native_move_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
