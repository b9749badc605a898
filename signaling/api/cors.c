#include "api/cors.h"

#include <string.h>
#include <glib.h>

#define MAX_AGE_S "600" /* facts/reliability 6a */

/* What one dialect allows. */
struct policy {
	const char *const *paths; /* each stands for itself and all below it */
	const char *route;        /* what the access log names for a preflight */
	const char *methods, *headers;
	bool no_store;
};

static const char *const api_paths[] = {"/api/v1", NULL};
static const char *const meetings_paths[] = {"/rooms",     "/guests",   "/permalink", "/recordings",
                                             "/snapshots", "/webhooks", "/rt",        NULL};

static const char *const spaces_paths[] = {"/v1", NULL};

static const struct policy policies[] = {
        {
                .paths = spaces_paths,
                .route = "OPTIONS /v1/*",
                .methods = "GET, POST, PUT, DELETE",
                .headers = "Authorization, Content-Type, X-Cl-Id, X-Request-ID",
        },
        {
                .paths = api_paths,
                .route = "OPTIONS /api/v1/*",
                .methods = "GET, POST, PUT, PATCH, DELETE",
                .headers = "Authorization, Content-Type, X-API-Key, X-Request-ID",
        },
        {
                .paths = meetings_paths,
                .route = "OPTIONS /rooms/*",
                .methods = "GET, POST, PUT, DELETE, OPTIONS",
                .headers = "Authorization, Content-Type",
                .no_store = true,
        },
};

static bool is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return strncmp(path, top, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

/* NULL if the path is none of these, or is not known. */
static const struct policy *policy_of(const struct cardea_http_request *request)
{
	const char *path = cardea_http_path(request);

	for (size_t i = 0; path && i < G_N_ELEMENTS(policies); i++) {
		for (const char *const *top = policies[i].paths; *top; top++) {
			if (is_below(path, *top)) {
				return &policies[i];
			}
		}
	}
	return NULL;
}

void cardea_cors_prepare(struct cardea_http_request *request, void *arg)
{
	const struct policy *policy = policy_of(request);

	(void)arg;
	if (!policy) {
		return;
	}
	cardea_http_add_header(request, "Access-Control-Allow-Origin", "*");
	cardea_http_add_header(request, "Access-Control-Expose-Headers", "X-Request-ID, Retry-After");
	if (policy->no_store) {
		cardea_http_add_header(request, "Cache-Control", "no-store");
	}
}

bool cardea_cors_preflight(struct cardea_http_request *request)
{
	const struct policy *policy = policy_of(request);

	if (!policy || cardea_http_method(request) != CARDEA_HTTP_OPTIONS ||
	    !cardea_http_header(request, "Origin") ||
	    !cardea_http_header(request, "Access-Control-Request-Method")) {
		return false;
	}
	cardea_http_set_route(request, policy->route);
	cardea_http_add_header(request, "Access-Control-Allow-Methods", policy->methods);
	cardea_http_add_header(request, "Access-Control-Allow-Headers", policy->headers);
	cardea_http_add_header(request, "Access-Control-Max-Age", MAX_AGE_S);
	cardea_http_reply(request, 204, NULL, NULL, 0);
	return true;
}
