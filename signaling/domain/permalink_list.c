/* permalink_list: a tenant's permalinks, page by page (spec/meetings 8). */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/permalink_rows.h"

struct list_op {
	struct cardea_op base;
	const char *api_key;
	struct cardea_permalink_query query;
	cardea_permalink_page_h done;
	void *arg;
	struct cardea_permalink_page page; /* result */
};

static int show_item(struct cardea_tx *tx, const struct list_op *op,
                     struct cardea_permalink_rows *rows, struct cardea_permalink *out)
{
	int err;

	memset(&rows->user, 0, sizeof(rows->user));
	err = cardea_store_permalink_user_first(tx, rows->permalink.tenant, rows->permalink.id,
	                                        &rows->user);
	return err && err != CARDEA_E_NOT_FOUND ? err
	                                        : cardea_permalink_show(op->base.domain, tx, rows, out);
}

static int list(struct cardea_tx *tx, void *arg)
{
	struct list_op *op = arg;
	const struct cardea_permalink_row *found = NULL;
	struct cardea_permalink_rows rows = {0};
	struct cardea_permalink_filter filter = {
	        .tenant = rows.tenant.id, .expired = op->query.expired, .now_ms = cardea_tx_now_ms(tx)};
	struct cardea_permalink *items;
	int err = cardea_meeting_tenant(op->base.domain, tx, op->api_key, &rows.tenant);

	memset(&op->page, 0, sizeof(op->page));
	if (!err) {
		err = cardea_store_permalink_count(tx, &filter, &op->page.total);
	}
	if (!err) {
		err = cardea_store_permalink_list(tx, &filter, op->query.limit,
		                                  (op->query.page - 1) * op->query.limit, &found,
		                                  &op->page.count);
	}
	items = cardea_tx_alloc(tx, op->page.count * sizeof(*items));
	for (size_t i = 0; i < op->page.count && !err; i++) {
		rows.permalink = found[i];
		err = show_item(tx, op, &rows, &items[i]);
	}
	op->page.items = items;
	return err;
}

static void answer_list(int err, void *arg)
{
	struct list_op *op = arg;

	op->done(err, err ? NULL : &op->page, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_permalink_list(struct cardea_domain *domain, const char *api_key,
                                 const struct cardea_permalink_query *query,
                                 cardea_permalink_page_h done, void *arg)
{
	struct list_op *op = cardea_op_new(domain, sizeof(*op));

	op->api_key = cardea_op_strdup(&op->base, api_key);
	op->query = *query;
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, list, answer_list);
}
