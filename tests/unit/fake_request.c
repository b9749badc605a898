/* fake_request: see fake_request.h. */
#include "fake_request.h"

#include <glib.h>

#include "conf/log.h"

struct cardea_http_request {
	enum cardea_http_method method;
	const char *path, *body;
	size_t body_len;
	GHashTable *headers, *answer_headers;
	struct fake_answer answer;
};

static struct cardea_http_request request;

static GHashTable *new_headers(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

struct cardea_http_request *fake_request(enum cardea_http_method method, const char *path)
{
	if (request.headers) {
		g_hash_table_destroy(request.headers);
		g_hash_table_destroy(request.answer_headers);
	}
	request = (struct cardea_http_request){
	        .method = method,
	        .path = path,
	        .body = "",
	        .headers = new_headers(),
	        .answer_headers = new_headers(),
	};
	return &request;
}

void fake_request_set_header(const char *name, const char *value)
{
	g_hash_table_insert(request.headers, g_ascii_strdown(name, -1), g_strdup(value));
}

void fake_request_set_body(const char *body, size_t len)
{
	request.body = body;
	request.body_len = len;
}

const struct fake_answer *fake_answer(void)
{
	return &request.answer;
}

const char *fake_answer_header(const char *name)
{
	return g_hash_table_lookup(request.answer_headers, name);
}

enum cardea_http_method cardea_http_method(const struct cardea_http_request *r)
{
	return r->method;
}

const char *cardea_http_path(const struct cardea_http_request *r)
{
	return r->path;
}

const char *cardea_http_header(const struct cardea_http_request *r, const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);

	return g_hash_table_lookup(r->headers, lower);
}

const char *cardea_http_body(const struct cardea_http_request *r, size_t *len)
{
	*len = r->body_len;
	return r->body;
}

void cardea_http_set_route(struct cardea_http_request *r, const char *template_text)
{
	r->answer.route = template_text;
}

void cardea_http_add_header(struct cardea_http_request *r, const char *name, const char *value)
{
	g_hash_table_insert(r->answer_headers, g_strdup(name), g_strdup(value));
}

void cardea_http_reply(struct cardea_http_request *r, int status, const char *content_type,
                       const void *body, size_t len)
{
	r->answer.status = status;
	r->answer.type = content_type;
	r->answer.body = body;
	r->answer.len = len;
}

void cardea_http_reply_error(struct cardea_http_request *r, int status, const char *text)
{
	cardea_http_reply(r, status, "application/json", text, 0);
}

void cardea_log(enum cardea_log_level level, const char *subsystem, const char *format, ...)
{
	(void)level;
	(void)subsystem;
	(void)format;
}
