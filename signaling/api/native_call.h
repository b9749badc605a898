/*
 * native_call: what our native calls of hosts and tenants share: who calls, and refusals, which
 * count as guesses (spec/native 4, 5). Loop thread only.
 */
#ifndef CARDEA_API_NATIVE_CALL_H
#define CARDEA_API_NATIVE_CALL_H

#include <stdbool.h>
#include <jansson.h>
#include "api/dialect.h"
#include "cardea_json.h"

/* Reads who calls; false if the request was answered, because there is nobody to go on with. */
bool cardea_native_caller(struct cardea_http_request *request, const struct cardea_api *api,
                          struct cardea_presented *who);
/* Answers with the error. What could be a guess is counted. */
void cardea_native_refuse(struct cardea_http_request *request, const struct cardea_api *api,
                          int err);
/* The body by a table; {} if there is none. 0 and a new reference, or the error of the body. */
int cardea_native_body(const struct cardea_http_request *request,
                       const struct cardea_json_field *fields, size_t count, json_t **out);
/* Text for people in @body, cleaned; NULL if there is none. A new string. */
char *cardea_native_text(const json_t *body, const char *name, size_t max);

/* {name: true} of a set of enum cardea_lock. */
json_t *cardea_native_locks(unsigned locks);

#endif
