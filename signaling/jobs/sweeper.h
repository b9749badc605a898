/*
 * sweeper: ends meetings that have been empty for their time. Loop thread only.
 */
#ifndef CARDEA_JOBS_SWEEPER_H
#define CARDEA_JOBS_SWEEPER_H

#include <stdbool.h>

struct cardea_domain;
struct cardea_loop;
struct cardea_sweeper;

/* @is_held: true if somebody keeps @session from ending whom the log does not know, such as a
 * socket. The first look is after the time that clients need to come back after a restart. */
struct cardea_sweeper *cardea_sweeper_new(struct cardea_loop *loop, struct cardea_domain *domain,
                                          bool (*is_held)(const char *session, void *arg),
                                          void *arg);
/* After the store was closed. NULL is fine. */
void cardea_sweeper_free(struct cardea_sweeper *sweeper);

#endif
