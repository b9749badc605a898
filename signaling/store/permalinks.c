/* permalinks: rows of permalinks and of the users who may start their meetings. */
#include "store/permalinks.h"

#include "store/rows.h"
#include "store/store_engine.h"

#define SELECT_PERMALINK                                                                           \
	"SELECT tenant, permalink, name, guest_token_sealed, waiting_room, kick_available, "           \
	"lock_available, options, expires_at, created_at, updated_at FROM permalinks "

#define SELECT_USER                                                                                \
	"SELECT tenant, permalink_user, permalink, ordinal, external_user_id, display_name, avatar, "  \
	"locale, token_sealed, created_at FROM permalink_users "

/* A comparison is a boolean in one engine and a number in the other. */
#define WHERE_FILTER                                                                               \
	"WHERE tenant = $1 AND $2 IN (-1, CASE WHEN expires_at > 0 AND expires_at <= $3 THEN 1 "       \
	"ELSE 0 END) "

/* ---- permalinks ---- */

static int read_permalink(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_permalink_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	out->name = cardea_column_text(tx, &row[2]);
	cardea_column_sealed(tx, &row[3], &out->guest_token);
	out->waiting_room = row[4].integer;
	out->kick_available = row[5].integer;
	out->lock_available = row[6].integer;
	out->options = cardea_column_text(tx, &row[7]);
	out->expires_at = row[8].integer;
	out->created_at = row[9].integer;
	out->updated_at = row[10].integer;
	return err ? err : cardea_column_copy(&row[1], out->id, sizeof(out->id));
}

int cardea_store_permalink_insert(struct cardea_tx *tx, const struct cardea_permalink_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO permalinks (tenant, permalink, name, guest_token_sealed, waiting_room, "
	        "kick_available, lock_available, options, expires_at, created_at, updated_at) "
	        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->name),
	        cardea_value_sealed(&row->guest_token), CARDEA_INT(row->waiting_room),
	        CARDEA_INT(row->kick_available), CARDEA_INT(row->lock_available),
	        CARDEA_TEXT(row->options), CARDEA_INT(row->expires_at), CARDEA_INT(row->created_at),
	        CARDEA_INT(row->updated_at));
}

int cardea_store_permalink_update(struct cardea_tx *tx, const struct cardea_permalink_row *row)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE permalinks SET name = $1, guest_token_sealed = $2, "
	                   "waiting_room = $3, kick_available = $4, lock_available = $5, "
	                   "options = $6, expires_at = $7, updated_at = $8 "
	                   "WHERE tenant = $9 AND permalink = $10",
	                   CARDEA_TEXT(row->name), cardea_value_sealed(&row->guest_token),
	                   CARDEA_INT(row->waiting_room), CARDEA_INT(row->kick_available),
	                   CARDEA_INT(row->lock_available), CARDEA_TEXT(row->options),
	                   CARDEA_INT(row->expires_at), CARDEA_INT(row->updated_at),
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id));
}

int cardea_store_permalink_delete(struct cardea_tx *tx, const char *tenant, const char *id)
{
	return CARDEA_EXEC(tx, "DELETE FROM permalinks WHERE tenant = $1 AND permalink = $2",
	                   CARDEA_TEXT(tenant), CARDEA_TEXT(id));
}

int cardea_store_permalink_get(struct cardea_tx *tx, const char *tenant, const char *id,
                               struct cardea_permalink_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_permalink, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_PERMALINK "WHERE tenant = $1 AND permalink = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_permalink_count(struct cardea_tx *tx, const struct cardea_permalink_filter *filter,
                                 int64_t *out)
{
	return CARDEA_QUERY(tx, "SELECT COUNT(*) FROM permalinks " WHERE_FILTER,
	                    cardea_rows_take_integer, out, CARDEA_TEXT(filter->tenant),
	                    CARDEA_INT(filter->expired), CARDEA_INT(filter->now_ms));
}

