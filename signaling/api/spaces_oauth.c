/* spaces_oauth: POST /v1/auth/token (spec/spaces 3). */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/body.h"
#include "api/reply.h"
#include "api/spaces_calls.h"
#include "cardea_error.h"
#include "net/ratelimit.h"

#define MAX_LOGIN 512

struct signing_in {
	struct cardea_http_request *request;
	const struct cardea_api *api;
	uint64_t name; /* in the table of logins */
	bool has_name;
};

static void refuse(struct cardea_http_request *request, int status, const char *error,
                   const char *text)
{
	cardea_http_add_header(request, "Cache-Control", "no-store");
	cardea_reply_json(request, status,
	                  json_pack("{s:s, s:s}", "error", error, "error_description", text));
}

static uint64_t peer_of(const struct cardea_api *api, const struct cardea_http_request *request)
{
	return cardea_ratelimit_peer_key(api->failures, cardea_http_peer(request));
}

/* Names that exist and others are counted alike. */
static uint64_t name_key(const struct cardea_api *api, const char *name)
{
	g_autofree char *folded = g_utf8_casefold(name, -1);

	return cardea_ratelimit_key(api->logins, folded);
}

/* True if it is answered: too many were wrong, from there or for that name. */
static bool must_wait(const struct signing_in *op)
{
	int64_t wait = cardea_ratelimit_wait_s(op->api->failures, peer_of(op->api, op->request));
	g_autofree char *text = NULL;

	if (op->has_name) {
		wait = MAX(wait, cardea_ratelimit_wait_s(op->api->logins, op->name));
	}
	if (wait <= 0) {
		return false;
	}
	text = g_strdup_printf("%" G_GINT64_FORMAT, wait);
	cardea_http_add_header(op->request, "Retry-After", text);
	refuse(op->request, 429, "too_many_requests", cardea_error_text(CARDEA_E_RATE_LIMITED));
	return true;
}

static void charge(const struct signing_in *op, int err)
{
	if (err != CARDEA_E_PASSWORD && err != CARDEA_E_CLIENT_UNKNOWN) {
		return;
	}
	cardea_ratelimit_charge(op->api->failures, peer_of(op->api, op->request));
	if (op->has_name && err == CARDEA_E_PASSWORD) {
		cardea_ratelimit_charge(op->api->logins, op->name);
	}
}

static void answer(int err, const struct cardea_token_pair *pair, void *arg)
{
	struct signing_in *op = arg;

	charge(op, err);
	if (err == CARDEA_E_PASSWORD || err == CARDEA_E_CLIENT_UNKNOWN) {
		refuse(op->request, cardea_error_http(err), cardea_error_code(err), cardea_error_text(err));
	} else if (err || !pair) {
		cardea_http_add_header(op->request, "Retry-After", "1");
		refuse(op->request, 503, "temporarily_unavailable", cardea_error_text(err));
	} else {
		cardea_http_add_header(op->request, "Cache-Control", "no-store");
		cardea_reply_json(op->request, 200,
		                  json_pack("{s:s, s:s, s:s}", "token_type", "Bearer", "access_token",
		                            pair->access, "refresh_token", pair->refresh));
	}
	g_free(op);
}

/* The text of a field that has to be there. */
static bool take(const json_t *body, const char *name, const char **out)
{
	return cardea_body_text(body, name, out) == 0 && *out && (*out)[0] &&
	       strlen(*out) <= CARDEA_MAX_TOKEN;
}

static bool take_password(const json_t *body, struct cardea_oauth *out)
{
	out->grant = CARDEA_OAUTH_PASSWORD;
	return take(body, "username", &out->username) && strlen(out->username) <= MAX_LOGIN &&
	       take(body, "password", &out->password) && strlen(out->password) <= CARDEA_MAX_PASSWORD;
}

/* NULL, or the error of RFC 6749 5.2. */
static const char *read_command(const json_t *body, struct cardea_oauth *out)
{
	const char *grant = NULL;
	bool is_whole;

	if (!take(body, "grant_type", &grant)) {
		return "invalid_request";
	}
	if (strcmp(grant, "client_credentials") == 0) {
		out->grant = CARDEA_OAUTH_CLIENT;
		is_whole = true;
	} else if (strcmp(grant, "password") == 0) {
		is_whole = take_password(body, out);
	} else if (strcmp(grant, "refresh_token") == 0) {
		out->grant = CARDEA_OAUTH_REFRESH;
		is_whole = take(body, "refresh_token", &out->refresh_token);
	} else {
		return "unsupported_grant_type";
	}
	is_whole = is_whole && take(body, "client_id", &out->client_id) &&
	           take(body, "client_secret", &out->client_secret);
	return is_whole ? NULL : "invalid_request";
}

static void sign_in(struct cardea_http_request *request, const struct cardea_api *api,
                    const struct cardea_oauth *command)
{
	struct signing_in *op = g_new0(struct signing_in, 1);
	int err;

	op->request = request;
	op->api = api;
	op->has_name = command->username != NULL;
	op->name = op->has_name ? name_key(api, command->username) : 0;
	if (must_wait(op)) {
		g_free(op);
		return;
	}
	err = cardea_domain_oauth(api->domain, command, answer, op);
	if (err) {
		answer(err, NULL, op);
	}
}

static void post_token(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	struct cardea_oauth command = {0};
	const char *error = "invalid_request";
	json_t *body = NULL;

	(void)params;
	if (cardea_body_read(request, &body) == 0) {
		error = read_command(body, &command);
	}
	if (error) {
		refuse(request, 400, error, "a field is missing, malformed or not supported");
	} else {
		sign_in(request, arg, &command);
	}
	json_decref(body);
}

/* For the account pages, which can keep no client secret: a name and a password, or what they were
 * given for it. The same limits, and nothing that a client with its secret could not ask for. */
static void post_page(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_oauth command = {.grant = CARDEA_OAUTH_REFRESH};
	json_t *body = NULL;

	(void)params;
	if (cardea_body_read(request, &body) == 0 &&
	    (take(body, "refresh_token", &command.refresh_token) || take_password(body, &command))) {
		sign_in(request, arg, &command);
	} else {
		refuse(request, 400, "invalid_request", "a field is missing or malformed");
	}
	json_decref(body);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/v1/auth/page", post_page},
        {CARDEA_HTTP_POST, "/v1/auth/token", post_token},
};

void cardea_spaces_oauth_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
