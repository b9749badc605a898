#include "api/reply.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "net/ratelimit.h"

#define JSON_TYPE    "application/json"
#define NATIVE_ENTER "/api/v1/enter"
#define SPACES       "/v1/"
#define SPACES_TOKEN "/v1/auth/token"

void cardea_reply_json(struct cardea_http_request *request, int status, json_t *json)
{
	char *text = json ? cardea_json_dump(json) : NULL;

	json_decref(json);
	cardea_reply_json_text(request, status, text);
	free(text);
}

void cardea_reply_json_text(struct cardea_http_request *request, int status, const char *text)
{
	if (text) {
		cardea_http_reply(request, status, JSON_TYPE, text, strlen(text));
	} else {
		cardea_http_reply_error(request, 500, cardea_error_text(CARDEA_E_INTERNAL));
	}
}

static void add_retry_after(struct cardea_http_request *request, int status)
{
	if (status == 503 || status == 429) {
		cardea_http_add_header(request, "Retry-After", "1");
	}
}

static json_t *native_body(const char *code, const char *text)
{
	return json_pack("{s:s, s:s}", "error", text, "code", code);
}

void cardea_reply_error(struct cardea_http_request *request, int status, const char *text)
{
	add_retry_after(request, status);
	cardea_reply_json(request, status, json_pack("{s:s}", "error", text));
}

void cardea_reply_native_refusal(struct cardea_http_request *request, int status, const char *code,
                                 const char *text)
{
	add_retry_after(request, status);
	cardea_reply_json(request, status, native_body(code, text));
}

int cardea_reply_native_status(int err)
{
	/* A full room may have a place a moment later (spec/native 1). */
	return err == CARDEA_E_CAPACITY ? 503 : cardea_error_http(err);
}

void cardea_reply_native_error(struct cardea_http_request *request, int err)
{
	cardea_reply_native_refusal(request, cardea_reply_native_status(err), cardea_error_code(err),
	                            cardea_error_text(err));
}

static void add_wait(struct cardea_http_request *request, int64_t wait_s)
{
	char text[24];

	g_snprintf(text, sizeof(text), "%" G_GINT64_FORMAT, wait_s);
	cardea_http_add_header(request, "Retry-After", text);
}

void cardea_reply_limited(struct cardea_http_request *request, int64_t wait_s)
{
	const int err = CARDEA_E_RATE_LIMITED;

	add_wait(request, wait_s);
	cardea_reply_json(request, cardea_error_http(err),
	                  json_pack("{s:s}", "error", cardea_error_text(err)));
}

void cardea_reply_native_limited(struct cardea_http_request *request, int64_t wait_s)
{
	const int err = CARDEA_E_RATE_LIMITED;

	add_wait(request, wait_s);
	cardea_reply_json(request, cardea_error_http(err),
	                  native_body(cardea_error_code(err), cardea_error_text(err)));
}

static const char *credential_of(const struct cardea_http_request *request)
{
	const char *key = cardea_http_header(request, "X-API-Key");

	return key ? key : cardea_http_header(request, "Authorization");
}

bool cardea_reply_over_limit(struct cardea_http_request *request, struct cardea_ratelimit *of_key,
                             struct cardea_ratelimit *of_address)
{
	const char *credential = credential_of(request);
	struct cardea_ratelimit *limit = credential ? of_key : of_address;
	uint64_t who = credential ? cardea_ratelimit_key(limit, credential)
	                          : cardea_ratelimit_peer_key(limit, cardea_http_peer(request));
	int64_t wait = cardea_ratelimit_wait_s(limit, who);

	if (wait > 0) {
		add_wait(request, wait);
		cardea_http_reply_error(request, cardea_error_http(CARDEA_E_RATE_LIMITED),
		                        cardea_error_text(CARDEA_E_RATE_LIMITED));
		return true;
	}
	cardea_ratelimit_charge(limit, who);
	return false;
}

/* The code of a refusal that is about HTTP and has no error of ours: "Content too large" becomes
 * content_too_large. */
static char *code_from_text(const char *text)
{
	char *code = g_ascii_strdown(text, -1);

	for (char *at = code; *at; at++) {
		if (!g_ascii_isalnum(*at)) {
			*at = '_';
		}
	}
	return code;
}

static bool is_spaces(const char *path)
{
	return path && g_str_has_prefix(path, SPACES) && strcmp(path, SPACES_TOKEN) != 0;
}

char *cardea_reply_error_body(const char *path, int status, const char *text, void *arg)
{
	json_t *json = json_pack("{s:s}", is_spaces(path) ? "message" : "error", text);
	char *dumped, *body;

	(void)status;
	(void)arg;
	if (path && (strcmp(path, NATIVE_ENTER) == 0 || is_spaces(path))) {
		g_autofree char *code = code_from_text(text);

		json_object_set_new(json, "code", json_string(code));
	}
	dumped = cardea_json_dump(json);
	json_decref(json);
	body = g_strdup(dumped ? dumped : "{}");
	free(dumped);
	return body;
}

int cardea_read_json(const struct cardea_http_request *request, json_t **out)
{
	size_t len;
	const char *body = cardea_http_body(request, &len);

	return cardea_json_parse_object(body ? body : "", body ? len : 0, out);
}
