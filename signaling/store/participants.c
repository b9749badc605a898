/* participants: rows of seats. */
#include "store/participants.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "store/rows.h"

#define SELECT_SEAT                                                                                \
	"SELECT tenant, seat, room, session, ordinal, client_id, display_name, avatar, "               \
	"external_user_id, client_key, access_key_sealed, metadata, role, gen, guest, hidden, "        \
	"removed, online, connection, joined_at, left_at, leaves_at, created_at, hand, admission, "    \
	"present, locale, denial, admitted_by_event, locks_set, locks_on, publish, rights_event, "     \
	"removed_gen, invited, moved_to FROM participants "
#define IN_ROOM "WHERE tenant = $1 AND room = $2 "
#define IN_SESSION                                                                                 \
	"WHERE tenant = $1 AND room = (SELECT s.room FROM sessions s WHERE s.tenant = $1 AND "         \
	"s.session = $2) AND session = $2 "
#define IN_ORDER "ORDER BY joined_at, ordinal"

static int read_fixed(const struct cardea_value *row, struct cardea_seat_row *out)
{
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	if (!err) {
		err = cardea_column_copy(&row[1], out->id, sizeof(out->id));
	}
	if (!err) {
		err = cardea_column_copy(&row[2], out->room, sizeof(out->room));
	}
	if (!err) {
		err = cardea_column_copy(&row[3], out->session, sizeof(out->session));
	}
	return err ? err : cardea_column_copy(&row[5], out->client_id, sizeof(out->client_id));
}

static int read_seat(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_seat_row *out = arg;

	out->ordinal = row[4].integer;
	out->display_name = cardea_column_text(tx, &row[6]);
	out->avatar = cardea_column_text(tx, &row[7]);
	out->external_user_id = cardea_column_text(tx, &row[8]);
	out->client_key = cardea_column_text(tx, &row[9]);
	cardea_column_sealed(tx, &row[10], &out->access_key);
	out->metadata = cardea_column_text(tx, &row[11]);
	out->role = (enum cardea_role)row[12].integer;
	out->gen = row[13].integer;
	out->is_guest = row[14].integer;
	out->is_hidden = row[15].integer;
	out->is_removed = row[16].integer;
	out->is_online = row[17].integer;
	out->connection = cardea_column_text(tx, &row[18]);
	out->joined_at = row[19].integer;
	out->left_at = row[20].integer;
	out->leaves_at = row[21].integer;
	out->created_at = row[22].integer;
	out->hand = row[23].integer;
	out->admission = (enum cardea_seat_admission)row[24].integer;
	out->is_present = row[25].integer;
	out->locale = cardea_column_text(tx, &row[26]);
	out->denial = cardea_column_text(tx, &row[27]);
	out->admitted_by_event = row[28].integer;
	out->locks.set = (unsigned)row[29].integer;
	out->locks.on = (unsigned)row[30].integer;
	out->has_publish = row[31].type != CARDEA_VALUE_NULL;
	out->publish = (unsigned)row[31].integer;
	out->rights_event = row[32].integer;
	out->removed_gen = row[33].integer;
	out->is_invited = row[34].integer;
	g_strlcpy(out->moved_to,
	          row[35].type == CARDEA_VALUE_NULL ? "" : cardea_column_text(tx, &row[35]),
	          sizeof(out->moved_to));
	return read_fixed(row, out);
}

int cardea_store_seat_insert(struct cardea_tx *tx, const struct cardea_seat_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO participants (tenant, seat, room, session, ordinal, client_id, "
	        "display_name, avatar, external_user_id, client_key, access_key_sealed, metadata, "
	        "role, "
	        "gen, guest, hidden, removed, online, connection, joined_at, left_at, leaves_at, "
	        "created_at, admission, present, locale, admitted_by_event, locks_set, locks_on, "
	        "publish, "
	        "rights_event, invited) VALUES ($1, $2, $3, $4, "
	        "$5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, "
	        "$23, $24, $25, $26, $27, $28, $29, $30, $31, $32)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->room),
	        CARDEA_TEXT(row->session), CARDEA_INT(row->ordinal), CARDEA_TEXT(row->client_id),
	        CARDEA_TEXT(row->display_name), CARDEA_TEXT(row->avatar),
	        CARDEA_TEXT(row->external_user_id), CARDEA_TEXT(row->client_key),
	        cardea_value_sealed(&row->access_key), CARDEA_TEXT(row->metadata),
	        CARDEA_INT(row->role), CARDEA_INT(row->gen), CARDEA_INT(row->is_guest),
	        CARDEA_INT(row->is_hidden), CARDEA_INT(row->is_removed), CARDEA_INT(row->is_online),
	        CARDEA_TEXT(row->connection), CARDEA_INT(row->joined_at), CARDEA_INT(row->left_at),
	        CARDEA_INT(row->leaves_at), CARDEA_INT(row->created_at), CARDEA_INT(row->admission),
	        CARDEA_INT(row->is_present), CARDEA_TEXT(row->locale),
	        CARDEA_INT(row->admitted_by_event), CARDEA_INT(row->locks.set),
	        CARDEA_INT(row->locks.on),
	        cardea_value_option(row->has_publish ? (int64_t)row->publish : -1),
	        CARDEA_INT(row->rights_event), CARDEA_INT(row->is_invited));
}

