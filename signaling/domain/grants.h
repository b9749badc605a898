/*
 * grants: all authorisation. Pure: facts in, a decision out; no state, any thread.
 */
#ifndef CARDEA_DOMAIN_GRANTS_H
#define CARDEA_DOMAIN_GRANTS_H

#include <stdbool.h>
#include <stdint.h>
#include "cardea_join_token.h"
#include "domain/domain.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/sessions.h"
#include "store/tenants.h"

enum cardea_principal_kind {
	CARDEA_PRINCIPAL_TENANT, /* API key or tenant token: host of every room */
	CARDEA_PRINCIPAL_SEAT,   /* a participant, in its own room */
	CARDEA_PRINCIPAL_LINK,   /* who came with a room's join token: may add participants to it */
};

/* Who is calling, once that is known. */
struct cardea_principal {
	enum cardea_principal_kind kind;
	char tenant[CARDEA_UUID_SIZE];
	char room[CARDEA_UUID_SIZE]; /* of seats and links */
	char seat[CARDEA_UUID_SIZE]; /* of seats; else "" */
	enum cardea_role role;
};

/* ---- the participants dialect (spec/participants 2.5) ---- */

enum cardea_act {
	CARDEA_ACT_ROOM_CREATE,
	CARDEA_ACT_ROOM_READ,
	CARDEA_ACT_PARTICIPANT_ADD,
	CARDEA_ACT_PARTICIPANT_LIST,
	CARDEA_ACT_PARTICIPANT_UPDATE, /* oneself; cardea_grant_update says the rest */
	CARDEA_ACT_PARTICIPANT_BULK,   /* hosts, of their own room; so are those that follow */
	CARDEA_ACT_PARTICIPANT_REMOVE,
	CARDEA_ACT_ROOM_CHANGE,
	CARDEA_ACT_PARTICIPANT_TOKENS,
	CARDEA_ACT_EVENTS_READ, /* hosts, of their own room */
	CARDEA_ACT_ADMISSION,   /* who waits, and letting in; of our native calls */
	CARDEA_ACT_MODERATE,    /* spec/native 4 */
	CARDEA_ACT_EXPLAIN,     /* tenants: what a credential would open */
};

/* May @who do this at all? 0, CARDEA_E_HOST_REQUIRED or CARDEA_E_INSUFFICIENT; of a link
 * CARDEA_E_AUTH_TOKEN, because its token is for two calls only. */
int cardea_grant_act(const struct cardea_principal *who, enum cardea_act act);
/* May @who address @room, as written by the caller (id or name)? 0 or CARDEA_E_ROOM_UNKNOWN, as for
 * a room that does not exist. */
int cardea_grant_room(const struct cardea_principal *who, const char *room);
/* May @who look after the tenant @id? 0, CARDEA_E_INSUFFICIENT or CARDEA_E_TENANT_OTHER. */
int cardea_grant_tenant(const struct cardea_principal *who, const char *id);
/* Is @seat one of @room that @who may know of (Decision P13)? Hidden ones are known to themselves
 * and to the tenant (spec/model I4). 0 or CARDEA_E_PARTICIPANT_UNKNOWN. */
int cardea_grant_seat(const struct cardea_principal *who, const struct cardea_room_row *room,
                      const struct cardea_seat_row *seat);
/* May @who change the seat @target, and its role (spec/participants 5.6)? 0, CARDEA_E_FORBIDDEN or
 * CARDEA_E_OWN_ROLE. */
int cardea_grant_update(const struct cardea_principal *who, const char *target, bool role_too);
/* The role of a new seat (spec/participants 5.1.3). @wanted: enum cardea_role or -1.
 * @first_is_host: the tenant wants it and nobody is there. 0, CARDEA_E_HOST_REQUIRED,
 * CARDEA_E_ROLE_INVALID. */
int cardea_grant_role(const struct cardea_principal *who, int wanted, bool first_is_host,
                      enum cardea_role *out);
/* May @who have the tokens of the existing @seat (Decision P7)? 0 or CARDEA_E_HOST_REQUIRED. */
int cardea_grant_reuse(const struct cardea_principal *who, const struct cardea_seat_row *seat);

/* ---- rights in force (spec/model I7, spec/plugnmeet 7 and 9) ---- */

/* What a seat's rights follow from. */
struct cardea_standing {
	const struct cardea_room_row *room;
	const struct cardea_session_row *session;
	const struct cardea_seat_row *seat;
};

/* Kinds of media that a seat may publish while nothing is locked: what the session opens to its
 * role and a host to it. A hidden one none (spec/model I17), and no data where the room has no
 * chat. */
unsigned cardea_grant_publish(const struct cardea_standing *at);
/* The seat's locks as they are in force: a set of enum cardea_lock. Hosts carry none, but the
 * session's default for the whiteboard while they do not present (spec/plugnmeet 7). */
unsigned cardea_grant_locks(const struct cardea_standing *at);

/* Does somebody in @session, with this role and seat, see @other in lists (spec/plugnmeet 9)? */
bool cardea_grant_sees(const struct cardea_session_row *session, enum cardea_role role,
                       const char *seat, const struct cardea_seat_row *other);

struct cardea_rights {
	unsigned publish; /* kinds, with the locks taken off */
	unsigned locks;
	bool chat, private_chat, reactions;
};
struct cardea_rights cardea_grant_rights(const struct cardea_standing *at);

/* May somebody with this role have these @locks switched on? Hosts carry none (spec/model I6). 0 or
 * CARDEA_E_HOST_LOCK. */
int cardea_grant_locks_for(enum cardea_role role, unsigned locks);

