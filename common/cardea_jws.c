/*
 * cardea_jws: the compact serialisation. Each reason to refuse is one CARDEA_REFUSE_IF, so that a
 * build can leave one out to prove that a test needs it; therefore every step is safe to reach
 * with what the step before it should have refused. The payload is not parsed before the
 * signature has been found good: jansson sees only what a key holder wrote.
 */
#include "cardea_jws.h"

#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_json.h"
#include "cardea_json_write.h"
#include "cardea_limits.h"
#include "cardea_refusal.h"

/* Most tokens fit, so that their text need not grow. */
#define TOKEN_SIZE 512

struct span {
	const char *text;
	size_t len;
};

struct parts {
	struct span header;
	struct span payload;
	struct span signature;
	struct span signed_text; /* header, dot and payload */
};

/* Signing. */

static char *header_of(const struct cardea_jwk *key, const char *typ)
{
	GString *header = g_string_new(NULL);

	cardea_json_begin(header, NULL, '{');
	cardea_json_put_text(header, "alg", cardea_jws_alg_name(cardea_jwk_alg(key)));
	cardea_json_put_text(header, "kid", cardea_jwk_kid(key));
	cardea_json_put_text(header, "typ", typ);
	cardea_json_end(header, '}');
	return cardea_json_finish(header);
}

static void append_base64url(GString *token, const void *data, size_t len)
{
	g_autofree char *text = cardea_base64url_encode(data, len);

	g_string_append(token, text);
}

int cardea_jws_sign_text(const struct cardea_jwk *key, const char *typ, const char *payload,
                         char **out)
{
	g_autofree char *header = header_of(key, typ);
	uint8_t signature[CARDEA_JWK_MAX_SIGNATURE];
	GString *token;
	int err;

	if (!header || !payload) {
		return CARDEA_E_INVALID;
	}
	token = g_string_sized_new(TOKEN_SIZE);
	append_base64url(token, header, strlen(header));
	g_string_append_c(token, '.');
	append_base64url(token, payload, strlen(payload));
	err = cardea_jwk_sign(key, token->str, token->len, signature);
	if (err) {
		g_string_free(token, TRUE);
		return err;
	}
	g_string_append_c(token, '.');
	append_base64url(token, signature, cardea_jwk_signature_size(key));
	*out = g_string_free(token, FALSE);
	return 0;
}

int cardea_jws_sign(const struct cardea_jwk *key, const char *typ, const json_t *payload,
                    char **out)
{
	char *text = json_is_object(payload) ? cardea_json_dump(payload) : NULL;
	int err = cardea_jws_sign_text(key, typ, text, out);

	free(text);
	return err;
}

/* Verification, in the order of the calls in cardea_jws_verify. */

/* The text up to the next dot, which is skipped; at the end of @rest the remaining text. */
static struct span next_part(struct span *rest)
{
	const char *dot = rest->len ? memchr(rest->text, '.', rest->len) : NULL;
	struct span part = {rest->text, dot ? (size_t)(dot - rest->text) : rest->len};

	rest->text += part.len + (dot ? 1 : 0);
	rest->len -= part.len + (dot ? 1 : 0);
	return part;
}

static size_t count_dots(const char *text, size_t len)
{
	size_t dots = 0;

	for (size_t i = 0; i < len; i++) {
		dots += text[i] == '.';
	}
	return dots;
}

static int split(const char *token, size_t len, struct parts *parts)
{
	struct span rest = {token ? token : "", token ? len : 0};

	CARDEA_REFUSE_IF(TOKEN_MISSING, rest.len == 0);
	/* RFC 8725 has no clause on size, but everything after this line costs by it. */
	CARDEA_REFUSE_IF(TOKEN_TOO_LONG, rest.len > CARDEA_MAX_TOKEN);
	/* RFC 7515 7.1: two dots exactly; four would be a JWE, none an opaque credential. */
	CARDEA_REFUSE_IF(TOKEN_PARTS, count_dots(rest.text, rest.len) != 2);
	parts->signed_text.text = rest.text;
	parts->header = next_part(&rest);
	parts->payload = next_part(&rest);
	parts->signature = next_part(&rest);
	parts->signed_text.len =
	        (size_t)(parts->payload.text + parts->payload.len - parts->signed_text.text);
	return 0;
}

