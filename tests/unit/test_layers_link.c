/*
 * layers behind a link: receivers with cameras in three layers, a simulated link and what a browser
 * reports about it (fake_link.h). Caps come and go; what is shown is looked at every 200 ms.
 */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include "fake_link.h"
#include "plugin/layers.h"

#define NONE    CARDEA_LAYER_NONE
#define SLOTS   25
#define TICK    200
#define FRAME   40
#define SEEDS   50
#define FREE    20e6
#define HISTORY 2000 /* choices that are kept: 400 s */

static const double nominal[] = {120e3, 400e3, 1300e3};

/* What a slot sends, which follows what was chosen with the next key frame. */
struct stream {
	int shown, target;
	int64_t switch_ms;
	double backlog; /* bytes that the sender's pacer holds */
};

struct call {
	struct fake_link link;
	struct cardea_budget budget;
	struct cardea_layer_offer offers[SLOTS][CARDEA_SOURCE_LAYERS];
	struct cardea_layer_want wants[SLOTS];
	struct stream streams[SLOTS];
	unsigned count;
	uint32_t random;
	/* By choice. */
	unsigned choices;
	int8_t layers[HISTORY][SLOTS];
	uint32_t given[HISTORY];
};

static void measure(struct call *call)
{
	for (unsigned i = 0; i < call->count; i++) {
		for (int layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++)
			call->offers[i][layer].bps =
			        (uint32_t)(nominal[layer] * (0.92 + 0.16 * fake_random(&call->random)));
	}
}

static struct call *new_call(unsigned count, uint32_t seed)
{
	struct call *call = g_new0(struct call, 1);
	call->count = count;
	call->random = seed * 7919;
	call->link = (struct fake_link){.capacity_bps = FREE,
	                                .queue_ms = 200 + 600 * fake_random(&call->random),
	                                .audio_bps = 40e3,
	                                .random = seed * 104729,
	                                .now_ms = 1000000};
	for (unsigned i = 0; i < count; i++) {
		for (int layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++)
			call->offers[i][layer] = (struct cardea_layer_offer){
			        .usable = true, .bps = 1, .height = (uint16_t)(180 << layer)};
		call->wants[i] =
		        (struct cardea_layer_want){.offers = call->offers[i], .height = 720, .layer = NONE};
		call->streams[i] = (struct stream){.shown = NONE, .target = NONE};
	}
	measure(call);
	return call;
}

/* Bytes of all slots in one tick of the link. */
static double stream(struct call *call, struct stream *s)
{
	int64_t now = call->link.now_ms;
	bool key = s->shown != s->target && now >= s->switch_ms;
	if (key || s->target == NONE)
		s->shown = s->target;
	if (s->shown == NONE)
		return 0;
	double frame = nominal[s->shown] * FRAME / 8000;
	if (key || now % FRAME == 0)
		s->backlog += frame * (key ? 4 : 0.6 + 0.8 * fake_random(&call->random));
	double paced = frame * 2.5 * FAKE_TICK_MS / FRAME;
	double out = s->backlog < paced ? s->backlog : paced;
	s->backlog -= out;
	return out;
}

static void choose(struct call *call)
{
	measure(call);
	int64_t now = call->link.now_ms;
	uint32_t given = cardea_layers_choose(&call->budget, call->wants, call->count, now);
	assert_true(call->choices < HISTORY);
	for (unsigned i = 0; i < call->count; i++) {
		struct stream *s = &call->streams[i];
		if (call->wants[i].layer != s->target) {
			s->target = call->wants[i].layer;
			s->switch_ms = now + 50 + (int64_t)(600 * fake_random(&call->random));
		}
		call->layers[call->choices][i] = (int8_t)s->target;
	}
	call->given[call->choices++] = given;
}

static void run(struct call *call, double seconds)
{
	for (int64_t end = call->link.now_ms + (int64_t)(seconds * 1000); call->link.now_ms < end;) {
		double bytes = 0;
		for (unsigned i = 0; i < call->count; i++)
			bytes += stream(call, &call->streams[i]);
		fake_link_tick(&call->link, bytes);
		if (call->link.has_remb)
			cardea_budget_remb(&call->budget, call->link.remb_bps, call->link.now_ms);
		if (call->link.has_loss)
			cardea_budget_loss(&call->budget, call->link.lost, call->link.now_ms);
		if (call->link.now_ms % TICK == 0)
			choose(call);
	}
}

/* ---- what came of it ---- */

