/*
 * grants and placement: every rule of admission as one change to somebody who is admitted.
 */
#include "unit.h"

#include "cardea_error.h"
#include "domain/grants.h"
#include "domain/locks.h"
#include "domain/placement.h"

#define SESSION "22222222-2222-4222-8222-222222222222"
#define OTHER   "33333333-3333-4333-8333-333333333333"
#define NOW     INT64_C(1000000000)

static struct cardea_room_row active_room(void)
{
	return (struct cardea_room_row){.status = CARDEA_ROOM_ROW_ACTIVE, .session = SESSION};
}

static struct cardea_session_row running_session(void)
{
	return (struct cardea_session_row){.id = SESSION};
}

static int reason(const struct cardea_room_row *room, const struct cardea_session_row *session,
                  const struct cardea_entrant *who)
{
	struct cardea_admission admission = cardea_admit(room, session, who, NOW);

	assert_int_equal(admission.verdict, admission.reason ? CARDEA_REFUSE : CARDEA_ADMIT);
	return admission.reason;
}

static void running_meeting_admits(void **state)
{
	struct cardea_room_row room = active_room();
	struct cardea_session_row session = running_session();
	struct cardea_entrant who = {0};

	(void)state;
	assert_int_equal(reason(&room, &session, &who), 0);
	session.ended_at = 1;
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_SESSION_OVER);
	session = running_session();
	g_strlcpy(session.id, OTHER, sizeof(session.id));
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_SESSION_OVER);
	assert_int_equal(reason(&room, NULL, &who), CARDEA_E_SESSION_OVER);
}

static void ended_room_opens_by_early_join(void **state)
{
	struct cardea_room_row room = {.status = CARDEA_ROOM_ROW_ENDED};
	struct cardea_entrant who = {.opens = true, .early_join = true};

	(void)state;
	assert_int_equal(reason(&room, NULL, &who), 0);
	who.early_join = false;
	assert_int_equal(reason(&room, NULL, &who), CARDEA_E_ROOM_INACTIVE);
	who = (struct cardea_entrant){.early_join = true};
	assert_int_equal(reason(&room, NULL, &who), CARDEA_E_SESSION_OVER);
}

static void scheduled_room_opens_by_its_own_minutes(void **state)
{
	struct cardea_room_row room = {.status = CARDEA_ROOM_ROW_SCHEDULED,
	                               .scheduled_start_at = NOW + 10 * 60000,
	                               .allow_early_join_minutes = 10};
	struct cardea_entrant who = {.opens = true};

	(void)state;
	assert_int_equal(reason(&room, NULL, &who), 0);
	room.scheduled_start_at++;
	assert_int_equal(reason(&room, NULL, &who), CARDEA_E_ROOM_INACTIVE);
	room.scheduled_start_at = NOW;
	who.opens = false;
	assert_int_equal(reason(&room, NULL, &who), CARDEA_E_ROOM_INACTIVE);
}

static void capacity_counts_who_would_take_a_place(void **state)
{
	struct cardea_room_row room = active_room();
	struct cardea_session_row session = running_session();
	struct cardea_seat_row seat = {.left_at = 0};
	struct cardea_entrant who = {.active = 9, .limit = 10};

	(void)state;
	assert_int_equal(reason(&room, &session, &who), 0);
	who.active = 10;
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_CAPACITY);
	who.limit = 0;
	assert_int_equal(reason(&room, &session, &who), 0);
	who.limit = 10;
	who.is_hidden = true;
	assert_int_equal(reason(&room, &session, &who), 0);
	who.is_hidden = false;
	who.seat = &seat; /* has its place */
	assert_int_equal(reason(&room, &session, &who), 0);
	seat.left_at = 1; /* has given it back */
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_CAPACITY);
	seat.leaves_at = NOW; /* it was kept until now */
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_CAPACITY);
	seat.leaves_at = NOW + 1;
	assert_int_equal(reason(&room, &session, &who), 0);
}

