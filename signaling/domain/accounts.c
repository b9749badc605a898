/*
 * accounts: what needs passwords: signing in, making accounts, changing passwords. Hashing takes
 * long and has a thread of its own, so each of these is one command before it, which finds and
 * checks, and one after it, which checks again and changes.
 */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_refusal.h"
#include "domain/account_sessions.h"
#include "domain/oauth_clients.h"
#include "domain/space_callers.h"
#include "domain/spaces.h"
#include "store/audit.h"

/* ---- tokens ---- */

struct oauth_op {
	struct cardea_op base;
	struct cardea_oauth command;
	cardea_token_pair_h done;
	void *arg;
	char client[CARDEA_OBJECT_ID_SIZE];
	/* between the commands */
	char account[CARDEA_OBJECT_ID_SIZE];
	char *stored; /* hash; NULL: there is no such account */
	/* result */
	struct cardea_token_pair pair;
	bool is_reused;
};

static void oauth_finish(int err, struct oauth_op *op)
{
	op->done(err, err ? NULL : &op->pair, op->arg);
	g_free(op->stored);
	cardea_op_free(&op->base);
}

static int take_own_client(struct cardea_tx *tx, struct oauth_op *op,
                           struct cardea_tenant_row *tenant)
{
	struct cardea_oauth_client client = {0};
	int err = cardea_store_tenant_first(tx, tenant);

	if (!err) {
		err = cardea_oauth_client_of(tx, op->base.domain->options.keys.seal, tenant->id, &client);
	}
	if (!err) {
		g_strlcpy(op->client, client.id, sizeof(op->client));
	}
	CARDEA_REFUSE_IF(CLIENT_UNKNOWN, !err && !tenant->is_active);
	return err;
}

static int check_client(struct cardea_tx *tx, struct oauth_op *op, struct cardea_tenant_row *tenant)
{
	struct cardea_oauth_client client = {0};
	struct cardea_client_row row;
	int err;

	if (!op->command.client_id) {
		return take_own_client(tx, op, tenant);
	}
	err = cardea_store_client_get(tx, op->command.client_id, &row);
	if (!err) {
		err = cardea_oauth_client_open(tx, op->base.domain->options.keys.seal, &row, &client);
	}
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? CARDEA_E_CLIENT_UNKNOWN : err;
	}
	CARDEA_REFUSE_IF(CLIENT_UNKNOWN,
	                 !cardea_equal(client.secret, strlen(client.secret), op->command.client_secret,
	                               strlen(op->command.client_secret)));
	g_strlcpy(op->client, client.id, sizeof(op->client));
	err = cardea_space_tenant(tx, client.id, tenant);
	return err == CARDEA_E_UNAUTHENTICATED ? CARDEA_E_CLIENT_UNKNOWN : err;
}

static char *email_key(const char *email)
{
	return g_utf8_casefold(email, -1);
}

/* By e-mail first: nobody takes over a login by choosing somebody's e-mail as user name. */
static int find_account(struct cardea_tx *tx, const char *tenant, const char *name,
                        struct cardea_account_row *out)
{
	g_autofree char *key = email_key(name);
	int err = cardea_store_account_by_email(tx, tenant, key, out);

	return err == CARDEA_E_NOT_FOUND ? cardea_store_account_by_username(tx, tenant, name, out)
	                                 : err;
}

static int sign_in_client(struct cardea_tx *tx, struct oauth_op *op)
{
	struct cardea_account_claims claims = {.is_client = true};

	g_strlcpy(claims.subject, op->client, sizeof(claims.subject));
	g_strlcpy(claims.client, op->client, sizeof(claims.client));
	return cardea_account_sign_in(op->base.domain, tx, CARDEA_USE_ACCESS, &claims, &op->pair);
}

static int look_up(struct cardea_tx *tx, struct oauth_op *op,
                   const struct cardea_tenant_row *tenant)
{
	struct cardea_account_row account;
	int err = find_account(tx, tenant->id, op->command.username, &account);

	g_clear_pointer(&op->stored, g_free);
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	memcpy(op->account, account.id, sizeof(op->account));
	op->stored = g_strdup(account.password);
	return 0;
}

