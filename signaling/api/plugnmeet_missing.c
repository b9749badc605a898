/*
 * plugnmeet_missing: signed calls whose feature this build lacks (spec/plugnmeet 3). They check the
 * signature as the others do, and then say the truth: there is no such recording, artifact, ...;
 * and what is unknown.
 */
#include "api/dialect.h"

#include <glib.h>
#include "api/plugnmeet_calls.h"
#include "cardea_error.h"

/* Says @call->fault, which is not there, to whoever signed rightly. */
static void nothing_there(int err, void *arg)
{
	struct cardea_plugnmeet_call *call = arg;

	if (err) {
		cardea_plugnmeet_fail(call, err);
	} else {
		cardea_plugnmeet_refuse(call, CARDEA_PLUGNMEET_NOT_FOUND, call->fault);
	}
}

static void say(struct cardea_http_request *request, void *api, const char *text)
{
	struct cardea_plugnmeet_call *call = cardea_plugnmeet_call_new(request, api);
	int err;

	if (!call) {
		return;
	}
	call->fault = g_strdup(text);
	err = cardea_domain_signed_check(call->api->domain, &call->who, nothing_there, call);
	if (err) {
		cardea_plugnmeet_fail(call, err);
	}
}

/* Defines the route handler @name that says @text. */
#define SAYS(name, text)                                                                           \
	static void name(struct cardea_http_request *request,                                          \
	                 const struct cardea_route_params *params, void *arg)                          \
	{                                                                                              \
		(void)params;                                                                              \
		say(request, arg, (text));                                                                 \
	}

SAYS(no_recordings, "no recording found")
SAYS(no_recording, "recording not found")
SAYS(no_artifacts, "no artifact found")
SAYS(no_artifact, "artifact not found")
SAYS(no_analytics, "no info found")
SAYS(no_analytic, "analytics not found")
SAYS(no_whiteboard, "this server has no whiteboard")
SAYS(no_recorder, "this server has no recorder")

/* Answers as origin servers do for what they do not know, to anybody. */
static void not_found(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	static const char text[] = "not found";

	(void)params;
	(void)arg;
	cardea_http_reply(request, 404, "text/plain", text, sizeof(text) - 1);
}

static void files_checked(int err, void *arg)
{
	json_t *body;

	if (err) {
		cardea_plugnmeet_fail(arg, err);
		return;
	}
	body = cardea_plugnmeet_envelope(true, CARDEA_PLUGNMEET_SUCCESS, "success");
	/* The page brings its own; there is nothing to be put into somebody else's. */
	json_object_set_new(body, "css", json_array());
	json_object_set_new(body, "js", json_array());
	json_object_set_new(body, "css_files", json_array());
	json_object_set_new(body, "js_files", json_array());
	cardea_plugnmeet_answer(arg, body);
}

static void client_files(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	struct cardea_plugnmeet_call *call = cardea_plugnmeet_call_new(request, arg);
	int err;

	(void)params;
	if (!call) {
		return;
	}
	err = cardea_domain_signed_check(call->api->domain, &call->who, files_checked, call);
	if (err) {
		cardea_plugnmeet_fail(call, err);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/auth/getClientFiles", client_files},
        {CARDEA_HTTP_POST, "/auth/recording/fetch", no_recordings},
        {CARDEA_HTTP_POST, "/auth/recording/info", no_recording},
        {CARDEA_HTTP_POST, "/auth/recording/recordingInfo", no_recording},
        {CARDEA_HTTP_POST, "/auth/recording/updateMetadata", no_recording},
        {CARDEA_HTTP_POST, "/auth/recording/mergeRecordings", no_recording},
        {CARDEA_HTTP_POST, "/auth/recording/delete", no_recording},
        {CARDEA_HTTP_POST, "/auth/recording/getDownloadToken", no_recording},
        {CARDEA_HTTP_POST, "/auth/artifact/fetch", no_artifacts},
        {CARDEA_HTTP_POST, "/auth/artifact/info", no_artifact},
        {CARDEA_HTTP_POST, "/auth/artifact/delete", no_artifact},
        {CARDEA_HTTP_POST, "/auth/artifact/getDownloadToken", no_artifact},
        {CARDEA_HTTP_POST, "/auth/analytics/fetch", no_analytics},
        {CARDEA_HTTP_POST, "/auth/analytics/delete", no_analytic},
        {CARDEA_HTTP_POST, "/auth/analytics/getDownloadToken", no_analytic},
        {CARDEA_HTTP_POST, "/auth/recorder/notify", no_recorder},
        {CARDEA_HTTP_POST, "/auth/room/uploadWhiteboardFile", no_whiteboard},
        {CARDEA_HTTP_POST, "/room/uploadWhiteboardFile", no_whiteboard},
        {CARDEA_HTTP_POST, "/auth/{call}", not_found},
        {CARDEA_HTTP_POST, "/auth/{group}/{call}", not_found},
        {CARDEA_HTTP_POST, "/room/{call}", not_found},
};

void cardea_plugnmeet_missing_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
