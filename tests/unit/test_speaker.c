/*
 * speaker: who is heard, whom to follow. Time is simulated: packets of 20 ms and the room's tick.
 */
#include "unit.h"

#include <stdio.h>
#include "plugin/speaker.h"

#define VOICES 12
#define SEATS  3
#define PACKET 20
#define LOUD   30 /* as on the wire: -30 dBov */
#define SILENT 127

struct room {
	struct cardea_voice voices[VOICES];
	int levels[VOICES]; /* of their packets; < -1: none are sent */
	bool muted[VOICES];
	unsigned count;
	struct cardea_seat seats[SEATS];
	struct cardea_floor floor;
	const struct cardea_voice *self; /* the receiver's own */
	int64_t now;
	unsigned switches, floors;
};

#define NO_PACKETS (-2)

static struct room *new_room(unsigned count)
{
	struct room *room = g_new0(struct room, 1);
	room->count = count;
	room->now = 1000000;
	for (unsigned i = 0; i < count; i++)
		room->levels[i] = SILENT;
	return room;
}

static bool hears(const struct cardea_voice *voice, void *arg)
{
	return voice != ((struct room *)arg)->self;
}

static int by_order(const void *a, const void *b)
{
	return cardea_voice_order(*(struct cardea_voice *const *)a, *(struct cardea_voice *const *)b);
}

/* What the room's thread does at each tick. */
static unsigned choose(struct room *room, bool fill)
{
	GPtrArray *ranked = g_ptr_array_new();
	for (unsigned i = 0; i < room->count; i++) {
		if (room->muted[i])
			continue;
		cardea_voice_update(&room->voices[i], room->now);
		g_ptr_array_add(ranked, &room->voices[i]);
	}
	g_ptr_array_sort(ranked, by_order);
	struct cardea_voice *const *voices = (struct cardea_voice *const *)ranked->pdata;
	room->floors += cardea_floor_update(&room->floor, voices, ranked->len, room->now);
	for (unsigned i = 0; i < SEATS; i++)
		room->seats[i].changed = false;
	unsigned changed = cardea_speaker_seat(room->seats, SEATS, voices, ranked->len, fill, room->now,
	                                       hears, room);
	g_ptr_array_unref(ranked);
	room->switches += changed;
	return changed;
}

static void packets(struct room *room)
{
	for (unsigned i = 0; i < room->count; i++) {
		if (room->levels[i] > NO_PACKETS && !room->muted[i])
			cardea_voice_note(&room->voices[i], room->levels[i], room->now);
	}
	room->now += PACKET;
}

static void run(struct room *room, int64_t ms)
{
	for (int64_t end = room->now + ms; room->now < end;) {
		for (unsigned i = 0; i < CARDEA_SPEAK_TICK_MS / PACKET; i++)
			packets(room);
		choose(room, false);
	}
}

static void mute(struct room *room, unsigned who)
{
	room->muted[who] = true;
	cardea_voice_silence(&room->voices[who]);
	cardea_floor_forget(&room->floor, &room->voices[who]);
	for (unsigned i = 0; i < SEATS; i++) {
		if (room->seats[i].voice == &room->voices[who])
			room->seats[i] = (struct cardea_seat){0};
	}
}

static int seat_of(const struct room *room, unsigned who)
{
	for (int i = 0; i < SEATS; i++) {
		if (room->seats[i].voice == &room->voices[who])
			return i;
	}
	return -1;
}

static void where_there_are_seats_for_all_nothing_ever_switches(void **state)
{
	(void)state;
	struct room *room = new_room(SEATS + 1);
	room->self = &room->voices[0];
	choose(room, true);
	assert_int_equal(room->switches, SEATS);
	for (unsigned round = 0; round < 100; round++) {
		for (unsigned i = 0; i <= SEATS; i++)
			room->levels[i] = (round >> i & 1) ? LOUD - (int)(round % 20) : SILENT;
		run(room, 300);
		choose(room, true);
	}
	assert_int_equal(room->switches, SEATS);
	assert_int_equal(seat_of(room, 0), -1);
	g_free(room);
}

static void nobody_hears_themself_however_loud(void **state)
{
	(void)state;
	struct room *room = new_room(6);
	room->self = &room->voices[5];
	choose(room, true);
	room->levels[5] = 0;
	run(room, 5000);
	assert_int_equal(seat_of(room, 5), -1);
	assert_int_equal(room->switches, SEATS);
	assert_ptr_equal(room->floor.dominant, &room->voices[5]);
	g_free(room);
}

