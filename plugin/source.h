/*
 * source: one published stream (microphone, camera, screen or its sound, of one participant), its
 * layers and the slots that show them. Pure: no Janus, no JSON.
 *
 * A layer is one encoding of a simulcast, low to high, told apart by SSRC; a stream without
 * encodings is layer 0. Each layer has its own route, so that packets of a layer nobody watches
 * cost next to nothing.
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
#include "cap.h"
#include "cardea_join_token.h"
#include "codec.h"
#include "layers.h"
#include "recent.h"
#include "ref.h"
#include "slot.h"
#include "speaker.h"

/* One key frame request a source and half second, however many ask (facts: PLI storms). */
#define CARDEA_KEYFRAME_INTERVAL_MS 500

/* A mid is a token of our own clients or a browser's number. */
#define CARDEA_MID_SIZE 32
/* A rid has at most 16 characters in a one-byte extension (RFC 8852, 8285). */
#define CARDEA_RID_SIZE 17

#define CARDEA_LAYER_SILENT_MS  300   /* nothing for so long: the layer does not arrive now */
#define CARDEA_LAYER_MISSING_MS 2000  /* wanted for so long without a packet: it is absent */
#define CARDEA_LAYER_RETRY_MS   30000 /* an absent layer is worth another try */
#define CARDEA_MEASURE_STEP_MS  180   /* between two samples of a layer */
#define CARDEA_MEASURE_SAMPLES  6

/* Index of a source in its publish handle; the names are those of `tracks`. */
enum cardea_source_kind {
	CARDEA_SOURCE_MICROPHONE = 0,
	CARDEA_SOURCE_CAMERA,
	CARDEA_SOURCE_SCREEN,
	CARDEA_SOURCE_SCREEN_AUDIO,
	CARDEA_SOURCE_KINDS
};

/* As in the upward event `source`. */
enum cardea_source_state {
	CARDEA_SOURCE_GONE = 0, /* no m-line */
	CARDEA_SOURCE_INACTIVE, /* muted, stopped, or not permitted now */
	CARDEA_SOURCE_ACTIVE,
};

