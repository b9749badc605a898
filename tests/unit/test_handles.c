/* handles: the count follows what Janus says, and nothing that only looks like it. */
#include "unit.h"

#include <stdio.h>
#include "session/handles.h"

#define SESSION 4711
#define NOW     100000

static struct cardea_handles handles;

static void see(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void see(const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = g_strdup_vprintf(format, ap);
	va_end(ap);
	cardea_handles_see(&handles, SESSION, NOW, text, strlen(text));
	g_free(text);
}

static void attached(uint64_t id)
{
	assert_true(cardea_handles_attach(&handles));
	see("{\"janus\":\"success\",\"session_id\":4711,\"transaction\":\"t\",\"data\":{\"id\":%u}}",
	    (unsigned)id);
}

static void detached(uint64_t id)
{
	see("{\"janus\":\"detached\",\"session_id\":4711,\"sender\":%u}", (unsigned)id);
}

static int setup(void **state)
{
	(void)state;
	memset(&handles, 0, sizeof(handles));
	return 0;
}

static void sixteen(void **state)
{
	(void)state;
	for (uint64_t id = 1; id <= 16; id++) {
		attached(id);
	}
	assert_false(cardea_handles_attach(&handles));
	detached(99); /* was never ours */
	assert_false(cardea_handles_attach(&handles));
	detached(3);
	detached(3);
	attached(17);
	assert_false(cardea_handles_attach(&handles));
}

static void asked_ones_count(void **state)
{
	(void)state;
	for (int i = 0; i < 16; i++) {
		assert_true(cardea_handles_attach(&handles));
	}
	assert_false(cardea_handles_attach(&handles));
	see("{\"janus\":\"error\",\"session_id\":4711,\"transaction\":\"t\","
	    "\"error\":{\"code\":461,\"reason\":\"\"}}");
	assert_true(cardea_handles_attach(&handles));
	assert_false(cardea_handles_attach(&handles));
	/* Errors of other requests, even with the transaction of an attach, free nothing. */
	see("{\"janus\":\"error\",\"session_id\":4711,\"transaction\":\"t\","
	    "\"error\":{\"code\":459,\"reason\":\"\"}}");
	assert_false(cardea_handles_attach(&handles));
}

/* The socket was lost before the answer, then the handle ends. */
static void lost_answer(void **state)
{
	(void)state;
	assert_true(cardea_handles_attach(&handles));
	assert_int_equal(handles.asked, 1);
	detached(5);
	assert_int_equal(handles.asked, 0);
	detached(5);
	assert_int_equal(handles.asked, 0);
	assert_int_equal(handles.live_count, 0);
}

static void other_messages(void **state)
{
	static const char *const texts[] = {
	        "{\"janus\":\"success\",\"transaction\":\"t\",\"data\":{\"id\":4711}}", /* create */
	        "{\"janus\":\"success\",\"session_id\":4711,\"transaction\":\"t\"}",
	        "{\"janus\":\"success\",\"sender\":1,\"plugindata\":{\"data\":{\"id\":7}}}",
	        "{\"janus\":\"event\",\"sender\":1,\"data\":{\"id\":7}}",
	        "{\"janus\":\"event\",\"x\":\"{\\\"janus\\\":\\\"detached\\\"}\"}",
	        "{\"janus\":\"ack\"}",
	        "{\"transaction\":\"t\",\"janus\":\"success\",\"data\":{\"id\":7}}",
	        "{\"janus\":\"success\",\"data\":{\"id\":\"7\"}}",
	        "{\"janus\":\"success\",\"data\":[7]}",
	        "{\"janus\":\"success\",\"data\":{\"id\":7}",
	        "{\"janus\":\"detached\",\"sender\":",
	        "{\"janus\"",
	        "{\"janus\":",
	        "{}",
	        "",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		see("%s", texts[i]);
		assert_int_equal(handles.live_count, 0);
	}
}

static void indented(void **state)
{
	(void)state;
	assert_true(cardea_handles_attach(&handles));
	see("{\n   \"janus\": \"success\",\n   \"session_id\": 4711,\n   \"data\": {\n      \"id\": 5\n"
	    "   }\n}");
	assert_int_equal(handles.live_count, 1);
	assert_int_equal(handles.asked, 0);
}

#define CASE(sentence, function)                                                                   \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = setup                           \
	}

static void hung_up(void **state)
{
	(void)state;
	attached(7);
	attached(8);
	assert_true(cardea_handles_may_offer(&handles, 7, NOW));
	cardea_handles_hangup(&handles, 7, NOW);
	assert_false(cardea_handles_may_offer(&handles, 7, NOW));
	assert_false(cardea_handles_may_offer(&handles, 7, NOW + CARDEA_HANGUP_MS - 1));
	assert_true(cardea_handles_may_offer(&handles, 7, NOW + CARDEA_HANGUP_MS));
	assert_true(cardea_handles_may_offer(&handles, 8, NOW));
	/* Whoever hung up. */
	see("{\"janus\":\"hangup\",\"session_id\":4711,\"sender\":8,\"reason\":\"DTLS alert\"}");
	assert_false(cardea_handles_may_offer(&handles, 8, NOW));
	/* Handles of nobody leave no trace, however many are named. */
	for (uint64_t id = 100; id < 200; id++) {
		cardea_handles_hangup(&handles, id, NOW);
	}
	assert_false(cardea_handles_may_offer(&handles, 7, NOW));
	detached(7);
	attached(9);
	assert_true(cardea_handles_may_offer(&handles, 9, NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE("a session has 16 handles at a time", sixteen),
	        CASE("attaches that are not answered count", asked_ones_count),
	        CASE("a handle whose answer was lost is counted until it ends", lost_answer),
	        CASE("other messages change nothing", other_messages),
	        CASE("Janus may indent", indented),
	        CASE("what was just hung up takes no offer", hung_up),
	};

	return cmocka_run_group_tests_name("handles", tests, NULL, NULL);
}
