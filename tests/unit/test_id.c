/*
 * cardea_id: forms, bias, and what happens when randomness fails.
 */
#include "unit.h"

#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_limits.h"

/* A source that gives one byte for ever, or fails. */
struct fake_random {
	uint8_t byte;
	int err;
};

static int fill_fake(void *buf, size_t len, void *arg)
{
	struct fake_random *fake = arg;

	memset(buf, fake->byte, len);
	return fake->err;
}

static void uuid4_form(void **state)
{
	char a[CARDEA_UUID_SIZE];
	char b[CARDEA_UUID_SIZE];

	(void)state;
	for (int i = 0; i < 200; i++) {
		assert_int_equal(cardea_id_uuid(&cardea_random_kernel, a), 0);
		assert_true(cardea_id_is_uuid(a));
		assert_int_equal(a[14], '4');
		assert_non_null(strchr("89ab", a[19]));
	}
	assert_int_equal(cardea_id_uuid(&cardea_random_kernel, b), 0);
	assert_string_not_equal(a, b);
}

static void uuid4_of_known_bytes(void **state)
{
	struct fake_random fake = {.byte = 0xff};
	const struct cardea_random random = {fill_fake, &fake};
	char out[CARDEA_UUID_SIZE];

	(void)state;
	assert_int_equal(cardea_id_uuid(&random, out), 0);
	assert_string_equal(out, "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

/* spec/participants 14, and the example of RFC 9562 A.4. */
static void uuid5_vectors(void **state)
{
	char out[CARDEA_UUID_SIZE];

	(void)state;
	assert_int_equal(
	        cardea_id_uuid5("550e8400-e29b-41d4-a716-446655440000", "cs101 lecture", 13, out), 0);
	assert_string_equal(out, "984d0729-dbb9-5edc-9787-a13150b09936");
	assert_int_equal(
	        cardea_id_uuid5("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "www.example.com", 15, out), 0);
	assert_string_equal(out, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
	assert_int_equal(cardea_id_uuid5("no uuid", "x", 1, out), CARDEA_E_INVALID);
}

static void uuid_recognition(void **state)
{
	(void)state;
	assert_true(cardea_id_is_uuid("550e8400-e29b-41d4-a716-446655440000"));
	assert_true(cardea_id_is_uuid("550E8400-E29B-41D4-A716-44665544000F"));
	assert_false(cardea_id_is_uuid(NULL));
	assert_false(cardea_id_is_uuid(""));
	assert_false(cardea_id_is_uuid("550e8400e29b41d4a716446655440000"));
	assert_false(cardea_id_is_uuid("550e8400-e29b-41d4-a716-44665544000"));
	assert_false(cardea_id_is_uuid("550e8400-e29b-41d4-a716-4466554400000"));
	assert_false(cardea_id_is_uuid("550e8400-e29b-41d4-a716-44665544000g"));
	assert_false(cardea_id_is_uuid("550e8400-e29b-41d4-a716+446655440000"));
	assert_false(cardea_id_is_uuid("{50e8400-e29b-41d4-a716-44665544000}"));
}

/* The ids of three kinds at @wall_ms. */
struct ids {
	char uuid[CARDEA_UUID_SIZE], token[CARDEA_TOKEN_CHARS + 1], object[CARDEA_OBJECT_ID_SIZE];
};

static void make_ids(int64_t wall_ms, struct ids *out)
{
	const struct cardea_random *random = &cardea_random_kernel;

	assert_int_equal(cardea_id_uuid7(random, wall_ms, out->uuid), 0);
	assert_int_equal(cardea_id_token(random, wall_ms, out->token), 0);
	assert_int_equal(cardea_id_object_id(random, wall_ms, out->object), 0);
	assert_true(cardea_id_is_uuid(out->uuid));
	assert_true(cardea_id_is_alnum(out->token, CARDEA_TOKEN_CHARS));
	assert_int_equal(strspn(out->object, "0123456789abcdef"), CARDEA_OBJECT_ID_SIZE - 1);
}

static void ids_of_a_time(void **state)
{
	static const int64_t times[] = {INT64_C(1767693599999), INT64_C(1767693600000),
	                                INT64_C(1767693600001), INT64_C(1767693600255),
	                                INT64_C(1767693600256), INT64_C(3500000000000)};
	struct ids ids[2][G_N_ELEMENTS(times)];

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		make_ids(times[i], &ids[0][i]);
		make_ids(times[i], &ids[1][i]);
		assert_string_not_equal(ids[0][i].uuid, ids[1][i].uuid);
		assert_string_not_equal(ids[0][i].token, ids[1][i].token);
		assert_string_not_equal(ids[0][i].object, ids[1][i].object);
		for (size_t n = 0; n < 4 && i > 0; n++) {
			const struct ids *before = &ids[n / 2][i - 1], *after = &ids[n % 2][i];

			assert_true(strcmp(before->uuid, after->uuid) < 0);
			assert_true(strcmp(before->token, after->token) < 0);
			assert_true(strcmp(before->object, after->object) < 0);
		}
	}
	assert_memory_equal(ids[0][1].object, "695cdd20", 8); /* 1767693600 */
}

static void alnum_form(void **state)
{
	char out[CARDEA_TOKEN_CHARS + 1];

	(void)state;
	for (int i = 0; i < 200; i++) {
		assert_int_equal(cardea_id_alnum(&cardea_random_kernel, out, CARDEA_TOKEN_CHARS), 0);
		assert_true(cardea_id_is_alnum(out, CARDEA_TOKEN_CHARS));
	}
	assert_false(cardea_id_is_alnum(out, CARDEA_TOKEN_CHARS - 1));
	assert_false(cardea_id_is_alnum(out, CARDEA_TOKEN_CHARS + 1));
	assert_false(cardea_id_is_alnum(NULL, 3));
	assert_false(cardea_id_is_alnum("ab-", 3));
	assert_false(cardea_id_is_alnum("ab\xc3", 3));
}

/* 62,000 characters: each of 62 is expected 1,000 times with a deviation of 31. A modulo without
 * rejection would bring eight of them to 1,211; the bound is more than six deviations. */
static void alnum_is_unbiased(void **state)
{
	static char out[62001];
	unsigned counts[256] = {0};

	(void)state;
	assert_int_equal(cardea_id_alnum(&cardea_random_kernel, out, sizeof(out) - 1), 0);
	for (size_t i = 0; i < sizeof(out) - 1; i++) {
		counts[(uint8_t)out[i]]++;
	}
	for (int c = 0; c < 256; c++) {
		if (g_ascii_isalnum(c)) {
			assert_in_range(counts[c], 800, 1200);
		}
	}
}

static void broken_sources(void **state)
{
	struct fake_random fake = {.byte = 0xff};
	const struct cardea_random random = {fill_fake, &fake};
	char out[128];
	uint64_t id;

	(void)state;
	/* 0xff is never a letter: the draw must end all the same. */
	assert_int_equal(cardea_id_alnum(&random, out, 24), CARDEA_E_SYSTEM);
	fake.byte = 0;
	assert_int_equal(cardea_id_janus(&random, &id), CARDEA_E_SYSTEM);
	fake.err = CARDEA_E_SYSTEM;
	assert_int_equal(cardea_id_uuid(&random, out), CARDEA_E_SYSTEM);
	assert_int_equal(cardea_id_alnum(&random, out, 24), CARDEA_E_SYSTEM);
	assert_int_equal(cardea_id_hex(&random, out, 16), CARDEA_E_SYSTEM);
	assert_int_equal(cardea_id_janus(&random, &id), CARDEA_E_SYSTEM);
	assert_null(cardea_id_base64url(&random, 16));
}

static void hex_and_base64url(void **state)
{
	struct fake_random fake = {.byte = 0xa5};
	const struct cardea_random random = {fill_fake, &fake};
	char out[9];
	g_autofree char *text = cardea_id_base64url(&random, 16);

	(void)state;
	assert_int_equal(cardea_id_hex(&random, out, 4), 0);
	assert_string_equal(out, "a5a5a5a5");
	assert_string_equal(text, "paWlpaWlpaWlpaWlpaWlpQ");
}

static void janus_range(void **state)
{
	uint64_t seen = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint64_t id = 0;

		assert_int_equal(cardea_id_janus(&cardea_random_kernel, &id), 0);
		assert_true(id > 0 && id < UINT64_C(1) << 53);
		seen |= id;
	}
	assert_int_equal(seen, (UINT64_C(1) << 53) - 1);
}

static void plain_ids(void **state)
{
	char longest[CARDEA_MAX_ID + 2];

	(void)state;
	assert_true(cardea_id_is_plain("a", 64));
	assert_true(cardea_id_is_plain("Jane.Doe_1:x@example-org", 64));
	assert_false(cardea_id_is_plain(NULL, 64));
	assert_false(cardea_id_is_plain("", 64));
	assert_false(cardea_id_is_plain("a b", 64));
	assert_false(cardea_id_is_plain("a/../b", 64));
	assert_false(cardea_id_is_plain("a\"b", 64));
	assert_false(cardea_id_is_plain("a\n", 64));
	assert_false(cardea_id_is_plain("\xc3\xa9", 64));
	memset(longest, 'a', sizeof(longest));
	longest[CARDEA_MAX_ID] = '\0';
	assert_true(cardea_id_is_plain(longest, CARDEA_MAX_ID));
	longest[CARDEA_MAX_ID] = 'a';
	longest[CARDEA_MAX_ID + 1] = '\0';
	assert_false(cardea_id_is_plain(longest, CARDEA_MAX_ID));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("a random UUID is version 4 of the RFC 9562 variant", uuid4_form),
	        TEST("a UUID has only its version and variant bits fixed", uuid4_of_known_bytes),
	        TEST("name-based UUIDs match the vectors of RFC 9562 and the spec", uuid5_vectors),
	        TEST("only 8-4-4-4-12 hexadecimal digits are a UUID", uuid_recognition),
	        TEST("ids that begin with their time are in its order, to the millisecond",
	             ids_of_a_time),
	        TEST("a token has exactly its letters and digits", alnum_form),
	        TEST("no letter of a token is likelier than another", alnum_is_unbiased),
	        TEST("a broken source of randomness is an error, never a hang or an id",
	             broken_sources),
	        TEST("random bytes are written as hexadecimal or base64url", hex_and_base64url),
	        TEST("a Janus id uses 53 bits and is never 0", janus_range),
	        TEST("a plain id has 1 to max characters of its alphabet", plain_ids),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
