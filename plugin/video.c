#include "video.h"

#include "assign.h"
#include "speaking.h"

/* Wishes of one client that come faster are followed together. */
#define WISH_INTERVAL_MS 100

struct cardea_video *cardea_video_new(unsigned slots)
{
	struct cardea_video *video =
	        g_malloc0(sizeof(*video) + slots * sizeof(struct cardea_video_slot));
	video->count = slots;
	video->playout.delay_ms = CARDEA_PLAYOUT_NONE;
	cardea_video_reset(video);
	return video;
}

void cardea_video_reset(struct cardea_video *video)
{
	video->wish_waits = false;
	for (unsigned i = 0; i < video->count; i++)
		video->slots[i] = (struct cardea_video_slot){.wish.height = CARDEA_DEFAULT_HEIGHT,
		                                             .layer = CARDEA_LAYER_NONE};
}

void cardea_video_free(struct cardea_video *video)
{
	g_free(video);
}

static struct cardea_slot *slot_of(struct cardea_session *receiver, unsigned index)
{
	return &receiver->slots[receiver->audio_slots + index];
}

/* ---- what a slot may show ---- */

/* One receiver for which sources are chosen. */
struct viewer {
	struct cardea_room *room;
	struct cardea_participant *participant;
	struct cardea_session *receiver;
};

static bool can_show(const struct viewer *viewer, unsigned index,
                     const struct cardea_source *source)
{
	return source && source->video &&
	       cardea_assign_usable(viewer->receiver, slot_of(viewer->receiver, index), source) &&
	       cardea_assign_wanted(viewer->room, viewer->participant, source);
}

/* The open source of that kind of @participant, or NULL. */
static struct cardea_source *open_source(struct cardea_participant *participant,
                                         enum cardea_source_kind kind)
{
	struct cardea_session *publisher = participant ? participant->handles[CARDEA_PUBLISHER] : NULL;
	struct cardea_source *source = publisher ? &publisher->sources[kind] : NULL;
	return source && atomic_load(&source->open) ? source : NULL;
}

static struct cardea_source *camera_of(const struct cardea_voice *voice)
{
	const struct cardea_source *microphone = voice->of;
	return open_source(cardea_assign_publisher(microphone), CARDEA_SOURCE_CAMERA);
}

/* The camera of who speaks; of who did before, while nobody else does or has one. */
static struct cardea_source *followed(const struct viewer *viewer, unsigned index,
                                      struct cardea_source *now)
{
	const struct cardea_voice *dominant = cardea_speaking_dominant(viewer->room);
	struct cardea_source *source = dominant ? camera_of(dominant) : NULL;
	if (can_show(viewer, index, source))
		return source;
	if (now && atomic_load(&now->open) && can_show(viewer, index, now))
		return now;
	const GPtrArray *ranked = cardea_speaking_rank(viewer->room);
	for (unsigned i = 0; i < ranked->len; i++) {
		source = camera_of(g_ptr_array_index(ranked, i));
		if (can_show(viewer, index, source))
			return source;
	}
	return NULL;
}

static struct cardea_source *newest_screen(const struct viewer *viewer, unsigned index)
{
	const GPtrArray *sources = viewer->room->sources;
	for (unsigned i = sources->len; i > 0; i--) {
		struct cardea_source *source = g_ptr_array_index(sources, i - 1);
		if (source->which == CARDEA_SOURCE_SCREEN && can_show(viewer, index, source))
			return source;
	}
	return NULL;
}

static struct cardea_source *wished(const struct viewer *viewer, unsigned index)
{
	const struct cardea_video_slot *slot = &viewer->receiver->video->slots[index];
	struct cardea_source *source;
	switch (slot->wish.mode) {
	case CARDEA_WISH_SOURCE:
		source =
		        open_source(g_hash_table_lookup(viewer->room->participants, slot->wish.participant),
		                    slot->wish.kind);
		return can_show(viewer, index, source) ? source : NULL;
	case CARDEA_WISH_SPEAKER:
		return followed(viewer, index, slot->target);
	case CARDEA_WISH_SCREEN:
		return newest_screen(viewer, index);
	case CARDEA_WISH_AUTO:
	case CARDEA_WISH_EMPTY:
		break;
	}
	return NULL;
}

/* ---- giving it ---- */

