#include "api/spaces_calls.h"

#include <string.h>
#include <strings.h>
#include <glib.h>
#include "api/reply.h"
#include "cardea_error.h"

#define SCHEME "Bearer "
#define COOKIE "accessToken="

/* ---- errors ---- */

static const char *code_of(int err, int status)
{
	switch (status) {
	case 401:
		return err == CARDEA_E_LINK_EXPIRED ? cardea_error_code(err) : "unauthorized";
	case 403:
		return "forbidden";
	case 404:
		return "not_found";
	default:
		return cardea_error_code(err);
	}
}

static void refuse(struct cardea_http_request *request, int err, const char *text)
{
	/* A room that is full is not the caller's mistake (spec/spaces 1 has no 400). */
	int status = err == CARDEA_E_CAPACITY ? 409 : cardea_error_http(err);

	if (status == 503 || status == 429) {
		cardea_http_add_header(request, "Retry-After", "1");
	}
	cardea_reply_json(request, status,
	                  json_pack("{s:s, s:s}", "message", text, "code", code_of(err, status)));
}

void cardea_spaces_refuse(struct cardea_http_request *request, int err)
{
	refuse(request, err, cardea_error_text(err));
}

void cardea_spaces_refuse_field(struct cardea_spaces_call *call, const char *field)
{
	g_autofree char *text = g_strdup_printf("%s is missing or malformed", field);

	refuse(call->request, CARDEA_E_VALIDATION, text);
	cardea_spaces_close(call);
}

/* ---- the token ---- */

static char *cookie_token(const struct cardea_http_request *request)
{
	const char *header = cardea_http_header(request, "Cookie");
	g_auto(GStrv) cookies = g_strsplit(header ? header : "", ";", -1);

	for (char **cookie = cookies; *cookie; cookie++) {
		g_strstrip(*cookie);
		if (g_str_has_prefix(*cookie, COOKIE) && (*cookie)[strlen(COOKIE)]) {
			return g_strdup(*cookie + strlen(COOKIE));
		}
	}
	return NULL;
}

/* A browser sends cookies along with what other sites ask it for (spec/native 12). */
static bool is_cross_origin(const struct cardea_http_request *request)
{
	const char *origin = cardea_http_header(request, "Origin");
	const char *host = cardea_http_header(request, "Host");
	const char *site = cardea_http_header(request, "Sec-Fetch-Site");
	const char *authority = origin ? strstr(origin, "://") : NULL;

	if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0) {
		return true;
	}
	return origin && (!authority || !host || strcasecmp(authority + 3, host) != 0);
}

/* The header wins, even when it is wrong (spec/spaces 2.2). */
static void read_token(struct cardea_spaces_call *call)
{
	const char *header = cardea_http_header(call->request, "Authorization");

	if (header) {
		bool is_bearer = strncasecmp(header, SCHEME, strlen(SCHEME)) == 0;

		call->command.token = is_bearer ? header + strlen(SCHEME) : "";
		return;
	}
	if (!is_cross_origin(call->request)) {
		call->token = cookie_token(call->request);
		call->command.token = call->token;
	}
}

/* ---- the body ---- */

/* What the content type says is of no interest; no body is an empty one. */
static int read_body(struct cardea_spaces_call *call)
{
	size_t len = 0;
	const char *text = cardea_http_body(call->request, &len);

	if (!text || len == 0) {
		call->body = json_object();
		return 0;
	}
	return cardea_json_parse_object(text, len, &call->body);
}

bool cardea_spaces_open(struct cardea_spaces_call *call, struct cardea_http_request *request,
                        const struct cardea_api *api, enum cardea_spaces_caller caller,
                        const struct cardea_json_field *fields, size_t count)
{
	const char *bad = "body";

	*call = (struct cardea_spaces_call){
	        .request = request, .api = api, .command = {.is_public = -1, .is_webinar = -1}};
	read_token(call);
	if (caller == CARDEA_SPACES_TOKEN && !call->command.token) {
		cardea_spaces_refuse(request, CARDEA_E_UNAUTHENTICATED);
		return false;
	}
	if (read_body(call) || (fields && cardea_json_check(call->body, fields, count, &bad))) {
		cardea_spaces_refuse_field(call, bad);
		return false;
	}
	return true;
}

void cardea_spaces_close(struct cardea_spaces_call *call)
{
	json_decref(call->body);
	if (call->token) {
		explicit_bzero(call->token, strlen(call->token));
	}
	g_free(call->token);
}

/* ---- the answer ---- */

struct running {
	struct cardea_http_request *request;
	const struct cardea_api *api;
	cardea_spaces_render_h render;
};

static void answer(int err, const struct cardea_space_result *result, void *arg)
{
	struct running *running = arg;

	if (err) {
		cardea_spaces_refuse(running->request, err);
	} else {
		cardea_http_add_header(running->request, "Cache-Control", "no-store");
		cardea_reply_json(running->request, 200,
		                  running->render(result, running->request, running->api));
	}
	g_free(running);
}

void cardea_spaces_run(struct cardea_spaces_call *call, cardea_spaces_render_h render)
{
	struct running *running = g_new0(struct running, 1);
	int err;

	running->request = call->request;
	running->api = call->api;
	running->render = render;
	err = cardea_domain_space(call->api->domain, &call->command, answer, running);
	if (err) {
		answer(err, NULL, running);
	}
	cardea_spaces_close(call);
}

json_t *cardea_spaces_nothing(const struct cardea_space_result *result,
                              const struct cardea_http_request *request,
                              const struct cardea_api *api)
{
	(void)result;
	(void)request;
	(void)api;
	return json_object();
}

json_t *cardea_spaces_id(const struct cardea_space_result *result,
                         const struct cardea_http_request *request, const struct cardea_api *api)
{
	(void)request;
	(void)api;
	return json_pack("{s:s}", "id", result->id);
}

/* ---- roles ---- */

const char *cardea_spaces_space_role(enum cardea_rank rank)
{
	static const char *const names[] = {NULL, "role_space_user", "role_space_moderator",
	                                    "role_space_owner"};

	return names[rank];
}

const char *cardea_spaces_room_role(enum cardea_rank rank)
{
	static const char *const names[] = {NULL, "role_room_user", "role_room_moderator",
	                                    "role_room_owner"};

	return names[rank];
}

enum cardea_rank cardea_spaces_rank(const char *text, const char *user, const char *moderator)
{
	return strcmp(text, user) == 0        ? CARDEA_RANK_USER
	       : strcmp(text, moderator) == 0 ? CARDEA_RANK_MODERATOR
	                                      : CARDEA_RANK_NONE;
}
