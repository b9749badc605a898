/*
 * waiting: who waits to be let in, and what hosts do about it (spec/native 5). As domain.h:
 * asynchronous, results borrowed for `done`. @who: a tenant, or a host of the room by a token of
 * the participants dialect or an access key.
 */
#ifndef CARDEA_DOMAIN_WAITING_H
#define CARDEA_DOMAIN_WAITING_H

#include "domain/domain.h"

struct cardea_waiting_person {
	const char *participant, *name;
	int64_t since; /* ms */
};

typedef void (*cardea_waiting_list_h)(int err, const struct cardea_waiting_person *list,
                                      size_t count, void *arg);
/* In the order of coming; nobody, if the room has no meeting. @room: id or name. CARDEA_E_AUTH_*
 * and the like, CARDEA_E_HOST_REQUIRED, CARDEA_E_ROOM_UNKNOWN; so all that follow. */
int cardea_domain_waiting_list(struct cardea_domain *domain, const struct cardea_presented *who,
                               const char *room, cardea_waiting_list_h done, void *arg);

struct cardea_waiting_command {
	const char *room;
	const char *participant; /* id; NULL = everybody who waits */
	const char *reason;      /* for who is denied; NULL = none */
};

/* @count: how many are let in by this. */
typedef void (*cardea_waiting_h)(int err, size_t count, void *arg);

/* All of these change nothing, and succeed, if that is how it is already. CARDEA_E_SESSION_OVER,
 * CARDEA_E_PARTICIPANT_UNKNOWN, also for who was denied or removed. CARDEA_E_ROOM_LOCKED. */
int cardea_domain_waiting_admit(struct cardea_domain *domain, const struct cardea_presented *who,
                                const struct cardea_waiting_command *command, cardea_waiting_h done,
                                void *arg);
/* CARDEA_E_PARTICIPANT_UNKNOWN for who has been let in. */
int cardea_domain_waiting_deny(struct cardea_domain *domain, const struct cardea_presented *who,
                               const struct cardea_waiting_command *command, cardea_waiting_h done,
                               void *arg);
/* Whatever the participant holds is dead, and the node is told. CARDEA_E_FORBIDDEN for hosts. */
int cardea_domain_waiting_put_back(struct cardea_domain *domain, const struct cardea_presented *who,
                                   const struct cardea_waiting_command *command,
                                   cardea_waiting_h done, void *arg);

#endif
