/*
 * child: one supervised process: started, watched by its pidfd, started again with a growing delay,
 * stopped with a deadline. Times are monotonic milliseconds. Single-threaded.
 */
#ifndef CARDEA_SUPERVISOR_CHILD_H
#define CARDEA_SUPERVISOR_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CARDEA_CHILD_BACKOFF_MIN_MS 100
#define CARDEA_CHILD_BACKOFF_MAX_MS 5000
#define CARDEA_CHILD_STABLE_MS      10000 /* up this long: the next delay is the shortest again */
#define CARDEA_CHILD_STOP_MS        5000  /* from SIGTERM to SIGKILL */

/* Constant; everything borrowed for the child's life. */
struct cardea_child_plan {
	const char *name;
	const char *program;
	const char *const *argv; /* NULL-terminated */
	const char *log_path;    /* stdout and stderr go there; NULL = the supervisor's */
	/* Not NULL: the process outlives the supervisor, and the next one finds it by this file. NULL:
	 * it is killed when the supervisor ends, however that happens. */
	const char *pid_path;
	const int *fds; /* descriptors it inherits, by the same numbers */
	size_t fd_count;
	bool (*may_start)(void *arg); /* NULL, or asked before each start; false: later */
	void *arg;
};

enum cardea_child_state {
	CARDEA_CHILD_WAITING, /* for its start time */
	CARDEA_CHILD_RUNNING,
	CARDEA_CHILD_STOPPING, /* has SIGTERM; will not be started again */
	CARDEA_CHILD_STOPPED,
};

struct cardea_child {
	const struct cardea_child_plan *plan;
	enum cardea_child_state state;
	pid_t pid;   /* 0 = none */
	int pidfd;   /* readable when it has ended; -1 = none */
	bool ours;   /* not adopted: we reap it */
	bool reload; /* being replaced: no delay before the next start */
	int64_t started_ms;
	int64_t due_ms; /* WAITING: start; STOPPING: SIGKILL; else unused */
	int64_t backoff_ms;
};

void cardea_child_init(struct cardea_child *child, const struct cardea_child_plan *plan);

/* Takes over the process that the pid file names. False if none runs. */
bool cardea_child_adopt(struct cardea_child *child, int64_t now_ms);

/* Starts it now. CARDEA_E_SYSTEM: it could not be started and waits for its next turn. */
int cardea_child_start(struct cardea_child *child, int64_t now_ms);

/* Its pidfd is readable: reaps it and decides what comes next. */
void cardea_child_ended(struct cardea_child *child, int64_t now_ms);

/* Empties its log if it has grown too long: what strangers make it say must not fill the disk. */
void cardea_child_trim_log(const struct cardea_child *child);

/* Asks it to end and starts it again at once when it has. */
void cardea_child_reload(struct cardea_child *child, int64_t now_ms);

/* Asks it to end, for good. */
void cardea_child_stop(struct cardea_child *child, int64_t now_ms);

/* Sends @signo if it runs. */
void cardea_child_signal(const struct cardea_child *child, int signo);

/* SIGKILL. */
void cardea_child_kill(struct cardea_child *child);

/* When something is due next: a start or a SIGKILL; INT64_MAX = never. */
int64_t cardea_child_due(const struct cardea_child *child);

/* The next delay after one of @backoff_ms and a run of @up_ms. Pure. */
int64_t cardea_child_next_backoff(int64_t backoff_ms, int64_t up_ms);

#endif
