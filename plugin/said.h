/*
 * said: what gateways said lately in a room, so that `sync` can tell it to a client whose socket
 * was away: Janus drops what is pushed meanwhile. Room thread only.
 */
#ifndef CARDEA_PLUGIN_SAID_H
#define CARDEA_PLUGIN_SAID_H

#include <stdint.h>
#include <jansson.h>
#include "room.h"

/* Keeps @data with its number; @to: array of seats, or NULL for everybody. Both are referenced. */
void cardea_said_keep(struct cardea_room *room, int64_t id, json_t *data, json_t *to);

/* The kept `data` for @participant with a number above @after, none from before it joined. New
 * array. */
json_t *cardea_said_since(const struct cardea_room *room,
                          const struct cardea_participant *participant, int64_t after);

/* Forgets what is older than a client may be away, or everything. */
void cardea_said_prune(struct cardea_room *room, int64_t now_ms);
void cardea_said_clear(struct cardea_room *room);

#endif
