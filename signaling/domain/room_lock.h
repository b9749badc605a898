/*
 * room_lock: a locked meeting lets nobody in who was not there (spec/meetings 11.5 and 12.3).
 * Inside a command.
 */
#ifndef CARDEA_DOMAIN_ROOM_LOCK_H
#define CARDEA_DOMAIN_ROOM_LOCK_H

#include "domain/effects.h"

/* Nothing happens if that is how it is already. @by: seat of the host, NULL = nobody who is in it.
 */
int cardea_room_lock(struct cardea_tx *tx, struct cardea_room_row *room, const char *by,
                     struct cardea_effects *effects);
int cardea_room_unlock(struct cardea_tx *tx, struct cardea_room_row *room, const char *by);

#endif
