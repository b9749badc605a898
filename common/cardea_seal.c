/*
 * cardea_seal: AES-256-GCM over a small ring of keys. Nonces are random: NIST SP 800-38D 8.3 allows
 * 2^32 of them under one key, far beyond what one installation seals between two rotations.
 */
#include "cardea_seal.h"

#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_hash.h"

#define NONCE_SIZE 12
#define TAG_SIZE   16
#define HEAD_SIZE  (1 + NONCE_SIZE)

struct seal_key {
	uint8_t id;
	uint8_t bytes[CARDEA_SEAL_KEY_SIZE];
};

struct cardea_seal {
	struct cardea_random random;
	EVP_CIPHER *cipher;
	size_t count;
	struct seal_key keys[UINT8_MAX + 1]; /* in the order they were added */
};

struct cardea_seal *cardea_seal_new(const struct cardea_random *random)
{
	struct cardea_seal *seal = g_new0(struct cardea_seal, 1);

	seal->random = *random;
	seal->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	return seal;
}

void cardea_seal_free(struct cardea_seal *seal)
{
	if (!seal) {
		return;
	}
	EVP_CIPHER_free(seal->cipher);
	OPENSSL_cleanse(seal, sizeof(*seal));
	g_free(seal);
}

static const struct seal_key *find_key(const struct cardea_seal *seal, uint8_t id)
{
	for (size_t i = 0; i < seal->count; i++) {
		if (seal->keys[i].id == id) {
			return &seal->keys[i];
		}
	}
	return NULL;
}

static const struct seal_key *newest_key(const struct cardea_seal *seal)
{
	return seal->count ? &seal->keys[seal->count - 1] : NULL;
}

int cardea_seal_add(struct cardea_seal *seal, uint8_t id, const uint8_t key[CARDEA_SEAL_KEY_SIZE])
{
	struct seal_key *added;

	if (find_key(seal, id)) {
		return CARDEA_E_STORE_CONFLICT;
	}
	added = &seal->keys[seal->count++];
	added->id = id;
	memcpy(added->bytes, key, sizeof(added->bytes));
	return 0;
}

/* What one pass of the cipher, in either direction, needs. */
struct pass {
	const EVP_CIPHER *cipher;
	const struct seal_key *key;
	const uint8_t *nonce;
	const char *ad;
};

/* Starts @ctx and feeds the associated data: the key id too, so that it cannot be exchanged. */
static bool start(EVP_CIPHER_CTX *ctx, const struct pass *pass, int encrypt)
{
	size_t ad_len = strlen(pass->ad);
	int ignored;

	return ctx && pass->cipher && ad_len <= G_MAXINT &&
	       EVP_CipherInit_ex2(ctx, pass->cipher, pass->key->bytes, pass->nonce, encrypt, NULL) ==
	               1 &&
	       EVP_CipherUpdate(ctx, NULL, &ignored, &pass->key->id, 1) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &ignored, (const uint8_t *)pass->ad, (int)ad_len) == 1;
}

static int encrypt(const struct pass *pass, const uint8_t *data, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int written;
	bool ok = start(ctx, pass, 1) &&
	          (len == 0 || EVP_CipherUpdate(ctx, out, &written, data, (int)len) == 1) &&
	          EVP_CipherFinal_ex(ctx, out + len, &written) == 1 &&
	          EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, out + len) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : CARDEA_E_CRYPTO;
}

static int decrypt(const struct pass *pass, const uint8_t *data, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t tag[TAG_SIZE];
	int written;
	bool ok;

	memcpy(tag, data + len, sizeof(tag));
	ok = start(ctx, pass, 0) &&
	     (len == 0 || EVP_CipherUpdate(ctx, out, &written, data, (int)len) == 1) &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) == 1 &&
	     EVP_CipherFinal_ex(ctx, out + len, &written) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : CARDEA_E_SEAL;
}

