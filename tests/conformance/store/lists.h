/*
 * lists: commands of the suite that fill lists and read them back as text. They run on the store's
 * thread, in a transaction.
 */
#ifndef CARDEA_TEST_STORE_LISTS_H
#define CARDEA_TEST_STORE_LISTS_H

#include "store/store.h"

#define TENANT_A "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define TENANT_B "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
#define ROOM     "cccccccc-cccc-4ccc-8ccc-cccccccccccc"

/* Seats that raise their hands in the opposite order, but the first; @arg is NULL. */
int lists_raise_hands(struct cardea_tx *tx, void *arg);
/* Raised hands as "seat:number ", then that of the first seat; @arg is a GString. */
int lists_read_hands(struct cardea_tx *tx, void *arg);
/* Events 1 to 9, of types a, b and c in turn; @arg is NULL. */
int lists_append_types(struct cardea_tx *tx, void *arg);
/* Three of types a and c after number 3, then the last number of each tenant; @arg is a GString. */
int lists_read_types(struct cardea_tx *tx, void *arg);

#endif
