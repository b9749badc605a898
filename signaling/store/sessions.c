/* sessions: rows of sessions (running meetings). */
#include "store/sessions.h"

#include "store/rows.h"
#include "store/store_engine.h"

#define SELECT_SESSION                                                                             \
	"SELECT tenant, session, room, guest_token_sealed, started_at, ended_at, conf_id, begun_at, "  \
	"empty_timeout_ms, empties_at, waiting_room, kick_available, lock_available, options, "        \
	"presenter FROM sessions "

static int read_ids(const struct cardea_value *row, struct cardea_session_row *out)
{
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	if (!err) {
		err = cardea_column_copy(&row[1], out->id, sizeof(out->id));
	}
	if (!err) {
		err = cardea_column_copy(&row[2], out->room, sizeof(out->room));
	}
	if (!err) {
		err = cardea_column_copy(&row[6], out->conf_id, sizeof(out->conf_id));
	}
	return err ? err : cardea_column_copy(&row[14], out->presenter, sizeof(out->presenter));
}

static int read_session(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_session_row *out = arg;

	cardea_column_sealed(tx, &row[3], &out->guest_token);
	out->started_at = row[4].integer;
	out->ended_at = row[5].integer;
	out->begun_at = row[7].integer;
	out->empty_timeout_ms = row[8].integer;
	out->empties_at = row[9].integer;
	out->waiting_room = row[10].integer;
	out->kick_available = row[11].integer;
	out->lock_available = row[12].integer;
	out->options = cardea_column_text(tx, &row[13]);
	return read_ids(row, out);
}

int cardea_store_session_insert(struct cardea_tx *tx, const struct cardea_session_row *row)
{
	/* The column takes no NULL. */
	static const uint8_t none[1];
	const struct cardea_sealed *token = &row->guest_token;

	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO sessions (tenant, session, room, guest_token_sealed, started_at, "
	        "ended_at, conf_id, begun_at, empty_timeout_ms, empties_at, waiting_room, "
	        "kick_available, lock_available, options, presenter) VALUES ($1, $2, $3, $4, $5, $6, "
	        "$7, $8, $9, $10, $11, $12, $13, $14, $15)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->room),
	        cardea_value_blob(token->data ? token->data : none, token->len),
	        CARDEA_INT(row->started_at), CARDEA_INT(row->ended_at), CARDEA_TEXT(row->conf_id),
	        CARDEA_INT(row->begun_at), CARDEA_INT(row->empty_timeout_ms),
	        CARDEA_INT(row->empties_at), CARDEA_INT(row->waiting_room),
	        CARDEA_INT(row->kick_available), CARDEA_INT(row->lock_available),
	        CARDEA_TEXT(row->options), cardea_value_text_or_null(row->presenter));
}

int cardea_store_session_update(struct cardea_tx *tx, const struct cardea_session_row *row)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE sessions SET begun_at = $1, empties_at = $2, options = $3, "
	                   "presenter = $4 WHERE tenant = $5 AND session = $6",
	                   CARDEA_INT(row->begun_at), CARDEA_INT(row->empties_at),
	                   CARDEA_TEXT(row->options), cardea_value_text_or_null(row->presenter),
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id));
}

int cardea_store_session_get(struct cardea_tx *tx, const char *tenant, const char *id,
                             struct cardea_session_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_session, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_SESSION "WHERE tenant = $1 AND session = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_session_clear_presenter(struct cardea_tx *tx, const char *tenant, const char *id,
                                         const char *seat, bool *cleared)
{
	size_t count = 0;
	int err = CARDEA_QUERY(
	        tx,
	        "UPDATE sessions SET presenter = NULL WHERE tenant = $1 AND session = $2 "
	        "AND presenter = $3 RETURNING session",
	        cardea_rows_count, &count, CARDEA_TEXT(tenant), CARDEA_TEXT(id), CARDEA_TEXT(seat));

	*cleared = count > 0;
	return err;
}

int cardea_store_session_end(struct cardea_tx *tx, const char *tenant, const char *id,
                             int64_t ended_at)
{
	return CARDEA_EXEC(
	        tx,
	        "UPDATE sessions SET ended_at = $1 WHERE tenant = $2 AND session = $3 AND ended_at = 0",
	        CARDEA_INT(ended_at), CARDEA_TEXT(tenant), CARDEA_TEXT(id));
}

int cardea_store_session_postpone(struct cardea_tx *tx, const char *tenant, const char *id,
                                  int64_t from_ms)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE sessions SET empties_at = empty_timeout_ms + $1 WHERE tenant = $2 "
	                   "AND session = $3 AND empty_timeout_ms > 0",
	                   CARDEA_INT(from_ms), CARDEA_TEXT(tenant), CARDEA_TEXT(id));
}

int cardea_store_session_list_due(struct cardea_tx *tx, int64_t now_ms, int64_t limit,
                                  const struct cardea_session_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_session, .size = sizeof(struct cardea_session_row)};
	int err = CARDEA_QUERY(tx,
	                       SELECT_SESSION "WHERE ended_at = 0 AND empties_at > 0 AND "
	                                      "empties_at <= $1 ORDER BY empties_at LIMIT $2",
	                       cardea_rows_take_many, &sink, CARDEA_INT(now_ms), CARDEA_INT(limit));

	*out = sink.items;
	*count = sink.count;
	return err;
}
