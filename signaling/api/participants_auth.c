/* participants_auth: tokens for the tenant, new tokens for old, and join tokens for browsers
 * (spec/participants 2.2 and 8). */
#include "api/participants_calls.h"

#include <glib.h>
#include "api/reply.h"
#include "cardea_error.h"
#include "domain/room_links.h"
#include "domain/token_calls.h"

static const struct cardea_json_field key_fields[] = {
        {"api_key", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_TOKEN},
};
static const struct cardea_json_field refresh_fields[] = {
        {"refresh_token", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_TOKEN},
};
static const struct cardea_json_field link_fields[] = {
        {"join_token", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_TOKEN},
};

static void tokens_given(int err, const struct cardea_tokens_given *tokens, void *arg)
{
	if (err || !tokens) {
		cardea_participants_fail(arg, err, "failed to make tokens");
		return;
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	cardea_reply_json(arg, 200,
	                  json_pack("{s:s, s:s, s:s, s:I, s:s*}", "access_token", tokens->access,
	                            "refresh_token", tokens->refresh, "token_type", "Bearer",
	                            "expires_in", (json_int_t)tokens->expires_in_s, "auth_token",
	                            tokens->auth));
}

typedef int (*give_h)(struct cardea_domain *domain, const char *credential,
                      cardea_tokens_given_h done, void *arg);

/* Tokens for the credential that is the body's one field. */
static void give_tokens(struct cardea_http_request *request, const struct cardea_api *api,
                        const struct cardea_json_field *field, give_h give)
{
	json_t *body = cardea_participants_body(request, field, 1);
	int err;

	if (!body) {
		return;
	}
	err = give(api->domain, cardea_json_string(body, field->name, ""), tokens_given, request);
	json_decref(body);
	if (err) {
		tokens_given(err, NULL, request);
	}
}

static void post_token(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	(void)params;
	give_tokens(request, arg, key_fields, cardea_domain_tenant_tokens);
}

static void post_refresh(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	(void)params;
	give_tokens(request, arg, refresh_fields, cardea_domain_tokens_refresh);
}

/* ---- join tokens ---- */

static void link_made(int err, const char *join_token, void *arg)
{
	if (err) {
		cardea_participants_fail(arg, err, "failed to sign join token");
		return;
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	cardea_reply_json(arg, 200, json_pack("{s:s}", "join_token", join_token));
}

static void post_link(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	int err;

	if (!cardea_participants_caller(request, &who) ||
	    !cardea_participants_room(request, params->value[0])) {
		return;
	}
	err = cardea_domain_room_link(api->domain, &who, params->value[0], link_made, request);
	if (err) {
		link_made(err, NULL, request);
	}
}

static void link_exchanged(int err, const struct cardea_room_access *access, void *arg)
{
	if (err || !access) {
		cardea_participants_fail(arg, err, "failed to mint token");
		return;
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	cardea_reply_json(arg, 200,
	                  json_pack("{s:s, s:I, s:s, s:s}", "access_token", access->access_token,
	                            "expires_in", (json_int_t)access->expires_in_s, "room_id",
	                            access->room_id, "room_name", access->room_name));
}

static void post_exchange(struct cardea_http_request *request,
                          const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	json_t *body;
	int err;

	(void)params;
	err = cardea_read_json(request, &body);
	if (!err) {
		err = cardea_json_check(body, link_fields, G_N_ELEMENTS(link_fields), NULL)
		              ? CARDEA_E_JOIN_LINK_INVALID
		              : cardea_domain_room_link_exchange(api->domain,
		                                                 cardea_json_string(body, "join_token", ""),
		                                                 link_exchanged, request);
		json_decref(body);
	}
	if (err) {
		link_exchanged(err, NULL, request);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/v1/auth/token", post_token},
        {CARDEA_HTTP_POST, "/api/v1/auth/refresh", post_refresh},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/join-token", post_link},
        {CARDEA_HTTP_POST, "/api/v1/public/join-token/exchange", post_exchange},
};

void cardea_participants_auth_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
