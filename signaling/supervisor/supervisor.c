/* supervisor: one poll loop over a signalfd and the pidfds of its children. */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cardea_clock.h"
#include "cardea_error.h"
#include "supervisor/child.h"
#include "conf/file.h"
#include "supervisor/listen.h"
#include "supervisor/supervisor.h"

/* The running program itself, also after an upgrade has replaced its file. */
#define SELF "/proc/self/exe"

struct supervisor {
	const struct cardea_conf *conf;
	char *const *args;
	int lock_fd, signal_fd, listen_fd, admin_fd;
	/* One pipe for all workers, one after the other. Only we hold the writing end, so a worker
	 * reads its end of file exactly when we are gone. */
	int lifeline[2];
	int worker_fds[3];
	GPtrArray *worker_argv;
	GPtrArray *janus_argv;
	char *janus_log, *janus_pid_file, *pids_file;
	struct cardea_child_plan worker_plan, janus_plan;
	struct cardea_child worker, janus;
	bool stopping;
};

static int64_t now_ms(void)
{
	return cardea_clock_mono_ms(&cardea_clock_system);
}

static int log_error(int err, char *error)
{
	cardea_log(CARDEA_LOG_ERROR, "supervisor", "event=cannot_start error=\"%s\"",
	           error != NULL ? error : cardea_error_text(err));
	g_free(error);
	return err;
}

/* ---- other runs of this program
 * -------------------------------------------------------------------- */

static GPtrArray *own_argv(const char *command, char *const *args)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(argv, g_strdup("cardead"));
	g_ptr_array_add(argv, g_strdup(command));
	for (size_t i = 0; args[i] != NULL; i++) {
		g_ptr_array_add(argv, g_strdup(args[i]));
	}
	return argv;
}

/* Runs `cardead @command` with our arguments and waits. 0 if it succeeded; it has said why if not.
 */
static int run_self(const struct supervisor *s, const char *command)
{
	GPtrArray *argv = own_argv(command, s->args);
	int status = 0;
	pid_t pid;

	g_ptr_array_add(argv, NULL);
	pid = fork();
	if (pid == 0) {
		(void)execv(SELF, (char *const *)argv->pdata);
		_exit(127);
	}
	g_ptr_array_unref(argv);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		return CARDEA_E_SYSTEM;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : CARDEA_E_INVALID;
}

/* ---- start
 * ----------------------------------------------------------------------------------------- */

static int open_signals(struct supervisor *s)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
		return CARDEA_E_SYSTEM;
	}
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd < 0 ? CARDEA_E_SYSTEM : 0;
}

/* A participant costs Janus up to ten descriptors (facts/janus 7.2). */
static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int open_sockets(struct supervisor *s, char **error)
{
	g_autofree char *admin = cardea_conf_path(s->conf, "admin.sock");
	int err = cardea_listen_tcp(s->conf->listen, (uint16_t)s->conf->port, &s->listen_fd, error);

	if (err == 0) {
		err = cardea_listen_unix(admin, &s->admin_fd, error);
	}
	if (err == 0 && pipe2(s->lifeline, O_CLOEXEC | O_NONBLOCK) != 0) {
		err = CARDEA_E_SYSTEM;
	}
	return err;
}

/* The order matters: nothing in the state folder is touched without its lock. */
static int prepare(struct supervisor *s)
{
	g_autofree char *lock = cardea_conf_path(s->conf, "supervisor.lock");
	char *error = NULL;
	int err;

	(void)umask(077);
	raise_limits();
	err = open_signals(s);
	if (err == 0) {
		err = cardea_file_folder(s->conf->state_dir, 0700);
		if (err != 0) {
			error = g_strdup_printf("state folder %s: %s", s->conf->state_dir,
			                        err == CARDEA_E_FORBIDDEN
			                                ? "must belong to this user and be closed to others"
			                                : g_strerror(errno));
		}
	}
	if (err == 0) {
		err = cardea_listen_lock(lock, &s->lock_fd, &error);
	}
	if (err == 0) {
		err = open_sockets(s, &error);
	}
	if (err == 0) {
		err = run_self(s, "--prepare");
	}
	return err != 0 ? log_error(err, error) : 0;
}

static void add_descriptor(GPtrArray *argv, const char *option, int fd)
{
	g_ptr_array_add(argv, g_strdup_printf("--%s=%d", option, fd));
}

