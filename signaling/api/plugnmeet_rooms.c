/* plugnmeet_rooms: what a backend books, and the session that follows from it. */
#include "api/plugnmeet_rooms.h"

#include <string.h>
#include <glib.h>
#include "api/plugnmeet_proto.h"
#include "cardea_clock.h"
#include "cardea_json.h"
#include "cardea_join_token.h"
#include "domain/locks.h"

#define MIN_EMPTY_TIMEOUT_S 120 /* spec/plugnmeet 4.1; so is the next */
#define EMPTY_TIMEOUT_S     1800
#define MAX_DURATION_MIN    (INT64_C(10) * 366 * 24 * 60) /* a time that can be added to now */

/* spec/plugnmeet 4.3; what is not here is false, 0 or empty. */
static const char default_features[] =
        "{\"allow_webcams\":true,\"allow_screen_share\":true,\"allow_view_other_webcams\":true,"
        "\"allow_view_other_users_list\":true,\"enable_analytics\":true,\"allow_virtual_bg\":true,"
        "\"allow_raise_hand\":true,\"allow_reactions\":true,\"auto_gen_user_id\":false,"
        "\"recording_features\":{\"is_allow\":true,\"is_allow_cloud\":true,\"is_allow_local\":true}"
        ","
        "\"chat_features\":{\"is_allow\":true,\"is_allow_file_upload\":true},"
        "\"shared_note_pad_features\":{\"is_allow\":true},"
        "\"whiteboard_features\":{\"is_allow\":true},"
        "\"external_media_player_features\":{\"is_allow\":true},"
        "\"display_external_link_features\":{\"is_allow\":true},"
        "\"ingress_features\":{\"is_allow\":true},\"polls_features\":{\"is_allow\":true},"
        "\"sip_dial_in_features\":{\"is_allow\":true},"
        "\"insights_features\":{\"is_allow\":true,\"transcription_features\":{\"is_allow\":true},"
        "\"chat_translation_features\":{\"is_allow\":true},\"ai_features\":{\"is_allow\":true}},"
        "\"waiting_room_features\":{\"is_active\":false},"
        "\"breakout_room_features\":{\"is_allow\":true,\"allowed_number_rooms\":6},"
        "\"external_broadcasting_features\":{\"is_allow\":true,\"is_allow_rtmp\":true},"
        "\"end_to_end_encryption_features\":{\"is_enabled\":false}}";

/* A parent that is off turns its children off. */
static const struct {
	const char *parent, *parent_switch;
	const char *children[4];
} families[] = {
        {"recording_features",
         "is_allow",
         {"is_allow_cloud", "is_allow_local", "enable_auto_cloud_recording"}},
        {"chat_features", "is_allow", {"is_allow_file_upload"}},
        {"external_broadcasting_features", "is_allow", {"is_allow_rtmp"}},
        {"end_to_end_encryption_features",
         "is_enabled",
         {"enabled_self_insert_encryption_key", "included_chat_messages", "included_whiteboard"}},
};

/* In the order of the bits of enum cardea_lock. */
static const char *const lock_names[] = {
        "lock_microphone",        "lock_webcam",          "lock_screen_sharing", "lock_chat",
        "lock_chat_send_message", "lock_chat_file_share", "lock_private_chat",   "lock_whiteboard",
        "lock_shared_notepad",    "lock_reactions",
};

