/*
 * cors: pages of other origins may call the API (spec/native 12, spec/meetings 2): every call
 * carries its credential in itself, never in a cookie, so any origin is fine and credentials mode
 * is not offered. Loop thread.
 */
#ifndef CARDEA_API_CORS_H
#define CARDEA_API_CORS_H

#include <stdbool.h>
#include "net/http.h"

/*
 * Adds what every answer on the request's path carries, refusals included: who may read it, and in
 * the meetings dialect that nobody may keep it (its clients poll in the default cache mode). Before
 * anything else is done with the request: the `prepare` of cardea_http_callbacks. @arg is not used.
 */
void cardea_cors_prepare(struct cardea_http_request *request, void *arg);

/* True if @request was a preflight; then it is answered. */
bool cardea_cors_preflight(struct cardea_http_request *request);

#endif
