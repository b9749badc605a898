/* api_keys: key pairs of a tenant. */
#include "domain/api_keys.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "domain/domain_private.h"
#include "domain/secrets.h"

#define KEY_BYTES 32

/* ---- making and opening ---- */

static int random_secret(struct cardea_tx *tx, const char *prefix, const char **out)
{
	char *random = cardea_id_base64url(cardea_tx_random(tx), KEY_BYTES);
	char *secret;

	if (!random) {
		return CARDEA_E_SYSTEM;
	}
	secret = g_strconcat(prefix, random, NULL);
	*out = cardea_tx_strdup(tx, secret);
	explicit_bzero(secret, strlen(secret));
	explicit_bzero(random, strlen(random));
	g_free(secret);
	g_free(random);
	return 0;
}

static int choose_id(struct cardea_tx *tx, const char *wanted, struct cardea_api_key_row *row)
{
	char random[CARDEA_UUID_SIZE];
	int err;

	if (wanted) {
		g_strlcpy(row->id, wanted, sizeof(row->id));
		err = cardea_store_api_key_by_id(tx, wanted, &(struct cardea_api_key_row){0});
		return err == CARDEA_E_NOT_FOUND ? 0 : err ? err : CARDEA_E_STORE_CONFLICT;
	}
	err = cardea_id_uuid(cardea_tx_random(tx), random);
	g_strlcpy(row->id, random, sizeof(row->id));
	return err;
}

static int seal_row(struct cardea_tx *tx, const struct cardea_seal *seal,
                    const struct cardea_api_key *key, struct cardea_api_key_row *row)
{
	const struct cardea_secret_place key_place = {"api_keys", row->id, "key"};
	const struct cardea_secret_place secret_place = {"api_keys", row->id, "secret"};
	int err = cardea_secret_close(seal, tx, &key_place, key->key, &row->key);

	return err ? err : cardea_secret_close(seal, tx, &secret_place, key->secret, &row->secret);
}

int cardea_api_key_make(struct cardea_tx *tx, const struct cardea_seal *seal, const char *tenant,
                        const char *id, const char *secret, struct cardea_api_key *out)
{
	struct cardea_api_key_row row = {.created_at = cardea_tx_now_ms(tx)};
	int err = choose_id(tx, id, &row);

	g_strlcpy(row.tenant, tenant, sizeof(row.tenant));
	out->created_at = row.created_at;
	out->secret = secret;
	if (!err) {
		err = random_secret(tx, cardea_api_key_prefix, &out->key);
	}
	if (!err && !secret) {
		err = random_secret(tx, "", &out->secret);
	}
	if (!err) {
		err = seal_row(tx, seal, out, &row);
	}
	if (!err) {
		err = cardea_store_api_key_insert(tx, &row);
	}
	out->id = cardea_tx_strdup(tx, row.id);
	return err ? err
	           : cardea_secret_register(tx, tenant, out->key, CARDEA_CREDENTIAL_API_KEY, row.id);
}

static int open_secret(struct cardea_tx *tx, const struct cardea_seal *seal,
                       const struct cardea_api_key_row *row, const char **out)
{
	const struct cardea_secret_place place = {"api_keys", row->id, "secret"};

	return cardea_secret_open(seal, tx, &place, &row->secret, out);
}

int cardea_api_key_first(struct cardea_tx *tx, const struct cardea_seal *seal, const char *tenant,
                         struct cardea_api_key *out)
{
	const struct cardea_api_key_row *rows = NULL;
	size_t count = 0;
	int err = cardea_store_api_key_list(tx, tenant, 1, &rows, &count);
	struct cardea_secret_place place = {.table = "api_keys", .column = "key"};

	if (err || count == 0) {
		return err ? err : CARDEA_E_NOT_FOUND;
	}
	place.row = rows->id;
	*out = (struct cardea_api_key){.id = rows->id, .created_at = rows->created_at};
	err = cardea_secret_open(seal, tx, &place, &rows->key, &out->key);
	return err ? err : open_secret(tx, seal, rows, &out->secret);
}

int cardea_api_key_secret(struct cardea_tx *tx, const struct cardea_seal *seal, const char *id,
                          char tenant[CARDEA_UUID_SIZE], const char **secret)
{
	struct cardea_api_key_row row;
	int err = cardea_store_api_key_by_id(tx, id, &row);

	if (!err) {
		memcpy(tenant, row.tenant, CARDEA_UUID_SIZE);
	}
	return err ? err : open_secret(tx, seal, &row, secret);
}

