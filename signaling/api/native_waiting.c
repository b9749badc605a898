/*
 * native_waiting: who waits to be let in, and letting in, for a tenant or a host of the room
 * (spec/native 5).
 */
#include "api/dialect.h"

#include <glib.h>
#include "api/native_call.h"
#include "api/reply.h"
#include "cardea_clock.h"
#include "domain/waiting.h"

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

/* Answers and frees @call. */
static void refuse(struct call *call, int err)
{
	cardea_native_refuse(call->request, call->api, err);
	free_call(call);
}

/* Reads who calls; NULL if that was answered. */
static struct call *new_call(struct cardea_http_request *request, const struct cardea_api *api,
                             const char *participant, struct cardea_presented *who)
{
	struct call *call;

	if (!cardea_native_caller(request, api, who)) {
		return NULL;
	}
	call = g_new0(struct call, 1);
	call->request = request;
	call->api = api;
	call->participant = g_strdup(participant);
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

static void post_deny(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_waiting_command command = {.room = params->value[0],
	                                         .participant = params->value[1]};
	struct cardea_presented who;
	struct call *call = new_call(request, arg, command.participant, &who);
	g_autofree char *reason = NULL;
	json_t *body;
	int err;

	if (!call) {
		return;
	}
	err = cardea_native_body(request, deny_fields, G_N_ELEMENTS(deny_fields), &body);
	if (err) {
		refuse(call, err);
		return;
	}
	command.reason = reason = cardea_native_text(body, "reason", MAX_REASON);
	json_decref(body);
	act(call, &who, cardea_domain_waiting_deny, "denied", &command);
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
