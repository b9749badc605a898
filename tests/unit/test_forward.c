/*
 * forward: who gets which packet with which header, when a source may not send, and when a key
 * frame is asked for. A fake receiver stands for Janus.
 */
#include "unit.h"

#include "plugin/forward.h"
#include "plugin/report.h"
#include "plugin/rtp.h"

static const struct cardea_orientation upright = {.degrees = -1};

#define RECEIVERS 3

/* What stands for a handle: it owns a slot of each type and a source of each. */
struct peer {
	struct cardea_ref ref;
	struct cardea_slot audio, video;
	struct cardea_source microphone, camera;
	/* What it received last. */
	unsigned received;
	int mindex;
	uint8_t pt;
	uint16_t seq;
	uint32_t ts;
	bool marker;
};

struct fixture {
	_Atomic int64_t lease;
	struct peer peers[RECEIVERS];
	uint8_t packet[40];
	size_t len;
	uint16_t next_seq;
	uint32_t next_ts;
	int64_t now;
};

static void peer_gone(struct cardea_ref *ref)
{
	(void)ref;
	fail_msg("a reference too few");
}

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);
	for (unsigned i = 0; i < RECEIVERS; i++) {
		struct peer *peer = &f->peers[i];
		cardea_ref_init(&peer->ref, peer_gone);
		cardea_slot_init(&peer->audio, &peer->ref, peer, 0, false, 0);
		cardea_slot_init(&peer->video, &peer->ref, peer, 1, true, 0);
		cardea_source_init(&peer->microphone, &peer->ref, peer, CARDEA_SOURCE_MICROPHONE, "p",
		                   &f->lease);
		cardea_source_init(&peer->camera, &peer->ref, peer, CARDEA_SOURCE_CAMERA, "p", &f->lease);
		atomic_store(&peer->audio.pts[CARDEA_CODEC_OPUS], 100 + (int)i);
		atomic_store(&peer->video.pts[CARDEA_CODEC_VP8], 110 + (int)i);
		cardea_slot_set_up(&peer->audio, true);
		cardea_slot_set_up(&peer->video, true);
		cardea_source_bind(&peer->microphone, 0, "0", CARDEA_CODEC_OPUS, NULL, 0);
		cardea_source_bind(&peer->camera, 1, "1", CARDEA_CODEC_VP8, NULL, 0);
		atomic_store(&peer->microphone.open, true);
		atomic_store(&peer->camera.open, true);
	}
	f->now = 10000;
	f->next_seq = 65530;
	*state = f;
	return 0;
}

/* Every reference that was taken is given back. */
static int teardown(void **state)
{
	struct fixture *f = *state;
	int leaked = 0;
	for (unsigned i = 0; i < RECEIVERS; i++) {
		cardea_slot_destroy(&f->peers[i].audio);
		cardea_slot_destroy(&f->peers[i].video);
		cardea_source_destroy(&f->peers[i].microphone);
		cardea_source_destroy(&f->peers[i].camera);
	}
	for (unsigned i = 0; i < RECEIVERS; i++)
		leaked |= atomic_load(&f->peers[i].ref.count) != 1;
	g_free(f);
	return leaked;
}

static void receive(void *receiver, int mindex, void *arg)
{
	struct peer *peer = receiver;
	const struct fixture *f = arg;
	struct cardea_rtp rtp;
	assert_int_equal(cardea_rtp_parse(f->packet, f->len, &rtp), 0);
	peer->received++;
	peer->mindex = mindex;
	peer->pt = f->packet[1] & 0x7f;
	peer->marker = f->packet[1] & 0x80;
	peer->seq = rtp.seq;
	peer->ts = rtp.ts;
}

/* Sends the next packet of @source; @frame is the first byte of the VP8 frame. */
static bool send(struct fixture *f, struct cardea_source *source, uint8_t frame)
{
	static const uint8_t header[] = {0x80, 0xe0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 0x10};
	uint8_t before[sizeof(f->packet)];
	memcpy(f->packet, header, sizeof(header));
	f->packet[sizeof(header)] = frame;
	f->len = sizeof(header) + 1;
	cardea_rtp_write(f->packet, 96, f->next_seq++, f->next_ts += 3000);
	memcpy(before, f->packet, f->len);
	bool ask = cardea_forward(source, f->packet, f->len, &upright, f->now, receive, f);
	assert_memory_equal(f->packet, before, f->len);
	f->now += 33;
	return ask;
}

