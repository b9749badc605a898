/*
 * roster: tells receivers who comes, changes and goes, at most every 100 ms. Hidden participants
 * appear nowhere and nobody is in their own roster. Room thread only.
 */
#ifndef CARDEA_PLUGIN_ROSTER_H
#define CARDEA_PLUGIN_ROSTER_H

#include <jansson.h>
#include "room.h"

/* Notes a change, to be told by cardea_roster_tell. */
void cardea_roster_joined(struct cardea_room *room, const struct cardea_participant *participant);
void cardea_roster_updated(struct cardea_room *room, const struct cardea_participant *participant);
void cardea_roster_left(struct cardea_room *room, const struct cardea_participant *participant);

/* What is noted while the last was told less than so long ago is told together. */
#define CARDEA_ROSTER_INTERVAL_MS 100

/* Sends what was noted to every receiver and forgets it, or leaves it for a later call because
 * the last was just told. */
void cardea_roster_tell(struct cardea_room *room, int64_t now_ms);
/* Whether something waits to be told. */
bool cardea_roster_pending(const struct cardea_room *room);

/* @participant's role is another one: whom they see, and who sees them, is told at once. */
void cardea_roster_reveal(struct cardea_room *room, const struct cardea_participant *participant);
/* The policy's lists_hosts_only is another one: so is whom everybody sees. */
void cardea_roster_reveal_all(struct cardea_room *room);

/* Everyone @participant sees. New array. */
json_t *cardea_roster_for(struct cardea_room *room, const struct cardea_participant *participant);

#endif
