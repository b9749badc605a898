/*
 * rights: what hosts change of people and of the meeting: what is logged, what the node is told at
 * once and with the next `open`, and who comes back with which rights.
 */
#include "unit.h"

#include "../support/domain_fixture.h"
#include "cardea_error.h"
#include "domain/event_codec.h"
#include "domain/locks.h"
#include "domain/moderation.h"

#define MIC    CARDEA_KIND_MICROPHONE
#define CAMERA CARDEA_KIND_CAMERA

struct meeting {
	struct add_answer host, ann, bob;
};

static struct meeting open_meeting(struct fixture *f)
{
	struct cardea_presented tenant = fixture_api_key(f->api_key);
	struct meeting m;

	fixture_add(f, tenant, "Demo", "Host", "host", CARDEA_ROLE_HOST, &m.host);
	fixture_add(f, tenant, m.host.room, "Ann", "ann", -1, &m.ann);
	fixture_add(f, tenant, m.host.room, "Bob", "bob", -1, &m.bob);
	assert_int_equal(m.bob.err, 0);
	return m;
}

static struct enter_answer enter(struct fixture *f, const struct add_answer *who)
{
	struct cardea_enter command = {.credential = who->access};
	struct enter_answer in;

	fixture_enter(f, &command, &in);
	return in;
}

struct answer {
	struct fixture *fixture;
	int err;
	struct cardea_moderated result;
};

static void moderated(int err, const struct cardea_moderated *result, void *arg)
{
	struct answer *answer = arg;

	answer->err = err;
	if (result) {
		answer->result = *result;
	}
	answer->fixture->pending--;
	cardea_loop_stop(answer->fixture->loop);
}

static struct answer moderate_as(struct fixture *f, const struct cardea_caller *who,
                                 struct cardea_moderation_command command)
{
	struct answer answer = {.fixture = f};

	f->pending++;
	assert_int_equal(cardea_domain_moderate(f->domain, who, &command, moderated, &answer), 0);
	fixture_wait(f);
	return answer;
}

static struct answer moderate(struct fixture *f, const struct meeting *m,
                              struct cardea_moderation_command command)
{
	const struct cardea_caller host = {.presented = fixture_bearer(m->host.access)};

	command.room = m->host.room;
	return moderate_as(f, &host, command);
}

static struct answer permit(struct fixture *f, const struct meeting *m,
                            const struct add_answer *whom, struct cardea_permissions to)
{
	return moderate(f, m,
	                (struct cardea_moderation_command){.type = CARDEA_MODERATION_PERMIT,
	                                                   .participant = whom->id,
	                                                   .permissions = to});
}

static struct answer lock_all(struct fixture *f, const struct meeting *m, unsigned locks, bool on)
{
	return moderate(f, m,
	                (struct cardea_moderation_command){
	                        .type = CARDEA_MODERATION_LOCK_ALL,
	                        .permissions = {.locks = {.set = locks, .on = on ? locks : 0}}});
}

static struct cardea_permissions lock(unsigned locks, bool on)
{
	return (struct cardea_permissions){.locks = {.set = locks, .on = on ? locks : 0}};
}

static int count(struct fixture *f, const struct meeting *m, const char *type)
{
	return fixture_count_events(f, m->host.room, type);
}

static void a_change_is_one_event_and_one_grant(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct answer answer;

	assert_int_equal(permit(f, &m, &m.ann, lock(CARDEA_LOCK_CHAT, true)).err, 0);
	assert_int_equal(f->granted, 0); /* the room is on no node yet */
	assert_int_equal(enter(f, &m.ann).err, 0);
	assert_int_equal(f->placement.grant_count, 1);

	answer = permit(f, &m, &m.ann, lock(CARDEA_LOCK_MICROPHONE, true));
	assert_int_equal(answer.err, 0);
	assert_int_equal(answer.result.rights.publish, CARDEA_KIND_ALL & ~MIC);
	assert_int_equal(answer.result.rights.locks, CARDEA_LOCK_MICROPHONE | CARDEA_LOCK_CHAT);
	assert_int_equal(f->granted, 1);
	assert_string_equal(f->grant.seat, m.ann.id);
	assert_int_equal(f->grant.locks, MIC);
	assert_int_equal(f->grant.unlocks, 0);
	assert_int_equal(f->grant.publish, CARDEA_KIND_ALL);
	assert_true(f->grant.id > f->grants[0].id);
	assert_int_equal(count(f, &m, CARDEA_EVENT_PARTICIPANT_RIGHTS), 2);

	permit(f, &m, &m.ann, lock(CARDEA_LOCK_MICROPHONE, true));
	permit(f, &m, &m.ann, (struct cardea_permissions){0});
	assert_int_equal(f->granted, 1);
	assert_int_equal(count(f, &m, CARDEA_EVENT_PARTICIPANT_RIGHTS), 2);
}

