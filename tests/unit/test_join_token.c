/*
 * cardea_join_token: every refusal is one mutation of a token that the same test first admits
 * (DESIGN 13). The table below has a row for each mutation; omit-refusals.sh compiles the checks
 * out one by one and demands that a row fails.
 */
#include "unit.h"

#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_join_token.h"
#include "cardea_json.h"

#define ISSUER "https://gateway.example"
#define NOW    INT64_C(1767693600)

static struct cardea_jwk *signer;  /* "k1", in the set */
static struct cardea_jwk *foreign; /* also named "k1", not in the set */
static struct cardea_jwks *keys;

/* Drafts: a token in the making, whose parts a mutation changes. */

struct draft {
	json_t *header;
	json_t *payload;
	/* Where set, these stand for what would be made of the above. */
	char *header_json;
	char *payload_json;
	char *header_part;
	char *payload_part;
	char *signature_part;
	char *token;
	const struct cardea_jwk *signed_by;
	int64_t now;
};

typedef void (*mutate_h)(struct draft *draft, const char *name, const char *value);

static struct draft *draft_new(void)
{
	struct draft *draft = g_new0(struct draft, 1);

	draft->header =
	        json_pack("{s:s, s:s, s:s}", "alg", "ES256", "kid", "k1", "typ", CARDEA_JOIN_TOKEN_TYP);
	draft->payload = json_pack(
	        "{s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:b, s:b,"
	        " s:[s, s], s:s, s:s}",
	        "iss", ISSUER, "aud", "cardea-media", "iat", (json_int_t)NOW, "nbf", (json_int_t)NOW,
	        "exp", (json_int_t)(NOW + CARDEA_JOIN_TOKEN_LIFE_S), "jti", "j1", "sub", "p1",
	        "client_id", "c1", "conf_id", "s1", "tenant", "t1", "room", "r1", "name",
	        "Jane D\xc3\xb6", "epoch", 3, "gen", 0, "role", "host", "guest", 0, "hidden", 0,
	        "publish", "microphone", "camera", "subscribe", "all", "dup", "replace");
	draft->signed_by = signer;
	draft->now = NOW;
	return draft;
}

static void draft_free(struct draft *draft)
{
	json_decref(draft->header);
	json_decref(draft->payload);
	g_free(draft->header_json);
	g_free(draft->payload_json);
	g_free(draft->header_part);
	g_free(draft->payload_part);
	g_free(draft->signature_part);
	g_free(draft->token);
	g_free(draft);
}

/* base64url of @text, or of @json where there is no text; in place of both @part. */
static char *make_part(const char *part, const char *text, const json_t *json)
{
	char *dumped;
	char *made;

	if (part) {
		return g_strdup(part);
	}
	if (text) {
		return cardea_base64url_encode(text, strlen(text));
	}
	dumped = cardea_json_dump(json);
	made = cardea_base64url_encode(dumped, strlen(dumped));
	free(dumped);
	return made;
}

static char *draft_input(const struct draft *draft)
{
	g_autofree char *head = make_part(draft->header_part, draft->header_json, draft->header);
	g_autofree char *body = make_part(draft->payload_part, draft->payload_json, draft->payload);

	return g_strconcat(head, ".", body, NULL);
}

static char *draft_token(const struct draft *draft)
{
	g_autofree char *input = draft_input(draft);
	g_autofree char *tail = g_strdup(draft->signature_part);
	uint8_t signature[CARDEA_JWK_MAX_SIGNATURE];

	if (draft->token) {
		return g_strdup(draft->token);
	}
	if (!tail) {
		assert_int_equal(cardea_jwk_sign(draft->signed_by, input, strlen(input), signature), 0);
		tail = cardea_base64url_encode(signature, cardea_jwk_signature_size(draft->signed_by));
	}
	return g_strconcat(input, ".", tail, NULL);
}

static int draft_verify(const struct draft *draft, struct cardea_join_claims *claims)
{
	g_autofree char *token = draft_token(draft);

	return cardea_join_token_verify(keys, ISSUER, token, strlen(token), draft->now, claims);
}

/* Mutations. @value is JSON text; NULL removes the member. */

static void set_member(json_t *object, const char *name, const char *value)
{
	if (value) {
		json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		json_object_set_new(object, name, json);
	} else {
		json_object_del(object, name);
	}
}

