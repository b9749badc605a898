/* turn_port: probes by bind(2), which fails for a port that any address of the machine uses. */
#include "config.h"
#include <glib.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/file.h"
#include "conf/turn_port.h"

#define PORT_FILE "turn/port"
#define TRIES     16

static uint16_t bound_port(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		return 0;
	}
	/* The port is at the same place for both families. */
	return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

/* Binds the wildcard address, of both families where there is IPv6. */
static bool bind_any(int fd, int family, uint16_t port)
{
	const struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	const struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	const int off = 0;

	if (family == AF_INET) {
		return bind(fd, (const struct sockaddr *)&any4, sizeof(any4)) == 0;
	}
	return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0 &&
	       bind(fd, (const struct sockaddr *)&any6, sizeof(any6)) == 0;
}

/* Binds and lets go of @port, 0 = any: the port, or 0. */
static uint16_t probe(int type, uint16_t port)
{
	int family = AF_INET6, fd = socket(family, type | SOCK_CLOEXEC, 0);
	const int on = 1;
	uint16_t bound = 0;

	if (fd < 0) {
		family = AF_INET;
		fd = socket(family, type | SOCK_CLOEXEC, 0);
	}
	if (fd < 0) {
		return 0;
	}
	/* Connections that have ended are in nobody's way; a listener still is. Not for UDP, where the
	 * option would let us share the port. */
	if ((type != SOCK_STREAM || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0) &&
	    bind_any(fd, family, port)) {
		bound = bound_port(fd);
	}
	(void)close(fd);
	return bound;
}

bool cardea_turn_port_is_free(uint16_t port)
{
	return probe(SOCK_DGRAM, port) == port && probe(SOCK_STREAM, port) == port;
}

static uint16_t kept(const struct cardea_conf *conf)
{
	g_autofree char *path = cardea_conf_path(conf, PORT_FILE);
	g_autofree char *text = NULL;
	guint64 port = 0;
	size_t len;

	if (cardea_file_read(path, 16, &text, &len) != 0 ||
	    !g_ascii_string_to_unsigned(g_strchomp(text), 10, 1, 65535, &port, NULL)) {
		return 0;
	}
	return (uint16_t)port;
}

static int keep(const struct cardea_conf *conf, uint16_t port)
{
	g_autofree char *path = cardea_conf_path(conf, PORT_FILE);
	char text[8];

	g_snprintf(text, sizeof(text), "%u\n", port);
	return cardea_file_replace(path, text, strlen(text), 0600);
}

/* True if a TURN server may still run: the supervisor decides later whether it does. */
static bool may_run(const struct cardea_conf *conf)
{
	g_autofree char *path = cardea_conf_path(conf, "turn/turn.pid");

	return access(path, F_OK) == 0;
}

int cardea_turn_port_choose(const struct cardea_conf *conf)
{
	uint16_t port = conf->turn_port != 0 ? (uint16_t)conf->turn_port : kept(conf);

	if (conf->turn_port == 0 &&
	    (port == 0 || (!may_run(conf) && !cardea_turn_port_is_free(port)))) {
		for (int i = 0; i < TRIES; i++) {
			port = probe(SOCK_DGRAM, 0);
			if (port != 0 && probe(SOCK_STREAM, port) == port) {
				break;
			}
			port = 0;
		}
	}
	if (port == 0) {
		return CARDEA_E_SYSTEM;
	}
	return port == kept(conf) ? 0 : keep(conf, port);
}

uint16_t cardea_turn_port(const struct cardea_conf *conf)
{
	return kept(conf);
}
