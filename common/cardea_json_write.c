/* cardea_json_write: see cardea_json_write.h. */
#include "cardea_json_write.h"

#include <string.h>

static bool is_first(const GString *out)
{
	return out->len == 0 || strchr("{[", out->str[out->len - 1]);
}

static void put_name(GString *out, const char *name)
{
	if (!is_first(out)) {
		g_string_append_c(out, ',');
	}
	if (name) {
		g_string_append_c(out, '"');
		g_string_append(out, name);
		g_string_append_len(out, "\":", 2);
	}
}

static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

static void put_escaped(GString *out, char c)
{
	static const char special[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = strchr(special, c); /* never 0, which ends the text */

	if (found) {
		g_string_append_c(out, '\\');
		g_string_append_c(out, letters[found - special]);
	} else {
		g_string_append_printf(out, "\\u%04X", (unsigned)c);
	}
}

static void put_content(GString *out, const char *text)
{
	while (*text) {
		size_t plain = 0;

		while (is_plain(text[plain])) {
			plain++;
		}
		g_string_append_len(out, text, (gssize)plain);
		text += plain;
		if (*text) {
			put_escaped(out, *text++);
		}
	}
}

void cardea_json_begin(GString *out, const char *name, char bracket)
{
	put_name(out, name);
	g_string_append_c(out, bracket);
}

void cardea_json_end(GString *out, char bracket)
{
	g_string_append_c(out, bracket);
}

void cardea_json_put_text(GString *out, const char *name, const char *text)
{
	if (text) {
		cardea_json_put_joined(out, name, text, "", "");
	} else {
		cardea_json_put_raw(out, name, NULL);
	}
}

void cardea_json_put_joined(GString *out, const char *name, const char *a, const char *b,
                            const char *c)
{
	put_name(out, name);
	g_string_append_c(out, '"');
	put_content(out, a);
	put_content(out, b);
	put_content(out, c);
	g_string_append_c(out, '"');
}

void cardea_json_put_boolean(GString *out, const char *name, bool value)
{
	cardea_json_put_raw(out, name, value ? "true" : "false");
}

void cardea_json_put_integer(GString *out, const char *name, int64_t value)
{
	char digits[24];

	g_snprintf(digits, sizeof(digits), "%" G_GINT64_FORMAT, value);
	cardea_json_put_raw(out, name, digits);
}

void cardea_json_put_raw(GString *out, const char *name, const char *json)
{
	put_name(out, name);
	g_string_append(out, json ? json : "null");
}

char *cardea_json_finish(GString *out)
{
	bool is_valid = g_utf8_validate_len(out->str, out->len, NULL);

	return g_string_free(out, !is_valid);
}
