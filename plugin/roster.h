/*
 * roster: tells receivers who comes, changes and goes, once per job. Hidden participants appear
 * nowhere and nobody is in their own roster. Room thread only.
 */
#ifndef CARDEA_PLUGIN_ROSTER_H
#define CARDEA_PLUGIN_ROSTER_H

#include <jansson.h>
#include "room.h"

/* Notes a change, to be told by cardea_roster_tell. */
void cardea_roster_joined(struct cardea_room *room, const struct cardea_participant *participant);
void cardea_roster_updated(struct cardea_room *room, const struct cardea_participant *participant);
void cardea_roster_left(struct cardea_room *room, const struct cardea_participant *participant);

/* Sends what was noted to every receiver and forgets it. */
void cardea_roster_tell(struct cardea_room *room);

/* Everyone @participant sees. New array. */
json_t *cardea_roster_for(struct cardea_room *room, const struct cardea_participant *participant);

#endif
