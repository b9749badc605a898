/*
 * forward with simulcast: which packets are whose layer, how a slot changes from one to another,
 * and what recipients see of the VP8 descriptor.
 */
#include "unit.h"

#include "plugin/forward.h"
#include "plugin/rtp.h"

static const struct cardea_orientation upright = {.degrees = -1};

enum { RID_ID = 4, SLOTS = 2, SSRC = 1000 };

struct fixture {
	_Atomic int64_t lease;
	struct cardea_ref ref;
	struct cardea_source camera;
	struct cardea_slot slots[SLOTS];
	uint8_t packet[64];
	size_t len;
	uint16_t seqs[CARDEA_SOURCE_LAYERS], picture_ids[CARDEA_SOURCE_LAYERS];
	int64_t now;
	/* What the recipients got: how much, and the last of it. */
	unsigned received[SLOTS];
	struct cardea_rtp rtp[SLOTS];
	struct cardea_vp8 vp8[SLOTS];
};

static const char *const rids[] = {"q", "h", "f"};

static void gone(struct cardea_ref *ref)
{
	(void)ref;
	fail_msg("a reference too few");
}

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);
	struct cardea_slot *slots[SLOTS];
	cardea_ref_init(&f->ref, gone);
	cardea_source_init(&f->camera, &f->ref, f, CARDEA_SOURCE_CAMERA, "p", &f->lease);
	atomic_store(&f->camera.rid_extension, RID_ID);
	cardea_source_bind(&f->camera, 0, "0", CARDEA_CODEC_VP8, rids, CARDEA_SOURCE_LAYERS);
	atomic_store(&f->camera.open, true);
	for (unsigned i = 0; i < SLOTS; i++) {
		cardea_slot_init(&f->slots[i], &f->ref, f, (int)i, true, i);
		atomic_store(&f->slots[i].pts[CARDEA_CODEC_VP8], 100);
		cardea_slot_set_up(&f->slots[i], true);
		slots[i] = &f->slots[i];
	}
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++) {
		cardea_source_route(&f->camera, i, slots, SLOTS);
		f->picture_ids[i] = (uint16_t)(100 * i);
	}
	f->now = 1000;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	for (unsigned i = 0; i < SLOTS; i++)
		cardea_slot_destroy(&f->slots[i]);
	cardea_source_destroy(&f->camera);
	int leaked = atomic_load(&f->ref.count) != 1;
	g_free(f);
	return leaked;
}

static void receive(void *receiver, int mindex, void *arg)
{
	struct fixture *f = arg;
	assert_ptr_equal(receiver, f);
	assert_int_equal(cardea_rtp_parse(f->packet, f->len, &f->rtp[mindex]), 0);
	cardea_vp8_parse(f->rtp[mindex].payload, f->rtp[mindex].payload_len, &f->vp8[mindex]);
	f->received[mindex]++;
}

static void append(struct fixture *f, const void *data, size_t len)
{
	memcpy(f->packet + f->len, data, len);
	f->len += len;
}

/* A packet with SSRC SSRC + @layer, with @rid if that is not NULL; @frame as it begins. */
static bool send_as(struct fixture *f, unsigned layer, const char *rid, uint16_t seq,
                    const uint8_t *frame, size_t frame_len)
{
	static const uint8_t header[] = {0x80, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, SSRC >> 8};
	const uint8_t ssrc = (uint8_t)(SSRC + layer);
	uint8_t before[sizeof(f->packet)];
	f->len = 0;
	append(f, header, sizeof(header));
	append(f, &ssrc, 1);
	if (rid) {
		const uint8_t extension[] = {0xbe, 0xde, 0, 1, RID_ID << 4, (uint8_t)rid[0], 0, 0};
		f->packet[0] |= 0x10;
		append(f, extension, sizeof(extension));
	}
	uint16_t id = ++f->picture_ids[layer];
	const uint8_t descriptor[] = {0x90,        0xe0,        (uint8_t)(0x80 | id >> 8),
	                              (uint8_t)id, (uint8_t)id, 0x21};
	append(f, descriptor, sizeof(descriptor));
	append(f, frame, frame_len);
	cardea_rtp_write(f->packet, 96, seq, seq * 3000u);
	memcpy(before, f->packet, f->len);
	bool ask = cardea_forward(&f->camera, f->packet, f->len, &upright, f->now += 10, receive, f);
	assert_memory_equal(f->packet, before, f->len);
	return ask;
}

/* A key frame of 640 x 360, and the beginning of another one. */
static const uint8_t key[] = {0x50, 1, 0, 0x9d, 1, 0x2a, 0x80, 2, 0x68, 1}, delta[] = {0x11};

static bool send_key(struct fixture *f, unsigned layer)
{
	return send_as(f, layer, rids[layer], f->seqs[layer]++, key, sizeof(key));
}

static bool send_delta(struct fixture *f, unsigned layer)
{
	return send_as(f, layer, NULL, f->seqs[layer]++, delta, sizeof(delta));
}

static void show(struct fixture *f, unsigned slot, unsigned layer)
{
	cardea_slot_assign(&f->slots[slot], &f->camera, layer);
}

static uint64_t dropped(const struct fixture *f, enum cardea_drop reason)
{
	return atomic_load(&f->camera.dropped[reason]);
}

static void every_slot_gets_its_layer_only(void **state)
{
	struct fixture *f = *state;
	show(f, 0, 0);
	show(f, 1, 2);
	for (unsigned layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++)
		send_key(f, layer);
	/* Their SSRCs are known now. */
	for (unsigned layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++)
		send_delta(f, layer);
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		assert_int_equal(f->received[slot], 2);
		assert_int_equal(f->rtp[slot].ssrc & 0xff, (SSRC + 2 * slot) & 0xff);
	}
	for (unsigned layer = 0; layer < CARDEA_SOURCE_LAYERS; layer++)
		assert_int_equal(atomic_load(&f->camera.layers[layer].packets), 2);
}

