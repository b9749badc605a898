/*
 * sdp: what we offer and answer, on Janus' sdp-utils. Janus adds ICE, DTLS and RTX itself. No
 * state, any thread.
 */
#ifndef CARDEA_PLUGIN_SDP_H
#define CARDEA_PLUGIN_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "codec.h"
#include "session.h"
#include "slot.h"
#include "source.h"

/* One m-line that a client wants to publish on. */
struct cardea_sdp_track {
	char mid[CARDEA_MID_SIZE];
	bool wanted; /* false: answer it as inactive */
	enum cardea_source_kind kind;
	bool active;
	/* Encodings that are offered, low to high. */
	unsigned rid_count;
	char rids[CARDEA_SOURCE_LAYERS][CARDEA_RID_SIZE];
	/* Results. */
	bool accepted;
	int mindex;
	enum cardea_codec codec;
};

/*
 * Answers a client's offer: m-lines of the @count @tracks that are wanted, are of the kind's type,
 * send, and offer Opus or one of the codecs of @video become receive-only, with all encodings; all
 * others inactive. *@answer is freed with g_free. CARDEA_E_JSEP_INVALID for what is no SDP or has
 * no or too many m-lines.
 */
int cardea_sdp_answer(const char *offer, const struct cardea_codec_list *video,
                      struct cardea_sdp_track *tracks, size_t count, char **answer);

/* Our offer of @count send-only slots in the order of their @lines, the video ones with all codecs
 * of @video (at least one). Freed with g_free; NULL if it cannot be made. */
char *cardea_sdp_offer(struct cardea_slot *const *lines, unsigned count,
                       const struct cardea_codec_list *video, uint64_t session, uint64_t version,
                       bool data);

/* The payload type of each codec that the answer to it gives each of @count @lines; -1 where it was
 * refused. CARDEA_E_JSEP_INVALID. */
int cardea_sdp_payload_types(const char *answer, struct cardea_slot *const *lines, unsigned count,
                             int (*pts)[CARDEA_CODECS]);

#endif
