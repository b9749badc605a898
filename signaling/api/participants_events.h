/* participants_events: events of the log as the participants dialect's sockets show them
 * (spec/participants 10). Pure; any thread. */
#ifndef CARDEA_API_PARTICIPANTS_EVENTS_H
#define CARDEA_API_PARTICIPANTS_EVENTS_H

#include <jansson.h>
#include "domain/log.h"

struct cardea_shown_event {
	const char *type; /* NULL: it is not shown */
	json_t *payload;  /* the caller's */
};

/* Everything but who is there: comings and goings are told by those below. */
struct cardea_shown_event cardea_participants_show(const struct cardea_log_event *event);

/* Is somebody there because of @event, or not any more? */
bool cardea_participants_is_coming(const struct cardea_log_event *event);
bool cardea_participants_is_going(const struct cardea_log_event *event);
/* {"id", "display_name", "role"} of whom @event is about. */
json_t *cardea_participants_person(const struct cardea_log_event *event);

#endif