static void claim(struct draft *draft, const char *name, const char *value)
{
	set_member(draft->payload, name, value);
}

static void field(struct draft *draft, const char *name, const char *value)
{
	set_member(draft->header, name, value);
}

/* Sets claim @name to now plus the seconds in @value. */
static void claim_from_now(struct draft *draft, const char *name, const char *value)
{
	json_object_set_new(draft->payload, name, json_integer(NOW + g_ascii_strtoll(value, NULL, 10)));
}

static void claim_too_long(struct draft *draft, const char *name, const char *value)
{
	size_t len = (size_t)g_ascii_strtoll(value, NULL, 10);
	g_autofree char *text = g_strnfill(len, 'a');

	json_object_set_new(draft->payload, name, json_string(text));
}

/* The same token, presented the seconds in @value later. */
static void later(struct draft *draft, const char *name, const char *value)
{
	(void)name;
	draft->now += g_ascii_strtoll(value, NULL, 10);
}

/* The whole token becomes @value. */
static void token_is(struct draft *draft, const char *name, const char *value)
{
	(void)name;
	draft->token = g_strdup(value);
}

static void token_with_suffix(struct draft *draft, const char *name, const char *value)
{
	g_autofree char *token = draft_token(draft);

	(void)name;
	draft->token = g_strconcat(token, value, NULL);
}

static void token_without_signature(struct draft *draft, const char *name, const char *value)
{
	(void)name;
	(void)value;
	draft->token = draft_input(draft);
}

/* One part's text gets @value behind it; what is signed is the changed text. */
static void part_with_suffix(struct draft *draft, const char *name, const char *value)
{
	if (strcmp(name, "header") == 0) {
		g_autofree char *part = make_part(NULL, NULL, draft->header);

		draft->header_part = g_strconcat(part, value, NULL);
	} else {
		g_autofree char *part = make_part(NULL, NULL, draft->payload);

		draft->payload_part = g_strconcat(part, value, NULL);
	}
}

static void header_json(struct draft *draft, const char *name, const char *value)
{
	(void)name;
	draft->header_json = g_strdup(value);
}

static void payload_json(struct draft *draft, const char *name, const char *value)
{
	(void)name;
	draft->payload_json = g_strdup(value);
}

/* The object's text with @value, a member as text, put in front of the last brace. */
static char *with_member(const json_t *json, const char *value)
{
	char *text = cardea_json_dump(json);
	char *made = g_strdup_printf("%.*s,%s}", (int)strlen(text) - 1, text, value);

	free(text);
	return made;
}

static void header_with(struct draft *draft, const char *name, const char *value)
{
	(void)name;
	draft->header_json = with_member(draft->header, value);
}

static void payload_with(struct draft *draft, const char *name, const char *value)
{
	(void)name;
	draft->payload_json = with_member(draft->payload, value);
}

static void signature_is(struct draft *draft, const char *name, const char *value)
{
	(void)name;
	draft->signature_part = g_strdup(value);
}

static void signed_by_foreign_key(struct draft *draft, const char *name, const char *value)
{
	(void)name;
	(void)value;
	draft->signed_by = foreign;
}

/* The classic: HS256 with the public key, which everybody has, as the secret. */
static void hmac_with_public_key(struct draft *draft, const char *name, const char *value)
{
	json_t *jwk = cardea_jwk_to_json(signer, false);
	char *secret = cardea_json_dump(jwk);
	g_autofree char *input = NULL;
	uint8_t mac[CARDEA_SHA256_SIZE];

	(void)name;
	(void)value;
	field(draft, "alg", "\"HS256\"");
	input = draft_input(draft);
	assert_int_equal(cardea_hmac_sha256(secret, strlen(secret), input, strlen(input), mac), 0);
	draft->signature_part = cardea_base64url_encode(mac, sizeof(mac));
	free(secret);
	json_decref(jwk);
}

/* A good signature over another payload. */
static void payload_exchanged(struct draft *draft, const char *name, const char *value)
{
	g_autofree char *token = draft_token(draft);

	draft->signature_part = g_strdup(strrchr(token, '.') + 1);
	claim(draft, name, value);
}

/* The good signature with two characters, so one byte and a half, behind it. */
static void signature_longer(struct draft *draft, const char *name, const char *value)
{
	g_autofree char *token = draft_token(draft);

	(void)name;
	draft->signature_part = g_strconcat(strrchr(token, '.') + 1, value, NULL);
}

