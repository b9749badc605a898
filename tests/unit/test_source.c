/*
 * source: which layer a packet belongs to, what a layer costs, and what is offered of it.
 */
#include "unit.h"

#include "cardea_error.h"
#include "plugin/source.h"

struct fixture {
	_Atomic int64_t lease;
	struct cardea_ref owner;
	struct cardea_source camera;
	int64_t now;
};

static const char *const rids[] = {"q", "h", "f"};

static void owner_gone(struct cardea_ref *ref)
{
	(void)ref;
	fail_msg("a reference too few");
}

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);
	cardea_ref_init(&f->owner, owner_gone);
	cardea_source_init(&f->camera, &f->owner, f, CARDEA_SOURCE_CAMERA, "p", &f->lease);
	cardea_source_bind(&f->camera, 1, "1", CARDEA_CODEC_VP8, rids, 3);
	f->now = 100000;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	cardea_source_destroy(&f->camera);
	g_free(f);
	return 0;
}

static int layer_of(struct fixture *f, uint32_t ssrc, const char *rid)
{
	/* Not terminated, as in a packet. */
	char *bytes = rid ? g_memdup2(rid, strlen(rid) + !*rid) : NULL;
	int layer = cardea_source_layer_of(&f->camera, ssrc, bytes, rid ? strlen(rid) : 0);
	g_free(bytes);
	return layer;
}

static void kinds_have_names_and_rights(void **state)
{
	(void)state;
	static const char *const names[] = {"microphone", "camera", "screen", "screen_audio"};
	enum cardea_source_kind which;
	for (unsigned i = 0; i < CARDEA_SOURCE_KINDS; i++) {
		assert_string_equal(cardea_source_kind_name((enum cardea_source_kind)i), names[i]);
		assert_int_equal(cardea_source_kind_parse(names[i], &which), 0);
		assert_int_equal(which, i);
	}
	assert_int_equal(cardea_source_kind_parse("data", &which), CARDEA_E_INVALID);
	assert_int_equal(cardea_source_kind_right(CARDEA_SOURCE_CAMERA), CARDEA_KIND_CAMERA);
	assert_int_equal(cardea_source_kind_right(CARDEA_SOURCE_SCREEN_AUDIO), CARDEA_KIND_SCREEN);
}

/* ---- layers ---- */

static void a_rid_teaches_the_ssrc(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(layer_of(f, 100, NULL), -1);
	assert_int_equal(layer_of(f, 100, "h"), 1);
	assert_int_equal(layer_of(f, 0, "q"), 0); /* an SSRC like any other */
	assert_int_equal(layer_of(f, 300, "f"), 2);
	assert_int_equal(layer_of(f, 100, NULL), 1);
	assert_int_equal(layer_of(f, 0, NULL), 0);
	assert_int_equal(layer_of(f, 300, NULL), 2);
	assert_int_equal(layer_of(f, 400, NULL), -1);
}

static void a_rid_that_was_not_announced_is_no_layer(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(layer_of(f, 100, "x"), -1);
	assert_int_equal(layer_of(f, 100, "hh"), -1);
	assert_int_equal(layer_of(f, 100, ""), -1);
	assert_int_equal(layer_of(f, 100, NULL), -1);
	cardea_source_bind(&f->camera, 1, "1", CARDEA_CODEC_VP8, rids, 2);
	assert_int_equal(layer_of(f, 100, "f"), -1);
	assert_int_equal(cardea_source_layers(&f->camera), 2);
}

static void of_a_layer_the_last_ssrc_counts(void **state)
{
	struct fixture *f = *state;
	for (uint32_t ssrc = 1; ssrc < 100000; ssrc++)
		assert_int_equal(layer_of(f, ssrc, rids[ssrc % 3]), ssrc % 3);
	assert_int_equal(layer_of(f, 1, NULL), -1);
	assert_int_equal(layer_of(f, 99999, NULL), 0);
}

static void without_encodings_all_is_one_layer(void **state)
{
	struct fixture *f = *state;
	cardea_source_bind(&f->camera, 1, "1", CARDEA_CODEC_VP8, NULL, 0);
	assert_int_equal(layer_of(f, 100, NULL), 0);
	assert_int_equal(layer_of(f, 200, "f"), 0);
	assert_int_equal(cardea_source_layers(&f->camera), 1);
}

