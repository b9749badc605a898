/*
 * budget: what estimates and losses say, and when more is tried, seen at the layers of a receiver.
 */
#include "fake_receiver.h"

#include "fake_link.h"

/* Lets the next choice think that nothing was shown yet, everywhere. */
static void forget(struct receiver *receiver)
{
	for (unsigned i = 0; i < receiver->count; i++)
		receiver->wants[i].layer = NONE;
	receiver->budget = (struct cardea_budget){0};
}

/* ---- the first estimate ---- */

static void before_the_first_estimate_half_a_megabit_is_assumed(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(2);
	for (unsigned i = 0; i < 100; i++, receiver->now += TICK)
		choose(receiver);
	assert_string_equal(layers(receiver), "00");
	receiver->count = 1;
	for (unsigned i = 0; i < 100; i++, receiver->now += TICK)
		choose(receiver);
	assert_string_equal(layers(receiver), "1");
	g_free(receiver);
}

static void a_low_estimate_of_still_pictures_pauses_nothing(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(3);
	for (unsigned i = 0; i < 3; i++)
		receiver->offers[i][0].bps = 20000;
	for (unsigned i = 0; i < 3; i++)
		receiver->offers[i][1].usable = receiver->offers[i][2].usable = false;
	choose(receiver);
	assert_string_equal(layers(receiver), "000");
	for (unsigned i = 0; i < 20; i++, receiver->now += TICK)
		estimate(receiver, 13000);
	assert_string_equal(layers(receiver), "000");
	g_free(receiver);
}

static void the_first_estimate_may_be_of_congestion(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(9);
	choose(receiver);
	estimate(receiver, 9 * LOW * 7 / 8);
	assert_string_equal(layers(receiver), "000000000");
	forget(receiver);
	choose(receiver);
	estimate(receiver, 500000);
	assert_string_equal(layers(receiver), "000------");
	g_free(receiver);
}

/* ---- probes ---- */

/* How long it takes until the layers are no longer @from, with the same estimate. */
static int64_t until_changed(struct receiver *receiver, const char *from, uint32_t bps)
{
	int64_t start = receiver->now;
	while (strcmp(layers(receiver), from) == 0 && receiver->now - start < 60000)
		run(receiver, bps, TICK);
	return receiver->now - start;
}

static void a_probe_wants_three_calm_seconds_and_an_estimate_that_carries_what_is_sent(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	receiver->wants[0].layer = 1;
	run(receiver, MIDDLE - 1, 20000);
	assert_string_equal(layers(receiver), "1");
	estimate(receiver, MIDDLE);
	assert_string_equal(layers(receiver), "2");
	/* A sign of congestion, although nothing has to come down. */
	receiver->budget = (struct cardea_budget){0};
	receiver->wants[0].layer = 1;
	run(receiver, 600000, 1000);
	receiver->wants[0].layer = 1;
	estimate(receiver, 500000);
	assert_in_range(until_changed(receiver, "1", 500000), 2800, 3200);
	/* The last estimate is too old to tell anything. */
	receiver->budget = (struct cardea_budget){0};
	receiver->wants[0].layer = 1;
	estimate(receiver, 500000);
	for (unsigned i = 0; i < 100; i++) {
		receiver->now += 3000;
		choose(receiver);
	}
	assert_string_equal(layers(receiver), "1");
	g_free(receiver);
}

static void an_estimate_far_below_what_is_sent_is_no_obstacle_if_it_rises(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	receiver->wants[0].layer = 1;
	receiver->budget.grew_ms = receiver->now;
	run(receiver, 120000, 12000);
	assert_string_equal(layers(receiver), "1");
	run(receiver, 130000, TICK);
	assert_string_equal(layers(receiver), "2");
	/* But not soon after congestion. */
	receiver->budget = (struct cardea_budget){.grew_ms = receiver->now};
	receiver->wants[0].layer = 1;
	run(receiver, 140000, 12000);
	run(receiver, 120000, TICK);
	receiver->wants[0].layer = 1;
	const int64_t start = receiver->now;
	for (uint32_t bps = 125000; strcmp(layers(receiver), "1") == 0; bps += 5000)
		run(receiver, bps, TICK);
	assert_in_range(receiver->now - start, 9600, 10000);
	assert_string_equal(layers(receiver), "2");
	g_free(receiver);
}

