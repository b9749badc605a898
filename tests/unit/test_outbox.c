/* outbox: numbers without gaps, replay of what is not acknowledged, and what a full one does. */
#include "unit.h"

#include "plugin/outbox.h"

static bool append(struct cardea_outbox *outbox)
{
	json_t *event = json_object();
	bool kept = cardea_outbox_append(outbox, event);
	json_decref(event);
	return kept;
}

static void collect(json_t *event, void *arg)
{
	json_array_append(arg, json_object_get(event, "seq"));
}

/* The numbers of the kept events from @from on, as text. */
static char *replayed(const struct cardea_outbox *outbox, int64_t from)
{
	json_t *numbers = json_array();
	cardea_outbox_replay(outbox, from, collect, numbers);
	char *text = json_dumps(numbers, JSON_COMPACT);
	json_decref(numbers);
	return text;
}

static void assert_replayed(const struct cardea_outbox *outbox, int64_t from, const char *expected)
{
	char *text = replayed(outbox, from);
	assert_string_equal(text, expected);
	free(text);
}

static void events_are_numbered_and_kept_until_acknowledged(void **state)
{
	(void)state;
	struct cardea_outbox *outbox = cardea_outbox_new(10);
	assert_true(cardea_outbox_has(outbox, 1));
	for (unsigned i = 0; i < 5; i++)
		assert_true(append(outbox));
	assert_int_equal(cardea_outbox_seq(outbox), 5);
	assert_replayed(outbox, 1, "[1,2,3,4,5]");
	assert_replayed(outbox, 4, "[4,5]");
	cardea_outbox_ack(outbox, 3);
	assert_int_equal(cardea_outbox_acked(outbox), 3);
	assert_false(cardea_outbox_has(outbox, 3));
	assert_true(cardea_outbox_has(outbox, 4));
	assert_replayed(outbox, 1, "[4,5]");
	assert_true(cardea_outbox_has(outbox, 6));
	assert_false(cardea_outbox_has(outbox, 7));
	cardea_outbox_free(outbox);
}

static void an_ack_never_goes_back_or_ahead(void **state)
{
	(void)state;
	struct cardea_outbox *outbox = cardea_outbox_new(10);
	append(outbox);
	append(outbox);
	cardea_outbox_ack(outbox, 3);
	assert_int_equal(cardea_outbox_acked(outbox), 0);
	cardea_outbox_ack(outbox, 2);
	cardea_outbox_ack(outbox, 1);
	assert_int_equal(cardea_outbox_acked(outbox), 2);
	assert_replayed(outbox, 1, "[]");
	cardea_outbox_free(outbox);
}

static void a_full_one_forgets_all_but_its_numbers_go_on(void **state)
{
	(void)state;
	struct cardea_outbox *outbox = cardea_outbox_new(3);
	for (unsigned i = 0; i < 3; i++)
		assert_true(append(outbox));
	assert_false(append(outbox));
	assert_int_equal(cardea_outbox_seq(outbox), 4);
	assert_false(cardea_outbox_has(outbox, 4));
	assert_true(cardea_outbox_has(outbox, 5));
	assert_true(append(outbox));
	assert_replayed(outbox, 5, "[5]");
	cardea_outbox_free(outbox);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        TEST("events are numbered and kept until acknowledged",
	             events_are_numbered_and_kept_until_acknowledged),
	        TEST("an ack never goes back or ahead", an_ack_never_goes_back_or_ahead),
	        TEST("a full one forgets all, but its numbers go on",
	             a_full_one_forgets_all_but_its_numbers_go_on),
	};
	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
