/*
 * cardea_hash: libcrypto's one-shot digests behind sizes that the compiler checks.
 */
#include "cardea_hash.h"

#include <string.h>
#include <glib.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include "cardea_error.h"

/* Each thread keeps what it has looked up: that takes libcrypto longer than a short text does. */
struct tools {
	EVP_MD *sha256;
	EVP_MAC_CTX *hmac_sha256, *hmac_sha1;
};

static void free_tools(gpointer data)
{
	struct tools *tools = data;

	EVP_MD_free(tools->sha256);
	EVP_MAC_CTX_free(tools->hmac_sha256);
	EVP_MAC_CTX_free(tools->hmac_sha1);
	g_free(tools);
}

static GPrivate tools_of_thread = G_PRIVATE_INIT(free_tools);

static EVP_MAC_CTX *new_hmac(const char *digest)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac); /* holds the MAC */
	const OSSL_PARAM params[] = {
	        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
	        OSSL_PARAM_construct_end(),
	};

	EVP_MAC_free(mac);
	if (ctx && EVP_MAC_CTX_set_params(ctx, params) != 1) {
		EVP_MAC_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

static const struct tools *get_tools(void)
{
	struct tools *tools = g_private_get(&tools_of_thread);

	if (!tools) {
		tools = g_new0(struct tools, 1);
		tools->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
		tools->hmac_sha256 = new_hmac("SHA256");
		tools->hmac_sha1 = new_hmac("SHA1");
		g_private_set(&tools_of_thread, tools);
	}
	return tools;
}

int cardea_sha256(const void *data, size_t len, uint8_t out[CARDEA_SHA256_SIZE])
{
	const EVP_MD *md = get_tools()->sha256;

	return md && EVP_Digest(data, len, out, NULL, md, NULL) == 1 ? 0 : CARDEA_E_CRYPTO;
}

static int hmac(EVP_MAC_CTX *ctx, const void *key, size_t key_len, const void *data, size_t len,
                uint8_t *out, size_t size)
{
	size_t written = 0;

	/* A NULL key would mean "the same key again" to libcrypto; an empty one is meant. */
	if (!ctx || EVP_MAC_init(ctx, key ? key : (const void *)"", key_len, NULL) != 1 ||
	    EVP_MAC_update(ctx, data, len) != 1 || EVP_MAC_final(ctx, out, &written, size) != 1 ||
	    written != size) {
		return CARDEA_E_CRYPTO;
	}
	return 0;
}

int cardea_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                       uint8_t out[CARDEA_SHA256_SIZE])
{
	return hmac(get_tools()->hmac_sha256, key, key_len, data, len, out, CARDEA_SHA256_SIZE);
}

int cardea_hmac_sha1(const void *key, size_t key_len, const void *data, size_t len,
                     uint8_t out[CARDEA_SHA1_SIZE])
{
	return hmac(get_tools()->hmac_sha1, key, key_len, data, len, out, CARDEA_SHA1_SIZE);
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