static int refresh(struct cardea_tx *tx, struct oauth_op *op,
                   const struct cardea_tenant_row *tenant)
{
	const struct cardea_refresher who = {
	        .tenant = tenant->id, .client = op->client, .has_secret = op->command.client_secret};

	return cardea_account_refresh(op->base.domain, tx, &who, op->command.refresh_token, &op->pair,
	                              &op->is_reused);
}

static int oauth_first(struct cardea_tx *tx, void *arg)
{
	struct oauth_op *op = arg;
	struct cardea_tenant_row tenant;
	int err = check_client(tx, op, &tenant);

	op->is_reused = false;
	if (err) {
		return err;
	}
	switch (op->command.grant) {
	case CARDEA_OAUTH_CLIENT:
		return sign_in_client(tx, op);
	case CARDEA_OAUTH_REFRESH:
		return refresh(tx, op, &tenant);
	case CARDEA_OAUTH_PASSWORD:
	default:
		return look_up(tx, op, &tenant);
	}
}

/* The password was right: is it still the same account? */
static int oauth_second(struct cardea_tx *tx, void *arg)
{
	struct oauth_op *op = arg;
	struct cardea_account_claims claims = {0};
	struct cardea_account_row account;
	struct cardea_tenant_row tenant;
	int err = check_client(tx, op, &tenant);

	if (!err) {
		err = cardea_store_account_get(tx, tenant.id, op->account, &account);
	}
	CARDEA_REFUSE_IF(PASSWORD, !err && strcmp(account.password, op->stored) != 0);
	if (!err) {
		err = cardea_account_sgn(op->base.domain->accounts, account.id, account.password,
		                         claims.sgn);
	}
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? CARDEA_E_PASSWORD : err;
	}
	memcpy(claims.subject, account.id, sizeof(claims.subject));
	g_strlcpy(claims.client, op->client, sizeof(claims.client));
	return cardea_account_sign_in(op->base.domain, tx, CARDEA_USE_ACCESS, &claims, &op->pair);
}

static void oauth_answer(int err, void *arg)
{
	oauth_finish(err, arg);
}

static void oauth_verified(int err, const char *hash, void *arg)
{
	struct oauth_op *op = arg;

	(void)hash;
	if (!err && !op->stored) {
		err = CARDEA_E_PASSWORD;
	}
	if (!err) {
		err = cardea_store_run(op->base.domain->options.store, oauth_second, oauth_answer, op);
	}
	if (err) {
		oauth_finish(err, op);
	}
}

static void oauth_looked_up(int err, void *arg)
{
	struct oauth_op *op = arg;
	const struct cardea_password_port *passwords = &op->base.domain->options.passwords;

	if (!err && op->is_reused) {
		err = CARDEA_E_PASSWORD;
	}
	if (err || op->command.grant != CARDEA_OAUTH_PASSWORD) {
		oauth_finish(err, op);
		return;
	}
	/* Also without an account: who guesses names learns nothing from the time. */
	err = passwords->verify(passwords->arg, op->command.password, op->stored, oauth_verified, op);
	if (err) {
		oauth_finish(err, op);
	}
}

int cardea_domain_oauth(struct cardea_domain *domain, const struct cardea_oauth *command,
                        cardea_token_pair_h done, void *arg)
{
	struct oauth_op *op = cardea_op_new(domain, sizeof(*op));

	op->command.grant = command->grant;
	op->command.client_id = cardea_op_strdup(&op->base, command->client_id);
	op->command.client_secret = cardea_op_strdup(&op->base, command->client_secret);
	op->command.username = cardea_op_strdup(&op->base, command->username);
	op->command.password = cardea_op_strdup(&op->base, command->password);
	op->command.refresh_token = cardea_op_strdup(&op->base, command->refresh_token);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, oauth_first, oauth_looked_up);
}

