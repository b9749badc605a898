/* audit: records of who did what to whom. */
#include "store/audit.h"

#include "store/rows.h"
#include "store/store_engine.h"

static int read_record(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_audit_row *out = arg;

	out->at = row[1].integer;
	out->action = cardea_column_text(tx, &row[2]);
	out->actor = cardea_column_text(tx, &row[3]);
	out->target = cardea_column_text(tx, &row[4]);
	out->scope = cardea_column_text(tx, &row[5]);
	out->role = cardea_column_text(tx, &row[6]);
	return cardea_column_copy(&row[0], out->id, sizeof(out->id));
}

int cardea_store_audit_append(struct cardea_tx *tx, const char *tenant,
                              const struct cardea_audit_row *row)
{
	int64_t now = cardea_tx_now_ms(tx);
	char id[CARDEA_UUID_SIZE];
	int err = cardea_id_uuid7(cardea_tx_random(tx), now, id);

	if (err) {
		return err;
	}
	return CARDEA_EXEC(tx,
	                   "INSERT INTO audit (tenant, record, at, action, actor, target, scope, role) "
	                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	                   CARDEA_TEXT(tenant), CARDEA_TEXT(id), CARDEA_INT(now),
	                   CARDEA_TEXT(row->action), CARDEA_TEXT(row->actor), CARDEA_TEXT(row->target),
	                   CARDEA_TEXT(row->scope), CARDEA_TEXT(row->role));
}

int cardea_store_audit_list(struct cardea_tx *tx, const char *tenant, const char *after,
                            int64_t limit, const struct cardea_audit_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_record, .size = sizeof(struct cardea_audit_row)};
	int err = CARDEA_QUERY(tx,
	                       "SELECT record, at, action, actor, target, scope, role FROM audit "
	                       "WHERE tenant = $1 AND record > $2 ORDER BY record LIMIT $3",
	                       cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(after),
	                       CARDEA_INT(limit));

	*out = sink.items;
	*count = sink.count;
	return err;
}
