#include "assign.h"

#include "cardea_clock.h"
#include "media.h"
#include "speaking.h"
#include "video.h"

typedef void (*receiver_h)(struct cardea_session *receiver, void *arg);

static void each_receiver(struct cardea_room *room, receiver_h each, void *arg)
{
	struct cardea_receivers receivers;
	struct cardea_session *receiver;
	cardea_receivers_init(&receivers, room);
	while ((receiver = cardea_receivers_next(&receivers)))
		each(receiver, arg);
}

static void mark_stale(struct cardea_source *source)
{
	if (source)
		source->route_stale = true;
}

void cardea_assign_show(struct cardea_session *receiver, struct cardea_slot *slot,
                        struct cardea_source *source, unsigned layer)
{
	struct cardea_view shown, next;
	cardea_slot_views(slot, &shown, &next);
	if (!cardea_slot_assign(slot, source, layer))
		return;
	mark_stale(shown.source);
	mark_stale(next.source);
	mark_stale(source);
	/* Its route leads here until a packet of the new one has switched the slot. */
	if (slot->leaving != shown.source)
		mark_stale(slot->leaving);
	slot->leaving = shown.source;
	receiver->map_changed = true;
}

/* The publisher of an open source is joined, so it has a participant. */
struct cardea_participant *cardea_assign_publisher(const struct cardea_source *source)
{
	return ((struct cardea_session *)source->publisher)->participant;
}

bool cardea_assign_wanted(struct cardea_room *room, const struct cardea_participant *participant,
                          const struct cardea_source *source)
{
	const struct cardea_grant *grant =
	        g_hash_table_lookup(room->grants, cardea_participant_id(participant));
	const struct cardea_participant *publisher = cardea_assign_publisher(source);
	if (room->policy.cameras_of_hosts_only && source->which == CARDEA_SOURCE_CAMERA &&
	    participant->claims.role != CARDEA_ROLE_HOST && publisher->claims.role != CARDEA_ROLE_HOST)
		return false;
	return cardea_participant_watches(participant, grant, publisher);
}

bool cardea_assign_usable(const struct cardea_session *receiver, const struct cardea_slot *slot,
                          const struct cardea_source *source)
{
	/* Before the answer every slot counts; after it those that take the codec. */
	return !receiver->answered ||
	       cardea_slot_takes(slot, (enum cardea_codec)atomic_load(&source->codec));
}

/* A voice that is no longer to be heard leaves a free slot. */
static void clear_voices(struct cardea_room *room, struct cardea_participant *participant,
                         struct cardea_session *receiver)
{
	for (unsigned i = 0; i < receiver->audio_slots; i++) {
		struct cardea_slot *slot = &receiver->slots[i];
		struct cardea_source *source = cardea_slot_shown(slot, NULL);
		if (source && (!cardea_assign_usable(receiver, slot, source) ||
		               !cardea_assign_wanted(room, participant, source)))
			cardea_assign_show(receiver, slot, NULL, 0);
	}
}

/* One run over all receivers, and one of them at a time. */
struct choice {
	struct cardea_room *room;
	const GPtrArray *ranked;
	int64_t now_ms;
	bool fill; /* also with those who are silent */
	const struct cardea_participant *participant;
};

static bool hears(const struct cardea_voice *voice, void *arg)
{
	const struct choice *choice = arg;
	return cardea_assign_wanted(choice->room, choice->participant, voice->of);
}

static void seat_voices(struct choice *choice, struct cardea_session *receiver)
{
	struct cardea_seat seats[CARDEA_MAX_AUDIO_SLOTS];
	struct cardea_slot *slots[CARDEA_MAX_AUDIO_SLOTS];
	unsigned count = 0;
	for (unsigned i = 0; i < receiver->audio_slots; i++) {
		struct cardea_slot *slot = &receiver->slots[i];
		struct cardea_source *shown = cardea_slot_shown(slot, NULL);
		if (receiver->answered && !cardea_slot_accepted(slot))
			continue;
		slots[count] = slot;
		seats[count++] = (struct cardea_seat){.voice = shown ? &shown->voice : NULL,
		                                      .since_ms = slot->since_ms};
	}
	cardea_speaker_seat(seats, count, (struct cardea_voice *const *)choice->ranked->pdata,
	                    choice->ranked->len, choice->fill, choice->now_ms, hears, choice);
	for (unsigned i = 0; i < count; i++) {
		if (!seats[i].changed)
			continue;
		slots[i]->since_ms = seats[i].since_ms;
		cardea_assign_show(receiver, slots[i], seats[i].voice->of, 0);
	}
}

