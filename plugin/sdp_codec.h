/*
 * sdp_codec: the codecs we negotiate, each in the one profile that every browser has, and where an
 * SDP has them. No state, any thread.
 */
#ifndef CARDEA_PLUGIN_SDP_CODEC_H
#define CARDEA_PLUGIN_SDP_CODEC_H

#include <janus/sdp-utils.h>
#include "codec.h"

/* The payload type of @codec on @mline of @sdp; -1 if it is not there, or in other profiles only.
 */
int cardea_sdp_codec_pt(janus_sdp *sdp, const janus_sdp_mline *mline, enum cardea_codec codec);

/* The first of @wanted that @mline of @sdp has; -1: none. */
int cardea_sdp_codec_choose(janus_sdp *sdp, const janus_sdp_mline *mline,
                            const struct cardea_codec_list *wanted);

/* sdp-utils takes the first payload type of a codec, whatever its profile: makes it take @pt. */
void cardea_sdp_codec_prefer(janus_sdp_mline *mline, enum cardea_codec codec, int pt);

/* What our offers have: payload type, and `fmtp` or NULL. */
int cardea_sdp_codec_offered_pt(enum cardea_codec codec);
const char *cardea_sdp_codec_offered_fmtp(enum cardea_codec codec);

/* Adds another video codec to a line of our offer, with all feedback that we understand. */
void cardea_sdp_codec_add(janus_sdp_mline *mline, enum cardea_codec codec);

#endif
