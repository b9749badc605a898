#include "sdp.h"

#include <string.h>
#include <janus/rtp.h>
#include <janus/sdp-utils.h>
#include "cardea_error.h"
#include "sdp_codec.h"

/* Extension ids of our offers; one id for one URI on every m-line (Janus keeps them per
 * PeerConnection). */
#define MID_ID         1
#define AUDIO_LEVEL_ID 2
#define ABS_SEND_ID    3
#define ORIENTATION_ID 4
#define PLAYOUT_ID     5

static const char *mline_mid(const janus_sdp_mline *mline)
{
	for (GList *link = mline->attributes; link; link = link->next) {
		const janus_sdp_attribute *attribute = link->data;
		if (attribute->name && attribute->value && strcmp(attribute->name, "mid") == 0)
			return attribute->value;
	}
	return NULL;
}

static struct cardea_sdp_track *find_track(struct cardea_sdp_track *tracks, size_t count,
                                           const char *mid)
{
	for (size_t i = 0; mid && i < count; i++) {
		if (strcmp(tracks[i].mid, mid) == 0)
			return &tracks[i];
	}
	return NULL;
}

static bool is_audio(enum cardea_source_kind kind)
{
	return kind == CARDEA_SOURCE_MICROPHONE || kind == CARDEA_SOURCE_SCREEN_AUDIO;
}

/* Whether the client sends on this line what the track's kind asks for. */
static bool fits(const struct cardea_sdp_track *track, const janus_sdp_mline *mline)
{
	if (!track || !track->wanted || track->accepted)
		return false;
	if (mline->direction != JANUS_SDP_SENDONLY && mline->direction != JANUS_SDP_SENDRECV &&
	    mline->direction != JANUS_SDP_DEFAULT)
		return false;
	return mline->type == (is_audio(track->kind) ? JANUS_SDP_AUDIO : JANUS_SDP_VIDEO);
}

/* In-band FEC always, DTX if the client wants it: what we state is what it will send. */
static const char *opus_fmtp(janus_sdp *offer, const janus_sdp_mline *mline)
{
	int pt = cardea_sdp_codec_pt(offer, mline, CARDEA_CODEC_OPUS);
	const char *fmtp = janus_sdp_get_fmtp(offer, mline->index, pt);
	return fmtp && strstr(fmtp, "usedtx=1") ? "useinbandfec=1;usedtx=1" : "useinbandfec=1";
}

/* TWCC on video only: Janus never empties its list of packets without an inbound video SSRC. */
static int answer_audio(janus_sdp *offer, janus_sdp *answer, janus_sdp_mline *mline)
{
	return janus_sdp_generate_answer_mline(
	        offer, answer, mline, JANUS_SDP_OA_MLINE, JANUS_SDP_AUDIO, JANUS_SDP_OA_CODEC, "opus",
	        JANUS_SDP_OA_DIRECTION, JANUS_SDP_RECVONLY, JANUS_SDP_OA_FMTP, opus_fmtp(offer, mline),
	        JANUS_SDP_OA_ACCEPT_EXTMAP, JANUS_RTP_EXTMAP_MID, JANUS_SDP_OA_ACCEPT_EXTMAP,
	        JANUS_RTP_EXTMAP_AUDIO_LEVEL, JANUS_SDP_OA_DONE);
}

/* With the RID extensions accepted Janus answers `simulcast` with what was offered. */
static int answer_video(janus_sdp *offer, janus_sdp *answer, janus_sdp_mline *mline,
                        enum cardea_codec codec, bool layered)
{
	const char *rid = layered ? JANUS_RTP_EXTMAP_RID : NULL;
	const char *repaired = layered ? JANUS_RTP_EXTMAP_REPAIRED_RID : NULL;
	cardea_sdp_codec_prefer(mline, codec, cardea_sdp_codec_pt(offer, mline, codec));
	return janus_sdp_generate_answer_mline(
	        offer, answer, mline, JANUS_SDP_OA_MLINE, JANUS_SDP_VIDEO, JANUS_SDP_OA_CODEC,
	        cardea_codec_name(codec), JANUS_SDP_OA_DIRECTION, JANUS_SDP_RECVONLY,
	        JANUS_SDP_OA_ACCEPT_EXTMAP, JANUS_RTP_EXTMAP_MID, JANUS_SDP_OA_ACCEPT_EXTMAP,
	        JANUS_RTP_EXTMAP_VIDEO_ORIENTATION, JANUS_SDP_OA_ACCEPT_EXTMAP,
	        JANUS_RTP_EXTMAP_TRANSPORT_WIDE_CC, JANUS_SDP_OA_ACCEPT_EXTMAP, rid,
	        JANUS_SDP_OA_ACCEPT_EXTMAP, repaired, JANUS_SDP_OA_DONE);
}

