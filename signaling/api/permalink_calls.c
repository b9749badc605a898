/*
 * permalink_calls: the permalink calls of the meetings dialect (spec/meetings 8, 11.4). A path
 * below /permalink is a token or an id; GET /permalink is the list, or, with a token as query, the
 * join page.
 */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/body.h"
#include "api/meeting_calls.h"
#include "api/meeting_options.h"
#include "api/meeting_person.h"
#include "api/permalinks_json.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"
#include "domain/permalinks.h"
#include "net/static.h"

#define DEFAULT_LIMIT 25
#define MAX_LIMIT     100
#define MAX_PAGE      1000000000

/* In this family a wrong API key is 401 (spec/meetings 3). */
static struct cardea_meeting_call *new_call(struct cardea_http_request *request,
                                            const struct cardea_api *api, int success)
{
	struct cardea_meeting_call *call = cardea_meeting_call_new(request, api, success);

	if (call) {
		call->is_unauthorized = true;
	}
	return call;
}

static struct cardea_meeting_caller caller(const struct cardea_meeting_call *call, const char *id)
{
	return (struct cardea_meeting_caller){.id = id,
	                                      .api_key = cardea_meeting_api_key(call->request)};
}

/* ---- answers ---- */

static void init_addresses(const struct cardea_meeting_call *call,
                           struct cardea_meeting_addresses *out)
{
	cardea_meeting_addresses_init(out, call->api, cardea_http_header(call->request, "Host"),
	                              cardea_http_header(call->request, "X-Forwarded-Proto"));
}

static void answer_permalink(int err, const struct cardea_permalink *permalink, void *arg)
{
	struct cardea_meeting_call *call = arg;
	struct cardea_meeting_addresses addresses;

	if (err) {
		cardea_meeting_call_fail(call, err);
		return;
	}
	init_addresses(call, &addresses);
	cardea_meeting_call_answer(call, cardea_json_permalink(permalink, &addresses.urls));
	cardea_meeting_addresses_clear(&addresses);
}

/* A list on its way, with what was asked for. */
struct listing {
	struct cardea_meeting_call *call;
	struct cardea_permalink_query query;
};

static void answer_page(int err, const struct cardea_permalink_page *page, void *arg)
{
	struct listing *listing = arg;
	struct cardea_meeting_call *call = listing->call;
	struct cardea_meeting_addresses addresses;
	json_t *items;

	if (err || !page) {
		g_free(listing);
		cardea_meeting_call_fail(call, err);
		return;
	}
	init_addresses(call, &addresses);
	items = json_array();
	for (size_t i = 0; i < page->count; i++) {
		json_array_append_new(items, cardea_json_permalink(&page->items[i], &addresses.urls));
	}
	cardea_meeting_addresses_clear(&addresses);
	cardea_meeting_call_answer(call, json_pack("{s:I, s:I, s:I, s:o}", "page",
	                                           (json_int_t)listing->query.page, "limit",
	                                           (json_int_t)listing->query.limit, "total",
	                                           (json_int_t)page->total, "items", items));
	g_free(listing);
}

/* ---- settings ---- */

/* ISO 8601; without a zone it is UTC. False if it is none, or before 1970. */
static bool parse_time(const char *text, int64_t *out)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, utc);

	if (!time || g_date_time_to_unix(time) < 1) {
		return false;
	}
	*out = g_date_time_to_unix(time) * 1000 + g_date_time_get_microsecond(time) / 1000;
	return true;
}

/* `expires_at`: null and "" stand for never. */
static bool read_expiry(const json_t *body, int64_t *out)
{
	const json_t *given = json_object_get(body, "expires_at");
	const char *text = NULL;

	*out = given ? 0 : -1;
	if (cardea_body_text(body, "expires_at", &text)) {
		return false;
	}
	return !text || !text[0] || parse_time(text, out);
}

/* @out borrows from @body and from *@options, which is freed with free. False if they were refused.
 */
static bool read_settings(struct cardea_meeting_call *call, const json_t *body,
                          struct cardea_permalink_settings *out, char **options)
{
	struct cardea_meeting_input_changes given;
	const char *bad = NULL;

