/*
 * cardea_clock: replaceable sources and times as text.
 */
#include "unit.h"

#include "cardea_clock.h"

static int64_t read_fixed(void *arg)
{
	return *(int64_t *)arg;
}

static void reads_its_source(void **state)
{
	int64_t now = 42;
	const struct cardea_clock clock = {read_fixed, read_fixed, &now};

	(void)state;
	assert_int_equal(cardea_clock_wall_ms(&clock), 42);
	now = 43;
	assert_int_equal(cardea_clock_mono_ms(&clock), 43);
}

static void system_clock_is_sane(void **state)
{
	int64_t before = cardea_clock_mono_ms(&cardea_clock_system);

	(void)state;
	assert_true(cardea_clock_wall_ms(&cardea_clock_system) > INT64_C(1700000000000));
	assert_true(cardea_clock_mono_ms(&cardea_clock_system) >= before);
}

static void check_time(int64_t wall_ms, const char *seconds, const char *ms)
{
	char out[CARDEA_TIME_SIZE];

	cardea_time_iso_seconds(wall_ms, out);
	assert_string_equal(out, seconds);
	cardea_time_iso_ms(wall_ms, out);
	assert_string_equal(out, ms);
}

static void iso_times(void **state)
{
	(void)state;
	check_time(0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z");
	check_time(INT64_C(1767693600123), "2026-01-06T10:00:00Z", "2026-01-06T10:00:00.123Z");
	check_time(INT64_C(951782400007), "2000-02-29T00:00:00Z", "2000-02-29T00:00:00.007Z");
}

static void times_without_a_form(void **state)
{
	(void)state;
	check_time(-1, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z");
	check_time(INT64_MAX, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("a clock reads the source it was given", reads_its_source),
	        TEST("the system's clocks run forward from now", system_clock_is_sane),
	        TEST("times are ISO 8601 in UTC", iso_times),
	        TEST("a time that ISO 8601 cannot write becomes the nearest that it can",
	             times_without_a_form),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