/* The codec for @mline; -1: none, or no media line that we know. */
static int choose_codec(janus_sdp *offer, const janus_sdp_mline *mline,
                        const struct cardea_codec_list *video)
{
	static const struct cardea_codec_list audio = {.count = 1, .codecs = {CARDEA_CODEC_OPUS}};
	if (mline->port == 0 || (mline->type != JANUS_SDP_AUDIO && mline->type != JANUS_SDP_VIDEO))
		return -1;
	return cardea_sdp_codec_choose(offer, mline, mline->type == JANUS_SDP_AUDIO ? &audio : video);
}

static void answer_one(janus_sdp *offer, janus_sdp *answer, janus_sdp_mline *mline,
                       const struct cardea_codec_list *video, struct cardea_sdp_track *track)
{
	int codec = choose_codec(offer, mline, video);
	if (codec < 0)
		return; /* stays rejected */
	bool accept = fits(track, mline);
	/* Encodings that are offered are never refused: a browser gives them up for good, and Janus,
	 * which then knows no SSRC of the line, takes that of the retransmissions for it. */
	bool layered = track && track->rid_count > 0;
	int err = mline->type == JANUS_SDP_AUDIO
	                  ? answer_audio(offer, answer, mline)
	                  : answer_video(offer, answer, mline, (enum cardea_codec)codec, layered);
	if (err < 0)
		return;
	/* sdp-utils warns about lines it makes inactive by itself, so we do it afterwards. */
	if (!accept) {
		janus_sdp_mline_find_by_index(answer, mline->index)->direction = JANUS_SDP_INACTIVE;
		return;
	}
	track->accepted = true;
	track->mindex = mline->index;
	track->codec = (enum cardea_codec)codec;
}

int cardea_sdp_answer(const char *offer, const struct cardea_codec_list *video,
                      struct cardea_sdp_track *tracks, size_t count, char **answer)
{
	char error[128];
	janus_sdp *parsed = janus_sdp_parse(offer, error, sizeof(error));
	if (!parsed)
		return CARDEA_E_JSEP_INVALID;
	guint mlines = g_list_length(parsed->m_lines);
	janus_sdp *made =
	        mlines > 0 && mlines <= CARDEA_MAX_MLINES ? janus_sdp_generate_answer(parsed) : NULL;
	for (GList *link = parsed->m_lines; made && link; link = link->next) {
		janus_sdp_mline *mline = link->data;
		answer_one(parsed, made, mline, video, find_track(tracks, count, mline_mid(mline)));
	}
	if (made) {
		*answer = janus_sdp_write(made);
		janus_sdp_destroy(made);
	}
	janus_sdp_destroy(parsed);
	return made ? 0 : CARDEA_E_JSEP_INVALID;
}

static int offer_audio(janus_sdp *sdp, const struct cardea_slot *slot, const char *stream)
{
	return janus_sdp_generate_offer_mline(
	        sdp, JANUS_SDP_OA_MLINE, JANUS_SDP_AUDIO, JANUS_SDP_OA_MID, slot->mid,
	        JANUS_SDP_OA_MSID, stream, slot->mid, JANUS_SDP_OA_DIRECTION, JANUS_SDP_SENDONLY,
	        JANUS_SDP_OA_CODEC, "opus", JANUS_SDP_OA_PT,
	        cardea_sdp_codec_offered_pt(CARDEA_CODEC_OPUS), JANUS_SDP_OA_FMTP,
	        cardea_sdp_codec_offered_fmtp(CARDEA_CODEC_OPUS), JANUS_SDP_OA_AUDIO_DTMF, FALSE,
	        JANUS_SDP_OA_EXTENSION, JANUS_RTP_EXTMAP_MID, MID_ID, JANUS_SDP_OA_EXTENSION,
	        JANUS_RTP_EXTMAP_AUDIO_LEVEL, AUDIO_LEVEL_ID, JANUS_SDP_OA_DONE);
}