#define KEY   0x00
#define DELTA 0x01

/* Shows @source of @from to the slots of all others. */
static void route(struct fixture *f, struct cardea_source *source, const struct peer *from)
{
	struct cardea_slot *slots[RECEIVERS];
	unsigned count = 0;
	for (unsigned i = 0; i < RECEIVERS; i++) {
		if (&f->peers[i] == from)
			continue;
		slots[count] = source->video ? &f->peers[i].video : &f->peers[i].audio;
		cardea_slot_assign(slots[count++], source, 0);
	}
	cardea_source_route(source, 0, slots, count);
}

static void everyone_on_the_route_gets_it_with_their_own_header(void **state)
{
	struct fixture *f = *state;
	route(f, &f->peers[0].microphone, &f->peers[0]);
	send(f, &f->peers[0].microphone, 0);
	for (unsigned i = 1; i < RECEIVERS; i++) {
		assert_int_equal(f->peers[i].received, 1);
		assert_int_equal(f->peers[i].pt, 100 + i);
		assert_int_equal(f->peers[i].mindex, 0);
		assert_true(f->peers[i].marker);
	}
}

static void nobody_gets_their_own(void **state)
{
	struct fixture *f = *state;
	route(f, &f->peers[0].microphone, &f->peers[0]);
	send(f, &f->peers[0].microphone, 0);
	assert_int_equal(f->peers[0].received, 0);
}

static void without_a_route_nothing_is_sent(void **state)
{
	struct fixture *f = *state;
	assert_false(send(f, &f->peers[0].camera, KEY));
	for (unsigned i = 0; i < RECEIVERS; i++)
		assert_int_equal(f->peers[i].received, 0);
}

static void a_closed_source_sends_nothing(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *source = &f->peers[0].microphone;
	route(f, source, &f->peers[0]);
	send(f, source, 0);
	atomic_store(&source->open, false);
	send(f, source, 0);
	assert_int_equal(f->peers[1].received, 1);
	assert_int_equal(atomic_load(&source->dropped[CARDEA_DROP_CLOSED]), 1);
}

static void after_the_lease_nothing_is_sent(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *source = &f->peers[0].microphone;
	route(f, source, &f->peers[0]);
	atomic_store(&f->lease, f->now);
	send(f, source, 0);
	send(f, source, 0);
	assert_int_equal(f->peers[1].received, 1);
	assert_int_equal(atomic_load(&source->dropped[CARDEA_DROP_LEASE]), 1);
}

static void what_is_no_rtp_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *source = &f->peers[0].microphone;
	route(f, source, &f->peers[0]);
	cardea_forward(source, f->packet, 11, &upright, f->now, receive, f);
	assert_int_equal(f->peers[1].received, 0);
	assert_int_equal(atomic_load(&source->dropped[CARDEA_DROP_MALFORMED]), 1);
}

static void a_video_slot_starts_on_a_key_frame(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *source = &f->peers[0].camera;
	route(f, source, &f->peers[0]);
	send(f, source, DELTA);
	assert_int_equal(f->peers[1].received, 0);
	send(f, source, KEY);
	send(f, source, DELTA);
	assert_int_equal(f->peers[1].received, 2);
	assert_int_equal(atomic_load(&source->dropped[CARDEA_DROP_WAITING]), 2);
}

static void a_waiting_slot_asks_for_a_key_frame_twice_a_second(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *source = &f->peers[0].camera;
	unsigned asked = 0;
	route(f, source, &f->peers[0]);
	for (int64_t end = f->now + 2000; f->now < end;)
		asked += send(f, source, DELTA);
	assert_int_equal(asked, 4);
	send(f, source, KEY);
	f->now += 1000;
	assert_false(send(f, source, DELTA));
}

