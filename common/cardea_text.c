/*
 * cardea_text: display names by Unicode code point, with GLib's tables.
 */
#include "cardea_text.h"

#include <string.h>
#include <glib.h>

/* Characters that change how the text around them reads without being seen themselves: they let a
 * guest pass for somebody else in a roster (Unicode TR 36 2.5, TR 39). */
static bool is_deceptive(gunichar c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

bool cardea_text_is_name(const char *text, size_t max)
{
	size_t len = text ? strnlen(text, max + 1) : 0;

	if (len == 0 || len > max || !g_utf8_validate(text, (gssize)len, NULL)) {
		return false;
	}
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		if (is_deceptive(g_utf8_get_char(p))) {
			return false;
		}
	}
	return true;
}

char *cardea_text_clean_name(const char *text, size_t max)
{
	GString *name;
	bool blank = false;

	if (!text || !g_utf8_validate(text, -1, NULL)) {
		return NULL;
	}
	name = g_string_new(NULL);
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		size_t size = (size_t)(g_utf8_next_char(p) - p);

		/* White space first: a tab or line break is a control character too, but separates words.
		 * Its blank is written before the next word, so that none can end the name. */
		if (g_unichar_isspace(c)) {
			blank = name->len > 0;
			continue;
		}
		if (is_deceptive(c)) {
			continue;
		}
		if (name->len + blank + size > max) {
			break;
		}
		if (blank) {
			g_string_append_c(name, ' ');
			blank = false;
		}
		g_string_append_len(name, p, (gssize)size);
	}
	return g_string_free(name, name->len == 0);
}
