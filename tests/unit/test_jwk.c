/*
 * cardea_jwk: published vectors for each algorithm, and keys that do not agree with themselves.
 */
#include "unit.h"

#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_jwk.h"
#include "cardea_limits.h"

static const enum cardea_jws_alg all_algs[] = {
        CARDEA_JWS_ES256,
        CARDEA_JWS_ES384,
        CARDEA_JWS_EDDSA,
        CARDEA_JWS_HS256,
};

/* RFC 7515 A.1.1: an HS256 key and what it signs, split over lines there. */
static const char hs256_jwk[] = "{\"kty\":\"oct\",\"alg\":\"HS256\",\"kid\":\"a1\",\"k\":"
                                "\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-"
                                "EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}";
static const char hs256_input[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                                  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0"
                                  "dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
static const char hs256_signature[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/* RFC 7515 A.3. */
static const char es256_jwk[] =
        "{\"kty\":\"EC\",\"alg\":\"ES256\",\"kid\":\"a3\",\"crv\":\"P-256\","
        "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\","
        "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}";
static const char es256_input[] =
        "eyJhbGciOiJFUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
        "bS9pc19yb290Ijp0cnVlfQ";
static const char es256_signature[] =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/* RFC 8037 A.1, A.4 and A.5. */
static const char eddsa_jwk[] =
        "{\"kty\":\"OKP\",\"alg\":\"EdDSA\",\"kid\":\"a4\",\"crv\":\"Ed25519\","
        "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","
        "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
static const char eddsa_input[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
static const char eddsa_signature[] =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

static int key_from_text(const char *text, struct cardea_jwk **out)
{
	json_t *json = json_loads(text, 0, NULL);
	int err;

	assert_non_null(json);
	err = cardea_jwk_from_json(json, out);
	json_decref(json);
	return err;
}

static void check_vector(const char *jwk, const char *input, const char *signature, bool repeatable)
{
	struct cardea_jwk *key = NULL;
	uint8_t raw[CARDEA_JWK_MAX_SIGNATURE];
	uint8_t made[CARDEA_JWK_MAX_SIGNATURE];
	size_t len = 0;

	assert_int_equal(key_from_text(jwk, &key), 0);
	assert_int_equal(cardea_base64url_decode(signature, strlen(signature), raw, sizeof(raw), &len),
	                 0);
	assert_int_equal(len, cardea_jwk_signature_size(key));
	assert_true(cardea_jwk_verify(key, input, strlen(input), raw, len));
	assert_false(cardea_jwk_verify(key, input, strlen(input) - 1, raw, len));
	assert_false(cardea_jwk_verify(key, input, strlen(input), raw, len - 1));
	assert_int_equal(cardea_jwk_sign(key, input, strlen(input), made), 0);
	assert_true(cardea_jwk_verify(key, input, strlen(input), made, len));
	assert_int_equal(memcmp(made, raw, len) == 0, repeatable);
	raw[0] ^= 1;
	assert_false(cardea_jwk_verify(key, input, strlen(input), raw, len));
	cardea_jwk_unref(key);
}

static void rfc7515_a1(void **state)
{
	(void)state;
	check_vector(hs256_jwk, hs256_input, hs256_signature, true);
}

static void rfc7515_a3(void **state)
{
	(void)state;
	check_vector(es256_jwk, es256_input, es256_signature, false);
}

static void rfc8037_a4(void **state)
{
	(void)state;
	check_vector(eddsa_jwk, eddsa_input, eddsa_signature, true);
}

static struct cardea_jwk *generate(enum cardea_jws_alg alg)
{
	struct cardea_jwk *key = NULL;

	assert_int_equal(cardea_jwk_generate(alg, "k1", &key), 0);
	assert_int_equal(cardea_jwk_alg(key), alg);
	assert_string_equal(cardea_jwk_kid(key), "k1");
	return key;
}

static void own_signatures(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all_algs); i++) {
		struct cardea_jwk *key = generate(all_algs[i]);
		struct cardea_jwk *other = generate(all_algs[i]);
		uint8_t signature[CARDEA_JWK_MAX_SIGNATURE];
		size_t size = cardea_jwk_signature_size(key);

		/* Often enough that an r or s with leading zeros comes up. */
		for (int round = 0; round < 300; round++) {
			assert_int_equal(cardea_jwk_sign(key, &round, sizeof(round), signature), 0);
			assert_true(cardea_jwk_verify(key, &round, sizeof(round), signature, size));
		}
		assert_false(cardea_jwk_verify(other, "text", 4, signature, size));
		cardea_jwk_unref(key);
		cardea_jwk_unref(other);
	}
}

/* CVE-2022-21449: r = s = 0 passed in a famous verifier; so did numbers past the group's order. */
static void degenerate_signatures(void **state)
{
	uint8_t signature[CARDEA_JWK_MAX_SIGNATURE];

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all_algs); i++) {
		struct cardea_jwk *key = generate(all_algs[i]);
		size_t size = cardea_jwk_signature_size(key);

		memset(signature, 0, sizeof(signature));
		assert_false(cardea_jwk_verify(key, "text", 4, signature, size));
		signature[size / 2 - 1] = signature[size - 1] = 1;
		assert_false(cardea_jwk_verify(key, "text", 4, signature, size));
		memset(signature, 0xff, sizeof(signature));
		assert_false(cardea_jwk_verify(key, "text", 4, signature, size));
		assert_false(cardea_jwk_verify(key, "text", 4, signature, 0));
		cardea_jwk_unref(key);
	}
}

