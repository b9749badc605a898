/*
 * http_conn: one connection: reading through the guard, deadlines, keep-alive and the end.
 *
 * libevent's evhttp was tried first. Behind a bufferevent filter it loses every answer that closes
 * the connection: it closes the descriptor when the filter's buffer is empty, not the socket's. It
 * would also have been a second parser behind the guard, which is what the guard is there to avoid.
 */
#include "net/http_conn.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <event2/buffer.h>

#include "cardea_clock.h"
#include "net/loop.h"

/* While a request is at its handler this much of the next ones is read ahead. */
#define READ_AHEAD 16384
/* A client that sends requests and does not read the answers is not served on past this. */
#define MAX_UNSENT (256 * 1024)

static int64_t now_ms(void)
{
	return cardea_clock_mono_ms(&cardea_clock_system);
}

static void name_peer(struct cardea_http_conn *conn, const struct sockaddr *address)
{
	const void *ip = NULL;

	if (address->sa_family == AF_INET)
		ip = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
	else if (address->sa_family == AF_INET6)
		ip = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	if (!ip || !inet_ntop(address->sa_family, ip, conn->peer, sizeof(conn->peer)))
		g_strlcpy(conn->peer, "unix", sizeof(conn->peer));
}

/* ---- the end of a connection ---- */

void cardea_http_conn_free(struct cardea_http_conn *conn)
{
	struct cardea_http_server *server = conn->server;

	if (conn->request)
		conn->request->conn = NULL; /* the request keeps the guard */
	else
		cardea_http_guard_free(conn->guard);
	if (conn->bev) {
		/* Disabled first: the descriptor must leave epoll before it is closed. */
		bufferevent_disable(conn->bev, EV_READ | EV_WRITE);
		bufferevent_free(conn->bev);
		cardea_http_server_release(server);
	}
	event_free(conn->deadline);
	g_queue_unlink(&server->conns, &conn->link);
	g_free(conn);
}

struct bufferevent *cardea_http_conn_detach(struct cardea_http_conn *conn)
{
	struct bufferevent *bev = conn->bev;

	bufferevent_setcb(bev, NULL, NULL, NULL, NULL);
	bufferevent_set_timeouts(bev, NULL, NULL);
	bufferevent_setwatermark(bev, EV_READ, 0, 0);
	conn->bev = NULL;
	conn->request = NULL;
	conn->guard = NULL;
	event_del(conn->deadline);
	if (!conn->reading)
		cardea_http_conn_free(conn);
	return bev;
}

/* Closing with bytes unread would make the kernel send a reset, which can destroy the answer
 * before the client has seen it (RFC 9112 9.6). */
static void linger(struct cardea_http_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);

	if (conn->eof) {
		cardea_http_conn_free(conn);
		return;
	}
	conn->state = CONN_LINGERING;
	shutdown(bufferevent_getfd(conn->bev), SHUT_WR);
	evbuffer_drain(input, evbuffer_get_length(input));
	event_add(conn->deadline, conn->server->linger_timeout);
}

static void flush_and_close(struct cardea_http_conn *conn)
{
	conn->state = CONN_FLUSHING;
	event_del(conn->deadline); /* from here on the write timeout decides */
	if (evbuffer_get_length(bufferevent_get_output(conn->bev)) == 0)
		linger(conn);
}

/* ---- reading ---- */

static void dispatch(struct cardea_http_conn *conn)
{
	const char *text;
	int refusal = cardea_http_guard_refusal(conn->guard, &text);
	struct cardea_http_server *server = conn->server;

	event_del(conn->deadline);
	conn->last = conn->last || refusal || !cardea_http_guard_keeps_alive(conn->guard);
	conn->request = cardea_http_request_new(conn);
	if (server->callbacks.prepare)
		server->callbacks.prepare(conn->request, server->callbacks.arg);
	if (refusal)
		cardea_http_reply_error(conn->request, refusal, text);
	else
		server->callbacks.request(conn->request, server->callbacks.arg);
}