static void who_begins_to_speak_is_heard_within_300_ms(void **state)
{
	(void)state;
	struct room *room = new_room(6);
	choose(room, true);
	run(room, 2000);
	room->levels[5] = LOUD;
	run(room, 300);
	assert_true(seat_of(room, 5) >= 0);
	assert_true(room->voices[5].speaking);
	g_free(room);
}

static void who_speaks_keeps_the_slot_when_another_one_begins(void **state)
{
	(void)state;
	struct room *room = new_room(6);
	choose(room, true);
	room->levels[1] = LOUD;
	run(room, 2000);
	assert_int_equal(seat_of(room, 1), 1);
	assert_int_equal(room->switches, SEATS);
	room->levels[4] = LOUD;
	run(room, 2000);
	room->levels[5] = LOUD;
	run(room, 2000);
	assert_int_equal(seat_of(room, 1), 1);
	assert_true(seat_of(room, 4) >= 0 && seat_of(room, 5) >= 0);
	assert_int_equal(room->switches, SEATS + 2);
	g_free(room);
}

static void who_has_been_silent_longest_makes_room(void **state)
{
	(void)state;
	struct room *room = new_room(4);
	choose(room, true);
	for (unsigned i = 0; i < 3; i++) {
		unsigned who = (i + 1) % 3;
		room->levels[who] = LOUD;
		run(room, 1500);
		room->levels[who] = SILENT;
		run(room, 2000);
	}
	room->levels[3] = LOUD;
	run(room, 500);
	assert_int_equal(seat_of(room, 1), -1);
	assert_true(seat_of(room, 0) >= 0 && seat_of(room, 2) >= 0);
	g_free(room);
}

static void a_pause_between_words_costs_nobody_the_slot(void **state)
{
	(void)state;
	struct room *room = new_room(4);
	choose(room, true);
	for (unsigned i = 0; i < SEATS; i++)
		room->levels[i] = LOUD;
	run(room, 2000);
	room->levels[3] = LOUD + 3;
	room->levels[0] = SILENT;
	run(room, 300);
	room->levels[0] = LOUD;
	run(room, 1000);
	assert_int_equal(seat_of(room, 0), 0);
	assert_int_equal(room->switches, SEATS);
	g_free(room);
}

static void ties_and_small_differences_switch_nothing(void **state)
{
	(void)state;
	struct room *room = new_room(VOICES);
	for (unsigned i = 0; i < VOICES; i++)
		room->levels[i] = LOUD;
	choose(room, true);
	run(room, 10000);
	unsigned before = room->switches;
	for (unsigned round = 0; round < 50; round++) {
		for (unsigned i = 0; i < VOICES; i++)
			room->levels[i] = LOUD - (int)((i + round) % 6);
		run(room, 400);
	}
	assert_int_equal(room->switches, before);
	assert_int_equal(room->floors, 1);
	g_free(room);
}

static void six_dB_more_take_the_slot_of_the_quietest_speaker(void **state)
{
	(void)state;
	struct room *room = new_room(4);
	room->levels[0] = LOUD;
	room->levels[1] = LOUD + 5;
	room->levels[2] = LOUD + 2;
	choose(room, true);
	run(room, 3000);
	room->levels[3] = LOUD - 2;
	run(room, 1000);
	assert_int_equal(seat_of(room, 1), -1);
	assert_int_equal(seat_of(room, 3), 1);
	assert_int_equal(seat_of(room, 0), 0);
	assert_int_equal(seat_of(room, 2), 2);
	g_free(room);
}

static void who_got_a_slot_by_speaking_has_it_for_a_second(void **state)
{
	(void)state;
	struct room *room = new_room(5);
	for (unsigned i = 0; i < SEATS; i++)
		room->levels[i] = LOUD;
	choose(room, true);
	run(room, 3000);
	room->levels[3] = LOUD - 10;
	while (seat_of(room, 3) < 0)
		run(room, 100);
	int64_t since = room->now;
	int seat = seat_of(room, 3);
	room->levels[3] = SILENT;
	for (unsigned i = 0; i < SEATS; i++)
		room->levels[i] = 5;
	while (seat_of(room, 3) == seat)
		run(room, 100);
	assert_true(room->now - since >= CARDEA_SPEAK_HELD_MS);
	assert_true(room->now - since <= CARDEA_SPEAK_HELD_MS + CARDEA_SPEAK_TICK_MS);
	g_free(room);
}

