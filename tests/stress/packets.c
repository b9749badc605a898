#include "packets.h"

#include <string.h>
#include "harness.h"
#include "world.h"

#define MAX_PACKET 64

/* Random bytes, of which some look like RTP or feedback. */
static size_t make_noise(unsigned char *out)
{
	size_t len = stress_below(MAX_PACKET);
	for (size_t i = 0; i < len; i++)
		out[i] = (unsigned char)stress_random();
	if (len > 1 && stress_chance(500)) {
		out[0] = (unsigned char)(0x80 | (out[0] & 0x3f));
		out[1] = stress_chance(500) ? 206 : out[1];
	}
	return len;
}

/* ---- RTP ---- */

static bool is_video(unsigned mindex)
{
	return mindex == 1 || mindex == 2;
}

/* Sequence and timestamp of a stream of its own for each @ssrc. */
static size_t add_header(struct identity *identity, unsigned mindex, unsigned ssrc,
                         unsigned char *out)
{
	unsigned number = atomic_fetch_add_explicit(&identity->packets, 1, memory_order_relaxed) / 4;
	unsigned char header[12] = {0x80, is_video(mindex) ? 96 : 111, number >> 8 & 0xff};
	header[3] = number & 0xff;
	header[5] = number >> 13 & 0xff;
	header[6] = number >> 5 & 0xff;
	header[7] = number << 3 & 0xff;
	header[11] = (unsigned char)ssrc;
	memcpy(out, header, sizeof(header));
	return sizeof(header);
}

/* RFC 8285 4.2, RFC 8852: one of the encodings of generate_offer. */
static size_t add_rid(unsigned layer, unsigned char *out)
{
	unsigned char extension[] = {
	        0xbe, 0xde, 0, 1, PACKETS_RID_EXTENSION << 4, (unsigned char)"lmh"[layer], 0, 0};
	memcpy(out, extension, sizeof(extension));
	return sizeof(extension);
}

/* VP8 whose every tenth packet starts a key frame (RFC 7741 4.2, RFC 6386 9.1); as good as Opus. */
static size_t add_payload(unsigned char *out)
{
	unsigned char payload[] = {0x10, stress_chance(100) ? 0 : 1, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48,
	                           0};
	memcpy(out, payload, sizeof(payload));
	return sizeof(payload);
}

static size_t make_rtp(struct identity *identity, unsigned mindex, unsigned char *out)
{
	bool layered = identity->simulcast && mindex == 1;
	unsigned layer = layered ? stress_below(3) : 0;
	size_t len = add_header(identity, mindex, 16 * mindex + layer + 1, out);
	if (layered) {
		out[0] |= 0x10;
		len += add_rid(layer, out + len);
	}
	return len + add_payload(out + len);
}

void packets_send_rtp(struct fake_handle *handle)
{
	unsigned char packet[MAX_PACKET];
	for (unsigned i = 0; i < 20; i++) {
		unsigned mindex = stress_below(4);
		size_t len =
		        stress_chance(30) ? make_noise(packet) : make_rtp(handle->identity, mindex, packet);
		int level = stress_chance(700) ? (int)stress_below(128) : -1;
		fake_core_packet(handle, false, stress_chance(20) ? (int)stress_below(40) - 1 : (int)mindex,
		                 is_video(mindex), level, packet, len);
	}
}

/* ---- RTCP ---- */

/* RFC 3550 6.4.2, with one report block. */
static size_t add_report(unsigned char *out)
{
	unsigned char report[32] = {0x81, 201, 0, 7};
	report[12] = (unsigned char)stress_below(40); /* lost */
	for (unsigned i = 24; i < 32; i++)
		report[i] = (unsigned char)stress_random(); /* times */
	memcpy(out, report, sizeof(report));
	return sizeof(report);
}

/* draft-alvestrand-rmcat-remb: 16 to 16000 kbit/s. */
static size_t add_estimate(unsigned char *out)
{
	unsigned exponent = 4 + stress_below(8), mantissa = 1000 + stress_below(7000);
	unsigned char remb[] = {0x8f,
	                        206,
	                        0,
	                        5,
	                        0,
	                        0,
	                        0,
	                        1,
	                        0,
	                        0,
	                        0,
	                        0,
	                        'R',
	                        'E',
	                        'M',
	                        'B',
	                        1,
	                        (unsigned char)(exponent << 2 | mantissa >> 16),
	                        mantissa >> 8 & 0xff,
	                        mantissa & 0xff,
	                        0,
	                        0,
	                        0,
	                        1};
	memcpy(out, remb, sizeof(remb));
	return sizeof(remb);
}

/* RFC 4585 6.3.1. */
static size_t add_picture_loss(unsigned char *out)
{
	static const unsigned char pli[12] = {0x81, 206, 0, 2};
	memcpy(out, pli, sizeof(pli));
	return sizeof(pli);
}

void packets_send_rtcp(struct fake_handle *handle)
{
	unsigned char packet[MAX_PACKET];
	for (unsigned i = 0; i < 5; i++) {
		size_t len = add_report(packet);
		if (stress_chance(50))
			len = make_noise(packet);
		else
			len += stress_chance(500) ? add_picture_loss(packet + len) : add_estimate(packet + len);
		fake_core_packet(handle, true, (int)stress_below(9), stress_chance(500), 0, packet, len);
	}
}
