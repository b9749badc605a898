#include "session.h"

#include "cardea_clock.h"
#include "cardea_error.h"
#include "core.h"
#include "room.h"
#include "video.h"

static void session_destroy(struct cardea_ref *ref)
{
	struct cardea_session *session = (struct cardea_session *)ref;
	for (unsigned i = 0; session->sources && i < CARDEA_SOURCE_KINDS; i++) {
		cardea_stats_fold(session->stats, &session->sources[i]);
		cardea_source_destroy(&session->sources[i]);
	}
	for (unsigned i = 0; session->slots && i < cardea_session_slots(session); i++)
		cardea_slot_destroy(&session->slots[i]);
	g_free(session->sources);
	g_free(session->slots);
	g_free(session->lines);
	cardea_video_free(session->video);
	cardea_session_set_room(session, NULL);
	g_mutex_clear(&session->lock);
	cardea_stats_put(session->stats);
	janus_refcount_decrease(&session->handle->ref);
	g_free(session);
}

struct cardea_session *cardea_session_new(janus_plugin_session *handle, struct cardea_stats *stats)
{
	struct cardea_session *session = g_new0(struct cardea_session, 1);
	_Static_assert(offsetof(struct cardea_session, ref) == 0, "session_destroy casts");
	cardea_ref_init(&session->ref, session_destroy);
	session->handle = handle;
	session->stats = cardea_stats_get(stats);
	atomic_init(&session->kind, CARDEA_HANDLE_NEW);
	g_mutex_init(&session->lock);
	return session;
}

struct cardea_session *cardea_session_get(struct cardea_session *session)
{
	cardea_ref_get(&session->ref);
	return session;
}

void cardea_session_put(struct cardea_session *session)
{
	cardea_ref_put(&session->ref);
}

struct cardea_room *cardea_session_room(struct cardea_session *session)
{
	g_mutex_lock(&session->lock);
	struct cardea_room *room = session->room ? cardea_room_get(session->room) : NULL;
	g_mutex_unlock(&session->lock);
	return room;
}

void cardea_session_set_room(struct cardea_session *session, struct cardea_room *room)
{
	if (room)
		cardea_room_get(room);
	g_mutex_lock(&session->lock);
	struct cardea_room *old = session->room;
	session->room = room;
	g_mutex_unlock(&session->lock);
	if (old)
		cardea_room_put(old);
}

void cardea_session_make_publish(struct cardea_session *session, const _Atomic int64_t *lease)
{
	session->sources = g_new0(struct cardea_source, CARDEA_SOURCE_KINDS);
	for (unsigned i = 0; i < CARDEA_SOURCE_KINDS; i++)
		cardea_source_init(&session->sources[i], &session->ref, session, (enum cardea_source_kind)i,
		                   session->seat, lease);
	atomic_store(&session->kind, CARDEA_HANDLE_PUBLISH);
}

/* Whether slot @index has a line in the first offer: one voice and one picture, or every voice
 * where there is no picture to hurry for. */
static bool comes_first(const struct cardea_session *session, unsigned index)
{
	return index == 0 || index == session->audio_slots || session->video_slots == 0;
}

/* Gives the slots that come first, or the others, the m-lines from @line on; returns the next. */
static unsigned add_lines(struct cardea_session *session, bool first, unsigned line)
{
	unsigned audio = session->audio_slots;
	for (unsigned i = 0; i < cardea_session_slots(session); i++) {
		if (comes_first(session, i) != first)
			continue;
		cardea_slot_init(&session->slots[i], &session->ref, session, (int)line, i >= audio,
		                 i >= audio ? i - audio : i);
		session->lines[line++] = &session->slots[i];
	}
	return line;
}

void cardea_session_make_receive(struct cardea_session *session, unsigned audio, unsigned video)
{
	session->audio_slots = audio;
	session->video_slots = video;
	session->slots = g_new0(struct cardea_slot, audio + video);
	session->lines = g_new0(struct cardea_slot *, audio + video);
	session->video = cardea_video_new(video);
	atomic_init(&session->feedback.rtt_ms, CARDEA_NO_REPORT);
	atomic_init(&session->feedback.playout_ms, CARDEA_PLAYOUT_NONE);
	session->first_lines = add_lines(session, true, 0);
	add_lines(session, false, session->first_lines);
	atomic_store(&session->kind, CARDEA_HANDLE_RECEIVE);
}

