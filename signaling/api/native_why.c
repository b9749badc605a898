/*
 * native_why: why somebody is in a meeting or not, and what a credential would open (spec/native
 * 7).
 */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/native_call.h"
#include "api/reply.h"
#include "cardea_clock.h"
#include "cardea_error.h"
#include "domain/why.h"

static const struct cardea_json_field why_fields[] = {
        {"credential", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_TOKEN},
        {"name", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_NAME},
};

static const char *const phase_names[CARDEA_WHY_PHASES] = {
        [CARDEA_WHY_CREDENTIAL] = "credential",
        [CARDEA_WHY_ADMIT] = "admit",
        [CARDEA_WHY_TOKEN] = "token",
        [CARDEA_WHY_SIGNAL] = "signal",
        [CARDEA_WHY_ICE] = "ice",
        [CARDEA_WHY_DTLS] = "dtls",
        [CARDEA_WHY_FIRST_PACKET] = "first_packet",
};

/* What to do about a verdict; refusals have the code of their error. */
static const struct {
	const char *verdict, *advice;
} advices[] = {
        {"admit", "Enter with it."},
        {"wait",
         "Enter with it and keep the ticket; a host has to come, or to let this person in."},
        {"online", "Nothing: the connection to the media node is up."},
        {"offline", "The connection was lost; the page has 30 s to come back, then enter again."},
        {"left", "Enter again."},
        {"entering", "Wait: the join token was given and can still be used."},
        {"not_connected", "The join token was given, but never used: check that the page reaches "
                          "janus_url, then enter again."},
        {"not_entered", "Enter with the credential of this participant."},
        {"waiting", "A host or the tenant has to let this participant in."},
        {"denied", "A host or the tenant may let this participant in after all."},
        {"removed", "Add this person again, or make a new credential."},
        {"blocked",
         "Whoever is blocked stays out until the meeting ends, or for good in this room."},
        {"meeting_over", "Start or open the room again; credentials of the last meeting are dead."},
        {"room_not_active", "Open the room, or wait until it may be joined."},
        {"room_locked", "Unlock the room."},
        {"room_is_full", "Wait until somebody leaves, or raise the limit."},
        {"in_use", "Leave on the other device first, or enter there with its resume string."},
        {"name_required", "Send a name with it."},
        {"credential_expired", "Make a new one."},
        {"credential_used", "Make a new one: it was good for one use."},
        {"credential_purpose",
         "It is genuine by its form, but opens something else than a meeting."},
        {"credential_malformed", "Check that it was copied whole."},
        {"unauthenticated", "Check that it is of this tenant and was not withdrawn."},
        {"link_used", "Make a new link: it was good for one person."},
        {"link_expired", "Make a new link."},
        {"no_media_node", "Check that a media node is running and connected."},
};

static const char *advice_of(const char *verdict)
{
	for (size_t i = 0; i < G_N_ELEMENTS(advices); i++) {
		if (strcmp(advices[i].verdict, verdict) == 0) {
			return advices[i].advice;
		}
	}
	return NULL;
}

struct call {
	struct cardea_http_request *request;
	const struct cardea_api *api;
};

static void refuse(struct call *call, int err)
{
	cardea_native_refuse(call->request, call->api, err);
	g_free(call);
}

/* Answers with @object (stolen). */
static void answer(struct call *call, json_t *object)
{
	cardea_http_add_header(call->request, "Cache-Control", "no-store");
	cardea_reply_json(call->request, 200, object);
	g_free(call);
}

static struct call *new_call(struct cardea_http_request *request, const struct cardea_api *api)
{
	struct call *call = g_new0(struct call, 1);

	call->request = request;
	call->api = api;
	return call;
}

/* ---- a seat ---- */

static json_t *step_object(const char *phase, const struct cardea_why_step *step)
{
	char at[CARDEA_TIME_SIZE];

	if (step->at_ms) {
		cardea_time_iso_ms(step->at_ms, at);
	}
	return json_pack("{s:s, s:s?, s:o, s:o, s:s?}", "phase", phase, "at", step->at_ms ? at : NULL,
	                 "ms", step->took_ms < 0 ? json_null() : json_integer(step->took_ms), "ok",
	                 step->ok < 0 ? json_null() : json_boolean(step->ok), "detail", step->detail);
}

static void seat_explained(int err, const struct cardea_why_seat *result, void *arg)
{
	struct call *call = arg;
	json_t *phases;

	if (err || !result) {
		refuse(call, err);
		return;
	}
	phases = json_array();
	for (int i = 0; i < CARDEA_WHY_PHASES; i++) {
		json_array_append_new(phases, step_object(phase_names[i], &result->steps[i]));
	}
	answer(call, json_pack("{s:s, s:o, s:s?}", "verdict", result->verdict, "phases", phases,
	                       "advice", advice_of(result->verdict)));
}

static void get_why(struct cardea_http_request *request, const struct cardea_route_params *params,
                    void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	struct call *call;
	int err;

	if (!cardea_native_caller(request, api, &who)) {
		return;
	}
	call = new_call(request, api);
	err = cardea_domain_why_seat(api->domain, &who, params->value[0], params->value[1],
	                             seat_explained, call);
	if (err) {
		refuse(call, err);
	}
}

/* ---- a credential ---- */

static json_t *credential_object(const struct cardea_why_credential *result)
{
	int refusal = result->refusal;
	const char *verdict = refusal              ? cardea_error_code(refusal)
	                      : result->is_waiting ? "wait"
	                                           : "admit";
	const char *waiting_for = !result->is_waiting      ? NULL
	                          : result->waits_for_host ? "host"
	                                                   : "admission";
	const char *rule = refusal                  ? cardea_error_text(refusal)
	                   : !result->is_waiting    ? "nothing stands against it"
	                   : result->waits_for_host ? "the meeting begins when a host comes"
	                                            : "this person waits until a host lets them in";
	int status = refusal ? cardea_reply_native_status(refusal) : result->is_waiting ? 202 : 201;

	return json_pack("{s:s, s:i, s:s, s:s?, s:s?}", "verdict", verdict, "status", status, "rule",
	                 rule, "waiting_for", waiting_for, "advice", advice_of(verdict));
}

static void credential_explained(int err, const struct cardea_why_credential *result, void *arg)
{
	struct call *call = arg;

	if (err || !result) {
		refuse(call, err);
	} else {
		answer(call, credential_object(result));
	}
}

static void post_why(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	json_t *body = NULL;
	struct call *call;
	int err;

	(void)params;
	if (!cardea_native_caller(request, api, &who)) {
		return;
	}
	call = new_call(request, api);
	err = cardea_native_body(request, why_fields, G_N_ELEMENTS(why_fields), &body);
	if (!err) {
		err = cardea_domain_why_credential(
		        api->domain, &who, cardea_json_string(body, "credential", NULL),
		        cardea_json_string(body, "name", NULL), credential_explained, call);
	}
	if (err) {
		refuse(call, err);
	}
	json_decref(body);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_GET, "/api/v1/rooms/{id}/participants/{pid}/why", get_why},
        {CARDEA_HTTP_POST, "/api/v1/why", post_why},
};

void cardea_native_why_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
