/*
 * slot: what a recipient is shown while it is to be shown something else. The old picture stays
 * until the key frame of the next one; audio does not wait; no reference is lost on the way.
 */
#include "unit.h"

#include "plugin/slot.h"
#include "plugin/source.h"

enum { ALICE, BOB, CAROL, PEOPLE };

/* A publish handle with a camera, and how its stream goes on. */
struct person {
	struct cardea_ref ref; /* the room's */
	struct cardea_source camera;
	bool gone;
};

struct fixture {
	_Atomic int64_t lease;
	struct person people[PEOPLE];
	struct cardea_ref owner;
	struct cardea_slot slot;
	struct cardea_slot_header sent; /* the last one */
	uint16_t seqs[PEOPLE][CARDEA_SOURCE_LAYERS];
	int64_t now;
};

static void person_gone(struct cardea_ref *ref)
{
	struct person *person = (struct person *)ref;
	person->gone = true;
}

static void owner_gone(struct cardea_ref *ref)
{
	(void)ref;
	fail_msg("a reference too few");
}

static void make_slot(struct fixture *f, bool video)
{
	cardea_slot_init(&f->slot, &f->owner, f, 3, video, 0);
	atomic_store(&f->slot.pts[video ? CARDEA_CODEC_VP8 : CARDEA_CODEC_OPUS], 96);
	cardea_slot_set_up(&f->slot, true);
}

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);
	cardea_ref_init(&f->owner, owner_gone);
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct person *person = &f->people[i];
		_Static_assert(offsetof(struct person, ref) == 0, "person_gone casts");
		cardea_ref_init(&person->ref, person_gone);
		cardea_source_init(&person->camera, &person->ref, person, CARDEA_SOURCE_CAMERA, "p",
		                   &f->lease);
		for (unsigned layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++)
			f->seqs[i][layer] = (uint16_t)(i * 7919 + layer * 30011);
	}
	make_slot(f, true);
	f->now = 1000;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int wrong = 0;
	cardea_slot_destroy(&f->slot);
	for (unsigned i = 0; i < PEOPLE; i++) {
		if (!f->people[i].gone)
			cardea_ref_put(&f->people[i].ref);
		wrong |= !f->people[i].gone;
		cardea_source_destroy(&f->people[i].camera);
	}
	g_free(f);
	return wrong;
}

static bool show(struct fixture *f, unsigned person, unsigned layer)
{
	return cardea_slot_assign(&f->slot, &f->people[person].camera, layer);
}

static enum cardea_slot_result packet(struct fixture *f, unsigned person, unsigned layer,
                                      bool keyframe)
{
	struct cardea_source *source = &f->people[person].camera;
	struct cardea_packet packet = {
	        .stream = atomic_load(&source->stream) + layer,
	        .layer = layer,
	        .codec = f->slot.video ? CARDEA_CODEC_VP8 : CARDEA_CODEC_OPUS,
	        .keyframe = keyframe,
	        .seq = f->seqs[person][layer]++,
	        .len = 100,
	        .now_ms = f->now += 20,
	};
	packet.ts = (uint32_t)(f->now * 90) + person * 777777777u + layer * 3333333u;
	return cardea_slot_prepare(&f->slot, source, &packet, &f->sent);
}

#define KEY   true
#define DELTA false

static void assert_shows(struct fixture *f, int person, int layer)
{
	int found = -1;
	struct cardea_source *source = cardea_slot_shown(&f->slot, &found);
	assert_ptr_equal(source, person < 0 ? NULL : &f->people[person].camera);
	if (source)
		assert_int_equal(found, layer);
}

static void assert_awaits(struct fixture *f, int person, int layer)
{
	int found = -1;
	struct cardea_source *source = cardea_slot_next(&f->slot, &found);
	assert_ptr_equal(source, person < 0 ? NULL : &f->people[person].camera);
	if (source)
		assert_int_equal(found, layer);
}

/* Alice is on the screen. */
static void start(struct fixture *f)
{
	assert_true(show(f, ALICE, 0));
	assert_int_equal(packet(f, ALICE, 0, KEY), CARDEA_SLOT_SEND);
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_SEND);
}

