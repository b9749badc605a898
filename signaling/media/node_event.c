#include "media/node_event.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_json.h"

static const struct cardea_json_field common_fields[] = {
        {"event", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"node", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"boot", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"room", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"epoch", CARDEA_JSON_INTEGER, true, 1, INT64_MAX},
        {"seq", CARDEA_JSON_INTEGER, true, 0, INT64_MAX},
        {"at", CARDEA_JSON_INTEGER, true, 0, INT64_MAX},
};
static const struct cardea_json_field presence_fields[] = {
        {"seat", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"connection", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"reason", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
};
static const struct cardea_json_field source_fields[] = {
        {"seat", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"kind", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"state", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
};
static const struct cardea_json_field snapshot_fields[] = {
        {"participants", CARDEA_JSON_ARRAY, true, 0, 0},
};

static const struct cardea_json_field message_fields[] = {
        {"seat", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"type", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"text", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_MESSAGE},
        {"to", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
};
static const struct cardea_json_field hand_fields[] = {
        {"seat", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"raised", CARDEA_JSON_BOOLEAN, true, 0, 0},
};
static const struct cardea_json_field moderate_fields[] = {
        {"seat", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"action", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"participant", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"kind", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
};

static const char *const actions[] = {
        [CARDEA_MODERATE_MUTE] = "mute",
        [CARDEA_MODERATE_REMOVE] = "remove",
        [CARDEA_MODERATE_LOWER_HAND] = "lower_hand",
};

static const struct event_kind {
	const char *name;
	enum cardea_node_event_type type;
	const struct cardea_json_field *fields;
	size_t field_count;
} event_kinds[] = {
        {"online", CARDEA_NODE_ONLINE, presence_fields, G_N_ELEMENTS(presence_fields)},
        {"offline", CARDEA_NODE_OFFLINE, presence_fields, G_N_ELEMENTS(presence_fields)},
        {"source", CARDEA_NODE_SOURCE, source_fields, G_N_ELEMENTS(source_fields)},
        {"snapshot", CARDEA_NODE_SNAPSHOT, snapshot_fields, G_N_ELEMENTS(snapshot_fields)},
        {"message", CARDEA_NODE_MESSAGE, message_fields, G_N_ELEMENTS(message_fields)},
        {"hand", CARDEA_NODE_HAND, hand_fields, G_N_ELEMENTS(hand_fields)},
        {"moderate", CARDEA_NODE_MODERATE, moderate_fields, G_N_ELEMENTS(moderate_fields)},
};

static const struct event_kind *find_kind(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(event_kinds); i++) {
		if (strcmp(event_kinds[i].name, name) == 0) {
			return &event_kinds[i];
		}
	}
	return NULL;
}

static int read_seats(const json_t *participants, struct cardea_parsed_event *out)
{
	size_t count = json_array_size(participants);
	struct cardea_node_seat *seats = g_new0(struct cardea_node_seat, count);

	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(participants, i);
		int err = json_is_object(item) ? cardea_json_check(item, presence_fields, 2, NULL)
		                               : CARDEA_E_JSON_TYPE;

		if (err) {
			g_free(seats);
			return err;
		}
		seats[i].seat = cardea_json_string(item, "seat", NULL);
		seats[i].connection = cardea_json_string(item, "connection", NULL);
	}
	out->seats = seats;
	out->event.seats = seats;
	out->event.seat_count = count;
	return 0;
}

static int read_action(const json_t *data, enum cardea_moderation *out)
{
	const char *name = cardea_json_string(data, "action", "");

	for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
		if (strcmp(actions[i], name) == 0) {
			*out = (enum cardea_moderation)i;
			return 0;
		}
	}
	return CARDEA_E_UNSUPPORTED;
}

/* What some events have beside the common fields. */
static int read_rest(const json_t *data, struct cardea_parsed_event *out)
{
	struct cardea_node_event *event = &out->event;

	switch (event->type) {
	case CARDEA_NODE_SNAPSHOT:
		return read_seats(json_object_get(data, "participants"), out);
	case CARDEA_NODE_MESSAGE:
		event->kind = cardea_json_string(data, "type", NULL);
		return 0;
	case CARDEA_NODE_HAND:
		event->is_raised = cardea_json_boolean(data, "raised", false);
		return 0;
	case CARDEA_NODE_MODERATE:
		event->target = cardea_json_string(data, "participant", NULL);
		return read_action(data, &event->action);
	default:
		return 0;
	}
}

int cardea_node_event_parse(const json_t *data, struct cardea_parsed_event *out)
{
	const struct event_kind *kind;
	int err = cardea_json_check(data, common_fields, G_N_ELEMENTS(common_fields), NULL);

	memset(out, 0, sizeof(*out));
	if (err) {
		return err;
	}
	kind = find_kind(cardea_json_string(data, "event", ""));
	if (!kind) {
		return CARDEA_E_UNSUPPORTED;
	}
	err = cardea_json_check(data, kind->fields, kind->field_count, NULL);
	if (err) {
		return err;
	}
	out->event = (struct cardea_node_event){
	        .type = kind->type,
	        .node = cardea_json_string(data, "node", NULL),
	        .boot = cardea_json_string(data, "boot", NULL),
	        .room = cardea_json_string(data, "room", NULL),
	        .epoch = cardea_json_integer(data, "epoch", 0),
	        .seq = cardea_json_integer(data, "seq", 0),
	        .at_ms = cardea_json_integer(data, "at", 0),
	        .seat = cardea_json_string(data, "seat", NULL),
	        .connection = cardea_json_string(data, "connection", NULL),
	        .reason = cardea_json_string(data, "reason", NULL),
	        .kind = cardea_json_string(data, "kind", NULL),
	        .state = cardea_json_string(data, "state", NULL),
	        .to = cardea_json_string(data, "to", NULL),
	        .text = cardea_json_string(data, "text", NULL),
	};
	return read_rest(data, out);
}

void cardea_node_event_clear(struct cardea_parsed_event *event)
{
	g_free(event->seats);
	memset(event, 0, sizeof(*event));
}
