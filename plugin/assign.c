#include "assign.h"

#include "cardea_clock.h"
#include "speaking.h"

typedef void (*receiver_h)(struct cardea_room *room, struct cardea_participant *participant,
                           struct cardea_session *receiver);

static void each_receiver(struct cardea_room *room, receiver_h each)
{
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct cardea_participant *participant = value;
		if (participant->handles[CARDEA_RECEIVER])
			each(room, participant, participant->handles[CARDEA_RECEIVER]);
	}
}

static void assign(struct cardea_session *receiver, struct cardea_slot *slot,
                   struct cardea_source *source)
{
	struct cardea_source *old = cardea_slot_shown(slot, NULL);
	if (old)
		old->route_stale = true;
	cardea_slot_assign(slot, source, 0);
	receiver->map_changed = true;
	if (source)
		source->route_stale = true;
}

/* The publisher of an open source is joined, so it has a participant. */
static struct cardea_participant *publisher_of(const struct cardea_source *source)
{
	return ((struct cardea_session *)source->publisher)->participant;
}

static bool wanted(struct cardea_room *room, const struct cardea_participant *participant,
                   const struct cardea_source *source)
{
	const struct cardea_grant *grant =
	        g_hash_table_lookup(room->grants, cardea_participant_id(participant));
	return cardea_participant_watches(participant, grant, publisher_of(source));
}

static bool usable(const struct cardea_session *receiver, const struct cardea_slot *slot)
{
	/* Before the answer every slot counts; after it those that were accepted. */
	return !receiver->answered || cardea_slot_accepted(slot);
}

static void clear_unwanted(struct cardea_room *room, struct cardea_participant *participant,
                           struct cardea_session *receiver)
{
	for (unsigned i = 0; i < cardea_session_slots(receiver); i++) {
		struct cardea_slot *slot = &receiver->slots[i];
		struct cardea_source *source = cardea_slot_shown(slot, NULL);
		if (source && (!usable(receiver, slot) || !wanted(room, participant, source)))
			assign(receiver, slot, NULL);
	}
}

static struct cardea_slot *free_video_slot(struct cardea_session *receiver)
{
	for (unsigned i = receiver->audio_slots; i < cardea_session_slots(receiver); i++) {
		struct cardea_slot *slot = &receiver->slots[i];
		if (!cardea_slot_shown(slot, NULL) && usable(receiver, slot))
			return slot;
	}
	return NULL;
}

static bool shows(const struct cardea_session *receiver, const struct cardea_source *source)
{
	for (unsigned i = 0; i < cardea_session_slots(receiver); i++) {
		if (cardea_slot_shown(&receiver->slots[i], NULL) == source)
			return true;
	}
	return false;
}

static void fill_video(struct cardea_room *room, struct cardea_participant *participant,
                       struct cardea_session *receiver)
{
	struct cardea_slot *next = free_video_slot(receiver);
	for (unsigned i = 0; i < room->sources->len && next; i++) {
		struct cardea_source *source = g_ptr_array_index(room->sources, i);
		if (!source->video || !wanted(room, participant, source) || shows(receiver, source))
			continue;
		assign(receiver, next, source);
		if (atomic_load(&next->up))
			cardea_session_want_keyframe(source);
		next = free_video_slot(receiver);
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
	return wanted(choice->room, choice->participant, voice->of);
}

static void seat_voices(struct choice *choice, struct cardea_session *receiver)
{
	struct cardea_seat seats[CARDEA_MAX_AUDIO_SLOTS];
	struct cardea_slot *slots[CARDEA_MAX_AUDIO_SLOTS];
	unsigned count = 0;
	for (unsigned i = 0; i < receiver->audio_slots; i++) {
		struct cardea_slot *slot = &receiver->slots[i];
		struct cardea_source *shown = cardea_slot_shown(slot, NULL);
		if (!usable(receiver, slot))
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
		assign(receiver, slots[i], seats[i].voice->of);
	}
}

static void each_receiver_hears(struct choice *choice)
{
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, choice->room->participants);
	while (choice->ranked->len > 0 && g_hash_table_iter_next(&iter, NULL, &value)) {
		choice->participant = value;
		if (choice->participant->handles[CARDEA_RECEIVER])
			seat_voices(choice, choice->participant->handles[CARDEA_RECEIVER]);
	}
}

