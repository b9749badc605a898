/* plugnmeet_proto: the messages of the plugNmeet dialect as tables. */
#include "api/plugnmeet_proto.h"

#include <glib.h>

/* clang-format off */
#define MESSAGE_OF(table) {.fields = (table), .count = G_N_ELEMENTS(table)}
#define BOOL(name, flags) {(name), CARDEA_PROTO_BOOL, (flags), NULL, NULL, NULL}
#define TEXT(name, flags) {(name), CARDEA_PROTO_STRING, (flags), NULL, NULL, NULL}
#define INT32(name, flags) {(name), CARDEA_PROTO_INT32, (flags), NULL, NULL, NULL}
#define UINT32(name, flags) {(name), CARDEA_PROTO_UINT32, (flags), NULL, NULL, NULL}
#define INT64(name, flags) {(name), CARDEA_PROTO_INT64, (flags), NULL, NULL, NULL}
#define UINT64(name, flags) {(name), CARDEA_PROTO_UINT64, (flags), NULL, NULL, NULL}
#define MAP(name) {(name), CARDEA_PROTO_MAP, 0, NULL, NULL, NULL}
#define ENUM(name, flags, values) {(name), CARDEA_PROTO_ENUM, (flags), NULL, (values), NULL}
#define PART(name, flags, part) {(name), CARDEA_PROTO_MESSAGE, (flags), &(part), NULL, NULL}
#define OPTIONAL CARDEA_PROTO_OPTIONAL
#define REPEATED CARDEA_PROTO_REPEATED
#define REQUIRED CARDEA_PROTO_REQUIRED
#define OWNED    CARDEA_PROTO_OWNED
#define URI      CARDEA_PROTO_URI

/* ---- locks ---- */

static const struct cardea_proto_field lock_fields[] = {
	BOOL("lock_microphone", OPTIONAL),
	BOOL("lock_webcam", OPTIONAL),
	BOOL("lock_screen_sharing", OPTIONAL),
	BOOL("lock_whiteboard", OPTIONAL),
	BOOL("lock_shared_notepad", OPTIONAL),
	BOOL("lock_chat", OPTIONAL),
	BOOL("lock_chat_send_message", OPTIONAL),
	BOOL("lock_chat_file_share", OPTIONAL),
	BOOL("lock_private_chat", OPTIONAL),
	BOOL("lock_reactions", OPTIONAL),
};
static const struct cardea_proto_message locks = MESSAGE_OF(lock_fields);

/* ---- rooms ---- */

static const struct cardea_proto_field bot_fields[] = {
	BOOL("enable_auto_close_chat_panel", 0),
	UINT32("duration_after_last_message", 0),
};
static const struct cardea_proto_message bot = MESSAGE_OF(bot_fields);

static const struct cardea_proto_field recording_fields[] = {
	BOOL("is_allow", 0),
	BOOL("is_allow_cloud", 0),
	BOOL("is_allow_local", 0),
	BOOL("enable_auto_cloud_recording", 0),
	BOOL("only_record_admin_webcams", 0),
	PART("recorder_bot_options", 0, bot),
};
static const struct cardea_proto_message recording = MESSAGE_OF(recording_fields);

static const struct cardea_proto_field chat_fields[] = {
	BOOL("is_allow", 0),
	BOOL("is_allow_file_upload", 0),
	TEXT("allowed_file_types", REPEATED),
	UINT64("max_file_size", OPTIONAL),
};
static const struct cardea_proto_message chat = MESSAGE_OF(chat_fields);

static const struct cardea_proto_field notepad_fields[] = {
	BOOL("is_allow", 0),
	BOOL("is_active", OWNED),
	BOOL("visible", OWNED),
	TEXT("note_pad_id", OWNED),
};
static const struct cardea_proto_message notepad = MESSAGE_OF(notepad_fields);

static const struct cardea_proto_field whiteboard_fields[] = {
	BOOL("is_allow", 0),
	BOOL("visible", OWNED),
	TEXT("preload_file", OPTIONAL | URI),
	TEXT("whiteboard_file_id", OWNED),
};
static const struct cardea_proto_message whiteboard = MESSAGE_OF(whiteboard_fields);

static const struct cardea_proto_field switch_fields[] = {BOOL("is_allow", 0)};
static const struct cardea_proto_message is_allowed = MESSAGE_OF(switch_fields);

static const struct cardea_proto_field insights_fields[] = {
	BOOL("is_allow", 0),
	PART("transcription_features", 0, is_allowed),
	PART("chat_translation_features", 0, is_allowed),
	PART("ai_features", 0, is_allowed),
};
static const struct cardea_proto_message insights = MESSAGE_OF(insights_fields);