static void hear(struct cardea_session *receiver, void *arg)
{
	struct choice *choice = arg;
	choice->participant = receiver->participant;
	seat_voices(choice, receiver);
}

static void each_receiver_hears(struct choice *choice)
{
	if (choice->ranked->len > 0)
		each_receiver(choice->room, hear, choice);
}

static void reassign(struct cardea_session *receiver, void *room)
{
	clear_voices(room, receiver->participant, receiver);
	cardea_video_assign(room, receiver->participant, receiver);
}

void cardea_assign_run(struct cardea_room *room)
{
	/* What nobody wants any more is cleared first: its slot is free for somebody who is silent. */
	each_receiver(room, reassign, room);
	struct choice choice = {
	        .room = room,
	        .ranked = cardea_speaking_rank(room),
	        .now_ms = cardea_clock_mono_ms(&cardea_clock_system),
	        .fill = true,
	};
	each_receiver_hears(&choice);
}

static void take_switched(struct cardea_session *receiver, void *arg)
{
	(void)arg;
	for (unsigned i = receiver->audio_slots; i < cardea_session_slots(receiver); i++) {
		struct cardea_slot *slot = &receiver->slots[i];
		if (!cardea_slot_take_switched(slot))
			continue;
		mark_stale(slot->leaving);
		slot->leaving = NULL;
		receiver->map_changed = true;
	}
}

void cardea_assign_catch_up(struct cardea_room *room)
{
	each_receiver(room, take_switched, NULL);
}

void cardea_assign_speakers(struct cardea_room *room, const GPtrArray *ranked, int64_t now_ms)
{
	struct choice choice = {.room = room, .ranked = ranked, .now_ms = now_ms};
	each_receiver_hears(&choice);
}

static void forget(struct cardea_session *receiver, void *arg)
{
	struct cardea_source *source = arg;
	cardea_video_forget(receiver, source);
	for (unsigned i = 0; i < cardea_session_slots(receiver); i++) {
		struct cardea_slot *slot = &receiver->slots[i];
		if (slot->leaving == source)
			slot->leaving = NULL;
		if (cardea_slot_forget(slot, source))
			receiver->map_changed = true;
	}
}

void cardea_assign_drop_source(struct cardea_room *room, struct cardea_source *source)
{
	g_ptr_array_remove(room->sources, source);
	cardea_speaking_drop(room, source);
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		cardea_source_route(source, i, NULL, 0);
	each_receiver(room, forget, source);
	source->route_stale = false;
	room->assign_needed = true;
}

void cardea_assign_clear_slots(struct cardea_room *room, struct cardea_session *session)
{
	for (unsigned i = 0; i < cardea_session_slots(session); i++) {
		struct cardea_slot *slot = &session->slots[i];
		cardea_assign_show(session, slot, NULL, 0);
		cardea_slot_take_switched(slot);
		slot->leaving = NULL;
	}
	room->assign_needed = true;
}

/* What is to be seen: the old picture until the new one is there. */
static json_t *slot_entry(struct cardea_slot *slot)
{
	const struct cardea_source *source = cardea_slot_shown(slot, NULL);
	json_t *entry = json_pack("{s:s, s:o}", "mid", slot->mid, "participant",
	                          source ? json_string(source->participant_id) : json_null());
	if (slot->video)
		json_object_set_new(entry, "kind",
		                    source ? json_string(cardea_source_kind_name(source->which))
		                           : json_null());
	return entry;
}

json_t *cardea_assign_map(const struct cardea_session *session)
{
	json_t *audio = json_array(), *video = json_array();
	for (unsigned i = 0; i < cardea_session_slots(session); i++)
		json_array_append_new(session->slots[i].video ? video : audio,
		                      slot_entry(&session->slots[i]));
	return json_pack("{s:o, s:o}", "audio", audio, "video", video);
}

static void tell(struct cardea_session *receiver, void *arg)
{
	(void)arg;
	if (!receiver->map_changed)
		return;
	receiver->map_changed = false;
	cardea_media_silence(receiver);
	cardea_session_event(receiver, "slots", cardea_assign_map(receiver), NULL);
}

void cardea_assign_tell(struct cardea_room *room)
{
	each_receiver(room, tell, NULL);
}
