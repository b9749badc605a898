/*
 * hands: the raised hands of a room. The gateway puts them in order and sends the whole list; here
 * it is told to everyone, cut to those who are online (docs/plugin-api.md 2.10). Room thread only.
 */
#ifndef CARDEA_PLUGIN_HANDS_H
#define CARDEA_PLUGIN_HANDS_H

#include <jansson.h>
#include "room.h"

/* The list in force: a NULL-terminated array of seats, taken over. NULL: no hands. */
void cardea_hands_set(struct cardea_room *room, char **seats);

/* Tells every receiver, if what they are to know has changed. */
void cardea_hands_tell(struct cardea_room *room);

/* What everybody was told last. New array. */
json_t *cardea_hands_told(const struct cardea_room *room);

#endif