static const struct cardea_proto_field waiting_fields[] = {
	BOOL("is_active", 0),
	TEXT("waiting_room_msg", 0),
};
static const struct cardea_proto_message waiting = MESSAGE_OF(waiting_fields);

static const struct cardea_proto_field breakout_fields[] = {
	BOOL("is_allow", 0),
	UINT32("allowed_number_rooms", 0),
};
static const struct cardea_proto_message breakout = MESSAGE_OF(breakout_fields);

static const struct cardea_proto_field broadcasting_fields[] = {
	BOOL("is_allow", 0),
	BOOL("is_allow_rtmp", 0),
};
static const struct cardea_proto_message broadcasting = MESSAGE_OF(broadcasting_fields);

static const struct cardea_proto_field encryption_fields[] = {
	BOOL("is_enabled", 0),
	BOOL("enabled_self_insert_encryption_key", 0),
	BOOL("included_chat_messages", 0),
	BOOL("included_whiteboard", 0),
};
static const struct cardea_proto_message encryption = MESSAGE_OF(encryption_fields);

static const struct cardea_proto_field feature_fields[] = {
	BOOL("allow_webcams", 0),
	BOOL("mute_on_start", 0),
	BOOL("allow_screen_share", 0),
	BOOL("allow_rtmp", OPTIONAL), /* of older clients: stands for both switches of broadcasting */
	BOOL("admin_only_webcams", 0),
	BOOL("allow_view_other_webcams", 0),
	BOOL("allow_view_other_users_list", 0),
	BOOL("enable_analytics", OPTIONAL),
	BOOL("allow_virtual_bg", OPTIONAL),
	BOOL("allow_raise_hand", OPTIONAL),
	BOOL("allow_reactions", 0),
	BOOL("auto_gen_user_id", OPTIONAL),
	UINT64("room_duration", OPTIONAL),
	PART("recording_features", 0, recording),
	PART("chat_features", 0, chat),
	PART("shared_note_pad_features", 0, notepad),
	PART("whiteboard_features", 0, whiteboard),
	PART("external_media_player_features", 0, is_allowed),
	PART("waiting_room_features", 0, waiting),
	PART("breakout_room_features", 0, breakout),
	PART("display_external_link_features", 0, is_allowed),
	PART("ingress_features", 0, is_allowed),
	PART("polls_features", 0, is_allowed),
	PART("sip_dial_in_features", 0, is_allowed),
	PART("insights_features", 0, insights),
	PART("external_broadcasting_features", 0, broadcasting),
	PART("end_to_end_encryption_features", 0, encryption),
};
static const struct cardea_proto_message features = MESSAGE_OF(feature_fields);

static const struct cardea_proto_field copyright_fields[] = {
	BOOL("display", 0),
	TEXT("text", 0),
};
static const struct cardea_proto_message copyright = MESSAGE_OF(copyright_fields);

static const struct cardea_proto_field room_metadata_fields[] = {
	TEXT("room_title", REQUIRED),
	TEXT("welcome_message", OPTIONAL),
	BOOL("is_recording", OWNED),
	BOOL("is_active_rtmp", OWNED),
	TEXT("parent_room_id", OWNED),
	BOOL("is_breakout_room", OWNED),
	TEXT("webhook_url", OPTIONAL | URI),
	UINT64("started_at", OWNED),
	TEXT("logout_url", OPTIONAL | URI),
	PART("room_features", REQUIRED, features),
	PART("default_lock_settings", 0, locks),
	PART("copyright_conf", 0, copyright),
	TEXT("metadata_id", OWNED),
	MAP("extra_data"),
};
const struct cardea_proto_message cardea_plugnmeet_room_metadata = MESSAGE_OF(room_metadata_fields);

#define ROOM_ID(letters)                                                                           \
	{"room_id", CARDEA_PROTO_STRING, CARDEA_PROTO_WORD, NULL, NULL,                                \
	 "room_id should only contain " letters " (a-z A-Z), digits (0-9) or -_"}

static const struct cardea_proto_field create_fields[] = {
	ROOM_ID("ASCII letters"),
	UINT32("empty_timeout", OPTIONAL | CARDEA_PROTO_POSITIVE),
	UINT32("max_participants", OPTIONAL | CARDEA_PROTO_POSITIVE),
	PART("metadata", REQUIRED, cardea_plugnmeet_room_metadata),
};
const struct cardea_proto_message cardea_plugnmeet_create = MESSAGE_OF(create_fields);

