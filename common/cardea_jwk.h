/*
 * cardea_jwk: one signing or verification key, bound to exactly one algorithm (RFC 8725 3.1), and
 * key sets (RFC 7517). Keys are immutable once made, sets once shared; any thread may read them.
 */
#ifndef CARDEA_JWK_H
#define CARDEA_JWK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

enum cardea_jws_alg {
	CARDEA_JWS_ES256 = 1,
	CARDEA_JWS_ES384,
	CARDEA_JWS_EDDSA, /* Ed25519, RFC 8037 */
	CARDEA_JWS_HS256,
};

/* "ES256", ...; NULL for an unknown value. */
const char *cardea_jws_alg_name(enum cardea_jws_alg alg);
/* 0 and *@out, or CARDEA_E_UNSUPPORTED. Exact, case-sensitive. */
int cardea_jws_alg_parse(const char *name, enum cardea_jws_alg *out);

struct cardea_jwk; /* one key, bound to one algorithm; reference counted */

/* New random key pair (or a 32-byte secret for HS256). @kid is copied; CARDEA_E_INVALID if it is
 * not plain (cardea_id_is_plain). */
int cardea_jwk_generate(enum cardea_jws_alg alg, const char *kid, struct cardea_jwk **out);
/* HS256 secret of 32 to 512 bytes, copied; CARDEA_E_INVALID outside that or for such a @kid. */
int cardea_jwk_from_secret(const char *kid, const void *secret, size_t len,
                           struct cardea_jwk **out);
/* From a JWK object with kty, crv, alg, kid, x, y (and d or k: then it can sign). The members must
 * agree with each other: a key whose `alg` does not fit its `kty`/`crv`, or whose `d` does not
 * belong to its `x` and `y`, is CARDEA_E_INVALID.
 * Optional integer members nbf and exp (unix seconds) bound its use. */
int cardea_jwk_from_json(const json_t *jwk, struct cardea_jwk **out);
/* A new JWK object; with @secret_too also the private part. Never NULL for a valid key; HS256
 * without @secret_too gives NULL, because a secret has no public part. */
json_t *cardea_jwk_to_json(const struct cardea_jwk *key, bool secret_too);
const char *cardea_jwk_kid(const struct cardea_jwk *key);
enum cardea_jws_alg cardea_jwk_alg(const struct cardea_jwk *key);
/* False before the key's nbf and from its exp on. */
bool cardea_jwk_is_valid_at(const struct cardea_jwk *key, int64_t now_s);
struct cardea_jwk *cardea_jwk_ref(struct cardea_jwk *key);
void cardea_jwk_unref(struct cardea_jwk *key); /* wipes secrets with the last reference */

/* Signatures in JOSE form: for ECDSA r and s side by side (RFC 7518 3.4), of one size per key. */
#define CARDEA_JWK_MAX_SIGNATURE 96
size_t cardea_jwk_signature_size(const struct cardea_jwk *key);
/* Writes cardea_jwk_signature_size bytes. CARDEA_E_CRYPTO if the key cannot sign. */
int cardea_jwk_sign(const struct cardea_jwk *key, const void *data, size_t len,
                    uint8_t signature[CARDEA_JWK_MAX_SIGNATURE]);
/* True if @signature is one of @data by this key. */
bool cardea_jwk_verify(const struct cardea_jwk *key, const void *data, size_t len,
                       const uint8_t *signature, size_t signature_len);

struct cardea_jwks; /* key set, reference counted */

struct cardea_jwks *cardea_jwks_new(void);
/* Adds a reference to @key; only before the set is shared. CARDEA_E_STORE_CONFLICT for a kid that
 * is there, CARDEA_E_TOO_LONG past CARDEA_MAX_KEYS. */
int cardea_jwks_add(struct cardea_jwks *set, struct cardea_jwk *key);
/* From {"keys":[...]}; every key must be valid. */
int cardea_jwks_from_json(const json_t *json, struct cardea_jwks **out);
/* {"keys":[...]} with the public parts only; a secret has none and is left out. */
json_t *cardea_jwks_to_json(const struct cardea_jwks *set);
/* Borrowed key or NULL. */
const struct cardea_jwk *cardea_jwks_find(const struct cardea_jwks *set, const char *kid);
struct cardea_jwks *cardea_jwks_ref(struct cardea_jwks *set);
void cardea_jwks_unref(struct cardea_jwks *set);

#endif
