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

/* The kinds that have a media line of their own. */
#define MEDIA_KINDS (CARDEA_KIND_MICROPHONE | CARDEA_KIND_CAMERA | CARDEA_KIND_SCREEN)

/* Reads `tracks`. A kind that is unknown, not permitted or named before gets kind 0: its m-line is
 * answered as inactive. */
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
		enum cardea_kind kind;
		bool known = cardea_kind_parse(cardea_json_string(item, "kind", ""), &kind) == 0;
		bool allowed = known && (kind & MEDIA_KINDS & rights & ~seen) != 0;
		tracks[i] = (struct cardea_sdp_track){.kind = allowed ? kind : 0,
		                                      .active = cardea_json_boolean(item, "active", true)};
		g_strlcpy(tracks[i].mid, cardea_json_string(item, "mid", ""), sizeof(tracks[i].mid));
		if (known)
			seen |= kind;
	}
	return 0;
}

static const struct cardea_sdp_track *track_of(const struct cardea_sdp_track *tracks, size_t count,
                                               enum cardea_kind kind)
{
	for (size_t i = 0; i < count; i++) {
		if (tracks[i].accepted && tracks[i].kind == kind)
			return &tracks[i];
	}
	return NULL;
}

/* Binds sources to the m-lines that were accepted, and those that lost theirs to none. */
static void bind_sources(struct cardea_request *request, const struct cardea_sdp_track *tracks,
                         size_t count)
{
	struct cardea_session *session = request->session;
	for (unsigned i = 0; i < CARDEA_MAX_MLINES; i++)
		atomic_store(&session->mlines[i], NULL);
	for (unsigned i = 0; i < CARDEA_SOURCE_KINDS; i++) {
		struct cardea_source *source = &session->sources[i];
		/* The sound of a screen has no m-line of its own yet. */
		const struct cardea_sdp_track *track = source->which == CARDEA_SOURCE_SCREEN_AUDIO
		                                               ? NULL
		                                               : track_of(tracks, count, source->kind);
		cardea_source_bind(source, track ? track->mindex : -1, track ? track->mid : NULL,
		                   source->video ? CARDEA_CODEC_VP8 : CARDEA_CODEC_OPUS, NULL, 0);
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
	char *answer = NULL;
	if (err == 0)
		err = cardea_sdp_answer(request->sdp, tracks, count, &answer);
	if (err < 0)
		return err;
	session->offer = number;
	atomic_store(&session->offer_refused, false);
	int expected = CARDEA_MEDIA_NEW;
	atomic_compare_exchange_strong(&session->media, &expected, CARDEA_MEDIA_OFFERED);
	bind_sources(request, tracks, count);
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
	enum cardea_kind kind;
	int err = cardea_kind_parse(cardea_json_string(request->message, "kind", ""), &kind);
	if (err < 0)
		return err;
	struct cardea_source *source = cardea_session_source(session, kind);
	if (!source || !cardea_source_published(source))
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
