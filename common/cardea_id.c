/*
 * cardea_id: identifiers from random bytes. What is drawn here is often a secret (access keys,
 * resume strings), so scratch buffers are wiped and every form is unbiased.
 */
#define _GNU_SOURCE
#include "cardea_id.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <glib.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include "cardea_base64.h"
#include "cardea_error.h"

#define UUID_BYTES 16
#define UUID_CHARS (CARDEA_UUID_SIZE - 1)

/* A working source needs one or two draws; a broken one (a test's constant) must not hang us. */
#define MAX_DRAWS 64

static const char hex_digits[] = "0123456789abcdef";
static const char alnum_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
#define ALNUM_COUNT (sizeof(alnum_chars) - 1)

static int fill_from_kernel(void *buf, size_t len, void *arg)
{
	uint8_t *next = buf;

	(void)arg;
	while (len > 0) {
		ssize_t got = getrandom(next, len, 0);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			return CARDEA_E_SYSTEM;
		}
		next += got;
		len -= (size_t)got;
	}
	return 0;
}

const struct cardea_random cardea_random_kernel = {.fill = fill_from_kernel};

static int draw(const struct cardea_random *random, void *buf, size_t len)
{
	return random->fill(buf, len, random->arg);
}

static void write_hex(const uint8_t *bytes, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = hex_digits[bytes[i] >> 4];
		out[2 * i + 1] = hex_digits[bytes[i] & 0x0f];
	}
	out[2 * len] = '\0';
}

static bool is_uuid_hyphen(size_t pos)
{
	return pos == 8 || pos == 13 || pos == 18 || pos == 23;
}

/* Sets version and variant (RFC 9562 4.1, 4.2) and writes the text form. */
static void write_uuid(uint8_t bytes[UUID_BYTES], unsigned version, char out[CARDEA_UUID_SIZE])
{
	char hex[2 * UUID_BYTES + 1];
	const char *next = hex;

	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | version << 4);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	write_hex(bytes, UUID_BYTES, hex);
	for (size_t i = 0; i < UUID_CHARS; i++) {
		out[i] = is_uuid_hyphen(i) ? '-' : *next++;
	}
	out[UUID_CHARS] = '\0';
}

int cardea_id_uuid(const struct cardea_random *random, char out[CARDEA_UUID_SIZE])
{
	uint8_t bytes[UUID_BYTES];
	int err = draw(random, bytes, sizeof(bytes));

	if (!err) {
		write_uuid(bytes, 4, out);
	}
	return err;
}

int cardea_id_uuid7(const struct cardea_random *random, int64_t wall_ms, char out[CARDEA_UUID_SIZE])
{
	uint8_t bytes[UUID_BYTES];
	int err = draw(random, bytes, sizeof(bytes));

	if (!err) {
		for (size_t i = 0; i < 6; i++) {
			bytes[i] = (uint8_t)(wall_ms >> (8 * (5 - i)));
		}
		write_uuid(bytes, 7, out);
	}
	return err;
}

int cardea_id_token(const struct cardea_random *random, int64_t wall_ms,
                    char out[CARDEA_TOKEN_CHARS + 1])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint64_t ms = (uint64_t)wall_ms;

	for (size_t i = CARDEA_TOKEN_TIME_CHARS; i-- > 0; ms /= 62) {
		out[i] = digits[ms % 62];
	}
	return cardea_id_alnum(random, out + CARDEA_TOKEN_TIME_CHARS,
	                       CARDEA_TOKEN_CHARS - CARDEA_TOKEN_TIME_CHARS);
}

bool cardea_id_is_uuid(const char *text)
{
	if (!text || strnlen(text, CARDEA_UUID_SIZE) != UUID_CHARS) {
		return false;
	}
	for (size_t i = 0; i < UUID_CHARS; i++) {
		if (is_uuid_hyphen(i) ? text[i] != '-' : !g_ascii_isxdigit(text[i])) {
			return false;
		}
	}
	return true;
}

static void read_uuid(const char *text, uint8_t bytes[UUID_BYTES])
{
	for (size_t i = 0; i < UUID_BYTES; i++) {
		text += *text == '-';
		bytes[i] = (uint8_t)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
		text += 2;
	}
}

