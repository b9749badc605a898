/*
 * store_engine: what an engine must offer, and how SQL is run inside a tx. For store/ only.
 *
 * SQL is written once, in store/<entity>.c, for SQLite and PostgreSQL alike: `$1`-style parameters
 * numbered in the order of their first use, RETURNING, ON CONFLICT; no row ids, no time functions,
 * integers for booleans. Column types differ, so each engine brings its own migrations.
 */
#ifndef CARDEA_STORE_ENGINE_H
#define CARDEA_STORE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "store/store.h"

enum cardea_value_type {
	CARDEA_VALUE_NULL = 0,
	CARDEA_VALUE_INTEGER,
	CARDEA_VALUE_TEXT, /* NUL-terminated */
	CARDEA_VALUE_BLOB,
};

struct cardea_value {
	enum cardea_value_type type;
	int64_t integer;
	const void *data;
	size_t len;
};

/* Gets one row, borrowed for the call. 0 goes on; an error ends the query and is its result. */
typedef int (*cardea_row_h)(const struct cardea_value *row, void *arg);

/* The most columns that a query may give; one with more is refused. */
#define CARDEA_ENGINE_MAX_COLUMNS 64

struct cardea_engine_db;

/* One step of the schema, never changed once released. */
struct cardea_migration {
	const char *name;
	const char *const *statements; /* NULL-terminated */
};

/*
 * Every function returns 0 or one of
 *   CARDEA_E_STORE           I/O error or damage: fatal
 *   CARDEA_E_STORE_FULL      no space: nothing of the transaction remains
 *   CARDEA_E_STORE_BUSY      locked by another process for too long
 *   CARDEA_E_STORE_CONFLICT  a unique, foreign or check constraint
 *   CARDEA_E_INTERNAL        SQL that cannot be right
 * Used by one thread at a time.
 */
struct cardea_engine {
	const char *name;
	const struct cardea_migration *migrations; /* number N is migrations[N - 1] */
	int64_t migration_count;
	int (*open)(const char *location, struct cardea_engine_db **out);
	void (*close)(struct cardea_engine_db *db);
	/* Whether foreign keys are enforced, which they are after open(): a migration that makes a
	 * table anew drops one that others refer to. Not in a transaction. */
	int (*enforce_keys)(struct cardea_engine_db *db, bool on);
	int (*begin)(struct cardea_engine_db *db);
	int (*commit)(struct cardea_engine_db *db); /* returns after the sync */
	void (*rollback)(struct cardea_engine_db *db);
	/* False after an error that has ended the transaction by itself. */
	bool (*in_transaction)(struct cardea_engine_db *db);
	/* Grows with each row that is written, and never else. */
	int64_t (*changes)(struct cardea_engine_db *db);
	int (*savepoint)(struct cardea_engine_db *db);
	int (*release)(struct cardea_engine_db *db);
	int (*rollback_to)(struct cardea_engine_db *db); /* undoes, and forgets the savepoint */
	/* @sql has static storage: the address is the key of the statement cache. */
	int (*query)(struct cardea_engine_db *db, const char *sql, const struct cardea_value *params,
	             size_t count, cardea_row_h row, void *arg);
	/* Housekeeping when nothing is waiting. */
	void (*idle)(struct cardea_engine_db *db);
	/* 0 if the whole database is sound. */
	int (*check)(struct cardea_engine_db *db);
};

/* Brings @db to the newest schema. CARDEA_E_STORE_VERSION if it is newer than that. */
int cardea_store_migrate(const struct cardea_engine *engine, struct cardea_engine_db *db,
                         int64_t now_ms);

/* ---- inside a tx ---- */

static inline struct cardea_value cardea_value_integer(int64_t integer)
{
	return (struct cardea_value){.type = CARDEA_VALUE_INTEGER, .integer = integer};
}

struct cardea_value cardea_value_text(const char *text);         /* NULL gives a NULL */
struct cardea_value cardea_value_text_or_null(const char *text); /* NULL for "" */
struct cardea_value cardea_value_blob(const void *data, size_t len);
/* A negative @integer, which stands for "absent", gives a NULL. */
struct cardea_value cardea_value_option(int64_t integer);

int64_t cardea_column_option(const struct cardea_value *value); /* -1 for NULL */
/* Text of a column in a buffer of @size; CARDEA_E_STORE if it is longer. NULL gives "". */
int cardea_column_copy(const struct cardea_value *value, char *out, size_t size);
/* A copy that lives as long as what cardea_tx_alloc gives; NULL for NULL. */
const char *cardea_column_text(struct cardea_tx *tx, const struct cardea_value *value);

#define CARDEA_INT(x)  cardea_value_integer(x)
#define CARDEA_TEXT(x) cardea_value_text(x)

int cardea_tx_query(struct cardea_tx *tx, const char *sql, const struct cardea_value *params,
                    size_t count, cardea_row_h row, void *arg);

#define CARDEA_QUERY(tx, sql, row, arg, ...)                                                       \
	cardea_tx_query((tx), (sql), (const struct cardea_value[]){__VA_ARGS__},                       \
	                sizeof((const struct cardea_value[]){__VA_ARGS__}) /                           \
	                        sizeof(struct cardea_value),                                           \
	                (row), (arg))
#define CARDEA_EXEC(tx, sql, ...) CARDEA_QUERY(tx, sql, NULL, NULL, __VA_ARGS__)

struct cardea_value cardea_value_sealed(const struct cardea_sealed *sealed);
void cardea_column_sealed(struct cardea_tx *tx, const struct cardea_value *value,
                          struct cardea_sealed *out);

#endif
