/* tokens: the JWTs of the participants dialect. A JWT's payload is JSON by definition, so this file
 * and the event codec are the two of the domain that know it. */
#include "domain/tokens.h"

#include <string.h>
#include <glib.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_jws.h"
#include "cardea_refusal.h"
#include "domain/domain_private.h"

#define MAX_HEADER 512
#define JTI_BYTES  16

struct profile {
	enum cardea_token_use use;
	const char *name, *typ; /* name: claim `use`; NULL: not ours to mint */
	const char *type;       /* claim `type` (spec/participants 2.3) */
};

static const struct profile profiles[] = {
        {CARDEA_TOKEN_JOIN, NULL, CARDEA_JOIN_TOKEN_TYP, NULL},
        {CARDEA_TOKEN_ACCESS, "access", "cardea-access+jwt", "access"},
        {CARDEA_TOKEN_REFRESH, "refresh", "cardea-refresh+jwt", "refresh"},
        {CARDEA_TOKEN_AUTH, "auth", "cardea-auth+jwt", "auth"},
        {CARDEA_TOKEN_EXCHANGE, "exchange", "cardea-exchange+jwt", "access"},
};

static const struct profile *find_profile(enum cardea_token_use use)
{
	for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++) {
		if (profiles[i].use == use && profiles[i].name) {
			return &profiles[i];
		}
	}
	return NULL;
}

static enum cardea_token_use use_of_header(const char *text, size_t len)
{
	enum cardea_token_use use = CARDEA_TOKEN_NOT;
	char header[MAX_HEADER];
	json_t *object = NULL;
	size_t header_len;
	const char *typ;

	if (cardea_base64url_decode(text, len, header, sizeof(header), &header_len) ||
	    cardea_json_parse_object(header, header_len, &object)) {
		return use;
	}
	use = CARDEA_TOKEN_OTHER;
	typ = json_string_value(json_object_get(object, "typ"));
	for (size_t i = 0; typ && i < G_N_ELEMENTS(profiles); i++) {
		if (strcmp(typ, profiles[i].typ) == 0) {
			use = profiles[i].use;
		}
	}
	json_decref(object);
	return use;
}

enum cardea_token_use cardea_token_peek(const char *text)
{
	const char *first = strchr(text, '.');
	const char *second = first ? strchr(first + 1, '.') : NULL;

	if (!second || strchr(second + 1, '.') || strlen(text) > CARDEA_MAX_TOKEN) {
		return CARDEA_TOKEN_NOT;
	}
	return use_of_header(text, (size_t)(first - text));
}

static json_t *permissions_of(enum cardea_role role)
{
	int is_host = role == CARDEA_ROLE_HOST;

	/* Decision P10: permissions follow the role. */
	return json_pack("{s:b, s:b, s:b, s:b}", "can_record", is_host, "can_screen_share", 1,
	                 "can_kick", is_host, "can_mute", is_host);
}

static int64_t life_of(const struct cardea_domain *domain, enum cardea_token_use use)
{
	return use == CARDEA_TOKEN_REFRESH ? domain->options.refresh_token_life_s
	                                   : domain->options.access_token_life_s;
}

static const struct cardea_jwks *keys_of(const struct cardea_domain *domain,
                                         enum cardea_token_use use)
{
	switch (use) {
	case CARDEA_TOKEN_ACCESS:
		return domain->access;
	case CARDEA_TOKEN_REFRESH:
		return domain->refresh;
	case CARDEA_TOKEN_AUTH:
		return domain->auth;
	case CARDEA_TOKEN_EXCHANGE:
		return domain->exchange;
	default:
		return NULL;
	}
}

static const struct cardea_jwk *key_of(const struct cardea_domain *domain,
                                       enum cardea_token_use use)
{
	const struct cardea_domain_keys *keys = &domain->options.keys;

	switch (use) {
	case CARDEA_TOKEN_ACCESS:
		return keys->access;
	case CARDEA_TOKEN_AUTH:
		return keys->auth;
	case CARDEA_TOKEN_EXCHANGE:
		return domain->exchange_key;
	default:
		return keys->refresh;
	}
}

