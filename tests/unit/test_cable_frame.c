/* cable_frame: what an ActionCable client's frame asks for, and what is not one. */
#include "unit.h"

#include <jansson.h>
#include "cardea_error.h"
#include "cardea_limits.h"
#include "net/cable_frame.h"

#define ROOM "{\\\"channel\\\":\\\"RoomChannel\\\"}"

static struct cardea_cable_frame frame;

static int parse(const char *text)
{
	return cardea_cable_frame_parse(text, strlen(text), &frame);
}

static int clear(void **state)
{
	(void)state;
	cardea_cable_frame_clear(&frame);
	return 0;
}

static void reads_a_subscribe(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"command\":\"subscribe\",\"identifier\":\"" ROOM "\"}\n"), 0);
	assert_int_equal(frame.command, CARDEA_CABLE_SUBSCRIBE);
	assert_string_equal(frame.identifier, "\"" ROOM "\"");
	assert_string_equal(frame.channel, "RoomChannel");
	assert_int_equal(json_object_size(frame.params), 1);
	assert_null(frame.data);
}

static void reads_an_unsubscribe(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"identifier\":\"" ROOM "\",\"command\":\"unsubscribe\",\"x\":1}"), 0);
	assert_int_equal(frame.command, CARDEA_CABLE_UNSUBSCRIBE);
}

static void reads_a_message(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"command\":\"message\",\"identifier\":\"" ROOM
	                       "\",\"data\":\"{\\\"action\\\":\\\"stfu\\\"}\"}"),
	                 0);
	assert_int_equal(frame.command, CARDEA_CABLE_MESSAGE);
	assert_string_equal(json_string_value(json_object_get(frame.data, "action")), "stfu");
}

/* Whatever escapes the client wrote, the decoded identifier is the same text. */
static void keeps_the_identifier(void **state)
{
	static const char *const same[] = {"\"{ \\u0022channel\\u0022 : \\\"A\\u0062\\\"}\"",
	                                   "\"{ \\\"channel\\\" : \\\"Ab\\\"}\""};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
		g_autofree char *text =
		        g_strdup_printf("{\"command\":\"subscribe\",\"identifier\":%s}", same[i]);

		assert_int_equal(parse(text), 0);
		assert_string_equal(frame.identifier, same[1]);
		assert_string_equal(frame.channel, "Ab");
		cardea_cable_frame_clear(&frame);
	}
}

static void ignores_what_lacks_something(void **state)
{
	static const char *const frames[] = {
	        "{}",
	        "{\"command\":\"subscribe\"}",
	        "{\"command\":\"subscribe\",\"identifier\":{\"channel\":\"RoomChannel\"}}",
	        "{\"command\":\"SUBSCRIBE\",\"identifier\":\"" ROOM "\"}",
	        "{\"command\":\"history\",\"identifier\":\"" ROOM "\"}",
	        "{\"command\":[\"subscribe\"],\"identifier\":\"" ROOM "\"}",
	        "{\"command\":\"\",\"identifier\":\"" ROOM "\"}",
	        "{\"identifier\":\"" ROOM "\"}",
	        "{\"command\":\"message\",\"identifier\":\"" ROOM "\"}",
	        "{\"command\":\"message\",\"identifier\":\"" ROOM "\",\"data\":{\"action\":\"x\"}}",
	        "{\"command\":\"message\",\"identifier\":\"" ROOM "\",\"data\":\"[]\"}",
	        "{\"command\":\"message\",\"identifier\":\"" ROOM "\",\"data\":\"{\"}",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
		assert_int_equal(parse(frames[i]), 0);
		assert_int_equal(frame.command, CARDEA_CABLE_IGNORED);
		assert_null(frame.identifier);
		assert_null(frame.params);
		assert_null(frame.data);
	}
}

static void names_no_channel_for_a_bad_identifier(void **state)
{
	static const char *const identifiers[] = {
	        "",
	        "RoomChannel",
	        "[\\\"RoomChannel\\\"]",
	        "{}",
	        "{\\\"channel\\\":1}",
	        "{\\\"channel\\\":\\\"\\\"}",
	        "{\\\"channel\\\":\\\"A\\\",\\\"channel\\\":\\\"A\\\"}"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(identifiers); i++) {
		g_autofree char *text = g_strdup_printf("{\"command\":\"subscribe\",\"identifier\":\"%s\"}",
		                                        identifiers[i]);

		assert_int_equal(parse(text), 0);
		assert_int_equal(frame.command, CARDEA_CABLE_SUBSCRIBE);
		assert_non_null(frame.identifier);
		assert_null(frame.channel);
		cardea_cable_frame_clear(&frame);
	}
}

static void bounds_identifier_and_channel(void **state)
{
	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		g_autofree char *name = g_strnfill(CARDEA_MAX_ID + extra, 'R');
		g_autofree char *rest = g_strnfill(
		        CARDEA_MAX_CABLE_IDENTIFIER - strlen("{'channel':'A','x':''}") + extra, 'x');
		g_autofree char *channel = g_strdup_printf("{\\\"channel\\\":\\\"%s\\\"}", name);
		g_autofree char *whole =
		        g_strdup_printf("{\\\"channel\\\":\\\"A\\\",\\\"x\\\":\\\"%s\\\"}", rest);
		const char *identifiers[] = {channel, whole};

		for (size_t i = 0; i < G_N_ELEMENTS(identifiers); i++) {
			g_autofree char *text = g_strdup_printf(
			        "{\"command\":\"subscribe\",\"identifier\":\"%s\"}", identifiers[i]);

			assert_int_equal(parse(text), 0);
			assert_int_equal(frame.channel == NULL, extra);
			cardea_cable_frame_clear(&frame);
		}
	}
}

static void refuses_what_is_no_object(void **state)
{
	static const char *const frames[] = {
	        "", "x", "[]", "1", "\"a\"", "null", "{\"", "{} {}", "{\"a\":1,\"a\":2}"};
	g_autofree char *brackets = g_strnfill(CARDEA_MAX_JSON_DEPTH, '[');
	g_autofree char *deep = g_strdup_printf("{\"a\":%s", brackets);
	struct cardea_cable_frame untouched = {.channel = "untouched"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(frames); i++)
		assert_true(cardea_cable_frame_parse(frames[i], strlen(frames[i]), &untouched) < 0);
	assert_int_equal(cardea_cable_frame_parse(deep, strlen(deep), &untouched), CARDEA_E_JSON_DEPTH);
	assert_string_equal(untouched.channel, "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_teardown(reads_a_subscribe, clear),
	        cmocka_unit_test_teardown(reads_an_unsubscribe, clear),
	        cmocka_unit_test_teardown(reads_a_message, clear),
	        cmocka_unit_test_teardown(keeps_the_identifier, clear),
	        cmocka_unit_test_teardown(ignores_what_lacks_something, clear),
	        cmocka_unit_test_teardown(names_no_channel_for_a_bad_identifier, clear),
	        cmocka_unit_test_teardown(bounds_identifier_and_channel, clear),
	        cmocka_unit_test_teardown(refuses_what_is_no_object, clear),
	};

	return cmocka_run_group_tests_name("cable_frame", tests, NULL, NULL);
}
