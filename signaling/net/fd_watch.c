/* fd_watch: see fd_watch.h. */
#include "net/fd_watch.h"

#include <glib.h>
#include <event2/event.h>

#include "net/loop.h"

struct cardea_fd_watch {
	struct event_base *base;
	struct event *event;
	int fd;
	cardea_fd_h handler;
	void *arg;
};

static void run(evutil_socket_t fd, short what, void *arg)
{
	const struct cardea_fd_watch *watch = arg;
	unsigned ready =
	        (what & EV_READ ? CARDEA_FD_READ : 0) | (what & EV_WRITE ? CARDEA_FD_WRITE : 0);

	watch->handler(fd, ready, watch->arg); /* may free the watch */
}

struct cardea_fd_watch *cardea_fd_watch_new(struct cardea_loop *loop, int fd, cardea_fd_h handler,
                                            void *arg)
{
	struct cardea_fd_watch *watch = g_new0(struct cardea_fd_watch, 1);

	watch->base = cardea_loop_base(loop);
	watch->fd = fd;
	watch->handler = handler;
	watch->arg = arg;
	watch->event = event_new(watch->base, fd, EV_PERSIST, run, watch);
	if (!watch->event)
		g_error("out of memory");
	return watch;
}

void cardea_fd_watch_set(struct cardea_fd_watch *watch, unsigned wanted)
{
	short what = (short)((wanted & CARDEA_FD_READ ? EV_READ : 0) |
	                     (wanted & CARDEA_FD_WRITE ? EV_WRITE : 0));

	event_del(watch->event);
	event_assign(watch->event, watch->base, watch->fd, (short)(what | EV_PERSIST), run, watch);
	if (what)
		event_add(watch->event, NULL);
}

void cardea_fd_watch_free(struct cardea_fd_watch *watch)
{
	if (!watch)
		return;
	event_free(watch->event);
	g_free(watch);
}
