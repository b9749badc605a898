/* protojson: messages of Protocol Buffers as JSON, by tables. */
#include "api/protojson.h"

#include <errno.h>
#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_json.h"

#define MAX_NAME 64

/* ---- reading ---- */

static int refuse(char **failure, const struct cardea_proto_field *field, const char *what)
{
	*failure = g_strdup_printf("proto: (%s) %s", field ? field->name : "body", what);
	return CARDEA_E_INVALID;
}

/* The lowerCamelCase of @name. */
static void camel(const char *name, char out[MAX_NAME])
{
	size_t len = 0;

	for (const char *at = name; *at && len < MAX_NAME - 1; at++) {
		if (*at == '_' && at[1]) {
			out[len++] = g_ascii_toupper(*++at);
		} else {
			out[len++] = *at;
		}
	}
	out[len] = '\0';
}

static bool is_in_range(int64_t value, enum cardea_proto_kind kind)
{
	switch (kind) {
	case CARDEA_PROTO_INT32:
	case CARDEA_PROTO_ENUM:
		return value >= INT32_MIN && value <= INT32_MAX;
	case CARDEA_PROTO_UINT32:
		return value >= 0 && value <= UINT32_MAX;
	case CARDEA_PROTO_UINT64:
		return value >= 0;
	default:
		return true;
	}
}

/* Exactly a decimal number: no blank, no sign but "-". */
static bool parse_integer(const char *text, int64_t *out)
{
	const char *digits = text[0] == '-' ? text + 1 : text;

	return g_ascii_isdigit(digits[0]) &&
	       g_ascii_string_to_signed(text, 10, INT64_MIN, INT64_MAX, out, NULL);
}

/* A number without a fraction may be written with a point (15.0). */
static bool integer_of(const json_t *value, int64_t *out)
{
	if (json_is_string(value)) {
		return parse_integer(json_string_value(value), out);
	}
	if (json_is_real(value)) {
		double number = json_real_value(value);

		*out = number > -9e15 && number < 9e15 ? (int64_t)number : 0;
		return (double)*out == number;
	}
	*out = json_integer_value(value);
	return json_is_integer(value);
}

static int read_integer(const struct cardea_proto_field *field, const json_t *value, json_t **out,
                        char **failure)
{
	int64_t number = 0;

	if (!integer_of(value, &number) || !is_in_range(number, field->kind)) {
		return refuse(failure, field, "is not an integer of its range");
	}
	*out = json_integer(number);
	return 0;
}

static int read_enum(const struct cardea_proto_field *field, const json_t *value, json_t **out,
                     char **failure)
{
	const char *name = json_string_value(value);

	for (size_t i = 0; name && field->values[i].name; i++) {
		if (strcmp(field->values[i].name, name) == 0) {
			*out = json_integer(field->values[i].number);
			return 0;
		}
	}
	return name ? refuse(failure, field, "is not a value of its enum")
	            : read_integer(field, value, out, failure);
}

static int read_map(const struct cardea_proto_field *field, const json_t *value, json_t **out,
                    char **failure)
{
	const char *key;
	json_t *item;

	if (!json_is_object(value)) {
		return refuse(failure, field, "is not an object");
	}
	json_object_foreach((json_t *)value, key, item)
	{
		if (!json_is_string(item)) {
			return refuse(failure, field, "has a value that is not a text");
		}
	}
	*out = json_incref((json_t *)value);
	return 0;
}

static int read_message(const struct cardea_proto_message *message, const json_t *value,
                        json_t **out, char **failure);

/* One value, never null. */
static int read_one(const struct cardea_proto_field *field, const json_t *value, json_t **out,
                    char **failure)
{
	switch (field->kind) {
	case CARDEA_PROTO_BOOL:
		if (!json_is_boolean(value)) {
			return refuse(failure, field, "is not a boolean");
		}
		*out = json_incref((json_t *)value);
		return 0;
	case CARDEA_PROTO_STRING:
		if (!json_is_string(value)) {
			return refuse(failure, field, "is not a text");
		}
		*out = json_incref((json_t *)value);
		return 0;
	case CARDEA_PROTO_ENUM:
		return read_enum(field, value, out, failure);
	case CARDEA_PROTO_MAP:
		return read_map(field, value, out, failure);
	case CARDEA_PROTO_MESSAGE:
		if (!json_is_object(value)) {
			return refuse(failure, field, "is not an object");
		}
		return read_message(field->message, value, out, failure);
	default:
		return read_integer(field, value, out, failure);
	}
}

