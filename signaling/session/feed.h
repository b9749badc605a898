/*
 * feed: follows the event logs of rooms. Each room is read once for all who follow it, from the log
 * and nowhere else, so order and replay hold by construction (DESIGN 8). Loop thread only.
 */
#ifndef CARDEA_SESSION_FEED_H
#define CARDEA_SESSION_FEED_H

#include "domain/log.h"

struct cardea_feed;
struct cardea_feed_reader;
struct cardea_loop;

struct cardea_feed *cardea_feed_new(struct cardea_loop *loop, struct cardea_domain *domain);
/* With the readers that are left; nothing is called any more. NULL is fine. */
void cardea_feed_free(struct cardea_feed *feed);

/* The log of @room has grown: `logged` of the store. NULL is fine. */
void cardea_feed_wake(struct cardea_feed *feed, const char *room);

/* Calls @part for all that comes after number @after, in order and without a gap, until
 * cardea_feed_stop. */
struct cardea_feed_reader *
cardea_feed_follow(struct cardea_feed *feed, const char *tenant, const char *room, int64_t after,
                   void (*part)(const struct cardea_log_part *part, void *arg), void *arg);
/* Also from its own handler. */
void cardea_feed_stop(struct cardea_feed_reader *reader);

#endif
