/* invites: rows of invites to spaces and of links into rooms. */
#include "store/invites.h"

#include "store/rows.h"
#include "store/store_engine.h"

#define SELECT_INVITE                                                                              \
	"SELECT tenant, digest, space, id_sealed, role, created_by, used_by, created_at FROM invites "
#define SELECT_LINK                                                                                \
	"SELECT tenant, link, object, seat, created_by, display_name, is_moderator, is_permanent, "    \
	"is_revoked, external_user_id, email, phone, external_meeting_id, created_at, expires_at "     \
	"FROM access_links "

/* ---- invites ---- */

static int read_invite(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_invite_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	cardea_column_sealed(tx, &row[3], &out->id);
	out->role = row[4].integer;
	out->created_at = row[7].integer;
	if (!err) {
		err = cardea_column_copy(&row[1], out->digest, sizeof(out->digest));
	}
	if (!err) {
		err = cardea_column_copy(&row[2], out->space, sizeof(out->space));
	}
	if (!err) {
		err = cardea_column_copy(&row[5], out->created_by, sizeof(out->created_by));
	}
	return err ? err : cardea_column_copy(&row[6], out->used_by, sizeof(out->used_by));
}

int cardea_store_invite_insert(struct cardea_tx *tx, const struct cardea_invite_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO invites (tenant, digest, space, id_sealed, role, created_by, created_at) "
	        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->digest), CARDEA_TEXT(row->space),
	        cardea_value_sealed(&row->id), CARDEA_INT(row->role), CARDEA_TEXT(row->created_by),
	        CARDEA_INT(row->created_at));
}

int cardea_store_invite_get(struct cardea_tx *tx, const char *tenant, const char *digest,
                            struct cardea_invite_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_invite, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_INVITE "WHERE tenant = $1 AND digest = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(digest));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_invite_list(struct cardea_tx *tx, const char *tenant, const char *space,
                             const struct cardea_invite_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_invite, .size = sizeof(struct cardea_invite_row)};
	int err = CARDEA_QUERY(
	        tx, SELECT_INVITE "WHERE tenant = $1 AND space = $2 ORDER BY created_at, digest",
	        cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(space));

	*out = sink.items;
	*count = sink.count;
	return err;
}

int cardea_store_invite_use(struct cardea_tx *tx, const struct cardea_invite_row *row,
                            const char *account)
{
	return CARDEA_EXEC(tx, "UPDATE invites SET used_by = $1 WHERE tenant = $2 AND digest = $3",
	                   CARDEA_TEXT(account), CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->digest));
}

int cardea_store_invite_delete(struct cardea_tx *tx, const struct cardea_invite_row *row)
{
	return CARDEA_EXEC(tx, "DELETE FROM invites WHERE tenant = $1 AND digest = $2",
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->digest));
}

/* ---- links ---- */

static int read_link(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_link_row *out = arg;
	struct {
		char *text;
		size_t size;
	} texts[] = {{out->tenant, sizeof(out->tenant)},
	             {out->id, sizeof(out->id)},
	             {out->object, sizeof(out->object)},
	             {out->seat, sizeof(out->seat)},
	             {out->created_by, sizeof(out->created_by)}};
	int err = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !err; i++) {
		err = cardea_column_copy(&row[i], texts[i].text, texts[i].size);
	}
	out->display_name = cardea_column_text(tx, &row[5]);
	out->is_moderator = row[6].integer;
	out->is_permanent = row[7].integer;
	out->is_revoked = row[8].integer;
	out->external_user_id = cardea_column_text(tx, &row[9]);
	out->email = cardea_column_text(tx, &row[10]);
	out->phone = cardea_column_text(tx, &row[11]);
	out->external_meeting_id = cardea_column_text(tx, &row[12]);
	out->created_at = row[13].integer;
	out->expires_at = row[14].integer;
	return err;
}

int cardea_store_link_insert(struct cardea_tx *tx, const struct cardea_link_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO access_links (tenant, link, object, display_name, is_moderator, "
	        "is_permanent, is_revoked, external_user_id, email, phone, external_meeting_id, "
	        "created_by, created_at, expires_at) "
	        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->object),
	        CARDEA_TEXT(row->display_name), CARDEA_INT(row->is_moderator),
	        CARDEA_INT(row->is_permanent), CARDEA_INT(row->is_revoked),
	        CARDEA_TEXT(row->external_user_id), CARDEA_TEXT(row->email), CARDEA_TEXT(row->phone),
	        CARDEA_TEXT(row->external_meeting_id), CARDEA_TEXT(row->created_by),
	        CARDEA_INT(row->created_at), CARDEA_INT(row->expires_at));
}

int cardea_store_link_update(struct cardea_tx *tx, const struct cardea_link_row *row)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE access_links SET is_revoked = $1, seat = $2 "
	                   "WHERE tenant = $3 AND link = $4",
	                   CARDEA_INT(row->is_revoked), cardea_value_text_or_null(row->seat),
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id));
}

int cardea_store_link_get(struct cardea_tx *tx, const char *tenant, const char *id,
                          struct cardea_link_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_link, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_LINK "WHERE tenant = $1 AND link = $2", cardea_rows_take_one,
	                       &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_link_list(struct cardea_tx *tx, const char *tenant, const char *object,
                           const struct cardea_link_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_link, .size = sizeof(struct cardea_link_row)};
	int err = CARDEA_QUERY(
	        tx, SELECT_LINK "WHERE tenant = $1 AND object = $2 ORDER BY created_at, link",
	        cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(object));

	*out = sink.items;
	*count = sink.count;
	return err;
}
