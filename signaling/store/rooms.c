/* rooms: rows of rooms. */
#include "store/rooms.h"

#include "store/rows.h"

#define SELECT_ROOM                                                                                \
	"SELECT tenant, room, name, status, session, max_participants, recording_enabled, "            \
	"chat_enabled, config_extra, locked, allow_early_join_minutes, scheduled_start_at, "           \
	"scheduled_end_at, started_at, ended_at, created_at, updated_at, node, boot, epoch, key, "     \
	"has_blocks FROM rooms "

static int read_fixed(const struct cardea_value *row, struct cardea_room_row *out)
{
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	if (!err) {
		err = cardea_column_copy(&row[1], out->id, sizeof(out->id));
	}
	if (!err) {
		err = cardea_column_copy(&row[4], out->session, sizeof(out->session));
	}
	if (!err) {
		err = cardea_column_copy(&row[17], out->node, sizeof(out->node));
	}
	return err ? err : cardea_column_copy(&row[18], out->boot, sizeof(out->boot));
}

static int read_room(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_room_row *out = arg;

	out->name = cardea_column_text(tx, &row[2]);
	out->status = (enum cardea_room_row_status)row[3].integer;
	out->max_participants = cardea_column_option(&row[5]);
	out->recording_enabled = cardea_column_option(&row[6]);
	out->chat_enabled = cardea_column_option(&row[7]);
	out->config_extra = cardea_column_text(tx, &row[8]);
	out->is_locked = row[9].integer;
	out->allow_early_join_minutes = row[10].integer;
	out->scheduled_start_at = row[11].integer;
	out->scheduled_end_at = row[12].integer;
	out->started_at = row[13].integer;
	out->ended_at = row[14].integer;
	out->created_at = row[15].integer;
	out->updated_at = row[16].integer;
	out->epoch = row[19].integer;
	out->key = cardea_column_text(tx, &row[20]);
	out->has_blocks = row[21].integer;
	return read_fixed(row, out);
}

int cardea_store_room_insert(struct cardea_tx *tx, const struct cardea_room_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO rooms (tenant, room, name, status, session, max_participants, "
	        "recording_enabled, chat_enabled, config_extra, locked, allow_early_join_minutes, "
	        "scheduled_start_at, scheduled_end_at, started_at, ended_at, created_at, updated_at, "
	        "node, boot, epoch, key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
	        "$13, $14, $15, $16, $17, $18, $19, $20, $21)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->name),
	        CARDEA_INT(row->status), cardea_value_text_or_null(row->session),
	        cardea_value_option(row->max_participants), cardea_value_option(row->recording_enabled),
	        cardea_value_option(row->chat_enabled), CARDEA_TEXT(row->config_extra),
	        CARDEA_INT(row->is_locked), CARDEA_INT(row->allow_early_join_minutes),
	        CARDEA_INT(row->scheduled_start_at), CARDEA_INT(row->scheduled_end_at),
	        CARDEA_INT(row->started_at), CARDEA_INT(row->ended_at), CARDEA_INT(row->created_at),
	        CARDEA_INT(row->updated_at), cardea_value_text_or_null(row->node),
	        cardea_value_text_or_null(row->boot), CARDEA_INT(row->epoch), CARDEA_TEXT(row->key));
}

int cardea_store_room_update(struct cardea_tx *tx, const struct cardea_room_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "UPDATE rooms SET name = $1, status = $2, session = $3, max_participants = $4, "
	        "recording_enabled = $5, chat_enabled = $6, config_extra = $7, locked = $8, "
	        "allow_early_join_minutes = $9, scheduled_start_at = $10, scheduled_end_at = $11, "
	        "started_at = $12, ended_at = $13, updated_at = $14, node = $15, boot = $16, "
	        "epoch = $17, has_blocks = $18, created_at = $19 WHERE tenant = $20 AND room = $21",
	        CARDEA_TEXT(row->name), CARDEA_INT(row->status),
	        cardea_value_text_or_null(row->session), cardea_value_option(row->max_participants),
	        cardea_value_option(row->recording_enabled), cardea_value_option(row->chat_enabled),
	        CARDEA_TEXT(row->config_extra), CARDEA_INT(row->is_locked),
	        CARDEA_INT(row->allow_early_join_minutes), CARDEA_INT(row->scheduled_start_at),
	        CARDEA_INT(row->scheduled_end_at), CARDEA_INT(row->started_at),
	        CARDEA_INT(row->ended_at), CARDEA_INT(row->updated_at),
	        cardea_value_text_or_null(row->node), cardea_value_text_or_null(row->boot),
	        CARDEA_INT(row->epoch), CARDEA_INT(row->has_blocks), CARDEA_INT(row->created_at),
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id));
}

