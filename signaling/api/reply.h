/*
 * reply: JSON answers, and errors in the shape of each dialect. Loop thread only.
 */
#ifndef CARDEA_API_REPLY_H
#define CARDEA_API_REPLY_H

#include <jansson.h>
#include <stdbool.h>
#include "net/http.h"

/* Answers with @json (stolen). */
void cardea_reply_json(struct cardea_http_request *request, int status, json_t *json);

/* The same with its text, borrowed; NULL: there was no memory for it. */
void cardea_reply_json_text(struct cardea_http_request *request, int status, const char *text);

/* {"error": text}: the participants dialect. A 503 or 429 also tells when to come again. */
void cardea_reply_error(struct cardea_http_request *request, int status, const char *text);

/* The same with 429: who called comes again in @wait_s seconds. */
void cardea_reply_limited(struct cardea_http_request *request, int64_t wait_s);

/*
 * Charges @request to the API key or token in its header, or, without one, to its address. True if
 * there were too many: then it is answered 429 in the shape of its dialect. NULL limits are off.
 */
struct cardea_ratelimit;
bool cardea_reply_over_limit(struct cardea_http_request *request, struct cardea_ratelimit *of_key,
                             struct cardea_ratelimit *of_address);

/* {"error": text, "code": code}: our native calls. */
int cardea_reply_native_status(int err);
void cardea_reply_native_error(struct cardea_http_request *request, int err);
void cardea_reply_native_refusal(struct cardea_http_request *request, int status, const char *code,
                                 const char *text);

/* 429 in the native shape: who called comes again in @wait_s seconds. */
void cardea_reply_native_limited(struct cardea_http_request *request, int64_t wait_s);

/* The body for a refusal outside routing, in the shape of the dialect @path belongs to:
 * cardea_http_error_body_h. */
char *cardea_reply_error_body(const char *path, int status, const char *text, void *arg);

/* Reads the request's body as a JSON object, whatever its content type. 0 and a new reference, or
 * an error of cardea_json_parse_object. */
int cardea_read_json(const struct cardea_http_request *request, json_t **out);

#endif