#define LONG_ID                                                                                    \
	"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"" /* 65 characters */

static const struct row {
	const char *sentence;
	mutate_h mutate;
	const char *name;
	const char *value;
	int expected;
} rows[] = {
        /* Form. */
        {"no token", token_is, NULL, "", CARDEA_E_TOKEN_MISSING},
        {"a token past the limit", claim_too_long, "note", "4096", CARDEA_E_TOKEN_TOO_LONG},
        {"a token of one part", token_is, NULL, "aaaa", CARDEA_E_TOKEN_PARTS},
        {"a token without a signature part", token_without_signature, NULL, NULL,
         CARDEA_E_TOKEN_PARTS},
        {"a token of four parts", token_with_suffix, NULL, ".aaaa", CARDEA_E_TOKEN_PARTS},
        {"a token of five parts", token_with_suffix, NULL, ".aaaa.aaaa", CARDEA_E_TOKEN_PARTS},
        {"a header with a foreign character", part_with_suffix, "header", "!",
         CARDEA_E_TOKEN_HEADER_BASE64},
        {"a header with padding", part_with_suffix, "header", "=", CARDEA_E_TOKEN_HEADER_BASE64},
        {"a payload with a foreign character", part_with_suffix, "payload", " ",
         CARDEA_E_TOKEN_PAYLOAD_BASE64},
        {"a signature with padding", token_with_suffix, NULL,
         "==", CARDEA_E_TOKEN_SIGNATURE_BASE64},
        {"a signature with a line break", token_with_suffix, NULL, "\n",
         CARDEA_E_TOKEN_SIGNATURE_BASE64},
        {"a header that is no JSON", header_json, NULL, "{", CARDEA_E_TOKEN_HEADER_JSON},
        {"a header that is a list", header_json, NULL, "[]", CARDEA_E_TOKEN_HEADER_JSON},
        {"an empty header", header_json, NULL, "", CARDEA_E_TOKEN_HEADER_JSON},
        {"a payload that is no JSON", payload_json, NULL, "{\"iss\":", CARDEA_E_TOKEN_PAYLOAD_JSON},
        {"a payload that is a string", payload_json, NULL, "\"a\"", CARDEA_E_TOKEN_PAYLOAD_JSON},
        {"a payload nested too deep", payload_with, NULL,
         "\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
         CARDEA_E_TOKEN_PAYLOAD_JSON},
        {"a payload with a number past every type", payload_with, NULL, "\"a\":1e400",
         CARDEA_E_TOKEN_PAYLOAD_JSON},
        {"a header that names alg twice", header_with, NULL, "\"alg\":\"ES256\"",
         CARDEA_E_TOKEN_HEADER_DUPLICATE},
        {"a payload that names a claim twice", payload_with, NULL, "\"role\":\"host\"",
         CARDEA_E_TOKEN_PAYLOAD_DUPLICATE},
        {"a payload that names a claim twice in another spelling", payload_with, NULL,
         "\"r\\u006fle\":\"host\"", CARDEA_E_TOKEN_PAYLOAD_DUPLICATE},

        /* Header. */
        {"a header without alg", field, "alg", NULL, CARDEA_E_TOKEN_ALG_MISSING},
        {"a header whose alg is a number", field, "alg", "256", CARDEA_E_TOKEN_ALG_MISSING},
        {"alg none", field, "alg", "\"none\"", CARDEA_E_TOKEN_ALG_NONE},
        {"alg None", field, "alg", "\"None\"", CARDEA_E_TOKEN_ALG_NONE},
        {"alg NONE", field, "alg", "\"NONE\"", CARDEA_E_TOKEN_ALG_NONE},
        {"alg nOnE", field, "alg", "\"nOnE\"", CARDEA_E_TOKEN_ALG_NONE},
        {"alg ES384 with an ES256 key", field, "alg", "\"ES384\"", CARDEA_E_TOKEN_ALG_MISMATCH},
        {"alg es256 in lower case", field, "alg", "\"es256\"", CARDEA_E_TOKEN_ALG_MISMATCH},
        {"HS256 with the public key as its secret", hmac_with_public_key, NULL, NULL,
         CARDEA_E_TOKEN_ALG_MISMATCH},
        {"a header without typ", field, "typ", NULL, CARDEA_E_TOKEN_TYP},
        {"typ JWT", field, "typ", "\"JWT\"", CARDEA_E_TOKEN_TYP},
        {"the typ of another use", field, "typ", "\"cardea-sig+jwt\"", CARDEA_E_TOKEN_TYP},
        {"a header without kid", field, "kid", NULL, CARDEA_E_TOKEN_KID_MISSING},
        {"a kid that is a number", field, "kid", "1", CARDEA_E_TOKEN_KID_MISSING},
        {"an unknown kid", field, "kid", "\"k2\"", CARDEA_E_TOKEN_KID_UNKNOWN},
        {"a kid that is a path", field, "kid", "\"../k1\"", CARDEA_E_TOKEN_KID_UNKNOWN},
        {"an empty kid", field, "kid", "\"\"", CARDEA_E_TOKEN_KID_UNKNOWN},
        {"crit", field, "crit", "[\"exp\"]", CARDEA_E_TOKEN_CRIT},
        {"an empty crit", field, "crit", "[]", CARDEA_E_TOKEN_CRIT},
        {"b64 without crit", field, "b64", "false", CARDEA_E_TOKEN_CRIT},
        {"a key in the header", field, "jwk", "{\"kty\":\"EC\"}",
         CARDEA_E_TOKEN_HEADER_EMBEDDED_KEY},
        {"a link to a key set", field, "jku", "\"https://a.example\"",
         CARDEA_E_TOKEN_HEADER_EMBEDDED_KEY},
        {"a link to a certificate", field, "x5u", "\"https://a.example\"",
         CARDEA_E_TOKEN_HEADER_EMBEDDED_KEY},
        {"a certificate in the header", field, "x5c", "[\"MII\"]",
         CARDEA_E_TOKEN_HEADER_EMBEDDED_KEY},
        {"a key past its time", field, "kid", "\"old\"", CARDEA_E_TOKEN_KEY_EXPIRED},
        {"a key before its time", field, "kid", "\"next\"", CARDEA_E_TOKEN_KEY_EXPIRED},

        /* Signature. */
        {"an empty signature", signature_is, NULL, "", CARDEA_E_TOKEN_SIGNATURE_LENGTH},
        {"a short signature", signature_is, NULL, "AAAA", CARDEA_E_TOKEN_SIGNATURE_LENGTH},
        {"a signature with more behind it", signature_longer, NULL, "AA",
         CARDEA_E_TOKEN_SIGNATURE_LENGTH},
        {"a signature of zeros", signature_is, NULL,
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         CARDEA_E_TOKEN_SIGNATURE},
        {"a signature by another key of the same name", signed_by_foreign_key, NULL, NULL,
         CARDEA_E_TOKEN_SIGNATURE},
        {"a signature of another payload", payload_exchanged, "sub", "\"p2\"",
         CARDEA_E_TOKEN_SIGNATURE},

        /* Parties. */
        {"no issuer", claim, "iss", NULL, CARDEA_E_TOKEN_ISS},
        {"another issuer", claim, "iss", "\"https://gateway.example.net\"", CARDEA_E_TOKEN_ISS},
        {"no audience", claim, "aud", NULL, CARDEA_E_TOKEN_AUD},
        {"another audience", claim, "aud", "\"cardea-enter\"", CARDEA_E_TOKEN_AUD},
        {"a list of audiences even with ours in it", claim, "aud", "[\"cardea-media\"]",
         CARDEA_E_TOKEN_AUD},

        /* Times. */
        {"no expiry", claim, "exp", NULL, CARDEA_E_TOKEN_EXP_TYPE},
        {"an expiry in a string", claim, "exp", "\"1767693700\"", CARDEA_E_TOKEN_EXP_TYPE},
        {"an expiry with a fraction", claim, "exp", "1767693700.0", CARDEA_E_TOKEN_EXP_TYPE},
        {"a negative expiry", claim, "exp", "-1", CARDEA_E_TOKEN_EXP_TYPE},
        {"an expiry past 2^53", claim, "exp", "9007199254740992", CARDEA_E_TOKEN_EXP_TYPE},
        {"a token 30 s after its expiry", later, NULL, "150", CARDEA_E_TOKEN_EXPIRED},
        {"an expiry 30 s ago", claim_from_now, "exp", "-30", CARDEA_E_TOKEN_EXPIRED},
        {"no start", claim, "nbf", NULL, CARDEA_E_TOKEN_NBF_TYPE},
        {"a start that is true", claim, "nbf", "true", CARDEA_E_TOKEN_NBF_TYPE},
        {"a start more than 30 s ahead", claim_from_now, "nbf", "31", CARDEA_E_TOKEN_NOT_YET_VALID},
        {"no issue time", claim, "iat", NULL, CARDEA_E_TOKEN_IAT_TYPE},
        {"an issue time past 2^53", claim, "iat", "9007199254740992", CARDEA_E_TOKEN_IAT_TYPE},
        {"an issue time more than 30 s ahead", claim_from_now, "iat", "31",
         CARDEA_E_TOKEN_IAT_FUTURE},
        {"a life of more than 600 s", claim_from_now, "exp", "601", CARDEA_E_TOKEN_LIFETIME},
        {"an expiry not after the issue", claim_from_now, "exp", "0", CARDEA_E_TOKEN_LIFETIME},

        /* Who and where. */
        {"no jti", claim, "jti", NULL, CARDEA_E_TOKEN_JTI},
        {"an empty jti", claim, "jti", "\"\"", CARDEA_E_TOKEN_JTI},
        {"no sub", claim, "sub", NULL, CARDEA_E_TOKEN_SUB},
        {"a sub with a blank", claim, "sub", "\"p 1\"", CARDEA_E_TOKEN_SUB},
        {"no client_id", claim, "client_id", NULL, CARDEA_E_TOKEN_CLIENT_ID},
        {"a client_id that is too long", claim, "client_id", LONG_ID, CARDEA_E_TOKEN_CLIENT_ID},
        {"no conf_id", claim, "conf_id", NULL, CARDEA_E_TOKEN_CONF_ID},
        {"a conf_id that is a number", claim, "conf_id", "1", CARDEA_E_TOKEN_CONF_ID},
        {"no tenant", claim, "tenant", NULL, CARDEA_E_TOKEN_TENANT},
        {"a tenant that is null", claim, "tenant", "null", CARDEA_E_TOKEN_TENANT},
        {"no room", claim, "room", NULL, CARDEA_E_TOKEN_ROOM},
        {"a room that is a path", claim, "room", "\"a/b\"", CARDEA_E_TOKEN_ROOM},
        {"no name", claim, "name", NULL, CARDEA_E_TOKEN_NAME},
        {"a name with a control character", claim, "name", "\"a\\u0007\"", CARDEA_E_TOKEN_NAME},
        {"a name that turns the text around", claim, "name", "\"a\\u202eb\"", CARDEA_E_TOKEN_NAME},
        {"a name past 255 bytes", claim_too_long, "name", "256", CARDEA_E_TOKEN_NAME},

        /* Standing. */
        {"no epoch", claim, "epoch", NULL, CARDEA_E_TOKEN_EPOCH},
        {"epoch 0", claim, "epoch", "0", CARDEA_E_TOKEN_EPOCH},
        {"an epoch with a fraction", claim, "epoch", "3.0", CARDEA_E_TOKEN_EPOCH},
        {"no generation", claim, "gen", NULL, CARDEA_E_TOKEN_GEN},
        {"a negative generation", claim, "gen", "-1", CARDEA_E_TOKEN_GEN},
        {"no role", claim, "role", NULL, CARDEA_E_TOKEN_ROLE},
        {"a role we do not know", claim, "role", "\"admin\"", CARDEA_E_TOKEN_ROLE},
        {"no guest flag", claim, "guest", NULL, CARDEA_E_TOKEN_GUEST},
        {"a guest flag of 0", claim, "guest", "0", CARDEA_E_TOKEN_GUEST},
        {"no hidden flag", claim, "hidden", NULL, CARDEA_E_TOKEN_HIDDEN},
        {"a hidden flag in a string", claim, "hidden", "\"false\"", CARDEA_E_TOKEN_HIDDEN},
        {"no publish list", claim, "publish", NULL, CARDEA_E_TOKEN_PUBLISH},
        {"a publish list that is a word", claim, "publish", "\"camera\"", CARDEA_E_TOKEN_PUBLISH},
        {"a kind we do not know", claim, "publish", "[\"camera\",\"video\"]",
         CARDEA_E_TOKEN_PUBLISH},
        {"a kind that is a number", claim, "publish", "[1]", CARDEA_E_TOKEN_PUBLISH},
        {"a kind named twice", claim, "publish", "[\"camera\",\"camera\"]",
         CARDEA_E_TOKEN_PUBLISH_DUPLICATE},
        {"a hidden participant who publishes", claim, "hidden", "true",
         CARDEA_E_TOKEN_HIDDEN_PUBLISH},
        {"no subscribe rule", claim, "subscribe", NULL, CARDEA_E_TOKEN_SUBSCRIBE},
        {"a subscribe rule we do not know", claim, "subscribe", "\"some\"",
         CARDEA_E_TOKEN_SUBSCRIBE},
        {"a subscribe list with a number", claim, "subscribe", "[\"p2\",3]",
         CARDEA_E_TOKEN_SUBSCRIBE},
        {"no duplicate policy", claim, "dup", NULL, CARDEA_E_TOKEN_DUP},
        {"a duplicate policy we do not know", claim, "dup", "\"allow\"", CARDEA_E_TOKEN_DUP},
};