static void set_target(const struct viewer *viewer, unsigned index, struct cardea_source *source)
{
	struct cardea_video_slot *slot = &viewer->receiver->video->slots[index];
	if (slot->target == source)
		return;
	slot->target = source;
	/* The lowest layer is always sent; quality.c goes on from there. */
	slot->layer = source ? 0 : CARDEA_LAYER_NONE;
	slot->fresh = true;
	cardea_assign_show(viewer->receiver, slot_of(viewer->receiver, index), source, 0);
	/* One that comes before it can be received would only put off the next. */
	if (source && cardea_slot_ready(slot_of(viewer->receiver, index)))
		cardea_session_want_keyframe(source);
}

static bool targeted(const struct cardea_video *video, const struct cardea_source *source,
                     unsigned except)
{
	for (unsigned i = 0; i < video->count; i++) {
		if (i != except && video->slots[i].target == source)
			return true;
	}
	return false;
}

/* Keeps what a slot shows as long as that is possible and no other slot shows it. */
static void clear_rest(const struct viewer *viewer)
{
	struct cardea_video *video = viewer->receiver->video;
	for (unsigned i = 0; i < video->count; i++) {
		struct cardea_source *now = video->slots[i].target;
		if (video->slots[i].wish.mode == CARDEA_WISH_AUTO && now &&
		    (!can_show(viewer, i, now) || targeted(video, now, i)))
			set_target(viewer, i, NULL);
	}
}

static int free_slot(const struct viewer *viewer, const struct cardea_source *source)
{
	const struct cardea_video *video = viewer->receiver->video;
	for (unsigned i = 0; i < video->count; i++) {
		if (video->slots[i].wish.mode == CARDEA_WISH_AUTO && !video->slots[i].target &&
		    can_show(viewer, i, source))
			return (int)i;
	}
	return -1;
}

static void fill_rest(const struct viewer *viewer)
{
	const GPtrArray *sources = viewer->room->sources;
	for (unsigned i = 0; i < sources->len; i++) {
		struct cardea_source *source = g_ptr_array_index(sources, i);
		if (!source->video || targeted(viewer->receiver->video, source, UINT32_MAX))
			continue;
		int index = free_slot(viewer, source);
		if (index >= 0)
			set_target(viewer, (unsigned)index, source);
	}
}

/* What may not be seen any more goes at once: it would be held until the next picture is there. */
static void withdraw(const struct viewer *viewer)
{
	for (unsigned i = 0; i < viewer->receiver->video->count; i++) {
		struct cardea_source *shown = cardea_slot_shown(slot_of(viewer->receiver, i), NULL);
		if (!shown || cardea_assign_wanted(viewer->room, viewer->participant, shown))
			continue;
		viewer->receiver->video->slots[i].target = shown;
		set_target(viewer, i, NULL);
	}
}

void cardea_video_assign(struct cardea_room *room, struct cardea_participant *participant,
                         struct cardea_session *receiver)
{
	const struct viewer viewer = {room, participant, receiver};
	struct cardea_video *video = receiver->video;
	withdraw(&viewer);
	for (unsigned i = 0; i < video->count; i++) {
		if (video->slots[i].wish.mode != CARDEA_WISH_AUTO)
			set_target(&viewer, i, wished(&viewer, i));
	}
	clear_rest(&viewer);
	fill_rest(&viewer);
}

void cardea_video_forget(struct cardea_session *receiver, const struct cardea_source *source)
{
	struct cardea_video *video = receiver->video;
	for (unsigned i = 0; i < video->count; i++) {
		if (video->slots[i].target != source)
			continue;
		video->slots[i].target = NULL;
		video->slots[i].layer = CARDEA_LAYER_NONE;
	}
}

/* ---- wishes ---- */

static void follow_wish(struct cardea_room *room, struct cardea_session *receiver, int64_t now_ms)
{
	receiver->video->wish_waits = false;
	receiver->video->wished_ms = now_ms;
	cardea_video_assign(room, receiver->participant, receiver);
}

void cardea_video_wish(struct cardea_room *room, struct cardea_session *receiver,
                       const struct cardea_wish *wishes, int64_t now_ms)
{
	struct cardea_video *video = receiver->video;
	for (unsigned i = 0; i < video->count; i++)
		video->slots[i].wish = wishes[i];
	if (now_ms - video->wished_ms >= WISH_INTERVAL_MS)
		follow_wish(room, receiver, now_ms);
	else
		video->wish_waits = true;
}

void cardea_video_catch_up(struct cardea_room *room, int64_t now_ms)
{
	struct cardea_receivers receivers;
	struct cardea_session *receiver;
	cardea_receivers_init(&receivers, room);
	while ((receiver = cardea_receivers_next(&receivers))) {
		if (receiver->video->wish_waits)
			follow_wish(room, receiver, now_ms);
	}
}
