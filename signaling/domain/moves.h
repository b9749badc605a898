/*
 * moves: somebody is sent to another room with their connections (spec/native 4, docs/plugin-api.md
 * 5). As domain.h: asynchronous, results borrowed for `done`.
 */
#ifndef CARDEA_DOMAIN_MOVES_H
#define CARDEA_DOMAIN_MOVES_H

#include "domain/domain.h"

struct cardea_move_command {
	const char *room, *participant; /* id or name; id */
	const char *to;                 /* room: id or name */
};

struct cardea_moved {
	const char *room, *participant, *display_name; /* where, and as whom, they are now */
	enum cardea_role role;
};

typedef void (*cardea_moved_h)(int err, const struct cardea_moved *result, void *arg);
/*
 * Tenants move between any of their rooms, a host to where the same person is a host too. Failures
 * of authentication and of admission to the target (who moves vouches: nobody waits),
 * CARDEA_E_HOST_REQUIRED, _ROOM_UNKNOWN, _PARTICIPANT_UNKNOWN, _SESSION_OVER, CARDEA_E_JSON_RANGE:
 * it is the same room; CARDEA_E_NOT_CONNECTED, CARDEA_E_NODE_OTHER, and what nodes answer.
 */
int cardea_domain_move(struct cardea_domain *domain, const struct cardea_presented *who,
                       const struct cardea_move_command *command, cardea_moved_h done, void *arg);

#endif
