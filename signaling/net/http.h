/*
 * http: the HTTP/1.1 server side, on bufferevents behind one strict, bounded parser (http_guard):
 * what two readers could understand differently is refused (RFC 9112: duplicate Content-Length,
 * missing or doubled Host, bare LF, obs-fold, ...). Knows no domain. Loop thread only.
 *
 * A request lives from the call of the handler until it is answered exactly once, by
 * cardea_http_reply or cardea_ws_upgrade; the handler may answer later. If the client goes away
 * first, the answer is dropped silently.
 */
#ifndef CARDEA_NET_HTTP_H
#define CARDEA_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cardea_loop;
struct cardea_http_server;
struct cardea_http_request;

enum cardea_http_method {
	CARDEA_HTTP_GET = 1 << 0,
	CARDEA_HTTP_HEAD = 1 << 1,
	CARDEA_HTTP_POST = 1 << 2,
	CARDEA_HTTP_PUT = 1 << 3,
	CARDEA_HTTP_PATCH = 1 << 4,
	CARDEA_HTTP_DELETE = 1 << 5,
	CARDEA_HTTP_OPTIONS = 1 << 6,
};

typedef void (*cardea_http_h)(struct cardea_http_request *request, void *arg);

/*
 * Writes the JSON body for a refusal that happens before or outside routing (framing, limits,
 * unknown route) in the shape of the dialect that @path (may be NULL) belongs to. Returns a new
 * string freed with g_free. @status is the HTTP status, @text a fixed English text.
 */
typedef char *(*cardea_http_error_body_h)(const char *path, int status, const char *text,
                                          void *arg);

struct cardea_http_callbacks {
	/* Sees every request first, also those refused for their framing or size, whose path and method
	 * may be missing: may add headers to the answer, must not answer. NULL is fine. */
	cardea_http_h prepare;
	cardea_http_h request;
	cardea_http_error_body_h error_body;
	void *arg;
};

int cardea_http_server_new(struct cardea_loop *loop, const struct cardea_http_callbacks *callbacks,
                           struct cardea_http_server **out);
/* Accepts on the listening socket @fd (TCP or unix), taking ownership. */
int cardea_http_server_listen(struct cardea_http_server *server, int fd);
/* Stops accepting, closes idle connections; the others end with their answer. */
void cardea_http_server_stop(struct cardea_http_server *server);
void cardea_http_server_free(struct cardea_http_server *server);

/* Borrowed; valid until the request is answered. */
enum cardea_http_method cardea_http_method(const struct cardea_http_request *request);
const char *cardea_http_method_name(const struct cardea_http_request *request);
const char *cardea_http_path(const struct cardea_http_request *request);  /* raw, without query */
const char *cardea_http_query(const struct cardea_http_request *request); /* raw or NULL */
const char *cardea_http_header(const struct cardea_http_request *request, const char *name);
const char *cardea_http_body(const struct cardea_http_request *request, size_t *len);
const char *cardea_http_peer(const struct cardea_http_request *request); /* address text */
/* The request's X-Request-ID if it is a plain id, else a generated one; echoed in the answer. */
const char *cardea_http_request_id(const struct cardea_http_request *request);
/* The value of @name in the query, percent-decoded; new string or NULL. g_free. */
char *cardea_http_query_value(const struct cardea_http_request *request, const char *name);
/* The client's connection is known to be gone; long work may be skipped. A client that has only
 * shut its side still gets its answer. */
bool cardea_http_is_gone(const struct cardea_http_request *request);

/* The router notes the route's template here: what the access log names instead of the path,
 * which may carry a credential (DESIGN 9). @template must live as long as the process. */
void cardea_http_set_route(struct cardea_http_request *request, const char *template_text);

/* Both are copied; a header that is not valid is logged and left out. */
void cardea_http_add_header(struct cardea_http_request *request, const char *name,
                            const char *value);
/* Answers and ends @request. @body may be NULL with @len 0; it is copied. */
void cardea_http_reply(struct cardea_http_request *request, int status, const char *content_type,
                       const void *body, size_t len);
/* Same with the error body of the dialect. */
void cardea_http_reply_error(struct cardea_http_request *request, int status, const char *text);

#endif
