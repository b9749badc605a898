#include "session/frame_rate.h"

#define FRAME                                                                                      \
	1000 /* one frame in tokens: a bucket gains CARDEA_FRAMES_PER_SECOND of them each ms */
#define FULL ((int64_t)CARDEA_FRAME_BURST * FRAME)

void cardea_frame_rate_init(struct cardea_frame_rate *rate, int64_t now_ms)
{
	rate->tokens = FULL;
	rate->at_ms = now_ms;
}

bool cardea_frame_rate_take(struct cardea_frame_rate *rate, int64_t now_ms)
{
	int64_t passed = now_ms - rate->at_ms;

	rate->at_ms = now_ms;
	if (passed >= FULL / CARDEA_FRAMES_PER_SECOND) {
		rate->tokens = FULL;
	} else if (passed > 0) {
		rate->tokens += passed * CARDEA_FRAMES_PER_SECOND;
		rate->tokens = rate->tokens < FULL ? rate->tokens : FULL;
	}
	if (rate->tokens < FRAME) {
		return false;
	}
	rate->tokens -= FRAME;
	return true;
}
