/*
 * fuzz_codec: what is read from payloads and written to them, by codec. The input is a sequence of
 * payloads: one byte of codec and stream, one of length, the payload.
 */
#include <assert.h>
#include <string.h>
#include <glib.h>
#include "plugin/keyframe.h"
#include "plugin/vp8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void one_vp8(struct cardea_vp8_state *state, uint64_t run, uint8_t *payload, size_t len)
{
	struct cardea_vp8 vp8, again;
	uint8_t before[256];
	uint16_t picture_id;
	uint8_t tl0picidx;
	memcpy(before, payload, len);
	cardea_vp8_parse(payload, len, &vp8);
	assert(vp8.len <= len);
	assert(!vp8.keyframe || vp8.len < len);
	uint32_t size = cardea_vp8_size(&vp8, payload, len);
	assert(size == 0 || (vp8.keyframe && len >= vp8.len + 10u));
	cardea_vp8_map(state, run, &vp8, &picture_id, &tl0picidx);
	cardea_vp8_write(&vp8, payload, picture_id, tl0picidx);
	/* What was written is read again, and nothing else has changed. */
	cardea_vp8_parse(payload, len, &again);
	assert(again.len == vp8.len && again.keyframe == vp8.keyframe);
	assert(again.picture_id == picture_id && again.tl0picidx == tl0picidx);
	cardea_vp8_write(&vp8, payload, vp8.picture_id, vp8.tl0picidx);
	assert(memcmp(before, payload, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cardea_vp8_state state = {0};
	while (size >= 2) {
		enum cardea_codec codec = (enum cardea_codec)((data[0] & 7) % CARDEA_CODECS);
		uint64_t run = 1 + (data[0] >> 3);
		size_t len = MIN(data[1], size - 2);
		/* Of its own, so that a byte read or written past the end is seen. */
		uint8_t *payload = g_malloc(len ? len : 1);
		memcpy(payload, data + 2, len);
		bool starts = cardea_keyframe_starts(codec, payload, len);
		assert(!starts || len >= 2);
		if (codec == CARDEA_CODEC_VP8)
			one_vp8(&state, run, payload, len);
		g_free(payload);
		data += 2 + len;
		size -= 2 + len;
	}
	return 0;
}
