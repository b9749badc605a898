#include "forward.h"

#include <string.h>
#include "keyframe.h"
#include "rtp.h"

/* One packet on its way: where it is, what it is, to whom it goes. */
struct passage {
	uint8_t *data, *payload;
	struct cardea_rtp rtp;
	struct cardea_packet packet;
	cardea_forward_send_h send;
	void *arg;
};

static void count_drop(struct cardea_source *source, enum cardea_drop reason)
{
	cardea_count(&source->dropped[reason], 1);
}

/* The rid is looked for only as long as the SSRC is not known. */
static int find_layer(struct cardea_source *source, const struct passage *passage)
{
	int layer = cardea_source_layer_of(source, passage->rtp.ssrc, NULL, 0);
	if (layer >= 0)
		return layer;
	size_t rid_len = 0;
	int id = atomic_load_explicit(&source->rid_extension, memory_order_relaxed);
	const uint8_t *rid =
	        cardea_rtp_extension(passage->data, passage->packet.len, (unsigned)id, &rid_len);
	return cardea_source_layer_of(source, passage->rtp.ssrc, (const char *)rid, rid_len);
}

/* Reads header and layer of the packet; false, and counted, if it is none of the source. */
static bool recognize(struct cardea_source *source, struct passage *passage)
{
	struct cardea_packet *packet = &passage->packet;
	if (cardea_rtp_parse(passage->data, packet->len, &passage->rtp) < 0) {
		count_drop(source, CARDEA_DROP_MALFORMED);
		return false;
	}
	passage->payload = passage->data + (passage->rtp.payload - passage->data);
	int layer = find_layer(source, passage);
	if (layer < 0) {
		count_drop(source, CARDEA_DROP_LAYER);
		return false;
	}
	packet->layer = (unsigned)layer;
	packet->stream = atomic_load_explicit(&source->stream, memory_order_relaxed) + packet->layer;
	packet->codec = (enum cardea_codec)atomic_load_explicit(&source->codec, memory_order_relaxed);
	packet->seq = passage->rtp.seq;
	packet->ts = passage->rtp.ts;
	return true;
}

static void note_arrival(struct cardea_layer *layer, const struct passage *passage)
{
	cardea_count(&layer->packets, 1);
	cardea_count(&layer->bytes, passage->packet.len);
	/* Padding probes the bandwidth also for a layer that is not sent. */
	if (passage->rtp.payload_len > 0)
		atomic_store_explicit(&layer->seen_ms, passage->packet.now_ms, memory_order_relaxed);
}

static bool is_open(const struct cardea_source *source)
{
	return atomic_load_explicit(&source->open, memory_order_acquire);
}

/* A node that was paused or cut off wakes up late: the room may live elsewhere by now. */
static bool is_leased(const struct cardea_source *source, int64_t now_ms)
{
	const _Atomic int64_t *lease =
	        atomic_load_explicit(&source->lease_deadline_ms, memory_order_relaxed);
	int64_t deadline = atomic_load_explicit(lease, memory_order_relaxed);
	return deadline == 0 || now_ms <= deadline;
}

/* Whether the source may send at all: rights, activity, the room's lease, its limit. No lock. */
static bool may_pass(struct cardea_source *source, size_t len, int64_t now_ms)
{
	if (!is_open(source)) {
		count_drop(source, CARDEA_DROP_CLOSED);
		return false;
	}
	if (!is_leased(source, now_ms)) {
		count_drop(source, CARDEA_DROP_LEASE);
		return false;
	}
	if (!cardea_cap_admit(&source->cap, len, now_ms)) {
		count_drop(source, CARDEA_DROP_CAPPED);
		return false;
	}
	return true;
}

/* Whether none of the packets behind this one has been seen before it. */
static bool is_newest(struct cardea_layer *layer, const struct cardea_packet *packet)
{
	if (layer->newest_stream == packet->stream &&
	    cardea_rewrite_late(layer->newest_seq, layer->newest_ts, cardea_codec_clock(packet->codec),
	                        packet->seq, packet->ts))
		return false;
	layer->newest_stream = packet->stream;
	layer->newest_seq = packet->seq;
	layer->newest_ts = packet->ts;
	return true;
}

/* Finds out what the payload says. A key frame whose first packet comes late, after others of it
 * that were left out, is no place to start: the receiver would never get these. */
static void read_payload(struct cardea_source *source, struct passage *passage)
{
	struct cardea_packet *packet = &passage->packet;
	const struct cardea_rtp *rtp = &passage->rtp;
	struct cardea_layer *layer = &source->layers[packet->layer];
	uint32_t size = 0;
	if (packet->codec == CARDEA_CODEC_VP8) {
		cardea_vp8_parse(rtp->payload, rtp->payload_len, &packet->vp8);
		size = cardea_vp8_size(&packet->vp8, rtp->payload, rtp->payload_len);
		packet->keyframe = packet->vp8.keyframe;
	} else {
		packet->keyframe = cardea_keyframe_starts(packet->codec, rtp->payload, rtp->payload_len);
	}
	packet->keyframe &= is_newest(layer, packet);
	if (packet->keyframe)
		cardea_source_saw_keyframe(source, packet->layer, size, packet->now_ms);
}

