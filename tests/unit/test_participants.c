/*
 * participants and rooms of the participants dialect: the rows E001-01..10, 15 and 17..19 of the
 * acceptance table as far as they are decided by the domain, and bad input.
 */
#include "unit.h"

#include "../support/domain_fixture.h"
#include "cardea_error.h"
#include "domain/event_codec.h"
#include "domain/room_life.h"
#include "domain/room_links.h"
#include "domain/seats.h"

#define HOST        CARDEA_ROLE_HOST
#define PARTICIPANT CARDEA_ROLE_PARTICIPANT
#define ABSENT      (-1)
#define UNKNOWN_ID  "99999999-9999-4999-8999-999999999999"

static struct cardea_presented tenant_of(struct fixture *f)
{
	return fixture_api_key(f->api_key);
}

/* A new room by its id. */
static void make_room(struct fixture *f, int64_t max, char id[CARDEA_UUID_SIZE])
{
	struct room_answer room;

	fixture_room_create(f, tenant_of(f), NULL, max, &room);
	assert_int_equal(room.err, 0);
	g_strlcpy(id, room.id, CARDEA_UUID_SIZE);
}

static void e001_01_room_and_participant(void **state)
{
	struct fixture *f = *state;
	struct room_answer room, again;
	struct add_answer added;

	fixture_room_create(f, tenant_of(f), "CS101 Lecture", -1, &room);
	assert_int_equal(room.err, 0);
	assert_true(cardea_id_is_uuid(room.id));
	assert_int_equal(room.status, CARDEA_ROOM_ACTIVE);
	assert_int_equal(room.config.max_participants, -1);
	assert_true(room.started_at > 0 && room.ended_at == 0);
	fixture_add(f, tenant_of(f), room.id, "John Doe", "user_123", PARTICIPANT, &added);
	assert_int_equal(added.err, 0);
	assert_false(added.room_created);
	assert_false(added.should_start_recording);
	assert_int_equal(added.expires_in_s, 3600);
	assert_string_equal(added.room_name, "CS101 Lecture");
	assert_true(added.tenant.allow_early_join);
	assert_true(added.access[0] && added.refresh[0] && added.auth[0]);
	assert_string_not_equal(added.access, added.auth);
	assert_string_not_equal(added.access, added.refresh);
	fixture_room_get(f, tenant_of(f), room.id, &again);
	assert_int_equal(again.err, 0);
	assert_string_equal(again.name, "CS101 Lecture");
	assert_int_equal(again.participant_count, 1);
	/* 02: the same room by its name */
	fixture_add(f, tenant_of(f), "CS101 Lecture", "Jane", NULL, ABSENT, &added);
	assert_int_equal(added.err, 0);
	assert_string_equal(added.room, room.id);
}

static void e001_03_unknown_name_makes_the_room(void **state)
{
	struct fixture *f = *state;
	struct add_answer first, second, third;

	fixture_add(f, tenant_of(f), "New Room", "A", NULL, ABSENT, &first);
	assert_int_equal(first.err, 0);
	assert_true(first.room_created);
	assert_string_equal(first.room_name, "New Room");
	assert_int_equal(first.room_status, CARDEA_ROOM_ACTIVE);
	fixture_add(f, tenant_of(f), "New Room", "B", NULL, ABSENT, &second);
	assert_int_equal(second.err, 0);
	assert_false(second.room_created);
	assert_string_equal(second.room, first.room);
	/* Decision P9 */
	fixture_add(f, tenant_of(f), "  new ROOM ", "C", NULL, ABSENT, &third);
	assert_int_equal(third.err, 0);
	assert_false(third.room_created);
	assert_string_equal(third.room, first.room);
	assert_int_equal(fixture_count_events(f, first.room, CARDEA_EVENT_ROOM_CREATED), 1);
	assert_int_equal(fixture_count_events(f, first.room, CARDEA_EVENT_PARTICIPANT_ADDED), 3);
}

