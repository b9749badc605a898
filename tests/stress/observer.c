#include "observer.h"

#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "harness.h"

#define MAX_SERIALS (1u << 24)
#define MAX_ROWS    64

#define GET(field)        atomic_load_explicit(&(field), memory_order_relaxed)
#define SET(field, value) atomic_store_explicit(&(field), value, memory_order_relaxed)
#define COUNT(field)      atomic_fetch_add_explicit(&(field), 1, memory_order_relaxed)

/* By transaction. */
enum { PUSHED = 1, ANSWERED = 2 };
static atomic_uchar states[MAX_SERIALS];
static atomic_uchar row_of[MAX_SERIALS];
static atomic_uint serials, events;
static atomic_int unanswered;
static struct observer_row rows[MAX_ROWS];

void observer_init(struct observer *observer)
{
	*observer = (struct observer){0};
}

unsigned observer_serial(unsigned row)
{
	unsigned serial = COUNT(serials);
	if (serial >= MAX_SERIALS || row >= MAX_ROWS)
		stress_fail("too many requests or rows");
	SET(row_of[serial], (unsigned char)row);
	COUNT(rows[row].asked);
	return serial;
}

void observer_asked(unsigned serial)
{
	(void)serial;
	COUNT(unanswered);
}

void observer_not_taken(unsigned serial)
{
	if (GET(states[serial]) != 0)
		stress_fail("request %u was refused and answered", serial);
	atomic_fetch_sub_explicit(&unanswered, 1, memory_order_relaxed);
}

unsigned observer_unanswered(void)
{
	return (unsigned)GET(unanswered);
}

const struct observer_row *observer_row(unsigned row)
{
	return &rows[row];
}

unsigned observer_events(void)
{
	return GET(events);
}

/* The number in a room's id (world.h), or -1. */
static int64_t room_number(const char *id)
{
	guint64 number;
	if (!g_str_has_prefix(id, "room-") ||
	    !g_ascii_string_to_unsigned(id + strlen("room-"), 10, 0, G_MAXINT32, &number, NULL))
		return -1;
	return (int64_t)number;
}

static const char *text(json_t *message, const char *name)
{
	const char *value = json_string_value(json_object_get(message, name));
	return value ? value : "";
}

static int64_t number(json_t *message, const char *name)
{
	return json_integer_value(json_object_get(message, name));
}

/* ---- answers ---- */

/* An answer with a JSEP that Janus refuses is followed by an error. */
static void check_answer(unsigned serial, json_t *message, bool with_jsep, bool taken)
{
	unsigned char state = taken || !with_jsep ? PUSHED | ANSWERED : PUSHED;
	unsigned char before = atomic_fetch_or_explicit(&states[serial], state, memory_order_relaxed);
	if (before & ANSWERED)
		stress_fail("request %u is answered twice, now with %s", serial, text(message, "cardea"));
	if (state & ANSWERED)
		atomic_fetch_sub_explicit(&unanswered, 1, memory_order_relaxed);
	struct observer_row *row = &rows[GET(row_of[serial])];
	if (strcmp(text(message, "cardea"), "error") != 0)
		COUNT(row->succeeded);
	else if (strcmp(text(message, "code"), "unknown_request") == 0)
		COUNT(row->unknown);
}

static void answered(struct observer *observer, json_t *message)
{
	const char *kind = text(message, "cardea");
	if (strcmp(kind, "joined") == 0) {
		if (number(message, "seq") != 0 || GET(observer->seq) != 0 || GET(observer->joined))
			stress_fail("joined is not the first thing a handle gets");
		SET(observer->joined, true);
	} else if (strcmp(kind, "synced") == 0) {
		if (number(message, "seq") != GET(observer->seq))
			stress_fail("synced says %lld, the last event was %lld",
			            (long long)number(message, "seq"), (long long)GET(observer->seq));
	} else if (strcmp(kind, "left") == 0 || strcmp(text(message, "code"), "left") == 0) {
		SET(observer->removed, true);
	} else if (strcmp(kind, "hello") == 0) {
		SET(observer->joined, true);
	}
}

/* ---- events ---- */

static void check_event(struct observer *observer, json_t *message, bool with_jsep, bool taken)
{
	const char *name = text(message, "event");
	int64_t seq = number(message, "seq"), last = GET(observer->seq);
	if (!GET(observer->joined) || GET(observer->removed))
		stress_fail("event %s %s", name,
		            GET(observer->removed) ? "follows the removal"
		                                   : "comes before the handle has joined");
	if (seq != last + 1)
		stress_fail("event %s has number %lld after %lld", name, (long long)seq, (long long)last);
	/* An offer that Janus does not take was seen by nobody; its number comes again. */
	if (with_jsep && !taken)
		return;
	SET(observer->seq, seq);
	if (strcmp(name, "removed") == 0)
		SET(observer->removed, true);
	else if (strcmp(name, "offer") == 0)
		SET(observer->offer, number(message, "offer"));
}

/* A replay begins with an older number; a gap never comes. */
static void check_upward(struct observer *observer, json_t *message)
{
	int64_t room = room_number(text(message, "room"));
	int64_t seq = number(message, "seq");
	if (room < 0)
		stress_fail("an upward event of no room");
	if (room >= OBSERVER_ROOMS)
		return; /* nobody is ever in there */
	int64_t last = GET(observer->rooms[room]);
	const char *name = text(message, "event");
	bool kept = strcmp(name, "snapshot") != 0 && strcmp(name, "resync") != 0;
	if (kept && last != 0 && seq > last + 1)
		stress_fail("upward event %s of room %d has number %lld after %lld", name, (int)room,
		            (long long)seq, (long long)last);
	if (seq > last)
		SET(observer->rooms[room], seq);
}

void observer_pushed(struct observer *observer, const char *transaction, json_t *message,
                     bool with_jsep, bool taken)
{
	const char *kind = text(message, "cardea");
	COUNT(events);
	if (transaction) {
		check_answer((unsigned)strtoul(transaction, NULL, 10), message, with_jsep, taken);
		if (taken || !with_jsep)
			answered(observer, message);
	} else if (strcmp(kind, "event") == 0) {
		check_event(observer, message, with_jsep, taken);
	} else if (strcmp(kind, "control") == 0) {
		check_upward(observer, message);
	} else {
		stress_fail("unsolicited \"%s\"", kind);
	}
}
