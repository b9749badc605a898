/* meeting_options: the options of a meeting. */
#include "api/meeting_options.h"

#include <string.h>
#include <glib.h>
#include "api/body.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"
#include "cardea_text.h"

#define MAX_TEXT          2048
#define MAX_CUSTOM_FIELDS 32
#define MAX_LAYOUT_USERS  100
#define MAX_LAYOUT_BOXES  10
#define BOX_NUMBERS       4

enum type {
	FLAG,
	MISSING, /* a feature that this build lacks: false whatever is asked for */
	TEXT,
	COLOR,
	LAYOUT,
	USERS,
	MAP,
	FIELDS,
};

static const struct option {
	const char *name;
	enum type type;
	const char *initial; /* JSON */
} options[] = {
        {"show_names", FLAG, "true"},
        {"show_label", FLAG, "true"},
        {"exit_url", TEXT, "null"},
        {"recording_available", MISSING, "false"},
        {"broadcast_available", MISSING, "false"},
        {"layout_available", FLAG, "true"},
        {"layout", LAYOUT, "\"auto\""},
        {"reaction_available", FLAG, "true"},
        {"suggest_guest_names", FLAG, "true"},
        {"lock_available", FLAG, "true"},
        {"kick_available", FLAG, "true"},
        {"sfu_mode", TEXT, "\"disabled\""},
        {"layout_users", USERS, "null"},
        {"layout_name", TEXT, "null"},
        {"layout_map", MAP, "null"},
        {"voice_activation", FLAG, "false"},
        {"custom_fields", FIELDS, "{}"},
        {"widescreen", FLAG, "true"},
        {"background_color", COLOR, "\"#121212\""},
};

/* How the layout call names them (spec/meetings 8). */
static const struct {
	const char *field, *option;
} layout_fields[] = {
        {"layout", "layout"},
        {"users", "layout_users"},
        {"name", "layout_name"},
        {"map", "layout_map"},
        {"voice_activation", "voice_activation"},
        {"show_names", "show_names"},
};

static json_t *defaults(void)
{
	static json_t *made;

	if (!made) {
		made = json_object();
		for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
			json_object_set_new(made, options[i].name,
			                    json_loads(options[i].initial, JSON_DECODE_ANY, NULL));
		}
	}
	return made;
}

/* ---- reading ---- */

static int read_flag(const json_t *object, const char *name, json_t **out)
{
	int value;
	int err = cardea_body_boolean(object, name, &value);

	*out = !err && value >= 0 ? json_boolean(value) : NULL;
	return err;
}

static int read_text(const json_t *object, const char *name, json_t **out)
{
	const char *text;
	int err = cardea_body_text(object, name, &text);

	*out = NULL;
	if (err || !text) {
		return err;
	}
	if (strlen(text) > MAX_TEXT) {
		return CARDEA_E_INVALID;
	}
	*out = text[0] ? json_string(text) : json_null();
	return 0;
}

static bool is_color(const char *text)
{
	return strlen(text) == 7 && text[0] == '#' && strspn(text + 1, "0123456789abcdefABCDEF") == 6;
}

static int read_color(const json_t *object, const char *name, json_t **out)
{
	const char *text;
	int err = cardea_body_text(object, name, &text);

	*out = NULL;
	if (err || !text || !text[0]) {
		return err;
	}
	if (!is_color(text)) {
		return CARDEA_E_INVALID;
	}
	*out = json_string(text);
	return 0;
}

static int read_layout(const json_t *object, const char *name, json_t **out)
{
	const char *text;
	int err = cardea_body_text(object, name, &text);

	*out = NULL;
	if (err || !text || !text[0]) {
		return err;
	}
	if (strcmp(text, "auto") != 0 && strcmp(text, "custom") != 0) {
		return CARDEA_E_INVALID;
	}
	*out = json_string(text);
	return 0;
}

/* User ids; "" is a free spot. */
static int read_users(const json_t *object, const char *name, json_t **out)
{
	const json_t *list, *item;
	size_t i;
	int err = cardea_body_array(object, name, &list);

	*out = NULL;
	if (err || !list) {
		return err;
	}
	json_array_foreach(list, i, item)
	{
		if (!json_is_string(item) || json_string_length(item) > CARDEA_MAX_NAME) {
			return CARDEA_E_INVALID;
		}
	}
	if (i > MAX_LAYOUT_USERS) {
		return CARDEA_E_INVALID;
	}
	*out = json_copy((json_t *)list);
	return 0;
}

