/* meeting_calls: what the calls of the meetings dialect share. */
#include "api/meeting_calls.h"

#include <string.h>
#include <glib.h>
#include "api/body.h"
#include "api/reply.h"
#include "api/url.h"
#include "cardea_error.h"
#include "net/ratelimit.h"

static uint64_t peer_key(const struct cardea_api *api, const struct cardea_http_request *request)
{
	return cardea_ratelimit_peer_key(api->failures, cardea_http_peer(request));
}

struct cardea_meeting_call *cardea_meeting_call_new(struct cardea_http_request *request,
                                                    const struct cardea_api *api, int success)
{
	struct cardea_meeting_call *call;
	int64_t wait = cardea_ratelimit_wait_s(api->failures, peer_key(api, request));

	if (wait > 0) {
		cardea_reply_limited(request, wait);
		return NULL;
	}
	call = g_new0(struct cardea_meeting_call, 1);
	call->request = request;
	call->api = api;
	call->success = success;
	return call;
}

/* Statuses that are not those of the other dialects (spec/meetings 3). */
static int status_of(const struct cardea_meeting_call *call, int err)
{
	switch (err) {
	case CARDEA_E_API_KEY_MISSING:
	case CARDEA_E_API_KEY_FORMAT:
	case CARDEA_E_API_KEY_UNKNOWN:
		return call->is_unauthorized ? 401 : 403;
	case CARDEA_E_TENANT_INACTIVE:
		return 423;
	default:
		return cardea_error_http(err);
	}
}

static const char *text_of(int err)
{
	switch (err) {
	case CARDEA_E_API_KEY_MISSING:
	case CARDEA_E_API_KEY_FORMAT:
	case CARDEA_E_API_KEY_UNKNOWN:
		return "Invalid API key";
	case CARDEA_E_TENANT_INACTIVE:
		return "API key is blocked";
	case CARDEA_E_SESSION_OVER:
		return "Access key expired";
	case CARDEA_E_JSON_SYNTAX:
	case CARDEA_E_JSON_DEPTH:
	case CARDEA_E_JSON_DUPLICATE:
		return "body is not valid JSON";
	default:
		return cardea_error_text(err);
	}
}

static bool could_be_a_guess(int err)
{
	return err == CARDEA_E_API_KEY_FORMAT || err == CARDEA_E_API_KEY_UNKNOWN ||
	       err == CARDEA_E_ACCESS_KEY_UNKNOWN || err == CARDEA_E_GUEST_TOKEN_UNKNOWN ||
	       err == CARDEA_E_PERMALINK_UNKNOWN;
}

void cardea_meeting_call_refuse(struct cardea_meeting_call *call, int status, const char *text)
{
	cardea_reply_error(call->request, status, text);
	g_free(call);
}

void cardea_meeting_call_refuse_field(struct cardea_meeting_call *call, const char *name,
                                      const char *what)
{
	g_autofree char *text = g_strconcat(name, ": ", what, NULL);

	cardea_meeting_call_refuse(call, 400, text);
}

void cardea_meeting_call_fail(struct cardea_meeting_call *call, int err)
{
	if (could_be_a_guess(err)) {
		cardea_ratelimit_charge(call->api->failures, peer_key(call->api, call->request));
	}
	cardea_meeting_call_refuse(call, status_of(call, err), text_of(err));
}

void cardea_meeting_call_answer(struct cardea_meeting_call *call, json_t *body)
{
	if (body) {
		cardea_reply_json(call->request, call->success, body);
	} else {
		cardea_http_reply(call->request, call->success, NULL, NULL, 0);
	}
	g_free(call);
}

void cardea_meeting_call_done(int err, void *arg)
{
	if (err) {
		cardea_meeting_call_fail(arg, err);
	} else {
		cardea_meeting_call_answer(arg, NULL);
	}
}

void cardea_meeting_call_user(int err, const struct cardea_meeting_user *user, void *arg)
{
	if (err) {
		cardea_meeting_call_fail(arg, err);
	} else {
		cardea_meeting_call_answer(arg, cardea_json_meeting_user(user));
	}
}

void cardea_meeting_addresses_init(struct cardea_meeting_addresses *addresses,
                                   const struct cardea_api *api, const char *host,
                                   const char *forwarded_proto)
{
	g_autofree char *base = cardea_url_base(api->public_url, host, forwarded_proto);
	g_autofree char *sockets = cardea_url_ws_base(api->public_url, host, forwarded_proto);

	addresses->base = g_strdup(base ? base : "");
	addresses->call = g_strconcat(sockets ? sockets : "", "/call", NULL);
	addresses->urls = (struct cardea_meeting_urls){
	        .base = addresses->base,
	        .pages = api->pages_url ? api->pages_url : addresses->base,
	        .call = addresses->call,
	};
}

void cardea_meeting_addresses_clear(struct cardea_meeting_addresses *addresses)
{
	g_free(addresses->base);
	g_free(addresses->call);
}

char *cardea_meeting_render(const struct cardea_api *api, const char *host,
                            const char *forwarded_proto, const struct cardea_meeting *meeting)
{
	struct cardea_meeting_addresses addresses;
	struct cardea_meeting_look look = {
	        .ice = api->ice,
	        .turn_life_s = api->meeting_turn_life_s,
	        .now_s = cardea_clock_wall_ms(api->clock) / 1000,
	};
	char *text;

	cardea_meeting_addresses_init(&addresses, api, host, forwarded_proto);
	look.urls = addresses.urls;
	text = cardea_meeting_text(meeting, &look);
	cardea_meeting_addresses_clear(&addresses);
	return text;
}

void cardea_meeting_call_meeting(int err, const struct cardea_meeting *meeting, void *arg)
{
	struct cardea_meeting_call *call = arg;
	char *text;

	if (err) {
		cardea_meeting_call_fail(call, err);
		return;
	}
	text = cardea_meeting_render(call->api, cardea_http_header(call->request, "Host"),
	                             cardea_http_header(call->request, "X-Forwarded-Proto"), meeting);
	cardea_reply_json_text(call->request, call->success, text);
	g_free(text);
	g_free(call);
}

const char *cardea_meeting_api_key(const struct cardea_http_request *request)
{
	const char *value = cardea_http_header(request, "Authorization");

	return value && value[0] ? value : NULL;
}

json_t *cardea_meeting_body(struct cardea_meeting_call *call)
{
	json_t *body = NULL;
	int err = cardea_body_read(call->request, &body);

	if (err) {
		cardea_meeting_call_refuse(call, 400, text_of(err));
		return NULL;
	}
	return body;
}

json_t *cardea_meeting_keyed_body(struct cardea_meeting_call *call)
{
	if (!cardea_meeting_api_key(call->request)) {
		cardea_meeting_call_fail(call, CARDEA_E_API_KEY_MISSING);
		return NULL;
	}
	return cardea_meeting_body(call);
}
