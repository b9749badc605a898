/*
 * tunnel: `/janus/<node>`, the Janus API for browsers (spec/native 13). One browser socket is one
 * socket of its own to Janus; what passes between them is decided by frame_filter, who may have
 * which Janus session by the domain. Loop thread only.
 */
#ifndef CARDEA_SESSION_TUNNEL_H
#define CARDEA_SESSION_TUNNEL_H

#include "net/router.h"

struct cardea_clock;
struct cardea_domain;
struct cardea_loop;
struct cardea_node_pool;
struct cardea_ratelimit;
struct cardea_reaper;
struct cardea_tunnels;

/* Borrowed for the life of the tunnels. */
struct cardea_tunnels_options {
	struct cardea_loop *loop;
	const struct cardea_clock *clock;
	struct cardea_domain *domain;
	struct cardea_node_pool *pool;
	struct cardea_reaper *reaper;       /* the tunnels become its holder */
	struct cardea_ratelimit *failures;  /* of each peer, first frames refused; NULL = no limit */
	const char *const *allowed_origins; /* NULL-terminated; NULL or empty = any (spec/native 12) */
};

struct cardea_tunnels *cardea_tunnels_new(const struct cardea_tunnels_options *options);
/* Route handler of "/janus/{node}"; @arg is the struct cardea_tunnels. */
void cardea_tunnels_handle(struct cardea_http_request *request,
                           const struct cardea_route_params *params, void *arg);
/* The seat was removed: its sockets are closed with 4003 after a moment, in which the plugin tells
 * the client why, and its Janus sessions are destroyed. */
void cardea_tunnels_remove(struct cardea_tunnels *tunnels, const char *seat);
/* Who held the seat @from holds the one of @to now, with the same Janus session. */
void cardea_tunnels_move(struct cardea_tunnels *tunnels, const char *from,
                         const struct cardea_media_session *to);
size_t cardea_tunnels_count(const struct cardea_tunnels *tunnels);
/* Closes all sockets with 1012; their Janus sessions stay, to be claimed from the next gateway. */
void cardea_tunnels_stop(struct cardea_tunnels *tunnels);
/* After the stop, with the loop no longer running. NULL is fine. */
void cardea_tunnels_free(struct cardea_tunnels *tunnels);

#endif
