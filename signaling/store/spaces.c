/* spaces: rows of spaces, rooms in them, and roles in both. */
#include "store/spaces.h"

#include "store/rows.h"
#include "store/store_engine.h"

#define SPACE_COLUMNS                                                                              \
	"s.tenant, s.space, s.name, s.description, s.logo, s.is_public, s.created_at, s.updated_at"
#define SELECT_ROOM                                                                                \
	"SELECT r.tenant, r.object, r.space, r.room, r.alias, r.channel, r.is_public, r.is_webinar, "  \
	"r.switches, r.extra, r.created_at, m.name FROM space_rooms r "                                \
	"JOIN rooms m ON m.tenant = r.tenant AND m.room = r.room "

/* ---- spaces ---- */

static int read_space(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_space_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	out->name = cardea_column_text(tx, &row[2]);
	out->description = cardea_column_text(tx, &row[3]);
	out->logo = cardea_column_text(tx, &row[4]);
	out->is_public = row[5].integer;
	out->created_at = row[6].integer;
	out->updated_at = row[7].integer;
	out->role = row[8].integer;
	return err ? err : cardea_column_copy(&row[1], out->id, sizeof(out->id));
}

int cardea_store_space_insert(struct cardea_tx *tx, const struct cardea_space_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO spaces (tenant, space, name, description, logo, is_public, created_at, "
	        "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->name),
	        CARDEA_TEXT(row->description), CARDEA_TEXT(row->logo), CARDEA_INT(row->is_public),
	        CARDEA_INT(row->created_at), CARDEA_INT(row->updated_at));
}

int cardea_store_space_update(struct cardea_tx *tx, const struct cardea_space_row *row)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE spaces SET name = $1, description = $2, logo = $3, is_public = $4, "
	                   "updated_at = $5 WHERE tenant = $6 AND space = $7",
	                   CARDEA_TEXT(row->name), CARDEA_TEXT(row->description),
	                   CARDEA_TEXT(row->logo), CARDEA_INT(row->is_public),
	                   CARDEA_INT(row->updated_at), CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id));
}

int cardea_store_space_get(struct cardea_tx *tx, const char *tenant, const char *id,
                           struct cardea_space_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_space, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(
	        tx, "SELECT " SPACE_COLUMNS ", 0 FROM spaces s WHERE s.tenant = $1 AND s.space = $2",
	        cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_space_list(struct cardea_tx *tx, const char *tenant, const char *account,
                            const struct cardea_space_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_space, .size = sizeof(struct cardea_space_row)};
	int err = CARDEA_QUERY(tx,
	                       "SELECT " SPACE_COLUMNS ", r.role FROM space_roles r JOIN spaces s ON "
	                       "s.tenant = r.tenant AND s.space = r.space "
	                       "WHERE r.tenant = $1 AND r.account = $2 ORDER BY s.created_at, s.space",
	                       cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(account));

	*out = sink.items;
	*count = sink.count;
	return err;
}

/* ---- roles ---- */

static int read_role(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_role_row *out = arg;

	out->username = cardea_column_text(tx, &row[1]);
	out->role = row[2].integer;
	return cardea_column_copy(&row[0], out->account, sizeof(out->account));
}

/* SQL is static text, because its address is the key of the statement cache. */
#define ROLES(verb_space, verb_room) (scope == CARDEA_ROLE_OF_SPACE ? (verb_space) : (verb_room))
#define SET_ROLE(table, id)                                                                        \
	"INSERT INTO " table " (tenant, " id ", account, role, created_at) "                           \
	"VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, " id ", account) "                           \
	"DO UPDATE SET role = excluded.role"
#define GET_ROLE(table, id)                                                                        \
	"SELECT role FROM " table " WHERE tenant = $1 AND " id " = $2 AND account = $3"
#define DELETE_ROLE(table, id)                                                                     \
	"DELETE FROM " table " WHERE tenant = $1 AND " id " = $2 AND account = $3"
#define LIST_ROLES(table, id)                                                                      \
	"SELECT r.account, a.username, r.role FROM " table " r JOIN accounts a ON "                    \
	"a.tenant = r.tenant AND a.account = r.account WHERE r.tenant = $1 AND r." id " = $2 "         \
	"ORDER BY r.created_at, r.account"

int cardea_store_role_set(struct cardea_tx *tx, enum cardea_role_scope scope, const char *tenant,
                          const char *id, const char *account, int64_t role)
{
	return CARDEA_EXEC(tx,
	                   ROLES(SET_ROLE("space_roles", "space"), SET_ROLE("room_roles", "object")),
	                   CARDEA_TEXT(tenant), CARDEA_TEXT(id), CARDEA_TEXT(account), CARDEA_INT(role),
	                   CARDEA_INT(cardea_tx_now_ms(tx)));
}

int cardea_store_role_get(struct cardea_tx *tx, enum cardea_role_scope scope, const char *tenant,
                          const char *id, const char *account, int64_t *role)
{
	*role = 0;
	return CARDEA_QUERY(tx,
	                    ROLES(GET_ROLE("space_roles", "space"), GET_ROLE("room_roles", "object")),
	                    cardea_rows_take_integer, role, CARDEA_TEXT(tenant), CARDEA_TEXT(id),
	                    CARDEA_TEXT(account));
}

int cardea_store_role_delete(struct cardea_tx *tx, enum cardea_role_scope scope, const char *tenant,
                             const char *id, const char *account)
{
	return CARDEA_EXEC(
	        tx, ROLES(DELETE_ROLE("space_roles", "space"), DELETE_ROLE("room_roles", "object")),
	        CARDEA_TEXT(tenant), CARDEA_TEXT(id), CARDEA_TEXT(account));
}

int cardea_store_role_list(struct cardea_tx *tx, enum cardea_role_scope scope, const char *tenant,
                           const char *id, const struct cardea_role_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_role, .size = sizeof(struct cardea_role_row)};
	int err = CARDEA_QUERY(
	        tx, ROLES(LIST_ROLES("space_roles", "space"), LIST_ROLES("room_roles", "object")),
	        cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	*out = sink.items;
	*count = sink.count;
	return err;
}

/* ---- rooms ---- */

static int read_room(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_space_room_row *out = arg;
	struct {
		char *text;
		size_t size;
	} texts[] = {{out->tenant, sizeof(out->tenant)}, {out->id, sizeof(out->id)},
	             {out->space, sizeof(out->space)},   {out->room, sizeof(out->room)},
	             {out->alias, sizeof(out->alias)},   {out->channel, sizeof(out->channel)}};
	int err = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !err; i++) {
		err = cardea_column_copy(&row[i], texts[i].text, texts[i].size);
	}
	out->is_public = row[6].integer;
	out->is_webinar = row[7].integer;
	out->switches = row[8].integer;
	out->extra = cardea_column_text(tx, &row[9]);
	out->created_at = row[10].integer;
	out->name = cardea_column_text(tx, &row[11]);
	return err;
}