static void who_waits_takes_a_place_if_asked_in_by_a_backend(void **state)
{
	struct cardea_room_row room = active_room();
	struct cardea_session_row session = running_session();
	struct cardea_seat_row seat = {.left_at = 1, .admission = CARDEA_SEAT_WAITING};
	struct cardea_entrant who = {.seat = &seat, .active = 10, .limit = 10};

	(void)state;
	assert_int_equal(cardea_admit(&room, &session, &who, NOW).verdict, CARDEA_WAIT);
	seat.is_invited = true;
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_CAPACITY);
	seat.leaves_at = NOW + 1;
	assert_int_equal(cardea_admit(&room, &session, &who, NOW).verdict, CARDEA_WAIT);
	seat.leaves_at = 0;
	who.active = 9;
	assert_int_equal(cardea_admit(&room, &session, &who, NOW).verdict, CARDEA_WAIT);
}

static void seat_is_refused_when_removed_or_in_use(void **state)
{
	struct cardea_room_row room = active_room();
	struct cardea_session_row session = running_session();
	struct cardea_seat_row seat = {.is_online = true};
	struct cardea_entrant who = {.seat = &seat};

	(void)state;
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_IN_USE);
	who.replaces = true;
	assert_int_equal(reason(&room, &session, &who), 0);
	seat.is_removed = true;
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_REMOVED);
}

static void locked_room_admits_hosts_and_who_is_inside(void **state)
{
	struct cardea_room_row room = active_room();
	struct cardea_session_row session = running_session();
	struct cardea_seat_row seat = {.left_at = 0};
	struct cardea_entrant who = {0};

	(void)state;
	room.is_locked = true;
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_ROOM_LOCKED);
	who.role = CARDEA_ROLE_HOST;
	assert_int_equal(reason(&room, &session, &who), 0);
	who.role = CARDEA_ROLE_PARTICIPANT;
	who.seat = &seat;
	assert_int_equal(reason(&room, &session, &who), 0);
}

static void smaller_limit_counts(void **state)
{
	(void)state;
	assert_int_equal(cardea_capacity(0, 0), 0);
	assert_int_equal(cardea_capacity(-1, 0), 0);
	assert_int_equal(cardea_capacity(-1, 5), 5);
	assert_int_equal(cardea_capacity(3, 0), 3);
	assert_int_equal(cardea_capacity(3, 5), 3);
	assert_int_equal(cardea_capacity(7, 5), 5);
}

static void roles_are_given_by_hosts_only(void **state)
{
	const struct cardea_principal tenant = {.kind = CARDEA_PRINCIPAL_TENANT};
	const struct cardea_principal host = {.kind = CARDEA_PRINCIPAL_SEAT, .role = CARDEA_ROLE_HOST};
	const struct cardea_principal guest = {.kind = CARDEA_PRINCIPAL_SEAT};
	enum cardea_role role;

	(void)state;
	assert_int_equal(cardea_grant_role(&tenant, CARDEA_ROLE_HOST, false, &role), 0);
	assert_int_equal(role, CARDEA_ROLE_HOST);
	assert_int_equal(cardea_grant_role(&host, CARDEA_ROLE_HOST, false, &role), 0);
	assert_int_equal(cardea_grant_role(&guest, CARDEA_ROLE_HOST, false, &role),
	                 CARDEA_E_HOST_REQUIRED);
	assert_int_equal(cardea_grant_role(&guest, CARDEA_ROLE_PARTICIPANT, true, &role), 0);
	assert_int_equal(role, CARDEA_ROLE_PARTICIPANT);
	assert_int_equal(cardea_grant_role(&guest, -1, false, &role), 0);
	assert_int_equal(role, CARDEA_ROLE_PARTICIPANT);
	assert_int_equal(cardea_grant_role(&guest, -1, true, &role), 0);
	assert_int_equal(role, CARDEA_ROLE_HOST);
	assert_int_equal(cardea_grant_role(&tenant, 7, false, &role), CARDEA_E_ROLE_INVALID);
}

static void seats_stay_in_their_room(void **state)
{
	const struct cardea_principal tenant = {.kind = CARDEA_PRINCIPAL_TENANT};
	const struct cardea_principal own = {.kind = CARDEA_PRINCIPAL_SEAT, .room = SESSION};

	(void)state;
	assert_int_equal(cardea_grant_room(&tenant, "any"), 0);
	assert_int_equal(cardea_grant_room(&own, SESSION), 0);
	assert_int_equal(cardea_grant_room(&own, OTHER), CARDEA_E_ROOM_UNKNOWN);
	assert_int_equal(cardea_grant_room(&own, "name of my room"), CARDEA_E_ROOM_UNKNOWN);
}

