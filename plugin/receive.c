#include "receive.h"

#include "cardea_clock.h"
#include "participant.h"
#include "sdp.h"
#include "video.h"

static json_t *make_jsep(struct cardea_session *session, bool restart)
{
	/* RFC 3264 8: the same session, a higher version with each offer. */
	if (session->sdp_session == 0)
		session->sdp_session = (uint64_t)cardea_clock_wall_ms(&cardea_clock_system);
	char *sdp = cardea_sdp_offer(session->lines, session->offered_slots,
	                             &session->participant->video_codecs, session->sdp_session,
	                             ++session->sdp_version, session->data);
	if (!sdp)
		return NULL;
	json_t *jsep = json_pack("{s:s, s:s}", "type", "offer", "sdp", sdp);
	if (restart)
		json_object_set_new(jsep, "restart", json_true());
	g_free(sdp);
	return jsep;
}

static void send_offer(struct cardea_session *session, bool restart)
{
	/* Janus would begin a PeerConnection on a handle that it is taking down. */
	if ((cardea_session_slots(session) == 0 && !session->data) || atomic_load(&session->detached))
		return;
	json_t *jsep = make_jsep(session, restart);
	if (!jsep)
		return;
	session->offer++;
	session->offer_pending = true;
	int err = cardea_session_event(session, "offer",
	                               json_pack("{s:I}", "offer", (json_int_t)session->offer), jsep);
	/* Janus frees the ICE agent of the last PeerConnection some time after it says that it is done
	 * with it; in between it takes no offer, and no hangup either. */
	session->offer_due = err < 0;
	if (err < 0) {
		session->offer--; /* nobody has seen it */
		return;
	}
	int expected = CARDEA_MEDIA_NEW;
	atomic_compare_exchange_strong(&session->media, &expected, CARDEA_MEDIA_OFFERED);
}

void cardea_receive_offer(struct cardea_session *session)
{
	/* Lines are only ever added at the end, so the one for data comes after all slots. */
	if (session->data)
		session->offered_slots = cardea_session_slots(session);
	else if (session->offered_slots == 0)
		session->offered_slots = session->first_lines; /* docs/decisions/0007 */
	send_offer(session, false);
}

static bool has_something(const struct cardea_session *session, struct cardea_slot *slot)
{
	if (!slot->video)
		return cardea_slot_shown(slot, NULL) != NULL;
	return session->video->slots[slot - session->slots - session->audio_slots].target != NULL;
}

/* Whether a line that is not offered yet has something to show. */
static bool misses_lines(const struct cardea_session *session)
{
	for (unsigned i = session->offered_slots; i < cardea_session_slots(session); i++) {
		if (has_something(session, session->lines[i]))
			return true;
	}
	return false;
}

void cardea_receive_complete(struct cardea_session *session, bool at_leisure)
{
	if (session->offered_slots == cardea_session_slots(session) || session->offer_pending ||
	    atomic_load(&session->media) != CARDEA_MEDIA_UP)
		return;
	if (!at_leisure && !misses_lines(session))
		return;
	session->offered_slots = cardea_session_slots(session);
	send_offer(session, false);
}

void cardea_receive_restart(struct cardea_session *session)
{
	if (session->offer_due)
		return;
	/* media.c has the next offer made when Janus is done with this one. */
	if (atomic_load(&session->media) == CARDEA_MEDIA_UP)
		send_offer(session, true);
	else if (!atomic_exchange(&session->offer_again, true))
		cardea_session_close(session);
}

void cardea_receive_tick(struct cardea_session *session)
{
	if (session->offer_due)
		send_offer(session, false);
	else
		cardea_receive_complete(session, true);
}