static void the_old_picture_stays_until_the_next_key_frame(void **state)
{
	struct fixture *f = *state;
	start(f);
	assert_true(show(f, BOB, 1));
	assert_shows(f, ALICE, 0);
	assert_awaits(f, BOB, 1);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(packet(f, BOB, 1, DELTA), CARDEA_SLOT_WAITING);
		assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_SEND);
	}
	assert_false(cardea_slot_take_switched(&f->slot));
	uint16_t seq = f->sent.seq;
	assert_int_equal(packet(f, BOB, 1, KEY), CARDEA_SLOT_SEND);
	assert_int_equal(f->sent.seq, (uint16_t)(seq + 1));
	assert_shows(f, BOB, 1);
	assert_awaits(f, -1, 0);
	assert_int_equal(packet(f, ALICE, 0, KEY), CARDEA_SLOT_STALE);
	assert_int_equal(packet(f, BOB, 1, DELTA), CARDEA_SLOT_SEND);
	assert_true(cardea_slot_take_switched(&f->slot));
	assert_false(cardea_slot_take_switched(&f->slot));
}

static void a_layer_of_the_same_source_is_switched_alike(void **state)
{
	struct fixture *f = *state;
	start(f);
	assert_true(show(f, ALICE, 2));
	assert_int_equal(packet(f, ALICE, 2, DELTA), CARDEA_SLOT_WAITING);
	assert_int_equal(packet(f, ALICE, 1, KEY), CARDEA_SLOT_STALE);
	assert_int_equal(packet(f, ALICE, 0, KEY), CARDEA_SLOT_SEND);
	assert_shows(f, ALICE, 0);
	assert_int_equal(packet(f, ALICE, 2, KEY), CARDEA_SLOT_SEND);
	assert_shows(f, ALICE, 2);
	assert_int_equal(packet(f, ALICE, 0, KEY), CARDEA_SLOT_STALE);
}

static void without_a_key_frame_nothing_switches(void **state)
{
	struct fixture *f = *state;
	start(f);
	show(f, BOB, 0);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(packet(f, BOB, 0, DELTA), CARDEA_SLOT_WAITING);
	assert_shows(f, ALICE, 0);
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_SEND);
}

static void only_what_is_awaited_last_may_switch(void **state)
{
	struct fixture *f = *state;
	start(f);
	assert_true(show(f, BOB, 0));
	assert_true(show(f, CAROL, 0));
	assert_false(show(f, CAROL, 0));
	assert_int_equal(packet(f, BOB, 0, KEY), CARDEA_SLOT_STALE);
	assert_int_equal(packet(f, CAROL, 0, KEY), CARDEA_SLOT_SEND);
}

static void going_back_to_what_is_shown_gives_the_switch_up(void **state)
{
	struct fixture *f = *state;
	start(f);
	show(f, BOB, 0);
	assert_true(show(f, ALICE, 0));
	assert_false(show(f, ALICE, 0));
	assert_awaits(f, -1, 0);
	assert_int_equal(packet(f, BOB, 0, KEY), CARDEA_SLOT_STALE);
	/* Nothing was left out, so no key frame is needed. */
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_SEND);
}

static void nothing_is_shown_at_once(void **state)
{
	struct fixture *f = *state;
	start(f);
	show(f, BOB, 0);
	assert_true(cardea_slot_assign(&f->slot, NULL, 0));
	assert_false(cardea_slot_assign(&f->slot, NULL, 0));
	assert_shows(f, -1, 0);
	assert_awaits(f, -1, 0);
	assert_int_equal(packet(f, ALICE, 0, KEY), CARDEA_SLOT_STALE);
	assert_int_equal(packet(f, BOB, 0, KEY), CARDEA_SLOT_STALE);
}

static void where_there_is_no_picture_there_is_nothing_to_wait_for(void **state)
{
	struct fixture *f = *state;
	assert_true(show(f, ALICE, 0));
	assert_shows(f, ALICE, 0);
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_WAITING);
	/* Alice never came; Bob takes her place. */
	assert_true(show(f, BOB, 0));
	assert_shows(f, BOB, 0);
	assert_awaits(f, -1, 0);
	assert_int_equal(packet(f, ALICE, 0, KEY), CARDEA_SLOT_STALE);
	assert_int_equal(packet(f, BOB, 0, DELTA), CARDEA_SLOT_WAITING);
	/* Of another layer of his the first key frame is as good as any. */
	assert_true(show(f, BOB, 1));
	assert_int_equal(packet(f, BOB, 0, KEY), CARDEA_SLOT_SEND);
	assert_int_equal(packet(f, BOB, 1, KEY), CARDEA_SLOT_SEND);
	assert_int_equal(packet(f, BOB, 0, KEY), CARDEA_SLOT_STALE);
}