/* Also if the seat's rights are the default again, because its token may be from before. */
static void entering_carries_rights_that_were_changed(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct enter_answer in;
	int64_t id;

	permit(f, &m, &m.bob, lock(CARDEA_LOCK_WEBCAM, true));
	permit(f, &m, &m.bob, (struct cardea_permissions){.locks = {.absent = CARDEA_LOCK_WEBCAM}});
	lock_all(f, &m, CARDEA_LOCK_SCREEN_SHARING, true);
	in = enter(f, &m.ann);
	assert_int_equal(in.claims.publish, CARDEA_KIND_ALL); /* room locks come on top */
	assert_int_equal(f->placement.grant_count, 0);
	assert_int_equal(f->placement.policy.locks, CARDEA_KIND_SCREEN);
	id = f->placement.policy.id;
	assert_int_equal(enter(f, &m.bob).err, 0);
	assert_int_equal(f->placement.grant_count, 1);
	assert_string_equal(f->grants[0].seat, m.bob.id);
	assert_int_equal(f->grants[0].locks, 0);
	assert_true(id > f->grants[0].id);
	fixture_restart(f);
	assert_int_equal(enter(f, &m.bob).err, 0);
	assert_int_equal(f->placement.grant_count, 1);
	assert_int_equal(f->placement.policy.id, id);
}

/* Whatever the node missed, because a gateway was killed. */
static void a_hello_brings_the_rights_of_all_who_are_in(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);

	assert_int_equal(enter(f, &m.ann).err, 0);
	permit(f, &m, &m.ann, lock(CARDEA_LOCK_WEBCAM, true));
	permit(f, &m, &m.bob, lock(CARDEA_LOCK_CHAT, true));
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, FIXTURE_BOOT), 1);
	assert_int_equal(f->placement.grant_count, 2);
	assert_int_equal(f->grants[0].locks, CAMERA);

	/* Who left is among them as long as their token may bring them back. */
	fixture_seat_event(f, CARDEA_NODE_ONLINE, 1, m.ann.id, "c1", NULL);
	fixture_seat_event(f, CARDEA_NODE_OFFLINE, 2, m.ann.id, "c1", "left");
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, FIXTURE_BOOT), 1);
	assert_int_equal(f->placement.grant_count, 2);
	fixture_move_clock(f, 10 * 60 * 1000);
	assert_int_equal(fixture_hello(f, FIXTURE_NODE, FIXTURE_BOOT), 1);
	assert_int_equal(f->placement.grant_count, 1);
}

/* A new generation has a new token; the grant is of it, or the node would not apply it. */
static void locks_survive_a_removal_and_a_return(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);

	permit(f, &m, &m.ann, lock(CARDEA_LOCK_MICROPHONE, true));
	fixture_raise_gen(f, m.ann.id);
	assert_int_equal(enter(f, &m.ann).claims.gen, 1);
	assert_int_equal(f->grants[0].gen, 1);
	assert_int_equal(f->grants[0].locks, MIC);
}

static void locking_all_overwrites_what_says_otherwise(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_seat_row seat;

	assert_int_equal(enter(f, &m.ann).err, 0);
	permit(f, &m, &m.ann, lock(CARDEA_LOCK_MICROPHONE | CARDEA_LOCK_CHAT, false));
	f->granted = 0;
	assert_int_equal(lock_all(f, &m, CARDEA_LOCK_MICROPHONE, true).err, 0);
	assert_int_equal(f->policed, 1);
	assert_int_equal(f->policy.locks, MIC);
	assert_int_equal(f->granted, 1);
	assert_int_equal(f->grant.locks, MIC);
	assert_int_equal(f->grant.unlocks, 0);
	assert_int_equal(fixture_get_seat(f, m.ann.id, &seat), 0);
	assert_int_equal(seat.locks.set, CARDEA_LOCK_MICROPHONE | CARDEA_LOCK_CHAT);
	assert_int_equal(seat.locks.on, CARDEA_LOCK_MICROPHONE);

	permit(f, &m, &m.ann, lock(CARDEA_LOCK_MICROPHONE, false));
	assert_int_equal(f->grant.unlocks, MIC); /* for her alone */
	f->granted = f->policed = 0;
	assert_int_equal(lock_all(f, &m, CARDEA_LOCK_MICROPHONE, true).err, 0); /* her again */
	assert_int_equal(f->policed, 0);
	assert_int_equal(f->granted, 1);
	assert_int_equal(lock_all(f, &m, CARDEA_LOCK_MICROPHONE, true).err, 0);
	assert_int_equal(f->granted, 1);
}

