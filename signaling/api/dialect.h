/*
 * dialect: what every dialect is made with. A dialect turns a request into a command, calls the
 * domain once, and renders the result or the error in its own shape (DESIGN 4). Loop thread only.
 */
#ifndef CARDEA_API_DIALECT_H
#define CARDEA_API_DIALECT_H

#include "domain/domain.h"
#include "media/ice.h"
#include "net/router.h"

struct cardea_node_pool;
struct cardea_ratelimit;
struct cardea_static;

/* Borrowed for the life of the router. */
struct cardea_api {
	struct cardea_domain *domain;
	const struct cardea_node_pool *pool;
	const struct cardea_clock *clock;
	const struct cardea_ice_options *ice;
	struct cardea_ratelimit *failures; /* of each peer: refused credentials; NULL = no limit */
	struct cardea_ratelimit *enters;   /* of each credential; NULL = no limit */
	struct cardea_ratelimit *messages; /* of each access key; NULL = no limit */
	struct cardea_ratelimit
	        *logins; /* of each name to sign in with: wrong passwords; NULL = no limit */
	struct cardea_ratelimit *tickets;  /* of each ticket: how often it asks */
	const char *public_url;            /* without a slash behind it; NULL = from each request */
	const char *pages_url;             /* of the join pages; NULL = with the API */
	const struct cardea_static *pages; /* the join pages, if they are served here; else NULL */
	int64_t meeting_turn_life_s;       /* of TURN credentials in answers of the meetings dialect */
	bool webhooks_allow_http;          /* webhooks may be on http, not only on https */
};

/* Each adds its routes to @router. */
void cardea_participants_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_meetings_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_meeting_webhooks_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_meetings_missing_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_native_events_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_permalinks_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_native_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_native_moderation_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_native_move_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_native_waiting_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_native_why_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_plugnmeet_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_plugnmeet_api_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_plugnmeet_missing_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_health_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_spaces_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_spaces_missing_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_spaces_oauth_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_space_rooms_add(struct cardea_router *router, const struct cardea_api *api);
/* For the admin socket only: its calls need no credential. */
void cardea_admin_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_admin_accounts_add(struct cardea_router *router, const struct cardea_api *api);

#endif
