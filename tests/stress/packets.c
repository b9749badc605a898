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

/* Opus, or VP8 whose every tenth packet starts a key frame (RFC 7741 4.2, RFC 6386 9.1). */
static size_t make_rtp(struct identity *identity, unsigned mindex, unsigned char *out)
{
	unsigned number = atomic_fetch_add_explicit(&identity->packets, 1, memory_order_relaxed);
	unsigned char packet[] = {0x80,
	                          mindex > 0 ? 96 : 111,
	                          number >> 8 & 0xff,
	                          number & 0xff, /* sequence */
	                          0,
	                          number >> 13 & 0xff,
	                          number >> 5 & 0xff,
	                          number << 3 & 0xff, /* timestamp */
	                          0,
	                          0,
	                          0,
	                          (unsigned char)mindex, /* SSRC */
	                          0x10,
	                          stress_chance(100) ? 0 : 1,
	                          0,
	                          0,
	                          0x9d,
	                          0x01,
	                          0x2a,
	                          64,
	                          0,
	                          48,
	                          0,
	                          0};
	memcpy(out, packet, sizeof(packet));
	return sizeof(packet);
}

void packets_send_rtp(struct fake_handle *handle)
{
	unsigned char packet[MAX_PACKET];
	for (unsigned i = 0; i < 20; i++) {
		unsigned mindex = stress_below(3);
		size_t len =
		        stress_chance(30) ? make_noise(packet) : make_rtp(handle->identity, mindex, packet);
		int level = stress_chance(700) ? (int)stress_below(128) : -1;
		fake_core_packet(handle, false, stress_chance(20) ? (int)stress_below(40) - 1 : (int)mindex,
		                 mindex > 0, level, packet, len);
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
