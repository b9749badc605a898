#include "rtp.h"

#include "cardea_error.h"

static uint16_t read_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Length of fixed header, CSRC list and extension, or 0 if they do not fit into @len. */
static size_t header_length(const uint8_t *data, size_t len)
{
	size_t head = CARDEA_RTP_HEADER + 4 * (size_t)(data[0] & 0x0f);
	if (!(data[0] & 0x10))
		return head <= len ? head : 0;
	if (head + 4 > len)
		return 0;
	head += 4 + 4 * (size_t)read_u16(data + head + 2);
	return head <= len ? head : 0;
}

int cardea_rtp_parse(const uint8_t *data, size_t len, struct cardea_rtp *out)
{
	if (len < CARDEA_RTP_HEADER || data[0] >> 6 != 2)
		return CARDEA_E_INVALID;
	size_t head = header_length(data, len);
	if (head == 0)
		return CARDEA_E_INVALID;
	size_t payload = len - head;
	if (data[0] & 0x20) {
		/* RFC 3550 5.1: the last byte counts the padding, itself included. */
		if (payload == 0 || data[len - 1] == 0 || data[len - 1] > payload)
			return CARDEA_E_INVALID;
		payload -= data[len - 1];
	}
	out->seq = read_u16(data + 2);
	out->ts = read_u32(data + 4);
	out->payload = data + head;
	out->payload_len = payload;
	return 0;
}

void cardea_rtp_write(uint8_t *data, uint8_t pt, uint16_t seq, uint32_t ts)
{
	data[1] = (uint8_t)((data[1] & 0x80) | (pt & 0x7f));
	data[2] = (uint8_t)(seq >> 8);
	data[3] = (uint8_t)seq;
	data[4] = (uint8_t)(ts >> 24);
	data[5] = (uint8_t)(ts >> 16);
	data[6] = (uint8_t)(ts >> 8);
	data[7] = (uint8_t)ts;
}

/* Length of the VP8 payload descriptor (RFC 7741 4.2), or 0 if it does not fit. */
static size_t vp8_descriptor(const uint8_t *p, size_t len)
{
	if (len < 1)
		return 0;
	size_t at = 1;
	if (!(p[0] & 0x80)) /* X */
		return at;
	if (len < 2)
		return 0;
	uint8_t ext = p[at++];
	if (ext & 0x80) { /* I: picture id of 7 or 15 bits */
		if (at >= len)
			return 0;
		at += p[at] & 0x80 ? 2 : 1;
	}
	if (ext & 0x40) /* L: TL0PICIDX */
		at++;
	if (ext & 0x30) /* T or K: TID, Y, KEYIDX */
		at++;
	return at <= len ? at : 0;
}

bool cardea_vp8_starts_keyframe(const uint8_t *payload, size_t len)
{
	size_t head = vp8_descriptor(payload, len);
	/* S set and partition index 0, else this is the middle of a frame. */
	if (head == 0 || head >= len || !(payload[0] & 0x10) || payload[0] & 0x07)
		return false;
	return !(payload[head] & 0x01); /* RFC 6386 9.1: 0 is a key frame */
}