static int read_header(const struct span *part, json_t **out)
{
	char text[CARDEA_MAX_TOKEN];
	size_t len = 0;
	int err = cardea_base64url_decode(part->text, part->len, text, sizeof(text), &len);

	CARDEA_REFUSE_IF(TOKEN_HEADER_BASE64, err != 0);
	err = cardea_json_parse_object(text, len, out);
	/* RFC 7515 4: of two equal names one reader takes the first, another the last. */
	CARDEA_REFUSE_IF(TOKEN_HEADER_DUPLICATE, err == CARDEA_E_JSON_DUPLICATE);
	CARDEA_REFUSE_IF(TOKEN_HEADER_JSON, err != 0);
	return 0;
}

/* What the header says about how to read it, before any key is looked at. @typ: NULL = any. */
static int check_header(const json_t *header, const char *typ)
{
	const char *alg = cardea_json_string(header, "alg", NULL);

	CARDEA_REFUSE_IF(TOKEN_ALG_MISSING, !alg);
	/* RFC 8725 3.2; in every spelling, because some readers compare without case. */
	CARDEA_REFUSE_IF(TOKEN_ALG_NONE, alg && g_ascii_strcasecmp(alg, "none") == 0);
	/* RFC 7515 4.1.11: what must be understood and is not, refuses the token. RFC 7797 6: b64
	 * changes what was signed, and some signers forget to list it in crit. */
	CARDEA_REFUSE_IF(TOKEN_CRIT, json_object_get(header, "crit") || json_object_get(header, "b64"));
	/* RFC 8725 3.10 and RFC 7515 10.: a key that comes with the token proves nothing, a link to
	 * one makes us fetch what the sender likes. */
	CARDEA_REFUSE_IF(TOKEN_HEADER_EMBEDDED_KEY,
	                 json_object_get(header, "jwk") || json_object_get(header, "jku") ||
	                         json_object_get(header, "x5u") || json_object_get(header, "x5c"));
	/* RFC 8725 3.11: a token of one use must not serve another. */
	CARDEA_REFUSE_IF(TOKEN_TYP,
	                 typ && g_strcmp0(cardea_json_string(header, "typ", NULL), typ) != 0);
	return 0;
}

/* The header's algorithm must be that of the key it names (RFC 8725 3.1): so a public key never
 * serves as an HMAC secret. It is compared here and not used anywhere else. */
static bool is_alg_of(const json_t *header, const struct cardea_jwk *key)
{
	return g_strcmp0(cardea_json_string(header, "alg", NULL),
	                 cardea_jws_alg_name(cardea_jwk_alg(key))) == 0;
}

static int choose_key(const json_t *header, const struct cardea_jwks *keys, int64_t now_s,
                      const struct cardea_jwk **out)
{
	const char *kid = cardea_json_string(header, "kid", NULL);
	const struct cardea_jwk *key = cardea_jwks_find(keys, kid);

	CARDEA_REFUSE_IF(TOKEN_KID_MISSING, !kid);
	CARDEA_REFUSE_IF(TOKEN_KID_UNKNOWN, !key);
	CARDEA_REFUSE_IF(TOKEN_ALG_MISMATCH, key && !is_alg_of(header, key));
	CARDEA_REFUSE_IF(TOKEN_KEY_EXPIRED, key && !cardea_jwk_is_valid_at(key, now_s));
	*out = key;
	return 0;
}

static int check_signature(const struct cardea_jwk *key, const struct parts *parts)
{
	const struct span *part = &parts->signature;
	/* Longer than any, so that a wrong length is told from a wrong encoding. */
	uint8_t signature[CARDEA_MAX_TOKEN];
	size_t len = 0;
	int err = cardea_base64url_decode(part->text, part->len, signature, sizeof(signature), &len);

	CARDEA_REFUSE_IF(TOKEN_SIGNATURE_BASE64, err != 0);
	CARDEA_REFUSE_IF(TOKEN_SIGNATURE_LENGTH, key && len != cardea_jwk_signature_size(key));
	CARDEA_REFUSE_IF(TOKEN_SIGNATURE,
	                 !key || !cardea_jwk_verify(key, parts->signed_text.text,
	                                            parts->signed_text.len, signature, len));
	return 0;
}