static int read_repeated(const struct cardea_proto_field *field, const json_t *value, json_t **out,
                         char **failure)
{
	json_t *array;
	size_t i;
	json_t *item;

	if (!json_is_array(value)) {
		return refuse(failure, field, "is not an array");
	}
	array = json_array();
	json_array_foreach((json_t *)value, i, item)
	{
		json_t *read = NULL;
		int err = read_one(field, item, &read, failure);

		if (err) {
			json_decref(array);
			return err;
		}
		json_array_append_new(array, read);
	}
	*out = array;
	return 0;
}

/* The member of @object for @field in either spelling, NULL if there is none; with both it is there
 * twice. */
static int find_member(const struct cardea_proto_field *field, const json_t *object,
                       const json_t **out, char **failure)
{
	char other[MAX_NAME];
	const json_t *snake = json_object_get(object, field->name), *camelled;

	camel(field->name, other);
	camelled = strcmp(other, field->name) == 0 ? NULL : json_object_get(object, other);
	if (snake && camelled) {
		return refuse(failure, field, "is there twice");
	}
	*out = snake ? snake : camelled;
	return 0;
}

static int read_field(const struct cardea_proto_field *field, const json_t *object, json_t *into,
                      bool *has_oneof, char **failure)
{
	const json_t *value = NULL;
	json_t *read = NULL;
	int err = find_member(field, object, &value, failure);

	if (err || !value || json_is_null(value)) {
		return err;
	}
	if (field->flags & CARDEA_PROTO_ONEOF) {
		if (*has_oneof) {
			return refuse(failure, field, "is there beside another of its choice");
		}
		*has_oneof = true;
	}
	err = field->flags & CARDEA_PROTO_REPEATED ? read_repeated(field, value, &read, failure)
	                                           : read_one(field, value, &read, failure);
	if (!err) {
		json_object_set_new(into, field->name, read);
	}
	return err;
}

static int read_message(const struct cardea_proto_message *message, const json_t *value,
                        json_t **out, char **failure)
{
	json_t *object = json_object();
	bool has_oneof = false;
	int err = 0;

	for (size_t i = 0; i < message->count && !err; i++) {
		err = read_field(&message->fields[i], value, object, &has_oneof, failure);
	}
	if (err) {
		json_decref(object);
		return err;
	}
	*out = object;
	return 0;
}

int cardea_proto_decode(const struct cardea_proto_message *message, const char *text, size_t len,
                        json_t **out, char **failure)
{
	json_t *object = NULL;
	int err = cardea_json_parse_object(text, len, &object);

	*failure = NULL;
	if (err) {
		return refuse(failure, NULL, cardea_error_text(err));
	}
	err = read_message(message, object, out, failure);
	json_decref(object);
	return err;
}

/* ---- rules ---- */

struct breaches {
	GString *text;
	int count;
};

static void breach(struct breaches *breaches, const char *path, const char *what)
{
	g_string_append_printf(breaches->text, "%s%s: %s", breaches->count++ ? "\n - " : "", path,
	                       what);
}

/* As if it were not there (proto3). */
static bool is_default(const json_t *value)
{
	return !value || json_is_false(value) ||
	       (json_is_integer(value) && json_integer_value(value) == 0) ||
	       (json_is_string(value) && json_string_length(value) == 0) ||
	       (json_is_array(value) && json_array_size(value) == 0);
}

static bool is_uri(const char *text)
{
	return g_uri_is_valid(text, G_URI_FLAGS_NONE, NULL);
}

static bool is_word(const char *text)
{
	for (const char *at = text; *at; at++) {
		if (!g_ascii_isalnum(*at) && *at != '-' && *at != '_') {
			return false;
		}
	}
	return text[0] != '\0';
}

static void check_owned(const struct cardea_proto_field *field, const json_t *value,
                        const char *path, struct breaches *breaches)
{
	g_autofree char *text = g_strdup_printf("%s should not contain any value", field->name);

	if (!is_default(value)) {
		breach(breaches, path, text);
	}
}