static void acts_follow_the_table(void **state)
{
	const struct cardea_principal tenant = {.kind = CARDEA_PRINCIPAL_TENANT};
	const struct cardea_principal host = {.kind = CARDEA_PRINCIPAL_SEAT, .role = CARDEA_ROLE_HOST};
	const struct cardea_principal guest = {.kind = CARDEA_PRINCIPAL_SEAT};

	(void)state;
	assert_int_equal(cardea_grant_act(&tenant, CARDEA_ACT_ROOM_CREATE), 0);
	assert_int_equal(cardea_grant_act(&host, CARDEA_ACT_ROOM_CREATE), CARDEA_E_INSUFFICIENT);
	assert_int_equal(cardea_grant_act(&guest, CARDEA_ACT_ROOM_CREATE), CARDEA_E_HOST_REQUIRED);
	assert_int_equal(cardea_grant_act(&guest, CARDEA_ACT_ROOM_READ), 0);
	assert_int_equal(cardea_grant_act(&guest, CARDEA_ACT_PARTICIPANT_ADD), 0);
	assert_int_equal(cardea_grant_act(&guest, CARDEA_ACT_PARTICIPANT_LIST), 0);
}

/* A participant in a meeting where everything is allowed. */
struct meeting {
	struct cardea_room_row room;
	struct cardea_session_row session;
	struct cardea_seat_row seat;
	struct cardea_standing at;
};

static struct cardea_standing *allowed(struct meeting *meeting)
{
	meeting->room = (struct cardea_room_row){.chat_enabled = -1};
	meeting->session = running_session();
	meeting->seat = (struct cardea_seat_row){.id = "seat"};
	meeting->at = (struct cardea_standing){&meeting->room, &meeting->session, &meeting->seat};
	assert_int_equal(cardea_grant_rights(&meeting->at).publish, CARDEA_KIND_ALL);
	assert_int_equal(cardea_grant_rights(&meeting->at).locks, 0);
	for (int kind = CARDEA_MESSAGE_CHAT; kind <= CARDEA_MESSAGE_OTHER; kind++) {
		assert_int_equal(cardea_grant_send(&meeting->at, kind), 0);
	}
	return &meeting->at;
}

static void hidden_seats_publish_nothing(void **state)
{
	struct meeting meeting;
	const struct cardea_standing *at = allowed(&meeting);

	(void)state;
	meeting.seat.is_hidden = true;
	meeting.seat.role = CARDEA_ROLE_HOST;
	assert_int_equal(cardea_grant_publish(at), 0);
	for (int kind = CARDEA_MESSAGE_CHAT; kind <= CARDEA_MESSAGE_OTHER; kind++) {
		assert_int_equal(cardea_grant_send(at, kind), CARDEA_E_FORBIDDEN);
	}
	at = allowed(&meeting);
	meeting.room.chat_enabled = 0;
	assert_int_equal(cardea_grant_publish(at), CARDEA_KIND_ALL & ~CARDEA_KIND_DATA);
	assert_int_equal(cardea_grant_send(at, CARDEA_MESSAGE_CHAT), CARDEA_E_FORBIDDEN);
}

static void sessions_close_kinds(void **state)
{
	struct meeting meeting;
	const struct cardea_standing *at = allowed(&meeting);

	(void)state;
	meeting.session.policy.closed_kinds = CARDEA_KIND_SCREEN;
	meeting.session.policy.host_kinds = CARDEA_KIND_CAMERA;
	assert_int_equal(cardea_grant_publish(at), CARDEA_KIND_MICROPHONE | CARDEA_KIND_DATA);
	meeting.seat.role = CARDEA_ROLE_HOST;
	assert_int_equal(cardea_grant_publish(at), CARDEA_KIND_ALL & ~CARDEA_KIND_SCREEN);
	meeting.seat.has_publish = true;
	meeting.seat.publish = CARDEA_KIND_MICROPHONE | CARDEA_KIND_SCREEN;
	assert_int_equal(cardea_grant_publish(at), CARDEA_KIND_MICROPHONE);
	meeting.seat.publish = 0;
	assert_int_equal(cardea_grant_publish(at), 0);
}

