/*
 * echo_server: the gateway's net/ code with nothing behind it, for the conformance batteries and
 * the loader. Prints one line {"port":N} and serves until SIGTERM or until stdin ends.
 *
 *   any method, any path     200 {"length","check"}, and in X-Echo the method and the raw target
 *   GET with an upgrade      WebSocket that sends back each message
 *   /rt, /cable...           ActionCable (echo_cable.h)
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <glib.h>

#include "conf/log.h"
#include "echo_cable.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/ws.h"

static char *error_body(const char *path, int status, const char *text, void *arg)
{
	(void)path;
	(void)arg;
	return g_strdup_printf("{\"error\":\"%s\",\"status\":%d}", text, status);
}

static void on_message(struct cardea_ws *ws, const char *text, size_t len, void *arg)
{
	(void)arg;
	if (strcmp(text, "close please") == 0)
		cardea_ws_close(ws, 4000, "as you wish");
	else
		cardea_ws_send(ws, text, len);
}

static void on_closed(struct cardea_ws *ws, int code, void *arg)
{
	(void)ws;
	(void)arg;
	cardea_log(CARDEA_LOG_DEBUG, "echo", "event=closed code=%d", code);
}

static const struct cardea_ws_callbacks ws_callbacks = {.message = on_message, .closed = on_closed};

static void upgrade(struct cardea_http_request *request)
{
	const char *protocol = cardea_ws_offers(request, "echo") ? "echo" : NULL;
	struct cardea_ws *ws;

	if (!cardea_ws_is_upgrade(request))
		cardea_ws_reply_no_upgrade(request);
	else if (cardea_ws_upgrade(request, protocol, &ws_callbacks, NULL, &ws) < 0)
		cardea_http_reply_error(request, 500, "upgrade failed");
	else
		cardea_ws_keepalive(ws, 10000, 2);
}

/* In a header, so that answers to HEAD can be told apart as well. */
static void echo(struct cardea_http_request *request)
{
	size_t len;
	const char *body = cardea_http_body(request, &len);
	const char *query = cardea_http_query(request);
	g_autofree char *head = g_strconcat(cardea_http_method_name(request), " ",
	                                    cardea_http_path(request), query ? "?" : "", query, NULL);
	g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_MD5, (const guchar *)body, len);
	g_autofree char *text = g_strdup_printf("{\"length\":%zu,\"check\":\"%s\"}", len, sum);

	cardea_http_add_header(request, "X-Echo", head);
	cardea_http_reply(request, 200, "application/json", text, strlen(text));
}

static void on_request(struct cardea_http_request *request, void *arg)
{
	(void)arg;
	cardea_http_set_route(request, "echo");
	if (echo_cable_answer(request))
		return;
	if (cardea_http_header(request, "upgrade") || strcmp(cardea_http_path(request), "/ws") == 0)
		upgrade(request);
	else
		echo(request);
}

static int listen_anywhere(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
	socklen_t len = sizeof(address);
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, 4096) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	*port = ntohs(address.sin_port);
	return fd;
}

static void stop(void *loop)
{
	cardea_loop_stop(loop);
}

/* The test holds the other end, so that no server outlives it. */
static void on_stdin(void *loop)
{
	char byte;

	if (read(STDIN_FILENO, &byte, 1) <= 0)
		cardea_loop_stop(loop);
}

int main(int argc, char **argv)
{
	static const struct cardea_http_callbacks callbacks = {.request = on_request,
	                                                       .error_body = error_body};
	struct cardea_loop *loop = cardea_loop_new();
	struct cardea_http_server *server;
	int port = argc > 1 ? (int)g_ascii_strtoll(argv[1], NULL, 10) : 0;
	int fd = listen_anywhere(&port);

	if (fd < 0 || !loop || cardea_http_server_new(loop, &callbacks, &server) < 0)
		return 1;
	if (g_getenv("ECHO_QUIET"))
		cardea_log_set_level(CARDEA_LOG_WARNING);
	if (cardea_http_server_listen(server, fd) < 0)
		return 1;
	cardea_loop_on_signal(loop, SIGTERM, stop, loop);
	if (!isatty(STDIN_FILENO) && !g_getenv("ECHO_DAEMON"))
		cardea_loop_on_readable(loop, STDIN_FILENO, on_stdin, loop);
	echo_cable_start(loop);
	printf("{\"port\":%d}\n", port);
	fflush(stdout);
	cardea_loop_run(loop);
	cardea_http_server_stop(server);
	cardea_http_server_free(server);
	echo_cable_stop();
	cardea_loop_free(loop);
	return 0;
}
