/*
 * loop: the worker's one epoll loop (libevent). Everything of net/, domain/, session/ and media/
 * runs on its thread, so none of them takes locks; other threads reach it by cardea_loop_post only.
 */
#ifndef CARDEA_NET_LOOP_H
#define CARDEA_NET_LOOP_H

#include <stdint.h>

struct cardea_loop;
struct cardea_timer;
struct event_base;

typedef void (*cardea_loop_h)(void *arg);

/* NULL if epoll is not available. The process ignores SIGPIPE from here on. */
struct cardea_loop *cardea_loop_new(void);
/* Runs until cardea_loop_stop. Returns 0 or a negative cardea_error. */
int cardea_loop_run(struct cardea_loop *loop);
/* Ends cardea_loop_run after the handlers that are due now. Loop thread. */
void cardea_loop_stop(struct cardea_loop *loop);
/* Not while running; posted work that has not run is dropped. */
void cardea_loop_free(struct cardea_loop *loop);

/* Runs @handler on the loop thread, in the order of the posts. Any thread. */
void cardea_loop_post(struct cardea_loop *loop, cardea_loop_h handler, void *arg);
/* Runs @handler on the loop thread for each signal @signo (no signal context). Loop thread. */
int cardea_loop_on_signal(struct cardea_loop *loop, int signo, cardea_loop_h handler, void *arg);
/* Runs @handler when @fd can be read; the caller owns @fd. Removed with the loop. Loop thread. */
int cardea_loop_on_readable(struct cardea_loop *loop, int fd, cardea_loop_h handler, void *arg);

/* A stopped timer; loop thread. */
struct cardea_timer *cardea_timer_new(struct cardea_loop *loop, cardea_loop_h handler, void *arg);
/* (Re)starts: once after @ms. */
void cardea_timer_start(struct cardea_timer *timer, int64_t ms);
void cardea_timer_stop(struct cardea_timer *timer);
void cardea_timer_free(struct cardea_timer *timer); /* NULL is fine; also from its own handler */

/* For net/ only. */
struct event_base *cardea_loop_base(struct cardea_loop *loop);

#endif