struct cardea_token_stamp cardea_token_stamp(const struct cardea_domain *domain)
{
	return (struct cardea_token_stamp){
	        .now_s = cardea_clock_wall_ms(domain->options.clock) / 1000,
	        .random = &cardea_random_kernel,
	};
}

/* What ties tokens to where they came from. */
static void put_family(json_t *payload, enum cardea_token_use use,
                       const struct cardea_token_claims *claims)
{
	if (claims->family[0]) {
		json_object_set_new(payload, "family", json_string(claims->family));
	}
	if (use == CARDEA_TOKEN_REFRESH) {
		json_object_set_new(payload, "step", json_integer(claims->step));
	}
	if (!claims->room[0]) {
		json_object_set_new(payload, "key_gen", json_integer(claims->key_gen));
	} else if (use != CARDEA_TOKEN_EXCHANGE) {
		json_object_set_new(payload, "gen", json_integer(claims->gen));
	}
}

static json_t *new_payload(const struct cardea_domain *domain,
                           const struct cardea_token_stamp *stamp, const struct profile *profile,
                           const struct cardea_token_claims *claims, const char *name)
{
	char *jti = cardea_id_base64url(stamp->random, JTI_BYTES);
	json_t *payload =
	        json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:s*, s:s*, s:s, s:o, s:s, s:s}", "sub",
	                  claims->subject, "iss", domain->issuer, "iat", (json_int_t)stamp->now_s,
	                  "exp", (json_int_t)(stamp->now_s + life_of(domain, profile->use)), "jti", jti,
	                  "tenant_id", claims->tenant, "room_id", claims->room[0] ? claims->room : NULL,
	                  "display_name", name, "role", cardea_role_name(claims->role), "permissions",
	                  permissions_of(claims->role), "type", profile->type, "use", profile->name);

	g_free(jti);
	put_family(payload, profile->use, claims);
	return payload;
}

int cardea_token_mint(const struct cardea_domain *domain, const struct cardea_token_stamp *stamp,
                      enum cardea_token_use use, const struct cardea_token_claims *claims,
                      const char *name, char **out)
{
	const struct profile *profile = find_profile(use);
	json_t *payload = profile ? new_payload(domain, stamp, profile, claims, name) : NULL;
	int err;

	if (!payload) {
		return CARDEA_E_INTERNAL;
	}
	err = cardea_jws_sign(key_of(domain, use), profile->typ, payload, out);
	json_decref(payload);
	return err;
}

int cardea_token_family(const struct cardea_random *random, struct cardea_token_claims *claims)
{
	char *family = cardea_id_base64url(random, CARDEA_FAMILY_BYTES);

	g_strlcpy(claims->family, family ? family : "", sizeof(claims->family));
	claims->step = 0;
	g_free(family);
	return claims->family[0] ? 0 : CARDEA_E_SYSTEM;
}

void cardea_token_claims_of(const struct cardea_seat_row *seat, struct cardea_token_claims *out)
{
	*out = (struct cardea_token_claims){.role = seat->role, .gen = seat->gen};
	g_strlcpy(out->tenant, seat->tenant, sizeof(out->tenant));
	g_strlcpy(out->subject, seat->id, sizeof(out->subject));
	g_strlcpy(out->room, seat->room, sizeof(out->room));
}

int cardea_token_set_sign(const struct cardea_domain *domain,
                          const struct cardea_token_stamp *stamp,
                          const struct cardea_token_claims *claims, const char *name,
                          struct cardea_token_set *out)
{
	int err = cardea_token_mint(domain, stamp, CARDEA_TOKEN_ACCESS, claims, name, &out->access);

	if (!err) {
		err = cardea_token_mint(domain, stamp, CARDEA_TOKEN_REFRESH, claims, name, &out->refresh);
	}
	if (!err && claims->room[0]) {
		err = cardea_token_mint(domain, stamp, CARDEA_TOKEN_AUTH, claims, name, &out->auth);
	}
	return err;
}

