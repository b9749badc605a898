/*
 * store: the writer thread. It takes everything that waits, runs it in one transaction and hands
 * the results back together, so that one sync serves them all.
 */
#include "store/store.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include <time.h>
#include <glib.h>
#include "cardea_error.h"
#include "conf/log.h"
#include "net/loop.h"
#include "store/store_private.h"

/* How long nothing has to happen before the engine may tidy up. */
#define IDLE_S 1

struct command {
	STAILQ_ENTRY(command) link;
	cardea_store_command_h run;
	cardea_store_done_h done; /* NULL: somebody waits for `finished` */
	void *arg;
	int err;
	bool finished;
	struct cardea_tx tx;
};

STAILQ_HEAD(command_list, command);

struct cardea_store {
	struct cardea_store_options options;
	struct cardea_engine_db *db; /* writer thread only, once that runs */
	pthread_t writer;
	bool is_dirty; /* writer: committed since the last idle() */

	pthread_mutex_t lock; /* what follows up to the blank line */
	pthread_cond_t work, finished;
	struct command_list waiting;
	size_t waiting_count;
	struct command_list answered; /* for the loop thread */
	bool is_posted;               /* deliver() is on its way */
	bool is_closing;
	struct cardea_store_stats stats;

	atomic_bool is_failed;
};

/* ---- writer thread ---- */

static int undo_and_repeat(struct cardea_store *store, struct command *command)
{
	const struct cardea_engine *engine = store->options.engine;
	int err = engine->rollback_to(store->db);

	if (!err) {
		err = engine->savepoint(store->db);
	}
	if (!err) {
		cardea_tx_rewind(&command->tx);
		err = command->run(&command->tx, command->arg);
	}
	return err;
}

/* The whole transaction is, by what @command has met. */
static bool is_lost(const struct cardea_store *store, const struct command *command)
{
	return !store->options.engine->in_transaction(store->db) || command->tx.is_fatal;
}

/* What it has written must not stay. */
static bool must_be_undone(const struct command *command)
{
	return command->err || command->tx.only_looks;
}

/* Runs one command in a savepoint. False if the whole transaction is gone. */
static bool run_command(struct cardea_store *store, struct command *command)
{
	const struct cardea_engine *engine = store->options.engine;
	int undo_err;

	command->tx.db = store->db;
	command->err = engine->savepoint(store->db);
	if (command->err) {
		return false;
	}
	command->err = command->run(&command->tx, command->arg);
	if (store->options.run_twice && !is_lost(store, command)) {
		command->err = undo_and_repeat(store, command);
	}
	if (is_lost(store, command)) {
		return false;
	}
	if (!must_be_undone(command)) {
		command->err = engine->release(store->db);
		return !command->err;
	}
	undo_err = engine->rollback_to(store->db);
	if (undo_err) {
		command->err = undo_err;
	}
	return !undo_err;
}

/* Nothing of the batch is stored: the commands that had succeeded have not. */
static void fail_batch(struct command_list *batch, int err)
{
	struct command *command;

	STAILQ_FOREACH(command, batch, link)
	{
		command->err = err;
	}
}

/* Runs all in the transaction that has begun, each in a savepoint. An error if that is gone. */
static int run_guarded(struct cardea_store *store, struct command_list *batch)
{
	struct command *command;

	STAILQ_FOREACH(command, batch, link)
	{
		if (!run_command(store, command)) {
			return command->err ? command->err : CARDEA_E_STORE;
		}
	}
	return 0;
}

/* The same without savepoints, up to a command that has to be undone: *@must_undo. */
static int run_bare(struct cardea_store *store, struct command_list *batch, bool *must_undo)
{
	const struct cardea_engine *engine = store->options.engine;
	struct command *command;

	STAILQ_FOREACH(command, batch, link)
	{
		int64_t before = engine->changes(store->db);

		command->tx.db = store->db;
		command->err = command->run(&command->tx, command->arg);
		if (command->err && is_lost(store, command)) {
			return command->err;
		}
		if (must_be_undone(command) && engine->changes(store->db) != before) {
			*must_undo = true;
			return 0;
		}
	}
	return 0;
}

static int begin_again(struct cardea_store *store, struct command_list *batch)
{
	const struct cardea_engine *engine = store->options.engine;
	struct command *command;

	engine->rollback(store->db);
	STAILQ_FOREACH(command, batch, link)
	{
		cardea_tx_rewind(&command->tx);
	}
	return engine->begin(store->db);
}

/*
 * Almost every command either succeeds or refuses before it has written. So none gets a savepoint
 * at first: to keep what each would undo is a fifth of the work of a write. If one has to be undone
 * after all, everything is, and all are run again in savepoints.
 */
static int run_all(struct cardea_store *store, struct command_list *batch)
{
	bool must_undo = false;
	int err;

	if (store->options.run_twice) { /* which undoes each */
		return run_guarded(store, batch);
	}
	err = run_bare(store, batch, &must_undo);
	if (!err && must_undo) {
		err = begin_again(store, batch);
		err = err ? err : run_guarded(store, batch);
	}
	return err;
}

