/* meeting_webhooks: the webhook of an API key (spec/meetings 8). */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/body.h"
#include "api/meeting_calls.h"
#include "api/webhook_json.h"
#include "cardea_error.h"

#define MAX_URL 2048

/* ---- what is registered ---- */

/* RFC 3986 2: anything else has to be escaped, so that no two readers of it disagree. */
static bool is_made_of_uri_characters(const char *url)
{
	for (const char *at = url; *at; at++) {
		if (!g_ascii_isalnum(*at) && !strchr("-._~:/?#[]@!$&'()*+,;=%", *at)) {
			return false;
		}
	}
	return true;
}

/* Where it leads to is looked at when it is resolved (jobs/http_client). */
static bool is_receiver(const struct cardea_api *api, const char *url)
{
	g_autoptr(GUri) uri = NULL;
	const char *scheme, *host;

	if (strlen(url) > MAX_URL || !is_made_of_uri_characters(url)) {
		return false;
	}
	uri = g_uri_parse(url, G_URI_FLAGS_ENCODED, NULL);
	if (!uri || g_uri_get_userinfo(uri) || g_uri_get_port(uri) == 0) {
		return false;
	}
	scheme = g_uri_get_scheme(uri);
	host = g_uri_get_host(uri);
	return host && host[0] &&
	       (strcmp(scheme, "https") == 0 ||
	        (api->webhooks_allow_http && strcmp(scheme, "http") == 0));
}

/* Adds the type @name, blanks around it left out. False if there is none. */
static bool add_type(const char *name, unsigned *types)
{
	g_autofree char *trimmed = g_strstrip(g_strdup(name));
	unsigned type = cardea_webhook_type_by_name(trimmed);

	*types |= type;
	return type != 0;
}

static bool read_list(const char *text, unsigned *types)
{
	g_auto(GStrv) names = g_strsplit(text, ",", -1);

	for (char **name = names; *name; name++) {
		if (!add_type(*name, types)) {
			return false;
		}
	}
	return *types != 0;
}

/* "a,b" or ["a", "b"]. False unless each is known, and there is one. */
static bool read_types(const json_t *body, unsigned *types)
{
	const json_t *value = json_object_get(body, "types"), *item;
	size_t i;

	*types = 0;
	if (json_is_string(value)) {
		return read_list(json_string_value(value), types);
	}
	json_array_foreach((json_t *)value, i, item)
	{
		if (!json_is_string(item) || !add_type(json_string_value(item), types)) {
			return false;
		}
	}
	return *types != 0;
}

/* ---- calls ---- */

static void show(int err, const struct cardea_webhook *webhook, void *arg)
{
	if (err) {
		cardea_meeting_call_fail(arg, err);
	} else {
		cardea_meeting_call_answer(arg, cardea_json_webhook(webhook));
	}
}

static void set_webhook(struct cardea_meeting_call *call, const json_t *body)
{
	const char *url = NULL;
	unsigned types;
	int err;

	if (cardea_body_text(body, "url", &url) || !url || !is_receiver(call->api, url)) {
		cardea_meeting_call_refuse(call, 400, "url: not an https address");
		return;
	}
	if (!read_types(body, &types)) {
		cardea_meeting_call_refuse(call, 400, "types: not valid");
		return;
	}
	err = cardea_domain_webhook_set(call->api->domain, cardea_meeting_api_key(call->request), url,
	                                types, show, call);
	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

static void post_webhook(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, 201);
	json_t *body = call ? cardea_meeting_keyed_body(call) : NULL;

	(void)params;
	if (body) {
		set_webhook(call, body);
		json_decref(body);
	}
}

static void get_webhook(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, 200);
	int err;

	(void)params;
	if (!call) {
		return;
	}
	err = cardea_domain_webhook_get(call->api->domain, cardea_meeting_api_key(request), show, call);
	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

static void delete_webhook(struct cardea_http_request *request,
                           const struct cardea_route_params *params, void *arg)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, arg, 204);
	int err;

	if (!call) {
		return;
	}
	err = cardea_domain_webhook_delete(call->api->domain, cardea_meeting_api_key(request),
	                                   params->value[0], cardea_meeting_call_done, call);
	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/webhooks", post_webhook},
        {CARDEA_HTTP_GET, "/webhooks", get_webhook},
        {CARDEA_HTTP_DELETE, "/webhooks/{id}", delete_webhook},
};

void cardea_meeting_webhooks_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
