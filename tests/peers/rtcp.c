#include "rtcp.h"

#include <string.h>

#define RECEIVER_SSRC 1 /* as Chrome's receive-only connections */
#define HEADER_SIZE   8
#define BLOCK_SIZE    24
#define FIR_ENTRY     8
#define NTP_PER_S     65536

enum packet_type { SENDER_REPORT = 200, RECEIVER_REPORT = 201, PAYLOAD_FEEDBACK = 206 };
enum payload_feedback { PLI = 1, FIR = 4, REMB = 15 };

static void put_header(uint8_t *at, unsigned count, enum packet_type type, size_t size)
{
	at[0] = (uint8_t)(0x80 | count);
	at[1] = (uint8_t)type;
	wire_put16(at + 2, (uint16_t)(size / 4 - 1));
	wire_put32(at + 4, RECEIVER_SSRC);
}

static uint8_t fraction_lost(struct check *check)
{
	uint64_t expected = (uint64_t)(check->highest - check->first) + 1;
	uint64_t interval = expected - check->reported_expected;
	uint64_t came = check->packets - check->reported_packets;
	check->reported_expected = expected;
	check->reported_packets = check->packets;
	if (interval == 0 || came >= interval)
		return 0;
	return (uint8_t)(((interval - came) << 8) / interval);
}

static void put_block(uint8_t *at, struct check *check, int64_t now_us)
{
	memset(at, 0, BLOCK_SIZE);
	wire_put32(at, check->ssrc);
	wire_put32(at + 4, (uint32_t)MIN(check->lost, 0x7fffffu));
	at[4] = fraction_lost(check);
	wire_put32(at + 8, check->highest);
	if (check->sender_report_us == 0)
		return;
	int64_t since_us = now_us - check->sender_report_us;
	wire_put32(at + 16, check->sender_report);
	wire_put32(at + 20, (uint32_t)(since_us * NTP_PER_S / G_USEC_PER_SEC));
}

/* draft-alvestrand-rmcat-remb-03 2.2: six bits of exponent, 18 of mantissa. */
static size_t put_remb(uint8_t *at, struct check *const *checks, unsigned count, uint64_t rate)
{
	size_t size = 20 + 4 * (size_t)count;
	unsigned exponent = 0;
	while (rate >> exponent >= 1u << 18)
		exponent++;
	put_header(at, REMB, PAYLOAD_FEEDBACK, size);
	wire_put32(at + 8, 0);
	memcpy(at + 12, "REMB", 4);
	wire_put32(at + 16, (uint32_t)count << 24 | exponent << 18 | (uint32_t)(rate >> exponent));
	for (unsigned i = 0; i < count; i++)
		wire_put32(at + 20 + 4 * (size_t)i, checks[i]->ssrc);
	return size;
}

size_t rtcp_write_report(struct check *const *checks, unsigned count, uint64_t remb, int64_t now_us,
                         uint8_t *out)
{
	size_t len = HEADER_SIZE + BLOCK_SIZE * (size_t)count;
	put_header(out, count, RECEIVER_REPORT, len);
	for (unsigned i = 0; i < count; i++)
		put_block(out + HEADER_SIZE + BLOCK_SIZE * (size_t)i, checks[i], now_us);
	if (remb > 0)
		len += put_remb(out + len, checks, count, remb);
	return len;
}

static void read_feedback(const uint8_t *at, size_t size, rtcp_visit visit, void *arg)
{
	unsigned format = at[0] & 0x1f;
	if (format == PLI)
		visit(arg, RTCP_KEYFRAME_REQUEST, wire_get32(at + 8), 0);
	for (size_t entry = 12; format == FIR && entry + FIR_ENTRY <= size; entry += FIR_ENTRY)
		visit(arg, RTCP_KEYFRAME_REQUEST, wire_get32(at + entry), 0);
}

void rtcp_read(const uint8_t *data, size_t len, rtcp_visit visit, void *arg)
{
	while (len >= HEADER_SIZE && data[0] >> 6 == 2) {
		size_t size = 4 * ((size_t)wire_get16(data + 2) + 1);
		if (size > len)
			return;
		if (data[1] == SENDER_REPORT && size >= 28)
			visit(arg, RTCP_SENDER_REPORT, wire_get32(data + 4), wire_get32(data + 10));
		else if (data[1] == PAYLOAD_FEEDBACK && size >= 12)
			read_feedback(data, size, visit, arg);
		data += size;
		len -= size;
	}
}
