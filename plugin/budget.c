#include "budget.h"

/* How long a layer that was taken back may still be on its way: the key frame of the lower one,
 * then the queue. */
#define DRAIN_MS   1500
/* Reports of several slots come one by one, each of them about once a second. */
#define REPORTS_MS 900
/* An estimate that is older says nothing about now. */
#define STALE_MS   3000
/* One that rises does so with every report, and these come once a second. */
#define RISING_MS  2200

/* The estimate is for video; audio of the same connection has to go through as well. */
static uint64_t video_part(uint64_t estimate)
{
	return estimate - estimate / 16;
}

static bool within(int64_t since_ms, int64_t ms, int64_t now_ms)
{
	return since_ms && now_ms - since_ms < ms;
}

static void congested(struct cardea_budget *budget, int64_t now_ms)
{
	budget->congested_ms = now_ms;
}

void cardea_budget_remb(struct cardea_budget *budget, uint32_t bps, int64_t now_ms)
{
	if (bps < CARDEA_BUDGET_FLOOR_BPS)
		bps = CARDEA_BUDGET_FLOOR_BPS;
	/* The first one begins at what arrives, unless it was congestion that brought it. */
	if (budget->estimate_bps == 0)
		budget->peak_bps = budget->given_bps - budget->given_bps / 8;
	if (bps < budget->peak_bps - budget->peak_bps / 32) {
		budget->fell = true;
		budget->fell_from_bps = budget->peak_bps;
		budget->peak_bps = bps;
		congested(budget, now_ms);
	} else if (bps > (uint64_t)budget->peak_bps + budget->peak_bps / 128) {
		budget->peak_bps = bps;
		budget->rose_ms = now_ms;
	}
	if (bps > (uint64_t)budget->failed_bps + budget->failed_bps / 4)
		budget->until_ms = 0;
	budget->estimate_bps = bps;
	budget->estimate_ms = now_ms;
}

void cardea_budget_loss(struct cardea_budget *budget, unsigned lost, int64_t now_ms)
{
	budget->lost += lost;
	budget->reports++;
	if (within(budget->loss_ms, REPORTS_MS, now_ms))
		return;
	lost = budget->lost / budget->reports;
	budget->lost = budget->reports = 0;
	budget->loss_ms = now_ms;
	/* Soon after congestion it is likelier that loss comes from a queue that is full than that it
	 * is random. */
	bool soon = within(budget->congested_ms, CARDEA_BUDGET_SETTLED_MS, now_ms);
	unsigned most = soon ? CARDEA_BUDGET_QUEUE_LOSS : CARDEA_BUDGET_HEAVY_LOSS;
	bool heavy = lost > most;
	/* A second of a small layer is few packets, of which 5 % at random are 10 % often enough: so
	 * the mean has to be heavy as well. Two reports of 30 % count at once, of 15 % when more of
	 * them come. */
	budget->loss += lost;
	budget->loss -= budget->loss / 4;
	if (heavy && budget->heavy && budget->loss > 3 * most) {
		uint64_t left = lost < 256 ? 256 - lost : 0;
		budget->arrived_bps = (uint32_t)(budget->given_bps * left / 256) + 1;
		congested(budget, now_ms);
		heavy = false;
	}
	budget->heavy = heavy;
}

/* Neither congestion nor a rise where there has to be one: overuse is not told as long as 0.85 of
 * what arrives is above the estimate. */
static bool stalled(const struct cardea_budget *budget, uint64_t total, int64_t now_ms)
{
	return budget->watched && budget->estimate_bps && budget->estimate_bps < total &&
	       !within(budget->grew_ms, CARDEA_BUDGET_STALL_MS, now_ms) &&
	       !within(budget->rose_ms, CARDEA_BUDGET_STALL_MS, now_ms);
}

static void settle(struct cardea_budget *budget, uint64_t total, int64_t now_ms)
{
	if (within(budget->grew_ms, CARDEA_BUDGET_CALM_MS, now_ms))
		return;
	if (budget->estimate_bps >= total)
		budget->watched = false;
	if (budget->grew_ms > budget->congested_ms &&
	    !within(budget->grew_ms, CARDEA_BUDGET_SETTLED_MS, now_ms))
		budget->pause_ms = 0;
}

