/*
 * http_guard: a strict, incremental recogniser of HTTP/1.x requests (RFC 9112). Bytes go in as they
 * arrive; out comes one whole request or a refusal. Whatever two parsers could read differently
 * (RFC 9112 11.2, request smuggling) is refused, never repaired. Memory is bounded by
 * CARDEA_MAX_HTTP_HEAD and CARDEA_MAX_HTTP_BODY, and an idle guard holds none.
 *
 * Pure: no I/O, no clock, no libevent; tests/fuzz/fuzz_http_guard.c feeds it alone.
 */
#ifndef CARDEA_NET_HTTP_GUARD_H
#define CARDEA_NET_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "net/http.h"

enum cardea_http_verdict {
	CARDEA_GUARD_MORE,    /* everything was used; the request goes on */
	CARDEA_GUARD_HEAD,    /* the head is complete, a body follows; once a request */
	CARDEA_GUARD_DONE,    /* the request is complete; next comes before more bytes */
	CARDEA_GUARD_REFUSED, /* see cardea_http_guard_refusal; final */
};

enum cardea_http_stage {
	CARDEA_GUARD_IDLE, /* between requests */
	CARDEA_GUARD_IN_HEAD,
	CARDEA_GUARD_IN_BODY,
	CARDEA_GUARD_ENDED, /* done or refused */
};

struct cardea_http_guard;

struct cardea_http_guard *cardea_http_guard_new(void);
void cardea_http_guard_free(struct cardea_http_guard *guard); /* NULL is fine */
/* Forgets the request; the next byte begins another. Also after a refusal, for tests. */
void cardea_http_guard_next(struct cardea_http_guard *guard);

/* Reads from @data, *@used says how many of @len bytes; less than @len only with a verdict other
 * than MORE. */
enum cardea_http_verdict cardea_http_guard_feed(struct cardea_http_guard *guard, const char *data,
                                                size_t len, size_t *used);
enum cardea_http_stage cardea_http_guard_stage(const struct cardea_http_guard *guard);

/* HTTP status of the refusal and a fixed English text for it; 0 if there is none. */
int cardea_http_guard_refusal(const struct cardea_http_guard *guard, const char **text);
/* Makes the guard refuse: for limits that are not in the bytes, such as time. */
void cardea_http_guard_refuse(struct cardea_http_guard *guard, int status, const char *text);

/* What is known of the request; all borrowed until next or free. Of a refused request, the parts
 * that were read before the refusal; else 0 or NULL. */
enum cardea_http_method cardea_http_guard_method(const struct cardea_http_guard *guard);
const char *cardea_http_guard_method_name(const struct cardea_http_guard *guard);
const char *cardea_http_guard_path(const struct cardea_http_guard *guard);
const char *cardea_http_guard_query(const struct cardea_http_guard *guard);
/* The value of the @nth field line called @name (any case), or NULL. */
const char *cardea_http_guard_field(const struct cardea_http_guard *guard, const char *name,
                                    size_t nth);
/* NUL-terminated behind *@len; "" if there is none. */
const char *cardea_http_guard_body(const struct cardea_http_guard *guard, size_t *len);
bool cardea_http_guard_is_http_1_0(const struct cardea_http_guard *guard);
bool cardea_http_guard_keeps_alive(const struct cardea_http_guard *guard);
bool cardea_http_guard_wants_continue(const struct cardea_http_guard *guard);

#endif
