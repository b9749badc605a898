/*
 * store_sqlite: the embedded engine. WAL with synchronous FULL: a commit returns after the log is
 * synced; the log is emptied when nothing is waiting.
 */
#include "store/store_engine.h"
#include "store/schema_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib.h>
#include <sqlite3.h>
#include "cardea_error.h"
#include "conf/log.h"

/* A backup or a second gateway may hold the lock for a moment. */
#define BUSY_TIMEOUT_MS 5000

struct cardea_engine_db {
	sqlite3 *handle;
	GHashTable *statements; /* address of the SQL -> sqlite3_stmt */
};

static void finalize(gpointer statement)
{
	sqlite3_finalize(statement);
}

/* Our error for a result of SQLite, which is logged where it is not an ordinary outcome. */
static int translate(const struct cardea_engine_db *db, int result)
{
	int err;

	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_CONSTRAINT:
		return CARDEA_E_STORE_CONFLICT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err = CARDEA_E_STORE_BUSY;
		break;
	case SQLITE_FULL:
		err = CARDEA_E_STORE_FULL;
		break;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
	case SQLITE_MISMATCH:
		err = CARDEA_E_INTERNAL;
		break;
	default:
		err = CARDEA_E_STORE;
		break;
	}
	cardea_log(CARDEA_LOG_ERROR, "store", "event=sqlite_error code=%d text=\"%s\"", result,
	           sqlite3_errmsg(db->handle));
	return err;
}

static int prepare(struct cardea_engine_db *db, const char *sql, sqlite3_stmt **out)
{
	sqlite3_stmt *statement = g_hash_table_lookup(db->statements, sql);
	int result;

	if (!statement) {
		result = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
		                            NULL);
		if (result != SQLITE_OK) {
			return translate(db, result);
		}
		if (sqlite3_column_count(statement) > CARDEA_ENGINE_MAX_COLUMNS) {
			cardea_log(CARDEA_LOG_ERROR, "store", "event=too_many_columns");
			sqlite3_finalize(statement);
			return CARDEA_E_INTERNAL;
		}
		g_hash_table_insert(db->statements, (gpointer)sql, statement);
	}
	*out = statement;
	return 0;
}

static int bind_one(sqlite3_stmt *statement, int position, const struct cardea_value *value)
{
	switch (value->type) {
	case CARDEA_VALUE_INTEGER:
		return sqlite3_bind_int64(statement, position, value->integer);
	case CARDEA_VALUE_TEXT:
		return sqlite3_bind_text64(statement, position, value->data, value->len, SQLITE_STATIC,
		                           SQLITE_UTF8);
	case CARDEA_VALUE_BLOB:
		return sqlite3_bind_blob64(statement, position, value->data, value->len, SQLITE_STATIC);
	case CARDEA_VALUE_NULL:
	default:
		return sqlite3_bind_null(statement, position);
	}
}

static void read_column(sqlite3_stmt *statement, int column, struct cardea_value *out)
{
	*out = (struct cardea_value){.type = CARDEA_VALUE_NULL};
	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_INTEGER:
		*out = cardea_value_integer(sqlite3_column_int64(statement, column));
		break;
	case SQLITE_TEXT:
		out->type = CARDEA_VALUE_TEXT;
		out->data = sqlite3_column_text(statement, column);
		out->len = (size_t)sqlite3_column_bytes(statement, column);
		break;
	case SQLITE_BLOB:
		out->type = CARDEA_VALUE_BLOB;
		out->data = sqlite3_column_blob(statement, column);
		out->len = (size_t)sqlite3_column_bytes(statement, column);
		break;
	default:
		break;
	}
}

static int give_row(sqlite3_stmt *statement, cardea_row_h row, void *arg)
{
	struct cardea_value values[CARDEA_ENGINE_MAX_COLUMNS];
	int count = sqlite3_column_count(statement);

	for (int i = 0; i < count; i++) {
		read_column(statement, i, &values[i]);
	}
	return row(values, arg);
}

static int query(struct cardea_engine_db *db, const char *sql, const struct cardea_value *params,
                 size_t count, cardea_row_h row, void *arg)
{
	sqlite3_stmt *statement = NULL;
	int result = SQLITE_OK;
	int err = prepare(db, sql, &statement);

	if (err) {
		return err;
	}
	for (size_t i = 0; i < count && result == SQLITE_OK; i++) {
		result = bind_one(statement, (int)i + 1, &params[i]);
	}
	if (result == SQLITE_OK) {
		while (!err && (result = sqlite3_step(statement)) == SQLITE_ROW) {
			err = row ? give_row(statement, row, arg) : 0;
		}
	}
	if (!err) {
		err = translate(db, result);
	}
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return err;
}

