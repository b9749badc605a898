/* placement: on which media node a room is. Pure; no state, any thread. */
#ifndef CARDEA_DOMAIN_PLACEMENT_H
#define CARDEA_DOMAIN_PLACEMENT_H

#include <stdbool.h>
#include "store/rooms.h"

/* A node in one of its lives; "" = none. */
struct cardea_node_life {
	char node[CARDEA_MAX_ID + 1];
	char boot[CARDEA_UUID_SIZE];
};

/*
 * Keeps @room where it is while that node lives on, as far as we know: @known_boot is the last boot
 * id it reported ("" = never), @offered what the media side offers now, which is newer for its
 * node. Else moves it to @offered with the next epoch, so that every token from before is dead. 0
 * with *@moved set and @room changed if so; CARDEA_E_NO_NODE.
 */
int cardea_placement_decide(struct cardea_room_row *room, const char *known_boot,
                            const struct cardea_node_life *offered, bool *moved);

#endif
