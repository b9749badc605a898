#include "keyframe.h"

#include "vp8.h"

/* RFC 6184 5.2 */
enum { NAL_IDR = 5, NAL_SPS = 7, NAL_STAP_A = 24, NAL_FU_A = 28 };

static bool nal_starts(uint8_t header)
{
	unsigned type = header & 0x1f;
	return type == NAL_IDR || type == NAL_SPS;
}

/* RFC 6184 5.7.1: units, each behind its length. */
static bool stap_starts(const uint8_t *p, size_t len)
{
	while (len > 2) {
		size_t size = (size_t)p[0] << 8 | p[1];
		p += 2;
		len -= 2;
		if (size == 0 || size > len)
			return false;
		if (nal_starts(p[0]))
			return true;
		p += size;
		len -= size;
	}
	return false;
}

/* The parameter sets come before the first slice, in a packet of their own or together with it. */
static bool h264_starts(const uint8_t *p, size_t len)
{
	if (len < 2)
		return false;
	switch (p[0] & 0x1f) {
	case NAL_STAP_A:
		return stap_starts(p + 1, len - 1);
	case NAL_FU_A: /* 5.8: S bit and type in the second byte */
		return (p[1] & 0x80) && nal_starts(p[1]);
	default:
		return nal_starts(p[0]);
	}
}

/* RFC 9628 4.2: beginning of a frame that is not predicted from another picture, of the lowest
 * spatial layer. */
static bool vp9_starts(const uint8_t *p, size_t len)
{
	enum { I = 0x80, P = 0x40, L = 0x20, B = 0x08, M = 0x80 };
	if (len < 2 || (p[0] & (P | B)) != B)
		return false;
	size_t at = 1;
	if (p[0] & I)
		at += p[at] & M ? 2 : 1;
	if (p[0] & L) {
		if (at >= len || (p[at] >> 1 & 7) != 0) /* SID */
			return false;
		at++;
	}
	return at < len;
}

/* AV1 RTP specification 4.4: N, the first packet of a coded video sequence; then Z, the rest of an
 * OBU from the packet before, cannot be set. */
static bool av1_starts(const uint8_t *p, size_t len)
{
	return len > 1 && (p[0] & 0x88) == 0x08;
}

bool cardea_keyframe_starts(enum cardea_codec codec, const uint8_t *payload, size_t len)
{
	struct cardea_vp8 vp8;
	switch (codec) {
	case CARDEA_CODEC_VP8:
		cardea_vp8_parse(payload, len, &vp8);
		return vp8.keyframe;
	case CARDEA_CODEC_H264:
		return h264_starts(payload, len);
	case CARDEA_CODEC_VP9:
		return vp9_starts(payload, len);
	case CARDEA_CODEC_AV1:
		return av1_starts(payload, len);
	case CARDEA_CODEC_OPUS:
	case CARDEA_CODECS:
		break;
	}
	return false;
}
