#include "media.h"

#include "cardea_clock.h"
#include "core.h"
#include "data.h"
#include "forward.h"
#include "membership.h"
#include "receive.h"
#include "report.h"
#include "room.h"
#include "rtp.h"

/* Of the header extension playout-delay, which has 12 bits for each. */
#define PLAYOUT_DELAY_UNIT_MS 10
#define PLAYOUT_DELAY_MAX     1000 /* what browsers take where there is no extension */

#define NTP_UNIX_S INT64_C(2208988800) /* from 1900 to 1970 */

enum media_change { MEDIA_UP, MEDIA_DOWN, MEDIA_OFFER_AGAIN, MEDIA_GONE };

/* A change of state on its way to the room thread. */
struct media_job {
	struct cardea_session *session; /* a reference */
	struct cardea_room *room;       /* a reference: on its queue */
	unsigned joins;                 /* of the session, when this was queued */
	enum media_change change;
};

static int64_t now_ms(void)
{
	return cardea_clock_mono_ms(&cardea_clock_system);
}

static void job_free(struct media_job *job)
{
	cardea_session_put(job->session);
	cardea_room_put(job->room);
	g_free(job);
}

static void tell_media(struct cardea_session *session, const char *state)
{
	cardea_session_event(session, "media", json_pack("{s:s}", "state", state), NULL);
}

static void apply(struct cardea_room *room, struct cardea_session *session,
                  enum media_change change)
{
	switch (change) {
	case MEDIA_UP:
		tell_media(session, "up");
		cardea_receive_complete(session, false);
		break;
	case MEDIA_OFFER_AGAIN:
		/* Not at once: Janus still frees the old one, and an offer would wait for that here. */
		session->offer_due = true;
		atomic_store(&session->offer_again, false);
		break;
	case MEDIA_DOWN:
		tell_media(session, "down");
		cardea_membership_handle_gone(room, session);
		break;
	case MEDIA_GONE:
		cardea_membership_handle_gone(room, session);
		break;
	}
	cardea_room_settle(room);
}

static void run_job(void *data);

static void post(struct media_job *job)
{
	if (cardea_queue_post(job->room->queue, run_job, job) < 0)
		job_free(job);
}

static void run_job(void *data)
{
	struct media_job *job = data;
	struct cardea_session *session = job->session;
	/* A handle that is not joined, or has left, is nobody's business; nor is one that was refused
	 * here and has joined another room since. */
	if (atomic_load(&session->state) != CARDEA_STATE_JOINED ||
	    atomic_load(&session->joins) != job->joins) {
		job_free(job);
		return;
	}
	struct cardea_room *here = job->room;
	job->room = cardea_session_room(session);
	cardea_room_put(here);
	/* Moved to another room while this waited: it goes on there, behind the move. */
	if (job->room != here) {
		post(job);
		return;
	}
	apply(here, session, job->change);
	job_free(job);
}

static void queue_job(struct cardea_session *session, enum media_change change)
{
	/* Before the room: one of a later attempt is then not taken for this one's. */
	unsigned joins = atomic_load(&session->joins);
	struct cardea_room *room = cardea_session_room(session);
	if (!room)
		return;
	struct media_job *job = g_new0(struct media_job, 1);
	*job = (struct media_job){.room = room, .joins = joins, .change = change};
	job->session = cardea_session_get(session);
	post(job);
}

static bool is_kind(struct cardea_session *session, enum cardea_handle_kind kind)
{
	return atomic_load_explicit(&session->kind, memory_order_acquire) == (int)kind;
}

/* ---- sending ---- */

static void relay(struct cardea_session *session, janus_plugin_rtp *packet)
{
	if (packet->video) {
		int delay_ms = atomic_load_explicit(&session->feedback.playout_ms, memory_order_relaxed);
		packet->extensions.min_delay =
		        (int16_t)(delay_ms < 0 ? -1 : delay_ms / PLAYOUT_DELAY_UNIT_MS);
		packet->extensions.max_delay = PLAYOUT_DELAY_MAX;
	}
	cardea_core_relay_rtp(session->handle, packet);
}

