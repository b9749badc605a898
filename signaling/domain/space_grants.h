/*
 * space_grants: who may do what in spaces (spec/spaces 9): one table. Part of the grants module:
 * pure, any thread.
 */
#ifndef CARDEA_DOMAIN_SPACE_GRANTS_H
#define CARDEA_DOMAIN_SPACE_GRANTS_H

#include "domain/spaces.h"

/* What somebody is: with several roles the union. */
enum cardea_space_standing {
	CARDEA_AS_NOBODY = 1 << 0, /* no token */
	CARDEA_AS_CLIENT = 1 << 1,
	CARDEA_AS_USER = 1 << 2, /* any account of the tenant; so the next six, too */
	CARDEA_AS_SPACE_USER = 1 << 3,
	CARDEA_AS_SPACE_MODERATOR = 1 << 4,
	CARDEA_AS_SPACE_OWNER = 1 << 5,
	CARDEA_AS_ROOM_USER = 1 << 6,
	CARDEA_AS_ROOM_MODERATOR = 1 << 7,
	CARDEA_AS_ROOM_OWNER = 1 << 8,
	CARDEA_AS_LINK = 1 << 9,  /* of the addressed room */
	CARDEA_AS_SEAT = 1 << 10, /* of the addressed participant */
};

unsigned cardea_standing_in_space(enum cardea_rank rank);
unsigned cardea_standing_in_room(enum cardea_rank rank);

/* May who stands like that make @call? 0, CARDEA_E_UNAUTHENTICATED (nobody) or CARDEA_E_FORBIDDEN.
 */
int cardea_grant_space(enum cardea_space_call call, unsigned standing);
/* May they enter the room, or see it? The same errors. */
int cardea_grant_space_entry(bool is_public_space, bool is_public_room, unsigned standing);
int cardea_grant_space_read(bool is_public_space, bool is_public_room, unsigned standing);
/* The seat they get (Decision S10). */
enum cardea_role cardea_grant_space_seat(unsigned standing);

#endif
