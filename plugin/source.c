#include "source.h"

/* Stream ids are unique in the process and never 0. */
static atomic_uint_fast64_t next_stream = 1;

void cardea_source_init(struct cardea_source *source, struct cardea_ref *owner, void *publisher,
                        enum cardea_kind kind, const char *participant_id,
                        const _Atomic int64_t *lease)
{
	*source = (struct cardea_source){
	        .owner = owner,
	        .publisher = publisher,
	        .participant_id = participant_id,
	        .kind = kind,
	        .video = kind != CARDEA_KIND_MICROPHONE,
	        .lease_deadline_ms = lease,
	        .voice = {.of = source},
	};
	atomic_init(&source->mindex, -1);
	atomic_init(&source->stream, atomic_fetch_add(&next_stream, 1));
	atomic_init(&source->keyframe_asked_ms, -CARDEA_KEYFRAME_INTERVAL_MS);
	g_mutex_init(&source->lock);
}

void cardea_source_destroy(struct cardea_source *source)
{
	for (unsigned layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++)
		cardea_source_route(source, layer, NULL, 0);
	g_mutex_clear(&source->lock);
}

void cardea_source_get(struct cardea_source *source)
{
	cardea_ref_get(source->owner);
}

void cardea_source_put(struct cardea_source *source)
{
	cardea_ref_put(source->owner);
}

void cardea_source_bind(struct cardea_source *source, int mindex, const char *mid)
{
	g_strlcpy(source->mid, mindex < 0 ? "" : mid, sizeof(source->mid));
	atomic_store(&source->stream, atomic_fetch_add(&next_stream, 1));
	atomic_store(&source->mindex, mindex);
}

static struct cardea_route *route_new(struct cardea_slot **slots, unsigned count)
{
	if (count == 0)
		return NULL;
	struct cardea_route *route = g_malloc(sizeof(*route) + count * sizeof(struct cardea_slot *));
	atomic_init(&route->refs, 1);
	route->count = count;
	for (unsigned i = 0; i < count; i++) {
		cardea_ref_get(slots[i]->owner);
		route->slots[i] = slots[i];
	}
	return route;
}

void cardea_route_put(struct cardea_route *route)
{
	if (!route || atomic_fetch_sub_explicit(&route->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (unsigned i = 0; i < route->count; i++)
		cardea_ref_put(route->slots[i]->owner);
	g_free(route);
}

void cardea_source_route(struct cardea_source *source, unsigned layer, struct cardea_slot **slots,
                         unsigned count)
{
	struct cardea_route *route = route_new(slots, count);
	g_mutex_lock(&source->lock);
	struct cardea_route *old = source->layers[layer].route;
	source->layers[layer].route = route;
	g_mutex_unlock(&source->lock);
	cardea_route_put(old);
}

struct cardea_route *cardea_source_take_route(struct cardea_source *source, unsigned layer)
{
	g_mutex_lock(&source->lock);
	struct cardea_route *route = source->layers[layer].route;
	if (route)
		atomic_fetch_add_explicit(&route->refs, 1, memory_order_relaxed);
	g_mutex_unlock(&source->lock);
	return route;
}

bool cardea_source_want_keyframe(struct cardea_source *source, int64_t now_ms)
{
	int64_t asked = atomic_load(&source->keyframe_asked_ms);
	if (now_ms - asked >= CARDEA_KEYFRAME_INTERVAL_MS &&
	    atomic_compare_exchange_strong(&source->keyframe_asked_ms, &asked, now_ms)) {
		atomic_store(&source->keyframe_pending, false);
		atomic_fetch_add_explicit(&source->keyframes_asked, 1, memory_order_relaxed);
		return true;
	}
	atomic_store(&source->keyframe_pending, true);
	return false;
}

bool cardea_source_keyframe_due(struct cardea_source *source, int64_t now_ms)
{
	if (!atomic_load_explicit(&source->keyframe_pending, memory_order_relaxed))
		return false;
	return cardea_source_want_keyframe(source, now_ms);
}

void cardea_source_saw_keyframe(struct cardea_source *source, int64_t now_ms)
{
	atomic_store_explicit(&source->keyframe_seen_ms, now_ms, memory_order_relaxed);
	atomic_store(&source->keyframe_pending, false);
}
