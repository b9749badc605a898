/*
 * why: why somebody is in a meeting or not (spec/native 7). As domain.h: asynchronous, results
 * borrowed for `done`. Nothing is changed.
 */
#ifndef CARDEA_DOMAIN_WHY_H
#define CARDEA_DOMAIN_WHY_H

#include "domain/domain.h"

/* ---- a seat ---- */

/* From the credential to being heard and seen, in order. */
enum cardea_why_phase {
	CARDEA_WHY_CREDENTIAL,
	CARDEA_WHY_ADMIT,
	CARDEA_WHY_TOKEN,
	CARDEA_WHY_SIGNAL,
	CARDEA_WHY_ICE,
	CARDEA_WHY_DTLS,
	CARDEA_WHY_FIRST_PACKET,
	CARDEA_WHY_PHASES,
};

struct cardea_why_step {
	int64_t at_ms;      /* 0 = not known */
	int64_t took_ms;    /* since the last phase before it whose time is known; -1 = not known */
	int ok;             /* 0, 1, or -1: not decided, or not known */
	const char *detail; /* NULL = nothing to say */
};

struct cardea_why_seat {
	/* online; left, offline: was online; entering, not_connected: has a token, and its time runs or
	 * is over; not_entered; waiting, denied, removed, blocked, meeting_over */
	const char *verdict;
	struct cardea_why_step steps[CARDEA_WHY_PHASES]; /* of the last attempt */
};

typedef void (*cardea_why_seat_h)(int err, const struct cardea_why_seat *result, void *arg);
/* For the tenant and hosts of @room, from its rows and the newest events of its log. Failures of
 * authentication, CARDEA_E_HOST_REQUIRED, _ROOM_UNKNOWN, _PARTICIPANT_UNKNOWN. */
int cardea_domain_why_seat(struct cardea_domain *domain, const struct cardea_presented *who,
                           const char *room, const char *participant, cardea_why_seat_h done,
                           void *arg);

/* ---- a credential ---- */

struct cardea_why_credential {
	int refusal;         /* the error that `enter` would answer with, 0 = none */
	bool is_waiting;     /* would have to wait */
	bool waits_for_host; /* for the meeting to begin; else for a host to let it in */
};

typedef void (*cardea_why_credential_h)(int err, const struct cardea_why_credential *result,
                                        void *arg);
/* What `enter` would decide now for @credential and @name (NULL = none) of somebody new, without
 * doing it; whether the node then answers is not asked. For tenants only: a credential of another
 * is unknown. Failures of authentication, CARDEA_E_HOST_REQUIRED, CARDEA_E_INSUFFICIENT. */
int cardea_domain_why_credential(struct cardea_domain *domain, const struct cardea_presented *who,
                                 const char *credential, const char *name,
                                 cardea_why_credential_h done, void *arg);

#endif