static int read_payload(const struct span *part, json_t **out)
{
	char text[CARDEA_MAX_TOKEN];
	size_t len = 0;
	int err = cardea_base64url_decode(part->text, part->len, text, sizeof(text), &len);

	CARDEA_REFUSE_IF(TOKEN_PAYLOAD_BASE64, err != 0);
	err = cardea_json_parse_object(text, len, out);
	CARDEA_REFUSE_IF(TOKEN_PAYLOAD_DUPLICATE, err == CARDEA_E_JSON_DUPLICATE);
	CARDEA_REFUSE_IF(TOKEN_PAYLOAD_JSON, err != 0);
	return 0;
}

int cardea_jws_verify(const struct cardea_jwks *keys, const char *typ, const char *token,
                      size_t len, int64_t now_s, json_t **payload)
{
	const struct cardea_jwk *key = NULL;
	struct parts parts = {0};
	json_t *header = NULL;
	json_t *claims = NULL;
	int err = split(token, len, &parts);

	if (!err) {
		err = read_header(&parts.header, &header);
	}
	if (!err) {
		err = check_header(header, typ);
	}
	if (!err) {
		err = choose_key(header, keys, now_s, &key);
	}
	if (!err) {
		err = check_signature(key, &parts);
	}
	if (!err) {
		err = read_payload(&parts.payload, &claims);
	}
	if (!err) {
		*payload = claims;
	}
	json_decref(header);
	return err;
}

/* ---- by a secret that both sides share ---- */

#define SECRET_HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

int cardea_jws_sign_secret(const char *secret, const json_t *payload, char **out)
{
	g_autofree char *head = cardea_base64url_encode(SECRET_HEADER, strlen(SECRET_HEADER));
	char *text = json_is_object(payload) ? cardea_json_dump(payload) : NULL;
	g_autofree char *body = text ? cardea_base64url_encode(text, strlen(text)) : NULL;
	g_autofree char *signed_text = g_strconcat(head, ".", body, NULL);
	uint8_t mac[CARDEA_SHA256_SIZE];
	int err =
	        text ? cardea_hmac_sha256(secret, strlen(secret), signed_text, strlen(signed_text), mac)
	             : CARDEA_E_INVALID;

	free(text);
	if (!err) {
		g_autofree char *tail = cardea_base64url_encode(mac, sizeof(mac));

		*out = g_strconcat(signed_text, ".", tail, NULL);
	}
	return err;
}

int cardea_jws_peek(const char *token, size_t len, json_t **payload)
{
	struct parts parts = {0};
	int err = split(token, len, &parts);

	return err ? err : read_payload(&parts.payload, payload);
}

static int check_secret_header(const struct span *part)
{
	json_t *header = NULL;
	int err = read_header(part, &header);
	bool is_hs256, is_jwt;

	if (!err) {
		err = check_header(header, NULL);
	}
	is_hs256 = g_strcmp0(cardea_json_string(header, "alg", NULL), "HS256") == 0;
	is_jwt = g_ascii_strcasecmp(cardea_json_string(header, "typ", "JWT"), "JWT") == 0;
	json_decref(header);
	CARDEA_REFUSE_IF(TOKEN_ALG_MISMATCH, !err && !is_hs256);
	CARDEA_REFUSE_IF(TOKEN_TYP, !err && !is_jwt);
	return err;
}

static int check_mac(const char *secret, const struct parts *parts)
{
	uint8_t expected[CARDEA_SHA256_SIZE], mac[CARDEA_MAX_TOKEN];
	size_t len = 0;
	int err = cardea_base64url_decode(parts->signature.text, parts->signature.len, mac, sizeof(mac),
	                                  &len);

	CARDEA_REFUSE_IF(TOKEN_SIGNATURE_BASE64, err != 0);
	err = cardea_hmac_sha256(secret, strlen(secret), parts->signed_text.text,
	                         parts->signed_text.len, expected);
	CARDEA_REFUSE_IF(TOKEN_SIGNATURE, !err && !cardea_equal(mac, len, expected, sizeof(expected)));
	return err;
}

int cardea_jws_verify_secret(const char *secret, const char *token, size_t len, json_t **payload)
{
	struct parts parts = {0};
	int err = split(token, len, &parts);

	if (!err) {
		err = check_secret_header(&parts.header);
	}
	if (!err) {
		err = check_mac(secret, &parts);
	}
	return err ? err : read_payload(&parts.payload, payload);
}