/* Seat, else session, else unlocked (spec/model I7). */
static void a_lock_of_the_seat_goes_before_the_default(void **state)
{
	static const struct {
		bool seat_set, seat_on, default_set, default_on, locked;
	} table[] = {
	        {false, false, false, false, false}, {false, false, true, false, false},
	        {false, false, true, true, true},    {true, false, true, true, false},
	        {true, true, true, false, true},     {true, true, false, false, true},
	        {true, false, false, false, false},  {false, true, false, true, false},
	};
	struct meeting meeting;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		for (unsigned lock = 1; lock <= CARDEA_LOCK_REACTIONS; lock <<= 1) {
			const struct cardea_standing *at = allowed(&meeting);

			meeting.seat.locks = (struct cardea_locks){table[i].seat_set ? lock : 0,
			                                           table[i].seat_on ? lock : 0};
			meeting.session.policy.locks = (struct cardea_locks){table[i].default_set ? lock : 0,
			                                                     table[i].default_on ? lock : 0};
			assert_int_equal(cardea_grant_locks(at), table[i].locked ? lock : 0);
		}
	}
}

static void hosts_carry_no_locks(void **state)
{
	struct meeting meeting;
	const struct cardea_standing *at = allowed(&meeting);

	(void)state;
	meeting.seat.role = CARDEA_ROLE_HOST;
	meeting.seat.locks = (struct cardea_locks){CARDEA_LOCK_ALL, CARDEA_LOCK_ALL};
	assert_int_equal(cardea_grant_locks(at), 0);
	meeting.session.policy.locks = meeting.seat.locks;
	assert_int_equal(cardea_grant_locks(at), CARDEA_LOCK_WHITEBOARD);
	g_strlcpy(meeting.session.presenter, "seat", sizeof(meeting.session.presenter));
	assert_int_equal(cardea_grant_locks(at), 0);
	assert_int_equal(cardea_grant_rights(at).publish, CARDEA_KIND_ALL);
}

static void locks_close_their_kinds_and_messages(void **state)
{
	enum { CHAT = 1, PRIVATE = 2, REACTION = 4 };
	static const struct {
		unsigned lock, publish, refused;
	} table[] = {
	        {CARDEA_LOCK_MICROPHONE, CARDEA_KIND_MICROPHONE, 0},
	        {CARDEA_LOCK_WEBCAM, CARDEA_KIND_CAMERA, 0},
	        {CARDEA_LOCK_SCREEN_SHARING, CARDEA_KIND_SCREEN, 0},
	        {CARDEA_LOCK_CHAT, 0, CHAT | PRIVATE},
	        {CARDEA_LOCK_CHAT_SEND_MESSAGE, 0, CHAT | PRIVATE},
	        {CARDEA_LOCK_CHAT_FILE_SHARE, 0, 0},
	        {CARDEA_LOCK_PRIVATE_CHAT, 0, PRIVATE},
	        {CARDEA_LOCK_WHITEBOARD, 0, 0},
	        {CARDEA_LOCK_SHARED_NOTEPAD, 0, 0},
	        {CARDEA_LOCK_REACTIONS, 0, REACTION},
	};
	struct meeting meeting;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		const struct cardea_standing *at = allowed(&meeting);

		meeting.session.policy.locks = (struct cardea_locks){table[i].lock, table[i].lock};
		assert_int_equal(cardea_grant_rights(at).publish, CARDEA_KIND_ALL & ~table[i].publish);
		assert_int_equal(cardea_grant_publish(at), CARDEA_KIND_ALL);
		for (int kind = CARDEA_MESSAGE_CHAT; kind <= CARDEA_MESSAGE_OTHER; kind++) {
			assert_int_equal(cardea_grant_send(at, kind),
			                 table[i].refused & 1u << kind ? CARDEA_E_FORBIDDEN : 0);
		}
	}
	allowed(&meeting);
	meeting.session.policy.is_chatless = true;
	assert_int_equal(cardea_grant_send(&meeting.at, CARDEA_MESSAGE_CHAT), CARDEA_E_FORBIDDEN);
	assert_int_equal(cardea_grant_send(&meeting.at, CARDEA_MESSAGE_REACTION), 0);
}

