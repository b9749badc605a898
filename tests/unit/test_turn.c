/*
 * cardea_turn: credentials that coturn accepts, computed with another implementation.
 */
#include "unit.h"

#include "cardea_error.h"
#include "cardea_turn.h"

/* printf %s 1767693600:c1f2 | openssl dgst -sha1 -hmac north-star -binary | base64 */
static void vector(void **state)
{
	struct cardea_turn_credential made;

	(void)state;
	assert_int_equal(cardea_turn_mint("north-star", "c1f2", 1767693600, &made), 0);
	assert_string_equal(made.username, "1767693600:c1f2");
	assert_string_equal(made.password, "V0zN7f3boOlIhK+ru/G7Y0Y/tmk=");
}

static void depends_on_everything(void **state)
{
	struct cardea_turn_credential a;
	struct cardea_turn_credential b;

	(void)state;
	assert_int_equal(cardea_turn_mint("secret", "client", 1000, &a), 0);
	assert_int_equal(cardea_turn_mint("secreu", "client", 1000, &b), 0);
	assert_string_not_equal(a.password, b.password);
	assert_int_equal(cardea_turn_mint("secret", "cliens", 1000, &b), 0);
	assert_string_not_equal(a.password, b.password);
	assert_int_equal(cardea_turn_mint("secret", "client", 1001, &b), 0);
	assert_string_not_equal(a.password, b.password);
	assert_int_equal(strlen(a.password), 28);
}

static void separators(void **state)
{
	static const char *const bad[] = {"", "a:b", ":", "a b", "a\n", "\xc3\xa9"};
	struct cardea_turn_credential made;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		assert_int_equal(cardea_turn_mint("secret", bad[i], 1000, &made), CARDEA_E_INVALID);
	}
}

static void longest(void **state)
{
	struct cardea_turn_credential made;
	char id[CARDEA_MAX_ID + 2];

	(void)state;
	memset(id, 'a', sizeof(id));
	id[CARDEA_MAX_ID + 1] = '\0';
	assert_int_equal(cardea_turn_mint("secret", id, INT64_MAX, &made), CARDEA_E_INVALID);
	id[CARDEA_MAX_ID] = '\0';
	assert_int_equal(cardea_turn_mint("secret", id, INT64_MAX, &made), 0);
	assert_true(g_str_has_prefix(made.username, "9223372036854775807:aaaa"));
	assert_true(g_str_has_suffix(made.username, id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("a credential is what another implementation computes", vector),
	        TEST("secret, client and expiry each change the password", depends_on_everything),
	        TEST("a client id cannot bring a separator of its own", separators),
	        TEST("the longest client id and time fit", longest),
	};

	return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
