/*
 * layers: what each slot gets, with estimates that the test makes up. When more is tried is tested
 * in test_budget.c, what becomes of it behind a link in test_layers_link.c.
 */
#include "fake_receiver.h"

#include "fake_link.h"

static void first_all_get_their_lowest_layer(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(9);
	choose(receiver);
	assert_string_equal(layers(receiver), "000000000");
	assert_int_equal(receiver->given, 9 * LOW);
	g_free(receiver);
}

static void what_the_estimate_allows_comes_one_step_a_second(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(3);
	choose(receiver);
	const char *steps[] = {"100", "110", "111", "211", "221", "222", "222"};
	for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
		run(receiver, 20000000, 800);
		assert_int_not_equal(strcmp(layers(receiver), steps[i]), i < 6 ? 0 : 1);
		run(receiver, 20000000, 200);
		assert_string_equal(layers(receiver), steps[i]);
	}
	g_free(receiver);
}

static void who_has_priority_goes_up_first(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(0);
	add(receiver, CARDEA_PRIORITY_REST, LARGE);
	add(receiver, CARDEA_PRIORITY_SPEAKER, LARGE);
	add(receiver, CARDEA_PRIORITY_SCREEN, LARGE);
	add(receiver, CARDEA_PRIORITY_PINNED, LARGE);
	choose(receiver);
	const char *steps[] = {"0010", "0020", "0021", "0022", "0122", "0222", "1222", "2222"};
	for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
		run(receiver, 20000000, 1000);
		assert_string_equal(layers(receiver), steps[i]);
	}
	g_free(receiver);
}

/* ---- what a slot can use ---- */

static void no_slot_gets_more_than_it_can_show(void **state)
{
	(void)state;
	const struct {
		bool usable[CARDEA_SOURCE_LAYERS];
		uint16_t heights[CARDEA_SOURCE_LAYERS];
		uint16_t wanted;
		const char *most;
	} cases[] = {
	        {{1, 1, 1}, {180, 360, 720}, 720, "2"},
	        {{1, 1, 1}, {180, 360, 720}, 1080, "2"},
	        {{1, 1, 1}, {180, 360, 720}, 361, "2"},
	        {{1, 1, 1}, {180, 360, 720}, 360, "1"},
	        {{1, 1, 1}, {180, 360, 720}, 181, "1"},
	        {{1, 1, 1}, {180, 360, 720}, 180, "0"},
	        {{1, 1, 1}, {180, 360, 720}, 1, "0"},
	        {{1, 1, 1}, {360, 720, 1080}, 720, "1"},
	        {{1, 0, 1}, {360, 720, 1080}, 720, "2"}, /* there is no 720 */
	        {{1, 0, 1}, {180, 360, 720}, 180, "0"},
	        {{0, 1, 1}, {180, 360, 720}, 180, "1"},
	        {{0, 0, 1}, {180, 360, 720}, 180, "2"},
	        {{1, 0, 0}, {180, 360, 720}, 720, "0"},
	        {{0, 0, 0}, {180, 360, 720}, 720, "-"},
	        {{1, 1, 1}, {0, 0, 0}, 180, "0"}, /* not known: as of most cameras */
	        {{1, 1, 1}, {0, 0, 0}, 360, "1"},
	        {{1, 1, 1}, {0, 0, 0}, 720, "2"},
	        {{1, 1, 1}, {0, 0, 1440}, 360, "0"}, /* each twice the one below */
	        {{1, 1, 1}, {0, 0, 1440}, 720, "1"},
	        {{1, 1, 1}, {90, 0, 0}, 180, "1"},
	        {{1, 1, 1}, {90, 0, 0}, 360, "2"},
	        {{1, 1, 1}, {0, 360, 0}, 180, "0"},
	        {{1, 0, 0}, {0, 0, 0}, 1080, "0"},
	};
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct receiver *receiver = new_receiver(1);
		receiver->wants[0].height = cases[i].wanted;
		for (int layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++) {
			receiver->offers[0][layer].usable = cases[i].usable[layer];
			receiver->offers[0][layer].height = cases[i].heights[layer];
		}
		run(receiver, 20000000, 5000);
		if (strcmp(layers(receiver), cases[i].most) != 0)
			fail_msg("case %u: layer %s, not %s", i, layers(receiver), cases[i].most);
		g_free(receiver);
	}
}

