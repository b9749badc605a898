/*
 * cardea_jwk: keys over OpenSSL's EVP. A key's algorithm is fixed when it is made and every later
 * step is chosen by the key, never by what a token says (RFC 8725 3.1). Contexts for signing and
 * verifying are prepared once per key and copied for each use, which any thread may do; setting one
 * up anew would look the algorithm up again each time.
 */
#include "cardea_jwk.h"

#include <string.h>
#include <glib.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_id.h"
#include "cardea_json.h"
#include "cardea_limits.h"

/* A secret below the hash's size is easier to guess than the MAC (RFC 7518 3.2). */
#define MIN_SECRET     32
/* Room for any secret in a JWK; longer ones gain nothing, HMAC would hash them first. */
#define MAX_SECRET     512
#define MAX_COORDINATE 48
/* SEQUENCE of two INTEGERs of at most 49 bytes each, with their heads. */
#define MAX_DER        128

struct algorithm {
	const char *name;
	const char *kty;
	const char *crv;  /* also OpenSSL's name of the group */
	const char *hash; /* NULL where the algorithm brings its own */
	size_t coordinate;
	size_t signature;
};

static const struct algorithm algorithms[] = {
        [CARDEA_JWS_ES256] = {"ES256", "EC", "P-256", "SHA256", 32, 64},
        [CARDEA_JWS_ES384] = {"ES384", "EC", "P-384", "SHA384", 48, 96},
        [CARDEA_JWS_EDDSA] = {"EdDSA", "OKP", "Ed25519", NULL, 32, 64},
        [CARDEA_JWS_HS256] = {"HS256", "oct", NULL, NULL, 0, CARDEA_SHA256_SIZE},
};

struct cardea_jwk {
	gatomicrefcount refs;
	enum cardea_jws_alg alg;
	char *kid;
	int64_t nbf;
	int64_t exp;
	bool is_private;
	EVP_PKEY *pkey; /* NULL for HS256 */
	EVP_MD *hash;   /* ECDSA only, like the two contexts; these are duplicated for each use */
	EVP_PKEY_CTX *verify;
	EVP_PKEY_CTX *sign;
	uint8_t *secret; /* HS256 only */
	size_t secret_len;
};

const char *cardea_jws_alg_name(enum cardea_jws_alg alg)
{
	return (size_t)alg < G_N_ELEMENTS(algorithms) ? algorithms[alg].name : NULL;
}

int cardea_jws_alg_parse(const char *name, enum cardea_jws_alg *out)
{
	for (size_t i = CARDEA_JWS_ES256; name && i < G_N_ELEMENTS(algorithms); i++) {
		if (strcmp(name, algorithms[i].name) == 0) {
			*out = (enum cardea_jws_alg)i;
			return 0;
		}
	}
	return CARDEA_E_UNSUPPORTED;
}

static bool is_ecdsa(enum cardea_jws_alg alg)
{
	return alg == CARDEA_JWS_ES256 || alg == CARDEA_JWS_ES384;
}

/* Making and unmaking. */

static struct cardea_jwk *key_new(enum cardea_jws_alg alg, const char *kid)
{
	struct cardea_jwk *key = g_new0(struct cardea_jwk, 1);

	g_atomic_ref_count_init(&key->refs);
	key->alg = alg;
	key->kid = g_strdup(kid);
	key->exp = INT64_MAX;
	return key;
}

static bool prepare_ecdsa(struct cardea_jwk *key)
{
	key->hash = EVP_MD_fetch(NULL, algorithms[key->alg].hash, NULL);
	key->verify = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	if (!key->hash || !key->verify || EVP_PKEY_verify_init(key->verify) != 1) {
		return false;
	}
	if (!key->is_private) {
		return true;
	}
	key->sign = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	return key->sign && EVP_PKEY_sign_init(key->sign) == 1;
}

/* Takes @pkey. */
static int key_from_pkey(enum cardea_jws_alg alg, const char *kid, EVP_PKEY *pkey, bool is_private,
                         struct cardea_jwk **out)
{
	struct cardea_jwk *key = key_new(alg, kid);

	key->pkey = pkey;
	key->is_private = is_private;
	if (!pkey || (is_ecdsa(alg) && !prepare_ecdsa(key))) {
		cardea_jwk_unref(key);
		return CARDEA_E_CRYPTO;
	}
	*out = key;
	return 0;
}

