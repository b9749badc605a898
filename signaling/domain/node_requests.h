/*
 * node_requests: what participants ask for through their node: messages, raised hands, moderation.
 * Decided and logged here; the node tells everybody (DESIGN 8). Inside a command.
 */
#ifndef CARDEA_DOMAIN_NODE_REQUESTS_H
#define CARDEA_DOMAIN_NODE_REQUESTS_H

#include "domain/effects.h"
#include "store/rooms.h"

/* Ingests a MESSAGE, HAND or MODERATE event. What is not permitted, or is about somebody who is not
 * there, changes nothing and is no error: the node has been seen to. */
int cardea_node_request_take(struct cardea_tx *tx, const struct cardea_room_row *room,
                             const struct cardea_node_event *event, struct cardea_effects *effects);

#endif
