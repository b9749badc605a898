/* bucket: how many tokens there are, and when. */
#include "unit.h"

#include "cardea_bucket.h"

static const struct cardea_rate messages = {.per_second = 5, .burst = 10};
static const struct cardea_rate frames = {.per_second = 50, .burst = 250};

static unsigned take_all(struct cardea_bucket *bucket, const struct cardea_rate *rate,
                         int64_t now_ms)
{
	unsigned taken = 0;

	while (taken < 1000 && cardea_bucket_take(bucket, rate, now_ms)) {
		taken++;
	}
	return taken;
}

static void a_full_bucket_holds_one_burst(void **state)
{
	struct cardea_bucket bucket;

	(void)state;
	cardea_bucket_init(&bucket, &messages, 1000);
	assert_int_equal(take_all(&bucket, &messages, 1000), 10);
	cardea_bucket_init(&bucket, &frames, 1000);
	assert_int_equal(take_all(&bucket, &frames, 1000), 250);
}

static void tokens_come_at_the_rate(void **state)
{
	struct cardea_bucket bucket;

	(void)state;
	cardea_bucket_init(&bucket, &messages, 1000);
	take_all(&bucket, &messages, 1000);
	assert_false(cardea_bucket_take(&bucket, &messages, 1199));
	assert_true(cardea_bucket_take(&bucket, &messages, 1200)); /* one each 200 ms */
	assert_false(cardea_bucket_take(&bucket, &messages, 1201));
	for (int64_t now = 1400; now < 60000; now += 200) {
		assert_true(cardea_bucket_take(&bucket, &messages, now));
		assert_false(cardea_bucket_take(&bucket, &messages, now));
	}
}

static void a_pause_gives_no_more_than_a_burst(void **state)
{
	struct cardea_bucket bucket;

	(void)state;
	cardea_bucket_init(&bucket, &messages, 0);
	take_all(&bucket, &messages, 0);
	assert_int_equal(take_all(&bucket, &messages, INT64_C(1) << 50), 10);
	assert_int_equal(take_all(&bucket, &messages, (INT64_C(1) << 50) + 1000), 5);
}

static void a_clock_that_stands_still_gives_nothing(void **state)
{
	struct cardea_bucket bucket;

	(void)state;
	cardea_bucket_init(&bucket, &messages, 5000);
	take_all(&bucket, &messages, 5000);
	assert_int_equal(take_all(&bucket, &messages, 4000), 0);
	assert_int_equal(take_all(&bucket, &messages, 4000), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        TEST("a full bucket holds one burst", a_full_bucket_holds_one_burst),
	        TEST("tokens come at the rate", tokens_come_at_the_rate),
	        TEST("a pause gives no more than a burst", a_pause_gives_no_more_than_a_burst),
	        TEST("a clock that stands still gives nothing",
	             a_clock_that_stands_still_gives_nothing),
	};
	return cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
}