static void e001_04_05_rooms_that_are_not_made(void **state)
{
	struct fixture *f = *state;
	struct cardea_tenant_row tenant;
	struct add_answer added;

	fixture_add(f, tenant_of(f), UNKNOWN_ID, "A", NULL, ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_ROOM_UNKNOWN);
	fixture_add(f, tenant_of(f), "   ", "A", NULL, ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_INVALID);
	fixture_add(f, tenant_of(f), "\xff\xfe", "A", NULL, ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_INVALID);
	fixture_get_tenant(f, &tenant);
	tenant.allow_early_join = false;
	fixture_set_tenant(f, &tenant);
	fixture_add(f, tenant_of(f), "Unknown", "A", NULL, ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_ROOM_INACTIVE);
	assert_string_equal(cardea_error_text(added.err), "room is not active");
}

static void e001_06_07_names_and_roles(void **state)
{
	struct fixture *f = *state;
	struct cardea_tenant_row tenant;
	struct add_answer added;
	char room[CARDEA_UUID_SIZE];

	make_room(f, -1, room);
	fixture_add(f, tenant_of(f), room, NULL, NULL, ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_DISPLAY_NAME_REQUIRED);
	assert_string_equal(cardea_error_text(added.err), "display_name is required");
	fixture_add(f, tenant_of(f), room, "", NULL, ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_DISPLAY_NAME_REQUIRED);
	fixture_add(f, tenant_of(f), room, "A", NULL, 9, &added);
	assert_int_equal(added.err, CARDEA_E_ROLE_INVALID);
	fixture_add(f, tenant_of(f), room, "A", NULL, ABSENT, &added);
	assert_int_equal(added.role, PARTICIPANT);
	assert_false(added.has_external_user_id); /* 10d */
	fixture_get_tenant(f, &tenant);
	tenant.first_participant_is_host = true;
	fixture_set_tenant(f, &tenant);
	fixture_add(f, tenant_of(f), room, "B", NULL, ABSENT, &added);
	assert_int_equal(added.role, PARTICIPANT);
	make_room(f, -1, room);
	fixture_hide_seat(f, room); /* does not count */
	fixture_add(f, tenant_of(f), room, "C", NULL, ABSENT, &added);
	assert_int_equal(added.role, HOST);
	fixture_add(f, tenant_of(f), room, "D", NULL, ABSENT, &added);
	assert_int_equal(added.role, PARTICIPANT);
}

static void e001_08_duplicates_by_policy(void **state)
{
	struct fixture *f = *state;
	struct cardea_tenant_row tenant;
	struct cardea_seat_row seat;
	struct add_answer first, again;
	char room[CARDEA_UUID_SIZE];

	make_room(f, 1, room);
	fixture_add(f, tenant_of(f), room, "A", "u", HOST, &first);
	/* allow: reused although the room is full */
	fixture_add(f, tenant_of(f), room, "Other", "u", PARTICIPANT, &again);
	assert_int_equal(again.err, 0);
	assert_string_equal(again.id, first.id);
	assert_string_equal(again.display_name, "A");
	assert_int_equal(again.role, HOST);
	assert_string_not_equal(again.access, first.access);
	fixture_get_tenant(f, &tenant);
	tenant.duplicate_policy = CARDEA_DUPLICATE_REJECT;
	fixture_set_tenant(f, &tenant);
	fixture_add(f, tenant_of(f), room, "A", "u", ABSENT, &again);
	assert_int_equal(again.err, CARDEA_E_ALREADY_IN_ROOM);
	tenant.duplicate_policy = CARDEA_DUPLICATE_DISCONNECT_EXISTING;
	fixture_set_tenant(f, &tenant);
	fixture_add(f, tenant_of(f), room, "A2", "u", ABSENT, &again);
	assert_int_equal(again.err, 0);
	assert_string_not_equal(again.id, first.id);
	assert_string_equal(again.display_name, "A2");
	assert_int_equal(fixture_get_seat(f, first.id, &seat), 0);
	assert_true(seat.is_removed && seat.left_at > 0);
	assert_int_equal(seat.gen, 1);
	assert_int_equal(f->revoked, 0); /* the room was never on a node */
	assert_int_equal(fixture_count_events(f, room, CARDEA_EVENT_PARTICIPANT_REMOVED), 1);
	/* P14: its tokens are dead */
	fixture_add(f, fixture_bearer(first.access), room, "X", NULL, ABSENT, &again);
	assert_int_equal(again.err, CARDEA_E_AUTH_TOKEN);
	fixture_add(f, fixture_bearer(first.auth), room, "X", NULL, ABSENT, &again);
	assert_int_equal(again.err, CARDEA_E_AUTH_TOKEN);
}

