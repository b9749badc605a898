#include "slot.h"

#include "report.h"
#include "source.h"

#define SILENCES 3 /* one may be lost */

/* References that are given back after the lock, because each may be the last one of a handle. */
struct released {
	struct cardea_source *sources[2];
};

static void put_released(const struct released *released)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(released->sources); i++) {
		if (released->sources[i])
			cardea_source_put(released->sources[i]);
	}
}

void cardea_slot_init(struct cardea_slot *slot, struct cardea_ref *owner, void *receiver,
                      int mindex, bool video, unsigned index)
{
	*slot = (struct cardea_slot){
	        .owner = owner, .receiver = receiver, .mindex = mindex, .video = video};
	for (unsigned i = 0; i < CARDEA_CODECS; i++)
		atomic_init(&slot->pts[i], -1);
	g_mutex_init(&slot->lock);
	g_snprintf(slot->mid, sizeof(slot->mid), "%c%u", video ? 'v' : 'a', index);
}

void cardea_slot_destroy(struct cardea_slot *slot)
{
	cardea_slot_assign(slot, NULL, 0);
	g_mutex_clear(&slot->lock);
}

static bool is(const struct cardea_view *view, const struct cardea_source *source, unsigned layer)
{
	return view->source == source && view->layer == layer;
}

static void take(struct cardea_view *view, struct cardea_source *source, unsigned layer)
{
	cardea_source_get(source);
	*view = (struct cardea_view){.source = source, .layer = layer};
}

/* Empties @view; its reference is the caller's. */
static struct cardea_source *empty(struct cardea_view *view)
{
	struct cardea_source *source = view->source;
	*view = (struct cardea_view){0};
	return source;
}

/* What comes next is taken up as a new stream, even from the same source: packets were left out in
 * between, and a hole of that size would only provoke NACKs. */
static void restart(struct cardea_slot *slot)
{
	slot->waiting = slot->video && slot->shown.source;
	slot->rewrite.stream = 0;
}

static void fall_silent(struct cardea_slot *slot)
{
	if (!slot->video && slot->rewrite.run > 0 && atomic_load(&slot->up))
		slot->silences = SILENCES;
}

static bool clear(struct cardea_slot *slot, struct released *released)
{
	bool any = slot->shown.source;
	released->sources[0] = empty(&slot->shown);
	released->sources[1] = empty(&slot->next);
	restart(slot);
	if (any)
		fall_silent(slot);
	return any;
}

/* Whether there is a picture to go on with while the next one is awaited. A slot that waits for a
 * key frame has none; which layer of one source it gets first does not matter. */
static bool holds(const struct cardea_slot *slot, const struct cardea_source *source)
{
	return slot->video && slot->shown.source && (!slot->waiting || slot->shown.source == source);
}

static bool assign(struct cardea_slot *slot, struct cardea_source *source, unsigned layer,
                   struct released *released)
{
	if (!source)
		return clear(slot, released);
	if (slot->next.source && is(&slot->next, source, layer))
		return false;
	released->sources[0] = empty(&slot->next);
	if (is(&slot->shown, source, layer))
		return released->sources[0];
	if (holds(slot, source)) {
		take(&slot->next, source, layer);
		return true;
	}
	released->sources[1] = empty(&slot->shown);
	take(&slot->shown, source, layer);
	restart(slot);
	slot->silences = 0;
	return true;
}

bool cardea_slot_assign(struct cardea_slot *slot, struct cardea_source *source, unsigned layer)
{
	struct released released = {0};
	g_mutex_lock(&slot->lock);
	bool changed = assign(slot, source, layer, &released);
	g_mutex_unlock(&slot->lock);
	put_released(&released);
	return changed;
}

bool cardea_slot_forget(struct cardea_slot *slot, const struct cardea_source *source)
{
	struct released released = {0};
	g_mutex_lock(&slot->lock);
	if (slot->next.source == source)
		released.sources[0] = empty(&slot->next);
	if (slot->shown.source == source) {
		released.sources[1] = slot->shown.source;
		slot->shown = slot->next;
		slot->next = (struct cardea_view){0};
		restart(slot);
		fall_silent(slot);
	}
	g_mutex_unlock(&slot->lock);
	put_released(&released);
	return released.sources[0] || released.sources[1];
}

static struct cardea_source *look(struct cardea_slot *slot, const struct cardea_view *view,
                                  int *layer)
{
	g_mutex_lock(&slot->lock);
	struct cardea_source *source = view->source;
	if (layer)
		*layer = (int)view->layer;
	g_mutex_unlock(&slot->lock);
	return source;
}

struct cardea_source *cardea_slot_shown(struct cardea_slot *slot, int *layer)
{
	return look(slot, &slot->shown, layer);
}