static void refuses_row(void **state)
{
	const struct row *row = *state;
	struct draft *draft = draft_new();
	struct cardea_join_claims claims = {0};

	assert_int_equal(draft_verify(draft, &claims), 0);
	cardea_join_claims_clear(&claims);
	row->mutate(draft, row->name, row->value);
	/* Names, because a failure then says what happened instead of two numbers. */
	assert_string_equal(cardea_error_code(draft_verify(draft, &claims)),
	                    cardea_error_code(row->expected));
	assert_null(claims.subscribe_list);
	draft_free(draft);
}

/* Admissions: the other side of each limit. */

static void admits(mutate_h mutate, const char *name, const char *value)
{
	struct draft *draft = draft_new();
	struct cardea_join_claims claims = {0};

	mutate(draft, name, value);
	assert_int_equal(draft_verify(draft, &claims), 0);
	cardea_join_claims_clear(&claims);
	draft_free(draft);
}

static void admits_limits(void **state)
{
	(void)state;
	admits(later, NULL, "149");
	admits(later, NULL, "-30");
	admits(claim_from_now, "exp", "600");
	admits(claim_from_now, "nbf", "30");
	admits(claim_from_now, "iat", "30");
	admits(claim, "epoch", "1");
	admits(claim, "epoch", "9007199254740991");
	admits(claim, "gen", "9007199254740991");
	admits(claim_too_long, "sub", "64");
	admits(claim_too_long, "name", "255");
	admits(claim, "avatar", "\"https://a.example/p1.png\"");
	admits(claim_too_long, "avatar", "513");
	admits(claim, "avatar", "7");
	admits(claim, "publish", "[]");
	admits(claim, "subscribe", "[]");
	admits(claim, "subscribe", "\"hosts\"");
	admits(claim, "dup", "\"refuse\"");
	admits(payload_with, NULL, "\"unknown\":{\"a\":[1.5,null]}");
	admits(header_with, NULL, "\"x5t\":\"a\"");
}

