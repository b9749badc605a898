/*
 * health: /healthz, the process answers; /readyz, what it needs is there, and what to do if not.
 */
#include "api/dialect.h"

#include <glib.h>
#include "api/reply.h"
#include "cardea_error.h"
#include "media/node_pool.h"

struct readiness {
	struct cardea_http_request *request;
	const struct cardea_api *api;
};

static void get_healthz(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	(void)params;
	(void)arg;
	cardea_reply_json(request, 200, json_pack("{s:s}", "status", "ok"));
}

/* {"n1": {"state", "text"}, ...}; *@ready tells whether one can be used. */
static json_t *nodes_object(const struct cardea_node_pool *pool, bool *ready)
{
	json_t *object = json_object();

	*ready = false;
	for (size_t i = 0; i < cardea_node_pool_count(pool); i++) {
		enum cardea_node_state state = cardea_node_pool_state(pool, i);

		*ready = *ready || state == CARDEA_NODE_READY;
		json_object_set_new(object, cardea_node_pool_name(pool, i),
		                    json_pack("{s:s, s:s}", "state", cardea_node_state_name(state), "text",
		                              cardea_node_state_text(state)));
	}
	return object;
}

static void store_answered(int err, void *arg)
{
	struct readiness *readiness = arg;
	bool has_node;
	json_t *nodes = nodes_object(readiness->api->pool, &has_node);
	bool ready = !err && has_node;

	if (!ready) {
		cardea_http_add_header(readiness->request, "Retry-After", "1");
	}
	cardea_reply_json(readiness->request, ready ? 200 : 503,
	                  json_pack("{s:b, s:{s:s, s:s}, s:o}", "ready", ready, "store", "state",
	                            err ? "failed" : "ready", "text",
	                            err ? cardea_error_text(err) : "ready", "media", nodes));
	g_free(readiness);
}

static void get_readyz(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	struct readiness *readiness = g_new0(struct readiness, 1);
	int err;

	(void)params;
	readiness->request = request;
	readiness->api = arg;
	err = cardea_domain_ping(readiness->api->domain, store_answered, readiness);
	if (err) {
		store_answered(err, readiness);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_GET, "/healthz", get_healthz},
        {CARDEA_HTTP_GET, "/readyz", get_readyz},
};

void cardea_health_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
