/*
 * cap: how much passes of a source with a limit, and when its sender is told.
 */
#include "unit.h"

#include "plugin/cap.h"

#define PACKET 1000 /* bytes */
#define START  5000000

/* Offers @bps of packets for @ms and returns how many bit/s passed. */
static int64_t offer(struct cardea_cap *cap, int64_t *now, int64_t bps, int64_t ms)
{
	int64_t passed = 0, owed = 0, end = *now + ms;
	for (; *now < end; ++*now) {
		for (owed += bps; owed >= PACKET * 8 * 1000; owed -= PACKET * 8 * 1000)
			passed += cardea_cap_admit(cap, PACKET, *now) ? PACKET * 8 : 0;
	}
	return passed * 1000 / ms;
}

static void without_a_limit_everything_passes(void **state)
{
	(void)state;
	struct cardea_cap cap = {0};
	int64_t now = START;
	assert_int_equal(offer(&cap, &now, 50000000, 1000), 50000000);
}

static void what_stays_within_one_and_a_half_times_the_limit_passes(void **state)
{
	(void)state;
	struct cardea_cap cap = {.bps = 500000};
	int64_t now = START;
	assert_int_equal(offer(&cap, &now, 740000, 100000), 740000);
}

static void more_is_cut_to_that_after_a_burst_of_a_second(void **state)
{
	(void)state;
	struct cardea_cap cap = {.bps = 500000};
	int64_t now = START;
	/* In the first second: what the second is worth, and the burst. */
	int64_t first = offer(&cap, &now, 5000000, 1000);
	assert_in_range(first, 2 * 750000 - PACKET * 8, 2 * 750000 + PACKET * 8);
	int64_t then = offer(&cap, &now, 5000000, 20000);
	assert_in_range(then, 745000, 755000);
	/* After a pause of two seconds there is a burst again, of one. */
	now += 2000;
	first = offer(&cap, &now, 5000000, 1000);
	assert_in_range(first, 2 * 750000 - PACKET * 8, 2 * 750000 + PACKET * 8);
}

static void a_changed_limit_counts_from_the_next_packet_on(void **state)
{
	(void)state;
	struct cardea_cap cap = {.bps = 500000};
	int64_t now = START;
	offer(&cap, &now, 5000000, 5000);
	atomic_store(&cap.bps, 2000000);
	assert_in_range(offer(&cap, &now, 5000000, 10000), 2900000, 3100000);
	atomic_store(&cap.bps, 0);
	assert_int_equal(offer(&cap, &now, 5000000, 1000), 5000000);
	atomic_store(&cap.bps, CARDEA_CAP_MIN_BPS);
	assert_in_range(offer(&cap, &now, 5000000, 100000), 14000, 16000);
}

static void the_sender_is_told_on_change_and_every_second_and_at_the_end(void **state)
{
	(void)state;
	struct cardea_cap_notice notice = {0};
	assert_int_equal(cardea_cap_notice_due(&notice, START), 0);
	atomic_store(&notice.bps, 300000);
	assert_int_equal(cardea_cap_notice_due(&notice, START), 300000);
	assert_int_equal(cardea_cap_notice_due(&notice, START + 999), 0);
	assert_int_equal(cardea_cap_notice_due(&notice, START + 1000), 300000);
	atomic_store(&notice.bps, 200000);
	assert_int_equal(cardea_cap_notice_due(&notice, START + 1001), 200000);
	atomic_store(&notice.bps, 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(cardea_cap_notice_due(&notice, START + 1002 + 1000 * i),
		                 CARDEA_CAP_MAX_BPS);
		assert_int_equal(cardea_cap_notice_due(&notice, START + 1003 + 1000 * i), 0);
	}
	assert_int_equal(cardea_cap_notice_due(&notice, START + 9000), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        TEST("without a limit everything passes", without_a_limit_everything_passes),
	        TEST("what stays within one and a half times the limit passes",
	             what_stays_within_one_and_a_half_times_the_limit_passes),
	        TEST("more is cut to that after a burst of a second",
	             more_is_cut_to_that_after_a_burst_of_a_second),
	        TEST("a changed limit counts from the next packet on",
	             a_changed_limit_counts_from_the_next_packet_on),
	        TEST("the sender is told on change and every second and at the end",
	             the_sender_is_told_on_change_and_every_second_and_at_the_end),
	};
	return cmocka_run_group_tests_name("cap", tests, NULL, NULL);
}
