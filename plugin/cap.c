#include "cap.h"

#define BURST_US       1000000
#define TELL_MS        1000
#define LIFTED_REPEATS 3

/* The generic cell rate algorithm (ITU-T I.371): one number instead of a bucket, and nothing to
 * adjust when the limit changes. */
bool cardea_cap_admit(struct cardea_cap *cap, size_t len, int64_t now_ms)
{
	unsigned bps = atomic_load_explicit(&cap->bps, memory_order_relaxed);
	if (bps == 0)
		return true;
	int64_t now = now_ms * 1000;
	int64_t from = cap->spent_until > now ? cap->spent_until : now;
	/* At one and a half times the limit. */
	int64_t until = from + (int64_t)len * 8 * 2 * 1000000 / (3 * (int64_t)bps);
	if (until - now > BURST_US)
		return false;
	cap->spent_until = until;
	return true;
}

uint32_t cardea_cap_notice_due(struct cardea_cap_notice *notice, int64_t now_ms)
{
	unsigned bps = atomic_load_explicit(&notice->bps, memory_order_relaxed);
	bool changed = bps != notice->told;
	if (changed && bps == 0)
		notice->repeats = LIFTED_REPEATS;
	if (!changed && ((bps == 0 && notice->repeats == 0) || now_ms - notice->told_ms < TELL_MS))
		return 0;
	if (bps == 0)
		notice->repeats--;
	notice->told = bps;
	notice->told_ms = now_ms;
	return bps == 0 ? CARDEA_CAP_MAX_BPS : bps;
}
