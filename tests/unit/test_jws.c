/*
 * cardea_jws: signing and verifying with every algorithm. The refusals, one by one, are in
 * test_join_token.c, because a join token is the JWS that matters most.
 */
#include "unit.h"

#include <string.h>

#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_json.h"
#include "cardea_jws.h"
#include "cardea_limits.h"

#define TYP "test+jwt"

static const enum cardea_jws_alg all_algs[] = {
        CARDEA_JWS_ES256,
        CARDEA_JWS_ES384,
        CARDEA_JWS_EDDSA,
        CARDEA_JWS_HS256,
};

struct fixture {
	struct cardea_jwks *keys; /* one key for each algorithm, named after it */
	json_t *payload;
};

static const struct cardea_jwk *key_of(const struct fixture *fixture, enum cardea_jws_alg alg)
{
	return cardea_jwks_find(fixture->keys, cardea_jws_alg_name(alg));
}

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->keys = cardea_jwks_new();
	fixture->payload = json_pack("{s:s, s:i}", "text", "\xc3\xa9\"\\", "number", 7);
	for (size_t i = 0; i < G_N_ELEMENTS(all_algs); i++) {
		struct cardea_jwk *key = NULL;

		if (cardea_jwk_generate(all_algs[i], cardea_jws_alg_name(all_algs[i]), &key) != 0) {
			return -1;
		}
		cardea_jwks_add(fixture->keys, key);
		cardea_jwk_unref(key);
	}
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	cardea_jwks_unref(fixture->keys);
	json_decref(fixture->payload);
	g_free(fixture);
	return 0;
}

static void round_trip(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(all_algs); i++) {
		g_autofree char *token = NULL;
		json_t *payload = NULL;

		assert_int_equal(
		        cardea_jws_sign(key_of(fixture, all_algs[i]), TYP, fixture->payload, &token), 0);
		assert_int_equal(cardea_jws_verify(fixture->keys, TYP, token, strlen(token), 0, &payload),
		                 0);
		assert_true(json_equal(payload, fixture->payload));
		json_decref(payload);
	}
}

static void header_form(void **state)
{
	static const char header[] = "{\"alg\":\"ES256\",\"kid\":\"ES256\",\"typ\":\"" TYP "\"}";
	const struct fixture *fixture = *state;
	g_autofree char *token = NULL;
	g_autofree char *head = cardea_base64url_encode(header, strlen(header));

	assert_int_equal(
	        cardea_jws_sign(key_of(fixture, CARDEA_JWS_ES256), TYP, fixture->payload, &token), 0);
	assert_true(g_str_has_prefix(token, head));
	assert_int_equal(token[strlen(head)], '.');
}

/* Every algorithm named in the header against every key: only the key's own is admitted. */
static void algorithm_matrix(void **state)
{
	static const char *const names[] = {"ES256",  "ES384",   "EdDSA", "HS256",  "HS384",
	                                    "HS512",  "RS256",   "RS512", "PS256",  "ES512",
	                                    "ES256K", "Ed25519", "es256", "ES256 ", ""};
	const struct fixture *fixture = *state;
	g_autofree char *body = cardea_base64url_encode("{}", 2);

	for (size_t k = 0; k < G_N_ELEMENTS(all_algs); k++) {
		const struct cardea_jwk *key = key_of(fixture, all_algs[k]);

		for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
			g_autofree char *head =
			        g_strdup_printf("{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"" TYP "\"}", names[i],
			                        cardea_jwk_kid(key));
			g_autofree char *head64 = cardea_base64url_encode(head, strlen(head));
			g_autofree char *input = g_strdup_printf("%s.%s", head64, body);
			g_autofree char *tail = NULL;
			g_autofree char *token = NULL;
			uint8_t signature[CARDEA_JWK_MAX_SIGNATURE];
			json_t *payload = NULL;
			bool own = strcmp(names[i], cardea_jws_alg_name(all_algs[k])) == 0;

			assert_int_equal(cardea_jwk_sign(key, input, strlen(input), signature), 0);
			tail = cardea_base64url_encode(signature, cardea_jwk_signature_size(key));
			token = g_strdup_printf("%s.%s", input, tail);
			assert_int_equal(
			        cardea_jws_verify(fixture->keys, TYP, token, strlen(token), 0, &payload),
			        own ? 0 : CARDEA_E_TOKEN_ALG_MISMATCH);
			json_decref(payload);
		}
	}
}

