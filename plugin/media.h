/*
 * media: what Janus' loop threads bring: PeerConnections that come and go, RTP and RTCP. One thread
 * at a time for a handle. Nothing here waits: changes of state are queued to the room.
 */
#ifndef CARDEA_PLUGIN_MEDIA_H
#define CARDEA_PLUGIN_MEDIA_H

#include "session.h"

/* setup_media: the peer can decode what it gets. */
void cardea_media_up(struct cardea_session *session);
/* hangup_media: may come without setup, and twice. */
void cardea_media_down(struct cardea_session *session);
/* destroy_session: the handle is gone. Janus' reference is the caller's to drop. */
void cardea_media_gone(struct cardea_session *session);

/* Ends what was heard on audio slots that have fallen empty. Room thread. */
void cardea_media_silence(struct cardea_session *receiver);

void cardea_media_rtp(struct cardea_session *session, janus_plugin_rtp *packet);
void cardea_media_rtcp(struct cardea_session *session, janus_plugin_rtcp *packet);

#endif
