/*
 * reaper: sessions nobody holds end, those that are claimed do not. The test plays Janus and
 * domain.
 */
#include "unit.h"

#include "cardea_error.h"
#include "domain/domain.h"
#include "fake_loop.h"
#include "media/node_pool.h"
#include "session/reaper.h"

static struct {
	struct cardea_reaper *reaper;
	/* Janus */
	int node_error; /* the connection is away */
	int destroys;
	int64_t destroyed;
	cardea_janus_answer_h answer;
	void *answer_arg;
	/* domain */
	int forgotten;
	uint64_t forgotten_session;
	void (*gone_done)(int err, void *arg);
	void *gone_arg;
	cardea_media_sessions_h listed;
	void *listed_arg;
} fake;

int cardea_node_pool_janus(struct cardea_node_pool *pool, const char *name, json_t *request,
                           int64_t deadline_ms, cardea_janus_answer_h answer, void *arg)
{
	(void)pool;
	(void)deadline_ms;
	assert_string_equal(name, "n1");
	assert_string_equal(json_string_value(json_object_get(request, "janus")), "destroy");
	fake.destroyed = json_integer_value(json_object_get(request, "session_id"));
	json_decref(request);
	if (fake.node_error) {
		return fake.node_error;
	}
	fake.destroys++;
	fake.answer = answer;
	fake.answer_arg = arg;
	return 0;
}

int cardea_domain_media_gone(struct cardea_domain *domain, const char *node, uint64_t janus_session,
                             void (*done)(int err, void *arg), void *arg)
{
	(void)domain;
	(void)node;
	fake.forgotten++;
	fake.forgotten_session = janus_session;
	fake.gone_done = done;
	fake.gone_arg = arg;
	return 0;
}

int cardea_domain_media_sessions(struct cardea_domain *domain, const char *node,
                                 cardea_media_sessions_h done, void *arg)
{
	(void)domain;
	(void)node;
	fake.listed = done;
	fake.listed_arg = arg;
	return 0;
}

