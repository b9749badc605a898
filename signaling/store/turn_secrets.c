/* turn_secrets: a database as coturn makes it, with nothing in it but secrets. */
#include "store/turn_secrets.h"

#include <fcntl.h>
#include <unistd.h>
#include <glib.h>
#include <sqlite3.h>
#include "cardea_error.h"

#define BUSY_TIMEOUT_MS 2000

/*
 * WAL: a reader never finds the file locked, once somebody has it open. What coturn may leave on
 * the disk is overwritten.
 *
 * All of coturn's tables: it would make the others itself, in each of its threads at its first
 * look, and a thread that finds the schema changing refuses a good credential ("SQL logic
 * error", 4.6.1).
 */
#define OPENING                                                                                    \
	"PRAGMA journal_mode = WAL;"                                                                   \
	"PRAGMA secure_delete = ON;"                                                                   \
	"CREATE TABLE IF NOT EXISTS turn_secret (realm TEXT, value TEXT, PRIMARY KEY (realm, value));" \
	"CREATE TABLE IF NOT EXISTS turnusers_lt (realm TEXT, name TEXT, hmackey TEXT,"                \
	" PRIMARY KEY (realm, name));"                                                                 \
	"CREATE TABLE IF NOT EXISTS allowed_peer_ip (realm TEXT, ip_range TEXT,"                       \
	" PRIMARY KEY (realm, ip_range));"                                                             \
	"CREATE TABLE IF NOT EXISTS denied_peer_ip (realm TEXT, ip_range TEXT,"                        \
	" PRIMARY KEY (realm, ip_range));"                                                             \
	"CREATE TABLE IF NOT EXISTS turn_origin_to_realm (origin TEXT PRIMARY KEY, realm TEXT);"       \
	"CREATE TABLE IF NOT EXISTS turn_realm_option (realm TEXT, opt TEXT, value TEXT,"              \
	" PRIMARY KEY (realm, opt));"                                                                  \
	"CREATE TABLE IF NOT EXISTS oauth_key (kid TEXT PRIMARY KEY, ikm_key TEXT, timestamp INTEGER," \
	" lifetime INTEGER, as_rs_alg TEXT, realm TEXT);"                                              \
	"CREATE TABLE IF NOT EXISTS admin_user (name TEXT PRIMARY KEY, realm TEXT, password TEXT);"

struct cardea_turn_secrets {
	sqlite3 *db;
};

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

int cardea_turn_secrets_write(const char *path, const char *realm, const char *const *secrets,
                              struct cardea_turn_secrets **out)
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
	if (err) {
		sqlite3_close(db);
		return err;
	}
	*out = g_new0(struct cardea_turn_secrets, 1);
	(*out)->db = db;
	return 0;
}

void cardea_turn_secrets_close(struct cardea_turn_secrets *held)
{
	if (held) {
		sqlite3_close(held->db);
		g_free(held);
	}
}
