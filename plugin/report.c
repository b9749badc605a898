#include "report.h"

#include <string.h>
#include "cardea_error.h"

#define HEADER       4 /* bytes of the common header */
#define SENDER_INFO  20
#define REPORT_BLOCK 24
#define FEEDBACK     12 /* header and the two SSRCs, RFC 4585 6.1 */
#define FIR_ENTRY    8
#define REMB_FIXED   8 /* identifier, count, bitrate */

enum packet_type { SENDER_REPORT = 200, RECEIVER_REPORT = 201, PAYLOAD_FEEDBACK = 206 };
enum feedback_format { PICTURE_LOSS = 1, FULL_INTRA_REQUEST = 4, APPLICATION_LAYER = 15 };

/* One packet of a compound, without its padding. */
struct packet {
	const uint8_t *data;
	size_t len;
	uint8_t count; /* report blocks, or the format of a feedback */
	uint8_t type;
};

static uint32_t read_u24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | read_u24(p + 1);
}

/* Its length with padding, or 0 if it does not fit into @len. */
static size_t split(const uint8_t *data, size_t len, struct packet *out)
{
	if (len < HEADER || data[0] >> 6 != 2)
		return 0;
	size_t size = 4 * ((size_t)(data[2] << 8 | data[3]) + 1);
	if (size > len)
		return 0;
	size_t padding = data[0] & 0x20 ? data[size - 1] : 0;
	if (data[0] & 0x20 && (padding == 0 || padding > size - HEADER))
		return 0;
	*out = (struct packet){
	        .data = data, .len = size - padding, .count = data[0] & 0x1f, .type = data[1]};
	return size;
}

static int read_blocks(const struct packet *packet, size_t head, struct cardea_report *out)
{
	if (packet->len < head + REPORT_BLOCK * (size_t)packet->count)
		return CARDEA_E_INVALID;
	if (packet->count == 0 || out->has_report)
		return 0;
	const uint8_t *block = packet->data + head;
	uint32_t lost = read_u24(block + 5);
	out->has_report = true;
	out->fraction_lost = block[4];
	out->cumulative_lost = (int32_t)lost - (lost & 0x800000 ? 0x1000000 : 0);
	out->highest_seq = read_u32(block + 8);
	out->jitter = read_u32(block + 12);
	out->last_sr = read_u32(block + 16);
	out->since_last_sr = read_u32(block + 20);
	return 0;
}

/* Six bits of exponent, eighteen of mantissa. */
static uint64_t remb_bitrate(const uint8_t *p)
{
	unsigned exponent = p[0] >> 2;
	uint64_t mantissa = read_u24(p) & 0x3ffff;
	if (mantissa > UINT64_MAX >> exponent)
		return UINT64_MAX;
	return mantissa << exponent;
}

static int read_application_layer(const uint8_t *fci, size_t len, struct cardea_report *out)
{
	if (len < REMB_FIXED || memcmp(fci, "REMB", 4) != 0)
		return 0; /* of somebody else */
	if (len < REMB_FIXED + 4 * (size_t)fci[4])
		return CARDEA_E_INVALID;
	out->has_remb = true;
	out->remb_bps = remb_bitrate(fci + 5);
	return 0;
}

static int read_feedback(const struct packet *packet, struct cardea_report *out)
{
	if (packet->len < FEEDBACK)
		return CARDEA_E_INVALID;
	size_t len = packet->len - FEEDBACK;
	switch (packet->count) {
	case PICTURE_LOSS:
		out->has_pli = true;
		return 0;
	case FULL_INTRA_REQUEST:
		if (len < FIR_ENTRY)
			return CARDEA_E_INVALID;
		out->has_fir = true;
		return 0;
	case APPLICATION_LAYER:
		return read_application_layer(packet->data + FEEDBACK, len, out);
	default:
		return 0;
	}
}

static int read_packet(const struct packet *packet, struct cardea_report *out)
{
	switch (packet->type) {
	case SENDER_REPORT:
		return read_blocks(packet, HEADER + 4 + SENDER_INFO, out);
	case RECEIVER_REPORT:
		return read_blocks(packet, HEADER + 4, out);
	case PAYLOAD_FEEDBACK:
		return read_feedback(packet, out);
	default:
		return 0;
	}
}

int cardea_rtcp_read(const uint8_t *data, size_t len, struct cardea_report *out)
{
	struct cardea_report found = {0};
	while (len > 0) {
		struct packet packet;
		size_t size = split(data, len, &packet);
		int err = size > 0 ? read_packet(&packet, &found) : CARDEA_E_INVALID;
		if (err < 0)
			return err;
		data += size;
		len -= size;
	}
	*out = found;
	return 0;
}
