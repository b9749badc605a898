/* participants_calls: what the calls of the participants dialect share. */
#include "api/participants_calls.h"

#include <string.h>
#include <glib.h>
#include "api/presented.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_text.h"

void cardea_participants_fail(struct cardea_http_request *request, int err, const char *action)
{
	int status = cardea_error_http(err);

	if (status == 500) {
		g_autofree char *text = g_strdup_printf("%s: %s", action, cardea_error_text(err));

		cardea_reply_error(request, status, text);
		return;
	}
	cardea_reply_error(request, status, cardea_error_text(err));
}

void cardea_participants_bad_field(struct cardea_http_request *request, int err, const char *field)
{
	g_autofree char *text = NULL;

	if (strcmp(field, "display_name") == 0 &&
	    (err == CARDEA_E_JSON_MISSING || err == CARDEA_E_JSON_RANGE)) {
		cardea_participants_fail(request, CARDEA_E_DISPLAY_NAME_REQUIRED, "");
		return;
	}
	text = g_strdup_printf("%s: %s", field, cardea_error_text(err));
	cardea_reply_error(request, 400, text);
}

bool cardea_participants_caller(struct cardea_http_request *request, struct cardea_presented *who)
{
	int err = cardea_presented_read(request, who);

	if (err) {
		cardea_participants_fail(request, err, "");
	}
	return !err;
}

json_t *cardea_participants_body(struct cardea_http_request *request,
                                 const struct cardea_json_field *fields, size_t count)
{
	json_t *body;
	const char *bad;
	int err = cardea_read_json(request, &body);

	if (err) {
		cardea_reply_error(request, 400, cardea_error_text(err));
		return NULL;
	}
	err = cardea_json_check(body, fields, count, &bad);
	if (err) {
		json_decref(body);
		cardea_participants_bad_field(request, err, bad);
		return NULL;
	}
	return body;
}

bool cardea_participants_room(struct cardea_http_request *request, const char *room)
{
	if (cardea_text_is_name(room, CARDEA_MAX_ROOM_KEY)) {
		return true;
	}
	cardea_participants_fail(request, CARDEA_E_ROOM_ID_INVALID, "");
	return false;
}

bool cardea_participants_room_id(struct cardea_http_request *request, const char *room)
{
	if (cardea_id_is_uuid(room)) {
		return true;
	}
	cardea_participants_fail(request, CARDEA_E_ROOM_ID_INVALID, "");
	return false;
}

bool cardea_participants_seat_id(struct cardea_http_request *request, const char *participant)
{
	if (cardea_id_is_uuid(participant)) {
		return true;
	}
	cardea_participants_fail(request, CARDEA_E_PARTICIPANT_ID_INVALID, "");
	return false;
}

int cardea_participants_role(const json_t *body, int *out)
{
	const char *name = cardea_json_string(body, "role", NULL);
	enum cardea_role role;

	*out = -1;
	if (!name) {
		return 0;
	}
	if (cardea_role_parse(name, &role)) {
		return CARDEA_E_ROLE_INVALID;
	}
	*out = role;
	return 0;
}