static void e001_09_capacity(void **state)
{
	struct fixture *f = *state;
	struct cardea_tenant_row tenant;
	struct add_answer added;
	struct room_answer view;
	char room[CARDEA_UUID_SIZE];

	make_room(f, 10, room);
	fixture_hide_seat(f, room);
	for (int i = 0; i < 10; i++) {
		fixture_add(f, tenant_of(f), room, "A", NULL, ABSENT, &added);
		assert_int_equal(added.err, 0);
	}
	fixture_add(f, tenant_of(f), room, "A", NULL, ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_CAPACITY);
	assert_string_equal(cardea_error_text(added.err), "room is full");
	fixture_room_get(f, tenant_of(f), room, &view);
	assert_int_equal(view.participant_count, 10);
	/* The smaller of room and tenant. */
	fixture_get_tenant(f, &tenant);
	tenant.max_participants_per_room = 1;
	fixture_set_tenant(f, &tenant);
	make_room(f, 10, room);
	fixture_add(f, tenant_of(f), room, "A", NULL, ABSENT, &added);
	assert_int_equal(added.err, 0);
	fixture_add(f, tenant_of(f), room, "A", NULL, ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_CAPACITY);
}

static void e001_10_list(void **state)
{
	struct fixture *f = *state;
	struct add_answer a, b, c;
	struct list_answer list;
	char room[CARDEA_UUID_SIZE];

	make_room(f, -1, room);
	fixture_add(f, tenant_of(f), room, "A", NULL, ABSENT, &a);
	fixture_add(f, tenant_of(f), room, "B", NULL, ABSENT, &b); /* the same millisecond */
	fixture_move_clock(f, 1000);
	fixture_add(f, tenant_of(f), room, "C", "user", ABSENT, &c);
	fixture_hide_seat(f, room);
	fixture_remove_seat(f, b.id);
	fixture_list(f, tenant_of(f), room, false, &list);
	assert_int_equal(list.err, 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0].id, a.id);
	assert_string_equal(list.items[1].id, b.id);
	assert_string_equal(list.items[2].id, c.id);
	assert_true(list.items[1].left_at > 0);
	assert_true(list.items[2].has_external_user_id);
	fixture_list(f, tenant_of(f), room, true, &list);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[1].id, c.id);
	fixture_list(f, tenant_of(f), UNKNOWN_ID, false, &list);
	assert_int_equal(list.err, CARDEA_E_ROOM_UNKNOWN);
	fixture_list(f, tenant_of(f), "no such name", false, &list);
	assert_int_equal(list.err, CARDEA_E_ROOM_UNKNOWN);
}

static int add_error(struct fixture *f, struct cardea_presented who, const char *room)
{
	struct add_answer added;

	fixture_add(f, who, room, "X", NULL, ABSENT, &added);
	return added.err;
}

