#include "lifeline.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <glib.h>
#include "cardea_error.h"
#include "conf/log.h"
#include "net/loop.h"

#define MAX_LINE 128

struct cardea_lifeline {
	int fd;
	struct cardea_lifeline_callbacks callbacks;
	char line[MAX_LINE];
	size_t len;
};

/* "child <name> <pid>" */
static void read_line(struct cardea_lifeline *lifeline, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 4);
	guint64 pid;

	if (g_strv_length(words) != 3 || strcmp(words[0], "child") != 0 ||
	    !g_ascii_string_to_unsigned(words[2], 10, 0, INT32_MAX, &pid, NULL)) {
		cardea_log(CARDEA_LOG_WARNING, "worker", "event=bad_lifeline_message");
		return;
	}
	lifeline->callbacks.child(words[1], (pid_t)pid, lifeline->callbacks.arg);
}

static void take(struct cardea_lifeline *lifeline, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n') {
			lifeline->line[lifeline->len] = '\0';
			lifeline->len = 0;
			read_line(lifeline, lifeline->line);
		} else if (lifeline->len + 1 < sizeof(lifeline->line)) {
			lifeline->line[lifeline->len++] = data[i];
		}
	}
}

/* The loop goes on for the graceful stop, and an end of file would keep waking it: put something in
 * its place that never can be read. */
static void silence(struct cardea_lifeline *lifeline)
{
	int quiet = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (quiet >= 0) {
		dup2(quiet, lifeline->fd);
		close(quiet);
	}
}

static void readable(void *arg)
{
	struct cardea_lifeline *lifeline = arg;
	char data[512];
	ssize_t got = read(lifeline->fd, data, sizeof(data));

	if (got > 0) {
		take(lifeline, data, (size_t)got);
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		silence(lifeline);
		lifeline->callbacks.gone(lifeline->callbacks.arg);
	}
}

int cardea_lifeline_new(struct cardea_loop *loop, int fd,
                        const struct cardea_lifeline_callbacks *callbacks,
                        struct cardea_lifeline **out)
{
	struct cardea_lifeline *lifeline = g_new0(struct cardea_lifeline, 1);
	int flags = fcntl(fd, F_GETFL);
	int err;

	lifeline->fd = fd;
	lifeline->callbacks = *callbacks;
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		cardea_lifeline_free(lifeline);
		return CARDEA_E_SYSTEM;
	}
	err = cardea_loop_on_readable(loop, fd, readable, lifeline);
	if (err) {
		cardea_lifeline_free(lifeline);
		return err;
	}
	*out = lifeline;
	return 0;
}

void cardea_lifeline_free(struct cardea_lifeline *lifeline)
{
	if (lifeline) {
		close(lifeline->fd);
		g_free(lifeline);
	}
}
