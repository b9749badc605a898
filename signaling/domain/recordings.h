/* recordings: who may ask for recordings, of which this version has none (spec/participants 9). As
 * domain.h. */
#ifndef CARDEA_DOMAIN_RECORDINGS_H
#define CARDEA_DOMAIN_RECORDINGS_H

#include "domain/domain.h"

/* About a room, about a recording, or with neither about all that the caller may see. */
struct cardea_recording_call {
	const char *room, *recording;
};
/* 0 if the caller may and what it is about is there. Errors of authentication,
 * CARDEA_E_HOST_REQUIRED, CARDEA_E_ROOM_UNKNOWN; of a recording always one:
 * CARDEA_E_RECORDING_ID_INVALID, CARDEA_E_RECORDING_UNKNOWN. */
int cardea_domain_recording_check(struct cardea_domain *domain, const struct cardea_presented *who,
                                  const struct cardea_recording_call *what,
                                  void (*done)(int err, void *arg), void *arg);

#endif