/* Writes what a recipient gets into the packet at @data, with its payload at @payload. */
static void write_header(uint8_t *data, uint8_t *payload, const struct cardea_packet *packet,
                         const struct cardea_slot_header *header)
{
	cardea_rtp_write(data, header->pt, header->seq, header->ts);
	cardea_vp8_write(&packet->vp8, payload, header->picture_id, header->tl0picidx);
}

/* Returns true if the slot waits for a key frame. */
static bool forward_to(struct cardea_slot *slot, struct cardea_source *source,
                       const struct passage *passage)
{
	const struct cardea_packet *packet = &passage->packet;
	struct cardea_slot_header header;
	switch (cardea_slot_prepare(slot, source, packet, &header)) {
	case CARDEA_SLOT_SEND:
		write_header(passage->data, passage->payload, packet, &header);
		passage->send(slot->receiver, slot->mindex, passage->arg);
		cardea_count(&source->sent, 1);
		return false;
	case CARDEA_SLOT_WAITING:
		count_drop(source, CARDEA_DROP_WAITING);
		return true;
	case CARDEA_SLOT_STALE:
		count_drop(source, CARDEA_DROP_STALE);
		return false;
	case CARDEA_SLOT_NOT_READY:
		count_drop(source, CARDEA_DROP_NOT_READY);
		return false;
	}
	return false;
}

static bool forward_to_all(const struct cardea_route *route, struct cardea_source *source,
                           const struct passage *passage)
{
	const struct cardea_vp8 *vp8 = &passage->packet.vp8;
	uint8_t saved[CARDEA_RTP_HEADER];
	memcpy(saved, passage->data, sizeof(saved));
	bool waiting = false;
	for (unsigned i = 0; i < route->count; i++)
		waiting |= forward_to(route->slots[i], source, passage);
	memcpy(passage->data, saved, sizeof(saved));
	cardea_vp8_write(vp8, passage->payload, vp8->picture_id, vp8->tl0picidx);
	return waiting;
}

bool cardea_forward(struct cardea_source *source, uint8_t *data, size_t len,
                    const struct cardea_orientation *orientation, int64_t now_ms,
                    cardea_forward_send_h send, void *arg)
{
	struct passage passage = {
	        .data = data, .packet = {.len = len, .now_ms = now_ms}, .send = send, .arg = arg};
	cardea_count(&source->packets, 1);
	cardea_count(&source->bytes, len);
	if (!recognize(source, &passage))
		return false;
	unsigned index = passage.packet.layer;
	struct cardea_layer *layer = &source->layers[index];
	note_arrival(layer, &passage);
	if (!may_pass(source, len, now_ms)) {
		cardea_recent_break(&layer->recent);
		return false;
	}
	read_payload(source, &passage);
	cardea_recent_record(&layer->recent, &passage.packet, data, orientation);
	struct cardea_route *route = cardea_source_take_route(source, index);
	bool waiting = route && forward_to_all(route, source, &passage);
	cardea_route_put(route);
	if (waiting)
		return cardea_source_want_keyframe(source, now_ms);
	return cardea_source_keyframe_due(source, now_ms);
}

/* ---- what came before ---- */

/* False if the slot does not want it any more, or it may not be sent. */
static bool repeat(struct cardea_source *source, struct cardea_slot *slot,
                   struct cardea_recent_packet *recent, cardea_forward_repeat_h send)
{
	const struct cardea_packet *packet = &recent->packet;
	struct cardea_slot_header header;
	struct cardea_rtp rtp;
	/* It may be closed meanwhile. */
	if (!is_open(source) || cardea_rtp_parse(recent->data, packet->len, &rtp) < 0 ||
	    cardea_slot_prepare(slot, source, packet, &header) != CARDEA_SLOT_SEND)
		return false;
	write_header(recent->data, recent->data + (rtp.payload - recent->data), packet, &header);
	send(slot->receiver, slot->mindex, recent->data, packet->len, &recent->orientation);
	return true;
}

/* Repeats all that is recorded; *@any: at least one packet. False if the record breaks off. */
static bool repeat_all(struct cardea_source *source, struct cardea_recent *recent,
                       struct cardea_slot *slot, int64_t now_ms, cardea_forward_repeat_h send,
                       bool *any)
{
	struct cardea_recent_cursor cursor = {0};
	struct cardea_recent_packet next;
	uint16_t seq = 0;
	*any = false;
	for (;;) {
		switch (cardea_recent_read(recent, &cursor, now_ms, &next)) {
		case CARDEA_RECENT_NEXT:
			if (!repeat(source, slot, &next, send))
				return false;
			*any = true;
			seq = next.packet.seq;
			break;
		case CARDEA_RECENT_END:
			if (cardea_slot_end_repeat(slot, *any, seq))
				return true;
			break;
		case CARDEA_RECENT_CHANGED:
			return false;
		}
	}
}

bool cardea_forward_recent(struct cardea_source *source, unsigned layer, struct cardea_slot *slot,
                           int64_t now_ms, cardea_forward_repeat_h send)
{
	struct cardea_recent *recent = &source->layers[layer].recent;
	uint64_t stream = atomic_load(&source->stream) + layer;
	if (!atomic_load(&recent->kept) || !is_leased(source, now_ms) ||
	    !cardea_slot_begin_repeat(slot, source, layer, stream))
		return false;
	bool any;
	if (repeat_all(source, recent, slot, now_ms, send, &any))
		return any;
	cardea_slot_stop_repeat(slot, source, layer);
	return false;
}
