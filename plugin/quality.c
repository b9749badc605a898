#include "quality.h"

#include "assign.h"
#include "receive.h"
#include "speaker.h"
#include "video.h"

bool cardea_quality_needed(const struct cardea_room *room)
{
	for (unsigned i = 0; i < room->sources->len; i++) {
		const struct cardea_source *source = g_ptr_array_index(room->sources, i);
		if (source->video)
			return true;
	}
	return false;
}

/* ---- what receivers get ---- */

static void take_estimate(struct cardea_session *receiver, int64_t now_ms)
{
	struct cardea_video *video = receiver->video;
	struct cardea_feedback *feedback = &receiver->feedback;
	int64_t remb_ms = atomic_load(&feedback->remb_ms);
	if (remb_ms != video->estimate_ms) {
		video->estimate_ms = remb_ms;
		cardea_budget_remb(&video->budget, atomic_load(&feedback->remb_bps), now_ms);
	}
	uint32_t expected = atomic_exchange(&feedback->expected, 0);
	uint32_t lost = atomic_exchange(&feedback->lost, 0);
	uint32_t lossy = atomic_exchange(&feedback->lossy, 0);
	atomic_store(&feedback->playout_ms, cardea_playout_run(&video->playout, lossy,
	                                                       atomic_load(&feedback->rtt_ms), now_ms));
	if (expected > 0)
		cardea_budget_loss(&video->budget,
		                   (unsigned)((uint64_t)MIN(lost, expected) * 256 / expected), now_ms);
}

static enum cardea_priority priority_of(const struct cardea_video_slot *slot)
{
	if (slot->target->which == CARDEA_SOURCE_SCREEN)
		return CARDEA_PRIORITY_SCREEN;
	if (slot->wish.pinned)
		return CARDEA_PRIORITY_PINNED;
	return slot->wish.mode == CARDEA_WISH_SPEAKER ? CARDEA_PRIORITY_SPEAKER : CARDEA_PRIORITY_REST;
}

/* The wants of one receiver. */
struct choice {
	struct cardea_layer_want wants[CARDEA_MAX_VIDEO_SLOTS];
	unsigned indexes[CARDEA_MAX_VIDEO_SLOTS]; /* of the video slots */
	unsigned count;
};

static void collect(const struct cardea_video *video, struct choice *choice)
{
	choice->count = 0;
	for (unsigned i = 0; i < video->count; i++) {
		const struct cardea_video_slot *slot = &video->slots[i];
		if (!slot->target)
			continue;
		unsigned n = choice->count++;
		choice->indexes[n] = i;
		choice->wants[n] =
		        (struct cardea_layer_want){.offers = slot->target->offers,
		                                   .height = slot->wish.height,
		                                   .priority = priority_of(slot),
		                                   .layer = slot->fresh ? CARDEA_LAYER_NONE : slot->layer};
	}
}

static void give(struct cardea_session *receiver, unsigned index, int layer)
{
	struct cardea_video_slot *slot = &receiver->video->slots[index];
	if (slot->layer == layer)
		return;
	slot->layer = layer;
	cardea_assign_show(receiver, &receiver->slots[receiver->audio_slots + index],
	                   layer == CARDEA_LAYER_NONE ? NULL : slot->target, (unsigned)MAX(layer, 0));
	if (layer != CARDEA_LAYER_NONE)
		cardea_session_want_keyframe(slot->target);
}

static void choose(struct cardea_session *receiver, int64_t now_ms)
{
	struct cardea_video *video = receiver->video;
	struct choice choice;
	collect(video, &choice);
	video->given_bps = cardea_layers_choose(&video->budget, choice.wants, choice.count, now_ms);
	for (unsigned i = 0; i < choice.count; i++) {
		video->slots[choice.indexes[i]].fresh = false;
		give(receiver, choice.indexes[i], choice.wants[i].layer);
	}
}

/* ---- what senders send ---- */

static void note_watched(struct cardea_session *receiver, int64_t now_ms)
{
	for (unsigned i = receiver->audio_slots; i < cardea_session_slots(receiver); i++) {
		struct cardea_view shown, next;
		cardea_slot_views(&receiver->slots[i], &shown, &next);
		if (shown.source)
			shown.source->layers[shown.layer].watched_ms = now_ms;
		if (next.source)
			next.source->layers[next.layer].watched_ms = now_ms;
	}
}

json_t *cardea_quality_rids(const struct cardea_source *source)
{
	json_t *rids = json_array();
	for (unsigned i = 0; i < cardea_source_layers(source); i++) {
		if (source->layers[i].wanted)
			json_array_append_new(rids, json_string(source->layers[i].rid));
	}
	return rids;
}

static void tell_layers(const struct cardea_source *source)
{
	cardea_session_event(source->publisher, "layers",
	                     json_pack("{s:s, s:o}", "kind", cardea_source_kind_name(source->which),
	                               "rids", cardea_quality_rids(source)),
	                     NULL);
}

/* The lowest is never left out: a new viewer gets it at once. */
static void pause_layers(struct cardea_source *source, int64_t now_ms)
{
	bool changed = false;
	for (unsigned i = 1; i < cardea_source_layers(source); i++) {
		bool wanted = now_ms - source->layers[i].watched_ms < CARDEA_LAYER_IDLE_MS;
		changed |= cardea_source_want_layer(source, i, wanted, now_ms);
	}
	if (changed)
		tell_layers(source);
}

typedef void (*video_source_h)(struct cardea_source *source, int64_t now_ms);

static void each_video_source(struct cardea_room *room, video_source_h each, int64_t now_ms)
{
	for (unsigned i = 0; i < room->sources->len; i++) {
		struct cardea_source *source = g_ptr_array_index(room->sources, i);
		if (source->video)
			each(source, now_ms);
	}
}

static void measure(struct cardea_source *source, int64_t now_ms)
{
	cardea_source_measure(source, now_ms);
	cardea_source_offers(source, now_ms, source->offers);
}

static void serve(struct cardea_session *receiver, int64_t now_ms)
{
	if (atomic_load(&receiver->media) == CARDEA_MEDIA_UP) {
		cardea_receive_complete(receiver, false);
		take_estimate(receiver, now_ms);
		choose(receiver, now_ms);
	}
	note_watched(receiver, now_ms);
}

void cardea_quality_run(struct cardea_room *room, int64_t now_ms)
{
	/* Ticks come a little early or late. */
	if (now_ms - room->quality_ms < CARDEA_QUALITY_TICK_MS - CARDEA_SPEAK_TICK_MS / 2)
		return;
	room->quality_ms = now_ms;
	each_video_source(room, measure, now_ms);
	struct cardea_receivers receivers;
	struct cardea_session *receiver;
	cardea_receivers_init(&receivers, room);
	while ((receiver = cardea_receivers_next(&receivers)))
		serve(receiver, now_ms);
	each_video_source(room, pause_layers, now_ms);
}
