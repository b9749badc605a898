/*
 * node: what the plugin has once: name, boot id, secrets, counters, the rooms and the workers.
 *
 * Any thread unless said otherwise. One leaf mutex guards the table of rooms.
 */
#ifndef CARDEA_PLUGIN_NODE_H
#define CARDEA_PLUGIN_NODE_H

#include <stdbool.h>
#include <glib.h>
#include "control.h"
#include "executor.h"
#include "ice_servers.h"
#include "keys.h"
#include "plugin_config.h"
#include "stats.h"

struct cardea_room;
struct cardea_node;

/* Starts the workers and the housekeeping thread. Takes over @config. NULL if threads or the boot
 * id cannot be had. */
struct cardea_node *cardea_node_new(struct cardea_plugin_config *config);
/* Stops all threads after what is queued has run, then frees. No callback may run any more. */
void cardea_node_free(struct cardea_node *node);

const char *cardea_node_name(const struct cardea_node *node);
const char *cardea_node_boot(const struct cardea_node *node); /* UUID of this start */
bool cardea_node_secret_matches(const struct cardea_node *node, const char *secret);

struct cardea_keys *cardea_node_keys(struct cardea_node *node);
struct cardea_ice_servers *cardea_node_ice_servers(struct cardea_node *node);
struct cardea_stats *cardea_node_stats(struct cardea_node *node);
struct cardea_control *cardea_node_control(struct cardea_node *node);
struct cardea_executor *cardea_node_executor(struct cardea_node *node);
struct cardea_queue *cardea_node_queue(struct cardea_node *node); /* for requests of no room */

/* The room with a new reference, or NULL. */
struct cardea_room *cardea_node_find_room(struct cardea_node *node, const char *id);
/* The same, made if it is new. Rooms stay for the life of the process, small once closed, because
 * their event numbers must go on. */
struct cardea_room *cardea_node_make_room(struct cardea_node *node, const char *id);
/* A room begins (@paced) or ceases to need cardea_room_pace: the faster tick runs only while
 * one does. */
void cardea_node_paces(struct cardea_node *node, bool paced);
/* All rooms, each with a reference that the array drops. */
GPtrArray *cardea_node_rooms(struct cardea_node *node);

#endif
