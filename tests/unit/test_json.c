/*
 * cardea_json: what is refused at the boundary, and field tables.
 */
#include "unit.h"

#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_limits.h"

static int parse(const char *text)
{
	json_t *json = NULL;
	int err = cardea_json_parse_object(text, strlen(text), &json);

	assert_true(err ? json == NULL : json_is_object(json));
	json_decref(json);
	return err;
}

static void objects(void **state)
{
	(void)state;
	assert_int_equal(parse("{}"), 0);
	assert_int_equal(parse(" {\"a\": [1, 2.5, null, true, \"\\u00e9\xc3\xa9\"]}\n"), 0);
}

static void syntax(void **state)
{
	static const char *const bad[] = {
	        "",
	        " ",
	        "{",
	        "}",
	        "[]",
	        "1",
	        "\"a\"",
	        "null",
	        "{} {}",
	        "{}x",
	        "{\"a\":1,}",
	        "{a:1}",
	        "{'a':1}",
	        "{\"a\":01}",
	        "{\"a\":1e400}",
	        "{\"a\":99999999999999999999}",
	        "{\"a\":NaN}",
	        "{\"a\":\"\\ud800\"}",
	        "{\"a\":\"\\u0000\"}",
	        "{\"a\":\"\xff\"}",
	        "{\"a\":\"\xc0\xaf\"}",
	        "{\"a\":\"\n\"}",
	        "{\"a\":\"\\x\"}",
	        "\xef\xbb\xbf{}",
	        "{\"a\":\"",
	        "{\"a\":\"\\",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		assert_int_equal(parse(bad[i]), CARDEA_E_JSON_SYNTAX);
	}
}

static void raw_nul(void **state)
{
	json_t *json = NULL;

	(void)state;
	assert_int_equal(cardea_json_parse_object("{}\0", 3, &json), CARDEA_E_JSON_SYNTAX);
	assert_int_equal(cardea_json_parse_object("{\"a\":\"b\0\"}", 10, &json), CARDEA_E_JSON_SYNTAX);
}

/* {"a":{"a":...[[[ ]]]...}} with @objects braces and @arrays brackets. */
static int parse_nested(size_t objects_count, size_t arrays)
{
	GString *text = g_string_new(NULL);
	int err;

	for (size_t i = 0; i < objects_count; i++) {
		g_string_append(text, i + 1 < objects_count || arrays ? "{\"a\":" : "{");
	}
	for (size_t i = 0; i < arrays; i++) {
		g_string_append_c(text, '[');
	}
	for (size_t i = 0; i < arrays; i++) {
		g_string_append_c(text, ']');
	}
	for (size_t i = 0; i < objects_count; i++) {
		g_string_append_c(text, '}');
	}
	err = parse(text->str);
	g_string_free(text, TRUE);
	return err;
}

static void depth(void **state)
{
	(void)state;
	assert_int_equal(parse_nested(CARDEA_MAX_JSON_DEPTH, 0), 0);
	assert_int_equal(parse_nested(1, CARDEA_MAX_JSON_DEPTH - 1), 0);
	assert_int_equal(parse_nested(CARDEA_MAX_JSON_DEPTH + 1, 0), CARDEA_E_JSON_DEPTH);
	assert_int_equal(parse_nested(1, CARDEA_MAX_JSON_DEPTH), CARDEA_E_JSON_DEPTH);
	assert_int_equal(parse_nested(1, 1000000), CARDEA_E_JSON_DEPTH);
}

static void brackets_in_strings(void **state)
{
	GString *text = g_string_new("{\"a\":\"");

	(void)state;
	for (int i = 0; i < 100; i++) {
		g_string_append(text, "[{\\\"\\\\");
	}
	g_string_append(text, "\"}");
	assert_int_equal(parse(text->str), 0);
	g_string_free(text, TRUE);
	/* The other way round: a string that ends does not hide what follows. */
	text = g_string_new("{\"a\":\"\\\\\",\"b\":");
	for (int i = 0; i < 100; i++) {
		g_string_append_c(text, '[');
	}
	assert_int_equal(parse(text->str), CARDEA_E_JSON_DEPTH);
	g_string_free(text, TRUE);
}

static void duplicates(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"a\":1,\"a\":1}"), CARDEA_E_JSON_DUPLICATE);
	assert_int_equal(parse("{\"a\":1,\"\\u0061\":2}"), CARDEA_E_JSON_DUPLICATE);
	assert_int_equal(parse("{\"b\":{\"a\":1,\"a\":1}}"), CARDEA_E_JSON_DUPLICATE);
	assert_int_equal(parse("{\"a\":1,\"A\":1}"), 0);
}

static const struct cardea_json_field fields[] = {
        {"name", CARDEA_JSON_STRING, true, 2, 4},    {"note", CARDEA_JSON_STRING, false, 0, 0},
        {"count", CARDEA_JSON_INTEGER, false, 1, 9}, {"any", CARDEA_JSON_INTEGER, false, 0, 0},
        {"flag", CARDEA_JSON_BOOLEAN, false, 0, 0},  {"options", CARDEA_JSON_OBJECT, false, 0, 0},
        {"list", CARDEA_JSON_ARRAY, false, 1, 2},
};

