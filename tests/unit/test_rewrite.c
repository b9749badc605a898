/*
 * rewrite and rtp: whatever streams a slot shows, its receiver sees one whose sequence numbers and
 * timestamps never go back; and what we read from packets is checked against their length.
 */
#include "unit.h"

#include <stdlib.h>
#include "cardea_error.h"
#include "plugin/rewrite.h"
#include "plugin/rtp.h"

#define SWITCHES 1000000
#define STREAMS  16
#define CLOCK    90000

/* ---- rewriting ---- */

/* A stream as a sender makes it: 16-bit and 32-bit numbers that wrap, from anywhere. */
struct sender {
	uint64_t id;
	uint16_t seq;
	uint32_t ts;
};

static uint32_t seed(void)
{
	const char *text = getenv("CARDEA_TEST_SEED");
	uint32_t value = text ? (uint32_t)g_ascii_strtoull(text, NULL, 10) : g_random_int();
	print_message("seed %u (set CARDEA_TEST_SEED to repeat)\n", value);
	return value;
}

/* What a receiver has seen so far. */
struct view {
	int64_t now;
	bool started;
	uint16_t seq;
	uint32_t ts;
};

static void show_next(struct cardea_rewrite *rewrite, struct sender *sender, struct view *view)
{
	uint16_t seq;
	uint32_t ts;
	sender->seq++;
	sender->ts += 3000;
	assert_true(cardea_rewrite_packet(rewrite, sender->id, CLOCK, sender->seq, sender->ts,
	                                  view->now, &seq, &ts));
	if (view->started) {
		assert_int_equal(seq, (uint16_t)(view->seq + 1));
		assert_true((int32_t)(ts - view->ts) > 0);
	}
	view->started = true;
	view->seq = seq;
	view->ts = ts;
}

static void many_switches_never_go_back(void **state)
{
	(void)state;
	GRand *rand = g_rand_new_with_seed(seed());
	struct cardea_rewrite rewrite = {0};
	struct sender senders[STREAMS];
	for (unsigned i = 0; i < STREAMS; i++)
		senders[i] = (struct sender){i + 1, (uint16_t)g_rand_int(rand), g_rand_int(rand)};
	struct view view = {0};
	unsigned current = 0;
	for (unsigned i = 0; i < SWITCHES; i++) {
		current = (current + (unsigned)g_rand_int_range(rand, 1, STREAMS)) % STREAMS;
		struct sender *sender = &senders[current];
		/* While another was shown this one went on by any amount. */
		sender->seq = (uint16_t)(sender->seq + g_rand_int_range(rand, 0, 65536));
		sender->ts += g_rand_int(rand);
		for (int packets = g_rand_int_range(rand, 1, 4); packets > 0; packets--) {
			view.now += g_rand_int_range(rand, 0, 40);
			show_next(&rewrite, sender, &view);
		}
	}
	g_rand_free(rand);
}

static void losses_and_reordering_inside_a_stream_are_kept(void **state)
{
	(void)state;
	struct cardea_rewrite rewrite = {0};
	uint16_t seq;
	uint32_t ts;
	assert_true(cardea_rewrite_packet(&rewrite, 1, CLOCK, 65534, 1000, 0, &seq, &ts));
	assert_int_equal(seq, 65534);
	/* A new stream: 100 becomes 65535, 102 wraps to 1, the late 101 is 0. */
	assert_true(cardea_rewrite_packet(&rewrite, 2, CLOCK, 100, 7000, 20, &seq, &ts));
	assert_int_equal(seq, 65535);
	assert_int_equal(ts, 1000 + 20 * 90);
	assert_true(cardea_rewrite_packet(&rewrite, 2, CLOCK, 102, 13000, 60, &seq, &ts));
	assert_int_equal(seq, 1);
	assert_int_equal(ts, 1000 + 20 * 90 + 6000);
	assert_true(cardea_rewrite_packet(&rewrite, 2, CLOCK, 101, 10000, 61, &seq, &ts));
	assert_int_equal(seq, 0);
}