static bool is_on(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* ---- locks ---- */

struct cardea_locks cardea_plugnmeet_locks(const json_t *settings)
{
	struct cardea_locks locks = {0};

	for (size_t i = 0; i < G_N_ELEMENTS(lock_names); i++) {
		const json_t *value = json_object_get(settings, lock_names[i]);

		locks.set |= value ? 1u << i : 0;
		locks.on |= json_is_true(value) ? 1u << i : 0;
	}
	return locks;
}

json_t *cardea_plugnmeet_lock_settings(struct cardea_locks locks)
{
	json_t *settings = json_object();

	for (size_t i = 0; i < G_N_ELEMENTS(lock_names); i++) {
		if (locks.set & 1u << i) {
			json_object_set_new(settings, lock_names[i], json_boolean(locks.on & 1u << i));
		}
	}
	return settings;
}

/* Three are on unless the backend says otherwise (spec/plugnmeet 7). */
static struct cardea_locks default_locks(const json_t *settings, const json_t *features)
{
	const unsigned forced = CARDEA_LOCK_SCREEN_SHARING | CARDEA_LOCK_WHITEBOARD |
	                        CARDEA_LOCK_SHARED_NOTEPAD |
	                        (is_on(features, "allow_reactions") ? 0 : CARDEA_LOCK_REACTIONS);

	return cardea_locks_over(cardea_plugnmeet_locks(settings),
	                         (struct cardea_locks){.set = forced, .on = forced});
}

/* ---- metadata ---- */

/* Older clients have one switch where there are two now. */
static void split_rtmp(json_t *wanted)
{
	const json_t *rtmp = json_object_get(wanted, "allow_rtmp");
	json_t *both;

	if (rtmp && !json_object_get(wanted, "external_broadcasting_features")) {
		both = json_pack("{s:b, s:b}", "is_allow", json_is_true(rtmp), "is_allow_rtmp",
		                 json_is_true(rtmp));
		json_object_set_new(wanted, "external_broadcasting_features", both);
	}
}

/* The defaults with @wanted over them: what is there counts, also when it is false (Decision N1).
 */
static json_t *merge_features(const json_t *wanted)
{
	json_t *features = json_loads(default_features, 0, NULL);

	json_object_update_recursive(features, (json_t *)wanted);
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
		json_t *parent = json_object_get(features, families[i].parent);

		for (size_t child = 0; families[i].children[child]; child++) {
			if (!is_on(parent, families[i].parent_switch)) {
				json_object_set_new(parent, families[i].children[child], json_false());
			}
		}
	}
	return features;
}

/* ---- the session ---- */

static struct cardea_session_policy policy_of(const json_t *metadata, const json_t *features)
{
	bool hosts_alone = is_on(features, "admin_only_webcams");

	return (struct cardea_session_policy){
	        .locks = default_locks(json_object_get(metadata, "default_lock_settings"), features),
	        .closed_kinds = (is_on(features, "allow_webcams") ? 0 : CARDEA_KIND_CAMERA) |
	                        (is_on(features, "allow_screen_share") ? 0 : CARDEA_KIND_SCREEN),
	        .host_kinds = hosts_alone ? CARDEA_KIND_CAMERA : 0,
	        .is_chatless = !is_on(json_object_get(features, "chat_features"), "is_allow"),
	        .cameras_of_hosts_only = hosts_alone || !is_on(features, "allow_view_other_webcams"),
	        .lists_hosts_only = !is_on(features, "allow_view_other_users_list"),
	        .mute_on_start = is_on(features, "mute_on_start"),
	};
}

static void fill_book(const json_t *body, const json_t *metadata,
                      struct cardea_conference_book *out)
{
	const json_t *features = json_object_get(metadata, "room_features");
	const json_t *waiting = json_object_get(features, "waiting_room_features");
	int64_t timeout = cardea_json_integer(body, "empty_timeout", 0);
	int64_t duration = cardea_json_integer(features, "room_duration", 0);

	*out = (struct cardea_conference_book){
	        .room_id = cardea_json_string(body, "room_id", ""),
	        .title = cardea_json_string(metadata, "room_title", ""),
	        .welcome_text = cardea_json_string(metadata, "welcome_message", NULL),
	        .exit_url = cardea_json_string(metadata, "logout_url", NULL),
	        .waiting_text = cardea_json_string(waiting, "waiting_room_msg", NULL),
	        .empty_timeout_ms = 1000 * (timeout < MIN_EMPTY_TIMEOUT_S ? EMPTY_TIMEOUT_S : timeout),
	        .duration_ms = MIN(duration, MAX_DURATION_MIN) * 60000,
	        .policy = policy_of(metadata, features),
	        .waiting_room = is_on(waiting, "is_active"),
	        .has_made_ids = is_on(features, "auto_gen_user_id"),
	};
	out->policy.max_participants = cardea_json_integer(body, "max_participants", 0);
}

char *cardea_plugnmeet_book(json_t *body, struct cardea_conference_book *out, char **text)
{
	json_t *metadata = json_object_get(body, "metadata");
	json_t *wanted = json_object_get(metadata, "room_features");
	g_autofree char *id = g_uuid_string_random();

	split_rtmp(wanted);
	json_object_set_new(metadata, "room_features", merge_features(wanted));
	json_object_set_new(metadata, "metadata_id", json_string(id));
	/* Nobody shall think that what he says is sealed when it is not. */
	if (is_on(json_object_get(json_object_get(metadata, "room_features"),
	                          "end_to_end_encryption_features"),
	          "is_enabled")) {
		return g_strdup("validation error: metadata.room_features.end_to_end_encryption_features: "
		                "this server has no end-to-end encryption");
	}
	fill_book(body, metadata, out);
	json_object_set_new(metadata, "default_lock_settings",
	                    cardea_plugnmeet_lock_settings(out->policy.locks));
	*text = cardea_json_dump(metadata);
	out->metadata = *text;
	return NULL;
}

