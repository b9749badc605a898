/*
 * node_requests: messages, raised hands and moderation as they come up from a node: what is logged,
 * what the node is told, and what of it a node is told again that did not get it.
 */
#include "unit.h"

#include "../support/domain_fixture.h"
#include "cardea_error.h"
#include "domain/event_codec.h"
#include "domain/waiting.h"

struct meeting {
	struct links_answer links;
	char host[CARDEA_UUID_SIZE], guest[CARDEA_UUID_SIZE];
	int64_t seq;
};

static void enter(struct fixture *f, const char *credential, char seat[CARDEA_UUID_SIZE])
{
	struct cardea_enter command = {.credential = credential, .name = "Guest"};
	struct enter_answer in;

	fixture_enter(f, &command, &in);
	assert_int_equal(in.err, 0);
	g_strlcpy(seat, in.claims.sub, CARDEA_UUID_SIZE);
}

static struct meeting open_meeting(struct fixture *f)
{
	struct meeting m = {.seq = 0};

	fixture_links(f, "Demo", "Host", &m.links);
	enter(f, m.links.host_key, m.host);
	enter(f, m.links.guest_token, m.guest);
	return m;
}

/* The next event of the room. */
static void take(struct fixture *f, struct meeting *m, struct cardea_node_event event)
{
	event.node = f->placement.node;
	event.boot = f->placement.boot;
	event.room = f->placement.room;
	event.epoch = f->placement.epoch;
	event.seq = ++m->seq;
	assert_int_equal(fixture_node_event(f, &event), 0);
}

static void say(struct fixture *f, struct meeting *m, const char *seat, const char *to,
                const char *text)
{
	take(f, m,
	     (struct cardea_node_event){.type = CARDEA_NODE_MESSAGE,
	                                .seat = seat,
	                                .kind = "chat",
	                                .to = to,
	                                .text = text});
}

static void hand(struct fixture *f, struct meeting *m, const char *seat, bool is_raised)
{
	take(f, m,
	     (struct cardea_node_event){
	             .type = CARDEA_NODE_HAND, .seat = seat, .is_raised = is_raised});
}

static void moderate(struct fixture *f, struct meeting *m, const char *seat,
                     enum cardea_moderation action, const char *target, const char *kind)
{
	take(f, m,
	     (struct cardea_node_event){.type = CARDEA_NODE_MODERATE,
	                                .seat = seat,
	                                .action = action,
	                                .target = target,
	                                .kind = kind});
}

__attribute__((format(printf, 3, 4))) static void assert_told(struct fixture *f, int count,
                                                              const char *format, ...)
{
	va_list args;
	char *line;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	assert_int_equal(f->told_count, count);
	assert_string_equal(f->told, line);
	g_free(line);
}

static void messages_are_logged_and_told(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_node_event again = {.type = CARDEA_NODE_MESSAGE,
	                                  .seat = m.guest,
	                                  .kind = "chat",
	                                  .text = "hello",
	                                  .node = f->placement.node,
	                                  .boot = f->placement.boot,
	                                  .room = f->placement.room,
	                                  .epoch = f->placement.epoch,
	                                  .seq = 1};
	int64_t first;

	say(f, &m, m.guest, NULL, "hello");
	assert_told(f, 1, "chat %s(Guest) to all: hello", m.guest);
	first = f->told_id;
	assert_int_equal(fixture_node_event(f, &again), 0); /* seen before */
	assert_int_equal(f->told_count, 1);
	say(f, &m, m.host, m.guest, "psst");
	assert_told(f, 2, "chat %s(Host) to %s: psst", m.host, m.guest);
	assert_true(f->told_id > first);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_MESSAGE_SENT), 2);
}

static void what_is_not_permitted_is_not_logged(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_room_row room;

	say(f, &m, m.guest, "99999999-9999-4999-8999-999999999999", "to nobody");
	say(f, &m, "99999999-9999-4999-8999-999999999999", NULL, "from nobody");
	fixture_get_room(f, m.links.room, &room);
	room.chat_enabled = 0;
	fixture_set_room(f, &room);
	say(f, &m, m.host, NULL, "no chat here");
	moderate(f, &m, m.guest, CARDEA_MODERATE_MUTE, m.host, "microphone");
	moderate(f, &m, m.guest, CARDEA_MODERATE_REMOVE, m.host, NULL);
	moderate(f, &m, m.host, CARDEA_MODERATE_REMOVE, m.host, NULL);
	moderate(f, &m, m.host, CARDEA_MODERATE_MUTE, "99999999-9999-4999-8999-999999999999", "camera");
	assert_int_equal(f->told_count, 0);
	assert_int_equal(f->revoked, 0);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_MESSAGE_SENT), 0);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_PARTICIPANT_MUTED), 0);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_PARTICIPANT_REMOVED), 0);
}

static void taken(int err, size_t count, void *arg)
{
	struct fixture *f = arg;

	(void)count;
	assert_int_equal(err, 0);
	f->pending--;
	cardea_loop_stop(f->loop);
}

/* What it had sent before it heard of it is on its way. */
static void who_was_put_back_is_not_heard(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	const struct cardea_presented tenant = fixture_api_key(f->api_key);
	const struct cardea_waiting_command command = {.room = m.links.room, .participant = m.guest};

	say(f, &m, m.guest, NULL, "inside");
	f->pending++;
	assert_int_equal(cardea_domain_waiting_put_back(f->domain, &tenant, &command, taken, f), 0);
	fixture_wait(f);
	say(f, &m, m.guest, NULL, "outside");
	hand(f, &m, m.guest, true);
	moderate(f, &m, m.host, CARDEA_MODERATE_REMOVE, m.guest, NULL);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_MESSAGE_SENT), 1);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_HAND_RAISED), 0);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_PARTICIPANT_REMOVED), 0);
}