static int plain(struct cardea_engine_db *db, const char *sql)
{
	return query(db, sql, NULL, 0, NULL, NULL);
}

static int enforce_keys(struct cardea_engine_db *db, bool on)
{
	return plain(db, on ? "PRAGMA foreign_keys = ON" : "PRAGMA foreign_keys = OFF");
}

static int begin(struct cardea_engine_db *db)
{
	return plain(db, "BEGIN IMMEDIATE");
}

static int commit(struct cardea_engine_db *db)
{
	return plain(db, "COMMIT");
}

static bool in_transaction(struct cardea_engine_db *db)
{
	return !sqlite3_get_autocommit(db->handle);
}

static int64_t changes(struct cardea_engine_db *db)
{
	return sqlite3_total_changes64(db->handle);
}

static void rollback(struct cardea_engine_db *db)
{
	if (in_transaction(db)) {
		plain(db, "ROLLBACK");
	}
}

static int savepoint(struct cardea_engine_db *db)
{
	return plain(db, "SAVEPOINT command");
}

static int release(struct cardea_engine_db *db)
{
	return plain(db, "RELEASE command");
}

static int rollback_to(struct cardea_engine_db *db)
{
	int err = plain(db, "ROLLBACK TO command");

	return err ? err : release(db);
}

static void idle(struct cardea_engine_db *db)
{
	/* If somebody is reading, next time: commands must not wait for housekeeping. */
	sqlite3_busy_timeout(db->handle, 0);
	sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
}

static int expect_ok(const struct cardea_value *row, void *arg)
{
	(void)arg;
	return row[0].type == CARDEA_VALUE_TEXT && strcmp(row[0].data, "ok") == 0 ? 0 : CARDEA_E_STORE;
}

static int expect_nothing(const struct cardea_value *row, void *arg)
{
	(void)row;
	(void)arg;
	return CARDEA_E_STORE;
}

static int check(struct cardea_engine_db *db)
{
	int err = query(db, "PRAGMA integrity_check", NULL, 0, expect_ok, NULL);

	return err ? err : query(db, "PRAGMA foreign_key_check", NULL, 0, expect_nothing, NULL);
}

static void close_db(struct cardea_engine_db *db)
{
	g_hash_table_unref(db->statements);
	sqlite3_close(db->handle);
	g_free(db);
}

static int configure(struct cardea_engine_db *db)
{
	static const char *const pragmas[] = {
	        "PRAGMA journal_mode = WAL",
	        "PRAGMA synchronous = FULL",
	        "PRAGMA trusted_schema = OFF",
	        "PRAGMA cell_size_check = ON",
	        /* Keys are random, so every page is as likely as any other: 32 MiB, of which an
	         * installation with 10,000 rooms fits in whole. */
	        /* Savepoints keep what they would undo; in a file that was a quarter of the time of a
	           write. */
	        "PRAGMA temp_store = MEMORY",
	        "PRAGMA cache_size = -32768",
	};
	int err = 0;

	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(pragmas) && !err; i++) {
		err = plain(db, pragmas[i]);
	}
	return err ? err : enforce_keys(db, true);
}

/* Makes the file before SQLite would, with the mode that its log files inherit. */
static int make_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		cardea_log(CARDEA_LOG_ERROR, "store", "event=open_failed error=\"%s\"", g_strerror(errno));
		return CARDEA_E_STORE;
	}
	close(fd);
	return 0;
}

static int open_db(const char *location, struct cardea_engine_db **out)
{
	struct cardea_engine_db *db;
	int err = make_file(location);

	if (err) {
		return err;
	}
	db = g_new0(struct cardea_engine_db, 1);
	db->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, finalize);
	/* Nobody asks how much memory SQLite uses; to count it takes a lock for each allocation.
	 * Refused once SQLite runs, which is fine: it was said then. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	/* One thread at a time uses the handle, so SQLite need not lock it. */
	err = translate(db, sqlite3_open_v2(location, &db->handle,
	                                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
	if (!err) {
		err = configure(db);
	}
	if (err) {
		close_db(db);
		return err;
	}
	*out = db;
	return 0;
}

const struct cardea_engine cardea_engine_sqlite = {
        .name = "sqlite",
        .migrations = cardea_schema_sqlite,
        .migration_count = CARDEA_SCHEMA_SQLITE_COUNT,
        .open = open_db,
        .close = close_db,
        .enforce_keys = enforce_keys,
        .begin = begin,
        .commit = commit,
        .rollback = rollback,
        .in_transaction = in_transaction,
        .changes = changes,
        .savepoint = savepoint,
        .release = release,
        .rollback_to = rollback_to,
        .query = query,
        .idle = idle,
        .check = check,
};
