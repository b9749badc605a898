/*
 * admin: requests of Janus' admin API to the plugin (docs/plugin-api.md 6). Pool thread; waits for
 * the rooms' threads.
 */
#ifndef CARDEA_PLUGIN_ADMIN_H
#define CARDEA_PLUGIN_ADMIN_H

#include <jansson.h>
#include "node.h"

/* The answer, a new object; @message is borrowed. */
json_t *cardea_admin_handle(struct cardea_node *node, const json_t *message);

#endif