/* The packet is rewritten in place for each receiver; Janus copies it. */
static void send_packet(void *receiver, int mindex, void *arg)
{
	janus_plugin_rtp *packet = arg;
	packet->mindex = mindex;
	relay(receiver, packet);
}

/* A packet that does not come from Janus, without extensions; @data stays the caller's. */
static janus_plugin_rtp make_packet(int mindex, bool video, uint8_t *data, size_t len)
{
	janus_plugin_rtp packet = {
	        .mindex = mindex, .video = video, .buffer = (char *)data, .length = (uint16_t)len};
	janus_plugin_rtp_extensions_reset(&packet.extensions);
	return packet;
}

static void repeat_packet(void *receiver, int mindex, uint8_t *data, size_t len,
                          const struct cardea_orientation *orientation)
{
	janus_plugin_rtp packet = make_packet(mindex, true, data, len);
	packet.extensions.video_rotation = orientation->degrees;
	packet.extensions.video_back_camera = orientation->back_camera;
	packet.extensions.video_flipped = orientation->flipped;
	relay(receiver, &packet);
}

static void send_silence(struct cardea_session *receiver, const struct cardea_slot *slot,
                         const struct cardea_slot_header *header)
{
	/* A frame of 20 ms that the encoder has marked as silence (RFC 6716 4.3); Janus sets the
	 * SSRC. */
	uint8_t data[CARDEA_RTP_HEADER + 3] = {0x80, [CARDEA_RTP_HEADER] = 0xf8, 0xff, 0xfe};
	cardea_rtp_write(data, header->pt, header->seq, header->ts);
	janus_plugin_rtp packet = make_packet(slot->mindex, false, data, sizeof(data));
	relay(receiver, &packet);
}

void cardea_media_silence(struct cardea_session *receiver)
{
	struct cardea_slot_header header;
	for (unsigned i = 0; i < receiver->audio_slots; i++) {
		while (cardea_slot_silence(&receiver->slots[i], now_ms(), &header))
			send_silence(receiver, &receiver->slots[i], &header);
	}
}

/* ---- PeerConnections that come and go ---- */

/* A picture for a slot that waits for one: what was kept, or a new key frame. */
static void begin_picture(struct cardea_slot *slot)
{
	unsigned layer;
	struct cardea_source *source = cardea_slot_waits(slot, &layer);
	if (!source)
		return;
	if (!cardea_forward_recent(source, layer, slot, now_ms(), repeat_packet))
		cardea_session_want_keyframe(source);
	cardea_source_put(source);
}

static void set_slots_up(struct cardea_session *session, bool up)
{
	for (unsigned i = 0; i < cardea_session_slots(session); i++) {
		struct cardea_slot *slot = &session->slots[i];
		cardea_slot_set_up(slot, up);
		if (slot->video && cardea_slot_ready(slot))
			begin_picture(slot);
	}
}

void cardea_media_up(struct cardea_session *session)
{
	atomic_store(&session->heard_ms, now_ms());
	atomic_store(&session->media, CARDEA_MEDIA_UP);
	if (is_kind(session, CARDEA_HANDLE_RECEIVE))
		set_slots_up(session, true);
	queue_job(session, MEDIA_UP);
}

void cardea_media_down(struct cardea_session *session)
{
	cardea_data_down(session);
	if (is_kind(session, CARDEA_HANDLE_RECEIVE))
		set_slots_up(session, false);
	/* What goes down was set up by Janus for an offer that we refused, or is made anew. The wish
	 * for a new one stands until that is made: a second one must not close what the first one
	 * opens. */
	bool again = atomic_load(&session->offer_again);
	bool refused = atomic_exchange(&session->offer_refused, false);
	atomic_store(&session->media, again || refused ? CARDEA_MEDIA_NEW : CARDEA_MEDIA_DOWN);
	if (again)
		queue_job(session, MEDIA_OFFER_AGAIN);
	else if (!refused)
		queue_job(session, MEDIA_DOWN);
}

void cardea_media_gone(struct cardea_session *session)
{
	/* Before the room is looked up: a join on its way sees this, or we see its room
	 * (docs/threads-and-ownership.md). */
	atomic_store(&session->detached, true);
	if (is_kind(session, CARDEA_HANDLE_RECEIVE))
		set_slots_up(session, false);
	queue_job(session, MEDIA_GONE);
}

