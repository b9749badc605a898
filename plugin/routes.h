/*
 * routes: to which slots the packets of each source go, from what the slots show and await. Room
 * thread only.
 */
#ifndef CARDEA_PLUGIN_ROUTES_H
#define CARDEA_PLUGIN_ROUTES_H

#include "room.h"

/* Swaps the routes of all sources that are marked stale, in one pass over the receivers. Once, at
 * the end of a job. */
void cardea_routes_swap(struct cardea_room *room);

#endif
