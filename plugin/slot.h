/*
 * slot: one m-line of a receive handle, which shows one source in one layer at a time. Pure: no
 * Janus, no JSON.
 *
 * A video slot that is to show something else (another source, or another layer of the same) goes
 * on with the old picture until the first packet of a key frame of the new one arrives; that packet
 * switches it, on the packet thread. An audio slot switches at once, and so does a video slot of
 * which nothing is sent: there is no old picture to keep.
 *
 * Ownership: embedded in its handle and alive as long as it; `owner` is the handle's count. What is
 * shown and what is awaited each hold a reference to their source.
 * Threads: the room's thread assigns and clears; the loop thread of the handle sets `up` and finds
 * the source of a key frame request; the loop thread of whatever source is shown or awaited
 * prepares packets. `lock` makes these one at a time; it is a leaf, held for a few instructions,
 * never over a send or the release of a reference.
 */
#ifndef CARDEA_PLUGIN_SLOT_H
#define CARDEA_PLUGIN_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include "codec.h"
#include "ref.h"
#include "rewrite.h"
#include "vp8.h"

struct cardea_report;
struct cardea_source;

/* Length of a frame of Opus as browsers send it, and as we send silence; ms. */
#define CARDEA_SLOT_FRAME_MS 20

/* How long after Janus learns the round trip losses of before are still told. Only from then on it
 * keeps packets for retransmission: with its own first report, after a second, and the answer. */
#define CARDEA_SLOT_SETTLING_MS 500

/* One layer of a source. All zero is nothing. */
struct cardea_view {
	struct cardea_source *source; /* a reference, or NULL */
	unsigned layer;
};

/* What the recipient told of this m-line. */
struct cardea_slot_reports {
	uint64_t count, keyframes_wanted; /* receiver reports; PLI and FIR */
	uint8_t fraction_lost;            /* of the last one, 1/256 */
	int32_t lost;                     /* packets */
	uint32_t expected;                /* packets that the last one is about */
	uint32_t highest_seq;             /* extended */
	uint32_t jitter;                  /* units of the RTP clock */
};

struct cardea_slot {
	struct cardea_ref *owner;
	void *receiver; /* for the send callback: the handle */
	int mindex;
	bool video;
	char mid[8];
	atomic_int pts[CARDEA_CODECS]; /* payload types in the recipient's answer; -1: not accepted */
	atomic_bool up;                /* the recipient's PeerConnection carries media */
	atomic_bool switched;          /* by the packet thread, for cardea_slot_take_switched */
	int64_t since_ms;              /* room thread: when the source took it by speaking; else 0 */
	GMutex lock;
	/* Under lock. */
	struct cardea_view shown, next; /* next only beside something that is shown */
	bool waiting;                   /* nothing of what is shown is sent before a key frame */
	struct cardea_rewrite rewrite;
	struct cardea_vp8_state vp8;
	uint64_t repeating;   /* this stream's packets are being repeated; 0: none */
	bool skipped;         /* live ones came meanwhile, */
	uint16_t skipped_seq; /* the last of which was this */
	unsigned silences;    /* frames of silence that are due */
	uint64_t packets, bytes, switches;
	int64_t round_trip_ms; /* when Janus learnt it on this PeerConnection; 0: not yet */
	struct cardea_slot_reports reports;
	/* Room thread: what was shown before, whose route still leads here, or NULL; borrowed. */
	struct cardea_source *leaving;
};

/* A slot numbered @index of its type, on m-line @mindex of @receiver; @owner is borrowed. */
void cardea_slot_init(struct cardea_slot *slot, struct cardea_ref *owner, void *receiver,
                      int mindex, bool video, unsigned index);
/* Drops the sources and the lock. Room thread or last owner. */
void cardea_slot_destroy(struct cardea_slot *slot);

/*
 * Shows @source in @layer as soon as it can (NULL: nothing, at once). What was awaited before is
 * given up, also when @source in @layer is what is shown already. True if what is shown or awaited
 * changed. Room thread.
 */
bool cardea_slot_assign(struct cardea_slot *slot, struct cardea_source *source, unsigned layer);

/* @source is gone or closed: shows nothing of it and waits for nothing of it; what is awaited
 * beside it takes its place. True if it was shown or awaited. Room thread. */
bool cardea_slot_forget(struct cardea_slot *slot, const struct cardea_source *source);

/*
 * What is shown, and what is awaited beside it, with *@layer (may be NULL); NULL: nothing.
 * Borrowed, for the room's thread only, until it takes a publish handle out of the room: only
 * sources of handles in the room are in slots, the room keeps a reference to these, and the room's
 * thread alone gives it up, after cardea_slot_forget. So it does no harm if a packet switches the
 * slot meanwhile and gives back the slot's own reference.
 */
struct cardea_source *cardea_slot_shown(struct cardea_slot *slot, int *layer);
struct cardea_source *cardea_slot_next(struct cardea_slot *slot, int *layer);

