/* accounts: rows of OAuth clients and accounts. */
#include "store/accounts.h"

#include "store/rows.h"
#include "store/store_engine.h"

#define SELECT_CLIENT "SELECT tenant, client, secret_sealed, created_at FROM oauth_clients "
#define SELECT_ACCOUNT                                                                             \
	"SELECT tenant, account, email, email_key, username, phone, password, meeting_space, "         \
	"meeting_room, created_at, updated_at FROM accounts "

/* ---- clients ---- */

static int read_client(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_client_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	cardea_column_sealed(tx, &row[2], &out->secret);
	out->created_at = row[3].integer;
	return err ? err : cardea_column_copy(&row[1], out->id, sizeof(out->id));
}

int cardea_store_client_insert(struct cardea_tx *tx, const struct cardea_client_row *row)
{
	return CARDEA_EXEC(tx,
	                   "INSERT INTO oauth_clients (tenant, client, secret_sealed, created_at) "
	                   "VALUES ($1, $2, $3, $4)",
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id),
	                   cardea_value_sealed(&row->secret), CARDEA_INT(row->created_at));
}

int cardea_store_client_get(struct cardea_tx *tx, const char *id, struct cardea_client_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_client, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_CLIENT "WHERE client = $1", cardea_rows_take_one, &sink,
	                       CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_client_of(struct cardea_tx *tx, const char *tenant, struct cardea_client_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_client, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(
	        tx, SELECT_CLIENT "WHERE tenant = $1 ORDER BY created_at DESC, client LIMIT 1",
	        cardea_rows_take_one, &sink, CARDEA_TEXT(tenant));

	return cardea_rows_expect(err, sink.count);
}

/* ---- accounts ---- */

static int read_account(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_account_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	out->email = cardea_column_text(tx, &row[2]);
	out->email_key = cardea_column_text(tx, &row[3]);
	out->username = cardea_column_text(tx, &row[4]);
	out->phone = cardea_column_text(tx, &row[5]);
	out->password = cardea_column_text(tx, &row[6]);
	out->created_at = row[9].integer;
	out->updated_at = row[10].integer;
	if (!err) {
		err = cardea_column_copy(&row[7], out->meeting_space, sizeof(out->meeting_space));
	}
	if (!err) {
		err = cardea_column_copy(&row[8], out->meeting_room, sizeof(out->meeting_room));
	}
	return err ? err : cardea_column_copy(&row[1], out->id, sizeof(out->id));
}

int cardea_store_account_insert(struct cardea_tx *tx, const struct cardea_account_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO accounts (tenant, account, email, email_key, username, phone, password, "
	        "created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->email),
	        CARDEA_TEXT(row->email_key), CARDEA_TEXT(row->username), CARDEA_TEXT(row->phone),
	        CARDEA_TEXT(row->password), CARDEA_INT(row->created_at), CARDEA_INT(row->updated_at));
}

int cardea_store_account_update(struct cardea_tx *tx, const struct cardea_account_row *row)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE accounts SET password = $1, meeting_space = $2, meeting_room = $3, "
	                   "updated_at = $4 WHERE tenant = $5 AND account = $6",
	                   CARDEA_TEXT(row->password), cardea_value_text_or_null(row->meeting_space),
	                   cardea_value_text_or_null(row->meeting_room), CARDEA_INT(row->updated_at),
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id));
}

int cardea_store_account_get(struct cardea_tx *tx, const char *tenant, const char *id,
                             struct cardea_account_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_account, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_ACCOUNT "WHERE tenant = $1 AND account = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_account_by_email(struct cardea_tx *tx, const char *tenant, const char *email_key,
                                  struct cardea_account_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_account, .size = sizeof(*out), .items = out};
	int err =
	        CARDEA_QUERY(tx, SELECT_ACCOUNT "WHERE tenant = $1 AND email_key = $2",
	                     cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(email_key));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_account_by_username(struct cardea_tx *tx, const char *tenant, const char *username,
                                     struct cardea_account_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_account, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_ACCOUNT "WHERE tenant = $1 AND username = $2 LIMIT 2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(username));

	return cardea_rows_expect(err, sink.count == 1);
}
