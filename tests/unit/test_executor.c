/*
 * executor: jobs of one queue run one at a time and in order, whatever the workers; limits hold;
 * nothing is lost at the stop.
 */
#include "unit.h"

#include <stdatomic.h>
#include "cardea_error.h"
#include "plugin/executor.h"

#define QUEUES 8
#define JOBS   20000

struct counter {
	struct cardea_queue *queue;
	atomic_uint running, violations;
	unsigned done; /* by the jobs alone: no lock needed if they are serial */
	unsigned last;
};

struct step {
	struct counter *counter;
	unsigned number;
};

static void count(void *arg)
{
	struct step *step = arg;
	struct counter *counter = step->counter;
	if (atomic_fetch_add(&counter->running, 1) != 0 || step->number != counter->last + 1)
		atomic_fetch_add(&counter->violations, 1);
	counter->last = step->number;
	counter->done++;
	atomic_fetch_sub(&counter->running, 1);
	g_free(step);
}

static void queues_are_serial_and_in_order(void **state)
{
	(void)state;
	struct cardea_executor *executor = cardea_executor_new(4);
	struct counter counters[QUEUES] = {0};
	for (unsigned q = 0; q < QUEUES; q++)
		counters[q].queue = cardea_queue_new(executor, JOBS);
	for (unsigned i = 1; i <= JOBS; i++) {
		for (unsigned q = 0; q < QUEUES; q++) {
			struct step *step = g_new(struct step, 1);
			*step = (struct step){&counters[q], i};
			assert_int_equal(cardea_queue_try(counters[q].queue, count, step), 0);
		}
	}
	cardea_executor_stop(executor);
	for (unsigned q = 0; q < QUEUES; q++) {
		assert_int_equal(counters[q].done, JOBS);
		assert_int_equal(atomic_load(&counters[q].violations), 0);
		cardea_queue_unref(counters[q].queue);
	}
	cardea_executor_free(executor);
}

struct gate {
	GMutex lock;
	GCond opened;
	bool open;
	atomic_uint passed;
};

static void wait_at(void *arg)
{
	struct gate *gate = arg;
	g_mutex_lock(&gate->lock);
	while (!gate->open)
		g_cond_wait(&gate->opened, &gate->lock);
	g_mutex_unlock(&gate->lock);
	atomic_fetch_add(&gate->passed, 1);
}

static void open_gate(struct gate *gate)
{
	g_mutex_lock(&gate->lock);
	gate->open = true;
	g_cond_broadcast(&gate->opened);
	g_mutex_unlock(&gate->lock);
}

static void a_full_queue_refuses_requests_but_not_our_own_jobs(void **state)
{
	(void)state;
	struct gate gate = {0};
	struct cardea_executor *executor = cardea_executor_new(1);
	struct cardea_queue *queue = cardea_queue_new(executor, 2);
	/* One may be running already, so that two or three are taken. */
	unsigned taken = 0;
	while (cardea_queue_try(queue, wait_at, &gate) == 0)
		taken++;
	assert_in_range(taken, 2, 3);
	assert_int_equal(cardea_queue_try(queue, wait_at, &gate), CARDEA_E_QUEUE_FULL);
	assert_int_equal(cardea_queue_post(queue, wait_at, &gate), 0);
	open_gate(&gate);
	cardea_executor_stop(executor);
	assert_in_range(atomic_load(&gate.passed), taken + 1, taken + 1);
	cardea_queue_unref(queue);
	cardea_executor_free(executor);
}

static void one_queue_does_not_hold_up_another(void **state)
{
	(void)state;
	struct gate closed = {0}, open = {.open = true};
	struct cardea_executor *executor = cardea_executor_new(2);
	struct cardea_queue *stuck = cardea_queue_new(executor, 8);
	struct cardea_queue *free_queue = cardea_queue_new(executor, 8);
	assert_int_equal(cardea_queue_try(stuck, wait_at, &closed), 0);
	assert_true(cardea_queue_call(free_queue, wait_at, &open));
	assert_int_equal(atomic_load(&open.passed), 1);
	assert_int_equal(atomic_load(&closed.passed), 0);
	open_gate(&closed);
	cardea_executor_stop(executor);
	assert_false(cardea_queue_call(free_queue, wait_at, &open));
	cardea_queue_unref(stuck);
	cardea_queue_unref(free_queue);
	cardea_executor_free(executor);
}

#define ROOMS 6
#define MOVES 30000

