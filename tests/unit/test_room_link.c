/*
 * room_link: order and completeness of what passes between gateway and room, with a domain and a
 * node that the test plays.
 */
#include "unit.h"

#include <stdlib.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "fake_loop.h"
#include "media/room_link.h"

static struct {
	/* the domain's side */
	int64_t commits[64]; /* seq of each event it was given */
	int commit_count;
	void (*commit_done)(int err, void *arg);
	void *commit_arg;
	/* the node's side */
	char *sent; /* the request under way, as text; NULL if there is none */
	cardea_link_answer_h answer;
	void *answer_arg;
	/* results of cardea_room_link_request */
	int results[16];
	int result_count;
	struct cardea_room_link *link;
} fake;

int cardea_domain_node_event(struct cardea_domain *domain, const struct cardea_node_event *event,
                             void (*done)(int err, void *arg), void *arg)
{
	(void)domain;
	assert_null(fake.commit_done); /* one at a time */
	fake.commits[fake.commit_count++] = event->seq;
	fake.commit_done = done;
	fake.commit_arg = arg;
	return 0;
}

static int take_request(void *arg, json_t *request, cardea_link_answer_h answer, void *answer_arg)
{
	(void)arg;
	assert_null(fake.sent); /* one at a time */
	fake.sent = cardea_json_dump(request);
	json_decref(request);
	fake.answer = answer;
	fake.answer_arg = answer_arg;
	return 0;
}

static void node_answers(int err, const char *text)
{
	json_t *data = NULL;

	assert_non_null(fake.sent);
	free(fake.sent);
	fake.sent = NULL;
	if (text) {
		assert_int_equal(cardea_json_parse_object(text, strlen(text), &data), 0);
	}
	fake.answer(err, data, fake.answer_arg);
	json_decref(data);
}

static void commit(int err)
{
	void (*done)(int, void *) = fake.commit_done;

	assert_non_null(done);
	fake.commit_done = NULL;
	done(err, fake.commit_arg);
}

static void requested(int err, void *arg)
{
	(void)arg;
	fake.results[fake.result_count++] = err;
}

static void request(const char *name)
{
	cardea_room_link_request(fake.link, json_pack("{s:s}", "request", name), 1000, requested, NULL);
}

static void event(const char *name, int64_t seq)
{
	json_t *data =
	        json_pack("{s:s, s:s, s:s, s:s, s:i, s:I, s:i, s:s, s:s, s:[]}", "event", name, "node",
	                  "n1", "boot", "b", "room", "r", "epoch", 1, "seq", (json_int_t)seq, "at", 1,
	                  "seat", "s", "connection", "c", "participants");

	cardea_room_link_event(fake.link, data);
	json_decref(data);
}

static int setup(void **state)
{
	struct cardea_room_link_options options = {.send = take_request};

	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.link = cardea_room_link_new(&options, "r", 10);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (fake.link) {
		cardea_room_link_close(fake.link);
	}
	if (fake.sent) {
		node_answers(CARDEA_E_NO_NODE, NULL);
	}
	if (fake.commit_done) {
		commit(0);
	}
	assert_int_equal(fake_loop_timers(), 0); /* everything was freed */
	return 0;
}

static void close_link(void)
{
	cardea_room_link_close(fake.link);
	fake.link = NULL;
}

static void requests_in_order(void **state)
{
	(void)state;
	request("open");
	request("revoke");
	assert_string_equal(fake.sent, "{\"request\":\"open\"}");
	node_answers(0, "{\"cardea\":\"opened\",\"seq\":10}");
	assert_string_equal(fake.sent, "{\"request\":\"revoke\"}");
	node_answers(CARDEA_E_EPOCH_STALE, NULL);
	assert_int_equal(fake.result_count, 2);
	assert_int_equal(fake.results[0], 0);
	assert_int_equal(fake.results[1], CARDEA_E_EPOCH_STALE);
	assert_null(fake.sent);
}

static void equal_requests_share(void **state)
{
	(void)state;
	request("open");
	request("open");
	request("open");
	node_answers(0, "{\"cardea\":\"opened\",\"seq\":10}");
	assert_null(fake.sent);
	assert_int_equal(fake.result_count, 3);
}

static void request_deadline(void **state)
{
	(void)state;
	request("open");
	fake_loop_run_timers();
	assert_int_equal(fake.result_count, 1);
	assert_int_equal(fake.results[0], CARDEA_E_NODE_TIMEOUT);
	request("open"); /* shares the one that is still under way */
	node_answers(0, "{\"cardea\":\"opened\",\"seq\":10}");
	assert_int_equal(fake.results[1], 0);
}

static void loss_ends_requests(void **state)
{
	(void)state;
	request("open");
	request("revoke");
	close_link();
	assert_int_equal(fake.result_count, 2);
	assert_int_equal(fake.results[0], CARDEA_E_NO_NODE);
	assert_int_equal(fake.results[1], CARDEA_E_NO_NODE);
}

