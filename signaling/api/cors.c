#include "api/cors.h"

#include <string.h>

#define API_PREFIX "/api/v1/"
#define MAX_AGE_S  "600" /* facts/reliability 6a */

static bool is_preflight(const struct cardea_http_request *request)
{
	return cardea_http_method(request) == CARDEA_HTTP_OPTIONS &&
	       cardea_http_header(request, "Origin") &&
	       cardea_http_header(request, "Access-Control-Request-Method");
}

bool cardea_cors_apply(struct cardea_http_request *request)
{
	const char *path = cardea_http_path(request);

	if (!path || strncmp(path, API_PREFIX, strlen(API_PREFIX)) != 0) {
		return false;
	}
	cardea_http_add_header(request, "Access-Control-Allow-Origin", "*");
	cardea_http_add_header(request, "Access-Control-Expose-Headers", "X-Request-ID, Retry-After");
	if (!is_preflight(request)) {
		return false;
	}
	cardea_http_set_route(request, "OPTIONS " API_PREFIX "*");
	cardea_http_add_header(request, "Access-Control-Allow-Methods",
	                       "GET, POST, PUT, PATCH, DELETE");
	cardea_http_add_header(request, "Access-Control-Allow-Headers",
	                       "Authorization, Content-Type, X-API-Key, X-Request-ID");
	cardea_http_add_header(request, "Access-Control-Max-Age", MAX_AGE_S);
	cardea_http_reply(request, 204, NULL, NULL, 0);
	return true;
}