static struct cardea_join_claims example_claims(void)
{
	struct cardea_join_claims claims = {.iat = NOW,
	                                    .nbf = NOW - 5,
	                                    .exp = NOW + 100,
	                                    .epoch = 7,
	                                    .gen = 2,
	                                    .role = CARDEA_ROLE_HOST,
	                                    .guest = true,
	                                    .publish = CARDEA_KIND_SCREEN | CARDEA_KIND_MICROPHONE,
	                                    .subscribe = CARDEA_SUBSCRIBE_LIST,
	                                    .dup = CARDEA_DUP_REFUSE};

	g_strlcpy(claims.iss, ISSUER, sizeof(claims.iss));
	g_strlcpy(claims.jti, "j1", sizeof(claims.jti));
	g_strlcpy(claims.sub, "p1", sizeof(claims.sub));
	g_strlcpy(claims.client_id, "c1", sizeof(claims.client_id));
	g_strlcpy(claims.conf_id, "s1", sizeof(claims.conf_id));
	g_strlcpy(claims.tenant, "t1", sizeof(claims.tenant));
	g_strlcpy(claims.room, "r1", sizeof(claims.room));
	g_strlcpy(claims.name, "\xe7\x8e\x8b \"\\", sizeof(claims.name));
	g_strlcpy(claims.avatar, "https://a.example/p1.png", sizeof(claims.avatar));
	claims.subscribe_list = g_strsplit("p2 p3", " ", -1);
	return claims;
}

