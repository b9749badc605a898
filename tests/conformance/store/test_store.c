/*
 * The conformance suite of the store, written against its interface: what every engine must keep.
 * Engines are in the table at the end; the location of each is a fresh one per test.
 *
 * CARDEA_STORE_CYCLES sets the number of kill cycles, CARDEA_STORE_SEED their times (printed).
 */
#include "../../unit/unit.h"

#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib.h>
#include "cardea_error.h"
#include "lists.h"
#include "suite.h"
#include "net/loop.h"
#include "store/credentials.h"
#include "store/events.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/sessions.h"
#include "store/store.h"
#include "store/store_engine.h"
#include "store/tenants.h"

/* ---- commands ---- */

struct append {
	char data[32];
	int refusal; /* before the event is appended */
	int verdict; /* after that */
	int runs;
	int64_t seq;
	bool only_looks;
};

static int append(struct cardea_tx *tx, void *arg)
{
	struct append *command = arg;
	int err = command->refusal;

	command->runs++;
	if (command->only_looks) {
		cardea_tx_only_look(tx);
	}
	err = err ? err
	          : cardea_store_event_append(tx, TENANT_A, ROOM, "", "test", command->data,
	                                      &command->seq);
	return err ? err : command->verdict;
}

static int append_one(struct fixture *f, const char *data, int verdict)
{
	struct append command = {.verdict = verdict};

	g_strlcpy(command.data, data, sizeof(command.data));
	return cardea_store_run_sync(f->store, append, &command);
}

struct reading {
	GHashTable *data; /* set of strings; NULL: only counted */
	size_t count;
	bool is_gapless;
};

static int read_events(struct cardea_tx *tx, void *arg)
{
	struct reading *reading = arg;
	const struct cardea_event_row *events = NULL;
	int err = cardea_store_event_list(tx, TENANT_A, ROOM, 0, INT64_MAX, &events, &reading->count);

	reading->is_gapless = true;
	for (size_t i = 0; i < reading->count; i++) {
		reading->is_gapless &= events[i].seq == (int64_t)i + 1;
		if (reading->data) {
			g_hash_table_add(reading->data, g_strdup(events[i].data));
		}
	}
	return err;
}

static size_t count_events(struct fixture *f)
{
	struct reading reading = {0};

	assert_int_equal(cardea_store_run_sync(f->store, read_events, &reading), 0);
	assert_true(reading.is_gapless);
	return reading.count;
}

/* Holds the writer until released. */
struct gate {
	sem_t entered, released;
};

static int wait_at_gate(struct cardea_tx *tx, void *arg)
{
	struct gate *gate = arg;

	(void)tx;
	sem_post(&gate->entered);
	sem_wait(&gate->released);
	return 0;
}

/* Somebody in the loop who counts answers and stops it at the last. */
struct crowd {
	struct fixture *f;
	int expected, answered;
	int errors[512]; /* in the order of the answers */
};

static void take_answer(int err, void *arg)
{
	struct crowd *crowd = arg;

	crowd->errors[crowd->answered++] = err;
	if (crowd->answered == crowd->expected) {
		cardea_loop_stop(crowd->f->loop);
	}
}

/* A command whose answer goes to the crowd. */
struct member {
	struct crowd *crowd;
	struct append append;
};

static int append_as_member(struct cardea_tx *tx, void *arg)
{
	struct member *member = arg;

	return append(tx, &member->append);
}

static void answer_member(int err, void *arg)
{
	struct member *member = arg;

	take_answer(err, member->crowd);
}

struct gate_member {
	struct crowd *crowd;
	struct gate gate;
};

static int gate_command(struct cardea_tx *tx, void *arg)
{
	struct gate_member *member = arg;

	return wait_at_gate(tx, &member->gate);
}

static void answer_gate(int err, void *arg)
{
	struct gate_member *member = arg;

	take_answer(err, member->crowd);
}

/* Makes the writer wait, so that what is queued now becomes one group. */
static void close_gate(struct fixture *f, struct crowd *crowd, struct gate_member *gate)
{
	gate->crowd = crowd;
	sem_init(&gate->gate.entered, 0, 0);
	sem_init(&gate->gate.released, 0, 0);
	assert_int_equal(cardea_store_run(f->store, gate_command, answer_gate, gate), 0);
	sem_wait(&gate->gate.entered);
}

