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
	const char *name, *typ; /* name NULL: not ours to mint */
};

static const struct profile profiles[] = {
        {CARDEA_TOKEN_JOIN, NULL, CARDEA_JOIN_TOKEN_TYP},
        {CARDEA_TOKEN_ACCESS, "access", "cardea-access+jwt"},
        {CARDEA_TOKEN_REFRESH, "refresh", "cardea-refresh+jwt"},
        {CARDEA_TOKEN_AUTH, "auth", "cardea-auth+jwt"},
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
	default:
		return NULL;
	}
}

static const struct cardea_jwk *key_of(const struct cardea_domain *domain,
                                       enum cardea_token_use use)
{
	const struct cardea_domain_keys *keys = &domain->options.keys;

	return use == CARDEA_TOKEN_ACCESS ? keys->access
	       : use == CARDEA_TOKEN_AUTH ? keys->auth
	                                  : keys->refresh;
}

static json_t *new_payload(const struct cardea_domain *domain, const struct profile *profile,
                           const struct cardea_token_claims *claims, const char *name)
{
	int64_t now = cardea_clock_wall_ms(domain->options.clock) / 1000;
	char *jti = cardea_id_base64url(&cardea_random_kernel, JTI_BYTES);
	json_t *payload =
	        json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:s*, s:s*, s:s, s:o, s:s, s:s}", "sub",
	                  claims->subject, "iss", domain->issuer, "iat", (json_int_t)now, "exp",
	                  (json_int_t)(now + life_of(domain, profile->use)), "jti", jti, "tenant_id",
	                  claims->tenant, "room_id", claims->room[0] ? claims->room : NULL,
	                  "display_name", name, "role", cardea_role_name(claims->role), "permissions",
	                  permissions_of(claims->role), "type", profile->name, "use", profile->name);

	g_free(jti);
	return payload;
}

int cardea_token_mint(const struct cardea_domain *domain, enum cardea_token_use use,
                      const struct cardea_token_claims *claims, const char *name, char **out)
{
	const struct profile *profile = find_profile(use);
	json_t *payload = profile ? new_payload(domain, profile, claims, name) : NULL;
	int err;

	if (!payload) {
		return CARDEA_E_INTERNAL;
	}
	err = cardea_jws_sign(key_of(domain, use), profile->typ, payload, out);
	json_decref(payload);
	return err;
}

int cardea_token_set_mint(const struct cardea_domain *domain, const struct cardea_seat_row *seat,
                          bool has_refresh, struct cardea_token_set *out)
{
	struct cardea_token_claims claims = {.role = seat->role};
	const char *name = seat->display_name;
	int err;

	g_strlcpy(claims.tenant, seat->tenant, sizeof(claims.tenant));
	g_strlcpy(claims.subject, seat->id, sizeof(claims.subject));
	g_strlcpy(claims.room, seat->room, sizeof(claims.room));
	err = cardea_token_mint(domain, CARDEA_TOKEN_ACCESS, &claims, name, &out->access);
	if (!err && has_refresh) {
		err = cardea_token_mint(domain, CARDEA_TOKEN_REFRESH, &claims, name, &out->refresh);
	}
	return err ? err : cardea_token_mint(domain, CARDEA_TOKEN_AUTH, &claims, name, &out->auth);
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

static int read_claims(const struct cardea_domain *domain, const struct profile *profile,
                       const json_t *payload, int64_t now_s, struct cardea_token_claims *out)
{
	const json_t *exp = json_object_get(payload, "exp");
	const char *role = json_string_value(json_object_get(payload, "role"));

	/* The key has one use and so has `typ`; the claims say it once more (Decision P2). */
	CARDEA_REFUSE_IF(AUTH_TOKEN, !is_claim(payload, "use", profile->name));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !is_claim(payload, "type", profile->name));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !is_claim(payload, "iss", domain->issuer));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !json_is_integer(exp));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !copy_uuid(payload, "tenant_id", out->tenant));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !copy_uuid(payload, "sub", out->subject));
	CARDEA_REFUSE_IF(AUTH_TOKEN, !role || cardea_role_parse(role, &out->role));
	if (json_object_get(payload, "room_id")) {
		CARDEA_REFUSE_IF(AUTH_TOKEN, !copy_uuid(payload, "room_id", out->room));
	} else {
		CARDEA_REFUSE_IF(AUTH_TOKEN, strcmp(out->subject, out->tenant) != 0);
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
	if (!err) {
		*out = claims;
	}
	return err;
}
