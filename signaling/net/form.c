/* form: see form.h. */
#include "config.h"
#include "net/form.h"

#include <stdbool.h>
#include <string.h>
#include <glib.h>

#include "cardea_error.h"
#include "cardea_limits.h"
#include "net/http_text.h"

#define MULTIPART    "multipart/form-data"
#define DISPOSITION  "form-data"
#define MAX_BOUNDARY 70   /* RFC 2046 5.1.1 */
#define MAX_LINE     2048 /* of a part's header: two names and some words */

struct cardea_form {
	GArray *fields; /* struct cardea_form_field */
};

struct input {
	const char *at, *end;
};

struct part {
	char *name;
	bool is_file;
};

/* ---- the list ---- */

static void clear_field(void *data)
{
	struct cardea_form_field *field = data;

	g_free(field->name);
	g_free(field->value);
}

static struct cardea_form *form_new(void)
{
	struct cardea_form *form = g_new0(struct cardea_form, 1);

	form->fields = g_array_new(FALSE, FALSE, sizeof(struct cardea_form_field));
	g_array_set_clear_func(form->fields, clear_field);
	return form;
}

void cardea_form_free(struct cardea_form *form)
{
	if (!form)
		return;
	g_array_free(form->fields, TRUE);
	g_free(form);
}

size_t cardea_form_count(const struct cardea_form *form)
{
	return form->fields->len;
}

const struct cardea_form_field *cardea_form_field(const struct cardea_form *form, size_t index)
{
	return &g_array_index(form->fields, struct cardea_form_field, index);
}

/* Takes @field with its strings. */
static int add(struct cardea_form *form, struct cardea_form_field field)
{
	int err = 0;

	if (!*field.name)
		err = CARDEA_E_INVALID;
	else if (form->fields->len == CARDEA_MAX_FORM_FIELDS ||
	         strlen(field.name) > CARDEA_MAX_FORM_NAME ||
	         (field.value && strlen(field.value) > CARDEA_MAX_FORM_VALUE))
		err = CARDEA_E_TOO_LONG;
	if (err)
		clear_field(&field);
	else
		g_array_append_val(form->fields, field);
	return err;
}

/* ---- urlencoded ---- */

char *cardea_form_decode(const char *text, size_t len)
{
	g_autofree char *plain = g_strndup(text, len);
	char *decoded;

	g_strdelimit(plain, "+", ' ');
	decoded = g_uri_unescape_string(plain, NULL);
	if (decoded && !g_utf8_validate(decoded, -1, NULL)) {
		g_free(decoded);
		return NULL;
	}
	return decoded;
}

static int read_pair(struct cardea_form *form, const char *pair, size_t len)
{
	const char *equals = memchr(pair, '=', len);
	size_t name_len = equals ? (size_t)(equals - pair) : len;
	size_t value_len = equals ? len - name_len - 1 : 0;
	struct cardea_form_field field = {
	        .name = cardea_form_decode(pair, name_len),
	        .value = cardea_form_decode(pair + len - value_len, value_len),
	};

	if (field.name && field.value)
		return add(form, field);
	clear_field(&field);
	return CARDEA_E_INVALID;
}

static int read_urlencoded(struct cardea_form *form, struct input in)
{
	int err = 0;

	if (in.at < in.end && memchr(in.at, '\0', (size_t)(in.end - in.at)))
		return CARDEA_E_INVALID;
	while (!err && in.at < in.end) {
		const char *stop = memchr(in.at, '&', (size_t)(in.end - in.at));

		if (!stop)
			stop = in.end;
		if (stop > in.at)
			err = read_pair(form, in.at, (size_t)(stop - in.at));
		in.at = stop < in.end ? stop + 1 : stop;
	}
	return err;
}

/* ---- parameters of a header field ---- */

/* Reads the quoted string at @text; what is behind it, or NULL. A backslash before another
 * character than these two is itself: old browsers send whole Windows paths. */
static const char *read_quoted(const char *text, GString *value)
{
	for (text++; *text && *text != '"'; text++) {
		if (*text == '\\' && (text[1] == '"' || text[1] == '\\'))
			text++;
		g_string_append_c(value, *text);
	}
	return *text == '"' ? text + 1 : NULL;
}