static void open_gate(struct fixture *f, struct gate_member *gate)
{
	sem_post(&gate->gate.released);
	assert_int_equal(cardea_loop_run(f->loop), 0);
	sem_destroy(&gate->gate.entered);
	sem_destroy(&gate->gate.released);
}

/* ---- groups ---- */

#define GROUP 200

/* Queues GROUP appends as one group; every fifth fails. */
static void run_group(struct fixture *f, struct crowd *crowd)
{
	static struct member members[GROUP];
	struct gate_member gate;

	*crowd = (struct crowd){.f = f, .expected = GROUP + 1};
	close_gate(f, crowd, &gate);
	for (int i = 0; i < GROUP; i++) {
		members[i] = (struct member){.crowd = crowd};
		members[i].append.verdict = i % 5 == 0 ? CARDEA_E_FORBIDDEN : 0;
		snprintf(members[i].append.data, sizeof(members[i].append.data), "%d", i);
		assert_int_equal(cardea_store_run(f->store, append_as_member, answer_member, &members[i]),
		                 0);
	}
	open_gate(f, &gate);
}

static void waiting_commands_share_one_commit(void **state)
{
	static struct crowd crowd;
	struct fixture *f = *state;
	int before;

	open_store(f, 0, false);
	before = atomic_load(&commits);
	run_group(f, &crowd);
	/* The gate's and the group's, of which a commit takes a part. */
	assert_int_equal(atomic_load(&commits) - before,
	                 1 + (GROUP + CARDEA_STORE_BATCH - 1) / CARDEA_STORE_BATCH);
	for (int i = 0; i < GROUP; i++) {
		assert_int_equal(crowd.errors[i + 1], i % 5 == 0 ? CARDEA_E_FORBIDDEN : 0);
	}
}

static void failed_command_is_undone_alone(void **state)
{
	static struct crowd crowd;
	struct fixture *f = *state;
	struct reading reading = {.data = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};

	open_store(f, 0, false);
	run_group(f, &crowd);
	assert_int_equal(cardea_store_run_sync(f->store, read_events, &reading), 0);
	assert_int_equal(reading.count, GROUP * 4 / 5);
	assert_true(reading.is_gapless);
	assert_false(g_hash_table_contains(reading.data, "0"));
	assert_true(g_hash_table_contains(reading.data, "1"));
	assert_false(g_hash_table_contains(reading.data, "195"));
	g_hash_table_unref(reading.data);
}

static void only_what_was_written_is_undone(void **state)
{
	static struct crowd crowd;
	struct fixture *f = *state;

	open_store(f, 0, false);
	for (int undo = 0; undo < 2; undo++) {
		struct append written = {.data = "x"}, refused = {.refusal = CARDEA_E_FORBIDDEN},
		              failed = {.data = "x", .verdict = undo ? CARDEA_E_CAPACITY : 0};
		struct member group[] = {
		        {&crowd, written}, {&crowd, refused}, {&crowd, failed}, {&crowd, written}};
		struct gate_member gate;

		crowd = (struct crowd){.f = f, .expected = 5};
		close_gate(f, &crowd, &gate);
		for (size_t i = 0; i < G_N_ELEMENTS(group); i++) {
			assert_int_equal(cardea_store_run(f->store, append_as_member, answer_member, &group[i]),
			                 0);
		}
		open_gate(f, &gate);
		assert_int_equal(group[0].append.runs, 1 + undo);
		assert_int_equal(group[3].append.runs, 1);
		assert_memory_equal(crowd.errors, ((int[]){0, 0, refused.refusal, failed.verdict, 0}),
		                    5 * sizeof(int));
	}
	assert_int_equal(count_events(f), 3 + 2);
}

static int insert_credential(struct cardea_tx *tx, void *arg)
{
	return cardea_store_credential_insert(tx, arg);
}

static int insert_tenant(struct cardea_tx *tx, void *arg)
{
	struct cardea_tenant_row row = {.name = "t", .is_active = true};

	g_strlcpy(row.id, arg, sizeof(row.id));
	return cardea_store_tenant_insert(tx, &row);
}

static int add_tenant(struct fixture *f, const char *id)
{
	char copy[CARDEA_UUID_SIZE];

	g_strlcpy(copy, id, sizeof(copy));
	return cardea_store_run_sync(f->store, insert_tenant, copy);
}