static const struct cardea_proto_field of_room_fields[] = {TEXT("room_id", 0)};
const struct cardea_proto_message cardea_plugnmeet_of_room = MESSAGE_OF(of_room_fields);

static const struct cardea_proto_field active_room_fields[] = {
	TEXT("room_title", 0),
	TEXT("room_id", 0),
	TEXT("sid", 0),
	INT64("joined_participants", 0),
	INT32("is_running", 0),
	INT32("is_recording", 0),
	INT32("is_active_rtmp", 0),
	TEXT("webhook_url", 0),
	INT32("is_breakout_room", 0),
	TEXT("parent_room_id", 0),
	INT64("creation_time", 0),
	TEXT("metadata", 0),
};
const struct cardea_proto_message cardea_plugnmeet_active_room = MESSAGE_OF(active_room_fields);

static const struct cardea_proto_field past_fields[] = {
	TEXT("room_ids", REPEATED),
	UINT32("from", 0),
	UINT32("limit", 0),
	TEXT("order_by", 0),
};
const struct cardea_proto_message cardea_plugnmeet_past = MESSAGE_OF(past_fields);

static const struct cardea_proto_field past_room_fields[] = {
	TEXT("room_title", 0),
	TEXT("room_id", 0),
	TEXT("room_sid", 0),
	INT64("joined_participants", 0),
	TEXT("webhook_url", 0),
	TEXT("created", 0),
	TEXT("ended", 0),
	TEXT("analytics_file_id", OPTIONAL),
};
static const struct cardea_proto_message past_room = MESSAGE_OF(past_room_fields);

static const struct cardea_proto_field past_rooms_fields[] = {
	INT64("total_rooms", 0),
	UINT32("from", 0),
	UINT32("limit", 0),
	TEXT("order_by", 0),
	PART("rooms_list", REPEATED, past_room),
};
const struct cardea_proto_message cardea_plugnmeet_past_rooms = MESSAGE_OF(past_rooms_fields);

static const struct cardea_proto_value notification_types[] = {
	{"NATS_SYSTEM_NOTIFICATION_INFO", 0},
	{"NATS_SYSTEM_NOTIFICATION_WARNING", 1},
	{"NATS_SYSTEM_NOTIFICATION_ERROR", 2},
	{NULL, 0},
};
static const struct cardea_proto_field chat_message_fields[] = {TEXT("message", REQUIRED)};
static const struct cardea_proto_message chat_message = MESSAGE_OF(chat_message_fields);
static const struct cardea_proto_field notification_fields[] = {
	TEXT("text", REQUIRED),
	ENUM("type", 0, notification_types),
	BOOL("with_sound", 0),
};
static const struct cardea_proto_message notification = MESSAGE_OF(notification_fields);

static const struct cardea_proto_field broadcast_fields[] = {
	TEXT("room_id", REQUIRED),
	BOOL("only_to_admins", 0),
	TEXT("to_user_id", OPTIONAL),
	PART("chat_msg", CARDEA_PROTO_ONEOF, chat_message),
	PART("notification_msg", CARDEA_PROTO_ONEOF, notification),
};
const struct cardea_proto_message cardea_plugnmeet_broadcast = MESSAGE_OF(broadcast_fields);

/* ---- people ---- */

static const struct cardea_proto_field raised_hand_fields[] = {
	BOOL("is_raised", OWNED),
	UINT64("raised_at", OWNED),
};
static const struct cardea_proto_message raised_hand = MESSAGE_OF(raised_hand_fields);

static const struct cardea_proto_field user_metadata_fields[] = {
	TEXT("profile_pic", OPTIONAL | URI),
	BOOL("is_admin", 0),
	BOOL("record_webcam", OPTIONAL),
	BOOL("is_presenter", OWNED),
	PART("raised_hand", 0, raised_hand),
	BOOL("wait_for_approval", OWNED),
	TEXT("preferred_lang", OPTIONAL),
	PART("lock_settings", 0, locks),
	TEXT("metadata_id", OWNED),
	MAP("extra_data"),
	TEXT("ex_user_id", OPTIONAL),
};
const struct cardea_proto_message cardea_plugnmeet_user_metadata = MESSAGE_OF(user_metadata_fields);

