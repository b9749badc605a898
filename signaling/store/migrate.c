/*
 * migrate: numbered, forward-only steps, each in a transaction of its own together with its number.
 * An interrupted start repeats the step that was not committed.
 */
#include "store/store_engine.h"

#include <inttypes.h>
#include "cardea_error.h"
#include "conf/log.h"

static const char create_table[] =
        "CREATE TABLE IF NOT EXISTS schema_migrations ("
        "version BIGINT NOT NULL, name VARCHAR(64) NOT NULL, applied_at BIGINT NOT NULL, "
        "PRIMARY KEY (version))";
static const char read_version[] = "SELECT COALESCE(MAX(version), 0) FROM schema_migrations";
static const char write_version[] =
        "INSERT INTO schema_migrations (version, name, applied_at) VALUES ($1, $2, $3)";

static int take_version(const struct cardea_value *row, void *arg)
{
	int64_t *version = arg;

	*version = row[0].integer;
	return 0;
}

static int apply(const struct cardea_engine *engine, struct cardea_engine_db *db, int64_t version,
                 int64_t now_ms)
{
	const struct cardea_migration *migration = &engine->migrations[version - 1];
	const struct cardea_value record[] = {CARDEA_INT(version), CARDEA_TEXT(migration->name),
	                                      CARDEA_INT(now_ms)};
	int err = 0;

	for (const char *const *statement = migration->statements; *statement && !err; statement++) {
		err = engine->query(db, *statement, NULL, 0, NULL, NULL);
	}
	if (!err) {
		err = engine->query(db, write_version, record, 3, NULL, NULL);
	}
	return err;
}

/* One step, or none: *@version becomes the schema's number. The number is read inside the
 * transaction, because another gateway may be migrating too. */
static int step(const struct cardea_engine *engine, struct cardea_engine_db *db, int64_t now_ms,
                int64_t *version)
{
	int64_t current = 0;
	int err = engine->begin(db);

	if (err) {
		return err;
	}
	err = engine->query(db, create_table, NULL, 0, NULL, NULL);
	if (!err) {
		err = engine->query(db, read_version, NULL, 0, take_version, &current);
	}
	if (!err && current > engine->migration_count) {
		cardea_log(CARDEA_LOG_ERROR, "store",
		           "event=schema_too_new database=%" PRId64 " binary=%" PRId64, current,
		           engine->migration_count);
		err = CARDEA_E_STORE_VERSION;
	}
	if (!err && current < engine->migration_count) {
		current++;
		err = apply(engine, db, current, now_ms);
	}
	if (!err) {
		err = engine->commit(db);
	}
	if (err) {
		engine->rollback(db);
		return err;
	}
	*version = current;
	return 0;
}

int cardea_store_migrate(const struct cardea_engine *engine, struct cardea_engine_db *db,
                         int64_t now_ms)
{
	int64_t version = 0;
	int err = engine->enforce_keys(db, false);

	while (!err && version < engine->migration_count) {
		err = step(engine, db, now_ms, &version);
	}
	return err ? err : engine->enforce_keys(db, true);
}
