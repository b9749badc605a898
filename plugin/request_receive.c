/* The receive handle: the client's answer to our offer. */
#include "cardea_clock.h"
#include "cardea_error.h"
#include "message.h"
#include "sdp.h"

static const struct cardea_json_field answer_fields[] = {
        {"offer", CARDEA_JSON_INTEGER, true, 1, INT64_MAX},
};

/* Sets what the client takes on a line, and sees to it that its picture can begin. */
static void accept(struct cardea_slot *slot, const int pts[CARDEA_CODECS])
{
	bool ready = cardea_slot_ready(slot);
	for (unsigned codec = 0; codec < CARDEA_CODECS; codec++)
		atomic_store(&slot->pts[codec], pts[codec]);
	int layer = 0;
	struct cardea_source *source = cardea_slot_shown(slot, &layer);
	if (ready || !slot->video || !source || !cardea_slot_accepted(slot))
		return;
	/* The key frame arrives while the connection is made, and is kept for it. */
	if (!cardea_slot_ready(slot))
		cardea_recent_keep(&source->layers[layer].recent,
		                   cardea_clock_mono_ms(&cardea_clock_system));
	cardea_session_want_keyframe(source);
}

static int answer_run(struct cardea_request *request, json_t **reply)
{
	struct cardea_session *session = request->session;
	int64_t number = cardea_json_integer(request->message, "offer", 0);
	if (number < session->offer)
		return CARDEA_E_OFFER_STALE;
	if (number > session->offer)
		return CARDEA_E_JSON_RANGE;
	int pts[CARDEA_MAX_AUDIO_SLOTS + CARDEA_MAX_VIDEO_SLOTS][CARDEA_CODECS];
	unsigned count = cardea_session_slots(session);
	int err = cardea_sdp_payload_types(request->sdp, session->lines, count, pts);
	if (err < 0)
		return err;
	for (unsigned i = 0; i < count; i++)
		accept(session->lines[i], pts[i]);
	session->offer_pending = false;
	session->answered = session->offered_slots == count;
	request->room->assign_needed = true;
	*reply = json_pack("{s:s, s:I}", "cardea", "answered", "offer", (json_int_t)number);
	return 0;
}

const struct cardea_request_type cardea_requests_receive[] = {
        {
                .name = "answer",
                .handles = CARDEA_HANDLE_RECEIVE,
                .jsep = CARDEA_JSEP_ANSWER,
                .fields = answer_fields,
                .field_count = G_N_ELEMENTS(answer_fields),
                .run = answer_run,
        },
        {.name = NULL},
};
