#include "../../unit/unit.h"

#include "suite.h"

#include <unistd.h>
#include <glib.h>
#include <glib/gstdio.h>
#include "cardea_error.h"
#include "net/loop.h"

const struct cardea_engine *engine;
struct cardea_engine scripted;
atomic_int commits;
atomic_int commit_verdict;
atomic_int queries_left;

static int scripted_commit(struct cardea_engine_db *db)
{
	int err = atomic_load(&commit_verdict);

	if (err) {
		return err;
	}
	atomic_fetch_add(&commits, 1);
	return engine->commit(db);
}

static int scripted_query(struct cardea_engine_db *db, const char *sql,
                          const struct cardea_value *params, size_t count, cardea_row_h row,
                          void *arg)
{
	int left = atomic_load(&queries_left);

	if (left == 0) {
		return CARDEA_E_STORE_FULL;
	}
	if (left > 0) {
		atomic_store(&queries_left, left - 1);
	}
	return engine->query(db, sql, params, count, row, arg);
}

struct cardea_store_options options_of(struct fixture *f)
{
	return (struct cardea_store_options){.engine = &scripted,
	                                     .location = f->path,
	                                     .clock = &cardea_clock_system,
	                                     .random = &cardea_random_kernel,
	                                     .loop = f->loop};
}

void open_store(struct fixture *f, size_t queue, bool run_twice)
{
	struct cardea_store_options options = options_of(f);

	options.queue = queue;
	options.run_twice = run_twice;
	assert_int_equal(cardea_store_open(&options, &f->store), 0);
}

void close_store(struct fixture *f)
{
	cardea_store_close(f->store);
	f->store = NULL;
}

int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	scripted = *engine;
	scripted.commit = scripted_commit;
	scripted.query = scripted_query;
	atomic_store(&commit_verdict, 0);
	atomic_store(&queries_left, -1);
	f->dir = g_dir_make_tmp("cardea-store-XXXXXX", NULL);
	f->path = g_build_filename(f->dir, "store.db", NULL);
	f->loop = cardea_loop_new();
	*state = f;
	return f->dir && f->loop ? 0 : -1;
}

int teardown(void **state)
{
	struct fixture *f = *state;
	GDir *dir;
	const char *name;

	cardea_store_close(f->store);
	cardea_loop_free(f->loop);
	dir = g_dir_open(f->dir, 0, NULL);
	while (dir && (name = g_dir_read_name(dir))) {
		char *path = g_build_filename(f->dir, name, NULL);

		g_unlink(path);
		g_free(path);
	}
	g_dir_close(dir);
	g_rmdir(f->dir);
	g_free(f->dir);
	g_free(f->path);
	g_free(f);
	return 0;
}

int check_database(struct fixture *f)
{
	struct cardea_engine_db *db = NULL;
	int err = engine->open(f->path, &db);

	if (!err) {
		err = engine->check(db);
		engine->close(db);
	}
	return err;
}
