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
#include "conf/turn_conf.h"
#include "conf/turn_port.h"
#include "supervisor/listen.h"
#include "supervisor/supervisor.h"

/* The running program itself, also after an upgrade has replaced its file. */
#define SELF "/proc/self/exe"

#define LOOK_AT_LOGS_MS 60000

/* A child that outlives us: the next supervisor adopts it. */
struct service {
	struct cardea_child_plan plan;
	struct cardea_child child;
	GPtrArray *argv;
	char *log, *pid_file;
	bool wanted;
};

struct supervisor {
	const struct cardea_conf *conf;
	char *const *args;
	int lock_fd, signal_fd, listen_fd, admin_fd;
	/* One pipe for all workers, one after the other. Only we hold the writing end, so a worker
	 * reads its end of file exactly when we are gone. */
	int lifeline[2];
	int worker_fds[3];
	GPtrArray *worker_argv;
	char *pids_file;
	struct cardea_child_plan worker_plan;
	struct cardea_child worker;
	struct service janus, turn;
	int64_t look_at_logs_ms; /* when, monotonic */
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

/* @folder/@name.pid and log/@name.log in the state folder; argv[0] is there already. */
static void plan_service(const struct supervisor *s, struct service *service, const char *folder)
{
	g_autofree char *log = g_strdup_printf("log/%s.log", service->plan.name);
	g_autofree char *pid_file = g_strdup_printf("%s/%s.pid", folder, service->plan.name);

	g_ptr_array_add(service->argv, NULL);
	service->log = cardea_conf_path(s->conf, log);
	service->pid_file = cardea_conf_path(s->conf, pid_file);
	service->plan.argv = (const char *const *)service->argv->pdata;
	service->plan.log_path = service->log;
	service->plan.pid_path = service->pid_file;
	cardea_child_init(&service->child, &service->plan);
	if (!service->wanted) {
		service->child.state = CARDEA_CHILD_STOPPED;
	}
}

static void plan_janus(struct supervisor *s)
{
	struct service *janus = &s->janus;
	g_autofree char *folder = cardea_conf_path(s->conf, "janus");

	janus->argv = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(janus->argv, g_strdup("janus"));
	g_ptr_array_add(janus->argv, g_strdup_printf("--configs-folder=%s", folder));
	g_ptr_array_add(janus->argv, g_strdup("--disable-colors"));
	janus->plan.name = "janus";
	janus->plan.program = s->conf->janus_binary;
	janus->wanted = s->conf->supervise_janus;
	plan_service(s, janus, "janus");
}

static bool turn_port_is_free(void *arg)
{
	const struct supervisor *s = arg;

	return cardea_turn_port_is_free(cardea_turn_port(s->conf));
}

static void plan_turn(struct supervisor *s)
{
	struct service *turn = &s->turn;

	turn->argv = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(turn->argv, g_strdup("turnserver"));
	g_ptr_array_add(turn->argv, g_strdup("-c"));
	g_ptr_array_add(turn->argv, cardea_conf_path(s->conf, CARDEA_TURN_CONF_FILE));
	turn->plan.name = "turn";
	turn->plan.program = s->conf->turn_binary;
	turn->plan.may_start = turn_port_is_free;
	turn->plan.arg = s;
	turn->wanted = strcmp(s->conf->turn_server, "auto") == 0 && cardea_turn_conf_is_own(s->conf);
	plan_service(s, turn, "turn");
}

/* ---- telling others
 * -------------------------------------------------------------------------------- */

/* The worker learns where the others are; one that does not read loses nothing but that. */
static void tell_worker(const struct supervisor *s, const struct cardea_child *child)
{
	char line[48];

	g_snprintf(line, sizeof(line), "child %s %ld\n", child->plan->name, (long)child->pid);
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
	g_autofree char *text = g_strdup_printf(
	        "supervisor %ld\ngateway %ld\njanus %ld\nturn %ld\nport %u\n", (long)getpid(),
	        (long)s->worker.pid, (long)s->janus.child.pid, (long)s->turn.child.pid,
	        (unsigned int)cardea_listen_port(s->listen_fd));

	if (cardea_file_replace(s->pids_file, text, strlen(text), 0600) != 0) {
		cardea_log(CARDEA_LOG_WARNING, "supervisor", "event=pids_not_written error=\"%s\"",
		           g_strerror(errno));
	}
}

static void service_changed(const struct supervisor *s, const struct service *service)
{
	tell_worker(s, &service->child);
	write_pids(s);
}

/* ---- the loop
 * -------------------------------------------------------------------------------------- */

static void start_worker(struct supervisor *s)
{
	drain_lifeline(s);
	if (cardea_child_start(&s->worker, now_ms()) == 0) {
		tell_worker(s, &s->janus.child);
		tell_worker(s, &s->turn.child);
	}
	write_pids(s);
}

static void do_due_service(const struct supervisor *s, struct service *service, int64_t now)
{
	if (cardea_child_due(&service->child) > now) {
		return;
	}
	if (service->child.state == CARDEA_CHILD_WAITING) {
		(void)cardea_child_start(&service->child, now);
		service_changed(s, service);
	} else {
		cardea_child_kill(&service->child);
	}
}

static void do_due(struct supervisor *s)
{
	int64_t now = now_ms();

	if (s->look_at_logs_ms <= now) {
		cardea_child_trim_log(&s->janus.child);
		cardea_child_trim_log(&s->turn.child);
		s->look_at_logs_ms = now + LOOK_AT_LOGS_MS;
	}
	do_due_service(s, &s->janus, now);
	do_due_service(s, &s->turn, now);
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
		cardea_child_stop(&s->janus.child, now_ms());
		cardea_child_stop(&s->turn.child, now_ms());
	}
}

