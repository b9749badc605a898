#include "sdp_codec.h"

#include <stdbool.h>
#include <string.h>

/* Payload types leave room for Janus, which takes the next one for RTX. Constrained baseline of
 * H.264 (RFC 6184 8.1), profile 0 of VP9 (RFC 9628 6), main profile of AV1, which is its default.
 */
static const struct {
	int pt;
	const char *fmtp;
} offered[CARDEA_CODECS] = {
        [CARDEA_CODEC_OPUS] = {111, "useinbandfec=1"},
        [CARDEA_CODEC_VP8] = {96, NULL},
        [CARDEA_CODEC_H264] = {98, "level-asymmetry-allowed=1;packetization-mode=1;"
                                   "profile-level-id=42e01f"},
        [CARDEA_CODEC_VP9] = {100, "profile-id=0"},
        [CARDEA_CODEC_AV1] = {102, NULL},
};

/* Whether the parameter @name of @fmtp (may be NULL) begins with @value; @absent if it has none. */
static bool parameter_is(const char *fmtp, const char *name, const char *value, bool absent)
{
	char **parameters = g_strsplit(fmtp ? fmtp : "", ";", -1);
	bool result = absent;
	for (unsigned i = 0; parameters[i]; i++) {
		const char *parameter = g_strstrip(parameters[i]);
		size_t len = strlen(name);
		if (g_ascii_strncasecmp(parameter, name, len) == 0 && parameter[len] == '=')
			result = g_ascii_strncasecmp(parameter + len + 1, value, strlen(value)) == 0;
	}
	g_strfreev(parameters);
	return result;
}

static bool profile_fits(enum cardea_codec codec, const char *fmtp)
{
	switch (codec) {
	case CARDEA_CODEC_H264:
		return parameter_is(fmtp, "packetization-mode", "1", false) &&
		       parameter_is(fmtp, "profile-level-id", "42e0", false);
	case CARDEA_CODEC_VP9:
		return parameter_is(fmtp, "profile-id", "0", true);
	case CARDEA_CODEC_AV1:
		return parameter_is(fmtp, "profile", "0", true);
	default:
		return true;
	}
}

/* The payload type of an `rtpmap` that names @codec; -1 for any other attribute. */
static int pt_of(const janus_sdp_attribute *attribute, enum cardea_codec codec)
{
	if (!attribute->value || strcmp(attribute->name, "rtpmap") != 0)
		return -1;
	char *map;
	gint64 pt = g_ascii_strtoll(attribute->value, &map, 10);
	if (*map != ' ' || pt < 0 || pt > 127 ||
	    g_ascii_strcasecmp(map + 1, janus_sdp_get_codec_rtpmap(cardea_codec_name(codec))) != 0)
		return -1;
	return (int)pt;
}

int cardea_sdp_codec_pt(janus_sdp *sdp, const janus_sdp_mline *mline, enum cardea_codec codec)
{
	for (const GList *link = mline->attributes; link; link = link->next) {
		int pt = pt_of(link->data, codec);
		if (pt >= 0 && profile_fits(codec, janus_sdp_get_fmtp(sdp, mline->index, pt)))
			return pt;
	}
	return -1;
}

int cardea_sdp_codec_choose(janus_sdp *sdp, const janus_sdp_mline *mline,
                            const struct cardea_codec_list *wanted)
{
	for (unsigned i = 0; i < wanted->count; i++) {
		if (cardea_sdp_codec_pt(sdp, mline, wanted->codecs[i]) >= 0)
			return (int)wanted->codecs[i];
	}
	return -1;
}

void cardea_sdp_codec_prefer(janus_sdp_mline *mline, enum cardea_codec codec, int pt)
{
	for (GList *link = mline->attributes; link; link = link->next) {
		if (pt_of(link->data, codec) == pt) {
			mline->attributes = g_list_remove_link(mline->attributes, link);
			mline->attributes = g_list_concat(link, mline->attributes);
			return;
		}
	}
}

int cardea_sdp_codec_offered_pt(enum cardea_codec codec)
{
	return offered[codec].pt;
}

const char *cardea_sdp_codec_offered_fmtp(enum cardea_codec codec)
{
	return offered[codec].fmtp;
}

static void add_attribute(janus_sdp_mline *mline, const char *name, int pt, const char *value)
{
	janus_sdp_attribute_add_to_mline(mline, janus_sdp_attribute_create(name, "%d %s", pt, value));
}

void cardea_sdp_codec_add(janus_sdp_mline *mline, enum cardea_codec codec)
{
	static const char *const feedback[] = {"ccm fir", "nack", "nack pli", "goog-remb"};
	int pt = offered[codec].pt;
	mline->ptypes = g_list_append(mline->ptypes, GINT_TO_POINTER(pt));
	add_attribute(mline, "rtpmap", pt, janus_sdp_get_codec_rtpmap(cardea_codec_name(codec)));
	for (unsigned i = 0; i < G_N_ELEMENTS(feedback); i++)
		add_attribute(mline, "rtcp-fb", pt, feedback[i]);
	if (offered[codec].fmtp)
		add_attribute(mline, "fmtp", pt, offered[codec].fmtp);
}