static void constraints_hold(void **state)
{
	struct fixture *f = *state;
	struct cardea_credential_row one = {
	        .tenant = TENANT_A, .digest = "d", .kind = 1, .subject = "s"};

	open_store(f, 0, false);
	/* No such tenant yet. */
	assert_int_equal(cardea_store_run_sync(f->store, insert_credential, &one),
	                 CARDEA_E_STORE_CONFLICT);
	assert_int_equal(add_tenant(f, TENANT_A), 0);
	assert_int_equal(add_tenant(f, TENANT_A), CARDEA_E_STORE_CONFLICT);
	assert_int_equal(cardea_store_run_sync(f->store, insert_credential, &one), 0);
	assert_int_equal(cardea_store_run_sync(f->store, insert_credential, &one),
	                 CARDEA_E_STORE_CONFLICT);
	/* One digest is one credential, whatever the tenant. */
	assert_int_equal(add_tenant(f, TENANT_B), 0);
	g_strlcpy(one.tenant, TENANT_B, sizeof(one.tenant));
	assert_int_equal(cardea_store_run_sync(f->store, insert_credential, &one),
	                 CARDEA_E_STORE_CONFLICT);
}

/* ---- commands are re-runnable ---- */

struct draws {
	int runs;
	uint8_t bytes[2][100];
	int64_t now[2];
	const char *text;
};

static int draw(struct cardea_tx *tx, void *arg)
{
	const struct cardea_random *random = cardea_tx_random(tx);
	struct draws *draws = arg;
	int run = draws->runs++ % 2;
	int err = random->fill(draws->bytes[run], 33, random->arg);

	draws->now[run] = cardea_tx_now_ms(tx);
	draws->text = cardea_tx_strdup(tx, "text");
	if (!err) {
		err = random->fill(draws->bytes[run] + 33, 67, random->arg);
	}
	return err;
}

static void run_again_gives_the_same_bytes(void **state)
{
	static const uint8_t zeros[67];
	struct fixture *f = *state;
	struct draws first = {0};
	struct draws second = {0};

	open_store(f, 0, true);
	assert_int_equal(cardea_store_run_sync(f->store, draw, &first), 0);
	assert_int_equal(first.runs, 2);
	assert_memory_equal(first.bytes[0], first.bytes[1], sizeof(first.bytes[0]));
	assert_int_equal(first.now[0], first.now[1]);
	assert_memory_not_equal(first.bytes[0] + 33, zeros, sizeof(zeros));
	assert_memory_not_equal(first.bytes[0], first.bytes[0] + 33, 33);
	assert_int_equal(cardea_store_run_sync(f->store, draw, &second), 0);
	assert_memory_not_equal(first.bytes[0], second.bytes[0], sizeof(first.bytes[0]));
	/* What ran twice is stored once. */
	assert_int_equal(append_one(f, "x", 0), 0);
	assert_int_equal(append_one(f, "y", CARDEA_E_FORBIDDEN), CARDEA_E_FORBIDDEN);
	assert_int_equal(count_events(f), 1);
}

static void what_only_looks_is_undone(void **state)
{
	struct fixture *f = *state;
	struct append command = {.data = "looks", .only_looks = true};

	for (int run_twice = 0; run_twice < 2; run_twice++) {
		open_store(f, 0, run_twice);
		if (!run_twice) {
			assert_int_equal(add_tenant(f, TENANT_A), 0);
		}
		assert_int_equal(cardea_store_run_sync(f->store, append, &command), 0);
		assert_int_equal(command.seq, 1 + run_twice); /* as if it stayed */
		assert_int_equal(count_events(f), run_twice);
		assert_int_equal(append_one(f, "stays", 0), 0);
		assert_int_equal(count_events(f), 1 + run_twice);
		close_store(f);
	}
}

/* ---- numbers ---- */

#define THREADS  8
#define COMMANDS 150

static void *append_many(void *arg)
{
	struct fixture *f = arg;

	for (int i = 0; i < COMMANDS; i++) {
		int verdict = i % 3 == 0 ? CARDEA_E_FORBIDDEN : 0;

		if (append_one(f, "n", verdict) != verdict) {
			return arg;
		}
	}
	return NULL;
}

static void numbers_have_no_gaps(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[THREADS];
	void *failed;

	open_store(f, 0, true);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, append_many, f), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(count_events(f), THREADS * COMMANDS * 2 / 3);
}

/* ---- tenants ---- */

struct room_of {
	const char *tenant, *id;
	struct cardea_room_row row;
	int64_t active;
};

