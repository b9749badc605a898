/*
 * protojson: a message with a field of each kind, read and written by the rules of
 * spec/plugnmeet 2.
 */
#include "unit.h"

#include <string.h>
#include "api/protojson.h"
#include "cardea_error.h"
#include "cardea_json.h"

static const struct cardea_proto_value colours[] = {{"RED", 0}, {"BLUE", 1}, {NULL, 0}};
static const struct cardea_proto_field inner_fields[] = {
        {.name = "is_on", .kind = CARDEA_PROTO_BOOL, .flags = CARDEA_PROTO_OPTIONAL},
        {.name = "page", .kind = CARDEA_PROTO_STRING, .flags = CARDEA_PROTO_URI},
        {.name = "own", .kind = CARDEA_PROTO_STRING, .flags = CARDEA_PROTO_OWNED},
};
static const struct cardea_proto_message inner = {inner_fields, 3};
static const struct cardea_proto_field fields[] = {
        {.name = "room_id",
         .kind = CARDEA_PROTO_STRING,
         .flags = CARDEA_PROTO_WORD,
         .rule_text = "only words"},
        {.name = "is_admin", .kind = CARDEA_PROTO_BOOL},
        {.name = "number", .kind = CARDEA_PROTO_INT32},
        {.name = "max_number",
         .kind = CARDEA_PROTO_UINT32,
         .flags = CARDEA_PROTO_OPTIONAL | CARDEA_PROTO_POSITIVE},
        {.name = "long_number", .kind = CARDEA_PROTO_UINT64},
        {.name = "signed_long", .kind = CARDEA_PROTO_INT64},
        {.name = "colour", .kind = CARDEA_PROTO_ENUM, .values = colours},
        {.name = "extra_data", .kind = CARDEA_PROTO_MAP},
        {.name = "room_ids", .kind = CARDEA_PROTO_STRING, .flags = CARDEA_PROTO_REPEATED},
        {.name = "first",
         .kind = CARDEA_PROTO_MESSAGE,
         .flags = CARDEA_PROTO_ONEOF,
         .message = &inner},
        {.name = "other_one",
         .kind = CARDEA_PROTO_MESSAGE,
         .flags = CARDEA_PROTO_ONEOF,
         .message = &inner},
};
static const struct cardea_proto_message message = {fields, sizeof(fields) / sizeof(fields[0])};

/* The decoded text, or "refused"; free(). */
static char *decoded(const char *text)
{
	json_t *object = NULL;
	char *failure = NULL, *out;

	if (cardea_proto_decode(&message, text, strlen(text), &object, &failure)) {
		assert_null(object);
		assert_non_null(failure);
		g_free(failure);
		return strdup("refused");
	}
	assert_null(failure);
	out = cardea_json_dump(object);
	json_decref(object);
	return out;
}

#define assert_decoded(text, expected)                                                             \
	do {                                                                                           \
		char *actual = decoded(text);                                                              \
		assert_string_equal(actual, expected);                                                     \
		free(actual);                                                                              \
	} while (0)
#define assert_refused(text) assert_decoded(text, "refused")

static void both_spellings(void **state)
{
	(void)state;
	assert_decoded("{\"room_id\":\"a\",\"max_number\":1}", "{\"room_id\":\"a\",\"max_number\":1}");
	assert_decoded("{\"roomId\":\"a\",\"maxNumber\":1}", "{\"room_id\":\"a\",\"max_number\":1}");
	assert_decoded("{\"otherOne\":{\"isOn\":false}}", "{\"other_one\":{\"is_on\":false}}");
	assert_decoded("{\"foo\":1,\"is_Admin\":3,\"first\":{\"x\":[]}}", "{\"first\":{}}");
	assert_decoded("{\"a\\/b\":1,\"room_id\":\"a\\/b\"}", "{\"room_id\":\"a/b\"}");
}

/* F2-02 */
static void the_same_field_twice(void **state)
{
	(void)state;
	assert_refused("{\"room_id\":\"a\",\"roomId\":\"a\"}");
	assert_refused("{\"room_id\":\"a\",\"roomId\":null}");
	assert_refused("{\"room_id\":\"a\",\"room_id\":\"a\"}");
	assert_refused("{\"first\":{\"is_on\":true,\"isOn\":true}}");
}

static void null_is_absent(void **state)
{
	(void)state;
	assert_decoded("{\"room_id\":null,\"first\":null,\"room_ids\":null,\"colour\":null}", "{}");
	assert_refused("{\"room_ids\":[null]}");
	assert_refused("{\"extra_data\":{\"a\":null}}");
}

static void booleans_are_booleans(void **state)
{
	(void)state;
	assert_decoded("{\"is_admin\":false}", "{\"is_admin\":false}");
	assert_refused("{\"is_admin\":\"yes\"}");
	assert_refused("{\"is_admin\":\"true\"}");
	assert_refused("{\"is_admin\":1}");
}

