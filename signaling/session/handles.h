/*
 * handles: how many handles a Janus session has, as Janus itself tells: an attach counts when it is
 * forwarded, its answer names the handle, `detached` ends it. An attach whose answer is lost with a
 * socket goes on counting. Pure; loop thread.
 */
#ifndef CARDEA_SESSION_HANDLES_H
#define CARDEA_SESSION_HANDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A client needs two; the plugin and the core pay for each. */
#define CARDEA_MAX_HANDLES 16

struct cardea_handles {
	uint64_t live[CARDEA_MAX_HANDLES];
	unsigned live_count;
	unsigned asked; /* attaches that are not answered */
};

/* Counts an attach that will be forwarded; false if it is one too many. */
bool cardea_handles_attach(struct cardea_handles *handles);
/* Reads one message of Janus to the client of @session. All but answers and `detached` are told
 * apart by their first bytes. */
void cardea_handles_see(struct cardea_handles *handles, uint64_t session, const char *text,
                        size_t len);

#endif