static void json_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all_algs); i++) {
		struct cardea_jwk *key = generate(all_algs[i]);
		struct cardea_jwk *back = NULL;
		json_t *json = cardea_jwk_to_json(key, true);
		json_t *again;
		uint8_t signature[CARDEA_JWK_MAX_SIGNATURE];

		assert_int_equal(cardea_jwk_from_json(json, &back), 0);
		again = cardea_jwk_to_json(back, true);
		assert_true(json_equal(json, again));
		assert_int_equal(cardea_jwk_sign(back, "text", 4, signature), 0);
		assert_true(cardea_jwk_verify(key, "text", 4, signature, cardea_jwk_signature_size(key)));
		json_decref(json);
		json_decref(again);
		cardea_jwk_unref(key);
		cardea_jwk_unref(back);
	}
}

static void public_part(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct cardea_jwk *key = generate(all_algs[i]);
		struct cardea_jwk *public_key = NULL;
		json_t *json = cardea_jwk_to_json(key, false);
		json_t *still_public;
		uint8_t signature[CARDEA_JWK_MAX_SIGNATURE];

		assert_null(json_object_get(json, "d"));
		assert_int_equal(cardea_jwk_from_json(json, &public_key), 0);
		assert_int_equal(cardea_jwk_sign(public_key, "text", 4, signature), CARDEA_E_CRYPTO);
		assert_int_equal(cardea_jwk_sign(key, "text", 4, signature), 0);
		assert_true(cardea_jwk_verify(public_key, "text", 4, signature,
		                              cardea_jwk_signature_size(key)));
		still_public = cardea_jwk_to_json(public_key, true);
		assert_true(json_equal(json, still_public));
		json_decref(json);
		json_decref(still_public);
		cardea_jwk_unref(key);
		cardea_jwk_unref(public_key);
	}
}

static void secret_has_no_public_part(void **state)
{
	struct cardea_jwk *key = generate(CARDEA_JWS_HS256);

	(void)state;
	assert_null(cardea_jwk_to_json(key, false));
	cardea_jwk_unref(key);
}

/* One member of a good JWK changed (or, with NULL, removed): refused. */
static void refuses_change(const char *jwk, const char *member, const char *value)
{
	json_t *json = json_loads(jwk, 0, NULL);
	struct cardea_jwk *key = NULL;

	assert_int_equal(cardea_jwk_from_json(json, &key), 0);
	cardea_jwk_unref(key);
	key = NULL;
	if (value) {
		json_object_set_new(json, member, json_loads(value, JSON_DECODE_ANY, NULL));
	} else {
		json_object_del(json, member);
	}
	assert_int_equal(cardea_jwk_from_json(json, &key), CARDEA_E_INVALID);
	assert_null(key);
	json_decref(json);
}

