/* participants_recordings: there is no recording in this version, and the calls say so
 * (spec/participants 9, Decision P20). */
#include "api/participants_calls.h"

#include <glib.h>
#include "api/reply.h"
#include "cardea_error.h"
#include "domain/recordings.h"

struct call {
	struct cardea_http_request *request;
	json_t *answer; /* of a call that is right; NULL: there is nothing to do it with */
};

static void checked(int err, void *arg)
{
	struct call *call = arg;

	if (!err && !call->answer) {
		err = CARDEA_E_NO_RECORDING;
	}
	if (err) {
		json_decref(call->answer);
		cardea_participants_fail(call->request, err, "failed to read recordings");
	} else {
		cardea_reply_json(call->request, 200, call->answer);
	}
	g_free(call);
}

/* Takes @answer over. */
static void check(struct cardea_http_request *request, const struct cardea_api *api,
                  const struct cardea_recording_call *what, json_t *answer)
{
	struct cardea_presented who;
	struct call *call;
	int err;

	if (!cardea_participants_caller(request, &who)) {
		json_decref(answer);
		return;
	}
	call = g_new0(struct call, 1);
	call->request = request;
	call->answer = answer;
	err = cardea_domain_recording_check(api->domain, &who, what, checked, call);
	if (err) {
		checked(err, call);
	}
}

/* start, stop and sync of a room */
static void post_of_room(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	const struct cardea_recording_call what = {.room = params->value[0]};
	struct cardea_presented who;

	if (cardea_participants_caller(request, &who) &&
	    cardea_participants_room_id(request, params->value[0])) {
		check(request, arg, &what, NULL);
	}
}

static void get_list(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	const struct cardea_recording_call what = {0};

	(void)params;
	check(request, arg, &what,
	      json_pack("{s:[], s:i, s:i, s:i}", "recordings", "total", 0, "limit", 20, "offset", 0));
}

/* There is none of any id. */
static void of_one(struct cardea_http_request *request, const struct cardea_route_params *params,
                   void *arg)
{
	const struct cardea_recording_call what = {.recording = params->value[0]};

	check(request, arg, &what, NULL);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/recordings/start", post_of_room},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/recordings/stop", post_of_room},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/recordings/sync", post_of_room},
        {CARDEA_HTTP_GET, "/api/v1/recordings", get_list},
        {CARDEA_HTTP_GET, "/api/v1/recordings/{recording}", of_one},
        {CARDEA_HTTP_DELETE, "/api/v1/recordings/{recording}", of_one},
        {CARDEA_HTTP_GET, "/api/v1/recordings/{recording}/download", of_one},
};

void cardea_participants_recordings_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
