/* fake_queue: an unbounded queue between threads, as GAsyncQueue, on pthreads (glib_threads.c). */
#ifndef CARDEA_STRESS_FAKE_QUEUE_H
#define CARDEA_STRESS_FAKE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <glib.h>

struct fake_queue {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	GPtrArray *items;
	unsigned busy; /* items taken out whose work is not finished */
	bool closed;
};

void fake_queue_init(struct fake_queue *queue);
void fake_queue_push(struct fake_queue *queue, void *item, bool first);
/* The next item, or one of the first @disorder; waits for one. NULL when closed and empty. What was
 * taken before counts as finished. */
void *fake_queue_pop(struct fake_queue *queue, unsigned disorder, bool *busy);
/* Items that wait or are worked on. */
unsigned fake_queue_backlog(struct fake_queue *queue);
void fake_queue_close(struct fake_queue *queue);
void fake_queue_clear(struct fake_queue *queue);

#endif
