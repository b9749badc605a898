/* webhooks: see webhooks.h. */
#include "jobs/webhooks.h"

#include <stdbool.h>
#include <string.h>
#include <glib.h>

#include "cardea_error.h"
#include "conf/log.h"
#include "jobs/http_client.h"
#include "net/loop.h"

/* Each takes a socket, and two descriptors more while its name is resolved (net/http.c reserves).
 */
#define MAX_AT_WORK    32
#define FIRST_RETRY_MS 1000
#define LAST_RETRY_MS  (4 * 60 * 1000) /* and up to a quarter more */
#define MAX_AGE_MS     (24 * INT64_C(3600) * 1000)

struct cardea_webhooks {
	struct cardea_webhooks_options options;
	GHashTable
	        *subscriptions; /* id -> struct subscription, only those that may be owed something */
	GQueue queue;           /* struct subscription that wait for their turn */
	unsigned at_work;
	bool taking; /* take_turns is on the stack */
	bool stopped;
};

/* In one of: the queue; at work (asking, sending, reporting); waiting for its timer. */
struct subscription {
	struct cardea_webhooks *webhooks;
	char *id;
	GList link; /* in webhooks->queue */
	struct cardea_timer *retry;
	struct cardea_http_call *call; /* while sending */
	unsigned failures;             /* in a row */
	bool woken;                    /* since it was asked what is next */
	/* The event at work. */
	char *room;
	struct cardea_webhook_report report;
	const char *why; /* what came of the request, for the log */
};

int cardea_webhook_sign(const char *key, const char *body, size_t len, char out[CARDEA_DIGEST_SIZE])
{
	uint8_t mac[CARDEA_SHA256_SIZE];
	int err = cardea_hmac_sha256(key, strlen(key), body, len, mac);

	for (size_t i = 0; !err && i < sizeof(mac); i++)
		g_snprintf(out + 2 * i, 3, "%02x", mac[i]);
	return err;
}

/* ---- turns ---- */

static void ask(struct subscription *subscription);

static void take_turns(struct cardea_webhooks *webhooks)
{
	/* A turn can be over before ask returns; the loop that runs already sees that. */
	if (webhooks->taking)
		return;
	webhooks->taking = true;
	while (!webhooks->stopped && webhooks->at_work < MAX_AT_WORK && webhooks->queue.head) {
		webhooks->at_work++;
		ask(g_queue_pop_head_link(&webhooks->queue)->data);
	}
	webhooks->taking = false;
}

static void queue_up(struct subscription *subscription)
{
	g_queue_push_tail_link(&subscription->webhooks->queue, &subscription->link);
}

static void end_turn(struct cardea_webhooks *webhooks)
{
	webhooks->at_work--;
	take_turns(webhooks);
}

static void on_retry(void *arg)
{
	struct subscription *subscription = arg;

	queue_up(subscription);
	take_turns(subscription->webhooks);
}

/* A little later than the power of two, so that what failed together does not come together. */
static int64_t retry_ms(unsigned failures)
{
	int64_t ms = (int64_t)FIRST_RETRY_MS << MIN(failures - 1, 10);

	ms = MIN(ms, LAST_RETRY_MS);
	return ms + g_random_int_range(0, (gint32)(ms / 4) + 1);
}

static void wait_and_retry(struct subscription *subscription, const char *what, const char *why)
{
	int64_t ms = retry_ms(++subscription->failures);

	cardea_log(CARDEA_LOG_WARNING, "webhooks",
	           "event=%s subscription=%s seq=%" G_GINT64_FORMAT " status=%d failures=%u "
	           "again_ms=%" G_GINT64_FORMAT " why=\"%s\"",
	           what, subscription->id, subscription->report.seq, subscription->report.status,
	           subscription->failures, ms, why);
	cardea_timer_start(subscription->retry, ms);
	end_turn(subscription->webhooks);
}

/* ---- one event ---- */

static void on_reported(int err, void *arg)
{
	struct subscription *subscription = arg;

	if (subscription->webhooks->stopped)
		return;
	if (err) {
		wait_and_retry(subscription, "not_stored", cardea_error_text(err));
	} else if (subscription->report.outcome == CARDEA_WEBHOOK_FAILED) {
		wait_and_retry(subscription, "failed", subscription->why);
	} else {
		if (subscription->report.outcome == CARDEA_WEBHOOK_DELIVERED)
			subscription->failures = 0;
		queue_up(subscription); /* behind the others */
		end_turn(subscription->webhooks);
	}
}

static void report(struct subscription *subscription, enum cardea_webhook_outcome outcome)
{
	const struct cardea_webhook_feed *feed = &subscription->webhooks->options.feed;
	int err;

	subscription->report.outcome = outcome;
	err = feed->report(feed->arg, subscription->id, &subscription->report, on_reported,
	                   subscription);
	if (err)
		on_reported(err, subscription);
}