/* ---- making accounts, changing passwords ---- */

struct account_op {
	struct cardea_op base;
	const char *token;               /* NULL = the operator */
	struct cardea_account_new fresh; /* of a new account */
	struct cardea_password_change change;
	cardea_account_id_h done;
	void *arg;
	/* between the commands */
	char *stored;
	const char *hash;
	/* result */
	char id[CARDEA_OBJECT_ID_SIZE];
};

static void account_finish(int err, struct account_op *op)
{
	op->done(err, err ? NULL : op->id, op->arg);
	g_free(op->stored);
	cardea_op_free(&op->base);
}

static void account_answer(int err, void *arg)
{
	account_finish(err, arg);
}

/* A user, or the operator, who is nobody's account and in the first tenant. */
static int find_asker(struct cardea_tx *tx, const struct account_op *op,
                      struct cardea_space_caller *out)
{
	int err;

	if (!op->token) {
		memset(out, 0, sizeof(*out));
		return cardea_store_tenant_first(tx, &out->tenant);
	}
	err = cardea_space_authenticate(op->base.domain, tx, op->token, out);
	CARDEA_REFUSE_IF(FORBIDDEN, !err && out->kind != CARDEA_CALLER_USER);
	return err;
}

static int check_free(struct cardea_tx *tx, const char *tenant,
                      const struct cardea_account_new *fresh)
{
	g_autofree char *key = email_key(fresh->email);
	g_autofree char *name = email_key(fresh->username);
	struct cardea_account_row account;
	int err = cardea_store_account_by_email(tx, tenant, key, &account);

	CARDEA_REFUSE_IF(EMAIL_TAKEN, !err);
	if (err == CARDEA_E_NOT_FOUND && strcmp(name, key) != 0) {
		err = cardea_store_account_by_email(tx, tenant, name, &account);
		/* Decision S16: it would never log in anybody but the other. */
		CARDEA_REFUSE_IF(VALIDATION, !err);
	}
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

static int create_first(struct cardea_tx *tx, void *arg)
{
	struct account_op *op = arg;
	struct cardea_space_caller who;
	int err = find_asker(tx, op, &who);

	return err ? err : check_free(tx, who.tenant.id, &op->fresh);
}

static int record(struct cardea_tx *tx, const struct cardea_space_caller *who, const char *action,
                  const char *target)
{
	const struct cardea_audit_row row = {.action = action,
	                                     .actor = who->account.id[0] ? who->account.id : NULL,
	                                     .target = target};

	return cardea_store_audit_append(tx, who->tenant.id, &row);
}

static int create_second(struct cardea_tx *tx, void *arg)
{
	struct account_op *op = arg;
	int64_t now = cardea_tx_now_ms(tx);
	g_autofree char *key = email_key(op->fresh.email);
	struct cardea_account_row row = {.email = op->fresh.email,
	                                 .email_key = key,
	                                 .username = op->fresh.username,
	                                 .phone = op->fresh.phone,
	                                 .password = op->hash,
	                                 .created_at = now,
	                                 .updated_at = now};
	struct cardea_space_caller who;
	int err = find_asker(tx, op, &who);

	if (!err) {
		err = check_free(tx, who.tenant.id, &op->fresh);
	}
	if (!err) {
		err = cardea_id_object_id(cardea_tx_random(tx), now, row.id);
	}
	if (err) {
		return err;
	}
	memcpy(row.tenant, who.tenant.id, sizeof(row.tenant));
	memcpy(op->id, row.id, sizeof(op->id));
	err = cardea_store_account_insert(tx, &row);
	return err ? err : record(tx, &who, "account.created", row.id);
}

static void hashed(int err, const char *hash, struct account_op *op, cardea_store_command_h command)
{
	if (!err) {
		op->hash = cardea_op_strdup(&op->base, hash);
		err = cardea_store_run(op->base.domain->options.store, command, account_answer, op);
	}
	if (err) {
		account_finish(err, op);
	}
}

static void create_hashed(int err, const char *hash, void *arg)
{
	hashed(err, hash, arg, create_second);
}

static void hash_password(int err, struct account_op *op, const char *password,
                          cardea_password_h done)
{
	const struct cardea_password_port *passwords = &op->base.domain->options.passwords;

	if (!err) {
		err = passwords->hash(passwords->arg, password, done, op);
	}
	if (err) {
		account_finish(err, op);
	}
}

static void create_checked(int err, void *arg)
{
	struct account_op *op = arg;

	hash_password(err, op, op->fresh.password, create_hashed);
}

int cardea_domain_account_create(struct cardea_domain *domain, const char *token,
                                 const struct cardea_account_new *command, cardea_account_id_h done,
                                 void *arg)
{
	struct account_op *op = cardea_op_new(domain, sizeof(*op));

	op->token = cardea_op_strdup(&op->base, token);
	op->fresh.email = cardea_op_strdup(&op->base, command->email);
	op->fresh.username = cardea_op_strdup(&op->base, command->username);
	op->fresh.password = cardea_op_strdup(&op->base, command->password);
	op->fresh.phone = cardea_op_filled(&op->base, command->phone);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, create_first, create_checked);
}

