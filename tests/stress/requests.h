/* requests: the table of requests that the test sends, and how one is made up. Any thread. */
#ifndef CARDEA_STRESS_REQUESTS_H
#define CARDEA_STRESS_REQUESTS_H

#include <stdbool.h>
#include <jansson.h>
#include "fake_core.h"

enum request_jsep { JSEP_NONE = 0, JSEP_OFFER, JSEP_ANSWER };

struct request_row {
	const char *name;
	unsigned roles;  /* enum role that send it */
	unsigned weight; /* how often, beside the other rows of the role */
	bool first;      /* what a handle begins with */
	enum request_jsep jsep;
	/* The other members, with ' for ". "$name" stands for a random value: generators.c. */
	const char *members;
};

extern const struct request_row request_rows[];

unsigned requests_count(void);
/* Sends a random request that fits the handle, or now and then one that does not. */
void requests_send(struct fake_handle *handle);
/* Sends the request of that name. */
void requests_send_named(struct fake_handle *handle, const char *name);

#endif