static int insert_room(struct cardea_tx *tx, void *arg)
{
	struct room_of *room = arg;
	struct cardea_room_row row = {.name = "Same name", .status = CARDEA_ROOM_ROW_ACTIVE};

	g_strlcpy(row.tenant, room->tenant, sizeof(row.tenant));
	g_strlcpy(row.id, room->id, sizeof(row.id));
	return cardea_store_room_insert(tx, &row);
}

static int find_room(struct cardea_tx *tx, void *arg)
{
	struct room_of *room = arg;
	int err = cardea_store_room_count_active(tx, room->tenant, &room->active);

	if (!err) {
		err = cardea_store_room_by_name(tx, room->tenant, "Same name", &room->row);
	}
	return err ? err : cardea_store_room_get(tx, room->tenant, room->id, &room->row);
}

static void tenants_do_not_see_each_other(void **state)
{
	struct fixture *f = *state;
	struct room_of a = {.tenant = TENANT_A, .id = ROOM};
	struct room_of b = {.tenant = TENANT_B, .id = ROOM};

	open_store(f, 0, true);
	assert_int_equal(add_tenant(f, TENANT_A), 0);
	assert_int_equal(add_tenant(f, TENANT_B), 0);
	assert_int_equal(cardea_store_run_sync(f->store, insert_room, &a), 0);
	assert_int_equal(cardea_store_run_sync(f->store, find_room, &a), 0);
	assert_int_equal(a.active, 1);
	assert_int_equal(cardea_store_run_sync(f->store, find_room, &b), CARDEA_E_NOT_FOUND);
	assert_int_equal(b.active, 0);
	b.id = TENANT_B; /* any other id */
	assert_int_equal(cardea_store_run_sync(f->store, insert_room, &b), 0);
	assert_int_equal(cardea_store_run_sync(f->store, find_room, &b), 0);
	assert_string_equal(b.row.id, TENANT_B);
	b.id = ROOM;
	assert_int_equal(cardea_store_run_sync(f->store, find_room, &b), CARDEA_E_NOT_FOUND);
}

/* ---- lists ---- */

static void raised_hands_are_listed_in_order(void **state)
{
	struct fixture *f = *state;
	struct room_of room = {.tenant = TENANT_A, .id = ROOM};
	GString *hands = g_string_new(NULL);

	open_store(f, 0, true);
	assert_int_equal(add_tenant(f, TENANT_A), 0);
	assert_int_equal(cardea_store_run_sync(f->store, insert_room, &room), 0);
	assert_int_equal(cardea_store_run_sync(f->store, lists_raise_hands, NULL), 0);
	assert_int_equal(cardea_store_run_sync(f->store, lists_read_hands, hands), 0);
	assert_string_equal(hands->str, "seat-3:7 seat-2:8 seat-1:9 0");
	g_string_free(hands, TRUE);
}

static void events_are_listed_by_type(void **state)
{
	struct fixture *f = *state;
	GString *found = g_string_new(NULL);

	open_store(f, 0, true);
	assert_int_equal(add_tenant(f, TENANT_A), 0);
	assert_int_equal(cardea_store_run_sync(f->store, lists_append_types, NULL), 0);
	assert_int_equal(cardea_store_run_sync(f->store, lists_read_types, found), 0);
	assert_string_equal(found->str, "4a 6c 7a 9 0");
	g_string_free(found, TRUE);
}

/* ---- the queue ---- */

static void full_queue_refuses(void **state)
{
	static struct crowd crowd;
	struct fixture *f = *state;
	struct gate_member gate;
	struct member members[5];

	open_store(f, 4, false);
	crowd = (struct crowd){.f = f, .expected = 5};
	close_gate(f, &crowd, &gate);
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
		assert_int_equal(cardea_store_is_full(f->store), i == 4);
		members[i] = (struct member){.crowd = &crowd};
		assert_int_equal(cardea_store_run(f->store, append_as_member, answer_member, &members[i]),
		                 i == 4 ? CARDEA_E_STORE_BUSY : 0);
	}
	assert_int_equal(append_one(f, "x", 0), CARDEA_E_STORE_BUSY);
	open_gate(f, &gate);
	assert_int_equal(crowd.answered, 5);
	assert_false(cardea_store_is_full(f->store));
	assert_int_equal(count_events(f), 4);
}

