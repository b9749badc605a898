/* credentials: who is calling a dialect's REST interface. */
#include "domain/credentials.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/domain_private.h"
#include "domain/meeting_rows.h"
#include "domain/origins.h"
#include "domain/resume.h"
#include "domain/secrets.h"
#include "domain/tokens.h"
#include "store/media_sessions.h"
#include "store/participants.h"
#include "store/sessions.h"
#include "store/tenant_details.h"
#include "store/token_families.h"

#define API_KEY_MIN 28

bool cardea_is_api_key(const char *text)
{
	return (g_str_has_prefix(text, cardea_api_key_prefix) || g_str_has_prefix(text, "ck_test_")) &&
	       strlen(text) >= API_KEY_MIN;
}

int cardea_by_api_key(struct cardea_tx *tx, const char *key, struct cardea_principal *out)
{
	struct cardea_credential_row found;
	int err = cardea_secret_find(tx, key, &found);

	if (err == CARDEA_E_NOT_FOUND || (!err && found.kind != CARDEA_CREDENTIAL_API_KEY)) {
		/* Decision P1 */
		return cardea_is_api_key(key) ? CARDEA_E_API_KEY_UNKNOWN : CARDEA_E_API_KEY_FORMAT;
	}
	if (!err) {
		out->kind = CARDEA_PRINCIPAL_TENANT;
		out->role = CARDEA_ROLE_HOST;
		g_strlcpy(out->tenant, found.tenant, sizeof(out->tenant));
	}
	return err;
}

