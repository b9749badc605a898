/*
 * webhooks: turns, order, retries and faults, with a feed, a client and timers that the test plays.
 */
#include "unit.h"

#include <stdlib.h>
#include "cardea_error.h"
#include "fake_loop.h"
#include "jobs/http_client.h"
#include "jobs/webhooks.h"

#define MAX_AT_WORK  32
#define HOUR_MS      (INT64_C(3600) * 1000)
#define MAX_RECEIVED 4000

/* One receiver: its subscription in the store, and what it got. */
struct receiver {
	char id[16];
	int64_t told, last; /* the cursor, and the newest event */
	int64_t received[MAX_RECEIVED];
	int count;
	int at_work; /* operations under way */
	int status;  /* of the last report */
	int64_t sent_ms;
	int expired;
};

enum kind {
	NEXT,
	REPORT,
	POST,
};

/* Something that the module waits for. */
struct operation {
	enum kind kind;
	struct receiver *receiver;
	cardea_webhook_next_h next;
	cardea_webhook_stored_h stored;
	cardea_http_result_h answered;
	struct cardea_webhook_report report;
	int64_t seq; /* of a POST */
	void *arg;
};

static struct receiver receivers[60];
static GPtrArray *operations; /* struct operation */
static struct cardea_webhooks *webhooks;
static int64_t now_ms, event_age_ms;
static int busy; /* what next and report return */

static int64_t read_clock(void *arg)
{
	(void)arg;
	return now_ms;
}

static const struct cardea_clock test_clock = {.wall_ms = read_clock, .mono_ms = read_clock};

static struct operation *operation_new(enum kind kind, struct receiver *receiver, void *arg)
{
	struct operation *operation = g_new0(struct operation, 1);

	operation->kind = kind;
	operation->receiver = receiver;
	operation->arg = arg;
	g_ptr_array_add(operations, operation);
	assert_int_equal(++receiver->at_work, 1); /* one thing at a time for each */
	assert_true(operations->len <= MAX_AT_WORK);
	return operation;
}

/* Takes the operation away; the receiver is free for the next one. */
static struct operation take(guint index)
{
	struct operation *operation = g_ptr_array_index(operations, index);
	struct operation copy = *operation;

	g_ptr_array_remove_index(operations, index);
	copy.receiver->at_work--;
	return copy;
}

/* ---- the feed ---- */

static struct receiver *receiver_of(const char *id)
{
	return &receivers[g_ascii_strtoull(id, NULL, 10)];
}

static int feed_next(void *arg, const char *id, cardea_webhook_next_h done, void *done_arg)
{
	assert_ptr_equal(arg, receivers);
	if (busy) {
		return busy;
	}
	operation_new(NEXT, receiver_of(id), done_arg)->next = done;
	return 0;
}

static int feed_report(void *arg, const char *id, const struct cardea_webhook_report *report,
                       cardea_webhook_stored_h done, void *done_arg)
{
	struct operation *operation;

	assert_ptr_equal(arg, receivers);
	if (busy) {
		return busy;
	}
	operation = operation_new(REPORT, receiver_of(id), done_arg);
	operation->stored = done;
	operation->report = *report;
	assert_string_equal(report->room, "room");
	return 0;
}

static void store_report(const struct operation *operation)
{
	struct receiver *receiver = operation->receiver;
	const struct cardea_webhook_report *report = &operation->report;

	assert_int_equal(report->seq, receiver->told + 1);
	if (report->outcome != CARDEA_WEBHOOK_FAILED) {
		receiver->told++;
	}
	if (report->outcome == CARDEA_WEBHOOK_EXPIRED) {
		receiver->expired++;
	} else {
		receiver->status = report->status;
		receiver->sent_ms = report->sent_ms;
	}
}

/* ---- the client ---- */

int cardea_http_client_post(struct cardea_http_client *client, const struct cardea_http_post *post,
                            cardea_http_result_h done, void *arg, struct cardea_http_call **out)
{
	struct operation *operation;
	char signature[CARDEA_DIGEST_SIZE];
	g_autofree char *header = NULL;
	g_autofree char *body = g_strndup(post->body, post->len);
	struct receiver *receiver = receiver_of(post->url);

	assert_null(client);
	assert_int_equal(cardea_webhook_sign("the key", post->body, post->len, signature), 0);
	header = g_strconcat("X-Eyeson-Signature: ", signature, NULL);
	assert_string_equal(post->headers[0], "Content-Type: application/json");
	assert_string_equal(post->headers[1], header);
	assert_null(post->headers[2]);
	operation = operation_new(POST, receiver, arg);
	operation->answered = done;
	operation->seq = g_ascii_strtoll(body, NULL, 10);
	*out = (struct cardea_http_call *)(void *)operation;
	return 0;
}

