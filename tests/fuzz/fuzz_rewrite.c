/*
 * fuzz_rewrite: the packet path's reading of outside bytes (RTP header) and the header it writes.
 * The input is a sequence of packets: one byte of flags (stream, time), two of length, the packet.
 */
#include <assert.h>
#include <string.h>
#include <glib.h>
#include "plugin/rewrite.h"
#include "plugin/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void one_packet(struct cardea_rewrite *rewrite, const uint8_t *data, size_t len,
                       uint64_t stream, int64_t now)
{
	/* Of its own, so that a byte read or written past the end is seen. */
	uint8_t *packet = g_malloc(len ? len : 1);
	memcpy(packet, data, len);
	struct cardea_rtp rtp, again;
	if (cardea_rtp_parse(packet, len, &rtp) == 0) {
		uint16_t seq;
		uint32_t ts;
		assert(rtp.payload >= packet + CARDEA_RTP_HEADER);
		assert(rtp.payload + rtp.payload_len <= packet + len);
		if (cardea_rewrite_packet(rewrite, stream, 90000, rtp.seq, rtp.ts, now, &seq, &ts)) {
			cardea_rtp_write(packet, 96, seq, ts);
			assert(cardea_rtp_parse(packet, len, &again) == 0);
			assert(again.seq == seq && again.ts == ts);
			assert(again.payload_len == rtp.payload_len);
		}
	}
	g_free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cardea_rewrite rewrite = {0};
	int64_t now = 0;
	while (size >= 3) {
		uint64_t stream = 1 + (data[0] & 3);
		size_t len = (size_t)data[1] << 8 | data[2];
		now += data[0] >> 2;
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		one_packet(&rewrite, data, len, stream, now);
		data += len;
		size -= len;
	}
	return 0;
}
