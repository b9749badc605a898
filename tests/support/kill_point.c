/*
 * kill_point: preloaded into cardead, kills its worker with SIGKILL at a named point of its I/O, so
 * that a crash there can be tested without a line for it in the gateway. The points, each counted
 * from the start of the process:
 *
 *   write   after a page went into the write-ahead log, before the commit
 *   synced  after the commit was synced
 *   reply   before an HTTP answer of 2xx goes out
 *   push    before an event goes out on a WebSocket
 *
 * CARDEA_KILL_POINT="name:count". Only in the process that is called cardead-worker.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long left;
static char point[16];

__attribute__((constructor)) static void read_point(void)
{
	const char *text = getenv("CARDEA_KILL_POINT");
	long count = 0;

	if (text && sscanf(text, "%15[a-z]:%ld", point, &count) == 2) {
		atomic_store(&left, count);
	}
}

static int is_worker(void)
{
	char name[16] = "";

	return prctl(PR_GET_NAME, name) == 0 && strcmp(name, "cardead-worker") == 0;
}

static void pass(const char *name)
{
	if (strcmp(name, point) == 0 && is_worker() && atomic_fetch_sub(&left, 1) == 1) {
		kill(getpid(), SIGKILL);
	}
}

static int is_log(int fd)
{
	char link[64], path[512];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 4) {
		return 0;
	}
	path[len] = '\0';
	return strcmp(path + len - 4, "-wal") == 0;
}

/* What is about to go out, by its first bytes: a text frame, or an answer. */
static void pass_bytes(const void *data, size_t len)
{
	if (len > 0 && *(const unsigned char *)data == 0x81) {
		pass("push");
	} else if (len > 10 && memcmp(data, "HTTP/1.1 2", 10) == 0) {
		pass("reply");
	}
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
	static ssize_t (*next)(int, const void *, size_t, off64_t);
	ssize_t written;

	next = next ? next : dlsym(RTLD_NEXT, "pwrite64");
	written = next(fd, data, len, offset);
	if (point[0] == 'w' && is_log(fd)) {
		pass("write");
	}
	return written;
}

int fdatasync(int fd)
{
	static int (*next)(int);
	int result;

	next = next ? next : dlsym(RTLD_NEXT, "fdatasync");
	result = next(fd);
	if (point[0] == 's' && is_log(fd)) {
		pass("synced");
	}
	return result;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	static ssize_t (*next)(int, const struct iovec *, int);

	next = next ? next : dlsym(RTLD_NEXT, "writev");
	if (count > 0) {
		pass_bytes(parts[0].iov_base, parts[0].iov_len);
	}
	return next(fd, parts, count);
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
	static ssize_t (*next)(int, const void *, size_t, int);

	next = next ? next : dlsym(RTLD_NEXT, "send");
	pass_bytes(data, len);
	return next(fd, data, len, flags);
}