static int level(const struct call *call, unsigned at)
{
	int sum = 0;
	for (unsigned i = 0; i < call->count; i++)
		sum += call->layers[at][i];
	return sum;
}

/* How often something stepped down in choices @from..@to. */
static unsigned downs(const struct call *call, unsigned from, unsigned to)
{
	unsigned count = 0;
	for (unsigned at = from > 0 ? from : 1; at < to; at++)
		count += level(call, at) < level(call, at - 1);
	return count;
}

/* Seconds from choice @from until as much is shown as @wanted; until the end if it never is. */
static double seconds_until(const struct call *call, unsigned from, int wanted)
{
	unsigned at = from;
	while (at < call->choices && level(call, at) < wanted)
		at++;
	return (at - from) * TICK / 1000.0;
}

/* Seconds from choice @from until no more than @bps is given out. */
static double seconds_over(const struct call *call, unsigned from, double bps)
{
	unsigned at = from;
	while (at < call->choices && call->given[at] > bps)
		at++;
	return (at - from) * TICK / 1000.0;
}

/* What was shown most of the time in the last @count choices. */
static int usual(const struct call *call, unsigned count)
{
	unsigned seen[3 * SLOTS + 1] = {0};
	int most = 0;
	for (unsigned at = call->choices - count; at < call->choices; at++) {
		int index = level(call, at) + SLOTS;
		if (++seen[index] > seen[most])
			most = index;
	}
	return most - SLOTS;
}

static struct call *start(unsigned count, uint16_t height, double random_loss, uint32_t seed)
{
	struct call *call = new_call(count, seed);
	for (unsigned i = 0; i < count; i++)
		call->wants[i].height = height;
	call->link.random_loss = random_loss;
	return call;
}

/* The worst of all seeds. */
struct outcome {
	double fall, first, top; /* seconds */
	unsigned failed;         /* steps up after the cap was gone */
	double downs, quiet;     /* after 20 s below the cap; in so many seconds */
};

/* A cap comes after 50 to 60 s and goes after 60 to 75 s. */
static void cap_and_free(struct call *call, double cap, struct outcome *worst)
{
	run(call, 50 + 10 * fake_random(&call->random));
	unsigned capped = call->choices;
	int top = level(call, capped - 1);
	call->link.capacity_bps = cap;
	run(call, 60 + 15 * fake_random(&call->random));
	unsigned freed = call->choices, quiet = capped + 20000 / TICK;
	worst->fall = fmax(worst->fall, seconds_over(call, capped, cap));
	worst->downs += downs(call, quiet, freed);
	worst->quiet += (freed - quiet) * TICK / 1000.0;
	int low = usual(call, 100);
	call->link.capacity_bps = FREE;
	run(call, 80);
	worst->first = fmax(worst->first, seconds_until(call, freed, low < top ? low + 1 : top));
	worst->top = fmax(worst->top, seconds_until(call, freed, top));
	unsigned failed = downs(call, freed, call->choices);
	if (failed > worst->failed)
		worst->failed = failed;
}

static struct outcome all_seeds(unsigned count, double cap, uint16_t height, double loss)
{
	struct outcome worst = {0};
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		struct call *call = start(count, height, loss, seed);
		cap_and_free(call, cap, &worst);
		g_free(call);
	}
	print_message(
	        "%u x %u lines behind %.0f kbit/s, loss %.0f %%: below it after %.1f s, then %.2f "
	        "steps down in 10 s; without it up after %.1f s, all after %.1f s, %u failed\n",
	        count, height, cap / 1000, loss * 100, worst.fall, worst.downs / worst.quiet * 10,
	        worst.first, worst.top, worst.failed);
	return worst;
}

static void one_slot_keeps_the_promises_of_a_cap_that_comes_and_goes(void **state)
{
	(void)state;
	const double caps[] = {150e3, 300e3, 500e3, 800e3};
	for (unsigned i = 0; i < G_N_ELEMENTS(caps); i++) {
		struct outcome worst = all_seeds(1, caps[i], 720, 0);
		assert_true(worst.fall <= 3);
		assert_true(worst.downs / worst.quiet <= 0.1);
		assert_true(worst.first <= 15);
		assert_true(worst.top <= 30);
		assert_true(worst.failed <= 2);
	}
}

