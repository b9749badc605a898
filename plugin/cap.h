/*
 * cap: how much of a source is let through, and what its sender is told about it. Pure: no Janus,
 * no lock, no clock of its own. Bit rates in bit/s, times monotonic milliseconds.
 *
 * Threads: the room thread sets the limits, the loop thread of the publishing handle does the rest.
 */
#ifndef CARDEA_PLUGIN_CAP_H
#define CARDEA_PLUGIN_CAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits that can be kept: a packet of 1500 bytes fits into a burst of the lowest. */
#define CARDEA_CAP_MIN_BPS 10000
#define CARDEA_CAP_MAX_BPS 100000000

/* What one source may send. All zero: no limit. */
struct cardea_cap {
	atomic_uint bps;     /* 0: no limit */
	int64_t spent_until; /* packet thread: when what was let through is paid for, microseconds */
};

/*
 * Whether a packet of @len bytes may pass now. A sender is given half as much again as its limit,
 * because encoders overshoot and REMB takes a while, and a burst of a second at that rate.
 */
bool cardea_cap_admit(struct cardea_cap *cap, size_t len, int64_t now_ms);

/* What the sender of all video of one handle is told. All zero: nothing. */
struct cardea_cap_notice {
	atomic_uint bps;  /* 0: no limit */
	uint32_t told;    /* packet thread */
	unsigned repeats; /* packet thread: how often the end of a limit is still told */
	int64_t told_ms;  /* packet thread */
};

/* The estimate (REMB) to send now, or 0: on change, and once a second while there is a limit. A
 * sender keeps the last one for good, so that the end of a limit is told as well, a few times. */
uint32_t cardea_cap_notice_due(struct cardea_cap_notice *notice, int64_t now_ms);

#endif
