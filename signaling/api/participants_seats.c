/* participants_seats: removing, new tokens, changes and many at once (spec/participants 5.3-5.6).
 */
#include "api/participants_calls.h"

#include <string.h>
#include <glib.h>
#include "api/participants_json.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_text.h"
#include "domain/participants.h"

#define ME "me"

static const struct cardea_json_field update_fields[] = {
        {"display_name", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_NAME},
        {"role", CARDEA_JSON_STRING, false, 0, 0},
};
static const struct cardea_json_field bulk_fields[] = {
        {"participants", CARDEA_JSON_ARRAY, false, 0, 0},
};
static const struct cardea_json_field item_fields[] = {
        {"display_name", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_NAME},
        {"external_user_id", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_EXTERNAL_ID},
        {"role", CARDEA_JSON_STRING, false, 0, 0},
        {"metadata", CARDEA_JSON_OBJECT, false, 0, 0},
};

/* Who calls, and a room and a participant as the path names them. */
static bool read_call(struct cardea_http_request *request, const struct cardea_route_params *params,
                      struct cardea_presented *who, struct cardea_participant_address *address)
{
	*address = (struct cardea_participant_address){.room = params->value[0],
	                                               .participant = params->value[1]};
	return cardea_participants_caller(request, who) &&
	       cardea_participants_room(request, address->room) &&
	       cardea_participants_seat_id(request, address->participant);
}

/* ---- remove ---- */

static void removed(int err, void *arg)
{
	if (err) {
		cardea_participants_fail(arg, err, "failed to remove participant");
		return;
	}
	cardea_http_reply(arg, 204, NULL, NULL, 0);
}

static void delete_participant(struct cardea_http_request *request,
                               const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_participant_address address;
	struct cardea_presented who;
	int err;

	if (!read_call(request, params, &who, &address)) {
		return;
	}
	err = cardea_domain_participant_remove(api->domain, &who, &address, removed, request);
	if (err) {
		removed(err, request);
	}
}

/* ---- new tokens ---- */

