#include "api/presented.h"

#include <string.h>
#include <strings.h>
#include "cardea_error.h"

#define SCHEME "Bearer "

/* Pages of this gateway call from where they were loaded: the host they ask for. */
const char *cardea_presented_origin(const struct cardea_http_request *request)
{
	const char *origin = cardea_http_header(request, "Origin");
	const char *host = cardea_http_header(request, "Host");
	const char *at = origin ? strstr(origin, "://") : NULL;

	return at && host && strcasecmp(at + strlen("://"), host) == 0 ? NULL : origin;
}

int cardea_presented_read(const struct cardea_http_request *request, struct cardea_presented *out)
{
	const char *key = cardea_http_header(request, "X-API-Key");
	const char *authorization = cardea_http_header(request, "Authorization");
	const char *token;

	if (key) {
		*out = (struct cardea_presented){CARDEA_PRESENTED_API_KEY, key,
		                                 cardea_presented_origin(request)};
		return key[0] ? 0 : CARDEA_E_API_KEY_MISSING;
	}
	if (!authorization || !authorization[0]) {
		return CARDEA_E_AUTH_MISSING;
	}
	if (strncasecmp(authorization, SCHEME, strlen(SCHEME)) != 0) {
		return CARDEA_E_AUTH_FORMAT;
	}
	token = authorization + strlen(SCHEME);
	token += strspn(token, " ");
	if (!token[0] || strpbrk(token, " \t")) {
		return CARDEA_E_AUTH_FORMAT;
	}
	*out = (struct cardea_presented){CARDEA_PRESENTED_BEARER, token,
	                                 cardea_presented_origin(request)};
	return 0;
}