int cardea_jwk_from_secret(const char *kid, const void *secret, size_t len, struct cardea_jwk **out)
{
	struct cardea_jwk *key;

	if (!cardea_id_is_plain(kid, CARDEA_MAX_ID) || len < MIN_SECRET || len > MAX_SECRET) {
		return CARDEA_E_INVALID;
	}
	key = key_new(CARDEA_JWS_HS256, kid);
	key->is_private = true;
	key->secret = g_memdup2(secret, len);
	key->secret_len = len;
	*out = key;
	return 0;
}

static int generate_secret(const char *kid, struct cardea_jwk **out)
{
	uint8_t secret[MIN_SECRET];
	int err = cardea_random_kernel.fill(secret, sizeof(secret), cardea_random_kernel.arg);

	if (!err) {
		err = cardea_jwk_from_secret(kid, secret, sizeof(secret), out);
	}
	OPENSSL_cleanse(secret, sizeof(secret));
	return err;
}

int cardea_jwk_generate(enum cardea_jws_alg alg, const char *kid, struct cardea_jwk **out)
{
	if (!cardea_id_is_plain(kid, CARDEA_MAX_ID)) {
		return CARDEA_E_INVALID;
	}
	switch (alg) {
	case CARDEA_JWS_ES256:
	case CARDEA_JWS_ES384:
		return key_from_pkey(alg, kid, EVP_EC_gen(algorithms[alg].crv), true, out);
	case CARDEA_JWS_EDDSA:
		return key_from_pkey(alg, kid, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), true, out);
	case CARDEA_JWS_HS256:
		return generate_secret(kid, out);
	}
	return CARDEA_E_UNSUPPORTED;
}

struct cardea_jwk *cardea_jwk_ref(struct cardea_jwk *key)
{
	g_atomic_ref_count_inc(&key->refs);
	return key;
}

void cardea_jwk_unref(struct cardea_jwk *key)
{
	if (!key || !g_atomic_ref_count_dec(&key->refs)) {
		return;
	}
	EVP_PKEY_CTX_free(key->verify);
	EVP_PKEY_CTX_free(key->sign);
	EVP_MD_free(key->hash);
	EVP_PKEY_free(key->pkey);
	if (key->secret) {
		OPENSSL_cleanse(key->secret, key->secret_len);
	}
	g_free(key->secret);
	g_free(key->kid);
	g_free(key);
}

const char *cardea_jwk_kid(const struct cardea_jwk *key)
{
	return key->kid;
}

enum cardea_jws_alg cardea_jwk_alg(const struct cardea_jwk *key)
{
	return key->alg;
}

bool cardea_jwk_is_valid_at(const struct cardea_jwk *key, int64_t now_s)
{
	return now_s >= key->nbf && now_s < key->exp;
}

/* Reading a JWK. */

/* Decodes member @name into exactly @size bytes: RFC 7518 6.2.1.2 pads coordinates with zeros, and
 * a second length would be a second form of the same key. */
static bool read_exact(const json_t *jwk, const char *name, uint8_t *out, size_t size)
{
	const char *text = cardea_json_string(jwk, name, NULL);
	size_t len = 0;

	return text && cardea_base64url_decode(text, strlen(text), out, size, &len) == 0 && len == size;
}

/* An EC key of @point (uncompressed) and, if not NULL, the private number @d. libcrypto refuses a
 * point that is not on the curve; that @d belongs to it we ask for ourselves. */
static EVP_PKEY *make_ec(const char *group, const uint8_t *point, size_t point_len, const BIGNUM *d)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY_CTX *check = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	bool ok =
	        ctx && builder &&
	        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) &&
	        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, point_len) &&
	        (!d || OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, d)) &&
	        (params = OSSL_PARAM_BLD_to_param(builder)) && EVP_PKEY_fromdata_init(ctx) == 1 &&
	        EVP_PKEY_fromdata(ctx, &pkey, d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) ==
	                1 &&
	        (check = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL)) &&
	        (d ? EVP_PKEY_check(check) : EVP_PKEY_public_check(check)) == 1;

	if (!ok) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	EVP_PKEY_CTX_free(check);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static int read_ec(enum cardea_jws_alg alg, const char *kid, const json_t *jwk,
                   struct cardea_jwk **out)
{
	const struct algorithm *algorithm = &algorithms[alg];
	size_t size = algorithm->coordinate;
	bool is_private = json_object_get(jwk, "d") != NULL;
	uint8_t point[1 + 2 * MAX_COORDINATE] = {POINT_CONVERSION_UNCOMPRESSED};
	uint8_t secret[MAX_COORDINATE];
	BIGNUM *d = NULL;
	EVP_PKEY *pkey = NULL;

