/* tenants_json: a tenant as the participants dialect and the operator read and write it. */
#include "api/tenants_json.h"

#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_text.h"
#include "domain/origins.h"

#define MAX_MINUTES  5256000 /* ten years */
#define MAX_KEYWORDS 1000
#define MAX_URL      2048
#define MAX_SECRET   512

const struct cardea_tenant_config cardea_tenant_config_absent = {
        .allow_early_join = -1,
        .first_participant_is_host = -1,
        .force_recording = -1,
        .transcription_enabled = -1,
        .single_use_tokens = -1,
        .duplicates = -1,
        .empty_room_timeout_minutes = -1,
};

static const char *const duplicates[] = {
        [CARDEA_DUPLICATES_ALLOW] = "allow",
        [CARDEA_DUPLICATES_REJECT] = "reject",
        [CARDEA_DUPLICATES_DISCONNECT_EXISTING] = "disconnect_existing",
};

/* ---- writing ---- */

static json_t *object_of(const char *text)
{
	json_t *object = NULL;

	return text && cardea_json_parse_object(text, strlen(text), &object) == 0 ? object
	                                                                          : json_object();
}

/* Of what is kept and shown, what nobody has set yet. */
static json_t *extra_object(const char *text)
{
	json_t *object = object_of(text);
	json_t *defaults =
	        json_pack("{s:b, s:s, s:b, s:[], s:i}", "auto_start_recording", 0,
	                  "transcription_language", "en-US", "transcription_profanity_filter", 0,
	                  "transcription_keywords", "recording_retention_days", 30);

	json_object_update_missing(object, defaults);
	json_decref(defaults);
	return object;
}

/* Secrets are written only. */
static json_t *webhook_object(const char *text)
{
	json_t *object = object_of(text);

	json_object_del(object, "secret");
	json_object_del(json_object_get(object, "transcription"), "api_key");
	json_object_del(json_object_get(object, "ai"), "api_key");
	if (!json_object_get(object, "enabled")) {
		json_object_set_new(object, "enabled", json_false());
	}
	return object;
}

static json_t *origin_array(const char *list)
{
	g_auto(GStrv) items = g_strsplit(list ? list : "", " ", -1);
	json_t *array = json_array();

	for (char **item = items; *item; item++) {
		if (**item) {
			json_array_append_new(array, json_string(*item));
		}
	}
	return array;
}

static json_t *config_object(const struct cardea_tenant_config *config)
{
	json_t *object =
	        json_pack("{s:b, s:b, s:b, s:b, s:I, s:s, s:o, s:o, s:b}", "allow_early_join",
	                  config->allow_early_join, "first_participant_is_host",
	                  config->first_participant_is_host, "force_recording", config->force_recording,
	                  "transcription_enabled", config->transcription_enabled,
	                  "empty_room_timeout_minutes", (json_int_t)config->empty_room_timeout_minutes,
	                  "duplicate_participant_policy", duplicates[config->duplicates],
	                  "allowed_origins", origin_array(config->allowed_origins),
	                  "post_meeting_webhook", webhook_object(config->post_meeting_webhook),
	                  "single_use_tokens", config->single_use_tokens);
	json_t *extra = extra_object(config->extra);

	json_object_update_missing(object, extra);
	json_decref(extra);
	return object;
}

json_t *cardea_json_tenant(const struct cardea_tenant_view *tenant)
{
	char created_at[CARDEA_TIME_SIZE], updated_at[CARDEA_TIME_SIZE];
	const struct cardea_tenant_limits *limits = &tenant->limits;

	cardea_time_iso_seconds(tenant->created_at, created_at);
	cardea_time_iso_seconds(tenant->updated_at, updated_at);
	return json_pack(
	        "{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:b, s:s, s:s, s:s}", "id", tenant->id, "name",
	        tenant->name, "config", config_object(&tenant->config), "max_concurrent_rooms",
	        (json_int_t)limits->max_concurrent_rooms, "max_participants_per_room",
	        (json_int_t)limits->max_participants_per_room, "max_recording_duration_minutes",
	        (json_int_t)limits->max_recording_duration_minutes, "max_total_minutes_of_meetings",
	        (json_int_t)limits->max_total_minutes, "is_active", tenant->is_active, "tenant_kind",
	        tenant->is_internal ? "internal" : "external", "created_at", created_at, "updated_at",
	        updated_at);
}