static void a_request_that_came_too_early_falls_due_later(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *source = &f->peers[0].camera;
	route(f, source, &f->peers[0]);
	assert_true(cardea_source_want_keyframe(source, f->now));
	send(f, source, KEY);
	assert_false(cardea_source_want_keyframe(source, f->now));
	unsigned asked = 0;
	for (int64_t end = f->now + 2000; f->now < end;)
		asked += send(f, source, DELTA);
	assert_int_equal(asked, 1);
}

static void a_recipient_that_is_not_up_gets_nothing(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *source = &f->peers[0].camera;
	route(f, source, &f->peers[0]);
	cardea_slot_set_up(&f->peers[1].video, false);
	atomic_store(&f->peers[2].video.pts[CARDEA_CODEC_VP8], -1);
	assert_false(send(f, source, KEY));
	assert_int_equal(f->peers[1].received, 0);
	assert_int_equal(f->peers[2].received, 0);
	/* Once up it needs a key frame of its own: the one before is lost. */
	cardea_slot_set_up(&f->peers[1].video, true);
	assert_true(send(f, source, DELTA));
	assert_int_equal(f->peers[1].received, 0);
	send(f, source, KEY);
	assert_int_equal(f->peers[1].received, 1);
}

static void a_stale_route_shows_nobody_the_wrong_source(void **state)
{
	struct fixture *f = *state;
	route(f, &f->peers[0].microphone, &f->peers[0]);
	cardea_slot_assign(&f->peers[1].audio, &f->peers[2].microphone, 0);
	send(f, &f->peers[0].microphone, 0);
	assert_int_equal(f->peers[1].received, 0);
	assert_int_equal(f->peers[2].received, 1);
}

static void a_slot_goes_on_counting_over_a_switch(void **state)
{
	struct fixture *f = *state;
	route(f, &f->peers[0].camera, &f->peers[0]);
	for (unsigned i = 0; i < 10; i++)
		send(f, &f->peers[0].camera, i == 0 ? KEY : DELTA);
	uint16_t seq = f->peers[1].seq;
	uint32_t ts = f->peers[1].ts;
	f->next_seq = 12345;
	f->next_ts = 0xfffffff0;
	route(f, &f->peers[2].camera, &f->peers[2]);
	send(f, &f->peers[2].camera, DELTA);
	assert_int_equal(f->peers[1].seq, seq);
	send(f, &f->peers[2].camera, KEY);
	assert_int_equal(f->peers[1].seq, (uint16_t)(seq + 1));
	assert_true((int32_t)(f->peers[1].ts - ts) > 0);
}

/* The receiver's report on @slot; @answers: it tells Janus the round trip. */
static bool report(struct fixture *f, struct cardea_slot *slot, bool answers, uint8_t fraction,
                   int32_t lost)
{
	const struct cardea_report report = {.has_report = true,
	                                     .last_sr = answers ? 1 : 0,
	                                     .fraction_lost = fraction,
	                                     .cumulative_lost = lost};
	uint32_t expected;
	return cardea_slot_report(slot, &report, f->now, &expected);
}

static void what_janus_cannot_send_again_wants_a_key_frame(void **state)
{
	struct fixture *f = *state;
	struct cardea_slot *slot = &f->peers[1].video;
	assert_false(report(f, slot, false, 0, 0));
	assert_true(report(f, slot, false, 1, 2));
	assert_false(report(f, slot, false, 0, 2));
	assert_true(report(f, slot, false, 0, 3));  /* the report with the fraction was lost itself */
	assert_false(report(f, slot, false, 0, 2)); /* a late packet came after all */
	f->now += 10000;
	assert_true(report(f, slot, false, 9, 9));
	assert_true(report(f, slot, true, 9, 10)); /* lost before */
	f->now += CARDEA_SLOT_SETTLING_MS - 1;
	assert_true(report(f, slot, true, 9, 11));
	f->now += 1;
	assert_false(report(f, slot, true, 9, 12));
	/* A new PeerConnection: Janus knows no round trip again, and the receiver counts anew. */
	cardea_slot_set_up(slot, true);
	assert_true(report(f, slot, false, 0, 1));
}