int cardea_store_seat_update(struct cardea_tx *tx, const struct cardea_seat_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "UPDATE participants SET display_name = $1, avatar = $2, metadata = $3, "
	        "access_key_sealed = $4, role = $5, gen = $6, removed = $7, online = $8, "
	        "connection = $9, left_at = $10, leaves_at = $11, hand = $12, "
	        "admission = $13, present = $14, locale = $15, denial = $16, "
	        "admitted_by_event = $17, locks_set = $18, locks_on = $19, publish = $20, "
	        "rights_event = $21, hidden = $22, removed_gen = $23, moved_to = $24 "
	        "WHERE tenant = $25 AND seat = $26",
	        CARDEA_TEXT(row->display_name), CARDEA_TEXT(row->avatar), CARDEA_TEXT(row->metadata),
	        cardea_value_sealed(&row->access_key), CARDEA_INT(row->role), CARDEA_INT(row->gen),
	        CARDEA_INT(row->is_removed), CARDEA_INT(row->is_online), CARDEA_TEXT(row->connection),
	        CARDEA_INT(row->left_at), CARDEA_INT(row->leaves_at), CARDEA_INT(row->hand),
	        CARDEA_INT(row->admission), CARDEA_INT(row->is_present), CARDEA_TEXT(row->locale),
	        CARDEA_TEXT(row->denial), CARDEA_INT(row->admitted_by_event),
	        CARDEA_INT(row->locks.set), CARDEA_INT(row->locks.on),
	        cardea_value_option(row->has_publish ? (int64_t)row->publish : -1),
	        CARDEA_INT(row->rights_event), CARDEA_INT(row->is_hidden), CARDEA_INT(row->removed_gen),
	        CARDEA_TEXT(row->moved_to[0] ? row->moved_to : NULL), CARDEA_TEXT(row->tenant),
	        CARDEA_TEXT(row->id));
}