static void assert_claims_equal(const struct cardea_join_claims *a,
                                const struct cardea_join_claims *b)
{
	assert_string_equal(a->iss, b->iss);
	assert_string_equal(a->jti, b->jti);
	assert_string_equal(a->sub, b->sub);
	assert_string_equal(a->client_id, b->client_id);
	assert_string_equal(a->conf_id, b->conf_id);
	assert_string_equal(a->tenant, b->tenant);
	assert_string_equal(a->room, b->room);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->avatar, b->avatar);
	assert_int_equal(a->iat, b->iat);
	assert_int_equal(a->nbf, b->nbf);
	assert_int_equal(a->exp, b->exp);
	assert_int_equal(a->epoch, b->epoch);
	assert_int_equal(a->gen, b->gen);
	assert_int_equal(a->role, b->role);
	assert_int_equal(a->guest, b->guest);
	assert_int_equal(a->hidden, b->hidden);
	assert_int_equal(a->publish, b->publish);
	assert_int_equal(a->subscribe, b->subscribe);
	assert_int_equal(a->dup, b->dup);
	assert_true(g_strv_equal((const char *const *)a->subscribe_list,
	                         (const char *const *)b->subscribe_list));
}

static void round_trip(void **state)
{
	struct cardea_join_claims claims = example_claims();
	struct cardea_join_claims read = {0};
	g_autofree char *token = NULL;

	(void)state;
	assert_int_equal(cardea_join_token_sign(signer, &claims, &token), 0);
	assert_int_equal(cardea_join_token_verify(keys, ISSUER, token, strlen(token), NOW, &read), 0);
	assert_claims_equal(&read, &claims);
	cardea_join_claims_clear(&read);
	cardea_join_claims_clear(&claims);
	assert_null(claims.subscribe_list);
	assert_string_equal(claims.sub, "");
}