static void closing_finishes_what_waits(void **state)
{
	static struct crowd crowd;
	struct fixture *f = *state;
	struct member members[20];

	open_store(f, 0, false);
	crowd = (struct crowd){.f = f, .expected = -1};
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
		members[i] = (struct member){.crowd = &crowd};
		assert_int_equal(cardea_store_run(f->store, append_as_member, answer_member, &members[i]),
		                 0);
	}
	close_store(f);
	assert_int_equal(crowd.answered, G_N_ELEMENTS(members));
	open_store(f, 0, false);
	assert_int_equal(count_events(f), G_N_ELEMENTS(members));
}

/* ---- failures ---- */

static void failed_sync_ends_all_acknowledgement(void **state)
{
	static struct crowd crowd;
	struct fixture *f = *state;

	open_store(f, 0, false);
	assert_int_equal(append_one(f, "before", 0), 0);
	atomic_store(&commit_verdict, CARDEA_E_STORE);
	run_group(f, &crowd);
	for (int i = 0; i <= GROUP; i++) {
		assert_int_equal(crowd.errors[i], CARDEA_E_STORE);
	}
	assert_true(cardea_store_is_failed(f->store));
	atomic_store(&commit_verdict, 0);
	assert_int_equal(append_one(f, "after", 0), CARDEA_E_STORE);
	close_store(f);
	open_store(f, 0, false);
	assert_int_equal(count_events(f), 1);
}

static void full_disk_is_survived(void **state)
{
	struct fixture *f = *state;

	open_store(f, 0, false);
	atomic_store(&commit_verdict, CARDEA_E_STORE_FULL);
	assert_int_equal(append_one(f, "x", 0), CARDEA_E_STORE_FULL);
	assert_false(cardea_store_is_failed(f->store));
	atomic_store(&commit_verdict, 0);
	assert_int_equal(append_one(f, "y", 0), 0);
	for (int n = 0; n < 4; n++) {
		int err;

		/* The n-th statement: BEGIN and its like are not counted. */
		atomic_store(&queries_left, n);
		err = append_one(f, "z", 0);
		atomic_store(&queries_left, -1);
		assert_int_equal(err, n < 2 ? CARDEA_E_STORE_FULL : 0);
	}
	assert_int_equal(count_events(f), 3);
}

/* ---- migrations ---- */

static void interrupted_migration_is_finished_later(void **state)
{
	struct fixture *f = *state;
	struct cardea_store_options options = options_of(f);
	int err;
	int n = 0;

	do {
		atomic_store(&queries_left, n++);
		err = cardea_store_open(&options, &f->store);
		assert_int_equal(check_database(f), 0);
	} while (err == CARDEA_E_STORE_FULL && n < 1000);
	atomic_store(&queries_left, -1);
	assert_int_equal(err, 0);
	assert_true(n > 10);
	assert_int_equal(append_one(f, "x", 0), 0);
	close_store(f);
	open_store(f, 0, false); /* nothing left to do */
	assert_int_equal(count_events(f), 1);
}

/* As the schema of version 10 held them, which made some tables anew afterwards. */
static const char *const old_rows[] = {
        "INSERT INTO tenants (tenant, name, is_active, max_concurrent_rooms, "
        "max_participants_per_room, created_at, updated_at) VALUES ('" TENANT_A
        "', 't', 1, 0, 0, 1, 1)",
        "INSERT INTO credentials (tenant, digest, kind, subject, created_at) VALUES ('" TENANT_A
        "', 'd', 1, 's', 1)",
        "INSERT INTO rooms (tenant, room, status, locked, allow_early_join_minutes, "
        "scheduled_start_at, scheduled_end_at, started_at, ended_at, created_at, updated_at, "
        "epoch, "
        "key) VALUES ('" TENANT_A "', '" ROOM "', 1, 0, 0, 0, 0, 1, 0, 1, 1, 7, 'k')",
        "INSERT INTO sessions (tenant, session, room, guest_token_sealed, started_at, ended_at) "
        "VALUES ('" TENANT_A "', '" ROOM "', '" ROOM "', x'00', 1, 0)",
        "INSERT INTO participants (tenant, seat, room, session, ordinal, client_id, display_name, "
        "role, gen, guest, hidden, removed, online, joined_at, left_at, leaves_at, created_at, "
        "hand) "
        "VALUES ('" TENANT_A "', 'seat-0', '" ROOM "', '" ROOM
        "', 1, 'c', 'Ada', 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 5)",
        "INSERT INTO events (tenant, room, seq, at, type, data) VALUES ('" TENANT_A "', '" ROOM
        "', 1, 1, 'test', 'x')",
        "INSERT INTO event_counters (tenant, room, last) VALUES ('" TENANT_A "', '" ROOM "', 1)",
};