void cardea_session_move(struct cardea_session *session, struct cardea_room *room, const char *seat)
{
	cardea_session_set_room(session, room);
	g_mutex_lock(&session->lock);
	g_strlcpy(session->seat, seat, sizeof(session->seat));
	g_mutex_unlock(&session->lock);
	for (unsigned i = 0; session->sources && i < CARDEA_SOURCE_KINDS; i++)
		atomic_store(&session->sources[i].lease_deadline_ms, &room->lease_deadline_ms);
	if (session->video)
		cardea_video_reset(session->video);
}

json_t *cardea_session_slot_counts(const struct cardea_session *session)
{
	return json_pack("{s:i, s:i}", "audio", (int)session->audio_slots, "video",
	                 (int)session->video_slots);
}

int cardea_session_reply(struct cardea_session *session, const char *transaction, json_t *reply,
                         json_t *jsep)
{
	int err = cardea_core_push(session->handle, transaction, reply, jsep);
	json_decref(reply);
	json_decref(jsep);
	return err;
}

int cardea_session_event(struct cardea_session *session, const char *name, json_t *fields,
                         json_t *jsep)
{
	if (!session->announced) {
		json_decref(fields);
		json_decref(jsep);
		return 0;
	}
	int64_t seq = atomic_load(&session->seq) + 1;
	json_t *event =
	        json_pack("{s:s, s:s, s:I}", "cardea", "event", "event", name, "seq", (json_int_t)seq);
	if (fields)
		json_object_update_new(event, fields);
	int err = cardea_core_push(session->handle, NULL, event, jsep);
	/* Nobody has seen the number of an event whose SDP Janus could not use. */
	if (err != CARDEA_E_JSEP_INVALID)
		atomic_store(&session->seq, seq);
	if (err < 0)
		cardea_stats_add(&session->stats->events_lost, 1);
	json_decref(event);
	json_decref(jsep);
	return err;
}

void cardea_session_close(struct cardea_session *session)
{
	cardea_core_close(session->handle);
}

void cardea_session_want_keyframe(struct cardea_source *source)
{
	struct cardea_session *publisher = source->publisher;
	int mindex = atomic_load(&source->mindex);
	if (mindex >= 0 && atomic_load(&publisher->media) == CARDEA_MEDIA_UP &&
	    cardea_source_want_keyframe(source, cardea_clock_mono_ms(&cardea_clock_system)))
		cardea_core_ask_keyframe(publisher->handle, mindex);
}

const char *cardea_handle_name(enum cardea_handle_kind kind)
{
	switch (kind) {
	case CARDEA_HANDLE_NEW:
		return "new";
	case CARDEA_HANDLE_PUBLISH:
		return "publish";
	case CARDEA_HANDLE_RECEIVE:
		return "receive";
	case CARDEA_HANDLE_CONTROL:
		return "control";
	}
	return "new";
}

const char *cardea_media_name(enum cardea_media_state state)
{
	static const char *const names[] = {"new", "offered", "up", "down"};
	return names[state];
}

json_t *cardea_session_query(struct cardea_session *session)
{
	static const char *const states[] = {"new", "joining", "joined", "left"};
	enum cardea_handle_kind kind = (enum cardea_handle_kind)atomic_load(&session->kind);
	char seat[CARDEA_MAX_ID + 1];
	g_mutex_lock(&session->lock);
	g_strlcpy(seat, session->seat, sizeof(seat));
	g_mutex_unlock(&session->lock);
	return json_pack("{s:s, s:s, s:s, s:I, s:s}", "handle", cardea_handle_name(kind), "state",
	                 states[atomic_load(&session->state)], "media",
	                 cardea_media_name((enum cardea_media_state)atomic_load(&session->media)),
	                 "seq", (json_int_t)atomic_load(&session->seq), "participant",
	                 kind & (CARDEA_HANDLE_PUBLISH | CARDEA_HANDLE_RECEIVE) ? seat : "");
}
