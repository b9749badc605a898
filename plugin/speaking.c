#include "speaking.h"

#include <stdlib.h>
#include <string.h>
#include "assign.h"
#include "speaker.h"

/* An event without its envelope. */
struct told {
	char dominant[CARDEA_MAX_ID + 1]; /* empty: nobody */
	unsigned count;
	char ids[CARDEA_SPEAKERS_TOLD][CARDEA_MAX_ID + 1]; /* sorted */
};

struct cardea_speaking {
	/* struct cardea_voice *, borrowed; for one choice. */
	GPtrArray *ranked;
	GPtrArray *people; /* of these, the microphones: a film that is shared is nobody */
	struct cardea_floor floor;
	bool dropped; /* a microphone was closed since the last run */
	struct told told;
	int64_t told_ms;
};

struct cardea_speaking *cardea_speaking_new(void)
{
	struct cardea_speaking *speaking = g_new0(struct cardea_speaking, 1);
	speaking->ranked = g_ptr_array_new();
	speaking->people = g_ptr_array_new();
	return speaking;
}

void cardea_speaking_free(struct cardea_speaking *speaking)
{
	g_ptr_array_unref(speaking->ranked);
	g_ptr_array_unref(speaking->people);
	g_free(speaking);
}

static bool has_audio(const struct cardea_room *room)
{
	for (unsigned i = 0; i < room->sources->len; i++) {
		const struct cardea_source *source = g_ptr_array_index(room->sources, i);
		if (!source->video)
			return true;
	}
	return false;
}

bool cardea_speaking_needed(struct cardea_room *room)
{
	guint present = g_hash_table_size(room->participants);
	struct cardea_speaking *speaking = room->speaking;
	if (present == 0) {
		memset(&speaking->told, 0, sizeof(speaking->told));
		speaking->dropped = false;
		return false;
	}
	return (present > 1 && has_audio(room)) || speaking->dropped || speaking->told.count > 0;
}

static int by_order(const void *a, const void *b)
{
	return cardea_voice_order(*(struct cardea_voice *const *)a, *(struct cardea_voice *const *)b);
}

const GPtrArray *cardea_speaking_rank(struct cardea_room *room)
{
	GPtrArray *ranked = room->speaking->ranked;
	g_ptr_array_set_size(ranked, 0);
	for (unsigned i = 0; i < room->sources->len; i++) {
		struct cardea_source *source = g_ptr_array_index(room->sources, i);
		if (!source->video)
			g_ptr_array_add(ranked, &source->voice);
	}
	/* Stable: who is alike stays in the order of opening. */
	g_ptr_array_sort(ranked, by_order);
	return ranked;
}

const struct cardea_voice *cardea_speaking_dominant(const struct cardea_room *room)
{
	return room->speaking->floor.dominant;
}

void cardea_speaking_drop(struct cardea_room *room, struct cardea_source *source)
{
	if (source->video)
		return;
	cardea_voice_silence(&source->voice);
	cardea_floor_forget(&room->speaking->floor, &source->voice);
	room->speaking->dropped = true;
}

static void pick_people(struct cardea_speaking *speaking)
{
	g_ptr_array_set_size(speaking->people, 0);
	for (unsigned i = 0; i < speaking->ranked->len; i++) {
		struct cardea_voice *voice = g_ptr_array_index(speaking->ranked, i);
		if (((const struct cardea_source *)voice->of)->which == CARDEA_SOURCE_MICROPHONE)
			g_ptr_array_add(speaking->people, voice);
	}
}

static const char *id_of(const struct cardea_voice *voice)
{
	return ((const struct cardea_source *)voice->of)->participant_id;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* What there is to tell; alone nobody is told that they speak. */
static void summarize(const struct cardea_room *room, struct told *now)
{
	const struct cardea_speaking *speaking = room->speaking;
	const GPtrArray *people = speaking->people;
	memset(now, 0, sizeof(*now));
	if (speaking->floor.dominant)
		g_strlcpy(now->dominant, id_of(speaking->floor.dominant), sizeof(now->dominant));
	for (unsigned i = 0; i < people->len && now->count < CARDEA_SPEAKERS_TOLD; i++) {
		const struct cardea_voice *voice = g_ptr_array_index(people, i);
		if (!voice->speaking || g_hash_table_size(room->participants) < 2)
			break;
		g_strlcpy(now->ids[now->count++], id_of(voice), sizeof(now->ids[0]));
	}
	qsort(now->ids, now->count, sizeof(now->ids[0]), by_id);
}

static void tell(struct cardea_room *room, int64_t now_ms)
{
	struct cardea_speaking *speaking = room->speaking;
	struct told now;
	if (now_ms - speaking->told_ms < CARDEA_SPEAK_TELL_MS)
		return;
	summarize(room, &now);
	speaking->dropped = false;
	if (memcmp(&now, &speaking->told, sizeof(now)) == 0)
		return;
	/* With its padding, which is compared. */
	memcpy(&speaking->told, &now, sizeof(now));
	speaking->told_ms = now_ms;
	struct cardea_receivers receivers;
	struct cardea_session *receiver;
	cardea_receivers_init(&receivers, room);
	while ((receiver = cardea_receivers_next(&receivers)))
		cardea_session_event(receiver, "speaking", cardea_speaking_told(room), NULL);
}

void cardea_speaking_run(struct cardea_room *room, int64_t now_ms)
{
	for (unsigned i = 0; i < room->sources->len; i++) {
		struct cardea_source *source = g_ptr_array_index(room->sources, i);
		if (!source->video)
			cardea_voice_update(&source->voice, now_ms);
	}
	const GPtrArray *ranked = cardea_speaking_rank(room);
	pick_people(room->speaking);
	const GPtrArray *people = room->speaking->people;
	/* Slots that follow the speaker are given anew when the job ends. */
	if (cardea_floor_update(&room->speaking->floor, (struct cardea_voice *const *)people->pdata,
	                        people->len, now_ms))
		room->assign_needed = true;
	cardea_assign_speakers(room, ranked, now_ms);
	tell(room, now_ms);
}

json_t *cardea_speaking_told(const struct cardea_room *room)
{
	const struct told *told = &room->speaking->told;
	json_t *ids = json_array();
	for (unsigned i = 0; i < told->count; i++)
		json_array_append_new(ids, json_string(told->ids[i]));
	json_t *dominant = told->dominant[0] ? json_string(told->dominant) : json_null();
	return json_pack("{s:o, s:o}", "dominant", dominant, "speaking", ids);
}