static void on_answer(const struct cardea_http_result *result, void *arg)
{
	struct subscription *subscription = arg;
	bool taken = !result->err && result->status >= 200 && result->status < 300;

	subscription->call = NULL;
	subscription->report.status = result->status;
	subscription->why = result->why;
	report(subscription, taken ? CARDEA_WEBHOOK_DELIVERED : CARDEA_WEBHOOK_FAILED);
}

static int send_event(struct subscription *subscription, const struct cardea_webhook_event *event)
{
	char signature[CARDEA_DIGEST_SIZE];
	int err = cardea_webhook_sign(event->key, event->body, event->len, signature);
	g_autofree char *header = err ? NULL : g_strconcat("X-Eyeson-Signature: ", signature, NULL);
	const char *headers[] = {"Content-Type: application/json", header, NULL};
	const struct cardea_http_post post = {
	        .url = event->url,
	        .headers = headers,
	        .body = event->body,
	        .len = event->len,
	};

	return err ? err
	           : cardea_http_client_post(subscription->webhooks->options.client, &post, on_answer,
	                                     subscription, &subscription->call);
}

static void subscription_free(void *data)
{
	struct subscription *subscription = data;

	cardea_timer_free(subscription->retry);
	g_free(subscription->room);
	g_free(subscription->id);
	g_free(subscription);
}

/* Nothing is due. */
static void rest(struct subscription *subscription)
{
	struct cardea_webhooks *webhooks = subscription->webhooks;

	if (subscription->woken)
		queue_up(subscription);
	else
		g_hash_table_remove(webhooks->subscriptions, subscription->id);
	end_turn(webhooks);
}

static void take_event(struct subscription *subscription, const struct cardea_webhook_event *event)
{
	int64_t now = cardea_clock_wall_ms(subscription->webhooks->options.clock);
	int err;

	g_free(subscription->room);
	subscription->room = g_strdup(event->room);
	subscription->report = (struct cardea_webhook_report){
	        .room = subscription->room,
	        .seq = event->seq,
	};
	if (now - event->at_ms > MAX_AGE_MS) {
		report(subscription, CARDEA_WEBHOOK_EXPIRED);
		return;
	}
	subscription->report.sent_ms = now;
	err = send_event(subscription, event);
	if (err)
		wait_and_retry(subscription, "not_sent", cardea_error_text(err));
}

static void on_next(int err, const struct cardea_webhook_event *event, void *arg)
{
	struct subscription *subscription = arg;

	if (subscription->webhooks->stopped)
		return;
	if (err)
		wait_and_retry(subscription, "not_read", cardea_error_text(err));
	else if (!event)
		rest(subscription);
	else
		take_event(subscription, event);
}

static void ask(struct subscription *subscription)
{
	const struct cardea_webhook_feed *feed = &subscription->webhooks->options.feed;
	int err;

	subscription->woken = false;
	err = feed->next(feed->arg, subscription->id, on_next, subscription);
	if (err)
		on_next(err, NULL, subscription);
}

/* ---- all of them ---- */

struct cardea_webhooks *cardea_webhooks_new(const struct cardea_webhooks_options *options)
{
	struct cardea_webhooks *webhooks = g_new0(struct cardea_webhooks, 1);

	webhooks->options = *options;
	webhooks->subscriptions =
	        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, subscription_free);
	g_queue_init(&webhooks->queue);
	return webhooks;
}

static void add(struct cardea_webhooks *webhooks, const char *id)
{
	struct subscription *subscription = g_new0(struct subscription, 1);

	subscription->webhooks = webhooks;
	subscription->id = g_strdup(id);
	subscription->link.data = subscription;
	subscription->retry = cardea_timer_new(webhooks->options.loop, on_retry, subscription);
	g_hash_table_insert(webhooks->subscriptions, subscription->id, subscription);
	queue_up(subscription);
	take_turns(webhooks);
}

void cardea_webhooks_wake(struct cardea_webhooks *webhooks, const char *id)
{
	struct subscription *subscription = g_hash_table_lookup(webhooks->subscriptions, id);

	if (webhooks->stopped)
		return;
	if (subscription)
		subscription->woken = true;
	else
		add(webhooks, id);
}

void cardea_webhooks_stop(struct cardea_webhooks *webhooks)
{
	GHashTableIter iter;
	void *value;

	webhooks->stopped = true;
	g_hash_table_iter_init(&iter, webhooks->subscriptions);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct subscription *subscription = value;

		cardea_timer_stop(subscription->retry);
		if (subscription->call)
			cardea_http_call_cancel(g_steal_pointer(&subscription->call));
	}
}

void cardea_webhooks_free(struct cardea_webhooks *webhooks)
{
	if (!webhooks)
		return;
	cardea_webhooks_stop(webhooks);
	g_hash_table_destroy(webhooks->subscriptions);
	g_free(webhooks);
}
