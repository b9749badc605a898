#include "node.h"

#include <string.h>
#include "cardea_hash.h"
#include "cardea_id.h"
#include "cardea_limits.h"
#include "room.h"
#include "speaker.h"

/* Leases end and dead peers are found at this pace; the packet path checks leases itself. */
#define TICK_US (1 * G_USEC_PER_SEC)
#define PACE_US (CARDEA_SPEAK_TICK_MS * G_TIME_SPAN_MILLISECOND)

struct cardea_node {
	struct cardea_plugin_config config;
	char boot[CARDEA_UUID_SIZE];
	struct cardea_stats *stats;
	struct cardea_keys *keys;
	struct cardea_ice_servers *ice_servers;
	struct cardea_control *control;
	struct cardea_executor *executor;
	struct cardea_queue *queue;
	GMutex lock;
	GHashTable *rooms; /* under lock: id (the room's own) -> struct cardea_room *, a reference */
	GThread *housekeeper;
	GMutex tick_lock;
	GCond tick_changed;
	bool stopping;  /* under tick_lock */
	unsigned paced; /* under tick_lock: rooms that want the faster tick */
};

static void room_put(void *room)
{
	cardea_room_put(room);
}

static void tick_rooms(struct cardea_node *node, bool housekeeping)
{
	GPtrArray *rooms = cardea_node_rooms(node);
	for (unsigned i = 0; i < rooms->len; i++) {
		if (housekeeping)
			cardea_room_tick(g_ptr_array_index(rooms, i));
		cardea_room_pace(g_ptr_array_index(rooms, i));
	}
	g_ptr_array_unref(rooms);
}

/* Sleeps until the next tick; true if it is due, false after a signal. With tick_lock. */
static bool wait_tick(struct cardea_node *node, gint64 housekeeping, gint64 pace)
{
	gint64 end = node->paced > 0 ? MIN(housekeeping, pace) : housekeeping;
	return !g_cond_wait_until(&node->tick_changed, &node->tick_lock, end);
}

static void *housekeep(void *data)
{
	struct cardea_node *node = data;
	gint64 housekeeping = g_get_monotonic_time() + TICK_US, pace = 0;
	g_mutex_lock(&node->tick_lock);
	while (!node->stopping) {
		if (!wait_tick(node, housekeeping, pace))
			continue;
		gint64 now = g_get_monotonic_time();
		bool due = now >= housekeeping;
		pace = now + PACE_US;
		if (due)
			housekeeping = now + TICK_US;
		g_mutex_unlock(&node->tick_lock);
		tick_rooms(node, due);
		g_mutex_lock(&node->tick_lock);
	}
	g_mutex_unlock(&node->tick_lock);
	return NULL;
}

static void stop_housekeeper(struct cardea_node *node)
{
	if (!node->housekeeper)
		return;
	g_mutex_lock(&node->tick_lock);
	node->stopping = true;
	g_cond_signal(&node->tick_changed);
	g_mutex_unlock(&node->tick_lock);
	g_thread_join(node->housekeeper);
}

void cardea_node_paces(struct cardea_node *node, bool paced)
{
	g_mutex_lock(&node->tick_lock);
	if (!paced)
		node->paced--;
	else if (node->paced++ == 0)
		g_cond_signal(&node->tick_changed);
	g_mutex_unlock(&node->tick_lock);
}

struct cardea_node *cardea_node_new(struct cardea_plugin_config *config)
{
	struct cardea_node *node = g_new0(struct cardea_node, 1);
	node->config = *config;
	*config = (struct cardea_plugin_config){0};
	g_mutex_init(&node->lock);
	g_mutex_init(&node->tick_lock);
	g_cond_init(&node->tick_changed);
	node->rooms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, room_put);
	node->stats = cardea_stats_new();
	node->keys = cardea_keys_new();
	node->ice_servers = cardea_ice_servers_new();
	node->control = cardea_control_new(node);
	node->executor = cardea_executor_new(node->config.workers);
	if (node->executor && cardea_id_uuid(&cardea_random_kernel, node->boot) == 0) {
		node->queue = cardea_queue_new(node->executor, CARDEA_MAX_ROOM_REQUESTS);
		node->housekeeper = g_thread_try_new("cardea tick", housekeep, node, NULL);
	}
	if (!node->housekeeper) {
		cardea_node_free(node);
		return NULL;
	}
	return node;
}

void cardea_node_free(struct cardea_node *node)
{
	stop_housekeeper(node);
	if (node->executor)
		cardea_executor_stop(node->executor);
	cardea_control_free(node->control);
	g_hash_table_destroy(node->rooms);
	cardea_queue_unref(node->queue);
	cardea_executor_free(node->executor);
	cardea_keys_free(node->keys);
	cardea_ice_servers_free(node->ice_servers);
	cardea_stats_put(node->stats);
	cardea_plugin_config_clear(&node->config);
	g_cond_clear(&node->tick_changed);
	g_mutex_clear(&node->tick_lock);
	g_mutex_clear(&node->lock);
	g_free(node);
}

const char *cardea_node_name(const struct cardea_node *node)
{
	return node->config.node;
}

const char *cardea_node_boot(const struct cardea_node *node)
{
	return node->boot;
}

bool cardea_node_secret_matches(const struct cardea_node *node, const char *secret)
{
	return cardea_equal(secret, strlen(secret), node->config.secret, strlen(node->config.secret));
}

struct cardea_keys *cardea_node_keys(struct cardea_node *node)
{
	return node->keys;
}

struct cardea_ice_servers *cardea_node_ice_servers(struct cardea_node *node)
{
	return node->ice_servers;
}

struct cardea_stats *cardea_node_stats(struct cardea_node *node)
{
	return node->stats;
}

struct cardea_control *cardea_node_control(struct cardea_node *node)
{
	return node->control;
}

struct cardea_executor *cardea_node_executor(struct cardea_node *node)
{
	return node->executor;
}

struct cardea_queue *cardea_node_queue(struct cardea_node *node)
{
	return node->queue;
}

struct cardea_room *cardea_node_find_room(struct cardea_node *node, const char *id)
{
	g_mutex_lock(&node->lock);
	struct cardea_room *room = g_hash_table_lookup(node->rooms, id);
	if (room)
		cardea_room_get(room);
	g_mutex_unlock(&node->lock);
	return room;
}

struct cardea_room *cardea_node_make_room(struct cardea_node *node, const char *id)
{
	g_mutex_lock(&node->lock);
	struct cardea_room *room = g_hash_table_lookup(node->rooms, id);
	if (!room) {
		room = cardea_room_new(node, id);
		g_hash_table_insert(node->rooms, room->id, room);
	}
	cardea_room_get(room);
	g_mutex_unlock(&node->lock);
	return room;
}

GPtrArray *cardea_node_rooms(struct cardea_node *node)
{
	GPtrArray *rooms = g_ptr_array_new_with_free_func(room_put);
	GHashTableIter iter;
	void *room;
	g_mutex_lock(&node->lock);
	g_hash_table_iter_init(&iter, node->rooms);
	while (g_hash_table_iter_next(&iter, NULL, &room))
		g_ptr_array_add(rooms, cardea_room_get(room));
	g_mutex_unlock(&node->lock);
	return rooms;
}
