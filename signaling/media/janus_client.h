/*
 * janus_client: one WebSocket connection to Janus on a unix socket, with transactions that have a
 * deadline and a connection that comes back by itself. It knows the Janus API's envelope and
 * nothing of our plugin. Loop thread only.
 */
#ifndef CARDEA_MEDIA_JANUS_CLIENT_H
#define CARDEA_MEDIA_JANUS_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

struct cardea_loop;
struct cardea_janus_client;

struct cardea_janus_client_options {
	struct cardea_loop *loop;
	const char *path;       /* unix socket; copied */
	const char *api_secret; /* added to each request; copied; NULL = none */
};

struct cardea_janus_client_callbacks {
	/* Connected; requests may be sent. */
	void (*up)(void *arg);
	/* The connection is gone; every request has had its answer (CARDEA_E_NO_NODE). The next attempt
	 * is under way after a pause. */
	void (*down)(void *arg);
	/* A message nobody waits for. @message is borrowed. */
	void (*event)(const json_t *message, void *arg);
};

/* @answer: the whole message, borrowed; NULL if @err. An error of Janus gives CARDEA_E_INVALID with
 * its message. CARDEA_E_NODE_TIMEOUT, CARDEA_E_NO_NODE. */
typedef void (*cardea_janus_answer_h)(int err, const json_t *answer, void *arg);

/* Which message ends a transaction. */
enum cardea_janus_wait {
	CARDEA_JANUS_FIRST, /* the first one: create, attach, keepalive, destroy, info */
	CARDEA_JANUS_EVENT, /* the `event` behind the `ack` of a plugin's asynchronous request */
};

int cardea_janus_client_new(const struct cardea_janus_client_options *options,
                            const struct cardea_janus_client_callbacks *callbacks, void *arg,
                            struct cardea_janus_client **out);
/* Connects, and again after each loss, until cardea_janus_client_free. */
void cardea_janus_client_start(struct cardea_janus_client *client);
/* Drops the connection, which makes the client connect anew after a pause: for a peer that has
 * stopped answering. */
void cardea_janus_client_drop(struct cardea_janus_client *client);
bool cardea_janus_client_is_up(const struct cardea_janus_client *client);

/* Sends @request (stolen, also on failure); `transaction` and `apisecret` are added. @answer is
 * called exactly once, never from within this call, unless this returns an error: then never.
 * CARDEA_E_NO_NODE while not connected. */
int cardea_janus_client_request(struct cardea_janus_client *client, json_t *request,
                                enum cardea_janus_wait wait, int64_t deadline_ms,
                                cardea_janus_answer_h answer, void *arg);

/* Closes. Waiting requests are answered with CARDEA_E_NO_NODE before this returns; after that
 * nothing is called any more. NULL is fine. */
void cardea_janus_client_free(struct cardea_janus_client *client);

/* Milliseconds to wait before attempt number @attempt (0, 1, ...): doubling from 50 ms to 2 s, the
 * upper half of it at random, so that gateways do not come back in step. @random: any 32 bits. */
int64_t cardea_janus_backoff_ms(unsigned attempt, uint32_t random);

#endif
