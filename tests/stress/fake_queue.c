#include "fake_queue.h"

#include "harness.h"

void fake_queue_init(struct fake_queue *queue)
{
	*queue = (struct fake_queue){.items = g_ptr_array_new()};
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->changed, NULL);
}

void fake_queue_push(struct fake_queue *queue, void *item, bool first)
{
	atomic_fetch_add_explicit(&queue->backlog, 1, memory_order_relaxed);
	pthread_mutex_lock(&queue->lock);
	if (queue->closed)
		stress_fail("something is queued after the end");
	g_ptr_array_insert(queue->items, first ? 0 : -1, item);
	pthread_cond_signal(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

void *fake_queue_pop(struct fake_queue *queue, unsigned disorder, bool *busy)
{
	void *item = NULL;
	if (*busy)
		atomic_fetch_sub_explicit(&queue->backlog, 1, memory_order_relaxed);
	pthread_mutex_lock(&queue->lock);
	while (queue->items->len == 0 && !queue->closed)
		pthread_cond_wait(&queue->changed, &queue->lock);
	if (queue->items->len > 0)
		item = g_ptr_array_remove_index(queue->items,
		                                stress_below(MIN(disorder, queue->items->len)));
	*busy = item != NULL;
	pthread_mutex_unlock(&queue->lock);
	return item;
}

void fake_queue_close(struct fake_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

void fake_queue_clear(struct fake_queue *queue)
{
	g_ptr_array_unref(queue->items);
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->lock);
}
