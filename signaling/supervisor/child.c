/* child: fork, exec, watch, restart, stop. */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cardea_error.h"
#include "supervisor/child.h"
#include "conf/log.h"
#include "supervisor/process.h"

#define MAX_LOG          (16 * 1024 * 1024)
#define EXIT_NOT_STARTED 127

void cardea_child_init(struct cardea_child *child, const struct cardea_child_plan *plan)
{
	*child = (struct cardea_child){.plan = plan, .state = CARDEA_CHILD_WAITING, .pidfd = -1};
}

int64_t cardea_child_next_backoff(int64_t backoff_ms, int64_t up_ms)
{
	if (up_ms >= CARDEA_CHILD_STABLE_MS || backoff_ms == 0) {
		return CARDEA_CHILD_BACKOFF_MIN_MS;
	}
	return MIN(2 * backoff_ms, CARDEA_CHILD_BACKOFF_MAX_MS);
}

static void wait_for_turn(struct cardea_child *child, int64_t now_ms)
{
	child->backoff_ms = cardea_child_next_backoff(child->backoff_ms, now_ms - child->started_ms);
	child->state = CARDEA_CHILD_WAITING;
	child->due_ms = now_ms + child->backoff_ms;
}

static void is_running(struct cardea_child *child, pid_t pid, int pidfd, int64_t now_ms)
{
	child->state = CARDEA_CHILD_RUNNING;
	child->pid = pid;
	child->pidfd = pidfd;
	child->started_ms = now_ms;
}

bool cardea_child_adopt(struct cardea_child *child, int64_t now_ms)
{
	struct cardea_process process;
	int pidfd;

	if (cardea_process_open(child->plan->pid_path, &process, &pidfd) != 0) {
		return false;
	}
	is_running(child, process.pid, pidfd, now_ms);
	child->ours = false;
	cardea_log(CARDEA_LOG_INFO, "supervisor", "event=adopted child=%s pid=%ld", child->plan->name,
	           (long)process.pid);
	return true;
}

/* ---- in the child, between fork and exec: no return
 * ------------------------------------------------ */

static void open_log(const struct cardea_child_plan *plan)
{
	struct stat st;
	int fd;

	if (plan->log_path == NULL) {
		return;
	}
	fd = open(plan->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		return; /* logs to the supervisor's stderr then */
	}
	if (fstat(fd, &st) == 0 && st.st_size > MAX_LOG && ftruncate(fd, 0) != 0) {
		/* A log that is too long is no reason not to start. */
	}
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
}

/* Nothing of ours leaks into the child but the standard descriptors and those of the plan. */
static void pass_descriptors(const struct cardea_child_plan *plan)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)dup2(null, STDIN_FILENO);
	(void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	for (size_t i = 0; i < plan->fd_count; i++) {
		(void)fcntl(plan->fds[i], F_SETFD, 0);
	}
}

static void save_self(const char *path)
{
	struct cardea_process self;

	if (cardea_process_look(getpid(), &self) != 0 || cardea_process_save(path, &self) != 0) {
		_exit(EXIT_NOT_STARTED); /* it could never be found again */
	}
}

static void run(const struct cardea_child_plan *plan, pid_t supervisor)
{
	sigset_t none;

	(void)setsid();
	if (plan->pid_path == NULL) {
		/* SIGKILL, not SIGTERM: two workers must never share a store. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != supervisor) {
			_exit(EXIT_NOT_STARTED); /* it ended before prctl */
		}
	} else {
		/* Written by the child: a supervisor killed right after fork loses nobody. */
		save_self(plan->pid_path);
	}
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	open_log(plan);
	pass_descriptors(plan);
	(void)execv(plan->program, (char *const *)plan->argv);
	_exit(EXIT_NOT_STARTED);
}

/* ---- in the supervisor
 * ---------------------------------------------------------------------------- */

static int not_started(struct cardea_child *child, const char *what, int64_t now_ms)
{
	cardea_log(CARDEA_LOG_ERROR, "supervisor", "event=not_started child=%s what=%s error=\"%s\"",
	           child->plan->name, what, g_strerror(errno));
	child->started_ms = now_ms;
	wait_for_turn(child, now_ms);
	return CARDEA_E_SYSTEM;
}

