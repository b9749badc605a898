/*
 * router: (method, path) -> handler by a fixed table. Works on the raw path: "//" counts as one
 * "/", it is split at "/" and each segment is percent-decoded once; a segment that decodes to
 * invalid UTF-8, NUL or nothing matches no parameter. Knows no domain. Loop thread only.
 */
#ifndef CARDEA_NET_ROUTER_H
#define CARDEA_NET_ROUTER_H

#include "net/http.h"

#define CARDEA_ROUTE_MAX_PARAMS 4

struct cardea_route_params {
	int count;
	char *value[CARDEA_ROUTE_MAX_PARAMS]; /* decoded; valid during the handler's call */
};

typedef void (*cardea_route_h)(struct cardea_http_request *request,
                               const struct cardea_route_params *params, void *arg);

struct cardea_route {
	unsigned methods;          /* OR of enum cardea_http_method */
	const char *template_text; /* "/api/v1/rooms/{id}/participants" */
	cardea_route_h handler;
};

struct cardea_router;

struct cardea_router *cardea_router_new(void);
/* Adds a table that lives as long as the router; @arg goes to its handlers. */
void cardea_router_add(struct cardea_router *router, const struct cardea_route *routes,
                       size_t count, void *arg);
/* Calls the handler, or answers 404, or 405 with Allow. OPTIONS without a route of its own is
 * answered with 204 and Allow. HEAD is served by GET routes. */
void cardea_router_dispatch(struct cardea_router *router, struct cardea_http_request *request);
void cardea_router_free(struct cardea_router *router);

#endif
