/*
 * layers: what each slot gets. First single cases with estimates that the test makes up, then
 * receivers behind a simulated link (fake_link.h).
 */
#include "unit.h"

#include <stdio.h>
#include "fake_link.h"
#include "plugin/layers.h"

#define NONE   CARDEA_LAYER_NONE
#define SLOTS  25
#define LOW    120000
#define MIDDLE 400000
#define HIGH   1300000
#define TICK   200 /* pace of the choice */
#define LARGE  1080

static const struct cardea_layer_offer camera[] = {
        {true, LOW, 180},
        {true, MIDDLE, 360},
        {true, HIGH, 720},
};

/* ---- single cases ---- */

struct receiver {
	struct cardea_budget budget;
	struct cardea_layer_offer offers[SLOTS][CARDEA_SOURCE_LAYERS];
	struct cardea_layer_want wants[SLOTS];
	unsigned count;
	int64_t now;
	uint32_t given;
};

static void add(struct receiver *receiver, enum cardea_priority priority, uint16_t height)
{
	unsigned i = receiver->count++;
	memcpy(receiver->offers[i], camera, sizeof(camera));
	receiver->wants[i] = (struct cardea_layer_want){
	        .offers = receiver->offers[i], .height = height, .priority = priority, .layer = NONE};
}

static struct receiver *new_receiver(unsigned count)
{
	struct receiver *receiver = g_new0(struct receiver, 1);
	receiver->now = 1000000;
	for (unsigned i = 0; i < count; i++)
		add(receiver, CARDEA_PRIORITY_REST, LARGE);
	return receiver;
}

static void choose(struct receiver *receiver)
{
	receiver->given = cardea_layers_choose(&receiver->budget, receiver->wants, receiver->count,
	                                       receiver->now);
}

static void estimate(struct receiver *receiver, uint32_t bps)
{
	cardea_budget_remb(&receiver->budget, bps, receiver->now);
	choose(receiver);
}

/* The same estimate for so long. */
static void run(struct receiver *receiver, uint32_t bps, int64_t ms)
{
	for (int64_t end = receiver->now + ms; receiver->now < end;) {
		receiver->now += TICK;
		estimate(receiver, bps);
	}
}

/* "0 1 -": layers by slot. */
static const char *layers(const struct receiver *receiver)
{
	static char text[2 * SLOTS + 1];
	for (unsigned i = 0; i < receiver->count; i++) {
		int layer = receiver->wants[i].layer;
		text[i] = layer == NONE ? '-' : (char)('0' + layer);
	}
	text[receiver->count] = '\0';
	return text;
}

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
		run(receiver, 20000000, 1000);
		assert_string_equal(layers(receiver), steps[i]);
	}
	g_free(receiver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(first_all_get_their_lowest_layer),
	        cmocka_unit_test(what_the_estimate_allows_comes_one_step_a_second),
	};
	return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
