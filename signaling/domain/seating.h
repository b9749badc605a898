/*
 * seating: one more participant of the participants dialect (spec/participants 5.1 and 6): what
 * adding one, adding many and a token of the application's own share. First everything is checked,
 * then written, so that a refused one leaves nothing behind. Inside a command.
 */
#ifndef CARDEA_DOMAIN_SEATING_H
#define CARDEA_DOMAIN_SEATING_H

#include "domain/domain.h"
#include "domain/grants.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/tenants.h"

/* Filled from the top down; texts are memory of the tx. */
struct cardea_seating {
	const struct cardea_domain *domain;
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	bool keeps_seat;   /* the same user is the same seat, whatever the tenant's policy is */
	bool room_created; /* made, opened or opened again */
	/* of the last one who was seated */
	struct cardea_seat_row seat;
	bool is_reused;
	bool must_revoke; /* `revocation` is for the node, after the commit */
	struct cardea_revocation revocation;
};

/* The room that @wanted (id or name) means. With @makes a name that nobody has used makes it.
 * CARDEA_E_ROOM_UNKNOWN, CARDEA_E_ROOM_INACTIVE, CARDEA_E_CONCURRENT_ROOMS, CARDEA_E_INVALID. */
int cardea_seating_room(struct cardea_tx *tx, struct cardea_seating *seating, const char *wanted,
                        bool makes);
/* Seats @who (its `room` is not looked at); a scheduled or ended room is opened by the first one.
 * CARDEA_E_DISPLAY_NAME_REQUIRED, _ROLE_INVALID, _HOST_REQUIRED, _ALREADY_IN_ROOM,
 * _CONCURRENT_ROOMS, and reasons of cardea_admit. */
int cardea_seating_add(struct cardea_tx *tx, struct cardea_seating *seating,
                       const struct cardea_participant_add *who);

#endif