int cardea_store_permalink_list(struct cardea_tx *tx, const struct cardea_permalink_filter *filter,
                                int64_t limit, int64_t offset,
                                const struct cardea_permalink_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_permalink, .size = sizeof(struct cardea_permalink_row)};
	int err = CARDEA_QUERY(tx,
	                       SELECT_PERMALINK WHERE_FILTER
	                       "ORDER BY created_at DESC, permalink DESC LIMIT $4 OFFSET $5",
	                       cardea_rows_take_many, &sink, CARDEA_TEXT(filter->tenant),
	                       CARDEA_INT(filter->expired), CARDEA_INT(filter->now_ms),
	                       CARDEA_INT(limit), CARDEA_INT(offset));

	*out = sink.items;
	*count = sink.count;
	return err;
}

/* ---- users ---- */

static int read_user(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_permalink_user_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	if (!err) {
		err = cardea_column_copy(&row[1], out->id, sizeof(out->id));
	}
	out->ordinal = row[3].integer;
	out->external_user_id = cardea_column_text(tx, &row[4]);
	out->display_name = cardea_column_text(tx, &row[5]);
	out->avatar = cardea_column_text(tx, &row[6]);
	out->locale = cardea_column_text(tx, &row[7]);
	cardea_column_sealed(tx, &row[8], &out->token);
	out->created_at = row[9].integer;
	return err ? err : cardea_column_copy(&row[2], out->permalink, sizeof(out->permalink));
}

int cardea_store_permalink_user_insert(struct cardea_tx *tx, struct cardea_permalink_user_row *row)
{
	int err = CARDEA_QUERY(tx,
	                       "SELECT COALESCE(MAX(ordinal), 0) + 1 FROM permalink_users "
	                       "WHERE tenant = $1 AND permalink = $2",
	                       cardea_rows_take_integer, &row->ordinal, CARDEA_TEXT(row->tenant),
	                       CARDEA_TEXT(row->permalink));

	if (err) {
		return err;
	}
	return CARDEA_EXEC(tx,
	                   "INSERT INTO permalink_users (tenant, permalink_user, permalink, ordinal, "
	                   "external_user_id, display_name, avatar, locale, token_sealed, created_at) "
	                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->permalink),
	                   CARDEA_INT(row->ordinal), CARDEA_TEXT(row->external_user_id),
	                   CARDEA_TEXT(row->display_name), CARDEA_TEXT(row->avatar),
	                   CARDEA_TEXT(row->locale), cardea_value_sealed(&row->token),
	                   CARDEA_INT(row->created_at));
}

int cardea_store_permalink_user_update(struct cardea_tx *tx,
                                       const struct cardea_permalink_user_row *row)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE permalink_users SET display_name = $1, avatar = $2, locale = $3 "
	                   "WHERE tenant = $4 AND permalink_user = $5",
	                   CARDEA_TEXT(row->display_name), CARDEA_TEXT(row->avatar),
	                   CARDEA_TEXT(row->locale), CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id));
}

int cardea_store_permalink_user_delete(struct cardea_tx *tx, const char *tenant, const char *id)
{
	return CARDEA_EXEC(tx, "DELETE FROM permalink_users WHERE tenant = $1 AND permalink_user = $2",
	                   CARDEA_TEXT(tenant), CARDEA_TEXT(id));
}

int cardea_store_permalink_user_get(struct cardea_tx *tx, const char *tenant, const char *id,
                                    struct cardea_permalink_user_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_user, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_USER "WHERE tenant = $1 AND permalink_user = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_permalink_user_by_id(struct cardea_tx *tx, const char *tenant,
                                      const char *permalink, const char *external_user_id,
                                      struct cardea_permalink_user_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_user, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(
	        tx, SELECT_USER "WHERE tenant = $1 AND permalink = $2 AND external_user_id = $3",
	        cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(permalink),
	        CARDEA_TEXT(external_user_id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_permalink_user_first(struct cardea_tx *tx, const char *tenant,
                                      const char *permalink, struct cardea_permalink_user_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_user, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(
	        tx, SELECT_USER "WHERE tenant = $1 AND permalink = $2 ORDER BY ordinal LIMIT 1",
	        cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(permalink));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_permalink_user_list(struct cardea_tx *tx, const char *tenant,
                                     const char *permalink,
                                     const struct cardea_permalink_user_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_user, .size = sizeof(struct cardea_permalink_user_row)};
	int err =
	        CARDEA_QUERY(tx, SELECT_USER "WHERE tenant = $1 AND permalink = $2 ORDER BY ordinal",
	                     cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(permalink));

	*out = sink.items;
	*count = sink.count;
	return err;
}
