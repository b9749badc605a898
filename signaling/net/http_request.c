/* http_request: one request: its parts, its answer, its line in the access log. */
#include "net/http_conn.h"

#include <string.h>
#include <event2/buffer.h>

#include "cardea_id.h"
#include "conf/log.h"
#include "net/form.h"
#include "net/http_text.h"
#include "net/loop.h"

/* ---- life ---- */

static void choose_id(struct cardea_http_request *request)
{
	const char *given = cardea_http_header(request, "x-request-id");
	struct cardea_http_server *server = request->server;

	if (given && cardea_id_is_plain(given, CARDEA_MAX_ID))
		g_strlcpy(request->id, given, sizeof(request->id));
	else
		g_snprintf(request->id, sizeof(request->id), "%s-%" G_GINT64_MODIFIER "x", server->boot,
		           ++server->requests_seen);
}

struct cardea_http_request *cardea_http_request_new(struct cardea_http_conn *conn)
{
	struct cardea_http_request *request = g_new0(struct cardea_http_request, 1);

	request->server = conn->server;
	request->conn = conn;
	request->guard = conn->guard;
	request->link.data = request;
	request->started_us = g_get_monotonic_time();
	memcpy(request->peer, conn->peer, sizeof(request->peer));
	choose_id(request);
	g_queue_push_tail_link(&conn->server->requests, &request->link);
	return request;
}

/* The guard stays with the connection if there still is one. */
static void request_free(struct cardea_http_request *request)
{
	if (request->server)
		g_queue_unlink(&request->server->requests, &request->link);
	if (!request->conn)
		cardea_http_guard_free(request->guard);
	if (request->headers)
		g_string_free(request->headers, TRUE);
	g_free(request);
}

static void log_access(const struct cardea_http_request *request, int status)
{
	const char *method = cardea_http_guard_method_name(request->guard);
	int64_t us = g_get_monotonic_time() - request->started_us;
	const char *refusal;

	if (cardea_http_guard_refusal(request->guard, &refusal))
		cardea_log(CARDEA_LOG_INFO, "http", "method=%s route=- status=%d id=%s refusal=\"%s\"",
		           method ? method : "-", status, request->id, refusal);
	else
		cardea_log(CARDEA_LOG_INFO, "http", "method=%s route=%s status=%d ms=%.1f id=%s", method,
		           request->route ? request->route : "-", status, (double)us / 1000, request->id);
}

/* ---- parts ---- */

enum cardea_http_method cardea_http_method(const struct cardea_http_request *request)
{
	return cardea_http_guard_method(request->guard);
}

const char *cardea_http_method_name(const struct cardea_http_request *request)
{
	return cardea_http_guard_method_name(request->guard);
}

const char *cardea_http_path(const struct cardea_http_request *request)
{
	return cardea_http_guard_path(request->guard);
}

const char *cardea_http_query(const struct cardea_http_request *request)
{
	return cardea_http_guard_query(request->guard);
}

const char *cardea_http_header_nth(const struct cardea_http_request *request, const char *name,
                                   size_t nth)
{
	return cardea_http_guard_field(request->guard, name, nth);
}

const char *cardea_http_header(const struct cardea_http_request *request, const char *name)
{
	return cardea_http_header_nth(request, name, 0);
}

bool cardea_http_header_has(const struct cardea_http_request *request, const char *name,
                            const char *token)
{
	const char *list;

	for (size_t i = 0; (list = cardea_http_header_nth(request, name, i)); i++)
		if (cardea_http_list_has(list, token))
			return true;
	return false;
}

const char *cardea_http_body(const struct cardea_http_request *request, size_t *len)
{
	return cardea_http_guard_body(request->guard, len);
}

const char *cardea_http_peer(const struct cardea_http_request *request)
{
	return request->peer;
}

const char *cardea_http_request_id(const struct cardea_http_request *request)
{
	return request->id;
}

bool cardea_http_is_gone(const struct cardea_http_request *request)
{
	return !request->conn;
}

char *cardea_http_query_value(const struct cardea_http_request *request, const char *name)
{
	const char *pair = cardea_http_query(request);

	while (pair && *pair) {
		size_t len = strcspn(pair, "&");
		size_t name_len = strcspn(pair, "=&");
		g_autofree char *decoded = cardea_form_decode(pair, name_len);

		if (decoded && strcmp(decoded, name) == 0) {
			const char *value = name_len < len ? pair + name_len + 1 : pair + len;

			return cardea_form_decode(value, (size_t)(pair + len - value));
		}
		pair += len + (pair[len] == '&');
	}
	return NULL;
}

/* ---- answer ---- */

