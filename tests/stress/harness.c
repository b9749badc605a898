#include "config.h" /* pthread_getname_np */

#include "harness.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sanitizer/common_interface_defs.h>

#define MAX_THREADS 128

/* All relaxed: the report needs no order, and any order made here would hide races of the plugin
 * from ThreadSanitizer. */
struct thread {
	char name[24];
	_Atomic(const char *) doing;
	_Atomic(const void *) lock, lock_caller;
	_Atomic int64_t since_ms, lock_since_ms;
	atomic_int held;
	uint64_t random;
};

static struct thread threads[MAX_THREADS];
static atomic_uint thread_count;
static _Thread_local struct thread *self;
static uint64_t the_seed;

#define GET(field)        atomic_load_explicit(&(field), memory_order_relaxed)
#define SET(field, value) atomic_store_explicit(&(field), value, memory_order_relaxed)

int64_t stress_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t stress_seed(void)
{
	return the_seed;
}

static struct thread *me(void)
{
	if (self)
		return self;
	unsigned index = atomic_fetch_add_explicit(&thread_count, 1, memory_order_relaxed);
	if (index >= MAX_THREADS)
		abort();
	self = &threads[index];
	pthread_getname_np(pthread_self(), self->name, sizeof(self->name));
	self->random = the_seed * 0x9e3779b97f4a7c15u + index + 1;
	return self;
}

void stress_thread_name(const char *name, unsigned number)
{
	struct thread *thread = me();
	snprintf(thread->name, sizeof(thread->name), "%s %u", name, number);
	/* The same numbers in each run, in whatever order the threads come. */
	thread->random = the_seed * 0x9e3779b97f4a7c15u + g_str_hash(thread->name);
}

void stress_doing(const char *what)
{
	struct thread *thread = me();
	SET(thread->since_ms, stress_now_ms());
	SET(thread->doing, what);
}

void stress_waits_for(const void *lock, const void *caller)
{
	struct thread *thread = me();
	SET(thread->lock_since_ms, stress_now_ms());
	SET(thread->lock_caller, caller);
	SET(thread->lock, lock);
}

void stress_holds(int change)
{
	SET(me()->held, GET(me()->held) + change);
}

int stress_held(void)
{
	return GET(me()->held);
}

uint32_t stress_random(void)
{
	/* splitmix64 */
	uint64_t x = me()->random += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)(x >> 16);
}

void stress_jitter(unsigned max_us)
{
	if (stress_chance(30))
		g_usleep(stress_below(max_us) + 1);
}

/* Whatever the other threads are doing right now. */
__attribute__((no_sanitize_thread)) static void print_thread(const struct thread *thread,
                                                             int64_t now)
{
	char where[256] = "", name[sizeof(thread->name)];
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = *(const volatile char *)&thread->name[i];
	const void *lock = GET(thread->lock), *caller = GET(thread->lock_caller);
	const char *doing = GET(thread->doing);
	if (lock)
		__sanitizer_symbolize_pc((void *)(uintptr_t)caller, "%f %s:%l", where, sizeof(where));
	fprintf(stderr, "  %-16s %-18s %6lld ms  holds %d", name, doing ? doing : "idle",
	        (long long)(now - GET(thread->since_ms)), GET(thread->held));
	if (lock)
		fprintf(stderr, "  waits %lld ms for %p at %s",
		        (long long)(now - GET(thread->lock_since_ms)), lock, where);
	fputc('\n', stderr);
}

void stress_fail(const char *format, ...)
{
	static atomic_flag failing = ATOMIC_FLAG_INIT;
	va_list args;
	if (atomic_flag_test_and_set(&failing))
		for (;;)
			pause();
	va_start(args, format);
	fprintf(stderr, "\nplugin_stress: seed=%llu: ", (unsigned long long)the_seed);
	vfprintf(stderr, format, args);
	fputs("\nthreads:\n", stderr);
	va_end(args);
	for (unsigned i = 0; i < GET(thread_count); i++)
		print_thread(&threads[i], stress_now_ms());
	__sanitizer_print_stack_trace();
	abort();
}

static bool hangs(const struct thread *thread, int64_t now)
{
	return (GET(thread->doing) && now - GET(thread->since_ms) > STRESS_HANG_MS) ||
	       (GET(thread->lock) && now - GET(thread->lock_since_ms) > STRESS_HANG_MS);
}

static void *look_for_hanging(void *arg)
{
	(void)arg;
	stress_thread_name("monitor", 0);
	for (;;) {
		sleep(1);
		int64_t now = stress_now_ms();
		for (unsigned i = 0; i < GET(thread_count); i++) {
			if (hangs(&threads[i], now))
				stress_fail("thread \"%s\" hangs", threads[i].name);
		}
	}
	return NULL;
}

void stress_begin(uint64_t seed)
{
	pthread_t monitor;
	the_seed = seed;
	stress_thread_name("main", 0);
	if (pthread_create(&monitor, NULL, look_for_hanging, NULL) != 0)
		abort();
	pthread_detach(monitor);
}