struct cardea_source *cardea_slot_next(struct cardea_slot *slot, int *layer)
{
	return look(slot, &slot->next, layer);
}

void cardea_slot_views(struct cardea_slot *slot, struct cardea_view *shown,
                       struct cardea_view *next)
{
	g_mutex_lock(&slot->lock);
	*shown = slot->shown;
	*next = slot->next;
	g_mutex_unlock(&slot->lock);
}

struct cardea_source *cardea_slot_source(struct cardea_slot *slot)
{
	g_mutex_lock(&slot->lock);
	struct cardea_source *source = slot->next.source ? slot->next.source : slot->shown.source;
	if (source)
		cardea_source_get(source);
	g_mutex_unlock(&slot->lock);
	return source;
}

struct cardea_source *cardea_slot_waits(struct cardea_slot *slot, unsigned *layer)
{
	g_mutex_lock(&slot->lock);
	struct cardea_source *source = slot->waiting ? slot->shown.source : NULL;
	*layer = slot->shown.layer;
	if (source)
		cardea_source_get(source);
	g_mutex_unlock(&slot->lock);
	return source;
}

bool cardea_slot_take_switched(struct cardea_slot *slot)
{
	return atomic_load_explicit(&slot->switched, memory_order_relaxed) &&
	       atomic_exchange(&slot->switched, false);
}

void cardea_slot_set_up(struct cardea_slot *slot, bool up)
{
	g_mutex_lock(&slot->lock);
	restart(slot);
	slot->silences = 0;
	slot->round_trip_ms = 0;
	slot->reports.lost = 0;
	g_mutex_unlock(&slot->lock);
	atomic_store(&slot->up, up);
}

bool cardea_slot_ready(const struct cardea_slot *slot)
{
	return atomic_load(&slot->up) && cardea_slot_accepted(slot);
}

static bool report_locked(struct cardea_slot *slot, const struct cardea_report *report,
                          int64_t now_ms)
{
	struct cardea_slot_reports *reports = &slot->reports;
	if (report->has_pli || report->has_fir)
		reports->keyframes_wanted++;
	if (!report->has_report)
		return false;
	/* Of a report that was lost itself only the sum tells. */
	bool more = report->fraction_lost > 0 || report->cumulative_lost > reports->lost;
	reports->expected = reports->count > 0 ? report->highest_seq - reports->highest_seq : 0;
	reports->highest_seq = report->highest_seq;
	reports->count++;
	reports->fraction_lost = report->fraction_lost;
	reports->lost = report->cumulative_lost;
	reports->jitter = report->jitter;
	/* A report that answers one of Janus' own has a round trip in it. */
	if (report->last_sr != 0 && slot->round_trip_ms == 0)
		slot->round_trip_ms = now_ms;
	return slot->video && more &&
	       (slot->round_trip_ms == 0 || now_ms - slot->round_trip_ms < CARDEA_SLOT_SETTLING_MS);
}

bool cardea_slot_report(struct cardea_slot *slot, const struct cardea_report *report,
                        int64_t now_ms, uint32_t *expected)
{
	g_mutex_lock(&slot->lock);
	bool due = report_locked(slot, report, now_ms);
	*expected = report->has_report ? slot->reports.expected : 0;
	g_mutex_unlock(&slot->lock);
	return due;
}

bool cardea_slot_takes(const struct cardea_slot *slot, enum cardea_codec codec)
{
	return atomic_load_explicit(&slot->pts[codec], memory_order_relaxed) >= 0;
}

bool cardea_slot_accepted(const struct cardea_slot *slot)
{
	for (unsigned i = 0; i < CARDEA_CODECS; i++) {
		if (cardea_slot_takes(slot, (enum cardea_codec)i))
			return true;
	}
	return false;
}

struct cardea_slot_counts cardea_slot_count(struct cardea_slot *slot)
{
	g_mutex_lock(&slot->lock);
	struct cardea_slot_counts counts = {.packets = slot->packets,
	                                    .bytes = slot->bytes,
	                                    .switches = slot->switches,
	                                    .waiting = slot->waiting,
	                                    .reports = slot->reports};
	g_mutex_unlock(&slot->lock);
	return counts;
}

/* Finds out whether the packet is of what is shown, switching to what is awaited if it begins that.
 * *@old is what was shown until then. */
