/*
 * store: the durable state. One writer thread runs commands; those that wait at one moment share a
 * transaction, of which each can be undone alone (docs/decisions/0013), and are answered after the
 * commit is synced (DESIGN 8).
 *
 * A command is a pure closure: it reads and writes through its tx only, takes time and randomness
 * from it, and changes nothing outside it but its own argument, which it fills from scratch at each
 * run. So it may be run again, with the same `now` and the same random bytes.
 */
#ifndef CARDEA_STORE_H
#define CARDEA_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cardea_clock.h"
#include "cardea_id.h"

struct cardea_engine;
struct cardea_loop;
struct cardea_store;
struct cardea_tx;

extern const struct cardea_engine cardea_engine_sqlite;

/* Commands of one commit, at most. Were it all that waits, the store and the loop would take turns:
 * everybody's answer in one go, then everybody's next request. So one works on what the other has
 * just done. */
#define CARDEA_STORE_BATCH 32
/* Enough to keep a commit busy, few enough that the last one waits below a second. */
#define CARDEA_STORE_QUEUE 4096

struct cardea_store_options {
	const struct cardea_engine *engine;
	const char *location; /* SQLite: path of the file, made with mode 0600 */
	const struct cardea_clock *clock;
	const struct cardea_random *random; /* seeds of the commands */
	struct cardea_loop *loop; /* runs the done handlers; NULL: cardea_store_run_sync only */
	size_t queue;             /* 0 = CARDEA_STORE_QUEUE */
	/* The log of @room has new events: once for each command, after its done handler. Loop thread.
	 * NULL = nobody wants to know. */
	void (*logged)(const char *room, void *arg);
	void *logged_arg;
	/* The same of @webhook, which is owed more. */
	void (*owed)(const char *webhook, void *arg);
	void *owed_arg;
	bool run_twice; /* tests: undo and repeat every command, to show that it can be */
};

typedef int (*cardea_store_command_h)(struct cardea_tx *tx, void *arg);
typedef void (*cardea_store_done_h)(int err, void *arg);

/* Opens, migrates and starts the writer. CARDEA_E_STORE, CARDEA_E_STORE_VERSION if the database was
 * written by a newer version. The reason is logged. */
int cardea_store_open(const struct cardea_store_options *options, struct cardea_store **out);

/*
 * Finishes what is queued, runs the done handlers that are due and closes. Loop thread, while the
 * loop does not run and before it is freed: a hand-over that it has not run yet is dropped. NULL is
 * fine.
 */
void cardea_store_close(struct cardea_store *store);

/*
 * Queues @command; @done runs on the loop thread after the commit, with the command's own error,
 * else that of the commit: CARDEA_E_STORE, CARDEA_E_STORE_FULL or CARDEA_E_STORE_BUSY, and then
 * nothing of it is stored.
 * CARDEA_E_STORE_BUSY if the queue is full, CARDEA_E_STORE if the store has failed: then @done is
 * never called. Loop thread.
 */
int cardea_store_run(struct cardea_store *store, cardea_store_command_h command,
                     cardea_store_done_h done, void *arg);

/* The same, waiting for the result: for start-up and tests. Any thread but the writer's. What the
 * tx allocated is gone at return. */
int cardea_store_run_sync(struct cardea_store *store, cardea_store_command_h command, void *arg);

/* True if cardea_store_run would refuse now, so that a request is answered 503 before its body is
 * parsed. Any thread. */
bool cardea_store_is_full(struct cardea_store *store);

/* True after an I/O error: what the kernel could not sync may be lost, a retry may lie, so nothing
 * is acknowledged any more and the process should end (facts/reliability 14). Any thread. */
bool cardea_store_is_failed(struct cardea_store *store);

/* Sums since the store was opened, of the writer's wall time. */
struct cardea_store_stats {
	int64_t commands, commits;
	int64_t run_us;    /* running commands */
	int64_t commit_us; /* committing, with the sync */
};

/* Any thread. */
void cardea_store_stats(struct cardea_store *store, struct cardea_store_stats *out);

/* ---- inside a command ---- */

/* What the command writes, before and after this, is undone even if it succeeds: it only asks what
 * would be. */
void cardea_tx_only_look(struct cardea_tx *tx);

int64_t cardea_tx_now_ms(const struct cardea_tx *tx);
const struct cardea_random *cardea_tx_random(struct cardea_tx *tx);

/* Zeroed memory that lives until the done handler has returned; all text in rows is of this kind.
 */
void *cardea_tx_alloc(struct cardea_tx *tx, size_t size);
/* NULL for NULL. */
const char *cardea_tx_strdup(struct cardea_tx *tx, const char *text);

/* A secret in a row, closed by cardea_seal: the store never sees inside. */
struct cardea_sealed {
	const uint8_t *data; /* NULL = none */
	size_t len;
	const char *secret; /* itself, if this command made it; never stored */
};

#endif
