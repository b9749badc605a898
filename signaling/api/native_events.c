/* native_events: GET /api/v1/rooms/{id}/events, the log of a room (spec/native 6). */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/presented.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "domain/log.h"

#define DEFAULT_LIMIT 100

static json_t *event_object(const struct cardea_log_event *event)
{
	char at[CARDEA_TIME_SIZE];
	json_t *data = NULL;

	cardea_time_iso_ms(event->at_ms, at);
	if (cardea_json_parse_object(event->text, strlen(event->text), &data)) {
		data = json_object();
	}
	return json_pack("{s:I, s:s, s:s?, s:s, s:o}", "seq", (json_int_t)event->seq, "at", at,
	                 "session", event->session[0] ? event->session : NULL, "type", event->type,
	                 "data", data);
}

static void events_read(int err, const struct cardea_log_event *events, size_t count, int64_t last,
                        void *arg)
{
	json_t *array;

	if (err) {
		cardea_reply_native_error(arg, err);
		return;
	}
	array = json_array();
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(array, event_object(&events[i]));
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	cardea_reply_json(arg, 200, json_pack("{s:o, s:I}", "events", array, "last", (json_int_t)last));
}

/* A number of the query; false if it is there and is none in 0..@max. */
static bool read_number(const struct cardea_http_request *request, const char *name, gint64 max,
                        gint64 *value)
{
	g_autofree char *text = cardea_http_query_value(request, name);

	return !text || g_ascii_string_to_signed(text, 10, 0, max, value, NULL);
}

static void get_events(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	gint64 after = 0, limit = DEFAULT_LIMIT;
	int err = cardea_presented_read(request, &who);

	if (!err && (!read_number(request, "after", G_MAXINT64, &after) ||
	             !read_number(request, "limit", CARDEA_LOG_MAX_LIMIT, &limit))) {
		err = CARDEA_E_INVALID;
	}
	if (!err) {
		err = cardea_domain_events(api->domain, &who, params->value[0], after, limit, events_read,
		                           request);
	}
	if (err) {
		cardea_reply_native_error(request, err);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_GET, "/api/v1/rooms/{id}/events", get_events},
};

void cardea_native_events_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
