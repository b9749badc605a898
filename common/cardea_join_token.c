/*
 * cardea_join_token: claims to JSON and back. Each claim's check is one CARDEA_REFUSE_IF (see
 * cardea_refusal.h), and what reads a claim bears its absence, so that a build with any one check
 * left out stays safe. Nothing is inferred: a claim that is not there is refused, not defaulted,
 * because the signer writes them all.
 */
#include "cardea_join_token.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_json.h"
#include "cardea_refusal.h"
#include "cardea_text.h"

/* Integers past this are not exact in JavaScript; it also keeps sums of times from overflowing. */
#define MAX_INTEGER ((INT64_C(1) << 53) - 1)

/* Names on the wire. */

static const char *const role_names[] = {
        [CARDEA_ROLE_PARTICIPANT] = "participant",
        [CARDEA_ROLE_HOST] = "host",
};

static const char *const kind_names[] = {"microphone", "camera", "screen", "data"};

static const char *const dup_names[] = {
        [CARDEA_DUP_REPLACE] = "replace",
        [CARDEA_DUP_REFUSE] = "refuse",
};

/* Rules that are a word; CARDEA_SUBSCRIBE_LIST is a list of ids instead. */
static const char *const subscribe_names[] = {
        [CARDEA_SUBSCRIBE_ALL] = "all",
        [CARDEA_SUBSCRIBE_HOSTS] = "hosts",
};

/* Index of @name among @count @names, or -1. */
static int find_name(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; name && i < count; i++) {
		if (strcmp(names[i], name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

const char *cardea_role_name(enum cardea_role role)
{
	return (size_t)role < G_N_ELEMENTS(role_names) ? role_names[role] : NULL;
}

int cardea_role_parse(const char *name, enum cardea_role *out)
{
	int index = find_name(role_names, G_N_ELEMENTS(role_names), name);

	if (index < 0) {
		return CARDEA_E_INVALID;
	}
	*out = (enum cardea_role)index;
	return 0;
}

const char *cardea_kind_name(enum cardea_kind kind)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kind_names); i++) {
		if ((unsigned)kind == 1U << i) {
			return kind_names[i];
		}
	}
	return NULL;
}

int cardea_kind_parse(const char *name, enum cardea_kind *out)
{
	int index = find_name(kind_names, G_N_ELEMENTS(kind_names), name);

	if (index < 0) {
		return CARDEA_E_INVALID;
	}
	*out = (enum cardea_kind)(1U << index);
	return 0;
}

json_t *cardea_kinds_to_json(unsigned kinds)
{
	json_t *array = json_array();

	for (size_t i = 0; i < G_N_ELEMENTS(kind_names); i++) {
		if (kinds & 1U << i) {
			json_array_append_new(array, json_string(kind_names[i]));
		}
	}
	return array;
}

int cardea_kinds_from_json(const json_t *array, unsigned *out)
{
	unsigned kinds = 0;

	CARDEA_REFUSE_IF(TOKEN_PUBLISH, !json_is_array(array));
	for (size_t i = 0; i < json_array_size(array); i++) {
		enum cardea_kind kind = 0;
		int err = cardea_kind_parse(json_string_value(json_array_get(array, i)), &kind);

		CARDEA_REFUSE_IF(TOKEN_PUBLISH, err != 0);
		CARDEA_REFUSE_IF(TOKEN_PUBLISH_DUPLICATE, kinds & kind);
		kinds |= kind;
	}
	*out = kinds;
	return 0;
}

void cardea_join_claims_clear(struct cardea_join_claims *claims)
{
	g_strfreev(claims->subscribe_list);
	memset(claims, 0, sizeof(*claims));
}

/* Signing. */

static json_t *subscribe_to_json(const struct cardea_join_claims *claims)
{
	json_t *list;

	if ((size_t)claims->subscribe < G_N_ELEMENTS(subscribe_names)) {
		return json_string(subscribe_names[claims->subscribe]);
	}
	list = json_array();
	for (char **id = claims->subscribe_list; id && *id; id++) {
		json_array_append_new(list, json_string(*id));
	}
	return list;
}

static json_t *claims_to_json(const struct cardea_join_claims *claims)
{
	return json_pack(
	        "{s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:I, s:I,"
	        " s:s, s:b, s:b, s:o, s:o, s:s}",
	        "iss", claims->iss, "aud", CARDEA_JOIN_TOKEN_AUD, "iat", (json_int_t)claims->iat, "nbf",
	        (json_int_t)claims->nbf, "exp", (json_int_t)claims->exp, "jti", claims->jti, "sub",
	        claims->sub, "client_id", claims->client_id, "conf_id", claims->conf_id, "tenant",
	        claims->tenant, "room", claims->room, "name", claims->name, "avatar",
	        claims->avatar[0] ? claims->avatar : NULL, "epoch", (json_int_t)claims->epoch, "gen",
	        (json_int_t)claims->gen, "role", cardea_role_name(claims->role), "guest", claims->guest,
	        "hidden", claims->hidden, "publish", cardea_kinds_to_json(claims->publish), "subscribe",
	        subscribe_to_json(claims), "dup",
	        claims->dup == CARDEA_DUP_REFUSE ? dup_names[CARDEA_DUP_REFUSE]
	                                         : dup_names[CARDEA_DUP_REPLACE]);
}

