/* The publish handle: publish, source. */
#include <string.h>
#include "cardea_error.h"
#include "membership.h"
#include "message.h"
#include "sdp.h"

static const struct cardea_json_field publish_fields[] = {
        {"offer", CARDEA_JSON_INTEGER, true, 1, INT64_MAX},
        {"tracks", CARDEA_JSON_ARRAY, true, 0, CARDEA_MAX_MLINES},
};

static const struct cardea_json_field track_fields[] = {
        {"mid", CARDEA_JSON_STRING, true, 1, CARDEA_MID_SIZE - 1},
        {"kind", CARDEA_JSON_STRING, true, 1, 32},
        {"active", CARDEA_JSON_BOOLEAN, false, 0, 0},
};

/* Reads `tracks`. The m-line of a kind that is unknown, not permitted or named before is answered
 * as inactive. */
static int read_tracks(const json_t *array, unsigned rights, struct cardea_sdp_track *tracks)
{
	unsigned seen = 0;
	size_t i;
	json_t *item;
	json_array_foreach(array, i, item)
	{
		if (!json_is_object(item))
			return CARDEA_E_JSON_TYPE;
		int err = cardea_json_check(item, track_fields, G_N_ELEMENTS(track_fields), NULL);
		if (err < 0)
			return err;
		tracks[i] = (struct cardea_sdp_track){.active = cardea_json_boolean(item, "active", true)};
		g_strlcpy(tracks[i].mid, cardea_json_string(item, "mid", ""), sizeof(tracks[i].mid));
		enum cardea_source_kind kind;
		if (cardea_source_kind_parse(cardea_json_string(item, "kind", ""), &kind) < 0)
			continue;
		tracks[i].kind = kind;
		tracks[i].wanted = (cardea_source_kind_right(kind) & rights) && !(seen & 1u << kind);
		seen |= 1u << kind;
	}
	return 0;
}

/* Janus lists the encodings of a line from high to low, at most three. */
static void read_rids(const json_t *rids, struct cardea_sdp_track *track)
{
	size_t i, count = json_array_size(rids);
	json_t *rid;
	if (count > CARDEA_SOURCE_LAYERS)
		return;
	track->rid_count = (unsigned)count;
	json_array_foreach(rids, i, rid)
	{
		const char *name = json_string_value(rid);
		g_strlcpy(track->rids[count - 1 - i], name ? name : "", sizeof(track->rids[0]));
	}
}

/* Reads what Janus tells beside the SDP, from which it takes the encodings away. Returns the id of
 * the header extension that names them, or 0. */
static int read_simulcast(const json_t *jsep, struct cardea_sdp_track *tracks, size_t count)
{
	const json_t *lines = json_object_get(jsep, "simulcast");
	int extension = 0;
	size_t i;
	json_t *line;
	json_array_foreach(lines, i, line)
	{
		const char *mid = cardea_json_string(line, "mid", "");
		/* One for the whole PeerConnection. */
		extension = (int)cardea_json_integer(line, "rid-ext", extension);
		for (size_t k = 0; k < count; k++) {
			if (strcmp(tracks[k].mid, mid) == 0)
				read_rids(json_object_get(line, "rids"), &tracks[k]);
		}
	}
	return extension;
}

static const struct cardea_sdp_track *track_of(const struct cardea_sdp_track *tracks, size_t count,
                                               enum cardea_source_kind kind)
{
	for (size_t i = 0; i < count; i++) {
		if (tracks[i].accepted && tracks[i].kind == kind)
			return &tracks[i];
	}
	return NULL;
}

static void bind_source(struct cardea_source *source, const struct cardea_sdp_track *track,
                        int rid_extension)
{
	const char *rids[CARDEA_SOURCE_LAYERS];
	if (!track) {
		cardea_source_bind(source, -1, NULL, CARDEA_CODEC_OPUS, NULL, 0);
		return;
	}
	for (unsigned i = 0; i < track->rid_count; i++)
		rids[i] = track->rids[i];
	atomic_store(&source->rid_extension, rid_extension);
	cardea_source_bind(source, track->mindex, track->mid, track->codec, rids, track->rid_count);
}

