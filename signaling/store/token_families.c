/* token_families: rows of tokens that came from one another by refreshing, and of used tokens. */
#include "store/token_families.h"

#include "cardea_error.h"
#include "store/rows.h"

static int read_family(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_token_family_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	out->step = row[2].integer;
	out->rotated_at = row[3].integer;
	out->revoked_at = row[4].integer;
	out->expires_at = row[5].integer;
	cardea_column_sealed(tx, &row[6], &out->pair);
	return err ? err : cardea_column_copy(&row[1], out->id, sizeof(out->id));
}

int cardea_store_token_family_get(struct cardea_tx *tx, const char *tenant, const char *id,
                                  struct cardea_token_family_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_family, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx,
	                       "SELECT tenant, family, step, rotated_at, revoked_at, expires_at, "
	                       "pair_sealed FROM token_families WHERE tenant = $1 AND family = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_token_family_put(struct cardea_tx *tx, const struct cardea_token_family_row *row)
{
	int err = CARDEA_EXEC(tx, "DELETE FROM token_families WHERE expires_at < $1",
	                      CARDEA_INT(cardea_tx_now_ms(tx)));

	if (err) {
		return err;
	}
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO token_families (tenant, family, step, rotated_at, revoked_at, expires_at, "
	        "pair_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, family) DO "
	        "UPDATE SET step = excluded.step, rotated_at = excluded.rotated_at, revoked_at = "
	        "excluded.revoked_at, expires_at = excluded.expires_at, "
	        "pair_sealed = excluded.pair_sealed",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_INT(row->step),
	        CARDEA_INT(row->rotated_at), CARDEA_INT(row->revoked_at), CARDEA_INT(row->expires_at),
	        cardea_value_sealed(&row->pair));
}

int cardea_store_token_use(struct cardea_tx *tx, const char *tenant, const char *token,
                           int64_t expires_at)
{
	int err = CARDEA_EXEC(tx, "DELETE FROM used_tokens WHERE expires_at < $1",
	                      CARDEA_INT(cardea_tx_now_ms(tx)));

	return err ? err
	           : CARDEA_EXEC(tx,
	                         "INSERT INTO used_tokens (tenant, token, expires_at) "
	                         "VALUES ($1, $2, $3)",
	                         CARDEA_TEXT(tenant), CARDEA_TEXT(token), CARDEA_INT(expires_at));
}