static void an_encoding_nobody_announced_is_dropped(void **state)
{
	struct fixture *f = *state;
	show(f, 0, 0);
	send_as(f, 0, "x", 1, key, sizeof(key));
	send_as(f, 0, NULL, 2, key, sizeof(key));
	assert_int_equal(f->received[0], 0);
	assert_int_equal(dropped(f, CARDEA_DROP_LAYER), 2);
	/* Without the extension's id nobody can tell either. */
	atomic_store(&f->camera.rid_extension, 0);
	send_key(f, 0);
	assert_int_equal(dropped(f, CARDEA_DROP_LAYER), 3);
}

static void a_layer_is_kept_until_the_next_ones_key_frame(void **state)
{
	struct fixture *f = *state;
	struct cardea_slot *slot = &f->slots[0];
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		cardea_source_route(&f->camera, i, &slot, 1);
	show(f, 0, 0);
	send_key(f, 0);
	f->now += 1000;
	show(f, 0, 1);
	assert_true(send_as(f, 1, "h", f->seqs[1]++, delta, sizeof(delta)));
	assert_false(send_delta(f, 0));
	assert_int_equal(f->received[0], 2);
	assert_int_equal(dropped(f, CARDEA_DROP_WAITING), 1);
	uint16_t seq = f->rtp[0].seq;
	send_key(f, 1);
	send_delta(f, 0);
	send_delta(f, 1);
	assert_int_equal(f->received[0], 4);
	assert_int_equal(f->rtp[0].seq, (uint16_t)(seq + 2));
	assert_int_equal(dropped(f, CARDEA_DROP_STALE), 1);
}

static void picture_ids_go_on_over_the_change(void **state)
{
	struct fixture *f = *state;
	show(f, 0, 0);
	send_key(f, 0);
	show(f, 1, 1);
	send_key(f, 1);
	/* The first stream of a slot is shown as it is. */
	assert_int_equal(f->vp8[0].picture_id, 1);
	assert_int_equal(f->vp8[1].picture_id, 101);
	show(f, 0, 1);
	send_key(f, 1);
	/* One packet, other numbers for each. */
	assert_int_equal(f->vp8[0].picture_id, 2);
	assert_int_equal(f->vp8[0].tl0picidx, 2);
	assert_int_equal(f->vp8[1].picture_id, 102);
	assert_int_equal(f->vp8[1].tl0picidx, 102);
	assert_int_equal(f->rtp[0].payload[5], 0x21);
}

/* The rest of that key frame was left out, and nobody can send it again. */
static void a_key_frame_that_begins_late_is_no_place_to_start(void **state)
{
	struct fixture *f = *state;
	show(f, 0, 0);
	send_key(f, 0);
	send_key(f, 1);
	f->now += 1000;
	show(f, 0, 1);
	send_as(f, 1, NULL, 12, delta, sizeof(delta));
	send_as(f, 1, NULL, 11, key, sizeof(key));
	assert_int_equal(f->received[0], 1);
	send_as(f, 1, NULL, 13, key, sizeof(key));
	assert_int_equal(f->received[0], 2);
	/* Nor is the same one, once more. */
	show(f, 0, 0);
	send_delta(f, 0);
	send_as(f, 0, NULL, (uint16_t)(f->seqs[0] - 1), key, sizeof(key));
	assert_int_equal(f->received[0], 2);
}

static void the_size_of_a_layer_nobody_watches_is_known(void **state)
{
	struct fixture *f = *state;
	struct cardea_layer_offer offers[CARDEA_SOURCE_LAYERS];
	for (unsigned i = 0; i < CARDEA_SOURCE_LAYERS; i++)
		cardea_source_route(&f->camera, i, NULL, 0);
	send_key(f, 1);
	cardea_source_offers(&f->camera, f->now, offers);
	assert_int_equal(offers[1].height, 360);
	assert_int_equal(atomic_load(&f->camera.layers[1].size), 640u << 16 | 360);
	assert_int_equal(atomic_load(&f->camera.layers[1].keyframe_ms), f->now);
	assert_int_equal(offers[0].height, 0);
}

static void padding_is_no_sign_of_a_layer(void **state)
{
	struct fixture *f = *state;
	send_key(f, 1);
	int64_t seen = atomic_load(&f->camera.layers[1].seen_ms);
	assert_int_equal(seen, f->now);
	uint8_t padding[16] = {0xa0, 0x60, [10] = SSRC >> 8, (uint8_t)(SSRC + 1), [15] = 4};
	cardea_forward(&f->camera, padding, sizeof(padding), &upright, f->now += 10, receive, f);
	assert_int_equal(atomic_load(&f->camera.layers[1].seen_ms), seen);
	assert_int_equal(atomic_load(&f->camera.layers[1].packets), 2);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(every_slot_gets_its_layer_only),
	        CASE(an_encoding_nobody_announced_is_dropped),
	        CASE(a_layer_is_kept_until_the_next_ones_key_frame),
	        CASE(picture_ids_go_on_over_the_change),
	        CASE(a_key_frame_that_begins_late_is_no_place_to_start),
	        CASE(the_size_of_a_layer_nobody_watches_is_known),
	        CASE(padding_is_no_sign_of_a_layer),
	};
	return cmocka_run_group_tests_name("forward_layers", tests, NULL, NULL);
}
