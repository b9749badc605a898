#include "api/participants_json.h"

#include <string.h>
#include <strings.h>
#include "cardea_clock.h"
#include "cardea_json.h"

static const char *const status_names[] = {
        [CARDEA_ROOM_SCHEDULED] = "scheduled",
        [CARDEA_ROOM_ACTIVE] = "active",
        [CARDEA_ROOM_ENDED] = "ended",
};

/* 0 is no time at all: null. */
static json_t *time_or_null(int64_t ms)
{
	char text[CARDEA_TIME_SIZE];

	if (!ms) {
		return json_null();
	}
	cardea_time_iso_seconds(ms, text);
	return json_string(text);
}

static json_t *string_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

/* The object that was stored as @text, or NULL. */
static json_t *stored_object(const char *text)
{
	json_t *json = NULL;

	return text && cardea_json_parse_object(text, strlen(text), &json) == 0 ? json : NULL;
}

static json_t *config_object(const struct cardea_room_config *config)
{
	json_t *object = json_object();
	json_t *extra = stored_object(config->extra);

	if (config->max_participants >= 0) {
		json_object_set_new(object, "max_participants",
		                    json_integer((json_int_t)config->max_participants));
	}
	if (config->recording_enabled >= 0) {
		json_object_set_new(object, "recording_enabled", json_boolean(config->recording_enabled));
	}
	if (config->chat_enabled >= 0) {
		json_object_set_new(object, "chat_enabled", json_boolean(config->chat_enabled));
	}
	if (extra) {
		json_object_update_missing(object, extra);
		json_decref(extra);
	}
	return object;
}

json_t *cardea_json_room(const struct cardea_room_view *room)
{
	json_t *object = json_object();

	json_object_set_new(object, "id", json_string(room->id));
	json_object_set_new(object, "tenant_id", json_string(room->tenant_id));
	json_object_set_new(object, "name", string_or_null(room->name));
	json_object_set_new(object, "status", json_string(status_names[room->status]));
	json_object_set_new(object, "config", config_object(&room->config));
	json_object_set_new(object, "scheduled_start_at", time_or_null(room->scheduled_start_at));
	json_object_set_new(object, "scheduled_end_at", time_or_null(room->scheduled_end_at));
	json_object_set_new(object, "allow_early_join_minutes",
	                    json_integer(room->allow_early_join_minutes));
	json_object_set_new(object, "started_at", time_or_null(room->started_at));
	json_object_set_new(object, "ended_at", time_or_null(room->ended_at));
	json_object_set_new(object, "created_at", time_or_null(room->created_at));
	json_object_set_new(object, "updated_at", time_or_null(room->updated_at));
	return object;
}

json_t *cardea_json_room_with_count(const struct cardea_room_view *room)
{
	json_t *object = cardea_json_room(room);

	json_object_set_new(object, "participant_count", json_integer(room->participant_count));
	return object;
}

bool cardea_json_room_status(const char *name, enum cardea_room_status *out)
{
	for (size_t i = 0; i < sizeof(status_names) / sizeof(status_names[0]); i++) {
		if (strcasecmp(name, status_names[i]) == 0) {
			*out = (enum cardea_room_status)i;
			return true;
		}
	}
	return false;
}

json_t *cardea_json_participant(const struct cardea_participant_view *participant)
{
	json_t *object = json_object();
	json_t *metadata = stored_object(participant->metadata);

	json_object_set_new(object, "id", json_string(participant->id));
	json_object_set_new(object, "room_id", json_string(participant->room_id));
	json_object_set_new(object, "display_name", json_string(participant->display_name));
	if (participant->external_user_id) {
		json_object_set_new(object, "external_user_id", json_string(participant->external_user_id));
	}
	json_object_set_new(object, "role", json_string(cardea_role_name(participant->role)));
	json_object_set_new(object, "joined_at", time_or_null(participant->joined_at));
	json_object_set_new(object, "left_at", time_or_null(participant->left_at));
	json_object_set_new(object, "created_at", time_or_null(participant->created_at));
	if (metadata) {
		json_object_set_new(object, "metadata", metadata);
	}
	return object;
}

static json_t *tenant_config(const struct cardea_tenant_flags *flags)
{
	return json_pack("{s:b, s:b, s:b, s:b}", "transcription_enabled", flags->transcription_enabled,
	                 "first_participant_is_host", flags->first_participant_is_host,
	                 "force_recording", flags->force_recording, "allow_early_join",
	                 flags->allow_early_join);
}

json_t *cardea_json_participant_added(const struct cardea_participant_added *added)
{
	json_t *room = json_pack("{s:s, s:s, s:s}", "id", added->room_id, "name", added->room_name,
	                         "status", status_names[added->room_status]);

	return json_pack("{s:o, s:o, s:b, s:o, s:s, s:s, s:s, s:I, s:s, s:b}", "participant",
	                 cardea_json_participant(&added->participant), "room", room, "room_created",
	                 added->room_created, "tenant_config", tenant_config(&added->tenant),
	                 "access_token", added->access_token, "refresh_token", added->refresh_token,
	                 "token_type", "Bearer", "expires_in", (json_int_t)added->expires_in_s,
	                 "auth_token", added->auth_token, "should_start_recording",
	                 added->should_start_recording);
}

json_t *cardea_json_participants(const struct cardea_participant_view *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++) {
		json_array_append_new(array, cardea_json_participant(&list[i]));
	}
	return json_pack("{s:o}", "participants", array);
}
