#include "playout.h"

#include <glib.h>

/* The repeat may be lost as well. */
static int delay_for(int rtt_ms)
{
	return MIN(CARDEA_PLAYOUT_GAP_MS + rtt_ms * 3 / 2, CARDEA_PLAYOUT_MAX_MS);
}

int cardea_playout_run(struct cardea_playout *playout, uint32_t lossy, int rtt_ms, int64_t now_ms)
{
	if (lossy > 0 && rtt_ms >= 0) {
		playout->loss_ms = now_ms;
		/* It never shrinks while packets are lost: each change is seen as a stutter. */
		playout->delay_ms = MAX(playout->delay_ms, delay_for(rtt_ms));
	} else if (playout->delay_ms > 0 && now_ms - playout->loss_ms >= CARDEA_PLAYOUT_CALM_MS) {
		playout->delay_ms = 0;
	}
	return playout->delay_ms;
}