static void reassign_video(struct cardea_room *room, struct cardea_participant *participant,
                           struct cardea_session *receiver)
{
	clear_unwanted(room, participant, receiver);
	fill_video(room, participant, receiver);
}

/* Collects the slots of stale sources in one pass over all receivers, then swaps the routes. */
static void rebuild_routes(struct cardea_room *room)
{
	GHashTable *slots = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
	for (unsigned i = 0; i < room->sources->len; i++) {
		struct cardea_source *source = g_ptr_array_index(room->sources, i);
		if (source->route_stale)
			g_hash_table_insert(slots, source, g_ptr_array_new());
	}
	GHashTableIter iter;
	void *key, *value;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_size(slots) > 0 && g_hash_table_iter_next(&iter, NULL, &value)) {
		struct cardea_session *receiver =
		        ((struct cardea_participant *)value)->handles[CARDEA_RECEIVER];
		for (unsigned i = 0; receiver && i < cardea_session_slots(receiver); i++) {
			GPtrArray *list =
			        g_hash_table_lookup(slots, cardea_slot_shown(&receiver->slots[i], NULL));
			if (list)
				g_ptr_array_add(list, &receiver->slots[i]);
		}
	}
	g_hash_table_iter_init(&iter, slots);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		struct cardea_source *source = key;
		GPtrArray *list = value;
		cardea_source_route(source, 0, (struct cardea_slot **)list->pdata, list->len);
		source->route_stale = false;
	}
	g_hash_table_destroy(slots);
}

void cardea_assign_run(struct cardea_room *room)
{
	/* What nobody wants any more is cleared first: its slot is free for somebody who is silent. */
	each_receiver(room, reassign_video);
	struct choice choice = {
	        .room = room,
	        .ranked = cardea_speaking_rank(room),
	        .now_ms = cardea_clock_mono_ms(&cardea_clock_system),
	        .fill = true,
	};
	each_receiver_hears(&choice);
	rebuild_routes(room);
}

void cardea_assign_speakers(struct cardea_room *room, const GPtrArray *ranked, int64_t now_ms)
{
	struct choice choice = {.room = room, .ranked = ranked, .now_ms = now_ms};
	each_receiver_hears(&choice);
	rebuild_routes(room);
}

void cardea_assign_drop_source(struct cardea_room *room, struct cardea_source *source)
{
	g_ptr_array_remove(room->sources, source);
	cardea_speaking_drop(room, source);
	cardea_source_route(source, 0, NULL, 0);
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct cardea_session *receiver =
		        ((struct cardea_participant *)value)->handles[CARDEA_RECEIVER];
		for (unsigned i = 0; receiver && i < cardea_session_slots(receiver); i++) {
			if (cardea_slot_shown(&receiver->slots[i], NULL) == source)
				assign(receiver, &receiver->slots[i], NULL);
		}
	}
	source->route_stale = false;
	room->assign_needed = true;
}

void cardea_assign_drop_slots(struct cardea_room *room, struct cardea_session *session)
{
	for (unsigned i = 0; i < cardea_session_slots(session); i++) {
		cardea_slot_set_up(&session->slots[i], false);
		if (cardea_slot_shown(&session->slots[i], NULL))
			assign(session, &session->slots[i], NULL);
	}
	room->assign_needed = true;
}

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

static void tell(struct cardea_room *room, struct cardea_participant *participant,
                 struct cardea_session *receiver)
{
	(void)room;
	(void)participant;
	if (!receiver->map_changed)
		return;
	receiver->map_changed = false;
	cardea_session_event(receiver, "slots", cardea_assign_map(receiver), NULL);
}

void cardea_assign_tell(struct cardea_room *room)
{
	each_receiver(room, tell);
}
