/*
 * node_pool: the media nodes by name. One now, from the configuration; more will register
 * themselves. Implements the domain's media port. Loop thread only.
 */
#ifndef CARDEA_MEDIA_NODE_POOL_H
#define CARDEA_MEDIA_NODE_POOL_H

#include <stddef.h>
#include "domain/domain.h"
#include "media/control.h"

struct cardea_node_pool;

/* What a socket to a node needs. Borrowed. */
struct cardea_node_address {
	const char *name;
	const char *path; /* unix socket of Janus' WebSocket API */
	const char *api_secret;
	unsigned loops; /* as cardea_control_loops */
};

struct cardea_node_pool *cardea_node_pool_new(void);
/* Adds the node options->node, which the pool then owns a control connection to. */
int cardea_node_pool_add(struct cardea_node_pool *pool,
                         const struct cardea_control_options *options);
/* What the domain is made with. Before cardea_node_pool_start no node is ready. */
struct cardea_media_port cardea_node_pool_port(struct cardea_node_pool *pool);
void cardea_node_pool_start(struct cardea_node_pool *pool, struct cardea_domain *domain);

/* @revoked is called for each removal after the node was told, so that the sockets can be closed;
 * @moved for each move before the node is asked, so that they are known by their new seat. */
void cardea_node_pool_on_change(struct cardea_node_pool *pool,
                                void (*revoked)(const struct cardea_revocation *revocation,
                                                void *arg),
                                void (*moved)(const struct cardea_move *move, void *arg),
                                void *arg);

size_t cardea_node_pool_count(const struct cardea_node_pool *pool);
const char *cardea_node_pool_name(const struct cardea_node_pool *pool, size_t index);
enum cardea_node_state cardea_node_pool_state(const struct cardea_node_pool *pool, size_t index);
/* True with *@out if there is a node @name. */
bool cardea_node_pool_find(const struct cardea_node_pool *pool, const char *name,
                           struct cardea_node_address *out);
/* As cardea_control_janus on node @name. */
int cardea_node_pool_janus(struct cardea_node_pool *pool, const char *name, json_t *request,
                           int64_t deadline_ms, cardea_janus_answer_h answer, void *arg);

/* Closes the connections; no node is ready any more, waiting `open`s end with CARDEA_E_NO_NODE, so
 * the domain must still be there. */
void cardea_node_pool_stop(struct cardea_node_pool *pool);
/* After the domain, which calls it until its end. NULL is fine. */
void cardea_node_pool_free(struct cardea_node_pool *pool);

#endif
