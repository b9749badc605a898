/*
 * receive: the one offer of a receive handle and its answer. Room thread only.
 */
#ifndef CARDEA_PLUGIN_RECEIVE_H
#define CARDEA_PLUGIN_RECEIVE_H

#include <stdbool.h>
#include "session.h"

/* Makes the next offer, counts it and sends the event `offer`. @restart: with new ICE credentials.
 * Nothing for a handle without slots. */
void cardea_receive_offer(struct cardea_session *session, bool restart);

/* Sees to it that an offer which is not answered comes again: for a client that may have missed it.
 * On a PeerConnection that never was up a fresh one is made first, because Janus tells its
 * candidates once only; that offer follows the hangup. */
void cardea_receive_offer_again(struct cardea_session *session);

#endif