static void e001_15_credentials(void **state)
{
	const struct cardea_presented nobody = {.form = CARDEA_PRESENTED_NONE};
	struct fixture *f = *state;
	struct add_answer host, guest;
	char room[CARDEA_UUID_SIZE], other_room[CARDEA_UUID_SIZE], other_key[64], forged[1024];

	make_room(f, -1, room);
	make_room(f, -1, other_room);
	fixture_add(f, tenant_of(f), room, "H", NULL, HOST, &host);
	fixture_add(f, tenant_of(f), room, "P", NULL, PARTICIPANT, &guest);
	assert_int_equal(add_error(f, fixture_bearer(f->api_key), room), 0);
	assert_int_equal(add_error(f, fixture_bearer(guest.access), room), 0);
	assert_int_equal(add_error(f, fixture_bearer(guest.auth), room), 0);
	assert_int_equal(add_error(f, fixture_bearer(guest.refresh), room), CARDEA_E_AUTH_TOKEN);
	assert_int_equal(add_error(f, nobody, room), CARDEA_E_AUTH_MISSING);
	assert_int_equal(add_error(f, fixture_bearer(""), room), CARDEA_E_AUTH_FORMAT);
	assert_int_equal(add_error(f, fixture_bearer("a.b.c"), room), CARDEA_E_AUTH_TOKEN);
	assert_int_equal(add_error(f, fixture_api_key(""), room), CARDEA_E_API_KEY_MISSING);
	assert_int_equal(add_error(f, fixture_api_key("secret"), room), CARDEA_E_API_KEY_FORMAT);
	assert_int_equal(add_error(f, fixture_bearer("ck_live_short"), room), CARDEA_E_API_KEY_FORMAT);
	assert_int_equal(add_error(f, fixture_api_key("ck_live_0123456789abcdefghij"), room),
	                 CARDEA_E_API_KEY_UNKNOWN);
	g_strlcpy(forged, guest.access, sizeof(forged));
	forged[strlen(forged) - 2] ^= 1;
	assert_int_equal(add_error(f, fixture_bearer(forged), room), CARDEA_E_AUTH_TOKEN);
	/* 15e: foreign and unknown are the same */
	fixture_second_tenant(f, other_key);
	assert_int_equal(add_error(f, fixture_api_key(other_key), room), CARDEA_E_ROOM_UNKNOWN);
	assert_int_equal(add_error(f, fixture_bearer(guest.access), other_room), CARDEA_E_ROOM_UNKNOWN);
	assert_int_equal(add_error(f, fixture_bearer(host.access), "by name"), CARDEA_E_ROOM_UNKNOWN);
	/* 15b; its text */
	fixture_move_clock(f, 3599 * 1000);
	assert_int_equal(add_error(f, fixture_bearer(guest.access), room), 0);
	fixture_move_clock(f, 1000);
	assert_int_equal(add_error(f, fixture_bearer(guest.access), room), CARDEA_E_AUTH_EXPIRED);
	assert_string_equal(cardea_error_text(CARDEA_E_AUTH_EXPIRED), "token has expired");
}

static void seats_act_within_their_rights(void **state)
{
	struct fixture *f = *state;
	struct add_answer host, guest, added;
	struct room_answer made;
	char room[CARDEA_UUID_SIZE];

	make_room(f, -1, room);
	fixture_add(f, tenant_of(f), room, "H", "boss", HOST, &host);
	fixture_add(f, tenant_of(f), room, "P", "me", PARTICIPANT, &guest);
	fixture_room_create(f, fixture_bearer(host.access), NULL, -1, &made);
	assert_int_equal(made.err, CARDEA_E_INSUFFICIENT);
	fixture_room_create(f, fixture_bearer(guest.access), NULL, -1, &made);
	assert_int_equal(made.err, CARDEA_E_HOST_REQUIRED);
	fixture_add(f, fixture_bearer(guest.access), room, "X", NULL, HOST, &added);
	assert_int_equal(added.err, CARDEA_E_HOST_REQUIRED); /* P6 */
	fixture_add(f, fixture_bearer(guest.access), room, "X", "boss", ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_HOST_REQUIRED); /* P7, F2-18 */
	fixture_add(f, fixture_bearer(guest.access), room, "X", "me", ABSENT, &added);
	assert_int_equal(added.err, 0);
	assert_string_equal(added.id, guest.id);
	fixture_add(f, fixture_bearer(host.access), room, "X", NULL, HOST, &added);
	assert_int_equal(added.err, 0);
}

