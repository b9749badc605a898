/*
 * fd_watch: descriptors of libraries with an event interface of their own (libcurl) on our loop.
 * Loop thread only.
 */
#ifndef CARDEA_NET_FD_WATCH_H
#define CARDEA_NET_FD_WATCH_H

struct cardea_loop;
struct cardea_fd_watch;

enum {
	CARDEA_FD_READ = 1 << 0,
	CARDEA_FD_WRITE = 1 << 1,
};

/* @ready: what of the above holds now; an error or a hang-up counts for what was asked for. */
typedef void (*cardea_fd_h)(int fd, unsigned ready, void *arg);

/* Asks for nothing yet. The caller owns @fd and closes it after the watch is freed. */
struct cardea_fd_watch *cardea_fd_watch_new(struct cardea_loop *loop, int fd, cardea_fd_h handler,
                                            void *arg);
/* Calls the handler as long as one of @wanted holds. */
void cardea_fd_watch_set(struct cardea_fd_watch *watch, unsigned wanted);
void cardea_fd_watch_free(struct cardea_fd_watch *watch); /* NULL is fine; also from its handler */

#endif
