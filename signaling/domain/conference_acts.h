/*
 * conference_acts: what somebody in a room does with their join token (spec/plugnmeet 6.4, 10). As
 * domain.h: asynchronous, one command, results borrowed for `done`.
 */
#ifndef CARDEA_DOMAIN_CONFERENCE_ACTS_H
#define CARDEA_DOMAIN_CONFERENCE_ACTS_H

#include "domain/conferences.h"

enum cardea_conference_act_type {
	CARDEA_CONFERENCE_NOTHING, /* only looks who calls */
	CARDEA_CONFERENCE_MUTE,
	CARDEA_CONFERENCE_REMOVE,
	CARDEA_CONFERENCE_PROMOTE,
	CARDEA_CONFERENCE_DEMOTE,
	CARDEA_CONFERENCE_LOCK,
	CARDEA_CONFERENCE_APPROVE,
	CARDEA_CONFERENCE_WAITING_TEXT,
	CARDEA_CONFERENCE_END,
};

struct cardea_conference_act {
	enum cardea_conference_act_type type;
	const char *room_id; /* as the caller says; NULL = does not say */
	const char *user_id; /* whom it is about; NULL = everybody else */
	const char *kind;    /* MUTE: microphone, camera or screen */
	const char *text;    /* REMOVE, WAITING_TEXT */
	unsigned lock;       /* LOCK: a set of enum cardea_lock; 0 = none there is */
	bool is_on;          /* MUTE, LOCK: on or off; REMOVE: may not come back */
};

/*
 * Of the token: CARDEA_E_AUTH_TOKEN, CARDEA_E_AUTH_EXPIRED, CARDEA_E_SESSION_OVER. Then, but for
 * NOTHING: CARDEA_E_HOST_REQUIRED, CARDEA_E_ROOM_MISMATCH, CARDEA_E_PARTICIPANT_UNKNOWN, and those
 * of domain/moderation_acts.h. It succeeds, and changes nothing, if that is how it is already.
 */
int cardea_domain_conference_act(struct cardea_domain *domain, const char *token,
                                 const struct cardea_conference_act *act, cardea_done_h done,
                                 void *arg);

struct cardea_conference_admission {
	const char *room_id, *user_id;
};
typedef void (*cardea_conference_admission_h)(int err,
                                              const struct cardea_conference_admission *result,
                                              void *arg);
/* Would `enter` let the holder of @token in? Besides those of the token: CARDEA_E_NOT_FOUND (no
 * seat, or removed), CARDEA_E_IN_USE, CARDEA_E_BLOCKED, CARDEA_E_CAPACITY. */
int cardea_domain_conference_verify(struct cardea_domain *domain, const char *token,
                                    cardea_conference_admission_h done, void *arg);

#endif