	if (read_exact(jwk, "x", point + 1, size) && read_exact(jwk, "y", point + 1 + size, size) &&
	    (!is_private || read_exact(jwk, "d", secret, size))) {
		d = is_private ? BN_bin2bn(secret, (int)size, NULL) : NULL;
		pkey = make_ec(algorithm->crv, point, 1 + 2 * size, d);
	}
	BN_clear_free(d);
	OPENSSL_cleanse(secret, sizeof(secret));
	return pkey ? key_from_pkey(alg, kid, pkey, is_private, out) : CARDEA_E_INVALID;
}

/* The key of @secret if its public part is @point. */
static EVP_PKEY *make_ed25519(const uint8_t secret[32], const uint8_t point[32])
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, secret, 32);
	uint8_t derived[32];
	size_t len = sizeof(derived);

	if (pkey && EVP_PKEY_get_raw_public_key(pkey, derived, &len) == 1 &&
	    cardea_equal(derived, len, point, sizeof(derived))) {
		return pkey;
	}
	EVP_PKEY_free(pkey);
	return NULL;
}

static int read_okp(enum cardea_jws_alg alg, const char *kid, const json_t *jwk,
                    struct cardea_jwk **out)
{
	bool is_private = json_object_get(jwk, "d") != NULL;
	uint8_t point[32];
	uint8_t secret[32];
	EVP_PKEY *pkey = NULL;

	if (!read_exact(jwk, "x", point, sizeof(point))) {
		return CARDEA_E_INVALID;
	}
	if (!is_private) {
		pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, point, sizeof(point));
	} else if (read_exact(jwk, "d", secret, sizeof(secret))) {
		pkey = make_ed25519(secret, point);
	}
	OPENSSL_cleanse(secret, sizeof(secret));
	return pkey ? key_from_pkey(alg, kid, pkey, is_private, out) : CARDEA_E_INVALID;
}

static int read_oct(const char *kid, const json_t *jwk, struct cardea_jwk **out)
{
	const char *text = cardea_json_string(jwk, "k", "");
	uint8_t secret[MAX_SECRET];
	size_t len = 0;
	int err = CARDEA_E_INVALID;

	if (cardea_base64url_decode(text, strlen(text), secret, sizeof(secret), &len) == 0) {
		err = cardea_jwk_from_secret(kid, secret, len, out);
	}
	OPENSSL_cleanse(secret, sizeof(secret));
	return err;
}

static const struct cardea_json_field jwk_fields[] = {
        {"kty", CARDEA_JSON_STRING, true, 1, 0},
        {"alg", CARDEA_JSON_STRING, true, 1, 0},
        {"kid", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"crv", CARDEA_JSON_STRING, false, 1, 0},
        {"use", CARDEA_JSON_STRING, false, 1, 0},
        {"nbf", CARDEA_JSON_INTEGER, false, 0, INT64_MAX},
        {"exp", CARDEA_JSON_INTEGER, false, 0, INT64_MAX},
};

/* Everything but the key material: the algorithm, and that all members speak of that one. */
static int check_jwk(const json_t *jwk, enum cardea_jws_alg *alg)
{
	const struct algorithm *algorithm;

	if (!json_is_object(jwk) ||
	    cardea_json_check(jwk, jwk_fields, G_N_ELEMENTS(jwk_fields), NULL) != 0 ||
	    cardea_jws_alg_parse(cardea_json_string(jwk, "alg", NULL), alg) != 0) {
		return CARDEA_E_INVALID;
	}
	algorithm = &algorithms[*alg];
	if (strcmp(cardea_json_string(jwk, "kty", ""), algorithm->kty) != 0 ||
	    g_strcmp0(cardea_json_string(jwk, "crv", NULL), algorithm->crv) != 0 ||
	    strcmp(cardea_json_string(jwk, "use", "sig"), "sig") != 0 ||
	    !cardea_id_is_plain(cardea_json_string(jwk, "kid", NULL), CARDEA_MAX_ID)) {
		return CARDEA_E_INVALID;
	}
	return 0;
}

