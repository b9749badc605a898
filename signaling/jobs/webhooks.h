/*
 * webhooks: sends what happened to those who subscribed to it. What is owed to whom stands in the
 * store; this module only asks, sends and tells how it went, so that a gateway that is killed at
 * any moment loses nothing and keeps the order: an event is asked for again until it is told as
 * done.
 *
 * Of each subscription one event at a time is under way, so that they arrive in the feed's order,
 * at least once. A failed one is tried again after 1 s, then twice as long each time up to 5
 * minutes, for 24 hours from when it happened; then it is left out. Receivers do not wait for each
 * other, but that at most 32 are served at a time, in the order in which they came. Loop thread
 * only.
 */
#ifndef CARDEA_JOBS_WEBHOOKS_H
#define CARDEA_JOBS_WEBHOOKS_H

#include <stddef.h>
#include <stdint.h>
#include "cardea_clock.h"
#include "cardea_hash.h"

struct cardea_http_client;
struct cardea_loop;
struct cardea_webhooks;

/* One event for one subscription; borrowed for the length of the call. */
struct cardea_webhook_event {
	const char *room; /* with @seq its place in the log, only handed back */
	int64_t seq;
	int64_t at_ms; /* wall clock, when it happened */
	const char *url;
	const char *key; /* the API key, which signs */
	const char *body;
	size_t len;
};

enum cardea_webhook_outcome {
	CARDEA_WEBHOOK_DELIVERED, /* answered with 2xx: the next event is due */
	CARDEA_WEBHOOK_FAILED,    /* the same event is due again */
	CARDEA_WEBHOOK_EXPIRED,   /* too old, was not tried: the next event is due */
};

struct cardea_webhook_report {
	const char *room;
	int64_t seq;
	enum cardea_webhook_outcome outcome;
	int status;      /* of the answer; 0: none */
	int64_t sent_ms; /* wall clock; 0: was not tried */
};

/* @event is NULL if nothing is due, or the subscription is over. */
typedef void (*cardea_webhook_next_h)(int err, const struct cardea_webhook_event *event, void *arg);
typedef void (*cardea_webhook_stored_h)(int err, void *arg);

/* What is owed, as the store knows it. Each starts and returns 0, then calls @done once, later; or
 * returns an error and does not. */
struct cardea_webhook_feed {
	/* The oldest event that @subscription has not been told. */
	int (*next)(void *arg, const char *subscription, cardea_webhook_next_h done, void *done_arg);
	/* Notes, in one transaction, that the cursor moves on unless it failed, and when the last
	 * request was sent and what came of it unless it expired. @report is borrowed. */
	int (*report)(void *arg, const char *subscription, const struct cardea_webhook_report *report,
	              cardea_webhook_stored_h done, void *done_arg);
	void *arg;
};

struct cardea_webhooks_options {
	struct cardea_loop *loop;
	struct cardea_http_client *client; /* outlives this */
	const struct cardea_clock *clock;
	struct cardea_webhook_feed feed;
};

struct cardea_webhooks *cardea_webhooks_new(const struct cardea_webhooks_options *options);
/* Something may be due to @subscription (id without secrets, it is logged): at start for each that
 * there is, then whenever an event is committed. Cheap if it is at work already. */
void cardea_webhooks_wake(struct cardea_webhooks *webhooks, const char *subscription);
/* Sends nothing more; what is under way is cut off and will be due again. */
void cardea_webhooks_stop(struct cardea_webhooks *webhooks);
/* After the feed has called the last handler: when the store is closed. NULL is fine. */
void cardea_webhooks_free(struct cardea_webhooks *webhooks);

/* X-Eyeson-Signature: HMAC-SHA256 of the body keyed with the API key, 64 lower-case hex digits and
 * NUL. 0 or CARDEA_E_CRYPTO. Any thread. */
int cardea_webhook_sign(const char *key, const char *body, size_t len,
                        char out[CARDEA_DIGEST_SIZE]);

#endif
