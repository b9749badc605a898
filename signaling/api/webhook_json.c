/* webhook_json: webhooks as their owner and their receiver see them. */
#include "api/webhook_json.h"

#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "api/meetings_json.h"
#include "cardea_clock.h"
#include "cardea_json.h"

static const struct {
	const char *name;
	enum cardea_webhook_type type;
} types[] = {
        {"room_update", CARDEA_WEBHOOK_ROOM_UPDATE},
        {"recording_update", CARDEA_WEBHOOK_RECORDING_UPDATE},
        {"participant_update", CARDEA_WEBHOOK_PARTICIPANT_UPDATE},
        {"snapshot_update", CARDEA_WEBHOOK_SNAPSHOT_UPDATE},
};

unsigned cardea_webhook_type_by_name(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (strcmp(types[i].name, name) == 0) {
			return types[i].type;
		}
	}
	return 0;
}

static json_t *type_names(unsigned set)
{
	json_t *array = json_array();

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (set & types[i].type) {
			json_array_append_new(array, json_string(types[i].name));
		}
	}
	return array;
}

/* Here the vendor writes the zone as an offset (spec/meetings 5). */
static json_t *request_time(int64_t ms)
{
	char text[CARDEA_TIME_SIZE];

	if (!ms) {
		return json_null();
	}
	cardea_time_iso_ms(ms, text);
	return json_sprintf("%.*s+00:00", (int)strcspn(text, "Z"), text);
}

json_t *cardea_json_webhook(const struct cardea_webhook *webhook)
{
	if (!webhook) {
		return json_null();
	}
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "id", webhook->id, "url", webhook->url, "types",
	                 type_names(webhook->types), "last_request_sent_at",
	                 request_time(webhook->last_request_at), "last_response_code",
	                 webhook->last_response_code ? json_sprintf("%d", webhook->last_response_code)
	                                             : json_null());
}

static json_t *message_object(const struct cardea_webhook_message *message)
{
	json_int_t time = message->at_ms / 1000, seq = message->seq;

	if (message->user) {
		return json_pack("{s:I, s:s, s:o, s:I}", "timestamp", time, "type", "participant_update",
		                 "participant",
		                 cardea_json_meeting_participant(message->user, message->room.id,
		                                                 message->is_online),
		                 "seq", seq);
	}
	return json_pack("{s:I, s:s, s:o, s:I}", "timestamp", time, "type", "room_update", "room",
	                 cardea_json_meeting_room(&message->room), "seq", seq);
}

char *cardea_webhook_render(const struct cardea_webhook_message *message)
{
	json_t *object = message_object(message);
	char *text = object ? cardea_json_dump(object) : NULL;

	json_decref(object);
	return text;
}