int cardea_jwk_from_json(const json_t *jwk, struct cardea_jwk **out)
{
	const char *kid = cardea_json_string(jwk, "kid", NULL);
	struct cardea_jwk *key = NULL;
	enum cardea_jws_alg alg;
	int err = check_jwk(jwk, &alg);

	if (err) {
		return err;
	}
	switch (alg) {
	case CARDEA_JWS_ES256:
	case CARDEA_JWS_ES384:
		err = read_ec(alg, kid, jwk, &key);
		break;
	case CARDEA_JWS_EDDSA:
		err = read_okp(alg, kid, jwk, &key);
		break;
	case CARDEA_JWS_HS256:
		err = read_oct(kid, jwk, &key);
		break;
	}
	if (err) {
		return err;
	}
	key->nbf = cardea_json_integer(jwk, "nbf", 0);
	key->exp = cardea_json_integer(jwk, "exp", INT64_MAX);
	*out = key;
	return 0;
}

/* Writing a JWK. */

static void set_base64(json_t *jwk, const char *name, const uint8_t *data, size_t len)
{
	char *text = cardea_base64url_encode(data, len);

	json_object_set_new(jwk, name, json_string(text));
	OPENSSL_cleanse(text, strlen(text));
	g_free(text);
}

static bool set_number(json_t *jwk, const char *name, const struct cardea_jwk *key,
                       const char *param)
{
	size_t size = algorithms[key->alg].coordinate;
	uint8_t bytes[MAX_COORDINATE];
	BIGNUM *number = NULL;
	bool ok = EVP_PKEY_get_bn_param(key->pkey, param, &number) == 1 &&
	          BN_bn2binpad(number, bytes, (int)size) == (int)size;

	if (ok) {
		set_base64(jwk, name, bytes, size);
	}
	BN_clear_free(number);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return ok;
}

static bool write_ec(json_t *jwk, const struct cardea_jwk *key, bool secret_too)
{
	return set_number(jwk, "x", key, OSSL_PKEY_PARAM_EC_PUB_X) &&
	       set_number(jwk, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y) &&
	       (!secret_too || set_number(jwk, "d", key, OSSL_PKEY_PARAM_PRIV_KEY));
}

static bool write_okp(json_t *jwk, const struct cardea_jwk *key, bool secret_too)
{
	uint8_t bytes[32];
	size_t len = sizeof(bytes);
	bool ok = EVP_PKEY_get_raw_public_key(key->pkey, bytes, &len) == 1;

	if (ok) {
		set_base64(jwk, "x", bytes, len);
	}
	if (ok && secret_too) {
		ok = EVP_PKEY_get_raw_private_key(key->pkey, bytes, &len) == 1;
	}
	if (ok && secret_too) {
		set_base64(jwk, "d", bytes, len);
	}
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return ok;
}

static bool write_material(json_t *jwk, const struct cardea_jwk *key, bool secret_too)
{
	switch (key->alg) {
	case CARDEA_JWS_ES256:
	case CARDEA_JWS_ES384:
		return write_ec(jwk, key, secret_too);
	case CARDEA_JWS_EDDSA:
		return write_okp(jwk, key, secret_too);
	case CARDEA_JWS_HS256:
		if (secret_too) {
			set_base64(jwk, "k", key->secret, key->secret_len);
		}
		return secret_too;
	}
	return false;
}

json_t *cardea_jwk_to_json(const struct cardea_jwk *key, bool secret_too)
{
	const struct algorithm *algorithm = &algorithms[key->alg];
	json_t *jwk = json_pack("{s:s, s:s, s:s, s:s}", "kty", algorithm->kty, "alg", algorithm->name,
	                        "kid", key->kid, "use", "sig");

	if (algorithm->crv) {
		json_object_set_new(jwk, "crv", json_string(algorithm->crv));
	}
	if (!write_material(jwk, key, secret_too && key->is_private)) {
		json_decref(jwk);
		return NULL;
	}
	if (key->nbf != 0) {
		json_object_set_new(jwk, "nbf", json_integer(key->nbf));
	}
	if (key->exp != INT64_MAX) {
		json_object_set_new(jwk, "exp", json_integer(key->exp));
	}
	return jwk;
}

/* Signatures. */

size_t cardea_jwk_signature_size(const struct cardea_jwk *key)
{
	return algorithms[key->alg].signature;
}