void cardea_http_call_cancel(struct cardea_http_call *call)
{
	for (guint i = 0; i < operations->len; i++) {
		if (g_ptr_array_index(operations, i) == (void *)call) {
			take(i);
			return;
		}
	}
	fail_msg("a call was cancelled that is over");
}

static void receive(struct receiver *receiver, int64_t seq)
{
	assert_true(receiver->count < MAX_RECEIVED);
	receiver->received[receiver->count++] = seq;
}

/* ---- doing what the module waits for ---- */

static void answer_next(guint index)
{
	struct operation operation = take(index);
	struct receiver *receiver = operation.receiver;
	g_autofree char *body = g_strdup_printf("%" G_GINT64_FORMAT, receiver->told + 1);
	struct cardea_webhook_event event = {
	        .room = "room",
	        .seq = receiver->told + 1,
	        .at_ms = now_ms - event_age_ms,
	        .url = receiver->id,
	        .key = "the key",
	        .body = body,
	        .len = strlen(body),
	};

	operation.next(0, receiver->told < receiver->last ? &event : NULL, operation.arg);
}

static void answer_post(guint index, int err, int status)
{
	struct operation operation = take(index);
	struct cardea_http_result result = {.err = err, .status = status, .why = "for a reason"};

	operation.answered(&result, operation.arg);
}

static void answer_report(guint index, int err)
{
	struct operation operation = take(index);

	if (!err) {
		store_report(&operation);
	}
	operation.stored(err, operation.arg);
}

static enum kind kind_of(guint index)
{
	return ((struct operation *)g_ptr_array_index(operations, index))->kind;
}

/* Answers the only operation there is, which must be of @kind. */
static guint only(enum kind kind)
{
	assert_int_equal(operations->len, 1);
	assert_int_equal(kind_of(0), kind);
	return 0;
}

/* ---- set-up ---- */

static void start(void)
{
	const struct cardea_webhooks_options options = {
	        .clock = &test_clock,
	        .feed = {.next = feed_next, .report = feed_report, .arg = receivers},
	};

	webhooks = cardea_webhooks_new(&options);
}

static int set_up(void **state)
{
	(void)state;
	memset(receivers, 0, sizeof(receivers));
	for (size_t i = 0; i < G_N_ELEMENTS(receivers); i++) {
		g_snprintf(receivers[i].id, sizeof(receivers[i].id), "%zu", i);
	}
	operations = g_ptr_array_new_with_free_func(g_free);
	now_ms = INT64_C(1767693600000);
	event_age_ms = 0;
	busy = 0;
	start();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cardea_webhooks_free(webhooks);
	assert_int_equal(fake_loop_timers(), 0);
	g_ptr_array_free(operations, TRUE);
	return 0;
}

/* ---- tests ---- */

static void delivers_in_order(void **state)
{
	struct receiver *receiver = &receivers[0];

	(void)state;
	receiver->last = 2;
	cardea_webhooks_wake(webhooks, "0");
	for (int64_t seq = 1; seq <= 2; seq++) {
		now_ms += 5;
		answer_next(only(NEXT));
		assert_int_equal(((struct operation *)g_ptr_array_index(operations, 0))->seq, seq);
		answer_post(only(POST), 0, seq == 1 ? 200 : 299);
		answer_report(only(REPORT), 0);
		assert_int_equal(receiver->told, seq);
		assert_int_equal(receiver->status, seq == 1 ? 200 : 299);
		assert_int_equal(receiver->sent_ms, now_ms);
	}
	answer_next(only(NEXT));
	assert_int_equal(operations->len, 0);
	assert_int_equal(fake_loop_timers(), 0); /* nothing is kept of who is owed nothing */
}

/* Lets the event at work fail and demands a retry after @base_ms and at most a quarter more. */
static void fail_once(int err, int status, int64_t base_ms)
{
	answer_next(only(NEXT));
	answer_post(only(POST), err, status);
	answer_report(only(REPORT), 0);
	assert_int_equal(operations->len, 0);
	assert_in_range(fake_loop_last_ms(), base_ms, base_ms + base_ms / 4);
	fake_loop_run_timers();
}

static void backs_off(void **state)
{
	static const int64_t expected[] = {1000,  2000,   4000,   8000,   16000, 32000,
	                                   64000, 128000, 240000, 240000, 240000};

	(void)state;
	receivers[0].last = 2;
	cardea_webhooks_wake(webhooks, "0");
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		fail_once(i % 2 ? CARDEA_E_SYSTEM : 0, i % 2 ? 0 : 500, expected[i]);
		assert_int_equal(receivers[0].told, 0);
		assert_int_equal(receivers[0].status, i % 2 ? 0 : 500);
	}
	answer_next(only(NEXT));
	answer_post(only(POST), 0, 204);
	answer_report(only(REPORT), 0);
	fail_once(0, 302, 1000); /* the next one begins anew; a redirect is no success */
}

