/* nodes: media nodes, and how far the events of each are in the log. Inside a command. */
#ifndef CARDEA_STORE_NODES_H
#define CARDEA_STORE_NODES_H

#include <stdint.h>
#include "store/store.h"

/* "" for a node that never said hello. */
int cardea_store_node_boot(struct cardea_tx *tx, const char *node, char boot[CARDEA_UUID_SIZE]);
int cardea_store_node_set_boot(struct cardea_tx *tx, const char *node, const char *boot);

/* The last event of @room taken from that life of the node; 0 = none. */
int cardea_store_node_event_last(struct cardea_tx *tx, const char *tenant, const char *node,
                                 const char *boot, const char *room, int64_t *seq);
int cardea_store_node_event_set(struct cardea_tx *tx, const char *tenant, const char *node,
                                const char *boot, const char *room, int64_t seq);
/* Forgets what is known of every life of @node but @boot. */
int cardea_store_node_event_forget(struct cardea_tx *tx, const char *node, const char *boot);

#endif
