/* pages: see pages.h. */
#include "api/pages.h"

#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <jansson.h>
#include "cardea_error.h"
#include "net/http.h"

/* The same file lies beside the page where another web server has it; there the operator writes it
 * (docs/pages.md). */
#define SETTINGS "/settings.json"

/* The hosts that the page may load designs from; the gateway is where the page is. */
static char *settings(const struct cardea_static_policy *policy)
{
	json_t *hosts = json_array(), *object;
	char *text;

	for (const char *const *host = policy->design_hosts; host && *host; host++) {
		json_array_append_new(hosts, json_string(*host));
	}
	object = json_pack("{s:s, s:o}", "gateway", "", "design_hosts", hosts);
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return text;
}

int cardea_pages_load(const char *folder, const struct cardea_static_policy *policy,
                      struct cardea_static **out)
{
	struct cardea_static *pages;
	int err = cardea_static_new(folder, policy, &pages);
	char *text;

	if (err) {
		return err;
	}
	text = settings(policy);
	err = text ? cardea_static_put(pages, SETTINGS, text) : CARDEA_E_SYSTEM;
	free(text);
	if (err) {
		cardea_static_free(pages);
		return err;
	}
	*out = pages;
	return 0;
}

/* "/room/x" with one segment after it. */
static bool is_room(const char *path)
{
	const char *alias = path + strlen("/room/");

	return g_str_has_prefix(path, "/room/") && *alias != '\0' && !strchr(alias, '/');
}

bool cardea_pages_reply(const struct cardea_static *pages, struct cardea_http_request *request)
{
	const char *path = cardea_http_path(request);

	if (cardea_static_reply(pages, request)) {
		return true;
	}
	/* Others than these go to the dialects (spec/plugnmeet N10). */
	if (!path || !(cardea_http_method(request) & (CARDEA_HTTP_GET | CARDEA_HTTP_HEAD))) {
		return false;
	}
	if (is_room(path)) {
		return cardea_static_reply_with(pages, request, "/room/index.html", "/room/{alias}");
	}
	return strcmp(path, "/account") == 0 &&
	       cardea_static_reply_with(pages, request, "/account/index.html", "/account");
}