static void a_probe_is_no_congestion_while_the_estimate_rises(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	receiver->wants[0].layer = 1;
	assert_in_range(until_changed(receiver, "1", 500000), 200, 3200);
	for (uint32_t bps = 500000; bps < HIGH; bps += bps / 50)
		run(receiver, bps, 1000);
	assert_string_equal(layers(receiver), "2");
	g_free(receiver);
}

static void a_probe_of_which_nothing_arrives_is_taken_back(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	receiver->wants[0].layer = 1;
	until_changed(receiver, "1", 500000);
	assert_in_range(until_changed(receiver, "2", 500000), CARDEA_BUDGET_STALL_MS,
	                CARDEA_BUDGET_STALL_MS + TICK);
	assert_string_equal(layers(receiver), "1");
	g_free(receiver);
}

static void only_the_step_that_failed_is_taken_back(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(8);
	add(receiver, CARDEA_PRIORITY_PINNED, LARGE);
	choose(receiver);
	const uint32_t total = 9 * LOW;
	until_changed(receiver, "000000000", total);
	assert_string_equal(layers(receiver), "000000001");
	run(receiver, total, 1000);
	/* 0.85 of what the link carries is less than what was sent before, and that was carried. */
	run(receiver, total * 85 / 100, 200);
	assert_string_equal(layers(receiver), "000000000");
	run(receiver, total * 80 / 100, 600);
	assert_string_equal(layers(receiver), "000000000");
	/* But when it goes on, it is too much. */
	run(receiver, total * 80 / 100, 1000);
	run(receiver, total * 77 / 100, 200);
	assert_string_equal(layers(receiver), "00000---0");
	g_free(receiver);
}

static void what_was_given_up_meanwhile_is_not_taken_back(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(2);
	receiver->wants[0].layer = receiver->wants[1].layer = 1;
	until_changed(receiver, "11", 1000000);
	assert_string_equal(layers(receiver), "21");
	receiver->wants[0].height = 180;
	receiver->offers[0][1].bps = LOW + 10000;
	choose(receiver);
	assert_string_equal(layers(receiver), "01");
	estimate(receiver, LOW + MIDDLE - 1);
	assert_string_equal(layers(receiver), "00");
	g_free(receiver);
}

static void after_a_failed_probe_the_pause_doubles_up_to_ten_seconds(void **state)
{
	(void)state;
	const int64_t pauses[] = {4000, 8000, 10000, 10000, 10000};
	struct receiver *receiver = new_receiver(1);
	receiver->wants[0].layer = 1;
	until_changed(receiver, "1", 500000);
	for (unsigned i = 0; i < G_N_ELEMENTS(pauses); i++) {
		run(receiver, 500000, 1000);
		estimate(receiver, MIDDLE);
		assert_string_equal(layers(receiver), "1");
		assert_int_equal(until_changed(receiver, "1", 500000), pauses[i]);
		assert_string_equal(layers(receiver), "2");
	}
	/* What was carried for ten seconds is not held against the next one. */
	run(receiver, 1400000, 12000);
	estimate(receiver, MIDDLE);
	assert_int_equal(until_changed(receiver, "0", 500000), 4000);
	g_free(receiver);
}

static void an_estimate_that_rises_above_what_failed_ends_the_pause(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	receiver->wants[0].layer = 1;
	until_changed(receiver, "1", 500000);
	for (unsigned i = 0; i < 3; i++) {
		run(receiver, 500000, 1000);
		estimate(receiver, MIDDLE);
		until_changed(receiver, "1", 500000);
	}
	run(receiver, 500000, 1000);
	estimate(receiver, MIDDLE);
	run(receiver, 500000, 4000);
	/* As Chromium's does with what the lower layer makes possible: no news. */
	run(receiver, MIDDLE * 3 / 2, 3000);
	assert_string_equal(layers(receiver), "1");
	estimate(receiver, HIGH * 5 / 4 + 1);
	assert_string_equal(layers(receiver), "2");
	g_free(receiver);
}

/* ---- loss ---- */

static void lose(struct receiver *receiver, uint32_t bps, unsigned percent)
{
	run(receiver, bps, 1000);
	cardea_budget_loss(&receiver->budget, percent * 256 / 100, receiver->now);
	choose(receiver);
}