static void unsignable_claims(void **state)
{
	struct cardea_join_claims claims = example_claims();
	char *token = NULL;

	(void)state;
	claims.name[0] = '\xff';
	assert_int_equal(cardea_join_token_sign(signer, &claims, &token), CARDEA_E_INVALID);
	assert_null(token);
	cardea_join_claims_clear(&claims);
}

static void every_bit_flip(void **state)
{
	struct draft *draft = draft_new();
	g_autofree char *token = draft_token(draft);
	size_t len = strlen(token);
	struct cardea_join_claims claims = {0};

	(void)state;
	assert_int_equal(cardea_join_token_verify(keys, ISSUER, token, len, NOW, &claims), 0);
	for (size_t bit = 0; bit < len * 8; bit++) {
		token[bit / 8] = (char)(token[bit / 8] ^ 1 << bit % 8);
		assert_in_range(cardea_error_number(
		                        cardea_join_token_verify(keys, ISSUER, token, len, NOW, &claims)),
		                1200, 1299);
		token[bit / 8] = (char)(token[bit / 8] ^ 1 << bit % 8);
	}
	assert_int_equal(cardea_join_token_verify(keys, ISSUER, token, len, NOW, &claims), 0);
	draft_free(draft);
}

static void every_truncation(void **state)
{
	struct draft *draft = draft_new();
	g_autofree char *token = draft_token(draft);
	struct cardea_join_claims claims = {0};

	(void)state;
	for (size_t len = 0; len < strlen(token); len++) {
		assert_in_range(cardea_error_number(
		                        cardea_join_token_verify(keys, ISSUER, token, len, NOW, &claims)),
		                1200, 1299);
	}
	draft_free(draft);
}

/* The table is complete: no TOKEN_* error exists without a row. */
static void every_code_has_a_row(void **state)
{
	static const struct {
		int number;
		const char *code;
	} errors[] = {
#define CARDEA_ERROR(name, value, code, status, text) {value, code},
#include "cardea_error.def"
#undef CARDEA_ERROR
	};
	unsigned codes = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		bool found = errors[i].number < 1200 || errors[i].number > 1299;

		codes += !found;
		for (size_t k = 0; !found && k < G_N_ELEMENTS(rows); k++) {
			found = cardea_error_number(rows[k].expected) == errors[i].number;
		}
		if (!found) {
			fail_msg("no row produces %s", errors[i].code);
		}
	}
	assert_true(codes >= 40);
}

