#include "slot.h"

#include "report.h"
#include "source.h"

#define AUDIO_CLOCK 48000 /* Opus, RFC 7587 4.1 */
#define VIDEO_CLOCK 90000

void cardea_slot_init(struct cardea_slot *slot, struct cardea_ref *owner, void *receiver,
                      int mindex, bool video, unsigned index)
{
	*slot = (struct cardea_slot){
	        .owner = owner, .receiver = receiver, .mindex = mindex, .video = video};
	atomic_init(&slot->pt, -1);
	atomic_init(&slot->up, false);
	g_mutex_init(&slot->lock);
	g_snprintf(slot->mid, sizeof(slot->mid), "%c%u", video ? 'v' : 'a', index);
}

void cardea_slot_destroy(struct cardea_slot *slot)
{
	cardea_slot_assign(slot, NULL);
	g_mutex_clear(&slot->lock);
}

/* What comes next is taken up as a new stream, even from the same source: packets were left out in
 * between, and a hole of that size would only provoke NACKs. */
static void restart_locked(struct cardea_slot *slot)
{
	slot->waiting = slot->video;
	slot->rewrite.stream = 0;
}

void cardea_slot_assign(struct cardea_slot *slot, struct cardea_source *source)
{
	if (source)
		cardea_source_get(source);
	g_mutex_lock(&slot->lock);
	struct cardea_source *old = slot->source;
	slot->source = source;
	restart_locked(slot);
	g_mutex_unlock(&slot->lock);
	/* Outside the lock: it may be the last reference to a whole handle. */
	if (old)
		cardea_source_put(old);
}

struct cardea_source *cardea_slot_source(struct cardea_slot *slot)
{
	g_mutex_lock(&slot->lock);
	struct cardea_source *source = slot->source;
	if (source)
		cardea_source_get(source);
	g_mutex_unlock(&slot->lock);
	return source;
}

struct cardea_source *cardea_slot_shown(const struct cardea_slot *slot)
{
	return slot->source;
}

void cardea_slot_set_up(struct cardea_slot *slot, bool up)
{
	g_mutex_lock(&slot->lock);
	restart_locked(slot);
	slot->first_sent_ms = 0;
	slot->lost = 0;
	g_mutex_unlock(&slot->lock);
	atomic_store(&slot->up, up);
}

static bool report_locked(struct cardea_slot *slot, const struct cardea_report *report,
                          int64_t now_ms)
{
	/* Of a report that was lost itself only the sum tells. */
	bool more = report->fraction_lost > 0 || report->cumulative_lost > slot->lost;
	slot->lost = report->cumulative_lost;
	return more && slot->first_sent_ms > 0 &&
	       now_ms - slot->first_sent_ms < CARDEA_SLOT_UNREPAIRED_MS;
}

bool cardea_slot_report(struct cardea_slot *slot, const struct cardea_report *report,
                        int64_t now_ms)
{
	if (!slot->video || !report->has_report)
		return false;
	g_mutex_lock(&slot->lock);
	bool due = report_locked(slot, report, now_ms);
	g_mutex_unlock(&slot->lock);
	return due;
}

uint64_t cardea_slot_packets(struct cardea_slot *slot)
{
	g_mutex_lock(&slot->lock);
	uint64_t packets = slot->packets;
	g_mutex_unlock(&slot->lock);
	return packets;
}

static enum cardea_slot_result prepare_locked(struct cardea_slot *slot,
                                              const struct cardea_source *source, uint64_t stream,
                                              bool keyframe, uint16_t seq, uint32_t ts,
                                              int64_t now_ms, struct cardea_slot_header *out)
{
	/* The route of a source may be a moment older than the assignment. */
	if (slot->source != source)
		return CARDEA_SLOT_STALE;
	if (slot->waiting && !keyframe)
		return CARDEA_SLOT_WAITING;
	if (!cardea_rewrite_packet(&slot->rewrite, stream, slot->video ? VIDEO_CLOCK : AUDIO_CLOCK, seq,
	                           ts, now_ms, &out->seq, &out->ts))
		return CARDEA_SLOT_STALE;
	slot->waiting = false;
	if (slot->first_sent_ms == 0)
		slot->first_sent_ms = now_ms;
	slot->packets++;
	return CARDEA_SLOT_SEND;
}

enum cardea_slot_result cardea_slot_prepare(struct cardea_slot *slot,
                                            const struct cardea_source *source, uint64_t stream,
                                            bool keyframe, uint16_t seq, uint32_t ts,
                                            int64_t now_ms, struct cardea_slot_header *out)
{
	int pt = atomic_load_explicit(&slot->pt, memory_order_relaxed);
	if (pt < 0 || !atomic_load_explicit(&slot->up, memory_order_acquire))
		return CARDEA_SLOT_NOT_READY;
	out->pt = (uint8_t)pt;
	g_mutex_lock(&slot->lock);
	enum cardea_slot_result result =
	        prepare_locked(slot, source, stream, keyframe, seq, ts, now_ms, out);
	g_mutex_unlock(&slot->lock);
	return result;
}
