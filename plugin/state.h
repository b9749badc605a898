/*
 * state: what the two handles of a connection are told of their room as a whole: in `joined`, in
 * `synced` and by the event `moved` (docs/plugin-api.md 2.1, 2.6, 4). Room thread only.
 */
#ifndef CARDEA_PLUGIN_STATE_H
#define CARDEA_PLUGIN_STATE_H

#include <jansson.h>
#include "room.h"

/* Adds `room` and `participant`; on a receive handle also `roster`, `map`, `speaking` and `hands`.
 */
void cardea_state_add(struct cardea_room *room, struct cardea_session *session, json_t *object);

#endif
