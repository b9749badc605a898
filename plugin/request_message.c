/* Requests on either client handle that the gateway decides on: send, hand, moderate. What was
 * asked for goes up as a numbered event; what becomes of it comes down as control requests. */
#include <string.h>
#include "cardea_error.h"
#include "control.h"
#include "message.h"

/* Answers stay honest while no gateway is there: past this the room would soon forget events, so
 * nothing more is promised. The other half is left to who comes and goes. */
static bool is_behind(const struct cardea_room *room)
{
	return cardea_outbox_seq(room->outbox) - cardea_outbox_acked(room->outbox) >
	       CARDEA_MAX_ROOM_EVENTS / 2;
}

/* What every request of this file needs: somebody who can be seen, in measure. */
static int check_sender(struct cardea_request *request)
{
	struct cardea_participant *participant = request->session->participant;
	if (participant->claims.hidden)
		return CARDEA_E_NOT_PERMITTED;
	if (!cardea_participant_may_ask(participant))
		return CARDEA_E_RATE_LIMITED;
	return is_behind(request->room) ? CARDEA_E_QUEUE_FULL : 0;
}

static bool is_visible(const struct cardea_room *room, const char *seat)
{
	const struct cardea_participant *participant = g_hash_table_lookup(room->participants, seat);
	return participant && !participant->claims.hidden;
}

static json_t *string_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

/* Sends @fields (taken over) upwards with the sender's seat, and answers `ok`. */
static int report(struct cardea_request *request, const char *event, json_t *fields, json_t **reply)
{
	json_object_set_new(fields, "seat",
	                    json_string(cardea_participant_id(request->session->participant)));
	cardea_control_report(request->room, event, fields);
	*reply = json_pack("{s:s}", "cardea", "ok");
	return 0;
}

/* ---- send ---- */

/* Sizes in bytes; the text is UTF-8 because it came as JSON. */
static const struct cardea_json_field send_fields[] = {
        {"type", CARDEA_JSON_STRING, true, 1, 16},
        {"text", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_MESSAGE},
        {"to", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
};

static int check_reaction(const char *text, const char *to)
{
	return strlen(text) > CARDEA_MAX_REACTION || to ? CARDEA_E_JSON_RANGE : 0;
}

static int check_send(const struct cardea_request *request, const char *type, const char *text,
                      const char *to)
{
	if (strcmp(type, "reaction") == 0)
		return check_reaction(text, to);
	if (strcmp(type, "chat") != 0)
		return CARDEA_E_JSON_RANGE;
	return to && !is_visible(request->room, to) ? CARDEA_E_NOT_FOUND : 0;
}

static int send_run(struct cardea_request *request, json_t **reply)
{
	const char *type = cardea_json_string(request->message, "type", "");
	const char *text = cardea_json_string(request->message, "text", "");
	const char *to = cardea_json_string(request->message, "to", NULL);
	if (!(request->session->participant->rights & CARDEA_KIND_DATA))
		return CARDEA_E_NOT_PERMITTED;
	int err = check_sender(request);
	if (err == 0)
		err = check_send(request, type, text, to);
	if (err < 0)
		return err;
	return report(
	        request, "message",
	        json_pack("{s:s, s:s, s:o}", "type", type, "text", text, "to", string_or_null(to)),
	        reply);
}

/* ---- hand ---- */

static const struct cardea_json_field hand_fields[] = {
        {"raised", CARDEA_JSON_BOOLEAN, true, 0, 0},
};

static int hand_run(struct cardea_request *request, json_t **reply)
{
	int err = check_sender(request);
	if (err < 0)
		return err;
	bool raised = cardea_json_boolean(request->message, "raised", false);
	return report(request, "hand", json_pack("{s:b}", "raised", (int)raised), reply);
}

/* ---- moderate ---- */

static const struct cardea_json_field moderate_fields[] = {
        {"action", CARDEA_JSON_STRING, true, 1, 16},
        {"participant", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"kind", CARDEA_JSON_STRING, false, 1, 16},
};

/* `mute` names what is muted, the others nothing. */
static int check_action(const char *action, const char *kind)
{
	enum cardea_kind parsed;
	if (strcmp(action, "remove") == 0 || strcmp(action, "lower_hand") == 0)
		return kind ? CARDEA_E_JSON_RANGE : 0;
	if (strcmp(action, "mute") != 0)
		return CARDEA_E_JSON_RANGE;
	if (!kind)
		return CARDEA_E_JSON_MISSING;
	return cardea_kind_parse(kind, &parsed) < 0 || parsed == CARDEA_KIND_DATA ? CARDEA_E_JSON_RANGE
	                                                                          : 0;
}

static int moderate_run(struct cardea_request *request, json_t **reply)
{
	const char *action = cardea_json_string(request->message, "action", "");
	const char *target = cardea_json_string(request->message, "participant", "");
	const char *kind = cardea_json_string(request->message, "kind", NULL);
	/* Spares the gateway what cannot be; it decides by the role that it knows. */
	if (request->session->participant->claims.role != CARDEA_ROLE_HOST)
		return CARDEA_E_NOT_PERMITTED;
	int err = check_sender(request);
	if (err == 0)
		err = check_action(action, kind);
	if (err == 0 && !is_visible(request->room, target))
		err = CARDEA_E_NOT_FOUND;
	if (err < 0)
		return err;
	return report(request, "moderate",
	              json_pack("{s:s, s:s, s:o}", "action", action, "participant", target, "kind",
	                        string_or_null(kind)),
	              reply);
}

#define ON_CLIENT(request_name, fields_, run_)                                                     \
	{                                                                                              \
		.name = request_name, .handles = CARDEA_HANDLE_PUBLISH | CARDEA_HANDLE_RECEIVE,            \
		.on_data = true, .fields = fields_, .field_count = G_N_ELEMENTS(fields_), .run = run_,     \
	}

const struct cardea_request_type cardea_requests_message[] = {
        ON_CLIENT("send", send_fields, send_run),
        ON_CLIENT("hand", hand_fields, hand_run),
        ON_CLIENT("moderate", moderate_fields, moderate_run),
        {.name = NULL},
};
