/* The receive handle: what its video slots are to show. */
#include <string.h>
#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_id.h"
#include "message.h"
#include "video.h"

static const struct cardea_json_field wish_fields[] = {
        {"video", CARDEA_JSON_ARRAY, true, 0, CARDEA_MAX_VIDEO_SLOTS},
        {"rest", CARDEA_JSON_STRING, false, 0, 0},
};

static const struct cardea_json_field slot_fields[] = {
        {"mid", CARDEA_JSON_STRING, true, 1, 8},
        {"participant", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
        {"kind", CARDEA_JSON_STRING, false, 0, 0},
        {"follow", CARDEA_JSON_STRING, false, 0, 0},
        {"height", CARDEA_JSON_INTEGER, false, 1, CARDEA_MAX_HEIGHT},
        {"pinned", CARDEA_JSON_BOOLEAN, false, 0, 0},
};

/* Index of the video slot with that mid, or -1. */
static int find_slot(const struct cardea_session *session, const char *mid)
{
	for (unsigned i = 0; i < session->video_slots; i++) {
		if (strcmp(session->slots[session->audio_slots + i].mid, mid) == 0)
			return (int)i;
	}
	return -1;
}

static int read_source(const json_t *item, const char *participant, struct cardea_wish *wish)
{
	int err = cardea_source_kind_parse(cardea_json_string(item, "kind", "camera"), &wish->kind);
	if (err < 0 || (wish->kind != CARDEA_SOURCE_CAMERA && wish->kind != CARDEA_SOURCE_SCREEN))
		return CARDEA_E_JSON_RANGE;
	if (!cardea_id_is_plain(participant, CARDEA_MAX_ID))
		return CARDEA_E_INVALID;
	wish->mode = CARDEA_WISH_SOURCE;
	g_strlcpy(wish->participant, participant, sizeof(wish->participant));
	return 0;
}

static int read_wish(const json_t *item, struct cardea_wish *wish)
{
	const char *participant = cardea_json_string(item, "participant", NULL);
	const char *follow = cardea_json_string(item, "follow", NULL);
	*wish = (struct cardea_wish){
	        .mode = CARDEA_WISH_EMPTY,
	        .height = (uint16_t)cardea_json_integer(item, "height", CARDEA_DEFAULT_HEIGHT),
	        .pinned = cardea_json_boolean(item, "pinned", false),
	};
	if (participant && follow)
		return CARDEA_E_JSON_RANGE;
	if (participant)
		return read_source(item, participant, wish);
	if (!follow)
		return 0;
	if (strcmp(follow, "speaker") == 0)
		wish->mode = CARDEA_WISH_SPEAKER;
	else if (strcmp(follow, "screen") == 0)
		wish->mode = CARDEA_WISH_SCREEN;
	else
		return CARDEA_E_JSON_RANGE;
	return 0;
}

static int read_wishes(const struct cardea_session *session, const json_t *array,
                       struct cardea_wish *wishes)
{
	bool named[CARDEA_MAX_VIDEO_SLOTS] = {false};
	size_t i;
	json_t *item;
	json_array_foreach(array, i, item)
	{
		if (!json_is_object(item))
			return CARDEA_E_JSON_TYPE;
		int err = cardea_json_check(item, slot_fields, G_N_ELEMENTS(slot_fields), NULL);
		if (err < 0)
			return err;
		int index = find_slot(session, cardea_json_string(item, "mid", ""));
		if (index < 0 || named[index])
			return CARDEA_E_JSON_RANGE;
		named[index] = true;
		err = read_wish(item, &wishes[index]);
		if (err < 0)
			return err;
	}
	return 0;
}

static int wish_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_session *session = request->session;
	struct cardea_wish wishes[CARDEA_MAX_VIDEO_SLOTS];
	const char *rest = cardea_json_string(request->message, "rest", "auto");
	bool empty = strcmp(rest, "empty") == 0;
	if (!empty && strcmp(rest, "auto") != 0)
		return CARDEA_E_JSON_RANGE;
	for (unsigned i = 0; i < session->video_slots; i++)
		wishes[i] = (struct cardea_wish){.mode = empty ? CARDEA_WISH_EMPTY : CARDEA_WISH_AUTO,
		                                 .height = CARDEA_DEFAULT_HEIGHT};
	int err = read_wishes(session, json_object_get(request->message, "video"), wishes);
	if (err < 0)
		return err;
	cardea_video_wish(request->room, session, wishes, cardea_clock_mono_ms(&cardea_clock_system));
	*reply = json_pack("{s:s}", "cardea", "ok");
	return 0;
}

const struct cardea_request_type cardea_requests_wish[] = {
        {
                .name = "wish",
                .handles = CARDEA_HANDLE_RECEIVE,
                .fields = wish_fields,
                .field_count = G_N_ELEMENTS(wish_fields),
                .run = wish_run,
        },
        {.name = NULL},
};
