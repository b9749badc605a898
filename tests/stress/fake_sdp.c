/*
 * sdp.h without SDP, whose text is Janus' matter. A description is the word "lines" and one item
 * for each m-line: its medium and mid ("a:0 v:1"), "x" for one that was refused.
 */
#include <stdio.h>
#include <string.h>
#include "cardea_error.h"
#include "plugin/sdp.h"

/* The items after the first word; NULL if that is not ours. Freed with g_strfreev. */
static char **split(const char *text)
{
	return g_str_has_prefix(text, "lines ") ? g_strsplit(text + strlen("lines "), " ", -1) : NULL;
}

static bool is_audio(enum cardea_source_kind kind)
{
	return kind == CARDEA_SOURCE_MICROPHONE || kind == CARDEA_SOURCE_SCREEN_AUDIO;
}

static void answer_line(const char *line, int mindex, const struct cardea_codec_list *video,
                        struct cardea_sdp_track *track)
{
	bool audio = is_audio(track->kind);
	if (!track->wanted || track->accepted || line[0] != (audio ? 'a' : 'v') ||
	    strcmp(line + 2, track->mid) != 0)
		return;
	track->accepted = true;
	track->mindex = mindex;
	track->codec = audio ? CARDEA_CODEC_OPUS : video->codecs[0];
	if (track->codec != CARDEA_CODEC_VP8)
		track->rid_count = 0;
}

int cardea_sdp_answer(const char *offer, const struct cardea_codec_list *video,
                      struct cardea_sdp_track *tracks, size_t count, char **answer)
{
	char **lines = split(offer);
	if (!lines || g_strv_length(lines) > CARDEA_MAX_MLINES) {
		g_strfreev(lines);
		return CARDEA_E_JSEP_INVALID;
	}
	for (int mindex = 0; lines[mindex]; mindex++) {
		for (size_t i = 0; i < count; i++)
			answer_line(lines[mindex], mindex, video, &tracks[i]);
	}
	g_strfreev(lines);
	*answer = g_strdup(offer);
	return 0;
}

char *cardea_sdp_offer(struct cardea_slot *const *lines, unsigned count,
                       const struct cardea_codec_list *video, uint64_t session, uint64_t version,
                       bool data)
{
	(void)video, (void)session, (void)version;
	GString *text = g_string_new("lines");
	for (unsigned i = 0; i < count; i++)
		g_string_append_printf(text, " %c:%s", lines[i]->video ? 'v' : 'a', lines[i]->mid);
	if (data)
		g_string_append(text, " d:data");
	return g_string_free(text, FALSE);
}

int cardea_sdp_payload_types(const char *answer, struct cardea_slot *const *lines, unsigned count,
                             int (*pts)[CARDEA_CODECS])
{
	char **given = split(answer);
	if (!given)
		return CARDEA_E_JSEP_INVALID;
	unsigned answered = g_strv_length(given);
	for (unsigned i = 0; i < count; i++) {
		bool refused = i >= answered || given[i][0] == 'x';
		for (unsigned codec = 0; codec < CARDEA_CODECS; codec++) {
			bool fits = (codec != CARDEA_CODEC_OPUS) == lines[i]->video;
			pts[i][codec] = refused || !fits ? -1 : 96 + (int)codec;
		}
	}
	g_strfreev(given);
	return 0;
}
