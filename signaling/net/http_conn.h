/*
 * http_conn: what http*.c and ws.c share and nobody else includes. A server owns connections; a
 * connection has at most one request at its handler, so answers cannot change places. Loop thread.
 */
#ifndef CARDEA_NET_HTTP_CONN_H
#define CARDEA_NET_HTTP_CONN_H

#include <stdint.h>
#include <time.h>
#include <glib.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "cardea_limits.h"
#include "net/http.h"
#include "net/http_guard.h"

#define CARDEA_HTTP_PEER_SIZE 48

struct cardea_http_conn;

struct cardea_http_server {
	int refs; /* the owner's, and one per WebSocket that came through it */
	struct cardea_loop *loop;
	struct cardea_http_callbacks callbacks;
	GPtrArray *listeners; /* struct evconnlistener */
	GQueue conns;         /* struct cardea_http_conn */
	GQueue requests;      /* struct cardea_http_request, also of connections that are gone */
	unsigned open;        /* connections and WebSockets */
	unsigned max_open;
	int spare_fd;            /* given up to be able to refuse when descriptors run out */
	struct evbuffer *answer; /* the one being written; empty between calls */
	bool stopping;
	/* libevent's common timeouts: equal delays wait in a list instead of a heap. */
	const struct timeval *head_timeout, *idle_timeout, *linger_timeout, *write_timeout;
	char boot[17]; /* prefix of generated request ids */
	uint64_t requests_seen;
	time_t date_at;
	char date[32];
};

enum conn_state {
	CONN_OPEN,
	CONN_FLUSHING,  /* the last answer is on its way out */
	CONN_LINGERING, /* our side is shut; what still comes is thrown away */
};

struct cardea_http_conn {
	struct cardea_http_server *server;
	GList link; /* in server->conns */
	struct bufferevent *bev;
	struct event *deadline;
	struct cardea_http_guard *guard;     /* NULL while idle */
	struct cardea_http_request *request; /* at its handler, or NULL */
	int64_t request_ends_ms;             /* when the request being read must be complete */
	enum conn_state state;
	bool plain;   /* what is written to bev reaches the socket as it is: no TLS */
	bool reading; /* cardea_http_conn_read is on the stack */
	bool eof;
	bool last; /* close after the answer */
	bool served;
	char peer[CARDEA_HTTP_PEER_SIZE];
};

struct cardea_http_request {
	struct cardea_http_server *server; /* NULL after the server is gone */
	struct cardea_http_conn *conn;     /* NULL after the client is gone */
	GList link;                        /* in server->requests */
	struct cardea_http_guard *guard;
	GString *headers; /* of the answer, or NULL */
	const char *route;
	int64_t started_us;
	char id[CARDEA_MAX_ID + 1];
	char peer[CARDEA_HTTP_PEER_SIZE];
};

/* http.c */
/* How many connections a process with @fds descriptors may have. */
unsigned cardea_http_connection_limit(uint64_t fds);
struct cardea_http_server *cardea_http_server_ref(struct cardea_http_server *server);
void cardea_http_server_unref(struct cardea_http_server *server);
/* A connection or WebSocket has ended. */
void cardea_http_server_release(struct cardea_http_server *server);

/* http_conn.c */
void cardea_http_conn_new(struct cardea_http_server *server, evutil_socket_t fd,
                          const struct sockaddr *address);
void cardea_http_conn_free(struct cardea_http_conn *conn);
/* The request has been answered, its answer is in the output buffer. */
void cardea_http_conn_answered(struct cardea_http_conn *conn);
/* Gives up the connection's bufferevent, callbacks cleared, and frees the connection. */
struct bufferevent *cardea_http_conn_detach(struct cardea_http_conn *conn);

/* http_request.c */
struct cardea_http_request *cardea_http_request_new(struct cardea_http_conn *conn);
/* The @nth field of that name, or NULL. */
const char *cardea_http_header_nth(const struct cardea_http_request *request, const char *name,
                                   size_t nth);
/* True if the comma-separated list in the fields @name has @token. */
bool cardea_http_header_has(const struct cardea_http_request *request, const char *name,
                            const char *token);
/* Answers with 101 and the headers added so far, frees @request and returns its bufferevent, for
 * which the caller owes cardea_http_server_release to *@server. The client must still be there. */
struct bufferevent *cardea_http_upgrade(struct cardea_http_request *request,
                                        struct cardea_http_server **server);

/* http_status.c */
const char *cardea_http_reason(int status);

#endif
