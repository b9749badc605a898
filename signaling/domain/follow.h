/*
 * follow: a participant of the participants dialect follows its meeting and takes part in it
 * without media (spec/participants 10). By its access token alone: CARDEA_E_AUTH_TOKEN for every
 * other. As domain.h.
 */
#ifndef CARDEA_DOMAIN_FOLLOW_H
#define CARDEA_DOMAIN_FOLLOW_H

#include "domain/domain.h"

struct cardea_following {
	const char *tenant, *room, *seat;
	const char *room_name; /* "" = none */
	enum cardea_role role;
	bool lists_hosts_only; /* others than hosts are told of hosts and themselves only */
	int64_t first_event;   /* those up to this number are not for this participant */
	int64_t last_event;    /* of the room's log, when this was so */
	const struct cardea_participant_view *participants; /* who are there */
	size_t count;
};
typedef void (*cardea_following_h)(int err, const struct cardea_following *following, void *arg);
int cardea_domain_follow(struct cardea_domain *domain, const struct cardea_presented *who,
                         cardea_following_h done, void *arg);

enum cardea_signal_type {
	CARDEA_SIGNAL_CHAT,
	CARDEA_SIGNAL_REACTION,
	CARDEA_SIGNAL_RAISE_HAND,
	CARDEA_SIGNAL_LOWER_HAND,
};
/* Like what comes from native clients through their node: what is not permitted changes nothing.
 * @text: of CHAT and REACTION. */
int cardea_domain_signal(struct cardea_domain *domain, const struct cardea_presented *who,
                         enum cardea_signal_type type, const char *text,
                         void (*done)(int err, void *arg), void *arg);

#endif
