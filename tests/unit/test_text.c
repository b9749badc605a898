/*
 * cardea_text: names as people type them and as attackers would.
 */
#include "unit.h"

#include "cardea_text.h"

static void names(void **state)
{
	(void)state;
	assert_true(cardea_text_is_name("Jane Doe", 255));
	assert_true(cardea_text_is_name("J\xc3\xbcrgen \xf0\x9f\x91\x8b", 255));
	assert_true(cardea_text_is_name("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", 255));
	assert_true(cardea_text_is_name("<b>&\"'", 255));
}

static void not_names(void **state)
{
	static const char *const bad[] = {
	        "",
	        "a\nb",
	        "\x1b[31m",
	        "a\x7f",
	        "a\xc2\x85",
	        "a\xc2\x9f", /* C0, DEL, C1 */
	        "a\xe2\x80\xaa",
	        "a\xe2\x80\xae",
	        "\xe2\x81\xa6 a",
	        "\xe2\x81\xa9", /* bidi controls */
	        "a\xff",
	        "a\xc0\xaf",
	        "a\xed\xa0\x80",
	        "a\xf4\x90\x80\x80",
	        "a\xc3", /* not UTF-8 */
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		assert_false(cardea_text_is_name(bad[i], 255));
	}
	assert_false(cardea_text_is_name(NULL, 255));
	/* The neighbours of the bidirectional controls are ordinary. */
	assert_true(cardea_text_is_name("a\xe2\x80\xa9", 255));
	assert_true(cardea_text_is_name("a\xe2\x80\xaf", 255));
	assert_true(cardea_text_is_name("a\xe2\x81\xa5", 255));
	assert_true(cardea_text_is_name("a\xe2\x81\xaa", 255));
}

static void length_in_bytes(void **state)
{
	(void)state;
	assert_true(cardea_text_is_name("abcd", 4));
	assert_false(cardea_text_is_name("abcde", 4));
	assert_true(cardea_text_is_name("\xc3\xa9\xc3\xa9", 4));
	assert_false(cardea_text_is_name("\xc3\xa9\xc3\xa9\xc3\xa9", 5));
}

static void check_clean(const char *text, size_t max, const char *expected)
{
	g_autofree char *name = cardea_text_clean_name(text, max);

	if (expected) {
		assert_non_null(name);
		assert_string_equal(name, expected);
		assert_true(cardea_text_is_name(name, max));
	} else {
		assert_null(name);
	}
}

static void cleaning(void **state)
{
	(void)state;
	check_clean("Jane Doe", 255, "Jane Doe");
	check_clean("  Jane \t\r\n  Doe  ", 255, "Jane Doe");
	check_clean("Jane\xc2\xa0\xe2\x80\x83"
	            "Doe",
	            255, "Jane Doe");
	check_clean("Ja\x01ne\xe2\x80\xae", 255, "Jane");
	check_clean(" \xe2\x80\xae ", 255, NULL);
	check_clean(" \t ", 255, NULL);
	check_clean("", 255, NULL);
	check_clean("a\xff", 255, NULL);
	assert_null(cardea_text_clean_name(NULL, 255));
}

static void cutting(void **state)
{
	(void)state;
	check_clean("abcdef", 4, "abcd");
	check_clean("abc def", 4, "abc");
	check_clean("abc def", 5, "abc d");
	check_clean("ab\xc3\xa9\xc3\xa9", 5, "ab\xc3\xa9");
	check_clean("\xf0\x9f\x91\x8b", 3, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("a name may use any script and any printable character", names),
	        TEST("controls, bidirectional controls and broken UTF-8 are no name", not_names),
	        TEST("a name is bounded in bytes", length_in_bytes),
	        TEST("cleaning joins words with one blank and drops what deceives", cleaning),
	        TEST("cleaning cuts between characters and never ends in a blank", cutting),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
