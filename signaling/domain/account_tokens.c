/* account_tokens: the JWTs of accounts and of access links. */
#include "domain/account_tokens.h"

#include <stdio.h>
#include <string.h>
#include <glib.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_json.h"
#include "cardea_jws.h"
#include "cardea_refusal.h"

#define TYP        "JWT"
#define ID_BYTES   16
#define MAX_HEADER 512
#define SGN_USE    "sgn"

struct profile {
	const char *name; /* of the key */
	const char *aud;  /* NULL: user or client */
	const char *type;
};

static const struct profile profiles[CARDEA_ACCOUNT_USES] = {
        [CARDEA_USE_ACCESS] = {"account", NULL, "accessToken"},
        [CARDEA_USE_REFRESH] = {"account-refresh", NULL, "refreshToken"},
        [CARDEA_USE_SEAT] = {"seat", "seat", "accessToken"},
        [CARDEA_USE_SEAT_REFRESH] = {"seat-refresh", "seat", "refreshToken"},
        [CARDEA_USE_LINK] = {"link", "link", "linkToken"},
        [CARDEA_USE_SIGNALING] = {"signaling", "signaling", "signalingToken"},
};

struct cardea_account_keys {
	struct cardea_jwk *key[CARDEA_ACCOUNT_USES];
	struct cardea_jwks *set[CARDEA_ACCOUNT_USES];
	struct cardea_jwk *sgn;
};

/* ---- keys ---- */

static int derive(const struct cardea_jwk *master, const char *use, struct cardea_jwk **out)
{
	g_autofree char *label = g_strconcat("cardea:", use, NULL);
	g_autofree char *kid = g_strconcat(use, "-", cardea_jwk_kid(master), NULL);
	uint8_t secret[CARDEA_JWK_MAX_SIGNATURE];
	int err = cardea_jwk_sign(master, label, strlen(label), secret);

	if (!err) {
		err = cardea_jwk_from_secret(kid, secret, CARDEA_SHA256_SIZE, out);
	}
	explicit_bzero(secret, sizeof(secret));
	return err;
}

static int add_key(struct cardea_account_keys *keys, const struct cardea_jwk *master, int use)
{
	int err = derive(master, profiles[use].name, &keys->key[use]);

	if (err) {
		return err;
	}
	keys->set[use] = cardea_jwks_new();
	return cardea_jwks_add(keys->set[use], keys->key[use]);
}

int cardea_account_keys_new(const struct cardea_jwk *master, struct cardea_account_keys **out)
{
	struct cardea_account_keys *keys;
	int err;

	if (!master || cardea_jwk_alg(master) != CARDEA_JWS_HS256) {
		return CARDEA_E_INVALID;
	}
	keys = g_new0(struct cardea_account_keys, 1);
	err = derive(master, SGN_USE, &keys->sgn);
	for (int use = 0; use < CARDEA_ACCOUNT_USES && !err; use++) {
		err = add_key(keys, master, use);
	}
	if (err) {
		cardea_account_keys_free(keys);
		return err;
	}
	*out = keys;
	return 0;
}

void cardea_account_keys_free(struct cardea_account_keys *keys)
{
	if (!keys) {
		return;
	}
	for (int use = 0; use < CARDEA_ACCOUNT_USES; use++) {
		cardea_jwk_unref(keys->key[use]);
		if (keys->set[use]) {
			cardea_jwks_unref(keys->set[use]);
		}
	}
	cardea_jwk_unref(keys->sgn);
	g_free(keys);
}

/* ---- tokens ---- */

enum cardea_account_use cardea_account_token_peek(const struct cardea_account_keys *keys,
                                                  const char *text)
{
	const char *dot = strchr(text, '.');
	char header[MAX_HEADER];
	json_t *object = NULL;
	size_t len = 0;
	int use = CARDEA_ACCOUNT_USES;

	if (!dot || cardea_base64url_decode(text, (size_t)(dot - text), header, sizeof(header), &len) ||
	    cardea_json_parse_object(header, len, &object)) {
		return CARDEA_ACCOUNT_USES;
	}
	for (int i = 0; i < CARDEA_ACCOUNT_USES; i++) {
		const char *kid = cardea_json_string(object, "kid", "");

		if (cardea_jwks_find(keys->set[i], kid)) {
			use = i;
		}
	}
	json_decref(object);
	return (enum cardea_account_use)use;
}

static const char *filled(const char *text)
{
	return text[0] ? text : NULL;
}