static int find_changing(struct cardea_tx *tx, const struct account_op *op,
                         struct cardea_space_caller *who, struct cardea_account_row *out)
{
	int err = find_asker(tx, op, who);
	g_autofree char *key = op->token ? NULL : email_key(op->change.email);

	if (err) {
		return err;
	}
	if (op->token) {
		*out = who->account;
		return 0;
	}
	return cardea_store_account_by_email(tx, who->tenant.id, key, out);
}

static int change_first(struct cardea_tx *tx, void *arg)
{
	struct account_op *op = arg;
	struct cardea_account_row account;
	struct cardea_space_caller who;
	int err = find_changing(tx, op, &who, &account);

	g_clear_pointer(&op->stored, g_free);
	if (!err) {
		op->stored = g_strdup(account.password);
	}
	return err;
}

static int change_second(struct cardea_tx *tx, void *arg)
{
	struct account_op *op = arg;
	struct cardea_account_row account;
	struct cardea_space_caller who;
	int err = find_changing(tx, op, &who, &account);

	CARDEA_REFUSE_IF(FORBIDDEN, !err && strcmp(account.password, op->stored) != 0);
	if (err) {
		return err;
	}
	account.password = op->hash;
	account.updated_at = cardea_tx_now_ms(tx);
	memcpy(op->id, account.id, sizeof(op->id));
	err = cardea_store_account_update(tx, &account);
	return err ? err : record(tx, &who, "password.changed", account.id);
}

static void change_hashed(int err, const char *hash, void *arg)
{
	hashed(err, hash, arg, change_second);
}

static void change_verified(int err, const char *hash, void *arg)
{
	struct account_op *op = arg;

	(void)hash;
	hash_password(err == CARDEA_E_PASSWORD ? CARDEA_E_FORBIDDEN : err, op, op->change.password,
	              change_hashed);
}

static void change_checked(int err, void *arg)
{
	struct account_op *op = arg;
	const struct cardea_password_port *passwords = &op->base.domain->options.passwords;

	if (err || !op->token) {
		hash_password(err, op, op->change.password, change_hashed);
		return;
	}
	err = passwords->verify(passwords->arg, op->change.old_password, op->stored, change_verified,
	                        op);
	if (err) {
		account_finish(err, op);
	}
}

int cardea_domain_password_change(struct cardea_domain *domain,
                                  const struct cardea_password_change *command,
                                  cardea_account_id_h done, void *arg)
{
	struct account_op *op = cardea_op_new(domain, sizeof(*op));

	op->token = cardea_op_strdup(&op->base, command->token);
	op->change.email = cardea_op_strdup(&op->base, command->email);
	op->change.old_password = cardea_op_strdup(&op->base, command->old_password);
	op->change.password = cardea_op_strdup(&op->base, command->password);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, change_first, change_checked);
}
