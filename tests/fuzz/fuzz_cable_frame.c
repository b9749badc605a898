/*
 * fuzz_cable_frame: the frames of ActionCable clients. What comes out is whole, and the identifier
 * that is sent back decodes to the very text that came.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <glib.h>
#include <jansson.h>
#include "cardea_limits.h"
#include "net/cable_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_identifier(const struct cardea_cable_frame *frame, const json_t *json)
{
	const json_t *came = json_object_get(json, "identifier");
	json_t *back = json_loads(frame->identifier, JSON_DECODE_ANY, NULL);

	assert(json_is_string(came) && json_equal(back, came));
	assert(frame->params || !frame->channel);
	assert(!frame->params || json_string_length(came) <= CARDEA_MAX_CABLE_IDENTIFIER);
	if (frame->channel)
		assert(frame->channel[0] && strlen(frame->channel) <= CARDEA_MAX_ID &&
		       frame->channel == json_string_value(json_object_get(frame->params, "channel")));
	json_decref(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = g_memdup2(data, size ? size : 1);
	struct cardea_cable_frame frame;

	if (cardea_cable_frame_parse(text, size, &frame) == 0) {
		json_t *json = json_loadb(text, size, 0, NULL);

		assert(json_is_object(json));
		if (frame.command == CARDEA_CABLE_IGNORED)
			assert(!frame.identifier && !frame.params && !frame.channel && !frame.data);
		else
			check_identifier(&frame, json);
		assert((frame.command == CARDEA_CABLE_MESSAGE) == (frame.data != NULL));
		json_decref(json);
		cardea_cable_frame_clear(&frame);
	}
	g_free(text);
	return 0;
}
