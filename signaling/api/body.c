/* body: see body.h. */
#include "api/body.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"
#include "net/form.h"
#include "net/http_text.h"

#define JSON_TYPE "application/json"
/* What a browser's FormData makes of a value that is not there. */
#define UNDEFINED "undefined"

/* ---- forms ---- */

static int put_text(json_t *object, const char *name, const char *value)
{
	const json_t *before = json_object_get(object, name);

	if (before && !json_is_string(before)) {
		return CARDEA_E_INVALID;
	}
	return json_object_set_new(object, name, json_string(value)) < 0 ? CARDEA_E_NO_MEMORY : 0;
}

/* The member @name; @fresh, which is taken, becomes it if there is none. Borrowed. */
static json_t *member_or(json_t *object, const char *name, json_t *fresh)
{
	json_t *there = json_object_get(object, name);

	if (there) {
		json_decref(fresh);
		return there;
	}
	return json_object_set_new(object, name, fresh) < 0 ? NULL : fresh;
}

static int append_text(json_t *object, const char *name, const char *value)
{
	json_t *array = member_or(object, name, json_array());

	if (!json_is_array(array)) {
		return CARDEA_E_INVALID;
	}
	return json_array_append_new(array, json_string(value)) < 0 ? CARDEA_E_NO_MEMORY : 0;
}

/* Cuts the key at the front of *@rest, "key]" and then "[" or the end; NULL if it has another form.
 * *@rest is behind it, NULL at the end. */
static char *next_key(char **rest)
{
	char *key = *rest;
	char *end = strpbrk(key, "[]");

	if (!end || *end != ']' || (end[1] && end[1] != '[')) {
		return NULL;
	}
	*rest = end[1] ? end + 2 : NULL;
	*end = '\0';
	return key;
}

/* Puts one field where its name says: base, then any number of "[key]", then perhaps "[]". */
static int put_field(json_t *object, const struct cardea_form_field *field)
{
	g_autofree char *name = g_strdup(field->name);
	char *key = name, *rest = strchr(name, '[');

	if (rest) {
		*rest++ = '\0';
	}
	if (!*key || strchr(key, ']')) {
		return CARDEA_E_INVALID;
	}
	for (int depth = 1; rest; depth++) {
		char *inner = next_key(&rest);

		if (!inner || depth == CARDEA_MAX_FORM_DEPTH || (!*inner && rest)) {
			return CARDEA_E_INVALID;
		}
		if (!*inner) {
			return append_text(object, key, field->value);
		}
		object = member_or(object, key, json_object());
		if (!json_is_object(object)) {
			return CARDEA_E_INVALID;
		}
		key = inner;
	}
	return put_text(object, key, field->value);
}

static int read_form(const char *type, const char *body, size_t len, json_t **out)
{
	struct cardea_form *form;
	json_t *object;
	int err = cardea_form_parse(type, body, len, &form);

	if (err) {
		return err;
	}
	object = json_object();
	for (size_t i = 0; !err && i < cardea_form_count(form); i++) {
		const struct cardea_form_field *field = cardea_form_field(form, i);

		if (field->value && strcmp(field->value, UNDEFINED) != 0) {
			err = put_field(object, field);
		}
	}
	cardea_form_free(form);
	if (err) {
		json_decref(object);
		return err;
	}
	*out = object;
	return 0;
}

int cardea_body_read(const struct cardea_http_request *request, json_t **out)
{
	const char *type = cardea_http_header(request, "Content-Type");
	size_t len;
	const char *body = cardea_http_body(request, &len);
	const char *start = body + strspn(body, " \t\r\n"); /* the body ends with NUL */

	if (start == body + len) {
		*out = json_object();
		return 0;
	}
	if (*start == '{' || (type && cardea_http_is_type(type, JSON_TYPE))) {
		return cardea_json_parse_object(body, len, out);
	}
	return read_form(type, body, len, out);
}

/* ---- typed readers ---- */

static const json_t *member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

/* As member, but an empty text is absent as well: forms know no other way to say so. */
static const json_t *filled_member(const json_t *object, const char *name)
{
	const json_t *value = member(object, name);

	return json_is_string(value) && json_string_length(value) == 0 ? NULL : value;
}

int cardea_body_text(const json_t *object, const char *name, const char **out)
{
	const json_t *value = member(object, name);

	if (value && !json_is_string(value)) {
		return CARDEA_E_INVALID;
	}
	*out = json_string_value(value);
	return 0;
}

int cardea_body_object(const json_t *object, const char *name, const json_t **out)
{
	const json_t *value = filled_member(object, name);

	if (value && !json_is_object(value)) {
		return CARDEA_E_INVALID;
	}
	*out = value;
	return 0;
}

int cardea_body_array(const json_t *object, const char *name, const json_t **out)
{
	const json_t *value = filled_member(object, name);

	if (value && !json_is_array(value)) {
		return CARDEA_E_INVALID;
	}
	*out = value;
	return 0;
}

static bool is_text(const json_t *value, const char *a, const char *b)
{
	const char *text = json_string_value(value);

	return text && (strcmp(text, a) == 0 || strcmp(text, b) == 0);
}

int cardea_body_boolean(const json_t *object, const char *name, int *out)
{
	const json_t *value = filled_member(object, name);

	if (!value) {
		*out = -1;
	} else if (json_is_true(value) || is_text(value, "true", "1")) {
		*out = 1;
	} else if (json_is_false(value) || is_text(value, "false", "0")) {
		*out = 0;
	} else {
		return CARDEA_E_INVALID;
	}
	return 0;
}

int cardea_body_integer(const json_t *object, const char *name, int64_t absent, int64_t *out)
{
	const json_t *value = filled_member(object, name);

	if (!value) {
		*out = absent;
	} else if (json_is_integer(value)) {
		*out = json_integer_value(value);
	} else if (!json_is_string(value) ||
	           !g_ascii_string_to_signed(json_string_value(value), 10, INT64_MIN, INT64_MAX, out,
	                                     NULL)) {
		return CARDEA_E_INVALID;
	}
	return 0;
}