static void leaves_out_what_is_too_old(void **state)
{
	(void)state;
	receivers[0].last = 2;
	event_age_ms = 24 * HOUR_MS + 1;
	cardea_webhooks_wake(webhooks, "0");
	answer_next(only(NEXT));
	answer_report(only(REPORT), 0); /* without a request */
	assert_int_equal(receivers[0].told, 1);
	assert_int_equal(receivers[0].expired, 1);
	assert_int_equal(receivers[0].sent_ms, 0);
	event_age_ms = 24 * HOUR_MS;
	answer_next(only(NEXT));
	answer_post(only(POST), 0, 200);
	answer_report(only(REPORT), 0);
	assert_int_equal(receivers[0].expired, 1);
	answer_next(only(NEXT));
}

static void retries_when_the_store_fails(void **state)
{
	(void)state;
	receivers[0].last = 1;
	busy = CARDEA_E_STORE_BUSY;
	cardea_webhooks_wake(webhooks, "0");
	assert_int_equal(operations->len, 0);
	busy = 0;
	fake_loop_run_timers();
	answer_next(only(NEXT));
	busy = CARDEA_E_STORE_BUSY;
	answer_post(only(POST), 0, 200); /* taken, but it cannot be noted */
	busy = 0;
	fake_loop_run_timers();
	answer_next(only(NEXT));
	answer_post(only(POST), 0, 200);
	answer_report(only(REPORT), CARDEA_E_STORE);
	fake_loop_run_timers();
	answer_next(only(NEXT));
	answer_post(only(POST), 0, 200);
	answer_report(only(REPORT), 0);
	answer_next(only(NEXT));
	assert_int_equal(receivers[0].told, 1);
}

/* A store that refuses everybody must not make the turns nest. */
static void refuses_everybody(void **state)
{
	(void)state;
	busy = CARDEA_E_STORE_BUSY;
	for (size_t i = 0; i < G_N_ELEMENTS(receivers); i++) {
		receivers[i].last = 1;
		cardea_webhooks_wake(webhooks, receivers[i].id);
	}
	assert_int_equal(fake_loop_timers(), G_N_ELEMENTS(receivers));
	busy = 0;
	fake_loop_run_timers();
	assert_int_equal(operations->len, MAX_AT_WORK);
	while (operations->len > 0) {
		answer_next(0);
		while (operations->len > 0 && kind_of(operations->len - 1) == POST) {
			answer_post(operations->len - 1, 0, 200);
			answer_report(operations->len - 1, 0);
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(receivers); i++) {
		assert_int_equal(receivers[i].told, 1);
	}
	assert_int_equal(fake_loop_timers(), 0);
}

static void dead_receivers_stop_nobody(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(receivers); i++) {
		receivers[i].last = 3;
		cardea_webhooks_wake(webhooks, receivers[i].id);
	}
	/* All but the last one are dead: their requests fail, for ever. */
	for (int step = 0; receivers[G_N_ELEMENTS(receivers) - 1].told < 3; step++) {
		bool dead = false;

		assert_true(step < 2000);
		if (operations->len == 0) {
			fake_loop_run_timers();
		}
		dead = ((struct operation *)g_ptr_array_index(operations, 0))->receiver !=
		       &receivers[G_N_ELEMENTS(receivers) - 1];
		if (kind_of(0) == NEXT) {
			answer_next(0);
		} else if (kind_of(0) == POST) {
			answer_post(0, dead ? CARDEA_E_SYSTEM : 0, dead ? 0 : 200);
		} else {
			answer_report(0, 0);
		}
	}
	assert_int_equal(receivers[0].told, 0);
}

static void an_event_during_the_last_look(void **state)
{
	struct operation *look;

	(void)state;
	cardea_webhooks_wake(webhooks, "0");
	look = g_ptr_array_index(operations, only(NEXT));
	assert_ptr_equal(look->receiver, &receivers[0]);
	cardea_webhooks_wake(webhooks, "0"); /* the look that is under way may be too early for it */
	answer_next(only(NEXT));
	receivers[0].last = 1;
	answer_next(only(NEXT));
	answer_post(only(POST), 0, 200);
	answer_report(only(REPORT), 0);
	answer_next(only(NEXT));
	assert_int_equal(operations->len, 0);
}

static void stops(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		receivers[i].last = 1;
		cardea_webhooks_wake(webhooks, receivers[i].id);
	}
	/* 0 is at its request, 1 at its report, 2 waits for its retry, 3 asks. */
	answer_next(2);
	answer_post(3, CARDEA_E_SYSTEM, 0);
	answer_report(3, 0);
	answer_next(1);
	answer_post(2, 0, 200);
	answer_next(0);
	cardea_webhooks_stop(webhooks);
	assert_int_equal(operations->len, 2); /* the request of 0 is cut off */
	while (operations->len > 0) {
		if (kind_of(0) == NEXT) {
			answer_next(0);
		} else {
			answer_report(0, 0);
		}
	}
	fake_loop_run_timers();
	cardea_webhooks_wake(webhooks, "5");
	assert_int_equal(operations->len, 0);
}

