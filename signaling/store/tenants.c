/* tenants: rows of tenants with their configuration, and their API keys. */
#include "store/tenants.h"

#include "store/rows.h"

#define SELECT_TENANT                                                                              \
	"SELECT t.tenant, t.name, t.is_active, t.max_concurrent_rooms, t.max_participants_per_room, "  \
	"t.created_at, t.updated_at, c.allow_early_join, c.first_participant_is_host, "                \
	"c.force_recording, c.transcription_enabled, c.duplicate_policy, "                             \
	"c.empty_room_timeout_minutes, t.key_gen "                                                     \
	"FROM tenants t JOIN tenant_config c ON c.tenant = t.tenant "

static int read_tenant(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_tenant_row *out = arg;

	out->name = cardea_column_text(tx, &row[1]);
	out->is_active = row[2].integer;
	out->max_concurrent_rooms = row[3].integer;
	out->max_participants_per_room = row[4].integer;
	out->created_at = row[5].integer;
	out->updated_at = row[6].integer;
	out->allow_early_join = row[7].integer;
	out->first_participant_is_host = row[8].integer;
	out->force_recording = row[9].integer;
	out->transcription_enabled = row[10].integer;
	out->duplicate_policy = (enum cardea_duplicate_policy)row[11].integer;
	out->empty_room_timeout_minutes = row[12].integer;
	out->key_gen = row[13].integer;
	return cardea_column_copy(&row[0], out->id, sizeof(out->id));
}

int cardea_store_tenant_insert(struct cardea_tx *tx, const struct cardea_tenant_row *row)
{
	int err = CARDEA_EXEC(tx,
	                      "INSERT INTO tenants (tenant, name, is_active, max_concurrent_rooms, "
	                      "max_participants_per_room, created_at, updated_at) VALUES ($1, $2, $3, "
	                      "$4, $5, $6, $7)",
	                      CARDEA_TEXT(row->id), CARDEA_TEXT(row->name), CARDEA_INT(row->is_active),
	                      CARDEA_INT(row->max_concurrent_rooms),
	                      CARDEA_INT(row->max_participants_per_room), CARDEA_INT(row->created_at),
	                      CARDEA_INT(row->updated_at));

	if (err) {
		return err;
	}
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO tenant_config (tenant, allow_early_join, first_participant_is_host, "
	        "force_recording, transcription_enabled, duplicate_policy, empty_room_timeout_minutes) "
	        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
	        CARDEA_TEXT(row->id), CARDEA_INT(row->allow_early_join),
	        CARDEA_INT(row->first_participant_is_host), CARDEA_INT(row->force_recording),
	        CARDEA_INT(row->transcription_enabled), CARDEA_INT(row->duplicate_policy),
	        CARDEA_INT(row->empty_room_timeout_minutes));
}

int cardea_store_tenant_update(struct cardea_tx *tx, const struct cardea_tenant_row *row)
{
	int err = CARDEA_EXEC(
	        tx,
	        "UPDATE tenants SET name = $1, is_active = $2, max_concurrent_rooms = $3, "
	        "max_participants_per_room = $4, updated_at = $5, key_gen = $6 WHERE tenant = $7",
	        CARDEA_TEXT(row->name), CARDEA_INT(row->is_active),
	        CARDEA_INT(row->max_concurrent_rooms), CARDEA_INT(row->max_participants_per_room),
	        CARDEA_INT(row->updated_at), CARDEA_INT(row->key_gen), CARDEA_TEXT(row->id));

	if (err) {
		return err;
	}
	return CARDEA_EXEC(
	        tx,
	        "UPDATE tenant_config SET allow_early_join = $1, first_participant_is_host = $2, "
	        "force_recording = $3, transcription_enabled = $4, duplicate_policy = $5, "
	        "empty_room_timeout_minutes = $6 WHERE tenant = $7",
	        CARDEA_INT(row->allow_early_join), CARDEA_INT(row->first_participant_is_host),
	        CARDEA_INT(row->force_recording), CARDEA_INT(row->transcription_enabled),
	        CARDEA_INT(row->duplicate_policy), CARDEA_INT(row->empty_room_timeout_minutes),
	        CARDEA_TEXT(row->id));
}

int cardea_store_tenant_get(struct cardea_tx *tx, const char *id, struct cardea_tenant_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_tenant, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_TENANT "WHERE t.tenant = $1", cardea_rows_take_one, &sink,
	                       CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_tenant_first(struct cardea_tx *tx, struct cardea_tenant_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_tenant, .size = sizeof(*out), .items = out};
	int err = cardea_tx_query(tx, SELECT_TENANT "ORDER BY t.created_at, t.tenant LIMIT 1", NULL, 0,
	                          cardea_rows_take_one, &sink);

	return cardea_rows_expect(err, sink.count);
}

#define SELECT_API_KEY                                                                             \
	"SELECT tenant, api_key, key_sealed, secret_sealed, created_at FROM api_keys "

static int read_api_key(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_api_key_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	cardea_column_sealed(tx, &row[2], &out->key);
	cardea_column_sealed(tx, &row[3], &out->secret);
	out->created_at = row[4].integer;
	return err ? err : cardea_column_copy(&row[1], out->id, sizeof(out->id));
}

int cardea_store_api_key_insert(struct cardea_tx *tx, const struct cardea_api_key_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO api_keys (tenant, api_key, key_sealed, secret_sealed, created_at) "
	        "VALUES ($1, $2, $3, $4, $5)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), cardea_value_sealed(&row->key),
	        cardea_value_sealed(&row->secret), CARDEA_INT(row->created_at));
}

int cardea_store_api_key_set(struct cardea_tx *tx, const struct cardea_api_key_row *row)
{
	return CARDEA_EXEC(tx, "UPDATE api_keys SET key_sealed = $1 WHERE tenant = $2 AND api_key = $3",
	                   cardea_value_sealed(&row->key), CARDEA_TEXT(row->tenant),
	                   CARDEA_TEXT(row->id));
}

int cardea_store_api_key_get(struct cardea_tx *tx, const char *tenant, const char *id,
                             struct cardea_api_key_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_api_key, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_API_KEY "WHERE tenant = $1 AND api_key = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_api_key_by_id(struct cardea_tx *tx, const char *id, struct cardea_api_key_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_api_key, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_API_KEY "WHERE api_key = $1", cardea_rows_take_one, &sink,
	                       CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_api_key_list(struct cardea_tx *tx, const char *tenant, int64_t limit,
                              const struct cardea_api_key_row **out, size_t *count)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_api_key, .size = sizeof(**out)};
	int err = CARDEA_QUERY(tx,
	                       SELECT_API_KEY "WHERE tenant = $1 ORDER BY created_at, api_key LIMIT $2",
	                       cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_INT(limit));

	*out = sink.items;
	*count = sink.count;
	return err;
}