/* Checks @text against the table above and demands that @bad_name is what is blamed. */
static int check(const char *text, const char *bad_name)
{
	json_t *json = NULL;
	const char *bad = NULL;
	int err;

	assert_int_equal(cardea_json_parse_object(text, strlen(text), &json), 0);
	err = cardea_json_check(json, fields, G_N_ELEMENTS(fields), &bad);
	json_decref(json);
	if (bad_name) {
		assert_non_null(bad);
		assert_string_equal(bad, bad_name);
	} else {
		assert_null(bad);
	}
	return err;
}

static void table_accepts(void **state)
{
	(void)state;
	assert_int_equal(check("{\"name\":\"ab\"}", NULL), 0);
	assert_int_equal(check("{\"name\":\"abcd\",\"note\":\"\",\"count\":9,\"any\":-5,\"flag\":false,"
	                       "\"options\":{},\"list\":[1,2],\"unknown\":1}",
	                       NULL),
	                 0);
	assert_int_equal(check("{\"name\":\"ab\",\"count\":null,\"flag\":null}", NULL), 0);
}

static void table_refuses(void **state)
{
	(void)state;
	assert_int_equal(check("{}", "name"), CARDEA_E_JSON_MISSING);
	assert_int_equal(check("{\"name\":null}", "name"), CARDEA_E_JSON_MISSING);
	assert_int_equal(check("{\"name\":1}", "name"), CARDEA_E_JSON_TYPE);
	assert_int_equal(check("{\"name\":\"a\"}", "name"), CARDEA_E_JSON_RANGE);
	assert_int_equal(check("{\"name\":\"abcde\"}", "name"), CARDEA_E_JSON_RANGE);
	assert_int_equal(check("{\"name\":\"ab\",\"count\":0}", "count"), CARDEA_E_JSON_RANGE);
	assert_int_equal(check("{\"name\":\"ab\",\"count\":10}", "count"), CARDEA_E_JSON_RANGE);
	assert_int_equal(check("{\"name\":\"ab\",\"count\":5.0}", "count"), CARDEA_E_JSON_TYPE);
	assert_int_equal(check("{\"name\":\"ab\",\"count\":\"5\"}", "count"), CARDEA_E_JSON_TYPE);
	assert_int_equal(check("{\"name\":\"ab\",\"flag\":0}", "flag"), CARDEA_E_JSON_TYPE);
	assert_int_equal(check("{\"name\":\"ab\",\"options\":[]}", "options"), CARDEA_E_JSON_TYPE);
	assert_int_equal(check("{\"name\":\"ab\",\"list\":{}}", "list"), CARDEA_E_JSON_TYPE);
	assert_int_equal(check("{\"name\":\"ab\",\"list\":[]}", "list"), CARDEA_E_JSON_RANGE);
	assert_int_equal(check("{\"name\":\"ab\",\"list\":[1,2,3]}", "list"), CARDEA_E_JSON_RANGE);
}

static void getters(void **state)
{
	json_t *json =
	        json_pack("{s:s, s:i, s:b, s:n, s:f}", "s", "text", "i", 7, "b", 1, "n", "f", 1.5);

	(void)state;
	assert_string_equal(cardea_json_string(json, "s", "def"), "text");
	assert_string_equal(cardea_json_string(json, "n", "def"), "def");
	assert_string_equal(cardea_json_string(json, "i", "def"), "def");
	assert_null(cardea_json_string(json, "absent", NULL));
	assert_int_equal(cardea_json_integer(json, "i", 3), 7);
	assert_int_equal(cardea_json_integer(json, "n", 3), 3);
	assert_int_equal(cardea_json_integer(json, "f", 3), 3);
	assert_true(cardea_json_boolean(json, "b", false));
	assert_true(cardea_json_boolean(json, "absent", true));
	assert_int_equal(cardea_json_integer(NULL, "i", 3), 3);
	json_decref(json);
}

static void dump(void **state)
{
	json_t *json = json_pack("{s:i, s:[s, b], s:n}", "z", 1, "a", "\xc3\xa9\"", 0, "m");
	char *text = cardea_json_dump(json);

	(void)state;
	assert_string_equal(text, "{\"z\":1,\"a\":[\"\xc3\xa9\\\"\",false],\"m\":null}");
	free(text);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("an object is parsed", objects),
	        TEST("anything but one object of valid JSON is refused", syntax),
	        TEST("a NUL byte is refused inside and behind the text", raw_nul),
	        TEST("nesting past the limit is refused before the parser sees it", depth),
	        TEST("brackets count outside strings only", brackets_in_strings),
	        TEST("a key that appears twice is refused, however it is written", duplicates),
	        TEST("a field table accepts what it describes, null for absent, and unknown keys",
	             table_accepts),
	        TEST("a field table names the field that is missing, mistyped or out of range",
	             table_refuses),
	        TEST("getters give the default for what is absent, null or of another type", getters),
	        TEST("a dump is compact and keeps the order of insertion", dump),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
