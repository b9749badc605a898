/* process: pid files with start times. */
#include "config.h"
#include <glib.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/file.h"
#include "supervisor/process.h"

#define MAX_STAT    4096
#define START_FIELD 22
/* The first field behind the name, which is in parentheses and may hold blanks and parentheses. */
#define FIRST_FIELD 3

int cardea_process_parse_stat(const char *text, uint64_t *start)
{
	const char *p = strrchr(text, ')');

	for (int i = FIRST_FIELD; p != NULL && i <= START_FIELD; i++) {
		p = strchr(p, ' ');
		p = p != NULL ? p + 1 : NULL;
	}
	if (p == NULL || !g_ascii_isdigit(*p)) {
		return CARDEA_E_INVALID;
	}
	*start = g_ascii_strtoull(p, NULL, 10);
	return 0;
}

int cardea_process_look(pid_t pid, struct cardea_process *out)
{
	g_autofree char *path = g_strdup_printf("/proc/%ld/stat", (long)pid);
	g_autofree char *text = NULL;
	uint64_t start = 0;
	size_t len;

	if (cardea_file_read(path, MAX_STAT, &text, &len) != 0 ||
	    cardea_process_parse_stat(text, &start) != 0) {
		return CARDEA_E_NOT_FOUND;
	}
	*out = (struct cardea_process){.pid = pid, .start = start};
	return 0;
}

int cardea_process_save(const char *path, const struct cardea_process *process)
{
	g_autofree char *text =
	        g_strdup_printf("%ld %" PRIu64 "\n", (long)process->pid, process->start);

	return cardea_file_replace(path, text, strlen(text), 0600);
}

static int read_record(const char *path, struct cardea_process *out)
{
	g_autofree char *text = NULL;
	char *end = NULL;
	gint64 pid;
	size_t len;

	if (cardea_file_read(path, 64, &text, &len) != 0) {
		return CARDEA_E_NOT_FOUND;
	}
	pid = g_ascii_strtoll(text, &end, 10);
	if (pid <= 1 || pid > G_MAXINT32 || *end != ' ') {
		return CARDEA_E_NOT_FOUND;
	}
	*out = (struct cardea_process){.pid = (pid_t)pid, .start = g_ascii_strtoull(end, NULL, 10)};
	return 0;
}

int cardea_process_open(const char *path, struct cardea_process *out, int *pidfd)
{
	struct cardea_process saved, now;
	struct pollfd ended = {.events = POLLIN};

	if (read_record(path, &saved) != 0) {
		return CARDEA_E_NOT_FOUND;
	}
	ended.fd = pidfd_open(saved.pid, 0);
	if (ended.fd < 0) {
		return CARDEA_E_NOT_FOUND;
	}
	/* Compared after the open: from here on the descriptor and the pid mean the same process. */
	if (cardea_process_look(saved.pid, &now) != 0 || now.start != saved.start ||
	    poll(&ended, 1, 0) != 0) {
		(void)close(ended.fd);
		return CARDEA_E_NOT_FOUND;
	}
	*out = now;
	*pidfd = ended.fd;
	return 0;
}