static void what_comes_without_a_report_block_tells_no_loss(void **state)
{
	struct fixture *f = *state;
	const struct cardea_report bitrate = {.has_remb = true, .remb_bps = 1, .fraction_lost = 1};
	uint32_t expected = 1;
	assert_false(cardea_slot_report(&f->peers[1].video, &bitrate, f->now, &expected));
	assert_int_equal(expected, 0);
}

static void a_report_is_about_the_packets_since_the_one_before(void **state)
{
	struct fixture *f = *state;
	struct cardea_slot *slot = &f->peers[1].video;
	struct cardea_report report = {.has_report = true, .highest_seq = 0xfffffff0};
	uint32_t expected = 1;
	cardea_slot_report(slot, &report, f->now, &expected);
	assert_int_equal(expected, 0);
	report.highest_seq += 100;
	cardea_slot_report(slot, &report, f->now, &expected);
	assert_int_equal(expected, 100);
}

static void lost_audio_wants_no_key_frame(void **state)
{
	struct fixture *f = *state;
	assert_false(report(f, &f->peers[1].audio, false, 9, 2));
}

static void packets_left_out_leave_no_hole(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *source = &f->peers[0].microphone;
	route(f, source, &f->peers[0]);
	send(f, source, 0);
	uint16_t seq = f->peers[1].seq;
	/* Muted for a while: the slot is given up and taken again by the same source. */
	cardea_slot_assign(&f->peers[1].audio, NULL, 0);
	f->next_seq += 5000;
	cardea_slot_assign(&f->peers[1].audio, source, 0);
	send(f, source, 0);
	assert_int_equal(f->peers[1].seq, (uint16_t)(seq + 1));
}

/* ---- packets and assignments at the same time, for the sanitizers ---- */

#define STORM_ROUNDS 20000

struct storm {
	struct fixture *f;
	struct cardea_source *source;
	atomic_bool *stop;
	unsigned sent;
};

static void count_sent(void *receiver, int mindex, void *arg)
{
	(void)receiver;
	(void)mindex;
	((struct storm *)arg)->sent++;
}

/* The loop thread of a publishing handle. */
static void *publish(void *data)
{
	struct storm *storm = data;
	uint8_t packet[16] = {0x80, 0xe0, [12] = 0x10};
	for (uint16_t seq = 0; !atomic_load(storm->stop); seq++) {
		cardea_rtp_write(packet, 96, seq, seq * 3000u);
		cardea_forward(storm->source, packet, sizeof(packet), &upright, seq, count_sent, storm);
	}
	return NULL;
}

/* The room's thread: shows either source on all slots, or nothing. */
static void reassign(struct fixture *f, unsigned round)
{
	struct peer *shown = &f->peers[round % 2], *other = &f->peers[1 - round % 2];
	cardea_source_route(&other->camera, 0, NULL, 0);
	if (round % 5 == 0) {
		cardea_source_route(&shown->camera, 0, NULL, 0);
		cardea_slot_assign(&f->peers[2].video, NULL, 0);
		return;
	}
	route(f, &shown->camera, shown);
	cardea_slot_set_up(&f->peers[2].video, round % 7 != 0);
}

static void packets_and_assignments_may_come_at_once(void **state)
{
	struct fixture *f = *state;
	atomic_bool stop = false;
	struct storm storms[2] = {{f, &f->peers[0].camera, &stop, 0},
	                          {f, &f->peers[1].camera, &stop, 0}};
	GThread *threads[2];
	for (unsigned i = 0; i < 2; i++)
		threads[i] = g_thread_new("publisher", publish, &storms[i]);
	for (unsigned round = 1; round <= STORM_ROUNDS; round++) {
		reassign(f, round);
		struct cardea_source *source = cardea_slot_source(&f->peers[2].video);
		if (source) {
			cardea_source_want_keyframe(source, round);
			cardea_source_put(source);
		}
	}
	/* On a busy machine the publishers may not have had a turn yet. */
	gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
	reassign(f, 1);
	while (atomic_load(&storms[1].source->sent) == 0 && g_get_monotonic_time() < deadline)
		g_thread_yield();
	atomic_store(&stop, true);
	for (unsigned i = 0; i < 2; i++) {
		g_thread_join(threads[i]);
		assert_int_equal(storms[i].sent, atomic_load(&storms[i].source->sent));
	}
	assert_true(storms[0].sent + storms[1].sent > 0);
}

