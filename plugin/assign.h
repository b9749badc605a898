/*
 * assign: which source each receiving slot shows. An active camera or screen takes the first free
 * slot and keeps it; audio slots carry the loudest (docs/plugin-api.md 4.2). Room thread only.
 */
#ifndef CARDEA_PLUGIN_ASSIGN_H
#define CARDEA_PLUGIN_ASSIGN_H

#include <jansson.h>
#include "room.h"

/* Clears slots whose source is no longer wanted, fills free ones, swaps the routes of sources that
 * got or lost viewers. */
void cardea_assign_run(struct cardea_room *room);

/* Gives audio slots to those who speak; @ranked as of cardea_speaking_rank. */
void cardea_assign_speakers(struct cardea_room *room, const GPtrArray *ranked, int64_t now_ms);

/* Takes @source out of the list of open sources and out of every slot, at once. */
void cardea_assign_drop_source(struct cardea_room *room, struct cardea_source *source);

/* Empties the slots of a handle that leaves; nothing is told to it. */
void cardea_assign_drop_slots(struct cardea_room *room, struct cardea_session *session);

/* Sends `slots` to the receivers whose map changed. */
void cardea_assign_tell(struct cardea_room *room);

/* The slot map of a receive handle. New object. */
json_t *cardea_assign_map(const struct cardea_session *session);

#endif
