/*
 * cardea_clock: the kernel's clocks as the default source, and times as text.
 */
#define _GNU_SOURCE
#include "cardea_clock.h"

#include <time.h>
#include <glib.h>

/* 9999-12-31T23:59:59.999Z: ISO 8601 has four digits for the year. */
#define LAST_WALL_MS INT64_C(253402300799999)

static int64_t read_clock(clockid_t id)
{
	struct timespec now = {0};

	/* Fails only for an unknown clock, and every Linux has these two. */
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t read_wall(void *arg)
{
	(void)arg;
	return read_clock(CLOCK_REALTIME);
}

static int64_t read_mono(void *arg)
{
	(void)arg;
	return read_clock(CLOCK_MONOTONIC);
}

const struct cardea_clock cardea_clock_system = {.wall_ms = read_wall, .mono_ms = read_mono};

int64_t cardea_clock_wall_ms(const struct cardea_clock *clock)
{
	return clock->wall_ms(clock->arg);
}

int64_t cardea_clock_mono_ms(const struct cardea_clock *clock)
{
	return clock->mono_ms(clock->arg);
}

/* "2026-01-06T10:00:00" into @out; times that have no such form are moved to the nearest. */
static int64_t format_seconds(int64_t wall_ms, char out[CARDEA_TIME_SIZE])
{
	int64_t ms = CLAMP(wall_ms, 0, LAST_WALL_MS);
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(out, CARDEA_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	return ms % 1000;
}

void cardea_time_iso_seconds(int64_t wall_ms, char out[CARDEA_TIME_SIZE])
{
	format_seconds(wall_ms, out);
	g_strlcat(out, "Z", CARDEA_TIME_SIZE);
}

void cardea_time_iso_ms(int64_t wall_ms, char out[CARDEA_TIME_SIZE])
{
	char fraction[8];
	int64_t ms = format_seconds(wall_ms, out);

	g_snprintf(fraction, sizeof(fraction), ".%03dZ", (int)ms);
	g_strlcat(out, fraction, CARDEA_TIME_SIZE);
}
