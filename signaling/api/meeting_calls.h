/*
 * meeting_calls: what the calls of the meetings dialect share: who calls, errors in its shape, the
 * look of a meeting. Loop thread.
 */
#ifndef CARDEA_API_MEETING_CALLS_H
#define CARDEA_API_MEETING_CALLS_H

#include "api/dialect.h"
#include "api/meetings_json.h"

/* One request of the dialect until it is answered. */
struct cardea_meeting_call {
	struct cardea_http_request *request;
	const struct cardea_api *api;
	int success;          /* status of an empty answer, and of one with a body */
	bool is_unauthorized; /* a wrong API key is 401 here, not 403 (spec/meetings 3) */
};

/* NULL if too many wrong keys came from that address: then it is answered (429). */
struct cardea_meeting_call *cardea_meeting_call_new(struct cardea_http_request *request,
                                                    const struct cardea_api *api, int success);
/* Answers {"error": text} by @err, counts what could be a guess, and frees @call. */
void cardea_meeting_call_fail(struct cardea_meeting_call *call, int err);
void cardea_meeting_call_refuse(struct cardea_meeting_call *call, int status, const char *text);
/* 400 because the field @name is as @what says. */
void cardea_meeting_call_refuse_field(struct cardea_meeting_call *call, const char *name,
                                      const char *what);
/* Answers with @body (stolen), or without one if NULL, and frees @call. */
void cardea_meeting_call_answer(struct cardea_meeting_call *call, json_t *body);

/* `done` of calls without a result: a cardea_done_h. @arg: the call. */
void cardea_meeting_call_done(int err, void *arg);
/* Of calls that answer a meeting, and a user. */
void cardea_meeting_call_meeting(int err, const struct cardea_meeting *meeting, void *arg);
void cardea_meeting_call_user(int err, const struct cardea_meeting_user *user, void *arg);

/* Raw value of Authorization, NULL if there is none or it is empty. Borrowed. */
const char *cardea_meeting_api_key(const struct cardea_http_request *request);
/* Reads the body in any encoding, or answers 400 and returns NULL (then @call is freed). */
json_t *cardea_meeting_body(struct cardea_meeting_call *call);
/* The same where an API key must be in the header, known or not. */
json_t *cardea_meeting_keyed_body(struct cardea_meeting_call *call);

/* The URLs of this gateway as a client reaches it; @host and @forwarded_proto are what its request
 * says, and may be NULL. */
struct cardea_meeting_addresses {
	struct cardea_meeting_urls urls; /* borrowed from the rest and from @api */
	char *base, *call;
};
void cardea_meeting_addresses_init(struct cardea_meeting_addresses *addresses,
                                   const struct cardea_api *api, const char *host,
                                   const char *forwarded_proto);
void cardea_meeting_addresses_clear(struct cardea_meeting_addresses *addresses);
/* A meeting as JSON, as a client is to see it: URLs of this gateway as that client reaches it.
 * g_free. */
char *cardea_meeting_render(const struct cardea_api *api, const char *host,
                            const char *forwarded_proto, const struct cardea_meeting *meeting);

#endif