static void e001_16_recording(void **state)
{
	struct fixture *f = *state;
	struct cardea_tenant_row tenant;
	struct add_answer added;
	char room[CARDEA_UUID_SIZE];

	fixture_get_tenant(f, &tenant);
	tenant.force_recording = true;
	fixture_set_tenant(f, &tenant);
	make_room(f, -1, room);
	fixture_add(f, tenant_of(f), room, "H", "h", HOST, &added);
	assert_true(added.should_start_recording);
	fixture_add(f, tenant_of(f), room, "H", "h", HOST, &added); /* reused */
	assert_false(added.should_start_recording);
	fixture_add(f, tenant_of(f), room, "P", NULL, PARTICIPANT, &added);
	assert_false(added.should_start_recording);
}

static void e001_17_scheduled_room(void **state)
{
	struct fixture *f = *state;
	struct cardea_room_row row;
	struct add_answer added;
	char room[CARDEA_UUID_SIZE];

	make_room(f, -1, room);
	fixture_end_room(f, room);
	fixture_get_room(f, room, &row);
	row.status = CARDEA_ROOM_ROW_SCHEDULED;
	row.scheduled_start_at = atomic_load(&f->now_ms) + 20 * 60000;
	row.allow_early_join_minutes = 10;
	fixture_set_room(f, &row);
	fixture_add(f, tenant_of(f), room, "A", NULL, ABSENT, &added);
	assert_int_equal(added.err, CARDEA_E_ROOM_INACTIVE);
	row.allow_early_join_minutes = 30;
	fixture_set_room(f, &row);
	fixture_add(f, tenant_of(f), room, "A", NULL, ABSENT, &added);
	assert_int_equal(added.err, 0);
	assert_true(added.room_created);
	assert_int_equal(added.room_status, CARDEA_ROOM_ACTIVE);
}

static void e001_18_ended_room(void **state)
{
	struct fixture *f = *state;
	struct cardea_tenant_row tenant;
	struct cardea_room_row before, after;
	struct add_answer first, again;
	struct list_answer list;
	char room[CARDEA_UUID_SIZE];

	make_room(f, -1, room);
	fixture_add(f, tenant_of(f), room, "A", "u", HOST, &first);
	fixture_get_room(f, room, &before);
	fixture_end_room(f, room);
	assert_int_equal(add_error(f, fixture_bearer(first.access), room), CARDEA_E_AUTH_TOKEN);
	fixture_add(f, tenant_of(f), room, "A", "u", ABSENT, &again);
	assert_int_equal(again.err, 0);
	assert_true(again.room_created);
	assert_int_equal(again.room_status, CARDEA_ROOM_ACTIVE);
	assert_string_equal(again.room, room);
	assert_string_not_equal(again.id, first.id);
	fixture_get_room(f, room, &after);
	assert_string_not_equal(before.session, after.session);
	/* P16: of the old session, although the room is open */
	assert_int_equal(add_error(f, fixture_bearer(first.access), room), CARDEA_E_AUTH_TOKEN);
	fixture_list(f, tenant_of(f), room, false, &list);
	assert_int_equal(list.count, 2);
	assert_true(list.items[0].left_at > 0);
	fixture_end_room(f, room);
	fixture_get_tenant(f, &tenant);
	tenant.allow_early_join = false;
	fixture_set_tenant(f, &tenant);
	assert_int_equal(add_error(f, tenant_of(f), room), CARDEA_E_ROOM_INACTIVE);
	fixture_count_events(f, room, ""); /* one numbering over all sessions */
}

