/*
 * plugnmeet_calls: what the calls of the plugNmeet dialect share (spec/plugnmeet 1, 2, 14): who
 * signed, and the envelope of every answer. Loop thread only.
 */
#ifndef CARDEA_API_PLUGNMEET_CALLS_H
#define CARDEA_API_PLUGNMEET_CALLS_H

#include <jansson.h>
#include "api/dialect.h"
#include "api/protojson.h"
#include "domain/conferences.h"

/* The names on the wire are their words (spec/plugnmeet 2). */
enum cardea_plugnmeet_status {
	CARDEA_PLUGNMEET_SUCCESS,
	CARDEA_PLUGNMEET_PERMISSION_DENIED,
	CARDEA_PLUGNMEET_NOT_FOUND,
	CARDEA_PLUGNMEET_INVALID_TOKEN_OR_SIGNATURE,
	CARDEA_PLUGNMEET_INVALID_API_KEY,
	CARDEA_PLUGNMEET_INTERNAL_SERVER_ERROR,
	CARDEA_PLUGNMEET_INVALID_PARAMETERS,
	CARDEA_PLUGNMEET_MISSING_REQUIRED_PARAMETER,
	CARDEA_PLUGNMEET_ROOM_NOT_FOUND,
	CARDEA_PLUGNMEET_USER_NOT_FOUND,
	CARDEA_PLUGNMEET_USER_BLOCKED,
	CARDEA_PLUGNMEET_USER_NOT_ACTIVE,
	CARDEA_PLUGNMEET_ROOM_NOT_ACTIVE,
};

/* One request, from its handler to its answer. */
struct cardea_plugnmeet_call {
	struct cardea_http_request *request;
	const struct cardea_api *api;
	struct cardea_signed who;
	char *fault, *id_fault; /* texts for what only the domain knows when to say; g_free */
	/* of the call's own */
	int64_t from, limit;
	bool oldest_first;
};

/* {"status", "msg", "status_code"}. */
json_t *cardea_plugnmeet_envelope(bool status, enum cardea_plugnmeet_status code, const char *msg);

/* NULL, and answered 429, for an address that presented too many wrong signatures. */
struct cardea_plugnmeet_call *cardea_plugnmeet_call_new(struct cardea_http_request *request,
                                                        const struct cardea_api *api);
/* Each of these answers and frees @call. */
void cardea_plugnmeet_answer(struct cardea_plugnmeet_call *call, json_t *body);
void cardea_plugnmeet_answer_as(struct cardea_plugnmeet_call *call, int status, json_t *body);
void cardea_plugnmeet_refuse(struct cardea_plugnmeet_call *call, enum cardea_plugnmeet_status code,
                             const char *msg);
/* For what every call may fail with; what it cannot name is INTERNAL_SERVER_ERROR. */
void cardea_plugnmeet_fail(struct cardea_plugnmeet_call *call, int err);

/*
 * Reads the body as one @message that keeps its rules. NULL: then the caller is told who signed
 * first and what is wrong afterwards, and @call is gone.
 */
json_t *cardea_plugnmeet_read(struct cardea_plugnmeet_call *call,
                              const struct cardea_proto_message *message);
/* Tells @msg (stolen) as INVALID_PARAMETERS to whoever signed rightly. */
void cardea_plugnmeet_refuse_signed(struct cardea_plugnmeet_call *call, char *msg);

#endif