static void check_scalar(const struct cardea_proto_field *field, const json_t *value,
                         const char *path, struct breaches *breaches)
{
	const char *text = json_string_value(value);

	if (field->flags & CARDEA_PROTO_REQUIRED &&
	    (field->kind == CARDEA_PROTO_MESSAGE ? !value : is_default(value))) {
		breach(breaches, path, "value is required");
	}
	if (field->flags & CARDEA_PROTO_URI && text && text[0] && !is_uri(text)) {
		breach(breaches, path, "must be a valid URI");
	}
	if (field->flags & CARDEA_PROTO_POSITIVE && value && json_integer_value(value) <= 0) {
		breach(breaches, path, "value must be greater than 0");
	}
	if (field->flags & CARDEA_PROTO_WORD && !is_word(text ? text : "")) {
		breach(breaches, path, field->rule_text ? field->rule_text : "value is not allowed");
	}
	if (field->flags & CARDEA_PROTO_OWNED) {
		check_owned(field, value, path, breaches);
	}
}

static void check_message(const struct cardea_proto_message *message, const json_t *object,
                          const char *path, struct breaches *breaches)
{
	for (size_t i = 0; i < message->count; i++) {
		const struct cardea_proto_field *field = &message->fields[i];
		const json_t *value = json_object_get(object, field->name);
		g_autofree char *own =
		        path ? g_strconcat(path, ".", field->name, NULL) : g_strdup(field->name);

		check_scalar(field, value, own, breaches);
		if (field->kind == CARDEA_PROTO_MESSAGE && json_is_object(value)) {
			check_message(field->message, value, own, breaches);
		}
	}
}

char *cardea_proto_validate(const struct cardea_proto_message *message, const json_t *object)
{
	struct breaches breaches = {.text = g_string_new(NULL)};
	char *text = NULL;

	check_message(message, object, NULL, &breaches);
	if (breaches.count == 1) {
		text = g_strdup_printf("validation error: %s", breaches.text->str);
	} else if (breaches.count > 1) {
		text = g_strdup_printf("validation errors:\n - %s", breaches.text->str);
	}
	g_string_free(breaches.text, TRUE);
	return text;
}

/* ---- writing ---- */

static json_t *write_enum(const struct cardea_proto_field *field, const json_t *value)
{
	int64_t number = json_integer_value(value);

	for (size_t i = 0; field->values[i].name; i++) {
		if (field->values[i].number == number) {
			return json_string(field->values[i].name);
		}
	}
	return json_integer(number);
}

static json_t *write_one(const struct cardea_proto_field *field, const json_t *value)
{
	char text[24];

	switch (field->kind) {
	case CARDEA_PROTO_BOOL:
		return json_boolean(json_is_true(value));
	case CARDEA_PROTO_STRING:
		return value ? json_incref((json_t *)value) : json_string("");
	case CARDEA_PROTO_INT64:
	case CARDEA_PROTO_UINT64:
		g_snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return json_string(text);
	case CARDEA_PROTO_ENUM:
		return write_enum(field, value);
	case CARDEA_PROTO_MAP:
		return value ? json_incref((json_t *)value) : json_object();
	case CARDEA_PROTO_MESSAGE:
		return value ? cardea_proto_encode(field->message, value) : json_null();
	default:
		return json_integer(json_integer_value(value));
	}
}

static json_t *write_repeated(const struct cardea_proto_field *field, const json_t *value)
{
	json_t *array = json_array();
	size_t i;
	json_t *item;

	json_array_foreach((json_t *)value, i, item)
	{
		json_array_append_new(array, write_one(field, item));
	}
	return array;
}

json_t *cardea_proto_encode(const struct cardea_proto_message *message, const json_t *object)
{
	json_t *out = json_object();

	for (size_t i = 0; i < message->count; i++) {
		const struct cardea_proto_field *field = &message->fields[i];
		const json_t *value = json_object_get(object, field->name);

		if (!value && field->flags & CARDEA_PROTO_OPTIONAL) {
			continue;
		}
		json_object_set_new(out, field->name,
		                    field->flags & CARDEA_PROTO_REPEATED ? write_repeated(field, value)
		                                                         : write_one(field, value));
	}
	return out;
}
