/*
 * rewrite: one outgoing RTP stream made of many incoming ones. A slot keeps its sequence numbers
 * and timestamps continuous while the streams it shows change, so that the receiver sees one
 * stream that never jumps back. Losses and reordering inside a stream are kept, because the
 * receiver's NACKs depend on them.
 *
 * Pure, no lock of its own: the owner (slot.h) serialises.
 */
#ifndef CARDEA_PLUGIN_REWRITE_H
#define CARDEA_PLUGIN_REWRITE_H

#include <stdbool.h>
#include <stdint.h>

/* What is further off than this is no loss and no late packet, but a sender that counts anew
 * (RFC 3550 A.1; late ones are more than there, for retransmissions of a fast stream). */
#define CARDEA_REWRITE_DROPOUT  3000
#define CARDEA_REWRITE_MISORDER 1000

struct cardea_rewrite {
	uint64_t stream;    /* what is shown now; 0: the next packet is taken up as a new stream */
	uint64_t run;       /* counts how often one was taken up; 0: nothing was sent yet */
	int64_t in_base;    /* first sequence number of this run, unwrapped */
	int64_t in_max;     /* highest so far, unwrapped */
	uint32_t in_ts;     /* timestamp of in_max */
	int32_t jumped;     /* the number that would confirm a jump; -1: none */
	int64_t seq_offset; /* outgoing = incoming + offset */
	int64_t out_max;    /* highest sent, unwrapped */
	uint32_t ts_offset; /* outgoing = incoming + offset, modulo 2^32 */
	uint32_t out_ts;    /* timestamp of out_max */
	int64_t out_ms;     /* when out_max was sent */
};

/* Whether the packet @seq, @ts is a late or repeated one of a stream that has come to @newest_seq,
 * @newest_ts. */
bool cardea_rewrite_late(uint16_t newest_seq, uint32_t newest_ts, uint32_t clock_rate, uint16_t seq,
                         uint32_t ts);

/*
 * Maps one packet of @stream (unique and never 0) at @now_ms (monotonic). @clock_rate in Hz tells
 * how far the timestamp moves when the stream changes: by the time since the last packet, at least
 * one millisecond. A sender that counts anew inside a stream is taken up again in the same way, at
 * the second packet that follows the first in order; one number is left out for what is lost.
 * Returns false, and sends nothing, for a packet from before the point where this stream was taken
 * up, because its outgoing number belongs to the stream before, and for one that is alone far off.
 */
bool cardea_rewrite_packet(struct cardea_rewrite *rewrite, uint64_t stream, uint32_t clock_rate,
                           uint16_t seq, uint32_t ts, int64_t now_ms, uint16_t *out_seq,
                           uint32_t *out_ts);

/* Timestamps of @stream from @ts on follow what was sent by one millisecond, not by the time that
 * lies between: for what is sent late and all at once. */
void cardea_rewrite_hurry(struct cardea_rewrite *rewrite, uint64_t stream, uint32_t clock_rate,
                          uint32_t ts);

/*
 * Numbers a packet of our own that goes out at @now_ms, behind everything that was sent: something
 * was. Its timestamp moves by the time since the last packet, at least one millisecond. What is
 * shown next is taken up as a new stream.
 */
void cardea_rewrite_append(struct cardea_rewrite *rewrite, uint32_t clock_rate, int64_t now_ms,
                           uint16_t *out_seq, uint32_t *out_ts);

#endif