static void leaves_output_alone(void **state)
{
	const struct fixture *fixture = *state;
	json_t *payload = fixture->payload;

	assert_int_equal(cardea_jws_verify(fixture->keys, TYP, "a.b.c", 5, 0, &payload),
	                 CARDEA_E_TOKEN_HEADER_BASE64);
	assert_ptr_equal(payload, fixture->payload);
	assert_int_equal(cardea_jws_verify(fixture->keys, TYP, NULL, 0, 0, &payload),
	                 CARDEA_E_TOKEN_MISSING);
	assert_int_equal(cardea_jws_verify(fixture->keys, TYP, NULL, 9, 0, &payload),
	                 CARDEA_E_TOKEN_MISSING);
}

/* A token as long as allowed, then one character more. */
static void longest(void **state)
{
	const struct fixture *fixture = *state;
	char *filler = g_strnfill(CARDEA_MAX_TOKEN * 3 / 4, 'a');
	bool admitted = false;

	for (size_t len = strlen(filler); len > 0 && !admitted; len--) {
		g_autofree char *token = NULL;
		json_t *payload;
		json_t *read = NULL;
		int err;

		filler[len - 1] = '\0';
		payload = json_pack("{s:s}", "filler", filler);
		assert_int_equal(cardea_jws_sign(key_of(fixture, CARDEA_JWS_HS256), TYP, payload, &token),
		                 0);
		err = cardea_jws_verify(fixture->keys, TYP, token, strlen(token), 0, &read);
		assert_int_equal(err, strlen(token) > CARDEA_MAX_TOKEN ? CARDEA_E_TOKEN_TOO_LONG : 0);
		admitted = !err;
		json_decref(payload);
		json_decref(read);
	}
	assert_true(admitted);
	g_free(filler);
}

static void cannot_sign(void **state)
{
	const struct fixture *fixture = *state;
	json_t *jwk = cardea_jwk_to_json(key_of(fixture, CARDEA_JWS_ES256), false);
	json_t *list = json_array();
	struct cardea_jwk *public_key = NULL;
	char *token = NULL;

	assert_int_equal(cardea_jwk_from_json(jwk, &public_key), 0);
	assert_int_equal(cardea_jws_sign(public_key, TYP, fixture->payload, &token), CARDEA_E_CRYPTO);
	assert_int_equal(cardea_jws_sign(key_of(fixture, CARDEA_JWS_ES256), TYP, list, &token),
	                 CARDEA_E_INVALID);
	assert_int_equal(
	        cardea_jws_sign(key_of(fixture, CARDEA_JWS_ES256), "\xff", fixture->payload, &token),
	        CARDEA_E_INVALID);
	assert_null(token);
	cardea_jwk_unref(public_key);
	json_decref(list);
	json_decref(jwk);
}

/* ---- by a shared secret ---- */

#define SAMPLE_SECRET "zumyyYWqv7KR2kUqvYdq4z4sXg7XTBD2ljT6"
/* spec/plugnmeet 16 */
#define SAMPLE_TOKEN                                                                               \
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."                                                        \
	"eyJleHAiOjE3NTUwMDA2MDAsImlzX2FkbWluIjp0cnVlLCJpc3MiOiJwbHVnbm1lZXQiLCJuYW1lIjoiWW91ciBuYW1l" \
	"IiwibmJmIjoxNzU1MDAwMDAwLCJyb29tX2lkIjoicm9vbTAxIiwic3ViIjoiWW91ci1VbmlxdWUtVXNlci1JZCIsInVz" \
	"ZXJfaWQiOiJZb3VyLVVuaXF1ZS1Vc2VyLUlkIn0."                                                     \
	"eo7dBnJZOH1OfkXO5s-VsN5MDzi2ISXwzFCKtSpROC8"

static void a_shared_secret_signs_the_published_vector(void **state)
{
	json_t *claims =
	        json_pack("{s:i, s:b, s:s, s:s, s:i, s:s, s:s, s:s}", "exp", 1755000600, "is_admin", 1,
	                  "iss", "plugnmeet", "name", "Your name", "nbf", 1755000000, "room_id",
	                  "room01", "sub", "Your-Unique-User-Id", "user_id", "Your-Unique-User-Id");
	json_t *read = NULL;
	char *token = NULL;

	(void)state;
	assert_int_equal(cardea_jws_sign_secret(SAMPLE_SECRET, claims, &token), 0);
	assert_string_equal(token, SAMPLE_TOKEN);
	assert_int_equal(cardea_jws_verify_secret(SAMPLE_SECRET, token, strlen(token), &read), 0);
	assert_true(json_equal(read, claims));
	json_decref(read);
	assert_int_equal(cardea_jws_peek(token, strlen(token), &read), 0);
	assert_true(json_equal(read, claims));
	json_decref(read);
	json_decref(claims);
	g_free(token);
}