enum cardea_drop {
	CARDEA_DROP_MALFORMED, /* no RTP */
	CARDEA_DROP_LAYER,     /* of an encoding that was not announced */
	CARDEA_DROP_CLOSED,    /* inactive, not permitted, or hidden */
	CARDEA_DROP_LEASE,     /* the room's lease has run out */
	CARDEA_DROP_CAPPED,    /* more than the room's policy lets its sender send */
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

/* What had arrived when stock was taken. */
struct cardea_layer_sample {
	int64_t ms;
	uint64_t bytes;
};

struct cardea_layer {
	/* Under the source's lock. */
	struct cardea_route *route; /* NULL: nobody watches */
	char rid[CARDEA_RID_SIZE];  /* set by the room thread; empty: no encoding of that name */
	/* Packet thread writes, anybody reads. */
	_Atomic uint64_t ssrc; /* with CARDEA_SSRC_KNOWN, once learned */
	_Atomic uint64_t packets, bytes;
	_Atomic int64_t seen_ms, keyframe_ms; /* monotonic; 0: never. Packets of padding do not count */
	_Atomic uint32_t size;       /* width << 16 | height of the last VP8 key frame; 0: not known */
	struct cardea_recent recent; /* video; locks for itself */
	/* Packet thread only: the newest packet and its stream. */
	uint64_t newest_stream;
	uint16_t newest_seq;
	uint32_t newest_ts;
	/* Room thread. */
	uint32_t bps;       /* of the last second or so; 0 while nothing arrives */
	uint32_t cost_bps;  /* what choices reckon with: bps without its gaps; 0: never measured */
	bool wanted;        /* the client was told to send it */
	int64_t watched_ms; /* when somebody was seen to watch it (quality.c) */
	int64_t wanted_ms;  /* since when; 0: not known before the next measurement */
	int64_t absent_ms;  /* when it was found to be absent; 0: it is not */
	struct cardea_layer_sample samples[CARDEA_MEASURE_SAMPLES]; /* oldest first */
};

#define CARDEA_SSRC_KNOWN (UINT64_C(1) << 32)

struct cardea_source {
	struct cardea_ref *owner;
	void *publisher;            /* for the key frame callback: the handle */
	const char *participant_id; /* of the owner */
	enum cardea_source_kind which;
	enum cardea_kind kind; /* the right it needs */
	bool video;
	const _Atomic int64_t *_Atomic lease_deadline_ms; /* of the room it is in; 0: none */
	atomic_int codec;                                 /* enum cardea_codec; set before the m-line */
	atomic_int rid_extension;    /* id of the extension that carries rids (RFC 8852); 0: none */
	atomic_uint encodings;       /* with names; 0: no simulcast, all is layer 0 */
	atomic_int mindex;           /* m-line in the offer; -1: not published */
	atomic_uint_fast64_t stream; /* of layer 0, the others count on from it; renewed whenever
	                              * another stream may come */
	atomic_bool open;            /* packets may pass */
	/* Room thread only. */
	struct cardea_layer_offer offers[CARDEA_SOURCE_LAYERS]; /* as of the last measurement */
	bool active;                                            /* the client says that media flows */
	bool muted;                        /* by a moderator: only `source` makes it active again */
	bool route_stale;                  /* slots were assigned since the route was made */
	enum cardea_source_state reported; /* what the gateways and rosters know */
	char mid[CARDEA_MID_SIZE];         /* in the client's offer; empty: not published */
	GMutex lock;                       /* leaf: for a route, and for learning an SSRC */
	struct cardea_layer layers[CARDEA_SOURCE_LAYERS];
	struct cardea_voice voice; /* of a microphone */
	struct cardea_cap cap;
	/* Key frames. */
	_Atomic int64_t keyframe_asked_ms;
	atomic_bool keyframe_pending;
	/* Counters: one writer, the packet thread. */
	_Atomic uint64_t packets, bytes, sent, keyframes_asked;
	_Atomic uint64_t dropped[CARDEA_DROPS];
};

/* "microphone", "camera", "screen", "screen_audio". */
const char *cardea_source_kind_name(enum cardea_source_kind which);
int cardea_source_kind_parse(const char *name, enum cardea_source_kind *out); /* or E_INVALID */
/* The right that a source needs. */
enum cardea_kind cardea_source_kind_right(enum cardea_source_kind which);

/* @owner, @participant_id and @lease are borrowed and outlive the source. */
void cardea_source_init(struct cardea_source *source, struct cardea_ref *owner, void *publisher,
                        enum cardea_source_kind which, const char *participant_id,
                        const _Atomic int64_t *lease);
void cardea_source_destroy(struct cardea_source *source);

void cardea_source_get(struct cardea_source *source);
void cardea_source_put(struct cardea_source *source);

/*
 * Binds the source to an m-line (-1: none, and the rest is not looked at) on which it sends @codec
 * in @count (at most CARDEA_SOURCE_LAYERS) encodings named @rids, low to high, or in one without a
 * name (0); a new stream begins. All encodings count as wanted. Where they are the same as before,
 * what was learned and measured stays: browsers name an SSRC only until they get its first RTCP.
 * Room thread.
 */
void cardea_source_bind(struct cardea_source *source, int mindex, const char *mid,
                        enum cardea_codec codec, const char *const *rids, unsigned count);

/* How many layers it has: 1 without encodings. */
static inline unsigned cardea_source_layers(const struct cardea_source *source)
{
	unsigned encodings = atomic_load_explicit(&source->encodings, memory_order_relaxed);
	return encodings ? encodings : 1;
}

/*
 * The layer of a packet: by SSRC once that is known, else by @rid (@rid_len bytes of its header
 * extension, not terminated; NULL: none), which teaches the SSRC, one to a layer. -1: an encoding
 * that was not announced. Always 0 for a source without encodings. Packet thread; takes the
 * source's lock for an unknown SSRC with a rid only.
 */
int cardea_source_layer_of(struct cardea_source *source, uint32_t ssrc, const char *rid,
                           size_t rid_len);

/* Takes stock of all layers; every 200 ms or so. Room thread. */
void cardea_source_measure(struct cardea_source *source, int64_t now_ms);

/* Notes whether the client is told to send @layer. True if that changed. Room thread. */
bool cardea_source_want_layer(struct cardea_source *source, unsigned layer, bool wanted,
                              int64_t now_ms);

/*
 * What it offers now, by the last measurement. An encoding that does not arrive for 2 s while it is
 * wanted counts as absent until it arrives; one that is not wanted any more may be tried again
 * after 30 s. The lowest one is offered where all are absent, and a source without encodings
 * always offers layer 0. Room thread.
 */
void cardea_source_offers(const struct cardea_source *source, int64_t now_ms,
                          struct cardea_layer_offer offers[CARDEA_SOURCE_LAYERS]);

/* When the last key frame of any layer came, monotonic; 0: none yet. Any thread. */
int64_t cardea_source_keyframe_ms(const struct cardea_source *source);

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

/* A key frame of @layer came, @size as in the layer (0: not known): whatever was noted is
 * satisfied. Packet thread. */
void cardea_source_saw_keyframe(struct cardea_source *source, unsigned layer, uint32_t size,
                                int64_t now_ms);

/* Adds to a counter that only this thread writes: no locked instruction on the packet path. */
static inline void cardea_count(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
	                      memory_order_relaxed);
}

#endif
