/* turn_secrets: the table turn_secret as coturn's schema has it. */
#include "store/turn_secrets.h"

#include <fcntl.h>
#include <unistd.h>
#include <glib.h>
#include <sqlite3.h>
#include "cardea_error.h"

#define BUSY_TIMEOUT_MS 2000

/* WAL: a reader never finds the file locked. What coturn may leave on the disk is overwritten. */
#define OPENING                                                                                    \
	"PRAGMA journal_mode = WAL;"                                                                   \
	"PRAGMA secure_delete = ON;"                                                                   \
	"CREATE TABLE IF NOT EXISTS turn_secret (realm varchar(127), value varchar(127),"              \
	" PRIMARY KEY (realm, value));"

static int translate(int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) {
		return 0;
	}
	return (rc & 0xff) == SQLITE_BUSY ? CARDEA_E_STORE_BUSY : CARDEA_E_STORE;
}

/* Runs @sql with @realm and, unless it is NULL, @secret. */
static int run(sqlite3 *db, const char *sql, const char *realm, const char *secret)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	if (rc == SQLITE_OK) {
		rc = sqlite3_bind_text(statement, 1, realm, -1, SQLITE_STATIC);
	}
	if (rc == SQLITE_OK && secret) {
		rc = sqlite3_bind_text(statement, 2, secret, -1, SQLITE_STATIC);
	}
	if (rc == SQLITE_OK) {
		rc = sqlite3_step(statement);
	}
	sqlite3_finalize(statement);
	return translate(rc);
}

static int write_all(sqlite3 *db, const char *realm, const char *const *secrets)
{
	int err = run(db, "DELETE FROM turn_secret WHERE realm = ?1", realm, NULL);

	for (size_t i = 0; !err && secrets[i]; i++) {
		err = run(db, "INSERT OR IGNORE INTO turn_secret VALUES (?1, ?2)", realm, secrets[i]);
	}
	return err;
}

static int replace(sqlite3 *db, const char *realm, const char *const *secrets)
{
	int err = translate(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));

	if (err) {
		return err;
	}
	err = write_all(db, realm, secrets);
	if (!err) {
		err = translate(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
	}
	if (err) {
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	}
	return err;
}

/* SQLite makes files as the umask has it; what is there keeps its mode. */
static int make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		return CARDEA_E_SYSTEM;
	}
	close(fd);
	return 0;
}

int cardea_turn_secrets_write(const char *path, const char *realm, const char *const *secrets)
{
	sqlite3 *db = NULL;
	int err = make_private(path);

	if (!err) {
		err = translate(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL));
	}
	if (!err) {
		sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
		err = translate(sqlite3_exec(db, OPENING, NULL, NULL, NULL));
	}
	if (!err) {
		err = replace(db, realm, secrets);
	}
	sqlite3_close(db);
	return err;
}
