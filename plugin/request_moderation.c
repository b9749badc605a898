/* Requests of gateways on one seat: grant, revoke, mute, move. */
#include "request_control.h"

#include <string.h>
#include "cardea_error.h"
#include "membership.h"
#include "move.h"

#define MAX_REASON 64

static const struct cardea_json_field grant_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        CARDEA_SEAT_FIELD,
        {"gen", CARDEA_JSON_INTEGER, true, 0, INT64_MAX},
        {"publish", CARDEA_JSON_ARRAY, false, 0, 4},
        {"locks", CARDEA_JSON_ARRAY, false, 0, 4},
};

static int read_subscribe(const json_t *message, struct cardea_grant *grant)
{
	const json_t *value = json_object_get(message, "subscribe");
	if (!value || json_is_null(value))
		return 0;
	grant->has_subscribe = true;
	if (json_is_array(value)) {
		grant->subscribe = CARDEA_SUBSCRIBE_LIST;
		return cardea_control_read_ids(value, &grant->subscribe_list);
	}
	const char *name = json_string_value(value);
	if (!name)
		return CARDEA_E_JSON_TYPE;
	if (strcmp(name, "hosts") == 0)
		grant->subscribe = CARDEA_SUBSCRIBE_HOSTS;
	else if (strcmp(name, "all") != 0)
		return CARDEA_E_JSON_RANGE;
	return 0;
}

static int read_grant(const json_t *message, struct cardea_grant *grant)
{
	grant->gen = cardea_json_integer(message, "gen", 0);
	grant->has_publish = json_is_array(json_object_get(message, "publish"));
	int err = cardea_control_read_kinds(message, "publish", &grant->publish);
	if (err == 0)
		err = cardea_control_read_kinds(message, "locks", &grant->locks);
	if (err == 0)
		err = read_subscribe(message, grant);
	return err;
}

static int grant_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_room *room = request->room;
	const char *seat = cardea_json_string(request->message, "seat", "");
	struct cardea_grant *grant = g_new0(struct cardea_grant, 1);
	int err = cardea_control_check_open(request);
	if (err == 0)
		err = read_grant(request->message, grant);
	if (err < 0) {
		cardea_grant_free(grant);
		return err;
	}
	/* An older one that was overtaken says nothing any more. */
	const struct cardea_grant *known = g_hash_table_lookup(room->grants, seat);
	if (known && known->gen > grant->gen)
		cardea_grant_free(grant);
	else
		g_hash_table_insert(room->grants, g_strdup(seat), grant);
	struct cardea_participant *participant = g_hash_table_lookup(room->participants, seat);
	if (participant)
		cardea_membership_refresh(room, participant);
	return cardea_control_reply_ok(reply);
}

static const struct cardea_json_field revoke_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        CARDEA_SEAT_FIELD,
        {"min_gen", CARDEA_JSON_INTEGER, true, 0, INT64_MAX},
        {"reason", CARDEA_JSON_STRING, false, 0, MAX_REASON},
        {"text", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_TEXT},
};

static int revoke_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_room *room = request->room;
	int err = cardea_control_check_open(request);
	if (err < 0)
		return err;
	const char *seat = cardea_json_string(request->message, "seat", "");
	int64_t min_gen = cardea_json_integer(request->message, "min_gen", 0);
	struct cardea_participant *participant = g_hash_table_lookup(room->participants, seat);
	/* The one reason that clients must know: they enter again, and wait. */
	bool waits = g_str_equal(cardea_json_string(request->message, "reason", ""), "waiting");
	if (participant && participant->claims.gen < min_gen)
		cardea_membership_remove(room, participant, waits ? "waiting" : "revoked",
		                         cardea_json_string(request->message, "text", NULL), NULL);
	cardea_room_raise_gen(room, seat, min_gen);
	return cardea_control_reply_ok(reply);
}

static const struct cardea_json_field mute_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        CARDEA_SEAT_FIELD,
        {"kind", CARDEA_JSON_STRING, true, 1, 32},
        {"id", CARDEA_JSON_INTEGER, false, 1, INT64_MAX},
};

static int mute_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_room *room = request->room;
	enum cardea_kind kind;
	int err = cardea_control_check_open(request);
	if (err == 0)
		err = cardea_kind_parse(cardea_json_string(request->message, "kind", ""), &kind);
	if (err < 0)
		return err;
	const char *seat = cardea_json_string(request->message, "seat", "");
	struct cardea_participant *participant = g_hash_table_lookup(room->participants, seat);
	if (participant && cardea_control_is_news(request))
		cardea_membership_mute(room, participant, kind);
	return cardea_control_reply_ok(reply);
}

static const struct cardea_json_field move_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        CARDEA_SEAT_FIELD,
        {"token", CARDEA_JSON_STRING, true, 0, 0},
};

static int move_prepare(struct cardea_request *request)
{
	int err = cardea_message_verify(request);
	if (err < 0)
		return err;
	request->other = cardea_node_find_room(request->node, request->claims.room);
	return request->other ? 0 : CARDEA_E_ROOM_NOT_OPEN;
}

static int move_run(struct cardea_request *request, json_t **reply)
{
	int err = cardea_control_check_open(request);
	if (err == 0)
		err = cardea_move(request->room, request->other,
		                  cardea_json_string(request->message, "seat", ""), &request->claims);
	return err < 0 ? err : cardea_control_reply_ok(reply);
}

const struct cardea_request_type cardea_requests_moderation[] = {
        CARDEA_ON_CONTROL("grant", CARDEA_QUEUE_NAMED_ROOM, grant_fields, grant_run),
        CARDEA_ON_CONTROL("revoke", CARDEA_QUEUE_NAMED_ROOM, revoke_fields, revoke_run),
        CARDEA_ON_CONTROL("mute", CARDEA_QUEUE_NAMED_ROOM, mute_fields, mute_run),
        {
                .name = "move",
                .handles = CARDEA_HANDLE_CONTROL,
                .queue = CARDEA_QUEUE_NAMED_ROOM,
                .fields = move_fields,
                .field_count = G_N_ELEMENTS(move_fields),
                .prepare = move_prepare,
                .run = move_run,
        },
        {.name = NULL},
};