/* [x, y, w, h, fit] */
static bool is_box(const json_t *box)
{
	const char *fit = json_string_value(json_array_get(box, BOX_NUMBERS));

	for (size_t i = 0; i < BOX_NUMBERS; i++) {
		if (!json_is_integer(json_array_get(box, i))) {
			return false;
		}
	}
	return json_array_size(box) == BOX_NUMBERS ||
	       (json_array_size(box) == BOX_NUMBERS + 1 && fit &&
	        (strcmp(fit, "auto") == 0 || strcmp(fit, "contain") == 0 || strcmp(fit, "cover") == 0));
}

static bool is_map(const json_t *map)
{
	const json_t *box;
	size_t i;

	json_array_foreach(map, i, box)
	{
		if (!is_box(box)) {
			return false;
		}
	}
	return json_is_array(map) && i <= MAX_LAYOUT_BOXES;
}

/* A list, or the text of one. */
static int read_map(const json_t *object, const char *name, json_t **out)
{
	json_t *map = json_object_get(object, name);

	*out = NULL;
	if (!map || json_is_null(map) || (json_is_string(map) && !json_string_length(map))) {
		return 0;
	}
	map = json_is_string(map) ? json_loads(json_string_value(map), JSON_REJECT_DUPLICATES, NULL)
	                          : json_incref(map);
	if (!is_map(map)) {
		json_decref(map);
		return CARDEA_E_INVALID;
	}
	*out = map;
	return 0;
}

/* Typed clients take them as a map of texts (spec/meetings 10). */
static int read_fields(const json_t *object, const char *name, json_t **out)
{
	const json_t *fields;
	json_t *value;
	const char *key;
	int err = cardea_body_object(object, name, &fields);

	*out = NULL;
	if (err || !fields) {
		return err;
	}
	if (json_object_size(fields) > MAX_CUSTOM_FIELDS) {
		return CARDEA_E_INVALID;
	}
	*out = json_object();
	json_object_foreach((json_t *)fields, key, value)
	{
		const char *text = json_is_boolean(value) ? (json_is_true(value) ? "true" : "false")
		                                          : json_string_value(value);

		if (json_is_null(value)) {
			continue;
		}
		if (!text || strlen(text) > MAX_TEXT || !cardea_text_is_name(key, CARDEA_MAX_ID)) {
			json_decref(*out);
			*out = NULL;
			return CARDEA_E_INVALID;
		}
		json_object_set_new(*out, key, json_string(text));
	}
	return 0;
}

/* *@out: a new value, NULL if the field is absent. */
static int read_one(const struct option *option, const json_t *object, const char *field,
                    json_t **out)
{
	switch (option->type) {
	case FLAG:
		return read_flag(object, field, out);
	case COLOR:
		return read_color(object, field, out);
	case LAYOUT:
		return read_layout(object, field, out);
	case USERS:
		return read_users(object, field, out);
	case MAP:
		return read_map(object, field, out);
	case FIELDS:
		return read_fields(object, field, out);
	case MISSING:
		*out = NULL;
		return 0;
	case TEXT:
	default:
		return read_text(object, field, out);
	}
}

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		if (strcmp(options[i].name, name) == 0) {
			return &options[i];
		}
	}
	return NULL;
}

/* The inputs that are not options: they are not shown. */
static int read_hidden(const json_t *object, struct cardea_meeting_input_changes *out,
                       const char **bad)
{
	const struct {
		const char *name;
		int *value;
	} flags[] = {
	        {"guest_token_available", &out->has_guest_token},
	        {"waiting_room", &out->waiting_room},
	        {"kick_available", &out->kick_available},
	        {"lock_available", &out->lock_available},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
		if (cardea_body_boolean(object, flags[i].name, flags[i].value)) {
			*bad = flags[i].name;
			return CARDEA_E_INVALID;
		}
	}
	return 0;
}

