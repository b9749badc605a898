/*
 * receive: the offers of a receive handle: the first lines, then all of them. Room thread only.
 */
#ifndef CARDEA_PLUGIN_RECEIVE_H
#define CARDEA_PLUGIN_RECEIVE_H

#include "session.h"

/* Makes the next offer, counts it and sends the event `offer`. Nothing for a handle without slots.
 * The first one has one audio and one video line, because every line takes the browser time before
 * anything is seen (docs/decisions/0007). */
void cardea_receive_offer(struct cardea_session *session);

/* Offers the other lines, once, on a connection that is up: when they have something to show, or
 * @at_leisure. */
void cardea_receive_complete(struct cardea_session *session, bool at_leisure);

/* Sends an offer with new ICE credentials and all candidates: for a changed network, or a client
 * that may have missed the last one. A PeerConnection that was never up is closed first, because
 * Janus tells its candidates only once; that offer follows the hangup with the next tick. */
void cardea_receive_restart(struct cardea_session *session);

/* Every tick: repeats an offer that Janus did not take, makes one for a PeerConnection that was
 * closed, or offers the other lines. */
void cardea_receive_tick(struct cardea_session *session);

#endif
