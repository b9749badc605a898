/* webhooks: the webhook of an API key (webhooks.h). */
#include "domain/webhooks.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/domain_private.h"
#include "domain/meeting_rows.h"
#include "domain/secrets.h"
#include "store/webhooks.h"

/* ---- for the holder of an API key ---- */

struct own_op {
	struct cardea_op base;
	const char *api_key, *url, *id;
	unsigned types;
	cardea_webhook_h shown;
	cardea_done_h done;
	void *arg;
	/* result */
	struct cardea_webhook_row row;
	bool is_found;
};

/* The webhook of the API key: op->row, if op->is_found; else its tenant and key only. */
static int find_own(struct cardea_tx *tx, struct own_op *op)
{
	struct cardea_tenant_row tenant;
	struct cardea_credential_row key;
	int err = cardea_meeting_tenant(op->base.domain, tx, op->api_key, &tenant);

	memset(&op->row, 0, sizeof(op->row));
	if (!err) {
		err = cardea_secret_find(tx, op->api_key, &key);
	}
	if (err) {
		return err;
	}
	err = cardea_store_webhook_by_key(tx, key.tenant, key.subject, &op->row);
	op->is_found = !err;
	memcpy(op->row.tenant, key.tenant, sizeof(op->row.tenant));
	memcpy(op->row.api_key, key.subject, sizeof(op->row.api_key));
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

static int insert_new(struct cardea_tx *tx, struct own_op *op)
{
	struct cardea_webhook_row *row = &op->row;
	int64_t now = cardea_tx_now_ms(tx);
	int err = cardea_id_object_id(cardea_tx_random(tx), now, row->id);

	row->url = op->url;
	row->types = op->types;
	row->created_at = now;
	row->last_request_at = 0;
	row->last_response_code = 0;
	op->is_found = true;
	return err ? err : cardea_store_webhook_insert(tx, row);
}

static int set(struct cardea_tx *tx, void *arg)
{
	struct own_op *op = arg;
	int err = find_own(tx, op);

	if (err) {
		return err;
	}
	if (op->is_found && strcmp(op->row.url, op->url) == 0) {
		op->row.types = op->types;
		return cardea_store_webhook_update(tx, &op->row);
	}
	if (op->is_found) {
		err = cardea_store_webhook_delete(tx, &op->row);
	}
	return err ? err : insert_new(tx, op);
}

static int get(struct cardea_tx *tx, void *arg)
{
	return find_own(tx, arg);
}

static int drop(struct cardea_tx *tx, void *arg)
{
	struct own_op *op = arg;
	int err = find_own(tx, op);

	if (!err && (!op->is_found || strcmp(op->row.id, op->id) != 0)) {
		err = CARDEA_E_NOT_FOUND;
	}
	return err ? err : cardea_store_webhook_delete(tx, &op->row);
}

static void answer_own(int err, void *arg)
{
	struct own_op *op = arg;
	const struct cardea_webhook webhook = {
	        .id = op->row.id,
	        .url = op->row.url,
	        .types = (unsigned)op->row.types,
	        .last_request_at = op->row.last_request_at,
	        .last_response_code = (int)op->row.last_response_code,
	};

	if (op->shown) {
		op->shown(err, err || !op->is_found ? NULL : &webhook, op->arg);
	} else {
		op->done(err, op->arg);
	}
	cardea_op_free(&op->base);
}

static struct own_op *new_own(struct cardea_domain *domain, const char *api_key, void *arg)
{
	struct own_op *op = cardea_op_new(domain, sizeof(*op));

	op->api_key = cardea_op_strdup(&op->base, api_key);
	op->arg = arg;
	return op;
}

int cardea_domain_webhook_set(struct cardea_domain *domain, const char *api_key, const char *url,
                              unsigned types, cardea_webhook_h done, void *arg)
{
	struct own_op *op = new_own(domain, api_key, arg);

	op->url = cardea_op_strdup(&op->base, url);
	op->types = types;
	op->shown = done;
	return cardea_op_run(&op->base, set, answer_own);
}

int cardea_domain_webhook_get(struct cardea_domain *domain, const char *api_key,
                              cardea_webhook_h done, void *arg)
{
	struct own_op *op = new_own(domain, api_key, arg);

	op->shown = done;
	return cardea_op_run(&op->base, get, answer_own);
}

int cardea_domain_webhook_delete(struct cardea_domain *domain, const char *api_key, const char *id,
                                 cardea_done_h done, void *arg)
{
	struct own_op *op = new_own(domain, api_key, arg);

	op->id = cardea_op_strdup(&op->base, id);
	op->done = done;
	return cardea_op_run(&op->base, drop, answer_own);
}
