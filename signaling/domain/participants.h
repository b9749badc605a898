/*
 * participants: what else a tenant or a host does with the participants of a room
 * (spec/participants 5.3-5.6). As domain.h: asynchronous, one command each, results borrowed for
 * `done`. Errors of authentication, and CARDEA_E_ROOM_UNKNOWN, CARDEA_E_PARTICIPANT_UNKNOWN (also
 * of another room, or who has left: Decision P13), CARDEA_E_HOST_REQUIRED.
 */
#ifndef CARDEA_DOMAIN_PARTICIPANTS_H
#define CARDEA_DOMAIN_PARTICIPANTS_H

#include "domain/domain.h"

/* Whom a call is about. @room: UUID or name; @participant: UUID, or with an update NULL for the one
 * whose token it is. */
struct cardea_participant_address {
	const char *room, *participant;
};

typedef void (*cardea_participant_done_h)(int err, void *arg);
/* All credentials of the seat are dead at once; there is no ban (Decision P14). */
int cardea_domain_participant_remove(struct cardea_domain *domain,
                                     const struct cardea_presented *who,
                                     const struct cardea_participant_address *address,
                                     cardea_participant_done_h done, void *arg);

struct cardea_participant_tokens {
	const char *access, *refresh, *auth;
	int64_t expires_in_s;
};
typedef void (*cardea_participant_tokens_h)(int err, const struct cardea_participant_tokens *tokens,
                                            void *arg);
/* New tokens; subject, room and role stay the same. */
int cardea_domain_participant_tokens(struct cardea_domain *domain,
                                     const struct cardea_presented *who,
                                     const struct cardea_participant_address *address,
                                     cardea_participant_tokens_h done, void *arg);

struct cardea_participant_change {
	const char *display_name; /* NULL = stays */
	int role;                 /* enum cardea_role, or -1 = stays */
};
typedef void (*cardea_participant_h)(int err, const struct cardea_participant_view *participant,
                                     void *arg);
/* Hosts change everybody, others only their own name: CARDEA_E_FORBIDDEN, CARDEA_E_OWN_ROLE. */
int cardea_domain_participant_update(struct cardea_domain *domain,
                                     const struct cardea_presented *who,
                                     const struct cardea_participant_address *address,
                                     const struct cardea_participant_change *change,
                                     cardea_participant_h done, void *arg);

/* ---- many at once ---- */

#define CARDEA_MAX_BULK 100

struct cardea_bulk_result {
	int err; /* then nothing else is set */
	const char *id;
	const char *access, *auth;
};
typedef void (*cardea_bulk_h)(int err, const struct cardea_bulk_result *results, size_t count,
                              void *arg);
/* Adds @count participants to @room one after the other in one command; one that is refused stops
 * nobody else. Makes no room. The error is of the whole call. */
int cardea_domain_participant_bulk(struct cardea_domain *domain, const struct cardea_presented *who,
                                   const char *room, const struct cardea_participant_add *list,
                                   size_t count, cardea_bulk_h done, void *arg);

#endif
