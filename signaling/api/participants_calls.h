/*
 * participants_calls: what the calls of the participants dialect share: its errors, who calls, what
 * is addressed (spec/participants 1, 2). Loop thread only.
 */
#ifndef CARDEA_API_PARTICIPANTS_CALLS_H
#define CARDEA_API_PARTICIPANTS_CALLS_H

#include <stdbool.h>
#include <jansson.h>
#include "api/dialect.h"
#include "cardea_json.h"

#define CARDEA_MAX_EXTERNAL_ID 255

/* @action: what failed, for a 500: "failed to create room". */
void cardea_participants_fail(struct cardea_http_request *request, int err, const char *action);
/* 400 for a @field that cardea_json_check has refused with @err. */
void cardea_participants_bad_field(struct cardea_http_request *request, int err, const char *field);

/* Each answers and gives false or NULL if there is nothing to go on with. */
bool cardea_participants_caller(struct cardea_http_request *request, struct cardea_presented *who);
/* The body by a table; a new reference. */
json_t *cardea_participants_body(struct cardea_http_request *request,
                                 const struct cardea_json_field *fields, size_t count);
/* A room that has a name can be addressed by it on the participants routes. */
bool cardea_participants_room(struct cardea_http_request *request, const char *room);
/* Only a UUID will do. */
bool cardea_participants_room_id(struct cardea_http_request *request, const char *room);
bool cardea_participants_seat_id(struct cardea_http_request *request, const char *participant);

/* The `role` of @body: an enum cardea_role, or -1 if there is none. CARDEA_E_ROLE_INVALID. */
int cardea_participants_role(const json_t *body, int *out);

/* Each adds its routes to @router. */
void cardea_participants_auth_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_participants_room_acts_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_participants_tenants_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_participants_recordings_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_participants_rooms_add(struct cardea_router *router, const struct cardea_api *api);
void cardea_participants_seats_add(struct cardea_router *router, const struct cardea_api *api);

#endif