static void many_slots_find_what_a_cap_leaves_and_come_back(void **state)
{
	(void)state;
	const struct {
		unsigned slots;
		double cap;
		uint16_t height;
	} cases[] = {
	        {9, 500e3, 180}, {9, 800e3, 180}, {9, 1500e3, 360}, {9, 3e6, 720}, {25, 500e3, 180}};
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct outcome worst = all_seeds(cases[i].slots, cases[i].cap, cases[i].height, 0);
		assert_true(worst.fall <= 6);
		assert_true(worst.downs / worst.quiet <= 0.1);
		assert_true(worst.first <= 15);
		assert_true(worst.top <= 60);
		assert_true(worst.failed <= 2);
	}
}

static void five_percent_of_loss_at_random_bring_nothing_down(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		for (unsigned count = 1; count <= 9; count += 8) {
			struct call *call = start(count, 360, 0.05, seed);
			run(call, 40);
			unsigned from = call->choices;
			assert_int_equal(level(call, from - 1), count);
			run(call, 200);
			assert_int_equal(downs(call, from, call->choices), 0);
			g_free(call);
		}
	}
}

static void who_joins_behind_a_narrow_link_sees_what_fits(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		struct call *call = start(9, 180, 0, seed);
		call->link.capacity_bps = 500e3;
		run(call, 10);
		assert_true(seconds_over(call, 0, 550e3) <= 6);
		unsigned from = call->choices;
		run(call, 60);
		for (unsigned at = from; at < call->choices; at++)
			assert_true(call->given[at] > 0);
		assert_true(downs(call, from, call->choices) <= 7);
		assert_true(usual(call, 200) >= -6);
		g_free(call);
	}
}

static void of_25_slots_behind_100_kbit_the_first_keeps_its_picture(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		struct call *call = start(25, 180, 0, seed);
		call->wants[7].priority = CARDEA_PRIORITY_SCREEN;
		run(call, 20);
		unsigned from = call->choices;
		call->link.capacity_bps = 100e3;
		run(call, 60);
		assert_true(seconds_over(call, from, 140e3) <= 4);
		for (unsigned at = from; at < call->choices; at++)
			assert_int_equal(call->layers[at][7], 0);
		assert_int_equal(usual(call, 100), -24);
		call->link.capacity_bps = FREE;
		unsigned freed = call->choices;
		run(call, 90);
		assert_true(seconds_until(call, freed, 0) <= 75);
		g_free(call);
	}
}

/* Links, layers and heights change every few seconds. */
static void shake(struct call *call)
{
	unsigned i = (unsigned)(fake_random(&call->random) * call->count);
	unsigned layer = (unsigned)(fake_random(&call->random) * CARDEA_SOURCE_LAYERS);
	double what = fake_random(&call->random);
	if (what < 0.3)
		call->link.capacity_bps = exp(log(250e3) + log(60) * fake_random(&call->random));
	else if (what < 0.6)
		call->offers[i][layer].usable = !call->offers[i][layer].usable;
	else if (what < 0.8)
		call->wants[i].height = (uint16_t)(180 << (int)(3 * fake_random(&call->random)));
	else
		call->wants[i].priority = (enum cardea_priority)(4 * fake_random(&call->random));
}

static void whatever_changes_the_queue_is_short_most_of_the_time(void **state)
{
	(void)state;
	for (unsigned count = 1; count <= 9; count += 8) {
		unsigned choices = 0, late = 0;
		for (uint32_t seed = 1; seed <= SEEDS; seed++) {
			struct call *call = start(count, 720, 0, seed);
			while (call->choices < HISTORY - 100) {
				shake(call);
				for (unsigned i = 0; i < 10; i++, choices++) {
					run(call, 0.2 + fake_random(&call->random));
					late += call->link.delay_ms > 150;
				}
			}
			g_free(call);
		}
		print_message("%u slots, everything changes: late in %u of %u looks\n", count, late,
		              choices);
		assert_true(late * 5 < choices);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_slot_keeps_the_promises_of_a_cap_that_comes_and_goes),
	        cmocka_unit_test(many_slots_find_what_a_cap_leaves_and_come_back),
	        cmocka_unit_test(five_percent_of_loss_at_random_bring_nothing_down),
	        cmocka_unit_test(who_joins_behind_a_narrow_link_sees_what_fits),
	        cmocka_unit_test(of_25_slots_behind_100_kbit_the_first_keeps_its_picture),
	        cmocka_unit_test(whatever_changes_the_queue_is_short_most_of_the_time),
	};
	return cmocka_run_group_tests_name("layers behind a link", tests, NULL, NULL);
}
