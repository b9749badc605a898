/*
 * fake_link: a receiver behind a link with a queue, and what it reports: an estimate as Chromium's
 * (delay gradient, AIMD with 1.5 times of what is received as its bound) and its losses. Time goes
 * on in steps of FAKE_TICK_MS.
 */
#ifndef CARDEA_FAKE_LINK_H
#define CARDEA_FAKE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_TICK_MS 10

enum fake_state {
	FAKE_HOLD,
	FAKE_INCREASE,
};

struct fake_link {
	/* To be set, and changed at any time. */
	double capacity_bps;
	double queue_ms;    /* longest; what does not fit is lost */
	double random_loss; /* 0..1 */
	double audio_bps;
	uint32_t random; /* seed */
	/* Out: what was reported in this tick. */
	bool has_remb, has_loss;
	uint32_t remb_bps;
	unsigned lost; /* in 1/256 */
	double delay_ms;
	int64_t now_ms;
	/* The queue. */
	double queued, queued_video; /* bytes */
	double sent, dropped;        /* since the last loss report */
	double received[100];        /* bytes of video in each of the last 100 ticks */
	/* The estimator. */
	double last_delay_ms;
	int over; /* checks in a row in which the queue grew */
	double estimate_bps, reported_bps;
	bool started;
	double link_bps, link_variance; /* where overuse was seen; 0: nowhere yet */
	enum fake_state state;
	int64_t changed_ms, reported_ms, first_ms;
	uint32_t due_bps;
	int64_t due_ms; /* a report on its way; 0: none */
};

/* 0..1 */
double fake_random(uint32_t *seed);
/* Sends @video bytes in this tick, and what audio there is. */
void fake_link_tick(struct fake_link *link, double video);

#endif
