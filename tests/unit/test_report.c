/*
 * report: RTCP of receivers, as Janus leaves it: whole, cut off, and made up.
 */
#include "unit.h"

#include "cardea_error.h"
#include "plugin/report.h"

/* What Chromium sends for a slot: RR with the slot's block and that of its retransmissions. */
static const uint8_t receiver_report[] = {
        0x82, 201, 0,    13,   0,    0,    0, 1,              /* 2 blocks, sender */
        0,    0,   0,    9,    13,   0,    1, 2, 0, 0, 0, 77, /* 13/256 and 258 lost */
        0,    0,   3,    0xe8, 0xab, 0xcd, 0, 0, 0, 0, 1, 0,  /* jitter 1000 */
        0,    0,   0,    10,   255,  0,    9, 9, 0, 0, 0, 78, /* of the retransmissions */
        0,    0,   0x27, 0x10, 0xab, 0xcd, 0, 0, 0, 0, 1, 0,
};
static const uint8_t sender_report[] = {
        0x81, 200, 0, 12, 0, 0, 0, 1, 1, 1, 1, 1, 1,    1,    1,    1, 1, 1, 1,  1, 1,
        1,    1,   1, 1,  1, 1, 1, 0, 0, 0, 9, 0, 0xff, 0xff, 0xfe, 0, 0, 0, 77, /* two duplicates
                                                                                  */
        0,    0,   0, 1,  0, 0, 0, 0, 0, 0, 0, 0,
};
static const uint8_t remb[] = {
        0x8f, 206, 0,   6,   0,   0,   0, 1,    0,    0,
        0,    0,   'R', 'E', 'M', 'B', 2, 0x0b, 0xd0, 0x90, /* 2 SSRCs, 250000 * 4 */
        0,    0,   0,   9,   0,   0,   0, 10,
};
static const uint8_t picture_loss[] = {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9};
static const uint8_t full_intra[] = {0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0,
                                     0,    0,   0, 0, 0, 9, 7, 0, 0, 0};
static const uint8_t no_reports[] = {0x80, 201, 0, 1, 0, 0, 0, 1};

#define BYTES(array) array, sizeof(array)

/* A compound under construction, in memory of exactly its size for the sanitizers. */
struct compound {
	uint8_t data[256];
	size_t len;
};

static void add(struct compound *to, const uint8_t *data, size_t len)
{
	assert_true(to->len + len <= sizeof(to->data));
	memcpy(to->data + to->len, data, len);
	to->len += len;
}

static int parse(const uint8_t *data, size_t len, struct cardea_report *out)
{
	uint8_t *copy = g_malloc(len ? len : 1);
	memcpy(copy, data, len);
	int err = cardea_rtcp_read(copy, len, out);
	g_free(copy);
	return err;
}

static struct cardea_report good(const uint8_t *data, size_t len)
{
	struct cardea_report report;
	assert_int_equal(parse(data, len, &report), 0);
	return report;
}

static void the_first_report_block_counts(void **state)
{
	(void)state;
	struct cardea_report report = good(BYTES(receiver_report));
	assert_true(report.has_report);
	assert_int_equal(report.fraction_lost, 13);
	assert_int_equal(report.cumulative_lost, 258);
	assert_int_equal(report.jitter, 1000);
	assert_int_not_equal(report.last_sr, 0);
	assert_false(report.has_remb || report.has_pli || report.has_fir);
}

static void a_sender_may_report_and_lose_less_than_nothing(void **state)
{
	(void)state;
	struct cardea_report report = good(BYTES(sender_report));
	assert_true(report.has_report);
	assert_int_equal(report.cumulative_lost, -2);
	assert_int_equal(report.jitter, 1);
	assert_int_equal(report.last_sr, 0);
}

static void the_bitrate_is_read(void **state)
{
	(void)state;
	struct cardea_report report = good(BYTES(remb));
	assert_true(report.has_remb);
	assert_int_equal(report.remb_bps, 1000000);
	assert_false(report.has_report || report.has_pli || report.has_fir);
}

static void a_bitrate_beyond_all_numbers_is_the_largest(void **state)
{
	uint8_t packet[sizeof(remb)];
	(void)state;
	memcpy(packet, BYTES(remb));
	memset(packet + 17, 0xff, 3);
	assert_true(good(BYTES(packet)).remb_bps == UINT64_MAX);
	packet[17] = 0xfc; /* no mantissa */
	packet[18] = packet[19] = 0;
	assert_int_equal(good(BYTES(packet)).remb_bps, 0);
}

static void key_frames_are_asked_for_in_two_ways(void **state)
{
	(void)state;
	assert_true(good(BYTES(picture_loss)).has_pli);
	assert_false(good(BYTES(picture_loss)).has_fir);
	assert_true(good(BYTES(full_intra)).has_fir);
	assert_false(good(BYTES(full_intra)).has_pli);
}

static struct compound everything(void)
{
	struct compound compound = {0};
	add(&compound, BYTES(receiver_report));
	add(&compound, BYTES(remb));
	add(&compound, BYTES(picture_loss));
	add(&compound, BYTES(full_intra));
	add(&compound, BYTES(sender_report));
	return compound;
}

static void a_compound_is_summed_up(void **state)
{
	struct compound compound = everything();
	(void)state;
	struct cardea_report report = good(compound.data, compound.len);
	assert_true(report.has_report && report.has_remb && report.has_pli && report.has_fir);
	assert_int_equal(report.cumulative_lost, 258);
	assert_int_equal(report.remb_bps, 1000000);
}

