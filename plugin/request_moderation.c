/* Requests of gateways on one seat: grant, revoke, mute, move. */
#include "request_control.h"

#include <string.h>
#include "cardea_error.h"
#include "membership.h"
#include "move.h"
#include "rights_json.h"

#define MAX_REASON 64

static const struct cardea_json_field grant_fields[] = {
        CARDEA_ROOM_FIELD,
        CARDEA_EPOCH_FIELD,
        CARDEA_SEAT_FIELD,
};

static int grant_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_grant *grant = NULL;
	int err = cardea_control_check_open(request);
	if (err == 0)
		err = cardea_rights_read_grant(request->message, &grant);
	if (err < 0)
		return err;
	cardea_room_set_grant(request->room, cardea_json_string(request->message, "seat", ""), grant);
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
        {"muted", CARDEA_JSON_BOOLEAN, false, 0, 0},
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
		cardea_membership_mute(room, participant, kind,
		                       cardea_json_boolean(request->message, "muted", true));
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
