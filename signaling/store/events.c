/* events: the event log, numbered per room without gaps over its sessions. */
#include "store/events.h"

#include "store/rows.h"
#include "store/store_private.h"

int cardea_store_event_last(struct cardea_tx *tx, const char *tenant, const char *room,
                            int64_t *seq)
{
	*seq = 0;
	return CARDEA_QUERY(tx,
	                    "SELECT seq FROM events WHERE tenant = $1 AND room = $2 "
	                    "ORDER BY seq DESC LIMIT 1",
	                    cardea_rows_take_integer, seq, CARDEA_TEXT(tenant), CARDEA_TEXT(room));
}

/* Numbers of what was rolled back are used again, so there are no gaps. */
int cardea_store_event_append(struct cardea_tx *tx, const char *tenant, const char *room,
                              const char *session, const char *type, const char *data, int64_t *seq)
{
	int64_t last = 0;
	int err = cardea_store_event_last(tx, tenant, room, &last);

	if (err) {
		return err;
	}
	*seq = last + 1;
	cardea_tx_logged(tx, room);
	return CARDEA_EXEC(tx,
	                   "INSERT INTO events (tenant, room, seq, session, at, type, data) "
	                   "VALUES ($1, $2, $3, $4, $5, $6, $7)",
	                   CARDEA_TEXT(tenant), CARDEA_TEXT(room), CARDEA_INT(*seq),
	                   CARDEA_TEXT(session[0] ? session : NULL), CARDEA_INT(cardea_tx_now_ms(tx)),
	                   CARDEA_TEXT(type), CARDEA_TEXT(data));
}

static int read_event(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_event_row *out = arg;

	out->seq = row[0].integer;
	out->at = row[2].integer;
	out->type = cardea_column_text(tx, &row[3]);
	out->data = cardea_column_text(tx, &row[4]);
	return cardea_column_copy(&row[1], out->session, sizeof(out->session));
}

int cardea_store_event_list(struct cardea_tx *tx, const char *tenant, const char *room,
                            int64_t after, int64_t limit, const struct cardea_event_row **out,
                            size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_event, .size = sizeof(struct cardea_event_row)};
	int err = CARDEA_QUERY(tx,
	                       "SELECT seq, session, at, type, data FROM events "
	                       "WHERE tenant = $1 AND room = $2 AND seq > $3 ORDER BY seq LIMIT $4",
	                       cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(room),
	                       CARDEA_INT(after), CARDEA_INT(limit));

	*out = sink.items;
	*count = sink.count;
	return err;
}

int cardea_store_event_list_of(struct cardea_tx *tx, const char *tenant, const char *room,
                               int64_t after, int64_t limit, const char *const types[3],
                               const struct cardea_event_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_event, .size = sizeof(struct cardea_event_row)};
	int err = CARDEA_QUERY(tx,
	                       "SELECT seq, session, at, type, data FROM events "
	                       "WHERE tenant = $1 AND room = $2 AND seq > $3 AND type IN ($4, $5, $6) "
	                       "ORDER BY seq LIMIT $7",
	                       cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(room),
	                       CARDEA_INT(after), CARDEA_TEXT(types[0]), CARDEA_TEXT(types[1]),
	                       CARDEA_TEXT(types[2]), CARDEA_INT(limit));

	*out = sink.items;
	*count = sink.count;
	return err;
}

int cardea_store_event_list_about(struct cardea_tx *tx, const char *tenant, const char *room,
                                  int64_t after, int64_t limit, const char *seat,
                                  const struct cardea_event_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_event, .size = sizeof(struct cardea_event_row)};
	int err = CARDEA_QUERY(tx,
	                       "SELECT seq, session, at, type, data FROM events "
	                       "WHERE tenant = $1 AND room = $2 AND seq > $3 "
	                       "AND type LIKE 'participant.%' AND data LIKE '%' || $4 || '%' "
	                       "ORDER BY seq DESC LIMIT $5",
	                       cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(room),
	                       CARDEA_INT(after), CARDEA_TEXT(seat), CARDEA_INT(limit));

	*out = sink.items;
	*count = sink.count;
	return err;
}
