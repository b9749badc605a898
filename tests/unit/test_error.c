/*
 * cardea_error: the table's promises to clients of every dialect.
 */
#include "unit.h"

#include "cardea_error.h"

static const struct {
	int err;
	int number;
	const char *code;
	int status;
	const char *text;
} table[] = {
#define CARDEA_ERROR(name, value, code, status, text) {CARDEA_E_##name, value, code, status, text},
#include "cardea_error.def"
#undef CARDEA_ERROR
};

static void looks_up_every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		assert_true(table[i].err < -999);
		assert_int_equal(cardea_error_number(table[i].err), table[i].number);
		assert_string_equal(cardea_error_code(table[i].err), table[i].code);
		assert_int_equal(cardea_error_http(table[i].err), table[i].status);
		assert_string_equal(cardea_error_text(table[i].err), table[i].text);
	}
}

static void rows_keep_the_contract(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		assert_in_range(table[i].status, 400, 599);
		assert_true(table[i].text[0] != '\0' && !g_str_has_suffix(table[i].text, "."));
		for (const char *c = table[i].code; *c; c++) {
			assert_true(g_ascii_islower(*c) || g_ascii_isdigit(*c) || *c == '_');
		}
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(table[i].code, table[k].code);
		}
	}
}

static void unknown_is_internal(void **state)
{
	(void)state;
	assert_string_equal(cardea_error_code(-77), "internal");
	assert_string_equal(cardea_error_text(12345), "internal error");
	assert_int_equal(cardea_error_http(-1), 500);
	assert_int_equal(cardea_error_number(-1), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("every error has its number, code, status and text", looks_up_every_row),
	        TEST("codes are distinct snake_case, statuses are errors, texts end without a stop",
	             rows_keep_the_contract),
	        TEST("a value outside the table is an internal error", unknown_is_internal),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
