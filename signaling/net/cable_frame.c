/* cable_frame: see cable_frame.h. */
#include "net/cable_frame.h"

#include <stdlib.h>
#include <string.h>
#include <glib.h>

#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"

static enum cardea_cable_command command_named(const char *name)
{
	static const char *const names[] = {
	        [CARDEA_CABLE_SUBSCRIBE] = "subscribe",
	        [CARDEA_CABLE_UNSUBSCRIBE] = "unsubscribe",
	        [CARDEA_CABLE_MESSAGE] = "message",
	};

	for (size_t i = CARDEA_CABLE_SUBSCRIBE; i < G_N_ELEMENTS(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum cardea_cable_command)i;
	return CARDEA_CABLE_IGNORED;
}

/* The object in the text of @string; NULL if there is none. */
static json_t *object_in(const json_t *string)
{
	json_t *object = NULL;

	if (!json_is_string(string) ||
	    cardea_json_parse_object(json_string_value(string), json_string_length(string), &object) <
	            0)
		return NULL;
	return object;
}

static const char *channel_of(const json_t *params)
{
	const char *channel = cardea_json_string(params, "channel", "");

	return *channel && strlen(channel) <= CARDEA_MAX_ID ? channel : NULL;
}

static int read_command(const json_t *json, struct cardea_cable_frame *frame)
{
	const json_t *identifier = json_object_get(json, "identifier");

	frame->command = command_named(cardea_json_string(json, "command", ""));
	if (!json_is_string(identifier))
		frame->command = CARDEA_CABLE_IGNORED;
	if (frame->command == CARDEA_CABLE_MESSAGE &&
	    !(frame->data = object_in(json_object_get(json, "data"))))
		frame->command = CARDEA_CABLE_IGNORED;
	if (frame->command == CARDEA_CABLE_IGNORED)
		return 0;
	frame->identifier = cardea_json_dump(identifier);
	if (!frame->identifier)
		return CARDEA_E_NO_MEMORY;
	if (json_string_length(identifier) <= CARDEA_MAX_CABLE_IDENTIFIER)
		frame->params = object_in(identifier);
	frame->channel = channel_of(frame->params);
	return 0;
}

int cardea_cable_frame_parse(const char *text, size_t len, struct cardea_cable_frame *out)
{
	struct cardea_cable_frame frame = {.command = CARDEA_CABLE_IGNORED};
	json_t *json;
	int err;

	err = cardea_json_parse_object(text, len, &json);
	if (err < 0)
		return err;
	err = read_command(json, &frame);
	json_decref(json);
	if (err < 0)
		cardea_cable_frame_clear(&frame);
	else
		*out = frame;
	return err;
}

void cardea_cable_frame_clear(struct cardea_cable_frame *frame)
{
	free(frame->identifier);
	json_decref(frame->params);
	json_decref(frame->data);
	memset(frame, 0, sizeof(*frame));
}
