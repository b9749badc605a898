/*
 * vp8: what is read from a payload is inside it; picture id and TL0PICIDX go on over every switch.
 */
#include "unit.h"

#include "plugin/keyframe.h"
#include "plugin/vp8.h"

struct vp8 {
	const char *name;
	uint8_t data[10];
	size_t len;
	bool keyframe;
};

static const struct vp8 vp8s[] = {
        {"an empty payload starts nothing", {0}, 0, false},
        {"a descriptor alone starts nothing", {0x10}, 1, false},
        {"a plain key frame", {0x10, 0x00}, 2, true},
        {"a plain delta frame", {0x10, 0x01}, 2, false},
        {"the middle of a key frame starts nothing", {0x00, 0x00}, 2, false},
        {"another partition starts nothing", {0x11, 0x00}, 2, false},
        {"a key frame with a short picture id", {0x90, 0x80, 0x05, 0x00}, 4, true},
        {"a key frame with a long picture id", {0x90, 0x80, 0x85, 0x01, 0x00}, 5, true},
        {"a key frame as browsers send it", {0x90, 0xe0, 0x85, 0x01, 7, 0x20, 0x00}, 7, true},
        {"a delta frame as browsers send it", {0x90, 0xe0, 0x85, 0x01, 7, 0x20, 0x11}, 7, false},
        {"an extension byte that is missing", {0x90}, 1, false},
        {"a picture id that is missing", {0x90, 0x80}, 2, false},
        {"half a long picture id", {0x90, 0x80, 0x85}, 3, false},
        {"a layer byte that is missing", {0x90, 0xe0, 0x05, 0x01}, 4, false},
};

static void check_vp8(void **state)
{
	const struct vp8 *vp8 = *state;
	uint8_t *data = g_memdup2(vp8->data, vp8->len ? vp8->len : 1);
	struct cardea_vp8 parsed;
	cardea_vp8_parse(data, vp8->len, &parsed);
	assert_int_equal(parsed.keyframe, vp8->keyframe);
	assert_true(parsed.len <= vp8->len);
	assert_int_equal(cardea_keyframe_starts(CARDEA_CODEC_VP8, data, vp8->len), vp8->keyframe);
	g_free(data);
}

static struct cardea_vp8 parse(const uint8_t *data, size_t len)
{
	struct cardea_vp8 vp8;
	cardea_vp8_parse(data, len, &vp8);
	return vp8;
}

static const uint8_t long_id[] = {0x90, 0xe0, 0x85, 0x01, 7, 0x23, 0x00};

static void every_field_is_read_and_written_in_its_place(void **state)
{
	(void)state;
	uint8_t data[sizeof(long_id)];
	memcpy(data, long_id, sizeof(data));
	struct cardea_vp8 vp8 = parse(data, sizeof(data));
	assert_int_equal(vp8.len, 6);
	assert_int_equal(vp8.picture_id_bits, 15);
	assert_int_equal(vp8.picture_id, 0x501);
	assert_int_equal(vp8.tl0picidx, 7);
	cardea_vp8_write(&vp8, data, 0x7ffe, 250);
	/* TID, Y and KEYIDX stay. */
	static const uint8_t written[] = {0x90, 0xe0, 0xff, 0xfe, 250, 0x23, 0x00};
	assert_memory_equal(data, written, sizeof(data));
	cardea_vp8_write(&vp8, data, vp8.picture_id, vp8.tl0picidx);
	assert_memory_equal(data, long_id, sizeof(data));
}

static void a_short_picture_id_gets_the_low_bits(void **state)
{
	(void)state;
	uint8_t data[] = {0x90, 0x80, 0x05, 0x00};
	struct cardea_vp8 vp8 = parse(data, sizeof(data));
	cardea_vp8_write(&vp8, data, 0x1234, 9);
	static const uint8_t written[] = {0x90, 0x80, 0x34, 0x00};
	assert_memory_equal(data, written, sizeof(data));
}

static void a_descriptor_without_numbers_is_left_alone(void **state)
{
	(void)state;
	uint8_t data[] = {0x10, 0x00, 0x11};
	struct cardea_vp8 vp8 = parse(data, sizeof(data));
	cardea_vp8_write(&vp8, data, 0x1234, 9);
	static const uint8_t same[] = {0x10, 0x00, 0x11};
	assert_memory_equal(data, same, sizeof(data));
}