static void plan_worker(struct supervisor *s)
{
	GPtrArray *argv = own_argv("worker", s->args);

	add_descriptor(argv, "listen-fd", s->listen_fd);
	add_descriptor(argv, "admin-fd", s->admin_fd);
	add_descriptor(argv, "lifeline-fd", s->lifeline[0]);
	g_ptr_array_add(argv, NULL);
	s->worker_argv = argv;
	s->worker_fds[0] = s->listen_fd;
	s->worker_fds[1] = s->admin_fd;
	s->worker_fds[2] = s->lifeline[0];
	s->worker_plan = (struct cardea_child_plan){
	        .name = "gateway",
	        .program = SELF,
	        .argv = (const char *const *)argv->pdata,
	        .fds = s->worker_fds,
	        .fd_count = G_N_ELEMENTS(s->worker_fds),
	};
	cardea_child_init(&s->worker, &s->worker_plan);
}

static void plan_janus(struct supervisor *s)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *folder = cardea_conf_path(s->conf, "janus");

	g_ptr_array_add(argv, g_strdup("janus"));
	g_ptr_array_add(argv, g_strdup_printf("--configs-folder=%s", folder));
	g_ptr_array_add(argv, g_strdup("--disable-colors"));
	g_ptr_array_add(argv, NULL);
	s->janus_argv = argv;
	s->janus_log = cardea_conf_path(s->conf, "log/janus.log");
	s->janus_pid_file = cardea_conf_path(s->conf, "janus/janus.pid");
	s->janus_plan = (struct cardea_child_plan){
	        .name = "janus",
	        .program = s->conf->janus_binary,
	        .argv = (const char *const *)argv->pdata,
	        .log_path = s->janus_log,
	        .pid_path = s->janus_pid_file,
	};
	cardea_child_init(&s->janus, &s->janus_plan);
	if (!s->conf->supervise_janus) {
		s->janus.state = CARDEA_CHILD_STOPPED;
	}
}

/* ---- telling others
 * -------------------------------------------------------------------------------- */

/* The worker learns where Janus is; a worker that does not read loses nothing but that. */
static void tell_worker(const struct supervisor *s)
{
	char line[48];

	g_snprintf(line, sizeof(line), "child %s %ld\n", s->janus_plan.name, (long)s->janus.pid);
	if (write(s->lifeline[1], line, strlen(line)) < 0) {
		cardea_log(CARDEA_LOG_DEBUG, "supervisor", "event=lifeline_full");
	}
}

/* What the last worker left unread must not reach the next one. */
static void drain_lifeline(const struct supervisor *s)
{
	char buffer[512];

	while (read(s->lifeline[0], buffer, sizeof(buffer)) > 0) {
	}
}

/* <state>/pids, for people and tests. */
static void write_pids(const struct supervisor *s)
{
	g_autofree char *text = g_strdup_printf("supervisor %ld\ngateway %ld\njanus %ld\nport %u\n",
	                                        (long)getpid(), (long)s->worker.pid, (long)s->janus.pid,
	                                        (unsigned int)cardea_listen_port(s->listen_fd));

	if (cardea_file_replace(s->pids_file, text, strlen(text), 0600) != 0) {
		cardea_log(CARDEA_LOG_WARNING, "supervisor", "event=pids_not_written error=\"%s\"",
		           g_strerror(errno));
	}
}

static void janus_changed(const struct supervisor *s)
{
	tell_worker(s);
	write_pids(s);
}

/* ---- the loop
 * -------------------------------------------------------------------------------------- */

static void start_worker(struct supervisor *s)
{
	drain_lifeline(s);
	if (cardea_child_start(&s->worker, now_ms()) == 0 && s->janus.pid != 0) {
		tell_worker(s);
	}
	write_pids(s);
}

static void start_janus(struct supervisor *s)
{
	(void)cardea_child_start(&s->janus, now_ms());
	janus_changed(s);
}

static void do_due(struct supervisor *s)
{
	int64_t now = now_ms();

	if (cardea_child_due(&s->janus) <= now) {
		if (s->janus.state == CARDEA_CHILD_WAITING) {
			start_janus(s);
		} else {
			cardea_child_kill(&s->janus);
		}
	}
	if (cardea_child_due(&s->worker) <= now) {
		if (s->worker.state == CARDEA_CHILD_WAITING) {
			start_worker(s);
		} else {
			cardea_child_kill(&s->worker);
		}
	}
}