static int find_presented(struct cardea_tx *tx, const char *tenant, const char *presented,
                          struct cardea_api_key_row *out)
{
	const struct cardea_api_key_row *rows = NULL;
	struct cardea_credential_row found;
	size_t count = 0;
	int err = cardea_secret_find(tx, presented, &found);

	if (!err && found.kind == CARDEA_CREDENTIAL_API_KEY) {
		return cardea_store_api_key_get(tx, tenant, found.subject, out);
	}
	if (!err || err == CARDEA_E_NOT_FOUND) {
		err = cardea_store_api_key_list(tx, tenant, 1, &rows, &count);
	}
	if (err || count == 0) {
		return err ? err : CARDEA_E_NOT_FOUND;
	}
	*out = *rows;
	return 0;
}

int cardea_api_key_rotate(struct cardea_tx *tx, const struct cardea_seal *seal, const char *tenant,
                          const char *presented, const char **out)
{
	struct cardea_api_key_row row;
	const struct cardea_secret_place place = {"api_keys", row.id, "key"};
	int err = find_presented(tx, tenant, presented, &row);

	if (!err) {
		err = cardea_secret_revoke(seal, tx, tenant, &place, &row.key);
	}
	if (!err) {
		err = random_secret(tx, cardea_api_key_prefix, out);
	}
	if (!err) {
		err = cardea_secret_close(seal, tx, &place, *out, &row.key);
	}
	if (!err) {
		err = cardea_store_api_key_set(tx, &row);
	}
	return err ? err : cardea_secret_register(tx, tenant, *out, CARDEA_CREDENTIAL_API_KEY, row.id);
}

/* ---- the operator's calls ---- */

struct key_op {
	struct cardea_op base;
	const char *id, *secret;
	cardea_api_key_h done;
	cardea_api_keys_h list_done;
	void *arg;
	/* result */
	struct cardea_api_key key;
	struct cardea_api_key *list;
	size_t count;
};

static int add(struct cardea_tx *tx, void *arg)
{
	struct key_op *op = arg;
	struct cardea_tenant_row tenant;
	int err = cardea_store_tenant_first(tx, &tenant);

	return err ? err
	           : cardea_api_key_make(tx, op->base.domain->options.keys.seal, tenant.id, op->id,
	                                 op->secret, &op->key);
}

static void answer_add(int err, void *arg)
{
	struct key_op *op = arg;

	op->done(err, err ? NULL : &op->key, op->arg);
	cardea_op_free(&op->base);
}

static bool is_secret(const char *text)
{
	size_t len = strlen(text);

	for (const char *at = text; *at; at++) {
		if (!g_ascii_isgraph(*at)) {
			return false;
		}
	}
	return len >= CARDEA_MIN_API_SECRET && len <= CARDEA_MAX_API_SECRET;
}

int cardea_domain_api_key_add(struct cardea_domain *domain, const char *id, const char *secret,
                              cardea_api_key_h done, void *arg)
{
	struct key_op *op;

	if ((id && !cardea_id_is_plain(id, CARDEA_MAX_ID)) || (secret && !is_secret(secret))) {
		return CARDEA_E_INVALID;
	}
	op = cardea_op_new(domain, sizeof(*op));
	op->id = cardea_op_strdup(&op->base, id);
	op->secret = cardea_op_strdup(&op->base, secret);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, add, answer_add);
}

static int list(struct cardea_tx *tx, void *arg)
{
	struct key_op *op = arg;
	const struct cardea_api_key_row *rows = NULL;
	struct cardea_tenant_row tenant;
	int err = cardea_store_tenant_first(tx, &tenant);

	op->count = 0;
	if (!err) {
		err = cardea_store_api_key_list(tx, tenant.id, INT64_MAX, &rows, &op->count);
	}
	op->list = cardea_tx_alloc(tx, op->count * sizeof(*op->list));
	for (size_t i = 0; i < op->count && !err; i++) {
		op->list[i] = (struct cardea_api_key){.id = rows[i].id, .created_at = rows[i].created_at};
	}
	return err;
}

static void answer_list(int err, void *arg)
{
	struct key_op *op = arg;

	op->list_done(err, err ? NULL : op->list, err ? 0 : op->count, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_api_keys(struct cardea_domain *domain, cardea_api_keys_h done, void *arg)
{
	struct key_op *op = cardea_op_new(domain, sizeof(*op));

	op->list_done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, list, answer_list);
}
