/* token_calls: tokens of the tenant, and new tokens for old. */
#include "domain/token_calls.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/journal.h"
#include "domain/secrets.h"
#include "domain/tokens.h"

struct tokens_op {
	struct cardea_op base;
	const char *credential;
	cardea_tokens_given_h done;
	void *arg;
	/* result */
	struct cardea_token_set set;
	int refusal; /* of a call that has changed something all the same */
};

static void give(struct tokens_op *op)
{
	const struct cardea_tokens_given result = {
	        .access = op->set.access,
	        .refresh = op->set.refresh,
	        .auth = op->set.auth,
	        .expires_in_s = op->base.domain->options.access_token_life_s,
	};

	op->done(0, &result, op->arg);
}

static void answer(int err, void *arg)
{
	struct tokens_op *op = arg;

	if (!err) {
		err = op->refusal;
	}
	if (err) {
		op->done(err, NULL, op->arg);
	} else {
		give(op);
	}
	cardea_token_set_clear(&op->set);
	cardea_op_free(&op->base);
}

static int run(struct cardea_domain *domain, cardea_store_command_h command, const char *credential,
               cardea_tokens_given_h done, void *arg)
{
	struct tokens_op *op = cardea_op_new(domain, sizeof(*op));

	op->credential = cardea_op_strdup(&op->base, credential);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, command, answer);
}

/* Time and randomness of the command, so that it can be repeated. */
static struct cardea_token_stamp stamp_of(struct cardea_tx *tx)
{
	return (struct cardea_token_stamp){.now_s = cardea_tx_now_ms(tx) / 1000,
	                                   .random = cardea_tx_random(tx)};
}

/* ---- of the tenant ---- */

static int make_tokens(struct cardea_tx *tx, void *arg)
{
	struct tokens_op *op = arg;
	const struct cardea_token_stamp stamp = stamp_of(tx);
	struct cardea_token_claims claims = {.role = CARDEA_ROLE_HOST};
	struct cardea_principal principal = {0};
	struct cardea_tenant_row tenant = {0};
	int err = cardea_by_api_key(tx, op->credential, &principal);

	cardea_token_set_clear(&op->set);
	if (!err) {
		err = cardea_tenant_find(tx, principal.tenant, &tenant);
	}
	if (!err) {
		g_strlcpy(claims.tenant, tenant.id, sizeof(claims.tenant));
		g_strlcpy(claims.subject, tenant.id, sizeof(claims.subject));
		claims.key_gen = tenant.key_gen;
		err = cardea_token_family(stamp.random, &claims);
	}
	return err ? err : cardea_token_set_sign(op->base.domain, &stamp, &claims, NULL, &op->set);
}

int cardea_domain_tenant_tokens(struct cardea_domain *domain, const char *api_key,
                                cardea_tokens_given_h done, void *arg)
{
	return run(domain, make_tokens, api_key, done, arg);
}

/* ---- refresh ---- */

/* What a refresh works on. */
struct refresh {
	struct tokens_op *op;
	struct cardea_token_claims claims;
	struct cardea_tenant_row tenant;
	struct cardea_seat_row seat; /* of a participant's token */
	struct cardea_token_family_row family;
	bool is_first; /* nothing of the family was refreshed yet */
};

static int read_subject(struct cardea_tx *tx, struct refresh *it)
{
	int err = cardea_tenant_find(tx, it->claims.tenant, &it->tenant);

	if (err) {
		return err;
	}
	if (it->claims.room[0]) {
		return cardea_token_seat(tx, &it->claims, &it->seat);
	}
	/* What was made from a key ends with it (spec/participants 3.2). */
	CARDEA_REFUSE_IF(AUTH_TOKEN, it->claims.key_gen != it->tenant.key_gen);
	return 0;
}

static int read_family(struct cardea_tx *tx, struct refresh *it)
{
	int err = cardea_store_token_family_get(tx, it->claims.tenant, it->claims.family, &it->family);

	it->is_first = err == CARDEA_E_NOT_FOUND;
	if (it->is_first) {
		/* Rows are kept as long as their tokens live. */
		CARDEA_REFUSE_IF(AUTH_TOKEN, it->claims.step != 0);
		it->family = (struct cardea_token_family_row){0};
		memcpy(it->family.tenant, it->claims.tenant, sizeof(it->family.tenant));
		memcpy(it->family.id, it->claims.family, sizeof(it->family.id));
		return 0;
	}
	CARDEA_REFUSE_IF(AUTH_TOKEN, !err && it->family.revoked_at != 0);
	return err;
}

