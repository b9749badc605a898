#include "codec.h"

#include <string.h>
#include "cardea_error.h"

static const char *const names[CARDEA_CODECS] = {
        [CARDEA_CODEC_OPUS] = "opus", [CARDEA_CODEC_VP8] = "vp8", [CARDEA_CODEC_H264] = "h264",
        [CARDEA_CODEC_VP9] = "vp9",   [CARDEA_CODEC_AV1] = "av1",
};

const char *cardea_codec_name(enum cardea_codec codec)
{
	return names[codec];
}

int cardea_codec_parse(const char *name, enum cardea_codec *out)
{
	for (unsigned i = 0; i < CARDEA_CODECS; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum cardea_codec)i;
			return 0;
		}
	}
	return CARDEA_E_INVALID;
}

uint32_t cardea_codec_clock(enum cardea_codec codec)
{
	return codec == CARDEA_CODEC_OPUS ? 48000 : 90000; /* RFC 7587 4.1; all video codecs */
}