static void what_was_learned_outlives_a_new_offer(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(layer_of(f, 300, "f"), 2);
	uint64_t stream = atomic_load(&f->camera.stream);
	cardea_source_bind(&f->camera, -1, NULL, CARDEA_CODEC_OPUS, NULL, 0);
	cardea_source_bind(&f->camera, 4, "4", CARDEA_CODEC_VP8, rids, 3);
	assert_int_equal(layer_of(f, 300, NULL), 2);
	assert_true(atomic_load(&f->camera.stream) >= stream + CARDEA_SOURCE_LAYERS);
	static const char *const others[] = {"q", "f", "h"};
	cardea_source_bind(&f->camera, 4, "4", CARDEA_CODEC_VP8, others, 3);
	assert_int_equal(layer_of(f, 300, NULL), -1);
}

/* ---- what arrives and what is offered ---- */

#define PACKET 1000

/* Layer @layer sends @packets a second for @ms; stock is taken every 200 ms. */
static void pass(struct fixture *f, unsigned layer, unsigned packets, int64_t ms)
{
	struct cardea_layer *sent = &f->camera.layers[layer];
	for (int64_t end = f->now + ms; f->now < end;) {
		f->now += 10;
		if (packets && f->now % (1000 / packets) == 0) {
			cardea_count(&sent->bytes, PACKET);
			atomic_store(&sent->seen_ms, f->now);
		}
		if (f->now % 200 == 0)
			cardea_source_measure(&f->camera, f->now);
	}
}

static struct cardea_layer_offer offer(struct fixture *f, unsigned layer)
{
	struct cardea_layer_offer offers[CARDEA_SOURCE_LAYERS];
	cardea_source_offers(&f->camera, f->now, offers);
	return offers[layer];
}

static void assert_about(uint32_t value, uint32_t expected)
{
	assert_in_range(value, expected * 9 / 10, expected * 11 / 10);
}

static void a_rate_is_that_of_the_last_second(void **state)
{
	struct fixture *f = *state;
	const struct cardea_layer *layer = &f->camera.layers[1];
	pass(f, 1, 50, 2000);
	assert_about(layer->bps, 50 * PACKET * 8);
	pass(f, 1, 100, 1200);
	assert_about(layer->bps, 100 * PACKET * 8);
	assert_int_equal(offer(f, 1).bps, layer->bps);
	assert_int_equal(f->camera.layers[0].bps, 0);
}

static void a_layer_that_stops_is_noticed_within_half_a_second(void **state)
{
	struct fixture *f = *state;
	const struct cardea_layer *layer = &f->camera.layers[1];
	pass(f, 1, 50, 2000);
	pass(f, 1, 0, 500);
	assert_int_equal(layer->bps, 0);
	assert_about(layer->cost_bps, 50 * PACKET * 8);
	/* It is worth what it was. */
	assert_about(offer(f, 1).bps, 50 * PACKET * 8);
}

static void what_a_layer_costs_outlasts_a_gap_and_its_end(void **state)
{
	struct fixture *f = *state;
	const uint32_t full = 50 * PACKET * 8, gap = 5 * PACKET * 8;
	pass(f, 1, 50, 2000);
	pass(f, 1, 5, 1200);
	assert_about(f->camera.layers[1].bps, gap);
	assert_in_range(offer(f, 1).bps, full * 2 / 3, full);
	/* More counts at once. */
	pass(f, 1, 50, 1200);
	assert_about(offer(f, 1).bps, full);
	/* What still comes of one that is not wanted any more is not what it will be. */
	cardea_source_want_layer(&f->camera, 1, false, f->now);
	pass(f, 1, 5, 20000);
	assert_about(offer(f, 1).bps, full);
	cardea_source_want_layer(&f->camera, 1, true, f->now);
	pass(f, 1, 5, 20000);
	assert_about(offer(f, 1).bps, gap);
}

static void a_layer_that_returns_is_not_measured_over_its_pause(void **state)
{
	struct fixture *f = *state;
	pass(f, 1, 50, 2000);
	pass(f, 1, 0, 10000);
	pass(f, 1, 50, 600);
	assert_about(f->camera.layers[1].bps, 50 * PACKET * 8);
}

