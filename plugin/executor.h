/*
 * executor: serial queues on a small pool of worker threads. What belongs to one room runs on one
 * queue, so it runs one at a time and in order, and needs no lock; rooms run beside each other.
 *
 * Locks: one leaf mutex inside, never held while a job runs.
 */
#ifndef CARDEA_PLUGIN_EXECUTOR_H
#define CARDEA_PLUGIN_EXECUTOR_H

#include <stdbool.h>

struct cardea_executor;
struct cardea_queue;

typedef void (*cardea_job_h)(void *arg);

/* Starts @workers threads (at least 1). NULL if none could be started. */
struct cardea_executor *cardea_executor_new(unsigned workers);
/* Runs everything that is queued, joins the threads and frees. All queues must be unreferenced by
 * then or only be unreferenced afterwards; posting during or after this is a no-op that fails. */
void cardea_executor_stop(struct cardea_executor *executor);
void cardea_executor_free(struct cardea_executor *executor);

/* A queue that takes at most @limit jobs from cardea_queue_try. Reference counted. */
struct cardea_queue *cardea_queue_new(struct cardea_executor *executor, unsigned limit);
struct cardea_queue *cardea_queue_ref(struct cardea_queue *queue);
void cardea_queue_unref(struct cardea_queue *queue);

/*
 * Queues @job with @arg; the job owns @arg from then on. Any thread.
 * 0; CARDEA_E_QUEUE_FULL past the limit or after the stop: then @arg still belongs to the caller.
 */
int cardea_queue_try(struct cardea_queue *queue, cardea_job_h job, void *arg);
/* The same without the limit: for the plugin's own jobs, of which there are few per handle. */
int cardea_queue_post(struct cardea_queue *queue, cardea_job_h job, void *arg);
/*
 * Queues @job to run while neither queue, of one executor, runs anything else: for what concerns
 * two rooms at once. Neither thread waits for the other: one queue rests until it is the job's turn
 * on the other one, where it is next. Any thread; fails as cardea_queue_post.
 */
int cardea_queue_post_both(struct cardea_queue *a, struct cardea_queue *b, cardea_job_h job,
                           void *arg);
/* Runs @job on the queue and waits for it; false after the stop. Never from a worker. */
bool cardea_queue_call(struct cardea_queue *queue, cardea_job_h job, void *arg);

#endif
