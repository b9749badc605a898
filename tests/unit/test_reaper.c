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
	int busy; /* that many calls are refused */
	int lists;
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
	assert_string_equal(node, "n1");
	fake.lists++;
	if (fake.busy > 0) {
		fake.busy--;
		return CARDEA_E_STORE_BUSY;
	}
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

/* Janus' refusal to destroy, with its number. */
static void answer_error(int code)
{
	json_t *message = json_pack("{s:s, s:{s:i, s:s}}", "janus", "error", "error", "code", code,
	                            "reason", "text");

	fake.answer(CARDEA_E_INVALID, message, fake.answer_arg);
	json_decref(message);
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
	answer_error(458); /* no such session */
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
	answer_error(458);
	fake.gone_done(0, fake.gone_arg);
	assert_int_equal(fake.forgotten, 2);
}

static void other_errors_of_janus(void **state)
{
	static const int64_t waits[] = {5000, 10000, 20000, 40000, 60000, 60000};

	(void)state;
	cardea_reaper_lost(fake.reaper, "n1", 7, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
		fake_loop_run_timers();
		if (i % 2) {
			answer_error(403);
		} else {
			fake.answer(CARDEA_E_INVALID, NULL, fake.answer_arg);
		}
		assert_int_equal(fake_loop_last_ms(), waits[i]);
	}
	assert_int_equal(fake.destroys, 6);
	assert_int_equal(fake.forgotten, 0);
	assert_true(cardea_reaper_claimed(fake.reaper, "n1", 7)); /* it is still there */
}

static void count_gone(const char *key, void *arg)
{
	assert_string_equal(key, "n1/7");
	++*(int *)arg;
}

static void holder_is_told(void **state)
{
	int gone = 0;
	const struct cardea_reaper_holder holder = {.gone = count_gone, .arg = &gone};

	(void)state;
	cardea_reaper_set_holder(fake.reaper, &holder);
	cardea_reaper_lost(fake.reaper, "n1", 7, 0);
	assert_true(cardea_reaper_claimed(fake.reaper, "n1", 7));
	assert_int_equal(gone, 0);
	cardea_reaper_lost(fake.reaper, "n1", 7, 0);
	fake_loop_run_timers();
	fake.answer(0, NULL, fake.answer_arg);
	assert_int_equal(gone, 0);
	fake.gone_done(0, fake.gone_arg);
	assert_int_equal(gone, 1);
}

static void sweeps_until_it_can(void **state)
{
	static const struct cardea_media_session list[] = {{.node = "n1", .janus_session = 7}};

	(void)state;
	fake.busy = 2;
	cardea_reaper_sweep(fake.reaper, "n1");
	assert_int_equal(fake_loop_last_ms(), 5000);
	fake_loop_run_timers();
	assert_int_equal(fake_loop_last_ms(), 10000);
	fake_loop_run_timers();
	assert_int_equal(fake.lists, 3);
	fake.listed(CARDEA_E_STORE_BUSY, NULL, 0, fake.listed_arg);
	fake_loop_run_timers();
	assert_int_equal(fake.lists, 4);
	fake.listed(0, list, 1, fake.listed_arg);
	assert_int_equal(fake_loop_timers(), 1); /* the session's, the sweep's is gone */
	assert_int_equal(fake_loop_last_ms(), 60000);
	assert_true(cardea_reaper_claimed(fake.reaper, "n1", 7));
}

static bool holds_seven(const char *key, void *arg)
{
	(void)arg;
	return strcmp(key, "n1/7") == 0;
}

static void sweeps_around_the_held(void **state)
{
	static const struct cardea_media_session list[] = {{.node = "n1", .janus_session = 7},
	                                                   {.node = "n1", .janus_session = 8}};
	const struct cardea_reaper_holder holder = {.is_held = holds_seven};

	(void)state;
	cardea_reaper_set_holder(fake.reaper, &holder);
	cardea_reaper_sweep(fake.reaper, "n1");
	fake.listed(0, list, 2, fake.listed_arg);
	fake_loop_run_timers();
	assert_int_equal(fake.destroys, 1);
	assert_int_equal(fake.destroyed, 8);
	fake.answer(0, NULL, fake.answer_arg);
	fake.gone_done(0, fake.gone_arg);
}

static void freed_while_sweeping(void **state)
{
	static const struct cardea_media_session list[] = {{.node = "n1", .janus_session = 7}};

	(void)state;
	cardea_reaper_sweep(fake.reaper, "n1");
	cardea_reaper_free(fake.reaper);
	fake.reaper = NULL;
	fake.listed(0, list, 1, fake.listed_arg);
	assert_int_equal(fake_loop_timers(), 0);
}

static void freed_before_the_next_sweep(void **state)
{
	(void)state;
	fake.busy = 1;
	cardea_reaper_sweep(fake.reaper, "n1");
	assert_int_equal(fake_loop_timers(), 1); /* the teardown looks for it */
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
	        CASE("an error that says nothing of the session is no end", other_errors_of_janus),
	        CASE("the end of a session is told, a claim is not", holder_is_told),
	        CASE("a sweep that the store is too busy for comes again", sweeps_until_it_can),
	        CASE("a late sweep leaves what a browser holds", sweeps_around_the_held),
	        CASE("freed while the sweep is under way", freed_while_sweeping),
	        CASE("freed before the sweep comes again", freed_before_the_next_sweep),
	        CASE("freed while Janus is asked", freed_in_between),
	        CASE("freed while the domain is told", freed_while_forgetting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
