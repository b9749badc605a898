/* space_grants: who may do what in spaces. */
#include "domain/space_grants.h"

#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"

#define NOBODY    CARDEA_AS_NOBODY
#define CLIENT    CARDEA_AS_CLIENT
#define USER      CARDEA_AS_USER
#define LINK      CARDEA_AS_LINK
#define SEAT      CARDEA_AS_SEAT
#define S_OWNER   CARDEA_AS_SPACE_OWNER
#define S_LEADERS (CARDEA_AS_SPACE_MODERATOR | CARDEA_AS_SPACE_OWNER)
#define S_MEMBERS (CARDEA_AS_SPACE_USER | S_LEADERS)
#define R_LEADERS (CARDEA_AS_ROOM_MODERATOR | CARDEA_AS_ROOM_OWNER)
#define R_MEMBERS (CARDEA_AS_ROOM_USER | R_LEADERS)
#define ANYBODY   (NOBODY | CLIENT | USER | LINK)

/* The table of spec/spaces 9. Ownership of a space is no right in its rooms but the one to give
 * roles: that the owner may give one to himself is the procedure. */
static const unsigned may[CARDEA_SPACE_CALLS] = {
        [CARDEA_SPACE_ACCOUNT_READ] = USER,
        [CARDEA_SPACE_SETTINGS_READ] = USER,
        [CARDEA_SPACE_SETTINGS_WRITE] = USER,
        [CARDEA_SPACE_CREATE] = USER,
        [CARDEA_SPACE_LIST] = USER,
        [CARDEA_SPACE_UPDATE] = S_OWNER,
        [CARDEA_SPACE_MEMBER_LIST] = S_LEADERS,
        [CARDEA_SPACE_MEMBER_REMOVE] = S_LEADERS,
        [CARDEA_SPACE_ROOM_CREATE] = S_LEADERS,
        [CARDEA_SPACE_ROOM_LIST] = CLIENT | USER, /* of each room: cardea_grant_space_read */
        [CARDEA_SPACE_ROOM_READ] = CLIENT | USER,
        [CARDEA_SPACE_ROOM_BY_ALIAS] = ANYBODY,
        [CARDEA_SPACE_ROOM_UPDATE] = R_LEADERS,
        [CARDEA_SPACE_INVITE_CREATE] = S_LEADERS,
        [CARDEA_SPACE_INVITE_LIST] = S_LEADERS,
        [CARDEA_SPACE_INVITE_REVOKE] = S_LEADERS,
        [CARDEA_SPACE_INVITE_ACTIVATE] = USER,
        [CARDEA_SPACE_ROLE_GRANT] = S_LEADERS | R_LEADERS,
        [CARDEA_SPACE_ROLE_LIST] = S_LEADERS | R_LEADERS,
        [CARDEA_SPACE_ROLE_REVOKE] = S_LEADERS | R_LEADERS,
        [CARDEA_SPACE_LINK_CREATE] = R_LEADERS, /* not the space's owner */
        [CARDEA_SPACE_LINK_LIST] = R_LEADERS,
        [CARDEA_SPACE_LINK_REVOKE] = R_LEADERS,
        [CARDEA_SPACE_PARTICIPANT_ADD] = ANYBODY, /* and cardea_grant_space_entry */
        [CARDEA_SPACE_PARTICIPANT_SIGNAL] = CLIENT | USER | LINK | SEAT, /* of their own */
        [CARDEA_SPACE_PARTICIPANT_JOIN] = CLIENT | USER | LINK | SEAT,
        [CARDEA_SPACE_OWNER_LOOK] = S_OWNER,
};

/* Who enters: somebody of both sets. A link replaces both memberships. */
static const struct {
	bool is_public_space, is_public_room;
	unsigned one_of, and_one_of;
} entries[] = {
        {true, true, ANYBODY, ANYBODY},
        {true, false, R_MEMBERS | LINK, R_MEMBERS | LINK},
        {false, true, S_MEMBERS | R_MEMBERS | LINK, S_MEMBERS | R_MEMBERS | LINK},
        {false, false, S_MEMBERS | LINK, R_MEMBERS | LINK},
};

unsigned cardea_standing_in_space(enum cardea_rank rank)
{
	return rank == CARDEA_RANK_NONE ? 0 : (unsigned)CARDEA_AS_SPACE_USER << (rank - 1);
}

unsigned cardea_standing_in_room(enum cardea_rank rank)
{
	return rank == CARDEA_RANK_NONE ? 0 : (unsigned)CARDEA_AS_ROOM_USER << (rank - 1);
}

static int refuse(unsigned standing)
{
	return standing & NOBODY ? CARDEA_E_UNAUTHENTICATED : CARDEA_E_FORBIDDEN;
}

int cardea_grant_space(enum cardea_space_call call, unsigned standing)
{
	return may[call] & standing ? 0 : refuse(standing);
}

int cardea_grant_space_entry(bool is_public_space, bool is_public_room, unsigned standing)
{
	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
		if (entries[i].is_public_space == is_public_space &&
		    entries[i].is_public_room == is_public_room) {
			return standing & entries[i].one_of && standing & entries[i].and_one_of
			               ? 0
			               : refuse(standing);
		}
	}
	return CARDEA_E_INTERNAL;
}

int cardea_grant_space_read(bool is_public_space, bool is_public_room, unsigned standing)
{
	if (standing & (S_MEMBERS | R_MEMBERS | LINK)) {
		return 0;
	}
	return is_public_space && is_public_room ? 0 : refuse(standing);
}

enum cardea_role cardea_grant_space_seat(unsigned standing)
{
	return standing & R_LEADERS ? CARDEA_ROLE_HOST : CARDEA_ROLE_PARTICIPANT;
}
