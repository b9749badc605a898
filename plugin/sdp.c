#include "sdp.h"

#include <string.h>
#include <janus/rtp.h>
#include <janus/sdp-utils.h>
#include "cardea_error.h"

/* Payload types and extension ids of our offers; one id for one URI on every m-line (Janus keeps
 * them per PeerConnection). */
#define OPUS_PT        111
#define VP8_PT         96
#define MID_ID         1
#define AUDIO_LEVEL_ID 2
#define ABS_SEND_ID    3
#define ORIENTATION_ID 4

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

static const char *codec_of(janus_sdp_mtype type)
{
	return type == JANUS_SDP_AUDIO ? "opus" : "vp8";
}

/* Whether the client sends on this line what the track's kind asks for. */
static bool fits(const struct cardea_sdp_track *track, const janus_sdp_mline *mline)
{
	if (!track || track->kind == 0 || track->accepted)
		return false;
	if (mline->direction != JANUS_SDP_SENDONLY && mline->direction != JANUS_SDP_SENDRECV &&
	    mline->direction != JANUS_SDP_DEFAULT)
		return false;
	bool audio = track->kind == CARDEA_KIND_MICROPHONE;
	return mline->type == (audio ? JANUS_SDP_AUDIO : JANUS_SDP_VIDEO);
}

/* In-band FEC always, DTX if the client wants it: what we state is what it will send. */
static const char *opus_fmtp(janus_sdp *offer, int index)
{
	int pt = janus_sdp_get_codec_pt(offer, index, "opus");
	const char *fmtp = pt < 0 ? NULL : janus_sdp_get_fmtp(offer, index, pt);
	return fmtp && strstr(fmtp, "usedtx=1") ? "useinbandfec=1;usedtx=1" : "useinbandfec=1";
}

/* TWCC on video only: Janus never empties its list of packets without an inbound video SSRC. The
 * RID extensions are not accepted, so the client sends one encoding. */
static int answer_mline(janus_sdp *offer, janus_sdp *answer, janus_sdp_mline *mline)
{
	if (mline->type == JANUS_SDP_AUDIO)
		return janus_sdp_generate_answer_mline(
		        offer, answer, mline, JANUS_SDP_OA_MLINE, JANUS_SDP_AUDIO, JANUS_SDP_OA_CODEC,
		        "opus", JANUS_SDP_OA_DIRECTION, JANUS_SDP_RECVONLY, JANUS_SDP_OA_FMTP,
		        opus_fmtp(offer, mline->index), JANUS_SDP_OA_ACCEPT_EXTMAP, JANUS_RTP_EXTMAP_MID,
		        JANUS_SDP_OA_ACCEPT_EXTMAP, JANUS_RTP_EXTMAP_AUDIO_LEVEL, JANUS_SDP_OA_DONE);
	return janus_sdp_generate_answer_mline(
	        offer, answer, mline, JANUS_SDP_OA_MLINE, JANUS_SDP_VIDEO, JANUS_SDP_OA_CODEC, "vp8",
	        JANUS_SDP_OA_DIRECTION, JANUS_SDP_RECVONLY, JANUS_SDP_OA_ACCEPT_EXTMAP,
	        JANUS_RTP_EXTMAP_MID, JANUS_SDP_OA_ACCEPT_EXTMAP, JANUS_RTP_EXTMAP_VIDEO_ORIENTATION,
	        JANUS_SDP_OA_ACCEPT_EXTMAP, JANUS_RTP_EXTMAP_TRANSPORT_WIDE_CC, JANUS_SDP_OA_DONE);
}

static void answer_one(janus_sdp *offer, janus_sdp *answer, janus_sdp_mline *mline,
                       struct cardea_sdp_track *track)
{
	if (mline->port == 0 || (mline->type != JANUS_SDP_AUDIO && mline->type != JANUS_SDP_VIDEO) ||
	    janus_sdp_get_codec_pt(offer, mline->index, codec_of(mline->type)) < 0)
		return; /* stays rejected */
	bool accept = fits(track, mline);
	/* sdp-utils warns about lines it makes inactive by itself, so we do it afterwards. */
	if (answer_mline(offer, answer, mline) < 0)
		return;
	janus_sdp_mline *answered = janus_sdp_mline_find_by_index(answer, mline->index);
	if (!accept) {
		answered->direction = JANUS_SDP_INACTIVE;
		return;
	}
	track->accepted = true;
	track->mindex = mline->index;
}

