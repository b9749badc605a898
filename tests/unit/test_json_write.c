/*
 * cardea_json_write: the same text as jansson's.
 */
#include "unit.h"

#include "cardea_json.h"
#include "cardea_json_write.h"

static void objects(void **state)
{
	GString *out = g_string_new(NULL);
	char *text;

	(void)state;
	cardea_json_begin(out, NULL, '{');
	cardea_json_put_text(out, "a", "b");
	cardea_json_put_text(out, "none", NULL);
	cardea_json_begin(out, "list", '[');
	cardea_json_put_integer(out, NULL, -1);
	cardea_json_put_boolean(out, NULL, true);
	cardea_json_begin(out, NULL, '{');
	cardea_json_end(out, '}');
	cardea_json_end(out, ']');
	cardea_json_put_joined(out, "address", "https://h", "/x/", "key");
	cardea_json_put_raw(out, "raw", "[1]");
	cardea_json_begin(out, "empty", '[');
	cardea_json_end(out, ']');
	cardea_json_put_integer(out, "max", INT64_MAX);
	cardea_json_put_text(out, "open", "[{,");
	cardea_json_put_boolean(out, "last", false);
	cardea_json_end(out, '}');
	text = cardea_json_finish(out);
	assert_string_equal(text, "{\"a\":\"b\",\"none\":null,\"list\":[-1,true,{}],"
	                          "\"address\":\"https://h/x/key\",\"raw\":[1],\"empty\":[],"
	                          "\"max\":9223372036854775807,\"open\":\"[{,\",\"last\":false}");
	g_free(text);
}

static void assert_as_jansson(const char *content)
{
	GString *out = g_string_new(NULL);
	json_t *object = json_pack("{s:s}", "a", content);
	char *expected = cardea_json_dump(object), *text;

	cardea_json_begin(out, NULL, '{');
	cardea_json_put_text(out, "a", content);
	cardea_json_end(out, '}');
	text = cardea_json_finish(out);
	assert_string_equal(text, expected);
	g_free(text);
	free(expected);
	json_decref(object);
}

static void every_character(void **state)
{
	(void)state;
	for (int c = 1; c < 0x80; c++) {
		char content[] = {'x', (char)c, 'y', (char)c, '\0'};

		assert_as_jansson(content);
		assert_as_jansson(content + 3);
	}
	assert_as_jansson("");
	assert_as_jansson("\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\xa5 \\\"/");
}

static void not_text(void **state)
{
	GString *out = g_string_new(NULL);

	(void)state;
	cardea_json_put_text(out, NULL, "\xff");
	assert_null(cardea_json_finish(out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("members, elements and nesting have their commas", objects),
	        TEST("every character is written as jansson writes it", every_character),
	        TEST("what is not UTF-8 gives no text", not_text),
	};

	return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
