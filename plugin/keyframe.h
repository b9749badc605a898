/*
 * keyframe: where a key frame begins, by codec. Pure; the bytes come from outside and are checked
 * here. Any thread.
 */
#ifndef CARDEA_PLUGIN_KEYFRAME_H
#define CARDEA_PLUGIN_KEYFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "codec.h"

/* True if a payload of @codec is the first packet of a frame from which a decoder can start.
 * Never for audio. VP8 is parsed for more than this (vp8.h). */
bool cardea_keyframe_starts(enum cardea_codec codec, const uint8_t *payload, size_t len);

#endif
