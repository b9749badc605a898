/* account_sessions: a sign-in and the pairs of tokens that follow from it. */
#include "domain/account_sessions.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_refusal.h"
#include "domain/domain_private.h"
#include "domain/secrets.h"
#include "store/audit.h"
#include "store/token_families.h"

#define LOST_ANSWER_MS 30000 /* spec/native 11 */

static int mint(const struct cardea_domain *domain, struct cardea_tx *tx,
                enum cardea_account_use use, struct cardea_account_claims *claims, int64_t life_s,
                const char **out)
{
	char *text = NULL;
	int err = cardea_account_token_id(cardea_tx_random(tx), claims->jti);

	claims->iat = cardea_tx_now_ms(tx) / 1000;
	claims->exp = claims->iat + life_s;
	if (!err) {
		err = cardea_account_token_mint(domain->accounts, use, claims, &text);
	}
	*out = cardea_tx_strdup(tx, text);
	g_free(text);
	return err;
}

static int mint_pair(const struct cardea_domain *domain, struct cardea_tx *tx,
                     enum cardea_account_use use, const struct cardea_account_claims *base,
                     struct cardea_token_pair *out)
{
	bool is_seat = use == CARDEA_USE_SEAT;
	struct cardea_account_claims claims = *base;
	int err = mint(domain, tx, use, &claims, CARDEA_ACCOUNT_ACCESS_S, &out->access);

	return err ? err
	           : mint(domain, tx, is_seat ? CARDEA_USE_SEAT_REFRESH : CARDEA_USE_REFRESH, &claims,
	                  CARDEA_ACCOUNT_REFRESH_S, &out->refresh);
}

/* Nothing is written: a family has a row from its first refresh on. */
int cardea_account_sign_in(const struct cardea_domain *domain, struct cardea_tx *tx,
                           enum cardea_account_use use, const struct cardea_account_claims *claims,
                           struct cardea_token_pair *out)
{
	struct cardea_account_claims first = *claims;
	int err = cardea_account_token_id(cardea_tx_random(tx), first.family);

	first.step = 0;
	return err ? err : mint_pair(domain, tx, use, &first, out);
}

/* ---- refreshing ---- */

static struct cardea_secret_place place_of(const struct cardea_token_family_row *family)
{
	return (struct cardea_secret_place){"token_families", family->id, "pair"};
}

/* A token of the past: two have it, and one of them should not. */
static int revoke(struct cardea_tx *tx, struct cardea_token_family_row *family,
                  const struct cardea_account_claims *claims)
{
	const struct cardea_audit_row record = {
	        .action = "refresh_token.reused", .actor = claims->subject, .scope = family->id};
	int err;

	if (family->revoked_at) {
		return 0;
	}
	family->revoked_at = cardea_tx_now_ms(tx);
	err = cardea_store_token_family_put(tx, family);
	return err ? err : cardea_store_audit_append(tx, family->tenant, &record);
}

static int next_pair(const struct cardea_domain *domain, struct cardea_tx *tx,
                     struct cardea_token_family_row *family,
                     const struct cardea_account_claims *claims, struct cardea_token_pair *out)
{
	const struct cardea_secret_place place = place_of(family);
	struct cardea_account_claims next = *claims;
	g_autofree char *both = NULL;
	int err;

	next.step++;
	err = mint_pair(domain, tx, claims->room[0] ? CARDEA_USE_SEAT : CARDEA_USE_ACCESS, &next, out);
	if (err) {
		return err;
	}
	both = g_strconcat(out->access, " ", out->refresh, NULL);
	family->step = next.step;
	family->rotated_at = cardea_tx_now_ms(tx);
	family->expires_at = family->rotated_at + (int64_t)CARDEA_ACCOUNT_REFRESH_S * 1000;
	err = cardea_secret_close(domain->options.keys.seal, tx, &place, both, &family->pair);
	return err ? err : cardea_store_token_family_put(tx, family);
}