int cardea_store_space_room_insert(struct cardea_tx *tx, const struct cardea_space_room_row *row)
{
	return CARDEA_EXEC(
	        tx,
	        "INSERT INTO space_rooms (tenant, object, space, room, alias, channel, is_public, "
	        "is_webinar, switches, extra, created_at) "
	        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
	        CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->space),
	        CARDEA_TEXT(row->room), CARDEA_TEXT(row->alias), CARDEA_TEXT(row->channel),
	        CARDEA_INT(row->is_public), CARDEA_INT(row->is_webinar), CARDEA_INT(row->switches),
	        CARDEA_TEXT(row->extra), CARDEA_INT(row->created_at));
}

int cardea_store_space_room_update(struct cardea_tx *tx, const struct cardea_space_room_row *row)
{
	return CARDEA_EXEC(tx,
	                   "UPDATE space_rooms SET is_public = $1, is_webinar = $2, switches = $3, "
	                   "extra = $4 WHERE tenant = $5 AND object = $6",
	                   CARDEA_INT(row->is_public), CARDEA_INT(row->is_webinar),
	                   CARDEA_INT(row->switches), CARDEA_TEXT(row->extra), CARDEA_TEXT(row->tenant),
	                   CARDEA_TEXT(row->id));
}

int cardea_store_space_room_get(struct cardea_tx *tx, const char *tenant, const char *id,
                                struct cardea_space_room_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_room, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_ROOM "WHERE r.tenant = $1 AND r.object = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_space_room_by_alias(struct cardea_tx *tx, const char *alias,
                                     struct cardea_space_room_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_room, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_ROOM "WHERE r.alias = $1", cardea_rows_take_one, &sink,
	                       CARDEA_TEXT(alias));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_space_room_find(struct cardea_tx *tx, const char *id,
                                 struct cardea_space_room_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_room, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_ROOM "WHERE r.object = $1", cardea_rows_take_one, &sink,
	                       CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_space_room_of(struct cardea_tx *tx, const char *tenant, const char *room,
                               struct cardea_space_room_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_room, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx, SELECT_ROOM "WHERE r.tenant = $1 AND r.room = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(room));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_space_room_list(struct cardea_tx *tx, const char *tenant, const char *space,
                                 const struct cardea_space_room_row **out, size_t *count)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_room, .size = sizeof(struct cardea_space_room_row)};
	int err = CARDEA_QUERY(
	        tx, SELECT_ROOM "WHERE r.tenant = $1 AND r.space = $2 ORDER BY r.created_at, r.object",
	        cardea_rows_take_many, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(space));

	*out = sink.items;
	*count = sink.count;
	return err;
}

/* ---- participants ---- */

static int read_seat(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_space_seat_row *out = arg;
	int err = cardea_column_copy(&row[0], out->tenant, sizeof(out->tenant));

	(void)tx;
	if (!err) {
		err = cardea_column_copy(&row[1], out->id, sizeof(out->id));
	}
	if (!err) {
		err = cardea_column_copy(&row[2], out->seat, sizeof(out->seat));
	}
	if (!err) {
		err = cardea_column_copy(&row[3], out->object, sizeof(out->object));
	}
	return err ? err : cardea_column_copy(&row[4], out->owner, sizeof(out->owner));
}

int cardea_store_space_seat_insert(struct cardea_tx *tx, const struct cardea_space_seat_row *row)
{
	return CARDEA_EXEC(tx,
	                   "INSERT INTO space_seats (tenant, participant, seat, object, owner) "
	                   "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, participant) DO NOTHING",
	                   CARDEA_TEXT(row->tenant), CARDEA_TEXT(row->id), CARDEA_TEXT(row->seat),
	                   CARDEA_TEXT(row->object), cardea_value_text_or_null(row->owner));
}

int cardea_store_space_seat_get(struct cardea_tx *tx, const char *tenant, const char *id,
                                struct cardea_space_seat_row *out)
{
	struct cardea_row_sink sink = {.tx = tx, .read = read_seat, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(tx,
	                       "SELECT tenant, participant, seat, object, owner FROM space_seats "
	                       "WHERE tenant = $1 AND participant = $2",
	                       cardea_rows_take_one, &sink, CARDEA_TEXT(tenant), CARDEA_TEXT(id));

	return cardea_rows_expect(err, sink.count);
}
