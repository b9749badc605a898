#include "api/presented.h"

#include <string.h>
#include <strings.h>
#include "cardea_error.h"

#define SCHEME "Bearer "

int cardea_presented_read(const struct cardea_http_request *request, struct cardea_presented *out)
{
	const char *key = cardea_http_header(request, "X-API-Key");
	const char *authorization = cardea_http_header(request, "Authorization");
	const char *token;

	if (key) {
		*out = (struct cardea_presented){CARDEA_PRESENTED_API_KEY, key};
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
	*out = (struct cardea_presented){CARDEA_PRESENTED_BEARER, token};
	return 0;
}
