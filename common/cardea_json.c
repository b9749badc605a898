/*
 * cardea_json: jansson with the bounds it lacks. It would recurse 2,048 deep, again when freeing,
 * and keep the last of two equal keys, where another reader of the same text keeps the first.
 */
#include "cardea_json.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_limits.h"

/*
 * True if no bracket outside a string is nested deeper than @limit. Up to the first syntax error
 * this agrees with the parser about what a string is, and past it the parser reads no further; so
 * the parser never goes deeper than what was counted here.
 */
static bool is_depth_within(const char *text, size_t len, size_t limit)
{
	size_t depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (in_string) {
			if (c == '\\') {
				i++;
			} else if (c == '"') {
				in_string = false;
			}
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > limit) {
				return false;
			}
		} else if ((c == '}' || c == ']') && depth > 0) {
			depth--;
		}
	}
	return true;
}

static int parse_error(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		return CARDEA_E_JSON_DUPLICATE;
	case json_error_stack_overflow:
		return CARDEA_E_JSON_DEPTH;
	case json_error_out_of_memory:
		return CARDEA_E_NO_MEMORY;
	default:
		return CARDEA_E_JSON_SYNTAX;
	}
}

int cardea_json_parse_object(const char *text, size_t len, json_t **out)
{
	json_error_t error;
	json_t *json;

	if (!is_depth_within(text, len, CARDEA_MAX_JSON_DEPTH)) {
		return CARDEA_E_JSON_DEPTH;
	}
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!json) {
		return parse_error(&error);
	}
	if (!json_is_object(json)) {
		json_decref(json);
		return CARDEA_E_JSON_SYNTAX;
	}
	*out = json;
	return 0;
}

static bool is_kind(const json_t *value, enum cardea_json_kind kind)
{
	switch (kind) {
	case CARDEA_JSON_STRING:
		return json_is_string(value);
	case CARDEA_JSON_INTEGER:
		return json_is_integer(value);
	case CARDEA_JSON_BOOLEAN:
		return json_is_boolean(value);
	case CARDEA_JSON_OBJECT:
		return json_is_object(value);
	case CARDEA_JSON_ARRAY:
		return json_is_array(value);
	}
	return false;
}

static bool is_count_in_range(size_t count, const struct cardea_json_field *field)
{
	return (field->min <= 0 || count >= (size_t)field->min) &&
	       (field->max <= 0 || count <= (size_t)field->max);
}

static bool is_in_range(const json_t *value, const struct cardea_json_field *field)
{
	switch (field->kind) {
	case CARDEA_JSON_STRING:
		return is_count_in_range(json_string_length(value), field);
	case CARDEA_JSON_ARRAY:
		return is_count_in_range(json_array_size(value), field);
	case CARDEA_JSON_INTEGER:
		return (field->min == 0 && field->max == 0) ||
		       (json_integer_value(value) >= field->min && json_integer_value(value) <= field->max);
	case CARDEA_JSON_BOOLEAN:
	case CARDEA_JSON_OBJECT:
		return true;
	}
	return false;
}

static int check_field(const json_t *object, const struct cardea_json_field *field)
{
	const json_t *value = json_object_get(object, field->name);

	if (!value || json_is_null(value)) {
		return field->required ? CARDEA_E_JSON_MISSING : 0;
	}
	if (!is_kind(value, field->kind)) {
		return CARDEA_E_JSON_TYPE;
	}
	return is_in_range(value, field) ? 0 : CARDEA_E_JSON_RANGE;
}

int cardea_json_check(const json_t *object, const struct cardea_json_field *fields, size_t count,
                      const char **bad)
{
	for (size_t i = 0; i < count; i++) {
		int err = check_field(object, &fields[i]);

		if (err) {
			if (bad) {
				*bad = fields[i].name;
			}
			return err;
		}
	}
	return 0;
}

const char *cardea_json_string(const json_t *object, const char *name, const char *def)
{
	const json_t *value = json_object_get(object, name);

	return json_is_string(value) ? json_string_value(value) : def;
}

int64_t cardea_json_integer(const json_t *object, const char *name, int64_t def)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : def;
}

bool cardea_json_boolean(const json_t *object, const char *name, bool def)
{
	const json_t *value = json_object_get(object, name);

	return json_is_boolean(value) ? json_is_true(value) : def;
}

char *cardea_json_dump(const json_t *json)
{
	return json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
}