/* Reads `; name=value` at *@at, the name in lower case. 1, or 0 at the end, or CARDEA_E_INVALID. */
static int next_parameter(const char **at, GString *name, GString *value)
{
	const char *p = *at + strspn(*at, " \t");

	g_string_truncate(name, 0);
	g_string_truncate(value, 0);
	if (*p && *p++ != ';')
		return CARDEA_E_INVALID;
	p += strspn(p, " \t");
	if (!*p)
		return 0;
	while (cardea_http_is_tchar((unsigned char)*p))
		g_string_append_c(name, g_ascii_tolower(*p++));
	if (name->len == 0 || *p++ != '=')
		return CARDEA_E_INVALID;
	if (*p == '"') {
		p = read_quoted(p, value);
	} else {
		size_t len = strcspn(p, "; \t");

		g_string_append_len(value, p, (gssize)len);
		p += len;
	}
	*at = p;
	return p ? 1 : CARDEA_E_INVALID;
}

/* bchars of RFC 2046 5.1.1. */
static bool is_boundary(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (!g_ascii_isalnum(text[i]) && !strchr("'()+_,-./:=? ", text[i]))
			return false;
	return len > 0 && len <= MAX_BOUNDARY && text[len - 1] != ' ';
}

/* What separates the parts, "\r\n--" and the boundary, as a new string; NULL if there is none. */
static char *read_delimiter(const char *content_type)
{
	g_autoptr(GString) name = g_string_new(NULL);
	g_autoptr(GString) value = g_string_new(NULL);
	const char *at = content_type + strlen(MULTIPART);
	char *delimiter = NULL;
	int got;

	while ((got = next_parameter(&at, name, value)) > 0) {
		if (strcmp(name->str, "boundary") != 0)
			continue;
		if (delimiter || !is_boundary(value->str))
			got = CARDEA_E_INVALID;
		if (got < 0)
			break;
		delimiter = g_strconcat("\r\n--", value->str, NULL);
	}
	if (got < 0)
		g_clear_pointer(&delimiter, g_free);
	return delimiter;
}

/* ---- the header of a part ---- */

static int read_disposition(struct part *part, const char *text)
{
	g_autoptr(GString) name = g_string_new(NULL);
	g_autoptr(GString) value = g_string_new(NULL);
	const char *at = text + strlen(DISPOSITION);
	int got;

	if (part->name || !cardea_http_is_type(text, DISPOSITION))
		return CARDEA_E_INVALID;
	while ((got = next_parameter(&at, name, value)) > 0) {
		if (strcmp(name->str, "name") == 0) {
			if (part->name || !g_utf8_validate(value->str, -1, NULL))
				return CARDEA_E_INVALID;
			part->name = g_strdup(value->str);
		} else if (strcmp(name->str, "filename") == 0 || strcmp(name->str, "filename*") == 0) {
			part->is_file = true;
		}
	}
	return got;
}

static bool is_identity(const char *encoding)
{
	return g_ascii_strcasecmp(encoding, "7bit") == 0 || g_ascii_strcasecmp(encoding, "8bit") == 0 ||
	       g_ascii_strcasecmp(encoding, "binary") == 0;
}

static int read_field(struct part *part, char *line)
{
	char *colon = strchr(line, ':');
	const char *value;

	for (const char *p = line; *p; p++)
		if (g_ascii_iscntrl(*p) && *p != '\t')
			return CARDEA_E_INVALID;
	if (!colon)
		return CARDEA_E_INVALID;
	*colon = '\0';
	if (!cardea_http_is_token(line))
		return CARDEA_E_INVALID;
	value = g_strstrip(colon + 1);
	if (g_ascii_strcasecmp(line, "content-disposition") == 0)
		return read_disposition(part, value);
	if (g_ascii_strcasecmp(line, "content-transfer-encoding") == 0 && !is_identity(value))
		return CARDEA_E_UNSUPPORTED;
	return 0;
}

