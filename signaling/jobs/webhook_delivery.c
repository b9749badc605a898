/* webhook_delivery: see webhook_delivery.h. */
#include "jobs/webhook_delivery.h"

#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "conf/log.h"
#include "jobs/webhooks.h"
#include "net/loop.h"

#define RETRY_MS 1000

struct cardea_webhook_delivery {
	struct cardea_domain *domain;
	char *(*render)(const struct cardea_webhook_message *message);
	struct cardea_http_client *client;
	struct cardea_webhooks *webhooks;
	struct cardea_timer *begin_timer;
};

/* ---- what is owed ---- */

struct next_call {
	const struct cardea_webhook_delivery *delivery;
	cardea_webhook_next_h done;
	void *arg;
};

static void pass_on(const struct next_call *call, const struct cardea_webhook_message *message)
{
	char *body = call->delivery->render(message);
	const struct cardea_webhook_event event = {
	        .room = message->room_id,
	        .seq = message->seq,
	        .at_ms = message->at_ms,
	        .url = message->url,
	        .key = message->key,
	        .body = body,
	        .len = body ? strlen(body) : 0,
	};

	call->done(body ? 0 : CARDEA_E_INTERNAL, body ? &event : NULL, call->arg);
	free(body);
}

static void found(int err, const struct cardea_webhook_message *message, void *arg)
{
	struct next_call *call = arg;

	if (message) {
		pass_on(call, message);
	} else {
		call->done(err, NULL, call->arg);
	}
	g_free(call);
}

static int next(void *arg, const char *webhook, cardea_webhook_next_h done, void *done_arg)
{
	const struct cardea_webhook_delivery *delivery = arg;
	struct next_call *call = g_new0(struct next_call, 1);
	int err;

	call->delivery = delivery;
	call->done = done;
	call->arg = done_arg;
	err = cardea_domain_webhook_next(delivery->domain, webhook, found, call);
	if (err) {
		g_free(call);
	}
	return err;
}

static int report(void *arg, const char *webhook, const struct cardea_webhook_report *report,
                  cardea_webhook_stored_h done, void *done_arg)
{
	const struct cardea_webhook_delivery *delivery = arg;
	const struct cardea_webhook_told told = {
	        .room_id = report->room,
	        .seq = report->seq,
	        .is_settled = report->outcome != CARDEA_WEBHOOK_FAILED,
	        .sent_ms = report->sent_ms,
	        .status = report->status,
	};

	return cardea_domain_webhook_report(delivery->domain, webhook, &told, done, done_arg);
}

/* ---- the beginning ---- */

static void begin(void *arg);

static void begun(int err, const char *const *ids, size_t count, void *arg)
{
	struct cardea_webhook_delivery *delivery = arg;

	if (err) {
		cardea_log(CARDEA_LOG_WARNING, "webhooks", "event=not_begun error=%s",
		           cardea_error_code(err));
		cardea_timer_start(delivery->begin_timer, RETRY_MS);
	}
	for (size_t i = 0; i < count; i++) {
		cardea_webhooks_wake(delivery->webhooks, ids[i]);
	}
}

static void begin(void *arg)
{
	struct cardea_webhook_delivery *delivery = arg;
	int err = cardea_domain_webhooks_owed(delivery->domain, begun, delivery);

	if (err) {
		begun(err, NULL, 0, delivery);
	}
}

int cardea_webhook_delivery_new(const struct cardea_webhook_delivery_options *options,
                                struct cardea_webhook_delivery **out)
{
	struct cardea_http_client_options client = options->client;
	struct cardea_webhooks_options webhooks = {.loop = options->loop, .clock = options->clock};
	struct cardea_webhook_delivery *delivery = g_new0(struct cardea_webhook_delivery, 1);
	int err;

	client.loop = options->loop;
	err = cardea_http_client_new(&client, &delivery->client);
	if (err) {
		g_free(delivery);
		return err;
	}
	delivery->domain = options->domain;
	delivery->render = options->render;
	webhooks.client = delivery->client;
	webhooks.feed = (struct cardea_webhook_feed){.next = next, .report = report, .arg = delivery};
	delivery->webhooks = cardea_webhooks_new(&webhooks);
	delivery->begin_timer = cardea_timer_new(options->loop, begin, delivery);
	begin(delivery);
	*out = delivery;
	return 0;
}

void cardea_webhook_delivery_wake(struct cardea_webhook_delivery *delivery, const char *webhook)
{
	if (delivery) {
		cardea_webhooks_wake(delivery->webhooks, webhook);
	}
}

void cardea_webhook_delivery_stop(struct cardea_webhook_delivery *delivery)
{
	if (delivery) {
		cardea_timer_stop(delivery->begin_timer);
		cardea_webhooks_stop(delivery->webhooks);
	}
}

void cardea_webhook_delivery_free(struct cardea_webhook_delivery *delivery)
{
	if (!delivery) {
		return;
	}
	cardea_webhooks_free(delivery->webhooks);
	cardea_http_client_free(delivery->client);
	cardea_timer_free(delivery->begin_timer);
	g_free(delivery);
}
