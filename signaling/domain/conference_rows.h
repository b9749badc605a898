/* conference_rows: a booked session as its calls address it, and how it is shown. Inside a command;
 * all text is memory of the tx. */
#ifndef CARDEA_DOMAIN_CONFERENCE_ROWS_H
#define CARDEA_DOMAIN_CONFERENCE_ROWS_H

#include "domain/conferences.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/sessions.h"

struct cardea_conference_rows {
	struct cardea_room_row room;
	struct cardea_session_row session;
};

/* The running session of a room. CARDEA_E_ROOM_UNKNOWN; CARDEA_E_SESSION_OVER: it does not run, the
 * room is filled in. */
int cardea_conference_find(struct cardea_tx *tx, const char *tenant, const char *room_id,
                           struct cardea_conference_rows *out);
/* @out borrows from @rows. */
int cardea_conference_show(struct cardea_tx *tx, const struct cardea_conference_rows *rows,
                           bool with_people, struct cardea_conference *out);

#endif