static bool is_done(const struct supervisor *s)
{
	return s->stopping && s->worker.state == CARDEA_CHILD_STOPPED &&
	       s->janus.child.state == CARDEA_CHILD_STOPPED &&
	       s->turn.child.state == CARDEA_CHILD_STOPPED;
}

static void on_stop_signal(struct supervisor *s)
{
	if (s->stopping) {
		cardea_child_kill(&s->worker);
		cardea_child_kill(&s->janus.child);
		cardea_child_kill(&s->turn.child);
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
	if (*s->conf->turn_tls_certificate != '\0') {
		cardea_child_signal(&s->turn.child, SIGUSR2); /* coturn reads its certificate again */
	}
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
	int64_t due = MIN(cardea_child_due(&s->janus.child), cardea_child_due(&s->turn.child));

	due = MIN(MIN(due, s->look_at_logs_ms), cardea_child_due(&s->worker));
	return (int)CLAMP(due - now_ms(), 0, G_MAXINT);
}

static void on_service_end(const struct supervisor *s, struct service *service, short revents)
{
	if (revents != 0) {
		cardea_child_ended(&service->child, now_ms());
		service_changed(s, service);
	}
}

static void run_loop(struct supervisor *s)
{
	while (!is_done(s)) {
		struct pollfd fds[] = {
		        {.fd = s->signal_fd, .events = POLLIN},
		        {.fd = s->worker.pidfd, .events = POLLIN},
		        {.fd = s->janus.child.pidfd, .events = POLLIN},
		        {.fd = s->turn.child.pidfd, .events = POLLIN},
		};

		if (poll(fds, G_N_ELEMENTS(fds), until_due(s)) > 0) {
			if (fds[1].revents != 0) {
				cardea_child_ended(&s->worker, now_ms());
				write_pids(s);
			}
			on_service_end(s, &s->janus, fds[2].revents);
			on_service_end(s, &s->turn, fds[3].revents);
			if (fds[0].revents != 0) {
				on_signals(s);
			}
		}
		go_on_stopping(s);
		do_due(s);
	}
}

/* Takes over what an earlier supervisor left; what is no longer wanted is ended. */
static void adopt(const struct supervisor *s, struct service *service)
{
	if (!cardea_child_adopt(&service->child, now_ms())) {
		return;
	}
	if (!service->wanted) {
		cardea_child_stop(&service->child, now_ms());
	}
	service_changed(s, service);
}

static void drop_service(struct service *service)
{
	if (service->argv != NULL) {
		g_ptr_array_unref(service->argv);
	}
	g_free(service->log);
	g_free(service->pid_file);
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
	drop_service(&s->janus);
	drop_service(&s->turn);
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
		plan_turn(&s);
		if (s.janus.wanted) {
			adopt(&s, &s.janus); /* else it belongs to a unit of its own */
		}
		adopt(&s, &s.turn);
		do_due(&s);
		cardea_log(CARDEA_LOG_INFO, "supervisor", "event=running listen=%s port=%u state=%s",
		           conf->listen, (unsigned int)cardea_listen_port(s.listen_fd), conf->state_dir);
		run_loop(&s);
		cardea_log(CARDEA_LOG_INFO, "supervisor", "event=stopped");
	}
	clean_up(&s, err == 0);
	return err;
}