static void set_deadline(struct cardea_http_conn *conn)
{
	enum cardea_http_stage stage =
	        conn->guard ? cardea_http_guard_stage(conn->guard) : CARDEA_GUARD_IDLE;
	struct timeval left;
	int64_t ms;

	if (stage == CARDEA_GUARD_IDLE && conn->served) {
		event_add(conn->deadline, conn->server->idle_timeout);
	} else if (stage == CARDEA_GUARD_IN_HEAD && conn->request_ends_ms == 0) {
		conn->request_ends_ms = now_ms() + CARDEA_HTTP_REQUEST_TIMEOUT_S * 1000;
		event_add(conn->deadline, conn->server->head_timeout);
	} else if (stage == CARDEA_GUARD_IN_BODY && conn->request_ends_ms >= 0) {
		ms = CARDEA_HTTP_REQUEST_TIMEOUT_S * 1000;
		if (conn->request_ends_ms > 0)
			ms = MAX(conn->request_ends_ms - now_ms(), 1);
		conn->request_ends_ms = -1; /* set for good */
		left = (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
		event_add(conn->deadline, &left);
	}
}

static void send_continue(struct cardea_http_conn *conn)
{
	static const char answer[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (cardea_http_guard_wants_continue(conn->guard) &&
	    evbuffer_get_length(bufferevent_get_input(conn->bev)) == 0)
		bufferevent_write(conn->bev, answer, sizeof(answer) - 1);
}

/* Feeds one piece of the input. False if there is nothing to go on with. */
static bool feed(struct cardea_http_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	struct evbuffer_iovec piece;
	enum cardea_http_verdict verdict;
	size_t used;

	/* Peeking into an empty buffer can give an empty piece. */
	if (evbuffer_get_length(input) == 0 || evbuffer_peek(input, -1, NULL, &piece, 1) < 1)
		return false;
	if (!conn->guard)
		conn->guard = cardea_http_guard_new();
	verdict = cardea_http_guard_feed(conn->guard, piece.iov_base, piece.iov_len, &used);
	evbuffer_drain(input, used);
	if (verdict == CARDEA_GUARD_HEAD)
		send_continue(conn);
	else if (verdict != CARDEA_GUARD_MORE)
		dispatch(conn);
	return true;
}

static bool is_backlogged(const struct cardea_http_conn *conn)
{
	return evbuffer_get_length(bufferevent_get_output(conn->bev)) >= MAX_UNSENT;
}

static bool may_read(const struct cardea_http_conn *conn)
{
	return conn->bev && conn->state == CONN_OPEN && !conn->request && !is_backlogged(conn);
}

static void conn_read(struct cardea_http_conn *conn)
{
	conn->reading = true;
	while (may_read(conn) && feed(conn))
		;
	conn->reading = false;
	if (!conn->bev) /* upgraded */
		cardea_http_conn_free(conn);
	else if (conn->state == CONN_FLUSHING || (conn->eof && may_read(conn)))
		flush_and_close(conn);
	else if (may_read(conn))
		set_deadline(conn);
}

void cardea_http_conn_answered(struct cardea_http_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);

	cardea_http_guard_free(conn->guard);
	conn->guard = NULL;
	conn->request = NULL;
	conn->request_ends_ms = 0;
	conn->served = true;
	if (conn->last)
		conn->state = CONN_FLUSHING;
	if (conn->reading)
		return; /* conn_read goes on */
	if (conn->last || (conn->eof && evbuffer_get_length(input) == 0))
		flush_and_close(conn);
	else if (evbuffer_get_length(input) > 0)
		bufferevent_trigger(conn->bev, EV_READ, BEV_OPT_DEFER_CALLBACKS);
	else
		set_deadline(conn);
}

/* ---- libevent's callbacks ---- */

static void on_read(struct bufferevent *bev, void *arg)
{
	struct cardea_http_conn *conn = arg;
	struct evbuffer *input = bufferevent_get_input(bev);

	if (conn->state == CONN_OPEN)
		conn_read(conn);
	else
		evbuffer_drain(input, evbuffer_get_length(input));
}

static void on_written(struct bufferevent *bev, void *arg)
{
	struct cardea_http_conn *conn = arg;

	if (conn->state == CONN_FLUSHING)
		linger(conn);
	else if (evbuffer_get_length(bufferevent_get_input(bev)) > 0 && may_read(conn))
		conn_read(conn);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct cardea_http_conn *conn = arg;

	(void)bev;
	if (!(what & BEV_EVENT_EOF) || conn->state == CONN_LINGERING) {
		cardea_http_conn_free(conn);
		return;
	}
	/* A client may shut its side and still wait for the answers to what it has sent. */
	conn->eof = true;
	if (conn->state == CONN_OPEN && !conn->request)
		conn_read(conn);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct cardea_http_conn *conn = arg;

	(void)fd;
	(void)what;
	if (conn->state != CONN_OPEN || !conn->guard ||
	    cardea_http_guard_stage(conn->guard) == CARDEA_GUARD_IDLE) {
		cardea_http_conn_free(conn);
		return;
	}
	cardea_http_guard_refuse(conn->guard, 408, "the request did not arrive in time");
	dispatch(conn);
}

void cardea_http_conn_new(struct cardea_http_server *server, evutil_socket_t fd,
                          const struct sockaddr *address)
{
	struct event_base *base = cardea_loop_base(server->loop);
	struct cardea_http_conn *conn = g_new0(struct cardea_http_conn, 1);
	int one = 1;

	conn->server = server;
	conn->link.data = conn;
	conn->bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	conn->deadline = event_new(base, -1, 0, on_deadline, conn);
	if (!conn->bev || !conn->deadline)
		g_error("out of memory");
	conn->plain = true;
	name_peer(conn, address);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* fails on unix sockets: fine */
	cardea_http_server_ref(server)->open++;
	g_queue_push_tail_link(&server->conns, &conn->link);
	bufferevent_setcb(conn->bev, on_read, on_written, on_event, conn);
	bufferevent_setwatermark(conn->bev, EV_READ, 0, READ_AHEAD);
	bufferevent_set_timeouts(conn->bev, NULL, server->write_timeout);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
	event_add(conn->deadline, server->head_timeout);
}
