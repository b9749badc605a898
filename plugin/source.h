/*
 * source: one published stream (microphone, camera or screen of one participant) and the slots
 * that show it. Pure: no Janus, no JSON.
 *
 * Ownership: embedded in its publish handle and alive as long as it; `owner` is the handle's count.
 * Threads: the room's thread decides (`open`, route, m-line); the loop thread of the handle brings
 * packets and alone writes the counters; anybody asks for key frames.
 */
#ifndef CARDEA_PLUGIN_SOURCE_H
#define CARDEA_PLUGIN_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include "cardea_join_token.h"
#include "ref.h"
#include "slot.h"
#include "speaker.h"

/* Encodings of one source. Simulcast brings three; a layer has its own route, so that packets of a
 * layer nobody watches cost nothing. */
#define CARDEA_SOURCE_LAYERS 1

/* One key frame request a source and half second, however many ask (facts: PLI storms). */
#define CARDEA_KEYFRAME_INTERVAL_MS 500

/* A mid is a token of our own clients or a browser's number. */
#define CARDEA_MID_SIZE 32

/* As in the upward event `source`. */
enum cardea_source_state {
	CARDEA_SOURCE_GONE = 0, /* no m-line */
	CARDEA_SOURCE_INACTIVE, /* muted, stopped, or not permitted now */
	CARDEA_SOURCE_ACTIVE,
};

enum cardea_drop {
	CARDEA_DROP_MALFORMED, /* no RTP */
	CARDEA_DROP_CLOSED,    /* inactive, not permitted, or hidden */
	CARDEA_DROP_LEASE,     /* the room's lease has run out */
	CARDEA_DROP_NOT_READY, /* recipient's PeerConnection not up */
	CARDEA_DROP_STALE,     /* the slot shows something else by now */
	CARDEA_DROP_WAITING,   /* the slot waits for a key frame */
	CARDEA_DROPS
};

/* Immutable once set; swapped as a whole. */
struct cardea_route {
	atomic_uint refs;
	unsigned count;
	struct cardea_slot *slots[]; /* each with a reference to its owner */
};

struct cardea_layer {
	struct cardea_route *route; /* under the source's lock; NULL: nobody watches */
};

struct cardea_source {
	struct cardea_ref *owner;
	void *publisher;            /* for the key frame callback: the handle */
	const char *participant_id; /* of the owner */
	enum cardea_kind kind;
	bool video;
	const _Atomic int64_t *lease_deadline_ms; /* of the room; 0: none */
	atomic_int mindex;                        /* m-line in the offer; -1: not published */
	atomic_uint_fast64_t stream;              /* renewed whenever another stream may come */
	atomic_bool open;                         /* packets may pass */
	/* Room thread only. */
	bool active;                       /* the client says that media flows */
	bool route_stale;                  /* slots were assigned since the route was made */
	enum cardea_source_state reported; /* what the gateways and rosters know */
	char mid[CARDEA_MID_SIZE];         /* in the client's offer; empty: not published */
	GMutex lock;                       /* leaf: only for taking or swapping a route */
	struct cardea_layer layers[CARDEA_SOURCE_LAYERS];
	struct cardea_voice voice; /* of a microphone */
	/* Key frames. */
	_Atomic int64_t keyframe_asked_ms;
	_Atomic int64_t keyframe_seen_ms; /* 0: none yet */
	atomic_bool keyframe_pending;
	/* Counters: one writer, the packet thread. */
	_Atomic uint64_t packets, bytes, sent, keyframes_asked;
	_Atomic uint64_t dropped[CARDEA_DROPS];
};

/* @owner, @participant_id and @lease are borrowed and outlive the source. */
void cardea_source_init(struct cardea_source *source, struct cardea_ref *owner, void *publisher,
                        enum cardea_kind kind, const char *participant_id,
                        const _Atomic int64_t *lease);
void cardea_source_destroy(struct cardea_source *source);

void cardea_source_get(struct cardea_source *source);
void cardea_source_put(struct cardea_source *source);

/* Binds the source to an m-line (-1: none); a new stream begins. Room thread. */
void cardea_source_bind(struct cardea_source *source, int mindex, const char *mid);

static inline bool cardea_source_published(const struct cardea_source *source)
{
	return source->mid[0] != '\0';
}

/* Replaces the route of @layer by @count @slots (0: none). Room thread. */
void cardea_source_route(struct cardea_source *source, unsigned layer, struct cardea_slot **slots,
                         unsigned count);

/* The route of @layer with a reference, or NULL. */
struct cardea_route *cardea_source_take_route(struct cardea_source *source, unsigned layer);
void cardea_route_put(struct cardea_route *route);

/*
 * Asks for a key frame at @now_ms (monotonic). True: the caller sends the request now, outside all
 * locks. False: one was sent less than CARDEA_KEYFRAME_INTERVAL_MS ago; it is noted and falls due
 * later (cardea_source_keyframe_due). Any thread.
 */
bool cardea_source_want_keyframe(struct cardea_source *source, int64_t now_ms);
/* True if a noted request may be sent now. Called with every packet. */
bool cardea_source_keyframe_due(struct cardea_source *source, int64_t now_ms);

/* A key frame came: whatever was noted is satisfied. Packet thread. */
void cardea_source_saw_keyframe(struct cardea_source *source, int64_t now_ms);

/* Adds to a counter that only this thread writes: no locked instruction on the packet path. */
static inline void cardea_count(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
	                      memory_order_relaxed);
}

#endif
