/*
 * event_codec: the text form of an event's data in the log. The only JSON of the domain but the
 * claims in tokens.c; no state, any thread.
 */
#ifndef CARDEA_DOMAIN_EVENT_CODEC_H
#define CARDEA_DOMAIN_EVENT_CODEC_H

#include <stdbool.h>
#include <stdint.h>

struct cardea_locks;
struct cardea_tx;

/* Names of events: part of the wire contract of the log (spec/native 6). */
#define CARDEA_EVENT_ROOM_CREATED         "room.created"
#define CARDEA_EVENT_ROOM_OPENED          "room.opened" /* a new session of a scheduled or ended room */
#define CARDEA_EVENT_ROOM_ENDED           "room.ended"
#define CARDEA_EVENT_ROOM_SCHEDULED       "room.scheduled"
#define CARDEA_EVENT_ROOM_UPDATED         "room.updated" /* name or configuration */
#define CARDEA_EVENT_ROOM_DELETED         "room.deleted"
#define CARDEA_EVENT_ROOM_BEGUN           "room.begun" /* guests need not wait for a host any more */
#define CARDEA_EVENT_ROOM_LOCKED          "room.locked"
#define CARDEA_EVENT_ROOM_UNLOCKED        "room.unlocked"
#define CARDEA_EVENT_ROOM_PERMISSIONS     "room.permissions" /* `locks`: the new defaults */
#define CARDEA_EVENT_ROOM_OPTIONS         "room.options"     /* `text`: all of them */
#define CARDEA_EVENT_ROOM_PRESENTER       "room.presenter" /* without participant: nobody any more */
#define CARDEA_EVENT_ROOM_MUTE_ASKED      "room.mute_asked" /* everybody is asked to be silent */
#define CARDEA_EVENT_ROOM_PLACED          "room.placed"
#define CARDEA_EVENT_PARTICIPANT_ADDED    "participant.added"
#define CARDEA_EVENT_PARTICIPANT_WAITING  "participant.waiting"
#define CARDEA_EVENT_PARTICIPANT_ADMITTED "participant.admitted"
#define CARDEA_EVENT_PARTICIPANT_DENIED   "participant.denied"
#define CARDEA_EVENT_PARTICIPANT_ENTERED  "participant.entered"
#define CARDEA_EVENT_PARTICIPANT_RETURNED "participant.returned" /* had left */
#define CARDEA_EVENT_PARTICIPANT_ONLINE   "participant.online"
#define CARDEA_EVENT_PARTICIPANT_OFFLINE  "participant.offline"
#define CARDEA_EVENT_PARTICIPANT_LEFT     "participant.left"
#define CARDEA_EVENT_PARTICIPANT_REMOVED  "participant.removed"
#define CARDEA_EVENT_PARTICIPANT_UPDATED  "participant.updated" /* name or role */
#define CARDEA_EVENT_PARTICIPANT_SOURCE   "participant.source"
#define CARDEA_EVENT_PARTICIPANT_RIGHTS   "participant.permissions"
#define CARDEA_EVENT_PARTICIPANT_MUTED    "participant.muted"   /* by a host */
#define CARDEA_EVENT_PARTICIPANT_UNMUTED  "participant.unmuted" /* by a host */
/* Of a tenant's own log. */
#define CARDEA_EVENT_TENANT_UPDATED       "tenant.updated"
#define CARDEA_EVENT_TENANT_KEY_ROTATED   "tenant.key_rotated"
#define CARDEA_EVENT_TENANT_DELETED       "tenant.deleted"
/* A refresh token was shown again too late: its family is dead (spec/native 11). */
#define CARDEA_EVENT_CREDENTIAL_REUSED    "credential.reused"
#define CARDEA_EVENT_MESSAGE_SENT         "message.sent" /* with `to`: for these two and the audit */
#define CARDEA_EVENT_HAND_RAISED          "hand.raised"
#define CARDEA_EVENT_HAND_LOWERED         "hand.lowered" /* leaving lowers it as well, without */

/* What an event tells; NULL, 0 and false are left out. Borrowed. */
struct cardea_event_data {
	const char *participant, *name, *role;
	bool is_guest;
	bool is_hidden; /* readers for participants leave such events out (spec/model I4) */
	const char *connection, *reason;
	const char *kind, *state; /* of a source; kind of a message: chat or reaction */
	const char *to, *text;    /* of a message; to: seat */
	const char *by;           /* seat of the host who did it */
	const char *node;
	int64_t epoch, gen;
	/* Not read back: */
	const struct cardea_locks *locks; /* {name: boolean} of those that are not absent */
	const unsigned *publish;          /* kinds, of enum cardea_kind */
	const char *block;                /* "meeting" or "room": may not come in any more */
};

/* New text, g_free; NULL if a string is not UTF-8. */
char *cardea_event_encode(const struct cardea_event_data *data);

/* The opposite; strings are memory of @tx. CARDEA_E_STORE for what was not encoded here. */
int cardea_event_decode(struct cardea_tx *tx, const char *text, struct cardea_event_data *out);

/*
 * A copy of the object @text (NULL = {}) with the members of the object @changes put over its own:
 * of the dialect's options, which nobody else here reads. *@out is memory of @tx. CARDEA_E_INVALID.
 */
/* True if the object @text (NULL = {}) has @name with the value false. */
bool cardea_object_is_false(const char *text, const char *name);
int cardea_object_merge(struct cardea_tx *tx, const char *text, const char *changes,
                        const char **out);

#endif
