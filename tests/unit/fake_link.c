/* fake_link: see fake_link.h. */
#include "fake_link.h"

#include <math.h>
#include <stddef.h>

#define CHECK_MS   100
#define WINDOW     (sizeof(((struct fake_link *)0)->received) / sizeof(double))
#define RETURN_MS  50
#define START_MS   5000
#define REMB_MS    500
#define REPORT_MS  1000
#define PACKET_BIT 9600.0

double fake_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) / 16777216.0;
}

static double received_bps(const struct fake_link *link)
{
	double sum = 0;
	for (size_t i = 0; i < WINDOW; i++)
		sum += link->received[i];
	return sum * 8 * 1000 / (WINDOW * FAKE_TICK_MS);
}

static void pass(struct fake_link *link, double video)
{
	double audio = link->audio_bps * FAKE_TICK_MS / 8000;
	double room = link->capacity_bps * link->queue_ms / 8000 - link->queued;
	double taken = room < video + audio ? (room > 0 ? room : 0) : video + audio;
	double part = video + audio > 0 ? taken / (video + audio) : 0;
	double lost = 0;
	/* Whole packets are lost, not parts of each. */
	for (double left = video * part; left > 0; left -= PACKET_BIT / 8) {
		if (fake_random(&link->random) < link->random_loss)
			lost += left < PACKET_BIT / 8 ? left : PACKET_BIT / 8;
	}
	link->sent += video;
	link->dropped += video * (1 - part) + lost;
	link->queued += taken;
	link->queued_video += video * part - lost;
	double out = link->capacity_bps * FAKE_TICK_MS / 8000;
	double share = link->queued > out ? out / link->queued : 1;
	link->received[link->now_ms / FAKE_TICK_MS % (int64_t)WINDOW] = link->queued_video * share;
	link->queued -= link->queued * share;
	link->queued_video -= link->queued_video * share;
	link->delay_ms = link->queued * 8000 / link->capacity_bps;
}

static void overuse(struct fake_link *link, double throughput)
{
	double less = 0.85 * throughput - 5000;
	if (less > link->estimate_bps && link->link_bps > 0)
		less = 0.85 * link->link_bps;
	if (!link->started || less < link->estimate_bps)
		link->estimate_bps = less;
	if (link->link_bps > 0 && throughput < link->link_bps - 3 * link->link_variance)
		link->link_bps = 0;
	link->link_bps = link->link_bps > 0 ? 0.95 * link->link_bps + 0.05 * throughput : throughput;
	link->link_variance = sqrt(0.4 * link->link_bps / 1000) * 1000;
	link->started = true;
	link->state = FAKE_HOLD;
}

static void increase(struct fake_link *link, double throughput)
{
	double seconds = (link->now_ms - link->changed_ms) / 1000.0;
	double limit = 1.5 * throughput + 10000;
	if (link->link_bps > 0 && throughput > link->link_bps + 3 * link->link_variance)
		link->link_bps = 0;
	double more = link->estimate_bps * (pow(1.08, seconds < 1 ? seconds : 1) - 1);
	if (link->link_bps > 0)
		more = PACKET_BIT * seconds / 0.3;
	if (link->estimate_bps < limit)
		link->estimate_bps = fmin(link->estimate_bps + fmax(more, 1000 * seconds), limit);
}

static void estimate(struct fake_link *link)
{
	double throughput = received_bps(link);
	double noise = 4 * (fake_random(&link->random) - 0.5);
	double growth = link->delay_ms + noise - link->last_delay_ms;
	link->last_delay_ms = link->delay_ms + noise;
	link->over = growth > 5 ? link->over + 1 : 0;
	if (!link->started && throughput > 0 && link->now_ms - link->first_ms >= START_MS) {
		link->estimate_bps = throughput;
		link->started = true;
		link->state = FAKE_HOLD;
	}
	if (link->over >= 3)
		overuse(link, throughput);
	else if (growth < -8)
		link->state = FAKE_HOLD;
	else if (link->started && link->state == FAKE_INCREASE)
		increase(link, throughput);
	else
		link->state = FAKE_INCREASE;
	link->changed_ms = link->now_ms;
}

static void report(struct fake_link *link)
{
	bool falls = link->estimate_bps < 0.97 * link->reported_bps;
	if (link->started && (falls || link->now_ms - link->reported_ms >= REMB_MS)) {
		link->reported_ms = link->now_ms;
		link->reported_bps = link->estimate_bps;
		link->due_bps = (uint32_t)fmax(link->estimate_bps, 5000);
		link->due_ms = link->now_ms + RETURN_MS;
	}
	link->has_remb = link->due_ms && link->now_ms >= link->due_ms;
	if (link->has_remb) {
		link->remb_bps = link->due_bps;
		link->due_ms = 0;
	}
	link->has_loss = link->now_ms % REPORT_MS == 0 && link->sent > 0;
	if (link->has_loss) {
		link->lost = (unsigned)(link->dropped * 256 / link->sent);
		link->sent = link->dropped = 0;
	}
}

void fake_link_tick(struct fake_link *link, double video)
{
	link->now_ms += FAKE_TICK_MS;
	if (!link->first_ms && video > 0)
		link->first_ms = link->now_ms;
	pass(link, video);
	if (link->now_ms % CHECK_MS == 0 && link->first_ms)
		estimate(link);
	report(link);
}