static int run_batch(struct cardea_store *store, struct command_list *batch,
                     struct cardea_store_stats *took)
{
	const struct cardea_engine *engine = store->options.engine;
	int64_t start = g_get_monotonic_time();
	struct command *command;
	int err = engine->begin(store->db);

	if (!err) {
		err = run_all(store, batch);
	}
	STAILQ_FOREACH(command, batch, link)
	{
		took->commands++;
	}
	took->run_us = g_get_monotonic_time() - start;
	if (!err) {
		err = engine->commit(store->db);
		took->commit_us = g_get_monotonic_time() - start - took->run_us;
	}
	if (err) {
		engine->rollback(store->db);
	}
	store->is_dirty = true;
	return err;
}

static void count(struct cardea_store *store, const struct cardea_store_stats *took)
{
	pthread_mutex_lock(&store->lock);
	store->stats.commands += took->commands;
	store->stats.commits++;
	store->stats.run_us += took->run_us;
	store->stats.commit_us += took->commit_us;
	pthread_mutex_unlock(&store->lock);
}

static void execute(struct cardea_store *store, struct command_list *batch)
{
	struct cardea_store_stats took = {0};
	int err = CARDEA_E_STORE;

	if (!atomic_load(&store->is_failed)) {
		err = run_batch(store, batch, &took);
		count(store, &took);
	}
	if (!err) {
		return;
	}
	fail_batch(batch, err);
	if (err == CARDEA_E_STORE && !atomic_exchange(&store->is_failed, true)) {
		cardea_log(CARDEA_LOG_ERROR, "store", "event=failed engine=%s",
		           store->options.engine->name);
	}
}

static void free_command(struct command *command)
{
	cardea_tx_clear(&command->tx);
	g_free(command);
}

static void tell_each(const GSList *notes, void (*handler)(const char *id, void *arg), void *arg)
{
	for (const GSList *item = notes; item && handler; item = item->next) {
		handler(item->data, arg);
	}
}

static void tell_notes(const struct cardea_store *store, const struct command *command)
{
	const struct cardea_store_options *options = &store->options;

	if (!must_be_undone(command)) {
		tell_each(command->tx.logged, options->logged, options->logged_arg);
		tell_each(command->tx.owed, options->owed, options->owed_arg);
	}
}

/* Loop thread: calls the done handlers of everything that has been answered. */
static void deliver(void *arg)
{
	struct cardea_store *store = arg;
	struct command_list answered = STAILQ_HEAD_INITIALIZER(answered);

	pthread_mutex_lock(&store->lock);
	STAILQ_CONCAT(&answered, &store->answered);
	store->is_posted = false;
	pthread_mutex_unlock(&store->lock);
	while (!STAILQ_EMPTY(&answered)) {
		struct command *command = STAILQ_FIRST(&answered);

		STAILQ_REMOVE_HEAD(&answered, link);
		command->done(command->err, command->arg);
		tell_notes(store, command);
		free_command(command);
	}
}

/* Hands the results of a batch to those who wait for them. */
static void answer(struct cardea_store *store, struct command_list *batch)
{
	bool must_post;

	pthread_mutex_lock(&store->lock);
	while (!STAILQ_EMPTY(batch)) {
		struct command *command = STAILQ_FIRST(batch);

		STAILQ_REMOVE_HEAD(batch, link);
		if (command->done) {
			STAILQ_INSERT_TAIL(&store->answered, command, link);
		} else {
			command->finished = true;
		}
	}
	pthread_cond_broadcast(&store->finished);
	must_post = !STAILQ_EMPTY(&store->answered) && !store->is_posted && !store->is_closing;
	store->is_posted |= must_post;
	pthread_mutex_unlock(&store->lock);
	if (must_post) {
		cardea_loop_post(store->options.loop, deliver, store);
	}
}

