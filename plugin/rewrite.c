#include "rewrite.h"

/* A pause longer than this moves the timestamp no further: half the 32-bit range, which would read
 * as a step back, is 6.6 hours of video. */
#define MAX_PAUSE_MS (60 * 60 * 1000)

/* The timestamp of now, after that of the last packet. */
static uint32_t ts_now(const struct cardea_rewrite *rewrite, uint32_t clock_rate, int64_t now_ms)
{
	int64_t pause = now_ms - rewrite->out_ms;
	if (pause < 1)
		pause = 1;
	if (pause > MAX_PAUSE_MS)
		pause = MAX_PAUSE_MS;
	return rewrite->out_ts + (uint32_t)(pause * clock_rate / 1000);
}

/* Numbers of this run begin at the packet @seq, @ts, which gets the timestamp of now. */
static void begin_run(struct cardea_rewrite *rewrite, uint32_t clock_rate, int64_t seq, uint32_t ts,
                      int64_t now_ms)
{
	if (rewrite->run > 0)
		rewrite->ts_offset = ts_now(rewrite, clock_rate, now_ms) - ts;
	rewrite->run++;
	rewrite->in_base = seq;
	rewrite->in_max = seq;
	rewrite->in_ts = ts;
	rewrite->jumped = -1;
}

/* Takes up a stream so that @seq becomes the number after the highest one sent and @left_out. */
static void take_up(struct cardea_rewrite *rewrite, uint32_t clock_rate, uint16_t seq, uint32_t ts,
                    int64_t now_ms, unsigned left_out)
{
	if (rewrite->run == 0)
		rewrite->out_max = (int64_t)seq - 1;
	rewrite->seq_offset = rewrite->out_max + 1 + left_out - seq;
	begin_run(rewrite, clock_rate, seq, ts, now_ms);
}

/* Whether @later comes after @earlier, or is the same, as far as timestamps can tell. */
static bool in_order(uint32_t earlier, uint32_t later, uint32_t clock_rate)
{
	return later - earlier <= MAX_PAUSE_MS / 1000 * clock_rate;
}

bool cardea_rewrite_late(uint16_t newest_seq, uint32_t newest_ts, uint32_t clock_rate, uint16_t seq,
                         uint32_t ts)
{
	int step = (int16_t)(uint16_t)(seq - newest_seq);
	return step <= 0 && step >= -CARDEA_REWRITE_MISORDER && in_order(ts, newest_ts, clock_rate);
}

/* A packet that is far off is left out; if the next one follows it, the sender counts anew. */
static bool follow_jump(struct cardea_rewrite *rewrite, uint32_t clock_rate, uint16_t seq,
                        uint32_t ts, int64_t now_ms, int64_t *in)
{
	bool confirmed = rewrite->jumped == seq;
	rewrite->jumped = (uint16_t)(seq + 1);
	if (!confirmed)
		return false;
	take_up(rewrite, clock_rate, seq, ts, now_ms, 1);
	*in = seq;
	return true;
}

/* Takes a packet of the stream that is shown into account; false: it is not sent. */
static bool follow(struct cardea_rewrite *rewrite, uint32_t clock_rate, uint16_t seq, uint32_t ts,
                   int64_t now_ms, int64_t *in)
{
	/* The nearest number to the highest one seen. */
	int step = (int16_t)(uint16_t)(seq - (uint16_t)rewrite->in_max);
	*in = rewrite->in_max + step;
	if (cardea_rewrite_late((uint16_t)rewrite->in_max, rewrite->in_ts, clock_rate, seq, ts))
		return *in >= rewrite->in_base;
	if (step <= 0 || step > CARDEA_REWRITE_DROPOUT)
		return follow_jump(rewrite, clock_rate, seq, ts, now_ms, in);
	/* Frames are sent in the order in which they were taken: time does not go back. */
	if (!in_order(rewrite->in_ts, ts, clock_rate))
		begin_run(rewrite, clock_rate, *in, ts, now_ms);
	rewrite->in_max = *in;
	rewrite->in_ts = ts;
	return true;
}

bool cardea_rewrite_packet(struct cardea_rewrite *rewrite, uint64_t stream, uint32_t clock_rate,
                           uint16_t seq, uint32_t ts, int64_t now_ms, uint16_t *out_seq,
                           uint32_t *out_ts)
{
	int64_t in = seq;
	if (stream != rewrite->stream) {
		take_up(rewrite, clock_rate, seq, ts, now_ms, 0);
		rewrite->stream = stream;
	} else if (!follow(rewrite, clock_rate, seq, ts, now_ms, &in)) {
		return false;
	}
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

void cardea_rewrite_hurry(struct cardea_rewrite *rewrite, uint64_t stream, uint32_t clock_rate,
                          uint32_t ts)
{
	if (stream == rewrite->stream)
		rewrite->ts_offset = rewrite->out_ts + clock_rate / 1000 - ts;
}

void cardea_rewrite_append(struct cardea_rewrite *rewrite, uint32_t clock_rate, int64_t now_ms,
                           uint16_t *out_seq, uint32_t *out_ts)
{
	rewrite->stream = 0;
	rewrite->out_max++;
	rewrite->out_ts = ts_now(rewrite, clock_rate, now_ms);
	rewrite->out_ms = now_ms;
	*out_seq = (uint16_t)rewrite->out_max;
	*out_ts = rewrite->out_ts;
}