int cardea_token_set_mint(const struct cardea_domain *domain, const struct cardea_seat_row *seat,
                          bool has_refresh, struct cardea_token_set *out)
{
	const struct cardea_token_stamp stamp = cardea_token_stamp(domain);
	const char *name = seat->display_name;
	struct cardea_token_claims claims;
	int err;

	cardea_token_claims_of(seat, &claims);
	err = cardea_token_family(stamp.random, &claims);
	if (!err && has_refresh) {
		return cardea_token_set_sign(domain, &stamp, &claims, name, out);
	}
	if (!err) {
		err = cardea_token_mint(domain, &stamp, CARDEA_TOKEN_ACCESS, &claims, name, &out->access);
	}
	return err ? err
	           : cardea_token_mint(domain, &stamp, CARDEA_TOKEN_AUTH, &claims, name, &out->auth);
}

void cardea_token_set_clear(struct cardea_token_set *set)
{
	g_clear_pointer(&set->access, g_free);
	g_clear_pointer(&set->refresh, g_free);
	g_clear_pointer(&set->auth, g_free);
}

static bool is_claim(const json_t *payload, const char *name, const char *value)
{
	const char *claim = json_string_value(json_object_get(payload, name));

	return claim && strcmp(claim, value) == 0;
}

static bool copy_uuid(const json_t *payload, const char *name, char out[CARDEA_UUID_SIZE])
{
	const char *claim = json_string_value(json_object_get(payload, name));

	if (!cardea_id_is_uuid(claim)) {
		return false;
	}
	g_strlcpy(out, claim, CARDEA_UUID_SIZE);
	return true;
}

static bool read_family(const json_t *payload, struct cardea_token_claims *out)
{
	const char *family = cardea_json_string(payload, "family", "");

	out->step = cardea_json_integer(payload, "step", 0);
	out->key_gen = cardea_json_integer(payload, "key_gen", 0);
	out->gen = cardea_json_integer(payload, "gen", 0);
	return family[0] && g_strlcpy(out->family, family, sizeof(out->family)) < sizeof(out->family);
}

static int read_claims(const struct cardea_domain *domain, const struct profile *profile,
                       const json_t *payload, int64_t now_s, struct cardea_token_claims *out)
{
	const json_t *exp = json_object_get(payload, "exp");
	const char *role = json_string_value(json_object_get(payload, "role"));

	/* The key has one use and so has `typ`; the claims say it once more (Decision P2). */
	CARDEA_REFUSE_IF(AUTH_TOKEN, !is_claim(payload, "use", profile->name));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !is_claim(payload, "type", profile->type));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !is_claim(payload, "iss", domain->issuer));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !json_is_integer(exp));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !copy_uuid(payload, "tenant_id", out->tenant));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !role || cardea_role_parse(role, &out->role));
	if (json_object_get(payload, "room_id")) {
		CARDEA_REFUSE_IF(AUTH_TOKEN, !copy_uuid(payload, "room_id", out->room));
	}
	if (profile->use == CARDEA_TOKEN_EXCHANGE) {
		CARDEA_REFUSE_IF(AUTH_TOKEN, !out->room[0]);
	} else {
		CARDEA_REFUSE_IF(AUTH_TOKEN, !copy_uuid(payload, "sub", out->subject));
		CARDEA_REFUSE_IF(AUTH_TOKEN, !out->room[0] && strcmp(out->subject, out->tenant) != 0);
		CARDEA_REFUSE_IF(AUTH_TOKEN, !read_family(payload, out));
	}
	CARDEA_REFUSE_IF(AUTH_EXPIRED, json_integer_value(exp) <= now_s);
	return 0;
}

int cardea_token_verify(const struct cardea_domain *domain, enum cardea_token_use use,
                        const char *token, int64_t now_s, struct cardea_token_claims *out)
{
	const struct profile *profile = find_profile(use);
	struct cardea_token_claims claims = {0};
	json_t *payload = NULL;
	int err;

	if (!profile || cardea_jws_verify(keys_of(domain, use), profile->typ, token, strlen(token),
	                                  now_s, &payload)) {
		return CARDEA_E_AUTH_TOKEN;
	}
	err = read_claims(domain, profile, payload, now_s, &claims);
	json_decref(payload);
	if (!err || err == CARDEA_E_AUTH_EXPIRED) {
		*out = claims;
	}
	return err;
}
