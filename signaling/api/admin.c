/*
 * admin: the operator's calls on the admin unix socket. Who can open the socket is the operator; so
 * there is no other credential.
 */
#include "api/dialect.h"

#include <glib.h>
#include "config.h"
#include "api/admin_tenants.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_clock.h"
#include "cardea_json.h"
#include "cardea_text.h"
#include "domain/api_keys.h"
#include "media/node_pool.h"

static const struct cardea_json_field links_fields[] = {
        {"room", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ROOM_KEY},
        {"name", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_NAME},
};

static void links_made(int err, const struct cardea_links *links, void *arg)
{
	if (err) {
		cardea_reply_native_error(arg, err);
		return;
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	/* Parts of links: the operator's tool puts the public address in front. */
	cardea_reply_json(arg, 200,
	                  json_pack("{s:s, s:s, s:s, s:s+, s:s+}", "room_id", links->room_id,
	                            "host_key", links->host_key, "guest_token", links->guest_token,
	                            "host_path", "/?", links->host_key, "guest_path",
	                            "/?guest=", links->guest_token));
}

static void make_links(struct cardea_http_request *request, const struct cardea_api *api,
                       const json_t *body)
{
	const char *room = cardea_json_string(body, "room", "");
	const char *name = cardea_json_string(body, "name", "");
	int err = CARDEA_E_INVALID;

	if (cardea_text_is_name(room, CARDEA_MAX_ROOM_KEY) &&
	    cardea_text_is_name(name, CARDEA_MAX_NAME)) {
		err = cardea_domain_links(api->domain, room, name, links_made, request);
	}
	if (err) {
		cardea_reply_native_error(request, err);
	}
}

static void post_links(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	json_t *body = NULL;
	int err = cardea_read_json(request, &body);

	(void)params;
	if (!err) {
		err = cardea_json_check(body, links_fields, G_N_ELEMENTS(links_fields), NULL);
	}
	if (err) {
		cardea_reply_native_error(request, err);
	} else {
		make_links(request, arg, body);
	}
	json_decref(body);
}

/* ---- key pairs ---- */

static const struct cardea_json_field key_fields[] = {
        {"id", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
        {"secret", CARDEA_JSON_STRING, false, CARDEA_MIN_API_SECRET, CARDEA_MAX_API_SECRET},
};

static void key_added(int err, const struct cardea_api_key *key, void *arg)
{
	if (err) {
		cardea_reply_native_error(arg, err);
		return;
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	cardea_reply_json(
	        arg, 201,
	        json_pack("{s:s, s:s, s:s}", "id", key->id, "key", key->key, "secret", key->secret));
}

static void post_key(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	const struct cardea_api *api = arg;
	json_t *body = NULL;
	int err = cardea_read_json(request, &body);

	(void)params;
	if (!err) {
		err = cardea_json_check(body, key_fields, G_N_ELEMENTS(key_fields), NULL);
	}
	if (!err) {
		err = cardea_domain_api_key_add(api->domain, cardea_json_string(body, "id", NULL),
		                                cardea_json_string(body, "secret", NULL), key_added,
		                                request);
	}
	if (err) {
		cardea_reply_native_error(request, err);
	}
	json_decref(body);
}

static void keys_listed(int err, const struct cardea_api_key *list, size_t count, void *arg)
{
	json_t *keys;

	if (err) {
		cardea_reply_native_error(arg, err);
		return;
	}
	keys = json_array();
	for (size_t i = 0; i < count; i++) {
		char created_at[CARDEA_TIME_SIZE];

		cardea_time_iso_ms(list[i].created_at, created_at);
		json_array_append_new(keys,
		                      json_pack("{s:s, s:s}", "id", list[i].id, "created_at", created_at));
	}
	cardea_reply_json(arg, 200, json_pack("{s:o}", "keys", keys));
}

static void get_keys(struct cardea_http_request *request, const struct cardea_route_params *params,
                     void *arg)
{
	const struct cardea_api *api = arg;
	int err = cardea_domain_api_keys(api->domain, keys_listed, request);

	(void)params;
	if (err) {
		cardea_reply_native_error(request, err);
	}
}

static void get_nodes(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	const struct cardea_api *api = arg;
	json_t *nodes = json_array();

	(void)params;
	for (size_t i = 0; i < cardea_node_pool_count(api->pool); i++) {
		enum cardea_node_state state = cardea_node_pool_state(api->pool, i);

		json_array_append_new(nodes, json_pack("{s:s, s:s, s:s}", "node",
		                                       cardea_node_pool_name(api->pool, i), "state",
		                                       cardea_node_state_name(state), "text",
		                                       cardea_node_state_text(state)));
	}
	cardea_reply_json(request, 200, json_pack("{s:o}", "nodes", nodes));
}

static void get_version(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	(void)params;
	(void)arg;
	cardea_reply_json(request, 200, json_pack("{s:s}", "version", PACKAGE_VERSION));
}

static void get_stats(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_domain_stats stats;

	(void)params;
	cardea_domain_stats(api->domain, &stats);
	cardea_reply_json(request, 200,
	                  json_pack("{s:{s:I, s:I, s:I, s:I}}", "store", "commands",
	                            (json_int_t)stats.commands, "commits", (json_int_t)stats.commits,
	                            "run_us", (json_int_t)stats.run_us, "commit_us",
	                            (json_int_t)stats.commit_us));
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/tenants", cardea_admin_post_tenant},
        {CARDEA_HTTP_POST, "/keys", post_key},
        {CARDEA_HTTP_GET, "/keys", get_keys},
        {CARDEA_HTTP_POST, "/links", post_links},
        {CARDEA_HTTP_GET, "/nodes", get_nodes},
        {CARDEA_HTTP_GET, "/stats", get_stats},
        {CARDEA_HTTP_GET, "/version", get_version},
};

void cardea_admin_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
