/* app_tokens: tokens that an application server signs itself. */
#include "domain/app_tokens.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_jws.h"
#include "cardea_refusal.h"
#include "cardea_text.h"
#include "domain/api_keys.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/room_life.h"
#include "domain/seating.h"
#include "domain/seats.h"
#include "store/tenant_details.h"
#include "store/token_families.h"

#define AUDIENCE "cardea-enter"
#define MAX_USER 255

struct app_claims {
	const char *room, *jti; /* memory of the tx, as all texts */
	struct cardea_participant_add who;
	int64_t iat, exp; /* iat 0 = not said */
};

static const char *text_of(const json_t *payload, const char *name)
{
	return json_string_value(json_object_get(payload, name));
}

bool cardea_is_app_token(const char *text)
{
	json_t *payload = NULL;
	bool is_one;

	if (cardea_jws_peek(text, strlen(text), &payload)) {
		return false;
	}
	is_one = g_strcmp0(text_of(payload, "aud"), AUDIENCE) == 0;
	json_decref(payload);
	return is_one;
}

/* ---- claims ---- */

/* The payload of a token that the pair it names has signed. */
static int open_token(const struct cardea_domain *domain, struct cardea_tx *tx, const char *token,
                      char tenant[CARDEA_UUID_SIZE], json_t **out)
{
	const char *secret = NULL, *key;
	json_t *unproved = NULL;
	int err = cardea_jws_peek(token, strlen(token), &unproved);

	key = text_of(unproved, "iss");
	if (!err && key) {
		err = cardea_api_key_secret(tx, domain->options.keys.seal, key, tenant, &secret);
	}
	json_decref(unproved);
	if (err && cardea_error_http(err) >= 500) {
		return err;
	}
	CARDEA_REFUSE_IF(UNAUTHENTICATED,
	                 err || !secret || cardea_jws_verify_secret(secret, token, strlen(token), out));
	return 0;
}

static int check_times(const json_t *payload, int64_t now_s, struct app_claims *out)
{
	const json_t *exp = json_object_get(payload, "exp"), *nbf = json_object_get(payload, "nbf");

	CARDEA_REFUSE_IF(UNAUTHENTICATED, !json_is_integer(exp));
	out->exp = json_integer_value(exp);
	out->iat = json_integer_value(json_object_get(payload, "iat"));
	CARDEA_REFUSE_IF(CREDENTIAL_EXPIRED, out->exp <= now_s);
	CARDEA_REFUSE_IF(UNAUTHENTICATED,
	                 out->exp > now_s + CARDEA_APP_TOKEN_MAX_LIFE_S + CARDEA_TOKEN_LEEWAY_S);
	CARDEA_REFUSE_IF(UNAUTHENTICATED,
	                 nbf && json_integer_value(nbf) > now_s + CARDEA_TOKEN_LEEWAY_S);
	return 0;
}

static int read_role(const json_t *payload, int *out)
{
	const char *name = text_of(payload, "role");
	enum cardea_role role = CARDEA_ROLE_PARTICIPANT;

	CARDEA_REFUSE_IF(UNAUTHENTICATED, json_object_get(payload, "role") && !name);
	CARDEA_REFUSE_IF(UNAUTHENTICATED, name && cardea_role_parse(name, &role));
	*out = name ? (int)role : -1;
	return 0;
}

static int read_who(struct cardea_tx *tx, const json_t *payload, struct cardea_participant_add *out)
{
	const char *user = text_of(payload, "sub"), *name = text_of(payload, "name");
	const json_t *publish = json_object_get(payload, "publish");

	CARDEA_REFUSE_IF(UNAUTHENTICATED, !user || !user[0] || strlen(user) > MAX_USER);
	CARDEA_REFUSE_IF(UNAUTHENTICATED, json_object_get(payload, "name") && !name);
	name = name ? name : user;
	CARDEA_REFUSE_IF(UNAUTHENTICATED, !cardea_text_is_name(name, CARDEA_MAX_NAME));
	out->external_user_id = cardea_tx_strdup(tx, user);
	out->display_name = cardea_tx_strdup(tx, name);
	out->is_hidden = json_is_true(json_object_get(payload, "hidden"));
	out->has_publish = json_is_array(publish);
	CARDEA_REFUSE_IF(UNAUTHENTICATED, publish && (!out->has_publish ||
	                                              cardea_kinds_from_json(publish, &out->publish)));
	return read_role(payload, &out->role);
}