static const struct cardea_proto_value client_types[] = {
	{"WEB", 0},
	{"HYBRID_WEB", 1},
	{NULL, 0},
};
static const struct cardea_proto_field user_fields[] = {
	TEXT("name", REQUIRED),
	TEXT("user_id", 0),
	BOOL("is_admin", 0),
	BOOL("is_hidden", 0),
	PART("user_metadata", 0, cardea_plugnmeet_user_metadata),
	ENUM("client_type", 0, client_types),
};
static const struct cardea_proto_message user = MESSAGE_OF(user_fields);

static const struct cardea_proto_field join_fields[] = {
	ROOM_ID("letters"),
	PART("user_info", REQUIRED, user),
};
const struct cardea_proto_message cardea_plugnmeet_join = MESSAGE_OF(join_fields);

static const struct cardea_proto_value states[] = {
	{"JOINING", 0},
	{"JOINED", 1},
	{"ACTIVE", 2},
	{"DISCONNECTED", 3},
	{NULL, 0},
};
static const struct cardea_proto_value person_kinds[] = {{"STANDARD", 0}, {NULL, 0}};
static const struct cardea_proto_value reasons[] = {{"UNKNOWN_REASON", 0}, {NULL, 0}};
static const struct cardea_proto_field permission_fields[] = {
	BOOL("can_subscribe", 0),
	BOOL("can_publish", 0),
	BOOL("can_publish_data", 0),
	BOOL("hidden", 0),
};
static const struct cardea_proto_message permission = MESSAGE_OF(permission_fields);
static const struct cardea_proto_field track_fields[] = {TEXT("sid", 0)};
static const struct cardea_proto_message track = MESSAGE_OF(track_fields);

static const struct cardea_proto_field person_fields[] = {
	TEXT("sid", 0),
	TEXT("identity", 0),
	ENUM("state", 0, states),
	PART("tracks", REPEATED, track),
	TEXT("metadata", 0),
	INT64("joined_at", 0),
	INT64("joined_at_ms", 0),
	TEXT("name", 0),
	UINT32("version", 0),
	PART("permission", 0, permission),
	TEXT("region", 0),
	BOOL("is_publisher", 0),
	ENUM("kind", 0, person_kinds),
	MAP("attributes"),
	ENUM("disconnect_reason", 0, reasons),
};
const struct cardea_proto_message cardea_plugnmeet_person = MESSAGE_OF(person_fields);

/* ---- moderation ---- */

static const struct cardea_proto_field mute_fields[] = {
	TEXT("sid", 0),
	TEXT("room_id", REQUIRED),
	TEXT("user_id", REQUIRED),
	TEXT("track_sid", 0),
	BOOL("muted", 0),
};
const struct cardea_proto_message cardea_plugnmeet_mute = MESSAGE_OF(mute_fields);

static const struct cardea_proto_field remove_fields[] = {
	TEXT("sid", 0),
	TEXT("room_id", REQUIRED),
	TEXT("user_id", REQUIRED),
	TEXT("msg", 0),
	BOOL("block_user", 0),
};
const struct cardea_proto_message cardea_plugnmeet_remove = MESSAGE_OF(remove_fields);

static const struct cardea_proto_value presenter_tasks[] = {
	{"PROMOTE", 0},
	{"DEMOTE", 1},
	{NULL, 0},
};
static const struct cardea_proto_field present_fields[] = {
	ENUM("task", 0, presenter_tasks),
	TEXT("user_id", REQUIRED),
};
const struct cardea_proto_message cardea_plugnmeet_present = MESSAGE_OF(present_fields);

static const struct cardea_proto_field set_lock_fields[] = {
	TEXT("room_sid", 0),
	TEXT("room_id", REQUIRED),
	TEXT("user_id", REQUIRED),
	TEXT("service", REQUIRED),
	TEXT("direction", REQUIRED),
};
const struct cardea_proto_message cardea_plugnmeet_lock = MESSAGE_OF(set_lock_fields);

static const struct cardea_proto_field approve_fields[] = {
	TEXT("room_id", 0),
	TEXT("user_id", REQUIRED),
};
const struct cardea_proto_message cardea_plugnmeet_approve = MESSAGE_OF(approve_fields);

static const struct cardea_proto_field waiting_text_fields[] = {
	TEXT("room_id", 0),
	TEXT("msg", REQUIRED),
};
const struct cardea_proto_message cardea_plugnmeet_waiting_text = MESSAGE_OF(waiting_text_fields);

static const struct cardea_proto_field visibility_fields[] = {
	TEXT("room_id", 0),
	BOOL("visible_white_board", OPTIONAL),
	BOOL("visible_notepad", OPTIONAL),
};
const struct cardea_proto_message cardea_plugnmeet_visibility = MESSAGE_OF(visibility_fields);
/* clang-format on */