/* F2-03 */
static void integers_may_be_texts(void **state)
{
	(void)state;
	assert_decoded("{\"longNumber\":\"15\",\"max_number\":\"7\"}",
	               "{\"max_number\":7,\"long_number\":15}");
	assert_decoded("{\"long_number\":\"9223372036854775807\",\"number\":-3}",
	               "{\"number\":-3,\"long_number\":9223372036854775807}");
	assert_decoded("{\"number\":15.0}", "{\"number\":15}");
	assert_refused("{\"number\":15.5}");
	assert_refused("{\"number\":1e300}");
	assert_refused("{\"number\":\"\"}");
	assert_refused("{\"number\":\" 1\"}");
	assert_refused("{\"number\":\"1 \"}");
	assert_refused("{\"number\":\"+1\"}");
	assert_refused("{\"number\":\"-\"}");
	assert_refused("{\"number\":\"0x1\"}");
	assert_refused("{\"number\":true}");
	assert_refused("{\"number\":2147483648}");
	assert_refused("{\"max_number\":-1}");
	assert_refused("{\"max_number\":4294967296}");
	assert_refused("{\"long_number\":\"-1\"}");
	assert_refused("{\"long_number\":\"9223372036854775808\"}");
}

static void enums_by_name_or_number(void **state)
{
	(void)state;
	assert_decoded("{\"colour\":\"BLUE\"}", "{\"colour\":1}");
	assert_decoded("{\"colour\":1}", "{\"colour\":1}");
	assert_decoded("{\"colour\":9}", "{\"colour\":9}"); /* of a newer client */
	assert_refused("{\"colour\":\"blue\"}");
	assert_refused("{\"colour\":\"1\"}");
}

static void kinds_are_not_mixed(void **state)
{
	(void)state;
	assert_refused("{\"first\":\"{}\"}"); /* JSON in a text */
	assert_refused("{\"first\":[]}");
	assert_refused("{\"extra_data\":\"x\"}");
	assert_refused("{\"extra_data\":{\"a\":1}}");
	assert_refused("{\"room_ids\":\"a\"}");
	assert_refused("{\"room_ids\":[1]}");
	assert_refused("{\"room_id\":1}");
	assert_refused("[]");
	assert_refused("");
	assert_refused("{");
	assert_decoded("{\"extra_data\":{\"a\":\"b\"},\"room_ids\":[\"a\",\"b\"]}",
	               "{\"extra_data\":{\"a\":\"b\"},\"room_ids\":[\"a\",\"b\"]}");
}

static void one_of_a_choice(void **state)
{
	(void)state;
	assert_decoded("{\"first\":{},\"other_one\":null}", "{\"first\":{}}");
	assert_refused("{\"first\":{},\"other_one\":{}}");
}

static void assert_rules(const char *text, const char *expected)
{
	json_t *object = NULL;
	char *failure = NULL, *said;

	assert_int_equal(cardea_proto_decode(&message, text, strlen(text), &object, &failure), 0);
	said = cardea_proto_validate(&message, object);
	if (expected) {
		assert_non_null(said);
		assert_string_equal(said, expected);
	} else {
		assert_null(said);
	}
	g_free(said);
	json_decref(object);
}

static void rules(void **state)
{
	(void)state;
	assert_rules("{\"room_id\":\"a-Z_9\",\"max_number\":1,\"first\":{\"page\":\"https://a.b/c\"}}",
	             NULL);
	assert_rules("{\"room_id\":\"a\",\"first\":{\"page\":\"\"}}", NULL);
	assert_rules("{\"room_id\":\"a b\"}", "validation error: room_id: only words");
	assert_rules("{}", "validation error: room_id: only words");
	assert_rules("{\"room_id\":\"a\",\"max_number\":0}",
	             "validation error: max_number: value must be greater than 0");
	assert_rules("{\"room_id\":\"a\",\"first\":{\"page\":\"not a url\"}}",
	             "validation error: first.page: must be a valid URI");
	assert_rules(
	        "{\"room_id\":\"a\",\"first\":{\"page\":\"/relative\",\"own\":\"x\"}}",
	        "validation errors:\n - first.page: must be a valid URI\n - first.own: own should not "
	        "contain any value");
}

static void writing(void **state)
{
	json_t *object = json_pack("{s:s, s:I, s:i, s:{}}", "room_id", "a", "long_number",
	                           (json_int_t)9007199254740993, "colour", 1, "first");
	json_t *out = cardea_proto_encode(&message, object);
	char *text = cardea_json_dump(out);

	(void)state;
	assert_string_equal(text, "{\"room_id\":\"a\",\"is_admin\":false,\"number\":0,"
	                          "\"long_number\":\"9007199254740993\",\"signed_long\":\"0\","
	                          "\"colour\":\"BLUE\",\"extra_data\":{},\"room_ids\":[],"
	                          "\"first\":{\"page\":\"\",\"own\":\"\"},\"other_one\":null}");
	free(text);
	json_decref(out);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(both_spellings),
	        cmocka_unit_test(the_same_field_twice),
	        cmocka_unit_test(null_is_absent),
	        cmocka_unit_test(booleans_are_booleans),
	        cmocka_unit_test(integers_may_be_texts),
	        cmocka_unit_test(enums_by_name_or_number),
	        cmocka_unit_test(kinds_are_not_mixed),
	        cmocka_unit_test(one_of_a_choice),
	        cmocka_unit_test(rules),
	        cmocka_unit_test(writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
