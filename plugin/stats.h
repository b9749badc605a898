/*
 * stats: counters of the process since its start. Counted, because handles may outlive the node at
 * exit. Any thread, no locks.
 */
#ifndef CARDEA_PLUGIN_STATS_H
#define CARDEA_PLUGIN_STATS_H

#include <stdatomic.h>
#include <stdint.h>
#include <jansson.h>
#include "ref.h"
#include "source.h"

/* Errors of requests are those numbered 1000 to 1399 (cardea_error.def). */
#define CARDEA_STATS_FIRST_CODE 1000
#define CARDEA_STATS_CODES      400

struct cardea_stats {
	struct cardea_ref ref;
	_Atomic uint64_t joins, leaves, requests, events_lost, data_dropped;
	_Atomic uint64_t refusals[CARDEA_STATS_CODES];
	/* Of sources that are gone; living ones count for themselves. */
	_Atomic uint64_t packets, bytes, sent, keyframes_asked;
	_Atomic uint64_t dropped[CARDEA_DROPS];
};

static inline void cardea_stats_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

struct cardea_stats *cardea_stats_new(void);
struct cardea_stats *cardea_stats_get(struct cardea_stats *stats);
void cardea_stats_put(struct cardea_stats *stats);

/* Counts one refused request by its negative cardea_error. */
void cardea_stats_refusal(struct cardea_stats *stats, int err);

/* Adds the counters of @source to @stats. */
void cardea_stats_fold(struct cardea_stats *stats, const struct cardea_source *source);

/* A new copy of @stats, to which more can be folded. */
struct cardea_stats *cardea_stats_copy(const struct cardea_stats *stats);

/* Dropped packets by reason. New object. */
json_t *cardea_stats_drops(const _Atomic uint64_t dropped[CARDEA_DROPS]);

/* A new object with all of @stats. */
json_t *cardea_stats_to_json(const struct cardea_stats *stats);

#endif
