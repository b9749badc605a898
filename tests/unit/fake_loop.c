#include "fake_loop.h"

#include <stdbool.h>
#include <stdlib.h>
#include <glib.h>
#include "conf/log.h"
#include "net/loop.h"

struct cardea_timer {
	cardea_loop_h handler;
	void *arg;
	bool is_started;
};

static struct cardea_timer *timers[128];
static int64_t last_ms;

struct cardea_timer *cardea_timer_new(struct cardea_loop *loop, cardea_loop_h handler, void *arg)
{
	struct cardea_timer *timer = g_new0(struct cardea_timer, 1);

	(void)loop;
	timer->handler = handler;
	timer->arg = arg;
	for (size_t i = 0; i < G_N_ELEMENTS(timers); i++) {
		if (!timers[i]) {
			return timers[i] = timer;
		}
	}
	abort();
}

void cardea_timer_start(struct cardea_timer *timer, int64_t ms)
{
	last_ms = ms;
	timer->is_started = true;
}

void cardea_timer_stop(struct cardea_timer *timer)
{
	timer->is_started = false;
}

void cardea_timer_free(struct cardea_timer *timer)
{
	for (size_t i = 0; i < G_N_ELEMENTS(timers); i++) {
		if (timers[i] == timer) {
			timers[i] = NULL;
		}
	}
	g_free(timer);
}

void fake_loop_run_timers(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(timers); i++) {
		if (timers[i] && timers[i]->is_started) {
			timers[i]->is_started = false;
			timers[i]->handler(timers[i]->arg);
		}
	}
}

int fake_loop_timers(void)
{
	int count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(timers); i++) {
		count += timers[i] != NULL;
	}
	return count;
}

int64_t fake_loop_last_ms(void)
{
	return last_ms;
}

void cardea_log(enum cardea_log_level level, const char *subsystem, const char *format, ...)
{
	(void)level;
	(void)subsystem;
	(void)format;
}