/* Rooms between which something is moved, while each counts for itself. */
struct place {
	struct cardea_queue *queue;
	atomic_uint inside;
	unsigned coins; /* no lock: its queue is one thread, and a move has both queues */
};

struct places {
	struct place places[ROOMS];
	atomic_uint violations, moved, ticked;
};

struct move {
	struct places *all;
	struct place *from, *to;
};

static void step_in(struct places *all, struct place *place)
{
	if (atomic_fetch_add(&place->inside, 1) != 0)
		atomic_fetch_add(&all->violations, 1);
}

static void move_coin(void *arg)
{
	struct move *move = arg;
	step_in(move->all, move->from);
	if (move->from != move->to)
		step_in(move->all, move->to);
	if (move->from->coins > 0) {
		move->from->coins--;
		move->to->coins++;
	}
	atomic_fetch_sub(&move->from->inside, 1);
	if (move->from != move->to)
		atomic_fetch_sub(&move->to->inside, 1);
	atomic_fetch_add(&move->all->moved, 1);
	g_free(move);
}

static void tick_place(void *arg)
{
	struct move *move = arg;
	step_in(move->all, move->from);
	atomic_fetch_add(&move->all->ticked, 1);
	atomic_fetch_sub(&move->from->inside, 1);
	g_free(move);
}

/* Posts every fourth job to one queue, the others to two, in any direction. */
static void post_moves(struct places *all)
{
	GRand *random = g_rand_new_with_seed(7);
	for (unsigned i = 0; i < MOVES; i++) {
		struct move *move = g_new(struct move, 1);
		*move = (struct move){
		        .all = all,
		        .from = &all->places[g_rand_int_range(random, 0, ROOMS)],
		        .to = &all->places[g_rand_int_range(random, 0, ROOMS)],
		};
		int err = i % 4 == 0 ? cardea_queue_post(move->from->queue, tick_place, move)
		                     : cardea_queue_post_both(move->from->queue, move->to->queue, move_coin,
		                                              move);
		assert_int_equal(err, 0);
	}
	g_rand_free(random);
}

static void a_job_for_two_queues_has_both_to_itself(void **state)
{
	(void)state;
	for (unsigned workers = 1; workers <= 4; workers++) {
		struct cardea_executor *executor = cardea_executor_new(workers);
		struct places all = {0};
		for (unsigned i = 0; i < ROOMS; i++)
			all.places[i] = (struct place){.queue = cardea_queue_new(executor, 1), .coins = 5};
		post_moves(&all);
		/* Most of it is still queued: the stop waits for all of it. */
		cardea_executor_stop(executor);
		unsigned coins = 0;
		for (unsigned i = 0; i < ROOMS; i++) {
			coins += all.places[i].coins;
			cardea_queue_unref(all.places[i].queue);
		}
		assert_int_equal(coins, ROOMS * 5);
		assert_int_equal(atomic_load(&all.violations), 0);
		assert_int_equal(atomic_load(&all.ticked), MOVES / 4);
		assert_int_equal(atomic_load(&all.moved), MOVES - MOVES / 4);
		cardea_executor_free(executor);
	}
}

static void a_job_for_two_queues_is_refused_after_the_stop(void **state)
{
	(void)state;
	struct gate gate = {.open = true};
	struct cardea_executor *executor = cardea_executor_new(1);
	struct cardea_queue *a = cardea_queue_new(executor, 1), *b = cardea_queue_new(executor, 1);
	assert_int_equal(cardea_queue_post_both(a, b, wait_at, &gate), 0);
	cardea_executor_stop(executor);
	assert_int_equal(atomic_load(&gate.passed), 1);
	assert_int_equal(cardea_queue_post_both(a, b, wait_at, &gate), CARDEA_E_QUEUE_FULL);
	cardea_queue_unref(a);
	cardea_queue_unref(b);
	cardea_executor_free(executor);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        TEST("queues are serial and in order", queues_are_serial_and_in_order),
	        TEST("a full queue refuses requests but not our own jobs",
	             a_full_queue_refuses_requests_but_not_our_own_jobs),
	        TEST("one queue does not hold up another", one_queue_does_not_hold_up_another),
	        TEST("a job for two queues has both to itself",
	             a_job_for_two_queues_has_both_to_itself),
	        TEST("a job for two queues is refused after the stop",
	             a_job_for_two_queues_is_refused_after_the_stop),
	};
	return cmocka_run_group_tests_name("executor", tests, NULL, NULL);
}
