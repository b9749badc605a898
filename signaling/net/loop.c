/* loop: see loop.h. */
#include "net/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <glib.h>
#include <event2/event.h>

#include "cardea_error.h"

struct cardea_loop {
	struct event_base *base;
	int wake_fd;
	struct event *wake;
	GMutex lock; /* guards posts */
	GArray *posts;
	GPtrArray *watches; /* struct watch, removed with the loop */
};

struct work {
	cardea_loop_h handler;
	void *arg;
};

struct watch {
	struct work work;
	struct event *event;
};

struct cardea_timer {
	struct work work;
	struct event *event;
};

static void run_posts(evutil_socket_t fd, short what, void *arg)
{
	struct cardea_loop *loop = arg;
	uint64_t count;
	GArray *due;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		g_error("eventfd: %s", g_strerror(errno));
	g_mutex_lock(&loop->lock);
	due = loop->posts;
	loop->posts = g_array_new(FALSE, FALSE, sizeof(struct work));
	g_mutex_unlock(&loop->lock);
	for (guint i = 0; i < due->len; i++) {
		struct work work = g_array_index(due, struct work, i);
		work.handler(work.arg);
	}
	g_array_free(due, TRUE);
}

static void watch_free(void *data)
{
	struct watch *watch = data;

	if (watch->event)
		event_free(watch->event);
	g_free(watch);
}

static struct event_base *new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (!config)
		return NULL;
	/* Only this thread touches the base; posts come through the eventfd. */
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	if (event_config_require_features(config, EV_FEATURE_O1) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

struct cardea_loop *cardea_loop_new(void)
{
	struct cardea_loop *loop = g_new0(struct cardea_loop, 1);

	signal(SIGPIPE, SIG_IGN); /* libevent writes without MSG_NOSIGNAL */
	g_mutex_init(&loop->lock);
	loop->posts = g_array_new(FALSE, FALSE, sizeof(struct work));
	loop->watches = g_ptr_array_new_with_free_func(watch_free);
	loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	loop->base = new_base();
	if (loop->wake_fd < 0 || !loop->base)
		goto fail;
	loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, run_posts, loop);
	if (!loop->wake || event_add(loop->wake, NULL) < 0)
		goto fail;
	return loop;
fail:
	cardea_loop_free(loop);
	return NULL;
}

int cardea_loop_run(struct cardea_loop *loop)
{
	return event_base_dispatch(loop->base) < 0 ? CARDEA_E_SYSTEM : 0;
}

void cardea_loop_stop(struct cardea_loop *loop)
{
	event_base_loopexit(loop->base, NULL);
}

void cardea_loop_free(struct cardea_loop *loop)
{
	if (!loop)
		return;
	g_ptr_array_free(loop->watches, TRUE);
	if (loop->wake)
		event_free(loop->wake);
	if (loop->base)
		event_base_free(loop->base);
	if (loop->wake_fd >= 0)
		close(loop->wake_fd);
	g_array_free(loop->posts, TRUE);
	g_mutex_clear(&loop->lock);
	g_free(loop);
}

void cardea_loop_post(struct cardea_loop *loop, cardea_loop_h handler, void *arg)
{
	struct work work = {handler, arg};
	uint64_t one = 1;
	bool first;

	g_mutex_lock(&loop->lock);
	first = loop->posts->len == 0;
	g_array_append_val(loop->posts, work);
	g_mutex_unlock(&loop->lock);
	/* A full counter (EAGAIN) wakes the loop as well. */
	if (first && write(loop->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		g_error("eventfd: %s", g_strerror(errno));
}

static void run_watch(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg;

	(void)fd;
	(void)what;
	watch->work.handler(watch->work.arg);
}

static int add_watch(struct cardea_loop *loop, int fd, short what, cardea_loop_h handler, void *arg)
{
	struct watch *watch = g_new0(struct watch, 1);

	watch->work = (struct work){handler, arg};
	watch->event = event_new(loop->base, fd, what | EV_PERSIST, run_watch, watch);
	if (!watch->event || event_add(watch->event, NULL) < 0) {
		watch_free(watch);
		return CARDEA_E_SYSTEM;
	}
	g_ptr_array_add(loop->watches, watch);
	return 0;
}

int cardea_loop_on_signal(struct cardea_loop *loop, int signo, cardea_loop_h handler, void *arg)
{
	return add_watch(loop, signo, EV_SIGNAL, handler, arg);
}

int cardea_loop_on_readable(struct cardea_loop *loop, int fd, cardea_loop_h handler, void *arg)
{
	return add_watch(loop, fd, EV_READ, handler, arg);
}

static void run_timer(evutil_socket_t fd, short what, void *arg)
{
	struct cardea_timer *timer = arg;

	(void)fd;
	(void)what;
	timer->work.handler(timer->work.arg); /* may free the timer */
}

struct cardea_timer *cardea_timer_new(struct cardea_loop *loop, cardea_loop_h handler, void *arg)
{
	struct cardea_timer *timer = g_new0(struct cardea_timer, 1);

	timer->work = (struct work){handler, arg};
	timer->event = event_new(loop->base, -1, 0, run_timer, timer);
	if (!timer->event)
		g_error("out of memory");
	return timer;
}

void cardea_timer_start(struct cardea_timer *timer, int64_t ms)
{
	struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	event_add(timer->event, &delay);
}

void cardea_timer_stop(struct cardea_timer *timer)
{
	event_del(timer->event);
}

void cardea_timer_free(struct cardea_timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	g_free(timer);
}

struct event_base *cardea_loop_base(struct cardea_loop *loop)
{
	return loop->base;
}
