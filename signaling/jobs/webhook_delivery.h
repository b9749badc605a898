/*
 * webhook_delivery: the sender of webhooks at work: on the domain's queue, over an HTTP client of
 * its own. Loop thread only.
 */
#ifndef CARDEA_JOBS_WEBHOOK_DELIVERY_H
#define CARDEA_JOBS_WEBHOOK_DELIVERY_H

#include "domain/webhooks.h"
#include "jobs/http_client.h"

struct cardea_clock;
struct cardea_loop;
struct cardea_webhook_delivery;

struct cardea_webhook_delivery_options {
	struct cardea_loop *loop;
	struct cardea_domain *domain;
	const struct cardea_clock *clock;
	struct cardea_http_client_options client; /* without a loop */
	/* The body of a message: new text, freed with free(); NULL if there is none. */
	char *(*render)(const struct cardea_webhook_message *message);
};

/* Begins with what was owed before. An error of cardea_http_client_new. */
int cardea_webhook_delivery_new(const struct cardea_webhook_delivery_options *options,
                                struct cardea_webhook_delivery **out);
/* More is owed to @webhook. NULL is fine: then nothing is delivered yet. */
void cardea_webhook_delivery_wake(struct cardea_webhook_delivery *delivery, const char *webhook);
/* Sends nothing more; NULL is fine. */
void cardea_webhook_delivery_stop(struct cardea_webhook_delivery *delivery);
/* After the store was closed. NULL is fine. */
void cardea_webhook_delivery_free(struct cardea_webhook_delivery *delivery);

#endif