	*options = NULL;
	*out = (struct cardea_permalink_settings){0};
	if (!cardea_meeting_name_read(call, body, "name", CARDEA_MAX_NAME, &out->name)) {
		return false;
	}
	if (!read_expiry(body, &out->expires_at)) {
		cardea_meeting_call_refuse_field(call, "expires_at", "not an ISO 8601 time");
		return false;
	}
	if (cardea_meeting_options_read_changes(body, &given, &bad)) {
		cardea_meeting_call_refuse_field(call, bad, "not valid");
		return false;
	}
	out->has_guest_token = given.has_guest_token;
	out->waiting_room = given.waiting_room;
	out->kick_available = given.kick_available;
	out->lock_available = given.lock_available;
	*options = given.changes ? cardea_json_dump(given.changes) : NULL;
	out->options = *options;
	json_decref(given.changes);
	return true;
}

/* The member `user`. False if it was refused. *@name: g_free. */
static bool read_user(struct cardea_meeting_call *call, const json_t *body,
                      struct cardea_meeting_person *out, char **name)
{
	const json_t *user = NULL;

	if (cardea_body_object(body, "user", &user)) {
		cardea_meeting_call_refuse_field(call, "user", "not valid");
		return false;
	}
	return cardea_meeting_person_read(call, user, out, name);
}

/* ---- calls with a body ---- */

/* What a call does with its body; answers. */
typedef void (*body_h)(struct cardea_meeting_call *call, const json_t *body, char *const *segments);

static void with_body(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg, int success, body_h run)
{
	struct cardea_meeting_call *call = new_call(request, arg, success);
	json_t *body = call ? cardea_meeting_keyed_body(call) : NULL;

	if (body) {
		run(call, body, params->value);
		json_decref(body);
	}
}

static void create(struct cardea_meeting_call *call, const json_t *body, char *const *segments)
{
	struct cardea_permalink_settings settings;
	struct cardea_meeting_person user = {0};
	g_autofree char *name = NULL;
	char *options = NULL;

	(void)segments;
	if (read_settings(call, body, &settings, &options) && read_user(call, body, &user, &name)) {
		int err = cardea_domain_permalink_create(call->api->domain,
		                                         cardea_meeting_api_key(call->request), &settings,
		                                         &user, answer_permalink, call);

		if (err) {
			cardea_meeting_call_fail(call, err);
		}
	}
	free(options);
}

static void post_permalink(struct cardea_http_request *request,
                           const struct cardea_route_params *params, void *arg)
{
	with_body(request, params, arg, 201, create);
}

static void update(struct cardea_meeting_call *call, const json_t *body, char *const *segments)
{
	const struct cardea_meeting_caller who = caller(call, segments[0]);
	struct cardea_permalink_settings settings;
	char *options = NULL;

	if (read_settings(call, body, &settings, &options)) {
		int err = cardea_domain_permalink_update(call->api->domain, &who, &settings,
		                                         answer_permalink, call);

		if (err) {
			cardea_meeting_call_fail(call, err);
		}
	}
	free(options);
}

static void put_permalink(struct cardea_http_request *request,
                          const struct cardea_route_params *params, void *arg)
{
	with_body(request, params, arg, 200, update);
}

static void add_user(struct cardea_meeting_call *call, const json_t *body, char *const *segments)
{
	const struct cardea_meeting_caller who = caller(call, segments[0]);
	struct cardea_meeting_person user = {0};
	g_autofree char *name = NULL;

	if (read_user(call, body, &user, &name)) {
		int err = cardea_domain_permalink_add_user(call->api->domain, &who, &user, answer_permalink,
		                                           call);

		if (err) {
			cardea_meeting_call_fail(call, err);
		}
	}
}

static void post_user(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	with_body(request, params, arg, 201, add_user);
}

/* ---- calls without ---- */

/* Calls the domain for what the path says. */
typedef int (*path_h)(struct cardea_meeting_call *call, char *const *segments);

static void by_path(struct cardea_http_request *request, const struct cardea_route_params *params,
                    void *arg, int success, path_h run)
{
	struct cardea_meeting_call *call = new_call(request, arg, success);
	int err = call ? run(call, params->value) : 0;

	if (err) {
		cardea_meeting_call_fail(call, err);
	}
}

static int get(struct cardea_meeting_call *call, char *const *segments)
{
	const struct cardea_meeting_caller who = caller(call, segments[0]);

	return cardea_domain_permalink_get(call->api->domain, &who, answer_permalink, call);
}

