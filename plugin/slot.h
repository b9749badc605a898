/*
 * slot: one m-line of a receive handle, which shows one source at a time. Pure: no Janus, no JSON.
 *
 * Ownership: embedded in its handle and alive as long as it; `owner` is the handle's count.
 * Threads: the room's thread assigns and clears; the loop thread of the handle sets `up` and finds
 * the source of a key frame request; the loop thread of whatever source is shown prepares packets.
 * `lock` makes these one at a time; it is a leaf, held for a few instructions, never over a send.
 */
#ifndef CARDEA_PLUGIN_SLOT_H
#define CARDEA_PLUGIN_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include "ref.h"
#include "rewrite.h"

struct cardea_report;
struct cardea_source;

/* How long after its first packet a video slot's losses are nobody's to repair. Janus keeps packets
 * for retransmission only from its first measured round trip on: its own report after a second, the
 * answer to that after up to one and a half more. */
#define CARDEA_SLOT_UNREPAIRED_MS 3000

struct cardea_slot {
	struct cardea_ref *owner;
	void *receiver; /* for the send callback: the handle */
	int mindex;
	bool video;
	char mid[8];
	atomic_int pt;    /* payload type in the recipient's answer; -1: none, nothing is sent */
	atomic_bool up;   /* the recipient's PeerConnection carries media */
	int64_t since_ms; /* room thread: when the source took it by speaking; else 0 */
	GMutex lock;
	/* Under lock. */
	struct cardea_source *source; /* a reference, or NULL */
	bool waiting;                 /* for the key frame on which to start */
	struct cardea_rewrite rewrite;
	uint64_t packets;
	int64_t first_sent_ms; /* of this PeerConnection; 0: none yet */
	int32_t lost;          /* packets, by the receiver's last report */
};

/* A slot numbered @index of its type, on m-line @mindex of @receiver; @owner is borrowed. */
void cardea_slot_init(struct cardea_slot *slot, struct cardea_ref *owner, void *receiver,
                      int mindex, bool video, unsigned index);
/* Drops the source and the lock. Room thread or last owner. */
void cardea_slot_destroy(struct cardea_slot *slot);

/* Shows @source from now on (NULL: nothing). A video slot then waits for a key frame. */
void cardea_slot_assign(struct cardea_slot *slot, struct cardea_source *source);

/* A new reference to what is shown (cardea_source_put it), or NULL. Any thread. */
struct cardea_source *cardea_slot_source(struct cardea_slot *slot);

/* What is shown, borrowed: only for the room's thread, which alone assigns. */
struct cardea_source *cardea_slot_shown(const struct cardea_slot *slot);

/* Tells whether the recipient is ready to decode. On becoming ready a video slot waits for a key
 * frame again, because what was sent before is lost. */
void cardea_slot_set_up(struct cardea_slot *slot, bool up);

/*
 * Notes what the recipient reports at @now_ms (monotonic). True: a key frame is due, because video
 * was lost that Janus cannot send again. Loop thread of the handle.
 */
bool cardea_slot_report(struct cardea_slot *slot, const struct cardea_report *report,
                        int64_t now_ms);

uint64_t cardea_slot_packets(struct cardea_slot *slot);

enum cardea_slot_result {
	CARDEA_SLOT_SEND = 0,
	CARDEA_SLOT_NOT_READY, /* no PeerConnection, or the m-line was refused */
	CARDEA_SLOT_STALE,     /* shows something else by now, or older than the switch */
	CARDEA_SLOT_WAITING,   /* for a key frame of this source */
};

struct cardea_slot_header {
	uint8_t pt;
	uint16_t seq;
	uint32_t ts;
};

/*
 * Decides on one packet of @source and, for CARDEA_SLOT_SEND, fills @out with the header it gets.
 * @keyframe: this packet starts one. Packet thread of the source.
 */
enum cardea_slot_result cardea_slot_prepare(struct cardea_slot *slot,
                                            const struct cardea_source *source, uint64_t stream,
                                            bool keyframe, uint16_t seq, uint32_t ts,
                                            int64_t now_ms, struct cardea_slot_header *out);

#endif