static void hosts_moderate_who_they_know_of(void **state)
{
	const struct cardea_room_row room = {.id = "room", .session = SESSION};
	struct cardea_session_row session = {.id = SESSION, .kick_available = true};
	struct cardea_seat_row seat = {.id = "seat", .room = "room", .session = SESSION};
	const struct cardea_principal tenant = {.kind = CARDEA_PRINCIPAL_TENANT};
	struct cardea_principal host = {
	        .kind = CARDEA_PRINCIPAL_SEAT, .role = CARDEA_ROLE_HOST, .seat = "host"};

	(void)state;
	assert_int_equal(cardea_grant_act(&host, CARDEA_ACT_MODERATE), 0);
	assert_int_equal(cardea_grant_target(&host, &room, &seat), 0);
	assert_int_equal(cardea_grant_remove(&host, &session, &seat), 0);
	host.role = CARDEA_ROLE_PARTICIPANT;
	assert_int_equal(cardea_grant_act(&host, CARDEA_ACT_MODERATE), CARDEA_E_HOST_REQUIRED);
	g_strlcpy(seat.room, "other", sizeof(seat.room));
	assert_int_equal(cardea_grant_target(&tenant, &room, &seat), CARDEA_E_PARTICIPANT_UNKNOWN);
	g_strlcpy(seat.room, "room", sizeof(seat.room));
	g_strlcpy(seat.session, OTHER, sizeof(seat.session));
	assert_int_equal(cardea_grant_target(&tenant, &room, &seat), CARDEA_E_PARTICIPANT_UNKNOWN);
	g_strlcpy(seat.session, SESSION, sizeof(seat.session));
	seat.is_hidden = true;
	assert_int_equal(cardea_grant_target(&host, &room, &seat), CARDEA_E_PARTICIPANT_UNKNOWN);
	assert_int_equal(cardea_grant_target(&tenant, &room, &seat), 0);
	session.kick_available = false;
	assert_int_equal(cardea_grant_remove(&host, &session, &seat), CARDEA_E_FORBIDDEN);
	assert_int_equal(cardea_grant_remove(&tenant, &session, &seat), 0);
	g_strlcpy(host.seat, "seat", sizeof(host.seat));
	session.kick_available = true;
	assert_int_equal(cardea_grant_remove(&host, &session, &seat), CARDEA_E_SELF);
}

static void updates_are_of_oneself_and_never_of_ones_role(void **state)
{
	struct cardea_principal who = {
	        .kind = CARDEA_PRINCIPAL_SEAT, .role = CARDEA_ROLE_PARTICIPANT, .seat = "me"};

	(void)state;
	assert_int_equal(cardea_grant_update(&who, "me", false), 0);
	assert_int_equal(cardea_grant_update(&who, "me", true), CARDEA_E_OWN_ROLE);
	assert_int_equal(cardea_grant_update(&who, "other", false), CARDEA_E_FORBIDDEN);
	who.role = CARDEA_ROLE_HOST;
	assert_int_equal(cardea_grant_update(&who, "other", true), 0);
	who.kind = CARDEA_PRINCIPAL_LINK;
	assert_int_equal(cardea_grant_act(&who, CARDEA_ACT_ROOM_READ), 0);
	assert_int_equal(cardea_grant_act(&who, CARDEA_ACT_MODERATE), CARDEA_E_AUTH_TOKEN);
}

static void tenants_look_after_themselves(void **state)
{
	struct cardea_principal who = {.kind = CARDEA_PRINCIPAL_TENANT, .tenant = SESSION};

	(void)state;
	assert_int_equal(cardea_grant_tenant(&who, SESSION), 0);
	assert_int_equal(cardea_grant_tenant(&who, OTHER), CARDEA_E_TENANT_OTHER);
	who.kind = CARDEA_PRINCIPAL_SEAT;
	who.role = CARDEA_ROLE_HOST;
	assert_int_equal(cardea_grant_tenant(&who, SESSION), CARDEA_E_INSUFFICIENT);
	who.kind = CARDEA_PRINCIPAL_LINK;
	assert_int_equal(cardea_grant_tenant(&who, SESSION), CARDEA_E_AUTH_TOKEN);
}

static void lists_may_be_of_hosts_only(void **state)
{
	struct cardea_session_row session = {.id = SESSION};
	struct cardea_seat_row other = {.id = "other"};
	const enum cardea_role host = CARDEA_ROLE_HOST, guest = CARDEA_ROLE_PARTICIPANT;

	(void)state;
	assert_true(cardea_grant_sees(&session, guest, "me", &other));
	session.policy.lists_hosts_only = true;
	assert_false(cardea_grant_sees(&session, guest, "me", &other));
	assert_true(cardea_grant_sees(&session, guest, "other", &other));
	assert_true(cardea_grant_sees(&session, host, "me", &other));
	other.role = host;
	assert_true(cardea_grant_sees(&session, guest, "me", &other));
	other.is_hidden = true;
	assert_false(cardea_grant_sees(&session, host, "me", &other));
}