static void make_old_database(struct fixture *f)
{
	struct cardea_engine_db *db = NULL;

	scripted.migration_count = 10;
	open_store(f, 0, false);
	close_store(f);
	scripted.migration_count = engine->migration_count;
	assert_int_equal(engine->open(f->path, &db), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(old_rows); i++) {
		assert_int_equal(engine->query(db, old_rows[i], NULL, 0, NULL, NULL), 0);
	}
	engine->close(db);
}

static int read_old_rows(struct cardea_tx *tx, void *arg)
{
	struct cardea_credential_row credential;
	struct cardea_room_row room;
	struct cardea_seat_row seat;
	int err = cardea_store_room_by_key(tx, TENANT_A, "k", &room);

	(void)arg;
	err = err ? err : cardea_store_seat_get(tx, TENANT_A, "seat-0", &seat);
	err = err ? err : cardea_store_credential_find(tx, "d", &credential);
	return err ? err
	       : room.epoch == 7 && seat.hand == 5 && strcmp(seat.display_name, "Ada") == 0 &&
	                       strcmp(credential.subject, "s") == 0
	               ? 0
	               : CARDEA_E_INTERNAL;
}

static void old_database_is_carried_over(void **state)
{
	struct fixture *f = *state;

	make_old_database(f);
	open_store(f, 0, false);
	assert_int_equal(cardea_store_run_sync(f->store, read_old_rows, NULL), 0);
	assert_int_equal(append_one(f, "y", 0), 0);
	assert_int_equal(count_events(f), 2);
	close_store(f);
	assert_int_equal(check_database(f), 0);
}

static void newer_database_is_refused(void **state)
{
	struct fixture *f = *state;
	struct cardea_store_options options = options_of(f);
	struct cardea_engine_db *db = NULL;

	open_store(f, 0, false);
	close_store(f);
	assert_int_equal(engine->open(f->path, &db), 0);
	assert_int_equal(engine->query(db,
	                               "INSERT INTO schema_migrations (version, name, applied_at) "
	                               "VALUES (999, 'future', 0)",
	                               NULL, 0, NULL, NULL),
	                 0);
	engine->close(db);
	assert_int_equal(cardea_store_open(&options, &f->store), CARDEA_E_STORE_VERSION);
	assert_null(f->store);
}

static void location_that_cannot_be_opened_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct cardea_store_options options = options_of(f);

	options.location = "/proc/no such directory/store.db";
	assert_int_equal(cardea_store_open(&options, &f->store), CARDEA_E_STORE);
	assert_true(g_file_set_contents(f->path,
	                                "this is not a database, but it is long enough to "
	                                "have a header of one hundred bytes, is it not? Yes.",
	                                -1, NULL));
	options.location = f->path;
	assert_int_equal(cardea_store_open(&options, &f->store), CARDEA_E_STORE);
}

/* ---- durability ---- */

#define WRITERS 4

struct writer {
	struct fixture *f;
	int cycle, index, fd;
};

/* Appends and acknowledges through the pipe, until killed. */
static void *write_until_killed(void *arg)
{
	const struct writer *writer = arg;

	for (int i = 0;; i++) {
		char line[32] = {0};

		snprintf(line, sizeof(line), "%d.%d.%d", writer->cycle, writer->index, i);
		if (append_one(writer->f, line, 0) || write(writer->fd, line, sizeof(line)) < 0) {
			_exit(1);
		}
	}
	return NULL;
}

static void write_in_child(struct fixture *f, int cycle, int fd)
{
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];

	open_store(f, 0, false);
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){f, cycle, i, fd};
		pthread_create(&threads[i], NULL, write_until_killed, &writers[i]);
	}
	pthread_join(threads[0], NULL);
	_exit(1);
}

