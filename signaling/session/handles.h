/*
 * handles: how many handles a Janus session has, as Janus itself tells: an attach counts when it is
 * forwarded, its answer names the handle, `detached` ends it. An attach whose answer is lost with a
 * socket goes on counting. And which of them have just been hung up. Pure; loop thread.
 */
#ifndef CARDEA_SESSION_HANDLES_H
#define CARDEA_SESSION_HANDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A client needs two; the plugin and the core pay for each. */
#define CARDEA_MAX_HANDLES 16

/* How long after a hangup Janus takes no offer: one that waits in Janus for the old PeerConnection
 * to go makes a new ICE agent, which the end of the old one then frees, and Janus with it (1.1.2;
 * upstream pull request 3666). Closing an agent takes milliseconds. */
#define CARDEA_HANGUP_MS 1000

struct cardea_handles {
	struct {
		uint64_t id;
		int64_t no_offer_until_ms; /* monotonic; 0: never hung up */
	} live[CARDEA_MAX_HANDLES];
	unsigned live_count;
	unsigned asked; /* attaches that are not answered */
};

/* Counts an attach that will be forwarded; false if it is one too many. */
bool cardea_handles_attach(struct cardea_handles *handles);
/* The client of @handle has asked to hang up at @now_ms (monotonic). */
void cardea_handles_hangup(struct cardea_handles *handles, uint64_t handle, int64_t now_ms);
/* False for an offer of a client so soon after a hangup of @handle. */
bool cardea_handles_may_offer(const struct cardea_handles *handles, uint64_t handle,
                              int64_t now_ms);
/* Reads one message of Janus to the client of @session. All but answers, `hangup` and `detached`
 * are told apart by their first bytes. */
void cardea_handles_see(struct cardea_handles *handles, uint64_t session, int64_t now_ms,
                        const char *text, size_t len);

#endif
