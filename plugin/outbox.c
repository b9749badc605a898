#include "outbox.h"

#include <stdatomic.h>
#include <glib.h>

struct cardea_outbox {
	unsigned limit;
	_Atomic int64_t seq, acked;
	int64_t first; /* number of the head of `events`, or seq + 1 */
	GQueue events; /* json_t *, numbered first..seq */
};

struct cardea_outbox *cardea_outbox_new(unsigned limit)
{
	struct cardea_outbox *outbox = g_new0(struct cardea_outbox, 1);
	outbox->limit = limit;
	outbox->first = 1;
	g_queue_init(&outbox->events);
	return outbox;
}

static void drop_head(struct cardea_outbox *outbox)
{
	json_decref(g_queue_pop_head(&outbox->events));
	outbox->first++;
}

void cardea_outbox_free(struct cardea_outbox *outbox)
{
	if (!outbox)
		return;
	while (!g_queue_is_empty(&outbox->events))
		drop_head(outbox);
	g_free(outbox);
}

int64_t cardea_outbox_seq(const struct cardea_outbox *outbox)
{
	return atomic_load(&outbox->seq);
}

int64_t cardea_outbox_acked(const struct cardea_outbox *outbox)
{
	return atomic_load(&outbox->acked);
}

bool cardea_outbox_append(struct cardea_outbox *outbox, json_t *event)
{
	int64_t seq = atomic_fetch_add(&outbox->seq, 1) + 1;
	json_object_set_new(event, "seq", json_integer(seq));
	g_queue_push_tail(&outbox->events, json_incref(event));
	if (g_queue_get_length(&outbox->events) <= outbox->limit)
		return true;
	while (!g_queue_is_empty(&outbox->events))
		drop_head(outbox);
	return false;
}

void cardea_outbox_ack(struct cardea_outbox *outbox, int64_t seq)
{
	if (seq > atomic_load(&outbox->seq) || seq <= atomic_load(&outbox->acked))
		return;
	atomic_store(&outbox->acked, seq);
	while (outbox->first <= seq && !g_queue_is_empty(&outbox->events))
		drop_head(outbox);
}

bool cardea_outbox_has(const struct cardea_outbox *outbox, int64_t from)
{
	return from >= outbox->first && from <= atomic_load(&outbox->seq) + 1;
}

void cardea_outbox_replay(const struct cardea_outbox *outbox, int64_t from, cardea_outbox_h each,
                          void *arg)
{
	int64_t seq = outbox->first;
	for (GList *link = outbox->events.head; link; link = link->next, seq++) {
		if (seq >= from)
			each(link->data, arg);
	}
}
