#include "vp8.h"

#include <string.h>

/* Reads what the X byte announces; returns the length of the descriptor, or 0 if it is cut off. */
static size_t read_extension(const uint8_t *p, size_t len, struct cardea_vp8 *out)
{
	if (len < 2)
		return 0;
	uint8_t flags = p[1];
	size_t at = 2;
	if (flags & 0x80) { /* I: picture id, of 15 bits if M is set */
		if (at >= len)
			return 0;
		bool wide = p[at] & 0x80;
		if (wide && at + 1 >= len)
			return 0;
		out->picture_id_at = (uint8_t)at;
		out->picture_id_bits = wide ? 15 : 7;
		out->picture_id = wide ? (uint16_t)((p[at] & 0x7f) << 8 | p[at + 1]) : p[at];
		at += wide ? 2 : 1;
	}
	if (flags & 0x40) { /* L: TL0PICIDX */
		if (at >= len)
			return 0;
		out->tl0picidx_at = (uint8_t)at;
		out->tl0picidx = p[at++];
	}
	if (flags & 0x30) /* T or K: TID, Y, KEYIDX */
		at++;
	return at <= len ? at : 0;
}

void cardea_vp8_parse(const uint8_t *payload, size_t len, struct cardea_vp8 *out)
{
	memset(out, 0, sizeof(*out));
	if (len == 0)
		return;
	size_t head = payload[0] & 0x80 ? read_extension(payload, len, out) : 1;
	if (head == 0) {
		memset(out, 0, sizeof(*out));
		return;
	}
	out->len = (uint8_t)head;
	/* S set and partition index 0, else this is the middle of a frame. RFC 6386 9.1: the lowest
	 * bit of the frame is 0 for a key frame. */
	out->keyframe = head < len && (payload[0] & 0x17) == 0x10 && !(payload[head] & 0x01);
}

uint32_t cardea_vp8_size(const struct cardea_vp8 *vp8, const uint8_t *payload, size_t len)
{
	/* RFC 6386 9.1: tag of three bytes, start code, width and height of 14 bits with scaling. */
	if (!vp8->keyframe || len < (size_t)vp8->len + 10)
		return 0;
	const uint8_t *p = payload + vp8->len + 3;
	if (p[0] != 0x9d || p[1] != 0x01 || p[2] != 0x2a)
		return 0;
	uint32_t width = (uint32_t)(p[3] | (p[4] & 0x3f) << 8);
	uint32_t height = (uint32_t)(p[5] | (p[6] & 0x3f) << 8);
	return width << 16 | height;
}

void cardea_vp8_write(const struct cardea_vp8 *vp8, uint8_t *payload, uint16_t picture_id,
                      uint8_t tl0picidx)
{
	uint8_t *p = payload + vp8->picture_id_at;
	if (vp8->picture_id_bits == 15) {
		p[0] = (uint8_t)(0x80 | (picture_id >> 8 & 0x7f));
		p[1] = (uint8_t)picture_id;
	} else if (vp8->picture_id_bits == 7) {
		p[0] = (uint8_t)(picture_id & 0x7f);
	}
	if (vp8->tl0picidx_at)
		payload[vp8->tl0picidx_at] = tl0picidx;
}

static unsigned map(struct cardea_vp8_counter *counter, uint64_t run, unsigned value, unsigned bits)
{
	int64_t size = INT64_C(1) << bits;
	if (counter->run != run) {
		counter->offset = counter->run ? counter->out + 1 - (int64_t)value : 0;
		counter->run = run;
		counter->in = value;
		counter->out = value + counter->offset;
	}
	/* The nearest number to the highest one seen, half the range to either side. */
	int64_t step = ((int64_t)value - counter->in) & (size - 1);
	if (step >= size / 2)
		step -= size;
	int64_t in = counter->in + step;
	int64_t out = in + counter->offset;
	if (in > counter->in)
		counter->in = in;
	if (out > counter->out)
		counter->out = out;
	return (unsigned)(out & (size - 1));
}

void cardea_vp8_map(struct cardea_vp8_state *state, uint64_t run, const struct cardea_vp8 *vp8,
                    uint16_t *picture_id, uint8_t *tl0picidx)
{
	*picture_id = 0;
	*tl0picidx = 0;
	if (vp8->picture_id_bits)
		*picture_id = (uint16_t)map(&state->picture_id, run, vp8->picture_id, vp8->picture_id_bits);
	if (vp8->tl0picidx_at)
		*tl0picidx = (uint8_t)map(&state->tl0picidx, run, vp8->tl0picidx, 8);
}
