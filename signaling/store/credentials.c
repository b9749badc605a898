/* credentials: opaque secrets by their digest. */
#include "store/credentials.h"

#include "cardea_error.h"
#include "store/rows.h"

static int read_credential(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_credential_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	(void)tx;
	if (!err) {
		err = cardea_column_copy(&row[1], out->digest, sizeof(out->digest));
	}
	out->kind = (enum cardea_credential_kind)row[2].integer;
	out->created_at = row[4].integer;
	return err ? err : cardea_column_copy(&row[3], out->subject, sizeof(out->subject));
}

/* No two tenants have the same: it would not say whose it is. */
static int refuse_known(struct cardea_tx *tx, const char *digest)
{
	size_t count = 0;
	int err = CARDEA_QUERY(tx, "SELECT 1 FROM credentials WHERE digest = $1", cardea_rows_count,
	                       &count, CARDEA_TEXT(digest));

	return !err && count > 0 ? CARDEA_E_STORE_CONFLICT : err;
}

int cardea_store_credential_insert(struct cardea_tx *tx, const struct cardea_credential_row *row)
{
	int err = refuse_known(tx, row->digest);

	if (err) {
		return err;
	}
	return CARDEA_EXEC(tx,
	                   "INSERT INTO credentials (tenant, digest, kind, subject, created_at) "
	                   "VALUES ($1, $2, $3, $4, $5)",
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->digest), CARDEA_INT(row->kind),
	                   CARDEA_TEXT(row->subject), CARDEA_INT(row->created_at));
}

int cardea_store_credential_find(struct cardea_tx *tx, const char *digest,
                                 struct cardea_credential_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_credential, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(
	        tx,
	        "SELECT tenant, digest, kind, subject, created_at FROM credentials WHERE digest = $1",
	        cardea_rows_take_one, &sink, CARDEA_TEXT(digest));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_credential_delete(struct cardea_tx *tx, const char *tenant, const char *digest)
{
	return CARDEA_EXEC(tx, "DELETE FROM credentials WHERE tenant = $1 AND digest = $2",
	                   CARDEA_TEXT(tenant), CARDEA_TEXT(digest));
}
