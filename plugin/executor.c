#include "executor.h"

#include <stdatomic.h>
#include <stdint.h>
#include <glib.h>
#include "cardea_error.h"

/* Jobs of one queue in a row, before another queue gets its turn on this worker. */
#define BATCH 32

struct job {
	cardea_job_h run;
	void *arg;
};

struct cardea_queue {
	atomic_uint refs;
	struct cardea_executor *executor;
	unsigned limit;
	/* Under the executor's lock. */
	GQueue jobs;    /* struct job * */
	bool scheduled; /* in `ready`, being run, or parked */
	bool held;      /* by a job that runs on another queue: nothing here runs */
	bool parked;    /* held, and no worker is at it */
};

struct cardea_executor {
	GMutex lock;
	GCond work;
	bool stopping;
	GQueue ready; /* struct cardea_queue *, each with a reference */
	unsigned count;
	GThread *threads[];
};

struct cardea_queue *cardea_queue_new(struct cardea_executor *executor, unsigned limit)
{
	struct cardea_queue *queue = g_new0(struct cardea_queue, 1);
	atomic_init(&queue->refs, 1);
	queue->executor = executor;
	queue->limit = limit;
	g_queue_init(&queue->jobs);
	return queue;
}

struct cardea_queue *cardea_queue_ref(struct cardea_queue *queue)
{
	atomic_fetch_add(&queue->refs, 1);
	return queue;
}

void cardea_queue_unref(struct cardea_queue *queue)
{
	/* A queue with jobs is referenced by the executor, so the list is empty here. */
	if (queue && atomic_fetch_sub(&queue->refs, 1) == 1)
		g_free(queue);
}

/* With the lock: a queue that has work is in `ready` once. */
static void schedule(struct cardea_queue *queue)
{
	if (queue->scheduled)
		return;
	queue->scheduled = true;
	g_queue_push_tail(&queue->executor->ready, cardea_queue_ref(queue));
	g_cond_signal(&queue->executor->work);
}

static struct job *job_new(cardea_job_h run, void *arg)
{
	struct job *job = g_new(struct job, 1);
	*job = (struct job){.run = run, .arg = arg};
	return job;
}

static int enqueue(struct cardea_queue *queue, cardea_job_h run, void *arg, unsigned limit)
{
	struct cardea_executor *executor = queue->executor;
	struct job *job = job_new(run, arg);
	g_mutex_lock(&executor->lock);
	bool refused = executor->stopping || g_queue_get_length(&queue->jobs) >= limit;
	if (!refused) {
		g_queue_push_tail(&queue->jobs, job);
		schedule(queue);
	}
	g_mutex_unlock(&executor->lock);
	if (refused)
		g_free(job);
	return refused ? CARDEA_E_QUEUE_FULL : 0;
}

int cardea_queue_try(struct cardea_queue *queue, cardea_job_h job, void *arg)
{
	return enqueue(queue, job, arg, queue->limit);
}

int cardea_queue_post(struct cardea_queue *queue, cardea_job_h job, void *arg)
{
	return enqueue(queue, job, arg, G_MAXUINT);
}

/* A job that needs two queues: `first` is held while it runs on `second`. */
struct pair {
	struct cardea_queue *first, *second; /* references */
	cardea_job_h run;
	void *arg;
};

static void release(struct cardea_queue *queue)
{
	struct cardea_executor *executor = queue->executor;
	g_mutex_lock(&executor->lock);
	queue->held = false;
	if (queue->parked) {
		/* With the reference that it was parked with. */
		queue->parked = false;
		g_queue_push_tail(&executor->ready, queue);
		g_cond_signal(&executor->work);
	}
	g_mutex_unlock(&executor->lock);
}

static void run_pair(void *data)
{
	struct pair *pair = data;
	pair->run(pair->arg);
	release(pair->first);
	cardea_queue_unref(pair->first);
	cardea_queue_unref(pair->second);
	g_free(pair);
}

/* Runs on `first`, which is held from now on, and goes on at the head of `second`, so that it is
 * held no longer than one job takes. Also after the stop: the worker that does this is still there.
 */
static void hold_first(void *data)
{
	struct pair *pair = data;
	struct cardea_executor *executor = pair->first->executor;
	g_mutex_lock(&executor->lock);
	pair->first->held = true;
	g_queue_push_head(&pair->second->jobs, job_new(run_pair, pair));
	schedule(pair->second);
	g_mutex_unlock(&executor->lock);
}

