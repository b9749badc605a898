/*
 * GMutex, GCond and the atomic reference count, on pthreads.
 *
 * GLib's own use futexes directly, in a library that is not instrumented: ThreadSanitizer sees no
 * lock there and would report everything that a GMutex protects. Suppressing that would suppress
 * the real races as well. So the program defines these functions itself, on pthread functions,
 * which ThreadSanitizer knows: a definition in the program is taken before a library's. GLib's
 * calls to itself are bound inside the library, so no object is used by both.
 *
 * Threads stay GLib's: ThreadSanitizer sees the pthread_create and pthread_join below them.
 *
 * The rule of docs/threads-and-ownership.md section 2 is checked here as well: all locks are
 * leaves. Nobody takes one while holding another.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <glib.h>
#include "harness.h"

_Static_assert(sizeof(pthread_mutex_t *) <= sizeof(GMutex), "a GMutex holds a pointer");
_Static_assert(sizeof(pthread_cond_t *) <= sizeof(GCond), "so does a GCond");

static pthread_mutex_t *new_mutex(void)
{
	pthread_mutex_t *mutex = g_new0(pthread_mutex_t, 1);
	pthread_mutex_init(mutex, NULL);
	return mutex;
}

/* A static GMutex is never initialised: whoever is first does it. One that was initialised is
 * written without order, so that its use by a thread that was not told of it shows. */
static pthread_mutex_t *mutex_of(GMutex *mutex)
{
	pthread_mutex_t *known = __atomic_load_n((pthread_mutex_t **)&mutex->p, __ATOMIC_ACQUIRE);
	if (known)
		return known;
	pthread_mutex_t *made = new_mutex();
	if (__atomic_compare_exchange_n((pthread_mutex_t **)&mutex->p, &known, made, FALSE,
	                                __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return made;
	pthread_mutex_destroy(made);
	g_free(made);
	return known;
}

void g_mutex_init(GMutex *mutex)
{
	mutex->p = new_mutex();
}

void g_mutex_clear(GMutex *mutex)
{
	pthread_mutex_t *known = mutex->p;
	if (known && pthread_mutex_destroy(known) != 0)
		stress_fail("a mutex is destroyed while it is held");
	g_free(known);
	mutex->p = NULL;
}

void g_mutex_lock(GMutex *mutex)
{
	if (stress_held() > 0)
		stress_fail("a lock is taken while another is held: they are leaves");
	stress_waits_for(mutex, __builtin_return_address(0));
	pthread_mutex_lock(mutex_of(mutex));
	stress_waits_for(NULL, NULL);
	stress_holds(1);
}

void g_mutex_unlock(GMutex *mutex)
{
	stress_holds(-1);
	pthread_mutex_unlock(mutex_of(mutex));
}

static pthread_cond_t *cond_of(GCond *cond)
{
	return cond->p;
}

void g_cond_init(GCond *cond)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	cond->p = g_new0(pthread_cond_t, 1);
	pthread_cond_init(cond->p, &attributes);
	pthread_condattr_destroy(&attributes);
}

void g_cond_clear(GCond *cond)
{
	pthread_cond_destroy(cond_of(cond));
	g_free(cond->p);
	cond->p = NULL;
}

void g_cond_signal(GCond *cond)
{
	pthread_cond_signal(cond_of(cond));
}

void g_cond_broadcast(GCond *cond)
{
	pthread_cond_broadcast(cond_of(cond));
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
	stress_holds(-1);
	pthread_cond_wait(cond_of(cond), mutex_of(mutex));
	stress_holds(1);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
	struct timespec end = {.tv_sec = end_time / G_USEC_PER_SEC,
	                       .tv_nsec = end_time % G_USEC_PER_SEC * 1000};
	stress_holds(-1);
	int err = pthread_cond_timedwait(cond_of(cond), mutex_of(mutex), &end);
	stress_holds(1);
	return err != ETIMEDOUT;
}

void(g_atomic_ref_count_init)(gatomicrefcount *count)
{
	__atomic_store_n(count, 1, __ATOMIC_RELAXED);
}

void(g_atomic_ref_count_inc)(gatomicrefcount *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

gboolean(g_atomic_ref_count_dec)(gatomicrefcount *count)
{
	return __atomic_fetch_sub(count, 1, __ATOMIC_ACQ_REL) == 1;
}
