/*
 * worker: a thread with some of the peers. It wakes on a steady tick and takes everything that has
 * come in since, so that hundreds of peers cost it few system calls and no wake-up a packet; what
 * it measures in time is right to one tick.
 */
#ifndef PEERS_WORKER_H
#define PEERS_WORKER_H

#include <glib.h>
#include "peer.h"

#define WORKER_TICK_US 2000

struct worker;

typedef void (*worker_job)(struct worker *worker, void *arg);

struct worker *worker_new(void);
/* Ends the thread and frees its peers. */
void worker_free(struct worker *worker);

/* Runs @job in the worker's thread and waits for it. Never from a worker's thread. */
void worker_call(struct worker *worker, worker_job job, void *arg);

/* In its thread. */
int worker_add(struct worker *worker, struct peer *peer); /* takes over; -1 when it cannot watch */
void worker_remove(struct worker *worker, struct peer *peer); /* frees it */
GPtrArray *worker_peers(struct worker *worker);

#endif
