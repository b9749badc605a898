/*
 * cardea_seal: what is sealed opens only whole, under its purpose and with a key of the ring.
 */
#include "unit.h"

#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_seal.h"

#define PURPOSE "participants/p1/access_key"

static const uint8_t key_a[CARDEA_SEAL_KEY_SIZE] = {1, 2, 3};
static const uint8_t key_b[CARDEA_SEAL_KEY_SIZE] = {1, 2, 4};

static struct cardea_seal *ring_of(uint8_t id, const uint8_t key[CARDEA_SEAL_KEY_SIZE])
{
	struct cardea_seal *seal = cardea_seal_new(&cardea_random_kernel);

	assert_int_equal(cardea_seal_add(seal, id, key), 0);
	return seal;
}

static int open_blob(const struct cardea_seal *seal, const char *ad, const uint8_t *blob,
                     size_t len)
{
	uint8_t *opened = NULL;
	size_t opened_len = 0;
	int err = cardea_seal_open(seal, ad, blob, len, &opened, &opened_len);

	assert_true(err ? opened == NULL : opened != NULL);
	g_free(opened);
	return err;
}

static void round_trip(void **state)
{
	struct cardea_seal *seal = ring_of(7, key_a);
	uint8_t data[100];

	(void)state;
	memset(data, 'x', sizeof(data));
	for (size_t len = 0; len <= sizeof(data); len++) {
		uint8_t *blob;
		uint8_t *opened;
		size_t blob_len;
		size_t opened_len;

		assert_int_equal(cardea_seal_close(seal, PURPOSE, data, len, &blob, &blob_len), 0);
		assert_int_equal(blob_len, len + CARDEA_SEAL_OVERHEAD);
		assert_int_equal(blob[0], 7);
		assert_int_equal(cardea_seal_open(seal, PURPOSE, blob, blob_len, &opened, &opened_len), 0);
		assert_int_equal(opened_len, len);
		assert_memory_equal(opened, data, len);
		assert_int_equal(opened[len], 0);
		g_free(opened);
		g_free(blob);
	}
	cardea_seal_free(seal);
}

/* Computed apart from this code by Node's aes-256-gcm over the documented format: key id 7, nonce
 * of twelve 0xa5, associated data "\x07a". A change of the format would make old databases
 * unreadable. */
static int fill_a5(void *buf, size_t len, void *arg)
{
	(void)arg;
	memset(buf, 0xa5, len);
	return 0;
}

static void known_answer(void **state)
{
	const struct cardea_random random = {fill_a5, NULL};
	struct cardea_seal *seal = cardea_seal_new(&random);
	char *text = NULL;

	(void)state;
	assert_int_equal(cardea_seal_add(seal, 7, key_a), 0);
	assert_int_equal(cardea_seal_close_text(seal, "a", "secret", &text), 0);
	assert_string_equal(text, "B6WlpaWlpaWlpaWlpY2Y1eQZxeiJAYdjfzTk-Yj4gKsX2F0");
	g_free(text);
	cardea_seal_free(seal);
}