static int setup(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.reaper = cardea_reaper_new(NULL, NULL, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cardea_reaper_free(fake.reaper);
	assert_int_equal(fake_loop_timers(), 0);
	return 0;
}

static void ends_lost_sessions(void **state)
{
	(void)state;
	cardea_reaper_lost(fake.reaper, "n1", 7, 30000);
	assert_int_equal(fake_loop_last_ms(), 30000);
	assert_int_equal(fake.destroys, 0);
	fake_loop_run_timers();
	assert_int_equal(fake.destroyed, 7);
	fake.answer(0, NULL, fake.answer_arg);
	assert_int_equal(fake.forgotten_session, 7);
	fake.gone_done(0, fake.gone_arg);
	assert_int_equal(fake_loop_timers(), 0);
}

static void claimed_in_time(void **state)
{
	(void)state;
	assert_true(cardea_reaper_claimed(fake.reaper, "n1", 7)); /* was never lost */
	cardea_reaper_lost(fake.reaper, "n1", 7, 30000);
	cardea_reaper_lost(fake.reaper, "n1", 8, 30000);
	assert_true(cardea_reaper_claimed(fake.reaper, "n1", 7));
	fake_loop_run_timers();
	assert_int_equal(fake.destroys, 1);
	assert_int_equal(fake.destroyed, 8);
	fake.answer(0, NULL, fake.answer_arg);
	fake.gone_done(0, fake.gone_arg);
}

static void claimed_too_late(void **state)
{
	(void)state;
	cardea_reaper_lost(fake.reaper, "n1", 7, 0);
	fake_loop_run_timers();
	assert_false(cardea_reaper_claimed(fake.reaper, "n1", 7));
	fake.answer(0, NULL, fake.answer_arg);
	assert_false(cardea_reaper_claimed(fake.reaper, "n1", 7));
	fake.gone_done(0, fake.gone_arg);
	assert_true(
	        cardea_reaper_claimed(fake.reaper, "n1", 7)); /* the domain says that it is unknown */
}

static void gone_at_the_node(void **state)
{
	(void)state;
	cardea_reaper_lost(fake.reaper, "n1", 7, 0);
	fake_loop_run_timers();
	fake.answer(CARDEA_E_INVALID, NULL, fake.answer_arg); /* Janus: no such session */
	assert_int_equal(fake.forgotten, 1);
	fake.gone_done(CARDEA_E_NOT_FOUND, fake.gone_arg);
	assert_int_equal(fake_loop_timers(), 0);
}

static void tries_again(void **state)
{
	(void)state;
	fake.node_error = CARDEA_E_NO_NODE;
	cardea_reaper_lost(fake.reaper, "n1", 7, 0);
	fake_loop_run_timers(); /* the node is away */
	fake.node_error = 0;
	fake_loop_run_timers(); /* it does not answer */
	fake.answer(CARDEA_E_NODE_TIMEOUT, NULL, fake.answer_arg);
	assert_int_equal(fake.forgotten, 0);
	fake_loop_run_timers(); /* the store is busy */
	fake.answer(0, NULL, fake.answer_arg);
	fake.gone_done(CARDEA_E_STORE_BUSY, fake.gone_arg);
	assert_int_equal(fake.destroys, 2);
	fake_loop_run_timers();
	fake.answer(CARDEA_E_INVALID, NULL, fake.answer_arg);
	fake.gone_done(0, fake.gone_arg);
	assert_int_equal(fake.forgotten, 2);
}

static void sweeps_after_a_restart(void **state)
{
	static const struct cardea_media_session list[] = {{.node = "n1", .janus_session = 7},
	                                                   {.node = "n1", .janus_session = 8}};

	(void)state;
	cardea_reaper_sweep(fake.reaper, "n1");
	fake.listed(0, list, 2, fake.listed_arg);
	assert_int_equal(fake_loop_last_ms(), 60000);
	assert_true(cardea_reaper_claimed(fake.reaper, "n1", 8));
	fake_loop_run_timers();
	assert_int_equal(fake.destroys, 1);
	assert_int_equal(fake.destroyed, 7);
	fake.answer(0, NULL, fake.answer_arg);
	fake.gone_done(0, fake.gone_arg);
}

static void freed_in_between(void **state)
{
	(void)state;
	cardea_reaper_lost(fake.reaper, "n1", 7, 0);
	fake_loop_run_timers();
	cardea_reaper_lost(fake.reaper, "n1", 8, 30000);
	cardea_reaper_free(fake.reaper);
	fake.reaper = NULL;
	fake.answer(CARDEA_E_NO_NODE, NULL, fake.answer_arg);
	assert_int_equal(fake_loop_timers(), 0);
}

static void freed_while_forgetting(void **state)
{
	(void)state;
	cardea_reaper_lost(fake.reaper, "n1", 7, 0);
	fake_loop_run_timers();
	fake.answer(0, NULL, fake.answer_arg);
	cardea_reaper_free(fake.reaper);
	fake.reaper = NULL;
	fake.gone_done(0, fake.gone_arg);
	assert_int_equal(fake_loop_timers(), 0);
}

#define CASE(sentence, function)                                                                   \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = setup,                          \
		.teardown_func = teardown                                                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE("a session nobody holds is destroyed and forgotten", ends_lost_sessions),
	        CASE("one that is claimed in time is not", claimed_in_time),
	        CASE("a claim that comes too late is told so", claimed_too_late),
	        CASE("a session the node does not know is forgotten", gone_at_the_node),
	        CASE("what fails is tried again", tries_again),
	        CASE("after a restart all sessions are given a minute", sweeps_after_a_restart),
	        CASE("freed while Janus is asked", freed_in_between),
	        CASE("freed while the domain is told", freed_while_forgetting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