static void who_is_forgotten_is_not_shown_and_not_awaited(void **state)
{
	struct fixture *f = *state;
	start(f);
	show(f, BOB, 0);
	assert_false(cardea_slot_forget(&f->slot, &f->people[CAROL].camera));
	assert_true(cardea_slot_forget(&f->slot, &f->people[BOB].camera));
	assert_false(cardea_slot_forget(&f->slot, &f->people[BOB].camera));
	assert_int_equal(packet(f, BOB, 0, KEY), CARDEA_SLOT_STALE);
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_SEND);
	show(f, ALICE, 1);
	assert_true(cardea_slot_forget(&f->slot, &f->people[ALICE].camera));
	assert_shows(f, -1, 0);
	assert_awaits(f, -1, 0);
	assert_int_equal(packet(f, ALICE, 1, KEY), CARDEA_SLOT_STALE);
}

static void what_is_awaited_follows_on_who_is_gone(void **state)
{
	struct fixture *f = *state;
	start(f);
	show(f, BOB, 2);
	assert_true(cardea_slot_forget(&f->slot, &f->people[ALICE].camera));
	assert_shows(f, BOB, 2);
	assert_awaits(f, -1, 0);
	assert_int_equal(packet(f, ALICE, 0, KEY), CARDEA_SLOT_STALE);
	assert_int_equal(packet(f, BOB, 2, DELTA), CARDEA_SLOT_WAITING);
	assert_int_equal(packet(f, BOB, 2, KEY), CARDEA_SLOT_SEND);
}

static void a_peer_connection_that_comes_up_starts_on_a_key_frame(void **state)
{
	struct fixture *f = *state;
	start(f);
	show(f, BOB, 0);
	cardea_slot_set_up(&f->slot, false);
	assert_int_equal(packet(f, ALICE, 0, KEY), CARDEA_SLOT_NOT_READY);
	assert_int_equal(packet(f, BOB, 0, KEY), CARDEA_SLOT_NOT_READY);
	assert_shows(f, ALICE, 0);
	cardea_slot_set_up(&f->slot, true);
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_WAITING);
	assert_int_equal(packet(f, BOB, 0, DELTA), CARDEA_SLOT_WAITING);
	uint16_t seq = f->sent.seq;
	assert_int_equal(packet(f, ALICE, 0, KEY), CARDEA_SLOT_SEND);
	assert_int_equal(f->sent.seq, (uint16_t)(seq + 1));
	assert_int_equal(packet(f, BOB, 0, KEY), CARDEA_SLOT_SEND);
}

static void a_codec_that_was_not_accepted_does_not_switch(void **state)
{
	struct fixture *f = *state;
	start(f);
	show(f, BOB, 0);
	const struct cardea_packet foreign = {.stream = 1, .codec = CARDEA_CODEC_AV1, .keyframe = true};
	assert_int_equal(cardea_slot_prepare(&f->slot, &f->people[BOB].camera, &foreign, &f->sent),
	                 CARDEA_SLOT_NOT_READY);
	assert_shows(f, ALICE, 0);
	assert_true(cardea_slot_takes(&f->slot, CARDEA_CODEC_VP8));
	assert_false(cardea_slot_takes(&f->slot, CARDEA_CODEC_AV1));
	assert_true(cardea_slot_accepted(&f->slot));
	atomic_store(&f->slot.pts[CARDEA_CODEC_VP8], -1);
	assert_false(cardea_slot_accepted(&f->slot));
}

static void make_audio(struct fixture *f)
{
	cardea_slot_destroy(&f->slot);
	make_slot(f, false);
}

static void audio_switches_at_the_next_packet(void **state)
{
	struct fixture *f = *state;
	make_audio(f);
	show(f, ALICE, 0);
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_SEND);
	uint16_t seq = f->sent.seq;
	assert_true(show(f, BOB, 0));
	assert_shows(f, BOB, 0);
	assert_awaits(f, -1, 0);
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_STALE);
	assert_int_equal(packet(f, BOB, 0, DELTA), CARDEA_SLOT_SEND);
	assert_int_equal(f->sent.seq, (uint16_t)(seq + 1));
}