/* Lets a child write for @us after its first acknowledgement and notes all it acknowledged. */
static void kill_one(struct fixture *f, int cycle, useconds_t us, GHashTable *acknowledged)
{
	char line[32];
	int status;
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		write_in_child(f, cycle, ends[1]);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], line, sizeof(line)), sizeof(line));
	g_hash_table_add(acknowledged, g_strdup(line));
	usleep(us);
	kill(child, SIGKILL);
	while (read(ends[0], line, sizeof(line)) == sizeof(line)) {
		g_hash_table_add(acknowledged, g_strdup(line));
	}
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void check_acknowledged(struct fixture *f, GHashTable *acknowledged)
{
	struct reading reading = {.data = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	GHashTableIter iter;
	gpointer line;

	assert_int_equal(check_database(f), 0);
	open_store(f, 0, false);
	assert_int_equal(cardea_store_run_sync(f->store, read_events, &reading), 0);
	assert_true(reading.is_gapless);
	g_hash_table_iter_init(&iter, acknowledged);
	while (g_hash_table_iter_next(&iter, &line, NULL)) {
		assert_true(g_hash_table_contains(reading.data, line));
	}
	close_store(f);
	g_hash_table_unref(reading.data);
}

static int from_environment(const char *name, int otherwise)
{
	const char *text = g_getenv(name);

	return text ? (int)g_ascii_strtoll(text, NULL, 10) : otherwise;
}

static void acknowledged_is_there_after_a_kill(void **state)
{
	struct fixture *f = *state;
	GHashTable *acknowledged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	int cycles = from_environment("CARDEA_STORE_CYCLES", 30);
	guint32 seed = (guint32)from_environment("CARDEA_STORE_SEED", (int)g_random_int());
	GRand *rand = g_rand_new_with_seed(seed);

	for (int cycle = 0; cycle < cycles; cycle++) {
		kill_one(f, cycle, (useconds_t)g_rand_int_range(rand, 0, 60000), acknowledged);
		check_acknowledged(f, acknowledged);
	}
	print_message("seed=%" PRIu32 " cycles=%d acknowledged=%u\n", seed, cycles,
	              g_hash_table_size(acknowledged));
	g_rand_free(rand);
	g_hash_table_unref(acknowledged);
}

/* ---- */

#define STORE_TEST(sentence, function)                                                             \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = setup,                          \
		.teardown_func = teardown                                                                  \
	}

static int run_suite(const struct cardea_engine *under_test)
{
	const struct CMUnitTest tests[] = {
	        /* First: it forks, so nothing else may run threads. */
	        STORE_TEST("what was acknowledged is there after a kill",
	                   acknowledged_is_there_after_a_kill),
	        STORE_TEST("all commands that wait share one commit",
	                   waiting_commands_share_one_commit),
	        STORE_TEST("a failed command is undone alone", failed_command_is_undone_alone),
	        STORE_TEST("commands are run again only if one of them has to be undone",
	                   only_what_was_written_is_undone),
	        STORE_TEST("what a command writes that only looks is undone",
	                   what_only_looks_is_undone),
	        STORE_TEST("constraints hold", constraints_hold),
	        STORE_TEST("a command that runs again has the same bytes and time",
	                   run_again_gives_the_same_bytes),
	        STORE_TEST("event numbers have no gaps, with threads and failures",
	                   numbers_have_no_gaps),
	        STORE_TEST("tenants do not see each other", tenants_do_not_see_each_other),
	        STORE_TEST("raised hands are listed in their order", raised_hands_are_listed_in_order),
	        STORE_TEST("events are listed by type", events_are_listed_by_type),
	        STORE_TEST("a full queue refuses", full_queue_refuses),
	        STORE_TEST("closing finishes what waits", closing_finishes_what_waits),
	        STORE_TEST("a failed sync ends all acknowledgement",
	                   failed_sync_ends_all_acknowledgement),
	        STORE_TEST("a full disk is survived", full_disk_is_survived),
	        STORE_TEST("an interrupted migration is finished later",
	                   interrupted_migration_is_finished_later),
	        STORE_TEST("an old database is carried over", old_database_is_carried_over),
	        STORE_TEST("a newer database is refused", newer_database_is_refused),
	        STORE_TEST("a location that cannot be opened is an error",
	                   location_that_cannot_be_opened_is_an_error),
	};

	engine = under_test;
	return cmocka_run_group_tests_name(under_test->name, tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	static const struct cardea_engine *const engines[] = {&cardea_engine_sqlite};
	int failed = 0;

	/* An argument picks one engine. */
	for (size_t i = 0; i < G_N_ELEMENTS(engines); i++) {
		if (argc < 2 || strcmp(argv[1], engines[i]->name) == 0) {
			failed += run_suite(engines[i]);
		}
	}
	return failed;
}
