/* listen: sockets and the lock. */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/file.h"
#include "supervisor/listen.h"

#define BIND_TRIES    60
#define BIND_PAUSE_US 50000

static int fail(char **error, int fd, const char *what)
{
	*error = g_strdup_printf("%s: %s", what, g_strerror(errno));
	if (fd >= 0) {
		(void)close(fd);
	}
	return CARDEA_E_SYSTEM;
}

static int bind_patiently(int fd, const struct addrinfo *address)
{
	for (int i = 0; i < BIND_TRIES; i++) {
		if (bind(fd, address->ai_addr, address->ai_addrlen) == 0) {
			return 0;
		}
		if (errno != EADDRINUSE) {
			break;
		}
		g_usleep(BIND_PAUSE_US);
	}
	return -1;
}

static int open_tcp(const struct addrinfo *address)
{
	const int on = 1;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0) {
		return -1;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind_patiently(fd, address) != 0 || listen(fd, SOMAXCONN) != 0) {
		int saved = errno;

		(void)close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int cardea_listen_tcp(const char *address, uint16_t port, int *fd, char **error)
{
	const struct addrinfo hints = {
	        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	        .ai_socktype = SOCK_STREAM,
	};
	g_autofree char *what = g_strdup_printf("cannot listen on %s port %u", address, port);
	struct addrinfo *info = NULL;
	char service[8];
	int opened;

	g_snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(address, service, &hints, &info) != 0) {
		*error = g_strdup_printf("%s: not a numeric address", what);
		return CARDEA_E_INVALID;
	}
	opened = open_tcp(info);
	freeaddrinfo(info);
	if (opened < 0) {
		return fail(error, -1, what);
	}
	*fd = opened;
	return 0;
}

int cardea_listen_unix(const char *path, int *fd, char **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int opened;

	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >= sizeof(address.sun_path)) {
		*error = g_strdup_printf("%s: too long for a unix socket", path);
		return CARDEA_E_TOO_LONG;
	}
	opened = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (opened < 0 || (unlink(path) != 0 && errno != ENOENT) ||
	    bind(opened, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, 0600) != 0 || listen(opened, SOMAXCONN) != 0) {
		return fail(error, opened, path);
	}
	*fd = opened;
	return 0;
}

uint16_t cardea_listen_port(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		return 0;
	}
	if (address.ss_family == AF_INET) {
		return ntohs(((const struct sockaddr_in *)&address)->sin_port);
	}
	return address.ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)&address)->sin6_port)
	                                     : 0;
}

int cardea_listen_lock(const char *path, int *fd, char **error)
{
	g_autofree char *holder = NULL;
	char pid[24];
	size_t len;
	int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (opened < 0) {
		return fail(error, -1, path);
	}
	if (flock(opened, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK) {
			return fail(error, opened, path);
		}
		(void)close(opened);
		(void)cardea_file_read(path, 64, &holder, &len);
		*error = g_strdup_printf("%s: another cardead (pid %s) runs on this state folder", path,
		                         holder != NULL ? g_strchomp(holder) : "unknown");
		return CARDEA_E_IN_USE;
	}
	g_snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(opened, 0) != 0 || pwrite(opened, pid, strlen(pid), 0) < 0) {
		return fail(error, opened, path);
	}
	*fd = opened;
	return 0;
}
