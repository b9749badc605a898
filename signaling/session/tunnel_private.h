/*
 * tunnel_private: what tunnel.c, one pair of sockets, and tunnel_server.c, all of them, share.
 */
#ifndef CARDEA_SESSION_TUNNEL_PRIVATE_H
#define CARDEA_SESSION_TUNNEL_PRIVATE_H

#include <stdbool.h>
#include <glib.h>
#include "media/node_pool.h"
#include "session/tunnel.h"

#define CARDEA_TUNNEL_SUBPROTOCOL "janus-protocol"

struct cardea_tunnel;

struct cardea_tunnels {
	struct cardea_tunnels_options options;
	GHashTable *all;   /* set of struct cardea_tunnel */
	GHashTable *bound; /* session key -> struct cardea_tunnel */
	/* Session key -> struct cardea_handles, from the first tunnel until the reaper is done: a new
	 * socket has the handles of the old one. */
	GHashTable *handles;
	bool is_stopping;
};

/*
 * In which of @loops event loops of Janus the next handles in @room belong; -1: Janus chooses. The
 * people of a meeting share one, because a packet for somebody in another loop wakes another
 * thread; what is too large for one core goes on in the next one.
 */
int cardea_tunnels_loop(const struct cardea_tunnels *tunnels, const char *room, unsigned loops);

/* Turns @request, a WebSocket handshake, into a tunnel to @node, or answers it with an error. */
void cardea_tunnel_start(struct cardea_tunnels *tunnels, struct cardea_http_request *request,
                         const struct cardea_node_address *node);
/* Closes both sockets, the browser's with @code and @reason (a fixed text). It frees itself later.
 */
void cardea_tunnel_end(struct cardea_tunnel *tunnel, int code, const char *reason);
/* Ends it soon if it is @seat's. */
void cardea_tunnel_remove(struct cardea_tunnel *tunnel, const char *seat);
/* If it is @from's, it is @to's now. */
void cardea_tunnel_move(struct cardea_tunnel *tunnel, const char *from,
                        const struct cardea_media_session *to);
/* The room it is bound to; "" before that. */
const char *cardea_tunnel_room(const struct cardea_tunnel *tunnel);
/* Frees it at once: the loop runs no more. */
void cardea_tunnel_abandon(struct cardea_tunnel *tunnel);

#endif