static void hosts_take_no_locks(void **state)
{
	(void)state;
	assert_int_equal(cardea_grant_locks_for(CARDEA_ROLE_PARTICIPANT, CARDEA_LOCK_CHAT), 0);
	assert_int_equal(cardea_grant_locks_for(CARDEA_ROLE_HOST, 0), 0);
	assert_int_equal(cardea_grant_locks_for(CARDEA_ROLE_HOST, CARDEA_LOCK_CHAT),
	                 CARDEA_E_HOST_LOCK);
}

static void who_is_blocked_stays_out(void **state)
{
	struct cardea_room_row room = active_room();
	struct cardea_session_row session = running_session();
	struct cardea_seat_row seat = {.is_present = true,
	                               .access_key = {.data = (const uint8_t *)"x", .len = 1}};
	struct cardea_entrant who = {.seat = &seat, .role = CARDEA_ROLE_HOST};

	(void)state;
	assert_int_equal(reason(&room, &session, &who), 0);
	who.is_blocked = true;
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_BLOCKED);
	who.is_blocked = false;
	seat.admission = CARDEA_SEAT_DENIED;
	assert_int_equal(reason(&room, &session, &who), CARDEA_E_DENIED);
}

/* The meetings dialect: what hosts may. */
static void meeting_acts_are_for_hosts_who_are_in(void **state)
{
	struct cardea_session_row session = {.id = SESSION, .lock_available = true};
	struct cardea_seat_row seat = {.role = CARDEA_ROLE_HOST};

	(void)state;
	for (int act = CARDEA_MEETING_READ_USER; act <= CARDEA_MEETING_END; act++) {
		bool is_for_hosts = act > CARDEA_MEETING_SPEAK;

		seat = (struct cardea_seat_row){.role = CARDEA_ROLE_HOST};
		assert_int_equal(cardea_grant_meeting(&session, &seat, act), 0);
		seat.role = CARDEA_ROLE_PARTICIPANT;
		assert_int_equal(cardea_grant_meeting(&session, &seat, act),
		                 is_for_hosts ? CARDEA_E_FORBIDDEN : 0);
		seat.role = CARDEA_ROLE_HOST;
		seat.admission = CARDEA_SEAT_WAITING;
		assert_int_equal(cardea_grant_meeting(&session, &seat, act), CARDEA_E_WAITING);
		seat.admission = CARDEA_SEAT_ADMITTED;
		seat.is_removed = true;
		assert_int_equal(cardea_grant_meeting(&session, &seat, act),
		                 act == CARDEA_MEETING_READ_USER ? 0 : CARDEA_E_FORBIDDEN);
	}
	seat.is_removed = false;
	session.lock_available = false;
	assert_int_equal(cardea_grant_meeting(&session, &seat, CARDEA_MEETING_LOCK),
	                 CARDEA_E_FORBIDDEN);
}

static void hosts_moderate(void **state)
{
	const struct cardea_seat_row host = {.id = "host", .role = CARDEA_ROLE_HOST};
	const struct cardea_seat_row other = {.id = "other", .role = CARDEA_ROLE_HOST};
	const struct cardea_seat_row guest = {.id = "guest", .role = CARDEA_ROLE_PARTICIPANT};

	(void)state;
	assert_int_equal(cardea_grant_moderate(&host, &guest, CARDEA_MODERATE_MUTE), 0);
	assert_int_equal(cardea_grant_moderate(&host, &guest, CARDEA_MODERATE_REMOVE), 0);
	assert_int_equal(cardea_grant_moderate(&host, &other, CARDEA_MODERATE_REMOVE), 0);
	assert_int_equal(cardea_grant_moderate(&host, &host, CARDEA_MODERATE_LOWER_HAND), 0);
	assert_int_equal(cardea_grant_moderate(&host, &host, CARDEA_MODERATE_REMOVE),
	                 CARDEA_E_FORBIDDEN);
	assert_int_equal(cardea_grant_moderate(&guest, &host, CARDEA_MODERATE_MUTE),
	                 CARDEA_E_HOST_REQUIRED);
	assert_int_equal(cardea_grant_moderate(&guest, &guest, CARDEA_MODERATE_REMOVE),
	                 CARDEA_E_HOST_REQUIRED);
}

