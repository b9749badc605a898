/*
 * process: which process a pid file means. A pid alone may have been given to another process
 * since; with its start time (/proc/<pid>/stat, field 22) it is unique. No state, any thread.
 */
#ifndef CARDEA_SUPERVISOR_PROCESS_H
#define CARDEA_SUPERVISOR_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

struct cardea_process {
	pid_t pid;
	uint64_t start; /* clock ticks after boot */
};

/* CARDEA_E_NOT_FOUND if there is no such process. */
int cardea_process_look(pid_t pid, struct cardea_process *out);

/* Writes "<pid> <start>" to @path. */
int cardea_process_save(const char *path, const struct cardea_process *process);

/*
 * The process that @path names, if it still runs; *@pidfd (owned by the caller) then watches it.
 * CARDEA_E_NOT_FOUND otherwise, also for a file that makes no sense.
 */
int cardea_process_open(const char *path, struct cardea_process *out, int *pidfd);

/* "<name> <pid>", for tests: parses the content of /proc/<pid>/stat. */
int cardea_process_parse_stat(const char *text, uint64_t *start);

#endif