/* Both at one moment; borrowed as these. */
void cardea_slot_views(struct cardea_slot *slot, struct cardea_view *shown,
                       struct cardea_view *next);

/* A new reference (cardea_source_put it) to the source whose key frame the recipient needs: what is
 * awaited, else what is shown; or NULL. Any thread. */
struct cardea_source *cardea_slot_source(struct cardea_slot *slot);

/* A new reference to the source that is shown, and its *@layer, if nothing of it is sent before a
 * key frame; or NULL. Any thread. */
struct cardea_source *cardea_slot_waits(struct cardea_slot *slot, unsigned *layer);

/* True once after a packet has switched the slot. Room thread. */
bool cardea_slot_take_switched(struct cardea_slot *slot);

/* Tells whether the recipient is ready to decode. On becoming ready a video slot waits for a key
 * frame, because what was sent before is lost. */
void cardea_slot_set_up(struct cardea_slot *slot, bool up);

/*
 * Notes what the recipient reports at @now_ms (monotonic). True: a key frame is due, because video
 * was lost that Janus cannot send again. *@expected: how many packets the report is about. Loop
 * thread of the handle.
 */
bool cardea_slot_report(struct cardea_slot *slot, const struct cardea_report *report,
                        int64_t now_ms, uint32_t *expected);

/* Whether the recipient accepted @codec on this m-line; whether it accepted any. Any thread. */
bool cardea_slot_takes(const struct cardea_slot *slot, enum cardea_codec codec);
bool cardea_slot_accepted(const struct cardea_slot *slot);
/* Whether packets reach the recipient: accepted, and the PeerConnection is up. Any thread. */
bool cardea_slot_ready(const struct cardea_slot *slot);

/* For inspection. */
struct cardea_slot_counts {
	uint64_t packets, bytes; /* sent; bytes with RTP headers */
	uint64_t switches;       /* by packets */
	struct cardea_slot_reports reports;
	bool waiting;
};
struct cardea_slot_counts cardea_slot_count(struct cardea_slot *slot);

enum cardea_slot_result {
	CARDEA_SLOT_SEND = 0,
	CARDEA_SLOT_NOT_READY, /* no PeerConnection, or the recipient does not take the codec */
	CARDEA_SLOT_STALE,     /* shows something else by now, or older than the switch */
	CARDEA_SLOT_WAITING,   /* for a key frame of this source in this layer */
};

/* One packet of a source. */
struct cardea_packet {
	uint64_t stream; /* of the source in this layer: unique and never 0 */
	unsigned layer;
	enum cardea_codec codec;
	bool keyframe; /* the first packet of one, and none after it was seen before */
	bool repeated; /* it comes from recent.h, by the receiver's thread */
	bool hurried;  /* of a picture that is late: it is to follow the one before at once */
	uint16_t seq;
	uint32_t ts;
	size_t len;
	int64_t now_ms;        /* monotonic */
	struct cardea_vp8 vp8; /* all zero for another codec */
};

/* What the packet gets for one recipient. */
struct cardea_slot_header {
	uint8_t pt;
	uint16_t seq;
	uint32_t ts;
	uint16_t picture_id; /* VP8, as far as the packet has them */
	uint8_t tl0picidx;
};

/*
 * Decides on one packet of @source and, for CARDEA_SLOT_SEND, fills @out. May be the packet that
 * switches the slot to its source; the reference to what was shown is then given back, which may be
 * the last one of a whole handle. Packet thread of the source, no lock held.
 */
enum cardea_slot_result cardea_slot_prepare(struct cardea_slot *slot, struct cardea_source *source,
                                            const struct cardea_packet *packet,
                                            struct cardea_slot_header *out);

/*
 * The packets of @stream, which is @source in @layer, are about to be repeated to the slot, if it
 * waits for a key frame of it (else false): from now on live ones are left out, since each was
 * recorded before. Thread of the handle.
 */
bool cardea_slot_begin_repeat(struct cardea_slot *slot, const struct cardea_source *source,
                              unsigned layer, uint64_t stream);
/* All up to @last_seq were repeated (@any: at least one). False if more were left out: they are
 * recorded by now. True: live packets go on from here. */
bool cardea_slot_end_repeat(struct cardea_slot *slot, bool any, uint16_t last_seq);
/* It cannot go on: the slot waits for a key frame, if it still shows @source in @layer. */
void cardea_slot_stop_repeat(struct cardea_slot *slot, const struct cardea_source *source,
                             unsigned layer);

/*
 * For an audio slot that has fallen empty: true, and @out, for each frame of silence that is to end
 * what was heard. A decoder that gets nothing more goes on with the last sound for a while, because
 * it takes that for loss. Room thread; @now_ms is monotonic.
 */
bool cardea_slot_silence(struct cardea_slot *slot, int64_t now_ms, struct cardea_slot_header *out);

#endif
