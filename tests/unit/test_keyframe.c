/*
 * keyframe and codec: where a decoder can start, by codec; nothing is read beyond the payload.
 */
#include "unit.h"

#include "cardea_error.h"
#include "plugin/codec.h"
#include "plugin/keyframe.h"

struct payload {
	const char *name;
	enum cardea_codec codec;
	uint8_t data[16];
	size_t len;
	bool starts;
};

/* Lengths are stated, not counted, so that a payload can be cut off. */
#define H264(name, len, starts, ...)                                                               \
	{                                                                                              \
		"H.264: " name, CARDEA_CODEC_H264, {__VA_ARGS__}, len, starts                              \
	}
#define VP9(name, len, starts, ...)                                                                \
	{                                                                                              \
		"VP9: " name, CARDEA_CODEC_VP9, {__VA_ARGS__}, len, starts                                 \
	}
#define AV1(name, len, starts, ...)                                                                \
	{                                                                                              \
		"AV1: " name, CARDEA_CODEC_AV1, {__VA_ARGS__}, len, starts                                 \
	}

static const struct payload payloads[] = {
        H264("an empty payload starts nothing", 0, false, 0),
        H264("a header alone starts nothing", 1, false, 0x65),
        H264("an IDR slice starts", 2, true, 0x65, 0x88),
        H264("a sequence parameter set starts", 2, true, 0x67, 0x42),
        H264("a picture parameter set does not", 2, false, 0x68, 0xce),
        H264("a slice of a P frame does not", 2, false, 0x41, 0x9a),
        H264("STAP-A with an SPS starts", 9, true, 0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce),
        H264("STAP-A with an IDR slice behind another unit starts", 9, true, 0x78, 0, 2, 0x09, 0xf0,
             0, 2, 0x65, 0x88),
        H264("STAP-A of other units does not", 9, false, 0x78, 0, 2, 0x09, 0xf0, 0, 2, 0x41, 0x9a),
        H264("STAP-A without a unit does not", 1, false, 0x78),
        H264("STAP-A with half a length does not", 2, false, 0x78, 0),
        H264("STAP-A with a length and nothing behind does not", 3, false, 0x78, 0, 2),
        H264("STAP-A whose unit is cut off does not", 4, false, 0x78, 0, 2, 0x67),
        H264("STAP-A with a unit of no bytes does not", 5, false, 0x78, 0, 0, 0x67, 0x42),
        H264("STAP-A whose second unit is cut off does not", 8, false, 0x78, 0, 2, 0x09, 0xf0, 0, 9,
             0x65),
        H264("FU-A that begins an IDR slice starts", 3, true, 0x7c, 0x85, 0x88),
        H264("FU-A that begins an SPS starts", 3, true, 0x7c, 0x87, 0x42),
        H264("FU-A in the middle of an IDR slice does not", 3, false, 0x7c, 0x05, 0x88),
        H264("FU-A at the end of an IDR slice does not", 3, false, 0x7c, 0x45, 0x88),
        H264("FU-A that begins another slice does not", 3, false, 0x7c, 0x81, 0x9a),
        H264("FU-A that is cut off does not", 1, false, 0x7c),
        VP9("an empty payload starts nothing", 0, false, 0),
        VP9("a descriptor alone starts nothing", 1, false, 0x08),
        VP9("a plain key frame starts", 2, true, 0x08, 0x82),
        VP9("a frame predicted from another does not", 2, false, 0x48, 0x82),
        VP9("the middle of a key frame does not", 2, false, 0x00, 0x82),
        VP9("a key frame with a short picture id starts", 3, true, 0x88, 0x05, 0x82),
        VP9("a key frame with a long picture id starts", 4, true, 0x88, 0x85, 0x01, 0x82),
        VP9("the lowest spatial layer starts", 6, true, 0xa8, 0x85, 0x01, 0x10, 0x00, 0x82),
        VP9("a higher spatial layer does not", 6, false, 0xa8, 0x85, 0x01, 0x12, 0x00, 0x82),
        VP9("a picture id that is cut off does not", 2, false, 0x88, 0x85),
        VP9("layer indices that are missing do not", 3, false, 0xa8, 0x85, 0x01),
        VP9("layer indices without a frame do not", 4, false, 0xa8, 0x85, 0x01, 0x10),
        AV1("an empty payload starts nothing", 0, false, 0),
        AV1("an aggregation header alone starts nothing", 1, false, 0x08),
        AV1("a new coded video sequence starts", 2, true, 0x18, 0x0a),
        AV1("another frame does not", 2, false, 0x10, 0x32),
        AV1("the rest of an OBU does not", 2, false, 0x98, 0x0a),
        {"audio has no key frames", CARDEA_CODEC_OPUS, {0x10, 0x00}, 2, false},
        {"VP8 is read by its own parser", CARDEA_CODEC_VP8, {0x10, 0x00}, 2, true},
};

static void check(void **state)
{
	const struct payload *payload = *state;
	/* A copy of the exact length, so that a read past it is seen by the sanitizer. */
	uint8_t *data = g_memdup2(payload->data, payload->len ? payload->len : 1);
	assert_int_equal(cardea_keyframe_starts(payload->codec, data, payload->len), payload->starts);
	g_free(data);
}

static void names_of_codecs_are_read_and_written(void **state)
{
	(void)state;
	static const char *const names[] = {"opus", "vp8", "h264", "vp9", "av1"};
	enum cardea_codec codec;
	for (unsigned i = 0; i < CARDEA_CODECS; i++) {
		assert_string_equal(cardea_codec_name((enum cardea_codec)i), names[i]);
		assert_int_equal(cardea_codec_parse(names[i], &codec), 0);
		assert_int_equal(codec, i);
	}
	assert_int_equal(cardea_codec_parse("VP8", &codec), CARDEA_E_INVALID);
	assert_int_equal(cardea_codec_parse("", &codec), CARDEA_E_INVALID);
	assert_int_equal(cardea_codec_clock(CARDEA_CODEC_OPUS), 48000);
	assert_int_equal(cardea_codec_clock(CARDEA_CODEC_H264), 90000);
}

int main(void)
{
	struct CMUnitTest tests[1 + G_N_ELEMENTS(payloads)] = {
	        cmocka_unit_test(names_of_codecs_are_read_and_written),
	};
	for (size_t i = 0; i < G_N_ELEMENTS(payloads); i++)
		tests[1 + i] = (struct CMUnitTest){.name = payloads[i].name,
		                                   .test_func = check,
		                                   .initial_state = (void *)&payloads[i]};
	return cmocka_run_group_tests_name("keyframe", tests, NULL, NULL);
}