static int offer_video(janus_sdp *sdp, const struct cardea_slot *slot, const char *stream,
                       const struct cardea_codec_list *video)
{
	enum cardea_codec first = video->codecs[0];
	int err = janus_sdp_generate_offer_mline(
	        sdp, JANUS_SDP_OA_MLINE, JANUS_SDP_VIDEO, JANUS_SDP_OA_MID, slot->mid,
	        JANUS_SDP_OA_MSID, stream, slot->mid, JANUS_SDP_OA_DIRECTION, JANUS_SDP_SENDONLY,
	        JANUS_SDP_OA_CODEC, cardea_codec_name(first), JANUS_SDP_OA_PT,
	        cardea_sdp_codec_offered_pt(first), JANUS_SDP_OA_FMTP,
	        cardea_sdp_codec_offered_fmtp(first), JANUS_SDP_OA_EXTENSION, JANUS_RTP_EXTMAP_MID,
	        MID_ID, JANUS_SDP_OA_EXTENSION, JANUS_RTP_EXTMAP_ABS_SEND_TIME, ABS_SEND_ID,
	        JANUS_SDP_OA_EXTENSION, JANUS_RTP_EXTMAP_VIDEO_ORIENTATION, ORIENTATION_ID,
	        JANUS_SDP_OA_EXTENSION, JANUS_RTP_EXTMAP_PLAYOUT_DELAY, PLAYOUT_ID, JANUS_SDP_OA_DONE);
	/* sdp-utils makes lines of one codec. */
	for (unsigned i = 1; i < video->count && err == 0; i++)
		cardea_sdp_codec_add(g_list_last(sdp->m_lines)->data, video->codecs[i]);
	return err;
}

/* sdp-utils adds transport-cc to every line. With it browsers would send TWCC feedback, which Janus
 * throws away, instead of REMB. */
static void strip_transport_cc(janus_sdp_mline *mline)
{
	GList *link = mline->attributes;
	while (link) {
		GList *next = link->next;
		janus_sdp_attribute *attribute = link->data;
		if (strcmp(attribute->name, "rtcp-fb") == 0 && strstr(attribute->value, "transport-cc")) {
			mline->attributes = g_list_delete_link(mline->attributes, link);
			janus_sdp_attribute_destroy(attribute);
		}
		link = next;
	}
}

/* One stream a slot: browsers synchronise tracks of one stream, and slots show different people. */
static int offer_slot(janus_sdp *sdp, const struct cardea_slot *slot,
                      const struct cardea_codec_list *video)
{
	char stream[32];
	g_snprintf(stream, sizeof(stream), "cardea-%s", slot->mid);
	int err = slot->video ? offer_video(sdp, slot, stream, video) : offer_audio(sdp, slot, stream);
	if (err < 0)
		return err;
	strip_transport_cc(g_list_last(sdp->m_lines)->data);
	return 0;
}

char *cardea_sdp_offer(struct cardea_slot *const *lines, unsigned count,
                       const struct cardea_codec_list *video, uint64_t session, uint64_t version,
                       bool data)
{
	janus_sdp *sdp = janus_sdp_new("cardea", "1.1.1.1");
	sdp->o_sessid = session;
	sdp->o_version = version;
	char *text = NULL;
	int err = 0;
	for (unsigned i = 0; i < count && err == 0; i++)
		err = offer_slot(sdp, lines[i], video);
	if (err == 0 && data)
		err = janus_sdp_generate_offer_mline(sdp, JANUS_SDP_OA_MLINE, JANUS_SDP_APPLICATION,
		                                     JANUS_SDP_OA_MID, "data", JANUS_SDP_OA_DONE);
	if (err == 0)
		text = janus_sdp_write(sdp);
	janus_sdp_destroy(sdp);
	return text;
}

static bool receives(const janus_sdp_mline *mline)
{
	return mline && mline->port != 0 && mline->direction != JANUS_SDP_INACTIVE &&
	       mline->direction != JANUS_SDP_SENDONLY;
}

int cardea_sdp_payload_types(const char *answer, struct cardea_slot *const *lines, unsigned count,
                             int (*pts)[CARDEA_CODECS])
{
	char error[128];
	janus_sdp *parsed = janus_sdp_parse(answer, error, sizeof(error));
	if (!parsed)
		return CARDEA_E_JSEP_INVALID;
	for (unsigned i = 0; i < count; i++) {
		const janus_sdp_mline *mline = janus_sdp_mline_find_by_index(parsed, (int)i);
		for (unsigned codec = 0; codec < CARDEA_CODECS; codec++) {
			bool fit = receives(mline) && lines[i]->video == (codec != CARDEA_CODEC_OPUS);
			pts[i][codec] = fit ? cardea_sdp_codec_pt(parsed, mline, (enum cardea_codec)codec) : -1;
		}
	}
	janus_sdp_destroy(parsed);
	return 0;
}
