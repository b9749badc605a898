/*
 * node_events: what a node reports goes into the log once and in order, and a restarted node leaves
 * no ghosts.
 */
#include "unit.h"

#include "../support/domain_fixture.h"
#include "cardea_error.h"
#include "domain/event_codec.h"

#define NEXT_BOOT  "22222222-2222-4222-8222-222222222222"
#define UNKNOWN_ID "99999999-9999-4999-8999-999999999999"

struct meeting {
	struct links_answer links;
	char host[CARDEA_UUID_SIZE], guest[CARDEA_UUID_SIZE];
};

static struct meeting open_meeting(struct fixture *f)
{
	struct cardea_enter command = {.name = "Guest"};
	struct enter_answer in;
	struct meeting m;

	fixture_links(f, "Demo", "Host", &m.links);
	command.credential = m.links.host_key;
	fixture_enter(f, &command, &in);
	assert_int_equal(in.err, 0);
	g_strlcpy(m.host, in.claims.sub, sizeof(m.host));
	command.credential = m.links.guest_token;
	fixture_enter(f, &command, &in);
	assert_int_equal(in.err, 0);
	g_strlcpy(m.guest, in.claims.sub, sizeof(m.guest));
	return m;
}

static bool is_online(struct fixture *f, const char *seat)
{
	struct cardea_seat_row row;

	assert_int_equal(fixture_get_seat(f, seat, &row), 0);
	return row.is_online;
}

static void events_are_taken_once_and_in_order(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	const char *room = m.links.room;

	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 2, m.host, "c1", NULL),
	                 CARDEA_E_STORE_CONFLICT);
	assert_false(is_online(f, m.host));
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 1, m.host, "c1", NULL), 0);
	assert_true(is_online(f, m.host));
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_OFFLINE, 2, m.host, "c1", "left"), 0);
	assert_false(is_online(f, m.host));
	/* Seen before: acknowledged, nothing changes. */
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 1, m.host, "c1", NULL), 0);
	assert_false(is_online(f, m.host));
	assert_int_equal(fixture_count_events(f, room, CARDEA_EVENT_PARTICIPANT_ONLINE), 1);
	assert_int_equal(fixture_count_events(f, room, CARDEA_EVENT_PARTICIPANT_OFFLINE), 1);
	assert_int_equal(fixture_count_events(f, room, CARDEA_EVENT_PARTICIPANT_LEFT), 1);
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_SOURCE, 3, m.guest, NULL, NULL), 0);
	assert_int_equal(fixture_count_events(f, room, CARDEA_EVENT_PARTICIPANT_SOURCE), 1);
}

static void replaced_connection_does_not_take_its_seat_offline(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);

	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 1, m.host, "c1", NULL), 0);
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 2, m.host, "c2", NULL), 0);
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_OFFLINE, 3, m.host, "c1", "replaced"), 0);
	assert_true(is_online(f, m.host));
}

static void foreign_and_stale_events_change_nothing(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_node_event event = {.type = CARDEA_NODE_ONLINE,
	                                  .node = FIXTURE_NODE,
	                                  .boot = FIXTURE_BOOT,
	                                  .room = UNKNOWN_ID,
	                                  .epoch = 1,
	                                  .seq = 1,
	                                  .seat = m.host,
	                                  .connection = "c1"};

	assert_int_equal(fixture_node_event(f, &event), 0); /* unknown room */
	event.room = m.links.room;
	event.epoch = 7;
	assert_int_equal(fixture_node_event(f, &event), 0); /* another placement */
	assert_false(is_online(f, m.host));
	event.epoch = 1;
	event.seq = 2;
	event.seat = UNKNOWN_ID;
	assert_int_equal(fixture_node_event(f, &event), 0);
	event.seq = 3;
	event.seat = NULL;
	assert_int_equal(fixture_node_event(f, &event), CARDEA_E_INVALID);
	event.seat = m.guest;
	fixture_remove_seat(f, m.guest);
	assert_int_equal(fixture_node_event(f, &event), 0);
	assert_false(is_online(f, m.guest)); /* removed */
}

static void snapshot_replaces_what_was_known(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	const struct cardea_node_seat seats[] = {{.seat = m.guest, .connection = "c9"}};
	struct cardea_node_event event = {.type = CARDEA_NODE_SNAPSHOT,
	                                  .node = FIXTURE_NODE,
	                                  .boot = FIXTURE_BOOT,
	                                  .room = m.links.room,
	                                  .epoch = 1,
	                                  .seq = 40,
	                                  .seats = seats,
	                                  .seat_count = 1};

	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 1, m.host, "c1", NULL), 0);
	assert_int_equal(fixture_node_event(f, &event), 0);
	assert_false(is_online(f, m.host));
	assert_true(is_online(f, m.guest));
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 41, m.host, "c1", NULL), 0);
	event.seq = 39; /* older than what is known */
	assert_int_equal(fixture_node_event(f, &event), 0);
	assert_true(is_online(f, m.host));
}

static void restarted_node_leaves_no_ghosts(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_enter command = {.credential = m.links.host_key};
	struct cardea_room_row room;
	struct media_answer media;
	struct enter_answer in;

	assert_int_equal(fixture_hello(f, FIXTURE_NODE, FIXTURE_BOOT), 1);
	fixture_enter(f, &command, &in);
	fixture_create(f, FIXTURE_NODE, in.token, &media);
	assert_int_equal(media.err, 0);
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 1, m.host, "c1", NULL), 0);
	/* The gateway's own restart: the same life of the node, the same numbers. */
	fixture_restart(f);
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, FIXTURE_BOOT), 1);
	assert_true(is_online(f, m.host));
	fixture_enter(f, &(struct cardea_enter){.credential = m.links.guest_token, .name = "G"}, &in);
	assert_int_equal(f->placement.ingested, 1);
	/* The node's restart. */
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, NEXT_BOOT), 0);
	assert_false(is_online(f, m.host));
	fixture_get_room(f, m.links.room, &room);
	assert_string_equal(room.node, "");
	fixture_claim(f, FIXTURE_NODE, in.resume, &media);
	assert_int_equal(media.err, CARDEA_E_NOT_FOUND);
	f->boot = NEXT_BOOT;
	fixture_enter(f, &command, &in);
	assert_int_equal(in.err, 0);
	assert_int_equal(in.claims.epoch, 2);
	assert_int_equal(f->placement.ingested, 0);
	/* Placed on the new life before its hello arrives: that is kept. */
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, NEXT_BOOT), 1);
	assert_int_equal(fixture_hello(f, "not a node", NEXT_BOOT), CARDEA_E_INVALID);
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, "boot"), CARDEA_E_INVALID);
}

#define WITH_DOMAIN(sentence, function)                                                            \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = fixture_setup,                  \
		.teardown_func = fixture_teardown                                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_DOMAIN("events are taken once and in order", events_are_taken_once_and_in_order),
	        WITH_DOMAIN("the end of a replaced connection does not take its seat offline",
	                    replaced_connection_does_not_take_its_seat_offline),
	        WITH_DOMAIN("foreign and stale events are acknowledged and change nothing",
	                    foreign_and_stale_events_change_nothing),
	        WITH_DOMAIN("a snapshot replaces what was known", snapshot_replaces_what_was_known),
	        WITH_DOMAIN("a restarted node leaves no ghosts", restarted_node_leaves_no_ghosts),
	};

	return cmocka_run_group_tests_name("node_events", tests, NULL, NULL);
}