static void every_bit_flip(void **state)
{
	struct cardea_seal *seal = ring_of(7, key_a);
	uint8_t *blob;
	size_t len;

	(void)state;
	/* A second key whose id is one flip away from the first's. */
	assert_int_equal(cardea_seal_add(seal, 6, key_b), 0);
	assert_int_equal(cardea_seal_add(seal, 5, key_a), 0);
	assert_int_equal(cardea_seal_close(seal, PURPOSE, "secret", 6, &blob, &len), 0);
	assert_int_equal(open_blob(seal, PURPOSE, blob, len), 0);
	for (size_t bit = 0; bit < len * 8; bit++) {
		blob[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_equal(open_blob(seal, PURPOSE, blob, len), CARDEA_E_SEAL);
		blob[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	assert_int_equal(open_blob(seal, PURPOSE, blob, len), 0);
	g_free(blob);
	cardea_seal_free(seal);
}

static void truncation(void **state)
{
	struct cardea_seal *seal = ring_of(7, key_a);
	uint8_t longer[CARDEA_SEAL_OVERHEAD + 7] = {0};
	uint8_t *blob;
	size_t len;

	(void)state;
	assert_int_equal(cardea_seal_close(seal, PURPOSE, "secret", 6, &blob, &len), 0);
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(open_blob(seal, PURPOSE, blob, cut), CARDEA_E_SEAL);
	}
	memcpy(longer, blob, len);
	assert_int_equal(open_blob(seal, PURPOSE, longer, sizeof(longer)), CARDEA_E_SEAL);
	g_free(blob);
	cardea_seal_free(seal);
}

static void other_purpose(void **state)
{
	struct cardea_seal *seal = ring_of(7, key_a);
	uint8_t *blob;
	size_t len;

	(void)state;
	assert_int_equal(cardea_seal_close(seal, PURPOSE, "secret", 6, &blob, &len), 0);
	assert_int_equal(open_blob(seal, "participants/p2/access_key", blob, len), CARDEA_E_SEAL);
	assert_int_equal(open_blob(seal, "", blob, len), CARDEA_E_SEAL);
	g_free(blob);
	cardea_seal_free(seal);
}

static void rotation(void **state)
{
	struct cardea_seal *seal = ring_of(1, key_a);
	struct cardea_seal *only_b = ring_of(2, key_b);
	uint8_t *old_blob;
	uint8_t *new_blob;
	size_t len;

	(void)state;
	assert_int_equal(cardea_seal_close(seal, PURPOSE, "secret", 6, &old_blob, &len), 0);
	assert_int_equal(cardea_seal_add(seal, 1, key_b), CARDEA_E_STORE_CONFLICT);
	assert_int_equal(cardea_seal_add(seal, 2, key_b), 0);
	assert_int_equal(cardea_seal_close(seal, PURPOSE, "secret", 6, &new_blob, &len), 0);
	assert_int_equal(new_blob[0], 2);
	assert_int_equal(open_blob(seal, PURPOSE, old_blob, len), 0);
	assert_int_equal(open_blob(only_b, PURPOSE, new_blob, len), 0);
	assert_int_equal(open_blob(only_b, PURPOSE, old_blob, len), CARDEA_E_SEAL);
	g_free(old_blob);
	g_free(new_blob);
	cardea_seal_free(seal);
	cardea_seal_free(only_b);
}

static void full_ring(void **state)
{
	struct cardea_seal *seal = cardea_seal_new(&cardea_random_kernel);

	(void)state;
	for (unsigned id = 0; id < 256; id++) {
		assert_int_equal(cardea_seal_add(seal, (uint8_t)id, key_a), 0);
	}
	assert_int_equal(cardea_seal_add(seal, 0, key_a), CARDEA_E_STORE_CONFLICT);
	cardea_seal_free(seal);
}

static void never_the_same_twice(void **state)
{
	struct cardea_seal *seal = ring_of(7, key_a);
	char *a;
	char *b;

	(void)state;
	assert_int_equal(cardea_seal_close_text(seal, "resume", "seat", &a), 0);
	assert_int_equal(cardea_seal_close_text(seal, "resume", "seat", &b), 0);
	assert_string_not_equal(a, b);
	g_free(a);
	g_free(b);
	cardea_seal_free(seal);
}

static void text_form(void **state)
{
	struct cardea_seal *seal = ring_of(7, key_a);
	char *sealed;
	char *opened = NULL;
	g_autofree char *padded = NULL;

	(void)state;
	assert_int_equal(cardea_seal_close_text(seal, "resume", "{\"seat\":\"p1\"}", &sealed), 0);
	assert_int_equal(cardea_seal_open_text(seal, "resume", sealed, &opened), 0);
	assert_string_equal(opened, "{\"seat\":\"p1\"}");
	g_free(opened);
	assert_int_equal(cardea_seal_open_text(seal, "ticket", sealed, &opened), CARDEA_E_SEAL);
	padded = g_strconcat(sealed, "=", NULL);
	assert_int_equal(cardea_seal_open_text(seal, "resume", padded, &opened), CARDEA_E_SEAL);
	assert_int_equal(cardea_seal_open_text(seal, "resume", "", &opened), CARDEA_E_SEAL);
	g_free(sealed);
	cardea_seal_free(seal);
}

static void derived_secrets(void **state)
{
	struct cardea_seal *seal = ring_of(7, key_a);
	uint8_t a[CARDEA_SEAL_DERIVED_SIZE];
	uint8_t b[CARDEA_SEAL_DERIVED_SIZE];

	(void)state;
	assert_int_equal(cardea_seal_derive(seal, "guest", "room", a), 0);
	assert_int_equal(cardea_seal_derive(seal, "guest", "room", b), 0);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(cardea_seal_derive(seal, "guestr", "oom", b), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(cardea_seal_derive(seal, "guest", "roon", b), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	cardea_seal_free(seal);
}

static int fill_nothing(void *buf, size_t len, void *arg)
{
	(void)buf;
	(void)len;
	(void)arg;
	return CARDEA_E_SYSTEM;
}

static void without_key_or_nonce(void **state)
{
	const struct cardea_random random = {fill_nothing, NULL};
	struct cardea_seal *seal = cardea_seal_new(&random);
	uint8_t *blob = NULL;
	uint8_t derived[CARDEA_SEAL_DERIVED_SIZE];
	size_t len;

	(void)state;
	assert_int_equal(cardea_seal_close(seal, "", "a", 1, &blob, &len), CARDEA_E_CRYPTO);
	assert_int_equal(cardea_seal_derive(seal, "", "", derived), CARDEA_E_CRYPTO);
	assert_int_equal(cardea_seal_add(seal, 1, key_a), 0);
	assert_int_equal(cardea_seal_close(seal, "", "a", 1, &blob, &len), CARDEA_E_SYSTEM);
	assert_null(blob);
	cardea_seal_free(seal);
	cardea_seal_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("what is sealed opens again, at every length", round_trip),
	        TEST("the sealed format is the documented one", known_answer),
	        TEST("every flipped bit of a sealed value is refused", every_bit_flip),
	        TEST("a sealed value opens neither shortened nor lengthened", truncation),
	        TEST("a sealed value opens under its own purpose only", other_purpose),
	        TEST("the newest key seals and every key of the ring opens", rotation),
	        TEST("a ring holds one key for each of 256 ids", full_ring),
	        TEST("the same text is never sealed to the same string", never_the_same_twice),
	        TEST("sealed text travels as strict base64url", text_form),
	        TEST("derived secrets depend on purpose and id separately", derived_secrets),
	        TEST("nothing is sealed without a key or without randomness", without_key_or_nonce),
	};

	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