static void a_packet_from_before_the_switch_is_dropped(void **state)
{
	(void)state;
	struct cardea_rewrite rewrite = {0};
	uint16_t seq;
	uint32_t ts;
	assert_true(cardea_rewrite_packet(&rewrite, 1, CLOCK, 10, 0, 0, &seq, &ts));
	assert_true(cardea_rewrite_packet(&rewrite, 2, CLOCK, 500, 0, 10, &seq, &ts));
	assert_int_equal(seq, 11);
	assert_false(cardea_rewrite_packet(&rewrite, 2, CLOCK, 499, 0, 11, &seq, &ts));
	assert_true(cardea_rewrite_packet(&rewrite, 2, CLOCK, 501, 0, 12, &seq, &ts));
	assert_int_equal(seq, 12);
}

static void a_pause_of_days_is_no_step_back(void **state)
{
	(void)state;
	struct cardea_rewrite rewrite = {0};
	uint16_t seq;
	uint32_t ts, before;
	assert_true(cardea_rewrite_packet(&rewrite, 1, CLOCK, 1, 5, 0, &seq, &before));
	assert_true(cardea_rewrite_packet(&rewrite, 2, CLOCK, 1, 5, INT64_C(3) * 24 * 3600 * 1000, &seq,
	                                  &ts));
	assert_true((int32_t)(ts - before) > 0);
}

/* Maps a packet of stream 1 after the one before it. */
static bool map(struct cardea_rewrite *rewrite, uint16_t seq, uint32_t ts, uint16_t *out_seq,
                uint32_t *out_ts)
{
	return cardea_rewrite_packet(rewrite, 1, CLOCK, seq, ts, rewrite->out_ms + 20, out_seq, out_ts);
}

static void a_sender_that_counts_anew_is_taken_up_again(void **state)
{
	(void)state;
	struct cardea_rewrite rewrite = {0};
	uint16_t seq;
	uint32_t ts;
	assert_true(map(&rewrite, 1000, 90000, &seq, &ts));
	/* The first one that is far off is alone as yet; a late one of before does not disturb. */
	assert_false(map(&rewrite, 40000, 0x80000000, &seq, &ts));
	assert_true(map(&rewrite, 1001, 91000, &seq, &ts));
	assert_true(map(&rewrite, 40001, 0x80000000, &seq, &ts));
	assert_int_equal(seq, 1003); /* one was left out */
	assert_int_equal(ts, 91000 + 20 * 90);
	assert_true(map(&rewrite, 40003, 0x80000000 + 3000, &seq, &ts));
	assert_int_equal(seq, 1005);
	assert_int_equal(ts, 91000 + 20 * 90 + 3000);
	assert_false(map(&rewrite, 40000, 0x80000000, &seq, &ts));
}

static void strays_are_left_out(void **state)
{
	(void)state;
	struct cardea_rewrite rewrite = {0};
	uint16_t seq;
	uint32_t ts;
	assert_true(map(&rewrite, 1000, 90000, &seq, &ts));
	assert_false(map(&rewrite, 30000, 90000, &seq, &ts));
	assert_false(map(&rewrite, 35000, 90000, &seq, &ts));
	assert_false(map(&rewrite, 1000, 0x90000000, &seq, &ts)); /* late, of another time */
	assert_true(map(&rewrite, 1001, 93000, &seq, &ts));
	assert_int_equal(seq, 1001);
}

static void a_long_loss_is_a_loss(void **state)
{
	(void)state;
	struct cardea_rewrite rewrite = {0};
	uint16_t seq;
	uint32_t ts;
	assert_true(map(&rewrite, 1000, 90000, &seq, &ts));
	assert_true(map(&rewrite, 1000 + CARDEA_REWRITE_DROPOUT, 900000, &seq, &ts));
	assert_int_equal(seq, 1000 + CARDEA_REWRITE_DROPOUT);
	assert_true(map(&rewrite, 1000 + CARDEA_REWRITE_DROPOUT - CARDEA_REWRITE_MISORDER, 800000, &seq,
	                &ts));
	assert_int_equal(seq, 1000 + CARDEA_REWRITE_DROPOUT - CARDEA_REWRITE_MISORDER);
}

