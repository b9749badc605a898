/*
 * ref: reference count of an object that several threads hold. Any thread.
 *
 * Sources and slots live inside a handle (session.h) and are kept alive by a reference to it, so
 * that a route or a packet in flight never points to freed memory.
 */
#ifndef CARDEA_PLUGIN_REF_H
#define CARDEA_PLUGIN_REF_H

#include <stdatomic.h>

struct cardea_ref {
	atomic_uint count;
	void (*destroy)(struct cardea_ref *ref); /* called once, by whoever drops the last one */
};

static inline void cardea_ref_init(struct cardea_ref *ref, void (*destroy)(struct cardea_ref *))
{
	atomic_init(&ref->count, 1);
	ref->destroy = destroy;
}

/* Only by a thread that has, or is guaranteed, a reference already. */
static inline void cardea_ref_get(struct cardea_ref *ref)
{
	atomic_fetch_add_explicit(&ref->count, 1, memory_order_relaxed);
}

static inline void cardea_ref_put(struct cardea_ref *ref)
{
	if (atomic_fetch_sub_explicit(&ref->count, 1, memory_order_acq_rel) == 1)
		ref->destroy(ref);
}

#endif