static void a_tile_that_shrinks_needs_less_at_once_and_one_that_grows_gets_more(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(2);
	run(receiver, 20000000, 10000);
	receiver->wants[0].height = 180;
	choose(receiver);
	assert_string_equal(layers(receiver), "02");
	assert_int_equal(receiver->given, LOW + HIGH);
	receiver->wants[0].height = 720;
	run(receiver, 20000000, 3000);
	assert_string_equal(layers(receiver), "22");
	/* The source turns to a higher picture in the same layers. */
	receiver->offers[1][1].height = 720;
	receiver->offers[1][2].height = 1440;
	receiver->wants[1].height = 720;
	choose(receiver);
	assert_string_equal(layers(receiver), "21");
	g_free(receiver);
}

static void a_layer_that_disappears_is_replaced_by_the_next_lower_one(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(2);
	run(receiver, 20000000, 10000);
	receiver->offers[0][2].usable = false;
	choose(receiver);
	assert_string_equal(layers(receiver), "12");
	receiver->offers[0][1].usable = false;
	choose(receiver);
	assert_string_equal(layers(receiver), "02");
	receiver->offers[0][0].usable = false;
	choose(receiver);
	assert_string_equal(layers(receiver), "-2");
	assert_int_equal(receiver->given, HIGH);
	receiver->offers[0][1].usable = true;
	choose(receiver);
	assert_string_equal(layers(receiver), "12");
	receiver->offers[0][0].usable = receiver->offers[0][2].usable = true;
	run(receiver, 20000000, 2000);
	assert_string_equal(layers(receiver), "22");
	g_free(receiver);
}

/* ---- down ---- */

/* Screen, pinned, speaker and two of the rest with all they can use. */
static struct receiver *stage(void)
{
	struct receiver *receiver = new_receiver(2);
	add(receiver, CARDEA_PRIORITY_SPEAKER, LARGE);
	add(receiver, CARDEA_PRIORITY_PINNED, LARGE);
	add(receiver, CARDEA_PRIORITY_SCREEN, LARGE);
	run(receiver, 20000000, 40000);
	assert_string_equal(layers(receiver), "22222");
	return receiver;
}

static void when_the_estimate_falls_the_lowest_priority_steps_down_first(void **state)
{
	(void)state;
	const struct {
		uint32_t bps; /* that just carry what is left, beside audio */
		const char *left;
	} cases[] = {
	        {5 * HIGH, "22222"},
	        {4 * HIGH + MIDDLE, "21222"},
	        {3 * HIGH + 2 * MIDDLE, "11222"},
	        {3 * HIGH + MIDDLE + LOW, "10222"},
	        {3 * HIGH + 2 * LOW, "00222"},
	        {2 * HIGH + MIDDLE + 2 * LOW, "00122"},
	        {2 * HIGH + 3 * LOW, "00022"},
	        {HIGH + MIDDLE + 3 * LOW, "00012"},
	        {HIGH + 4 * LOW, "00002"},
	        {MIDDLE + 4 * LOW, "00001"},
	        {5 * LOW, "00000"},
	        {4 * LOW, "0-000"},
	        {3 * LOW, "--000"},
	        {2 * LOW, "---00"},
	        {LOW, "----0"},
	        {1, "----0"},
	        {0, "----0"},
	};
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct receiver *receiver = stage();
		estimate(receiver, (uint32_t)((uint64_t)cases[i].bps * 16 / 15 + 1));
		if (strcmp(layers(receiver), cases[i].left) != 0)
			fail_msg("case %u: %s, not %s", i, layers(receiver), cases[i].left);
		g_free(receiver);
	}
}

static void an_estimate_that_falls_but_still_suffices_changes_nothing(void **state)
{
	(void)state;
	struct receiver *receiver = stage();
	for (uint32_t bps = 20000000; bps >= 5 * HIGH; bps -= 500000)
		run(receiver, bps, 2000);
	estimate(receiver, 5 * HIGH);
	assert_string_equal(layers(receiver), "22222");
	g_free(receiver);
}

static void what_is_measured_may_grow_beyond_an_estimate_that_does_not_fall(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	run(receiver, 3000000, 20000);
	receiver->offers[0][2].bps = 4000000;
	run(receiver, 3000000, 20000);
	assert_string_equal(layers(receiver), "2");
	estimate(receiver, 2800000);
	assert_string_equal(layers(receiver), "1");
	g_free(receiver);
}