int cardea_store_seat_get(struct cardea_tx *tx, const char *tenant, const char *id,
                          struct cardea_seat_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_seat, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_SEAT "WHERE tenant = $1 AND seat = $2", cardea_rows_take_one,
	                       &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_seat_by_registration(struct cardea_tx *tx, const char *tenant, const char *session,
                                      const char *external_user_id, struct cardea_seat_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_seat, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx,
	                       SELECT_SEAT IN_SESSION
	                       "AND external_user_id = $3 "
	                       "AND (access_key_sealed IS NOT NULL OR left_at = 0) "
	                       "ORDER BY access_key_sealed IS NULL, ordinal LIMIT 1",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(session),
	                       CARDEA_TEXT(external_user_id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_seat_by_user(struct cardea_tx *tx, const char *tenant, const char *session,
                              const char *external_user_id, struct cardea_seat_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_seat, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx,
	                       SELECT_SEAT IN_SESSION "AND external_user_id = $3 AND removed = 0 "
	                                              "ORDER BY guest, left_at > 0, "
	                                              "invited DESC, ordinal DESC LIMIT 1",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(session),
	                       CARDEA_TEXT(external_user_id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_seat_removed_at(struct cardea_tx *tx, const char *tenant, const char *session,
                                 const char *external_user_id, int64_t *out)
{
	return CARDEA_QUERY(tx,
	                    "SELECT COALESCE(MAX(left_at), 0) FROM participants " IN_SESSION
	                    "AND external_user_id = $3 AND removed = 1",
	                    cardea_rows_take_integer, out, CARDEA_TEXT(tenant), CARDEA_TEXT(session),
	                    CARDEA_TEXT(external_user_id));
}

int cardea_store_seat_by_client_id(struct cardea_tx *tx, const char *tenant, const char *session,
                                   const char *client_id, struct cardea_seat_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_seat, .size = sizeof(*out), .items = out};
	int err;

	if (strlen(client_id) != CARDEA_OBJECT_ID_SIZE - 1) {
		return CARDEA_E_NOT_FOUND;
	}
	err = CARDEA_QUERY(tx, SELECT_SEAT IN_SESSION "AND client_id = $3", cardea_rows_take_one, &sink,
	                   CARDEA_TEXT(tenant), CARDEA_TEXT(session), CARDEA_TEXT(client_id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_seat_by_name(struct cardea_tx *tx, const char *tenant, const char *session,
                              const char *user_or_client_id, struct cardea_seat_row *out)
{
	/* Client ids are ours, user ids are anybody's text and could be somebody's client id. */
	int err = cardea_store_seat_by_client_id(tx, tenant, session, user_or_client_id, out);

	if (err == CARDEA_E_NOT_FOUND) {
		err = cardea_store_seat_by_registration(tx, tenant, session, user_or_client_id, out);
	}
	return !err && out->is_hidden ? CARDEA_E_NOT_FOUND : err;
}

int cardea_store_seat_by_client(struct cardea_tx *tx, const char *tenant, const char *session,
                                const char *client_key, struct cardea_seat_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_seat, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_SEAT "WHERE tenant = $1 AND session = $2 AND client_key = $3",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(session),
	                       CARDEA_TEXT(client_key));

	return cardea_rows_expect(err, sink.count);
}

static const char *list_sql(enum cardea_seat_filter filter)
{
	switch (filter) {
	case CARDEA_SEATS_VISIBLE:
		return SELECT_SEAT IN_ROOM "AND hidden = 0 " IN_ORDER;
	case CARDEA_SEATS_VISIBLE_ACTIVE:
		return SELECT_SEAT IN_ROOM "AND left_at = 0 AND hidden = 0 " IN_ORDER;
	case CARDEA_SEATS_ACTIVE:
		return SELECT_SEAT IN_ROOM "AND left_at = 0 " IN_ORDER;
	case CARDEA_SEATS_ONLINE:
		return SELECT_SEAT IN_ROOM "AND online = 1 " IN_ORDER;
	case CARDEA_SEATS_OVERDUE:
		return SELECT_SEAT IN_ROOM "AND left_at = 0 AND online = 0 AND leaves_at > 0 "
		                           "AND leaves_at <= $3 " IN_ORDER;
	case CARDEA_SEATS_HANDS:
		return SELECT_SEAT IN_ROOM "AND hand > 0 ORDER BY hand";
	case CARDEA_SEATS_WAITING:
		return SELECT_SEAT "WHERE tenant = $1 AND session = (SELECT r.session FROM rooms r WHERE "
		                   "r.tenant = $1 AND r.room = $2) AND admission = 1 AND removed = 0 "
		                   "ORDER BY ordinal";
	case CARDEA_SEATS_CHANGED:
		return SELECT_SEAT IN_ROOM
		        "AND (gen > 0 OR rights_event > 0) AND session = (SELECT r.session FROM rooms r "
		        "WHERE "
		        "r.tenant = participants.tenant AND r.room = participants.room) " IN_ORDER;
	default:
		return NULL;
	}
}

int cardea_store_seat_list(struct cardea_tx *tx, const char *tenant, const char *room,
                           enum cardea_seat_filter filter, const struct cardea_seat_row **out,
                           size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_seat, .size = sizeof(struct cardea_seat_row)};
	const struct cardea_value params[] = {CARDEA_TEXT(tenant), CARDEA_TEXT(room),
	                                      CARDEA_INT(cardea_tx_now_ms(tx))};
	const char *sql = list_sql(filter);
	int err = CARDEA_E_INTERNAL;

	if (sql) {
		err = cardea_tx_query(tx, sql, params, filter == CARDEA_SEATS_OVERDUE ? 3 : 2,
		                      cardea_rows_take_many, &sink);
	}
	*out = sink.items;
	*count = sink.count;
	return err;
}

int cardea_store_seat_count(struct cardea_tx *tx, const char *tenant, const char *room,
                            int64_t *out)
{
	/* Two counts, as each has an index. */
	return CARDEA_QUERY(
	        tx,
	        "SELECT (SELECT COUNT(*) FROM participants " IN_ROOM
	        "AND left_at = 0 AND hidden = 0) + "
	        "(SELECT COUNT(*) FROM participants " IN_ROOM
	        "AND leaves_at > 0 AND leaves_at > $3 AND left_at > 0 AND hidden = 0 AND session = "
	        "(SELECT r.session FROM rooms r WHERE r.tenant = $1 AND r.room = $2))",
	        cardea_rows_take_integer, out, CARDEA_TEXT(tenant), CARDEA_TEXT(room),
	        CARDEA_INT(cardea_tx_now_ms(tx)));
}
