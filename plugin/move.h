/*
 * move: a participant goes on in another room of this node, with their handles, sources and
 * PeerConnections. Runs while neither room does anything else (cardea_queue_post_both), so it
 * either has happened or has not, for everybody who comes later.
 */
#ifndef CARDEA_PLUGIN_MOVE_H
#define CARDEA_PLUGIN_MOVE_H

#include "room.h"

/*
 * Moves whoever sits on @seat of @from to @to, as @claims say (taken over on success), which have
 * passed verification. 0, also when this token has brought them there before; CARDEA_E_NOT_FOUND
 * if nobody sits there, CARDEA_E_INVALID for one and the same room, CARDEA_E_TENANT_MISMATCH, or
 * why
 * @to does not admit them: then nothing has changed. Both rooms' thread; both are settled by the
 * caller.
 */
int cardea_move(struct cardea_room *from, struct cardea_room *to, const char *seat,
                struct cardea_join_claims *claims);

#endif
