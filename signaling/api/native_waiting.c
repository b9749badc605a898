/*
 * native_waiting: who waits to be let in, and letting in, for a tenant or a host of the room
 * (spec/native 5).
 */
#include "api/dialect.h"

#include <glib.h>
#include "api/presented.h"
#include "api/reply.h"
#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_text.h"
#include "domain/waiting.h"
#include "net/ratelimit.h"

#define MAX_REASON 500 /* bytes; a sentence or two */

static const struct cardea_json_field deny_fields[] = {
        {"reason", CARDEA_JSON_STRING, false, 0, MAX_REASON},
};

struct call {
	struct cardea_http_request *request;
	const struct cardea_api *api;
	char *participant;  /* NULL = everybody */
	const char *result; /* what the participant is after it; a literal */
};

static void free_call(struct call *call)
{
	g_free(call->participant);
	g_free(call);
}

static uint64_t peer_key(const struct call *call)
{
	return cardea_ratelimit_peer_key(call->api->failures, cardea_http_peer(call->request));
}

/* Answers and frees @call. What could be a guess is counted. */
static void refuse(struct call *call, int err)
{
	if (cardea_error_http(err) == 401) {
		cardea_ratelimit_charge(call->api->failures, peer_key(call));
	}
	cardea_reply_native_error(call->request, err);
	free_call(call);
}

/* Reads who calls; NULL if that was answered. */
static struct call *new_call(struct cardea_http_request *request, const struct cardea_api *api,
                             const char *participant, struct cardea_presented *who)
{
	struct call *call = g_new0(struct call, 1);
	int64_t wait;
	int err;

	call->request = request;
	call->api = api;
	call->participant = g_strdup(participant);
	wait = cardea_ratelimit_wait_s(api->failures, peer_key(call));
	if (wait > 0) {
		cardea_reply_native_limited(request, wait);
		free_call(call);
		return NULL;
	}
	err = cardea_presented_read(request, who);
	if (err) {
		refuse(call, err);
		return NULL;
	}
	return call;
}

/* ---- the list ---- */

static json_t *person_object(const struct cardea_waiting_person *person)
{
	char since[CARDEA_TIME_SIZE];

	cardea_time_iso_ms(person->since, since);
	return json_pack("{s:s, s:s, s:s}", "participant", person->participant, "since", since, "name",
	                 person->name);
}

static void listed(int err, const struct cardea_waiting_person *list, size_t count, void *arg)
{
	struct call *call = arg;
	json_t *array;

	if (err) {
		refuse(call, err);
		return;
	}
	array = json_array();
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(array, person_object(&list[i]));
	}
	cardea_http_add_header(call->request, "Cache-Control", "no-store");
	cardea_reply_json(call->request, 200, array);
	free_call(call);
}

static void get_waiting(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	struct call *call = new_call(request, api, NULL, &who);
	int err;

	if (!call) {
		return;
	}
	err = cardea_domain_waiting_list(api->domain, &who, params->value[0], listed, call);
	if (err) {
		refuse(call, err);
	}
}

/* ---- acts ---- */

static void done(int err, size_t count, void *arg)
{
	struct call *call = arg;

	if (err) {
		refuse(call, err);
		return;
	}
	cardea_reply_json(call->request, 200,
	                  call->participant ? json_pack("{s:s, s:s}", "participant", call->participant,
	                                                "admission", call->result)
	                                    : json_pack("{s:I}", "admitted", (json_int_t)count));
	free_call(call);
}

typedef int (*act_h)(struct cardea_domain *domain, const struct cardea_presented *who,
                     const struct cardea_waiting_command *command, cardea_waiting_h done,
                     void *arg);

static void act(struct call *call, const struct cardea_presented *who, act_h run,
                const char *result, const struct cardea_waiting_command *command)
{
	int err;

	call->result = result;
	err = run(call->api->domain, who, command, done, call);
	if (err) {
		refuse(call, err);
	}
}

static void post_admit(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	const struct cardea_waiting_command command = {.room = params->value[0],
	                                               .participant = params->value[1]};
	struct cardea_presented who;
	struct call *call = new_call(request, arg, command.participant, &who);

	if (call) {
		act(call, &who, cardea_domain_waiting_admit, "admitted", &command);
	}
}

static void post_admit_all(struct cardea_http_request *request,
                           const struct cardea_route_params *params, void *arg)
{
	const struct cardea_waiting_command command = {.room = params->value[0]};
	struct cardea_presented who;
	struct call *call = new_call(request, arg, NULL, &who);

	if (call) {
		act(call, &who, cardea_domain_waiting_admit, NULL, &command);
	}
}

static void post_wait(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	const struct cardea_waiting_command command = {.room = params->value[0],
	                                               .participant = params->value[1]};
	struct cardea_presented who;
	struct call *call = new_call(request, arg, command.participant, &who);

	if (call) {
		act(call, &who, cardea_domain_waiting_put_back, "waiting", &command);
	}
}

/* 0 with *@out, which may be NULL; else the error of the body. The body may be missing. */
static int read_reason(const struct cardea_http_request *request, char **out)
{
	const char *bad, *reason;
	json_t *body;
	size_t len = 0;
	int err;

	*out = NULL;
	if (!cardea_http_body(request, &len) || len == 0) {
		return 0;
	}
	err = cardea_read_json(request, &body);
	if (err) {
		return err;
	}
	err = cardea_json_check(body, deny_fields, G_N_ELEMENTS(deny_fields), &bad);
	reason = err ? NULL : cardea_json_string(body, "reason", NULL);
	*out = reason ? cardea_text_clean_name(reason, MAX_REASON) : NULL;
	json_decref(body);
	return err;
}

static void post_deny(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_waiting_command command = {.room = params->value[0],
	                                         .participant = params->value[1]};
	struct cardea_presented who;
	struct call *call = new_call(request, arg, command.participant, &who);
	char *reason = NULL;
	int err;

	if (!call) {
		return;
	}
	err = read_reason(request, &reason);
	if (err) {
		refuse(call, err);
		return;
	}
	command.reason = reason;
	act(call, &who, cardea_domain_waiting_deny, "denied", &command);
	g_free(reason);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_GET, "/api/v1/rooms/{id}/waiting", get_waiting},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/admit-all", post_admit_all},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants/{participant}/admit", post_admit},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants/{participant}/deny", post_deny},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants/{participant}/wait", post_wait},
};

void cardea_native_waiting_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
