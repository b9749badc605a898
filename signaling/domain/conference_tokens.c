/* conference_tokens: join tokens of the plugNmeet dialect. */
#include "domain/conference_tokens.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_jws.h"
#include "cardea_refusal.h"
#include "domain/api_keys.h"
#include "domain/domain_private.h"

#define USE "join"

static void put(json_t *payload, const char *name, json_t *value)
{
	json_object_set_new(payload, name, value);
}

int cardea_conference_token_mint(const struct cardea_conference_claims *claims, const char *secret,
                                 int64_t now_s, char **out)
{
	json_t *payload = json_object();
	int err;

	if (claims->client_type) {
		put(payload, "client_type", json_integer(claims->client_type));
	}
	put(payload, "exp", json_integer(now_s + CARDEA_CONFERENCE_TOKEN_LIFE_S));
	if (claims->gen > 0) {
		put(payload, "gen", json_integer(claims->gen));
	}
	if (claims->is_host) {
		put(payload, "is_admin", json_true());
	}
	if (claims->is_hidden) {
		put(payload, "is_hidden", json_true());
	}
	put(payload, "iss", json_string(claims->key));
	put(payload, "name", json_string(claims->name));
	put(payload, "nbf", json_integer(now_s));
	put(payload, "room_id", json_string(claims->room_id));
	put(payload, "seat", json_string(claims->seat));
	put(payload, "sid", json_string(claims->sid));
	put(payload, "sub", json_string(claims->user_id));
	put(payload, "use", json_string(USE));
	put(payload, "user_id", json_string(claims->user_id));
	err = cardea_jws_sign_secret(secret, payload, out);
	json_decref(payload);
	return err;
}

static const char *text_of(const json_t *payload, const char *name)
{
	return json_string_value(json_object_get(payload, name));
}

bool cardea_is_conference_token(const char *text)
{
	json_t *payload = NULL;
	bool is_one;

	if (cardea_jws_peek(text, strlen(text), &payload)) {
		return false;
	}
	is_one = g_strcmp0(text_of(payload, "use"), USE) == 0 && text_of(payload, "iss");
	json_decref(payload);
	return is_one;
}

static int check_claims(const json_t *payload, int64_t now_s)
{
	const json_t *nbf = json_object_get(payload, "nbf");
	const json_t *exp = json_object_get(payload, "exp");
	const char *user = text_of(payload, "user_id");

	CARDEA_REFUSE_IF(AUTH_TOKEN, g_strcmp0(text_of(payload, "use"), USE) != 0);
	CARDEA_REFUSE_IF(AUTH_TOKEN, !user || g_strcmp0(text_of(payload, "sub"), user) != 0);
	CARDEA_REFUSE_IF(AUTH_TOKEN, !text_of(payload, "room_id"));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !cardea_id_is_uuid(text_of(payload, "sid")));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !cardea_id_is_uuid(text_of(payload, "seat")));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !json_is_integer(nbf) || !json_is_integer(exp));
	CARDEA_REFUSE_IF(AUTH_TOKEN,
	                 json_integer_value(nbf) > now_s + CARDEA_CONFERENCE_TOKEN_LEEWAY_S);
	CARDEA_REFUSE_IF(AUTH_EXPIRED,
	                 json_integer_value(exp) < now_s - CARDEA_CONFERENCE_TOKEN_LEEWAY_S);
	return 0;
}

/* The payload of a token that its issuer has signed. */
static int open_token(const struct cardea_domain *domain, struct cardea_tx *tx, const char *token,
                      char tenant[CARDEA_UUID_SIZE], json_t **out)
{
	json_t *unproved = NULL;
	const char *key, *secret = NULL;
	int err = cardea_jws_peek(token, strlen(token), &unproved);

	key = text_of(unproved, "iss");
	if (!err && key) {
		err = cardea_api_key_secret(tx, domain->options.keys.seal, key, tenant, &secret);
	}
	json_decref(unproved);
	if (err && err != CARDEA_E_NOT_FOUND && cardea_error_http(err) >= 500) {
		return err;
	}
	if (err || !secret || cardea_jws_verify_secret(secret, token, strlen(token), out)) {
		return CARDEA_E_AUTH_TOKEN;
	}
	return 0;
}

int cardea_conference_token_verify(const struct cardea_domain *domain, struct cardea_tx *tx,
                                   const char *token, struct cardea_conference_ticket *out)
{
	json_t *payload = NULL;
	int err = open_token(domain, tx, token, out->tenant, &payload);

	if (!err) {
		err = check_claims(payload, cardea_tx_now_ms(tx) / 1000);
	}
	if (!err) {
		g_strlcpy(out->session, text_of(payload, "sid"), sizeof(out->session));
		out->user_id = cardea_tx_strdup(tx, text_of(payload, "user_id"));
		out->room_id = cardea_tx_strdup(tx, text_of(payload, "room_id"));
		g_strlcpy(out->seat, text_of(payload, "seat"), sizeof(out->seat));
		out->gen = cardea_json_integer(payload, "gen", 0);
	}
	json_decref(payload);
	return err;
}