static void silence_follows_what_was_heard(void **state)
{
	struct fixture *f = *state;
	struct cardea_slot_header silence;
	make_audio(f);
	show(f, ALICE, 0);
	cardea_slot_assign(&f->slot, NULL, 0);
	assert_false(cardea_slot_silence(&f->slot, f->now, &silence)); /* nothing was heard */
	show(f, ALICE, 0);
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_SEND);
	assert_false(cardea_slot_silence(&f->slot, f->now, &silence));
	assert_true(cardea_slot_forget(&f->slot, &f->people[ALICE].camera));
	struct cardea_slot_header last = f->sent;
	int frames = 0;
	for (; cardea_slot_silence(&f->slot, f->now, &silence); frames++, last = silence) {
		assert_int_equal(silence.pt, last.pt);
		assert_int_equal(silence.seq, (uint16_t)(last.seq + 1));
		assert_int_equal(silence.ts - last.ts, CARDEA_SLOT_FRAME_MS * 48);
	}
	assert_int_equal(frames, 3);
	/* Who speaks next goes on behind it, and nothing is due any more. */
	show(f, BOB, 0);
	assert_int_equal(packet(f, BOB, 0, DELTA), CARDEA_SLOT_SEND);
	assert_int_equal(f->sent.seq, (uint16_t)(last.seq + 1));
	assert_true((int32_t)(f->sent.ts - last.ts) > 0);
}

static void who_speaks_at_once_needs_no_silence_before(void **state)
{
	struct fixture *f = *state;
	struct cardea_slot_header silence;
	make_audio(f);
	show(f, ALICE, 0);
	assert_int_equal(packet(f, ALICE, 0, DELTA), CARDEA_SLOT_SEND);
	cardea_slot_assign(&f->slot, NULL, 0);
	show(f, BOB, 0);
	assert_false(cardea_slot_silence(&f->slot, f->now, &silence));
	/* Nor does who is not there any more. */
	assert_int_equal(packet(f, BOB, 0, DELTA), CARDEA_SLOT_SEND);
	cardea_slot_assign(&f->slot, NULL, 0);
	cardea_slot_set_up(&f->slot, false);
	assert_false(cardea_slot_silence(&f->slot, f->now, &silence));
}

static void a_key_frame_is_wanted_of_what_is_awaited(void **state)
{
	struct fixture *f = *state;
	assert_null(cardea_slot_source(&f->slot));
	start(f);
	struct cardea_source *source = cardea_slot_source(&f->slot);
	assert_ptr_equal(source, &f->people[ALICE].camera);
	cardea_source_put(source);
	show(f, BOB, 0);
	source = cardea_slot_source(&f->slot);
	assert_ptr_equal(source, &f->people[BOB].camera);
	cardea_source_put(source);
}

/* The room gave Alice up while her picture was held: the switch gives back the last reference. */
static void the_switch_gives_the_old_source_back(void **state)
{
	struct fixture *f = *state;
	start(f);
	show(f, BOB, 0);
	cardea_ref_put(&f->people[ALICE].ref);
	assert_false(f->people[ALICE].gone);
	packet(f, BOB, 0, KEY);
	assert_true(f->people[ALICE].gone);
}

static void what_is_sent_is_counted(void **state)
{
	struct fixture *f = *state;
	start(f);
	show(f, BOB, 0);
	packet(f, BOB, 0, DELTA);
	packet(f, BOB, 0, KEY);
	struct cardea_slot_counts counts = cardea_slot_count(&f->slot);
	assert_int_equal(counts.packets, 3);
	assert_int_equal(counts.bytes, 300);
	assert_int_equal(counts.switches, 1);
	assert_false(counts.waiting);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(the_old_picture_stays_until_the_next_key_frame),
	        CASE(a_layer_of_the_same_source_is_switched_alike),
	        CASE(without_a_key_frame_nothing_switches),
	        CASE(only_what_is_awaited_last_may_switch),
	        CASE(going_back_to_what_is_shown_gives_the_switch_up),
	        CASE(nothing_is_shown_at_once),
	        CASE(where_there_is_no_picture_there_is_nothing_to_wait_for),
	        CASE(who_is_forgotten_is_not_shown_and_not_awaited),
	        CASE(what_is_awaited_follows_on_who_is_gone),
	        CASE(a_peer_connection_that_comes_up_starts_on_a_key_frame),
	        CASE(a_codec_that_was_not_accepted_does_not_switch),
	        CASE(audio_switches_at_the_next_packet),
	        CASE(silence_follows_what_was_heard),
	        CASE(who_speaks_at_once_needs_no_silence_before),
	        CASE(a_key_frame_is_wanted_of_what_is_awaited),
	        CASE(the_switch_gives_the_old_source_back),
	        CASE(what_is_sent_is_counted),
	};
	return cmocka_run_group_tests_name("slot", tests, NULL, NULL);
}