/* A token with @header, signed with the secret. */
static char *with_header(const char *header)
{
	g_autofree char *head = cardea_base64url_encode(header, strlen(header));
	g_autofree char *text = g_strconcat(head, ".e30", NULL);
	uint8_t mac[CARDEA_SHA256_SIZE];
	g_autofree char *tail = NULL;

	assert_int_equal(
	        cardea_hmac_sha256(SAMPLE_SECRET, strlen(SAMPLE_SECRET), text, strlen(text), mac), 0);
	tail = cardea_base64url_encode(mac, sizeof(mac));
	return g_strconcat(text, ".", tail, NULL);
}

static void a_shared_secret_verifies_hs256_alone(void **state)
{
	static const struct {
		const char *header;
		int err;
	} cases[] = {
	        {"{\"alg\":\"HS256\",\"typ\":\"JWT\"}", 0},
	        {"{\"alg\":\"HS256\"}", 0},
	        {"{\"alg\":\"HS256\",\"typ\":\"cardea-access+jwt\"}", CARDEA_E_TOKEN_TYP},
	        {"{\"alg\":\"HS512\",\"typ\":\"JWT\"}", CARDEA_E_TOKEN_ALG_MISMATCH},
	        {"{\"alg\":\"none\",\"typ\":\"JWT\"}", CARDEA_E_TOKEN_ALG_NONE},
	        {"{\"typ\":\"JWT\"}", CARDEA_E_TOKEN_ALG_MISSING},
	        {"{\"alg\":\"HS256\",\"crit\":[]}", CARDEA_E_TOKEN_CRIT},
	        {"{\"alg\":\"HS256\",\"jwk\":{}}", CARDEA_E_TOKEN_HEADER_EMBEDDED_KEY},
	        {"{\"alg\":\"HS256\",\"alg\":\"HS256\"}", CARDEA_E_TOKEN_HEADER_DUPLICATE},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *token = with_header(cases[i].header);
		json_t *payload = NULL;

		assert_int_equal(cardea_jws_verify_secret(SAMPLE_SECRET, token, strlen(token), &payload),
		                 cases[i].err);
		json_decref(payload);
		g_free(token);
	}
}

static void another_secret_or_another_text_is_refused(void **state)
{
	char *token = g_strdup(SAMPLE_TOKEN);
	json_t *payload = NULL;

	(void)state;
	assert_int_equal(cardea_jws_verify_secret("another secret of enough length!", token,
	                                          strlen(token), &payload),
	                 CARDEA_E_TOKEN_SIGNATURE);
	assert_int_equal(cardea_jws_verify_secret(SAMPLE_SECRET, token, strlen(token) - 2, &payload),
	                 CARDEA_E_TOKEN_SIGNATURE_BASE64);
	token[60] ^= 1;
	assert_int_equal(cardea_jws_verify_secret(SAMPLE_SECRET, token, strlen(token), &payload),
	                 CARDEA_E_TOKEN_SIGNATURE);
	assert_null(payload);
	g_free(token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("what each algorithm signs, it verifies", round_trip),
	        TEST("the header is alg, kid and typ", header_form),
	        TEST("a key admits its own algorithm and no other, whoever signed", algorithm_matrix),
	        TEST("a refused token leaves the output alone", leaves_output_alone),
	        TEST("a token is admitted up to the limit and not past it", longest),
	        TEST("a public key, a payload that is no object and a broken typ cannot be signed",
	             cannot_sign),
	        TEST("a shared secret signs the published vector",
	             a_shared_secret_signs_the_published_vector),
	        TEST("a shared secret verifies HS256 and nothing else",
	             a_shared_secret_verifies_hs256_alone),
	        TEST("another secret or another text is refused",
	             another_secret_or_another_text_is_refused),
	};

	return cmocka_run_group_tests_name("jws", tests, set_up, tear_down);
}