static int read_claims(struct cardea_tx *tx, const json_t *payload, struct app_claims *out)
{
	const char *room = text_of(payload, "room"), *jti = text_of(payload, "jti");
	int err = check_times(payload, cardea_tx_now_ms(tx) / 1000, out);

	if (err) {
		return err;
	}
	CARDEA_REFUSE_IF(UNAUTHENTICATED, g_strcmp0(text_of(payload, "aud"), AUDIENCE) != 0);
	CARDEA_REFUSE_IF(UNAUTHENTICATED, !room || !cardea_text_is_name(room, CARDEA_MAX_ROOM_KEY));
	CARDEA_REFUSE_IF(UNAUTHENTICATED, !jti || !cardea_id_is_plain(jti, CARDEA_MAX_ID));
	out->room = cardea_tx_strdup(tx, room);
	out->jti = cardea_tx_strdup(tx, jti);
	return read_who(tx, payload, &out->who);
}

/* ---- what it lets in ---- */

static int use_once(struct cardea_tx *tx, const char *tenant, const struct app_claims *claims)
{
	struct cardea_tenant_details_row details;
	int err = cardea_store_tenant_details_get(tx, tenant, &details);

	if (err || !details.single_use_tokens) {
		return err;
	}
	err = cardea_store_token_use(tx, tenant, claims->jti, claims->exp * 1000);
	return err == CARDEA_E_STORE_CONFLICT ? CARDEA_E_CREDENTIAL_USED : err;
}

/* Rooms of every dialect are meant by the caller's own key (spec/native 9). */
static int find_room(struct cardea_tx *tx, struct cardea_seating *seating, const char *key)
{
	int err = cardea_room_find_key(tx, seating->tenant.id, key, &seating->room);

	return err == CARDEA_E_ROOM_UNKNOWN ? cardea_seating_room(tx, seating, key, true) : err;
}

/* A removal ends what was signed before it (DESIGN 5); a token that does not say when it was signed
 * could be of before. */
static int check_removal(struct cardea_tx *tx, const struct cardea_seating *seating,
                         const struct app_claims *claims)
{
	int64_t removed_at = 0;
	int err = seating->room.session[0]
	                  ? cardea_store_seat_removed_at(tx, seating->tenant.id, seating->room.session,
	                                                 claims->who.external_user_id, &removed_at)
	                  : 0;

	CARDEA_REFUSE_IF(REMOVED, !err && removed_at > 0 && claims->iat * 1000 <= removed_at);
	return err;
}

static int seat(struct cardea_tx *tx, struct cardea_seating *seating, struct app_claims *claims)
{
	int err = find_room(tx, seating, claims->room);

	if (!err) {
		err = check_removal(tx, seating, claims);
	}
	claims->who.leaves_at = cardea_tx_now_ms(tx) + CARDEA_SEAT_ENTER_MS;
	seating->keeps_seat = true;
	return err ? err : cardea_seating_add(tx, seating, &claims->who);
}

int cardea_app_token_entrance(const struct cardea_domain *domain, struct cardea_tx *tx,
                              const char *token, bool is_renewal, struct cardea_entrance *out)
{
	struct cardea_seating seating = {
	        .domain = domain,
	        .principal = {.kind = CARDEA_PRINCIPAL_TENANT, .role = CARDEA_ROLE_HOST}};
	struct app_claims claims = {0};
	json_t *payload = NULL;
	int err = open_token(domain, tx, token, seating.principal.tenant, &payload);

	memcpy(out->tenant.id, seating.principal.tenant, sizeof(out->tenant.id));
	if (!err) {
		err = read_claims(tx, payload, &claims);
	}
	json_decref(payload);
	if (!err) {
		err = cardea_tenant_find(tx, seating.principal.tenant, &seating.tenant);
	}
	if (!err && !is_renewal) {
		err = use_once(tx, seating.tenant.id, &claims);
	}
	if (!err) {
		err = seat(tx, &seating, &claims);
	}
	out->replaces = true;
	if (err) {
		return err == CARDEA_E_TENANT_INACTIVE ? CARDEA_E_UNAUTHENTICATED : err;
	}
	return cardea_entrance_seat(tx, seating.tenant.id, seating.seat.id, out);
}
