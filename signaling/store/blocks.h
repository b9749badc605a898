/* blocks: rows of who may not come into a room, or into one of its sessions. Inside a command. */
#ifndef CARDEA_STORE_BLOCKS_H
#define CARDEA_STORE_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include "store/store.h"

/* @session "": for all of the room's. *@added: it was not there already. */
int cardea_store_block_add(struct cardea_tx *tx, const char *tenant, const char *room,
                           const char *session, const char *person, bool *added);
/* Whether @person is blocked from @session, or from all of @room's. */
int cardea_store_block_find(struct cardea_tx *tx, const char *tenant, const char *room,
                            const char *session, const char *person, bool *found);

#endif
