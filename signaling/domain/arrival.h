/*
 * arrival: what it takes to bring a seat to a media node, whether it enters or is moved: the room's
 * place, and the join token.
 */
#ifndef CARDEA_DOMAIN_ARRIVAL_H
#define CARDEA_DOMAIN_ARRIVAL_H

#include "domain/grants.h"
#include "domain/placement.h"

/* Asks the media side beforehand where a room could go, "" = nowhere, because a command has no
 * effects. Loop thread. */
void cardea_arrival_offer(const struct cardea_domain *domain, struct cardea_node_life *out);
/* Inside a command: places @room, there if it has to be anew; everybody in it is offline then.
 * CARDEA_E_NO_NODE. */
int cardea_arrival_place(struct cardea_tx *tx, const struct cardea_node_life *offered,
                         struct cardea_room_row *room);
/* Inside a command. CARDEA_E_SYSTEM. */
int cardea_arrival_jti(struct cardea_tx *tx, char out[CARDEA_MAX_ID + 1]);
/* Sets all claims but jti and the times. */
void cardea_arrival_claims(const struct cardea_domain *domain, const struct cardea_standing *at,
                           enum cardea_dup dup, struct cardea_join_claims *out);
/* Sets the times and signs. @out: a new string. */
int cardea_arrival_sign(const struct cardea_domain *domain, struct cardea_join_claims *claims,
                        char **out);

#endif