int cardea_queue_post_both(struct cardea_queue *a, struct cardea_queue *b, cardea_job_h job,
                           void *arg)
{
	if (a == b)
		return cardea_queue_post(a, job, arg);
	/* Always in the same order, so that no two wait for each other. */
	struct pair *pair = g_new(struct pair, 1);
	*pair = (struct pair){
	        .first = cardea_queue_ref((uintptr_t)a < (uintptr_t)b ? a : b),
	        .second = cardea_queue_ref((uintptr_t)a < (uintptr_t)b ? b : a),
	        .run = job,
	        .arg = arg,
	};
	int err = cardea_queue_post(pair->first, hold_first, pair);
	if (err < 0) {
		cardea_queue_unref(pair->first);
		cardea_queue_unref(pair->second);
		g_free(pair);
	}
	return err;
}

/* Runs up to BATCH jobs; called and returns with the lock held. */
static void run_batch(struct cardea_executor *executor, struct cardea_queue *queue)
{
	for (unsigned i = 0; i < BATCH && !queue->held; i++) {
		struct job *job = g_queue_pop_head(&queue->jobs);
		if (!job)
			break;
		g_mutex_unlock(&executor->lock);
		job->run(job->arg);
		g_free(job);
		g_mutex_lock(&executor->lock);
	}
}

static void *worker(void *data)
{
	struct cardea_executor *executor = data;
	g_mutex_lock(&executor->lock);
	for (;;) {
		struct cardea_queue *queue = g_queue_pop_head(&executor->ready);
		if (!queue) {
			if (executor->stopping)
				break;
			g_cond_wait(&executor->work, &executor->lock);
			continue;
		}
		run_batch(executor, queue);
		if (queue->held) {
			queue->parked = true;
			continue;
		}
		if (!g_queue_is_empty(&queue->jobs)) {
			g_queue_push_tail(&executor->ready, queue);
			g_cond_signal(&executor->work);
			continue;
		}
		queue->scheduled = false;
		g_mutex_unlock(&executor->lock);
		cardea_queue_unref(queue);
		g_mutex_lock(&executor->lock);
	}
	g_mutex_unlock(&executor->lock);
	return NULL;
}

struct cardea_executor *cardea_executor_new(unsigned workers)
{
	if (workers == 0)
		workers = 1;
	struct cardea_executor *executor =
	        g_malloc0(sizeof(*executor) + workers * sizeof(executor->threads[0]));
	g_mutex_init(&executor->lock);
	g_cond_init(&executor->work);
	g_queue_init(&executor->ready);
	while (executor->count < workers) {
		GThread *thread = g_thread_try_new("cardea room", worker, executor, NULL);
		if (!thread)
			break;
		executor->threads[executor->count++] = thread;
	}
	if (executor->count == 0) {
		cardea_executor_free(executor);
		return NULL;
	}
	return executor;
}

void cardea_executor_stop(struct cardea_executor *executor)
{
	g_mutex_lock(&executor->lock);
	executor->stopping = true;
	g_cond_broadcast(&executor->work);
	g_mutex_unlock(&executor->lock);
	for (unsigned i = 0; i < executor->count; i++)
		g_thread_join(executor->threads[i]);
	executor->count = 0;
}

void cardea_executor_free(struct cardea_executor *executor)
{
	if (!executor)
		return;
	cardea_executor_stop(executor);
	g_cond_clear(&executor->work);
	g_mutex_clear(&executor->lock);
	g_free(executor);
}

struct call {
	cardea_job_h run;
	void *arg;
	GMutex lock;
	GCond finished;
	bool done;
};

static void run_call(void *data)
{
	struct call *call = data;
	call->run(call->arg);
	g_mutex_lock(&call->lock);
	call->done = true;
	g_cond_signal(&call->finished);
	g_mutex_unlock(&call->lock);
}

bool cardea_queue_call(struct cardea_queue *queue, cardea_job_h job, void *arg)
{
	struct call call = {.run = job, .arg = arg};
	g_mutex_init(&call.lock);
	g_cond_init(&call.finished);
	bool queued = cardea_queue_post(queue, run_call, &call) == 0;
	g_mutex_lock(&call.lock);
	while (queued && !call.done)
		g_cond_wait(&call.finished, &call.lock);
	g_mutex_unlock(&call.lock);
	g_cond_clear(&call.finished);
	g_mutex_clear(&call.lock);
	return queued;
}
