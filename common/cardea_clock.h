/*
 * cardea_clock: wall and monotonic time behind a replaceable source, so that tests move it.
 */
#ifndef CARDEA_CLOCK_H
#define CARDEA_CLOCK_H

#include <stdint.h>

typedef int64_t (*cardea_clock_read_h)(void *arg);

struct cardea_clock {
	cardea_clock_read_h wall_ms; /* milliseconds since 1970-01-01 UTC */
	cardea_clock_read_h mono_ms; /* milliseconds that never go back; unknown origin */
	void *arg;
};

/* The kernel's CLOCK_REALTIME and CLOCK_MONOTONIC. Any thread. */
extern const struct cardea_clock cardea_clock_system;

int64_t cardea_clock_wall_ms(const struct cardea_clock *clock);
int64_t cardea_clock_mono_ms(const struct cardea_clock *clock);

#define CARDEA_TIME_SIZE 32

/* ISO 8601 UTC with seconds, "2026-01-06T10:00:00Z" (spec/participants 1), into @out. */
void cardea_time_iso_seconds(int64_t wall_ms, char out[CARDEA_TIME_SIZE]);
/* ISO 8601 UTC with milliseconds, "2026-01-06T10:00:00.123Z" (spec/native). */
void cardea_time_iso_ms(int64_t wall_ms, char out[CARDEA_TIME_SIZE]);

#endif
