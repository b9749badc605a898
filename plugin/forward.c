#include "forward.h"

#include <string.h>
#include "rtp.h"

static void count_drop(struct cardea_source *source, enum cardea_drop reason)
{
	cardea_count(&source->dropped[reason], 1);
}

/* Whether the source may send at all: rights, activity and the room's lease, each one atomic. */
static bool may_pass(struct cardea_source *source, int64_t now_ms)
{
	if (!atomic_load_explicit(&source->open, memory_order_acquire)) {
		count_drop(source, CARDEA_DROP_CLOSED);
		return false;
	}
	/* A node that was paused or cut off wakes up late: the room may live elsewhere by now. */
	int64_t deadline = atomic_load_explicit(source->lease_deadline_ms, memory_order_relaxed);
	if (deadline != 0 && now_ms > deadline) {
		count_drop(source, CARDEA_DROP_LEASE);
		return false;
	}
	return true;
}

/* Returns true if the slot waits for a key frame. */
static bool forward_to(struct cardea_slot *slot, struct cardea_source *source, uint64_t stream,
                       bool keyframe, const struct cardea_rtp *rtp, uint8_t *data, int64_t now_ms,
                       cardea_forward_send_h send, void *arg)
{
	struct cardea_slot_header header;
	switch (cardea_slot_prepare(slot, source, stream, keyframe, rtp->seq, rtp->ts, now_ms,
	                            &header)) {
	case CARDEA_SLOT_SEND:
		cardea_rtp_write(data, header.pt, header.seq, header.ts);
		send(slot->receiver, slot->mindex, arg);
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

bool cardea_forward(struct cardea_source *source, unsigned layer, uint8_t *data, size_t len,
                    int64_t now_ms, cardea_forward_send_h send, void *arg)
{
	struct cardea_rtp rtp;
	cardea_count(&source->packets, 1);
	cardea_count(&source->bytes, len);
	if (cardea_rtp_parse(data, len, &rtp) < 0) {
		count_drop(source, CARDEA_DROP_MALFORMED);
		return false;
	}
	if (!may_pass(source, now_ms))
		return false;
	struct cardea_route *route = cardea_source_take_route(source, layer);
	if (!route)
		return false;
	bool keyframe = source->video && cardea_vp8_starts_keyframe(rtp.payload, rtp.payload_len);
	if (keyframe)
		cardea_source_saw_keyframe(source, now_ms);
	uint64_t stream = atomic_load_explicit(&source->stream, memory_order_relaxed);
	uint8_t saved[CARDEA_RTP_HEADER];
	memcpy(saved, data, sizeof(saved));
	bool waiting = false;
	for (unsigned i = 0; i < route->count; i++)
		waiting |= forward_to(route->slots[i], source, stream, keyframe, &rtp, data, now_ms, send,
		                      arg);
	memcpy(data, saved, sizeof(saved));
	cardea_route_put(route);
	if (waiting)
		return cardea_source_want_keyframe(source, now_ms);
	return cardea_source_keyframe_due(source, now_ms);
}