/* ---- what participants ask for in the meeting ---- */

enum cardea_message_kind {
	CARDEA_MESSAGE_CHAT,
	CARDEA_MESSAGE_PRIVATE_CHAT,
	CARDEA_MESSAGE_REACTION,
	CARDEA_MESSAGE_OTHER, /* of a dialect's own */
};

/* By the name in the log; @is_private: it is for one person. */
enum cardea_message_kind cardea_message_kind_of(const char *kind, bool is_private);
/* May the seat send such messages? 0 or CARDEA_E_FORBIDDEN. */
int cardea_grant_send(const struct cardea_standing *at, enum cardea_message_kind kind);
/* May @who do this to @target? Hosts, but nobody removes themself (that is leaving). 0,
 * CARDEA_E_HOST_REQUIRED or CARDEA_E_FORBIDDEN. */
int cardea_grant_moderate(const struct cardea_seat_row *who, const struct cardea_seat_row *target,
                          enum cardea_moderation action);

/* May @who do something to @seat in @room? One of its running session that @who can know of. 0 or
 * CARDEA_E_PARTICIPANT_UNKNOWN. */
int cardea_grant_target(const struct cardea_principal *who, const struct cardea_room_row *room,
                        const struct cardea_seat_row *seat);
/* May @who remove @seat from @session? 0, CARDEA_E_SELF, or CARDEA_E_FORBIDDEN where hosts remove
 * nobody. */
int cardea_grant_remove(const struct cardea_principal *who,
                        const struct cardea_session_row *session,
                        const struct cardea_seat_row *seat);

/* Is a host whose seat is @own a host of another room, too, where @there is a seat (NULL = none)?
 * Both are the same person's if they were made for the same key of a page, link or account, or if a
 * backend invited both for one user: a name that somebody chose proves nothing. 0, or
 * CARDEA_E_ROOM_UNKNOWN as for a room that does not exist. */
int cardea_grant_move_into(const struct cardea_seat_row *own, const struct cardea_seat_row *there);

/* Whom @who adds is let in by that, and need not wait: so with tenants and hosts. */
bool cardea_grant_vouches(const struct cardea_principal *who);

/* Does @who see @seat of @session, which is not hidden, in lists? Others than hosts do not see who
 * waits, and where the meeting says so nobody but hosts and themselves. */
bool cardea_grant_list(const struct cardea_principal *who, const struct cardea_session_row *session,
                       const struct cardea_seat_row *seat);

/* May @target be put back to wait? Hosts never wait (spec/meetings 12.1). 0 or CARDEA_E_FORBIDDEN.
 */
int cardea_grant_put_back(const struct cardea_seat_row *target);

/* ---- the meetings dialect (spec/meetings 7, 12.2) ---- */

enum cardea_meeting_act {
	CARDEA_MEETING_READ_USER, /* of oneself also while waiting */
	CARDEA_MEETING_SPEAK,     /* messages, presentation, layout, asking for silence */
	CARDEA_MEETING_KICK,
	CARDEA_MEETING_ADMIT,
	CARDEA_MEETING_LOCK,
	CARDEA_MEETING_END,
};

/* May @seat do this in @session? 0, CARDEA_E_WAITING or CARDEA_E_FORBIDDEN. */
int cardea_grant_meeting(const struct cardea_session_row *session,
                         const struct cardea_seat_row *seat, enum cardea_meeting_act act);

/* Does only having been in a call take @seat past a lock (spec/meetings 11.5)? So it is with access
 * keys, of hosts like others, and with guests; for other seats it is enough to have a place. */
bool cardea_grant_lock_needs_presence(const struct cardea_seat_row *seat);

/* ---- admission ---- */

enum cardea_verdict {
	CARDEA_ADMIT,
	CARDEA_WAIT,
	CARDEA_REFUSE,
};

/* Who asks to be in the room, and what that would mean for it. */
struct cardea_entrant {
	const struct cardea_seat_row *seat; /* NULL: a new one is made */
	enum cardea_role role;
	bool is_guest; /* of a new seat */
	bool is_hidden;
	bool opens;       /* the call may open a scheduled or ended room */
	bool early_join;  /* the tenant's allow_early_join */
	bool replaces;    /* may take over the seat's connection */
	bool is_blocked;  /* from the meeting, or the room (domain/blocks.h) */
	bool is_outdated; /* comes with what the seat's removal has ended */
	int64_t active;   /* visible seats in the room now */
	int64_t limit;    /* 0 = none */
};

struct cardea_admission {
	enum cardea_verdict verdict;
	int reason; /* of a refusal: a negative cardea_error */
};

/* The one decision who gets in. @session is the running one or the one the credential belongs to;
 * NULL if there is none. */
struct cardea_admission cardea_admit(const struct cardea_room_row *room,
                                     const struct cardea_session_row *session,
                                     const struct cardea_entrant *who, int64_t now_ms);

/* Whether @seat takes a place also while it waits: whom a backend asked in does (spec/plugnmeet 9),
 * others do not (spec/model I5). */
bool cardea_grant_waits_in_place(const struct cardea_seat_row *seat);
/* Whether @seat has its place, so that it can enter a full room. */
bool cardea_grant_has_place(const struct cardea_seat_row *seat, int64_t now_ms);

/* How many of @session may be in: the least of room, session and tenant. */
int64_t cardea_capacity_of(const struct cardea_room_row *room,
                           const struct cardea_session_row *session,
                           const struct cardea_tenant_row *tenant);
/* min(room, tenant), where 0 and absent are no limit (spec/participants 5.1.5). */
int64_t cardea_capacity(int64_t room_limit, int64_t tenant_limit);

#endif
