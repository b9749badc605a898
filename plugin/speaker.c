#include "speaker.h"

#include <stddef.h>

/* Loudness is kept so fine that short steps of the smoothing are not rounded away. */
#define UNIT    CARDEA_LOUDNESS_UNIT
#define LOUDEST 127

/* Smoothing: up within syllables, down slower than the pause between them. */
#define ATTACK_MS     80
#define RELEASE_MS    400
/* A packet stands for no more than this; the first one after a gap for less, because the packets
 * of a DTX silence are no speech. */
#define STEP_MS       60
#define FIRST_STEP_MS 20
/* Without packets (DTX, or a path that broke) loudness falls after this, so fast. */
#define GAP_MS        100
#define GAP_MS_PER_DB 10

static uint64_t pack(int64_t now_ms, int loudness)
{
	return (uint64_t)now_ms << 16 | (uint16_t)loudness;
}

static int64_t packed_ms(uint64_t heard)
{
	return (int64_t)(heard >> 16);
}

/* What is left of it at @now_ms, if nothing came since. */
static int faded(uint64_t heard, int64_t now_ms)
{
	int loudness = (int)(heard & 0xffff);
	int64_t silent = now_ms - packed_ms(heard) - GAP_MS;
	if (silent <= 0)
		return loudness;
	int64_t loss = silent * UNIT / GAP_MS_PER_DB;
	return loss >= loudness ? 0 : loudness - (int)loss;
}

void cardea_voice_note(struct cardea_voice *voice, int level, int64_t now_ms)
{
	/* Only this thread writes, except for cardea_voice_silence, which may lose. */
	uint64_t heard = atomic_load_explicit(&voice->heard, memory_order_relaxed);
	int target = CARDEA_SPEAK_NO_LEVEL * UNIT;
	if (level >= 0)
		target = level >= LOUDEST ? 0 : (LOUDEST - level) * UNIT;
	int64_t step = now_ms - packed_ms(heard);
	if (step < 0)
		step = 0;
	if (step > STEP_MS)
		step = step > GAP_MS ? FIRST_STEP_MS : STEP_MS;
	int loudness = faded(heard, now_ms);
	int pace = target > loudness ? ATTACK_MS : RELEASE_MS;
	loudness += (int)((target - loudness) * step / pace);
	atomic_store_explicit(&voice->heard, pack(now_ms, loudness), memory_order_relaxed);
}

/* Who speaks falls in rank so slowly that a pause does not cost them their slot. */
static void set_loudness(struct cardea_voice *voice, int loudness, int64_t now_ms)
{
	int64_t fall = (now_ms - voice->updated_ms) * CARDEA_SPEAK_FALL * UNIT / 1000;
	voice->updated_ms = now_ms;
	if (voice->speaking && loudness < voice->loudness - fall)
		loudness = voice->loudness - (int)fall;
	voice->loudness = loudness;
}

bool cardea_voice_update(struct cardea_voice *voice, int64_t now_ms)
{
	bool before = voice->speaking;
	int loudness = faded(atomic_load_explicit(&voice->heard, memory_order_relaxed), now_ms);
	if (loudness >= (before ? CARDEA_SPEAK_OFF : CARDEA_SPEAK_ON) * UNIT) {
		voice->speaking = true;
		voice->spoke_ms = now_ms;
		voice->until_ms = now_ms + CARDEA_SPEAK_HANG_MS;
	} else if (now_ms >= voice->until_ms) {
		voice->speaking = false;
	}
	set_loudness(voice, loudness, now_ms);
	return voice->speaking != before;
}

void cardea_voice_silence(struct cardea_voice *voice)
{
	atomic_store_explicit(&voice->heard, 0, memory_order_relaxed);
	voice->loudness = 0;
	voice->speaking = false;
	voice->until_ms = 0;
	voice->spoke_ms = 0;
}

