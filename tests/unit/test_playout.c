/*
 * playout: how long pictures are held back while packets are lost on a receiver's line.
 */
#include "unit.h"

#include "plugin/playout.h"

#define START 1000000

static struct cardea_playout fresh(void)
{
	return (struct cardea_playout){.delay_ms = CARDEA_PLAYOUT_NONE};
}

static void without_loss_the_browser_decides(void **state)
{
	(void)state;
	struct cardea_playout playout = fresh();
	for (int64_t now = START; now < START + 60000; now += 200)
		assert_int_equal(cardea_playout_run(&playout, 0, 30, now), CARDEA_PLAYOUT_NONE);
}

static void a_loss_that_cannot_be_repaired_yet_changes_nothing(void **state)
{
	(void)state;
	struct cardea_playout playout = fresh();
	assert_int_equal(cardea_playout_run(&playout, 5, -1, START), CARDEA_PLAYOUT_NONE);
}

static void there_is_time_for_a_repeat_and_for_half_of_another(void **state)
{
	(void)state;
	struct cardea_playout playout = fresh();
	assert_int_equal(cardea_playout_run(&playout, 1, 30, START), CARDEA_PLAYOUT_GAP_MS + 45);
	assert_int_equal(cardea_playout_run(&playout, 1, 60, START + 1), CARDEA_PLAYOUT_GAP_MS + 90);
	/* A shorter way there does not shorten it while packets are lost. */
	assert_int_equal(cardea_playout_run(&playout, 1, 10, START + 2), CARDEA_PLAYOUT_GAP_MS + 90);
}

static void a_long_way_has_a_limit(void **state)
{
	(void)state;
	struct cardea_playout playout = fresh();
	assert_int_equal(cardea_playout_run(&playout, 1, 60000, START), CARDEA_PLAYOUT_MAX_MS);
}

static void it_goes_when_nothing_was_lost_for_a_while(void **state)
{
	(void)state;
	struct cardea_playout playout = fresh();
	int delay = cardea_playout_run(&playout, 3, 20, START);
	int64_t end = START + CARDEA_PLAYOUT_CALM_MS;
	assert_int_equal(cardea_playout_run(&playout, 0, 20, end - 1), delay);
	/* Not as at the beginning: the browser has to be told. */
	assert_int_equal(cardea_playout_run(&playout, 0, 20, end), 0);
	assert_int_equal(cardea_playout_run(&playout, 1, 20, end + 1), delay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(without_loss_the_browser_decides),
	        cmocka_unit_test(a_loss_that_cannot_be_repaired_yet_changes_nothing),
	        cmocka_unit_test(there_is_time_for_a_repeat_and_for_half_of_another),
	        cmocka_unit_test(a_long_way_has_a_limit),
	        cmocka_unit_test(it_goes_when_nothing_was_lost_for_a_while),
	};
	return cmocka_run_group_tests_name("playout", tests, NULL, NULL);
}