/* ---- packets ---- */

void cardea_media_rtp(struct cardea_session *session, janus_plugin_rtp *packet)
{
	int mindex = packet->mindex;
	if (!is_kind(session, CARDEA_HANDLE_PUBLISH) || mindex < 0 || mindex >= CARDEA_MAX_MLINES)
		return;
	int64_t now = now_ms();
	atomic_store_explicit(&session->heard_ms, now, memory_order_relaxed);
	struct cardea_source *source =
	        atomic_load_explicit(&session->mlines[mindex], memory_order_acquire);
	if (!source || source->video != (bool)packet->video)
		return;
	/* What is not let through does not count as speech either. */
	if (!source->video && atomic_load_explicit(&source->open, memory_order_relaxed))
		cardea_voice_note(&source->voice, packet->extensions.audio_level, now);
	const struct cardea_orientation orientation = {
	        .degrees = packet->extensions.video_rotation,
	        .back_camera = packet->extensions.video_back_camera,
	        .flipped = packet->extensions.video_flipped,
	};
	bool ask = cardea_forward(source, (uint8_t *)packet->buffer, packet->length, &orientation, now,
	                          send_packet, packet);
	packet->mindex = mindex;
	if (ask)
		cardea_core_ask_keyframe(session->handle, mindex);
	uint32_t bps = source->video ? cardea_cap_notice_due(&session->cap_notice, now) : 0;
	if (bps > 0)
		cardea_core_tell_bitrate(session->handle, mindex, bps);
}

/* RFC 3550 6.4.1: Janus stamps its reports with the wall clock, which is ours. Middle 32 bits of an
 * NTP time count 1/65536 s, modulo 18 hours. */
static int round_trip_ms(const struct cardea_report *report)
{
	int64_t wall_ms = cardea_clock_wall_ms(&cardea_clock_system);
	uint32_t now = (uint32_t)((wall_ms / 1000 + NTP_UNIX_S) << 16) +
	               (uint32_t)(((wall_ms % 1000) << 16) / 1000);
	int32_t trip = (int32_t)(now - report->last_sr - report->since_last_sr);
	return trip > 0 ? (int)(((int64_t)trip * 1000) >> 16) : 0;
}

static void note_feedback(struct cardea_feedback *feedback, const struct cardea_report *report,
                          uint32_t expected, int64_t now)
{
	if (report->has_remb) {
		atomic_store(&feedback->remb_bps, (uint32_t)MIN(report->remb_bps, UINT32_MAX));
		atomic_store(&feedback->remb_ms, now);
	}
	if (report->has_report && report->last_sr != 0)
		atomic_store(&feedback->rtt_ms, round_trip_ms(report));
	atomic_fetch_add(&feedback->expected, expected);
	if (report->has_report && report->fraction_lost > 0)
		atomic_fetch_add(&feedback->lossy, 1);
	atomic_fetch_add(&feedback->lost, (uint32_t)((uint64_t)expected * report->fraction_lost / 256));
}

void cardea_media_rtcp(struct cardea_session *session, janus_plugin_rtcp *packet)
{
	int64_t now = now_ms();
	atomic_store_explicit(&session->heard_ms, now, memory_order_relaxed);
	struct cardea_report report;
	if (!is_kind(session, CARDEA_HANDLE_RECEIVE) || packet->mindex < 0 ||
	    (unsigned)packet->mindex >= cardea_session_slots(session) ||
	    cardea_rtcp_read((const uint8_t *)packet->buffer, packet->length, &report) < 0)
		return;
	struct cardea_slot *slot = session->lines[packet->mindex];
	uint32_t expected = 0;
	bool unrepaired = cardea_slot_report(slot, &report, now, &expected);
	if (slot->video)
		note_feedback(&session->feedback, &report, expected, now);
	if (!report.has_pli && !report.has_fir && !unrepaired)
		return;
	struct cardea_source *source = cardea_slot_source(slot);
	if (!source)
		return;
	if (source->video)
		cardea_session_want_keyframe(source);
	cardea_source_put(source);
}