static void acknowledges_after_commit(void **state)
{
	(void)state;
	event("online", 11);
	event("online", 12);
	assert_int_equal(fake.commit_count, 1);
	assert_null(fake.sent);
	commit(0);
	assert_null(fake.sent); /* 12 is still to come: one ack for both */
	commit(0);
	assert_int_equal(fake.commits[1], 12);
	assert_string_equal(fake.sent, "{\"request\":\"ack\",\"room\":\"r\",\"seq\":12}");
	node_answers(0, "{\"cardea\":\"ok\"}");
	assert_null(fake.sent);
}

static void ignores_known_events(void **state)
{
	(void)state;
	event("online", 9);
	event("online", 10);
	event("online", 11);
	event("online", 11);
	commit(0);
	assert_int_equal(fake.commit_count, 1);
}

static void gap_asks_again(void **state)
{
	(void)state;
	event("online", 13);
	assert_int_equal(fake.commit_count, 0);
	assert_string_equal(fake.sent, "{\"request\":\"sync\",\"room\":\"r\",\"from\":11}");
	event("online", 11);
	event("online", 12);
	event("online", 13);
	node_answers(0, "{\"cardea\":\"replayed\",\"seq\":13}");
	commit(0);
	commit(0);
	commit(0);
	assert_int_equal(fake.commit_count, 3);
	assert_string_equal(fake.sent, "{\"request\":\"ack\",\"room\":\"r\",\"seq\":13}");
}

static void open_tells_of_missed_events(void **state)
{
	(void)state;
	request("open");
	node_answers(0, "{\"cardea\":\"opened\",\"seq\":14}");
	assert_string_equal(fake.sent, "{\"request\":\"sync\",\"room\":\"r\",\"from\":11}");
	event("snapshot", 14);
	node_answers(0, "{\"cardea\":\"replayed\",\"seq\":14}");
	assert_int_equal(fake.commits[0], 14);
	commit(0);
	assert_string_equal(fake.sent, "{\"request\":\"ack\",\"room\":\"r\",\"seq\":14}");
}

static void resync_asks_again(void **state)
{
	(void)state;
	event("resync", 50);
	assert_string_equal(fake.sent, "{\"request\":\"sync\",\"room\":\"r\",\"from\":11}");
	event("snapshot", 50);
	node_answers(0, "{\"cardea\":\"replayed\",\"seq\":50}");
	event("online", 51);
	commit(0);
	commit(0);
	assert_int_equal(fake.commits[1], 51);
}

static void busy_store_keeps_events(void **state)
{
	(void)state;
	event("online", 11);
	commit(CARDEA_E_STORE_BUSY);
	assert_null(fake.sent); /* not acknowledged */
	fake_loop_run_timers();
	assert_int_equal(fake.commit_count, 2);
	assert_int_equal(fake.commits[1], 11);
	commit(0);
	assert_string_equal(fake.sent, "{\"request\":\"ack\",\"room\":\"r\",\"seq\":11}");
}

static void conflict_starts_over(void **state)
{
	(void)state;
	event("online", 11);
	commit(CARDEA_E_STORE_CONFLICT);
	fake_loop_run_timers();
	assert_string_equal(fake.sent, "{\"request\":\"sync\",\"room\":\"r\",\"from\":1}");
	event("snapshot", 11);
	node_answers(0, "{\"cardea\":\"replayed\",\"seq\":11}");
	commit(0);
	assert_int_equal(fake.commits[1], 11);
}

static void failed_sync_is_repeated(void **state)
{
	(void)state;
	event("online", 13);
	node_answers(CARDEA_E_QUEUE_FULL, NULL);
	assert_null(fake.sent);
	fake_loop_run_timers();
	assert_string_equal(fake.sent, "{\"request\":\"sync\",\"room\":\"r\",\"from\":11}");
}

static void loss_while_committing(void **state)
{
	(void)state;
	event("online", 11);
	event("online", 12);
	close_link();
	commit(0); /* comes later, and finds nobody */
	assert_int_equal(fake.commit_count, 1);
}

#define CASE(sentence, function)                                                                   \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = setup,                          \
		.teardown_func = teardown                                                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE("requests go one after the other", requests_in_order),
	        CASE("equal requests share one answer", equal_requests_share),
	        CASE("a request has a deadline", request_deadline),
	        CASE("a lost connection ends requests", loss_ends_requests),
	        CASE("events are acknowledged after their commit", acknowledges_after_commit),
	        CASE("known events are ignored", ignores_known_events),
	        CASE("a gap asks for the missing events", gap_asks_again),
	        CASE("open tells of events that were missed", open_tells_of_missed_events),
	        CASE("resync asks for a snapshot", resync_asks_again),
	        CASE("a busy store loses no event", busy_store_keeps_events),
	        CASE("a conflict starts over", conflict_starts_over),
	        CASE("a sync that fails is repeated", failed_sync_is_repeated),
	        CASE("a connection lost during a commit", loss_while_committing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
