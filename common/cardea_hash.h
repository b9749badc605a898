/*
 * cardea_hash: SHA-256, HMAC and constant-time comparison over libcrypto. No state, any thread.
 */
#ifndef CARDEA_HASH_H
#define CARDEA_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CARDEA_SHA256_SIZE 32
#define CARDEA_SHA1_SIZE   20

/* Each returns 0 or CARDEA_E_CRYPTO. */
int cardea_sha256(const void *data, size_t len, uint8_t out[CARDEA_SHA256_SIZE]);
int cardea_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                       uint8_t out[CARDEA_SHA256_SIZE]);
/* SHA-1 only because the TURN REST credential is defined with it (draft-uberti-behave-turn-rest).
 */
int cardea_hmac_sha1(const void *key, size_t key_len, const void *data, size_t len,
                     uint8_t out[CARDEA_SHA1_SIZE]);

/* SHA-256 of @text as 64 lower-case hex digits and NUL: the form in which the store looks secrets
 * up (spec/native 10). */
#define CARDEA_DIGEST_SIZE 65
int cardea_digest_hex(const char *text, char out[CARDEA_DIGEST_SIZE]);

/* Equal in constant time for equal lengths; a different length is false at once. */
bool cardea_equal(const void *a, size_t a_len, const void *b, size_t b_len);

#endif