/* Cuts the line at the front of @in, without its CRLF, into a new string. */
static int next_line(struct input *in, char **out)
{
	const char *end = memmem(in->at, (size_t)(in->end - in->at), "\r\n", 2);
	size_t len;

	if (!end)
		return CARDEA_E_INVALID;
	len = (size_t)(end - in->at);
	if (len > MAX_LINE)
		return CARDEA_E_TOO_LONG;
	if (memchr(in->at, '\0', len))
		return CARDEA_E_INVALID;
	*out = g_strndup(in->at, len);
	in->at = end + 2;
	return 0;
}

static int read_header(struct input *in, struct part *part)
{
	bool more = true;
	int err = 0;

	while (more && !err) {
		g_autofree char *line = NULL;

		err = next_line(in, &line);
		more = line && *line;
		if (more)
			err = read_field(part, line);
	}
	return err || part->name ? err : CARDEA_E_INVALID;
}

/* ---- multipart ---- */

/* Reads what stands behind a delimiter. 1 if a part follows, 0 if that was the last one. */
static int read_delimiter_end(struct input *in)
{
	while (in->at < in->end && (*in->at == ' ' || *in->at == '\t'))
		in->at++;
	if (in->end - in->at < 2)
		return CARDEA_E_INVALID;
	in->at += 2;
	if (memcmp(in->at - 2, "\r\n", 2) == 0)
		return 1;
	return memcmp(in->at - 2, "--", 2) == 0 ? 0 : CARDEA_E_INVALID;
}

static int add_part(struct cardea_form *form, struct part *part, const char *content, size_t len)
{
	struct cardea_form_field field = {.name = g_steal_pointer(&part->name)};

	if (part->is_file) {
		field.file_len = len;
	} else if (!g_utf8_validate_len(content, len, NULL)) { /* also refuses NUL */
		clear_field(&field);
		return CARDEA_E_INVALID;
	} else {
		field.value = g_strndup(content, len);
	}
	return add(form, field);
}

/* Reads one part and the delimiter behind it; as read_delimiter_end. */
static int read_part(struct cardea_form *form, struct input *in, const char *delimiter)
{
	struct part part = {0};
	int err = read_header(in, &part);
	/* A part without content may lack the empty line's CRLF of its own (RFC 2046 5.1.1). */
	const char *from = in->at - 2;
	const char *stop =
	        err ? NULL : memmem(from, (size_t)(in->end - from), delimiter, strlen(delimiter));

	if (!err && !stop)
		err = CARDEA_E_INVALID;
	if (!err)
		err = add_part(form, &part, in->at, stop > in->at ? (size_t)(stop - in->at) : 0);
	g_free(part.name);
	if (err)
		return err;
	in->at = stop + strlen(delimiter);
	return read_delimiter_end(in);
}

static int read_multipart(struct cardea_form *form, const char *content_type, struct input in)
{
	g_autofree char *delimiter = read_delimiter(content_type);
	size_t len = (size_t)(in.end - in.at);
	size_t bare_len;
	int more;

	if (!delimiter || in.at == in.end)
		return CARDEA_E_INVALID;
	/* The first delimiter stands at the very beginning or behind a preamble, which means nothing.
	 */
	bare_len = strlen(delimiter) - 2;
	if (len >= bare_len && memcmp(in.at, delimiter + 2, bare_len) == 0) {
		in.at += bare_len;
	} else {
		in.at = memmem(in.at, len, delimiter, bare_len + 2);
		if (!in.at)
			return CARDEA_E_INVALID;
		in.at += bare_len + 2;
	}
	more = read_delimiter_end(&in);
	while (more > 0)
		more = read_part(form, &in, delimiter);
	return more;
}

int cardea_form_parse(const char *content_type, const char *body, size_t len,
                      struct cardea_form **out)
{
	struct cardea_form *form = form_new();
	struct input in = {body, body + len};
	int err;

	if (content_type && cardea_http_is_type(content_type, MULTIPART))
		err = read_multipart(form, content_type, in);
	else
		err = read_urlencoded(form, in);
	if (err) {
		cardea_form_free(form);
		return err;
	}
	*out = form;
	return 0;
}