int cardea_sdp_answer(const char *offer, struct cardea_sdp_track *tracks, size_t count,
                      char **answer)
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
		answer_one(parsed, made, mline, find_track(tracks, count, mline_mid(mline)));
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
	        JANUS_SDP_OA_CODEC, "opus", JANUS_SDP_OA_PT, OPUS_PT, JANUS_SDP_OA_FMTP,
	        "useinbandfec=1", JANUS_SDP_OA_AUDIO_DTMF, FALSE, JANUS_SDP_OA_EXTENSION,
	        JANUS_RTP_EXTMAP_MID, MID_ID, JANUS_SDP_OA_EXTENSION, JANUS_RTP_EXTMAP_AUDIO_LEVEL,
	        AUDIO_LEVEL_ID, JANUS_SDP_OA_DONE);
}

static int offer_video(janus_sdp *sdp, const struct cardea_slot *slot, const char *stream)
{
	return janus_sdp_generate_offer_mline(
	        sdp, JANUS_SDP_OA_MLINE, JANUS_SDP_VIDEO, JANUS_SDP_OA_MID, slot->mid,
	        JANUS_SDP_OA_MSID, stream, slot->mid, JANUS_SDP_OA_DIRECTION, JANUS_SDP_SENDONLY,
	        JANUS_SDP_OA_CODEC, "vp8", JANUS_SDP_OA_PT, VP8_PT, JANUS_SDP_OA_EXTENSION,
	        JANUS_RTP_EXTMAP_MID, MID_ID, JANUS_SDP_OA_EXTENSION, JANUS_RTP_EXTMAP_ABS_SEND_TIME,
	        ABS_SEND_ID, JANUS_SDP_OA_EXTENSION, JANUS_RTP_EXTMAP_VIDEO_ORIENTATION, ORIENTATION_ID,
	        JANUS_SDP_OA_DONE);
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
static int offer_slot(janus_sdp *sdp, const struct cardea_slot *slot)
{
	char stream[32];
	g_snprintf(stream, sizeof(stream), "cardea-%s", slot->mid);
	int err = slot->video ? offer_video(sdp, slot, stream) : offer_audio(sdp, slot, stream);
	if (err < 0)
		return err;
	strip_transport_cc(g_list_last(sdp->m_lines)->data);
	return 0;
}

char *cardea_sdp_offer(const struct cardea_slot *slots, unsigned count, uint64_t session,
                       uint64_t version)
{
	janus_sdp *sdp = janus_sdp_new("cardea", "1.1.1.1");
	sdp->o_sessid = session;
	sdp->o_version = version;
	char *text = NULL;
	int err = 0;
	for (unsigned i = 0; i < count && err == 0; i++)
		err = offer_slot(sdp, &slots[i]);
	if (err == 0)
		text = janus_sdp_write(sdp);
	janus_sdp_destroy(sdp);
	return text;
}

int cardea_sdp_payload_types(const char *answer, const struct cardea_slot *slots, unsigned count,
                             int *pts)
{
	char error[128];
	janus_sdp *parsed = janus_sdp_parse(answer, error, sizeof(error));
	if (!parsed)
		return CARDEA_E_JSEP_INVALID;
	for (unsigned i = 0; i < count; i++) {
		janus_sdp_mline *mline = janus_sdp_mline_find_by_index(parsed, (int)i);
		pts[i] = -1;
		if (!mline || mline->port == 0 || mline->direction == JANUS_SDP_INACTIVE ||
		    mline->direction == JANUS_SDP_SENDONLY)
			continue;
		int pt = janus_sdp_get_codec_pt(parsed, (int)i, slots[i].video ? "vp8" : "opus");
		pts[i] = pt >= 0 && pt <= 127 ? pt : -1;
	}
	janus_sdp_destroy(parsed);
	return 0;
}
