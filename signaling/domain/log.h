/*
 * log: reading a room's event log, for those who follow a meeting (DESIGN 8). As domain.h:
 * asynchronous, results borrowed for `done`.
 */
#ifndef CARDEA_DOMAIN_LOG_H
#define CARDEA_DOMAIN_LOG_H

#include "domain/event_codec.h"
#include "domain/meetings.h"

struct cardea_log_event {
	int64_t seq, at_ms;
	const char *session, *type; /* session "" = none; type: CARDEA_EVENT_* */
	struct cardea_event_data data;
	const char *text; /* the data as it is stored */
	const struct cardea_meeting_user
	        *user; /* the participant it is about, as of now; NULL = none */
};

/* A part of the log, with the room as it is at its end. Events about hidden participants are left
 * out (spec/model I4), so numbers may be missing. */
struct cardea_log_part {
	const struct cardea_log_event *events;
	size_t count;
	int64_t last; /* number up to which the log was read; there may be more */
	bool has_more;
	struct cardea_meeting_room room;
	const struct cardea_meeting_user *users; /* who is in the meeting */
	size_t user_count;
	const struct cardea_meeting_user *waiting;
	size_t waiting_count;
};

typedef void (*cardea_log_h)(int err, const struct cardea_log_part *part, void *arg);

#define CARDEA_LOG_PART 256 /* events in a part, at most */

/* What comes after number @after. @tenant and @room are internal ids. */
int cardea_domain_log_read(struct cardea_domain *domain, const char *tenant, const char *room,
                           int64_t after, cardea_log_h done, void *arg);

/* The log itself, for the tenant and for hosts of the room (spec/native 6): up to @limit events
 * after number @after. Hosts see neither those about hidden participants nor what others
 * write to each other. CARDEA_E_ROOM_UNKNOWN,
 * CARDEA_E_HOST_REQUIRED, errors of authentication. @last: number of the room's last event. */
#define CARDEA_LOG_MAX_LIMIT 1000
typedef void (*cardea_events_h)(int err, const struct cardea_log_event *events, size_t count,
                                int64_t last, void *arg);
int cardea_domain_events(struct cardea_domain *domain, const struct cardea_presented *who,
                         const char *room, int64_t after, int64_t limit, cardea_events_h done,
                         void *arg);

#endif
