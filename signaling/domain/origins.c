/* origins: the pages that may call for a tenant. */
#include "domain/origins.h"

#include <string.h>
#include <strings.h>
#include <glib.h>
#include "cardea_error.h"

#define MAX_ORIGIN 255

/* What is behind "http://" or "https://", else NULL. */
static const char *after_scheme(const char *text)
{
	static const char *const schemes[] = {"http://", "https://"};

	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0) {
			return text + strlen(schemes[i]);
		}
	}
	return NULL;
}

static bool is_local(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		size_t len = strlen(names[i]);

		if (strncasecmp(host, names[i], len) == 0 && (host[len] == '\0' || host[len] == ':')) {
			return true;
		}
	}
	return false;
}

static bool is_readable(const char *text)
{
	for (const char *at = text; *at; at++) {
		if (!g_ascii_isgraph(*at) || strchr("%@\\\"<>", *at)) {
			return false;
		}
	}
	return text[0] != '\0' && text[0] != ':' && strlen(text) <= MAX_ORIGIN;
}

/* "host[:port]" up to @len; an IPv6 address has its own colons in brackets. */
static bool is_host(const char *host, size_t len)
{
	const char *close = host[0] == '[' ? memchr(host, ']', len) : host - 1;
	const char *colon;

	if (!close) {
		return false;
	}
	colon = memchr(close + 1, ':', len - (size_t)(close + 1 - host));
	for (const char *at = colon ? colon + 1 : host + len; at < host + len; at++) {
		if (!g_ascii_isdigit(*at)) {
			return false;
		}
	}
	return !colon || colon + 1 < host + len;
}

int cardea_origin_check(const char *text)
{
	const char *host;
	size_t len;

	if (!is_readable(text)) {
		return CARDEA_E_ORIGIN_URL;
	}
	host = after_scheme(text);
	if (!host) {
		return CARDEA_E_ORIGIN_SCHEME;
	}
	if (is_local(host)) {
		return 0;
	}
	len = strcspn(host, "/?#");
	if (len == 0 || host[0] == ':') {
		return CARDEA_E_ORIGIN_HOST;
	}
	if (strchr(host, '*')) {
		return CARDEA_E_ORIGIN_WILDCARD;
	}
	if (!is_host(host, len)) {
		return CARDEA_E_ORIGIN_URL;
	}
	return host[len] && strcmp(host + len, "/") != 0 ? CARDEA_E_ORIGIN_PATH : 0;
}

bool cardea_origin_is_allowed(const char *list, const char *origin)
{
	g_auto(GStrv) items = g_strsplit(list ? list : "", " ", -1);
	bool is_empty = true;

	for (char **item = items; *item; item++) {
		if (**item && strcasecmp(*item, origin) == 0) {
			return true;
		}
		is_empty &= **item == '\0';
	}
	return is_empty;
}