int cardea_store_room_get(struct cardea_tx *tx, const char *tenant, const char *id,
                          struct cardea_room_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_room, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_ROOM "WHERE tenant = $1 AND room = $2", cardea_rows_take_one,
	                       &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_room_by_key(struct cardea_tx *tx, const char *tenant, const char *key,
                             struct cardea_room_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_room, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_ROOM "WHERE tenant = $1 AND key = $2", cardea_rows_take_one,
	                       &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(key));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_room_by_name(struct cardea_tx *tx, const char *tenant, const char *name,
                              struct cardea_room_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_room, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx,
	                       SELECT_ROOM "WHERE tenant = $1 AND name = $2 AND key IS NULL "
	                                   "AND status <> 3 ORDER BY created_at DESC, room LIMIT 1",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(name));

	return cardea_rows_expect(err, sink.count);
}

/* A status that is not in @set is one that no room has. */
static struct cardea_value in_set(unsigned set, enum cardea_room_row_status status)
{
	return cardea_value_integer(set & (1u << status) ? (int64_t)status : -1);
}

#define IN_SET "WHERE tenant = $1 AND status IN ($2, $3, $4) "

int cardea_store_room_list(struct cardea_tx *tx, const char *tenant, unsigned set, int64_t limit,
                           int64_t offset, const struct cardea_room_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_room, .size = sizeof(struct cardea_room_row)};
	int err = CARDEA_QUERY(
	        tx, SELECT_ROOM IN_SET "ORDER BY created_at DESC, room DESC LIMIT $5 OFFSET $6",
	        cardea_rows_take_many, &sink, CARDEA_TEXT(tenant),
	        in_set(set, CARDEA_ROOM_ROW_SCHEDULED), in_set(set, CARDEA_ROOM_ROW_ACTIVE),
	        in_set(set, CARDEA_ROOM_ROW_ENDED), CARDEA_INT(limit), CARDEA_INT(offset));

	*out = sink.items;
	*count = sink.count;
	return err;
}

int cardea_store_room_count(struct cardea_tx *tx, const char *tenant, unsigned set, int64_t *out)
{
	return CARDEA_QUERY(tx, "SELECT COUNT(*) FROM rooms " IN_SET, cardea_rows_take_integer, out,
	                    CARDEA_TEXT(tenant), in_set(set, CARDEA_ROOM_ROW_SCHEDULED),
	                    in_set(set, CARDEA_ROOM_ROW_ACTIVE), in_set(set, CARDEA_ROOM_ROW_ENDED));
}

int cardea_store_room_delete(struct cardea_tx *tx, const char *tenant, const char *id)
{
	int err =
	        CARDEA_EXEC(tx,
	                    "UPDATE rooms SET status = $1, key = NULL, session = NULL, has_blocks = 0 "
	                    "WHERE tenant = $2 AND room = $3",
	                    CARDEA_INT(CARDEA_ROOM_ROW_DELETED), CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	/* A room made from the same name has its id again, but nothing else of it. */
	if (!err) {
		err = CARDEA_EXEC(tx, "DELETE FROM blocks WHERE tenant = $1 AND room = $2",
		                  CARDEA_TEXT(tenant), CARDEA_TEXT(id));
	}
	return err ? err
	           : CARDEA_EXEC(tx,
	                         "UPDATE participants SET hidden = 1 WHERE tenant = $1 AND room = $2",
	                         CARDEA_TEXT(tenant), CARDEA_TEXT(id));
}

int cardea_store_room_by_id(struct cardea_tx *tx, const char *id, struct cardea_room_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_room, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_ROOM "WHERE room = $1", cardea_rows_take_one, &sink,
	                       CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_room_count_active(struct cardea_tx *tx, const char *tenant, int64_t *out)
{
	return CARDEA_QUERY(tx, "SELECT COUNT(*) FROM rooms WHERE tenant = $1 AND status = $2",
	                    cardea_rows_take_integer, out, CARDEA_TEXT(tenant),
	                    CARDEA_INT(CARDEA_ROOM_ROW_ACTIVE));
}

int cardea_store_room_list_active(struct cardea_tx *tx, const char *tenant, int64_t limit,
                                  const struct cardea_room_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_room, .size = sizeof(struct cardea_room_row)};
	int err = CARDEA_QUERY(
	        tx,
	        SELECT_ROOM
	        "WHERE tenant = $1 AND status = $2 AND session IS NOT NULL ORDER BY started_at, room "
	        "LIMIT $3",
	        cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_INT(CARDEA_ROOM_ROW_ACTIVE),
	        CARDEA_INT(limit));

	*out = sink.items;
	*count = sink.count;
	return err;
}

int cardea_store_room_list_on_node(struct cardea_tx *tx, const char *node,
                                   const struct cardea_room_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_room, .size = sizeof(struct cardea_room_row)};
	int err = CARDEA_QUERY(tx, SELECT_ROOM "WHERE node = $1 ORDER BY tenant, room",
	                       cardea_rows_take_many, &sink, CARDEA_TEXT(node));

	*out = sink.items;
	*count = sink.count;
	return err;
}
