#include "media/node_pool.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"

#define OPEN_MS 1000 /* spec/native 1 */

struct node {
	struct cardea_node_address address;
	struct cardea_control *control;
};

struct cardea_node_pool {
	GPtrArray *nodes; /* struct node */
	void (*revoked)(const struct cardea_revocation *revocation, void *arg);
	void (*moved)(const struct cardea_move *move, void *arg);
	void *hook_arg;
};

static void node_free(void *data)
{
	struct node *node = data;

	cardea_control_free(node->control);
	g_free(node);
}

struct cardea_node_pool *cardea_node_pool_new(void)
{
	struct cardea_node_pool *pool = g_new0(struct cardea_node_pool, 1);

	pool->nodes = g_ptr_array_new_with_free_func(node_free);
	return pool;
}

static struct node *find(const struct cardea_node_pool *pool, const char *name)
{
	for (guint i = 0; i < pool->nodes->len; i++) {
		struct node *node = g_ptr_array_index(pool->nodes, i);

		if (strcmp(node->address.name, name) == 0) {
			return node;
		}
	}
	return NULL;
}

int cardea_node_pool_add(struct cardea_node_pool *pool,
                         const struct cardea_control_options *options)
{
	struct node *node;
	int err;

	if (find(pool, options->node)) {
		return CARDEA_E_STORE_CONFLICT;
	}
	node = g_new0(struct node, 1);
	node->address = (struct cardea_node_address){
	        .name = options->node, .path = options->path, .api_secret = options->api_secret};
	err = cardea_control_new(options, &node->control);
	if (err) {
		g_free(node);
		return err;
	}
	g_ptr_array_add(pool->nodes, node);
	return 0;
}

static bool port_ready(void *arg, const char *node_name, const char **boot)
{
	struct node *node = find(arg, node_name);
	const char *found = node ? cardea_control_boot(node->control) : NULL;

	if (found && boot) {
		*boot = found;
	}
	return found != NULL;
}

static const char *port_choose(void *arg)
{
	struct cardea_node_pool *pool = arg;

	for (guint i = 0; i < pool->nodes->len; i++) {
		struct node *node = g_ptr_array_index(pool->nodes, i);

		if (cardea_control_boot(node->control)) {
			return node->address.name;
		}
	}
	return NULL;
}

static void port_open(void *arg, const struct cardea_placement *placement,
                      void (*done)(int err, void *arg), void *done_arg)
{
	struct node *node = find(arg, placement->node);

	if (!node) {
		done(CARDEA_E_NO_NODE, done_arg);
		return;
	}
	cardea_control_open(node->control, placement, OPEN_MS, done, done_arg);
}

static void port_move(void *arg, const struct cardea_move *move, void (*done)(int err, void *arg),
                      void *done_arg)
{
	struct cardea_node_pool *pool = arg;
	struct node *node = find(pool, move->at.node);

	if (pool->moved) {
		pool->moved(move, pool->hook_arg);
	}
	if (!node) {
		done(CARDEA_E_NO_NODE, done_arg);
		return;
	}
	cardea_control_move(node->control, move, done, done_arg);
}

static void port_revoke(void *arg, const struct cardea_revocation *revocation)
{
	struct cardea_node_pool *pool = arg;
	struct node *node = find(pool, revocation->node);

	if (node) {
		cardea_control_revoke(node->control, revocation);
	}
	if (pool->revoked) {
		pool->revoked(revocation, pool->hook_arg);
	}
}

static void port_close(void *arg, const char *node_name, const char *room, int64_t epoch)
{
	struct node *node = find(arg, node_name);

	if (node) {
		cardea_control_close(node->control, room, epoch);
	}
}

static void port_grant(void *arg, const struct cardea_room_at *at,
                       const struct cardea_seat_grant *grant)
{
	struct node *node = find(arg, at->node);

	if (node) {
		cardea_control_grant(node->control, at, grant);
	}
}

static void port_policy(void *arg, const struct cardea_room_at *at,
                        const struct cardea_media_policy *policy)
{
	struct node *node = find(arg, at->node);

	if (node) {
		cardea_control_policy(node->control, at, policy);
	}
}

static void port_tell(void *arg, const struct cardea_telling *telling)
{
	struct node *node = find(arg, telling->node);

	if (node) {
		cardea_control_tell(node->control, telling);
	}
}

struct cardea_media_port cardea_node_pool_port(struct cardea_node_pool *pool)
{
	return (struct cardea_media_port){
	        .ready = port_ready,
	        .choose = port_choose,
	        .open = port_open,
	        .move = port_move,
	        .revoke = port_revoke,
	        .close = port_close,
	        .grant = port_grant,
	        .policy = port_policy,
	        .tell = port_tell,
	        .arg = pool,
	};
}

void cardea_node_pool_start(struct cardea_node_pool *pool, struct cardea_domain *domain)
{
	for (guint i = 0; i < pool->nodes->len; i++) {
		struct node *node = g_ptr_array_index(pool->nodes, i);

		cardea_control_start(node->control, domain);
	}
}

void cardea_node_pool_on_change(struct cardea_node_pool *pool,
                                void (*revoked)(const struct cardea_revocation *revocation,
                                                void *arg),
                                void (*moved)(const struct cardea_move *move, void *arg), void *arg)
{
	pool->revoked = revoked;
	pool->moved = moved;
	pool->hook_arg = arg;
}

size_t cardea_node_pool_count(const struct cardea_node_pool *pool)
{
	return pool->nodes->len;
}

const char *cardea_node_pool_name(const struct cardea_node_pool *pool, size_t index)
{
	const struct node *node = g_ptr_array_index(pool->nodes, index);

	return node->address.name;
}

enum cardea_node_state cardea_node_pool_state(const struct cardea_node_pool *pool, size_t index)
{
	const struct node *node = g_ptr_array_index(pool->nodes, index);

	return cardea_control_state(node->control);
}

bool cardea_node_pool_find(const struct cardea_node_pool *pool, const char *name,
                           struct cardea_node_address *out)
{
	const struct node *node = find(pool, name);

	if (node) {
		*out = node->address;
		out->loops = cardea_control_loops(node->control);
	}
	return node != NULL;
}

int cardea_node_pool_janus(struct cardea_node_pool *pool, const char *name, json_t *request,
                           int64_t deadline_ms, cardea_janus_answer_h answer, void *arg)
{
	struct node *node = find(pool, name);

	if (!node) {
		json_decref(request);
		return CARDEA_E_NO_NODE;
	}
	return cardea_control_janus(node->control, request, deadline_ms, answer, arg);
}

void cardea_node_pool_stop(struct cardea_node_pool *pool)
{
	for (guint i = 0; i < pool->nodes->len; i++) {
		struct node *node = g_ptr_array_index(pool->nodes, i);

		cardea_control_stop(node->control);
	}
}

void cardea_node_pool_free(struct cardea_node_pool *pool)
{
	if (pool) {
		g_ptr_array_free(pool->nodes, TRUE);
		g_free(pool);
	}
}