static void get_permalink(struct cardea_http_request *request,
                          const struct cardea_route_params *params, void *arg)
{
	by_path(request, params, arg, 200, get);
}

static int start(struct cardea_meeting_call *call, char *const *segments)
{
	return cardea_domain_meeting_start_permalink(call->api->domain, segments[0],
	                                             cardea_meeting_call_meeting, call);
}

static void start_meeting(struct cardea_http_request *request,
                          const struct cardea_route_params *params, void *arg)
{
	by_path(request, params, arg, 201, start);
}

static int delete (struct cardea_meeting_call *call, char *const *segments)
{
	const struct cardea_meeting_caller who = caller(call, segments[0]);

	return cardea_domain_permalink_delete(call->api->domain, &who, cardea_meeting_call_done, call);
}

static void delete_permalink(struct cardea_http_request *request,
                             const struct cardea_route_params *params, void *arg)
{
	by_path(request, params, arg, 200, delete);
}

static int remove_user(struct cardea_meeting_call *call, char *const *segments)
{
	const struct cardea_meeting_caller who = caller(call, segments[0]);

	return cardea_domain_permalink_remove_user(call->api->domain, &who, segments[1],
	                                           cardea_meeting_call_done, call);
}

static void delete_user(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	by_path(request, params, arg, 200, remove_user);
}

/* ---- the list and the page ---- */

/* A number of the query; @absent if it is none or out of range. */
static int64_t read_number(const struct cardea_http_request *request, const char *name,
                           int64_t absent, int64_t max)
{
	g_autofree char *text = cardea_http_query_value(request, name);
	gint64 number;

	return text && g_ascii_string_to_signed(text, 10, 1, max, &number, NULL) ? number : absent;
}

static void list_permalinks(struct cardea_http_request *request, const struct cardea_api *api)
{
	g_autofree char *expired = cardea_http_query_value(request, "expired");
	struct cardea_meeting_call *call = new_call(request, api, 200);
	struct listing *listing;
	int err;

	if (!call) {
		return;
	}
	listing = g_new0(struct listing, 1);
	listing->call = call;
	listing->query = (struct cardea_permalink_query){
	        .page = read_number(request, "page", 1, MAX_PAGE),
	        .limit = read_number(request, "limit", DEFAULT_LIMIT, MAX_LIMIT),
	        .expired = g_strcmp0(expired, "true") == 0    ? 1
	                   : g_strcmp0(expired, "false") == 0 ? 0
	                                                      : -1,
	};
	err = cardea_domain_permalink_list(api->domain, cardea_meeting_api_key(request),
	                                   &listing->query, answer_page, listing);
	if (err) {
		answer_page(err, NULL, listing);
	}
}

/* True if the query is that of a link: `TOKEN` or `guest=TOKEN`, whatever else is there. */
static bool is_link(const struct cardea_http_request *request)
{
	const char *query = cardea_http_query(request);
	g_auto(GStrv) parts = g_strsplit(query ? query : "", "&", -1);

	for (char **part = parts; *part; part++) {
		if (g_str_has_prefix(*part, "guest=") || cardea_id_is_alnum(*part, CARDEA_TOKEN_CHARS)) {
			return true;
		}
	}
	return false;
}

static void get_list_or_page(struct cardea_http_request *request,
                             const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;

	(void)params;
	if (api->pages && !cardea_meeting_api_key(request) && is_link(request) &&
	    cardea_static_reply_with(api->pages, request, "/index.html", "/permalink")) {
		return;
	}
	list_permalinks(request, api);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/permalink", post_permalink},
        {CARDEA_HTTP_GET, "/permalink", get_list_or_page},
        {CARDEA_HTTP_GET, "/permalink/{id}", get_permalink},
        {CARDEA_HTTP_POST, "/permalink/{token}", start_meeting},
        {CARDEA_HTTP_PUT, "/permalink/{id}", put_permalink},
        {CARDEA_HTTP_DELETE, "/permalink/{id}", delete_permalink},
        {CARDEA_HTTP_POST, "/permalink/{id}/users", post_user},
        {CARDEA_HTTP_DELETE, "/permalink/{id}/users/{token}", delete_user},
};

void cardea_permalinks_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