static void heavy_loss_is_congestion_whatever_the_estimate_says(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	run(receiver, 3000000, 10000);
	lose(receiver, 3000000, 30);
	assert_string_equal(layers(receiver), "2");
	lose(receiver, 3000000, 30);
	assert_string_equal(layers(receiver), "1");
	/* It goes on below. */
	lose(receiver, 3000000, 60);
	lose(receiver, 3000000, 60);
	assert_string_equal(layers(receiver), "0");
	/* All is lost, and more than all. */
	for (unsigned i = 0; i < 10; i++)
		lose(receiver, 3000000, 100 + i);
	assert_string_equal(layers(receiver), "0");
	g_free(receiver);
}

static void a_single_report_of_loss_changes_nothing(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	run(receiver, 3000000, 10000);
	for (unsigned i = 0; i < 60; i++)
		lose(receiver, 3000000, i % 2 ? 0 : 30);
	assert_string_equal(layers(receiver), "2");
	g_free(receiver);
}

static void loss_that_is_a_little_heavy_counts_when_it_lasts(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	run(receiver, 3000000, 10000);
	unsigned reports = 0;
	for (; receiver->wants[0].layer == 2 && reports < 60; reports++)
		lose(receiver, 3000000, 13);
	assert_in_range(reports, 3, 8);
	g_free(receiver);
}

static void five_percent_at_random_change_nothing(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	uint32_t seed = 1;
	run(receiver, 3000000, 10000);
	for (unsigned i = 0; i < 3600; i++) {
		unsigned lost = 0;
		for (unsigned packet = 0; packet < 40; packet++)
			lost += fake_random(&seed) < 0.05;
		lose(receiver, 3000000, lost * 100 / 40);
		assert_string_equal(layers(receiver), "2");
	}
	g_free(receiver);
}

static void five_percent_at_random_in_small_reports_of_many_slots_change_nothing(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(9);
	uint32_t seed = 1;
	for (unsigned i = 0; i < 9; i++)
		receiver->wants[i].height = 180;
	run(receiver, 3000000, 10000);
	for (unsigned i = 0; i < 3600 * 9; i++) {
		unsigned lost = 0;
		for (unsigned packet = 0; packet < 15; packet++)
			lost += fake_random(&seed) < 0.05;
		receiver->now += 1000 / 9;
		cardea_budget_loss(&receiver->budget, lost * 256 / 15, receiver->now);
		estimate(receiver, 3000000);
		assert_int_equal(receiver->budget.congested_ms, 0);
	}
	g_free(receiver);
}

static void soon_after_congestion_less_loss_counts(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(2);
	run(receiver, 6000000, 10000);
	for (unsigned i = 0; i < 20; i++)
		lose(receiver, 6000000, 9);
	assert_string_equal(layers(receiver), "22");
	estimate(receiver, 2500000);
	assert_string_equal(layers(receiver), "21");
	lose(receiver, 2500000, 9);
	lose(receiver, 2500000, 9);
	assert_string_equal(layers(receiver), "11");
	g_free(receiver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(before_the_first_estimate_half_a_megabit_is_assumed),
	        cmocka_unit_test(a_low_estimate_of_still_pictures_pauses_nothing),
	        cmocka_unit_test(the_first_estimate_may_be_of_congestion),
	        cmocka_unit_test(
	                a_probe_wants_three_calm_seconds_and_an_estimate_that_carries_what_is_sent),
	        cmocka_unit_test(an_estimate_far_below_what_is_sent_is_no_obstacle_if_it_rises),
	        cmocka_unit_test(a_probe_is_no_congestion_while_the_estimate_rises),
	        cmocka_unit_test(a_probe_of_which_nothing_arrives_is_taken_back),
	        cmocka_unit_test(only_the_step_that_failed_is_taken_back),
	        cmocka_unit_test(what_was_given_up_meanwhile_is_not_taken_back),
	        cmocka_unit_test(after_a_failed_probe_the_pause_doubles_up_to_ten_seconds),
	        cmocka_unit_test(an_estimate_that_rises_above_what_failed_ends_the_pause),
	        cmocka_unit_test(heavy_loss_is_congestion_whatever_the_estimate_says),
	        cmocka_unit_test(a_single_report_of_loss_changes_nothing),
	        cmocka_unit_test(loss_that_is_a_little_heavy_counts_when_it_lasts),
	        cmocka_unit_test(five_percent_at_random_change_nothing),
	        cmocka_unit_test(five_percent_at_random_in_small_reports_of_many_slots_change_nothing),
	        cmocka_unit_test(soon_after_congestion_less_loss_counts),
	};
	return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