static void the_muted_never_count(void **state)
{
	(void)state;
	struct room *room = new_room(5);
	choose(room, true);
	room->levels[0] = room->levels[4] = LOUD;
	run(room, 2000);
	assert_ptr_equal(room->floor.dominant, &room->voices[0]);
	mute(room, 0);
	assert_null(room->floor.dominant);
	assert_false(room->voices[0].speaking);
	choose(room, true);
	run(room, 1000);
	assert_int_equal(seat_of(room, 0), -1);
	assert_ptr_equal(room->floor.dominant, &room->voices[4]);
	/* What was heard before does not count when they are back. */
	room->levels[0] = SILENT;
	room->muted[0] = false;
	run(room, 2000);
	assert_false(room->voices[0].speaking);
	assert_int_equal(room->voices[0].spoke_ms, 0);
	g_free(room);
}

static void packets_without_levels_count_as_speech_and_their_absence_as_silence(void **state)
{
	(void)state;
	struct room *room = new_room(5);
	choose(room, true);
	room->levels[4] = CARDEA_NO_LEVEL;
	run(room, 400);
	assert_true(room->voices[4].speaking);
	assert_true(seat_of(room, 4) >= 0);
	room->levels[4] = NO_PACKETS;
	run(room, 2000);
	assert_false(room->voices[4].speaking);
	/* DTX keeps sending a packet each 400 ms, some encoders each 200. */
	for (unsigned i = 0; i < 40; i++) {
		cardea_voice_note(&room->voices[4], CARDEA_NO_LEVEL, room->now);
		run(room, i < 20 ? 400 : 200);
		assert_false(room->voices[4].speaking);
	}
	g_free(room);
}

static void packets_in_bursts_are_as_loud_as_in_time(void **state)
{
	(void)state;
	struct cardea_voice voice = {0};
	int64_t now = 1000;
	for (unsigned burst = 0; burst < 100; burst++, now += 60) {
		for (unsigned i = 0; i < 3; i++)
			cardea_voice_note(&voice, burst < 50 ? LOUD : SILENT, now);
		cardea_voice_update(&voice, now);
		if (burst == 49)
			assert_in_range(voice.loudness / CARDEA_LOUDNESS_UNIT, 127 - LOUD - 1, 127 - LOUD);
	}
	assert_false(voice.speaking);
	assert_in_range(voice.loudness / CARDEA_LOUDNESS_UNIT, 0, 3);
}

static void levels_that_no_packet_can_have_do_no_harm(void **state)
{
	(void)state;
	struct cardea_voice voice = {0};
	const int levels[] = {-128, 127, 128, 100000, 0, -1};
	for (int64_t now = -500; now < 5000; now += 7) {
		cardea_voice_note(&voice, levels[(now + 500) / 7 % 6], now % 3 ? now : 5000 - now);
		cardea_voice_update(&voice, now);
		assert_in_range(voice.loudness, 0, 127 * CARDEA_LOUDNESS_UNIT);
	}
}

static void the_dominant_speaker_changes_after_half_a_second(void **state)
{
	(void)state;
	struct room *room = new_room(3);
	room->levels[0] = LOUD;
	run(room, 1000);
	assert_ptr_equal(room->floor.dominant, &room->voices[0]);
	room->levels[1] = LOUD - 10;
	run(room, 400);
	assert_ptr_equal(room->floor.dominant, &room->voices[0]);
	run(room, 800);
	assert_ptr_equal(room->floor.dominant, &room->voices[1]);
	/* A cough is followed by nobody. */
	room->levels[2] = 3;
	run(room, 200);
	room->levels[2] = SILENT;
	run(room, 2000);
	assert_ptr_equal(room->floor.dominant, &room->voices[1]);
	/* In silence the last one stays. */
	room->levels[0] = room->levels[1] = SILENT;
	run(room, 5000);
	assert_ptr_equal(room->floor.dominant, &room->voices[1]);
	assert_false(room->voices[1].speaking);
	room->levels[0] = LOUD + 10;
	run(room, 300);
	assert_ptr_equal(room->floor.dominant, &room->voices[0]);
	g_free(room);
}

/* ---- random speech ---- */

#define SECONDS 3600

/* Nobody outside is 6 dB louder than a speaker inside, and nobody silent is inside while somebody
 * speaks outside, except on a seat taken within the last second. */
static void check_choice(const struct room *room)
{
	for (unsigned i = 0; i < room->count; i++) {
		const struct cardea_voice *voice = &room->voices[i];
		if (voice == room->self || room->muted[i] || !voice->speaking || seat_of(room, i) >= 0)
			continue;
		for (unsigned s = 0; s < SEATS; s++) {
			const struct cardea_seat *seat = &room->seats[s];
			if (room->now - seat->since_ms < CARDEA_SPEAK_HELD_MS)
				continue;
			assert_non_null(seat->voice);
			assert_true(seat->voice->speaking);
			assert_true(voice->loudness <
			            seat->voice->loudness + CARDEA_SPEAK_MARGIN * CARDEA_LOUDNESS_UNIT);
		}
	}
}

