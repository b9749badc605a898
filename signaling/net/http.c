/* http: see http.h. This file: the server, its listeners and its limits. */
#include "net/http.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <event2/buffer.h>
#include <event2/listener.h>

#include "cardea_error.h"
#include "cardea_id.h"
#include "conf/log.h"
#include "net/http_conn.h"
#include "net/loop.h"

#define IDLE_TIMEOUT_S   60
#define WRITE_TIMEOUT_S  15
#define LINGER_TIMEOUT_S 2
/* Descriptors left for the store and outgoing requests. */
#define RESERVED_FDS     128
/* Each connection can become a tunnel, which has a socket to Janus besides. */
#define FDS_PER_CONN     2

static const struct timeval *common_timeout(struct cardea_loop *loop, time_t seconds)
{
	struct timeval delay = {.tv_sec = seconds};

	return event_base_init_common_timeout(cardea_loop_base(loop), &delay);
}

unsigned cardea_http_connection_limit(uint64_t fds)
{
	uint64_t usable = fds > 2 * RESERVED_FDS ? fds - RESERVED_FDS : fds / 2;

	return (unsigned)CLAMP(usable / FDS_PER_CONN, 1, 1000000);
}

static unsigned connection_limit(void)
{
	struct rlimit limit;

	return cardea_http_connection_limit(getrlimit(RLIMIT_NOFILE, &limit) < 0 ? RESERVED_FDS
	                                                                         : limit.rlim_cur);
}

static int spare_fd(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int cardea_http_server_new(struct cardea_loop *loop, const struct cardea_http_callbacks *callbacks,
                           struct cardea_http_server **out)
{
	struct cardea_http_server *server = g_new0(struct cardea_http_server, 1);

	server->refs = 1;
	server->loop = loop;
	server->callbacks = *callbacks;
	server->max_open = connection_limit();
	server->spare_fd = spare_fd();
	server->answer = evbuffer_new();
	g_queue_init(&server->conns);
	g_queue_init(&server->requests);
	server->listeners = g_ptr_array_new_with_free_func((GDestroyNotify)evconnlistener_free);
	server->head_timeout = common_timeout(loop, CARDEA_HTTP_HEAD_TIMEOUT_S);
	server->idle_timeout = common_timeout(loop, IDLE_TIMEOUT_S);
	server->linger_timeout = common_timeout(loop, LINGER_TIMEOUT_S);
	server->write_timeout = common_timeout(loop, WRITE_TIMEOUT_S);
	if (!server->answer || !server->head_timeout || !server->idle_timeout ||
	    !server->linger_timeout || !server->write_timeout ||
	    cardea_id_hex(&cardea_random_kernel, server->boot, 8) < 0) {
		cardea_http_server_free(server);
		return CARDEA_E_SYSTEM;
	}
	*out = server;
	return 0;
}

/* There is no request to answer in a dialect's shape yet; written blindly, one packet. */
static void refuse_connection(evutil_socket_t fd)
{
	static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\n"
	                             "Content-Type: application/json\r\n"
	                             "Content-Length: 32\r\n"
	                             "Retry-After: 1\r\n"
	                             "Connection: close\r\n\r\n"
	                             "{\"error\":\"too many connections\"}";
	char request[4096];

	if (send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		cardea_log(CARDEA_LOG_DEBUG, "http", "event=refusal_unsent");
	shutdown(fd, SHUT_WR);
	/* Bytes left unread would turn the close into a reset, which can overtake the answer. */
	if (recv(fd, request, sizeof(request), MSG_DONTWAIT) < 0)
		cardea_log(CARDEA_LOG_DEBUG, "http", "event=refused_unread");
	close(fd);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
                      int address_len, void *arg)
{
	struct cardea_http_server *server = arg;

	(void)listener;
	(void)address_len;
	if (server->open >= server->max_open) {
		cardea_log(CARDEA_LOG_WARNING, "http", "event=connection_limit open=%u", server->open);
		refuse_connection(fd);
		return;
	}
	cardea_http_conn_new(server, fd, address);
}

/* Without a free descriptor the connection would stay in the backlog and wake us for ever. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct cardea_http_server *server = arg;
	int error = errno;
	int fd;

	cardea_log(CARDEA_LOG_ERROR, "http", "event=accept_failed errno=%d", error);
	if ((error != EMFILE && error != ENFILE) || server->spare_fd < 0)
		return;
	close(server->spare_fd);
	fd = accept(evconnlistener_get_fd(listener), NULL, NULL);
	if (fd >= 0)
		refuse_connection(fd);
	server->spare_fd = spare_fd();
}

int cardea_http_server_listen(struct cardea_http_server *server, int fd)
{
	struct evconnlistener *listener;

	if (evutil_make_socket_nonblocking(fd) < 0 || evutil_make_socket_closeonexec(fd) < 0)
		goto fail;
	listener = evconnlistener_new(cardea_loop_base(server->loop), on_accept, server,
	                              LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!listener)
		goto fail;
	evconnlistener_set_error_cb(listener, on_accept_error);
	g_ptr_array_add(server->listeners, listener);
	return 0;
fail:
	close(fd);
	return CARDEA_E_SYSTEM;
}

void cardea_http_server_stop(struct cardea_http_server *server)
{
	GList *next;

	server->stopping = true;
	g_ptr_array_set_size(server->listeners, 0);
	for (GList *item = server->conns.head; item; item = next) {
		struct cardea_http_conn *conn = item->data;

		next = item->next;
		conn->last = true;
		if (!conn->request && conn->state == CONN_OPEN)
			cardea_http_conn_free(conn);
	}
}

void cardea_http_server_free(struct cardea_http_server *server)
{
	GList *item;

	if (!server)
		return;
	server->stopping = true;
	g_ptr_array_set_size(server->listeners, 0);
	while ((item = server->conns.head))
		cardea_http_conn_free(item->data);
	while ((item = g_queue_pop_head_link(&server->requests)))
		((struct cardea_http_request *)item->data)->server = NULL;
	cardea_http_server_unref(server);
}

struct cardea_http_server *cardea_http_server_ref(struct cardea_http_server *server)
{
	server->refs++;
	return server;
}

void cardea_http_server_unref(struct cardea_http_server *server)
{
	if (--server->refs > 0)
		return;
	g_ptr_array_free(server->listeners, TRUE);
	if (server->answer)
		evbuffer_free(server->answer);
	if (server->spare_fd >= 0)
		close(server->spare_fd);
	g_free(server);
}

void cardea_http_server_release(struct cardea_http_server *server)
{
	server->open--;
	cardea_http_server_unref(server);
}