static void a_host_loses_the_locks(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_permissions host = {.has_role = true, .role = CARDEA_ROLE_HOST};
	struct cardea_permissions other = {.has_role = true, .role = CARDEA_ROLE_PARTICIPANT};
	struct enter_answer in;

	permit(f, &m, &m.ann, lock(CARDEA_LOCK_MICROPHONE, true));
	assert_int_equal(enter(f, &m.ann).err, 0);
	assert_int_equal(permit(f, &m, &m.ann, host).err, 0);
	assert_int_equal(f->grant.role, CARDEA_ROLE_HOST);
	assert_int_equal(f->grant.locks, 0);
	assert_int_equal(permit(f, &m, &m.ann, lock(CARDEA_LOCK_CHAT, true)).err, CARDEA_E_HOST_LOCK);
	in = enter(f, &m.ann);
	assert_int_equal(in.claims.role, CARDEA_ROLE_HOST);
	/* And can do it to others, until that is taken back. */
	m.host = m.ann;
	assert_int_equal(permit(f, &m, &m.bob, lock(CARDEA_LOCK_CHAT, true)).err, 0);
	assert_int_equal(permit(f, &m, &m.ann, other).err, 0);
	assert_int_equal(f->grant.role, CARDEA_ROLE_PARTICIPANT);
	assert_int_equal(permit(f, &m, &m.bob, host).err, CARDEA_E_HOST_REQUIRED);
}

/* Dialects that know the caller already. */
static void a_caller_who_is_known_is_looked_at_again(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_principal seat = {.kind = CARDEA_PRINCIPAL_SEAT, .role = CARDEA_ROLE_HOST};
	struct cardea_principal tenant = {.kind = CARDEA_PRINCIPAL_TENANT};
	struct cardea_caller who = {.principal = &seat};
	const struct cardea_moderation_command command = {.type = CARDEA_MODERATION_LOCK,
	                                                  .room = m.host.room};

	g_strlcpy(seat.tenant, f->tenant, sizeof(seat.tenant));
	g_strlcpy(tenant.tenant, f->tenant, sizeof(tenant.tenant));
	g_strlcpy(seat.room, m.host.room, sizeof(seat.room));
	g_strlcpy(seat.seat, m.host.id, sizeof(seat.seat));
	assert_int_equal(moderate_as(f, &who, command).err, 0);
	g_strlcpy(seat.seat, m.ann.id, sizeof(seat.seat)); /* says it is a host */
	assert_int_equal(moderate_as(f, &who, command).err, CARDEA_E_HOST_REQUIRED);
	fixture_remove_seat(f, m.host.id);
	g_strlcpy(seat.seat, m.host.id, sizeof(seat.seat));
	assert_int_equal(moderate_as(f, &who, command).err, CARDEA_E_AUTH_TOKEN);
	who.principal = &tenant;
	assert_int_equal(moderate_as(f, &who, command).err, 0);
	who.principal = NULL;
	assert_int_equal(moderate_as(f, &who, command).err, CARDEA_E_AUTH_MISSING);
	assert_int_equal(count(f, &m, CARDEA_EVENT_ROOM_LOCKED), 1);
}

static void ending_is_idempotent(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	const struct cardea_caller tenant = {.presented = fixture_api_key(f->api_key)};
	const struct cardea_moderation_command end = {.type = CARDEA_MODERATION_END,
	                                              .room = m.host.room};

	assert_int_equal(enter(f, &m.ann).err, 0);
	assert_int_equal(moderate_as(f, &tenant, end).err, 0);
	assert_int_equal(f->closed, 1);
	assert_int_equal(moderate_as(f, &tenant, end).err, 0);
	assert_int_equal(f->closed, 1);
	assert_int_equal(count(f, &m, CARDEA_EVENT_ROOM_ENDED), 1);
}

#define WITH_DOMAIN(sentence, function)                                                            \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = fixture_setup,                  \
		.teardown_func = fixture_teardown                                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_DOMAIN("a change is one event and one grant, none is none",
	                    a_change_is_one_event_and_one_grant),
	        WITH_DOMAIN("entering carries rights that were changed",
	                    entering_carries_rights_that_were_changed),
	        WITH_DOMAIN("a hello brings the rights of all who are in",
	                    a_hello_brings_the_rights_of_all_who_are_in),
	        WITH_DOMAIN("locks survive a removal and a return",
	                    locks_survive_a_removal_and_a_return),
	        WITH_DOMAIN("locking all overwrites what seats say otherwise",
	                    locking_all_overwrites_what_says_otherwise),
	        WITH_DOMAIN("a host loses the locks, and is one everywhere", a_host_loses_the_locks),
	        WITH_DOMAIN("a caller who is known already is looked at again",
	                    a_caller_who_is_known_is_looked_at_again),
	        WITH_DOMAIN("ending is idempotent", ending_is_idempotent),
	};

	return cmocka_run_group_tests_name("rights", tests, NULL, NULL);
}
