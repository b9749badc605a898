#include "api/url.h"

#include <glib.h>

char *cardea_url_base(const char *public_url, const char *host, const char *forwarded_proto)
{
	if (public_url) {
		return g_strdup(public_url);
	}
	if (!host || !host[0]) {
		return NULL;
	}
	return g_strconcat(forwarded_proto && g_ascii_strcasecmp(forwarded_proto, "https") == 0
	                           ? "https://"
	                           : "http://",
	                   host, NULL);
}

char *cardea_url_ws_base(const char *public_url, const char *host, const char *forwarded_proto)
{
	g_autofree char *base = cardea_url_base(public_url, host, forwarded_proto);

	if (!base || !g_str_has_prefix(base, "http")) {
		return NULL;
	}
	return g_strconcat("ws", base + sizeof("http") - 1, NULL);
}
