/*
 * event_codec: the text form of an event's data in the log. The only JSON of the domain but the
 * claims in tokens.c; no state, any thread.
 */
#ifndef CARDEA_DOMAIN_EVENT_CODEC_H
#define CARDEA_DOMAIN_EVENT_CODEC_H

#include <stdbool.h>
#include <stdint.h>

/* Names of events: part of the wire contract of the log (spec/native 6). */
#define CARDEA_EVENT_ROOM_CREATED         "room.created"
#define CARDEA_EVENT_ROOM_OPENED          "room.opened" /* a new session of a scheduled or ended room */
#define CARDEA_EVENT_ROOM_ENDED           "room.ended"
#define CARDEA_EVENT_ROOM_PLACED          "room.placed"
#define CARDEA_EVENT_PARTICIPANT_ADDED    "participant.added"
#define CARDEA_EVENT_PARTICIPANT_ENTERED  "participant.entered"
#define CARDEA_EVENT_PARTICIPANT_RETURNED "participant.returned" /* had left */
#define CARDEA_EVENT_PARTICIPANT_ONLINE   "participant.online"
#define CARDEA_EVENT_PARTICIPANT_OFFLINE  "participant.offline"
#define CARDEA_EVENT_PARTICIPANT_LEFT     "participant.left"
#define CARDEA_EVENT_PARTICIPANT_REMOVED  "participant.removed"
#define CARDEA_EVENT_PARTICIPANT_SOURCE   "participant.source"

/* What an event tells; NULL, 0 and false are left out. Borrowed. */
struct cardea_event_data {
	const char *participant, *name, *role;
	bool is_guest;
	bool is_hidden; /* readers for participants leave such events out (spec/model I4) */
	const char *connection, *reason;
	const char *kind, *state; /* of a source */
	const char *node;
	int64_t epoch, gen;
};

/* New text, freed with free(); NULL if a string is not UTF-8. */
char *cardea_event_encode(const struct cardea_event_data *data);

#endif