/* Waits for work; the engine tidies up when none comes for a while. Caller holds the lock. */
static void wait_for_work(struct cardea_store *store)
{
	struct timespec until;

	if (!store->is_dirty) {
		pthread_cond_wait(&store->work, &store->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += IDLE_S;
	if (pthread_cond_timedwait(&store->work, &store->lock, &until) == ETIMEDOUT) {
		pthread_mutex_unlock(&store->lock);
		store->options.engine->idle(store->db);
		store->is_dirty = false;
		pthread_mutex_lock(&store->lock);
	}
}

/* Takes what waits, but not too much of it; false once the store is closing and nothing is left. */
static bool take_batch(struct cardea_store *store, struct command_list *batch)
{
	pthread_mutex_lock(&store->lock);
	while (STAILQ_EMPTY(&store->waiting) && !store->is_closing) {
		wait_for_work(store);
	}
	for (size_t i = 0; i < CARDEA_STORE_BATCH && !STAILQ_EMPTY(&store->waiting); i++) {
		struct command *command = STAILQ_FIRST(&store->waiting);

		STAILQ_REMOVE_HEAD(&store->waiting, link);
		STAILQ_INSERT_TAIL(batch, command, link);
		store->waiting_count--;
	}
	pthread_mutex_unlock(&store->lock);
	return !STAILQ_EMPTY(batch);
}

static void *write_until_closed(void *arg)
{
	struct cardea_store *store = arg;
	struct command_list batch = STAILQ_HEAD_INITIALIZER(batch);

	while (take_batch(store, &batch)) {
		execute(store, &batch);
		answer(store, &batch);
	}
	return NULL;
}

/* ---- any thread ---- */

static int new_command(struct cardea_store *store, cardea_store_command_h run,
                       cardea_store_done_h done, void *arg, struct command **out)
{
	const struct cardea_random *random = store->options.random;
	struct command *command = g_new0(struct command, 1);
	int err;

	command->run = run;
	command->done = done;
	command->arg = arg;
	command->tx.engine = store->options.engine;
	cardea_tx_init(&command->tx, cardea_clock_wall_ms(store->options.clock));
	err = random->fill(command->tx.seed, sizeof(command->tx.seed), random->arg);
	if (err) {
		free_command(command);
		return err;
	}
	*out = command;
	return 0;
}

static size_t queue_size(const struct cardea_store *store)
{
	return store->options.queue ? store->options.queue : CARDEA_STORE_QUEUE;
}

/* Caller holds the lock. */
static int enqueue(struct cardea_store *store, struct command *command)
{
	if (atomic_load(&store->is_failed) || store->is_closing) {
		return CARDEA_E_STORE;
	}
	if (store->waiting_count >= queue_size(store)) {
		return CARDEA_E_STORE_BUSY;
	}
	STAILQ_INSERT_TAIL(&store->waiting, command, link);
	store->waiting_count++;
	pthread_cond_signal(&store->work);
	return 0;
}

int cardea_store_run(struct cardea_store *store, cardea_store_command_h run,
                     cardea_store_done_h done, void *arg)
{
	struct command *command = NULL;
	int err = new_command(store, run, done, arg, &command);

	if (err) {
		return err;
	}
	pthread_mutex_lock(&store->lock);
	err = enqueue(store, command);
	pthread_mutex_unlock(&store->lock);
	if (err) {
		free_command(command);
	}
	return err;
}

int cardea_store_run_sync(struct cardea_store *store, cardea_store_command_h run, void *arg)
{
	struct command *command = NULL;
	int err = new_command(store, run, NULL, arg, &command);

	if (err) {
		return err;
	}
	pthread_mutex_lock(&store->lock);
	err = enqueue(store, command);
	while (!err && !command->finished) {
		pthread_cond_wait(&store->finished, &store->lock);
	}
	pthread_mutex_unlock(&store->lock);
	if (!err) {
		err = command->err;
	}
	free_command(command);
	return err;
}

void cardea_store_stats(struct cardea_store *store, struct cardea_store_stats *out)
{
	pthread_mutex_lock(&store->lock);
	*out = store->stats;
	pthread_mutex_unlock(&store->lock);
}

bool cardea_store_is_full(struct cardea_store *store)
{
	bool full;

	pthread_mutex_lock(&store->lock);
	full = store->waiting_count >= queue_size(store);
	pthread_mutex_unlock(&store->lock);
	return full;
}

bool cardea_store_is_failed(struct cardea_store *store)
{
	return atomic_load(&store->is_failed);
}

static void init_locks(struct cardea_store *store)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->work, &monotonic);
	pthread_cond_init(&store->finished, NULL);
	pthread_condattr_destroy(&monotonic);
}

/* Signals are the loop's business. */
static int start_writer(struct cardea_store *store)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&store->writer, NULL, write_until_closed, store);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed ? CARDEA_E_SYSTEM : 0;
}

/* Closes what cardea_store_open made; the writer does not run. */
static void free_store(struct cardea_store *store)
{
	store->options.engine->close(store->db);
	pthread_cond_destroy(&store->work);
	pthread_cond_destroy(&store->finished);
	pthread_mutex_destroy(&store->lock);
	g_free(store);
}

int cardea_store_open(const struct cardea_store_options *options, struct cardea_store **out)
{
	struct cardea_engine_db *db = NULL;
	struct cardea_store *store;
	int err = options->engine->open(options->location, &db);

	if (err) {
		return err;
	}
	store = g_new0(struct cardea_store, 1);
	store->options = *options;
	store->options.location = NULL; /* borrowed for the call only */
	store->db = db;
	STAILQ_INIT(&store->waiting);
	STAILQ_INIT(&store->answered);
	init_locks(store);
	err = cardea_store_migrate(options->engine, db, cardea_clock_wall_ms(options->clock));
	if (!err) {
		err = start_writer(store);
	}
	if (err) {
		free_store(store);
		return err;
	}
	*out = store;
	return 0;
}

void cardea_store_close(struct cardea_store *store)
{
	if (!store) {
		return;
	}
	pthread_mutex_lock(&store->lock);
	store->is_closing = true;
	pthread_cond_signal(&store->work);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->writer, NULL);
	deliver(store);
	free_store(store);
}
