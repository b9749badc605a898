/*
 * meeting_rows: a running meeting as the calls of spec/meetings address it, and its rows as the
 * dialect shows them. Inside a command; all text is memory of the tx.
 */
#ifndef CARDEA_DOMAIN_MEETING_ROWS_H
#define CARDEA_DOMAIN_MEETING_ROWS_H

#include "domain/meetings.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/sessions.h"
#include "store/tenants.h"

struct cardea_meeting_rows {
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	struct cardea_session_row session; /* zeroed if the room does not run */
	struct cardea_seat_row seat;       /* zeroed for a caller with an API key */
	bool is_new; /* the session began in this command: the seat is its only one */
};

/* Who holds the API key. CARDEA_E_API_KEY_* and CARDEA_E_TENANT_INACTIVE. */
int cardea_meeting_tenant(const struct cardea_domain *domain, struct cardea_tx *tx,
                          const char *api_key, struct cardea_tenant_row *out);
/* Holder and meeting of an access key. CARDEA_E_ACCESS_KEY_UNKNOWN; CARDEA_E_SESSION_OVER for a
 * meeting that is over, and for who was not let in. */
int cardea_meeting_by_access_key(struct cardea_tx *tx, const char *access_key,
                                 struct cardea_meeting_rows *out);
/* The meeting behind a guest token. CARDEA_E_GUEST_TOKEN_UNKNOWN, also if it is over. */
int cardea_meeting_by_guest_token(struct cardea_tx *tx, const char *guest_token,
                                  struct cardea_meeting_rows *out);
/* By API key and room. CARDEA_E_ROOM_UNKNOWN. */
int cardea_meeting_by_room(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const struct cardea_meeting_caller *who,
                           struct cardea_meeting_rows *out);
/* By access key, else by API key and room (spec/meetings 3). CARDEA_E_ROOM_UNKNOWN. */
int cardea_meeting_by_caller(const struct cardea_domain *domain, struct cardea_tx *tx,
                             const struct cardea_meeting_caller *who,
                             struct cardea_meeting_rows *out);
/* Somebody in the meeting by user id or client id. CARDEA_E_USER_UNKNOWN. */
int cardea_meeting_find_user(struct cardea_tx *tx, const struct cardea_meeting_rows *rows,
                             const char *user, struct cardea_seat_row *out);

/* ---- what is shown ---- */

/* The name by which callers know the room. */
const char *cardea_meeting_room_key(const struct cardea_room_row *room);
void cardea_meeting_show_user(const struct cardea_seat_row *seat, struct cardea_meeting_user *out);
/* A new array in memory of the tx. */
const struct cardea_meeting_user *
cardea_meeting_show_users(struct cardea_tx *tx, const struct cardea_seat_row *seats, size_t count);
/* Also opens the guest token. */
int cardea_meeting_show_room(const struct cardea_domain *domain, struct cardea_tx *tx,
                             const struct cardea_meeting_rows *rows,
                             struct cardea_meeting_room *out);
/* Everything but auth_token. */
int cardea_meeting_show(const struct cardea_domain *domain, struct cardea_tx *tx,
                        const struct cardea_meeting_rows *rows, struct cardea_meeting *out);

#endif
