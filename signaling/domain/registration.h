/*
 * registration: how people get into the list of a meeting (spec/meetings 7, 11): the room is found
 * or opened, and each user is there once, with the same credentials every time.
 */
#ifndef CARDEA_DOMAIN_REGISTRATION_H
#define CARDEA_DOMAIN_REGISTRATION_H

#include "domain/domain_private.h"
#include "domain/meeting_rows.h"

/* A copy that lives as long as @op: empty texts are NULL. Loop thread. */
struct cardea_meeting_person cardea_registration_person(struct cardea_op *op,
                                                        const struct cardea_meeting_person *person);

/* ---- inside a command ---- */

/* Finds the running meeting that @start names, or opens one as it says: fills rows->room and
 * rows->session for rows->tenant. CARDEA_E_CONCURRENT_ROOMS. */
int cardea_registration_open(const struct cardea_domain *domain, struct cardea_tx *tx,
                             const struct cardea_meeting_start *start,
                             struct cardea_meeting_rows *rows);
/* Registers @user in rows->session, or finds them there: fills rows->seat, which borrows from
 * @user. CARDEA_E_USER_LEVEL if they are there at the other level. */
int cardea_registration_add(const struct cardea_domain *domain, struct cardea_tx *tx,
                            const struct cardea_meeting_person *user, bool is_guest,
                            struct cardea_meeting_rows *rows);

#endif
