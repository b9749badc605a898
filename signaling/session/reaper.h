/*
 * reaper: ends Janus sessions that no browser holds. A session whose socket is lost may be claimed
 * for a while; then the reaper destroys it at the node and tells the domain that it is gone. After
 * a gateway's restart it does the same for every session on record. Loop thread only.
 */
#ifndef CARDEA_SESSION_REAPER_H
#define CARDEA_SESSION_REAPER_H

#include <stdbool.h>
#include <stdint.h>

struct cardea_domain;
struct cardea_loop;
struct cardea_node_pool;
struct cardea_reaper;

/* A page that reloads or changes network is back within seconds. */
#define CARDEA_REAPER_LOST_MS    30000
/* After a gateway's restart the pages of all rooms come back at once. */
#define CARDEA_REAPER_RESTART_MS 60000

struct cardea_reaper *cardea_reaper_new(struct cardea_loop *loop, struct cardea_node_pool *pool,
                                        struct cardea_domain *domain);
/* Gives every session on record of @node CARDEA_REAPER_RESTART_MS to be claimed. Once, at start;
 * tried again until the domain has listed them. */
void cardea_reaper_sweep(struct cardea_reaper *reaper, const char *node);
/* Who holds sessions. */
struct cardea_reaper_holder {
	/* A browser holds the session @key now. */
	bool (*is_held)(const char *key, void *arg);
	/* The session @key, which nobody holds, is at its end. */
	void (*gone)(const char *key, void *arg);
	void *arg;
};
/* @holder is copied; without one nothing is held. */
void cardea_reaper_set_holder(struct cardea_reaper *reaper,
                              const struct cardea_reaper_holder *holder);
/* Nobody holds the session any more: destroys it after @delay_ms. */
void cardea_reaper_lost(struct cardea_reaper *reaper, const char *node, uint64_t session,
                        int64_t delay_ms);
/* A browser holds it again. False: too late, it is being destroyed. */
bool cardea_reaper_claimed(struct cardea_reaper *reaper, const char *node, uint64_t session);
/* The pool and the domain must still be there. NULL is fine. */
void cardea_reaper_free(struct cardea_reaper *reaper);

/* Key of a session in a table: a new string "<node>/<session>". */
char *cardea_session_key(const char *node, uint64_t session);

#endif