static void e001_19_parallel_first_joins(void **state)
{
	static struct add_answer added[50];
	struct fixture *f = *state;
	int created = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(added); i++) {
		fixture_add_start(f, tenant_of(f), i % 2 ? "Big Bang" : "big bang ", "A", NULL, ABSENT,
		                  &added[i]);
	}
	fixture_wait(f);
	for (size_t i = 0; i < G_N_ELEMENTS(added); i++) {
		assert_int_equal(added[i].err, 0);
		assert_string_equal(added[i].room, added[0].room);
		created += added[i].room_created;
	}
	assert_int_equal(created, 1);
	assert_int_equal(fixture_count_events(f, added[0].room, CARDEA_EVENT_PARTICIPANT_ADDED), 50);
}

static void concurrent_room_limit(void **state)
{
	struct fixture *f = *state;
	struct cardea_tenant_row tenant;
	struct room_answer made;
	char room[CARDEA_UUID_SIZE];

	fixture_get_tenant(f, &tenant);
	tenant.max_concurrent_rooms = 1;
	fixture_set_tenant(f, &tenant);
	make_room(f, -1, room);
	fixture_room_create(f, tenant_of(f), "second", -1, &made);
	assert_int_equal(made.err, CARDEA_E_CONCURRENT_ROOMS);
	assert_int_equal(add_error(f, tenant_of(f), "third"), CARDEA_E_CONCURRENT_ROOMS);
	fixture_end_room(f, room);
	assert_int_equal(add_error(f, tenant_of(f), "third"), 0);
	assert_int_equal(add_error(f, tenant_of(f), room), CARDEA_E_CONCURRENT_ROOMS);
}

static void rooms_by_id(void **state)
{
	struct fixture *f = *state;
	struct room_answer room;
	char id[CARDEA_UUID_SIZE], key[64];
	char *upper;

	make_room(f, -1, id);
	fixture_room_get(f, tenant_of(f), "a name", &room);
	assert_int_equal(room.err, CARDEA_E_ROOM_ID_INVALID);
	fixture_room_get(f, tenant_of(f), UNKNOWN_ID, &room);
	assert_int_equal(room.err, CARDEA_E_ROOM_UNKNOWN);
	fixture_second_tenant(f, key);
	fixture_room_get(f, fixture_api_key(key), id, &room);
	assert_int_equal(room.err, CARDEA_E_ROOM_UNKNOWN);
	upper = g_ascii_strup(id, -1);
	fixture_room_get(f, tenant_of(f), upper, &room);
	assert_int_equal(room.err, 0);
	assert_string_equal(room.id, id);
	g_free(upper);
}

static void inactive_tenant(void **state)
{
	struct fixture *f = *state;
	struct cardea_tenant_row tenant;

	fixture_get_tenant(f, &tenant);
	tenant.is_active = false;
	fixture_set_tenant(f, &tenant);
	assert_int_equal(add_error(f, tenant_of(f), "r"), CARDEA_E_TENANT_INACTIVE);
}

static void all_survives_a_restart(void **state)
{
	struct fixture *f = *state;
	struct add_answer added;
	struct list_answer list;
	char room[CARDEA_UUID_SIZE];

	make_room(f, -1, room);
	fixture_add(f, tenant_of(f), room, "A", "u", HOST, &added);
	fixture_restart(f);
	fixture_list(f, fixture_bearer(added.access), room, true, &list);
	assert_int_equal(list.err, 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].id, added.id);
}

static void deterministic_id(void **state)
{
	char id[CARDEA_UUID_SIZE];

	(void)state;
	assert_int_equal(
	        cardea_room_id_for_name("550e8400-e29b-41d4-a716-446655440000", " CS101 Lecture ", id),
	        0);
	assert_string_equal(id, "984d0729-dbb9-5edc-9787-a13150b09936");
}

struct link_answer {
	struct fixture *fixture;
	int err;
	char text[1024];
};

static void take_link(int err, const char *join_token, void *arg)
{
	struct link_answer *answer = arg;

	answer->err = err;
	g_strlcpy(answer->text, join_token ? join_token : "", sizeof(answer->text));
	answer->fixture->pending--;
	cardea_loop_stop(answer->fixture->loop);
}