static void signs(void **state)
{
	char signature[CARDEA_DIGEST_SIZE];

	(void)state;
	/* RFC 4231, case 2. */
	assert_int_equal(cardea_webhook_sign("Jefe", "what do ya want for nothing?", 28, signature), 0);
	assert_string_equal(signature,
	                    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* ---- random faults ---- */

/* The gateway is killed: what the store was told may be in it or not, requests may have arrived. */
static void kill_and_restart(GRand *random)
{
	for (guint i = 0; i < operations->len; i++) {
		const struct operation *operation = g_ptr_array_index(operations, i);

		if (operation->kind == REPORT && g_rand_boolean(random)) {
			store_report(operation);
		} else if (operation->kind == POST && g_rand_boolean(random)) {
			receive(operation->receiver, operation->seq);
		}
	}
	cardea_webhooks_free(webhooks);
	while (operations->len > 0) {
		take(0);
	}
	start();
	for (size_t i = 0; i < G_N_ELEMENTS(receivers); i++) {
		cardea_webhooks_wake(webhooks, receivers[i].id);
	}
}

static void random_post(GRand *random, guint index, bool faults)
{
	struct operation *operation = g_ptr_array_index(operations, index);

	if (faults && g_rand_int_range(random, 0, 10) < 3) {
		if (g_rand_boolean(random)) { /* it came, its answer was lost */
			receive(operation->receiver, operation->seq);
		}
		answer_post(index, g_rand_boolean(random) ? CARDEA_E_SYSTEM : 0, 503);
		return;
	}
	receive(operation->receiver, operation->seq);
	answer_post(index, 0, 200);
}

static void random_step(GRand *random, bool faults)
{
	guint index;

	if (operations->len == 0 || g_rand_int_range(random, 0, 20) == 0) {
		fake_loop_run_timers();
	}
	if (operations->len == 0) {
		return;
	}
	index = (guint)g_rand_int_range(random, 0, (gint32)operations->len);
	if (kind_of(index) == NEXT) {
		answer_next(index);
	} else if (kind_of(index) == POST) {
		random_post(random, index, faults);
	} else {
		answer_report(index, faults && g_rand_int_range(random, 0, 20) == 0 ? CARDEA_E_STORE : 0);
	}
}

static void random_faults(void **state)
{
	guint32 seed = g_random_int();
	GRand *random = g_rand_new_with_seed(seed);
	int kills = 0;

	(void)state;
	print_message("seed %u\n", seed);
	for (int step = 0; step < 40000; step++) {
		struct receiver *receiver = &receivers[g_rand_int_range(random, 0, 60)];

		if (step < 30000 && g_rand_int_range(random, 0, 20) == 0) {
			receiver->last++;
			cardea_webhooks_wake(webhooks, receiver->id);
		}
		if (step < 30000 && g_rand_int_range(random, 0, 300) == 0) {
			kill_and_restart(random);
			kills++;
		}
		random_step(random, step < 30000);
	}
	assert_true(kills > 50);
	assert_int_equal(operations->len, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(receivers); i++) {
		const struct receiver *receiver = &receivers[i];
		int64_t last = 0;

		for (int k = 0; k < receiver->count; k++) { /* again or the next one, nothing else */
			assert_in_range(receiver->received[k] - last, last == 0 ? 1 : 0, 1);
			last = receiver->received[k];
		}
		assert_int_equal(last, receiver->last);
		assert_int_equal(receiver->told, receiver->last);
	}
	g_rand_free(random);
}

#define HOOK_TEST(sentence, function)                                                              \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = set_up,                         \
		.teardown_func = tear_down                                                                 \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        HOOK_TEST("events are delivered one after the other", delivers_in_order),
	        HOOK_TEST("what fails is tried again, less and less often", backs_off),
	        HOOK_TEST("what is older than a day is left out", leaves_out_what_is_too_old),
	        HOOK_TEST("a store that fails only delays", retries_when_the_store_fails),
	        HOOK_TEST("turns do not nest when the store refuses everybody", refuses_everybody),
	        HOOK_TEST("dead receivers stop nobody", dead_receivers_stop_nobody),
	        HOOK_TEST("an event during the last look is not lost", an_event_during_the_last_look),
	        HOOK_TEST("stopping cuts off requests and sends nothing more", stops),
	        TEST("the signature", signs),
	        HOOK_TEST("under random faults and kills nothing is lost or reordered", random_faults),
	};

	return cmocka_run_group_tests_name("webhooks", tests, NULL, NULL);
}
