/* quote: libconfig string syntax. */
#include "config.h"
#include <glib.h>
#include "conf/quote.h"

char *cardea_quote(const char *text)
{
	GString *out = g_string_new("\"");

	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\') {
			g_string_append_printf(out, "\\%c", *p);
		} else if (*p < 0x20 || *p == 0x7f) {
			g_string_append_printf(out, "\\x%02x", *p);
		} else {
			g_string_append_c(out, (char)*p);
		}
	}
	g_string_append_c(out, '"');
	return g_string_free(out, FALSE);
}