/* The stored answer: the tokens, a line each. */
static int seal_pair(struct cardea_tx *tx, struct refresh *it)
{
	const struct cardea_token_set *set = &it->op->set;
	const struct cardea_secret_place place = {"token_families", it->family.id, "pair"};
	char *text = g_strjoin("\n", set->access, set->refresh, set->auth, NULL);
	int err = cardea_secret_close(it->op->base.domain->options.keys.seal, tx, &place, text,
	                              &it->family.pair);

	explicit_bzero(text, strlen(text));
	g_free(text);
	return err;
}

static int open_pair(struct cardea_tx *tx, struct refresh *it)
{
	struct cardea_token_set *set = &it->op->set;
	const struct cardea_secret_place place = {"token_families", it->family.id, "pair"};
	const char *text = NULL;
	char **lines;
	int err = cardea_secret_open(it->op->base.domain->options.keys.seal, tx, &place,
	                             &it->family.pair, &text);

	if (err) {
		return err;
	}
	lines = g_strsplit(text, "\n", 3);
	if (g_strv_length(lines) >= 2) {
		set->access = g_strdup(lines[0]);
		set->refresh = g_strdup(lines[1]);
		set->auth = g_strdup(lines[2]);
	}
	g_strfreev(lines);
	return set->refresh ? 0 : CARDEA_E_STORE;
}

/* The next tokens of the family. A role that was taken away meanwhile is not given again. */
static int rotate(struct cardea_tx *tx, struct refresh *it)
{
	const struct cardea_domain *domain = it->op->base.domain;
	const struct cardea_token_stamp stamp = stamp_of(tx);
	bool is_seat = it->claims.room[0] != '\0';
	int err;

	it->claims.step++;
	if (is_seat && it->seat.role != CARDEA_ROLE_HOST) {
		it->claims.role = it->seat.role;
	}
	err = cardea_token_set_sign(domain, &stamp, &it->claims, is_seat ? it->seat.display_name : NULL,
	                            &it->op->set);
	if (!err) {
		err = seal_pair(tx, it);
	}
	it->family.step = it->claims.step;
	it->family.rotated_at = cardea_tx_now_ms(tx);
	it->family.expires_at = it->family.rotated_at + domain->options.refresh_token_life_s * 1000;
	return err ? err : cardea_store_token_family_put(tx, &it->family);
}

/* Somebody has a token that somebody else has used: neither is served any more. */
static int revoke(struct cardea_tx *tx, struct refresh *it)
{
	const struct cardea_event_data data = {.reason = "refresh_token"};
	int err;

	it->op->refusal = CARDEA_E_AUTH_TOKEN;
	it->family.revoked_at = cardea_tx_now_ms(tx);
	err = cardea_store_token_family_put(tx, &it->family);
	if (err) {
		return err;
	}
	return it->claims.room[0]
	               ? cardea_journal_seat(tx, &it->seat, CARDEA_EVENT_CREDENTIAL_REUSED, &data, NULL)
	               : cardea_journal_tenant(tx, it->claims.tenant, CARDEA_EVENT_CREDENTIAL_REUSED,
	                                       &data);
}

static int refresh(struct cardea_tx *tx, void *arg)
{
	struct tokens_op *op = arg;
	struct refresh it = {.op = op};
	int64_t now = cardea_tx_now_ms(tx);
	int err;

	op->refusal = 0;
	cardea_token_set_clear(&op->set);
	CARDEA_REFUSE_IF(AUTH_TOKEN, cardea_token_peek(op->credential) != CARDEA_TOKEN_REFRESH);
	err = cardea_token_verify(op->base.domain, CARDEA_TOKEN_REFRESH, op->credential, now / 1000,
	                          &it.claims);
	if (!err) {
		err = read_subject(tx, &it);
	}
	if (!err) {
		err = read_family(tx, &it);
	}
	if (err) {
		return err;
	}
	if (it.is_first || it.claims.step == it.family.step) {
		return rotate(tx, &it);
	}
	if (it.claims.step + 1 == it.family.step &&
	    now - it.family.rotated_at <= CARDEA_REFRESH_AGAIN_MS) {
		return open_pair(tx, &it);
	}
	return revoke(tx, &it);
}

int cardea_domain_tokens_refresh(struct cardea_domain *domain, const char *refresh_token,
                                 cardea_tokens_given_h done, void *arg)
{
	return run(domain, refresh, refresh_token, done, arg);
}
