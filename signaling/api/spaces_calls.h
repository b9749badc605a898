/*
 * spaces_calls: what the calls of the dialect of spaces have in common (spec/spaces 1, 2): the
 * token, the body, the answer. Loop thread only.
 */
#ifndef CARDEA_API_SPACES_CALLS_H
#define CARDEA_API_SPACES_CALLS_H

#include <jansson.h>
#include "api/dialect.h"
#include "cardea_json.h"
#include "domain/spaces.h"
#include "net/http.h"

struct cardea_spaces_call {
	struct cardea_http_request *request;
	const struct cardea_api *api;
	struct cardea_space_command command; /* token, and what was not given */
	json_t *body;                        /* {} if there is none */
	char *token;                         /* of a cookie */
};

enum cardea_spaces_caller {
	CARDEA_SPACES_ANYBODY,
	CARDEA_SPACES_TOKEN, /* without one it is answered 401 before anything is looked at */
};

/* Reads token and body; false: it is answered. */
bool cardea_spaces_open(struct cardea_spaces_call *call, struct cardea_http_request *request,
                        const struct cardea_api *api, enum cardea_spaces_caller caller,
                        const struct cardea_json_field *fields, size_t count);
void cardea_spaces_close(struct cardea_spaces_call *call);

typedef json_t *(*cardea_spaces_render_h)(const struct cardea_space_result *result,
                                          const struct cardea_http_request *request,
                                          const struct cardea_api *api);
/* Makes the call, answers 200 with what @render gives, and closes @call. */
void cardea_spaces_run(struct cardea_spaces_call *call, cardea_spaces_render_h render);

/* {"message", "code"} (Decision S3). */
void cardea_spaces_refuse(struct cardea_http_request *request, int err);
/* The same when a field is wrong; closes @call. */
void cardea_spaces_refuse_field(struct cardea_spaces_call *call, const char *field);

json_t *cardea_spaces_nothing(const struct cardea_space_result *result,
                              const struct cardea_http_request *request,
                              const struct cardea_api *api); /* {} */
json_t *cardea_spaces_id(const struct cardea_space_result *result,
                         const struct cardea_http_request *request,
                         const struct cardea_api *api); /* {"id"} */

/* "role_space_user" and so on; NULL for none. */
const char *cardea_spaces_space_role(enum cardea_rank rank);
const char *cardea_spaces_room_role(enum cardea_rank rank);
/* The rank that @text names among @names of USER and MODERATOR; NONE if it does not. */
enum cardea_rank cardea_spaces_rank(const char *text, const char *user, const char *moderator);

#endif
