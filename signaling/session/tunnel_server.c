/*
 * tunnel_server: who may open a tunnel, and all that are open.
 */
#include "session/tunnel_private.h"

#include <string.h>
#include "cardea_error.h"
#include "net/http.h"
#include "net/ratelimit.h"
#include "net/ws.h"
#include "session/reaper.h"

#define CLOSE_RESTART   1012
#define PEOPLE_PER_LOOP 32 /* a third of a core (docs/performance.md) */

/* A browser names its page's origin; other clients name none and have their token to show. */
static bool is_origin_allowed(const char *const *allowed, const char *origin)
{
	if (!allowed || !allowed[0] || !origin) {
		return true;
	}
	for (size_t i = 0; allowed[i]; i++) {
		if (strcmp(allowed[i], origin) == 0) {
			return true;
		}
	}
	return false;
}

/* Who has shown too many bad tokens is not asked for another. */
static bool is_limited(const struct cardea_tunnels *tunnels, struct cardea_http_request *request)
{
	const struct cardea_ratelimit *failures = tunnels->options.failures;
	int64_t wait = cardea_ratelimit_wait_s(
	        failures, cardea_ratelimit_peer_key(failures, cardea_http_peer(request)));
	char text[24];

	if (wait > 0) {
		g_snprintf(text, sizeof(text), "%" G_GINT64_FORMAT, wait);
		cardea_http_add_header(request, "Retry-After", text);
		cardea_http_reply_error(request, 429, cardea_error_text(CARDEA_E_RATE_LIMITED));
	}
	return wait > 0;
}

int cardea_tunnels_loop(const struct cardea_tunnels *tunnels, const char *room, unsigned loops)
{
	GHashTableIter iter;
	gpointer tunnel;
	unsigned there = 0;

	if (loops == 0) {
		return -1;
	}
	g_hash_table_iter_init(&iter, tunnels->bound);
	while (g_hash_table_iter_next(&iter, NULL, &tunnel)) {
		there += strcmp(cardea_tunnel_room(tunnel), room) == 0;
	}
	return (int)((g_str_hash(room) + there / PEOPLE_PER_LOOP) % loops);
}

void cardea_tunnels_handle(struct cardea_http_request *request,
                           const struct cardea_route_params *params, void *arg)
{
	struct cardea_tunnels *tunnels = arg;
	struct cardea_node_address node;

	if (!cardea_node_pool_find(tunnels->options.pool, params->value[0], &node)) {
		cardea_http_reply_error(request, 404, "no such media node");
	} else if (!cardea_ws_is_upgrade(request)) {
		cardea_http_add_header(request, "Upgrade", "websocket");
		cardea_http_reply_error(request, 426, "WebSocket upgrade required");
	} else if (!cardea_ws_offers(request, CARDEA_TUNNEL_SUBPROTOCOL)) {
		cardea_http_reply_error(request, 400, "subprotocol " CARDEA_TUNNEL_SUBPROTOCOL " required");
	} else if (!is_origin_allowed(tunnels->options.allowed_origins,
	                              cardea_http_header(request, "Origin"))) {
		cardea_http_reply_error(request, 403, "origin not allowed");
	} else if (tunnels->is_stopping) {
		cardea_http_reply_error(request, 503, "gateway stops");
	} else if (!is_limited(tunnels, request)) {
		cardea_tunnel_start(tunnels, request, &node);
	}
}

static bool is_held(const char *key, void *arg)
{
	const struct cardea_tunnels *tunnels = arg;

	return g_hash_table_contains(tunnels->bound, key);
}

/* The Janus session is no more, and its handles with it. */
static void session_gone(const char *key, void *arg)
{
	struct cardea_tunnels *tunnels = arg;

	g_hash_table_remove(tunnels->handles, key);
}

struct cardea_tunnels *cardea_tunnels_new(const struct cardea_tunnels_options *options)
{
	struct cardea_tunnels *tunnels = g_new0(struct cardea_tunnels, 1);
	const struct cardea_reaper_holder holder = {is_held, session_gone, tunnels};

	tunnels->options = *options;
	tunnels->all = g_hash_table_new(NULL, NULL);
	tunnels->bound = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	tunnels->handles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	cardea_reaper_set_holder(options->reaper, &holder);
	return tunnels;
}

void cardea_tunnels_remove(struct cardea_tunnels *tunnels, const char *seat)
{
	GHashTableIter iter;
	gpointer tunnel;

	g_hash_table_iter_init(&iter, tunnels->all);
	while (g_hash_table_iter_next(&iter, &tunnel, NULL)) {
		cardea_tunnel_remove(tunnel, seat);
	}
}

void cardea_tunnels_move(struct cardea_tunnels *tunnels, const char *from,
                         const struct cardea_media_session *to)
{
	GHashTableIter iter;
	gpointer tunnel;

	g_hash_table_iter_init(&iter, tunnels->all);
	while (g_hash_table_iter_next(&iter, &tunnel, NULL)) {
		cardea_tunnel_move(tunnel, from, to);
	}
}

size_t cardea_tunnels_count(const struct cardea_tunnels *tunnels)
{
	return g_hash_table_size(tunnels->all);
}

void cardea_tunnels_stop(struct cardea_tunnels *tunnels)
{
	GList *all = g_hash_table_get_keys(tunnels->all);

	tunnels->is_stopping = true;
	for (GList *item = all; item; item = item->next) {
		cardea_tunnel_end(item->data, CLOSE_RESTART, "gateway restarts");
	}
	g_list_free(all);
}

void cardea_tunnels_free(struct cardea_tunnels *tunnels)
{
	if (tunnels) {
		GHashTableIter iter;
		gpointer tunnel;

		g_hash_table_iter_init(&iter, tunnels->all);
		while (g_hash_table_iter_next(&iter, &tunnel, NULL)) {
			cardea_tunnel_abandon(tunnel);
		}
		g_hash_table_destroy(tunnels->all);
		g_hash_table_destroy(tunnels->bound);
		g_hash_table_destroy(tunnels->handles);
		g_free(tunnels);
	}
}
