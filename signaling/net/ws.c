/*
 * ws: see ws.h. wslay does the framing; its send queue is always emptied into the bufferevent's
 * output, so that one buffer is the queue.
 *
 * A socket never dies inside a callback of libevent or wslay: it is marked dead, and a deferred
 * event calls `closed` and frees it.
 */
#include "net/ws.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <event2/buffer.h>
#include <wslay/wslay.h>

#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_limits.h"
#include "net/http_conn.h"
#include "net/http_text.h"
#include "net/loop.h"
#include "net/ws_handshake.h"

#define CLOSE_TIMEOUT_S   2
#define CONNECT_TIMEOUT_S 10
#define LOW_QUEUE         (CARDEA_MAX_WS_QUEUE / 4)
#define MAX_OFFERED       16 /* subprotocols looked at; the head bounds their length */
#define CODE_TRY_AGAIN_LATER                                                                       \
	1013 /* IANA WebSocket close code registry; wslay has no name for it                           \
	      */
/* Answers to pings come on top of the messages; more of them than this is a flood. */
#define MAX_QUEUE_WITH_PONGS (CARDEA_MAX_WS_QUEUE + 65536)

enum ws_state {
	WS_CONNECTING, /* client: until the server's answer to the handshake */
	WS_OPEN,
	WS_CLOSING, /* a close frame is queued or sent; messages are no longer delivered */
	WS_FLUSHED, /* our side of the connection is shut */
	WS_DEAD,    /* `closed` is due */
};

struct cardea_ws {
	enum ws_state state;
	struct cardea_loop *loop;
	struct cardea_http_server *server; /* NULL on the client side */
	struct bufferevent *bev;
	wslay_event_context_ptr wslay;
	struct cardea_ws_callbacks callbacks;
	void *arg;
	struct event *timer; /* opening, pings or closing: whichever is going on */
	struct event *death;
	struct timeval ping_interval;
	unsigned missed_pongs, max_missed_pongs;
	size_t max_message;
	int code;   /* for `closed` */
	bool plain; /* what is written to bev reaches the socket as it is: no TLS */
	bool paused, eof;
	bool above_low;  /* the queue has been above LOW_QUEUE */
	bool in_control; /* the frame being received is a control frame */
	GString *message;
	char *key, *subprotocol; /* client, while connecting */
};

/* ---- death ---- */

static void bury(evutil_socket_t fd, short what, void *arg)
{
	struct cardea_ws *ws = arg;

	(void)fd;
	(void)what;
	ws->callbacks.closed(ws, ws->code, ws->arg);
	bufferevent_free(ws->bev);
	wslay_event_context_free(ws->wslay);
	event_free(ws->timer);
	event_free(ws->death);
	if (ws->message)
		g_string_free(ws->message, TRUE);
	g_free(ws->key);
	g_free(ws->subprotocol);
	if (ws->server)
		cardea_http_server_release(ws->server);
	g_free(ws);
}

static void die(struct cardea_ws *ws)
{
	if (ws->state == WS_DEAD)
		return;
	ws->state = WS_DEAD;
	bufferevent_setcb(ws->bev, NULL, NULL, NULL, NULL);
	bufferevent_disable(ws->bev, EV_READ | EV_WRITE);
	event_del(ws->timer);
	event_active(ws->death, EV_TIMEOUT, 0);
}

static void break_off(struct cardea_ws *ws, int code)
{
	if (ws->code == 0)
		ws->code = code;
	die(ws);
}

static void start_timer(struct cardea_ws *ws, time_t seconds)
{
	struct timeval delay = {.tv_sec = seconds};

	event_add(ws->timer, &delay);
}

/* ---- sending ---- */

/*
 * When the close frame is out and nothing more is expected, our side is shut and the rest of what
 * comes thrown away: closing with bytes unread would send a reset, and the peer might see that
 * instead of the close frame (RFC 6455 7.1.1, 7.1.7).
 */