void cardea_http_set_route(struct cardea_http_request *request, const char *template_text)
{
	request->route = template_text;
}

static bool is_field_text(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return false;
	return true;
}

void cardea_http_add_header(struct cardea_http_request *request, const char *name,
                            const char *value)
{
	/* A line end in a value would let whoever chose it write the rest of the answer. */
	if (!cardea_http_is_token(name) || !is_field_text(value)) {
		cardea_log(CARDEA_LOG_ERROR, "http", "event=bad_header id=%s", request->id);
		return;
	}
	if (!request->headers)
		request->headers = g_string_sized_new(256);
	g_string_append_printf(request->headers, "%s: %s\r\n", name, value);
}

/* IMF-fixdate (RFC 9110 5.6.7), made once a second. */
static const char *date(struct cardea_http_server *server)
{
	time_t now = time(NULL);
	struct tm utc;

	if (now != server->date_at && gmtime_r(&now, &utc)) {
		strftime(server->date, sizeof(server->date), "%a, %d %b %Y %H:%M:%S GMT", &utc);
		server->date_at = now;
	}
	return server->date;
}

static const char *connection_field(const struct cardea_http_request *request)
{
	if (request->conn->last || request->server->stopping)
		return "Connection: close\r\n";
	return cardea_http_guard_is_http_1_0(request->guard) ? "Connection: keep-alive\r\n" : "";
}

static void write_head(struct cardea_http_request *request, struct evbuffer *out, int status,
                       const char *content_type, size_t len)
{
	evbuffer_add_printf(out,
	                    "HTTP/1.1 %d %s\r\nDate: %s\r\nX-Request-ID: %s\r\n"
	                    "X-Content-Type-Options: nosniff\r\n%s",
	                    status, cardea_http_reason(status), date(request->server), request->id,
	                    connection_field(request));
	if (status != 204 && status != 304)
		evbuffer_add_printf(out, "Content-Length: %zu\r\n", len);
	if (content_type)
		evbuffer_add_printf(out, "Content-Type: %s\r\n", content_type);
	if (request->headers)
		evbuffer_add(out, request->headers->str, request->headers->len);
	evbuffer_add(out, "\r\n", 2);
}

static bool has_body(const struct cardea_http_request *request, int status, size_t len)
{
	return len > 0 && status != 204 && status != 304 &&
	       cardea_http_method(request) != CARDEA_HTTP_HEAD;
}

/* Straight to the socket if nothing waits before or behind it: that saves asking epoll when the
 * socket can be written to, twice a request. What does not fit goes the usual way. */
static void send_answer(struct cardea_http_conn *conn, struct evbuffer *answer)
{
	struct evbuffer *output = bufferevent_get_output(conn->bev);

	if (conn->plain && evbuffer_get_length(output) == 0 &&
	    evbuffer_get_length(bufferevent_get_input(conn->bev)) == 0)
		evbuffer_write(answer, bufferevent_getfd(conn->bev));
	evbuffer_add_buffer(output, answer);
}

void cardea_http_reply(struct cardea_http_request *request, int status, const char *content_type,
                       const void *body, size_t len)
{
	struct cardea_http_conn *conn = request->conn;
	struct evbuffer *out;

	log_access(request, status);
	if (conn) {
		conn->last = conn->last || conn->server->stopping;
		out = conn->server->answer;
		write_head(request, out, status, content_type, len);
		if (has_body(request, status, len))
			evbuffer_add(out, body, len);
		send_answer(conn, out);
	}
	request_free(request);
	if (conn)
		cardea_http_conn_answered(conn);
}

void cardea_http_reply_error(struct cardea_http_request *request, int status, const char *text)
{
	struct cardea_http_server *server = request->server;
	g_autofree char *body = NULL;

	if (server)
		body = server->callbacks.error_body(cardea_http_path(request), status, text,
		                                    server->callbacks.arg);
	cardea_http_reply(request, status, "application/json", body, body ? strlen(body) : 0);
}

struct bufferevent *cardea_http_upgrade(struct cardea_http_request *request,
                                        struct cardea_http_server **server)
{
	struct cardea_http_conn *conn = request->conn;
	struct cardea_http_guard *guard = request->guard;
	struct bufferevent *bev;

	log_access(request, 101);
	evbuffer_add_printf(bufferevent_get_output(conn->bev),
	                    "HTTP/1.1 101 %s\r\nConnection: Upgrade\r\nX-Request-ID: %s\r\n%s\r\n",
	                    cardea_http_reason(101), request->id,
	                    request->headers ? request->headers->str : "");
	*server = conn->server;
	request_free(request);
	cardea_http_guard_free(guard);
	bev = cardea_http_conn_detach(conn);
	return bev;
}
