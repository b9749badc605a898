/*
 * cardea_base64: base64url by table. Strict, because a value with two encodings would let a token
 * or an id be written in a second way that a comparison of texts takes for another (RFC 4648 3.5,
 * 12).
 */
#include "cardea_base64.h"

#include <glib.h>
#include "cardea_error.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Value of a character plus one, so that every character not named is 0: outside the alphabet. */
static const uint8_t values[256] = {
        ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,
        ['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
        ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
        ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
        ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
        ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
        ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
        ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
        ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63,
        ['_'] = 64,
};

size_t cardea_base64url_length(size_t len)
{
	size_t rest = len % 3;

	return len / 3 * 4 + (rest ? rest + 1 : 0);
}

char *cardea_base64url_encode(const void *data, size_t len)
{
	const uint8_t *in = data;
	char *text = g_malloc(cardea_base64url_length(len) + 1);
	char *out = text;
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | in[i];
		for (count += 8; count >= 6; count -= 6) {
			*out++ = alphabet[bits >> (count - 6) & 0x3f];
		}
	}
	if (count) {
		*out++ = alphabet[bits << (6 - count) & 0x3f];
	}
	*out = '\0';
	return text;
}

int cardea_base64url_decode(const char *text, size_t len, void *out, size_t size, size_t *out_len)
{
	uint8_t *bytes = out;
	size_t need = len / 4 * 3 + (len % 4 ? len % 4 - 1 : 0);
	uint32_t bits = 0;
	unsigned count = 0;

	if (len % 4 == 1) {
		return CARDEA_E_INVALID;
	}
	if (need > size) {
		return CARDEA_E_TOO_LONG;
	}
	for (size_t i = 0; i < len; i++) {
		uint8_t value = values[(uint8_t)text[i]];

		if (!value) {
			return CARDEA_E_INVALID;
		}
		bits = bits << 6 | (uint32_t)(value - 1);
		count += 6;
		if (count >= 8) {
			count -= 8;
			*bytes++ = (uint8_t)(bits >> count);
		}
	}
	/* RFC 4648 3.5: the bits that encode nothing must be zero. */
	if (bits & ((1U << count) - 1)) {
		return CARDEA_E_INVALID;
	}
	*out_len = need;
	return 0;
}
