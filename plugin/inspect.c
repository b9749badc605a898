#include "inspect.h"

#include "cardea_clock.h"
#include "stats.h"
#include "video.h"

/* Age in ms of what happened at @then_ms, or null for never. */
static json_t *age(int64_t then_ms, int64_t now_ms)
{
	return then_ms ? json_integer(now_ms - then_ms) : json_null();
}

/* ---- sources ---- */

static json_t *layer_figures(const struct cardea_layer *layer, int64_t now_ms)
{
	uint32_t size = atomic_load(&layer->size);
	return json_pack("{s:s, s:b, s:i, s:i, s:I, s:I, s:I, s:o, s:o}", "rid", layer->rid, "wanted",
	                 (int)layer->wanted, "width", (int)(size >> 16), "height", (int)(size & 0xffff),
	                 "bps", (json_int_t)layer->bps, "packets",
	                 (json_int_t)atomic_load(&layer->packets), "bytes",
	                 (json_int_t)atomic_load(&layer->bytes), "packet_age_ms",
	                 age(atomic_load(&layer->seen_ms), now_ms), "keyframe_age_ms",
	                 age(atomic_load(&layer->keyframe_ms), now_ms));
}

static json_t *source_figures(const struct cardea_source *source, int64_t now_ms)
{
	json_t *layers = json_array();
	for (unsigned i = 0; source->video && i < cardea_source_layers(source); i++)
		json_array_append_new(layers, layer_figures(&source->layers[i], now_ms));
	return json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:o, s:o}", "kind",
	                 cardea_source_kind_name(source->which), "codec",
	                 cardea_codec_name((enum cardea_codec)atomic_load(&source->codec)), "active",
	                 (int)atomic_load(&source->open), "packets",
	                 (json_int_t)atomic_load(&source->packets), "bytes",
	                 (json_int_t)atomic_load(&source->bytes), "sent",
	                 (json_int_t)atomic_load(&source->sent), "keyframes_asked",
	                 (json_int_t)atomic_load(&source->keyframes_asked), "dropped",
	                 cardea_stats_drops(source->dropped), "layers", layers);
}

/* ---- slots ---- */

static json_t *report_figures(const struct cardea_slot_reports *reports)
{
	return json_pack("{s:I, s:i, s:i, s:I, s:I}", "reports", (json_int_t)reports->count,
	                 "fraction_lost_256", (int)reports->fraction_lost, "lost", (int)reports->lost,
	                 "jitter", (json_int_t)reports->jitter, "keyframes_wanted",
	                 (json_int_t)reports->keyframes_wanted);
}

static json_t *slot_figures(struct cardea_slot *slot)
{
	struct cardea_view shown, next;
	cardea_slot_views(slot, &shown, &next);
	struct cardea_slot_counts counts = cardea_slot_count(slot);
	json_t *figures =
	        json_pack("{s:s, s:s?, s:s?, s:I, s:I, s:I, s:b, s:b, s:o}", "mid", slot->mid,
	                  "participant", shown.source ? shown.source->participant_id : NULL, "kind",
	                  shown.source ? cardea_source_kind_name(shown.source->which) : NULL, "packets",
	                  (json_int_t)counts.packets, "bytes", (json_int_t)counts.bytes, "switches",
	                  (json_int_t)counts.switches, "waiting", (int)counts.waiting, "up",
	                  (int)atomic_load(&slot->up), "report", report_figures(&counts.reports));
	if (slot->video) {
		json_object_set_new(figures, "layer",
		                    shown.source ? json_integer(shown.layer) : json_null());
		json_object_set_new(figures, "next_layer",
		                    next.source ? json_integer(next.layer) : json_null());
	}
	return figures;
}

/* ---- handles ---- */

static json_t *receiver_figures(struct cardea_session *receiver)
{
	const struct cardea_feedback *feedback = &receiver->feedback;
	return json_pack("{s:s, s:I, s:I, s:i, s:i}", "media",
	                 cardea_media_name((enum cardea_media_state)atomic_load(&receiver->media)),
	                 "remb_bps", (json_int_t)atomic_load(&feedback->remb_bps), "given_bps",
	                 (json_int_t)receiver->video->given_bps, "rtt_ms",
	                 (int)atomic_load(&feedback->rtt_ms), "playout_ms",
	                 (int)atomic_load(&feedback->playout_ms));
}

static void add_detail(json_t *object, const struct cardea_participant *participant)
{
	int64_t now_ms = cardea_clock_mono_ms(&cardea_clock_system);
	struct cardea_session *publisher = participant->handles[CARDEA_PUBLISHER];
	struct cardea_session *receiver = participant->handles[CARDEA_RECEIVER];
	json_t *sources = json_array(), *slots = json_array();
	for (unsigned i = 0; publisher && i < CARDEA_SOURCE_KINDS; i++) {
		if (cardea_source_published(&publisher->sources[i]))
			json_array_append_new(sources, source_figures(&publisher->sources[i], now_ms));
	}
	for (unsigned i = 0; receiver && i < cardea_session_slots(receiver); i++)
		json_array_append_new(slots, slot_figures(&receiver->slots[i]));
	json_object_set_new(object, "sources", sources);
	json_object_set_new(object, "slots", slots);
	if (publisher)
		json_object_set_new(object, "publish",
		                    json_pack("{s:s}", "media",
		                              cardea_media_name((enum cardea_media_state)atomic_load(
		                                      &publisher->media))));
	if (receiver)
		json_object_set_new(object, "receive", receiver_figures(receiver));
}

json_t *cardea_inspect_room(struct cardea_room *room, bool detail)
{
	json_t *participants = json_array();
	GHashTableIter iter;
	void *participant;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &participant)) {
		json_t *object = cardea_participant_admin(participant);
		if (detail)
			add_detail(object, participant);
		json_array_append_new(participants, object);
	}
	return json_pack("{s:s, s:s, s:s, s:I, s:o}", "room", room->id, "tenant", room->tenant,
	                 "conf_id", room->conf_id, "epoch", (json_int_t)atomic_load(&room->epoch),
	                 "participants", participants);
}
