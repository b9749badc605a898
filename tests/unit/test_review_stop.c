/*
 * review_stop: what still comes for a node after its control connection has been stopped. The loop
 * runs on for a moment then, and the reaper's timers with it.
 */
#include "unit.h"

#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_jwk.h"
#include "media/node_pool.h"
#include "net/loop.h"

static void no_answer(int err, const json_t *answer, void *arg)
{
	(void)err;
	(void)answer;
	(void)arg;
	fail_msg("an answer to a request that was refused");
}

static void refuses_after_stop(void **state)
{
	static const struct cardea_ice_options no_ice = {0};
	struct cardea_loop *loop = cardea_loop_new();
	struct cardea_node_pool *pool = cardea_node_pool_new();
	struct cardea_control_options options = {
	        .loop = loop,
	        .clock = &cardea_clock_system,
	        .gateway = "g1",
	        .node = "n1",
	        .path = "/nonexistent",
	        .control_secret = "secret",
	        .issuer = "cardea",
	        .ice = &no_ice,
	};

	(void)state;
	assert_int_equal(cardea_node_pool_add(pool, &options), 0);
	cardea_node_pool_stop(pool);
	assert_int_equal(cardea_node_pool_janus(pool, "n1", json_pack("{s:s}", "janus", "destroy"),
	                                        5000, no_answer, NULL),
	                 CARDEA_E_NO_NODE);
	cardea_node_pool_free(pool);
	cardea_loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("a request to a stopped node is refused", refuses_after_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
