/*
 * observer: what a client or gateway could see is checked here against docs/plugin-api.md: events
 * are numbered without gaps, nothing follows `removed`, every request is answered once.
 *
 * Relaxed atomics only: the plugin pushes the events of a handle from one thread at a time, and an
 * order made here would hide races from ThreadSanitizer.
 */
#ifndef CARDEA_STRESS_OBSERVER_H
#define CARDEA_STRESS_OBSERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#define OBSERVER_ROOMS 8

struct observer {
	_Atomic int64_t seq;                   /* of the last event */
	_Atomic int64_t offer;                 /* number of the last offer that went out; 0: none */
	atomic_bool joined;                    /* or hello was answered */
	atomic_bool removed;                   /* nothing follows */
	atomic_bool away;                      /* the connection: what is pushed is lost */
	_Atomic int64_t rooms[OBSERVER_ROOMS]; /* control: last number of each room; 0: none yet */
};

void observer_init(struct observer *observer);

/* What push_event was given: @transaction NULL for an event, @taken: it returned 0. */
void observer_pushed(struct observer *observer, const char *transaction, json_t *message,
                     bool with_jsep, bool taken);

/* A new transaction, for the request in row @row of the table. */
unsigned observer_serial(unsigned row);
/* The plugin is given a request; it must answer it, or not take it. */
void observer_asked(unsigned serial);
void observer_not_taken(unsigned serial);
unsigned observer_unanswered(void);

/* How often the requests of a row were asked and succeeded, and whether the plugin knows it. */
struct observer_row {
	atomic_uint asked, succeeded, unknown;
};
const struct observer_row *observer_row(unsigned row);
/* Events and answers that were seen. */
unsigned observer_events(void);

#endif
