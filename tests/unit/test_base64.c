/*
 * cardea_base64 against the vectors of RFC 4648 and by trying everything short.
 */
#include "unit.h"

#include "cardea_base64.h"
#include "cardea_error.h"

static void check_pair(const char *plain, const char *encoded)
{
	g_autofree char *text = cardea_base64url_encode(plain, strlen(plain));
	char back[16];
	size_t len = 99;

	assert_string_equal(text, encoded);
	assert_int_equal(cardea_base64url_length(strlen(plain)), strlen(encoded));
	assert_int_equal(cardea_base64url_decode(encoded, strlen(encoded), back, sizeof(back), &len),
	                 0);
	assert_int_equal(len, strlen(plain));
	assert_memory_equal(back, plain, len);
}

static void rfc4648_vectors(void **state)
{
	(void)state;
	check_pair("", "");
	check_pair("f", "Zg");
	check_pair("fo", "Zm8");
	check_pair("foo", "Zm9v");
	check_pair("foob", "Zm9vYg");
	check_pair("fooba", "Zm9vYmE");
	check_pair("foobar", "Zm9vYmFy");
	check_pair("\xfb\xff\xbf", "-_-_");
}

static int decode(const char *text)
{
	uint8_t out[64];
	size_t len;

	return cardea_base64url_decode(text, strlen(text), out, sizeof(out), &len);
}

static void second_encodings(void **state)
{
	static const char *const bad[] = {
	        "Zg==", "Zm8=", "Zm9vYg==", "Z",     "Zm9vY", "Zh",    "Zm9",        "Zm9vYh",
	        "+/+/", "Zm 8", "Zm8\n",    "\tZm8", "Zm8.",  "Zm9v=", "Zm\xc3\xa9", "\x80\x80\x80\x80",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		assert_int_equal(decode(bad[i]), CARDEA_E_INVALID);
	}
	assert_int_equal(decode("Zg"), 0);
}

static void embedded_nul(void **state)
{
	uint8_t out[8];
	size_t len;

	(void)state;
	assert_int_equal(cardea_base64url_decode("Zm\0v", 4, out, sizeof(out), &len), CARDEA_E_INVALID);
}

static void bounded_output(void **state)
{
	uint8_t out[4] = {0, 0, 0, 0xaa};
	size_t len = 0;

	(void)state;
	assert_int_equal(cardea_base64url_decode("Zm9vYg", 6, out, 3, &len), CARDEA_E_TOO_LONG);
	assert_int_equal(cardea_base64url_decode("Zm9v", 4, out, 3, &len), 0);
	assert_int_equal(len, 3);
	assert_int_equal(out[3], 0xaa);
}

static void round_trip(const uint8_t *bytes, size_t size)
{
	uint8_t back[64];
	size_t len = 0;
	char *text = cardea_base64url_encode(bytes, size);

	assert_int_equal(cardea_base64url_decode(text, strlen(text), back, sizeof(back), &len), 0);
	assert_int_equal(len, size);
	assert_memory_equal(back, bytes, size);
	g_free(text);
}

static void every_short_value(void **state)
{
	uint8_t bytes[64];

	(void)state;
	for (unsigned value = 0; value < 0x10000; value++) {
		bytes[0] = (uint8_t)value;
		bytes[1] = (uint8_t)(value >> 8);
		round_trip(bytes, 1);
		round_trip(bytes, 2);
	}
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)(i * 37 + 11);
		round_trip(bytes, i);
	}
}

/* All texts of two characters: what decodes, encodes to itself. */
static void one_encoding_per_value(void **state)
{
	unsigned accepted = 0;

	(void)state;
	for (unsigned value = 0; value < 0x10000; value++) {
		char text[2] = {(char)value, (char)(value >> 8)};
		uint8_t out[2];
		size_t len = 0;

		if (cardea_base64url_decode(text, 2, out, sizeof(out), &len) == 0) {
			char *again = cardea_base64url_encode(out, len);

			assert_memory_equal(again, text, 2);
			g_free(again);
			accepted++;
		}
	}
	assert_int_equal(accepted, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("the vectors of RFC 4648 encode and decode", rfc4648_vectors),
	        TEST("padding, blanks, foreign characters and spare bits are refused",
	             second_encodings),
	        TEST("a NUL is a foreign character, not an end", embedded_nul),
	        TEST("a decoded value never passes the end of its buffer", bounded_output),
	        TEST("every value of one and two bytes survives a round trip", every_short_value),
	        TEST("every value of one byte has exactly one encoding", one_encoding_per_value),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
