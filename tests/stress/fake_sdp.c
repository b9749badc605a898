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

int cardea_sdp_answer(const char *offer, struct cardea_sdp_track *tracks, size_t count,
                      char **answer)
{
	char **lines = split(offer);
	if (!lines || g_strv_length(lines) > CARDEA_MAX_MLINES) {
		g_strfreev(lines);
		return CARDEA_E_JSEP_INVALID;
	}
	for (int mindex = 0; lines[mindex]; mindex++) {
		for (size_t i = 0; i < count; i++) {
			bool audio = tracks[i].kind == CARDEA_KIND_MICROPHONE;
			if (tracks[i].kind == 0 || tracks[i].accepted ||
			    lines[mindex][0] != (audio ? 'a' : 'v') ||
			    strcmp(lines[mindex] + 2, tracks[i].mid) != 0)
				continue;
			tracks[i].accepted = true;
			tracks[i].mindex = mindex;
		}
	}
	g_strfreev(lines);
	*answer = g_strdup(offer);
	return 0;
}

char *cardea_sdp_offer(const struct cardea_slot *slots, unsigned count, uint64_t session,
                       uint64_t version)
{
	(void)session, (void)version;
	GString *text = g_string_new("lines");
	for (unsigned i = 0; i < count; i++)
		g_string_append_printf(text, " %c:%s", slots[i].video ? 'v' : 'a', slots[i].mid);
	return g_string_free(text, FALSE);
}

int cardea_sdp_payload_types(const char *answer, const struct cardea_slot *slots, unsigned count,
                             int *pts)
{
	char **lines = split(answer);
	if (!lines)
		return CARDEA_E_JSEP_INVALID;
	unsigned answered = g_strv_length(lines);
	for (unsigned i = 0; i < count; i++)
		pts[i] = i >= answered || lines[i][0] == 'x' ? -1 : slots[i].video ? 96 : 111;
	g_strfreev(lines);
	return 0;
}