int cardea_join_token_sign(const struct cardea_jwk *key, const struct cardea_join_claims *claims,
                           char **out)
{
	json_t *payload = claims_to_json(claims);
	int err =
	        payload ? cardea_jws_sign(key, CARDEA_JOIN_TOKEN_TYP, payload, out) : CARDEA_E_INVALID;

	json_decref(payload);
	return err;
}

/* Verification. */

static const char *text_of(const json_t *payload, const char *name)
{
	return cardea_json_string(payload, name, "");
}

static void copy_text(const json_t *payload, const char *name, char *out, size_t size)
{
	g_strlcpy(out, text_of(payload, name), size);
}

/* Shown beside the name and no reason to keep anybody out: what does not fit is none. */
static void copy_avatar(const json_t *payload, struct cardea_join_claims *claims)
{
	const char *avatar = text_of(payload, "avatar");

	if (cardea_text_is_name(avatar, CARDEA_MAX_AVATAR)) {
		g_strlcpy(claims->avatar, avatar, sizeof(claims->avatar));
	}
}

/* An integer of 0..2^53-1. A number with a fraction is none, even if the fraction is zero: two
 * readers may round it differently. */
static bool is_count(const json_t *payload, const char *name)
{
	const json_t *value = json_object_get(payload, name);

	return json_is_integer(value) && json_integer_value(value) >= 0 &&
	       json_integer_value(value) <= MAX_INTEGER;
}

static bool is_plain_claim(const json_t *payload, const char *name)
{
	return cardea_id_is_plain(text_of(payload, name), CARDEA_MAX_ID);
}

static int read_party(const json_t *payload, const char *issuer, struct cardea_join_claims *claims)
{
	CARDEA_REFUSE_IF(TOKEN_ISS, strcmp(text_of(payload, "iss"), issuer) != 0);
	/* RFC 8725 3.9. A single string: a list would let one token serve two receivers. */
	CARDEA_REFUSE_IF(TOKEN_AUD, strcmp(text_of(payload, "aud"), CARDEA_JOIN_TOKEN_AUD) != 0);
	copy_text(payload, "iss", claims->iss, sizeof(claims->iss));
	return 0;
}

/* Sums cannot overflow: claims are below 2^53, and the caller's clock is too. */
static int read_times(const json_t *payload, int64_t now_s, struct cardea_join_claims *claims)
{
	CARDEA_REFUSE_IF(TOKEN_EXP_TYPE, !is_count(payload, "exp"));
	CARDEA_REFUSE_IF(TOKEN_NBF_TYPE, !is_count(payload, "nbf"));
	CARDEA_REFUSE_IF(TOKEN_IAT_TYPE, !is_count(payload, "iat"));
	claims->exp = CLAMP(cardea_json_integer(payload, "exp", 0), 0, MAX_INTEGER);
	claims->nbf = CLAMP(cardea_json_integer(payload, "nbf", 0), 0, MAX_INTEGER);
	claims->iat = CLAMP(cardea_json_integer(payload, "iat", 0), 0, MAX_INTEGER);
	/* RFC 7519 4.1.4: on or after the expiry is too late; 4.1.5: the start itself is in time. */
	CARDEA_REFUSE_IF(TOKEN_EXPIRED, now_s >= claims->exp + CARDEA_TOKEN_LEEWAY_S);
	CARDEA_REFUSE_IF(TOKEN_NOT_YET_VALID, now_s < claims->nbf - CARDEA_TOKEN_LEEWAY_S);
	CARDEA_REFUSE_IF(TOKEN_IAT_FUTURE, now_s < claims->iat - CARDEA_TOKEN_LEEWAY_S);
	/* Bounds what a signer's mistake, or a copied token, can cost. */
	CARDEA_REFUSE_IF(TOKEN_LIFETIME,
	                 claims->exp <= claims->iat ||
	                         claims->exp - claims->iat > CARDEA_JOIN_TOKEN_MAX_LIFE_S);
	return 0;
}

static int read_ids(const json_t *payload, struct cardea_join_claims *claims)
{
	CARDEA_REFUSE_IF(TOKEN_JTI, !is_plain_claim(payload, "jti"));
	CARDEA_REFUSE_IF(TOKEN_SUB, !is_plain_claim(payload, "sub"));
	CARDEA_REFUSE_IF(TOKEN_CLIENT_ID, !is_plain_claim(payload, "client_id"));
	CARDEA_REFUSE_IF(TOKEN_CONF_ID, !is_plain_claim(payload, "conf_id"));
	CARDEA_REFUSE_IF(TOKEN_TENANT, !is_plain_claim(payload, "tenant"));
	CARDEA_REFUSE_IF(TOKEN_ROOM, !is_plain_claim(payload, "room"));
	CARDEA_REFUSE_IF(TOKEN_NAME, !cardea_text_is_name(text_of(payload, "name"), CARDEA_MAX_NAME));
	copy_text(payload, "jti", claims->jti, sizeof(claims->jti));
	copy_text(payload, "sub", claims->sub, sizeof(claims->sub));
	copy_text(payload, "client_id", claims->client_id, sizeof(claims->client_id));
	copy_text(payload, "conf_id", claims->conf_id, sizeof(claims->conf_id));
	copy_text(payload, "tenant", claims->tenant, sizeof(claims->tenant));
	copy_text(payload, "room", claims->room, sizeof(claims->room));
	copy_text(payload, "name", claims->name, sizeof(claims->name));
	copy_avatar(payload, claims);
	return 0;
}

