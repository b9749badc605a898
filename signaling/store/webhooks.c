/* webhooks: rows of webhooks, and the queue of what each is still owed. */
#include "store/webhooks.h"

#include "store/rows.h"
#include "store/store_private.h"

#define SELECT_WEBHOOK                                                                             \
	"SELECT tenant, webhook, api_key, url, types, created_at, last_request_at, "                   \
	"last_response_code FROM webhooks "

static int read_webhook(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_webhook_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	out->url = cardea_column_text(tx, &row[3]);
	out->types = row[4].integer;
	out->created_at = row[5].integer;
	out->last_request_at = row[6].integer;
	out->last_response_code = row[7].integer;
	if (!err) {
		err = cardea_column_copy(&row[1], out->id, sizeof(out->id));
	}
	return err ? err : cardea_column_copy(&row[2], out->api_key, sizeof(out->api_key));
}

int cardea_store_webhook_insert(struct cardea_tx *tx, const struct cardea_webhook_row *row)
{
	return CARDEA_EXEC(tx,
	                   "INSERT INTO webhooks (tenant, webhook, api_key, url, types, created_at, "
	                   "last_request_at, last_response_code) "
	                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->api_key),
	                   CARDEA_TEXT(row->url), CARDEA_INT(row->types), CARDEA_INT(row->created_at),
	                   CARDEA_INT(row->last_request_at), CARDEA_INT(row->last_response_code));
}

int cardea_store_webhook_update(struct cardea_tx *tx, const struct cardea_webhook_row *row)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE webhooks SET types = $1, last_request_at = $2, "
	                   "last_response_code = $3 WHERE tenant = $4 AND webhook = $5",
	                   CARDEA_INT(row->types), CARDEA_INT(row->last_request_at),
	                   CARDEA_INT(row->last_response_code), CARDEA_TEXT(row->tenant),
	                   CARDEA_TEXT(row->id));
}

int cardea_store_webhook_delete(struct cardea_tx *tx, const struct cardea_webhook_row *row)
{
	int err = CARDEA_EXEC(tx, "DELETE FROM webhook_queue WHERE tenant = $1 AND webhook = $2",
	                      CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id));

	return err ? err
	           : CARDEA_EXEC(tx, "DELETE FROM webhooks WHERE tenant = $1 AND webhook = $2",
	                         CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id));
}

int cardea_store_webhook_by_key(struct cardea_tx *tx, const char *tenant, const char *api_key,
                                struct cardea_webhook_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_webhook, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_WEBHOOK "WHERE tenant = $1 AND api_key = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(api_key));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_webhook_by_id(struct cardea_tx *tx, const char *id, struct cardea_webhook_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_webhook, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_WEBHOOK "WHERE webhook = $1", cardea_rows_take_one, &sink,
	                       CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

static int list(struct cardea_tx *tx, const char *sql, const struct cardea_value *params,
                size_t param_count, const struct cardea_webhook_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_webhook, .size = sizeof(struct cardea_webhook_row)};
	int err = cardea_tx_query(tx, sql, params, param_count, cardea_rows_take_many, &sink);

	*out = sink.items;
	*count = sink.count;
	return err;
}

int cardea_store_webhook_list_owed(struct cardea_tx *tx, const struct cardea_webhook_row **out,
                                   size_t *count)
{
	return list(tx,
	            SELECT_WEBHOOK "WHERE EXISTS (SELECT 1 FROM webhook_queue "
	                           "WHERE webhook_queue.tenant = webhooks.tenant "
	                           "AND webhook_queue.webhook = webhooks.webhook)",
	            NULL, 0, out, count);
}

static int list_wanting(struct cardea_tx *tx, const char *tenant, int64_t types,
                        const struct cardea_webhook_row **out, size_t *count)
{
	const struct cardea_value params[] = {CARDEA_TEXT(tenant), CARDEA_INT(types)};

	return list(tx, SELECT_WEBHOOK "WHERE tenant = $1 AND (types & $2) <> 0", params, 2, out,
	            count);
}

/* Behind the last one; an empty queue begins anew, so positions say only who is first. */
static int append(struct cardea_tx *tx, const struct cardea_webhook_row *row, const char *room,
                  int64_t seq)
{
	cardea_tx_owed(tx, row->id);
	return CARDEA_EXEC(tx,
	                   "INSERT INTO webhook_queue (tenant, webhook, position, room, seq) "
	                   "VALUES ($1, $2, (SELECT COALESCE(MAX(position), 0) + 1 FROM webhook_queue "
	                   "WHERE tenant = $1 AND webhook = $2), $3, $4)",
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(room),
	                   CARDEA_INT(seq));
}

int cardea_store_webhook_owe(struct cardea_tx *tx, const char *tenant, int64_t types,
                             const char *room, int64_t seq)
{
	const struct cardea_webhook_row *rows = NULL;
	size_t count = 0;
	int err = list_wanting(tx, tenant, types, &rows, &count);

	for (size_t i = 0; i < count && !err; i++) {
		err = append(tx, &rows[i], room, seq);
	}
	return err;
}

static int read_item(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_webhook_item *out = arg;

	(void)tx;
	out->seq = row[1].integer;
	return cardea_column_copy(&row[0], out->room, sizeof(out->room));
}

int cardea_store_webhook_oldest(struct cardea_tx *tx, const struct cardea_webhook_row *row,
                                struct cardea_webhook_item *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_item, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx,
	                       "SELECT room, seq FROM webhook_queue WHERE tenant = $1 AND webhook = $2 "
	                       "ORDER BY position LIMIT 1",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(row->tenant),
	                       CARDEA_TEXT(row->id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_webhook_settle(struct cardea_tx *tx, const struct cardea_webhook_row *row,
                                const struct cardea_webhook_item *item)
{
	return CARDEA_EXEC(tx,
	                   "DELETE FROM webhook_queue WHERE tenant = $1 AND webhook = $2 AND "
	                   "position = (SELECT MIN(position) FROM webhook_queue WHERE tenant = $1 AND "
	                   "webhook = $2) AND room = $3 AND seq = $4",
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(item->room),
	                   CARDEA_INT(item->seq));
}