static void random_levels_keep_the_bounds(void **state)
{
	(void)state;
	GRand *random = g_rand_new_with_seed(20261121);
	struct room *room = new_room(VOICES);
	room->self = &room->voices[3];
	choose(room, true);
	unsigned seats_before = room->switches, worst = 0, second[10] = {0};
	int64_t changed_ms[SEATS] = {0};
	for (unsigned tick = 0; tick < SECONDS * 10; tick++) {
		unsigned who = (unsigned)g_rand_int_range(random, 0, VOICES);
		room->levels[who] = g_rand_boolean(random) ? g_rand_int_range(random, 0, 128) : SILENT;
		if (g_rand_int_range(random, 0, 50) == 0) {
			if (room->muted[who])
				room->muted[who] = false;
			else
				mute(room, who);
		}
		for (unsigned i = 0; i < CARDEA_SPEAK_TICK_MS / PACKET; i++)
			packets(room);
		struct cardea_seat before[SEATS];
		memcpy(before, room->seats, sizeof(before));
		second[tick % 10] = 0;
		choose(room, g_rand_int_range(random, 0, 20) == 0);
		for (unsigned s = 0; s < SEATS; s++) {
			assert_ptr_not_equal(room->seats[s].voice, room->self);
			if (!room->seats[s].changed || !before[s].voice)
				continue;
			assert_true(room->now - changed_ms[s] >= CARDEA_SPEAK_HELD_MS || !before[s].since_ms);
			changed_ms[s] = room->now;
			second[tick % 10]++;
		}
		unsigned sum = 0;
		for (unsigned i = 0; i < 10; i++)
			sum += second[i];
		worst = MAX(worst, sum);
		check_choice(room);
	}
	assert_true(worst <= SEATS);
	assert_true(room->switches > seats_before);
	print_message("%u switches in %u s of random levels of %u voices, at most %u in a second; "
	              "dominant %u times\n",
	              room->switches, SECONDS, VOICES, worst, room->floors);
	g_rand_free(random);
	g_free(room);
}

/* ---- levels and choices at the same time, for the sanitizers ---- */

struct storm {
	struct cardea_voice voice;
	atomic_bool stop;
};

static void *note(void *data)
{
	struct storm *storm = data;
	for (int64_t now = 1; !atomic_load(&storm->stop); now += PACKET)
		cardea_voice_note(&storm->voice, (int)(now / 1000 % 2) * SILENT, now);
	return NULL;
}

static void levels_and_choices_may_come_at_once(void **state)
{
	(void)state;
	struct storm storm = {0};
	GThread *thread = g_thread_new("publisher", note, &storm);
	for (int64_t now = 0; now < 2000000; now += CARDEA_SPEAK_TICK_MS) {
		cardea_voice_update(&storm.voice, now);
		assert_in_range(storm.voice.loudness, 0, 127 * CARDEA_LOUDNESS_UNIT);
		if (now % 10000 == 0)
			cardea_voice_silence(&storm.voice);
	}
	atomic_store(&storm.stop, true);
	g_thread_join(thread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(where_there_are_seats_for_all_nothing_ever_switches),
	        cmocka_unit_test(nobody_hears_themself_however_loud),
	        cmocka_unit_test(who_begins_to_speak_is_heard_within_300_ms),
	        cmocka_unit_test(who_speaks_keeps_the_slot_when_another_one_begins),
	        cmocka_unit_test(who_has_been_silent_longest_makes_room),
	        cmocka_unit_test(a_pause_between_words_costs_nobody_the_slot),
	        cmocka_unit_test(ties_and_small_differences_switch_nothing),
	        cmocka_unit_test(six_dB_more_take_the_slot_of_the_quietest_speaker),
	        cmocka_unit_test(who_got_a_slot_by_speaking_has_it_for_a_second),
	        cmocka_unit_test(the_muted_never_count),
	        cmocka_unit_test(packets_without_levels_count_as_speech_and_their_absence_as_silence),
	        cmocka_unit_test(packets_in_bursts_are_as_loud_as_in_time),
	        cmocka_unit_test(levels_that_no_packet_can_have_do_no_harm),
	        cmocka_unit_test(the_dominant_speaker_changes_after_half_a_second),
	        cmocka_unit_test(random_levels_keep_the_bounds),
	        cmocka_unit_test(levels_and_choices_may_come_at_once),
	};
	return cmocka_run_group_tests_name("speaker", tests, NULL, NULL);
}