static void sums_of_absurd_rates_do_not_wrap(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(SLOTS);
	for (unsigned i = 0; i < SLOTS; i++)
		for (int layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++)
			receiver->offers[i][layer].bps = UINT32_MAX;
	choose(receiver);
	assert_int_equal(receiver->given, UINT32_MAX);
	estimate(receiver, 3000000);
	assert_int_equal(receiver->wants[0].layer, 0);
	assert_int_equal(receiver->wants[1].layer, NONE);
	g_free(receiver);
}

/* ---- slots that begin, and that come back ---- */

static void where_nothing_was_wrong_new_slots_begin_whatever_the_estimate_says(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	receiver->wants[0].height = 180;
	run(receiver, LOW * 3 / 2, 20000);
	for (unsigned i = 1; i < 9; i++)
		add(receiver, CARDEA_PRIORITY_REST, 180);
	choose(receiver);
	assert_string_equal(layers(receiver), "000000000");
	/* The estimate follows what arrives, it is not below because of congestion. */
	for (uint32_t bps = LOW * 3 / 2; bps < 9 * LOW; bps += bps / 25)
		run(receiver, bps, 500);
	assert_string_equal(layers(receiver), "000000000");
	g_free(receiver);
}

static void paused_slots_come_back_one_by_one(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(4);
	for (unsigned i = 0; i < 4; i++)
		receiver->wants[i].height = 180;
	run(receiver, 4 * LOW, 20000);
	run(receiver, LOW * 3 / 2, 1000);
	assert_string_equal(layers(receiver), "0---");
	/* Just enough for a second one, but only now. */
	run(receiver, 2 * LOW, 2000);
	assert_string_equal(layers(receiver), "0---");
	run(receiver, 2 * LOW, 2000);
	assert_string_equal(layers(receiver), "00--");
	run(receiver, 20000000, 1000);
	assert_string_equal(layers(receiver), "000-");
	run(receiver, 20000000, 1000);
	assert_string_equal(layers(receiver), "0000");
	/* Since nobody waits any more, others need not. */
	add(receiver, CARDEA_PRIORITY_REST, 180);
	add(receiver, CARDEA_PRIORITY_REST, 180);
	choose(receiver);
	assert_string_equal(layers(receiver), "000000");
	g_free(receiver);
}

static void soon_after_congestion_only_what_fits_begins(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(2);
	run(receiver, 6 * LOW, 900);
	estimate(receiver, 5 * LOW);
	for (unsigned i = 0; i < 4; i++)
		add(receiver, CARDEA_PRIORITY_REST, LARGE);
	choose(receiver);
	assert_string_equal(layers(receiver), "00000-");
	/* The last one waits until it may be tried. */
	run(receiver, 5 * LOW, 3000 - TICK);
	assert_string_equal(layers(receiver), "00000-");
	run(receiver, 5 * LOW, TICK);
	assert_string_equal(layers(receiver), "000000");
	g_free(receiver);
}

static void all_have_their_lowest_layer_before_anybody_has_more(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(2);
	add(receiver, CARDEA_PRIORITY_PINNED, LARGE);
	run(receiver, 3 * LOW, 3000);
	estimate(receiver, LOW * 3 / 2);
	assert_string_equal(layers(receiver), "--0");
	run(receiver, LOW * 3 / 2, 4000);
	assert_string_equal(layers(receiver), "0-0");
	run(receiver, 20000000, 1000);
	assert_string_equal(layers(receiver), "000");
	run(receiver, 20000000, 1000);
	assert_string_equal(layers(receiver), "001");
	g_free(receiver);
}

static void a_slot_of_higher_priority_takes_the_place_of_others(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(4);
	run(receiver, 4 * LOW, 5000);
	run(receiver, 250000, 600);
	assert_string_equal(layers(receiver), "0---");
	add(receiver, CARDEA_PRIORITY_REST, LARGE);
	choose(receiver);
	assert_string_equal(layers(receiver), "0----");
	add(receiver, CARDEA_PRIORITY_SCREEN, LARGE);
	choose(receiver);
	assert_string_equal(layers(receiver), "-----0");
	receiver->count--;
	choose(receiver);
	assert_string_equal(layers(receiver), "0----");
	g_free(receiver);
}