static void time_that_goes_back_goes_on(void **state)
{
	(void)state;
	struct cardea_rewrite rewrite = {0};
	uint16_t seq;
	uint32_t ts;
	assert_true(map(&rewrite, 1000, 90000, &seq, &ts));
	assert_true(map(&rewrite, 1002, 1000, &seq, &ts));
	assert_int_equal(seq, 1002);
	assert_int_equal(ts, 90000 + 20 * 90);
	assert_false(map(&rewrite, 1001, 90000, &seq, &ts)); /* of the time before */
	assert_true(map(&rewrite, 1003, 4000, &seq, &ts));
	assert_int_equal(ts, 90000 + 20 * 90 + 3000);
}

/* ---- packets ---- */

static const uint8_t plain[] = {0x80, 0xe0, 0x12, 0x34, 0, 0, 0, 9, 1, 2, 3, 4, 0xaa, 0xbb};

static void a_header_is_read_and_written(void **state)
{
	(void)state;
	struct cardea_rtp rtp;
	uint8_t packet[sizeof(plain)];
	memcpy(packet, plain, sizeof(plain));
	assert_int_equal(cardea_rtp_parse(packet, sizeof(packet), &rtp), 0);
	assert_int_equal(rtp.seq, 0x1234);
	assert_int_equal(rtp.ts, 9);
	assert_int_equal(rtp.payload_len, 2);
	assert_ptr_equal(rtp.payload, packet + 12);
	cardea_rtp_write(packet, 111, 0xfffe, 0x01020304);
	static const uint8_t written[] = {0x80, 0xef, 0xff, 0xfe, 1, 2, 3, 4, 1, 2, 3, 4, 0xaa, 0xbb};
	assert_memory_equal(packet, written, sizeof(written));
}

struct bad_packet {
	const char *name;
	uint8_t data[24];
	size_t len;
};

static const struct bad_packet bad_packets[] = {
        {"an empty packet is refused", {0}, 0},
        {"a short header is refused", {0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 11},
        {"another version is refused", {0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 13},
        {"a CSRC list beyond the end is refused",
         {0x81, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3},
         15},
        {"an extension header beyond the end is refused",
         {0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0},
         15},
        {"an extension beyond the end is refused",
         {0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 2, 1, 2, 3, 4},
         20},
        {"padding of nothing is refused", {0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 13},
        {"padding beyond the payload is refused",
         {0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3},
         14},
        {"padding without a payload is refused", {0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12},
};

static void check_bad_packet(void **state)
{
	const struct bad_packet *bad = *state;
	struct cardea_rtp rtp;
	/* A copy of the exact length, so that a read past it is seen by the sanitizer. */
	uint8_t *data = g_memdup2(bad->data, bad->len ? bad->len : 1);
	assert_int_equal(cardea_rtp_parse(data, bad->len, &rtp), CARDEA_E_INVALID);
	g_free(data);
}

int main(void)
{
	static const struct CMUnitTest fixed[] = {
	        TEST("a million switches never go back", many_switches_never_go_back),
	        TEST("losses and reordering inside a stream are kept",
	             losses_and_reordering_inside_a_stream_are_kept),
	        TEST("a packet from before the switch is dropped",
	             a_packet_from_before_the_switch_is_dropped),
	        TEST("a pause of days is no step back", a_pause_of_days_is_no_step_back),
	        TEST("a sender that counts anew is taken up again",
	             a_sender_that_counts_anew_is_taken_up_again),
	        TEST("strays are left out", strays_are_left_out),
	        TEST("a long loss is a loss", a_long_loss_is_a_loss),
	        TEST("time that goes back goes on", time_that_goes_back_goes_on),
	        TEST("a header is read and written", a_header_is_read_and_written),
	};
	enum { FIXED = G_N_ELEMENTS(fixed), BAD = G_N_ELEMENTS(bad_packets) };
	struct CMUnitTest tests[FIXED + BAD];
	memcpy(tests, fixed, sizeof(fixed));
	for (size_t i = 0; i < BAD; i++)
		tests[FIXED + i] = (struct CMUnitTest){.name = bad_packets[i].name,
		                                       .test_func = check_bad_packet,
		                                       .initial_state = (void *)&bad_packets[i]};
	return cmocka_run_group_tests_name("rewrite", tests, NULL, NULL);
}
