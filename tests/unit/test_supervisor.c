/* The supervisor's parts that need no children: back-off, pid files, sockets, the lock. */
#include "config.h"
#include "unit.h"
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/file.h"
#include "supervisor/child.h"
#include "supervisor/listen.h"
#include "supervisor/process.h"

static char *folder;

static void test_backoff(void **state)
{
	const int64_t expected[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000};
	int64_t backoff = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		backoff = cardea_child_next_backoff(backoff, 50);
		assert_int_equal(backoff, expected[i]);
	}
	assert_int_equal(cardea_child_next_backoff(5000, CARDEA_CHILD_STABLE_MS - 1), 5000);
	assert_int_equal(cardea_child_next_backoff(5000, CARDEA_CHILD_STABLE_MS), 100);
}

static void test_log(void **state)
{
	g_autofree char *path = g_build_filename(folder, "log", NULL);
	const struct cardea_child_plan plan = {.name = "x", .log_path = path};
	struct cardea_child child;
	struct stat st;

	(void)state;
	cardea_child_init(&child, &plan);
	cardea_child_trim_log(&child); /* not there yet */
	assert_true(g_file_set_contents(path, "a", 1, NULL));
	cardea_child_trim_log(&child);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 1);
	assert_int_equal(truncate(path, 16 * 1024 * 1024 + 1), 0);
	cardea_child_trim_log(&child);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
	(void)unlink(path);
}

static void test_stat(void **state)
{
	uint64_t start = 0;

	(void)state;
	/* A name with blanks and parentheses, as a process may choose it. */
	assert_int_equal(cardea_process_parse_stat("7 (a) S 9 (b) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 "
	                                           "20 0 1 0 4711 99 1",
	                                           &start),
	                 0);
	assert_int_equal(start, 4711);
	assert_int_equal(cardea_process_parse_stat("7 (a) S 1 7", &start), CARDEA_E_INVALID);
	assert_int_equal(cardea_process_parse_stat("", &start), CARDEA_E_INVALID);
}

static void test_pid_file(void **state)
{
	g_autofree char *path = g_build_filename(folder, "pid", NULL);
	struct cardea_process self, found;
	int pidfd = -1;

	(void)state;
	assert_int_equal(cardea_process_look(getpid(), &self), 0);
	assert_int_equal(cardea_process_save(path, &self), 0);
	assert_int_equal(cardea_process_open(path, &found, &pidfd), 0);
	assert_int_equal(found.pid, getpid());
	(void)close(pidfd);
	/* The same pid, but another process. */
	self.start++;
	assert_int_equal(cardea_process_save(path, &self), 0);
	assert_int_equal(cardea_process_open(path, &found, &pidfd), CARDEA_E_NOT_FOUND);
	assert_int_equal(cardea_file_replace(path, "rubbish", 7, 0600), 0);
	assert_int_equal(cardea_process_open(path, &found, &pidfd), CARDEA_E_NOT_FOUND);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(cardea_process_open(path, &found, &pidfd), CARDEA_E_NOT_FOUND);
}

/* A zombie has a pid and a start time, but runs no more. */
static void test_zombie(void **state)
{
	g_autofree char *path = g_build_filename(folder, "pid", NULL);
	struct cardea_process child, found;
	siginfo_t info;
	int pidfd = -1;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		_exit(0);
	}
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(cardea_process_look(pid, &child), 0);
	assert_int_equal(cardea_process_save(path, &child), 0);
	assert_int_equal(cardea_process_open(path, &found, &pidfd), CARDEA_E_NOT_FOUND);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(unlink(path), 0);
}

static void test_lock(void **state)
{
	g_autofree char *path = g_build_filename(folder, "lock", NULL);
	int fd = -1, second = -1;
	char *error = NULL;

	(void)state;
	assert_int_equal(cardea_listen_lock(path, &fd, &error), 0);
	assert_int_equal(cardea_listen_lock(path, &second, &error), CARDEA_E_IN_USE);
	assert_non_null(strstr(error, "another cardead (pid "));
	g_free(error);
	(void)close(fd);
	assert_int_equal(cardea_listen_lock(path, &fd, &error), 0);
	(void)close(fd);
	assert_int_equal(unlink(path), 0);
}

static void test_sockets(void **state)
{
	g_autofree char *path = g_build_filename(folder, "s", NULL);
	int tcp = -1, local = -1, again = -1;
	char *error = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(cardea_listen_tcp("127.0.0.1", 0, &tcp, &error), 0);
	assert_int_not_equal(cardea_listen_port(tcp), 0);
	assert_int_equal(cardea_listen_tcp("localhost", 0, &again, &error), CARDEA_E_INVALID);
	g_free(error);
	assert_int_equal(cardea_listen_unix(path, &local, &error), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* What an earlier supervisor left is replaced. */
	assert_int_equal(cardea_listen_unix(path, &again, &error), 0);
	(void)close(tcp);
	(void)close(local);
	(void)close(again);
	assert_int_equal(unlink(path), 0);
}

static int make_folder(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("cardea-sup-XXXXXX", NULL);
	return folder == NULL;
}

static int drop_folder(void **state)
{
	(void)state;
	(void)g_rmdir(folder);
	g_free(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("the delay doubles up to five seconds and starts over after a long run",
	             test_backoff),
	        TEST("a log that has grown too long is emptied, another is not", test_log),
	        TEST("the start time is found behind any process name", test_stat),
	        TEST("a pid file means one process only", test_pid_file),
	        TEST("a process that has ended is not adopted", test_zombie),
	        TEST("a state folder has one supervisor", test_lock),
	        TEST("sockets are bound, private and replaced", test_sockets),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
