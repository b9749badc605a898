/*
 * codec: what a source sends and a slot is offered. Pure, any thread.
 */
#ifndef CARDEA_PLUGIN_CODEC_H
#define CARDEA_PLUGIN_CODEC_H

#include <stdint.h>

enum cardea_codec {
	CARDEA_CODEC_OPUS = 0,
	CARDEA_CODEC_VP8,
	CARDEA_CODEC_H264,
	CARDEA_CODEC_VP9,
	CARDEA_CODEC_AV1,
	CARDEA_CODECS
};

/* Codecs that are allowed for video, in the order of preference. */
struct cardea_codec_list {
	unsigned count;
	enum cardea_codec codecs[CARDEA_CODECS];
};

/* "opus", "vp8", "h264", "vp9", "av1". */
const char *cardea_codec_name(enum cardea_codec codec);

/* 0 or CARDEA_E_INVALID. */
int cardea_codec_parse(const char *name, enum cardea_codec *out);

/* RTP clock in Hz. */
uint32_t cardea_codec_clock(enum cardea_codec codec);

#endif