static void higher_layers_make_room_for_lowest_ones(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(1);
	run(receiver, 2000000, 10000);
	run(receiver, 1250000, 1000);
	assert_string_equal(layers(receiver), "1");
	run(receiver, 400000, 600);
	run(receiver, 430000, 9000);
	assert_string_equal(layers(receiver), "1");
	cardea_budget_remb(&receiver->budget, 405000, receiver->now);
	add(receiver, CARDEA_PRIORITY_REST, LARGE);
	choose(receiver);
	assert_string_equal(layers(receiver), "00");
	g_free(receiver);
}

static void who_gets_priority_takes_layers_from_others_step_by_step(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(3);
	run(receiver, 20000000, 10000);
	run(receiver, 4000000, 2000);
	add(receiver, CARDEA_PRIORITY_PINNED, LARGE);
	choose(receiver);
	assert_string_equal(layers(receiver), "2210");
	receiver->offers[0][2].bps = receiver->offers[1][2].bps = 2000000; /* no room for more */
	run(receiver, 4000000, 1000);
	assert_string_equal(layers(receiver), "2111");
	run(receiver, 4000000, 1000 - TICK);
	assert_string_equal(layers(receiver), "2111");
	run(receiver, 4000000, TICK);
	assert_string_equal(layers(receiver), "1112");
	g_free(receiver);
}

static void who_gets_priority_takes_layers_from_others_without_sending_more(void **state)
{
	(void)state;
	struct receiver *receiver = new_receiver(3);
	run(receiver, 20000000, 10000);
	run(receiver, 1900000, 600);
	assert_string_equal(layers(receiver), "111");
	receiver->wants[2].priority = CARDEA_PRIORITY_PINNED;
	uint32_t before = receiver->given;
	run(receiver, 1200000, 2000);
	assert_string_equal(layers(receiver), "111");
	receiver->offers[0][1].bps = receiver->offers[1][1].bps = 600000;
	run(receiver, 1200000, 400);
	assert_string_equal(layers(receiver), "002");
	assert_true(receiver->given <= before + 400000);
	g_free(receiver);
}

/* ---- anything ---- */

static unsigned pick(uint32_t *seed, unsigned below)
{
	return (unsigned)(fake_random(seed) * below);
}

static void shake(struct receiver *receiver, uint32_t *seed)
{
	unsigned i = pick(seed, SLOTS);
	struct cardea_layer_offer *offer = &receiver->offers[i][pick(seed, CARDEA_SOURCE_LAYERS)];
	switch (pick(seed, 12)) {
	case 0:
		offer->usable = !offer->usable;
		break;
	case 1:
		offer->height = (uint16_t)(pick(seed, 4) ? 90 << pick(seed, 5) : 0);
		break;
	case 2:
		offer->bps = 1 + (pick(seed, 20) ? pick(seed, 3000000) : UINT32_MAX - 1);
		break;
	case 3:
		receiver->wants[i].height = (uint16_t)(1 + pick(seed, 4320));
		break;
	case 4:
		receiver->wants[i].priority = (enum cardea_priority)pick(seed, 4);
		break;
	case 5:
		receiver->count = pick(seed, SLOTS + 1);
		break;
	case 6:
		cardea_budget_loss(&receiver->budget, pick(seed, 300), receiver->now);
		break;
	case 7:
		receiver->wants[i].layer = NONE;
		break;
	default:
		cardea_budget_remb(&receiver->budget,
		                   pick(seed, 50) ? pick(seed, 20000000) : pick(seed, 2) * UINT32_MAX,
		                   receiver->now);
	}
}

static void check(const struct receiver *receiver, const int *before, unsigned count)
{
	uint64_t total = 0;
	unsigned ups = 0;
	const struct cardea_layer_want *first = NULL;
	for (unsigned i = 0; i < receiver->count; i++) {
		const struct cardea_layer_want *want = &receiver->wants[i];
		assert_in_range(want->layer + 1, 0, CARDEA_SOURCE_LAYERS);
		assert_true(want->layer == NONE || want->offers[want->layer].usable);
		total += want->layer == NONE ? 0 : want->offers[want->layer].bps;
		bool usable = false, lower_usable = false;
		for (int layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++) {
			usable |= want->offers[layer].usable;
			lower_usable |= layer <= before[i] && want->offers[layer].usable;
		}
		if (usable && (!first || want->priority > first->priority))
			first = want;
		ups += i < count && before[i] != NONE && lower_usable && want->layer > before[i];
	}
	assert_true(!first || first->layer != NONE);
	assert_true(ups <= 1);
	assert_int_equal(receiver->given, total < UINT32_MAX ? total : UINT32_MAX);
}

