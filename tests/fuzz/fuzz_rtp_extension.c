/*
 * fuzz_rtp_extension: finding a header extension (rid) in a packet. The input is the id, then the
 * packet.
 */
#include <assert.h>
#include <string.h>
#include <glib.h>
#include "plugin/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	/* Of its own, so that a byte read past the end is seen. */
	size_t len = size - 1, value_len = 0;
	uint8_t *packet = g_malloc(size);
	memcpy(packet, data + 1, len);
	const uint8_t *value = cardea_rtp_extension(packet, len, data[0], &value_len);
	if (value) {
		assert(value >= packet + CARDEA_RTP_HEADER + 4 && value_len <= 255);
		assert(value + value_len <= packet + len);
		struct cardea_rtp rtp;
		if (cardea_rtp_parse(packet, len, &rtp) == 0)
			assert(value + value_len <= rtp.payload);
	}
	g_free(packet);
	return 0;
}
