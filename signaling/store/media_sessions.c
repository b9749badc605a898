/* media_sessions: Janus sessions that `enter` has promised to a seat. */
#include "store/media_sessions.h"

#include "store/participants.h"
#include "store/rows.h"

#define SELECT_MEDIA                                                                               \
	"SELECT tenant, node, janus_session, jti, room, seat, gen, state, created_at, boot "           \
	"FROM media_sessions "

static int read_media(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_media_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	(void)tx;
	if (!err) {
		err = cardea_column_copy(&row[1], out->node, sizeof(out->node));
	}
	out->janus_session = (uint64_t)row[2].integer;
	if (!err) {
		err = cardea_column_copy(&row[3], out->jti, sizeof(out->jti));
	}
	if (!err) {
		err = cardea_column_copy(&row[4], out->room, sizeof(out->room));
	}
	out->gen = row[6].integer;
	out->state = (enum cardea_media_state)row[7].integer;
	out->created_at = row[8].integer;
	if (!err) {
		err = cardea_column_copy(&row[9], out->boot, sizeof(out->boot));
	}
	return err ? err : cardea_column_copy(&row[5], out->seat, sizeof(out->seat));
}

int cardea_store_media_insert(struct cardea_tx *tx, const struct cardea_media_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO media_sessions (tenant, node, janus_session, jti, room, seat, gen, state, "
	        "created_at, boot) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->node),
	        CARDEA_INT((int64_t)row->janus_session), CARDEA_TEXT(row->jti), CARDEA_TEXT(row->room),
	        CARDEA_TEXT(row->seat), CARDEA_INT(row->gen), CARDEA_INT(row->state),
	        CARDEA_INT(row->created_at), CARDEA_TEXT(row->boot));
}

int cardea_store_media_by_jti(struct cardea_tx *tx, const char *jti, struct cardea_media_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_media, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_MEDIA "WHERE jti = $1", cardea_rows_take_one, &sink,
	                       CARDEA_TEXT(jti));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_media_get(struct cardea_tx *tx, const char *node, uint64_t janus_session,
                           struct cardea_media_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_media, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_MEDIA "WHERE node = $1 AND janus_session = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(node),
	                       CARDEA_INT((int64_t)janus_session));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_media_set_state(struct cardea_tx *tx, const struct cardea_media_row *row,
                                 enum cardea_media_state state)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE media_sessions SET state = $1 "
	                   "WHERE tenant = $2 AND node = $3 AND janus_session = $4",
	                   CARDEA_INT(state), CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->node),
	                   CARDEA_INT((int64_t)row->janus_session));
}

int cardea_store_media_pass_on(struct cardea_tx *tx, const struct cardea_seat_row *from,
                               const struct cardea_seat_row *to)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE media_sessions SET room = $1, seat = $2, gen = $3 "
	                   "WHERE tenant = $4 AND room = $5 AND seat = $6 AND gen = $7 AND state = $8",
	                   CARDEA_TEXT(to->room), CARDEA_TEXT(to->id), CARDEA_INT(to->gen),
	                   CARDEA_TEXT(from->tenant), CARDEA_TEXT(from->room), CARDEA_TEXT(from->id),
	                   CARDEA_INT(from->gen), CARDEA_INT(CARDEA_MEDIA_CREATED));
}

int cardea_store_media_delete(struct cardea_tx *tx, const char *node, uint64_t janus_session)
{
	return CARDEA_EXEC(tx, "DELETE FROM media_sessions WHERE node = $1 AND janus_session = $2",
	                   CARDEA_TEXT(node), CARDEA_INT((int64_t)janus_session));
}

int cardea_store_media_delete_other_boots(struct cardea_tx *tx, const char *node, const char *boot)
{
	return CARDEA_EXEC(tx, "DELETE FROM media_sessions WHERE node = $1 AND boot <> $2",
	                   CARDEA_TEXT(node), CARDEA_TEXT(boot));
}

int cardea_store_media_forget(struct cardea_tx *tx, const char *tenant, const char *room,
                              int64_t before)
{
	return CARDEA_EXEC(tx,
	                   "DELETE FROM media_sessions WHERE tenant = $1 AND room = $2 AND state = $3 "
	                   "AND created_at < $4",
	                   CARDEA_TEXT(tenant), CARDEA_TEXT(room), CARDEA_INT(CARDEA_MEDIA_PROMISED),
	                   CARDEA_INT(before));
}

int cardea_store_media_list_on_node(struct cardea_tx *tx, const char *node,
                                    const struct cardea_media_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_media, .size = sizeof(struct cardea_media_row)};
	int err = CARDEA_QUERY(
	        tx, SELECT_MEDIA "WHERE node = $1 AND state = $2 ORDER BY created_at, janus_session",
	        cardea_rows_take_many, &sink, CARDEA_TEXT(node), CARDEA_INT(CARDEA_MEDIA_CREATED));

	*out = sink.items;
	*count = sink.count;
	return err;
}
