/*
 * ws: WebSocket (RFC 6455), both sides, framing by wslay over a bufferevent. Loop thread only.
 * Text messages only; a binary message closes with 1003, a message over CARDEA_MAX_WS_MESSAGE with
 * 1009, invalid UTF-8 with 1007, more than CARDEA_MAX_WS_QUEUE waiting bytes with 1013.
 *
 * A socket lives until its `closed` handler has returned, which is called exactly once, also after
 * cardea_ws_close and after a failed connect; nothing may be called on it later.
 */
#ifndef CARDEA_NET_WS_H
#define CARDEA_NET_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cardea_loop;
struct cardea_http_request;
struct cardea_ws;

struct cardea_ws_callbacks {
	/* The handshake is done; client side only. May be NULL. */
	void (*open)(struct cardea_ws *ws, void *arg);
	/* One whole text message, NUL-terminated behind @len. */
	void (*message)(struct cardea_ws *ws, const char *text, size_t len, void *arg);
	/* The send queue has fallen below a quarter of its limit after having been above. May be NULL.
	 */
	void (*drained)(struct cardea_ws *ws, void *arg);
	/* @code: close code received or sent, 1006 if the connection broke, 0 if it never opened. */
	void (*closed)(struct cardea_ws *ws, int code, void *arg);
};

/* True if @request asks for a WebSocket upgrade in the way of RFC 6455 4.2.1. */
bool cardea_ws_is_upgrade(const struct cardea_http_request *request);
/* Answers a request for which that is false: 426, or 400 for a broken handshake. */
void cardea_ws_reply_no_upgrade(struct cardea_http_request *request);
/* True if @name is among the offered subprotocols. */
bool cardea_ws_offers(const struct cardea_http_request *request, const char *name);
/* The offered subprotocols in their order, the first 16, without what is not a token; a new list,
 * freed with g_strfreev. An entry may be a credential. */
char **cardea_ws_offered(const struct cardea_http_request *request);
/* Answers @request with 101 and turns its connection into a socket. @subprotocol may be NULL. On an
 * error the request is not answered yet. */
int cardea_ws_upgrade(struct cardea_http_request *request, const char *subprotocol,
                      const struct cardea_ws_callbacks *callbacks, void *arg,
                      struct cardea_ws **out);

/* Connects to a WebSocket server on the unix socket @path. The outcome comes by `open` or `closed`.
 */
int cardea_ws_connect_unix(struct cardea_loop *loop, const char *path, const char *subprotocol,
                           const struct cardea_ws_callbacks *callbacks, void *arg,
                           struct cardea_ws **out);

/* Queues a text message (copied). CARDEA_E_QUEUE_FULL: over the limit, the socket is closing.
 * CARDEA_E_INVALID: it is not open. */
int cardea_ws_send(struct cardea_ws *ws, const char *text, size_t len);
size_t cardea_ws_queued(const struct cardea_ws *ws); /* bytes waiting to be sent */
/* Back-pressure: while paused nothing is read, so the peer's TCP window fills. Messages among the
 * last 4 KiB that were read may still come. */
void cardea_ws_pause(struct cardea_ws *ws, bool paused);
/* Starts the closing handshake; the connection is dropped after 2 s at the latest. */
void cardea_ws_close(struct cardea_ws *ws, int code, const char *reason);
/* Messages that come may have @max bytes, at most CARDEA_MAX_WS_MESSAGE, which is the default. */
void cardea_ws_limit_message(struct cardea_ws *ws, size_t max);
/* A ping every @interval_ms; when one is due and neither a pong nor a message has come since the
 * last @unanswered (at least 1) of them, the connection ends with 1006. 0 stops. */
void cardea_ws_keepalive(struct cardea_ws *ws, int64_t interval_ms, unsigned unanswered);

#endif