/* ---- reading ---- */

int cardea_json_read_tenant(const json_t *body, const char **name, struct cardea_tenant_limits *out,
                            const char **bad)
{
	static const struct cardea_json_field fields[] = {
	        {"name", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_NAME},
	        {"max_concurrent_rooms", CARDEA_JSON_INTEGER, false, 0, INT32_MAX},
	        {"max_participants_per_room", CARDEA_JSON_INTEGER, false, 0, INT32_MAX},
	        {"max_recording_duration_minutes", CARDEA_JSON_INTEGER, false, 0, MAX_MINUTES},
	        {"max_total_minutes_of_meetings", CARDEA_JSON_INTEGER, false, 0, INT32_MAX},
	};
	int err = cardea_json_check(body, fields, G_N_ELEMENTS(fields), bad);

	if (err) {
		return err;
	}
	*name = cardea_json_string(body, "name", NULL);
	if (*name && !cardea_text_is_name(*name, CARDEA_MAX_NAME)) {
		*bad = "name";
		return CARDEA_E_INVALID;
	}
	*out = (struct cardea_tenant_limits){
	        .max_concurrent_rooms = cardea_json_integer(body, "max_concurrent_rooms", -1),
	        .max_participants_per_room = cardea_json_integer(body, "max_participants_per_room", -1),
	        .max_total_minutes = cardea_json_integer(body, "max_total_minutes_of_meetings", -1),
	        .max_recording_duration_minutes =
	                cardea_json_integer(body, "max_recording_duration_minutes", -1),
	};
	return 0;
}

static int flag(const json_t *body, const char *name)
{
	const json_t *value = json_object_get(body, name);

	return json_is_boolean(value) ? json_is_true(value) : -1;
}

static char *explain(const char *field, int err)
{
	return g_strdup_printf("%s: %s", field, cardea_error_text(err));
}

static char *read_duplicates(const json_t *body, int *out)
{
	const char *name = cardea_json_string(body, "duplicate_participant_policy", NULL);

	for (size_t i = 0; name && i < G_N_ELEMENTS(duplicates); i++) {
		if (strcmp(name, duplicates[i]) == 0) {
			*out = (int)i;
			return NULL;
		}
	}
	return name ? explain("duplicate_participant_policy", CARDEA_E_INVALID) : NULL;
}

/* As a browser writes it, so without a slash behind it. */
static void append_origin(GString *list, const char *origin)
{
	size_t len = strlen(origin);

	if (list->len) {
		g_string_append_c(list, ' ');
	}
	g_string_append_len(list, origin, (gssize)(origin[len - 1] == '/' ? len - 1 : len));
}

static char *read_origins(const json_t *body, const char **out)
{
	const json_t *array = json_object_get(body, "allowed_origins");
	g_autoptr(GString) list = g_string_new(NULL);

	if (!json_is_array(array)) {
		return NULL;
	}
	if (json_array_size(array) > CARDEA_MAX_ORIGINS) {
		return g_strdup(cardea_error_text(CARDEA_E_ORIGIN_COUNT));
	}
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *origin = json_string_value(json_array_get(array, i));
		int err = origin ? cardea_origin_check(origin) : CARDEA_E_ORIGIN_URL;

		if (err) {
			return g_strdup_printf("%s: %s", cardea_error_text(err), origin ? origin : "");
		}
		append_origin(list, origin);
	}
	*out = g_strdup(list->str);
	return NULL;
}

/* The members of @body that are kept and shown, as text; NULL if there are none. */
static char *extra_text(const json_t *body)
{
	static const char *const names[] = {"auto_start_recording", "transcription_language",
	                                    "transcription_profanity_filter", "transcription_keywords",
	                                    "recording_retention_days"};
	json_t *object = json_object();
	char *text = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		json_t *value = json_object_get(body, names[i]);

		if (value && !json_is_null(value)) {
			json_object_set(object, names[i], value);
		}
	}
	if (json_object_size(object) > 0) {
		text = cardea_json_dump(object);
	}
	json_decref(object);
	return text;
}

