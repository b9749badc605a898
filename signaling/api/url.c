#include "api/url.h"

#include <glib.h>

char *cardea_url_ws_base(const char *public_url, const char *host, const char *forwarded_proto)
{
	if (public_url && g_str_has_prefix(public_url, "https://")) {
		return g_strconcat("wss://", public_url + sizeof("https://") - 1, NULL);
	}
	if (public_url && g_str_has_prefix(public_url, "http://")) {
		return g_strconcat("ws://", public_url + sizeof("http://") - 1, NULL);
	}
	if (!host || !host[0]) {
		return NULL;
	}
	return g_strconcat(forwarded_proto && g_ascii_strcasecmp(forwarded_proto, "https") == 0
	                           ? "wss://"
	                           : "ws://",
	                   host, NULL);
}
