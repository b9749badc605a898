/* spaces_missing: calls of spec/spaces 12 whose feature is not there. They look who asks, as if it
 * were; then records are an empty list, and the rest is 501. */
#include "api/dialect.h"

#include <glib.h>
#include "api/reply.h"
#include "api/spaces_calls.h"
#include "cardea_error.h"

static json_t *render_no_records(const struct cardea_space_result *result,
                                 const struct cardea_http_request *request,
                                 const struct cardea_api *api)
{
	(void)result;
	(void)request;
	(void)api;
	return json_pack("{s:[], s:i}", "items", "total", 0);
}

static bool open_look(struct cardea_spaces_call *call, struct cardea_http_request *request,
                      const struct cardea_route_params *params, const struct cardea_api *api)
{
	if (!cardea_spaces_open(call, request, api, CARDEA_SPACES_TOKEN, NULL, 0)) {
		return false;
	}
	call->command.call = CARDEA_SPACE_OWNER_LOOK;
	call->command.space = params->value[0];
	call->command.room = params->count > 1 ? params->value[1] : NULL;
	return true;
}

static void get_records(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;

	if (open_look(&call, request, params, arg)) {
		cardea_spaces_run(&call, render_no_records);
	}
}

static void refuse_with(struct cardea_spaces_call *call, cardea_space_done_h done)
{
	int err = cardea_domain_space(call->api->domain, &call->command, done, call->request);

	if (err) {
		done(err, NULL, call->request);
	}
	cardea_spaces_close(call);
}

static void no_record(int err, const struct cardea_space_result *result, void *arg)
{
	(void)result;
	cardea_spaces_refuse(arg, err ? err : CARDEA_E_NOT_FOUND);
}

static void get_record(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;

	if (open_look(&call, request, params, arg)) {
		refuse_with(&call, no_record);
	}
}

static void not_there(int err, const struct cardea_space_result *result, void *arg)
{
	(void)result;
	if (err) {
		cardea_spaces_refuse(arg, err);
	} else {
		cardea_reply_json(arg, 501,
		                  json_pack("{s:s, s:s}", "message", "not available in this version",
		                            "code", "not_available"));
	}
}

static void any_missing(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;

	if (open_look(&call, request, params, arg)) {
		refuse_with(&call, not_there);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/webhook", any_missing},
        {CARDEA_HTTP_POST, "/v1/spaces/{space}/webhook", any_missing},
        {CARDEA_HTTP_PUT, "/v1/spaces/{space}/webhook", any_missing},
        {CARDEA_HTTP_DELETE, "/v1/spaces/{space}/webhook", any_missing},
        {CARDEA_HTTP_PUT, "/v1/spaces/{space}/webhook/refresh-secret", any_missing},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/analytics/calls", any_missing},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/analytics/report", any_missing},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/rooms/{room}/records", get_records},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/rooms/{room}/records/download/{record}", get_record},
};

void cardea_spaces_missing_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