static bool are_texts(const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (!json_is_string(json_array_get(array, i))) {
			return false;
		}
	}
	return true;
}

static char *check_config(const json_t *body)
{
	static const struct cardea_json_field fields[] = {
	        {"allow_early_join", CARDEA_JSON_BOOLEAN, false, 0, 0},
	        {"first_participant_is_host", CARDEA_JSON_BOOLEAN, false, 0, 0},
	        {"force_recording", CARDEA_JSON_BOOLEAN, false, 0, 0},
	        {"auto_start_recording", CARDEA_JSON_BOOLEAN, false, 0, 0},
	        {"transcription_enabled", CARDEA_JSON_BOOLEAN, false, 0, 0},
	        {"transcription_language", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
	        {"transcription_profanity_filter", CARDEA_JSON_BOOLEAN, false, 0, 0},
	        {"transcription_keywords", CARDEA_JSON_ARRAY, false, 0, MAX_KEYWORDS},
	        {"empty_room_timeout_minutes", CARDEA_JSON_INTEGER, false, 0, MAX_MINUTES},
	        {"recording_retention_days", CARDEA_JSON_INTEGER, false, 0, INT32_MAX},
	        {"duplicate_participant_policy", CARDEA_JSON_STRING, false, 0, 0},
	        {"allowed_origins", CARDEA_JSON_ARRAY, false, 0, 0},
	        {"post_meeting_webhook", CARDEA_JSON_OBJECT, false, 0, 0},
	        {"single_use_tokens", CARDEA_JSON_BOOLEAN, false, 0, 0},
	};
	static const struct cardea_json_field webhook_fields[] = {
	        {"enabled", CARDEA_JSON_BOOLEAN, false, 0, 0},
	        {"url", CARDEA_JSON_STRING, false, 0, MAX_URL},
	        {"secret", CARDEA_JSON_STRING, false, 0, MAX_SECRET},
	        {"transcription", CARDEA_JSON_OBJECT, false, 0, 0},
	        {"ai", CARDEA_JSON_OBJECT, false, 0, 0},
	};
	const char *bad;
	int err = cardea_json_check(body, fields, G_N_ELEMENTS(fields), &bad);

	if (!err) {
		err = cardea_json_check(json_object_get(body, "post_meeting_webhook"), webhook_fields,
		                        G_N_ELEMENTS(webhook_fields), &bad);
	}
	if (!err && !are_texts(json_object_get(body, "transcription_keywords"))) {
		bad = "transcription_keywords";
		err = CARDEA_E_JSON_TYPE;
	}
	return err ? explain(bad, err) : NULL;
}

char *cardea_json_read_config(const json_t *body, struct cardea_tenant_config *out)
{
	const json_t *webhook = json_object_get(body, "post_meeting_webhook");
	char *wrong = check_config(body);

	*out = cardea_tenant_config_absent;
	if (!wrong) {
		wrong = read_duplicates(body, &out->duplicates);
	}
	if (!wrong) {
		wrong = read_origins(body, &out->allowed_origins);
	}
	if (wrong) {
		return wrong;
	}
	out->allow_early_join = flag(body, "allow_early_join");
	out->first_participant_is_host = flag(body, "first_participant_is_host");
	out->force_recording = flag(body, "force_recording");
	out->transcription_enabled = flag(body, "transcription_enabled");
	out->single_use_tokens = flag(body, "single_use_tokens");
	out->empty_room_timeout_minutes = cardea_json_integer(body, "empty_room_timeout_minutes", -1);
	out->extra = extra_text(body);
	out->post_meeting_webhook = json_is_object(webhook) ? cardea_json_dump(webhook) : NULL;
	return NULL;
}

void cardea_json_clear_config(struct cardea_tenant_config *config)
{
	g_free((char *)config->allowed_origins);
	free((char *)config->extra);
	free((char *)config->post_meeting_webhook);
}
