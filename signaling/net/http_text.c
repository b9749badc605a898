/* http_text: see http_text.h. */
#include "net/http_text.h"

#include <string.h>
#include <glib.h>

bool cardea_http_is_tchar(unsigned char c)
{
	return g_ascii_isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool cardea_http_is_token(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!cardea_http_is_tchar((unsigned char)*text))
			return false;
	return true;
}

static bool is_port(const char *text, size_t len)
{
	if (len > 5)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!g_ascii_isdigit(text[i]))
			return false;
	return true;
}

static bool is_reg_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%') {
			if (i + 2 >= len || !g_ascii_isxdigit(text[i + 1]) || !g_ascii_isxdigit(text[i + 2]))
				return false;
		} else if (!g_ascii_isalnum(text[i]) && (!text[i] || !strchr("-._~!$&'()*+,;=", text[i]))) {
			return false;
		}
	}
	return len > 0;
}

static bool is_ip_literal(const char *text, size_t len)
{
	if (len < 4 || text[0] != '[' || text[len - 1] != ']')
		return false;
	for (size_t i = 1; i < len - 1; i++)
		if (!g_ascii_isxdigit(text[i]) && text[i] != ':' && text[i] != '.')
			return false;
	return true;
}

bool cardea_http_is_host(const char *text, size_t len)
{
	const char *start = len > 0 && text[0] == '[' ? memchr(text, ']', len) : text;
	const char *colon;
	size_t host_len;

	if (!start || len > 255 + 6)
		return false;
	colon = memchr(start, ':', len - (size_t)(start - text));
	host_len = colon ? (size_t)(colon - text) : len;
	if (colon && !is_port(colon + 1, len - host_len - 1))
		return false;
	return text[0] == '[' ? is_ip_literal(text, host_len) : is_reg_name(text, host_len);
}

/* The first character behind the token at @text, or NULL if there is none. */
static const char *skip_token(const char *text)
{
	const char *p = text;

	while (cardea_http_is_tchar((unsigned char)*p))
		p++;
	return p > text ? p : NULL;
}

static const char *skip_quoted(const char *text)
{
	for (text++; *text && *text != '"'; text++)
		if (*text == '\\' && *++text == '\0')
			return NULL;
	return *text == '"' ? text + 1 : NULL;
}

bool cardea_http_is_chunk_ext(const char *text)
{
	while (text && *text) {
		if (*text != ';')
			return false;
		text = skip_token(text + 1);
		if (text && *text == '=')
			text = text[1] == '"' ? skip_quoted(text + 1) : skip_token(text + 1);
	}
	return text != NULL;
}

bool cardea_http_is_pct_encoded(const char *text)
{
	for (; (text = strchr(text, '%')); text += 3) {
		if (!g_ascii_isxdigit(text[1]) || !g_ascii_isxdigit(text[2]))
			return false;
		if (text[1] == '0' && text[2] == '0')
			return false;
	}
	return true;
}

bool cardea_http_is_type(const char *value, const char *type)
{
	size_t len = strlen(type);

	return g_ascii_strncasecmp(value, type, len) == 0 &&
	       (!value[len] || strchr("; \t", value[len]));
}

bool cardea_http_list_has(const char *list, const char *token)
{
	size_t token_len = strlen(token);

	while (*list) {
		size_t len;

		list += strspn(list, ", \t");
		len = strcspn(list, ",");
		while (len > 0 && (list[len - 1] == ' ' || list[len - 1] == '\t'))
			len--;
		if (len == token_len && g_ascii_strncasecmp(list, token, len) == 0)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}