int cardea_voice_order(const struct cardea_voice *a, const struct cardea_voice *b)
{
	if (a->speaking != b->speaking)
		return a->speaking ? -1 : 1;
	int64_t first = a->speaking ? a->loudness : a->spoke_ms;
	int64_t second = b->speaking ? b->loudness : b->spoke_ms;
	return (first < second) - (first > second);
}

static bool louder(const struct cardea_voice *a, const struct cardea_voice *b)
{
	return a->loudness >= b->loudness + CARDEA_SPEAK_MARGIN * UNIT;
}

/* Whether @voice may have that seat: a free one, or one that was not taken just now, of somebody
 * silent or quieter. */
static bool takes(const struct cardea_voice *voice, const struct cardea_seat *seat, int64_t now_ms)
{
	if (!seat->voice)
		return true;
	if (!voice->speaking)
		return false;
	if (now_ms - seat->since_ms < CARDEA_SPEAK_HELD_MS)
		return false;
	return !seat->voice->speaking || louder(voice, seat->voice);
}

static bool seated(const struct cardea_seat *seats, unsigned count,
                   const struct cardea_voice *voice)
{
	for (unsigned i = 0; i < count; i++) {
		if (seats[i].voice == voice)
			return true;
	}
	return false;
}

/* The seat that @voice takes: a free one, else of who is heard last; NULL if there is none. */
static struct cardea_seat *seat_for(struct cardea_seat *seats, unsigned count,
                                    const struct cardea_voice *voice, int64_t now_ms)
{
	struct cardea_seat *found = NULL;
	for (unsigned i = 0; i < count; i++) {
		struct cardea_seat *seat = &seats[i];
		if (!takes(voice, seat, now_ms))
			continue;
		if (!seat->voice)
			return seat;
		if (!found || cardea_voice_order(found->voice, seat->voice) < 0)
			found = seat;
	}
	return found;
}

static bool any_free(const struct cardea_seat *seats, unsigned count)
{
	return seated(seats, count, NULL);
}

unsigned cardea_speaker_seat(struct cardea_seat *seats, unsigned count,
                             struct cardea_voice *const *ranked, unsigned voices, bool fill,
                             int64_t now_ms, cardea_hears_h hears, void *arg)
{
	unsigned changed = 0;
	for (unsigned i = 0; i < voices; i++) {
		struct cardea_voice *voice = ranked[i];
		/* Behind the first one who is silent all are. */
		if (!voice->speaking && !(fill && any_free(seats, count)))
			break;
		if (seated(seats, count, voice))
			continue;
		struct cardea_seat *seat = seat_for(seats, count, voice, now_ms);
		/* Where this one finds no seat, nobody quieter does. */
		if (!seat)
			break;
		if (!hears(voice, arg))
			continue;
		/* Who did not ask for the seat need not be left in it. */
		*seat = (struct cardea_seat){
		        .voice = voice, .since_ms = voice->speaking ? now_ms : 0, .changed = true};
		changed++;
	}
	return changed;
}

static bool follow(struct cardea_floor *floor, struct cardea_voice *voice)
{
	*floor = (struct cardea_floor){.dominant = voice};
	return true;
}

bool cardea_floor_update(struct cardea_floor *floor, struct cardea_voice *const *ranked,
                         unsigned voices, int64_t now_ms)
{
	struct cardea_voice *first = voices > 0 && ranked[0]->speaking ? ranked[0] : NULL;
	if (!first || first == floor->dominant) {
		floor->challenger = NULL;
		return false;
	}
	if (!floor->dominant || !floor->dominant->speaking)
		return follow(floor, first);
	if (!louder(first, floor->dominant)) {
		floor->challenger = NULL;
		return false;
	}
	if (first != floor->challenger) {
		floor->challenger = first;
		floor->since_ms = now_ms;
	}
	return now_ms - floor->since_ms >= CARDEA_DOMINANT_MS && follow(floor, first);
}

bool cardea_floor_forget(struct cardea_floor *floor, const struct cardea_voice *voice)
{
	if (floor->challenger == voice)
		floor->challenger = NULL;
	if (floor->dominant != voice)
		return false;
	floor->dominant = NULL;
	return true;
}
