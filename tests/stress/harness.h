/*
 * harness: what every part of the stress test uses: random numbers, the state of each thread, and
 * the way out when something is wrong.
 */
#ifndef CARDEA_STRESS_HARNESS_H
#define CARDEA_STRESS_HARNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

/* Longest time that anything may take; a thread that does one thing for longer hangs. Generous,
 * because ThreadSanitizer is slow and the machine may be busy. */
#define STRESS_HANG_MS (60 * 1000)

/* Starts the clock and the thread that looks for hanging ones. Once, before other threads. */
void stress_begin(uint64_t seed);
uint64_t stress_seed(void);

/* Prints the message, the seed and what each thread does, and aborts. */
void stress_fail(const char *format, ...) G_GNUC_PRINTF(1, 2) G_GNUC_NORETURN;

/* Monotonic milliseconds. */
int64_t stress_now_ms(void);

/* Names the calling thread for the report (else it has the name the system knows). */
void stress_thread_name(const char *name, unsigned number);
/* What the calling thread is inside of (a literal); NULL: waiting for work, which may take long. */
void stress_doing(const char *what);
/* The lock that the calling thread waits for (NULL: none any more), and how many it holds. */
void stress_waits_for(const void *lock, const void *caller);
void stress_holds(int change);
int stress_held(void);

/* Random numbers of the calling thread, from the seed and the thread's name. */
uint32_t stress_random(void);
static inline uint32_t stress_below(uint32_t limit)
{
	return stress_random() % limit;
}
/* True @per_mille times in a thousand. */
static inline bool stress_chance(unsigned per_mille)
{
	return stress_below(1000) < per_mille;
}

/* Lets other threads in between, now and then, for up to @max_us microseconds. */
void stress_jitter(unsigned max_us);

#endif
