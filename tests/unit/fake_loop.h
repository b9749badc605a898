/*
 * fake_loop: timers that only the test lets run out, and a log that says nothing, for tests that
 * link a module of the gateway without the loop.
 */
#ifndef CARDEA_UNIT_FAKE_LOOP_H
#define CARDEA_UNIT_FAKE_LOOP_H

#include <stdint.h>

/* Runs every timer that is started, in the order in which they were made. */
void fake_loop_run_timers(void);
/* Number of timers there are, started or not. */
int fake_loop_timers(void);
/* Milliseconds the timer that was started last was started with. */
int64_t fake_loop_last_ms(void);

#endif