static void a_layer_that_does_not_come_is_absent(void **state)
{
	struct fixture *f = *state;
	pass(f, 0, 50, 1800);
	assert_true(offer(f, 1).usable);
	pass(f, 0, 50, 600);
	assert_true(offer(f, 0).usable);
	assert_false(offer(f, 1).usable);
	pass(f, 0, 50, 60000); /* it is still asked for all the time */
	assert_false(offer(f, 1).usable);
	pass(f, 1, 50, 200);
	assert_true(offer(f, 1).usable);
}

static void a_paused_layer_is_not_absent(void **state)
{
	struct fixture *f = *state;
	pass(f, 1, 50, 1000);
	assert_true(cardea_source_want_layer(&f->camera, 1, false, f->now));
	assert_false(cardea_source_want_layer(&f->camera, 1, false, f->now));
	pass(f, 0, 50, 60000);
	assert_true(offer(f, 1).usable);
	/* Asked for again it has two seconds to come. */
	assert_true(cardea_source_want_layer(&f->camera, 1, true, f->now));
	pass(f, 0, 50, 1800);
	assert_true(offer(f, 1).usable);
	pass(f, 0, 50, 400);
	assert_false(offer(f, 1).usable);
}

static void an_absent_layer_is_tried_again_later(void **state)
{
	struct fixture *f = *state;
	pass(f, 0, 50, 3000);
	assert_false(offer(f, 1).usable);
	cardea_source_want_layer(&f->camera, 1, false, f->now);
	pass(f, 0, 50, CARDEA_LAYER_RETRY_MS - 5000);
	assert_false(offer(f, 1).usable);
	pass(f, 0, 50, 5000);
	assert_true(offer(f, 1).usable);
	cardea_source_want_layer(&f->camera, 1, true, f->now);
	pass(f, 0, 50, 2200);
	assert_false(offer(f, 1).usable);
}

static void something_is_always_offered(void **state)
{
	struct fixture *f = *state;
	pass(f, 0, 0, 3000);
	assert_true(offer(f, 0).usable);
	assert_false(offer(f, 1).usable);
	cardea_source_bind(&f->camera, 1, "1", CARDEA_CODEC_VP8, NULL, 0);
	pass(f, 0, 0, 3000);
	assert_true(offer(f, 0).usable);
	assert_false(offer(f, 1).usable);
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		assert_true(offer(f, i).bps > 0);
}

static void a_layer_that_was_never_measured_is_estimated(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(offer(f, 2).height, 0);
	assert_true(offer(f, 0).bps < offer(f, 1).bps);
	assert_true(offer(f, 1).bps < offer(f, 2).bps);
	cardea_source_saw_keyframe(&f->camera, 2, 640u << 16 | 360, f->now);
	assert_int_equal(offer(f, 2).height, 360);
	assert_int_equal(offer(f, 2).bps, cardea_layer_guess_bps(360));
	/* A key frame that does not tell changes nothing. */
	cardea_source_saw_keyframe(&f->camera, 2, 0, f->now + 5);
	assert_int_equal(offer(f, 2).height, 360);
	assert_int_equal(cardea_source_keyframe_ms(&f->camera), f->now + 5);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(kinds_have_names_and_rights),
	        CASE(a_rid_teaches_the_ssrc),
	        CASE(a_rid_that_was_not_announced_is_no_layer),
	        CASE(of_a_layer_the_last_ssrc_counts),
	        CASE(without_encodings_all_is_one_layer),
	        CASE(what_was_learned_outlives_a_new_offer),
	        CASE(a_rate_is_that_of_the_last_second),
	        CASE(a_layer_that_stops_is_noticed_within_half_a_second),
	        CASE(what_a_layer_costs_outlasts_a_gap_and_its_end),
	        CASE(a_layer_that_returns_is_not_measured_over_its_pause),
	        CASE(a_layer_that_does_not_come_is_absent),
	        CASE(a_paused_layer_is_not_absent),
	        CASE(an_absent_layer_is_tried_again_later),
	        CASE(something_is_always_offered),
	        CASE(a_layer_that_was_never_measured_is_estimated),
	};
	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
