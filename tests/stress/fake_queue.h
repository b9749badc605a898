/* fake_queue: an unbounded queue between threads, as GAsyncQueue, on pthreads (glib_threads.c). */
#ifndef CARDEA_STRESS_FAKE_QUEUE_H
#define CARDEA_STRESS_FAKE_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <glib.h>

struct fake_queue {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	GPtrArray *items;
	bool closed;
	/* Items that wait or are worked on. Relaxed: who asks for it must not be ordered by it. */
	atomic_uint backlog;
};

void fake_queue_init(struct fake_queue *queue);
void fake_queue_push(struct fake_queue *queue, void *item, bool first);
/* The next item, or one of the first @disorder; waits for one. NULL when closed and empty. What was
 * taken before counts as finished. */
void *fake_queue_pop(struct fake_queue *queue, unsigned disorder, bool *busy);
static inline unsigned fake_queue_backlog(const struct fake_queue *queue)
{
	return atomic_load_explicit(&queue->backlog, memory_order_relaxed);
}
void fake_queue_close(struct fake_queue *queue);
void fake_queue_clear(struct fake_queue *queue);

#endif