static void whatever_comes_the_choice_is_possible(void **state)
{
	(void)state;
	uint32_t seed = 1;
	struct receiver *receiver = new_receiver(SLOTS);
	for (unsigned i = 0; i < 300000; i++) {
		int before[SLOTS];
		unsigned count = receiver->count;
		shake(receiver, &seed);
		for (unsigned slot = 0; slot < SLOTS; slot++)
			before[slot] = receiver->wants[slot].layer;
		receiver->now += pick(&seed, 400);
		choose(receiver);
		check(receiver, before, count < receiver->count ? count : receiver->count);
	}
	g_free(receiver);
}

static void a_guess_grows_with_the_height(void **state)
{
	(void)state;
	uint32_t last = 0;
	for (unsigned height = 1; height <= 4320; height++) {
		uint32_t bps = cardea_layer_guess_bps((uint16_t)height);
		assert_true(bps > last);
		last = bps;
	}
	assert_int_equal(cardea_layer_guess_bps(UINT16_MAX), last);
	assert_int_equal(cardea_layer_guess_bps(0), cardea_layer_guess_bps(360));
	assert_in_range(cardea_layer_guess_bps(180), 100000, 150000);
	assert_in_range(cardea_layer_guess_bps(360), 350000, 450000);
	assert_in_range(cardea_layer_guess_bps(720), 1200000, 1500000);
}

/* ---- cost ---- */

/* Nanoseconds of a choice; the estimate goes up and down, so that there is something to do. */
static double cost(unsigned count, uint32_t low, uint32_t high)
{
	const unsigned rounds = 20000;
	struct receiver *receiver = new_receiver(count);
	gint64 start = g_get_monotonic_time();
	for (unsigned i = 0; i < rounds; i++) {
		receiver->now += TICK;
		if (i % 3 == 0)
			cardea_budget_remb(&receiver->budget, i % 300 < 150 ? low : high, receiver->now);
		choose(receiver);
	}
	double ns = (double)(g_get_monotonic_time() - start) * 1000 / rounds;
	g_free(receiver);
	return ns;
}

static void a_choice_takes_microseconds(void **state)
{
	(void)state;
	double nine = cost(9, 300000, 20000000);
	double all = cost(SLOTS, 300000, 40000000);
	double starved = cost(SLOTS, 100000, 110000);
	print_message("a choice: %.2f us for 9 slots, %.2f for 25, %.2f for 25 that mostly wait\n",
	              nine / 1000, all / 1000, starved / 1000);
	/* Five times the goal: sanitizers, and a machine that others use as well. */
	assert_true(nine < 25000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(first_all_get_their_lowest_layer),
	        cmocka_unit_test(what_the_estimate_allows_comes_one_step_a_second),
	        cmocka_unit_test(who_has_priority_goes_up_first),
	        cmocka_unit_test(no_slot_gets_more_than_it_can_show),
	        cmocka_unit_test(a_tile_that_shrinks_needs_less_at_once_and_one_that_grows_gets_more),
	        cmocka_unit_test(a_layer_that_disappears_is_replaced_by_the_next_lower_one),
	        cmocka_unit_test(when_the_estimate_falls_the_lowest_priority_steps_down_first),
	        cmocka_unit_test(an_estimate_that_falls_but_still_suffices_changes_nothing),
	        cmocka_unit_test(what_is_measured_may_grow_beyond_an_estimate_that_does_not_fall),
	        cmocka_unit_test(sums_of_absurd_rates_do_not_wrap),
	        cmocka_unit_test(where_nothing_was_wrong_new_slots_begin_whatever_the_estimate_says),
	        cmocka_unit_test(paused_slots_come_back_one_by_one),
	        cmocka_unit_test(soon_after_congestion_only_what_fits_begins),
	        cmocka_unit_test(all_have_their_lowest_layer_before_anybody_has_more),
	        cmocka_unit_test(a_slot_of_higher_priority_takes_the_place_of_others),
	        cmocka_unit_test(higher_layers_make_room_for_lowest_ones),
	        cmocka_unit_test(who_gets_priority_takes_layers_from_others_step_by_step),
	        cmocka_unit_test(who_gets_priority_takes_layers_from_others_without_sending_more),
	        cmocka_unit_test(whatever_comes_the_choice_is_possible),
	        cmocka_unit_test(a_guess_grows_with_the_height),
	        cmocka_unit_test(a_choice_takes_microseconds),
	};
	return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