static void what_is_of_no_interest_is_skipped(void **state)
{
	static const uint8_t others[] = {
	        0x81, 202, 0, 2, 0, 0, 0, 1, 1, 1, 'x', 0,                     /* SDES */
	        0x8f, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0,   9,                     /* transport feedback */
	        0x8f, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0,   9, 'o', 't', 'h', 'r', /* somebody's own */
	        0x82, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0,   9,                     /* slice loss */
	        0x81, 203, 0, 1, 0, 0, 0, 1,                                   /* BYE */
	};
	struct compound compound = {0};
	(void)state;
	add(&compound, BYTES(no_reports));
	add(&compound, BYTES(others));
	struct cardea_report report = good(compound.data, compound.len);
	assert_false(report.has_report || report.has_remb || report.has_pli || report.has_fir);
	add(&compound, BYTES(picture_loss));
	assert_true(good(compound.data, compound.len).has_pli);
	/* A NACK alone leaves nothing once Janus has taken it out. */
	assert_false(good(compound.data, 0).has_report);
}

static void padding_is_no_content(void **state)
{
	uint8_t packet[sizeof(remb)];
	(void)state;
	memcpy(packet, BYTES(remb));
	packet[0] |= 0x20;
	packet[sizeof(packet) - 1] = 4;
	assert_int_equal(parse(BYTES(packet), &(struct cardea_report){0}), CARDEA_E_INVALID);
	packet[16] = 1; /* one SSRC, and the padding where the other one was */
	assert_true(good(BYTES(packet)).has_remb);
	packet[sizeof(packet) - 1] = 0;
	assert_int_equal(parse(BYTES(packet), &(struct cardea_report){0}), CARDEA_E_INVALID);
	packet[sizeof(packet) - 1] = sizeof(packet);
	assert_int_equal(parse(BYTES(packet), &(struct cardea_report){0}), CARDEA_E_INVALID);
}

static void refused(const uint8_t *data, size_t len)
{
	struct cardea_report before, report;
	memset(&before, 0x55, sizeof(before));
	report = before;
	assert_int_equal(parse(data, len, &report), CARDEA_E_INVALID);
	assert_memory_equal(&report, &before, sizeof(before));
}

static void what_is_cut_off_is_refused(void **state)
{
	struct compound compound = everything();
	const size_t ends[] = {sizeof(receiver_report), sizeof(remb), sizeof(picture_loss),
	                       sizeof(full_intra), sizeof(sender_report)};
	size_t next = 0, end = 0;
	(void)state;
	for (size_t len = 0; len < compound.len; len++) {
		if (len == end) {
			end += ends[next++];
			good(compound.data, len); /* a shorter compound, but a whole one */
		} else {
			refused(compound.data, len);
		}
	}
}

static void lengths_inside_a_packet_are_checked(void **state)
{
	struct {
		const uint8_t *data;
		size_t len, at;
		uint8_t value;
	} broken[] = {
	        {BYTES(receiver_report), 0, 0x83}, /* a block more than there is */
	        {BYTES(sender_report), 0, 0x82},   {BYTES(remb), 16, 3},
	        {BYTES(picture_loss), 0, 0x84}, /* FIR without an entry */
	        {BYTES(picture_loss), 0, 0x41}, /* version 1 */
	};
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
		uint8_t packet[sizeof(receiver_report)];
		memcpy(packet, broken[i].data, broken[i].len);
		packet[broken[i].at] = broken[i].value;
		refused(packet, broken[i].len);
	}
	static const uint8_t short_feedback[] = {0x81, 206, 0, 1, 0, 0, 0, 1};
	refused(BYTES(short_feedback));
}

/* Whatever comes: no byte outside is read, and what is refused leaves the output alone. */
static void random_bytes_do_no_harm(void **state)
{
	const guint32 seed = g_random_int();
	GRand *random = g_rand_new_with_seed(seed);
	unsigned accepted = 0;
	(void)state;
	print_message("seed %u\n", seed);
	for (unsigned round = 0; round < 20000; round++) {
		struct compound compound = everything();
		compound.len = (size_t)g_rand_int_range(random, 0, (gint32)compound.len + 1);
		for (int i = g_rand_int_range(random, 0, 4); i > 0 && compound.len > 0; i--)
			compound.data[g_rand_int_range(random, 0, (gint32)compound.len)] =
			        (uint8_t)g_rand_int(random);
		struct cardea_report report;
		if (parse(compound.data, compound.len, &report) == 0)
			accepted++;
		else
			refused(compound.data, compound.len);
	}
	g_rand_free(random);
	assert_true(accepted > 0 && accepted < 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_report_block_counts),
	        cmocka_unit_test(a_sender_may_report_and_lose_less_than_nothing),
	        cmocka_unit_test(the_bitrate_is_read),
	        cmocka_unit_test(a_bitrate_beyond_all_numbers_is_the_largest),
	        cmocka_unit_test(key_frames_are_asked_for_in_two_ways),
	        cmocka_unit_test(a_compound_is_summed_up),
	        cmocka_unit_test(what_is_of_no_interest_is_skipped),
	        cmocka_unit_test(padding_is_no_content),
	        cmocka_unit_test(what_is_cut_off_is_refused),
	        cmocka_unit_test(lengths_inside_a_packet_are_checked),
	        cmocka_unit_test(random_bytes_do_no_harm),
	};
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