int cardea_token_check_family(struct cardea_tx *tx, const struct cardea_token_claims *claims)
{
	struct cardea_token_family_row family;
	int err = cardea_store_token_family_get(tx, claims->tenant, claims->family, &family);

	CARDEA_REFUSE_IF(AUTH_TOKEN, !err && family.revoked_at != 0);
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

int cardea_token_seat(struct cardea_tx *tx, const struct cardea_token_claims *claims,
                      struct cardea_seat_row *seat)
{
	struct cardea_session_row session;
	int err = cardea_store_seat_get(tx, claims->tenant, claims->subject, seat);

	if (!err) {
		err = cardea_store_session_get(tx, seat->tenant, seat->session, &session);
	}
	if (err == CARDEA_E_NOT_FOUND) {
		return CARDEA_E_AUTH_TOKEN;
	}
	if (err) {
		return err;
	}
	/* Also if the seat is back: there the new admission's tokens count (Decision P14). */
	CARDEA_REFUSE_IF(AUTH_TOKEN, seat->is_removed || claims->gen < seat->removed_gen);
	/* Who waits learns nothing of the room (DESIGN 5, zero-byte lobby). */
	CARDEA_REFUSE_IF(WAITING, seat->admission != CARDEA_SEAT_ADMITTED);
	CARDEA_REFUSE_IF(AUTH_TOKEN, session.ended_at != 0);
	CARDEA_REFUSE_IF(AUTH_TOKEN, strcmp(seat->room, claims->room) != 0);
	return 0;
}

static int by_seat(struct cardea_tx *tx, const struct cardea_token_claims *claims,
                   struct cardea_principal *out)
{
	struct cardea_seat_row seat;
	int err = cardea_token_seat(tx, claims, &seat);

	if (err) {
		return err;
	}
	out->kind = CARDEA_PRINCIPAL_SEAT;
	out->role = seat.role;
	g_strlcpy(out->room, seat.room, sizeof(out->room));
	g_strlcpy(out->seat, seat.id, sizeof(out->seat));
	return 0;
}

static int by_link(const struct cardea_token_claims *claims, struct cardea_principal *out)
{
	out->kind = CARDEA_PRINCIPAL_LINK;
	out->role = CARDEA_ROLE_PARTICIPANT;
	g_strlcpy(out->room, claims->room, sizeof(out->room));
	return 0;
}

static int by_token(const struct cardea_domain *domain, struct cardea_tx *tx,
                    enum cardea_token_use use, const char *token, struct cardea_principal *out)
{
	struct cardea_token_claims claims;
	struct cardea_tenant_row tenant;
	int err;

	/* Refresh tokens open the refresh call only, join tokens only the plugin (Decision P2). */
	CARDEA_REFUSE_IF(AUTH_TOKEN, use != CARDEA_TOKEN_ACCESS && use != CARDEA_TOKEN_AUTH &&
	                                     use != CARDEA_TOKEN_EXCHANGE);
	err = cardea_token_verify(domain, use, token, cardea_tx_now_ms(tx) / 1000, &claims);
	if (!err && use != CARDEA_TOKEN_EXCHANGE) {
		err = cardea_token_check_family(tx, &claims);
	}
	if (err) {
		return err;
	}
	g_strlcpy(out->tenant, claims.tenant, sizeof(out->tenant));
	if (use == CARDEA_TOKEN_EXCHANGE) {
		return by_link(&claims, out);
	}
	if (claims.room[0]) {
		return by_seat(tx, &claims, out);
	}
	CARDEA_REFUSE_IF(AUTH_TOKEN, use != CARDEA_TOKEN_ACCESS);
	out->kind = CARDEA_PRINCIPAL_TENANT;
	out->role = CARDEA_ROLE_HOST;
	err = cardea_tenant_find(tx, claims.tenant, &tenant);
	/* What was made from a key ends with it (spec/participants 3.2). */
	CARDEA_REFUSE_IF(AUTH_TOKEN, !err && claims.key_gen != tenant.key_gen);
	return err;
}

/* A string of three parts is a token, even a broken one; anything else is taken as an API key
 * (Decision P1). */
static bool looks_like_token(const char *text)
{
	const char *dot = strchr(text, '.');

	return dot && strchr(dot + 1, '.');
}

static int identify(const struct cardea_domain *domain, struct cardea_tx *tx,
                    const struct cardea_presented *who, struct cardea_principal *out)
{
	bool is_empty = !who->value || !who->value[0];

	switch (who->form) {
	case CARDEA_PRESENTED_API_KEY:
		return is_empty ? CARDEA_E_API_KEY_MISSING : cardea_by_api_key(tx, who->value, out);
	case CARDEA_PRESENTED_BEARER:
		if (is_empty) {
			return CARDEA_E_AUTH_FORMAT;
		}
		if (looks_like_token(who->value)) {
			return by_token(domain, tx, cardea_token_peek(who->value), who->value, out);
		}
		return cardea_by_api_key(tx, who->value, out);
	case CARDEA_PRESENTED_NONE:
	default:
		return CARDEA_E_AUTH_MISSING;
	}
}

int cardea_tenant_find(struct cardea_tx *tx, const char *id, struct cardea_tenant_row *tenant)
{
	int err = cardea_store_tenant_get(tx, id, tenant);

	return err == CARDEA_E_NOT_FOUND || (!err && !tenant->is_active) ? CARDEA_E_TENANT_INACTIVE
	                                                                 : err;
}

/* A list restricts, none does not (spec/native 12). */
int cardea_tenant_check_origin(struct cardea_tx *tx, const char *tenant, const char *origin)
{
	struct cardea_tenant_details_row details;
	int err = origin ? cardea_store_tenant_details_get(tx, tenant, &details) : 0;

	CARDEA_REFUSE_IF(ORIGIN_REFUSED,
	                 !err && origin && !cardea_origin_is_allowed(details.allowed_origins, origin));
	return err;
}

int cardea_authenticate(const struct cardea_domain *domain, struct cardea_tx *tx,
                        const struct cardea_presented *who, struct cardea_principal *principal,
                        struct cardea_tenant_row *tenant)
{
	int err;

	memset(principal, 0, sizeof(*principal));
	err = identify(domain, tx, who, principal);
	if (!err) {
		err = cardea_tenant_find(tx, principal->tenant, tenant);
	}
	return err ? err : cardea_tenant_check_origin(tx, tenant->id, who->origin);
}

int cardea_principal_refresh(struct cardea_tx *tx, struct cardea_principal *principal,
                             struct cardea_tenant_row *tenant)
{
	struct cardea_token_claims claims = {.role = principal->role, .gen = INT64_MAX};
	int err = cardea_tenant_find(tx, principal->tenant, tenant);

	g_strlcpy(claims.tenant, principal->tenant, sizeof(claims.tenant));
	g_strlcpy(claims.subject, principal->seat, sizeof(claims.subject));
	g_strlcpy(claims.room, principal->room, sizeof(claims.room));
	return err || principal->kind != CARDEA_PRINCIPAL_SEAT ? err : by_seat(tx, &claims, principal);
}

static void is_seat(const struct cardea_seat_row *seat, struct cardea_principal *out)
{
	*out = (struct cardea_principal){.kind = CARDEA_PRINCIPAL_SEAT, .role = seat->role};
	g_strlcpy(out->tenant, seat->tenant, sizeof(out->tenant));
	g_strlcpy(out->room, seat->room, sizeof(out->room));
	g_strlcpy(out->seat, seat->id, sizeof(out->seat));
}

static int by_access_key(struct cardea_tx *tx, const char *key, struct cardea_principal *out,
                         struct cardea_tenant_row *tenant)
{
	struct cardea_meeting_rows rows;
	int err = cardea_meeting_by_access_key(tx, key, &rows);

	if (err) {
		return err == CARDEA_E_ACCESS_KEY_UNKNOWN ? CARDEA_E_UNAUTHENTICATED : err;
	}
	CARDEA_REFUSE_IF(WAITING, rows.seat.admission != CARDEA_SEAT_ADMITTED);
	CARDEA_REFUSE_IF(REMOVED, rows.seat.is_removed);
	is_seat(&rows.seat, out);
	*tenant = rows.tenant;
	return 0;
}

/* Only the page that is in the meeting has it, and a removal ends it. */
static int by_resume(const struct cardea_domain *domain, struct cardea_tx *tx, const char *resume,
                     struct cardea_principal *out)
{
	struct cardea_media_row connection;
	struct cardea_seat_row seat;
	int err = cardea_resume_find(tx, domain->options.keys.seal, resume, &connection, &seat);

	if (!err) {
		is_seat(&seat, out);
	}
	return err == CARDEA_E_NOT_FOUND ? CARDEA_E_AUTH_TOKEN : err;
}

int cardea_authenticate_native(const struct cardea_domain *domain, struct cardea_tx *tx,
                               const struct cardea_presented *who,
                               struct cardea_principal *principal, struct cardea_tenant_row *tenant)
{
	bool is_bearer = who->form == CARDEA_PRESENTED_BEARER && who->value;
	int err;

	if (is_bearer && cardea_id_is_alnum(who->value, CARDEA_TOKEN_CHARS)) {
		err = by_access_key(tx, who->value, principal, tenant);
		return err ? err : cardea_tenant_check_origin(tx, tenant->id, who->origin);
	}
	err = is_bearer ? by_resume(domain, tx, who->value, principal) : CARDEA_E_SEAL;
	if (err != CARDEA_E_SEAL) {
		return err ? err : cardea_tenant_find(tx, principal->tenant, tenant);
	}
	return cardea_authenticate(domain, tx, who, principal, tenant);
}