int cardea_id_uuid5(const char *ns, const char *name, size_t name_len, char out[CARDEA_UUID_SIZE])
{
	uint8_t space[UUID_BYTES];
	uint8_t digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx;
	int err = 0;

	if (!cardea_id_is_uuid(ns)) {
		return CARDEA_E_INVALID;
	}
	read_uuid(ns, space);
	ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) != 1 ||
	    EVP_DigestUpdate(ctx, space, sizeof(space)) != 1 ||
	    EVP_DigestUpdate(ctx, name, name_len) != 1 || EVP_DigestFinal_ex(ctx, digest, NULL) != 1) {
		err = CARDEA_E_CRYPTO;
	} else {
		write_uuid(digest, 5, out);
	}
	EVP_MD_CTX_free(ctx);
	return err;
}

int cardea_id_alnum(const struct cardea_random *random, char *out, size_t chars)
{
	uint8_t pool[64];
	size_t done = 0;
	size_t draws = 0;
	int err = 0;

	while (!err && done < chars) {
		size_t before = done;

		err = draw(random, pool, sizeof(pool));
		for (size_t i = 0; !err && i < sizeof(pool) && done < chars; i++) {
			/* Only the largest multiple of 62 maps evenly; the rest of a byte's range is drawn
			 * again, else the first letters would come up more often. */
			if (pool[i] < 256 / ALNUM_COUNT * ALNUM_COUNT) {
				out[done++] = alnum_chars[pool[i] % ALNUM_COUNT];
			}
		}
		draws = done > before ? 0 : draws + 1;
		if (draws == MAX_DRAWS) {
			err = CARDEA_E_SYSTEM;
		}
	}
	OPENSSL_cleanse(pool, sizeof(pool));
	out[err ? 0 : chars] = '\0';
	return err;
}

bool cardea_id_is_alnum(const char *text, size_t chars)
{
	if (!text || strnlen(text, chars + 1) != chars) {
		return false;
	}
	for (size_t i = 0; i < chars; i++) {
		if (!g_ascii_isalnum(text[i])) {
			return false;
		}
	}
	return true;
}

int cardea_id_hex(const struct cardea_random *random, char *out, size_t bytes)
{
	uint8_t *buf = g_malloc(bytes);
	int err = draw(random, buf, bytes);

	if (!err) {
		write_hex(buf, bytes, out);
	}
	OPENSSL_cleanse(buf, bytes);
	g_free(buf);
	return err;
}

int cardea_id_object_id(const struct cardea_random *random, int64_t wall_ms,
                        char out[CARDEA_OBJECT_ID_SIZE])
{
	uint64_t bits = 0;
	int err = draw(random, &bits, sizeof(bits));

	if (!err) {
		g_snprintf(out, CARDEA_OBJECT_ID_SIZE, "%08" PRIx32 "%03x%013" PRIx64,
		           (uint32_t)(wall_ms / 1000), (unsigned)(wall_ms % 1000), bits >> 12);
	}
	return err;
}

char *cardea_id_base64url(const struct cardea_random *random, size_t bytes)
{
	uint8_t *buf = g_malloc(bytes);
	char *text = NULL;

	if (!draw(random, buf, bytes)) {
		text = cardea_base64url_encode(buf, bytes);
	}
	OPENSSL_cleanse(buf, bytes);
	g_free(buf);
	return text;
}

int cardea_id_janus(const struct cardea_random *random, uint64_t *out)
{
	for (size_t i = 0; i < MAX_DRAWS; i++) {
		uint64_t id;
		int err = draw(random, &id, sizeof(id));

		if (err) {
			return err;
		}
		id >>= 11;
		/* Janus takes 0 for "no id given". */
		if (id != 0) {
			*out = id;
			return 0;
		}
	}
	return CARDEA_E_SYSTEM;
}

bool cardea_id_is_plain(const char *text, size_t max)
{
	size_t len = text ? strnlen(text, max + 1) : 0;

	if (len == 0 || len > max) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (!g_ascii_isalnum(text[i]) && !strchr("._:@-", text[i])) {
			return false;
		}
	}
	return true;
}