/* The worker first: it says goodbye to clients while the media node still answers. */
static void go_on_stopping(struct supervisor *s)
{
	if (s->stopping && s->worker.state == CARDEA_CHILD_STOPPED) {
		cardea_child_stop(&s->janus, now_ms());
	}
}

static bool is_done(const struct supervisor *s)
{
	return s->stopping && s->worker.state == CARDEA_CHILD_STOPPED &&
	       s->janus.state == CARDEA_CHILD_STOPPED;
}

static void on_stop_signal(struct supervisor *s)
{
	if (s->stopping) {
		cardea_child_kill(&s->worker);
		cardea_child_kill(&s->janus);
		return;
	}
	cardea_log(CARDEA_LOG_INFO, "supervisor", "event=stopping");
	s->stopping = true;
	cardea_child_stop(&s->worker, now_ms());
}

static void on_reload_signal(struct supervisor *s)
{
	if (s->stopping) {
		return;
	}
	if (run_self(s, "--check-config") != 0) {
		cardea_log(CARDEA_LOG_ERROR, "supervisor", "event=reload_refused");
		return;
	}
	cardea_log(CARDEA_LOG_INFO, "supervisor", "event=reload");
	cardea_child_reload(&s->worker, now_ms());
}

static void on_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP) {
			on_reload_signal(s);
		} else {
			on_stop_signal(s);
		}
	}
}

static int until_due(const struct supervisor *s)
{
	int64_t due = MIN(cardea_child_due(&s->worker), cardea_child_due(&s->janus));

	return due == INT64_MAX ? -1 : (int)CLAMP(due - now_ms(), 0, G_MAXINT);
}

static void run_loop(struct supervisor *s)
{
	while (!is_done(s)) {
		struct pollfd fds[] = {
		        {.fd = s->signal_fd, .events = POLLIN},
		        {.fd = s->worker.pidfd, .events = POLLIN},
		        {.fd = s->janus.pidfd, .events = POLLIN},
		};

		if (poll(fds, G_N_ELEMENTS(fds), until_due(s)) > 0) {
			if (fds[1].revents != 0) {
				cardea_child_ended(&s->worker, now_ms());
				write_pids(s);
			}
			if (fds[2].revents != 0) {
				cardea_child_ended(&s->janus, now_ms());
				janus_changed(s);
			}
			if (fds[0].revents != 0) {
				on_signals(s);
			}
		}
		go_on_stopping(s);
		do_due(s);
	}
}

static void clean_up(struct supervisor *s, bool was_running)
{
	if (was_running) {
		g_autofree char *admin = cardea_conf_path(s->conf, "admin.sock");

		(void)unlink(admin);
		(void)unlink(s->pids_file);
	}
	if (s->worker_argv != NULL) {
		g_ptr_array_unref(s->worker_argv);
	}
	if (s->janus_argv != NULL) {
		g_ptr_array_unref(s->janus_argv);
	}
	g_free(s->janus_log);
	g_free(s->janus_pid_file);
	g_free(s->pids_file);
	/* Descriptors end with the process, the lock last of all. */
}

int cardea_supervisor_run(const struct cardea_conf *conf, char *const *args)
{
	struct supervisor s = {
	        .conf = conf,
	        .args = args,
	        .lock_fd = -1,
	        .signal_fd = -1,
	        .listen_fd = -1,
	        .admin_fd = -1,
	        .lifeline = {-1, -1},
	};
	int err = prepare(&s);

	if (err == 0) {
		s.pids_file = cardea_conf_path(conf, "pids");
		plan_worker(&s);
		plan_janus(&s);
		if (conf->supervise_janus && cardea_child_adopt(&s.janus, now_ms())) {
			janus_changed(&s);
		}
		do_due(&s);
		cardea_log(CARDEA_LOG_INFO, "supervisor", "event=running listen=%s port=%u state=%s",
		           conf->listen, (unsigned int)cardea_listen_port(s.listen_fd), conf->state_dir);
		run_loop(&s);
		cardea_log(CARDEA_LOG_INFO, "supervisor", "event=stopped");
	}
	clean_up(&s, err == 0);
	return err;
}
