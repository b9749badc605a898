/* sessions: rows of sessions (running meetings). */
#include "store/sessions.h"

#include "store/rows.h"
#include "store/store_engine.h"

#define SELECT_SESSION                                                                             \
	"SELECT tenant, session, room, guest_token_sealed, started_at, ended_at, conf_id, begun_at, "  \
	"empty_timeout_ms, empties_at, waiting_room, kick_available, lock_available, options, "        \
	"presenter, locks_set, locks_on, closed_kinds, host_kinds, chatless, cameras_of_hosts_only, "  \
	"lists_hosts_only, mute_on_start, force_unmute, max_participants, rights_event, ends_at, "     \
	"metadata, made_ids, early_empty, welcome_text, exit_url, waiting_text FROM sessions "

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

static struct cardea_session_policy read_policy(const struct cardea_value *row)
{
	return (struct cardea_session_policy){
	        .locks = {.set = (unsigned)row[0].integer, .on = (unsigned)row[1].integer},
	        .closed_kinds = (unsigned)row[2].integer,
	        .host_kinds = (unsigned)row[3].integer,
	        .is_chatless = row[4].integer,
	        .cameras_of_hosts_only = row[5].integer,
	        .lists_hosts_only = row[6].integer,
	        .mute_on_start = row[7].integer,
	        .force_unmute = row[8].integer,
	        .max_participants = row[9].integer,
	};
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
	out->policy = read_policy(&row[15]);
	out->rights_event = row[25].integer;
	out->ends_at = row[26].integer;
	out->metadata = cardea_column_text(tx, &row[27]);
	out->has_made_ids = row[28].integer;
	out->is_early_empty = row[29].integer;
	out->welcome_text = cardea_column_text(tx, &row[30]);
	out->exit_url = cardea_column_text(tx, &row[31]);
	out->waiting_text = cardea_column_text(tx, &row[32]);
	return read_ids(row, out);
}

int cardea_store_session_insert(struct cardea_tx *tx, const struct cardea_session_row *row)
{
	/* The column takes no NULL. */
	static const uint8_t none[1];
	const struct cardea_sealed *token = &row->guest_token;
	const struct cardea_session_policy *policy = &row->policy;

	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO sessions (tenant, session, room, guest_token_sealed, started_at, "
	        "ended_at, conf_id, begun_at, empty_timeout_ms, empties_at, waiting_room, "
	        "kick_available, lock_available, options, presenter, locks_set, locks_on, "
	        "closed_kinds, "
	        "host_kinds, chatless, cameras_of_hosts_only, lists_hosts_only, mute_on_start, "
	        "force_unmute, max_participants, rights_event, ends_at, metadata, made_ids, "
	        "early_empty, welcome_text, exit_url, waiting_text) VALUES ($1, $2, $3, $4, $5, "
	        "$6, "
	        "$7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, "
	        "$24, "
	        "$25, $26, $27, $28, $29, $30, $31, $32, $33)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->room),
	        cardea_value_blob(token->data ? token->data : none, token->len),
	        CARDEA_INT(row->started_at), CARDEA_INT(row->ended_at), CARDEA_TEXT(row->conf_id),
	        CARDEA_INT(row->begun_at), CARDEA_INT(row->empty_timeout_ms),
	        CARDEA_INT(row->empties_at), CARDEA_INT(row->waiting_room),
	        CARDEA_INT(row->kick_available), CARDEA_INT(row->lock_available),
	        CARDEA_TEXT(row->options), cardea_value_text_or_null(row->presenter),
	        CARDEA_INT(policy->locks.set), CARDEA_INT(policy->locks.on),
	        CARDEA_INT(policy->closed_kinds), CARDEA_INT(policy->host_kinds),
	        CARDEA_INT(policy->is_chatless), CARDEA_INT(policy->cameras_of_hosts_only),
	        CARDEA_INT(policy->lists_hosts_only), CARDEA_INT(policy->mute_on_start),
	        CARDEA_INT(policy->force_unmute), CARDEA_INT(policy->max_participants),
	        CARDEA_INT(row->rights_event), CARDEA_INT(row->ends_at), CARDEA_TEXT(row->metadata),
	        CARDEA_INT(row->has_made_ids), CARDEA_INT(row->is_early_empty),
	        CARDEA_TEXT(row->welcome_text), CARDEA_TEXT(row->exit_url),
	        CARDEA_TEXT(row->waiting_text));
}

