/*
 * cardea_hash: libcrypto's one-shot digests behind sizes that the compiler checks.
 */
#include "cardea_hash.h"

#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include "cardea_error.h"

int cardea_sha256(const void *data, size_t len, uint8_t out[CARDEA_SHA256_SIZE])
{
	return EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) == 1 ? 0 : CARDEA_E_CRYPTO;
}

static int hmac(const char *digest, const void *key, size_t key_len, const void *data, size_t len,
                uint8_t *out, size_t size)
{
	size_t written = 0;

	/* A NULL key would mean "no key given yet" to libcrypto; an empty one is meant. */
	if (!EVP_Q_mac(NULL, "HMAC", NULL, digest, NULL, key ? key : "", key_len, data, len, out, size,
	               &written) ||
	    written != size) {
		return CARDEA_E_CRYPTO;
	}
	return 0;
}

int cardea_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                       uint8_t out[CARDEA_SHA256_SIZE])
{
	return hmac("SHA256", key, key_len, data, len, out, CARDEA_SHA256_SIZE);
}

int cardea_hmac_sha1(const void *key, size_t key_len, const void *data, size_t len,
                     uint8_t out[CARDEA_SHA1_SIZE])
{
	return hmac("SHA1", key, key_len, data, len, out, CARDEA_SHA1_SIZE);
}

int cardea_digest_hex(const char *text, char out[CARDEA_DIGEST_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[CARDEA_SHA256_SIZE];
	int err = cardea_sha256(text, strlen(text), digest);

	if (err) {
		return err;
	}
	for (size_t i = 0; i < sizeof(digest); i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 0x0f];
	}
	out[2 * sizeof(digest)] = '\0';
	return 0;
}

bool cardea_equal(const void *a, size_t a_len, const void *b, size_t b_len)
{
	return a_len == b_len && CRYPTO_memcmp(a, b, a_len) == 0;
}
