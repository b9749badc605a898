#include "source.h"

#include <string.h>
#include "cardea_error.h"

static const struct {
	const char *name;
	enum cardea_kind right;
	enum cardea_codec codec; /* until it is bound to another */
} kinds[CARDEA_SOURCE_KINDS] = {
        [CARDEA_SOURCE_MICROPHONE] = {"microphone", CARDEA_KIND_MICROPHONE, CARDEA_CODEC_OPUS},
        [CARDEA_SOURCE_CAMERA] = {"camera", CARDEA_KIND_CAMERA, CARDEA_CODEC_VP8},
        [CARDEA_SOURCE_SCREEN] = {"screen", CARDEA_KIND_SCREEN, CARDEA_CODEC_VP8},
        [CARDEA_SOURCE_SCREEN_AUDIO] = {"screen_audio", CARDEA_KIND_SCREEN, CARDEA_CODEC_OPUS},
};

/* Stream ids are unique in the process and never 0; each layer has its own. */
static atomic_uint_fast64_t next_stream = 1;

static uint64_t new_stream(void)
{
	return atomic_fetch_add(&next_stream, CARDEA_SOURCE_LAYERS);
}

const char *cardea_source_kind_name(enum cardea_source_kind which)
{
	return kinds[which].name;
}

int cardea_source_kind_parse(const char *name, enum cardea_source_kind *out)
{
	for (unsigned i = 0; i < CARDEA_SOURCE_KINDS; i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			*out = (enum cardea_source_kind)i;
			return 0;
		}
	}
	return CARDEA_E_INVALID;
}

enum cardea_kind cardea_source_kind_right(enum cardea_source_kind which)
{
	return kinds[which].right;
}

void cardea_source_init(struct cardea_source *source, struct cardea_ref *owner, void *publisher,
                        enum cardea_source_kind which, const char *participant_id,
                        const _Atomic int64_t *lease)
{
	*source = (struct cardea_source){
	        .owner = owner,
	        .publisher = publisher,
	        .participant_id = participant_id,
	        .which = which,
	        .kind = kinds[which].right,
	        .video = kinds[which].codec != CARDEA_CODEC_OPUS,
	        .lease_deadline_ms = lease,
	        .voice = {.of = source},
	};
	atomic_init(&source->codec, kinds[which].codec);
	atomic_init(&source->mindex, -1);
	atomic_init(&source->stream, new_stream());
	atomic_init(&source->keyframe_asked_ms, -CARDEA_KEYFRAME_INTERVAL_MS);
	g_mutex_init(&source->lock);
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		cardea_recent_init(&source->layers[i].recent);
}

void cardea_source_destroy(struct cardea_source *source)
{
	for (unsigned layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++) {
		cardea_source_route(source, layer, NULL, 0);
		cardea_recent_destroy(&source->layers[layer].recent);
	}
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

static bool same_encodings(const struct cardea_source *source, const char *const *rids,
                           unsigned count)
{
	if (atomic_load(&source->encodings) != count)
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(source->layers[i].rid, rids[i]) != 0)
			return false;
	}
	return true;
}

static void forget_layer(struct cardea_layer *layer, const char *rid)
{
	g_strlcpy(layer->rid, rid, sizeof(layer->rid));
	atomic_store(&layer->ssrc, 0);
	atomic_store(&layer->size, 0);
	layer->bps = 0;
	layer->cost_bps = 0;
	layer->absent_ms = 0;
}

static void set_encodings(struct cardea_source *source, const char *const *rids, unsigned count)
{
	g_mutex_lock(&source->lock);
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		forget_layer(&source->layers[i], i < count ? rids[i] : "");
	atomic_store(&source->encodings, count);
	g_mutex_unlock(&source->lock);
}

void cardea_source_bind(struct cardea_source *source, int mindex, const char *mid,
                        enum cardea_codec codec, const char *const *rids, unsigned count)
{
	g_strlcpy(source->mid, mindex < 0 ? "" : mid, sizeof(source->mid));
	if (mindex >= 0) {
		atomic_store(&source->codec, codec);
		if (!same_encodings(source, rids, count))
			set_encodings(source, rids, count);
		for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++) {
			source->layers[i].wanted = i < cardea_source_layers(source);
			source->layers[i].wanted_ms = 0;
		}
	}
	atomic_store(&source->stream, new_stream());
	atomic_store(&source->mindex, mindex);
}

/* Only this thread writes SSRCs, except for a new binding. */
static int learn_ssrc(struct cardea_source *source, uint64_t ssrc, const char *rid, size_t rid_len)
{
	int found = -1;
	g_mutex_lock(&source->lock);
	for (unsigned i = 0; i < atomic_load(&source->encodings); i++) {
		struct cardea_layer *layer = &source->layers[i];
		if (strlen(layer->rid) == rid_len && memcmp(layer->rid, rid, rid_len) == 0) {
			atomic_store(&layer->ssrc, ssrc);
			found = (int)i;
			break;
		}
	}
	g_mutex_unlock(&source->lock);
	return found;
}

int cardea_source_layer_of(struct cardea_source *source, uint32_t ssrc, const char *rid,
                           size_t rid_len)
{
	unsigned encodings = atomic_load_explicit(&source->encodings, memory_order_relaxed);
	uint64_t known = CARDEA_SSRC_KNOWN | ssrc;
	if (encodings == 0)
		return 0;
	for (unsigned i = 0; i < encodings; i++) {
		if (atomic_load_explicit(&source->layers[i].ssrc, memory_order_relaxed) == known)
			return (int)i;
	}
	return rid ? learn_ssrc(source, known, rid, rid_len) : -1;
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

void cardea_source_saw_keyframe(struct cardea_source *source, unsigned layer, uint32_t size,
                                int64_t now_ms)
{
	atomic_store_explicit(&source->layers[layer].keyframe_ms, now_ms, memory_order_relaxed);
	if (size)
		atomic_store_explicit(&source->layers[layer].size, size, memory_order_relaxed);
	atomic_store(&source->keyframe_pending, false);
}

int64_t cardea_source_keyframe_ms(const struct cardea_source *source)
{
	int64_t newest = 0;
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		newest = MAX(newest, atomic_load(&source->layers[i].keyframe_ms));
	return newest;
}