/* RFC 7518 3.4 wants r and s side by side, libcrypto a DER sequence of the two. */
static bool raw_to_der(const uint8_t *raw, size_t half, uint8_t der[MAX_DER], size_t *der_len)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, (int)half, NULL);
	BIGNUM *s = BN_bin2bn(raw + half, (int)half, NULL);
	uint8_t *end = der;
	int len = 0;

	if (pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1) {
		r = s = NULL; /* owned by the pair now */
		len = i2d_ECDSA_SIG(pair, &end);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	*der_len = len > 0 ? (size_t)len : 0;
	return len > 0;
}

static bool der_to_raw(const uint8_t *der, size_t der_len, uint8_t *raw, size_t half)
{
	const uint8_t *start = der;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &start, (long)der_len);
	bool ok = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, (int)half) == (int)half &&
	          BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + half, (int)half) == (int)half;

	ECDSA_SIG_free(pair);
	return ok;
}

static bool ecdsa_verify(const struct cardea_jwk *key, const void *data, size_t len,
                         const uint8_t *signature)
{
	EVP_PKEY_CTX *ctx;
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_len = 0;
	uint8_t der[MAX_DER];
	size_t der_len;
	bool ok;

	if (EVP_Digest(data, len, digest, &digest_len, key->hash, NULL) != 1 ||
	    !raw_to_der(signature, algorithms[key->alg].coordinate, der, &der_len)) {
		return false;
	}
	ctx = EVP_PKEY_CTX_dup(key->verify);
	ok = ctx && EVP_PKEY_verify(ctx, der, der_len, digest, digest_len) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static int ecdsa_sign(const struct cardea_jwk *key, const void *data, size_t len,
                      uint8_t *signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_dup(key->sign);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_len = 0;
	uint8_t der[MAX_DER];
	size_t der_len = sizeof(der);
	bool ok = ctx && EVP_Digest(data, len, digest, &digest_len, key->hash, NULL) == 1 &&
	          EVP_PKEY_sign(ctx, der, &der_len, digest, digest_len) == 1 &&
	          der_to_raw(der, der_len, signature, algorithms[key->alg].coordinate);

	EVP_PKEY_CTX_free(ctx);
	return ok ? 0 : CARDEA_E_CRYPTO;
}

static bool eddsa_verify(const struct cardea_jwk *key, const void *data, size_t len,
                         const uint8_t *signature, size_t signature_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
	          EVP_DigestVerify(ctx, signature, signature_len, data, len) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

static int eddsa_sign(const struct cardea_jwk *key, const void *data, size_t len,
                      uint8_t *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t size = CARDEA_JWK_MAX_SIGNATURE;
	bool ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
	          EVP_DigestSign(ctx, signature, &size, data, len) == 1;

	EVP_MD_CTX_free(ctx);
	return ok ? 0 : CARDEA_E_CRYPTO;
}

static bool hmac_verify(const struct cardea_jwk *key, const void *data, size_t len,
                        const uint8_t *signature, size_t signature_len)
{
	uint8_t mac[CARDEA_SHA256_SIZE];

	return cardea_hmac_sha256(key->secret, key->secret_len, data, len, mac) == 0 &&
	       cardea_equal(mac, sizeof(mac), signature, signature_len);
}

int cardea_jwk_sign(const struct cardea_jwk *key, const void *data, size_t len,
                    uint8_t signature[CARDEA_JWK_MAX_SIGNATURE])
{
	if (!key->is_private) {
		return CARDEA_E_CRYPTO;
	}
	switch (key->alg) {
	case CARDEA_JWS_ES256:
	case CARDEA_JWS_ES384:
		return ecdsa_sign(key, data, len, signature);
	case CARDEA_JWS_EDDSA:
		return eddsa_sign(key, data, len, signature);
	case CARDEA_JWS_HS256:
		return cardea_hmac_sha256(key->secret, key->secret_len, data, len, signature);
	}
	return CARDEA_E_CRYPTO;
}

bool cardea_jwk_verify(const struct cardea_jwk *key, const void *data, size_t len,
                       const uint8_t *signature, size_t signature_len)
{
	if (signature_len != cardea_jwk_signature_size(key)) {
		return false;
	}
	switch (key->alg) {
	case CARDEA_JWS_ES256:
	case CARDEA_JWS_ES384:
		return ecdsa_verify(key, data, len, signature);
	case CARDEA_JWS_EDDSA:
		return eddsa_verify(key, data, len, signature, signature_len);
	case CARDEA_JWS_HS256:
		return hmac_verify(key, data, len, signature, signature_len);
	}
	return false;
}