int cardea_meeting_options_read_changes(const json_t *body,
                                        struct cardea_meeting_input_changes *out, const char **bad)
{
	const json_t *given = NULL;
	json_t *changes;
	int err = cardea_body_object(body, "options", &given);

	*out = (struct cardea_meeting_input_changes){NULL, -1, -1, -1, -1};
	*bad = "options";
	if (err || !given) {
		return err;
	}
	err = read_hidden(given, out, bad);
	changes = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(options) && !err; i++) {
		json_t *value = NULL;

		*bad = options[i].name;
		err = read_one(&options[i], given, options[i].name, &value);
		if (value) {
			json_object_set_new(changes, options[i].name, value);
		}
	}
	if (err || json_object_size(changes) == 0) {
		json_decref(changes);
		return err;
	}
	out->changes = changes;
	return 0;
}

static void drop_defaults(json_t *changes)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(changes, next, name, value)
	{
		if (json_equal(value, json_object_get(defaults(), name))) {
			json_object_del(changes, name);
		}
	}
}

int cardea_meeting_options_read(const json_t *body, struct cardea_meeting_inputs *out,
                                const char **bad)
{
	struct cardea_meeting_input_changes given;
	int err = cardea_meeting_options_read_changes(body, &given, bad);

	if (err) {
		return err;
	}
	drop_defaults(given.changes);
	if (json_object_size(given.changes) == 0) {
		g_clear_pointer(&given.changes, json_decref);
	}
	*out = (struct cardea_meeting_inputs){
	        .changes = given.changes,
	        .has_guest_token = given.has_guest_token != 0,
	        .waiting_room = given.waiting_room == 1,
	        .kick_available = given.kick_available != 0,
	        .lock_available = given.lock_available != 0,
	};
	return 0;
}

int cardea_meeting_layout_read(const json_t *body, json_t **out, const char **bad)
{
	json_t *changes = json_object();

	for (size_t i = 0; i < G_N_ELEMENTS(layout_fields); i++) {
		json_t *value;

		if (read_one(find_option(layout_fields[i].option), body, layout_fields[i].field, &value)) {
			*bad = layout_fields[i].field;
			json_decref(changes);
			return CARDEA_E_INVALID;
		}
		if (value) {
			json_object_set_new(changes, layout_fields[i].option, value);
		}
	}
	*out = changes;
	return 0;
}

/* ---- showing ---- */

static json_t *parse_stored(const char *stored)
{
	json_t *json = NULL;

	return stored && cardea_json_parse_object(stored, strlen(stored), &json) == 0 ? json : NULL;
}

static void put_locale(json_t *shown, const char *locale)
{
	json_t *fields = json_copy(json_object_get(shown, "custom_fields"));

	json_object_set_new(fields, "locale", json_string(locale));
	json_object_set_new(shown, "custom_fields", fields);
}

json_t *cardea_meeting_options_show(const char *stored, const char *locale)
{
	json_t *changes = parse_stored(stored);
	json_t *shown;

	if (!changes && !locale) {
		return json_incref(defaults());
	}
	shown = json_copy(defaults());
	if (changes) {
		json_object_update(shown, changes);
		json_decref(changes);
	}
	if (locale) {
		put_locale(shown, locale);
	}
	return shown;
}

static char *dump(json_t *shown)
{
	char *text = cardea_json_dump(shown);
	char *copy = g_strdup(text);

	free(text);
	json_decref(shown);
	return copy;
}

char *cardea_meeting_options_text(const char *stored, const char *locale)
{
	static char *text_of_defaults; /* made once */

	if (stored || locale) {
		return dump(cardea_meeting_options_show(stored, locale));
	}
	if (!text_of_defaults) {
		text_of_defaults = dump(cardea_meeting_options_show(NULL, NULL));
	}
	return g_strdup(text_of_defaults);
}

const char *cardea_meeting_locale(const json_t *custom_fields)
{
	static const char *const known[] = {"en", "de", "fr"};
	const char *given = json_string_value(json_object_get(custom_fields, "locale"));

	for (size_t i = 0; given && i < G_N_ELEMENTS(known); i++) {
		if (strcmp(known[i], given) == 0) {
			return known[i];
		}
	}
	return NULL;
}
