/*
 * recent: what is kept of a layer for who is about to see it, and what is not.
 */
#include "unit.h"

#include "plugin/recent.h"

#define START 50000

struct fixture {
	struct cardea_recent recent;
	uint16_t seq;
	int64_t now;
	/* What came out. */
	unsigned count, hurried;
	uint16_t first, last;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);
	cardea_recent_init(&f->recent);
	f->seq = 65533;
	f->now = START;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	cardea_recent_destroy(&f->recent);
	g_free(f);
	return 0;
}

#define KEY   true
#define DELTA false

/* A frame of @count packets of @len bytes. */
static void frame(struct fixture *f, bool keyframe, unsigned count, size_t len)
{
	static const struct cardea_orientation turned = {.degrees = 90};
	uint8_t data[2000];
	for (unsigned i = 0; i < count; i++) {
		struct cardea_packet packet = {.stream = 7,
		                               .codec = CARDEA_CODEC_VP8,
		                               .keyframe = keyframe && i == 0,
		                               .seq = f->seq++,
		                               .ts = (uint32_t)f->now * 90,
		                               .len = len,
		                               .now_ms = f->now};
		memset(data, packet.seq & 0xff, len);
		cardea_recent_record(&f->recent, &packet, data, &turned);
	}
	f->now += 33;
}

static void take(struct fixture *f, const struct cardea_recent_packet *recent)
{
	const struct cardea_packet *packet = &recent->packet;
	assert_true(packet->repeated);
	if (f->count++ == 0) {
		assert_true(packet->keyframe);
		assert_false(packet->hurried);
		f->first = packet->seq;
	} else {
		assert_int_equal(packet->seq, (uint16_t)(f->last + 1));
	}
	assert_int_equal(recent->data[0], packet->seq & 0xff);
	assert_int_equal(recent->data[packet->len - 1], packet->seq & 0xff);
	assert_int_equal(recent->orientation.degrees, 90);
	assert_int_equal(packet->now_ms, f->now);
	f->hurried += packet->hurried;
	f->last = packet->seq;
}

static unsigned taken(struct fixture *f)
{
	struct cardea_recent_cursor cursor = {0};
	struct cardea_recent_packet packet;
	f->count = f->hurried = 0;
	while (cardea_recent_read(&f->recent, &cursor, f->now, &packet) == CARDEA_RECENT_NEXT)
		take(f, &packet);
	return f->count;
}

static void nothing_is_kept_for_nobody(void **state)
{
	struct fixture *f = *state;
	frame(f, KEY, 2, 100);
	assert_int_equal(taken(f), 0);
}

static void all_since_the_last_key_frame_is_kept(void **state)
{
	struct fixture *f = *state;
	cardea_recent_keep(&f->recent, f->now);
	frame(f, DELTA, 2, 100);
	assert_int_equal(taken(f), 0);
	frame(f, KEY, 3, 1200);
	frame(f, DELTA, 1, 10);
	frame(f, DELTA, 2, 900);
	assert_int_equal(taken(f), 6);
	assert_int_equal(f->hurried, 2); /* the first packet of each later frame */
	uint16_t first = f->first;
	assert_int_equal(taken(f), 6); /* for everybody who comes */
	frame(f, KEY, 1, 100);
	assert_int_equal(taken(f), 1);
	assert_int_not_equal(f->first, first);
}

static void what_has_a_hole_is_of_no_use(void **state)
{
	struct fixture *f = *state;
	cardea_recent_keep(&f->recent, f->now);
	frame(f, KEY, 2, 100);
	f->seq++;
	frame(f, DELTA, 1, 100);
	assert_int_equal(taken(f), 0);
	frame(f, DELTA, 1, 100);
	assert_int_equal(taken(f), 0);
	frame(f, KEY, 1, 100);
	assert_int_equal(taken(f), 1);
	cardea_recent_break(&f->recent);
	frame(f, DELTA, 1, 100);
	assert_int_equal(taken(f), 0);
}

static void there_is_a_limit_in_packets_in_bytes_and_in_age(void **state)
{
	struct fixture *f = *state;
	cardea_recent_keep(&f->recent, f->now);
	frame(f, KEY, CARDEA_RECENT_PACKETS, 10);
	assert_int_equal(taken(f), CARDEA_RECENT_PACKETS);
	frame(f, DELTA, 1, 10);
	assert_int_equal(taken(f), 0);
	frame(f, KEY, CARDEA_RECENT_BYTES / 1024, 1024);
	assert_int_equal(taken(f), CARDEA_RECENT_BYTES / 1024);
	frame(f, DELTA, 1, 1);
	assert_int_equal(taken(f), 0);
	frame(f, KEY, 1, 100);
	f->now += CARDEA_RECENT_AGE_MS - 33;
	assert_int_equal(taken(f), 1);
	f->now++;
	assert_int_equal(taken(f), 0);
}

static void a_reader_is_told_when_it_does_not_go_on(void **state)
{
	struct fixture *f = *state;
	struct cardea_recent_cursor cursor = {0};
	struct cardea_recent_packet packet;
	cardea_recent_keep(&f->recent, f->now);
	assert_int_equal(cardea_recent_read(&f->recent, &cursor, f->now, &packet), CARDEA_RECENT_END);
	frame(f, KEY, 1, 100);
	assert_int_equal(cardea_recent_read(&f->recent, &cursor, f->now, &packet), CARDEA_RECENT_NEXT);
	assert_int_equal(cardea_recent_read(&f->recent, &cursor, f->now, &packet), CARDEA_RECENT_END);
	frame(f, DELTA, 1, 100);
	assert_int_equal(cardea_recent_read(&f->recent, &cursor, f->now, &packet), CARDEA_RECENT_NEXT);
	frame(f, KEY, 3, 100);
	assert_int_equal(cardea_recent_read(&f->recent, &cursor, f->now, &packet),
	                 CARDEA_RECENT_CHANGED);
	cursor = (struct cardea_recent_cursor){0};
	assert_int_equal(cardea_recent_read(&f->recent, &cursor, f->now, &packet), CARDEA_RECENT_NEXT);
	cardea_recent_expire(&f->recent, f->now + CARDEA_RECENT_KEEP_MS);
	assert_int_equal(cardea_recent_read(&f->recent, &cursor, f->now, &packet),
	                 CARDEA_RECENT_CHANGED);
}

static void it_is_given_back_when_nobody_comes(void **state)
{
	struct fixture *f = *state;
	cardea_recent_keep(&f->recent, f->now);
	cardea_recent_expire(&f->recent, START + CARDEA_RECENT_KEEP_MS - 1);
	assert_non_null(f->recent.store);
	cardea_recent_keep(&f->recent, START + 1); /* and one more */
	cardea_recent_expire(&f->recent, START + CARDEA_RECENT_KEEP_MS);
	assert_non_null(f->recent.store);
	cardea_recent_expire(&f->recent, START + CARDEA_RECENT_KEEP_MS + 1);
	assert_null(f->recent.store);
	frame(f, KEY, 1, 100);
	assert_int_equal(taken(f), 0);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(nothing_is_kept_for_nobody),
	        CASE(all_since_the_last_key_frame_is_kept),
	        CASE(what_has_a_hole_is_of_no_use),
	        CASE(there_is_a_limit_in_packets_in_bytes_and_in_age),
	        CASE(a_reader_is_told_when_it_does_not_go_on),
	        CASE(it_is_given_back_when_nobody_comes),
	};
	return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