/* Binds sources to the m-lines that were accepted, and those that lost theirs to none. */
static void bind_sources(struct cardea_request *request, const struct cardea_sdp_track *tracks,
                         size_t count, int rid_extension)
{
	struct cardea_session *session = request->session;
	for (unsigned i = 0; i < CARDEA_MAX_MLINES; i++)
		atomic_store(&session->mlines[i], NULL);
	for (unsigned i = 0; i < CARDEA_SOURCE_KINDS; i++) {
		struct cardea_source *source = &session->sources[i];
		const struct cardea_sdp_track *track = track_of(tracks, count, (enum cardea_source_kind)i);
		bind_source(source, track, rid_extension);
		source->active = track && track->active && !source->muted;
		cardea_membership_refresh_source(request->room, session->participant, source);
		if (track)
			atomic_store(&session->mlines[track->mindex], source);
	}
}

static json_t *tracks_to_json(const json_t *asked, const struct cardea_sdp_track *tracks,
                              size_t count)
{
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *item = json_array_get(asked, i);
		json_array_append_new(array, json_pack("{s:s, s:O, s:b}", "mid", tracks[i].mid, "kind",
		                                       json_object_get(item, "kind"), "accepted",
		                                       (int)tracks[i].accepted));
	}
	return array;
}

/* Whether this is the first publication of a connection whose microphone begins switched off. Once:
 * who has switched it on stays so over an ICE restart. */
static bool starts_muted(const struct cardea_room *room, struct cardea_participant *participant)
{
	bool first = !participant->started;
	participant->started = true;
	return first && room->policy.mute_on_start;
}

static int publish_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_session *session = request->session;
	struct cardea_sdp_track tracks[CARDEA_MAX_MLINES];
	const json_t *asked = json_object_get(request->message, "tracks");
	size_t count = json_array_size(asked);
	int64_t number = cardea_json_integer(request->message, "offer", 0);
	if (number <= session->offer)
		return CARDEA_E_OFFER_STALE;
	int err = read_tracks(asked, session->participant->rights, tracks);
	if (err < 0)
		return err;
	int rid_extension = read_simulcast(request->jsep, tracks, count);
	char *answer = NULL;
	err = cardea_sdp_answer(request->sdp, &session->participant->video_codecs, tracks, count,
	                        &answer);
	if (err < 0)
		return err;
	session->offer = number;
	atomic_store(&session->offer_refused, false);
	int expected = CARDEA_MEDIA_NEW;
	atomic_compare_exchange_strong(&session->media, &expected, CARDEA_MEDIA_OFFERED);
	struct cardea_source *microphone = &session->sources[CARDEA_SOURCE_MICROPHONE];
	bool mute = starts_muted(request->room, session->participant);
	microphone->muted |= mute;
	bind_sources(request, tracks, count, rid_extension);
	if (mute && cardea_source_published(microphone))
		cardea_session_event(session, "muted", json_pack("{s:s}", "kind", "microphone"), NULL);
	request->reply_jsep = json_pack("{s:s, s:s}", "type", "answer", "sdp", answer);
	g_free(answer);
	*reply = json_pack("{s:s, s:I, s:o}", "cardea", "published", "offer", (json_int_t)number,
	                   "tracks", tracks_to_json(asked, tracks, count));
	return 0;
}

static const struct cardea_json_field source_fields[] = {
        {"kind", CARDEA_JSON_STRING, true, 1, 32},
        {"active", CARDEA_JSON_BOOLEAN, true, 0, 0},
};

static int source_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_session *session = request->session;
	enum cardea_source_kind kind;
	int err = cardea_source_kind_parse(cardea_json_string(request->message, "kind", ""), &kind);
	if (err < 0)
		return err;
	struct cardea_source *source = &session->sources[kind];
	if (!cardea_source_published(source))
		return CARDEA_E_NOT_FOUND;
	source->active = cardea_json_boolean(request->message, "active", false);
	source->muted = source->muted && !source->active;
	cardea_membership_refresh_source(request->room, session->participant, source);
	*reply = json_pack("{s:s}", "cardea", "ok");
	return 0;
}

const struct cardea_request_type cardea_requests_publish[] = {
        {
                .name = "publish",
                .handles = CARDEA_HANDLE_PUBLISH,
                .jsep = CARDEA_JSEP_OFFER,
                .fields = publish_fields,
                .field_count = G_N_ELEMENTS(publish_fields),
                .run = publish_run,
        },
        {
                .name = "source",
                .handles = CARDEA_HANDLE_PUBLISH,
                .fields = source_fields,
                .field_count = G_N_ELEMENTS(source_fields),
                .run = source_run,
        },
        {.name = NULL},
};
