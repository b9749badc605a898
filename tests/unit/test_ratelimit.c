/* ratelimit: who has tried too often waits, the others do not; the table does not grow. */
#include "unit.h"

#include <stdio.h>
#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_id.h"
#include "net/ratelimit.h"

static int64_t now_ms;

static int64_t read_clock(void *arg)
{
	(void)arg;
	return now_ms;
}

static const struct cardea_clock test_clock = {.wall_ms = read_clock, .mono_ms = read_clock};

static struct cardea_ratelimit *new_limit(int64_t per_second, int64_t burst, size_t entries)
{
	const struct cardea_ratelimit_options options = {.per_second = per_second,
	                                                 .burst = burst,
	                                                 .entries = entries,
	                                                 .clock = &test_clock,
	                                                 .random = &cardea_random_kernel};
	struct cardea_ratelimit *limit;

	now_ms = 1000000;
	assert_int_equal(cardea_ratelimit_new(&options, &limit), 0);
	return limit;
}

static void charge(struct cardea_ratelimit *limit, uint64_t key, int times)
{
	for (int i = 0; i < times; i++) {
		cardea_ratelimit_charge(limit, key);
	}
}

static void burst_then_rate(void **state)
{
	struct cardea_ratelimit *limit = new_limit(5, 50, 0);
	uint64_t key = cardea_ratelimit_peer_key(limit, "192.0.2.1");
	uint64_t other = cardea_ratelimit_peer_key(limit, "192.0.2.2");

	(void)state;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(cardea_ratelimit_wait_s(limit, key), 0);
		cardea_ratelimit_charge(limit, key);
	}
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 1);
	assert_int_equal(cardea_ratelimit_wait_s(limit, other), 0);
	now_ms += 199;
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 1);
	now_ms += 1;
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 0);
	charge(limit, key, 1);
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 1);
	now_ms += 10000; /* full again, and not more than full */
	charge(limit, key, 49);
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 0);
	charge(limit, key, 1);
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 1);
	now_ms += INT32_MAX;
	charge(limit, key, 49);
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 0);
	cardea_ratelimit_free(limit);
}

static void a_period_longer_than_a_second(void **state)
{
	const struct cardea_ratelimit_options options = {.per_second = 1,
	                                                 .period_s = 2,
	                                                 .burst = 1,
	                                                 .clock = &test_clock,
	                                                 .random = &cardea_random_kernel};
	struct cardea_ratelimit *limit;
	uint64_t key;

	(void)state;
	assert_int_equal(cardea_ratelimit_new(&options, &limit), 0);
	key = cardea_ratelimit_key(limit, "k");
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 0);
	charge(limit, key, 1);
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 2);
	now_ms += 1000;
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 1);
	now_ms += 999;
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 1);
	now_ms += 1;
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 0);
	now_ms += INT32_MAX; /* no more than one at a time */
	charge(limit, key, 1);
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 2);
	charge(limit, key, 100); /* a minute of debt, and the next try */
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 62);
	cardea_ratelimit_free(limit);
}

static void debt(void **state)
{
	struct cardea_ratelimit *limit = new_limit(5, 1, 0);
	uint64_t key = cardea_ratelimit_key(limit, "k");

	(void)state;
	charge(limit, key, 26); /* 25 below: 26 to go */
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 6);
	now_ms += 5199;
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 1);
	now_ms += 1;
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 0);
	charge(limit, key, 100000);
	assert_int_equal(cardea_ratelimit_wait_s(limit, key), 61);
	cardea_ratelimit_free(limit);
}

/* One set is forgotten in the order of charging. */
static void forgets_the_oldest(void **state)
{
	struct cardea_ratelimit *limit = new_limit(1, 1, 8);

	(void)state;
	for (uint64_t key = 1; key <= 8; key++) {
		cardea_ratelimit_charge(limit, key);
		now_ms++;
	}
	cardea_ratelimit_charge(limit, 1); /* the oldest is 2 now */
	now_ms++;
	cardea_ratelimit_charge(limit, 9);
	assert_int_equal(cardea_ratelimit_wait_s(limit, 2), 0);
	assert_true(cardea_ratelimit_wait_s(limit, 1) > 0);
	for (uint64_t key = 3; key <= 9; key++) {
		assert_true(cardea_ratelimit_wait_s(limit, key) > 0);
	}
	cardea_ratelimit_free(limit);
}

static void survives_a_flood(void **state)
{
	struct cardea_ratelimit *limit = new_limit(5, 2, 64);

	(void)state;
	for (int i = 0; i < 10000; i++) {
		char text[32];

		g_snprintf(text, sizeof(text), "2001:db8:%x:%x::1", i / 256, i % 256);
		charge(limit, cardea_ratelimit_peer_key(limit, text), 2);
		assert_int_equal(cardea_ratelimit_wait_s(limit, cardea_ratelimit_peer_key(limit, text)), 1);
		now_ms++;
	}
	cardea_ratelimit_free(limit);
}

static void addresses(void **state)
{
	struct cardea_ratelimit *limit = new_limit(1, 1, 0);
	struct cardea_ratelimit *other = new_limit(1, 1, 0);
	uint64_t key = cardea_ratelimit_peer_key(limit, "2001:db8::1");

	(void)state;
	assert_true(key == cardea_ratelimit_peer_key(limit, "2001:db8::ffff:1:2:3"));
	assert_true(key != cardea_ratelimit_peer_key(limit, "2001:db8:0:1::1"));
	assert_true(cardea_ratelimit_peer_key(limit, "::ffff:192.0.2.1") !=
	            cardea_ratelimit_peer_key(limit, "::ffff:192.0.2.2"));
	assert_true(cardea_ratelimit_peer_key(limit, "unix") == cardea_ratelimit_key(limit, "unix"));
	/* The seed is random: nobody knows who shares a set. */
	assert_true(key != cardea_ratelimit_peer_key(other, "2001:db8::1"));
	cardea_ratelimit_free(limit);
	cardea_ratelimit_free(other);
}

static void off(void **state)
{
	struct cardea_ratelimit *limit = new_limit(0, 50, 0);

	(void)state;
	assert_null(limit);
	charge(limit, cardea_ratelimit_peer_key(limit, "::1"), 1000);
	assert_int_equal(cardea_ratelimit_wait_s(limit, cardea_ratelimit_key(limit, "k")), 0);
	cardea_ratelimit_free(limit);
}

static int no_random(void *buf, size_t len, void *arg)
{
	(void)buf;
	(void)len;
	(void)arg;
	return CARDEA_E_SYSTEM;
}

static void no_seed(void **state)
{
	static const struct cardea_random broken = {no_random, NULL};
	const struct cardea_ratelimit_options options = {
	        .per_second = 1, .burst = 1, .clock = &test_clock, .random = &broken};
	struct cardea_ratelimit *limit;

	(void)state;
	assert_int_equal(cardea_ratelimit_new(&options, &limit), CARDEA_E_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("a burst is free, then there is one try for each part of a second",
	             burst_then_rate),
	        TEST("a period may be longer than a second", a_period_longer_than_a_second),
	        TEST("tries under way together are owed, for a minute at most", debt),
	        TEST("when the table is full the oldest is forgotten", forgets_the_oldest),
	        TEST("a flood of addresses does not hide the newest one", survives_a_flood),
	        TEST("an IPv6 caller is its /64", addresses),
	        TEST("0 a second is no limit", off),
	        TEST("without randomness there is no table", no_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