uint64_t cardea_budget_limit(struct cardea_budget *budget, uint64_t total, int64_t now_ms)
{
	uint64_t limit = total;
	uint64_t video = video_part(budget->estimate_bps);
	if (budget->fell && budget->estimate_bps < total)
		limit = video;
	if (stalled(budget, total, now_ms)) {
		congested(budget, now_ms);
		budget->fell_from_bps = budget->peak_bps;
		limit = video > total - total / 4 ? video : total - total / 4;
	}
	if (budget->arrived_bps && budget->arrived_bps < limit) {
		budget->fell_from_bps = budget->peak_bps;
		limit = budget->arrived_bps;
	}
	budget->fell = false;
	budget->arrived_bps = 0;
	if (limit == total)
		settle(budget, total, now_ms);
	else if (within(budget->taken_back_ms, DRAIN_MS, now_ms) && cardea_budget_is_near(limit, total))
		limit = total;
	return limit;
}

bool cardea_budget_is_near(uint64_t limit, uint64_t total)
{
	return limit >= total - total / 4;
}

void cardea_budget_back_off(struct cardea_budget *budget, int64_t now_ms)
{
	if (within(budget->grew_ms, CARDEA_BUDGET_SETTLED_MS, now_ms) || budget->watched)
		budget->pause_ms *= 2;
	budget->failed_bps =
	        budget->given_bps > budget->fell_from_bps ? budget->given_bps : budget->fell_from_bps;
	if (budget->pause_ms < CARDEA_BUDGET_PAUSE_MS)
		budget->pause_ms = CARDEA_BUDGET_PAUSE_MS;
	if (budget->pause_ms > CARDEA_BUDGET_PAUSE_MAX_MS)
		budget->pause_ms = CARDEA_BUDGET_PAUSE_MAX_MS;
	if (budget->watched)
		budget->taken_back_ms = now_ms;
	budget->until_ms = now_ms + budget->pause_ms;
	budget->watched = false;
}

bool cardea_budget_may_begin(const struct cardea_budget *budget, uint64_t total, int64_t now_ms)
{
	if (budget->starved)
		return false;
	/* Where nothing was wrong, an estimate that is low only tells that little was sent. */
	return total <= budget->estimate_bps ||
	       !within(budget->congested_ms, CARDEA_BUDGET_SETTLED_MS, now_ms);
}

bool cardea_budget_may_step(const struct cardea_budget *budget, int64_t now_ms)
{
	return !within(budget->stepped_ms, CARDEA_BUDGET_STEP_MS, now_ms);
}

/* Whether what is sent is thought to get through. An estimate may be far below it for half a
 * minute, after a sender that stood still for a moment has made it fall to next to nothing; but it
 * only rises where nothing is congested. */
static bool carried(const struct cardea_budget *budget, uint64_t total, int64_t now_ms)
{
	if (budget->estimate_bps == 0 || !within(budget->estimate_ms, STALE_MS, now_ms))
		return false;
	return budget->estimate_bps >= total ||
	       (within(budget->rose_ms, RISING_MS, now_ms) &&
	        !within(budget->grew_ms, CARDEA_BUDGET_SETTLED_MS, now_ms) &&
	        !within(budget->congested_ms, CARDEA_BUDGET_SETTLED_MS, now_ms));
}

bool cardea_budget_may_grow(const struct cardea_budget *budget, uint64_t total, uint64_t more,
                            int64_t now_ms)
{
	if (now_ms < budget->until_ms)
		return false;
	uint64_t known = budget->estimate_bps ? budget->estimate_bps : CARDEA_BUDGET_START_BPS;
	if (more + more / 8 <= known)
		return true;
	return carried(budget, total, now_ms) &&
	       !within(budget->congested_ms, CARDEA_BUDGET_CALM_MS, now_ms) &&
	       !within(budget->grew_ms, CARDEA_BUDGET_CALM_MS, now_ms);
}

void cardea_budget_grew(struct cardea_budget *budget, unsigned slot, unsigned slots, int layer,
                        int64_t now_ms)
{
	budget->watched = true;
	budget->grew_ms = budget->stepped_ms = now_ms;
	budget->grew_slot = slot;
	budget->slots = slots;
	budget->grew_layer = layer;
}
