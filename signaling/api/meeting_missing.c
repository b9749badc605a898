/*
 * meeting_missing: calls of the meetings dialect whose feature this build lacks. They check who
 * calls and where as the others do, and then say so: 405 (spec/meetings 8).
 */
#include "api/dialect.h"

#include <glib.h>
#include "api/meeting_calls.h"
#include "api/reply.h"
#include "cardea_error.h"

static void found_meeting(int err, const struct cardea_meeting *meeting, void *arg)
{
	if (!err && meeting->is_waiting) {
		err = CARDEA_E_WAITING;
	}
	cardea_meeting_call_fail(arg, err ? err : CARDEA_E_NOT_AVAILABLE);
}

static void of_access_key(struct cardea_http_request *request,
                          const struct cardea_route_params *params, void *arg)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, 0);
	int err;

	if (!call) {
		return;
	}
	err = cardea_domain_meeting_get(call->api->domain, params->value[0], found_meeting, call);
	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

static void found_room(int err, const struct cardea_meeting_report *report, void *arg)
{
	(void)report;
	cardea_meeting_call_fail(arg, err ? err : CARDEA_E_NOT_AVAILABLE);
}

static void ask_room(struct cardea_meeting_call *call, const char *room)
{
	const struct cardea_meeting_caller who = {.id = room,
	                                          .api_key = cardea_meeting_api_key(call->request)};
	int err = cardea_domain_meeting_users(call->api->domain, &who, 1, found_room, call);

	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

static void of_room(struct cardea_http_request *request, const struct cardea_route_params *params,
                    void *arg)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, 0);

	if (call) {
		ask_room(call, params->value[0]);
	}
}

static void of_forward(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, 0);

	if (call) {
		call->is_unauthorized = true;
		ask_room(call, params->value[0]);
	}
}

/* Nothing was ever recorded, so there is nothing of that id. */
static void key_checked(int err, const struct cardea_meeting_room *list, size_t count, void *arg)
{
	(void)list;
	(void)count;
	cardea_meeting_call_fail(arg, err ? err : CARDEA_E_NOT_FOUND);
}

static void of_item(struct cardea_http_request *request, const struct cardea_route_params *params,
                    void *arg)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, 0);
	int err;

	(void)params;
	if (!call) {
		return;
	}
	err = cardea_domain_meeting_rooms(call->api->domain, cardea_meeting_api_key(request),
	                                  key_checked, call);
	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

/* The signaling of SEPP clients; our own pages come by `enter`. */
static void of_call(struct cardea_http_request *request, const struct cardea_route_params *params,
                    void *arg)
{
	(void)params;
	(void)arg;
	cardea_reply_error(request, 503, "signaling is not available in this version");
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_GET, "/call", of_call},
        {CARDEA_HTTP_POST | CARDEA_HTTP_DELETE, "/rooms/{key}/recording", of_access_key},
        {CARDEA_HTTP_POST, "/rooms/{key}/snapshot", of_access_key},
        {CARDEA_HTTP_GET, "/rooms/{key}/snapshots/{id}", of_access_key},
        {CARDEA_HTTP_POST | CARDEA_HTTP_DELETE, "/rooms/{key}/broadcasts", of_access_key},
        {CARDEA_HTTP_PUT | CARDEA_HTTP_DELETE, "/rooms/{key}/broadcasts/{platform}", of_access_key},
        {CARDEA_HTTP_POST, "/rooms/{key}/layers", of_access_key},
        {CARDEA_HTTP_DELETE, "/rooms/{key}/layers/{index}", of_access_key},
        {CARDEA_HTTP_POST, "/rooms/{key}/playbacks", of_access_key},
        {CARDEA_HTTP_DELETE, "/rooms/{key}/playbacks/{id}", of_access_key},
        {CARDEA_HTTP_GET, "/rooms/{room}/recordings", of_room},
        {CARDEA_HTTP_GET, "/rooms/{room}/snapshots", of_room},
        {CARDEA_HTTP_POST | CARDEA_HTTP_DELETE, "/rooms/{room}/forward/{what}", of_forward},
        {CARDEA_HTTP_GET | CARDEA_HTTP_DELETE, "/recordings/{id}", of_item},
        {CARDEA_HTTP_GET | CARDEA_HTTP_DELETE, "/snapshots/{id}", of_item},
};

void cardea_meetings_missing_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
