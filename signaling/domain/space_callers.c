/* space_callers: who calls in the dialect of spaces. */
#include "domain/space_callers.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_refusal.h"
#include "domain/domain_private.h"
#include "domain/tokens.h"
#include "store/token_families.h"

static int unknown(int err)
{
	return err == CARDEA_E_NOT_FOUND ? CARDEA_E_UNAUTHENTICATED : err;
}

int cardea_space_tenant(struct cardea_tx *tx, const char *client, struct cardea_tenant_row *out)
{
	struct cardea_client_row row;
	int err = cardea_store_client_get(tx, client, &row);

	if (!err) {
		err = cardea_store_tenant_get(tx, row.tenant, out);
	}
	CARDEA_REFUSE_IF(UNAUTHENTICATED, !err && !out->is_active);
	return unknown(err);
}

/* All tokens of a sign-in die with it (spec/native 11). Nothing of most was refreshed yet. */
static int check_family(struct cardea_tx *tx, const struct cardea_space_caller *who)
{
	struct cardea_token_family_row family;
	int err = cardea_store_token_family_get(tx, who->tenant.id, who->claims.family, &family);

	CARDEA_REFUSE_IF(UNAUTHENTICATED, !err && family.revoked_at != 0);
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

/* Another password since (Decision S4). */
static int check_sgn(const struct cardea_domain *domain, const struct cardea_space_caller *who)
{
	char sgn[CARDEA_SGN_SIZE];
	int err = cardea_account_sgn(domain->accounts, who->account.id, who->account.password, sgn);

	CARDEA_REFUSE_IF(UNAUTHENTICATED, !err && !cardea_equal(sgn, sizeof(sgn), who->claims.sgn,
	                                                        sizeof(who->claims.sgn)));
	return err;
}

static int load_user(const struct cardea_domain *domain, struct cardea_tx *tx,
                     struct cardea_space_caller *out)
{
	int err = check_family(tx, out);

	if (err || out->claims.is_client) {
		return err;
	}
	out->kind = CARDEA_CALLER_USER;
	err = cardea_store_account_get(tx, out->tenant.id, out->claims.subject, &out->account);
	return err ? unknown(err) : check_sgn(domain, out);
}

static int load_link(struct cardea_tx *tx, struct cardea_space_caller *out)
{
	int err = cardea_store_link_get(tx, out->tenant.id, out->claims.subject, &out->link);

	CARDEA_REFUSE_IF(UNAUTHENTICATED, !err && out->link.is_revoked);
	CARDEA_REFUSE_IF(UNAUTHENTICATED, !err && strcmp(out->link.object, out->claims.room) != 0);
	out->kind = CARDEA_CALLER_LINK;
	return unknown(err);
}

static int load(const struct cardea_domain *domain, struct cardea_tx *tx,
                enum cardea_account_use use, struct cardea_space_caller *out)
{
	switch (use) {
	case CARDEA_USE_ACCESS:
		out->kind = CARDEA_CALLER_CLIENT;
		return load_user(domain, tx, out);
	case CARDEA_USE_LINK:
		return load_link(tx, out);
	case CARDEA_USE_SEAT:
	default:
		out->kind = CARDEA_CALLER_SEAT;
		return check_family(tx, out);
	}
}

/* A token that opens something else is refused with another word than one that opens nothing. */
static int refuse_other(const char *token)
{
	enum cardea_token_use use = cardea_token_peek(token);

	return use == CARDEA_TOKEN_NOT || use == CARDEA_TOKEN_OTHER ? CARDEA_E_UNAUTHENTICATED
	                                                            : CARDEA_E_FORBIDDEN;
}

int cardea_space_authenticate(const struct cardea_domain *domain, struct cardea_tx *tx,
                              const char *token, struct cardea_space_caller *out)
{
	enum cardea_account_use use;
	int err;

	memset(out, 0, sizeof(*out));
	if (!token) {
		return 0;
	}
	use = cardea_account_token_peek(domain->accounts, token);
	if (use == CARDEA_ACCOUNT_USES) {
		return refuse_other(token);
	}
	CARDEA_REFUSE_IF(UNAUTHENTICATED, use == CARDEA_USE_REFRESH || use == CARDEA_USE_SEAT_REFRESH);
	err = cardea_account_token_verify(domain->accounts, use, token, cardea_tx_now_ms(tx) / 1000,
	                                  &out->claims);
	if (err == CARDEA_E_AUTH_EXPIRED && use == CARDEA_USE_LINK) {
		err = cardea_space_tenant(tx, out->claims.client, &out->tenant);
		return err ? err : CARDEA_E_LINK_EXPIRED;
	}
	CARDEA_REFUSE_IF(UNAUTHENTICATED, err == CARDEA_E_AUTH_EXPIRED);
	CARDEA_REFUSE_IF(FORBIDDEN, !err && use == CARDEA_USE_SIGNALING);
	if (!err) {
		err = cardea_space_tenant(tx, out->claims.client, &out->tenant);
	}
	return err ? err : load(domain, tx, use, out);
}

int cardea_space_standing_of(struct cardea_tx *tx, const char *tenant, const char *account,
                             const char *space, const char *room, unsigned *out)
{
	int64_t in_space = 0, in_room = 0;
	int err = cardea_store_role_get(tx, CARDEA_ROLE_OF_SPACE, tenant, space, account, &in_space);

	if (!err && room) {
		err = cardea_store_role_get(tx, CARDEA_ROLE_OF_ROOM, tenant, room, account, &in_room);
	}
	*out = CARDEA_AS_USER | cardea_standing_in_space((enum cardea_rank)in_space) |
	       cardea_standing_in_room((enum cardea_rank)in_room);
	return err;
}

int cardea_space_standing(struct cardea_tx *tx, const struct cardea_space_caller *who,
                          const struct cardea_space_row *space,
                          const struct cardea_space_room_row *room, unsigned *out)
{
	switch (who->kind) {
	case CARDEA_CALLER_USER:
		return cardea_space_standing_of(tx, who->tenant.id, who->account.id, space ? space->id : "",
		                                room ? room->id : NULL, out);
	case CARDEA_CALLER_LINK:
		/* In its own room; where no room is addressed, the call itself looks whose it is. */
		*out = !room || strcmp(room->id, who->link.object) == 0 ? CARDEA_AS_LINK : 0;
		return 0;
	case CARDEA_CALLER_CLIENT:
		*out = CARDEA_AS_CLIENT;
		return 0;
	case CARDEA_CALLER_SEAT:
		*out = CARDEA_AS_SEAT;
		return 0;
	case CARDEA_CALLER_NOBODY:
	default:
		*out = CARDEA_AS_NOBODY;
		return 0;
	}
}