static void shut_if_flushed(struct cardea_ws *ws)
{
	if (ws->state != WS_CLOSING || cardea_ws_queued(ws) > 0)
		return;
	if (ws->eof) {
		die(ws);
	} else if (!wslay_event_get_read_enabled(ws->wslay)) {
		ws->state = WS_FLUSHED;
		shutdown(bufferevent_getfd(ws->bev), SHUT_WR);
	}
}

static void flush(struct cardea_ws *ws)
{
	if (ws->state == WS_DEAD)
		return;
	if (wslay_event_send(ws->wslay) < 0) {
		break_off(ws, 1006);
		return;
	}
	if (cardea_ws_queued(ws) > LOW_QUEUE)
		ws->above_low = true;
	shut_if_flushed(ws);
}

static void begin_closing(struct cardea_ws *ws, int code)
{
	if (ws->state >= WS_CLOSING)
		return;
	ws->state = WS_CLOSING;
	if (ws->code == 0)
		ws->code = code;
	bufferevent_setwatermark(ws->bev, EV_WRITE, 0, 0);
	if (ws->paused)
		cardea_ws_pause(ws, false); /* to see the peer's close frame */
	start_timer(ws, CLOSE_TIMEOUT_S);
}

static void queue_close(struct cardea_ws *ws, int code, const char *reason)
{
	size_t len = reason ? MIN(strlen(reason), 123) : 0;

	wslay_event_queue_close(ws->wslay, (uint16_t)code, (const uint8_t *)reason, len);
}

static void fail(struct cardea_ws *ws, int code)
{
	if (ws->state >= WS_CLOSING)
		return;
	queue_close(ws, code, NULL);
	wslay_event_shutdown_read(ws->wslay);
	begin_closing(ws, code);
}

/* ---- wslay's callbacks ---- */