static void names(void **state)
{
	enum cardea_role role = CARDEA_ROLE_PARTICIPANT;
	enum cardea_kind kind = 0;

	(void)state;
	assert_string_equal(cardea_role_name(CARDEA_ROLE_HOST), "host");
	assert_null(cardea_role_name((enum cardea_role)9));
	assert_int_equal(cardea_role_parse("host", &role), 0);
	assert_int_equal(role, CARDEA_ROLE_HOST);
	assert_int_equal(cardea_role_parse("Host", &role), CARDEA_E_INVALID);
	assert_int_equal(cardea_role_parse(NULL, &role), CARDEA_E_INVALID);
	assert_string_equal(cardea_kind_name(CARDEA_KIND_SCREEN), "screen");
	assert_null(cardea_kind_name(CARDEA_KIND_ALL));
	assert_null(cardea_kind_name((enum cardea_kind)0));
	assert_int_equal(cardea_kind_parse("data", &kind), 0);
	assert_int_equal(kind, CARDEA_KIND_DATA);
	assert_int_equal(cardea_kind_parse("", &kind), CARDEA_E_INVALID);
}

static void kind_sets(void **state)
{
	(void)state;
	for (unsigned kinds = 0; kinds <= CARDEA_KIND_ALL; kinds++) {
		json_t *array = cardea_kinds_to_json(kinds);
		unsigned back = 99;

		assert_int_equal(cardea_kinds_from_json(array, &back), 0);
		assert_int_equal(back, kinds);
		json_decref(array);
	}
}

static struct cardea_jwk *key_with_bounds(const char *kid, int64_t nbf, int64_t exp)
{
	struct cardea_jwk *plain = NULL;
	struct cardea_jwk *bounded = NULL;
	json_t *json;

	assert_int_equal(cardea_jwk_generate(CARDEA_JWS_ES256, kid, &plain), 0);
	json = cardea_jwk_to_json(plain, true);
	json_object_set_new(json, "nbf", json_integer(nbf));
	json_object_set_new(json, "exp", json_integer(exp));
	assert_int_equal(cardea_jwk_from_json(json, &bounded), 0);
	json_decref(json);
	cardea_jwk_unref(plain);
	return bounded;
}

static int set_up(void **state)
{
	struct cardea_jwk *old = key_with_bounds("old", 0, NOW);
	struct cardea_jwk *next = key_with_bounds("next", NOW + 1, NOW + 100);

	(void)state;
	keys = cardea_jwks_new();
	assert_int_equal(cardea_jwk_generate(CARDEA_JWS_ES256, "k1", &signer), 0);
	assert_int_equal(cardea_jwk_generate(CARDEA_JWS_ES256, "k1", &foreign), 0);
	assert_int_equal(cardea_jwks_add(keys, signer), 0);
	assert_int_equal(cardea_jwks_add(keys, old), 0);
	assert_int_equal(cardea_jwks_add(keys, next), 0);
	cardea_jwk_unref(old);
	cardea_jwk_unref(next);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cardea_jwks_unref(keys);
	cardea_jwk_unref(signer);
	cardea_jwk_unref(foreign);
	return 0;
}

int main(void)
{
	const struct CMUnitTest fixed[] = {
	        TEST("every claim that is signed is read back", round_trip),
	        TEST("claims that are not UTF-8 are not signed", unsignable_claims),
	        TEST("a token at each limit is admitted", admits_limits),
	        TEST("every flipped bit of a token is refused", every_bit_flip),
	        TEST("every shortened token is refused", every_truncation),
	        TEST("every token error has a mutation that produces it", every_code_has_a_row),
	        TEST("roles and kinds have one name each", names),
	        TEST("every set of kinds survives its JSON", kind_sets),
	};
	struct CMUnitTest tests[G_N_ELEMENTS(fixed) + G_N_ELEMENTS(rows)];
	g_autoptr(GPtrArray) sentences = g_ptr_array_new_with_free_func(g_free);

	memcpy(tests, fixed, sizeof(fixed));
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *sentence = g_strdup_printf("refused: %s", rows[i].sentence);

		g_ptr_array_add(sentences, sentence);
		tests[G_N_ELEMENTS(fixed) + i] = (struct CMUnitTest){
		        .name = sentence, .test_func = refuses_row, .initial_state = (void *)&rows[i]};
	}
	return cmocka_run_group_tests_name("join token", tests, set_up, tear_down);
}
