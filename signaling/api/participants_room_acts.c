/* participants_room_acts: the list of rooms, ending and deleting one (spec/participants 7). */
#include "api/participants_calls.h"

#include <string.h>
#include <glib.h>
#include "api/participants_json.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_text.h"
#include "domain/rooms.h"

#define DEFAULT_LIMIT 20
#define MAX_LIMIT     100
#define MAX_REASON    500 /* bytes; a sentence or two */

/* ---- list ---- */

struct listing {
	struct cardea_http_request *request;
	struct cardea_room_query query;
};

static void rooms_listed(int err, const struct cardea_room_view *list, size_t count, int64_t total,
                         void *arg)
{
	struct listing *listing = arg;
	json_t *rooms;

	if (err) {
		cardea_participants_fail(listing->request, err, "failed to list rooms");
		g_free(listing);
		return;
	}
	rooms = json_array();
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(rooms, cardea_json_room_with_count(&list[i]));
	}
	cardea_reply_json(listing->request, 200,
	                  json_pack("{s:o, s:I, s:I, s:I}", "rooms", rooms, "total", (json_int_t)total,
	                            "limit", (json_int_t)listing->query.limit, "offset",
	                            (json_int_t)listing->query.offset));
	g_free(listing);
}

/* A number of the query; @def if there is none in @min..@max. */
static int64_t read_number(const struct cardea_http_request *request, const char *name, int64_t min,
                           int64_t max, int64_t def)
{
	g_autofree char *text = cardea_http_query_value(request, name);
	gint64 number = def;

	return text && g_ascii_string_to_signed(text, 10, min, max, &number, NULL) ? number : def;
}

/* False for a status there is not. Without any, those that are active. */
static bool read_statuses(const struct cardea_http_request *request, unsigned *out)
{
	g_autofree char *text = cardea_http_query_value(request, "status");
	g_auto(GStrv) names = g_strsplit(text && text[0] ? text : "active", ",", -1);
	enum cardea_room_status status;

	*out = 0;
	for (char **name = names; *name; name++) {
		if (!cardea_json_room_status(g_strstrip(*name), &status)) {
			return false;
		}
		*out |= 1u << status;
	}
	return true;
}

static void get_rooms(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	struct listing *listing;
	unsigned statuses;
	int err;

	(void)params;
	if (!cardea_participants_caller(request, &who)) {
		return;
	}
	if (!read_statuses(request, &statuses)) {
		cardea_participants_fail(request, CARDEA_E_STATUS_FILTER, "");
		return;
	}
	listing = g_new0(struct listing, 1);
	listing->request = request;
	listing->query = (struct cardea_room_query){
	        .statuses = statuses,
	        .limit = MIN(read_number(request, "limit", 1, G_MAXINT64, DEFAULT_LIMIT), MAX_LIMIT),
	        .offset = read_number(request, "offset", 0, G_MAXINT64, 0)};
	err = cardea_domain_room_list(api->domain, &who, &listing->query, rooms_listed, listing);
	if (err) {
		rooms_listed(err, NULL, 0, 0, listing);
	}
}

/* ---- end, delete ---- */

static void room_ended(int err, const struct cardea_room_view *room, void *arg)
{
	if (err || !room) {
		cardea_participants_fail(arg, err, "failed to end room");
		return;
	}
	cardea_reply_json(arg, 200, cardea_json_room(room));
}

/* `reason` of a body that may be missing (spec/native 4). */
static int read_reason(const struct cardea_http_request *request, char **out)
{
	static const struct cardea_json_field fields[] = {
	        {"reason", CARDEA_JSON_STRING, false, 0, MAX_REASON},
	};
	json_t *body;
	size_t len = 0;
	int err;

	*out = NULL;
	if (!cardea_http_body(request, &len) || len == 0) {
		return 0;
	}
	err = cardea_read_json(request, &body);
	if (err) {
		return err;
	}
	err = cardea_json_check(body, fields, G_N_ELEMENTS(fields), NULL);
	if (!err && cardea_json_string(body, "reason", NULL)) {
		*out = cardea_text_clean_name(cardea_json_string(body, "reason", ""), MAX_REASON);
	}
	json_decref(body);
	return err;
}

static void post_end(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	g_autofree char *reason = NULL;
	int err;

	if (!cardea_participants_caller(request, &who) ||
	    !cardea_participants_room_id(request, params->value[0])) {
		return;
	}
	err = read_reason(request, &reason);
	if (!err) {
		err = cardea_domain_room_end(api->domain, &who, params->value[0], reason, room_ended,
		                             request);
	}
	if (err) {
		room_ended(err, NULL, request);
	}
}

static void room_deleted(int err, const struct cardea_room_view *room, void *arg)
{
	(void)room;
	if (err) {
		cardea_participants_fail(arg, err, "failed to delete room");
		return;
	}
	cardea_http_reply(arg, 204, NULL, NULL, 0);
}

static void delete_room(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	int err;

	if (!cardea_participants_caller(request, &who) ||
	    !cardea_participants_room_id(request, params->value[0])) {
		return;
	}
	err = cardea_domain_room_delete(api->domain, &who, params->value[0], room_deleted, request);
	if (err) {
		room_deleted(err, NULL, request);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_GET, "/api/v1/rooms", get_rooms},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/end", post_end},
        {CARDEA_HTTP_DELETE, "/api/v1/rooms/{id}", delete_room},
};

void cardea_participants_room_acts_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
