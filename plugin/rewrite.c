#include "rewrite.h"

/* A pause longer than this moves the timestamp no further: half the 32-bit range, which would read
 * as a step back, is 6.6 hours of video. */
#define MAX_PAUSE_MS (60 * 60 * 1000)

/* Takes up a new stream at the packet @seq, @ts: numbers go on, time has passed. */
static void switch_stream(struct cardea_rewrite *rewrite, uint64_t stream, uint32_t clock_rate,
                          uint16_t seq, uint32_t ts, int64_t now_ms)
{
	rewrite->stream = stream;
	rewrite->in_base = seq;
	rewrite->in_max = seq;
	if (!rewrite->started) {
		rewrite->started = true;
		rewrite->seq_offset = 0;
		rewrite->ts_offset = 0;
		rewrite->out_max = (int64_t)seq - 1;
		return;
	}
	int64_t pause = now_ms - rewrite->out_ms;
	if (pause < 1)
		pause = 1;
	if (pause > MAX_PAUSE_MS)
		pause = MAX_PAUSE_MS;
	rewrite->seq_offset = rewrite->out_max + 1 - seq;
	rewrite->ts_offset = rewrite->out_ts + (uint32_t)(pause * clock_rate / 1000) - ts;
}

bool cardea_rewrite_packet(struct cardea_rewrite *rewrite, uint64_t stream, uint32_t clock_rate,
                           uint16_t seq, uint32_t ts, int64_t now_ms, uint16_t *out_seq,
                           uint32_t *out_ts)
{
	if (stream != rewrite->stream)
		switch_stream(rewrite, stream, clock_rate, seq, ts, now_ms);
	/* The nearest number to the highest one seen (RFC 3550 A.1). */
	int64_t in = rewrite->in_max + (int16_t)(uint16_t)(seq - (uint16_t)rewrite->in_max);
	if (in < rewrite->in_base)
		return false;
	if (in > rewrite->in_max)
		rewrite->in_max = in;
	int64_t out = in + rewrite->seq_offset;
	if (out > rewrite->out_max) {
		rewrite->out_max = out;
		rewrite->out_ts = ts + rewrite->ts_offset;
		rewrite->out_ms = now_ms;
	}
	*out_seq = (uint16_t)out;
	*out_ts = ts + rewrite->ts_offset;
	return true;
}