static void hands_are_in_the_order_of_raising(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);

	hand(f, &m, m.guest, true);
	assert_told(f, 1, "hands %s", m.guest);
	hand(f, &m, m.host, true);
	assert_told(f, 2, "hands %s %s", m.guest, m.host);
	hand(f, &m, m.guest, true); /* keeps its place */
	assert_int_equal(f->told_count, 2);
	hand(f, &m, m.guest, false);
	hand(f, &m, m.guest, true);
	assert_told(f, 4, "hands %s %s", m.host, m.guest);
	moderate(f, &m, m.host, CARDEA_MODERATE_LOWER_HAND, m.guest, NULL);
	assert_told(f, 5, "hands %s", m.host);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_HAND_RAISED), 3);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_HAND_LOWERED), 2);
}

static void hands_are_opened_again_and_end_with_leaving(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	char other[CARDEA_UUID_SIZE];

	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, ++m.seq, m.guest, "c1", NULL), 0);
	hand(f, &m, m.guest, true);
	hand(f, &m, m.host, true);
	enter(f, m.links.guest_token, other);
	assert_int_equal(f->open_hands, 2);
	/* A lost connection does not lower it, leaving does. */
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_OFFLINE, ++m.seq, m.guest, "c1", "hangup"),
	                 0);
	enter(f, m.links.guest_token, other);
	assert_int_equal(f->open_hands, 2);
	fixture_move_clock(f, 31000);
	enter(f, m.links.guest_token, other);
	assert_int_equal(f->open_hands, 1);
	fixture_remove_seat(f, m.host);
	enter(f, m.links.guest_token, other);
	assert_int_equal(f->open_hands, 0);
}

static void hosts_mute_and_remove(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_seat_row seat;

	moderate(f, &m, m.host, CARDEA_MODERATE_MUTE, m.guest, "microphone");
	assert_told(f, 1, "mute %s microphone", m.guest);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_PARTICIPANT_MUTED), 1);
	moderate(f, &m, m.host, CARDEA_MODERATE_REMOVE, m.guest, NULL);
	assert_int_equal(f->revoked, 1);
	assert_string_equal(f->revocation.seat, m.guest);
	assert_int_equal(f->revocation.min_gen, 1);
	assert_int_equal(fixture_get_seat(f, m.guest, &seat), 0);
	assert_true(seat.is_removed);
	say(f, &m, m.guest, NULL, "still here?");
	assert_int_equal(f->told_count, 1);
}

/* The node says how far it was told; in between this gateway was killed. */
static void what_was_not_told_is_told_after_hello(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_node_room room = {.room = f->placement.room};

	assert_int_equal(fixture_hello(f, FIXTURE_NODE, FIXTURE_BOOT), 1);
	say(f, &m, m.guest, NULL, "one");
	room.told = f->told_id;
	say(f, &m, m.host, m.guest, "two");
	hand(f, &m, m.guest, true);
	moderate(f, &m, m.host, CARDEA_MODERATE_MUTE, m.guest, "camera");
	assert_int_equal(f->told_count, 4);
	fixture_restart(f);
	f->rooms = &room;
	f->room_count = 1;
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, FIXTURE_BOOT), 1);
	assert_told(f, 6, "mute %s camera", m.guest); /* two and the mute; hands come with `open` */
	room.told = f->told_id;
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, FIXTURE_BOOT), 1);
	assert_int_equal(f->told_count, 6);
	f->room_count = 0; /* a node that does not know the room yet */
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, FIXTURE_BOOT), 1);
	assert_int_equal(f->told_count, 6);
}

static void a_request_names_whom_it_is_about(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	const struct cardea_node_event event = {.type = CARDEA_NODE_MODERATE,
	                                        .seat = m.host,
	                                        .node = f->placement.node,
	                                        .boot = f->placement.boot,
	                                        .room = f->placement.room,
	                                        .epoch = f->placement.epoch,
	                                        .seq = 1};

	assert_int_equal(fixture_node_event(f, &event), CARDEA_E_INVALID);
}

#define WITH_DOMAIN(sentence, function)                                                            \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = fixture_setup,                  \
		.teardown_func = fixture_teardown                                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_DOMAIN("messages are logged and told, once", messages_are_logged_and_told),
	        WITH_DOMAIN("what is not permitted is neither logged nor told",
	                    what_is_not_permitted_is_not_logged),
	        WITH_DOMAIN("who was put back is not heard any more", who_was_put_back_is_not_heard),
	        WITH_DOMAIN("hands are in the order of raising", hands_are_in_the_order_of_raising),
	        WITH_DOMAIN("hands are told with every open, and end with leaving",
	                    hands_are_opened_again_and_end_with_leaving),
	        WITH_DOMAIN("hosts mute and remove", hosts_mute_and_remove),
	        WITH_DOMAIN("what a node was not told it is told after its hello",
	                    what_was_not_told_is_told_after_hello),
	        WITH_DOMAIN("a request names whom it is about", a_request_names_whom_it_is_about),
	};

	return cmocka_run_group_tests_name("node_requests", tests, NULL, NULL);
}