int cardea_seal_close(const struct cardea_seal *seal, const char *ad, const void *data, size_t len,
                      uint8_t **out, size_t *out_len)
{
	const struct seal_key *key = newest_key(seal);
	struct pass pass = {.cipher = seal->cipher, .key = key, .ad = ad};
	uint8_t *sealed;
	int err;

	if (!key) {
		return CARDEA_E_CRYPTO;
	}
	/* libcrypto counts in int. */
	if (len > G_MAXINT - CARDEA_SEAL_OVERHEAD) {
		return CARDEA_E_TOO_LONG;
	}
	sealed = g_malloc(len + CARDEA_SEAL_OVERHEAD);
	sealed[0] = key->id;
	pass.nonce = sealed + 1;
	err = seal->random.fill(sealed + 1, NONCE_SIZE, seal->random.arg);
	if (!err) {
		err = encrypt(&pass, data, len, sealed + HEAD_SIZE);
	}
	if (err) {
		g_free(sealed);
		return err;
	}
	*out = sealed;
	*out_len = len + CARDEA_SEAL_OVERHEAD;
	return 0;
}

int cardea_seal_open(const struct cardea_seal *seal, const char *ad, const void *data, size_t len,
                     uint8_t **out, size_t *out_len)
{
	const uint8_t *sealed = data;
	struct pass pass = {.cipher = seal->cipher, .ad = ad};
	size_t opened_len;
	uint8_t *opened;
	int err;

	if (len < CARDEA_SEAL_OVERHEAD || len > G_MAXINT) {
		return CARDEA_E_SEAL;
	}
	pass.key = find_key(seal, sealed[0]);
	pass.nonce = sealed + 1;
	if (!pass.key) {
		return CARDEA_E_SEAL;
	}
	opened_len = len - CARDEA_SEAL_OVERHEAD;
	opened = g_malloc(opened_len + 1);
	err = decrypt(&pass, sealed + HEAD_SIZE, opened_len, opened);
	if (err) {
		/* GCM decrypts before it knows that the tag is wrong: none of that may be seen. */
		OPENSSL_cleanse(opened, opened_len);
		g_free(opened);
		return err;
	}
	opened[opened_len] = '\0';
	*out = opened;
	*out_len = opened_len;
	return 0;
}

int cardea_seal_close_text(const struct cardea_seal *seal, const char *ad, const char *text,
                           char **out)
{
	uint8_t *sealed = NULL;
	size_t len = 0;
	int err = cardea_seal_close(seal, ad, text, strlen(text), &sealed, &len);

	if (err) {
		return err;
	}
	*out = cardea_base64url_encode(sealed, len);
	g_free(sealed);
	return 0;
}

int cardea_seal_open_text(const struct cardea_seal *seal, const char *ad, const char *sealed,
                          char **out)
{
	size_t text_len = strlen(sealed);
	uint8_t *raw = g_malloc(text_len + 1);
	uint8_t *opened = NULL;
	size_t len = 0;
	int err = cardea_base64url_decode(sealed, text_len, raw, text_len + 1, &len);

	err = err ? CARDEA_E_SEAL : cardea_seal_open(seal, ad, raw, len, &opened, &len);
	g_free(raw);
	if (!err) {
		*out = (char *)opened;
	}
	return err;
}

int cardea_seal_derive(const struct cardea_seal *seal, const char *purpose, const char *id,
                       uint8_t out[CARDEA_SEAL_DERIVED_SIZE])
{
	const struct seal_key *key = newest_key(seal);
	uint8_t derived[CARDEA_SHA256_SIZE];
	int err;

	if (!key) {
		return CARDEA_E_CRYPTO;
	}
	/* Two steps, so that no pair of purpose and id can be taken for another pair. */
	err = cardea_hmac_sha256(key->bytes, sizeof(key->bytes), purpose, strlen(purpose), derived);
	if (!err) {
		err = cardea_hmac_sha256(derived, sizeof(derived), id, strlen(id), out);
	}
	OPENSSL_cleanse(derived, sizeof(derived));
	return err;
}
