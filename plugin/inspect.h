/*
 * inspect: a room in figures, for admin and control requests (docs/plugin-api.md 6.1). Room thread;
 * of what the packet path writes it reads atomics, and a slot's counters under its lock for a few
 * loads.
 */
#ifndef CARDEA_PLUGIN_INSPECT_H
#define CARDEA_PLUGIN_INSPECT_H

#include <stdbool.h>
#include <jansson.h>
#include "room.h"

/* The room and who is in it; with @detail also every source, slot and handle. New object. */
json_t *cardea_inspect_room(struct cardea_room *room, bool detail);

#endif