static void inconsistent_ec(void **state)
{
	static const struct {
		const char *member;
		const char *value;
	} changes[] = {
	        {"kty", NULL},
	        {"kty", "\"OKP\""},
	        {"kty", "\"oct\""},
	        {"crv", NULL},
	        {"crv", "\"P-384\""},
	        {"crv", "\"secp256k1\""},
	        {"alg", NULL},
	        {"alg", "\"ES384\""},
	        {"alg", "\"HS256\""},
	        {"alg", "\"EdDSA\""},
	        {"alg", "\"none\""},
	        {"alg", "\"es256\""},
	        {"alg", "\"RS256\""},
	        {"alg", "7"},
	        {"kid", NULL},
	        {"kid", "\"\""},
	        {"kid", "7"},
	        {"kid", "\"../etc\""},
	        {"use", "\"enc\""},
	        {"x", NULL},
	        {"y", NULL},
	        /* Too short, too long, padded, not on the curve, not of this point. */
	        {"x", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVA\""},
	        {"x", "\"AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF\""},
	        {"x", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=\""},
	        {"x", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEQ\""},
	        {"x", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""},
	        {"d", "\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LA\""},
	        {"d", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""},
	        {"d", "\"__________________________________________8\""},
	        {"d", "7"},
	        {"nbf", "\"1\""},
	        {"exp", "1.5"},
	        {"exp", "-1"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		refuses_change(es256_jwk, changes[i].member, changes[i].value);
	}
}

static void inconsistent_others(void **state)
{
	struct cardea_jwk *key = NULL;
	json_t *not_an_object = json_array();

	(void)state;
	refuses_change(eddsa_jwk, "crv", "\"X25519\"");
	refuses_change(eddsa_jwk, "alg", "\"ES256\"");
	refuses_change(eddsa_jwk, "x", NULL);
	refuses_change(eddsa_jwk, "x", "\"AAAA\"");
	refuses_change(eddsa_jwk, "d", "\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2E\"");
	refuses_change(eddsa_jwk, "d", "\"\"");
	refuses_change(hs256_jwk, "k", NULL);
	refuses_change(hs256_jwk, "k", "\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLg\"");
	refuses_change(hs256_jwk, "crv", "\"P-256\"");
	refuses_change(hs256_jwk, "alg", "\"ES256\"");
	assert_int_equal(cardea_jwk_from_json(not_an_object, &key), CARDEA_E_INVALID);
	assert_int_equal(cardea_jwk_from_json(NULL, &key), CARDEA_E_INVALID);
	json_decref(not_an_object);
}

static void short_secrets(void **state)
{
	uint8_t secret[513] = {0};
	struct cardea_jwk *key = NULL;

	(void)state;
	assert_int_equal(cardea_jwk_from_secret("k", secret, 31, &key), CARDEA_E_INVALID);
	assert_int_equal(cardea_jwk_from_secret("k", secret, 513, &key), CARDEA_E_INVALID);
	assert_int_equal(cardea_jwk_from_secret("", secret, 32, &key), CARDEA_E_INVALID);
	assert_int_equal(cardea_jwk_generate(CARDEA_JWS_ES256, "a b", &key), CARDEA_E_INVALID);
	assert_int_equal(cardea_jwk_generate((enum cardea_jws_alg)9, "k", &key), CARDEA_E_UNSUPPORTED);
	assert_null(key);
	assert_int_equal(cardea_jwk_from_secret("k", secret, 32, &key), 0);
	cardea_jwk_unref(key);
}

static void validity(void **state)
{
	json_t *json = json_loads(es256_jwk, 0, NULL);
	struct cardea_jwk *key = NULL;
	json_t *back;

	(void)state;
	json_object_set_new(json, "nbf", json_integer(100));
	json_object_set_new(json, "exp", json_integer(200));
	assert_int_equal(cardea_jwk_from_json(json, &key), 0);
	assert_false(cardea_jwk_is_valid_at(key, 99));
	assert_true(cardea_jwk_is_valid_at(key, 100));
	assert_true(cardea_jwk_is_valid_at(key, 199));
	assert_false(cardea_jwk_is_valid_at(key, 200));
	back = cardea_jwk_to_json(key, false);
	assert_int_equal(json_integer_value(json_object_get(back, "nbf")), 100);
	assert_int_equal(json_integer_value(json_object_get(back, "exp")), 200);
	json_decref(back);
	json_decref(json);
	cardea_jwk_unref(key);
}

static void algorithm_names(void **state)
{
	static const char *const bad[] = {"none", "es256", "ES256 ", "", "HS512", "RS256"};
	enum cardea_jws_alg alg = CARDEA_JWS_HS256;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all_algs); i++) {
		assert_int_equal(cardea_jws_alg_parse(cardea_jws_alg_name(all_algs[i]), &alg), 0);
		assert_int_equal(alg, all_algs[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		assert_int_equal(cardea_jws_alg_parse(bad[i], &alg), CARDEA_E_UNSUPPORTED);
	}
	assert_int_equal(cardea_jws_alg_parse(NULL, &alg), CARDEA_E_UNSUPPORTED);
	assert_null(cardea_jws_alg_name((enum cardea_jws_alg)0));
	assert_null(cardea_jws_alg_name((enum cardea_jws_alg)99));
}

static void sets(void **state)
{
	struct cardea_jwks *set = cardea_jwks_new();
	char kid[16];

	(void)state;
	for (int i = 0; i <= CARDEA_MAX_KEYS; i++) {
		struct cardea_jwk *key = NULL;

		g_snprintf(kid, sizeof(kid), "k%d", i);
		assert_int_equal(cardea_jwk_generate(CARDEA_JWS_EDDSA, kid, &key), 0);
		assert_int_equal(cardea_jwks_add(set, key), i < CARDEA_MAX_KEYS ? 0 : CARDEA_E_TOO_LONG);
		assert_int_equal(cardea_jwks_find(set, kid) == key, i < CARDEA_MAX_KEYS);
		if (i == 0) {
			assert_int_equal(cardea_jwks_add(set, key), CARDEA_E_STORE_CONFLICT);
		}
		cardea_jwk_unref(key);
	}
	assert_null(cardea_jwks_find(set, "K0"));
	assert_null(cardea_jwks_find(set, NULL));
	assert_ptr_equal(cardea_jwks_ref(set), set);
	cardea_jwks_unref(set);
	cardea_jwks_unref(set);
	cardea_jwks_unref(NULL);
}

static void set_json(void **state)
{
	struct cardea_jwks *set = cardea_jwks_new();
	struct cardea_jwks *back = NULL;
	json_t *json;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all_algs); i++) {
		struct cardea_jwk *key = NULL;

		assert_int_equal(cardea_jwk_generate(all_algs[i], cardea_jws_alg_name(all_algs[i]), &key),
		                 0);
		assert_int_equal(cardea_jwks_add(set, key), 0);
		cardea_jwk_unref(key);
	}
	json = cardea_jwks_to_json(set);
	assert_int_equal(json_array_size(json_object_get(json, "keys")), 3);
	assert_int_equal(cardea_jwks_from_json(json, &back), 0);
	assert_non_null(cardea_jwks_find(back, "ES384"));
	assert_null(cardea_jwks_find(back, "HS256"));
	cardea_jwks_unref(back);
	back = NULL;
	json_array_append(json_object_get(json, "keys"),
	                  json_array_get(json_object_get(json, "keys"), 0));
	assert_int_equal(cardea_jwks_from_json(json, &back), CARDEA_E_STORE_CONFLICT);
	json_array_set_new(json_object_get(json, "keys"), 3, json_object());
	assert_int_equal(cardea_jwks_from_json(json, &back), CARDEA_E_INVALID);
	json_object_del(json, "keys");
	assert_int_equal(cardea_jwks_from_json(json, &back), CARDEA_E_INVALID);
	assert_null(back);
	json_decref(json);
	cardea_jwks_unref(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("HS256 matches RFC 7515 A.1", rfc7515_a1),
	        TEST("ES256 matches RFC 7515 A.3", rfc7515_a3),
	        TEST("EdDSA matches RFC 8037 A.4", rfc8037_a4),
	        TEST("a key verifies its own signatures and no other key's", own_signatures),
	        TEST("signatures of zeros, ones or numbers past the order are refused",
	             degenerate_signatures),
	        TEST("a key survives the way through its JWK", json_round_trip),
	        TEST("the public part verifies and cannot sign", public_part),
	        TEST("a secret has no public part", secret_has_no_public_part),
	        TEST("an EC key whose members do not agree is refused", inconsistent_ec),
	        TEST("an Ed25519 key or secret whose members do not agree is refused",
	             inconsistent_others),
	        TEST("a secret has 32 to 512 bytes and a plain name", short_secrets),
	        TEST("a key is valid from its nbf until before its exp", validity),
	        TEST("algorithm names are exact and none is not among them", algorithm_names),
	        TEST("a key set is bounded and holds each name once", sets),
	        TEST("a key set is published without secrets and read as a whole or not at all",
	             set_json),
	};

	return cmocka_run_group_tests_name("jwk", tests, NULL, NULL);
}
