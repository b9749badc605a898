/*
 * http_client: HTTP requests to addresses that somebody else names, on libcurl. What it connects to
 * is decided when it connects, after resolution, so that no spelling and no name server gets around
 * it: public addresses only. No redirects, no proxy, no cookies; certificates are verified; names
 * are resolved by threads, so that a slow name server stops nobody. Loop thread only.
 */
#ifndef CARDEA_JOBS_HTTP_CLIENT_H
#define CARDEA_JOBS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cardea_loop;
struct cardea_http_client;
struct cardea_http_call;

struct cardea_http_client_options {
	struct cardea_loop *loop;
	bool allow_http;     /* besides https */
	bool allow_private;  /* addresses that are not public */
	const char *ca_file; /* PEM; whom to trust instead of the system's authorities; NULL = those */
	int64_t timeout_ms;  /* of a whole request; 0 = 10 s */
};

/* CARDEA_E_UNSUPPORTED if libcurl would block the loop while it resolves names. Options are copied.
 */
int cardea_http_client_new(const struct cardea_http_client_options *options,
                           struct cardea_http_client **out);
/* Cancels what is under way. Not from a handler. NULL is fine. */
void cardea_http_client_free(struct cardea_http_client *client);

struct cardea_http_post {
	const char *url;
	const char *const *headers; /* "Name: value"; NULL-terminated */
	const void *body;
	size_t len;
};

struct cardea_http_result {
	/* 0: there was an answer. CARDEA_E_INVALID: the URL cannot be used. CARDEA_E_FORBIDDEN: its
	 * addresses are refused. CARDEA_E_SYSTEM: anything else, such as no connection, a bad
	 * certificate or no answer in time. */
	int err;
	int status;      /* of the answer; 0 if there was none */
	const char *why; /* a fixed English text for the log, without the URL */
};

typedef void (*cardea_http_result_h)(const struct cardea_http_result *result, void *arg);

/*
 * Sends @post, which is copied. @done is called once, later; with it the call is over. Of the
 * answer only the status is kept; a long one is cut off. Returns 0 or CARDEA_E_NO_MEMORY.
 */
int cardea_http_client_post(struct cardea_http_client *client, const struct cardea_http_post *post,
                            cardea_http_result_h done, void *arg, struct cardea_http_call **out);
/* Ends @call without its handler. */
void cardea_http_call_cancel(struct cardea_http_call *call);

#endif