static void tokens_made(int err, const struct cardea_participant_tokens *tokens, void *arg)
{
	if (err || !tokens) {
		cardea_participants_fail(arg, err, "failed to refresh token");
		return;
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	cardea_reply_json(arg, 200,
	                  json_pack("{s:s, s:s, s:s, s:I, s:s}", "access_token", tokens->access,
	                            "refresh_token", tokens->refresh, "token_type", "Bearer",
	                            "expires_in", (json_int_t)tokens->expires_in_s, "auth_token",
	                            tokens->auth));
}

static void post_token(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_participant_address address;
	struct cardea_presented who;
	int err;

	if (!read_call(request, params, &who, &address)) {
		return;
	}
	err = cardea_domain_participant_tokens(api->domain, &who, &address, tokens_made, request);
	if (err) {
		tokens_made(err, NULL, request);
	}
}

/* ---- update ---- */

static void updated(int err, const struct cardea_participant_view *participant, void *arg)
{
	if (err || !participant) {
		cardea_participants_fail(arg, err, "failed to update participant");
		return;
	}
	cardea_reply_json(arg, 200, cardea_json_participant(participant));
}

static void update(struct cardea_http_request *request, const struct cardea_api *api,
                   const struct cardea_presented *who,
                   const struct cardea_participant_address *address, const json_t *body)
{
	struct cardea_participant_change change = {
	        .display_name = cardea_json_string(body, "display_name", NULL)};
	int err = cardea_participants_role(body, &change.role);

	if (!err && change.display_name && !cardea_text_is_name(change.display_name, CARDEA_MAX_NAME)) {
		cardea_reply_error(request, 400, "display_name: invalid value");
		return;
	}
	if (!err) {
		err = cardea_domain_participant_update(api->domain, who, address, &change, updated,
		                                       request);
	}
	if (err) {
		updated(err, NULL, request);
	}
}

static void patch_participant(struct cardea_http_request *request,
                              const struct cardea_route_params *params, void *arg)
{
	bool is_me = strcmp(params->value[1], ME) == 0;
	const struct cardea_participant_address address = {
	        .room = params->value[0], .participant = is_me ? NULL : params->value[1]};
	struct cardea_presented who;
	json_t *body;

	if (!cardea_participants_caller(request, &who) ||
	    !cardea_participants_room(request, address.room) ||
	    (!is_me && !cardea_participants_seat_id(request, address.participant)) ||
	    !(body = cardea_participants_body(request, update_fields, G_N_ELEMENTS(update_fields)))) {
		return;
	}
	update(request, arg, &who, &address, body);
	json_decref(body);
}

/* ---- bulk ---- */

struct bulk {
	struct cardea_http_request *request;
	json_t *items;
	char **errors; /* of each item that the domain does not see; NULL = it does */
	size_t count;
};

static void free_bulk(struct bulk *bulk)
{
	for (size_t i = 0; i < bulk->count; i++) {
		g_free(bulk->errors[i]);
	}
	g_free(bulk->errors);
	json_decref(bulk->items);
	g_free(bulk);
}

static json_t *text_or_null(const json_t *item, const char *name)
{
	const char *text = cardea_json_string(item, name, NULL);

	return text && text[0] ? json_string(text) : NULL;
}

/* What an item that is not valid says: exactly this (spec/participants 5.5). */
static json_t *bad_item(const char *error)
{
	return json_pack("{s:b, s:s}", "success", 0, "error", error);
}

static json_t *result_object(const json_t *item, const struct cardea_bulk_result *result)
{
	if (result->err) {
		return json_pack("{s:b, s:s, s:o*, s:o*}", "success", 0, "error",
		                 cardea_error_text(result->err), "external_user_id",
		                 text_or_null(item, "external_user_id"), "display_name",
		                 text_or_null(item, "display_name"));
	}
	return json_pack("{s:s, s:o*, s:o*, s:b, s:s, s:s}", "participant_id", result->id,
	                 "external_user_id", text_or_null(item, "external_user_id"), "display_name",
	                 text_or_null(item, "display_name"), "success", 1, "access_token",
	                 result->access, "auth_token", result->auth);
}

static void bulk_added(int err, const struct cardea_bulk_result *results, size_t count, void *arg)
{
	struct bulk *bulk = arg;
	json_t *array = json_array();
	size_t next = 0;

	(void)count;
	for (size_t i = 0; i < bulk->count && !err; i++) {
		const json_t *item = json_array_get(bulk->items, i);

		json_array_append_new(array, bulk->errors[i] ? bad_item(bulk->errors[i])
		                                             : result_object(item, &results[next++]));
	}
	if (err) {
		json_decref(array);
		cardea_participants_fail(bulk->request, err, "failed to add participants");
	} else {
		cardea_http_add_header(bulk->request, "Cache-Control", "no-store");
		cardea_reply_json(bulk->request, 200, json_pack("{s:o}", "results", array));
	}
	free_bulk(bulk);
}

/* NULL with @out, whose `metadata` is freed with free(); or what is wrong with @item. g_free. */
static char *read_item(const json_t *item, struct cardea_participant_add *out)
{
	const json_t *metadata = json_object_get(item, "metadata");
	const char *bad, *external = cardea_json_string(item, "external_user_id", "");
	int err = json_is_object(item)
	                  ? cardea_json_check(item, item_fields, G_N_ELEMENTS(item_fields), &bad)
	                  : CARDEA_E_JSON_MISSING;

	if (!json_is_object(item) ||
	    (err && err != CARDEA_E_JSON_TYPE && strcmp(bad, "display_name") == 0)) {
		return g_strdup(cardea_error_text(CARDEA_E_DISPLAY_NAME_REQUIRED));
	}
	if (err) {
		return g_strdup_printf("%s: %s", bad, cardea_error_text(err));
	}
	*out = (struct cardea_participant_add){.display_name =
	                                               cardea_json_string(item, "display_name", NULL),
	                                       .external_user_id = external[0] ? external : NULL};
	err = cardea_participants_role(item, &out->role);
	if (err) {
		return g_strdup(cardea_error_text(err));
	}
	if (!cardea_text_is_name(out->display_name, CARDEA_MAX_NAME)) {
		return g_strdup("display_name: invalid value");
	}
	out->metadata = json_is_object(metadata) ? cardea_json_dump(metadata) : NULL;
	return NULL;
}

/* Takes @items over. */
static void bulk_add(struct cardea_http_request *request, const struct cardea_api *api,
                     const struct cardea_presented *who, const char *room, json_t *items)
{
	struct cardea_participant_add good[CARDEA_MAX_BULK];
	struct bulk *bulk = g_new0(struct bulk, 1);
	size_t count = 0;
	int err;

	bulk->request = request;
	bulk->items = items;
	bulk->count = json_array_size(items);
	bulk->errors = g_new0(char *, bulk->count);
	for (size_t i = 0; i < bulk->count; i++) {
		bulk->errors[i] = read_item(json_array_get(items, i), &good[count]);
		count += bulk->errors[i] ? 0 : 1;
	}
	err = cardea_domain_participant_bulk(api->domain, who, room, good, count, bulk_added, bulk);
	for (size_t i = 0; i < count; i++) {
		free((char *)good[i].metadata);
	}
	if (err) {
		bulk_added(err, NULL, 0, bulk);
	}
}

static void post_bulk(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_presented who;
	size_t count;
	json_t *body, *items;

	if (!cardea_participants_caller(request, &who) ||
	    !cardea_participants_room(request, params->value[0]) ||
	    !(body = cardea_participants_body(request, bulk_fields, G_N_ELEMENTS(bulk_fields)))) {
		return;
	}
	items = json_object_get(body, "participants");
	count = json_array_size(items);
	if (count == 0) {
		cardea_participants_fail(request, CARDEA_E_NO_PARTICIPANTS, "");
	} else if (count > CARDEA_MAX_BULK) {
		cardea_participants_fail(request, CARDEA_E_TOO_MANY_PARTICIPANTS, "");
	} else {
		bulk_add(request, arg, &who, params->value[0], json_incref(items));
	}
	json_decref(body);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants/bulk", post_bulk},
        {CARDEA_HTTP_DELETE, "/api/v1/rooms/{id}/participants/{participant}", delete_participant},
        {CARDEA_HTTP_PATCH, "/api/v1/rooms/{id}/participants/{participant}", patch_participant},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants/{participant}/token", post_token},
};

void cardea_participants_seats_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
