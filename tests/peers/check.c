#include "check.h"

/* More than a second of anything that is sent here. */
#define JUMP 1000

struct check *check_new(uint32_t ssrc, uint8_t pt)
{
	struct check *check = g_new0(struct check, 1);
	check->ssrc = ssrc;
	check->pt = pt;
	check->sources = g_array_new(FALSE, TRUE, sizeof(struct check_source));
	return check;
}

void check_free(struct check *check)
{
	g_array_unref(check->sources);
	g_free(check);
}

static void begin(struct check *check, const struct check_header *header, int64_t now_us)
{
	check->first_us = now_us;
	check->first = check->highest = header->seq;
	check->ts = header->ts;
}

static void advance(struct check *check, const struct check_header *header)
{
	int16_t step = (int16_t)(header->seq - (uint16_t)check->highest);
	if (step <= 0) {
		check->back++;
		if (step < 0 && check->lost > 0)
			check->lost--;
		return;
	}
	if (step >= JUMP)
		check->jumps++;
	else
		check->lost += (uint64_t)step - 1;
	if ((int32_t)(header->ts - check->ts) < 0)
		check->ts_back++;
	check->highest += (uint32_t)step;
	check->ts = header->ts;
}

void check_packet(struct check *check, const struct check_header *header, int64_t now_us)
{
	if (check->packets == 0)
		begin(check, header, now_us);
	else
		advance(check, header);
	if (header->pt != check->pt)
		check->wrong_pt++;
	check->packets++;
	check->bytes += header->bytes;
	check->last_us = now_us;
}

static struct check_source *source_of(struct check *check, const struct stamp *stamp)
{
	for (unsigned i = 0; i < check->sources->len; i++) {
		struct check_source *source = &g_array_index(check->sources, struct check_source, i);
		if (source->sender == stamp->sender && source->kind == stamp->kind)
			return source;
	}
	struct check_source source = {.sender = stamp->sender, .kind = stamp->kind};
	g_array_append_val(check->sources, source);
	return &g_array_index(check->sources, struct check_source, check->sources->len - 1);
}

void check_stamp(struct check *check, const struct stamp *stamp, int64_t now_us)
{
	const struct stamp *last = &check->stamp;
	if (check->stamps > 0) {
		if (last->sender != stamp->sender || last->kind != stamp->kind)
			check->switches++;
		else {
			/* What the numbers do not admit to: they moved less than the source did. */
			int64_t moved = (int32_t)(check->highest - check->stamp_seq);
			int64_t sent = (int32_t)(stamp->counter - last->counter);
			if (sent > moved)
				check->hidden += (uint64_t)(sent - moved);
		}
	}
	source_of(check, stamp)->packets++;
	int64_t delay = now_us - stamp->sent_us;
	check->delay_sum_us += delay;
	check->delay_max_us = MAX(check->delay_max_us, delay);
	check->stamps++;
	check->stamp = *stamp;
	check->stamp_seq = check->highest;
}