static int read_standing(const json_t *payload, struct cardea_join_claims *claims)
{
	int role = find_name(role_names, G_N_ELEMENTS(role_names), text_of(payload, "role"));
	int dup = find_name(dup_names, G_N_ELEMENTS(dup_names), text_of(payload, "dup"));

	CARDEA_REFUSE_IF(TOKEN_EPOCH,
	                 !is_count(payload, "epoch") || cardea_json_integer(payload, "epoch", 0) < 1);
	CARDEA_REFUSE_IF(TOKEN_GEN, !is_count(payload, "gen"));
	CARDEA_REFUSE_IF(TOKEN_ROLE, role < 0);
	CARDEA_REFUSE_IF(TOKEN_GUEST, !json_is_boolean(json_object_get(payload, "guest")));
	CARDEA_REFUSE_IF(TOKEN_HIDDEN, !json_is_boolean(json_object_get(payload, "hidden")));
	CARDEA_REFUSE_IF(TOKEN_DUP, dup < 0);
	claims->epoch = cardea_json_integer(payload, "epoch", 1);
	claims->gen = cardea_json_integer(payload, "gen", 0);
	claims->role = role > 0 ? (enum cardea_role)role : CARDEA_ROLE_PARTICIPANT;
	claims->guest = cardea_json_boolean(payload, "guest", true);
	claims->hidden = cardea_json_boolean(payload, "hidden", false);
	claims->dup = dup > 0 ? (enum cardea_dup)dup : CARDEA_DUP_REPLACE;
	return 0;
}

static int read_publish(const json_t *payload, struct cardea_join_claims *claims)
{
	int err = cardea_kinds_from_json(json_object_get(payload, "publish"), &claims->publish);

	if (err) {
		return err;
	}
	/* Nobody may be heard or seen by people who cannot see that they are there. */
	CARDEA_REFUSE_IF(TOKEN_HIDDEN_PUBLISH, claims->hidden && claims->publish != 0);
	return 0;
}

static bool is_id_list(const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!cardea_id_is_plain(json_string_value(json_array_get(value, i)), CARDEA_MAX_ID)) {
			return false;
		}
	}
	return json_is_array(value);
}

static char **copy_id_list(const json_t *value)
{
	size_t count = json_array_size(value);
	char **list = g_new0(char *, count + 1);

	for (size_t i = 0; i < count; i++) {
		const char *id = json_string_value(json_array_get(value, i));

		list[i] = g_strdup(id ? id : "");
	}
	return list;
}

/* Last of all, because it is the one step after which something is owned. */
static int read_subscribe(const json_t *payload, struct cardea_join_claims *claims)
{
	const json_t *value = json_object_get(payload, "subscribe");
	int rule = find_name(subscribe_names, G_N_ELEMENTS(subscribe_names), json_string_value(value));

	CARDEA_REFUSE_IF(TOKEN_SUBSCRIBE, rule < 0 && !is_id_list(value));
	if (rule >= 0) {
		claims->subscribe = (enum cardea_subscribe)rule;
		return 0;
	}
	claims->subscribe = CARDEA_SUBSCRIBE_LIST;
	claims->subscribe_list = copy_id_list(value);
	return 0;
}

static int read_claims(const json_t *payload, const char *issuer, int64_t now_s,
                       struct cardea_join_claims *claims)
{
	int err = read_party(payload, issuer, claims);

	if (!err) {
		err = read_times(payload, now_s, claims);
	}
	if (!err) {
		err = read_ids(payload, claims);
	}
	if (!err) {
		err = read_standing(payload, claims);
	}
	if (!err) {
		err = read_publish(payload, claims);
	}
	if (!err) {
		err = read_subscribe(payload, claims);
	}
	return err;
}

int cardea_join_token_verify(const struct cardea_jwks *keys, const char *issuer, const char *token,
                             size_t len, int64_t now_s, struct cardea_join_claims *claims)
{
	struct cardea_join_claims read = {0};
	json_t *payload = NULL;
	int err = cardea_jws_verify(keys, CARDEA_JOIN_TOKEN_TYP, token, len, now_s, &payload);

	if (!err) {
		err = read_claims(payload, issuer, now_s, &read);
	}
	json_decref(payload);
	if (!err) {
		*claims = read;
	}
	return err;
}