static void a_key_frame_tells_its_size(void **state)
{
	(void)state;
	/* 1280 x 720, each with a scale that is not part of it. */
	uint8_t data[] = {0x10, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x45, 0xd0, 0x82};
	struct cardea_vp8 vp8 = parse(data, sizeof(data));
	assert_int_equal(cardea_vp8_size(&vp8, data, sizeof(data)), 1280u << 16 | 720);
	assert_int_equal(cardea_vp8_size(&vp8, data, sizeof(data) - 1), 0);
	data[5] = 0; /* another start code */
	assert_int_equal(cardea_vp8_size(&vp8, data, sizeof(data)), 0);
	data[1] |= 1; /* a delta frame */
	vp8 = parse(data, sizeof(data));
	assert_int_equal(cardea_vp8_size(&vp8, data, sizeof(data)), 0);
}

/* What one packet of run @run with these numbers becomes. */
static void check_map(struct cardea_vp8_state *state, uint64_t run, uint16_t id, uint8_t tl0,
                      uint16_t out_id, uint8_t out_tl0)
{
	const struct cardea_vp8 vp8 = {
	        .picture_id_bits = 15, .picture_id = id, .tl0picidx_at = 4, .tl0picidx = tl0};
	cardea_vp8_map(state, run, &vp8, &id, &tl0);
	assert_int_equal(id, out_id);
	assert_int_equal(tl0, out_tl0);
}

static void numbers_go_on_over_a_switch(void **state)
{
	(void)state;
	struct cardea_vp8_state vp8 = {0};
	check_map(&vp8, 1, 32766, 254, 32766, 254); /* the first stream is left as it is */
	check_map(&vp8, 1, 0, 0, 0, 0);             /* a picture was lost, and both wrap */
	check_map(&vp8, 1, 32767, 255, 32767, 255); /* which comes late */
	check_map(&vp8, 2, 500, 9, 1, 1);
	check_map(&vp8, 2, 501, 9, 2, 1);
	check_map(&vp8, 2, 503, 10, 4, 2);
	check_map(&vp8, 2, 502, 9, 3, 1);
	check_map(&vp8, 3, 501, 9, 5, 3);
}

static void a_stream_without_numbers_leaves_no_gap(void **state)
{
	(void)state;
	struct cardea_vp8_state vp8 = {0};
	const struct cardea_vp8 none = {.len = 1};
	uint16_t id;
	uint8_t tl0;
	check_map(&vp8, 1, 100, 10, 100, 10);
	cardea_vp8_map(&vp8, 2, &none, &id, &tl0);
	assert_int_equal(id, 0);
	assert_int_equal(tl0, 0);
	check_map(&vp8, 3, 7, 7, 101, 11);
}

static void a_short_picture_id_counts_on_in_its_bits(void **state)
{
	(void)state;
	struct cardea_vp8_state vp8 = {0};
	uint8_t tl0;
	check_map(&vp8, 1, 127, 0, 127, 0);
	for (uint16_t i = 0; i < 300; i++) {
		const struct cardea_vp8 narrow = {.picture_id_bits = 7, .picture_id = (50 + i) & 0x7f};
		uint16_t id;
		cardea_vp8_map(&vp8, 2, &narrow, &id, &tl0);
		assert_int_equal(id, (128 + i) & 0x7f);
	}
	check_map(&vp8, 3, 9, 9, 128 + 300, 1);
}

int main(void)
{
	static const struct CMUnitTest fixed[] = {
	        cmocka_unit_test(every_field_is_read_and_written_in_its_place),
	        cmocka_unit_test(a_short_picture_id_gets_the_low_bits),
	        cmocka_unit_test(a_descriptor_without_numbers_is_left_alone),
	        cmocka_unit_test(a_key_frame_tells_its_size),
	        cmocka_unit_test(numbers_go_on_over_a_switch),
	        cmocka_unit_test(a_stream_without_numbers_leaves_no_gap),
	        cmocka_unit_test(a_short_picture_id_counts_on_in_its_bits),
	};
	struct CMUnitTest tests[G_N_ELEMENTS(fixed) + G_N_ELEMENTS(vp8s)];
	memcpy(tests, fixed, sizeof(fixed));
	for (size_t i = 0; i < G_N_ELEMENTS(vp8s); i++)
		tests[G_N_ELEMENTS(fixed) + i] = (struct CMUnitTest){
		        .name = vp8s[i].name, .test_func = check_vp8, .initial_state = (void *)&vp8s[i]};
	return cmocka_run_group_tests_name("vp8", tests, NULL, NULL);
}
