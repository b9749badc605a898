/*
 * budget: what one receiver's connection is thought to carry, and whether more may be tried. Pure:
 * no Janus, no JSON, no lock, no allocation, no clock of its own. Room thread.
 *
 * The receiver's estimate (REMB, draft-alvestrand-rmcat-remb) is for all video of its connection
 * together. A browser's estimate never rises far above what it receives (about 1.5 times), so it
 * tells what is too much but not what would be possible: climbing means to send more and to look
 * what becomes of it. While it catches up it may be below what is sent for many seconds, so being
 * below is no sign of congestion; falling is, and so is not rising any more. Bit rates in bit/s,
 * times monotonic milliseconds.
 */
#ifndef CARDEA_PLUGIN_BUDGET_H
#define CARDEA_PLUGIN_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define CARDEA_BUDGET_START_BPS    500000 /* assumed before the first estimate */
#define CARDEA_BUDGET_STEP_MS      1000   /* between two steps up */
#define CARDEA_BUDGET_CALM_MS      3000   /* without a sign of congestion before a probe */
#define CARDEA_BUDGET_STALL_MS     4000   /* an estimate that must rise and does not */
#define CARDEA_BUDGET_SETTLED_MS   10000  /* more was sent for so long: it is carried */
/* An estimate follows what arrives, and of still pictures there is next to nothing; less than this
 * is told by loss. */
#define CARDEA_BUDGET_FLOOR_BPS    100000
/* After a failed step up; doubles. No longer than that, because the estimate does not tell that a
 * limit is gone: the first step back must come within 15 s. */
#define CARDEA_BUDGET_PAUSE_MS     4000
#define CARDEA_BUDGET_PAUSE_MAX_MS 10000
#define CARDEA_BUDGET_HEAVY_LOSS   28 /* 11 % in 1/256 */
#define CARDEA_BUDGET_QUEUE_LOSS   18 /* 7 %, soon after congestion */

/* All zero before the first estimate. A time that is zero is never. */
struct cardea_budget {
	uint32_t estimate_bps; /* the newest; 0: none yet */
	uint32_t peak_bps;     /* the highest since it fell last */
	uint32_t given_bps;    /* what the last choice came to */
	int64_t estimate_ms, rose_ms;
	/* Signs of congestion, until the next choice. */
	bool fell;
	uint32_t fell_from_bps;
	uint32_t arrived_bps; /* what heavy loss left of given_bps; 0: no heavy loss */
	int64_t congested_ms; /* the last sign */
	/* Loss. */
	unsigned lost, reports; /* sum and number of reports since loss_ms */
	int64_t loss_ms;
	unsigned loss; /* three times the mean, in 1/256 */
	bool heavy;    /* the last report was */
	/* The last step up. */
	bool watched; /* not known yet whether it is carried */
	int64_t grew_ms;
	unsigned grew_slot, slots; /* which slot of how many */
	int grew_layer;            /* and its layer since; CARDEA_LAYER_NONE: several slots began */
	int64_t stepped_ms;        /* also counts steps that cost nothing */
	/* Back-off. */
	int64_t pause_ms, until_ms, taken_back_ms;
	uint32_t failed_bps; /* the estimate or what was sent when it failed, whatever is higher */
	bool starved;        /* slots are paused */
};

/* An estimate has come. */
void cardea_budget_remb(struct cardea_budget *budget, uint32_t bps, int64_t now_ms);
/* Receiver reports have come; @lost is the fraction lost, in 1/256: of all video slots together, or
 * of each in a call of its own. Not the worst of all: of ten slots one always has bad luck. */
void cardea_budget_loss(struct cardea_budget *budget, unsigned lost, int64_t now_ms);

/* ---- for the choice of layers ---- */

/* What @total_bps has to come down to, @total_bps if it may stay. Uses up the signs. */
uint64_t cardea_budget_limit(struct cardea_budget *budget, uint64_t total_bps, int64_t now_ms);
/* Whether @limit is what congestion by a step too many leaves, so that taking the step back is
 * enough. */
bool cardea_budget_is_near(uint64_t limit_bps, uint64_t total_bps);
/* Slots had to come down. */
void cardea_budget_back_off(struct cardea_budget *budget, int64_t now_ms);

/* Whether a slot that shows nothing may simply begin, so that @total_bps are sent. */
bool cardea_budget_may_begin(const struct cardea_budget *budget, uint64_t total_bps,
                             int64_t now_ms);
/* Whether it is time for a step of any kind. */
bool cardea_budget_may_step(const struct cardea_budget *budget, int64_t now_ms);
/* Whether a slot may go up one layer, so that @more_bps are sent instead of @total_bps. */
bool cardea_budget_may_grow(const struct cardea_budget *budget, uint64_t total_bps,
                            uint64_t more_bps, int64_t now_ms);
/* More is sent: slot @slot of @slots has @layer now, or CARDEA_LAYER_NONE if several began. */
void cardea_budget_grew(struct cardea_budget *budget, unsigned slot, unsigned slots, int layer,
                        int64_t now_ms);

#endif