int cardea_child_start(struct cardea_child *child, int64_t now_ms)
{
	pid_t supervisor = getpid(), pid;
	int pidfd;

	if (access(child->plan->program, X_OK) != 0) {
		return not_started(child, child->plan->program, now_ms);
	}
	if (child->plan->may_start != NULL && !child->plan->may_start(child->plan->arg)) {
		errno = EADDRINUSE;
		return not_started(child, "port", now_ms);
	}
	pid = fork();
	if (pid == 0) {
		run(child->plan, supervisor);
	}
	if (pid < 0) {
		return not_started(child, "fork", now_ms);
	}
	pidfd = pidfd_open(pid, 0); /* it cannot be reaped before we do, so this is the right one */
	if (pidfd < 0) {
		int saved = errno;

		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		errno = saved;
		return not_started(child, "pidfd", now_ms);
	}
	is_running(child, pid, pidfd, now_ms);
	child->ours = true;
	cardea_log(CARDEA_LOG_INFO, "supervisor", "event=started child=%s pid=%ld", child->plan->name,
	           (long)pid);
	return 0;
}

static void log_end(const struct cardea_child *child, const siginfo_t *info, int64_t up_ms)
{
	const char *how = !child->ours ? "unknown" : info->si_code == CLD_EXITED ? "exit" : "signal";
	enum cardea_log_level level = child->state == CARDEA_CHILD_STOPPING || child->reload
	                                      ? CARDEA_LOG_INFO
	                                      : CARDEA_LOG_ERROR;

	cardea_log(level, "supervisor",
	           "event=ended child=%s pid=%ld how=%s status=%d up_ms=%" G_GINT64_FORMAT,
	           child->plan->name, (long)child->pid, how, info->si_status, up_ms);
}

void cardea_child_ended(struct cardea_child *child, int64_t now_ms)
{
	siginfo_t info = {0};

	if (child->ours) {
		(void)waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED);
	}
	log_end(child, &info, now_ms - child->started_ms);
	(void)close(child->pidfd);
	child->pidfd = -1;
	child->pid = 0;
	if (child->plan->pid_path != NULL) {
		(void)unlink(child->plan->pid_path);
	}
	if (child->state == CARDEA_CHILD_STOPPING) {
		child->state = CARDEA_CHILD_STOPPED;
	} else if (child->reload) {
		child->reload = false;
		child->backoff_ms = 0;
		child->state = CARDEA_CHILD_WAITING;
		child->due_ms = now_ms;
	} else {
		wait_for_turn(child, now_ms);
	}
}

void cardea_child_signal(const struct cardea_child *child, int signo)
{
	if (child->pidfd >= 0) {
		(void)pidfd_send_signal(child->pidfd, signo, NULL, 0);
	}
}

void cardea_child_trim_log(const struct cardea_child *child)
{
	const char *path = child->plan->log_path;
	struct stat st;

	/* It writes with O_APPEND, so that it goes on at the new end. */
	if (path != NULL && stat(path, &st) == 0 && st.st_size > MAX_LOG && truncate(path, 0) != 0) {
		cardea_log(CARDEA_LOG_WARNING, "supervisor", "event=log_not_trimmed child=%s error=\"%s\"",
		           child->plan->name, g_strerror(errno));
	}
}

void cardea_child_reload(struct cardea_child *child, int64_t now_ms)
{
	if (child->state == CARDEA_CHILD_RUNNING) {
		child->reload = true;
		child->due_ms = now_ms + CARDEA_CHILD_STOP_MS;
		cardea_child_signal(child, SIGTERM);
	}
}

void cardea_child_stop(struct cardea_child *child, int64_t now_ms)
{
	if (child->state == CARDEA_CHILD_RUNNING) {
		child->state = CARDEA_CHILD_STOPPING;
		child->due_ms = now_ms + CARDEA_CHILD_STOP_MS;
		cardea_child_signal(child, SIGTERM);
	} else if (child->state == CARDEA_CHILD_WAITING) {
		child->state = CARDEA_CHILD_STOPPED;
	}
}

void cardea_child_kill(struct cardea_child *child)
{
	cardea_child_signal(child, SIGKILL);
	child->due_ms = INT64_MAX; /* once is enough */
}

int64_t cardea_child_due(const struct cardea_child *child)
{
	bool timed = child->state == CARDEA_CHILD_WAITING || child->state == CARDEA_CHILD_STOPPING ||
	             (child->state == CARDEA_CHILD_RUNNING && child->reload);

	return timed ? child->due_ms : INT64_MAX;
}
