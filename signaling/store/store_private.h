/* store_private: the tx, shared by store.c (which makes it) and tx.c (what commands do with it). */
#ifndef CARDEA_STORE_PRIVATE_H
#define CARDEA_STORE_PRIVATE_H

#include <glib.h>
#include "store/store_engine.h"

#define CARDEA_TX_SEED_SIZE   32
#define CARDEA_TX_STREAM_SIZE 512

struct cardea_tx {
	const struct cardea_engine *engine;
	struct cardea_engine_db *db;
	int64_t now_ms;
	uint8_t seed[CARDEA_TX_SEED_SIZE];
	uint8_t stream[CARDEA_TX_STREAM_SIZE]; /* random bytes, `drawn` of them used */
	size_t drawn;
	uint64_t streams; /* made so far; each is another nonce */
	struct cardea_random random;
	GPtrArray *memory; /* wiped and freed by cardea_tx_clear */
	GSList *logged;    /* rooms with new events; text in memory */
	GSList *owed;      /* webhooks with a longer queue; text in memory */
	bool is_fatal;     /* a query met CARDEA_E_STORE */
	bool only_looks;   /* what is written will be undone */
};

void cardea_tx_init(struct cardea_tx *tx, int64_t now_ms);
/* Back to how it was before the command ran: same time, same random bytes, no memory. */
void cardea_tx_rewind(struct cardea_tx *tx);
/* Notes that @room has a new event. */
void cardea_tx_logged(struct cardea_tx *tx, const char *room);
/* Notes that more is owed to @webhook. */
void cardea_tx_owed(struct cardea_tx *tx, const char *webhook);
void cardea_tx_clear(struct cardea_tx *tx);

#endif