static ssize_t on_wslay_recv(wslay_event_context_ptr context, uint8_t *buf, size_t len, int flags,
                             void *arg)
{
	struct cardea_ws *ws = arg;
	int got = 0;

	(void)flags;
	if (ws->state != WS_DEAD && !ws->paused)
		got = evbuffer_remove(bufferevent_get_input(ws->bev), buf, len);
	if (got <= 0) {
		wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	return got;
}

/* Nothing waits before it: that saves asking epoll when the socket can be written to, which is most
 * of what an event costs that goes to thousands. An error is found again by who sends the rest. */
static size_t send_directly(struct cardea_ws *ws, const uint8_t *data, size_t len, int flags)
{
	int more = flags & WSLAY_MSG_MORE ? MSG_MORE : 0;
	ssize_t sent = send(bufferevent_getfd(ws->bev), data, len, MSG_DONTWAIT | MSG_NOSIGNAL | more);

	return sent < 0 ? 0 : (size_t)sent;
}

static ssize_t on_wslay_send(wslay_event_context_ptr context, const uint8_t *data, size_t len,
                             int flags, void *arg)
{
	struct cardea_ws *ws = arg;
	size_t sent = 0;

	if (ws->plain && cardea_ws_queued(ws) == 0)
		sent = send_directly(ws, data, len, flags);
	if (sent < len && bufferevent_write(ws->bev, data + sent, len - sent) < 0) {
		wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
		return -1;
	}
	return (ssize_t)len;
}

static int on_wslay_mask(wslay_event_context_ptr context, uint8_t *buf, size_t len, void *arg)
{
	(void)context;
	(void)arg;
	return cardea_random_kernel.fill(buf, len, cardea_random_kernel.arg);
}

static void on_frame_start(wslay_event_context_ptr context,
                           const struct wslay_event_on_frame_recv_start_arg *frame, void *arg)
{
	struct cardea_ws *ws = arg;
	size_t held = ws->message ? ws->message->len : 0;

	(void)context;
	ws->in_control = wslay_is_ctrl_frame(frame->opcode);
	if (frame->opcode == WSLAY_BINARY_FRAME)
		fail(ws, WSLAY_CODE_UNSUPPORTED_DATA);
	else if (frame->opcode == WSLAY_CONNECTION_CLOSE && frame->payload_length == 1)
		fail(ws, WSLAY_CODE_PROTOCOL_ERROR); /* RFC 6455 5.5.1; wslay takes it for no code */
	else if (!ws->in_control &&
	         (held > ws->max_message || frame->payload_length > ws->max_message - held))
		fail(ws, WSLAY_CODE_MESSAGE_TOO_BIG); /* wslay looks at single frames only */
}

/* wslay would reserve the length that a frame declares; this grows with what has come. */
static void on_frame_chunk(wslay_event_context_ptr context,
                           const struct wslay_event_on_frame_recv_chunk_arg *chunk, void *arg)
{
	struct cardea_ws *ws = arg;

	(void)context;
	if (ws->state >= WS_CLOSING || ws->in_control)
		return;
	if (!ws->message)
		ws->message = g_string_sized_new(chunk->data_length);
	g_string_append_len(ws->message, (const char *)chunk->data, (gssize)chunk->data_length);
}

static void deliver(struct cardea_ws *ws)
{
	GString *message = ws->message ? ws->message : g_string_new(NULL);

	ws->message = NULL;
	ws->callbacks.message(ws, message->str, message->len, ws->arg);
	g_string_free(message, TRUE);
}

static void on_message(wslay_event_context_ptr context,
                       const struct wslay_event_on_msg_recv_arg *message, void *arg)
{
	struct cardea_ws *ws = arg;

	ws->missed_pongs = 0;
	if (message->opcode == WSLAY_CONNECTION_CLOSE) {
		if (ws->code == 0)
			ws->code = wslay_event_get_status_code_received(context);
		begin_closing(ws, ws->code);
	} else if (message->opcode == WSLAY_PING) {
		flush(ws); /* a close frame that is being read next would drop the pong */
	} else if (message->opcode == WSLAY_TEXT_FRAME && ws->state == WS_OPEN) {
		deliver(ws);
	}
}

/* ---- receiving ---- */

/* wslay answers malformed frames with a close frame without a code; ours says what was wrong. */
static void protocol_error(struct cardea_ws *ws)
{
	static const uint8_t frame[] = {0x88, 2, WSLAY_CODE_PROTOCOL_ERROR >> 8,
	                                WSLAY_CODE_PROTOCOL_ERROR & 0xff};

	if (ws->state >= WS_CLOSING) {
		die(ws);
		return;
	}
	if (ws->server) { /* a client would have to mask it; there wslay's will do */
		bufferevent_write(ws->bev, frame, sizeof(frame));
		wslay_event_shutdown_write(ws->wslay);
	}
	begin_closing(ws, WSLAY_CODE_PROTOCOL_ERROR);
}

static void receive(struct cardea_ws *ws)
{
	struct evbuffer *input = bufferevent_get_input(ws->bev);
	int err;

	if (!wslay_event_get_read_enabled(ws->wslay)) {
		evbuffer_drain(input, evbuffer_get_length(input));
		return;
	}
	err = wslay_event_recv(ws->wslay);
	if (ws->state == WS_DEAD)
		return;
	if (err < 0)
		protocol_error(ws);
	flush(ws);
	if (ws->state == WS_OPEN && !wslay_event_get_read_enabled(ws->wslay))
		begin_closing(ws, wslay_event_get_status_code_sent(ws->wslay));
	else if (ws->state == WS_OPEN && cardea_ws_queued(ws) > MAX_QUEUE_WITH_PONGS)
		fail(ws, CODE_TRY_AGAIN_LATER);
	flush(ws);
}

static void finish_connecting(struct cardea_ws *ws)
{
	struct evbuffer *input = bufferevent_get_input(ws->bev);
	struct evbuffer_ptr end = evbuffer_search(input, "\r\n\r\n", 4, NULL);
	const char *head;

	if (end.pos < 0 && evbuffer_get_length(input) < CARDEA_WS_MAX_RESPONSE)
		return;
	head = end.pos < 0 ? NULL : (const char *)evbuffer_pullup(input, end.pos);
	if (!head || !cardea_ws_check_response(head, (size_t)end.pos, ws->key, ws->subprotocol)) {
		break_off(ws, 0);
		return;
	}
	evbuffer_drain(input, (size_t)end.pos + 4);
	event_del(ws->timer);
	ws->state = WS_OPEN;
	if (ws->callbacks.open)
		ws->callbacks.open(ws, ws->arg);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct cardea_ws *ws = arg;

	if (ws->state == WS_CONNECTING)
		finish_connecting(ws);
	if (ws->state == WS_OPEN || ws->state == WS_CLOSING)
		receive(ws);
	else if (ws->state == WS_FLUSHED)
		evbuffer_drain(bufferevent_get_input(bev), evbuffer_get_length(bufferevent_get_input(bev)));
}

static void on_written(struct bufferevent *bev, void *arg)
{
	struct cardea_ws *ws = arg;

	(void)bev;
	shut_if_flushed(ws);
	if (ws->state != WS_OPEN || !ws->above_low || cardea_ws_queued(ws) > LOW_QUEUE)
		return;
	ws->above_low = false;
	if (ws->callbacks.drained)
		ws->callbacks.drained(ws, ws->arg);
}

static void send_handshake(struct cardea_ws *ws)
{
	struct evbuffer *output = bufferevent_get_output(ws->bev);

	evbuffer_add_printf(output,
	                    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
	                    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	                    "Sec-WebSocket-Key: %s\r\n",
	                    ws->key);
	if (ws->subprotocol)
		evbuffer_add_printf(output, "Sec-WebSocket-Protocol: %s\r\n", ws->subprotocol);
	evbuffer_add_printf(output, "\r\n");
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct cardea_ws *ws = arg;

	(void)bev;
	ws->eof = what & BEV_EVENT_EOF;
	if (what & BEV_EVENT_CONNECTED)
		send_handshake(ws);
	else if (ws->eof && ws->state == WS_CLOSING && cardea_ws_queued(ws) > 0)
		return; /* the peer may still read our close frame */
	else
		break_off(ws, ws->state == WS_CONNECTING ? 0 : WSLAY_CODE_ABNORMAL_CLOSURE);
}

/* ---- timer ---- */

static void ping(struct cardea_ws *ws)
{
	static const struct wslay_event_msg message = {.opcode = WSLAY_PING};

	if (ws->missed_pongs >= ws->max_missed_pongs) {
		break_off(ws, WSLAY_CODE_ABNORMAL_CLOSURE);
		return;
	}
	if (!ws->paused) /* while paused we could not see the answer */
		ws->missed_pongs++;
	wslay_event_queue_msg(ws->wslay, &message);
	event_add(ws->timer, &ws->ping_interval);
	flush(ws);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct cardea_ws *ws = arg;

	(void)fd;
	(void)what;
	if (ws->state == WS_OPEN)
		ping(ws);
	else
		die(ws);
}

/* ---- birth ---- */

static const struct wslay_event_callbacks wslay_callbacks = {
        .recv_callback = on_wslay_recv,
        .send_callback = on_wslay_send,
        .genmask_callback = on_wslay_mask,
        .on_frame_recv_start_callback = on_frame_start,
        .on_frame_recv_chunk_callback = on_frame_chunk,
        .on_msg_recv_callback = on_message,
};

static struct cardea_ws *ws_new(struct cardea_loop *loop, bool server, struct bufferevent *bev,
                                const struct cardea_ws_callbacks *callbacks, void *arg)
{
	struct event_base *base = cardea_loop_base(loop);
	struct cardea_ws *ws = g_new0(struct cardea_ws, 1);
	int err;

	ws->loop = loop;
	ws->bev = bev;
	ws->callbacks = *callbacks;
	ws->arg = arg;
	ws->max_message = CARDEA_MAX_WS_MESSAGE;
	ws->timer = event_new(base, -1, 0, on_timer, ws);
	ws->death = event_new(base, -1, 0, bury, ws);
	if (server)
		err = wslay_event_context_server_init(&ws->wslay, &wslay_callbacks, ws);
	else
		err = wslay_event_context_client_init(&ws->wslay, &wslay_callbacks, ws);
	if (!ws->timer || !ws->death || err < 0)
		g_error("out of memory");
	wslay_event_config_set_no_buffering(ws->wslay, 1);
	wslay_event_config_set_max_recv_msg_length(ws->wslay, CARDEA_MAX_WS_MESSAGE);
	bufferevent_setcb(bev, on_read, on_written, on_event, ws);
	bufferevent_setwatermark(bev, EV_WRITE, LOW_QUEUE, 0);
	return ws;
}

bool cardea_ws_is_upgrade(const struct cardea_http_request *request)
{
	const char *key = cardea_http_header(request, "sec-websocket-key");
	const char *version = cardea_http_header(request, "sec-websocket-version");
	size_t body_len;

	cardea_http_body(request, &body_len);
	return cardea_http_method(request) == CARDEA_HTTP_GET && body_len == 0 &&
	       !cardea_http_guard_is_http_1_0(request->guard) &&
	       cardea_http_header_has(request, "upgrade", "websocket") &&
	       cardea_http_header_has(request, "connection", "upgrade") && key &&
	       cardea_ws_is_key(key) && g_strcmp0(version, "13") == 0;
}

void cardea_ws_reply_no_upgrade(struct cardea_http_request *request)
{
	const char *version = cardea_http_header(request, "sec-websocket-version");
	bool asked = cardea_http_header_has(request, "upgrade", "websocket");

	if (asked && g_strcmp0(version, "13") == 0) {
		cardea_http_reply_error(request, 400, "malformed WebSocket handshake");
		return;
	}
	/* RFC 6455 4.4, RFC 9110 15.5.22 */
	cardea_http_add_header(request, "Upgrade", "websocket");
	cardea_http_add_header(request, "Connection", "Upgrade");
	cardea_http_add_header(request, "Sec-WebSocket-Version", "13");
	cardea_http_reply_error(request, 426, "this address speaks WebSocket, version 13");
}

bool cardea_ws_offers(const struct cardea_http_request *request, const char *name)
{
	return cardea_http_header_has(request, "sec-websocket-protocol", name);
}

char **cardea_ws_offered(const struct cardea_http_request *request)
{
	GPtrArray *entries = g_ptr_array_new();
	const char *list;

	for (size_t i = 0; (list = cardea_http_header_nth(request, "sec-websocket-protocol", i)); i++) {
		/* What is left over keeps its commas and so is no token. */
		g_auto(GStrv) parts = g_strsplit(list, ",", MAX_OFFERED + 1);

		for (size_t j = 0; parts[j] && entries->len < MAX_OFFERED; j++)
			if (cardea_http_is_token(g_strstrip(parts[j])))
				g_ptr_array_add(entries, g_strdup(parts[j]));
	}
	g_ptr_array_add(entries, NULL);
	return (char **)g_ptr_array_free(entries, FALSE);
}

int cardea_ws_upgrade(struct cardea_http_request *request, const char *subprotocol,
                      const struct cardea_ws_callbacks *callbacks, void *arg,
                      struct cardea_ws **out)
{
	char accept[CARDEA_WS_ACCEPT_SIZE];
	struct cardea_http_server *server;
	struct bufferevent *bev;
	struct cardea_ws *ws;
	bool plain;
	int err;

	if (!cardea_ws_is_upgrade(request))
		return CARDEA_E_INVALID;
	if (!request->conn || request->conn->eof || request->conn->server->stopping)
		return CARDEA_E_SYSTEM;
	err = cardea_ws_accept(cardea_http_header(request, "sec-websocket-key"), accept);
	if (err < 0)
		return err;
	cardea_http_add_header(request, "Upgrade", "websocket");
	cardea_http_add_header(request, "Sec-WebSocket-Accept", accept);
	if (subprotocol)
		cardea_http_add_header(request, "Sec-WebSocket-Protocol", subprotocol);
	plain = request->conn->plain;
	bev = cardea_http_upgrade(request, &server);
	ws = ws_new(server->loop, true, bev, callbacks, arg);
	ws->server = server;
	ws->plain = plain;
	ws->state = WS_OPEN;
	/* Frames may have come together with the handshake. */
	bufferevent_trigger(bev, EV_READ, BEV_OPT_DEFER_CALLBACKS);
	*out = ws;
	return 0;
}

int cardea_ws_connect_unix(struct cardea_loop *loop, const char *path, const char *subprotocol,
                           const struct cardea_ws_callbacks *callbacks, void *arg,
                           struct cardea_ws **out)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char key[CARDEA_WS_KEY_SIZE];
	struct bufferevent *bev;
	struct cardea_ws *ws;
	int err;

	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >= sizeof(address.sun_path))
		return CARDEA_E_TOO_LONG;
	err = cardea_ws_make_key(key);
	if (err < 0)
		return err;
	bev = bufferevent_socket_new(cardea_loop_base(loop), -1, BEV_OPT_CLOSE_ON_FREE);
	if (!bev)
		return CARDEA_E_NO_MEMORY;
	ws = ws_new(loop, false, bev, callbacks, arg);
	ws->plain = true;
	ws->key = g_strdup(key);
	ws->subprotocol = g_strdup(subprotocol);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
	start_timer(ws, CONNECT_TIMEOUT_S);
	if (bufferevent_socket_connect(bev, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(ws); /* reported like every other failure */
	*out = ws;
	return 0;
}

/* ---- use ---- */

int cardea_ws_send(struct cardea_ws *ws, const char *text, size_t len)
{
	struct wslay_event_msg message = {WSLAY_TEXT_FRAME, (const uint8_t *)text, len};

	if (ws->state != WS_OPEN)
		return CARDEA_E_INVALID;
	if (cardea_ws_queued(ws) + len > CARDEA_MAX_WS_QUEUE) {
		cardea_ws_close(ws, CODE_TRY_AGAIN_LATER, "send queue full");
		return CARDEA_E_QUEUE_FULL;
	}
	if (wslay_event_queue_msg(ws->wslay, &message) < 0)
		return CARDEA_E_INVALID;
	flush(ws);
	return 0;
}

size_t cardea_ws_queued(const struct cardea_ws *ws)
{
	return evbuffer_get_length(bufferevent_get_output(ws->bev));
}

void cardea_ws_pause(struct cardea_ws *ws, bool paused)
{
	if (ws->paused == paused || ws->state == WS_DEAD)
		return;
	ws->paused = paused;
	ws->missed_pongs = 0;
	if (paused) {
		bufferevent_disable(ws->bev, EV_READ);
	} else {
		bufferevent_enable(ws->bev, EV_READ);
		bufferevent_trigger(ws->bev, EV_READ, BEV_OPT_DEFER_CALLBACKS);
	}
}

void cardea_ws_close(struct cardea_ws *ws, int code, const char *reason)
{
	if (ws->state >= WS_CLOSING)
		return;
	if (ws->state == WS_CONNECTING) {
		die(ws);
		return;
	}
	queue_close(ws, code, reason);
	begin_closing(ws, code);
	flush(ws);
}

void cardea_ws_limit_message(struct cardea_ws *ws, size_t max)
{
	ws->max_message = MIN(max, CARDEA_MAX_WS_MESSAGE);
}

void cardea_ws_keepalive(struct cardea_ws *ws, int64_t interval_ms, unsigned unanswered)
{
	if (ws->state != WS_OPEN)
		return;
	ws->missed_pongs = 0;
	ws->max_missed_pongs = unanswered;
	ws->ping_interval =
	        (struct timeval){.tv_sec = interval_ms / 1000, .tv_usec = interval_ms % 1000 * 1000};
	if (interval_ms > 0)
		event_add(ws->timer, &ws->ping_interval);
	else
		event_del(ws->timer);
}