int cardea_store_session_update(struct cardea_tx *tx, const struct cardea_session_row *row)
{
	const struct cardea_session_policy *policy = &row->policy;

	return CARDEA_EXEC(
	        tx,
	        "UPDATE sessions SET begun_at = $1, empties_at = $2, options = $3, presenter = $4, "
	        "waiting_room = $5, locks_set = $6, locks_on = $7, closed_kinds = $8, host_kinds = $9, "
	        "chatless = $10, cameras_of_hosts_only = $11, lists_hosts_only = $12, "
	        "mute_on_start = $13, force_unmute = $14, max_participants = $15, rights_event = $16, "
	        "ends_at = $17, waiting_text = $18 WHERE tenant = $19 AND session = $20",
	        CARDEA_INT(row->begun_at), CARDEA_INT(row->empties_at), CARDEA_TEXT(row->options),
	        cardea_value_text_or_null(row->presenter), CARDEA_INT(row->waiting_room),
	        CARDEA_INT(policy->locks.set), CARDEA_INT(policy->locks.on),
	        CARDEA_INT(policy->closed_kinds), CARDEA_INT(policy->host_kinds),
	        CARDEA_INT(policy->is_chatless), CARDEA_INT(policy->cameras_of_hosts_only),
	        CARDEA_INT(policy->lists_hosts_only), CARDEA_INT(policy->mute_on_start),
	        CARDEA_INT(policy->force_unmute), CARDEA_INT(policy->max_participants),
	        CARDEA_INT(row->rights_event), CARDEA_INT(row->ends_at), CARDEA_TEXT(row->waiting_text),
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
	                   "AND session = $3 AND empty_timeout_ms > 0 AND early_empty = 0",
	                   CARDEA_INT(from_ms), CARDEA_TEXT(tenant), CARDEA_TEXT(id));
}

/* One query for each index. */
static int list_due(struct cardea_tx *tx, const char *sql, int64_t now_ms, int64_t limit,
                    struct cardea_row_sink *sink)
{
	return CARDEA_QUERY(tx, sql, cardea_rows_take_many, sink, CARDEA_INT(now_ms),
	                    CARDEA_INT(limit));
}

int cardea_store_session_list_due(struct cardea_tx *tx, int64_t now_ms, int64_t limit,
                                  const struct cardea_session_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_session, .size = sizeof(struct cardea_session_row)};
	int err = list_due(tx,
	                   SELECT_SESSION "WHERE ended_at = 0 AND empties_at > 0 AND "
	                                  "empties_at <= $1 ORDER BY empties_at LIMIT $2",
	                   now_ms, limit, &sink);

	if (!err) {
		err = list_due(tx,
		               SELECT_SESSION "WHERE ended_at = 0 AND ends_at > 0 AND ends_at <= $1 "
		                              "ORDER BY ends_at LIMIT $2",
		               now_ms, limit, &sink);
	}
	*out = sink.items;
	*count = sink.count;
	return err;
}

int cardea_store_session_look_again(struct cardea_tx *tx, const char *tenant, const char *id,
                                    int64_t at_ms)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE sessions SET empties_at = $1 WHERE tenant = $2 AND session = $3 "
	                   "AND early_empty = 1",
	                   CARDEA_INT(at_ms), CARDEA_TEXT(tenant), CARDEA_TEXT(id));
}

static int read_past(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_past_session *out = arg;

	out->session = cardea_column_text(tx, &row[0]);
	out->room_key = cardea_column_text(tx, &row[1]);
	out->room_name = cardea_column_text(tx, &row[2]);
	out->metadata = cardea_column_text(tx, &row[3]);
	out->started_at = row[4].integer;
	out->ended_at = row[5].integer;
	out->participants = row[6].integer;
	return 0;
}

#define PAST                                                                                       \
	"FROM sessions s JOIN rooms r ON r.tenant = s.tenant AND r.room = s.room "                     \
	"WHERE s.tenant = $1 AND s.ended_at > 0 AND s.metadata IS NOT NULL "                           \
	"AND ($2 = '' OR replace($2, ' ' || r.key || ' ', '') <> $2) "
#define SELECT_PAST                                                                                \
	"SELECT s.session, r.key, r.name, s.metadata, s.started_at, s.ended_at, (SELECT COUNT(*) "     \
	"FROM participants p WHERE p.tenant = s.tenant AND p.room = s.room AND p.session = s.session " \
	"AND p.hidden = 0 AND p.connection IS NOT NULL) " PAST
#define PAGE "LIMIT $3 OFFSET $4"

int cardea_store_session_list_past(struct cardea_tx *tx, const char *tenant,
                                   const struct cardea_past_query *query,
                                   const struct cardea_past_session **out, size_t *count,
                                   int64_t *total)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_past, .size = sizeof(struct cardea_past_session)};
	const struct cardea_value params[] = {CARDEA_TEXT(tenant), CARDEA_TEXT(query->keys),
	                                      CARDEA_INT(query->limit), CARDEA_INT(query->from)};
	int err = cardea_tx_query(tx, "SELECT COUNT(*) " PAST, params, 2, cardea_rows_take_integer,
	                          total);

	if (!err) {
		err = cardea_tx_query(
		        tx,
		        query->oldest_first ? SELECT_PAST "ORDER BY s.ended_at, s.session " PAGE
		                            : SELECT_PAST "ORDER BY s.ended_at DESC, s.session DESC " PAGE,
		        params, 4, cardea_rows_take_many, &sink);
	}
	*out = sink.items;
	*count = sink.count;
	return err;
}
