/*
 * cardea_hash against published vectors.
 */
#include "unit.h"

#include "cardea_hash.h"

static void assert_hex(const uint8_t *bytes, size_t len, const char *hex)
{
	assert_int_equal(strlen(hex), 2 * len);
	for (size_t i = 0; i < len; i++) {
		int value = g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]);

		assert_int_equal(bytes[i], value);
	}
}

/* FIPS 180-2 B.1. */
static void sha256_vectors(void **state)
{
	uint8_t out[CARDEA_SHA256_SIZE];

	(void)state;
	assert_int_equal(cardea_sha256("abc", 3, out), 0);
	assert_hex(out, sizeof(out),
	           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(cardea_sha256("", 0, out), 0);
	assert_hex(out, sizeof(out),
	           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231 4.3 and 4.7 (a key longer than a block); an empty key from the HMAC article's vector. */
static void hmac_sha256_vectors(void **state)
{
	static const char data[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t key[131];
	uint8_t out[CARDEA_SHA256_SIZE];

	(void)state;
	assert_int_equal(cardea_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out), 0);
	assert_hex(out, sizeof(out),
	           "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	assert_int_equal(cardea_hmac_sha256(key, sizeof(key), data, strlen(data), out), 0);
	assert_hex(out, sizeof(out),
	           "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	assert_int_equal(cardea_hmac_sha256("", 0, "", 0, out), 0);
	assert_hex(out, sizeof(out),
	           "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	assert_int_equal(cardea_hmac_sha256(NULL, 0, "", 0, out), 0);
	assert_hex(out, sizeof(out),
	           "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* RFC 2202 3, case 2. */
static void hmac_sha1_vector(void **state)
{
	uint8_t out[CARDEA_SHA1_SIZE];

	(void)state;
	assert_int_equal(cardea_hmac_sha1("Jefe", 4, "what do ya want for nothing?", 28, out), 0);
	assert_hex(out, sizeof(out), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

static void digest_text(void **state)
{
	char out[CARDEA_DIGEST_SIZE];

	(void)state;
	assert_int_equal(cardea_digest_hex("abc", out), 0);
	assert_string_equal(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void equality(void **state)
{
	(void)state;
	assert_true(cardea_equal("abc", 3, "abc", 3));
	assert_true(cardea_equal("", 0, "", 0));
	assert_false(cardea_equal("abc", 3, "abd", 3));
	assert_false(cardea_equal("abc", 3, "abc", 2));
	assert_false(cardea_equal("", 0, "a", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("SHA-256 matches FIPS 180", sha256_vectors),
	        TEST("HMAC-SHA-256 matches RFC 4231, also with an empty key", hmac_sha256_vectors),
	        TEST("HMAC-SHA-1 matches RFC 2202", hmac_sha1_vector),
	        TEST("a digest for look-up is 64 lower-case hex digits", digest_text),
	        TEST("equality needs equal length and equal bytes", equality),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
