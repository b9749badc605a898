/*
 * sdp: what we offer and answer, on Janus' sdp-utils. Janus adds ICE, DTLS and RTX itself. No
 * state, any thread.
 */
#ifndef CARDEA_PLUGIN_SDP_H
#define CARDEA_PLUGIN_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "session.h"
#include "slot.h"
#include "source.h"

/* One m-line that a client wants to publish on. */
struct cardea_sdp_track {
	char mid[CARDEA_MID_SIZE];
	unsigned kind; /* enum cardea_kind; 0: answer it as inactive */
	bool active;
	/* Results. */
	bool accepted;
	int mindex;
};

/*
 * Answers a client's offer: m-lines of the @count @tracks that have a kind, are of its type, send,
 * and offer Opus or VP8 become receive-only, all others inactive. *@answer is freed with g_free.
 * CARDEA_E_JSEP_INVALID for what is no SDP or has no or too many m-lines.
 */
int cardea_sdp_answer(const char *offer, struct cardea_sdp_track *tracks, size_t count,
                      char **answer);

/* Our offer of @count send-only @slots. Freed with g_free; NULL if it cannot be made. */
char *cardea_sdp_offer(const struct cardea_slot *slots, unsigned count, uint64_t session,
                       uint64_t version);

/* The payload type that the answer to it gives each of @count slots; -1 where it was refused.
 * CARDEA_E_JSEP_INVALID. */
int cardea_sdp_payload_types(const char *answer, const struct cardea_slot *slots, unsigned count,
                             int *pts);

#endif