static int same_pair(const struct cardea_domain *domain, struct cardea_tx *tx,
                     const struct cardea_token_family_row *family, struct cardea_token_pair *out)
{
	const struct cardea_secret_place place = place_of(family);
	g_autofree char *access = NULL;
	const char *both = NULL, *blank;
	int err = cardea_secret_open(domain->options.keys.seal, tx, &place, &family->pair, &both);

	if (err) {
		return err;
	}
	blank = strchr(both, ' ');
	if (!blank) {
		return CARDEA_E_STORE;
	}
	access = g_strndup(both, (gsize)(blank - both));
	out->access = cardea_tx_strdup(tx, access);
	out->refresh = cardea_tx_strdup(tx, blank + 1);
	return 0;
}

/* The account is there, with the same password; a participant's room looks for itself. */
static int check_subject(const struct cardea_domain *domain, struct cardea_tx *tx,
                         const char *tenant, const struct cardea_account_claims *claims)
{
	struct cardea_account_row account;
	char sgn[CARDEA_SGN_SIZE];
	int err;

	if (claims->is_client || claims->room[0]) {
		return 0;
	}
	err = cardea_store_account_get(tx, tenant, claims->subject, &account);
	if (!err) {
		err = cardea_account_sgn(domain->accounts, account.id, account.password, sgn);
	}
	CARDEA_REFUSE_IF(PASSWORD,
	                 !err && !cardea_equal(sgn, sizeof(sgn), claims->sgn, sizeof(claims->sgn)));
	return err == CARDEA_E_NOT_FOUND ? CARDEA_E_PASSWORD : err;
}

/* Reads the token; whatever is wrong with it has one answer. */
static int read_token(const struct cardea_domain *domain, struct cardea_tx *tx,
                      const struct cardea_refresher *who, const char *token,
                      struct cardea_account_claims *claims)
{
	enum cardea_account_use use = cardea_account_token_peek(domain->accounts, token);
	int err;

	CARDEA_REFUSE_IF(PASSWORD, use != CARDEA_USE_REFRESH && use != CARDEA_USE_SEAT_REFRESH);
	err = cardea_account_token_verify(domain->accounts, use, token, cardea_tx_now_ms(tx) / 1000,
	                                  claims);
	CARDEA_REFUSE_IF(PASSWORD, err != 0);
	CARDEA_REFUSE_IF(PASSWORD, strcmp(claims->client, who->client) != 0);
	/* A client has nothing to prove itself with but its secret (RFC 6749 6). */
	CARDEA_REFUSE_IF(PASSWORD, claims->is_client && !who->has_secret);
	return 0;
}

static int find_family(struct cardea_tx *tx, const char *tenant, const char *id,
                       struct cardea_token_family_row *out)
{
	int err = cardea_store_token_family_get(tx, tenant, id, out);

	if (err == CARDEA_E_NOT_FOUND) {
		*out = (struct cardea_token_family_row){0};
		g_strlcpy(out->tenant, tenant, sizeof(out->tenant));
		g_strlcpy(out->id, id, sizeof(out->id));
		err = 0;
	}
	return err;
}

int cardea_account_refresh(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const struct cardea_refresher *who, const char *token,
                           struct cardea_token_pair *out, bool *is_reused)
{
	struct cardea_token_family_row family;
	struct cardea_account_claims claims;
	int err = read_token(domain, tx, who, token, &claims);
	bool is_lost;

	*is_reused = false;
	if (!err) {
		err = check_subject(domain, tx, who->tenant, &claims);
	}
	if (!err) {
		err = find_family(tx, who->tenant, claims.family, &family);
	}
	if (err) {
		return err;
	}
	is_lost = claims.step == family.step - 1 &&
	          cardea_tx_now_ms(tx) - family.rotated_at <= LOST_ANSWER_MS;
	if (family.revoked_at || (claims.step != family.step && !is_lost)) {
		*is_reused = true;
		return revoke(tx, &family, &claims);
	}
	return is_lost ? same_pair(domain, tx, &family, out)
	               : next_pair(domain, tx, &family, &claims, out);
}