static void room_stays_while_its_node_lives(void **state)
{
	struct cardea_room_row room = {.epoch = 4};
	struct cardea_node_life none = {0};
	struct cardea_node_life n1 = {.node = "n1", .boot = SESSION};
	struct cardea_node_life n1_again = {.node = "n1", .boot = OTHER};
	struct cardea_node_life n2 = {.node = "n2", .boot = OTHER};
	bool moved;

	(void)state;
	assert_int_equal(cardea_placement_decide(&room, "", &none, &moved), CARDEA_E_NO_NODE);
	assert_int_equal(cardea_placement_decide(&room, "", &n1, &moved), 0);
	assert_true(moved);
	assert_string_equal(room.node, "n1");
	assert_int_equal(room.epoch, 5);
	assert_int_equal(cardea_placement_decide(&room, "", &n1, &moved), 0);
	assert_false(moved);
	/* Another node is offered, but ours is known to live. */
	assert_int_equal(cardea_placement_decide(&room, SESSION, &n2, &moved), 0);
	assert_false(moved);
	assert_string_equal(room.node, "n1");
	/* It has restarted, and what it offers now is newer than what it reported. */
	assert_int_equal(cardea_placement_decide(&room, SESSION, &n1_again, &moved), 0);
	assert_true(moved);
	assert_int_equal(room.epoch, 6);
	assert_int_equal(cardea_placement_decide(&room, SESSION, &n2, &moved), 0);
	assert_true(moved);
	assert_string_equal(room.node, "n2");
	assert_int_equal(room.epoch, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("a running meeting admits, another or an ended one does not",
	             running_meeting_admits),
	        TEST("an ended room opens by early join only", ended_room_opens_by_early_join),
	        TEST("a scheduled room opens by its own minutes",
	             scheduled_room_opens_by_its_own_minutes),
	        TEST("capacity counts who would take a place", capacity_counts_who_would_take_a_place),
	        TEST("who waits takes a place if asked in by a backend",
	             who_waits_takes_a_place_if_asked_in_by_a_backend),
	        TEST("a seat is refused when removed, and when in use by another",
	             seat_is_refused_when_removed_or_in_use),
	        TEST("a locked room admits hosts and who is inside",
	             locked_room_admits_hosts_and_who_is_inside),
	        TEST("the smaller limit counts, zero is none", smaller_limit_counts),
	        TEST("only hosts and the tenant make hosts", roles_are_given_by_hosts_only),
	        TEST("a seat addresses its own room by id only", seats_stay_in_their_room),
	        TEST("acts follow the table of the dialect", acts_follow_the_table),
	        TEST("a hidden seat may publish nothing, and nobody data without chat",
	             hidden_seats_publish_nothing),
	        TEST("sessions close kinds to all, or to others than hosts", sessions_close_kinds),
	        TEST("a lock of the seat goes before the default, absent is unlocked",
	             a_lock_of_the_seat_goes_before_the_default),
	        TEST("hosts carry no locks but the whiteboard", hosts_carry_no_locks),
	        TEST("each lock closes its kind of media or message, and nothing else",
	             locks_close_their_kinds_and_messages),
	        TEST("hosts moderate whom they know of, in their own meeting",
	             hosts_moderate_who_they_know_of),
	        TEST("updates are of oneself, and never of one's role",
	             updates_are_of_oneself_and_never_of_ones_role),
	        TEST("tenants look after themselves only", tenants_look_after_themselves),
	        TEST("lists may be of hosts only", lists_may_be_of_hosts_only),
	        TEST("hosts take no locks", hosts_take_no_locks),
	        TEST("who is blocked stays out, whatever they hold", who_is_blocked_stays_out),
	        TEST("acts of meetings are for hosts who are in",
	             meeting_acts_are_for_hosts_who_are_in),
	        TEST("hosts moderate, and nobody removes themself", hosts_moderate),
	        TEST("a room stays while its node lives, else its epoch is raised",
	             room_stays_while_its_node_lives),
	};

	return cmocka_run_group_tests_name("grants", tests, NULL, NULL);
}