static const char *audience(const struct profile *profile, bool is_client)
{
	return profile->aud ? profile->aud : is_client ? "client" : "user";
}

int cardea_account_token_mint(const struct cardea_account_keys *keys, enum cardea_account_use use,
                              const struct cardea_account_claims *claims, char **out)
{
	const struct profile *profile = &profiles[use];
	const char *participant =
	        use >= CARDEA_USE_SEAT && use != CARDEA_USE_LINK ? claims->subject : NULL;
	json_t *payload = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:I, s:I}",
	                            "sub", claims->subject, "aud", audience(profile, claims->is_client),
	                            "type", profile->type, "cId", claims->client, "jti", claims->jti,
	                            "sgn", filled(claims->sgn), "roomId", filled(claims->room),
	                            "participantId", participant, "fam", filled(claims->family), "iat",
	                            (json_int_t)claims->iat, "exp", (json_int_t)claims->exp);
	int err;

	if (!payload) {
		return CARDEA_E_INTERNAL;
	}
	if (use == CARDEA_USE_REFRESH || use == CARDEA_USE_SEAT_REFRESH) {
		json_object_set_new(payload, "step", json_integer(claims->step));
	}
	if (participant) {
		json_object_set_new(payload, "gen", json_integer(claims->gen));
	}
	err = cardea_jws_sign(keys->key[use], TYP, payload, out);
	json_decref(payload);
	return err;
}

static void copy(const json_t *payload, const char *name, char *out, size_t size)
{
	g_strlcpy(out, cardea_json_string(payload, name, ""), size);
}

static int read_claims(const struct profile *profile, const json_t *payload, int64_t now_s,
                       struct cardea_account_claims *out)
{
	const char *aud = cardea_json_string(payload, "aud", "");

	out->is_client = strcmp(aud, "client") == 0;
	/* The key has one use; the claims say it once more (Decision S13). */
	CARDEA_REFUSE_IF(UNAUTHENTICATED, strcmp(aud, audience(profile, out->is_client)) != 0);
	CARDEA_REFUSE_IF(UNAUTHENTICATED,
	                 strcmp(cardea_json_string(payload, "type", ""), profile->type) != 0);
	copy(payload, "sub", out->subject, sizeof(out->subject));
	copy(payload, "cId", out->client, sizeof(out->client));
	copy(payload, "jti", out->jti, sizeof(out->jti));
	copy(payload, "fam", out->family, sizeof(out->family));
	copy(payload, "sgn", out->sgn, sizeof(out->sgn));
	copy(payload, "roomId", out->room, sizeof(out->room));
	out->step = cardea_json_integer(payload, "step", 0);
	out->gen = cardea_json_integer(payload, "gen", 0);
	out->iat = cardea_json_integer(payload, "iat", 0);
	out->exp = cardea_json_integer(payload, "exp", 0);
	CARDEA_REFUSE_IF(AUTH_EXPIRED, out->exp <= now_s);
	return 0;
}

int cardea_account_token_verify(const struct cardea_account_keys *keys, enum cardea_account_use use,
                                const char *token, int64_t now_s, struct cardea_account_claims *out)
{
	struct cardea_account_claims claims = {0};
	json_t *payload = NULL;
	int err;

	if (cardea_jws_verify(keys->set[use], TYP, token, strlen(token), now_s, &payload)) {
		return CARDEA_E_UNAUTHENTICATED;
	}
	err = read_claims(&profiles[use], payload, now_s, &claims);
	json_decref(payload);
	if (!err || err == CARDEA_E_AUTH_EXPIRED) {
		*out = claims;
	}
	return err;
}

int cardea_account_sgn(const struct cardea_account_keys *keys, const char *account,
                       const char *password_hash, char out[CARDEA_SGN_SIZE])
{
	g_autofree char *text = g_strconcat(account, ":", password_hash, NULL);
	uint8_t mac[CARDEA_JWK_MAX_SIGNATURE];
	int err = cardea_jwk_sign(keys->sgn, text, strlen(text), mac);

	for (size_t i = 0; i < CARDEA_SGN_SIZE / 2 && !err; i++) {
		snprintf(out + 2 * i, 3, "%02x", mac[i]);
	}
	return err;
}

int cardea_account_token_id(const struct cardea_random *random, char out[CARDEA_TOKEN_ID_SIZE])
{
	char *text = cardea_id_base64url(random, ID_BYTES);

	if (!text) {
		return CARDEA_E_SYSTEM;
	}
	g_strlcpy(out, text, CARDEA_TOKEN_ID_SIZE);
	g_free(text);
	return 0;
}