static void take_access(int err, const struct cardea_room_access *access, void *arg)
{
	struct link_answer *answer = arg;

	answer->err = err;
	g_strlcpy(answer->text, access ? access->access_token : "", sizeof(answer->text));
	answer->fixture->pending--;
	cardea_loop_stop(answer->fixture->loop);
}

static int exchange(struct fixture *f, const char *join_token)
{
	struct link_answer answer = {.fixture = f};
	int err = cardea_domain_room_link_exchange(f->domain, join_token, take_access, &answer);

	if (err) {
		return err;
	}
	f->pending++;
	fixture_wait(f);
	return answer.err;
}

/* spec/participants 8: good for a day, as often as one likes. */
static void join_tokens_expire(void **state)
{
	struct fixture *f = *state;
	struct cardea_presented who = tenant_of(f);
	struct link_answer link = {.fixture = f};
	char room[CARDEA_UUID_SIZE];

	make_room(f, -1, room);
	f->pending++;
	assert_int_equal(cardea_domain_room_link(f->domain, &who, room, take_link, &link), 0);
	fixture_wait(f);
	assert_int_equal(link.err, 0);
	assert_int_equal(exchange(f, link.text), 0);
	fixture_move_clock(f, (CARDEA_ROOM_LINK_LIFE_S - 1) * INT64_C(1000));
	assert_int_equal(exchange(f, link.text), 0);
	fixture_move_clock(f, 1000);
	assert_int_equal(exchange(f, link.text), CARDEA_E_JOIN_LINK_EXPIRED);
}

#define WITH_DOMAIN(sentence, function)                                                            \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = fixture_setup,                  \
		.teardown_func = fixture_teardown                                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("the id of a room made by name is the specified one", deterministic_id),
	        WITH_DOMAIN("E001-01, 02: a room and a participant", e001_01_room_and_participant),
	        WITH_DOMAIN("E001-03: an unknown name makes the room once",
	                    e001_03_unknown_name_makes_the_room),
	        WITH_DOMAIN("E001-04, 05: no room without early join, never by an unknown id",
	                    e001_04_05_rooms_that_are_not_made),
	        WITH_DOMAIN("E001-06, 07: names are required, roles are two",
	                    e001_06_07_names_and_roles),
	        WITH_DOMAIN("E001-08: the same user again, by policy", e001_08_duplicates_by_policy),
	        WITH_DOMAIN("E001-09: a full room is full, hidden seats take no place",
	                    e001_09_capacity),
	        WITH_DOMAIN("E001-10: the list is in order and hides the hidden", e001_10_list),
	        WITH_DOMAIN("E001-15: every refused credential has its text", e001_15_credentials),
	        WITH_DOMAIN("a seat's tokens act within its room and role",
	                    seats_act_within_their_rights),
	        WITH_DOMAIN("E001-16: a host is told to record", e001_16_recording),
	        WITH_DOMAIN("E001-17: a scheduled room opens early by its minutes",
	                    e001_17_scheduled_room),
	        WITH_DOMAIN("E001-18: an ended room opens as a new meeting", e001_18_ended_room),
	        WITH_DOMAIN("E001-19: 50 parallel first joins make one room",
	                    e001_19_parallel_first_joins),
	        WITH_DOMAIN("the limit of concurrent rooms holds for every way to open one",
	                    concurrent_room_limit),
	        WITH_DOMAIN("rooms are read by id, foreign ones are unknown", rooms_by_id),
	        WITH_DOMAIN("an inactive tenant is refused", inactive_tenant),
	        WITH_DOMAIN("8: a join token of a room is good for a day", join_tokens_expire),
	        WITH_DOMAIN("what was answered is there after a restart", all_survives_a_restart),
	};

	return cmocka_run_group_tests_name("participants", tests, NULL, NULL);
}