/* ---- shown ---- */

/* What was stored as @text, or an empty object. */
static json_t *stored(const char *text)
{
	json_t *object = NULL;

	return text && cardea_json_parse_object(text, strlen(text), &object) == 0 ? object
	                                                                          : json_object();
}

static char *encoded(const struct cardea_proto_message *message, const json_t *object)
{
	json_t *out = cardea_proto_encode(message, object);
	char *text = cardea_json_dump(out);

	json_decref(out);
	return text;
}

json_t *cardea_plugnmeet_room_info(const struct cardea_conference *conference)
{
	json_t *metadata = stored(conference->metadata);
	json_int_t started_s = (json_int_t)(conference->started_at / 1000);
	json_t *info, *out;
	char *text;

	json_object_set_new(metadata, "room_title", json_string(conference->title));
	json_object_set_new(metadata, "started_at", json_integer(started_s));
	text = encoded(&cardea_plugnmeet_room_metadata, metadata);
	info = json_pack("{s:s, s:s, s:s, s:I, s:i, s:s, s:I, s:s}", "room_title", conference->title,
	                 "room_id", conference->room_id, "sid", conference->sid, "joined_participants",
	                 (json_int_t)conference->joined, "is_running", 1, "webhook_url",
	                 cardea_json_string(metadata, "webhook_url", ""), "creation_time", started_s,
	                 "metadata", text ? text : "");
	out = cardea_proto_encode(&cardea_plugnmeet_active_room, info);
	json_decref(info);
	json_decref(metadata);
	free(text);
	return out;
}

/* The text of a person's metadata, freed with free(): what the backend gave, and how it is now. */
static char *person_metadata(const struct cardea_conference_person *person)
{
	json_t *metadata = stored(person->metadata);
	char id[CARDEA_UUID_SIZE] = "";
	char *text;

	json_object_set_new(metadata, "is_admin", json_boolean(person->is_host));
	json_object_set_new(metadata, "is_presenter", json_boolean(person->is_presenter));
	json_object_set_new(metadata, "wait_for_approval", json_boolean(person->is_waiting));
	json_object_set_new(metadata, "raised_hand",
	                    json_pack("{s:b}", "is_raised", person->has_raised_hand));
	json_object_set_new(metadata, "lock_settings", cardea_plugnmeet_lock_settings(person->locks));
	text = cardea_json_dump(metadata);
	/* Another one as soon as anything is another. */
	if (text && cardea_id_uuid5(person->id, text, strlen(text), id) == 0) {
		json_object_set_new(metadata, "metadata_id", json_string(id));
	}
	free(text);
	text = encoded(&cardea_plugnmeet_user_metadata, metadata);
	json_decref(metadata);
	return text;
}

json_t *cardea_plugnmeet_person_info(const struct cardea_conference_person *person)
{
	char *metadata = person_metadata(person);
	json_t *permission = json_pack("{s:b, s:b, s:b, s:b}", "can_subscribe", 1, "can_publish",
	                               person->can_publish, "can_publish_data", person->can_publish,
	                               "hidden", person->is_hidden);
	json_t *info = json_pack(
	        "{s:s, s:s, s:i, s:s, s:I, s:I, s:s, s:o, s:b}", "sid", person->id, "identity",
	        person->user_id, "state", 2, "metadata", metadata ? metadata : "", "joined_at",
	        (json_int_t)(person->joined_at / 1000), "joined_at_ms", (json_int_t)person->joined_at,
	        "name", person->name, "permission", permission, "is_publisher", person->can_publish);
	json_t *out;

	if (person->is_hidden) {
		json_object_set_new(info, "attributes", json_pack("{s:s}", "hidden", "true"));
	}
	out = cardea_proto_encode(&cardea_plugnmeet_person, info);
	json_decref(info);
	free(metadata);
	return out;
}

json_t *cardea_plugnmeet_past_info(const struct cardea_conference_past *past)
{
	json_t *metadata = stored(past->metadata);
	char created[CARDEA_TIME_SIZE], ended[CARDEA_TIME_SIZE];
	json_t *info;

	cardea_time_iso_seconds(past->started_at, created);
	cardea_time_iso_seconds(past->ended_at, ended);
	info = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:s}", "room_title", past->title, "room_id",
	                 past->room_id, "room_sid", past->sid, "joined_participants",
	                 (json_int_t)past->joined, "webhook_url",
	                 cardea_json_string(metadata, "webhook_url", ""), "created", created, "ended",
	                 ended);
	json_decref(metadata);
	return info;
}