/* ---- what was kept for who comes up ---- */

/* What happens beside the repeating, after its next packet. */
static void (*meanwhile)(struct fixture *f);
static struct fixture *beside;

static void receive_again(void *receiver, int mindex, uint8_t *data, size_t len,
                          const struct cardea_orientation *orientation)
{
	struct peer *peer = receiver;
	struct cardea_rtp rtp;
	assert_int_equal(cardea_rtp_parse(data, len, &rtp), 0);
	assert_int_equal(orientation->degrees, upright.degrees);
	if (peer->received > 0) {
		assert_int_equal(rtp.seq, (uint16_t)(peer->seq + 1));
		assert_int_equal(rtp.ts - peer->ts, 90); /* 1 ms, and not 33 */
	}
	peer->received++;
	peer->mindex = mindex;
	peer->pt = data[1] & 0x7f;
	peer->seq = rtp.seq;
	peer->ts = rtp.ts;
	if (meanwhile) {
		void (*once)(struct fixture * f) = meanwhile;
		meanwhile = NULL;
		once(beside);
	}
}

/* Ben answers, and Ada's camera goes on until Ben is up. */
static struct cardea_slot *come_up(struct fixture *f, unsigned deltas)
{
	struct cardea_source *camera = &f->peers[0].camera;
	struct cardea_slot *slot = &f->peers[1].video;
	cardea_slot_set_up(slot, false);
	cardea_slot_assign(slot, camera, 0);
	cardea_source_route(camera, 0, &slot, 1);
	send(f, camera, DELTA);
	cardea_recent_keep(&camera->layers[0].recent, f->now);
	send(f, camera, DELTA);
	send(f, camera, KEY);
	for (unsigned i = 0; i < deltas; i++)
		send(f, camera, DELTA);
	assert_int_equal(f->peers[1].received, 0);
	cardea_slot_set_up(slot, true);
	return slot;
}

static void who_comes_up_gets_the_last_key_frame_and_what_followed(void **state)
{
	struct fixture *f = *state;
	struct peer *ben = &f->peers[1];
	struct cardea_source *camera = &f->peers[0].camera;
	struct cardea_slot *slot = come_up(f, 3);
	assert_true(cardea_forward_recent(camera, 0, slot, f->now, receive_again));
	assert_int_equal(ben->received, 4);
	assert_int_equal(ben->pt, 111);
	/* The next one is no key frame and need not be one; time goes on as it does. */
	uint16_t seq = ben->seq;
	uint32_t ts = ben->ts;
	assert_false(send(f, camera, DELTA));
	assert_int_equal(ben->received, 5);
	assert_int_equal(ben->seq, (uint16_t)(seq + 1));
	assert_int_equal(ben->ts - ts, 3000);
	/* A second one who comes up gets one more. */
	struct cardea_slot *other = &f->peers[2].video;
	cardea_slot_set_up(other, false);
	cardea_slot_assign(other, camera, 0);
	cardea_slot_set_up(other, true);
	assert_true(cardea_forward_recent(camera, 0, other, f->now, receive_again));
	assert_int_equal(f->peers[2].received, 5);
}

static void two_live_ones(struct fixture *f)
{
	send(f, &f->peers[0].camera, DELTA);
	send(f, &f->peers[0].camera, DELTA);
}

static void another_key_frame(struct fixture *f)
{
	send(f, &f->peers[0].camera, KEY);
}

static void close_it(struct fixture *f)
{
	atomic_store(&f->peers[0].camera.open, false);
}

