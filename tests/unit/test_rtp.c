/*
 * rtp: header extensions are found in both of their forms, and nowhere beyond the header.
 */
#include "unit.h"

#include "plugin/rtp.h"

#define HEAD 0x90, 0xe0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3 /* with an extension */

struct extension {
	const char *name;
	const char *value; /* NULL: not found */
	unsigned id;
	uint8_t data[40];
	size_t len;
};

/* clang-format off */
static const struct extension extensions[] = {
        {"a one-byte header is found", "hi", 4, {HEAD, 0xbe, 0xde, 0, 1, 0x41, 'h', 'i', 0}, 20},
        {"one behind another is found", "hi", 4, {HEAD, 0xbe, 0xde, 0, 2, 0x10, 0x80, 0x41, 'h', 'i', 0, 0, 0}, 24},
        {"one behind padding is found", "hi", 4, {HEAD, 0xbe, 0xde, 0, 1, 0, 0x41, 'h', 'i'}, 20},
        {"the longest one is found", "0123456789abcdef", 1, {HEAD, 0xbe, 0xde, 0, 5, 0x1f, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 0, 0, 0}, 36},
        {"one behind a CSRC list is found", "x", 4, {0x91, 0xe0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x40, 0x40, 0x40, 0x40, 0xbe, 0xde, 0, 1, 0x40, 'x', 0, 0}, 24},
        {"another id is not found", NULL, 5, {HEAD, 0xbe, 0xde, 0, 1, 0x41, 'h', 'i', 0}, 20},
        {"id 0 is padding", NULL, 0, {HEAD, 0xbe, 0xde, 0, 1, 0x01, 'h', 'i', 0}, 20},
        {"what has id 0 and a length ends the list", NULL, 4, {HEAD, 0xbe, 0xde, 0, 2, 0x01, 'h', 'i', 0x41, 'h', 'i', 0, 0}, 24},
        {"nothing is read behind id 15", NULL, 4, {HEAD, 0xbe, 0xde, 0, 2, 0xf0, 'h', 0x41, 'h', 'i', 0, 0, 0}, 24},
        {"id 15 itself is not found", NULL, 15, {HEAD, 0xbe, 0xde, 0, 1, 0xf1, 'h', 'i', 0}, 20},
        {"a value beyond the extension is not read", NULL, 4, {HEAD, 0xbe, 0xde, 0, 1, 0, 0, 0x41, 'h', 'i', 'x', 'x', 'x'}, 24},
        {"a two-byte header is found", "hi", 4, {HEAD, 0x10, 0x00, 0, 1, 4, 2, 'h', 'i'}, 20},
        {"a two-byte header with application bits is found", "hi", 4, {HEAD, 0x10, 0x0f, 0, 1, 4, 2, 'h', 'i'}, 20},
        {"a two-byte header behind another is found", "hi", 200, {HEAD, 0x10, 0x00, 0, 2, 4, 0, 0, 200, 2, 'h', 'i', 0}, 24},
        {"a two-byte header without a value is found", "", 4, {HEAD, 0x10, 0x00, 0, 1, 0, 0, 4, 0}, 20},
        {"a two-byte value beyond the extension is not read", NULL, 4, {HEAD, 0x10, 0x00, 0, 1, 4, 3, 'h', 'i', 'x'}, 21},
        {"a two-byte header without its length is not read", NULL, 4, {HEAD, 0x10, 0x00, 0, 1, 0, 0, 0, 4, 9}, 21},
        {"an unknown profile is not read", NULL, 4, {HEAD, 0x20, 0x00, 0, 1, 0x41, 'h', 'i', 0}, 20},
        {"an empty extension has nothing", NULL, 4, {HEAD, 0xbe, 0xde, 0, 0, 0x41, 'h', 'i', 0}, 20},
        {"an extension beyond the packet is not read", NULL, 4, {HEAD, 0xbe, 0xde, 0, 2, 0x41, 'h', 'i', 0}, 20},
        {"an extension header beyond the packet is not read", NULL, 4, {HEAD, 0xbe, 0xde, 0}, 15},
        {"a packet without an extension has none", NULL, 4, {0x80, 0xe0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1, 0x41, 'h', 'i', 0}, 20},
        {"another version is not read", NULL, 4, {0x50, 0xe0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1, 0x41, 'h', 'i', 0}, 20},
        {"a short packet is not read", NULL, 4, {0x90}, 1},
        {"an empty packet is not read", NULL, 4, {0}, 0},
};
/* clang-format on */

static void check(void **state)
{
	const struct extension *extension = *state;
	/* A copy of the exact length, so that a read past it is seen by the sanitizer. */
	uint8_t *data = g_memdup2(extension->data, extension->len ? extension->len : 1);
	size_t len = 99;
	const uint8_t *value = cardea_rtp_extension(data, extension->len, extension->id, &len);
	if (extension->value) {
		assert_non_null(value);
		assert_int_equal(len, strlen(extension->value));
		assert_memory_equal(value, extension->value, len);
	} else {
		assert_null(value);
	}
	g_free(data);
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(extensions)];
	for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++)
		tests[i] = (struct CMUnitTest){.name = extensions[i].name,
		                               .test_func = check,
		                               .initial_state = (void *)&extensions[i]};
	return cmocka_run_group_tests_name("rtp", tests, NULL, NULL);
}
