/*
 * fake_request: one HTTP request without a connection, and what was answered, for tests that link a
 * module of the gateway without net/http. Also a log that says nothing.
 */
#ifndef CARDEA_UNIT_FAKE_REQUEST_H
#define CARDEA_UNIT_FAKE_REQUEST_H

#include "net/http.h"

struct fake_answer {
	int status; /* 0: not answered */
	const char *route;
	const char *type;
	const void *body;
	size_t len;
};

/* A request of its own until the next call; strings are borrowed. */
struct cardea_http_request *fake_request(enum cardea_http_method method, const char *path);
void fake_request_set_header(const char *name, const char *value);
/* Ends with NUL behind @len. */
void fake_request_set_body(const char *body, size_t len);
const struct fake_answer *fake_answer(void);
/* The header of the answer, or NULL. */
const char *fake_answer_header(const char *name);

#endif