static void what_comes_meanwhile_is_sent_once_and_in_order(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *camera = &f->peers[0].camera;
	struct cardea_slot *slot = come_up(f, 2);
	beside = f;
	meanwhile = two_live_ones;
	assert_true(cardea_forward_recent(camera, 0, slot, f->now, receive_again));
	assert_int_equal(f->peers[1].received, 5);
	uint16_t seq = f->peers[1].seq;
	send(f, camera, DELTA);
	assert_int_equal(f->peers[1].received, 6);
	assert_int_equal(f->peers[1].seq, (uint16_t)(seq + 1));
}

static void where_the_record_breaks_off_a_key_frame_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *camera = &f->peers[0].camera;
	static void (*const breaks[])(struct fixture *) = {another_key_frame, close_it};
	for (unsigned i = 0; i < G_N_ELEMENTS(breaks); i++) {
		struct cardea_slot *slot = come_up(f, 2);
		beside = f;
		meanwhile = breaks[i];
		assert_false(cardea_forward_recent(camera, 0, slot, f->now, receive_again));
		assert_int_equal(f->peers[1].received, 1);
		atomic_store(&camera->open, true);
		send(f, camera, DELTA);
		assert_int_equal(f->peers[1].received, 1);
		send(f, camera, KEY);
		assert_int_equal(f->peers[1].received, 2);
		f->peers[1].received = 0;
	}
}

static void what_was_kept_is_not_sent_of_who_was_closed(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *camera = &f->peers[0].camera;
	struct cardea_slot *slot = come_up(f, 3);
	atomic_store(&camera->open, false);
	assert_false(cardea_forward_recent(camera, 0, slot, f->now, receive_again));
	/* Nor later: in between something was left out. */
	send(f, camera, DELTA);
	atomic_store(&camera->open, true);
	assert_false(cardea_forward_recent(camera, 0, slot, f->now, receive_again));
	assert_int_equal(f->peers[1].received, 0);
}

static void what_was_kept_ends_with_the_lease_and_with_the_slot(void **state)
{
	struct fixture *f = *state;
	struct cardea_source *camera = &f->peers[0].camera;
	struct cardea_slot *slot = come_up(f, 1);
	atomic_store(&f->lease, f->now - 1);
	assert_false(cardea_forward_recent(camera, 0, slot, f->now, receive_again));
	atomic_store(&f->lease, 0);
	cardea_slot_assign(slot, NULL, 0);
	assert_false(cardea_forward_recent(camera, 0, slot, f->now, receive_again));
	assert_int_equal(f->peers[1].received, 0);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(everyone_on_the_route_gets_it_with_their_own_header),
	        CASE(nobody_gets_their_own),
	        CASE(without_a_route_nothing_is_sent),
	        CASE(a_closed_source_sends_nothing),
	        CASE(after_the_lease_nothing_is_sent),
	        CASE(what_is_no_rtp_is_dropped),
	        CASE(a_video_slot_starts_on_a_key_frame),
	        CASE(a_waiting_slot_asks_for_a_key_frame_twice_a_second),
	        CASE(a_request_that_came_too_early_falls_due_later),
	        CASE(a_recipient_that_is_not_up_gets_nothing),
	        CASE(a_stale_route_shows_nobody_the_wrong_source),
	        CASE(a_slot_goes_on_counting_over_a_switch),
	        CASE(what_janus_cannot_send_again_wants_a_key_frame),
	        CASE(what_comes_without_a_report_block_tells_no_loss),
	        CASE(a_report_is_about_the_packets_since_the_one_before),
	        CASE(lost_audio_wants_no_key_frame),
	        CASE(packets_left_out_leave_no_hole),
	        CASE(packets_and_assignments_may_come_at_once),
	        CASE(who_comes_up_gets_the_last_key_frame_and_what_followed),
	        CASE(what_comes_meanwhile_is_sent_once_and_in_order),
	        CASE(where_the_record_breaks_off_a_key_frame_is_waited_for),
	        CASE(what_was_kept_is_not_sent_of_who_was_closed),
	        CASE(what_was_kept_ends_with_the_lease_and_with_the_slot),
	};
	return cmocka_run_group_tests_name("forward", tests, NULL, NULL);
}
