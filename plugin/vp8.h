/*
 * vp8: the VP8 payload descriptor (RFC 7741 4.2) as the packet path reads and rewrites it, and the
 * size of the picture out of a key frame. Pure; the bytes come from outside and are checked here.
 *
 * A receiver orders pictures by picture id and TL0PICIDX, which every encoder counts for itself. A
 * slot that shows one encoder after the other counts on for all of them.
 */
#ifndef CARDEA_PLUGIN_VP8_H
#define CARDEA_PLUGIN_VP8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cardea_vp8 {
	uint8_t len;             /* of the descriptor; 0: there is none that fits into the payload */
	bool keyframe;           /* the packet is the first one of a key frame */
	uint8_t picture_id_bits; /* 7 or 15; 0: none */
	uint8_t picture_id_at, tl0picidx_at; /* offsets in the payload; tl0picidx_at 0: none */
	uint16_t picture_id;
	uint8_t tl0picidx;
};

/* Reads the descriptor of @len bytes of @payload. A descriptor that is cut off gives all zero. */
void cardea_vp8_parse(const uint8_t *payload, size_t len, struct cardea_vp8 *out);

/* Width << 16 | height of a key frame whose first packet this is (@vp8 as parsed from it); 0 if
 * it does not say. */
uint32_t cardea_vp8_size(const struct cardea_vp8 *vp8, const uint8_t *payload, size_t len);

/* Writes numbers into the payload from which @vp8 was parsed, as far as it has them. A picture id
 * of 7 bits gets the low 7 bits: the packet must not grow. */
void cardea_vp8_write(const struct cardea_vp8 *vp8, uint8_t *payload, uint16_t picture_id,
                      uint8_t tl0picidx);

/* A number that goes on while the streams it is taken from change. All zero at first. */
struct cardea_vp8_counter {
	uint64_t run;    /* to which `offset` belongs */
	int64_t in, out; /* highest so far, unwrapped */
	int64_t offset;  /* outgoing = incoming + offset */
};

struct cardea_vp8_state {
	struct cardea_vp8_counter picture_id, tl0picidx;
};

/*
 * Maps the numbers of one packet. @run, never 0, changes whenever another stream is taken up
 * (cardea_rewrite); its first picture gets the number after the last one. What the packet does not
 * have is set to 0. One thread at a time.
 */
void cardea_vp8_map(struct cardea_vp8_state *state, uint64_t run, const struct cardea_vp8 *vp8,
                    uint16_t *picture_id, uint8_t *tl0picidx);

#endif