static enum cardea_slot_result choose(struct cardea_slot *slot, const struct cardea_source *source,
                                      const struct cardea_packet *packet,
                                      struct cardea_source **old)
{
	if (is(&slot->next, source, packet->layer)) {
		if (!packet->keyframe)
			return CARDEA_SLOT_WAITING;
		*old = slot->shown.source;
		slot->shown = slot->next;
		slot->next = (struct cardea_view){0};
		slot->waiting = false;
		slot->switches++;
		atomic_store(&slot->switched, true);
		return CARDEA_SLOT_SEND;
	}
	/* The route of a source may be a moment older than the assignment. */
	if (!is(&slot->shown, source, packet->layer))
		return CARDEA_SLOT_STALE;
	if (slot->repeating == packet->stream && !packet->repeated) {
		/* Before the first one is repeated it is read with all others; after that it is missed. */
		if (slot->waiting)
			return CARDEA_SLOT_WAITING;
		slot->skipped = true;
		slot->skipped_seq = packet->seq;
		return CARDEA_SLOT_STALE;
	}
	if (slot->waiting && !packet->keyframe)
		return CARDEA_SLOT_WAITING;
	slot->waiting = false;
	return CARDEA_SLOT_SEND;
}

static enum cardea_slot_result prepare(struct cardea_slot *slot, const struct cardea_source *source,
                                       const struct cardea_packet *packet,
                                       struct cardea_slot_header *out, struct cardea_source **old)
{
	enum cardea_slot_result result = choose(slot, source, packet, old);
	if (result != CARDEA_SLOT_SEND)
		return result;
	if (packet->hurried)
		cardea_rewrite_hurry(&slot->rewrite, packet->stream, cardea_codec_clock(packet->codec),
		                     packet->ts);
	if (!cardea_rewrite_packet(&slot->rewrite, packet->stream, cardea_codec_clock(packet->codec),
	                           packet->seq, packet->ts, packet->now_ms, &out->seq, &out->ts))
		return CARDEA_SLOT_STALE;
	cardea_vp8_map(&slot->vp8, slot->rewrite.run, &packet->vp8, &out->picture_id, &out->tl0picidx);
	slot->packets++;
	slot->bytes += packet->len;
	return CARDEA_SLOT_SEND;
}

enum cardea_slot_result cardea_slot_prepare(struct cardea_slot *slot, struct cardea_source *source,
                                            const struct cardea_packet *packet,
                                            struct cardea_slot_header *out)
{
	int pt = atomic_load_explicit(&slot->pts[packet->codec], memory_order_relaxed);
	if (pt < 0 || !atomic_load_explicit(&slot->up, memory_order_acquire))
		return CARDEA_SLOT_NOT_READY;
	struct cardea_source *old = NULL;
	out->pt = (uint8_t)pt;
	g_mutex_lock(&slot->lock);
	enum cardea_slot_result result = prepare(slot, source, packet, out, &old);
	g_mutex_unlock(&slot->lock);
	/* Outside the lock: it may be the last reference to a whole handle. */
	if (old)
		cardea_source_put(old);
	return result;
}

bool cardea_slot_silence(struct cardea_slot *slot, int64_t now_ms, struct cardea_slot_header *out)
{
	int pt = atomic_load_explicit(&slot->pts[CARDEA_CODEC_OPUS], memory_order_relaxed);
	g_mutex_lock(&slot->lock);
	bool due = slot->silences > 0;
	if (due) {
		slot->silences--;
		int64_t at = MAX(now_ms, slot->rewrite.out_ms + CARDEA_SLOT_FRAME_MS);
		cardea_rewrite_append(&slot->rewrite, cardea_codec_clock(CARDEA_CODEC_OPUS), at, &out->seq,
		                      &out->ts);
		slot->packets++;
	}
	g_mutex_unlock(&slot->lock);
	out->pt = (uint8_t)pt;
	return due && pt >= 0;
}

bool cardea_slot_begin_repeat(struct cardea_slot *slot, const struct cardea_source *source,
                              unsigned layer, uint64_t stream)
{
	g_mutex_lock(&slot->lock);
	bool waits = slot->waiting && is(&slot->shown, source, layer);
	if (waits) {
		slot->repeating = stream;
		slot->skipped = false;
	}
	g_mutex_unlock(&slot->lock);
	return waits;
}

bool cardea_slot_end_repeat(struct cardea_slot *slot, bool any, uint16_t last_seq)
{
	g_mutex_lock(&slot->lock);
	bool more = any && slot->skipped && (int16_t)(uint16_t)(slot->skipped_seq - last_seq) > 0;
	if (!more)
		slot->repeating = 0;
	g_mutex_unlock(&slot->lock);
	return !more;
}

void cardea_slot_stop_repeat(struct cardea_slot *slot, const struct cardea_source *source,
                             unsigned layer)
{
	g_mutex_lock(&slot->lock);
	slot->repeating = 0;
	if (is(&slot->shown, source, layer))
		restart(slot);
	g_mutex_unlock(&slot->lock);
}
