/*
 * blocks: who may not come in any more, for a meeting or for all of a room (spec/native 4). A
 * person is known by the caller's user id, else by the page's own key, else by the seat. Inside a
 * command.
 */
#ifndef CARDEA_DOMAIN_BLOCKS_H
#define CARDEA_DOMAIN_BLOCKS_H

#include "store/participants.h"
#include "store/rooms.h"

enum cardea_block {
	CARDEA_BLOCK_NONE = 0,
	CARDEA_BLOCK_MEETING, /* dies with the running session */
	CARDEA_BLOCK_ROOM,
};

/* Who comes; whatever is known of them. */
struct cardea_block_person {
	const char *user;       /* external user id, NULL = none */
	const char *client_key; /* digest, NULL = none */
	const char *seat;       /* NULL = none yet */
	bool is_guest;          /* chose the user id freely: it says nothing of the tenant's users */
};

struct cardea_block_person cardea_block_person_of(const struct cardea_seat_row *seat);
/* *@added: they were not blocked so far already. */
int cardea_block_add(struct cardea_tx *tx, struct cardea_room_row *room,
                     const struct cardea_seat_row *seat, enum cardea_block scope, bool *added);
/* Is any of @person blocked from the running session of @room? */
int cardea_block_find(struct cardea_tx *tx, const struct cardea_room_row *room,
                      const struct cardea_block_person *person, bool *found);
/* The same as 0 or CARDEA_E_BLOCKED. */
int cardea_block_check(struct cardea_tx *tx, const struct cardea_room_row *room,
                       const struct cardea_block_person *person);

#endif
