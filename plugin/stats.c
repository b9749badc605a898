#include "stats.h"

#include "cardea_error.h"

static const char *const drop_names[CARDEA_DROPS] = {
        [CARDEA_DROP_MALFORMED] = "malformed", [CARDEA_DROP_LAYER] = "layer",
        [CARDEA_DROP_CLOSED] = "closed",       [CARDEA_DROP_LEASE] = "lease",
        [CARDEA_DROP_NOT_READY] = "not_ready", [CARDEA_DROP_STALE] = "stale",
        [CARDEA_DROP_WAITING] = "waiting",     [CARDEA_DROP_CAPPED] = "capped",
};

static void stats_destroy(struct cardea_ref *ref)
{
	g_free(ref);
}

struct cardea_stats *cardea_stats_new(void)
{
	struct cardea_stats *stats = g_new0(struct cardea_stats, 1);
	_Static_assert(offsetof(struct cardea_stats, ref) == 0, "stats_destroy casts");
	cardea_ref_init(&stats->ref, stats_destroy);
	return stats;
}

struct cardea_stats *cardea_stats_get(struct cardea_stats *stats)
{
	cardea_ref_get(&stats->ref);
	return stats;
}

void cardea_stats_put(struct cardea_stats *stats)
{
	cardea_ref_put(&stats->ref);
}

void cardea_stats_refusal(struct cardea_stats *stats, int err)
{
	int index = cardea_error_number(err) - CARDEA_STATS_FIRST_CODE;
	if (index >= 0 && index < CARDEA_STATS_CODES)
		cardea_stats_add(&stats->refusals[index], 1);
}

void cardea_stats_fold(struct cardea_stats *stats, const struct cardea_source *source)
{
	cardea_stats_add(&stats->packets, atomic_load(&source->packets));
	cardea_stats_add(&stats->bytes, atomic_load(&source->bytes));
	cardea_stats_add(&stats->sent, atomic_load(&source->sent));
	cardea_stats_add(&stats->keyframes_asked, atomic_load(&source->keyframes_asked));
	for (unsigned i = 0; i < CARDEA_DROPS; i++)
		cardea_stats_add(&stats->dropped[i], atomic_load(&source->dropped[i]));
}

static void copy(_Atomic uint64_t *to, const _Atomic uint64_t *from)
{
	atomic_store(to, atomic_load(from));
}

struct cardea_stats *cardea_stats_copy(const struct cardea_stats *stats)
{
	struct cardea_stats *made = cardea_stats_new();
	copy(&made->joins, &stats->joins);
	copy(&made->leaves, &stats->leaves);
	copy(&made->requests, &stats->requests);
	copy(&made->events_lost, &stats->events_lost);
	copy(&made->data_dropped, &stats->data_dropped);
	for (unsigned i = 0; i < CARDEA_STATS_CODES; i++)
		copy(&made->refusals[i], &stats->refusals[i]);
	copy(&made->packets, &stats->packets);
	copy(&made->bytes, &stats->bytes);
	copy(&made->sent, &stats->sent);
	copy(&made->keyframes_asked, &stats->keyframes_asked);
	for (unsigned i = 0; i < CARDEA_DROPS; i++)
		copy(&made->dropped[i], &stats->dropped[i]);
	return made;
}

static void set(json_t *object, const char *name, const _Atomic uint64_t *counter)
{
	json_object_set_new(object, name, json_integer((json_int_t)atomic_load(counter)));
}

json_t *cardea_stats_drops(const _Atomic uint64_t dropped[CARDEA_DROPS])
{
	json_t *drops = json_object();
	for (unsigned i = 0; i < CARDEA_DROPS; i++)
		set(drops, drop_names[i], &dropped[i]);
	return drops;
}

json_t *cardea_stats_to_json(const struct cardea_stats *stats)
{
	json_t *object = json_object();
	set(object, "requests", &stats->requests);
	set(object, "joins", &stats->joins);
	set(object, "leaves", &stats->leaves);
	set(object, "events_lost", &stats->events_lost);
	set(object, "data_dropped", &stats->data_dropped);
	set(object, "packets_in", &stats->packets);
	set(object, "bytes_in", &stats->bytes);
	set(object, "packets_out", &stats->sent);
	set(object, "keyframes_asked", &stats->keyframes_asked);
	json_object_set_new(object, "drops", cardea_stats_drops(stats->dropped));
	json_t *refusals = json_object();
	for (int i = 0; i < CARDEA_STATS_CODES; i++) {
		if (atomic_load(&stats->refusals[i]) > 0)
			set(refusals, cardea_error_code(-(CARDEA_STATS_FIRST_CODE + i)), &stats->refusals[i]);
	}
	json_object_set_new(object, "refusals", refusals);
	return object;
}
