/* placement: on which media node a room is. */
#include "domain/placement.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"

int cardea_placement_decide(struct cardea_room_row *room, const char *known_boot,
                            const struct cardea_node_life *offered, bool *moved)
{
	if (room->node[0] && strcmp(room->node, offered->node) == 0) {
		known_boot = offered->boot;
	}
	*moved = false;
	if (room->node[0] && strcmp(room->boot, known_boot) == 0) {
		return 0;
	}
	if (!offered->node[0]) {
		return CARDEA_E_NO_NODE;
	}
	g_strlcpy(room->node, offered->node, sizeof(room->node));
	g_strlcpy(room->boot, offered->boot, sizeof(room->boot));
	room->epoch++;
	*moved = true;
	return 0;
}
